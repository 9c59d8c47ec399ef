//! Batches: records that were taken over from elsewhere, and the record that vouches for them.
//!
//! ```text
//! … ── first ── o ── o ── last ── import        first … last: unsigned, each says `from` where
//!                                    └─ signed: {"first":…,"last":…,"records":4,"source":"github",…}
//! ```
//!
//! A batch is whole when the lines from `last` back to `first` are a chain: each builds on the one
//! before and on nothing else, each says where it was taken over from, none is signed, and there are
//! as many as the `import` record says, which builds on `last` alone. Only `first` may build on
//! several. As every line names the one before by its hash, whoever signs the `import` record signs
//! all of them.

use super::chain::{Chain, Part};
use super::id::Id;
use super::view::View;
use crate::outcome::Failure;
use serde_json::{Map, Value};

/// What one `import` record closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The number of the `import` record in the chain.
    pub closing: usize,
    /// The numbers of its records, the last one first; or why they are no whole batch.
    pub records: Result<Vec<usize>, &'static str>,
}

impl Batch {
    /// The batch that an `import` record closes: `what` is its own.
    pub fn of(chain: &Chain, closing: usize, what: &Map<String, Value>) -> Batch {
        let id = |key| Id::from_hex(what.get(key).and_then(Value::as_str)?.as_bytes());
        let count = what.get("records").and_then(Value::as_u64);
        let records = match (id("first"), id("last"), count) {
            (Some(first), Some(last), Some(count)) => whole(chain, closing, first, last, count),
            _ => Err("it doesn't say which records it closes"),
        };
        Batch { closing, records }
    }
}

impl View {
    /// Every batch of the ledger, as their `import` records stand in the file.
    ///
    /// # Errors
    /// When the file can't be read, or has changed since it was checked.
    pub fn batches(&self) -> Result<Vec<Batch>, Failure> {
        let chain = self.chain();
        let closing =
            (0..chain.len()).filter(|&number| chain.nodes()[number].part == Part::Closing);
        closing.map(|number| Ok(Batch::of(chain, number, &self.entry(number)?.body.what))).collect()
    }
}

/// Follows a batch from its end to its beginning.
fn whole(
    chain: &Chain,
    closing: usize,
    first: Id,
    last: Id,
    count: u64,
) -> Result<Vec<usize>, &'static str> {
    let mut records = Vec::new();
    let mut at = closing;
    while (records.len() as u64) < count {
        let [before] = chain.depends_on(at) else {
            return Err("its records are no chain");
        };
        at = *before;
        if chain.nodes()[at].part != Part::TakenOver {
            return Err("there are other records between the first and the last of it");
        }
        records.push(at);
    }
    let id = |number: Option<&usize>| number.map(|&number| chain.nodes()[number].id);
    if id(records.first()) != Some(last) || id(records.last()) != Some(first) {
        return Err("the first and the last record are not those that it names");
    }
    Ok(records)
}

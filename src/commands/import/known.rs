//! What the ledger has of the objects that files tell of.

use super::ImportArgs;
use crate::commands::recorder::Recorder;
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::import::Draft;
use crate::ledger::{Ledger, Provenance, Rules, View};
use crate::outcome::Failure;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// How well a record stands that was imported before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nobody signed for it.
    Claim,
    /// Somebody signed for it, but nobody that is trusted here.
    Signed,
    /// Somebody trusted vouches for it.
    Vouched,
}

/// System, host and key, which name an object.
pub(super) type ObjectKey = (String, String, String);

/// What is there of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownObject {
    /// The number in the chain of the last record about it.
    pub(super) number: usize,
    /// Whether somebody trusted vouches for that one.
    pub(super) vouched: bool,
    /// The first digits of the digests of everything that was said about it.
    items: Vec<u64>,
}

impl KnownObject {
    /// Whether this was said before.
    pub(super) fn has_item(&self, digest: &str) -> bool {
        first_digits(digest).is_some_and(|digits| self.items.contains(&digits))
    }
}

/// All objects of which there are records.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<ObjectKey, KnownObject>);

impl Known {
    /// Reads the ledger. Of records that stand worse than those that would be written now nothing counts as known.
    ///
    /// # Errors
    /// When it can't be read, or is damaged.
    pub(super) fn read(
        recorder: &Recorder,
        judge: &Judge,
        args: &ImportArgs,
    ) -> Result<(View, Known), Failure> {
        let ledger: &Ledger = recorder.ledger();
        let rules = Rules { ledger: recorder.policy().ledger.name.clone(), ..records::rules() };
        let (view, found) = ledger.read_each(rules, |line, _, _, _| line.provenance())?;
        view.writable()?;
        let standing = standings(&view, judge)?;
        let wanted = match (args.again, recorder.signs(&args.sign)?) {
            (true, _) => Standing::Vouched,
            (false, true) => Standing::Signed,
            (false, false) => Standing::Claim,
        };
        let mut known = Known::default();
        for (number, from) in found.into_iter().enumerate() {
            let Some(from) = from else { continue };
            let standing = standing.get(&number).copied().unwrap_or(Standing::Claim);
            if standing >= wanted {
                known.add(number, from, standing == Standing::Vouched);
            }
        }
        Ok((view, known))
    }

    fn add(&mut self, number: usize, from: Provenance, vouched: bool) {
        let object = self.0.entry((from.system, from.host, from.key)).or_default();
        object.number = number;
        object.vouched = vouched;
        object.items.extend(first_digits(&from.item));
    }

    /// What is there of an object.
    pub(super) fn get(&self, key: &ObjectKey) -> Option<&KnownObject> {
        self.0.get(key)
    }
}

/// Enough of a digest to tell two things apart that were said of one object.
fn first_digits(digest: &str) -> Option<u64> {
    u64::from_str_radix(digest.get(..16)?, 16).ok()
}

fn standings(view: &View, judge: &Judge) -> Result<HashMap<usize, Standing>, Failure> {
    let mut standings = HashMap::new();
    for batch in view.batches()? {
        let Ok(numbers) = &batch.records else { continue };
        if view.entry(batch.closing)?.signature.is_some() {
            standings.extend(numbers.iter().map(|&number| (number, Standing::Signed)));
        }
    }
    let vouched: HashSet<usize> = judge.vouched(view)?.numbers().collect();
    standings.extend(vouched.into_iter().map(|number| (number, Standing::Vouched)));
    Ok(standings)
}

/// The draft that a record was, as it was mapped: without what was filled in when it was written.
pub(super) fn draft(view: &View, number: usize) -> Result<Draft, Failure> {
    let body = view.entry(number)?.body;
    let mut what = body.what;
    what.remove("tree");
    let mut why = body.why;
    if let Some(Value::Array(links)) = why.get_mut("links") {
        links.retain(|link| link.get("rel").and_then(Value::as_str) != Some("supersedes"));
        if links.is_empty() {
            why.remove("links");
        }
    }
    let from = body.other.get("from").and_then(Provenance::from_json).unwrap_or_default();
    let kind = body.kind.parse().unwrap_or(crate::event::Kind::Note);
    Ok(Draft { kind, when: body.when, who: body.who, what, place: body.place, why, from })
}

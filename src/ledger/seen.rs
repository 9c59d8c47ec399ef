//! What a line is by itself, found out without the lines around it: so in any thread.
//!
//! ```text
//! line ──▶ Seen {id, when, prev, …}        ──▶ Checker::link    the chain, in the order of the file
//!      └─▶ Refused {reject, length, nul}   ──▶ Checker::refuse
//! ```

use super::chain::Part;
use super::entry::{Line, Reject};
use super::id::Id;
use super::recorded::Names;
use smallvec::SmallVec;
use std::sync::Arc;

/// A line that is an entry, as the chain needs it.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its name.
    pub(super) id: Id,
    /// The length of the line, with its `\n`.
    pub(super) length: usize,
    /// When, as the record claims.
    pub(super) when: i64,
    /// What it builds on.
    pub(super) prev: SmallVec<[Id; 1]>,
    /// The name of the ledger that it was written for.
    pub(super) ledger: Arc<str>,
    /// Its kind, if this version doesn't know it.
    pub(super) unknown_kind: Option<String>,
    /// Whether the armor of its signature is in canonical form; `None` without a signature.
    pub(super) armor: Option<bool>,
    /// Its part in a batch of records that were taken over.
    pub(super) part: Part,
}

impl Seen {
    /// Looks at an entry, and hashes it.
    pub(super) fn entry(line: &Line<'_>, armor: fn(&[u8]) -> bool, names: &mut Names) -> Seen {
        Seen {
            id: line.id(),
            length: line.bytes.len(),
            when: line.when,
            prev: line.prev().collect(),
            ledger: names.keep(&line.ledger()),
            unknown_kind: line.known_kind().is_none().then(|| line.kind().into_owned()),
            part: line.part(),
            armor: line.signature().map(|signature| armor(signature.as_bytes())),
        }
    }
}

/// A line that is no entry.
#[derive(Debug)]
pub(super) struct Refused {
    /// Why.
    pub(super) reject: Reject,
    /// The length of the line, with its `\n`.
    pub(super) length: usize,
    /// Whether it holds a NUL, as what a crash leaves does.
    pub(super) nul: bool,
    /// Whether it begins as a record does, or something behind its NUL does, whatever version it is of.
    pub(super) may_be_a_record: bool,
}

/// What every record begins with.
const BEGIN: &[u8] = b"{\"body\":";

impl Refused {
    /// Looks at a line that was refused.
    pub(super) fn new(bytes: &[u8], reject: Reject) -> Refused {
        let nul = memchr::memchr(0, bytes);
        let may_be_a_record = match nul {
            None => bytes.starts_with(BEGIN),
            Some(at) => memchr::memmem::find(&bytes[at..], BEGIN).is_some(),
        };
        Refused { reject, length: bytes.len(), nul: nul.is_some(), may_be_a_record }
    }
}

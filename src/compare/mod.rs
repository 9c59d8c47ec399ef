//! What separates two revisions, environments or moments: commits gained and lost, who had a part in them, and what the
//! ledger has in between.

mod between;
mod comparer;
mod involved;
mod pairs;
mod side;
mod suspects;

pub(crate) use comparer::{Comparer, Options};
pub(crate) use pairs::{Named, Pairs};
pub(crate) use side::Side;

use crate::event::{Event, Identity};
use crate::git::numstat::Touched;
use std::collections::BTreeSet;

/// One end of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// As the user wrote it.
    pub name: String,
    /// The full id of the commit.
    pub commit: String,
    /// Which moment it stands for, in seconds since 1970 UTC.
    pub moment: Option<i64>,
    /// The deployment record that it names, if it is an address.
    pub record: Option<String>,
}

/// A person and the parts that they had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Involved {
    /// Name and address, as last seen.
    pub who: Identity,
    /// `author`, `co-author`, `committer`, `reviewer`, `approver`, `rejecter`, `deployer`, `actor`.
    pub parts: BTreeSet<&'static str>,
    /// How many commits the person authored.
    pub commits: usize,
}

/// A ranked change.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The event.
    pub event: Event,
    /// Its points.
    pub points: u32,
    /// What they are for.
    pub evidence: Vec<String>,
    /// Whether the change was taken away rather than brought.
    pub lost: bool,
    /// The deployment between the two ends that first had it (of a lost change: that first lacked it).
    pub brought_by: Option<Brought>,
}

/// A path asked about that no commit touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// As the user wrote it.
    pub path: String,
    /// Whether it is in the tree of one end at least.
    pub exists: bool,
    /// Whether the paths of all commits are known.
    pub certain: bool,
}

/// A deployment that brought a change, or took it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The kind of the record: deploy or rollback.
    pub kind: &'static str,
    /// When, in seconds since 1970 UTC.
    pub from: i64,
    /// The id of the record.
    pub record: String,
}

/// The whole comparison.
#[derive(Debug, Clone)]
pub struct Diff {
    /// From here.
    pub from: End,
    /// To here.
    pub to: End,
    /// Commits of `to` that `from` does not have, newest first.
    pub gained: Vec<Event>,
    /// Commits of `from` that `to` does not have, newest first.
    pub lost: Vec<Event>,
    /// Ids of commits for which no review is known.
    pub unreviewed: BTreeSet<String>,
    /// What the ledger has between the two moments, oldest first.
    pub between: Vec<Event>,
    /// Who had a part in it.
    pub people: Vec<Involved>,
    /// Tickets named.
    pub tickets: Vec<String>,
    /// Change requests named.
    pub changes: Vec<String>,
    /// Configuration files touched.
    pub config: Vec<String>,
    /// Files that differ between the two ends; `None` when nobody asked.
    pub touched: Option<Vec<Touched>>,
    /// Likely causes; `None` when nobody asked.
    pub suspects: Option<Vec<Ranked>>,
    /// The paths among those asked about that no commit touches.
    pub untouched: Vec<Untouched>,
    /// Whether history is cut off within the range.
    pub shallow: bool,
}

/// A place that is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncompared {
    /// Its name.
    pub place: String,
    /// Why not.
    pub why: String,
    /// The other end, where that has a commit there: its name, and the full id.
    pub other: Option<(String, String)>,
    /// Full ids of what ran there all the same, and is not in this clone: then what separates the two ends is not
    /// known.
    pub missing: Vec<String>,
}

/// The comparison of two ends, place by place where they name several.
#[derive(Debug, Clone)]
pub struct Diffs {
    /// One for each place.
    pub compared: Vec<Diff>,
    /// Places that one end has nothing to compare with.
    pub uncompared: Vec<Uncompared>,
    /// Whether an end names several places; else one comparison is all there is.
    pub several: bool,
}

impl Diffs {
    /// Whether all that was asked for is known.
    pub fn is_whole(&self) -> bool {
        !self.compared.iter().any(|diff| diff.shallow)
            && self.uncompared.iter().all(|one| one.missing.is_empty())
    }
}

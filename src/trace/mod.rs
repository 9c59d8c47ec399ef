//! The road of a change to production: how it came onto the branch, which copies it has, where each of them ran, and
//! whether it was taken back.

mod branches;
pub(crate) mod commit;
pub(crate) mod copies;
pub(crate) mod deployed;
pub(crate) mod reverts;
pub(crate) mod target;
pub(crate) mod tracer;

use crate::deployments::approvals::Approval;
use crate::deployments::road::Stay;
use crate::deployments::{Clock, Deployment};
use crate::event::Event;
use crate::git::Oid;

/// A commit to trace.
pub(crate) struct TraceTarget {
    pub(crate) oid: Oid,
    /// How it was found; `None` where it was named.
    pub(crate) asked: Option<Asked>,
}

impl From<Oid> for TraceTarget {
    fn from(oid: Oid) -> TraceTarget {
        TraceTarget { oid, asked: None }
    }
}

/// A commit that makes the same change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its full id.
    pub id: String,
    /// How it is known: `cherry-pick`, `change`, `tree`, `patch`, `squash`, `hydrated`.
    pub how: &'static str,
    /// The first paragraph of its message.
    pub summary: String,
}

/// A commit that takes the change back, or a copy of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    /// Its full id.
    pub id: String,
    /// The first paragraph of its message.
    pub summary: String,
}

/// A commit that takes a revert of the change back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// It.
    pub by: Revert,
    /// The full id of the revert.
    pub reverts: String,
}

/// Why there may be more commits that take a change back, or one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// So many later commits were read, and not all.
    Later {
        /// How many.
        read: usize,
        /// Whether `audit index` would help.
        index: bool,
    },
    /// So many were found, and no more looked for.
    Reverts(usize),
}

/// How a commit was found that nobody named by itself.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked for, as typed: a line, paths, a ticket.
    pub what: String,
    /// Whether it was not said to be a path, and has been taken for one.
    pub guessed: bool,
    /// The text of the line.
    pub line: Option<String>,
    /// The records that name the ticket or change request, judged.
    pub named_by: Vec<Event>,
    /// Whether history ends with the commit here, so that the last change may lie before it.
    pub may_lie_before: bool,
}

/// Why no deployment is known to hold a commit, though one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// There was more history than is searched for copies.
    TooMuchHistory,
    /// It is on no branch here: into which commit its branch was squashed, if it was, nothing here tells.
    BranchGone,
    /// So many records of deployments that succeeded don't say of which commit, or where.
    Unplaced(usize),
}

impl Doubt {
    /// The word that JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Doubt::TooMuchHistory => "too-much-history",
            Doubt::BranchGone => "branch-gone",
            Doubt::Unplaced(_) => "unplaced-records",
        }
    }
}

/// One stay, with what belongs to its beginning.
#[derive(Debug, Clone)]
pub struct Reached<'d, 'e> {
    /// From when until when.
    pub stay: Stay<'d, 'e>,
    /// The number of the commit that takes the change back, where one does.
    pub reverted_by: Option<usize>,
    /// The number of the commit that takes a revert of the change back, where it is in force because of that.
    pub restored_by: Option<usize>,
    /// The record that began it, judged.
    pub event: Event,
    /// Approvals and rejections of the deployment that brought it.
    pub approvals: Vec<Approval<'e>>,
    /// The number of the copy through which it came; `None` for the commit itself.
    pub through: Option<usize>,
}

/// Everything on the road of one commit.
#[derive(Debug, Clone)]
pub struct Trace<'d, 'e> {
    /// The commit, judged.
    pub commit: Event,
    /// How it was found; `None` where it was named.
    pub asked: Option<Asked>,
    /// The name of the branch that changes are merged into.
    pub branch: Option<String>,
    /// Whether the commit is on it; `None` where that can't be told.
    pub on_branch: Option<bool>,
    /// The commit that brought it onto that branch, if not it itself.
    pub merged: Option<Event>,
    /// Records of the change requests that it came with.
    pub requests: Vec<Event>,
    /// Review records.
    pub reviews: Vec<Event>,
    /// Build and test records, with the commit that they are of.
    pub checks: Vec<Event>,
    /// Other commits that make the same change.
    pub copies: Vec<Copied>,
    /// Commits that take it back.
    pub reverts: Vec<Revert>,
    /// Commits that take those back, where that brought it back.
    pub restored: Vec<Restored>,
    /// Why there may be more of them.
    pub unread: Option<Unread>,
    /// Where it was.
    pub reached: Vec<Reached<'d, 'e>>,
    /// Deployments of it that failed.
    pub failed: Vec<&'d Deployment<'e>>,
    /// Deployments that may or may not hold it.
    pub unknown: Vec<&'d Deployment<'e>>,
    /// Why others may hold it.
    pub doubts: Vec<Doubt>,
    /// The present, in seconds since 1970 UTC.
    pub now: i64,
    /// How many deployments are recorded at all.
    pub deployments: usize,
}

/// What a trace comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It runs somewhere.
    Runs,
    /// It ran, and runs nowhere any longer as far as can be told.
    Ran,
    /// It was deployed only together with a commit that takes it back.
    Reverted,
    /// It was never deployed.
    Never,
    /// It can't be told.
    Unknown,
}

impl Verdict {
    /// The word that JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Runs => "runs",
            Verdict::Ran => "ran",
            Verdict::Reverted => "reverted",
            Verdict::Never => "never",
            Verdict::Unknown => "unknown",
        }
    }
}

impl Trace<'_, '_> {
    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        let in_force = || self.reached.iter().filter(|one| !one.stay.taken_back);
        if self.may_lie_before() {
            Verdict::Unknown
        } else if in_force().any(|one| one.stay.lasts()) {
            Verdict::Runs
        } else if in_force().next().is_some() {
            Verdict::Ran
        } else if self.deployments == 0 || !self.unknown.is_empty() {
            Verdict::Unknown
        } else if !self.reached.is_empty() {
            Verdict::Reverted
        } else if !self.doubts.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Never
        }
    }

    /// Whether it may not be the commit that was asked for.
    pub fn may_lie_before(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.may_lie_before)
    }

    /// The commit that takes it back during a stay.
    pub fn taken_back_by(&self, one: &Reached<'_, '_>) -> Option<&Revert> {
        self.reverts.get(one.reverted_by?)
    }

    /// The commit that takes it back in what followed a stay.
    pub fn then_taken_back_by(&self, one: &Reached<'_, '_>) -> Option<&Revert> {
        let next = one.stay.taken_by?;
        let follows = |other: &&Reached<'_, '_>| std::ptr::eq(other.stay.first, next);
        self.taken_back_by(self.reached.iter().find(follows)?)
    }

    /// Seconds from the commit to its deployment; `None` where the time of that is contradicted.
    pub fn lead(&self, one: &Reached<'_, '_>) -> Option<i64> {
        if one.stay.first.clock(self.now) != Clock::Fits {
            return None;
        }
        Some(one.stay.first.from - self.commit.when?.seconds)
    }
}

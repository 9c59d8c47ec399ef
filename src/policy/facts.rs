//! What rules look at. Commands gather these values; nothing here knows where they come from.

use super::file::Policy;
use super::finding::{Subject, SubjectKind};
use super::people::Somebody;
use crate::event::{Event, Grade, Kind, Verdict, What};
use crate::share::publication::Held;
use std::collections::BTreeSet;

/// What every rule may ask beside its subject.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// Whether the trust says all there is: a key that it doesn't hold is nobody's. Trust files are
    /// closed; the keyring of whoever runs this is not.
    pub closed_trust: bool,
    /// The present, in seconds since 1970 UTC.
    pub now: i64,
}

/// A commit's dates, and those of its parents, in seconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub struct Dates<'a> {
    /// The committer date; `None` where it is absent or unreadable.
    pub committed: Option<i64>,
    /// The author date, likewise.
    pub authored: Option<i64>,
    /// Its parents that are here: id, and committer date.
    pub parents: &'a [(String, i64)],
}

/// How a commit came to its branch.
#[derive(Debug, Clone)]
pub struct Landing<'a> {
    /// The commit.
    pub commit: &'a Event,
    /// Whether it stands itself on the first-parent line of a protected branch.
    pub on_branch: bool,
    /// The merge that brought it there; `None` when it stands there itself, or is not there yet.
    pub landed_by: Option<&'a Event>,
    /// For a merge: whether it changes what merging its parents would not have changed. `None` when
    /// that is not known, or it is no merge.
    pub own_changes: Option<bool>,
    /// Records of kind `change` that name it or the merge that brought it.
    pub changes: Vec<&'a Event>,
    /// Records of kind `review` about those changes, or about the commit; oldest first.
    pub reviews: Vec<&'a Event>,
    /// Everybody who wrote a commit of the change.
    pub writers: BTreeSet<Somebody>,
}

/// A tag, and what records say it pointed to.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<'a> {
    /// The name.
    pub name: &'a str,
    /// The tag as it is now; `None` when it is not here.
    pub now: Option<&'a Event>,
    /// Records that name it: the entry's id, and the commit that it pointed to then.
    pub recorded: &'a [(String, String)],
}

/// Whether a record is published.
#[derive(Debug, Clone, Copy)]
pub struct Publicity<'a> {
    /// The record.
    pub record: &'a Event,
    /// Whether it stands in a list that was accepted from a remote; `None` when no such list is known.
    pub published: Option<bool>,
}

/// A checkpoint of the published ledger that somebody put elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Anchor<'a> {
    /// The tag that states it.
    pub by: &'a Event,
    /// What it states.
    pub value: &'a str,
    /// How it stands to the lists that were accepted. The outer `None`: it is no checkpoint; the inner one: no
    /// list is known.
    pub held: Option<Option<Held>>,
}

/// The ledger as a whole.
#[derive(Debug, Clone)]
pub struct LedgerState<'a> {
    /// Its path, for people.
    pub path: &'a str,
    /// Whether there is a file.
    pub present: bool,
    /// What the check found: the number of the line (0 for the file as a whole), and why.
    pub damage: Vec<(u64, String)>,
    /// Records written for another ledger: the number of the line, and why.
    pub foreign: Vec<(u64, String)>,
    /// Whether the record that the policy requires is there; `None` when it requires none.
    pub has_head: Option<bool>,
}

/// A commit of a deployed range.
#[derive(Debug, Clone, Copy)]
pub struct Gained<'a> {
    /// The commit, judged.
    pub commit: &'a Event,
    /// For a merge: whether it has changes of its own; `None` when that is not known, or nobody who approved had a
    /// part in it.
    pub own_changes: Option<bool>,
}

/// An approval of a deploy.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// The record.
    pub record: &'a Event,
    /// Whether it builds on the record of the deploy, so that it was made afterwards whatever time it
    /// states.
    pub after: bool,
    /// Whether the record of the deploy builds on it, and both were written down later than what they state happened:
    /// then the ledger's order tells which came first.
    pub both_later: bool,
}

/// One deploy or rollback, done or asked about, with everything that rules about it look at.
#[derive(Debug, Clone)]
pub struct Deployed<'a> {
    /// The record; `None` for a candidate that somebody asks about.
    pub record: Option<&'a Event>,
    /// The environment.
    pub env: &'a str,
    /// The service.
    pub service: Option<&'a str>,
    /// When it began, as far as known: `started`, else the record's time; now for a candidate.
    pub at: i64,
    /// The full id of the commit.
    pub commit: &'a str,
    /// The digest or package URL of what was deployed, if the record names it.
    pub artifact: Option<&'a str>,
    /// Whether the commit is in this repository; `None` when that can't be said, as in a shallow clone.
    pub present: Option<bool>,
    /// The branches (short names) from which the commit can be reached; `None` when unknown.
    pub branches: Option<Vec<String>>,
    /// Whether any branch or tag leads to the commit; `None` when unknown.
    pub reachable: Option<bool>,
    /// The commits that it brought: from what ran before to this one; for the first deploy those since
    /// the policy's adoption, else the commit alone. `Err` says why that can't be known.
    pub gained: Result<Vec<Gained<'a>>, String>,
    /// Approvals for this environment (and service) of this commit or artifact, oldest first.
    pub approvals: Vec<Approval<'a>>,
    /// Approvals for this environment of other commits that this deploy brings.
    pub earlier_approvals: Vec<Approval<'a>>,
    /// Records of kind `freeze` for this environment, oldest first.
    pub freezes: Vec<&'a Event>,
    /// Records that correct this one, oldest first.
    pub corrections: Vec<&'a Event>,
}

impl Deployed<'_> {
    /// Whether its record is signed, or was imported with its source.
    pub fn is_proven(&self) -> bool {
        self.record
            .is_some_and(|record| matches!(record.proof.grade, Grade::Signed | Grade::Imported))
    }

    /// The words for what was done, or for what somebody asks about.
    pub fn done<'w>(&self, done: &'w str, asked: &'w str) -> &'w str {
        if self.record.is_some() { done } else { asked }
    }
}

/// A commit that changes what stands in `.audit/`.
#[derive(Debug, Clone)]
pub struct TrustChange<'a> {
    /// The commit.
    pub commit: &'a Event,
    /// The policy before it; `None` when there was no `.audit/` yet, `Err` when it can't be read.
    pub before: Option<Result<&'a Policy, String>>,
    /// The verdict on the commit's signature by the trust before it.
    pub verdict: Option<Verdict>,
    /// Why the files after it can't be read; `None` when they can.
    pub unreadable: Option<String>,
    /// Whether it leaves no `.audit/` behind.
    pub removed: bool,
}

/// The subject of findings about an event.
pub fn subject(event: &Event) -> Subject {
    let env = event.place.as_ref().and_then(|place| place.env.clone());
    let (kind, id, text) = match &event.what {
        What::Commit(facts) => (SubjectKind::Commit, event.id.clone(), facts.summary.clone()),
        What::Tag(facts) => (SubjectKind::Tag, facts.name.clone(), facts.summary.clone()),
        What::Record(_) => {
            let place = env.as_ref().map(|env| format!(" {} {env}", preposition(event.kind)));
            let text = format!("{}{}", event.kind, place.unwrap_or_default());
            (SubjectKind::Record, event.id.clone(), text)
        }
    };
    Subject { kind, id, text, env }
}

fn preposition(kind: Kind) -> &'static str {
    match kind {
        Kind::Deploy => "to",
        Kind::Rollback | Kind::Incident => "in",
        _ => "for",
    }
}

/// The subject of findings about a commit of which only the id is known yet.
pub fn nameless(id: &str) -> Subject {
    Subject { kind: SubjectKind::Commit, id: id.to_owned(), text: String::new(), env: None }
}

//! Which approvals cover a deployment: those for its commit or artifact, and those carried over from
//! another commit with the same tree or the same patch.
//!
//! ```text
//! approval of 11a0c3d for production       deploy of 9f2c1ab to production
//!   same commit                            covers
//!   another commit, the same tree          covers: what was approved are these very files
//!   another commit, the same patch         covers: the change was rebased or cherry-picked since
//!   another environment or service         does not
//! ```
//!
//! Whether an approval counts (in time, by the right person, enough of them) is for policy; here is only
//! what there is, with what is remarkable about it.

use super::Place;
use crate::event::Kind;
use crate::ledger::Recorded;
use chrono::DateTime;

/// How an approval is tied to what was deployed, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// It names the commit.
    Commit,
    /// It names the artifact.
    Artifact,
    /// It names another commit with the same tree.
    Tree,
    /// It names another commit with the same patch.
    Patch,
}

impl Tie {
    /// The word that JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Tie::Commit => "commit",
            Tie::Artifact => "artifact",
            Tie::Tree => "tree",
            Tie::Patch => "patch",
        }
    }
}

/// When an approval was given, seen from the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// Before it, or in the same second, and still valid then.
    Before,
    /// Before it, but it had expired by then.
    Expired,
    /// After it.
    After,
}

impl Timing {
    /// The word that JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Timing::Before => "before",
            Timing::Expired => "expired",
            Timing::After => "after",
        }
    }
}

/// One approval (or rejection) of something.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'e> {
    /// The record.
    pub event: &'e Recorded,
    /// How it is tied to what was deployed.
    pub tie: Tie,
    /// `false` for a rejection.
    pub approved: bool,
    /// When it was given.
    pub timing: Timing,
    /// Whether a later word of the same person, given before the deployment, stands in its stead.
    pub superseded: bool,
    /// Whether it and the deployment were both written down later, it before the deployment: the ledger's order says
    /// no more than what their writer said.
    pub both_late: bool,
}

impl Approval<'_> {
    /// Whether somebody approved in time, and did not take it back.
    pub fn counts(&self) -> bool {
        self.approved && !self.superseded && self.timing == Timing::Before
    }
}

/// What was, or is to be, deployed.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Where.
    pub place: Place<'a>,
    /// The full id of the commit.
    pub commit: &'a str,
    /// The full id of its tree, where it is known.
    pub tree: Option<&'a str>,
    /// The artifact, where one is named.
    pub artifact: Option<&'a str>,
    /// When, in seconds since 1970 UTC.
    pub at: i64,
}

/// The approvals among `events` that cover `subject`, as they stand in the ledger. `same_patch` says
/// whether a commit makes the same change as the subject's; it is asked last.
pub fn covering<'e>(
    events: impl IntoIterator<Item = &'e Recorded>,
    subject: &Subject<'_>,
    mut same_patch: impl FnMut(&str) -> bool,
) -> Vec<Approval<'e>> {
    let mut found = Vec::new();
    for event in events {
        if event.kind != Kind::Approval || !is_for(event, subject.place) {
            continue;
        }
        let Some(tie) = tie(event, subject, &mut same_patch) else { continue };
        let approved = match event.field("decision") {
            Some("approved") => true,
            Some("rejected") => false,
            _ => continue,
        };
        let when = event.when.map_or(i64::MAX, |when| when.seconds);
        let timing = if when > subject.at {
            Timing::After
        } else if expires(event).is_some_and(|expires| expires < subject.at) {
            Timing::Expired
        } else {
            Timing::Before
        };
        found.push(Approval { event, tie, approved, timing, superseded: false, both_late: false });
    }
    found
}

/// Says of each word before the deployment whether its author had another one after it: only the last one
/// counts. `author` tells who that is; who is not known has said nothing else.
pub fn supersede<P: PartialEq>(
    approvals: &mut [Approval<'_>],
    author: impl Fn(&Recorded) -> Option<P>,
) {
    let authors: Vec<Option<P>> = approvals.iter().map(|approval| author(approval.event)).collect();
    let mut later: Vec<&P> = Vec::new();
    for (approval, author) in approvals.iter_mut().zip(&authors).rev() {
        let Some(author) = author.as_ref().filter(|_| approval.timing != Timing::After) else {
            continue;
        };
        approval.superseded = later.contains(&author);
        later.push(author);
    }
}

/// Until when an approval holds, in seconds since 1970 UTC, if it says so.
pub fn expires(event: &Recorded) -> Option<i64> {
    let text = event.field("expires")?;
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.timestamp())
}

/// Whether a record is for a place; one without a service is for all services of its environment.
pub fn is_for(event: &Recorded, place: Place<'_>) -> bool {
    event.env() == Some(place.env)
        && event.service().is_none_or(|service| Some(service) == place.service)
}

fn tie(
    event: &Recorded,
    subject: &Subject<'_>,
    same_patch: &mut impl FnMut(&str) -> bool,
) -> Option<Tie> {
    let artifact = event.field("artifact");
    let Some(commit) = event.field("commit") else {
        return (artifact.is_some() && artifact == subject.artifact).then_some(Tie::Artifact);
    };
    if commit == subject.commit {
        return Some(Tie::Commit);
    }
    if artifact.is_some() && artifact == subject.artifact {
        return Some(Tie::Artifact);
    }
    if subject.tree.is_some() && event.field("tree") == subject.tree {
        return Some(Tie::Tree);
    }
    same_patch(commit).then_some(Tie::Patch)
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;
    use serde_json::{Value, json};

    fn place() -> Place<'static> {
        Place { env: "production", service: Some("api") }
    }

    /// The ties and timings of one approval, for commit `c1` with tree `t1` deployed at 100.
    fn ties(when: i64, fields: Value) -> Vec<(Tie, bool, Timing)> {
        let subject = Subject {
            place: place(),
            commit: "c1",
            tree: Some("t1"),
            artifact: Some("sha256:aa"),
            at: 100,
        };
        let event = record("a", Kind::Approval, when, fields);
        covering([&event], &subject, |commit| commit == "rebased")
            .iter()
            .map(|approval| (approval.tie, approval.approved, approval.timing))
            .collect()
    }

    #[test]
    fn an_approval_is_tied_by_commit_artifact_tree_or_patch() {
        let of = |fields: Value| ties(50, fields);
        let approved = |tie| vec![(tie, true, Timing::Before)];
        assert_eq!(
            of(json!({"env": "production", "commit": "c1", "decision": "approved"})),
            approved(Tie::Commit)
        );
        assert_eq!(
            of(json!({"env": "production", "artifact": "sha256:aa", "decision": "approved"})),
            approved(Tie::Artifact)
        );
        assert_eq!(
            of(json!({"env": "production", "commit": "c2", "tree": "t1", "decision": "approved"})),
            approved(Tie::Tree)
        );
        assert_eq!(
            of(
                json!({"env": "production", "commit": "rebased", "tree": "t2", "decision": "approved"})
            ),
            approved(Tie::Patch)
        );
        assert_eq!(
            of(json!({"env": "production", "commit": "c2", "tree": "t2", "decision": "approved"})),
            []
        );
        assert_eq!(
            of(json!({"env": "production", "artifact": "sha256:bb", "decision": "approved"})),
            []
        );
    }

    #[test]
    fn an_approval_is_for_its_environment_and_service() {
        let of = |fields: Value| ties(50, fields).len();
        assert_eq!(
            of(
                json!({"env": "production", "service": "api", "commit": "c1", "decision": "approved"})
            ),
            1
        );
        assert_eq!(
            of(
                json!({"env": "production", "service": "web", "commit": "c1", "decision": "approved"})
            ),
            0
        );
        assert_eq!(of(json!({"env": "staging", "commit": "c1", "decision": "approved"})), 0);
        assert_eq!(of(json!({"commit": "c1", "decision": "approved"})), 0);
    }

    #[test]
    fn the_last_word_of_each_before_the_deployment_counts() {
        let word = |id, when, decision: &str| {
            let fields = json!({"env": "production", "commit": "c1", "decision": decision});
            record(id, Kind::Approval, when, fields)
        };
        let events = [
            word("bo1", 10, "approved"),
            word("cy1", 20, "rejected"),
            word("bo2", 30, "rejected"),
            word("cy2", 40, "approved"),
            word("bo3", 101, "approved"),
        ];
        let subject = Subject { place: place(), commit: "c1", tree: None, artifact: None, at: 100 };
        let mut approvals = covering(&events, &subject, |_| false);
        supersede(&mut approvals, |event| Some(event.id[..2].to_owned()));
        let superseded: Vec<bool> = approvals.iter().map(|one| one.superseded).collect();
        assert_eq!(superseded, [true, true, false, false, false]);
    }

    #[test]
    fn timing_is_seen_from_the_deployment() {
        let at = |when, fields: Value| ties(when, fields).first().map(|tie| (tie.1, tie.2));
        let plain = json!({"env": "production", "commit": "c1", "decision": "approved"});
        assert_eq!(at(100, plain.clone()), Some((true, Timing::Before)));
        assert_eq!(at(101, plain), Some((true, Timing::After)));
        let until = |text: &str| json!({"env": "production", "commit": "c1", "decision": "approved", "expires": text});
        assert_eq!(at(50, until("1970-01-01T00:01:39Z")), Some((true, Timing::Expired)));
        assert_eq!(at(50, until("1970-01-01T00:01:40Z")), Some((true, Timing::Before)));
        let rejected = json!({"env": "production", "commit": "c1", "decision": "rejected"});
        assert_eq!(at(50, rejected), Some((false, Timing::Before)));
    }
}

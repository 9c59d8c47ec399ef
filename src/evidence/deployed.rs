//! What commands say about deployed commits: their summaries, the approvals that cover them, what lies between
//! two of them, and the freezes in force.

use super::Evidence;
use super::actors::Actors;
use super::patches::SamePatch;
use crate::deployments::Deployment;
use crate::deployments::approvals::{self, Approval, Subject, Timing};
use crate::deployments::superseded::{Superseded, is_taken_over};
use crate::event::{Event, Kind};
use crate::git::graph::Commits;
use crate::git::message::Message;
use crate::git::walk::{Order, Plan, Tip, Walk};
use crate::git::{Oid, Repository, object};
use crate::ledger::{Recorded, time};
use crate::outcome::Failure;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The first paragraph of a commit's message.
pub(crate) fn summary(repo: &Repository, oid: Oid) -> Result<String, Failure> {
    let raw = Commits::without_graph(repo).read(oid)?;
    let commit = object::commit(&raw, repo.hash())
        .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
    Ok(Message::parse(&String::from_utf8_lossy(commit.message)).summary().into_owned())
}

/// Approvals and rejections that cover a deployment; where somebody spoke several times, it is said which word
/// is their last one.
pub(crate) fn covering<'e>(
    evidence: &Evidence<'e>,
    deployment: &Deployment<'_>,
) -> Result<Vec<Approval<'e>>, Failure> {
    let &Evidence { repo, judge, records, deployments, .. } = evidence;
    let tree = match deployment.field("tree") {
        Some(tree) => Some(tree.to_owned()),
        None => match repo.here(deployment.commit()) {
            Some(oid) => Some(repo.tree_of(oid)?.to_string()),
            None => None,
        },
    };
    let subject = Subject {
        place: deployment.place,
        commit: deployment.commit(),
        tree: tree.as_deref(),
        artifact: deployment.field("artifact"),
        at: deployment.from,
    };
    let mut patches = SamePatch::new(repo, deployment.commit(), deployments);
    let mut found = approvals::covering(records, &subject, |other| patches.is(other));
    let superseded = Superseded::among(records);
    found.retain(|approval| !superseded.has(approval.event));
    for approval in &mut found {
        // Imports are written down when they come: between two of them only the platform's times tell.
        if is_taken_over(approval.event) && is_taken_over(deployment.event) {
            continue;
        }
        let late = deployment.event.is_late();
        match deployment.order(approval.event, records) {
            // What was written down in time came when the ledger says, whatever the clocks say.
            Some(Ordering::Greater) if !late && approval.timing == Timing::After => {
                let expired =
                    approvals::expires(approval.event).is_some_and(|end| end < subject.at);
                approval.timing = if expired { Timing::Expired } else { Timing::Before };
            }
            Some(Ordering::Less) => approval.timing = Timing::After,
            Some(Ordering::Greater) => approval.both_late = late,
            _ => {}
        }
    }
    if found.len() > 1 {
        let actors = Actors::new(repo, judge)?;
        approvals::supersede(&mut found, |event| actors.actor(event));
    }
    Ok(found)
}

/// How many commits `new` has that `old` does not have, as `git rev-list --count new ^old`; none is read.
pub(crate) fn count(repo: &Repository, old: Oid, new: Oid) -> Result<usize, Failure> {
    // What is excluded is known before the first commit comes.
    Ok(between(repo, old, new, false)?.selected().map_or(0, |commits| commits.len()))
}

/// The commits of `new` that `old` does not have, as `git rev-list new ^old`, newest first.
pub(crate) fn between(
    repo: &Repository,
    old: Oid,
    new: Oid,
    first_parent: bool,
) -> Result<Walk<'_>, Failure> {
    let tips = vec![Tip { oid: new, exclude: false }, Tip { oid: old, exclude: true }];
    let order = if first_parent { Order::Topological } else { Order::Walk };
    Walk::new(Commits::new(repo), Plan { tips, first_parent, order, ..Plan::default() })
}

/// Freezes in force at a moment: begun and not ended. A freeze record says from when until when; without
/// that it lasts from its own time until one that ends it.
pub(crate) fn freezes(events: &[Recorded], at: i64) -> Vec<&Event> {
    let moment =
        |event: &Event, name: &str| event.field(name).and_then(|text| time::parse(text.as_bytes()));
    let mut open: BTreeMap<(Option<&str>, Option<&str>), &Event> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == Kind::Freeze) {
        let Some(when) = event.when.map(|when| when.seconds) else { continue };
        let place = event.place.as_ref();
        let key = (
            place.and_then(|place| place.env.as_deref()),
            place.and_then(|place| place.service.as_deref()),
        );
        match event.field("action") {
            Some("begins") if moment(event, "from").unwrap_or(when) <= at => {
                open.insert(key, event);
            }
            Some("ends") if when <= at => {
                open.remove(&key);
            }
            _ => {}
        }
    }
    open.into_values()
        .filter(|event| moment(event, "until").is_none_or(|until| until > at))
        .collect()
}

//! Who had a part in what lies between two ends, and which.

use super::Involved;
use crate::deployments::approvals::Approval;
use crate::event::{Event, Identity, Kind};
use crate::evidence::actors::Actors;
use crate::policy::Somebody;
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who had a part, those with most commits first; each once, whichever of their addresses was used.
/// `approvals` are those of what was deployed, which may be older than what lies between.
pub(super) fn involved<'e>(
    actors: &Actors,
    commits: impl Iterator<Item = &'e Event>,
    between: &[Event],
    approvals: &[Approval<'_>],
) -> Vec<Involved> {
    let mut people: BTreeMap<Somebody, Involved> = BTreeMap::new();
    let mut add = |who: &Identity, login: Option<&str>, part: &'static str| {
        let entry = people.entry(actors.person(who, login)).or_insert_with(|| Involved {
            who: actors.identity(who),
            parts: BTreeSet::new(),
            commits: 0,
        });
        entry.parts.insert(part);
        entry.commits += usize::from(part == "author");
    };
    for event in commits {
        event.who.identity.iter().for_each(|who| add(who, None, "author"));
        event.who.co_authors.iter().for_each(|who| add(who, None, "co-author"));
        let committer = event.who.committer.as_ref();
        if committer != event.who.identity.as_ref() {
            committer.iter().for_each(|who| add(who, None, "committer"));
        }
        event.reviews().iter().for_each(|review| add(&review.by, None, "reviewer"));
    }
    for (number, event) in between.iter().enumerate() {
        let part = match event.kind {
            Kind::Deploy | Kind::Rollback => "deployer",
            Kind::Approval if is_withdrawn(actors, event, &between[number + 1..]) => continue,
            Kind::Approval => match event.field("decision") {
                Some("approved") => "approver",
                Some("rejected") => "rejecter",
                _ => "actor",
            },
            Kind::Review => "reviewer",
            _ => "actor",
        };
        let login = event.who.login.as_deref();
        event.who.identity.iter().for_each(|who| add(who, login, part));
    }
    for approval in approvals.iter().filter(|approval| approval.counts()) {
        let who = &approval.event.who;
        who.identity.iter().for_each(|identity| add(identity, who.login.as_deref(), "approver"));
    }
    let mut people: Vec<Involved> = people.into_values().collect();
    people.sort_by_key(|involved| std::cmp::Reverse(involved.commits));
    people
}

/// Whether the same person said something else of the same thing, before it was deployed: only the last word counts.
fn is_withdrawn(actors: &Actors, word: &Event, later: &[Event]) -> bool {
    let env = |event: &Event| event.place.as_ref().and_then(|place| place.env.clone());
    let deployed = |other: &&Event| {
        matches!(other.kind, Kind::Deploy | Kind::Rollback) && env(other) == env(word)
    };
    let subject = |other: &Event| {
        other.place == word.place
            && ["commit", "artifact"].iter().all(|name| other.field(name) == word.field(name))
    };
    let Some(author) = actors.actor(word) else { return false };
    later.iter().take_while(|other| !deployed(other)).any(|other| {
        other.kind == Kind::Approval
            && subject(other)
            && actors.actor(other).as_ref() == Some(&author)
    })
}

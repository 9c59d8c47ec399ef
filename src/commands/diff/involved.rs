//! Who had a part in what lies between two ends, and which.

use crate::event::{Event, Identity, Kind};
use crate::report::diff::Involved;
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who had a part, those with most commits first.
pub(super) fn involved<'e>(
    commits: impl Iterator<Item = &'e Event>,
    between: &[Event],
) -> Vec<Involved> {
    let mut people: BTreeMap<String, Involved> = BTreeMap::new();
    let mut add = |who: &Identity, part: &'static str| {
        let key = if who.email.is_empty() { &who.name } else { &who.email };
        let entry = people.entry(key.to_lowercase()).or_insert_with(|| Involved {
            who: who.clone(),
            parts: BTreeSet::new(),
            commits: 0,
        });
        entry.parts.insert(part);
        entry.commits += usize::from(part == "author");
    };
    for event in commits {
        event.who.identity.iter().for_each(|who| add(who, "author"));
        event.who.co_authors.iter().for_each(|who| add(who, "co-author"));
        let committer = event.who.committer.as_ref();
        if committer != event.who.identity.as_ref() {
            committer.iter().for_each(|who| add(who, "committer"));
        }
        event.reviews().iter().for_each(|review| add(&review.by, "reviewer"));
    }
    for event in between {
        let part = match event.kind {
            Kind::Deploy | Kind::Rollback => "deployer",
            Kind::Approval => "approver",
            Kind::Review => "reviewer",
            _ => "actor",
        };
        event.who.identity.iter().for_each(|who| add(who, part));
    }
    let mut people: Vec<Involved> = people.into_values().collect();
    people.sort_by_key(|involved| std::cmp::Reverse(involved.commits));
    people
}

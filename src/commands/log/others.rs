//! What stands between the commits: tags and records, and where.

use super::LogArgs;
use super::query::{Others, Query};
use crate::deployments::named_commits;
use crate::event::{Event, Kind};
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::git::tags::Tag;
use crate::git::{Oid, Repository};
use crate::ledger::View;
use crate::outcome::Failure;
use crate::timeline::Place;
use std::collections::HashSet;

/// A tag or a record that waits for its turn.
pub(super) enum Other {
    /// Not an event yet: most of a thousand tags are never shown.
    Tag(Box<Tag>),
    Record(Box<Event>),
}

impl LogArgs {
    /// Ledger events that belong to the result, judged and filtered. In a range those that name a commit
    /// of it.
    pub(super) fn records(
        &self,
        view: &View,
        judge: &Judge,
        query: &Query,
        selected: Option<&HashSet<Oid>>,
    ) -> Result<Vec<(Place, Other)>, Failure> {
        let wanted = Kind::ALL.iter().any(|kind| !kind.is_git() && self.filters.wants(*kind));
        if query.others == Others::None || !wanted || view.chain().is_empty() {
            return Ok(Vec::new());
        }
        let ids: Option<HashSet<String>> = match query.others {
            Others::InRange => Some(selected.into_iter().flatten().map(Oid::to_string).collect()),
            Others::All | Others::AtCommits | Others::None => None,
        };
        let concerns = |event: &Event| {
            ids.as_ref().is_none_or(|ids| named_commits(event).any(|id| ids.contains(id)))
        };
        let in_period = |when: i64| query.period.has(when);
        let keep = |event: &Event| concerns(event) && query.filter.passes(event);
        let events = records::events(view, judge, in_period, keep)?;
        Ok(events.into_iter().filter_map(|event| placed(event, query.others)).collect())
    }

    /// Tags that belong to the range and the period asked for, and where they stand. Events are made of
    /// them when their turn comes.
    pub(super) fn tags(
        &self,
        repo: &Repository,
        query: &Query,
        selected: Option<&HashSet<Oid>>,
    ) -> Result<Vec<(Place, Other)>, Failure> {
        let mut tags = Vec::new();
        if query.others == Others::None || !self.filters.wants(Kind::Tag) {
            return Ok(tags);
        }
        // One after the other: libgit2's locks make this slower with two threads than with one.
        for reference in repo.refs("refs/tags/")? {
            let tag = repo.tag(reference.clone())?;
            let outside = query.others == Others::InRange
                && !selected.is_some_and(|set| set.contains(&tag.target));
            if outside || !query.period.takes(tag.when.map(|when| when.seconds)) {
                continue;
            }
            let place = match tag.when {
                Some(when) if query.others != Others::AtCommits => Place::Time(when.seconds),
                _ => Place::Commit(tag.target.to_string()),
            };
            tags.push((place, Other::Tag(Box::new(tag))));
        }
        Ok(tags)
    }
}

/// A record and where it stands; nowhere in a walk without a known end, if it concerns no commit.
fn placed(event: Event, others: Others) -> Option<(Place, Other)> {
    let place = match event.when {
        Some(when) if others != Others::AtCommits => Place::Time(when.seconds),
        _ => Place::Commit(event.field("commit")?.to_owned()),
    };
    Some((place, Other::Record(Box::new(event))))
}

//! What stands between the commits: tags and records, and where.
//!
//! A lightweight tag has neither a time nor a maker. It stands beside its commit, as a branch does, and is a row of
//! its own only where tags are asked for by name (`--kind tag`).
//!
//! An annotated tag stands at its own time. Nothing but the tag object tells that time, and no commit bounds it: a tag
//! made today may name a commit of last year. So the objects of all annotated tags are read before the first row. Of
//! each only the time and the place in the list of references are kept.

use super::LogArgs;
use super::query::{Others, Query};
use crate::deployments::named_commits;
use crate::event::{Event, Kind, When};
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::git::refs::Ref;
use crate::git::{Oid, Repository};
use crate::ledger::View;
use crate::outcome::Failure;
use crate::timeline::Place;
use std::collections::HashSet;

/// A tag or a record that waits for its turn.
pub(super) enum Other<'r> {
    /// Not an event yet, and not in memory: most of a million tags are never shown.
    Tag(&'r Ref),
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
    ) -> Result<Vec<(Place, Other<'static>)>, Failure> {
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
    pub(super) fn tags<'r>(
        &self,
        repo: &'r Repository,
        query: &Query,
        selected: Option<&HashSet<Oid>>,
    ) -> Result<Vec<(Place, Other<'r>)>, Failure> {
        if query.others == Others::None || !self.filters.wants(Kind::Tag) {
            return Ok(Vec::new());
        }
        let place = |target: Oid, when: Option<When>| {
            let outside = query.others == Others::InRange
                && !selected.is_some_and(|set| set.contains(&target));
            if outside || !query.period.takes(when.map(|when| when.seconds)) {
                return None;
            }
            Some(match when {
                Some(when) if query.others != Others::AtCommits => Place::Time(when.seconds),
                _ => Place::Commit(target.to_string()),
            })
        };
        let mut tags = repo.annotated_tags(|reference, tag| {
            Some((place(tag.target, tag.when)?, Other::Tag(reference)))
        })?;
        if self.filters.names(Kind::Tag) {
            for reference in repo.refs("refs/tags/")? {
                if repo.is_lightweight(reference)? {
                    let place = place(reference.target, None);
                    tags.extend(place.map(|place| (place, Other::Tag(reference))));
                }
            }
        }
        Ok(tags)
    }
}

/// A record and where it stands; nowhere in a walk without a known end, if it concerns no commit.
fn placed(event: Event, others: Others) -> Option<(Place, Other<'static>)> {
    let place = match event.when {
        Some(when) if others != Others::AtCommits => Place::Time(when.seconds),
        _ => Place::Commit(event.field("commit")?.to_owned()),
    };
    Some((place, Other::Record(Box::new(event))))
}

//! The timeline on its way: commits from the walk, tags and records between them, as far as they are wanted.

use super::others::Other;
use super::query::{Others, Query};
use crate::event::Event;
use crate::evidence::judge::Judge;
use crate::git::Repository;
use crate::git::commits::CommitReader;
use crate::git::walk::{Walk, Walked};
use crate::outcome::Failure;
use crate::pipeline;
use crate::timeline::Timeline;
use std::ops::ControlFlow;

/// Walks, judges and filters in several threads, and hands events on in order.
pub(super) fn stream(
    repo: &Repository,
    walk: Walk<'_>,
    reader: &CommitReader,
    judge: &Judge,
    query: &Query,
    mut timeline: Timeline<Other<'_>>,
    mut sink: impl FnMut(Event) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<()> {
    let work = |walked: Result<Walked, Failure>| -> Result<(Event, bool), Failure> {
        let event = judge.event(reader.event(repo, &walked?)?);
        let passes = query.filter.passes(&event);
        Ok((event, passes))
    };
    // Tags and records that have their turn.
    let show = |others: Vec<Other<'_>>,
                sink: &mut dyn FnMut(Event) -> anyhow::Result<ControlFlow<()>>| {
        for other in others {
            let event = match other {
                Other::Tag(tag) => judge.event(reader.tag_event(repo, &repo.tag(tag.clone())?)?),
                Other::Record(event) => *event,
            };
            if query.filter.passes(&event) && sink(event)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    };
    let mut commit = |item: Result<(Event, bool), Failure>| -> anyhow::Result<ControlFlow<()>> {
        let (event, passes) = item?;
        if show(timeline.before(&event.id, event.when), &mut sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if passes { sink(event) } else { Ok(ControlFlow::Continue(())) }
    };
    let ended = pipeline::ordered(walk, work, |item| match commit(item) {
        Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
        Ok(ControlFlow::Break(())) => ControlFlow::Break(Ok(())),
        Err(error) => ControlFlow::Break(Err(error)),
    });
    match ended {
        Some(result) => result,
        // What stands at a commit that was not walked is not part of the question.
        None if query.others == Others::AtCommits => Ok(()),
        None => show(timeline.rest(), &mut sink).map(|_| ()),
    }
}

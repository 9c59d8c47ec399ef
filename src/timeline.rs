//! Git events and ledger events as one stream, newest first.
//!
//! Commits arrive in the order of the walk. Events that have a time of their own (tags, records) are
//! slipped in before the first commit that is not younger; a lightweight tag, which has none, stands
//! before its commit. Nothing is sorted afterwards, so the first row can be shown at once; and because
//! signatures are judged when an event's turn has come, that row waits for no other's.

use crate::event::{What, When};
use crate::git::commits::Unjudged;
use std::collections::HashMap;

/// Slips events with times of their own into the stream of commits.
#[derive(Debug, Default)]
pub struct Timeline {
    /// Oldest first, so that the newest is at the end.
    timed: Vec<Unjudged>,
    /// Events without a time, by the commit that they stand at.
    untimed: HashMap<String, Vec<Unjudged>>,
    /// Whether events without a commit of the walk are left out at the end.
    attached: bool,
}

impl Timeline {
    /// A timeline of commits that will be pushed, and these other events.
    pub fn new(events: Vec<Unjudged>) -> Timeline {
        let mut timeline = Timeline::default();
        for event in events {
            match (&event.event.when, &event.event.what) {
                (Some(_), _) => timeline.timed.push(event),
                (None, What::Tag(facts)) => {
                    timeline.untimed.entry(facts.target.clone()).or_default().push(event);
                }
                (None, _) => {
                    timeline.untimed.entry(event.event.id.clone()).or_default().push(event)
                }
            }
        }
        // Stable, so that what is given later stands above at the same second.
        timeline.timed.sort_by_key(|timed| timed.event.when.map(|when| when.seconds));
        timeline
    }

    /// A timeline in which each of these events stands at the commit that it names, and those whose
    /// commit is not pushed are left out: for a walk of which nobody knows yet what it will reach.
    pub fn attached(events: Vec<Unjudged>) -> Timeline {
        let mut timeline = Timeline { attached: true, ..Timeline::default() };
        for event in events {
            let commit = match &event.event.what {
                What::Tag(facts) => Some(facts.target.clone()),
                What::Record(fields) => {
                    fields.get("commit").and_then(|id| id.as_str()).map(str::to_owned)
                }
                What::Commit(_) => None,
            };
            if let Some(commit) = commit {
                timeline.untimed.entry(commit).or_default().push(event);
            }
        }
        timeline
    }

    /// What comes with the next commit: everything younger, then what stands at it, then itself.
    pub fn push(&mut self, commit: Unjudged, mut sink: impl FnMut(Unjudged)) {
        if let Some(when) = commit.event.when {
            while self.timed.last().is_some_and(|timed| timed.event.when >= Some(when_floor(when)))
            {
                if let Some(event) = self.timed.pop() {
                    sink(event);
                }
            }
        }
        for event in self.untimed.remove(&commit.event.id).into_iter().flatten() {
            sink(event);
        }
        sink(commit);
    }

    /// What is left when the walk has ended: older events, and those whose commit was not walked.
    pub fn finish(mut self, mut sink: impl FnMut(Unjudged)) {
        while let Some(event) = self.timed.pop() {
            sink(event);
        }
        if self.attached {
            return;
        }
        let mut rest: Vec<Unjudged> = self.untimed.into_values().flatten().collect();
        rest.sort_by(|a, b| a.event.id.cmp(&b.event.id));
        rest.into_iter().for_each(sink);
    }
}

/// The same second in any zone.
fn when_floor(when: When) -> When {
    When { seconds: when.seconds, offset: None }
}

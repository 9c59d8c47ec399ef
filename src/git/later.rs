//! The commits that came after some others: what takes them back is among these, soon after them for the most
//! part, or in what was made last.
//!
//! History is walked from the tips by falling date, to the first of those commits. Where there is too much between, the
//! walk ends early, and those that came soon after are found without it: all commits of the commit-graph are looked at
//! where they lie, which is faster than going from child to parent. Whether they belong to the history that is meant is
//! for the caller to ask, of the few that matter.

use super::Oid;
use super::places::Before;
use super::source::Commits;
use crate::outcome::Failure;
use crate::pipeline;
use gix_commitgraph::Position;
use std::collections::{BinaryHeap, HashSet};
use std::ops::Range;

/// A clock that went back by so much, in seconds, hides nothing.
const CLOCKS: u64 = 24 * 60 * 60;

/// How many commits of the commit-graph one thread looks at before another one helps.
const PIECE: usize = 16_384;

/// Commits that came after others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Later {
    /// Those that were asked for, in no order.
    pub commits: Vec<Oid>,
    /// How many more there are, or seem to be by their dates.
    pub others: usize,
}

/// The commits of `tips` that came after one of `wanted`, by their dates. Of more than `most`, those that came last, and
/// those that came first after each.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn than(
    commits: &Commits<'_>,
    tips: &[Oid],
    wanted: &[Oid],
    most: usize,
) -> Result<Later, Failure> {
    let mut since = Vec::new();
    for &oid in wanted {
        let date = commits.date_at(commits.place(oid))?;
        since.push(date.unwrap_or(0).saturating_sub(CLOCKS));
    }
    let Some(&oldest) = since.iter().min() else { return Ok(Later::default()) };
    let (mut found, ended) = newest(commits, tips, oldest, most)?;
    let mut all = found.len();
    if !ended {
        let until = found.first().map_or(0, |&(date, _)| date.saturating_add(CLOCKS));
        let share = most / 2 / since.len();
        let firsts =
            since.into_iter().map(|since| First { since, until, share, found: Vec::new() });
        let (count, first) = first(commits, tips, Firsts { count: 0, each: firsts.collect() })?;
        all = count;
        found.truncate(most - most / 2);
        found.extend(first);
        found.sort_unstable();
        found.dedup();
    }
    let others = all.saturating_sub(found.len());
    let oids = found.into_iter().filter_map(|(_, at)| commits.oid_at(at));
    Ok(Later { commits: oids.collect(), others })
}

/// A commit: its date and its place.
type Dated = (u64, usize);

/// The last `most` commits of `tips` that are no older than `since`, the newest first, and whether these are all.
fn newest(
    commits: &Commits<'_>,
    tips: &[Oid],
    since: u64,
    most: usize,
) -> Result<(Vec<Dated>, bool), Failure> {
    let (mut queue, mut seen) = (BinaryHeap::new(), HashSet::new());
    let mut reach = |at: usize, queue: &mut BinaryHeap<Dated>| -> Result<(), Failure> {
        if seen.insert(at)
            && let Some(date) = commits.date_at(at)?.filter(|&date| date >= since)
        {
            queue.push((date, at));
        }
        Ok(())
    };
    for &tip in tips {
        reach(commits.place(tip), &mut queue)?;
    }
    let mut found = Vec::new();
    while let Some(&(date, at)) = queue.peek() {
        if found.len() == most {
            return Ok((found, false));
        }
        queue.pop();
        found.push((date, at));
        if let Before::Parents(parents) = commits.before(at, None)? {
            for parent in parents {
                reach(parent, &mut queue)?;
            }
        }
    }
    Ok((found, true))
}

/// The first commits of several periods, of all that somebody names.
#[derive(Clone)]
struct Firsts {
    /// How many lie in any of them.
    count: usize,
    each: Vec<First>,
}

/// The first `share` commits of a period, and some more until they are sorted out.
#[derive(Clone)]
struct First {
    since: u64,
    /// Later ones are not among the first any longer.
    until: u64,
    share: usize,
    found: Vec<Dated>,
}

impl Firsts {
    fn add(&mut self, one: Dated) {
        let mut counts = false;
        for first in &mut self.each {
            counts |= first.since <= one.0;
            if first.since <= one.0 && one.0 <= first.until {
                first.found.push(one);
                if first.found.len() > 2 * first.share {
                    first.sort_out();
                }
            }
        }
        self.count += usize::from(counts);
    }

    fn add_all(&mut self, others: Firsts) {
        self.count += others.count;
        for (first, other) in self.each.iter_mut().zip(others.each) {
            first.found.extend(other.found);
            first.sort_out();
        }
    }
}

impl First {
    fn sort_out(&mut self) {
        if self.share < self.found.len() {
            let (_, &mut (last, _), _) = self.found.select_nth_unstable(self.share);
            self.found.truncate(self.share);
            self.until = last;
        }
    }
}

/// The first commits of some periods, with how many lie in any: of all of the commit-graph, and of those of `tips` that
/// it does not hold.
fn first(
    commits: &Commits<'_>,
    tips: &[Oid],
    periods: Firsts,
) -> Result<(usize, Vec<Dated>), Failure> {
    let until = periods.each.first().map_or(0, |first| first.until);
    let oldest = periods.each.iter().map(|first| first.since).min().unwrap_or(u64::MAX);
    let mut all = periods.clone();
    if let Some(graph) = commits.graph() {
        let pieces: Vec<Range<usize>> = (0..commits.in_graph)
            .step_by(PIECE)
            .map(|from| from..commits.in_graph.min(from + PIECE))
            .collect();
        let look = |piece: &Range<usize>| {
            let mut firsts = periods.clone();
            for at in piece.clone() {
                let Ok(position) = u32::try_from(at) else { break };
                let date = graph.commit_at(Position(position)).committer_timestamp();
                if date <= until {
                    firsts.add((date, at));
                }
            }
            firsts
        };
        for firsts in pipeline::each(&pieces, 1, look) {
            all.add_all(firsts);
        }
    }
    let mut seen = HashSet::new();
    let mut open: Vec<usize> = tips.iter().map(|&tip| commits.place(tip)).collect();
    while let Some(at) = open.pop() {
        if at < commits.in_graph || !seen.insert(at) {
            continue;
        }
        let Some(date) = commits.date_at(at)?.filter(|&date| date >= oldest) else { continue };
        all.add((date, at));
        if let Before::Parents(parents) = commits.before(at, None)? {
            open.extend(parents);
        }
    }
    all.each.iter_mut().for_each(First::sort_out);
    Ok((all.count, all.each.into_iter().flat_map(|first| first.found).collect()))
}

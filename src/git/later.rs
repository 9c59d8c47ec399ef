//! The commits that came after some others: what takes them back is among these, soon after them for the most
//! part, or in what was made last.
//!
//! ```text
//! X ── o ── o ── o ── … a hundred thousand … ── o ── o ── o    tip
//!      └── first ──┘                            └── last ──┘
//! ```
//!
//! History is walked from the tips by falling date, to the first of those commits. Where there is too much between, the
//! walk ends early, and what came soon after is walked from a little way up the line that they were brought onto.

use super::Oid;
use super::beyond::sorted;
use super::contains::{Brought, Located};
use super::source::Commits;
use crate::outcome::Failure;
use std::collections::{BinaryHeap, HashSet};

/// A clock that went back by so much, in seconds, hides nothing.
const CLOCKS: u64 = 24 * 60 * 60;

/// How many commits are walked at most to find those that came first.
const WALKED: usize = 1_000;

/// Commits that came after others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// Those that were asked for, newest first.
    pub commits: Vec<Oid>,
    /// Whether these are all.
    pub all: bool,
}

/// The commits of `tips` that came after one of `wanted`, by their dates. Of more than `most`, those that came last, and
/// those that came first after `brought`.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn than(
    commits: &Commits<'_>,
    tips: &[Oid],
    wanted: &[Oid],
    brought: &[Brought],
    most: usize,
) -> Result<Later, Failure> {
    let since = first(commits, wanted)?;
    let (mut found, all) = newest(commits, tips, since, most)?;
    if !all {
        let share = most / 2 / brought.len().max(1);
        found.truncate(most - most / 2);
        for brought in brought {
            let since = date(commits, brought.by)?;
            let (mut first, _) = newest(commits, &[brought.soon_after], since, WALKED)?;
            found.extend(first.split_off(first.len().saturating_sub(share)));
        }
    }
    let oid = |(date, at)| Some((date, commits.oid_at(at)?));
    Ok(Later { commits: sorted(found.into_iter().filter_map(oid).collect()), all })
}

/// A commit that was looked at.
const SEEN: u8 = 1;
/// One of the tips.
const TIP: u8 = 2;
/// One that stands behind a tip.
const BEHIND: u8 = 4;

/// Those of `tips` whose histories are all there is: none of the others is left out but what stands on their lines of
/// first parents, followed back to the date of the first of `wanted`.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn heads(
    commits: &Commits<'_>,
    tips: impl Iterator<Item = Located>,
    wanted: &[Oid],
) -> Result<Vec<Oid>, Failure> {
    let since = first(commits, wanted)?;
    let tips: Vec<usize> = tips.map(|tip| tip.place(commits)).collect();
    let mut marks = Marks(vec![0; commits.in_graph]);
    let mut left = tips.iter().filter(|&&tip| marks.add(tip, TIP) == 0).count();
    let mut heads = Vec::new();
    for tip in tips {
        if marks.add(tip, SEEN) & SEEN != 0 {
            continue;
        }
        heads.push(tip);
        left -= 1;
        let mut at = tip;
        // Each commit is passed once, however many lines lead to it.
        while left > 0
            && let (Some(date), Some(parents)) = commits.dated(at)?
            && date >= since
            && let Some(&parent) = parents.first()
        {
            let before = marks.add(parent, SEEN | BEHIND);
            if before & SEEN != 0 {
                break;
            }
            left -= usize::from(before & TIP != 0);
            at = parent;
        }
    }
    heads.retain(|&head| marks.add(head, 0) & BEHIND == 0);
    Ok(heads.into_iter().filter_map(|head| commits.oid_at(head)).collect())
}

/// What is known of each place.
struct Marks(Vec<u8>);

impl Marks {
    /// Adds marks; those that there were.
    fn add(&mut self, at: usize, marks: u8) -> u8 {
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        let before = self.0[at];
        self.0[at] |= marks;
        before
    }
}

/// The date from which on something may have come after one of some commits.
fn first(commits: &Commits<'_>, wanted: &[Oid]) -> Result<u64, Failure> {
    let mut since = u64::MAX;
    for &oid in wanted {
        since = since.min(date(commits, oid)?);
    }
    Ok(since)
}

/// The date from which on something may have come after a commit.
fn date(commits: &Commits<'_>, oid: Oid) -> Result<u64, Failure> {
    Ok(commits.date_at(commits.place(oid))?.unwrap_or(0).saturating_sub(CLOCKS))
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
        for parent in commits.parents_at(at)?.unwrap_or_default() {
            reach(parent, &mut queue)?;
        }
    }
    Ok((found, true))
}

//! Commits that were made after others. A revert of a change is among these: mostly soon after the change, or among the
//! latest commits.
//!
//! ```text
//! X ── o ── o ── o ── … a hundred thousand … ── o ── o ── o    tip
//!      └── first ──┘                            └── last ──┘
//! ```
//!
//! History is walked from the tips by falling date, down to the oldest of the given commits. When there are too many
//! commits in between, that walk ends early, and a second one covers the first commits after the change: it starts a few
//! steps up the line that the change was merged into.

use super::beyond::newest_dated_first;
use super::commits::Commits;
use super::contains::{Brought, Located};
use crate::git::Oid;
use crate::outcome::Failure;
use std::collections::{BinaryHeap, HashSet};

/// How far a committer's clock may run behind, in seconds, before a later commit is missed.
const CLOCK_SKEW_SECONDS: u64 = 24 * 60 * 60;

/// The most commits that the second walk visits.
const MAX_WALKED_AFTER_MERGE: usize = 1_000;

/// Commits that were made after others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// The commits, newest first.
    pub commits: Vec<Oid>,
    /// Whether these are all.
    pub all: bool,
}

/// The commits of `tips` that were made after one of `changes`, by their dates. When there are more than `most`: the latest
/// ones, and the first ones after `brought`.
///
/// # Errors
/// When a commit on the way is here but cannot be read.
pub fn than(
    commits: &Commits<'_>,
    tips: &[Oid],
    changes: &[Oid],
    brought: &[Brought],
    most: usize,
) -> Result<Later, Failure> {
    let since = earliest(commits, changes)?;
    let (mut found, all) = newest(commits, tips, since, most)?;
    if !all {
        let share = most / 2 / brought.len().max(1);
        found.truncate(most - most / 2);
        for brought in brought {
            let since = date(commits, brought.by)?;
            let (mut first, _) =
                newest(commits, &[brought.soon_after], since, MAX_WALKED_AFTER_MERGE)?;
            found.extend(first.split_off(first.len().saturating_sub(share)));
        }
    }
    let oid = |(date, node)| Some((date, commits.oid_of(node)?));
    let commits = newest_dated_first(found.into_iter().filter_map(oid).collect());
    Ok(Later { commits, all })
}

/// A commit that was visited.
const SEEN: u8 = 1;
/// One of the tips.
const TIP: u8 = 2;
/// An ancestor of a tip.
const BELOW_TIP: u8 = 4;

/// Those of `tips` whose histories together are those of all tips. A tip is left out when it is on the first-parent line of
/// another one, followed back to the date of the oldest of `changes`.
///
/// # Errors
/// When a commit on the way is here but cannot be read.
pub fn heads(
    commits: &Commits<'_>,
    tips: impl Iterator<Item = Located>,
    changes: &[Oid],
) -> Result<Vec<Oid>, Failure> {
    let since = earliest(commits, changes)?;
    let tips: Vec<usize> = tips.map(|tip| tip.node(commits)).collect();
    let mut marks = Marks(vec![0; commits.in_graph]);
    let mut left = tips.iter().filter(|&&tip| marks.add(tip, TIP) == 0).count();
    let mut heads = Vec::new();
    for tip in tips {
        if marks.add(tip, SEEN) & SEEN != 0 {
            continue;
        }
        heads.push(tip);
        left -= 1;
        let mut node = tip;
        // Each commit is passed once, however many lines lead to it.
        while left > 0
            && let (Some(date), Some(parents)) = commits.date_and_parents_of(node)?
            && date >= since
            && let Some(&parent) = parents.first()
        {
            let before = marks.add(parent, SEEN | BELOW_TIP);
            if before & SEEN != 0 {
                break;
            }
            left -= usize::from(before & TIP != 0);
            node = parent;
        }
    }
    heads.retain(|&head| marks.add(head, 0) & BELOW_TIP == 0);
    Ok(heads.into_iter().filter_map(|head| commits.oid_of(head)).collect())
}

/// The marks of each node.
struct Marks(Vec<u8>);

impl Marks {
    /// Adds marks to a node, and returns those it had before.
    fn add(&mut self, node: usize, marks: u8) -> u8 {
        if self.0.len() <= node {
            self.0.resize(node + 1, 0);
        }
        let before = self.0[node];
        self.0[node] |= marks;
        before
    }
}

/// The date from which on a commit may have been made after one of `changes`.
fn earliest(commits: &Commits<'_>, changes: &[Oid]) -> Result<u64, Failure> {
    let mut since = u64::MAX;
    for &oid in changes {
        since = since.min(date(commits, oid)?);
    }
    Ok(since)
}

/// The date from which on a commit may have been made after this one.
fn date(commits: &Commits<'_>, oid: Oid) -> Result<u64, Failure> {
    let date = commits.date_of(commits.node(oid))?;
    Ok(date.unwrap_or(0).saturating_sub(CLOCK_SKEW_SECONDS))
}

/// A commit: its date and its node.
type Dated = (u64, usize);

/// The newest `most` commits of `tips` that are no older than `since`, newest first, and whether these are all.
fn newest(
    commits: &Commits<'_>,
    tips: &[Oid],
    since: u64,
    most: usize,
) -> Result<(Vec<Dated>, bool), Failure> {
    let (mut queue, mut seen) = (BinaryHeap::new(), HashSet::new());
    let mut reach = |node: usize, queue: &mut BinaryHeap<Dated>| -> Result<(), Failure> {
        if seen.insert(node)
            && let Some(date) = commits.date_of(node)?.filter(|&date| date >= since)
        {
            queue.push((date, node));
        }
        Ok(())
    };
    for &tip in tips {
        reach(commits.node(tip), &mut queue)?;
    }
    let mut found = Vec::new();
    while let Some(&(date, node)) = queue.peek() {
        if found.len() == most {
            return Ok((found, false));
        }
        queue.pop();
        found.push((date, node));
        for parent in commits.parents_of(node)?.unwrap_or_default() {
            reach(parent, &mut queue)?;
        }
    }
    Ok((found, true))
}

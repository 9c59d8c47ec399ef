//! Commits of some histories that another one does not have, newest first: what may be news to it.

use super::Oid;
use super::source::Commits;
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use std::collections::{BinaryHeap, HashSet};

/// The commits of `tips` that `base` does not have and that are no older than `since` (in seconds since 1970 UTC),
/// as `git rev-list --since TIPS ^BASE`, newest first.
///
/// Commits are looked at by falling date, and the search ends when only ancestors of `base` are left. Where a clock
/// went back from a commit to its child, there may be ancestors of `base` among what is found. What stands behind
/// commits that seem too old is found if there are no more than [`SLOP`] of them. Tips on the line of first parents of
/// `base` have nothing of their own, so that mostly there is nothing to search for.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn beyond(
    commits: &Commits<'_>,
    tips: &[Oid],
    base: Oid,
    since: u64,
) -> Result<Vec<Oid>, Failure> {
    let mut tips: Vec<usize> = tips.iter().map(|&tip| commits.place(tip)).collect();
    leave_out_own_line(commits, &mut tips, base, since)?;
    if tips.is_empty() {
        return Ok(Vec::new());
    }
    let mut search = Search {
        commits,
        since,
        marks: vec![0; commits.in_graph],
        queue: BinaryHeap::new(),
        open: 0,
    };
    search.reach(commits.place(base), BASE)?;
    for tip in tips {
        search.reach(tip, BEYOND)?;
    }
    let mut found = Vec::new();
    while search.open > 0
        && let Some((date, at)) = search.queue.pop()
    {
        let side = search.look_at(at);
        if side == BEYOND {
            found.push((date, at));
        }
        for parent in commits.parents_at(at)?.unwrap_or_default() {
            search.reach(parent, side)?;
        }
    }
    found.retain(|&(_, at)| search.marks[at] & BASE == 0);
    let oid = |(date, at)| Some((date, commits.oid_at(at)?));
    Ok(sorted(found.into_iter().filter_map(oid).collect()))
}

/// Whether a commit is no older than `since`, or a few steps behind it one stands that is not.
///
/// # Errors
/// When a commit on the way is here but can't be read.
pub fn is_since(commits: &Commits<'_>, commit: Oid, since: u64) -> Result<bool, Failure> {
    let at = commits.place(commit);
    let young = commits.date_at(at)?.is_some_and(|date| date >= since);
    Ok(young || leads_on(commits, at, since)?)
}

/// Some commits, each once, in the order of [`beyond`]. Those that can't be read come first, and those that are not here are
/// left out.
pub fn newest_first(commits: &Commits<'_>, of: impl Iterator<Item = Oid>) -> Vec<Oid> {
    let dated = |oid: Oid| match commits.date_at(commits.place(oid)) {
        Ok(date) => Some((date?, oid)),
        Err(_) => Some((u64::MAX, oid)),
    };
    sorted(of.filter_map(dated).collect())
}

/// Commits by their dates, each once, the newest first, and of those of one moment that with the greatest id.
pub(super) fn sorted(mut dated: Vec<(u64, Oid)>) -> Vec<Oid> {
    dated.sort_unstable_by_key(|&dated| std::cmp::Reverse(dated));
    dated.dedup();
    dated.into_iter().map(|(_, oid)| oid).collect()
}

/// Drops the tips that are first parents of `base`, or it itself, as far back as `since`.
fn leave_out_own_line(
    commits: &Commits<'_>,
    tips: &mut Vec<usize>,
    base: Oid,
    since: u64,
) -> Result<(), Failure> {
    let mut left: HashSet<usize, RandomState> = tips.iter().copied().collect();
    let mut at = commits.place(base);
    for _ in 0..LONGEST_LINE {
        left.remove(&at);
        if left.is_empty() {
            break;
        }
        match commits.dated(at)? {
            (Some(date), Some(parents)) if date >= since && !parents.is_empty() => {
                at = parents[0];
            }
            _ => break,
        }
    }
    tips.retain(|tip| left.contains(tip));
    Ok(())
}

/// How far a line of first parents is followed: one that goes in a circle is the search's to complain about.
const LONGEST_LINE: usize = 1_000_000;

/// How many commits with a clock that went back a line of history may hold before what is behind them is lost; so
/// many forgives git, too (`SLOP` in its revision.c).
const SLOP: usize = 5;

/// How many commits are looked at to find out whether a line leads on.
const MOST_BEHIND: usize = 1_000;

/// A commit of the tips.
const BEYOND: u8 = 1;
/// An ancestor of the base.
const BASE: u8 = 2;
/// One that was looked at.
const SEEN: u8 = 4;

/// The state of [`beyond`].
struct Search<'c, 'r> {
    commits: &'c Commits<'r>,
    since: u64,
    marks: Vec<u8>,
    /// Dates and places.
    queue: BinaryHeap<(u64, usize)>,
    /// How many in the queue are not known to be ancestors of the base.
    open: usize,
}

impl Search<'_, '_> {
    fn reach(&mut self, at: usize, side: u8) -> Result<(), Failure> {
        if self.marks.len() <= at {
            self.marks.resize(at + 1, 0);
        }
        let old = self.marks[at];
        let new = old | side;
        self.marks[at] = new;
        // Where a clock went back, a commit is looked at before the base reaches it. Then it is looked at
        // again, so that its ancestors get their marks before they are.
        let late = old & SEEN != 0 && old & BASE == 0 && side == BASE;
        if old == 0 || late {
            // What is too old, or not here, ends its line.
            match self.commits.date_at(at)? {
                Some(date) if date >= self.since || leads_on(self.commits, at, self.since)? => {
                    self.queue.push((date, at));
                }
                _ => {
                    self.marks[at] |= SEEN;
                    return Ok(());
                }
            }
            self.open += usize::from(new == BEYOND);
        } else if old == BEYOND && new != BEYOND {
            self.open -= 1;
        }
        Ok(())
    }

    /// Takes a commit that came out of the queue; tells whose its parents are.
    fn look_at(&mut self, at: usize) -> u8 {
        let mark = self.marks[at];
        self.marks[at] |= SEEN;
        if mark == BEYOND {
            self.open -= 1;
            BEYOND
        } else {
            BASE
        }
    }
}

/// Whether a few steps behind the commit at a place one stands that is no older than `since`.
fn leads_on(commits: &Commits<'_>, at: usize, since: u64) -> Result<bool, Failure> {
    let (mut level, mut looked_at) = (vec![at], 0);
    for _ in 0..SLOP {
        let mut behind = Vec::new();
        for at in level {
            for parent in commits.parents_at(at)?.unwrap_or_default() {
                looked_at += 1;
                let date = commits.date_at(parent)?;
                // Among merges of hundreds nobody looks for long: then it may lead on.
                if looked_at > MOST_BEHIND || date.is_some_and(|date| date >= since) {
                    return Ok(true);
                }
                behind.push(parent);
            }
        }
        level = behind;
    }
    Ok(false)
}

//! Commits of some histories that another history lacks, newest first.

use super::commits::Commits;
use crate::git::Oid;
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use std::collections::{BinaryHeap, HashSet};

/// The commits of `tips` that `base` does not contain and that are no older than `since` (in seconds since 1970 UTC), as
/// `git rev-list --since TIPS ^BASE`, newest first.
///
/// Commits are visited by falling date, until only ancestors of `base` are left. Where a commit is older than its parent, the
/// result may include ancestors of `base`. Commits that seem too old do not end the search if there are no more than [`SLOP`]
/// of them in a row. Tips on the first-parent line of `base` have nothing of their own: mostly nothing is left to search.
///
/// # Errors
/// When a commit on the way is here but cannot be read.
pub fn beyond(
    commits: &Commits<'_>,
    tips: &[Oid],
    base: Oid,
    since: u64,
) -> Result<Vec<Oid>, Failure> {
    let mut tips: Vec<usize> = tips.iter().map(|&tip| commits.node(tip)).collect();
    drop_first_parents(commits, &mut tips, base, since)?;
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
    search.reach(commits.node(base), BASE)?;
    for tip in tips {
        search.reach(tip, BEYOND)?;
    }
    let mut found = Vec::new();
    while search.open > 0
        && let Some((date, node)) = search.queue.pop()
    {
        let side = search.visit(node);
        if side == BEYOND {
            found.push((date, node));
        }
        for parent in commits.parents_of(node)?.unwrap_or_default() {
            search.reach(parent, side)?;
        }
    }
    found.retain(|&(_, node)| search.marks[node] & BASE == 0);
    let oid = |(date, node)| Some((date, commits.oid_of(node)?));
    Ok(newest_dated_first(found.into_iter().filter_map(oid).collect()))
}

/// Whether a commit is no older than `since`, or a parent a few steps away is.
///
/// # Errors
/// When a commit on the way is here but cannot be read.
pub fn is_since(commits: &Commits<'_>, commit: Oid, since: u64) -> Result<bool, Failure> {
    let node = commits.node(commit);
    let young = commits.date_of(node)?.is_some_and(|date| date >= since);
    Ok(young || leads_to_younger(commits, node, since)?)
}

/// Some commits, each once, in the order of [`beyond`]. Unreadable commits come first, missing ones are left out.
pub fn newest_first(commits: &Commits<'_>, of: impl Iterator<Item = Oid>) -> Vec<Oid> {
    let dated = |oid: Oid| match commits.date_of(commits.node(oid)) {
        Ok(date) => Some((date?, oid)),
        Err(_) => Some((u64::MAX, oid)),
    };
    newest_dated_first(of.filter_map(dated).collect())
}

/// Sorts commits by date, newest first, and by falling id among those of the same date; each is kept once.
pub(super) fn newest_dated_first(mut dated: Vec<(u64, Oid)>) -> Vec<Oid> {
    dated.sort_unstable_by_key(|&dated| std::cmp::Reverse(dated));
    dated.dedup();
    dated.into_iter().map(|(_, oid)| oid).collect()
}

/// Drops the tips that are `base` or on its first-parent line, followed back to `since`.
fn drop_first_parents(
    commits: &Commits<'_>,
    tips: &mut Vec<usize>,
    base: Oid,
    since: u64,
) -> Result<(), Failure> {
    let mut left: HashSet<usize, RandomState> = tips.iter().copied().collect();
    let mut node = commits.node(base);
    for _ in 0..MAX_FIRST_PARENTS {
        left.remove(&node);
        if left.is_empty() {
            break;
        }
        match commits.date_and_parents_of(node)? {
            (Some(date), Some(parents)) if date >= since && !parents.is_empty() => {
                node = parents[0];
            }
            _ => break,
        }
    }
    tips.retain(|tip| left.contains(tip));
    Ok(())
}

/// The most steps along a first-parent line. Only a cycle is longer; the search that follows reports it.
const MAX_FIRST_PARENTS: usize = 1_000_000;

/// How many commits in a row may seem too old before the search ends there; git tolerates as many (`SLOP` in its
/// revision.c).
const SLOP: usize = 5;

/// The most commits visited to find a younger ancestor.
const MAX_VISITED_FOR_SLOP: usize = 1_000;

/// A commit of the tips.
const BEYOND: u8 = 1;
/// An ancestor of the base.
const BASE: u8 = 2;
/// A commit that was visited.
const SEEN: u8 = 4;

/// The state of [`beyond`].
struct Search<'c, 'r> {
    commits: &'c Commits<'r>,
    since: u64,
    /// By node.
    marks: Vec<u8>,
    /// Dates and nodes.
    queue: BinaryHeap<(u64, usize)>,
    /// How many commits in the queue are not known to be ancestors of the base.
    open: usize,
}

impl Search<'_, '_> {
    /// Marks a commit as one of a side, and queues it unless its line ends here.
    fn reach(&mut self, node: usize, side: u8) -> Result<(), Failure> {
        if self.marks.len() <= node {
            self.marks.resize(node + 1, 0);
        }
        let old = self.marks[node];
        let new = old | side;
        self.marks[node] = new;
        // A commit older than its parent may be visited before the base reaches it. Then it is visited again, so that
        // its ancestors are marked before they are visited.
        let late = old & SEEN != 0 && old & BASE == 0 && side == BASE;
        if old == 0 || late {
            // A commit that is too old or missing ends its line.
            match self.commits.date_of(node)? {
                Some(date)
                    if date >= self.since || leads_to_younger(self.commits, node, self.since)? =>
                {
                    self.queue.push((date, node));
                }
                _ => {
                    self.marks[node] |= SEEN;
                    return Ok(());
                }
            }
            self.open += usize::from(new == BEYOND);
        } else if old == BEYOND && new != BEYOND {
            self.open -= 1;
        }
        Ok(())
    }

    /// Marks a commit from the queue as visited, and returns the side that its parents belong to.
    fn visit(&mut self, node: usize) -> u8 {
        let mark = self.marks[node];
        self.marks[node] |= SEEN;
        if mark == BEYOND {
            self.open -= 1;
            BEYOND
        } else {
            BASE
        }
    }
}

/// Whether an ancestor a few steps away is no older than `since`.
fn leads_to_younger(commits: &Commits<'_>, node: usize, since: u64) -> Result<bool, Failure> {
    let (mut level, mut visited) = (vec![node], 0);
    for _ in 0..SLOP {
        let mut next = Vec::new();
        for node in level {
            for parent in commits.parents_of(node)?.unwrap_or_default() {
                visited += 1;
                let date = commits.date_of(parent)?;
                // Merges of hundreds of parents would take too long: assume that one leads to a younger commit.
                if visited > MAX_VISITED_FOR_SLOP || date.is_some_and(|date| date >= since) {
                    return Ok(true);
                }
                next.push(parent);
            }
        }
        level = next;
    }
    Ok(false)
}

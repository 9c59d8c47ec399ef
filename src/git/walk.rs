//! Walking history as `git log` does: the same commits in the same order.
//!
//! Strategy, after git's `revision.c`. Without an excluded revision and in date order the walk
//! *streams*: a queue of commits by date, newest first (ties in the order of arrival); each commit
//! taken out puts its unseen parents in. The first commit costs two reads, whatever the size of the
//! history. With excluded revisions or a topological order the walk is *limited* first: it spreads
//! the excluded mark until only excluded commits are left in the queue, and five more for histories
//! whose dates run backwards ([`SLOP`]); then the list is sorted and shown. What this can get wrong,
//! on histories with badly skewed dates, is to show a commit that should have been excluded, as git
//! would; never the reverse.
//!
//! Paths prune as in git's default mode: a commit with a parent that is the same in the given paths
//! follows that parent only, and is not shown.

use super::Oid;
use super::graph::commits::Loaded;
use super::graph::contains::{Containing, Contains};
use super::graph::{Commits, own_ancestor};
use super::order;
use super::paths::Pathspec;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

/// How many more commits are looked at after only excluded ones are left (git's own figure).
const SLOP: u32 = 5;

/// The order in which commits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By committer date, newest first, as history is walked.
    #[default]
    Walk,
    /// Children before parents, lines of history kept together (`--topo-order`).
    Topological,
    /// Children before parents, otherwise by committer date (`--date-order`).
    CommitterDate,
    /// Children before parents, otherwise by author date (`--author-date-order`).
    AuthorDate,
}

/// A commit that the walk starts from, or one that it excludes with all its ancestors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// The commit.
    pub oid: Oid,
    /// Whether it and its ancestors are left out.
    pub exclude: bool,
}

/// What to walk.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Where to start, in the order given.
    pub tips: Vec<Tip>,
    /// The order of the result.
    pub order: Order,
    /// Follow only the first parent of merges.
    pub first_parent: bool,
    /// Stop at commits older than this many seconds since 1970 UTC, as git's `--since`.
    pub since: Option<i64>,
    /// Leave out older commits but walk on behind them, as git's `--since-as-filter`.
    pub since_as_filter: Option<i64>,
    /// Leave out commits younger than this, as git's `--until`.
    pub until: Option<i64>,
    /// Only commits with at least this many parents.
    pub min_parents: usize,
    /// Only commits with at most this many parents.
    pub max_parents: Option<usize>,
    /// Only commits that touch these paths.
    pub paths: Option<Pathspec>,
}

/// A commit that the walk yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Its id.
    pub oid: Oid,
    /// The object's bytes, whose id [`CommitReader::event`](super::commits::CommitReader::event)
    /// verifies.
    pub raw: Vec<u8>,
}

/// An iterator over commits.
pub struct Walk<'r> {
    commits: Commits<'r>,
    plan: Plan,
    nodes: Vec<Node>,
    index: HashMap<Oid, u32>,
    queue: BinaryHeap<(u64, Reverse<u32>, u32)>,
    arrivals: u32,
    /// How many commits in the queue are not excluded.
    interesting_queued: usize,
    /// The result of limiting; `None` while streaming.
    limited: Option<VecDeque<u32>>,
    /// Excluded commits that were reached and whose history is not available.
    cut: Vec<u32>,
    failed: bool,
}

struct Node {
    oid: Oid,
    links: Option<Box<NodeLinks>>,
    raw: Option<Vec<u8>>,
    date: u64,
    flags: u8,
}

/// What the object or the commit-graph said, and what pruning made of the parents.
struct NodeLinks {
    parents: Vec<u32>,
    tree: Oid,
}

/// It has been in the queue.
const SEEN: u8 = 1;
/// Its parents have been put in the queue.
const ADDED: u8 = 2;
/// It is an ancestor of an excluded revision.
const EXCLUDED: u8 = 4;
/// It is an excluded revision that the user named.
const BOTTOM: u8 = 8;
/// It is the same as its parents in the given paths.
const SAME: u8 = 16;
/// It is in the queue.
const QUEUED: u8 = 32;
/// Its links came from the commit-graph.
const FROM_GRAPH: u8 = 64;

impl<'r> Walk<'r> {
    /// Prepares a walk. Nothing is excluded or sorted yet; that is done at the first call of `next`.
    ///
    /// # Errors
    /// When a tip cannot be loaded.
    pub fn new(commits: Commits<'r>, plan: Plan) -> Result<Walk<'r>, Failure> {
        let limit = plan.order != Order::Walk || plan.tips.iter().any(|tip| tip.exclude);
        let mut walk = Walk {
            commits,
            plan,
            nodes: Vec::new(),
            index: HashMap::new(),
            queue: BinaryHeap::new(),
            arrivals: 0,
            interesting_queued: 0,
            limited: None,
            cut: Vec::new(),
            failed: false,
        };
        let mut starts = Vec::new();
        let tips = walk.plan.tips.clone();
        // A push may exclude thousands of references.
        let loaded = pipeline::each(&tips, FEW_READS, |tip| walk.commits.load(tip.oid));
        for (tip, loaded) in tips.into_iter().zip(loaded) {
            let node = walk.node(tip.oid);
            walk.keep(node, loaded?);
            if tip.exclude {
                walk.exclude(node);
                walk.nodes[node as usize].flags |= BOTTOM;
                walk.exclude_parents(node);
            }
            if walk.nodes[node as usize].flags & SEEN == 0 {
                walk.nodes[node as usize].flags |= SEEN;
                starts.push(node);
            }
        }
        for node in starts {
            walk.enqueue(node);
        }
        if limit {
            walk.limit()?;
        }
        Ok(walk)
    }

    /// The commits that a limited walk will yield, unless a filter on dates, parents or paths drops
    /// them; `None` while streaming, when they are not known yet.
    pub fn selected(&self) -> Option<HashSet<Oid>> {
        let list = self.limited.as_ref()?;
        // As git does: what was found to be excluded after it had entered the list is not shown.
        let shown = list.iter().filter(|&&node| self.nodes[node as usize].flags & EXCLUDED == 0);
        Some(shown.map(|&node| self.oid(node)).collect())
    }

    /// Whether every commit that a limited walk selected is certainly not excluded. That is uncertain where the history
    /// of an excluded commit is not available (a shallow clone, a missing parent), since its ancestors are excluded
    /// too; only its descendants are certain.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn is_certain(&self) -> Result<bool, Failure> {
        let list = self.limited.iter().flatten().copied();
        let shown: HashSet<u32> =
            list.filter(|&node| self.nodes[node as usize].flags & EXCLUDED == 0).collect();
        // The others descend from these.
        let is_oldest = |node: u32| self.parents(node).iter().all(|parent| !shown.contains(parent));
        let oldest: Vec<u32> = shown.iter().copied().filter(|&node| is_oldest(node)).collect();
        for &cut in &self.cut {
            let mut containing = Containing::new(&self.commits, self.oid(cut));
            for &node in &oldest {
                if containing.ask(self.oid(node))? != Contains::Yes {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The source of commits.
    pub fn commits(&self) -> &Commits<'r> {
        &self.commits
    }

    fn node(&mut self, oid: Oid) -> u32 {
        let nodes = &mut self.nodes;
        *self.index.entry(oid).or_insert_with(|| {
            nodes.push(Node { oid, links: None, raw: None, date: 0, flags: 0 });
            (nodes.len() - 1) as u32
        })
    }

    fn oid(&self, node: u32) -> Oid {
        self.nodes[node as usize].oid
    }

    fn load(&mut self, node: u32) -> Result<(), Failure> {
        if self.nodes[node as usize].links.is_some() {
            return Ok(());
        }
        let loaded = self.commits.load(self.oid(node))?;
        self.keep(node, loaded);
        Ok(())
    }

    /// Keeps what was read of a commit, unless it is known already.
    fn keep(&mut self, node: u32, loaded: Loaded) {
        if self.nodes[node as usize].links.is_some() {
            return;
        }
        let parents = loaded.links.parents.iter().map(|&parent| self.node(parent)).collect();
        let entry = &mut self.nodes[node as usize];
        if loaded.raw.is_none() {
            entry.flags |= FROM_GRAPH;
        }
        entry.date = loaded.links.date;
        entry.raw = loaded.raw;
        entry.links = Some(Box::new(NodeLinks { parents, tree: loaded.links.tree }));
    }

    fn parents(&self, node: u32) -> Vec<u32> {
        self.nodes[node as usize]
            .links
            .as_ref()
            .map(|links| links.parents.clone())
            .unwrap_or_default()
    }

    fn enqueue(&mut self, node: u32) {
        let entry = &mut self.nodes[node as usize];
        entry.flags |= QUEUED;
        if entry.flags & EXCLUDED == 0 {
            self.interesting_queued += 1;
        }
        self.queue.push((entry.date, Reverse(self.arrivals), node));
        self.arrivals += 1;
    }

    fn dequeue(&mut self) -> Option<u32> {
        let (_, _, node) = self.queue.pop()?;
        let entry = &mut self.nodes[node as usize];
        entry.flags &= !QUEUED;
        if entry.flags & EXCLUDED == 0 {
            self.interesting_queued -= 1;
        }
        Some(node)
    }

    /// Marks one commit as excluded. Returns whether it was not excluded before.
    fn exclude(&mut self, node: u32) -> bool {
        let entry = &mut self.nodes[node as usize];
        if entry.flags & EXCLUDED != 0 {
            return false;
        }
        entry.flags |= EXCLUDED;
        if entry.flags & QUEUED != 0 {
            self.interesting_queued -= 1;
        }
        entry.raw = None;
        true
    }

    /// Excludes all ancestors loaded so far; the others are excluded when they are loaded.
    fn exclude_parents(&mut self, node: u32) {
        let mut pending = self.parents(node);
        while let Some(parent) = pending.pop() {
            if self.exclude(parent) {
                pending.extend(self.parents(parent));
            }
        }
    }

    /// Puts a commit's parents in the queue: git's `process_parents`.
    fn process_parents(&mut self, node: u32) -> Result<(), Failure> {
        if self.nodes[node as usize].flags & ADDED != 0 {
            return Ok(());
        }
        self.nodes[node as usize].flags |= ADDED;
        if self.nodes[node as usize].flags & EXCLUDED != 0 {
            if self.commits.repository().shallow().contains(&self.oid(node)) {
                self.cut.push(node);
            }
            for parent in self.parents(node) {
                self.exclude(parent);
                // An excluded commit may be missing: its content is not needed.
                if self.load(parent).is_err() {
                    self.cut.push(node);
                    continue;
                }
                self.nodes[parent as usize].raw = None;
                self.exclude_parents(parent);
                self.enqueue_unseen(parent);
            }
            return Ok(());
        }
        self.simplify(node)?;
        for parent in self.parents(node) {
            self.load(parent).map_err(|failure| self.beneath(node, failure))?;
            self.enqueue_unseen(parent);
            if self.plan.first_parent {
                break;
            }
        }
        Ok(())
    }

    fn beneath(&self, node: u32, failure: Failure) -> Failure {
        Failure {
            message: format!("{} (a parent of {})", failure.message, self.oid(node)),
            ..failure
        }
    }

    fn enqueue_unseen(&mut self, node: u32) {
        if self.nodes[node as usize].flags & SEEN == 0 {
            self.nodes[node as usize].flags |= SEEN;
            self.enqueue(node);
        }
    }

    /// Prunes parents by path: git's `try_to_simplify_commit` in its default mode.
    fn simplify(&mut self, node: u32) -> Result<(), Failure> {
        let Some(paths) = self.plan.paths.clone() else { return Ok(()) };
        let tree = match &self.nodes[node as usize].links {
            Some(links) => links.tree,
            None => return Ok(()),
        };
        let parents = self.parents(node);
        if parents.is_empty() {
            if !paths.differs(self.commits.repository(), None, Some(tree))? {
                self.nodes[node as usize].flags |= SAME;
            }
            return Ok(());
        }
        let (mut relevant_parents, mut relevant_change, mut irrelevant_change) = (0, false, false);
        for (nth, &parent) in parents.iter().enumerate() {
            if nth == 1 && self.plan.first_parent {
                break;
            }
            self.load(parent).map_err(|failure| self.beneath(node, failure))?;
            let entry = &self.nodes[parent as usize];
            let relevant = entry.flags & (EXCLUDED | BOTTOM) != EXCLUDED;
            let parent_tree = entry.links.as_ref().map(|links| links.tree);
            relevant_parents += usize::from(relevant);
            if paths.differs(self.commits.repository(), parent_tree, Some(tree))? {
                relevant_change |= relevant;
                irrelevant_change |= !relevant;
            } else if relevant {
                let entry = &mut self.nodes[node as usize];
                entry.flags |= SAME;
                if let Some(links) = &mut entry.links {
                    links.parents = vec![parent];
                }
                return Ok(());
            }
        }
        let changed = if relevant_parents > 0 { relevant_change } else { irrelevant_change };
        if !changed {
            self.nodes[node as usize].flags |= SAME;
        }
        Ok(())
    }

    /// Finds all commits that are not excluded: git's `limit_list`.
    fn limit(&mut self) -> Result<(), Failure> {
        let mut list = Vec::new();
        let mut slop = SLOP;
        let mut date = u64::MAX;
        while let Some(node) = self.dequeue() {
            let committed = self.nodes[node as usize].date;
            if self.plan.since.is_some_and(|since| committed < floor(since)) {
                self.exclude(node);
            }
            self.process_parents(node)?;
            if self.nodes[node as usize].flags & EXCLUDED != 0 {
                self.exclude_parents(node);
                slop = self.still_interesting(date, slop);
                if slop > 0 {
                    continue;
                }
                break;
            }
            if self.out_of_period(committed) {
                continue;
            }
            date = committed;
            list.push(node);
        }
        self.queue.clear();
        if self.plan.order != Order::Walk {
            list = self.sort(&list)?;
        }
        self.limited = Some(list.into());
        Ok(())
    }

    /// How many more excluded commits to look at; 0 to stop.
    fn still_interesting(&self, date: u64, slop: u32) -> u32 {
        match self.queue.peek() {
            None => 0,
            Some(&(next, _, _)) if date <= next || self.interesting_queued > 0 => SLOP,
            Some(_) => slop - 1,
        }
    }

    fn sort(&self, list: &[u32]) -> Result<Vec<u32>, Failure> {
        let parents = |node: u32| self.parents(node);
        let sorted = match self.plan.order {
            Order::Walk | Order::Topological => order::topological(list, parents),
            Order::CommitterDate => {
                order::by_date(list, parents, |node| self.nodes[node as usize].date)
            }
            Order::AuthorDate => {
                let mut dates = HashMap::with_capacity(list.len());
                for &node in list {
                    dates.insert(node, self.author_date(node)?);
                }
                order::by_date(list, parents, |node| dates.get(&node).copied().unwrap_or(0))
            }
        };
        // In a cycle every commit waits for another one.
        if sorted.len() < list.len() {
            let sorted: HashSet<u32> = sorted.iter().copied().collect();
            if let Some(&waits) = list.iter().find(|node| !sorted.contains(node)) {
                return Err(own_ancestor(self.oid(waits)));
            }
        }
        Ok(sorted)
    }

    fn author_date(&self, node: u32) -> Result<u64, Failure> {
        let read;
        let raw = match &self.nodes[node as usize].raw {
            Some(raw) => raw,
            None => {
                read = self.commits.read(self.oid(node))?;
                &read
            }
        };
        Ok(order::author_date(raw))
    }

    fn out_of_period(&self, committed: u64) -> bool {
        self.plan.until.is_some_and(|until| committed > floor(until))
            || self.plan.since_as_filter.is_some_and(|since| committed < floor(since))
    }

    /// Whether a commit that was reached is shown: git's `get_commit_action`.
    fn shown(&self, node: u32) -> bool {
        let entry = &self.nodes[node as usize];
        let parents = entry.links.as_ref().map_or(0, |links| links.parents.len());
        entry.flags & (EXCLUDED | SAME) == 0
            && !self.out_of_period(entry.date)
            && parents >= self.plan.min_parents
            && self.plan.max_parents.is_none_or(|most| parents <= most)
    }

    fn take(&mut self, node: u32) -> Result<Walked, Failure> {
        let oid = self.oid(node);
        if let Some(raw) = self.nodes[node as usize].raw.take() {
            return Ok(Walked { oid, raw });
        }
        let entry = &self.nodes[node as usize];
        let raw = match (&entry.links, entry.flags & FROM_GRAPH != 0, &self.plan.paths) {
            // Pruning may have dropped parents; then there is nothing left to compare.
            (Some(links), true, None) => {
                let parents: Vec<Oid> =
                    links.parents.iter().map(|&parent| self.oid(parent)).collect();
                self.commits.confirm(oid, &parents, links.tree)?
            }
            _ => self.commits.read(oid)?,
        };
        Ok(Walked { oid, raw })
    }

    fn advance(&mut self) -> Result<Option<Walked>, Failure> {
        loop {
            let node = match &mut self.limited {
                Some(list) => match list.pop_front() {
                    Some(node) => node,
                    None => return Ok(None),
                },
                None => {
                    let Some(node) = self.dequeue() else { return Ok(None) };
                    let committed = self.nodes[node as usize].date;
                    if self.plan.since.is_some_and(|since| committed < floor(since)) {
                        self.nodes[node as usize].raw = None;
                        continue;
                    }
                    self.process_parents(node)?;
                    node
                }
            };
            if self.shown(node) {
                return self.take(node).map(Some);
            }
            self.nodes[node as usize].raw = None;
        }
    }
}

/// Every date that git reads lies after a bound before 1970.
fn floor(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0)
}

impl Iterator for Walk<'_> {
    type Item = Result<Walked, Failure>;

    /// The next commit. An error ends the walk: the ancestors are unknown.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}

//! Whether commits contain another one, as `git tag --contains` and `git merge-base --is-ancestor` ask, for many commits
//! at once.
//!
//! Each commit is looked at once, however many are asked about: the answer is kept by its node (see [`super::nodes`]). The
//! search stops at commits whose answer is known to be no:
//!
//! ```text
//! T ──── o ──── A ──── o ──── …      does T contain W? A is an ancestor of W, so neither A nor any ancestor of
//!              /                     A contains W: the search stops at A
//!      W ──── o
//! ```
//!
//! - When the commit-graph has `W`, the search stops at generation numbers no greater than that of `W` (git's
//!   `contains_tag_algo`). When many commits remain, as after a project was merged into another one, all commits of the
//!   commit-graph are searched at once, parents first. No commit in it contains one that is not in it.
//! - Without the commit-graph, the search stops at the first-parent line of `W`. Releases are made on that line, so a
//!   search visits a few side branches, where git's visits all of history.
//!
//! Where history ends early (a shallow clone, a missing commit), the answer is neither yes nor no.

use super::commits::Commits;
use super::format::Parents;
use crate::git::Oid;
use crate::outcome::Failure;
use std::collections::{HashSet, VecDeque};

/// Whether a commit contains another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contains {
    /// It is that commit, or a descendant of it.
    Yes,
    /// It is neither.
    No,
    /// The history that would decide is not in this repository.
    Unknown,
}

/// A commit with its position in the commit-graph, for commits that are asked about often.
#[derive(Debug, Clone, Copy)]
pub struct Located {
    /// The commit.
    pub oid: Oid,
    position: Option<usize>,
}

impl Located {
    /// Looks up a commit, which need not be in this repository.
    pub fn new(commits: &Commits<'_>, oid: Oid) -> Located {
        Located { oid, position: commits.position(oid) }
    }

    /// Its node.
    pub(super) fn node(self, commits: &Commits<'_>) -> usize {
        match self.position {
            Some(position) => position,
            None => commits.node(self.oid),
        }
    }
}

/// Answers which commits contain one target.
pub struct Containing<'c, 'r> {
    commits: &'c Commits<'r>,
    /// The node of the target.
    target: usize,
    /// What is known of each node.
    known: Vec<Known>,
    /// Whether [`Containing::exclude_own_line`] was called.
    own_line_excluded: bool,
    /// How many more commits of the commit-graph are visited one by one before all are searched at once; 0 after that.
    visits_left: usize,
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Its parents are being visited.
    InProgress,
    Answer(Contains),
    /// It contains the target, and is an ancestor of a commit that was asked about.
    BelowTip,
}

impl Known {
    /// An answer about a tip, or about an ancestor of one.
    fn answer(answer: Contains, is_tip: bool) -> Known {
        match answer {
            Contains::Yes if !is_tip => Known::BelowTip,
            answer => Known::Answer(answer),
        }
    }
}

/// A commit on the path from a tip, whose parents are being visited.
struct Step {
    node: usize,
    /// The parents left to visit, the first one last.
    pending: Parents,
    /// What the visited parents answered: no or unknown.
    so_far: Contains,
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Prepares to answer which commits contain `target`.
    pub fn new(commits: &'c Commits<'r>, target: Oid) -> Containing<'c, 'r> {
        let target = commits.node(target);
        let known = match commits.graph() {
            None => Vec::new(),
            Some(graph) if target < commits.in_graph => {
                let up_to = graph.files.generation(target).unwrap_or(0);
                let initial = |&generation: &u32| match generation {
                    0 => Known::Nothing,
                    generation if generation > up_to => Known::Nothing,
                    _ => Known::Answer(Contains::No),
                };
                graph.generations().iter().map(initial).collect()
            }
            Some(_) => vec![Known::Answer(Contains::No); commits.in_graph],
        };
        let visits_left = commits.in_graph / FULL_SEARCH_RATIO + 1;
        let mut containing =
            Containing { commits, target, known, own_line_excluded: false, visits_left };
        containing.set(target, Known::Answer(Contains::Yes));
        containing
    }

    /// Records that the target's own first parents do not contain it, down to the commit-graph, where generation numbers
    /// answer that already.
    fn exclude_own_line(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.own_line_excluded, true) {
            return Ok(());
        }
        // An unreadable target may still be contained in other commits.
        let mut next = self.commits.first_parent_of(self.target).unwrap_or(None);
        while let Some(parent) = next.filter(|&parent| parent >= self.commits.in_graph) {
            if self.known(parent).is_some() {
                return Err(self.commits.cycle(parent));
            }
            self.set(parent, Known::Answer(Contains::No));
            next = self.commits.first_parent_of(parent)?;
        }
        Ok(())
    }

    fn known(&self, node: usize) -> Option<Contains> {
        match self.known.get(node) {
            Some(Known::Answer(answer)) => Some(*answer),
            Some(Known::BelowTip) => Some(Contains::Yes),
            _ => None,
        }
    }

    fn set(&mut self, node: usize, known: Known) {
        if self.known.len() <= node {
            self.known.resize(node + 1, Known::Nothing);
        }
        self.known[node] = known;
    }

    /// Whether `tip` contains the target.
    ///
    /// # Errors
    /// When a commit on the way is here but cannot be read.
    pub fn ask(&mut self, tip: Oid) -> Result<Contains, Failure> {
        self.ask_node(self.commits.node(tip))
    }

    /// As [`Containing::ask`].
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn ask_located(&mut self, tip: Located) -> Result<Contains, Failure> {
        self.ask_node(tip.node(self.commits))
    }

    /// Whether `tip` contains the target, and is not known to be an ancestor of another commit that was asked about.
    pub fn is_head(&self, tip: Located) -> bool {
        let known = self.known.get(tip.node(self.commits));
        known == Some(&Known::Answer(Contains::Yes))
    }

    fn ask_node(&mut self, tip: usize) -> Result<Contains, Failure> {
        if let Some(known) = self.known(tip) {
            return Ok(known);
        }
        self.exclude_own_line()?;
        // Depth first, without recursion: history can be deeper than the stack.
        let mut path = Vec::new();
        let mut answer = self.visit(tip, &mut path)?;
        while let Some(step) = path.last_mut() {
            if answer == Contains::Unknown {
                step.so_far = Contains::Unknown;
            }
            match step.pending.pop() {
                Some(parent) if answer != Contains::Yes => {
                    answer = self.visit(parent, &mut path)?
                }
                _ => {
                    if answer != Contains::Yes {
                        answer = step.so_far;
                    }
                    let node = step.node;
                    path.pop();
                    self.set(node, Known::answer(answer, path.is_empty()));
                }
            }
        }
        Ok(answer)
    }

    /// Searches the whole commit-graph, and records which commits do *not* contain the target. Those that do are left to
    /// the search from tips, which tells heads from their ancestors.
    fn search_whole_graph(&mut self) {
        let all = self.commits.graph().and_then(|graph| graph.containing(self.target));
        for (known, contains) in self.known.iter_mut().zip(all.unwrap_or_default()) {
            if *known == Known::Nothing && !contains {
                *known = Known::Answer(Contains::No);
            }
        }
    }

    /// Answers for a node if that needs no visit to its parents. Else adds it to the path, and answers no for now.
    fn visit(&mut self, node: usize, path: &mut Vec<Step>) -> Result<Contains, Failure> {
        match self.known.get(node) {
            Some(Known::Answer(answer)) => return Ok(*answer),
            Some(Known::BelowTip) => return Ok(Contains::Yes),
            Some(Known::InProgress) => return Err(self.commits.cycle(node)),
            Some(Known::Nothing) | None => {}
        }
        let Some(mut pending) = self.commits.parents_of(node)? else {
            self.set(node, Known::Answer(Contains::Unknown));
            return Ok(Contains::Unknown);
        };
        let contains = |parent: &&usize| self.known(**parent) == Some(Contains::Yes);
        if let Some(&parent) = pending.iter().find(contains) {
            self.set(parent, Known::BelowTip);
            self.set(node, Known::answer(Contains::Yes, path.is_empty()));
            return Ok(Contains::Yes);
        }
        // First parents first: releases are made on that line, and later questions then find it known.
        pending.reverse();
        if node < self.commits.in_graph && self.visits_left > 0 {
            self.visits_left -= 1;
            if self.visits_left == 0 {
                self.search_whole_graph();
                if let Some(answer) = self.known(node) {
                    return Ok(answer);
                }
            }
        }
        self.set(node, Known::InProgress);
        path.push(Step { node, pending, so_far: Contains::No });
        Ok(Contains::No)
    }

    /// How the target came onto a branch whose `tip` contains it.
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn brought_by(&mut self, tip: Oid) -> Result<Brought, Failure> {
        let mut node = self.commits.node(tip);
        let mut passed = VecDeque::with_capacity(MAX_STEPS_AFTER_MERGE + 1);
        let mut steps = 0;
        while let Some(parent) = self.commits.first_parent_of(node)?
            && self.ask_node(parent)? == Contains::Yes
        {
            passed.push_back(node);
            if passed.len() > MAX_STEPS_AFTER_MERGE {
                passed.pop_front();
            }
            node = parent;
            steps += 1;
            // Each commit passed has an answer of its own, unless history contains a cycle.
            if steps > self.known.len() {
                return Err(self.commits.cycle(node));
            }
        }
        let oid = |node: usize| self.commits.oid_of(node).unwrap_or(tip);
        Ok(Brought { by: oid(node), soon_after: oid(passed.front().copied().unwrap_or(node)) })
    }
}

/// After visits to one in 64 commits of the commit-graph, a search of the whole of it is cheaper than further visits.
const FULL_SEARCH_RATIO: usize = 64;

/// The number of first-parent steps between [`Brought::by`] and [`Brought::soon_after`].
const MAX_STEPS_AFTER_MERGE: usize = 16;

/// How a commit came onto a branch, by the branch's line of first parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// The oldest commit on that line that contains it: the commit itself, or a merge.
    pub by: Oid,
    /// The commit a few steps later on that line, or the tip.
    pub soon_after: Oid,
}

/// Whether one of `tips` contains a commit.
///
/// # Errors
/// When a commit on the way is here but cannot be read.
pub fn any_contains(commits: &Commits<'_>, tips: &[Oid], commit: Oid) -> Result<bool, Failure> {
    let mut containing = Containing::new(commits, commit);
    for &tip in tips {
        if containing.ask(tip)? == Contains::Yes {
            return Ok(true);
        }
    }
    Ok(false)
}

/// As [`any_contains`], for several commits.
///
/// # Errors
/// As [`any_contains`].
pub fn each_contained(
    commits: &Commits<'_>,
    tips: &[Oid],
    of: &[Oid],
) -> Result<Vec<bool>, Failure> {
    let positions: Option<Vec<usize>> = of.iter().map(|&oid| commits.position(oid)).collect();
    // For a single commit, the search above is cheaper than a pass over the whole commit-graph.
    if let (Some(graph), Some(positions)) = (commits.graph(), positions)
        && positions.len() > 1
        && let Some(reached) = graph.reached(&entries_into_graph(commits, tips)?, &positions)
    {
        return Ok(reached);
    }
    of.iter().map(|&oid| any_contains(commits, tips, oid)).collect()
}

/// The positions at which the histories of `tips` enter the commit-graph.
fn entries_into_graph(commits: &Commits<'_>, tips: &[Oid]) -> Result<Vec<usize>, Failure> {
    let mut pending: Vec<usize> = tips.iter().map(|&tip| commits.node(tip)).collect();
    let (mut entries, mut seen) = (Vec::new(), HashSet::new());
    while let Some(node) = pending.pop() {
        if node < commits.in_graph {
            entries.push(node);
        } else if seen.insert(node) {
            pending.extend(commits.parents_of(node)?.unwrap_or_default());
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::git::Repository;
    use crate::git::graph::testing::{Repo, histories};
    use crate::git::testing::exchange;
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn open(repo: &Repo) -> Repository {
        Repository::open(repo.folder.path()).unwrap()
    }

    /// A project with a short history of its own is merged into a long one:
    ///
    /// ```text
    /// 0 ── … ── 1499 ── 1502 ── … ── 1600
    ///    1500 ── 1501 ──/
    /// ```
    #[test]
    fn a_distant_target_starts_a_search_of_the_whole_graph() {
        let mut parents = vec![vec![]];
        parents.extend((1..1_500).map(|number| vec![number - 1]));
        parents.extend([vec![], vec![1_500], vec![1_499, 1_501]]);
        parents.extend((1_503..1_601).map(|number| vec![number - 1]));
        let repo = Repo::new(parents);
        let (wanted, before, after) = (repo.ids[1_500], repo.ids[1_499], repo.ids[1_600]);
        let opened = open(&repo);
        let commits = Commits::new(&opened);
        let none = |known: &&Known| **known == Known::Answer(Contains::No);
        let mut containing = Containing::new(&commits, wanted);
        assert_eq!(containing.known.iter().filter(none).count(), 1, "by its generation number");
        containing.search_whole_graph();
        assert_eq!(containing.known.iter().filter(none).count(), 1_500);
        assert!(!containing.is_head(Located::new(&commits, after)), "not asked about");
        // The search starts by itself, and without it the answers are the same.
        for (visits_left, searched) in
            [(1, true), (1_600 / FULL_SEARCH_RATIO, true), (usize::MAX, false)]
        {
            let mut containing = Containing { visits_left, ..Containing::new(&commits, wanted) };
            assert_eq!(containing.ask(after).unwrap(), Contains::Yes);
            assert_eq!(containing.ask(before).unwrap(), Contains::No);
            assert_eq!(containing.visits_left == 0, searched);
            assert!(containing.is_head(Located::new(&commits, after)));
        }
    }

    #[test]
    fn no_commit_in_the_graph_contains_one_outside_it() {
        let repo = Repo::new((0..50).map(|number| (0..number).rev().take(1).collect()).collect());
        let tip = repo.ids[49].to_string();
        let tree = repo.git(&["rev-parse", &format!("{tip}^{{tree}}")], "");
        let made = ["-c", "user.name=C", "-c", "user.email=c@x", "commit-tree", "-m", "new", "-p"];
        let new = repo.git(&[&made[..], &[&tip, tree.trim()]].concat(), "");
        let opened = open(&repo);
        let commits = Commits::new(&opened);
        let mut containing = Containing::new(&commits, new.trim().parse().unwrap());
        assert!(containing.known[..50].iter().all(|known| *known == Known::Answer(Contains::No)));
        assert_eq!(containing.ask(repo.ids[49]).unwrap(), Contains::No);
        assert_eq!(containing.ask(new.trim().parse().unwrap()).unwrap(), Contains::Yes);
    }

    /// An altered field of a `CDAT` row and its offset behind the tree (gitformat-commit-graph(5)): another parent, a
    /// parent out of bounds, extra edges, another generation number, or none.
    fn damage() -> impl Strategy<Value = (usize, u32)> {
        prop_oneof![
            (0..60_u32).prop_map(|parent| (0, parent)),
            (0..60_u32).prop_map(|parent| (4, parent)),
            Just((0, 0x00ff_ffff)),
            (0..60_u32).prop_map(|edge| (4, 0x8000_0000 + edge)),
            (0..30_u32).prop_map(|generation| (8, generation << 2)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn on_a_damaged_graph_both_searches_agree(
            history in histories(),
            visits_left in 1..6_usize,
            damages in prop::collection::vec(prop::collection::vec((any::<Index>(), damage()), 1..4), 12),
        ) {
            let repo = Repo::new(history);
            let path = repo.folder.path().join("objects/info/commit-graph");
            let good = std::fs::read(&path).unwrap();
            let row = memchr::memmem::find(&good, b"CDAT").unwrap();
            let entries = usize::from(u16::from_be_bytes([good[row + 10], good[row + 11]]));
            for damages in damages {
                let mut bytes = good.clone();
                for (commit, (byte, value)) in damages {
                    let at = entries + commit.index(repo.ids.len()) * 36 + 20 + byte;
                    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
                }
                exchange(&path, &bytes);
                let opened = open(&repo);
                let commits = Commits::new(&opened);
                for &wanted in &repo.ids {
                    let new = |visits_left| Containing { visits_left, ..Containing::new(&commits, wanted) };
                    let (mut whole, mut plain) = (new(visits_left), new(usize::MAX));
                    // Newest first: then most commits are visited.
                    for &tip in repo.ids.iter().rev() {
                        // Either may find a cycle in history.
                        let (Ok(whole), Ok(plain)) = (whole.ask(tip), plain.ask(tip)) else { break };
                        prop_assert_eq!(whole, plain);
                    }
                }
            }
        }

        #[test]
        fn a_search_of_the_whole_graph_changes_no_answer(history in histories(), visits_left in 1..20_usize) {
            let repo = Repo::new(history);
            let opened = open(&repo);
            let commits = Commits::new(&opened);
            prop_assert!(commits.has_graph());
            for wanted in 0..repo.ids.len() {
                let expected = repo.containing(wanted);
                for newest_first in [false, true] {
                    let mut containing = Containing { visits_left, ..Containing::new(&commits, repo.ids[wanted]) };
                    for at in 0..repo.ids.len() {
                        let tip = if newest_first { repo.ids.len() - 1 - at } else { at };
                        let answer = containing.ask(repo.ids[tip]).unwrap();
                        prop_assert_eq!(answer == Contains::Yes, expected[tip], "{} in {}", wanted, tip);
                        prop_assert_ne!(answer, Contains::Unknown);
                    }
                }
            }
        }
    }
}

//! Whether commits contain another one: the question of `git tag --contains` and
//! `git merge-base --is-ancestor`, for many commits at once.
//!
//! Each commit is looked at once, however many are asked about: what was found out about it is kept, by its
//! place (see [`super::places`]). The search ends where the answer is known to be no:
//!
//! ```text
//! T ──── o ──── A ──── o ──── …      does T contain W? A is an ancestor of W, and none that stands
//!              /                     behind it contains W: the search goes no further than A
//!      W ──── o
//! ```
//!
//! - The commit-graph, where it holds `W`, ends it at generation numbers no greater than that of `W` (git's
//!   `contains_tag_algo`). Where that is far away, as from a project that was merged into another one, all that the
//!   graph holds is looked at instead, parents first. It contains nothing that the graph doesn't hold.
//! - Without it, the line of first parents from `W` does. Branches start at the line that releases stand on, so a
//!   search looks at a few sides of that line, and git's at all of history.
//!
//! Where history ends early (a shallow clone, a commit that is not here), the answer is neither yes nor no.

use super::Oid;
use super::places::Parents;
use super::source::Commits;
use crate::outcome::Failure;
use std::collections::{HashSet, VecDeque};

/// Whether a commit contains another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contains {
    /// It is the commit, or a descendant of it.
    Yes,
    /// It is neither.
    No,
    /// The history that would tell is not here.
    Unknown,
}

/// A commit, and its place in the commit-graph where that holds it: what is asked about often is looked for
/// once.
#[derive(Debug, Clone, Copy)]
pub struct Located {
    /// The commit.
    pub oid: Oid,
    at: Option<usize>,
}

impl Located {
    /// Looks for a commit, which need not be here.
    pub fn new(commits: &Commits<'_>, oid: Oid) -> Located {
        Located { oid, at: commits.position(oid) }
    }

    /// Its place.
    pub(super) fn place(self, commits: &Commits<'_>) -> usize {
        match self.at {
            Some(at) => at,
            None => commits.place(self.oid),
        }
    }
}

/// Answers for one commit.
pub struct Containing<'c, 'r> {
    commits: &'c Commits<'r>,
    /// The place of the commit.
    wanted: usize,
    /// What is known of the commit at each place.
    known: Vec<Known>,
    /// Whether [`Containing::learn_line`] was called.
    knows_line: bool,
    /// How many commits of the commit-graph are asked one by one before [`Containing::learn_graph`] is worth its
    /// time; 0 once it was called.
    far: usize,
}

/// What is known at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Its parents are being asked.
    Asked,
    Answer(Contains),
    /// It contains the commit, and stands behind another that was asked about.
    Behind,
}

impl Known {
    /// What is known of a tip, or of what stands behind it.
    fn told(answer: Contains, is_tip: bool) -> Known {
        match answer {
            Contains::Yes if !is_tip => Known::Behind,
            answer => Known::Answer(answer),
        }
    }
}

/// A commit whose parents are being asked.
struct Step {
    at: usize,
    /// Those left, the first one last.
    to_ask: Parents,
    /// What the others told: no or unknown.
    so_far: Contains,
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Which commits contain `wanted`.
    pub fn new(commits: &'c Commits<'r>, wanted: Oid) -> Containing<'c, 'r> {
        let at = commits.place(wanted);
        let known = match commits.graph() {
            None => Vec::new(),
            Some(graph) if at < commits.in_graph => {
                let up_to = graph.generation(at).unwrap_or(0);
                let tell = |&generation: &u32| match generation {
                    0 => Known::Nothing,
                    generation if generation > up_to => Known::Nothing,
                    _ => Known::Answer(Contains::No),
                };
                graph.generations().iter().map(tell).collect()
            }
            Some(_) => vec![Known::Answer(Contains::No); commits.in_graph],
        };
        let far = commits.in_graph / FAR + 1;
        let mut containing = Containing { commits, wanted: at, known, knows_line: false, far };
        containing.learn(at, Known::Answer(Contains::Yes));
        containing
    }

    /// Learns that what stands on the commit's own line of first parents does not contain it, as far as the commit-graph
    /// does not hold it: what it holds has generation numbers.
    fn learn_line(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.knows_line, true) {
            return Ok(());
        }
        // Whether a commit is contained can be told of one that can't be read, too.
        let mut next = self.commits.first_parent(self.wanted).unwrap_or(None);
        while let Some(parent) = next.filter(|&parent| parent >= self.commits.in_graph) {
            if self.known(parent).is_some() {
                return Err(self.commits.cycle(parent));
            }
            self.learn(parent, Known::Answer(Contains::No));
            next = self.commits.first_parent(parent)?;
        }
        Ok(())
    }

    fn known(&self, place: usize) -> Option<Contains> {
        match self.known.get(place) {
            Some(Known::Answer(answer)) => Some(*answer),
            Some(Known::Behind) => Some(Contains::Yes),
            _ => None,
        }
    }

    fn learn(&mut self, place: usize, found: Known) {
        if self.known.len() <= place {
            self.known.resize(place + 1, Known::Nothing);
        }
        self.known[place] = found;
    }

    /// Whether `tip` does.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn ask(&mut self, tip: Oid) -> Result<Contains, Failure> {
        self.ask_at(self.commits.place(tip))
    }

    /// As [`Containing::ask`].
    ///
    /// # Errors
    /// As there.
    pub fn ask_located(&mut self, tip: Located) -> Result<Contains, Failure> {
        self.ask_at(tip.place(self.commits))
    }

    /// Whether `tip` contains the commit, and is not known to stand behind another that was asked about.
    pub fn is_head(&self, tip: Located) -> bool {
        let known = self.known.get(tip.place(self.commits));
        known == Some(&Known::Answer(Contains::Yes))
    }

    fn ask_at(&mut self, tip: usize) -> Result<Contains, Failure> {
        if let Some(known) = self.known(tip) {
            return Ok(known);
        }
        self.learn_line()?;
        // Depth first, without recursion: histories are deeper than stacks.
        let mut path = Vec::new();
        let mut told = self.enter(tip, &mut path)?;
        while let Some(step) = path.last_mut() {
            if told == Contains::Unknown {
                step.so_far = Contains::Unknown;
            }
            match step.to_ask.pop() {
                Some(parent) if told != Contains::Yes => told = self.enter(parent, &mut path)?,
                _ => {
                    if told != Contains::Yes {
                        told = step.so_far;
                    }
                    let at = step.at;
                    path.pop();
                    self.learn(at, Known::told(told, path.is_empty()));
                }
            }
        }
        Ok(told)
    }

    /// Learns which commits of the commit-graph do not contain the commit, all at once, if the graph can tell that; else
    /// nothing. Which ones do is left to the search: that tells heads from what stands behind them.
    fn learn_graph(&mut self) {
        let all = self.commits.graph().and_then(|graph| graph.containing(self.wanted));
        for (known, contains) in self.known.iter_mut().zip(all.unwrap_or_default()) {
            if *known == Known::Nothing && !contains {
                *known = Known::Answer(Contains::No);
            }
        }
    }

    /// What is known at a place, or told there without asking its parents. Else it becomes a step of the path, and
    /// tells no: nothing yet.
    fn enter(&mut self, at: usize, path: &mut Vec<Step>) -> Result<Contains, Failure> {
        match self.known.get(at) {
            Some(Known::Answer(answer)) => return Ok(*answer),
            Some(Known::Behind) => return Ok(Contains::Yes),
            Some(Known::Asked) => return Err(self.commits.cycle(at)),
            Some(Known::Nothing) | None => {}
        }
        let answer = match self.commits.parents_at(at)? {
            None => Contains::Unknown,
            Some(mut to_ask) => {
                let yes = |parent: &&usize| self.known(**parent) == Some(Contains::Yes);
                if let Some(&parent) = to_ask.iter().find(yes) {
                    self.learn(parent, Known::Behind);
                    self.learn(at, Known::told(Contains::Yes, path.is_empty()));
                    return Ok(Contains::Yes);
                }
                // Releases stand on the line of first parents, which is then known.
                to_ask.reverse();
                if at < self.commits.in_graph && self.far > 0 {
                    self.far -= 1;
                    if self.far == 0 {
                        self.learn_graph();
                        if let Some(answer) = self.known(at) {
                            return Ok(answer);
                        }
                    }
                }
                self.learn(at, Known::Asked);
                path.push(Step { at, to_ask, so_far: Contains::No });
                return Ok(Contains::No);
            }
        };
        self.learn(at, Known::Answer(answer));
        Ok(answer)
    }

    /// How the wanted commit came onto a branch, of which `tip` contains it.
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn brought_by(&mut self, tip: Oid) -> Result<Brought, Failure> {
        let mut at = self.commits.place(tip);
        let mut passed = VecDeque::with_capacity(SOON + 1);
        let mut steps = 0;
        while let Some(parent) = self.commits.first_parent(at)?
            && self.ask_at(parent)? == Contains::Yes
        {
            passed.push_back(at);
            if passed.len() > SOON {
                passed.pop_front();
            }
            at = parent;
            steps += 1;
            // There is an answer for each that was passed.
            if steps > self.known.len() {
                return Err(self.commits.cycle(at));
            }
        }
        let oid = |at: usize| self.commits.oid_at(at).unwrap_or(tip);
        Ok(Brought { by: oid(at), soon_after: oid(passed.front().copied().unwrap_or(at)) })
    }
}

/// Which part of the commit-graph's commits is asked one by one before all are: a 64th takes less time than all at once.
const FAR: usize = 64;

/// How many steps [`Brought::soon_after`] is away.
const SOON: usize = 16;

/// How a commit came onto a branch, by the branch's line of first parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// The oldest on that line that contains it: it itself, or a merge.
    pub by: Oid,
    /// A few steps further, or the tip.
    pub soon_after: Oid,
}

/// Whether one of `tips` contains a commit.
///
/// # Errors
/// When a commit on the way is here but can't be read.
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
/// As there.
pub fn each_contained(
    commits: &Commits<'_>,
    tips: &[Oid],
    of: &[Oid],
) -> Result<Vec<bool>, Failure> {
    let positions: Option<Vec<usize>> = of.iter().map(|&oid| commits.position(oid)).collect();
    // One search takes less than to go through the whole graph.
    if let (Some(graph), Some(positions)) = (commits.graph(), positions)
        && positions.len() > 1
        && let Some(reached) = graph.reached(&in_graph(commits, tips)?, &positions)
    {
        return Ok(reached);
    }
    of.iter().map(|&oid| any_contains(commits, tips, oid)).collect()
}

/// Where the histories of `tips` enter the commit-graph.
fn in_graph(commits: &Commits<'_>, tips: &[Oid]) -> Result<Vec<usize>, Failure> {
    let mut pending: Vec<usize> = tips.iter().map(|&tip| commits.place(tip)).collect();
    let (mut entries, mut seen) = (Vec::new(), HashSet::new());
    while let Some(at) = pending.pop() {
        if at < commits.in_graph {
            entries.push(at);
        } else if seen.insert(at) {
            pending.extend(commits.parents_at(at)?.unwrap_or_default());
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::git::Repository;
    use crate::git::commit_graph::tests::{Repo, histories};
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
    fn what_is_far_away_is_learned_all_at_once() {
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
        containing.learn_graph();
        assert_eq!(containing.known.iter().filter(none).count(), 1_500);
        assert!(!containing.is_head(Located::new(&commits, after)), "it was not asked about");
        // It comes to that by itself, and to what is right without.
        for (far, learned) in [(1, true), (1_600 / FAR, true), (usize::MAX, false)] {
            let mut containing = Containing { far, ..Containing::new(&commits, wanted) };
            assert_eq!(containing.ask(after).unwrap(), Contains::Yes);
            assert_eq!(containing.ask(before).unwrap(), Contains::No);
            assert_eq!(containing.far == 0, learned);
            assert!(containing.is_head(Located::new(&commits, after)));
        }
    }

    #[test]
    fn what_the_commit_graph_does_not_hold_nothing_in_it_contains() {
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

    /// What somebody may write over an entry of a commit-graph, and at which of its bytes (gitformat-commit-graph(5),
    /// `CDAT`, behind the tree): another parent, one that isn't there, extra edges, another generation number, or none.
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
        fn of_a_damaged_commit_graph_all_at_once_is_nothing_else(
            history in histories(),
            far in 1..6_usize,
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
                    let new = |far| Containing { far, ..Containing::new(&commits, wanted) };
                    let (mut at_once, mut plain) = (new(far), new(usize::MAX));
                    // The last first: then the most is to be asked.
                    for &tip in repo.ids.iter().rev() {
                        // Either may notice that history goes in a circle.
                        let (Ok(at_once), Ok(plain)) = (at_once.ask(tip), plain.ask(tip)) else { break };
                        prop_assert_eq!(at_once, plain);
                    }
                }
            }
        }

        #[test]
        fn whenever_all_is_learned_at_once_the_answers_are_the_same(history in histories(), far in 1..20_usize) {
            let repo = Repo::new(history);
            let opened = open(&repo);
            let commits = Commits::new(&opened);
            prop_assert!(commits.has_graph());
            for wanted in 0..repo.ids.len() {
                let expected = repo.containing(wanted);
                for newest_first in [false, true] {
                    let mut containing = Containing { far, ..Containing::new(&commits, repo.ids[wanted]) };
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

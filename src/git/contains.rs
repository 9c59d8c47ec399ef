//! Whether commits contain another one: the question of `git tag --contains` and
//! `git merge-base --is-ancestor`, for many commits at once.
//!
//! Each commit is looked at once, however many are asked about: what was found out about it is kept, by its
//! place (see [`super::places`]). The commit-graph, where there is one, ends the search at generation numbers
//! no greater than that of the commit looked for (git's `contains_tag_algo`). Where history ends early (a
//! shallow clone, a commit that is not here), the answer is neither yes nor no.

use super::Oid;
use super::places::Before;
use super::source::Commits;
use crate::outcome::Failure;
use gix_commitgraph::Position;
use std::collections::BinaryHeap;

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
    at: Option<Position>,
}

impl Located {
    /// Looks for a commit, which need not be here.
    pub fn new(commits: &Commits<'_>, oid: Oid) -> Located {
        Located { oid, at: commits.position(oid) }
    }
}

/// Answers for one commit.
pub struct Containing<'c, 'r> {
    commits: &'c Commits<'r>,
    /// Nothing with a generation number up to this one can contain the commit.
    cutoff: Option<u32>,
    /// What is known of the commit at each place.
    known: Vec<Option<Contains>>,
}

/// What the parents of a commit tell of it.
enum Told {
    Answer(Contains),
    /// Nothing yet: this parent is to be asked.
    Ask(usize),
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Which commits contain `wanted`.
    pub fn new(commits: &'c Commits<'r>, wanted: Oid) -> Containing<'c, 'r> {
        let known = vec![None; commits.in_graph];
        let mut containing = Containing { commits, cutoff: commits.generation(wanted), known };
        containing.learn(commits.place(wanted), Contains::Yes);
        containing
    }

    fn known(&self, place: usize) -> Option<Contains> {
        self.known.get(place).copied().flatten()
    }

    fn learn(&mut self, place: usize, found: Contains) {
        if self.known.len() <= place {
            self.known.resize(place + 1, None);
        }
        self.known[place] = Some(found);
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
        self.ask_at(match tip.at {
            Some(at) => at.0 as usize,
            None => self.commits.place(tip.oid),
        })
    }

    fn ask_at(&mut self, tip: usize) -> Result<Contains, Failure> {
        // Depth first, without recursion: histories are deeper than stacks.
        let mut path = Vec::new();
        let mut at = tip;
        loop {
            let answer = match self.known(at) {
                Some(known) => known,
                None => match self.by_parents(at)? {
                    Told::Answer(answer) => answer,
                    Told::Ask(parent) => {
                        path.push(at);
                        at = parent;
                        continue;
                    }
                },
            };
            self.learn(at, answer);
            match path.pop() {
                Some(child) => at = child,
                None => return Ok(answer),
            }
        }
    }

    fn by_parents(&self, at: usize) -> Result<Told, Failure> {
        let parents = match self.commits.before(at, self.cutoff)? {
            Before::Parents(parents) => parents,
            Before::CutOff => return Ok(Told::Answer(Contains::No)),
            Before::NotHere => return Ok(Told::Answer(Contains::Unknown)),
        };
        let mut told = Told::Answer(Contains::No);
        for parent in parents {
            match (self.known(parent), &told) {
                (Some(Contains::Yes), _) => return Ok(Told::Answer(Contains::Yes)),
                // Releases stand on the line of first parents, which is then known.
                (None, Told::Answer(_)) => told = Told::Ask(parent),
                (Some(Contains::Unknown), Told::Answer(_)) => {
                    told = Told::Answer(Contains::Unknown);
                }
                (Some(_), _) | (None, Told::Ask(_)) => {}
            }
        }
        Ok(told)
    }

    /// The commit that brought the wanted one onto a branch: the oldest of the first parents from `tip`,
    /// which contains it, that contain it.
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn brought_by(&mut self, tip: Oid) -> Result<Oid, Failure> {
        let mut at = self.commits.place(tip);
        while let Before::Parents(parents) = self.commits.before(at, None)?
            && let Some(&parent) = parents.first()
            && self.ask_at(parent)? == Contains::Yes
        {
            at = parent;
        }
        Ok(self.commits.oid_at(at).unwrap_or(tip))
    }
}

/// The commits of `tips` that `base` does not have, as `git rev-list TIPS ^BASE`, newest first; `None`
/// without a commit-graph that holds them all and has generation numbers.
///
/// Commits are looked at by falling generation number, so each has its mark before its parents are looked
/// at, and the search ends when only ancestors of `base` are left.
pub fn beyond(commits: &Commits<'_>, tips: &[Oid], base: Oid) -> Option<Vec<Oid>> {
    const BEYOND: u8 = 1;
    const BASE: u8 = 2;
    let graph = commits.graph()?;
    let mut marks = vec![0u8; graph.num_commits() as usize];
    let mut queue: BinaryHeap<(u32, u32)> = BinaryHeap::new();
    // How many in the queue are not known to be ancestors of the base.
    let mut open = 0usize;
    let mut reach =
        |queue: &mut BinaryHeap<(u32, u32)>, at: Position, new: u8, open: &mut usize| {
            let mark = marks.get_mut(at.0 as usize)?;
            let old = std::mem::replace(mark, *mark | new);
            if old == 0 {
                let generation = graph.commit_at(at).generation();
                queue.push(((generation > 0).then_some(generation)?, at.0));
            }
            let was_open = old == BEYOND;
            let is_open = *mark == BEYOND;
            *open = *open + usize::from(is_open) - usize::from(was_open);
            Some(*mark)
        };
    reach(&mut queue, commits.position(base)?, BASE, &mut open)?;
    for &tip in tips {
        reach(&mut queue, commits.position(tip)?, BEYOND, &mut open)?;
    }
    let mut found = Vec::new();
    while open > 0 {
        let (_, at) = queue.pop()?;
        let at = Position(at);
        // All its descendants have been looked at: adding nothing tells its mark.
        let mark = reach(&mut queue, at, 0, &mut open)?;
        let commit = graph.commit_at(at);
        if mark == BEYOND {
            open -= 1;
            found.push((commit.committer_timestamp(), commit.generation(), at));
        }
        for parent in commit.iter_parents() {
            let down = if mark == BEYOND { BEYOND } else { BASE };
            reach(&mut queue, parent.ok()?, down, &mut open)?;
        }
    }
    found.sort_unstable_by_key(|&(date, generation, at)| {
        std::cmp::Reverse((date, generation, at.0))
    });
    found.iter().map(|(.., at)| Oid::from_bytes(graph.id_at(*at).as_bytes()).ok()).collect()
}

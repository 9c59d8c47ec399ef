//! Whether commits contain another one: the question of `git tag --contains` and
//! `git merge-base --is-ancestor`, for many commits at once.
//!
//! Each commit is looked at once, however many are asked about: what was found out about it is kept.
//! The commit-graph, where there is one, ends the search at generation numbers no greater than that of
//! the commit looked for (git's `contains_tag_algo`), and what it holds is walked from place to place in
//! it, without a look for ids: all ancestors of a commit that it holds are in it, too. Where history
//! ends early (a shallow clone, a commit that is not here), the answer is neither yes nor no.

use super::Oid;
use super::source::Commits;
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use gix_commitgraph::{Graph, Position};
use std::collections::{BinaryHeap, HashMap};

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
    /// What is known of the others.
    known: HashMap<Oid, Contains, RandomState>,
    /// What is known of the commits in the commit-graph, by their places in it.
    in_graph: Vec<Option<bool>>,
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Which commits contain `wanted`.
    pub fn new(commits: &'c Commits<'r>, wanted: Oid) -> Containing<'c, 'r> {
        let cutoff = commits.generation(wanted);
        let mut in_graph =
            vec![None; commits.graph().map_or(0, |graph| graph.num_commits() as usize)];
        let place = commits.position(wanted).and_then(|at| in_graph.get_mut(at.0 as usize));
        if let Some(wanted) = place {
            *wanted = Some(true);
        }
        let known = HashMap::from_iter([(wanted, Contains::Yes)]);
        Containing { commits, cutoff, known, in_graph }
    }

    /// The answer of the commit-graph; `None` for a commit that it does not hold, or where it is damaged.
    fn ask_graph(&mut self, tip: Position) -> Option<bool> {
        if let Some(known) = self.in_graph.get(tip.0 as usize)? {
            return Some(*known);
        }
        let graph = self.commits.graph()?;
        let mut path = vec![tip];
        while let Some(&at) = path.last() {
            let known = self.in_graph.get(at.0 as usize)?;
            let answer = match known {
                Some(_) => *known,
                None => self.by_parents(graph, at, &mut path)?,
            };
            if answer.is_some() {
                self.in_graph[at.0 as usize] = answer;
                path.pop();
            }
        }
        self.in_graph[tip.0 as usize]
    }

    /// What the parents of a commit tell of it, if that is known yet; else one is put on the path.
    /// `None` outside where the commit-graph is damaged.
    fn by_parents(
        &self,
        graph: &Graph,
        at: Position,
        path: &mut Vec<Position>,
    ) -> Option<Option<bool>> {
        let commit = graph.commit_at(at);
        let generation = commit.generation();
        if generation > 0 && self.cutoff.is_some_and(|cutoff| generation <= cutoff) {
            return Some(Some(false));
        }
        let mut unknown = None;
        for parent in commit.iter_parents() {
            let parent = parent.ok()?;
            match self.in_graph.get(parent.0 as usize)? {
                Some(true) => return Some(Some(true)),
                Some(false) => {}
                None => unknown = unknown.or(Some(parent)),
            }
        }
        path.extend(unknown);
        Some(if unknown.is_none() { Some(false) } else { None })
    }

    /// The commit that brought the wanted one onto a branch: the oldest of the first parents from `tip`,
    /// which contains it, that contain it.
    ///
    /// # Errors
    /// As [`Containing::ask`].
    pub fn brought_by(&mut self, tip: Oid) -> Result<Oid, Failure> {
        let mut at = tip;
        // As far as the commit-graph goes, by places.
        while let Some(mut place) = self.commits.position(at) {
            while let Some(parent) = self.first_parent(place)
                && self.ask_graph(parent) == Some(true)
            {
                place = parent;
            }
            let Some(oid) = self.oid_at(place).filter(|&oid| oid != at) else { break };
            at = oid;
        }
        loop {
            match self.commits.load(at)?.links.parents.first() {
                Some(&parent) if self.ask(parent)? == Contains::Yes => at = parent,
                _ => return Ok(at),
            }
        }
    }

    fn first_parent(&self, at: Position) -> Option<Position> {
        self.commits.graph()?.commit_at(at).iter_parents().next()?.ok()
    }

    fn oid_at(&self, at: Position) -> Option<Oid> {
        Oid::from_bytes(self.commits.graph()?.id_at(at).as_bytes()).ok()
    }

    /// Whether `tip` does.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn ask(&mut self, tip: Oid) -> Result<Contains, Failure> {
        self.ask_located(Located::new(self.commits, tip))
    }

    /// As [`Containing::ask`].
    ///
    /// # Errors
    /// As there.
    pub fn ask_located(&mut self, tip: Located) -> Result<Contains, Failure> {
        // Depth first, without recursion: histories are deeper than stacks. A commit's answer is known
        // once that of its parents is; a `yes` needs no further parent.
        let mut path: Vec<(Oid, Vec<Oid>, Contains)> = Vec::new();
        let mut answer = self.look(tip, &mut path)?;
        while let Some((oid, parents, so_far)) = path.last_mut() {
            if let Some(found) = answer.take() {
                *so_far = match (*so_far, found) {
                    (_, Contains::Yes) => Contains::Yes,
                    (Contains::Unknown, _) | (_, Contains::Unknown) => Contains::Unknown,
                    (so_far, Contains::No) => so_far,
                };
            }
            let next = if *so_far == Contains::Yes { None } else { parents.pop() };
            match next {
                Some(parent) => {
                    answer = self.look(Located::new(self.commits, parent), &mut path)?;
                }
                None => {
                    let (oid, found) = (*oid, *so_far);
                    path.pop();
                    self.known.insert(oid, found);
                    answer = Some(found);
                }
            }
        }
        // The path is empty, so the answer is that of the tip.
        Ok(answer.unwrap_or(Contains::Unknown))
    }

    /// What is known of a commit; else puts it on the path, so that its parents are asked first.
    fn look(
        &mut self,
        Located { oid, at }: Located,
        path: &mut Vec<(Oid, Vec<Oid>, Contains)>,
    ) -> Result<Option<Contains>, Failure> {
        if let Some(found) = at.and_then(|at| self.ask_graph(at)) {
            return Ok(Some(if found { Contains::Yes } else { Contains::No }));
        }
        if let Some(&known) = self.known.get(&oid) {
            return Ok(Some(known));
        }
        let repo = self.commits.repository();
        let Some(loaded) = self.commits.find(oid)? else {
            self.known.insert(oid, Contains::Unknown);
            return Ok(Some(Contains::Unknown));
        };
        let mut parents = loaded.links.parents;
        // The last is asked first. Releases stand on the line of first parents, which is then known.
        parents.reverse();
        let ends = repo.shallow().contains(&oid);
        let start = if ends { Contains::Unknown } else { Contains::No };
        path.push((oid, parents, start));
        Ok(None)
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

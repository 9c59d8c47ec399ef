//! Searches over the whole commit-graph, one pass over all commits per question.
//!
//! Following parents one by one visits positions in random order, and each step waits for memory. So the parents and
//! generation numbers of all commits are first copied into two dense arrays ([`Compact`]), and searches go through these
//! in the order of generation numbers: a few instructions per commit, and the next access is known in advance.

use super::format::{GraphFiles, NO_PARENT, Parents};
use crate::git::HashKind;
use std::path::Path;
use std::sync::OnceLock;

/// A commit-graph, with the tables that searches need. They are built on first use.
pub(super) struct CommitGraph {
    /// The files, for questions about single commits.
    pub(super) files: GraphFiles,
    compact: OnceLock<Compact>,
    /// `None` when a commit has no generation number, or an impossible one.
    by_generation: OnceLock<Option<ByGeneration>>,
}

/// All positions, sorted by rising generation number.
struct ByGeneration {
    positions: Vec<u32>,
    /// For each generation number from 0: how many positions have that number or a lower one.
    up_to: Vec<u32>,
}

/// The links of all commits, by position.
struct Compact {
    /// The first two parents. An absent one is the number of all commits, one past the last position; [`MANY`] when
    /// there are more than two.
    parents: Vec<[u32; 2]>,
    generations: Vec<u32>,
}

/// Stands for more than two parents, or for a damaged row.
const MANY: [u32; 2] = [u32::MAX; 2];

impl CommitGraph {
    /// As [`GraphFiles::open`].
    pub(super) fn open(info: &Path, hash: HashKind) -> Option<CommitGraph> {
        let files = GraphFiles::open(info, hash)?;
        Some(CommitGraph { files, compact: OnceLock::new(), by_generation: OnceLock::new() })
    }

    /// As [`GraphFiles::parents`], faster once [`CommitGraph::prepare`] was called.
    pub(super) fn parents(&self, position: usize) -> Option<Parents> {
        match self.compact.get().and_then(|compact| compact.parents.get(position)) {
            None | Some(&MANY) => self.files.parents(position),
            Some(&both) => {
                let both = both.map(|parent| parent as usize);
                Some(both.into_iter().filter(|&parent| parent < self.files.len()).collect())
            }
        }
    }

    /// The generation numbers of all commits, by position; see [`GraphFiles::generation`].
    pub(super) fn generations(&self) -> &[u32] {
        &self.compact().generations
    }

    /// Builds the table that searches need, for callers with time to spare before the first search.
    pub(super) fn prepare(&self) {
        self.compact();
    }

    fn compact(&self) -> &Compact {
        self.compact.get_or_init(|| {
            let len = self.files.len();
            let absent = u32::try_from(len).unwrap_or(NO_PARENT);
            let mut parents = Vec::with_capacity(len);
            let mut generations = Vec::with_capacity(len);
            self.files.links().for_each(|links| {
                parents.push(links.parents.map_or(MANY, |both| {
                    both.map(|parent| if parent == NO_PARENT { absent } else { parent })
                }));
                generations.push(links.generation);
            });
            Compact { parents, generations }
        })
    }

    /// For each position, whether the commit there contains the one at `target`. `None` when generation numbers are
    /// missing or something is damaged.
    ///
    /// Goes through all commits by rising generation number, so that parents come before their children.
    pub(super) fn containing(&self, target: usize) -> Option<Vec<bool>> {
        const UNKNOWN: u8 = 2;
        let Compact { parents, generations } = self.compact();
        let lowest = *generations.get(target)?;
        let initial = |&generation: &u32| if generation > lowest { UNKNOWN } else { 0 };
        let mut contains: Vec<u8> = generations.iter().map(initial).collect();
        contains[target] = 1;
        // The extra slot stands for an absent parent.
        contains.push(0);
        let mut all = 0;
        for &position in self.above(lowest)? {
            let position = position as usize;
            let any = match parents[position] {
                MANY => {
                    self.parents(position)?.iter().fold(0, |any, &parent| any | contains[parent])
                }
                [first, second] => contains[first as usize] | contains[second as usize],
            };
            contains[position] = any;
            all |= any;
        }
        contains.truncate(self.files.len());
        (all & UNKNOWN == 0).then(|| contains.into_iter().map(|contains| contains == 1).collect())
    }

    /// For each of `commits`, by position, whether one of `tips` contains it. `None` when generation numbers are missing
    /// or something is damaged.
    ///
    /// Goes through all commits by falling generation number, so that children come before their parents.
    pub(super) fn reached(&self, tips: &[usize], commits: &[usize]) -> Option<Vec<bool>> {
        let Compact { parents, generations } = self.compact();
        let generation = |&position: &usize| generations.get(position).copied();
        let lowest = commits.iter().filter_map(generation).min()?;
        // The extra slot stands for an absent parent.
        let mut reached = vec![false; self.files.len() + 1];
        for &tip in tips {
            *reached.get_mut(tip)? = true;
        }
        for &position in self.above(lowest)?.iter().rev() {
            let position = position as usize;
            if !reached[position] {
                continue;
            }
            // A parent whose number is not lower was already passed, so its own parents may have been missed.
            let mut reach = |parent: usize| {
                reached[parent] = true;
                generations.get(parent).is_none_or(|&number| number < generations[position])
            };
            let is_sound = match parents[position] {
                MANY => self.parents(position)?.into_iter().all(reach),
                [first, second] => reach(first as usize) && reach(second as usize),
            };
            if !is_sound {
                return None;
            }
        }
        commits.iter().map(|&position| reached.get(position).copied()).collect()
    }

    /// The positions of commits whose generation number is greater than `generation`, by rising number. `None` when a
    /// commit has no number, or an impossible one.
    fn above(&self, generation: u32) -> Option<&[u32]> {
        let sorted = self.by_generation.get_or_init(|| sort_by_counting(self.generations()));
        let ByGeneration { positions, up_to } = sorted.as_ref()?;
        let first = up_to.get(generation as usize).copied().unwrap_or(u32::MAX);
        Some(positions.get(first as usize..).unwrap_or_default())
    }
}

/// Sorts positions by generation number. Counting works because numbers are small: a commit with number n ends a line of
/// n commits, so no number is greater than the number of commits.
fn sort_by_counting(generations: &[u32]) -> Option<ByGeneration> {
    let highest = generations.iter().copied().max()? as usize;
    if highest > generations.len() || generations.contains(&0) {
        return None;
    }
    let mut next = vec![0_u32; highest + 1];
    for &generation in generations {
        next[generation as usize] += 1;
    }
    let mut before = 0;
    for count in &mut next {
        before += std::mem::replace(count, before);
    }
    let mut positions = vec![0; generations.len()];
    for (position, &generation) in (0..).zip(generations) {
        let next = &mut next[generation as usize];
        positions[*next as usize] = position;
        *next += 1;
    }
    // Each counter now points past the last position with its number: how many have that number or a lower one.
    Some(ByGeneration { positions, up_to: next })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{Repo, altered, histories};
    use super::*;
    use crate::git::testing::exchange;
    use proptest::prelude::*;
    use proptest::sample::Index;

    #[test]
    fn a_parent_without_a_lower_generation_number_gives_no_answer() {
        let number = |graph: &CommitGraph, at: usize| graph.files.generation(at).unwrap();
        let (repo, at, _) = altered(8, &[]);
        let good = repo.open().unwrap();
        let child = (0..good.files.len()).find(|&child| good.parents(child).unwrap().contains(&at));
        let (child, first) = (child.unwrap(), good.files.position(repo.ids[0]).unwrap());
        let [above, own] = [number(&good, child), number(&good, at)];
        assert_eq!(good.reached(&[child], &[first, at]), Some(vec![true, true]));
        // The two lowest bits belong to the date.
        let (_repo, _, graphs) = altered(8, &[own << 2, above << 2]);
        assert_eq!(graphs[0].reached(&[child], &[first]), Some(vec![true]));
        assert_eq!(graphs[1].reached(&[child], &[first]), None);
    }

    #[test]
    fn without_generation_numbers_there_is_no_answer() {
        let numbers = [0, !3_u32];
        let (repo, at, graphs) = altered(8, &numbers);
        for (graph, written) in graphs.iter().zip(numbers) {
            assert_eq!(graph.files.generation(at), Some(written >> 2));
            let first = graph.files.position(repo.ids[0]).unwrap();
            assert_eq!(graph.containing(first), None);
            assert_eq!(graph.reached(&[at], &[first]), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn random_histories_are_read_as_git_wrote_them(history in histories()) {
            let repo = Repo::new(history);
            repo.agrees(&repo.open().unwrap());
        }

        #[test]
        fn a_damaged_file_is_refused_or_gives_answers(
            history in histories(),
            damages in prop::collection::vec(prop::collection::vec((any::<Index>(), any::<u8>()), 1..6), 60),
        ) {
            let repo = Repo::new(history);
            let path = repo.info().join("commit-graph");
            let good = std::fs::read(&path).unwrap();
            for damages in damages {
                let mut bytes = good.clone();
                for (at, byte) in damages {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                exchange(&path, &bytes);
                let Some(graph) = repo.open() else { continue };
                let parents = || (0..=graph.files.len()).map(|at| graph.parents(at)).collect::<Vec<_>>();
                let read = parents();
                graph.prepare();
                prop_assert_eq!(parents(), read);
                for at in 0..=graph.files.len() {
                    let own = graph.files.oid(at).map(|oid| (graph.files.position(oid), graph.files.tree(at)));
                    prop_assert_eq!(own.is_some(), at < graph.files.len());
                    let parents = graph.parents(at).unwrap_or_default();
                    prop_assert!(parents.iter().all(|&parent| parent < graph.files.len()));
                    prop_assert_eq!(graph.files.date(at).is_some(), graph.files.generation(at).is_some());
                    let all = graph.containing(at);
                    prop_assert!(all.is_none_or(|all| all.len() == graph.files.len() && all[at]));
                }
            }
        }
    }
}

//! Commits by places, for questions that go through the same history again and again: those of the
//! commit-graph stand at their positions in it, behind them those that were read from objects, in the order
//! in which somebody named them. Walking goes from place to place, and looks for no ids:
//!
//! ```text
//!  0 … in_graph - 1     the commit-graph's own positions; all ancestors of a commit that it holds are in it, too
//!  in_graph …           what it does not hold, as children and tips name it: read once, when its parents are asked for
//! ```

use super::Oid;
use super::object::Links;
use super::source::{Commits, Found, own_ancestor};
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use gix_commitgraph::{Graph, Position};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

/// The parents of a commit, by places.
pub(super) type Parents = SmallVec<[usize; 2]>;

/// What stands before a commit.
pub(super) enum Before {
    Parents(Parents),
    /// Nothing that was asked for: its generation number is no greater than the cutoff.
    CutOff,
    /// Nobody knows: the commit is not here, or a shallow clone ends with it.
    NotHere,
}

/// The commits behind the commit-graph.
#[derive(Default)]
pub(super) struct Remembered {
    numbers: HashMap<Oid, usize, RandomState>,
    commits: Vec<Named>,
}

/// A commit that was named, and what it says, once it was read.
struct Named {
    oid: Oid,
    read: Option<Read>,
}

struct Read {
    tree: Oid,
    parents: Parents,
    date: u64,
}

impl Remembered {
    fn number(&mut self, oid: Oid) -> usize {
        *self.numbers.entry(oid).or_insert_with(|| {
            self.commits.push(Named { oid, read: None });
            self.commits.len() - 1
        })
    }
}

impl Commits<'_> {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a commit, which need not be here.
    pub(super) fn place(&self, oid: Oid) -> usize {
        match self.position(oid) {
            Some(at) => at.0 as usize,
            None => self.in_graph + self.remembered().number(oid),
        }
    }

    /// The commit-graph, and the position in it that a place is.
    fn position_at(&self, place: usize) -> Option<(&Graph, Position)> {
        let position = u32::try_from(place).ok().filter(|_| place < self.in_graph)?;
        Some((self.graph()?, Position(position)))
    }

    /// The commit at a place; `None` where there is no such place.
    pub(super) fn oid_at(&self, place: usize) -> Option<Oid> {
        match self.position_at(place) {
            Some((graph, at)) => Oid::from_bytes(graph.id_at(at).as_bytes()).ok(),
            None => Some(self.remembered().commits.get(place.checked_sub(self.in_graph)?)?.oid),
        }
    }

    /// The date of the commit at a place, by which git walks; `None` when it is not here.
    ///
    /// # Errors
    /// When the commit is here but can't be read.
    pub(super) fn date_at(&self, place: usize) -> Result<Option<u64>, Failure> {
        match self.position_at(place) {
            Some((graph, at)) => Ok(Some(graph.commit_at(at).committer_timestamp())),
            None => Ok(self.dated(place)?.0),
        }
    }

    /// The date of the commit at a place, and what stands before it.
    ///
    /// # Errors
    /// As [`Commits::date_at`].
    pub(super) fn dated(&self, place: usize) -> Result<(Option<u64>, Before), Failure> {
        if let Some((graph, at)) = self.position_at(place) {
            let commit = graph.commit_at(at);
            if let Some(parents) = self.in_graph(commit.iter_parents()) {
                return Ok((Some(commit.committer_timestamp()), Before::Parents(parents)));
            }
        }
        let before = self.before(place, None)?;
        if let Before::Parents(_) = before {
            let remembered = self.remembered();
            let number = place.checked_sub(self.in_graph);
            let read = number.and_then(|number| remembered.commits.get(number)?.read.as_ref());
            return Ok((read.map(|read| read.date), before));
        }
        // A shallow clone ends with it.
        let Some(oid) = self.oid_at(place) else { return Ok((None, before)) };
        Ok((self.find(oid)?.map(|loaded| loaded.links.date), before))
    }

    /// What stands before the commit at a place, if its generation number is greater than `cutoff`.
    ///
    /// # Errors
    /// When the commit is here but can't be read.
    pub(super) fn before(&self, place: usize, cutoff: Option<u32>) -> Result<Before, Failure> {
        if let Some((graph, at)) = self.position_at(place) {
            let commit = graph.commit_at(at);
            let generation = commit.generation();
            if generation > 0 && cutoff.is_some_and(|cutoff| generation <= cutoff) {
                return Ok(Before::CutOff);
            }
            if let Some(parents) = self.in_graph(commit.iter_parents()) {
                return Ok(Before::Parents(parents));
            }
            // A damaged entry is no answer: the object itself then gives it.
        } else if let Some(named) = self.remembered().commits.get(place - self.in_graph)
            && let Some(read) = &named.read
        {
            return Ok(Before::Parents(read.parents.clone()));
        }
        let Some(oid) = self.oid_at(place) else { return Ok(Before::NotHere) };
        if self.repository().shallow().contains(&oid) {
            return Ok(Before::NotHere);
        }
        Ok(match self.read_links(oid, |_| ())? {
            Some(Found::Commit(links, ())) => Before::Parents(self.remember(oid, &links)),
            // Anybody can write a record that names a tag where a commit belongs.
            Some(Found::Other(_)) | None => Before::NotHere,
        })
    }

    /// The first parent of the commit at a place; `None` where there is none, or nobody knows.
    ///
    /// # Errors
    /// As [`Commits::before`].
    pub(super) fn first_parent(&self, place: usize) -> Result<Option<usize>, Failure> {
        if let Some((graph, at)) = self.position_at(place) {
            match graph.commit_at(at).iter_parents().next() {
                Some(Ok(parent)) if (parent.0 as usize) < self.in_graph => {
                    return Ok(Some(parent.0 as usize));
                }
                None => return Ok(None),
                Some(_) => {}
            }
        }
        Ok(match self.before(place, None)? {
            Before::Parents(parents) => parents.first().copied(),
            Before::CutOff | Before::NotHere => None,
        })
    }

    /// The error that history goes in a circle.
    pub(super) fn cycle(&self, place: usize) -> Failure {
        own_ancestor(self.oid_at(place).map_or_else(String::new, |oid| oid.to_string()))
    }

    /// The places of parents in the commit-graph; `None` where an entry is damaged.
    fn in_graph<E>(&self, positions: impl Iterator<Item = Result<Position, E>>) -> Option<Parents> {
        let mut parents = Parents::new();
        for position in positions {
            let place = position.ok()?.0 as usize;
            if place >= self.in_graph {
                return None;
            }
            parents.push(place);
        }
        Some(parents)
    }

    /// Keeps what a commit says; the places of its parents.
    pub(super) fn remember(&self, oid: Oid, links: &Links) -> Parents {
        let mut remembered = self.remembered();
        let mut place = |&parent: &Oid| match self.position(parent) {
            Some(at) => at.0 as usize,
            None => self.in_graph + remembered.number(parent),
        };
        let parents: Parents = links.parents.iter().map(&mut place).collect();
        let number = remembered.number(oid);
        let read = Read { tree: links.tree, parents: parents.clone(), date: links.date };
        remembered.commits[number].read = Some(read);
        parents
    }

    /// What a commit says, if it was read before.
    pub(super) fn recall(&self, oid: Oid) -> Option<Links> {
        let (tree, date, places) = {
            let remembered = self.remembered();
            let read = remembered.commits.get(*remembered.numbers.get(&oid)?)?.read.as_ref()?;
            (read.tree, read.date, read.parents.clone())
        };
        let parents = places.iter().map(|&place| self.oid_at(place)).collect::<Option<_>>()?;
        Some(Links { tree, parents, date })
    }
}

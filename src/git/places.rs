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
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

/// The parents of a commit, by places.
pub(super) type Parents = SmallVec<[usize; 2]>;

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
            Some(at) => at,
            None => self.in_graph + self.remembered().number(oid),
        }
    }

    /// The commit at a place; `None` where there is no such place.
    pub(super) fn oid_at(&self, place: usize) -> Option<Oid> {
        match self.graph().filter(|_| place < self.in_graph) {
            Some(graph) => graph.oid(place),
            None => Some(self.remembered().commits.get(place.checked_sub(self.in_graph)?)?.oid),
        }
    }

    /// The date of the commit at a place, by which git walks; `None` when it is not here.
    ///
    /// # Errors
    /// When the commit is here but can't be read.
    pub(super) fn date_at(&self, place: usize) -> Result<Option<u64>, Failure> {
        match self.graph().and_then(|graph| graph.date(place)) {
            Some(date) => Ok(Some(date)),
            None => Ok(self.dated(place)?.0),
        }
    }

    /// The date of the commit at a place, and its [parents](Commits::parents_at).
    ///
    /// # Errors
    /// As [`Commits::date_at`].
    pub(super) fn dated(&self, place: usize) -> Result<(Option<u64>, Option<Parents>), Failure> {
        let parents = self.parents_at(place)?;
        if let Some(date) = self.graph().and_then(|graph| graph.date(place)) {
            return Ok((Some(date), parents));
        }
        if parents.is_some() {
            let remembered = self.remembered();
            let number = place.checked_sub(self.in_graph);
            let read = number.and_then(|number| remembered.commits.get(number)?.read.as_ref());
            return Ok((read.map(|read| read.date), parents));
        }
        // A shallow clone ends with it.
        let Some(oid) = self.oid_at(place) else { return Ok((None, None)) };
        Ok((self.find(oid)?.map(|loaded| loaded.links.date), None))
    }

    /// The parents of the commit at a place, by their places; `None` where nobody knows: it is not here, or a shallow
    /// clone ends with it.
    ///
    /// # Errors
    /// When the commit is here but can't be read.
    pub(super) fn parents_at(&self, place: usize) -> Result<Option<Parents>, Failure> {
        if let Some(number) = place.checked_sub(self.in_graph) {
            if let Some(named) = self.remembered().commits.get(number)
                && let Some(read) = &named.read
            {
                return Ok(Some(read.parents.clone()));
            }
        } else if let Some(parents) = self.graph().and_then(|graph| graph.parents(place)) {
            return Ok(Some(parents));
        }
        // A damaged row of the commit-graph is no answer: the object itself then gives it.
        let Some(oid) = self.oid_at(place) else { return Ok(None) };
        if self.repository().shallow().contains(&oid) {
            return Ok(None);
        }
        Ok(match self.read_links(oid, |_| ())? {
            Some(Found::Commit(links, ())) => Some(self.remember(oid, &links)),
            // Anybody can write a record that names a tag where a commit belongs.
            Some(Found::Other(_)) | None => None,
        })
    }

    /// The first parent of the commit at a place; `None` where there is none, or nobody knows.
    ///
    /// # Errors
    /// As [`Commits::parents_at`].
    pub(super) fn first_parent(&self, place: usize) -> Result<Option<usize>, Failure> {
        Ok(self.parents_at(place)?.and_then(|parents| parents.first().copied()))
    }

    /// The error that history goes in a circle.
    pub(super) fn cycle(&self, place: usize) -> Failure {
        own_ancestor(self.oid_at(place).map_or_else(String::new, |oid| oid.to_string()))
    }

    /// Keeps what a commit says; the places of its parents.
    pub(super) fn remember(&self, oid: Oid, links: &Links) -> Parents {
        let mut remembered = self.remembered();
        let mut place = |&parent: &Oid| match self.position(parent) {
            Some(at) => at,
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

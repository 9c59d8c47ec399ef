//! What was read from commit objects, kept for later questions about the same commits.

use super::format::Parents;
use crate::git::Oid;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Commits outside the commit-graph, numbered from 0 in the order in which they were first named.
#[derive(Default)]
pub(super) struct Memory {
    numbers: HashMap<Oid, usize, RandomState>,
    commits: Vec<Entry>,
}

/// A commit that was named, and what its object says, once it was read.
struct Entry {
    oid: Oid,
    read: Option<Remembered>,
}

/// What a commit's object says.
#[derive(Clone)]
pub(super) struct Remembered {
    pub(super) tree: Oid,
    /// As nodes.
    pub(super) parents: Parents,
    pub(super) date: u64,
}

impl Memory {
    /// The number of a commit, which gets one now if it has none.
    pub(super) fn number(&mut self, oid: Oid) -> usize {
        *self.numbers.entry(oid).or_insert_with(|| {
            self.commits.push(Entry { oid, read: None });
            self.commits.len() - 1
        })
    }

    /// The commit with a number.
    pub(super) fn oid(&self, number: usize) -> Option<Oid> {
        Some(self.commits.get(number)?.oid)
    }

    /// What is known of the commit with a number.
    pub(super) fn get(&self, number: usize) -> Option<&Remembered> {
        self.commits.get(number)?.read.as_ref()
    }

    /// What is known of a commit.
    pub(super) fn find(&self, oid: Oid) -> Option<&Remembered> {
        self.get(*self.numbers.get(&oid)?)
    }

    /// Keeps what a commit's object says.
    pub(super) fn set(&mut self, number: usize, read: Remembered) {
        if let Some(entry) = self.commits.get_mut(number) {
            entry.read = Some(read);
        }
    }
}

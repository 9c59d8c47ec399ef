//! The trees that were read last.
//!
//! A walk compares each commit with its parent, and soon the parent with its own parent, so nearly every tree is needed
//! twice. Trees stay here for a while, verified when they were read.

use super::Oid;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Maximum size in bytes: some hundred trees of a large repository.
const MOST: usize = 8 << 20;

/// The content of a tree, shared with its readers.
pub(super) type Content = Arc<Vec<u8>>;

/// Verified trees, first in, first out.
#[derive(Default)]
pub(super) struct RecentTrees(Mutex<Recent>);

#[derive(Default)]
struct Recent {
    trees: HashMap<Oid, Content>,
    order: VecDeque<Oid>,
    bytes: usize,
}

impl RecentTrees {
    pub(super) fn get(&self, oid: Oid) -> Option<Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).trees.get(&oid).cloned()
    }

    /// Keeps a tree, in place of the oldest ones.
    pub(super) fn keep(&self, oid: Oid, tree: &Content) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.trees.insert(oid, Arc::clone(tree)).is_none() {
            recent.order.push_back(oid);
            recent.bytes += tree.len();
        }
        while recent.bytes > MOST
            && let Some(oldest) = recent.order.pop_front()
        {
            let gone = recent.trees.remove(&oldest).map_or(0, |tree| tree.len());
            recent.bytes -= gone;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn oid(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    #[test]
    fn the_oldest_trees_make_room_for_new_ones() {
        let recent = RecentTrees::default();
        for number in 0..5 {
            recent.keep(oid(number), &Arc::new(vec![number; MOST / 4]));
        }
        assert!(recent.get(oid(0)).is_none());
        assert!((1..5).all(|number| recent.get(oid(number)).unwrap()[0] == number));
    }

    #[test]
    fn a_tree_that_comes_again_takes_no_more_room() {
        let recent = RecentTrees::default();
        for _ in 0..10 {
            recent.keep(oid(1), &Arc::new(vec![1; MOST / 2]));
        }
        recent.keep(oid(2), &Arc::new(vec![2; MOST / 2]));
        assert!(recent.get(oid(1)).is_some() && recent.get(oid(2)).is_some());
    }
}

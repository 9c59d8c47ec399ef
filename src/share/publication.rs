//! What of this clone's ledger is published, as far as this clone knows.
//!
//! Nothing is asked of the network: it is what the last sync with each remote left behind.

use super::note::Checkpoint;
use super::state::{LastSync, Seen, State};
use super::tree::{Frontier, Hash};
use crate::git::Repository;
use crate::ledger::chain::Chain;
use crate::ledger::{Id, Ledger};
use crate::outcome::Failure;
use std::collections::HashSet;

/// What was accepted from one remote.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What files and references of this clone call it.
    pub key: String,
    /// The list that was accepted last.
    pub seen: Seen,
    /// Its ids in order; `None` when the copy of them is lost: the next sync makes it again.
    pub ids: Option<Vec<Id>>,
    /// How the last attempt ended.
    pub last: Option<LastSync>,
}

/// Whether a record is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// It stands in a list: its number from 0, and the remote.
    Published(usize, &'a Accepted),
    /// It stands in none.
    Here,
    /// Nobody knows: this clone has never synced, or its copy of the list is lost.
    Unknown,
}

impl PartialEq for Accepted {
    fn eq(&self, other: &Accepted) -> bool {
        self.key == other.key && self.seen == other.seen
    }
}

impl Eq for Accepted {}

/// How a checkpoint stands to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The list begins with what the checkpoint describes.
    Yes,
    /// It begins otherwise.
    No,
    /// The checkpoint describes more records than the list has.
    Longer,
}

/// When a record was published: the time of the oldest commit whose list holds it, in seconds since 1970 UTC. The
/// committer's claim; `None` when the history of the list is not here.
pub fn since(repo: &Repository, one: &Accepted, index: usize) -> Option<i64> {
    let args = ["log", "--reverse", "--format=%ct %H%n%B%x00", &one.seen.tip, "--"];
    let output = repo.git().args(args).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split('\0').find_map(|commit| {
        let mut lines = commit.trim_start().lines();
        let at = lines.next()?.split(' ').next()?.parse().ok()?;
        let size: u64 = lines.nth(1)?.parse().ok()?;
        (size > index as u64).then_some(at)
    })
}

/// What was accepted from all remotes.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    /// By remote.
    pub accepted: Vec<Accepted>,
    /// Remotes whose last list was refused, or that never had one.
    pub troubled: Vec<(String, LastSync)>,
}

/// Whether a list begins with `size` records of this root.
pub fn begins_with(ids: &[Id], size: u64, root: &Hash) -> Held {
    match usize::try_from(size).ok().and_then(|size| ids.get(..size)) {
        None => Held::Longer,
        Some(first) if Frontier::of(first).root() == *root => Held::Yes,
        Some(_) => Held::No,
    }
}

impl Publication {
    /// Reads what the last syncs left behind.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn read(state: &State) -> Result<Publication, Failure> {
        let mut last = state.last()?;
        let accepted = state.seen()?.into_iter().map(|(key, seen)| Accepted {
            ids: state.published(&key, &seen),
            last: last.remove(&key),
            key,
            seen,
        });
        let accepted: Vec<Accepted> = accepted.collect();
        let of = |one: &Accepted| Some((one.key.clone(), one.last.clone()?));
        let troubled =
            accepted.iter().filter_map(of).chain(last).filter(|(_, last)| last.outcome != "ok");
        Ok(Publication { troubled: troubled.collect(), accepted })
    }

    /// Reads what the last syncs of a repository left behind.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn of_repo(repo: &Repository) -> Result<Publication, Failure> {
        Publication::read(&State::new(Ledger::new(repo.common_dir()).dir()))
    }

    /// Whether this clone has ever accepted a list.
    pub fn ever(&self) -> bool {
        !self.accepted.is_empty()
    }

    /// The list of one remote, or the only one, or that of `origin`.
    pub fn of(&self, key: Option<&str>) -> Option<&Accepted> {
        let named = |key: &str| self.accepted.iter().find(|one| one.key == key);
        match (key, self.accepted.as_slice()) {
            (Some(key), _) => named(key),
            (None, [one]) => Some(one),
            (None, _) => named("origin"),
        }
    }

    /// Where a record is published.
    pub fn standing(&self, id: &Id) -> Standing<'_> {
        let place = |one: &'_ Accepted| one.ids.as_ref()?.iter().position(|known| known == id);
        let found = self.accepted.iter().find_map(|one| Some((place(one)?, one)));
        match found {
            Some((number, one)) => Standing::Published(number, one),
            None if self.ever() && self.accepted.iter().all(|one| one.ids.is_some()) => {
                Standing::Here
            }
            None => Standing::Unknown,
        }
    }

    /// The records of a ledger that stand in no list, in the order of the file; `None` when nobody knows.
    pub fn unpublished(&self, chain: &Chain) -> Option<Vec<Id>> {
        if !self.ever() {
            return None;
        }
        let mut known: HashSet<&Id> = HashSet::new();
        for one in &self.accepted {
            known.extend(one.ids.as_ref()?.iter());
        }
        Some(chain.nodes().iter().map(|node| node.id).filter(|id| !known.contains(id)).collect())
    }

    /// How a checkpoint stands to the lists: held by one, contradicted by all that are long enough, or too long
    /// for any. `None` when no list is known.
    pub fn held(&self, size: u64, root: &Hash) -> Option<Held> {
        let all: Vec<Held> = self
            .accepted
            .iter()
            .filter_map(|one| Some(begins_with(one.ids.as_ref()?, size, root)))
            .collect();
        [Held::Yes, Held::No, Held::Longer].into_iter().find(|held| all.contains(held))
    }
}

impl Accepted {
    /// The state of the list.
    pub fn checkpoint(&self, origin: &str) -> Option<Checkpoint> {
        Some(Checkpoint {
            origin: origin.to_owned(),
            size: self.seen.size,
            root: self.seen.root()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_checkpoint_is_held_by_any_list_that_begins_so() {
        let ids: Vec<Id> = (0..9_u8).map(|n| Id::of(&[n])).collect();
        let root = |ids: &[Id]| Frontier::of(ids).root();
        let one = |key: &str, ids: &[Id]| Accepted {
            key: key.into(),
            seen: Seen {
                size: ids.len() as u64,
                root: root(ids).to_string(),
                tip: String::new(),
                held: 0,
            },
            ids: Some(ids.to_vec()),
            last: None,
        };
        let other: Vec<Id> = ids.iter().rev().copied().collect();
        let none = Publication::default();
        assert_eq!(none.held(4, &root(&ids[..4])), None);
        assert_eq!(none.standing(&ids[0]), Standing::Unknown);
        let both = Publication {
            accepted: vec![one("a", &ids[..6]), one("b", &other[..3])],
            troubled: vec![],
        };
        assert_eq!(both.held(4, &root(&ids[..4])), Some(Held::Yes));
        assert_eq!(both.held(2, &root(&other[..2])), Some(Held::Yes));
        assert_eq!(both.held(4, &root(&ids[1..5])), Some(Held::No));
        assert_eq!(both.held(7, &root(&ids[..7])), Some(Held::Longer));
        assert!(matches!(both.standing(&ids[4]), Standing::Published(4, one) if one.key == "a"));
        assert!(matches!(both.standing(&ids[7]), Standing::Published(1, one) if one.key == "b"));
        let lost = Accepted { ids: None, ..one("c", &ids) };
        let lost = Publication { accepted: vec![lost], troubled: vec![] };
        assert_eq!(lost.standing(&ids[0]), Standing::Unknown);
    }
}

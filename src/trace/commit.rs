//! What a commit says about itself and others, as far as copies are concerned.

use crate::git::claims::Named;
use crate::git::graph::Commits;
use crate::git::index::CommitIndex;
use crate::git::object::{self, CommitObject};
use crate::git::paths::is_empty_tree;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;

/// A commit, read.
pub(super) struct Commit {
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    /// The author line with its date. A rebase and a cherry-pick keep it.
    pub(super) author: Vec<u8>,
    /// In seconds since 1970 UTC.
    pub(super) date: u64,
    /// The commits that its message names.
    pub(super) names: Named,
}

impl Commit {
    /// Reads a commit and verifies its id.
    pub(super) fn read(repo: &Repository, oid: Oid) -> Result<Commit, Failure> {
        let raw = Commits::without_graph(repo).read(oid)?;
        let commit = object::commit(&raw, repo.hash())
            .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
        Ok(Commit::new(commit))
    }

    /// Takes what is needed of a commit.
    pub(super) fn new(commit: CommitObject<'_>) -> Commit {
        Commit {
            tree: commit.tree,
            author: commit.author.unwrap_or_default().to_vec(),
            date: commit.walk_date,
            parents: commit.parents,
            names: Named::by(commit.message),
        }
    }

    /// Whether its message says that it reverts something.
    pub(super) fn is_revert(&self) -> bool {
        !self.names.reverts.is_empty()
    }

    /// Whether it changes a file. An empty commit has the same files as its neighbours, and a merge makes no change of its
    /// own that could be compared.
    pub(super) fn changes_files(&self, repo: &Repository) -> Result<bool, Failure> {
        Ok(match self.parents.as_slice() {
            [] => !is_empty_tree(self.tree),
            &[parent] => !repo.contains(parent) || repo.tree_of(parent)? != self.tree,
            _ => false,
        })
    }
}

/// The code commit that a commit of rendered manifests names, if it names one that is in this repository.
///
/// # Errors
/// When the commit cannot be read.
pub(crate) fn code_commit(
    repo: &Repository,
    index: Option<&CommitIndex>,
    oid: Oid,
) -> Result<Option<Oid>, Failure> {
    if index.and_then(|index| index.hydrates(oid)) == Some(false) {
        return Ok(None);
    }
    let named = Commits::without_graph(repo)
        .skim_object(oid, |commit| Named::by(commit.message).hydrates)?;
    Ok(named.and_then(|named| repo.commit_id(&named).ok()))
}

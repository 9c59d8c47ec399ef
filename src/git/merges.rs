//! Whether a merge changes what merging its parents would not have changed.
//!
//! The parents are merged once more in memory, and the trees compared. A conflict was solved by
//! somebody, so that counts as a change; nothing is written to the repository.

use super::Oid;
use super::Repository;
use super::object;
use super::repository::ObjectKind;
use crate::outcome::Failure;

/// Above all other backends, so that the objects of the merge stay in memory.
const FIRST: i32 = 10_000;

/// Merges again.
pub struct Merges {
    /// `None` where libgit2 can't open the repository.
    handle: Option<git2::Repository>,
}

impl Merges {
    /// A handle of its own on a repository, which writes nothing into it.
    pub fn new(repo: &Repository) -> Merges {
        let handle = git2::Repository::open(repo.git_dir()).ok();
        // libgit2 does not look for the objects that git keeps in quarantine while a hook runs.
        let folders: Vec<&str> =
            repo.object_folders.iter().filter_map(|folder| folder.to_str()).collect();
        let in_memory = |handle: &git2::Repository| {
            handle.odb().is_ok_and(|odb| {
                folders.iter().all(|folder| odb.add_disk_alternate(folder).is_ok())
                    && odb.add_new_mempack_backend(FIRST).is_ok()
            })
        };
        Merges { handle: handle.filter(in_memory) }
    }

    /// Whether a commit with two parents has changes of its own. `None` when that can't be found out: a
    /// merge of more parents, history that is not here, a repository that libgit2 doesn't open.
    ///
    /// # Errors
    /// When the commit itself can't be read.
    pub fn own_changes(&self, repo: &Repository, commit: Oid) -> Result<Option<bool>, Failure> {
        let Some(raw) = repo.read(commit)?.filter(|object| object.kind == ObjectKind::Commit)
        else {
            return Ok(None);
        };
        let links = object::links(&raw.data, repo.hash())
            .map_err(|bogus| Failure::new(format!("commit {commit}: {}", bogus.0)))?;
        let (Some(handle), [left, right]) = (&self.handle, links.parents.as_slice()) else {
            return Ok(None);
        };
        Ok(merged_tree(handle, *left, *right).map(|tree| tree != Some(links.tree)))
    }
}

/// The tree of a merge without conflicts; `Some(None)` where there are some, `None` when it fails.
fn merged_tree(handle: &git2::Repository, left: Oid, right: Oid) -> Option<Option<Oid>> {
    let (left, right) = (handle.find_commit(left).ok()?, handle.find_commit(right).ok()?);
    let mut index = handle.merge_commits(&left, &right, None).ok()?;
    if index.has_conflicts() {
        return Some(None);
    }
    index.write_tree_to(handle).ok().map(Some)
}

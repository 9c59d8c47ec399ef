//! Whether commits make the same change, by their diffs without line numbers (`git patch-id`).

use crate::deployments::Deployments;
use crate::git::graph::Commits;
use crate::git::{Oid, Repository, object, patches};
use crate::outcome::Failure;
use std::collections::HashMap;

/// Those of `others` that make the same change as `commit`.
///
/// # Errors
/// When git fails.
pub(crate) fn same_patch(
    repo: &Repository,
    commit: Oid,
    others: &[Oid],
) -> Result<Vec<Oid>, Failure> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    // Comparing changed paths here first avoids starting git. Where they are unknown here, git may know them.
    let paths = patches::paths(repo, commit);
    let may_match = |&other: &Oid| match (&paths, patches::paths(repo, other)) {
        (Some(paths), Some(other)) => *paths == other,
        _ => true,
    };
    let others: Vec<Oid> = others.iter().copied().filter(may_match).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let mut compared = vec![commit];
    compared.extend(&others);
    let ids = patches::of_commits(repo, &compared)?;
    let Some(own) = ids.get(&commit) else { return Ok(Vec::new()) };
    Ok(others.into_iter().filter(|other| ids.get(other) == Some(own)).collect())
}

/// Decides whether approvals of other commits cover one, because they make the same change.
pub(crate) struct SamePatch<'r, 'e> {
    repo: &'r Repository,
    commit: Option<Oid>,
    /// An approval of a commit that was deployed itself covers only that deployment.
    deployments: &'r Deployments<'e>,
    answers: HashMap<String, bool>,
}

impl<'r, 'e> SamePatch<'r, 'e> {
    /// Compares with a commit, given by its full id.
    pub(crate) fn new(
        repo: &'r Repository,
        commit: &str,
        deployments: &'r Deployments<'e>,
    ) -> SamePatch<'r, 'e> {
        let commit = repo.hash().oid(commit.as_bytes()).filter(|&oid| repo.contains(oid));
        SamePatch { repo, commit, deployments, answers: HashMap::new() }
    }

    /// Whether another commit makes the same change, by the same author at the same time. An unreadable commit does not.
    pub(crate) fn is(&mut self, other: &str) -> bool {
        let Some(commit) = self.commit else { return false };
        if self.deployments.has_commit(other) {
            return false;
        }
        if let Some(&known) = self.answers.get(other) {
            return known;
        }
        let same = self.repo.hash().oid(other.as_bytes()).is_some_and(|oid| {
            let both = (author(self.repo, commit), author(self.repo, oid));
            matches!(both, (Ok(a), Ok(b)) if a == b)
                && same_patch(self.repo, commit, &[oid]).is_ok_and(|found| !found.is_empty())
        });
        self.answers.insert(other.to_owned(), same);
        same
    }
}

/// The author line of a commit, with its date: a rebase and a cherry-pick keep it.
fn author(repo: &Repository, oid: Oid) -> Result<Vec<u8>, Failure> {
    let raw = Commits::without_graph(repo).read(oid)?;
    let commit = object::commit(&raw, repo.hash())
        .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
    Ok(commit.author.unwrap_or_default().to_vec())
}

//! The branches that hold a commit. When a branch was squashed, the diff of the whole branch is that of one commit.

use super::commit::Commit;
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::graph::contains::{Containing, Contains};
use crate::outcome::Failure;
use std::collections::HashSet;

/// References that may be branches: local ones, those of remotes, and those of change requests.
const BRANCHES: [&str; 4] = ["refs/heads/", "refs/remotes/", "refs/pull/", "refs/merge-requests/"];

/// A branch that holds a commit, from where it left the default branch.
pub(super) struct Branch {
    pub(super) base: Oid,
    pub(super) tip: Oid,
    /// The tree of `tip`.
    pub(super) tree: Oid,
}

/// Branches that hold a commit.
#[derive(Default)]
pub(super) struct Branches {
    /// Those that hold more than the commit.
    pub(super) found: Vec<Branch>,
    /// Whether no branch holds the commit, not even the default branch.
    pub(super) gone: bool,
}

impl Branches {
    /// Finds the branches that hold `oid` and more than it; none when the default branch holds it already. `containing`
    /// answers for `oid`.
    ///
    /// # Errors
    /// When history cannot be read.
    pub(super) fn holding(
        oid: Oid,
        commit: &Commit,
        commits: &Commits<'_>,
        default_branch: Option<Oid>,
        containing: &mut Containing<'_, '_>,
    ) -> Result<Branches, Failure> {
        let repo = commits.repository();
        let Some(main) = default_branch else { return Ok(Branches::default()) };
        if containing.ask(main)? == Contains::Yes {
            return Ok(Branches::default());
        }
        let mut branches = Branches { found: Vec::new(), gone: true };
        let mut tips = Vec::from_iter(repo.head()?.commit());
        for prefix in BRANCHES {
            tips.extend(repo.refs(prefix)?.iter().map(|reference| reference.target));
        }
        let mut seen = HashSet::new();
        for tip in tips {
            if !seen.insert(tip) || !commits.has(tip) || containing.ask(tip)? != Contains::Yes {
                continue;
            }
            branches.gone = false;
            // The commit may be the only one on its branch: then its own patch is that of the branch.
            let is_alone = tip == oid
                && commit.parents.iter().any(|&parent| {
                    Containing::new(commits, parent).ask(main).ok() == Some(Contains::Yes)
                });
            if let (false, Some(&base)) = (is_alone, commits.merge_bases(main, tip)?.first()) {
                // A branch that reverted its own changes has the same files as many commits.
                let tree = repo.tree_of(tip)?;
                if tree != repo.tree_of(base)? {
                    branches.found.push(Branch { base, tip, tree });
                }
            }
        }
        Ok(branches)
    }
}

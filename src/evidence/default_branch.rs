//! The branch that changes are merged into. Everything that asks for it asks here: what protects it, what is compared
//! with it, what is trusted on it.
//!
//! ```text
//! refs/remotes/origin/HEAD → origin/main      the remote's default branch
//! HEAD → refs/heads/main                      else the branch that is checked out
//! HEAD 9f2c1ab                                else the commit at HEAD, which is on no branch that has a name
//! ```

use crate::git::refs::{Head, Ref};
use crate::git::{Oid, Repository};
use crate::outcome::Failure;

/// Where git keeps the default branch of a remote. Only a symbolic one counts: no fetch and no push makes that.
pub(crate) const REMOTE_HEAD: &str = "refs/remotes/origin/HEAD";

/// The branch that changes are merged into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefaultBranch {
    /// Its short name, as patterns of branches match it (`main`); `None` where HEAD is detached.
    pub(crate) name: Option<String>,
    /// What people call it: `origin/main`, `main`, `HEAD`.
    pub(crate) label: String,
    /// Its newest commit; `None` on a branch without one.
    pub(crate) tip: Option<Oid>,
    /// Whether it is the remote's.
    pub(crate) is_remote: bool,
}

impl DefaultBranch {
    /// Finds it.
    ///
    /// # Errors
    /// When references can't be read.
    pub(crate) fn find(repo: &Repository) -> Result<DefaultBranch, Failure> {
        let remote = repo.symbolic(REMOTE_HEAD)?;
        let label = remote.as_deref().and_then(|full| full.strip_prefix("refs/remotes/"));
        let name = label.and_then(|label| label.strip_prefix("origin/")).map(str::to_owned);
        if remote.is_some()
            && let Some(Ref { target, .. }) = repo.reference(REMOTE_HEAD)?.cloned()
        {
            let label = label.unwrap_or("origin/HEAD").to_owned();
            return Ok(DefaultBranch { name, label, tip: Some(target), is_remote: true });
        }
        // The remote's branch was not fetched: its name is protected all the same.
        let short = |full: &str| full.strip_prefix("refs/heads/").unwrap_or(full).to_owned();
        Ok(match repo.head()? {
            Head::Branch(Ref { name: full, target, .. }) => {
                let label = short(&full);
                let name = name.or_else(|| Some(label.clone()));
                DefaultBranch { name, label, tip: Some(target), is_remote: false }
            }
            Head::Detached(oid) => {
                DefaultBranch { name, label: "HEAD".to_owned(), tip: Some(oid), is_remote: false }
            }
            Head::Unborn(full) => {
                let label = short(&full);
                let name = name.or_else(|| Some(label.clone()));
                DefaultBranch { name, label, tip: None, is_remote: false }
            }
        })
    }
}

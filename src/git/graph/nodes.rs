//! Commits as nodes of the graph: each has a number, so that a walk goes from number to number and looks up no ids.
//!
//! ```text
//!  0 … in_graph - 1     positions in the commit-graph; all ancestors of a commit in it are in it, too
//!  in_graph …           other commits, in the order in which tips and children name them; each is read once, when its
//!                       parents are asked for
//! ```

use super::commits::{Commits, Found};
use super::format::Parents;
use crate::outcome::Failure;

impl Commits<'_> {
    /// The date of a node's commit, by which git walks; `None` when the commit is not in this repository.
    ///
    /// # Errors
    /// When the commit is here but cannot be read.
    pub(super) fn date_of(&self, node: usize) -> Result<Option<u64>, Failure> {
        match self.graph().and_then(|graph| graph.files.date(node)) {
            Some(date) => Ok(Some(date)),
            None => Ok(self.date_and_parents_of(node)?.0),
        }
    }

    /// The [date](Commits::date_of) and the [parents](Commits::parents_of) of a node's commit.
    ///
    /// # Errors
    /// As [`Commits::date_of`].
    pub(super) fn date_and_parents_of(
        &self,
        node: usize,
    ) -> Result<(Option<u64>, Option<Parents>), Failure> {
        let parents = self.parents_of(node)?;
        if let Some(date) = self.graph().and_then(|graph| graph.files.date(node)) {
            return Ok((Some(date), parents));
        }
        if parents.is_some() {
            let memory = self.memory();
            let read = node.checked_sub(self.in_graph).and_then(|number| memory.get(number));
            return Ok((read.map(|read| read.date), parents));
        }
        // A shallow clone may end with this commit: then it has a date, but no known parents.
        let Some(oid) = self.oid_of(node) else { return Ok((None, None)) };
        Ok((self.find(oid)?.map(|loaded| loaded.links.date), None))
    }

    /// The parents of a node's commit, as nodes; `None` when they are unknown: the commit is not in this repository, or
    /// a shallow clone ends with it.
    ///
    /// # Errors
    /// When the commit is here but cannot be read.
    pub(in crate::git) fn parents_of(&self, node: usize) -> Result<Option<Parents>, Failure> {
        if let Some(number) = node.checked_sub(self.in_graph) {
            if let Some(read) = self.memory().get(number) {
                return Ok(Some(read.parents.clone()));
            }
        } else if let Some(parents) = self.graph().and_then(|graph| graph.parents(node)) {
            return Ok(Some(parents));
        }
        // A damaged row of the commit-graph is ignored; the object has the answer.
        let Some(oid) = self.oid_of(node) else { return Ok(None) };
        if self.repository().shallow().contains(&oid) {
            return Ok(None);
        }
        Ok(match self.read_links(oid, |_| ())? {
            Some(Found::Commit(links, ())) => Some(self.remember(oid, &links)),
            // Records may name a tag where a commit belongs.
            Some(Found::Other(_)) | None => None,
        })
    }

    /// The first parent of a node's commit; `None` when there is none or it is unknown.
    ///
    /// # Errors
    /// As [`Commits::parents_of`].
    pub(super) fn first_parent_of(&self, node: usize) -> Result<Option<usize>, Failure> {
        Ok(self.parents_of(node)?.and_then(|parents| parents.first().copied()))
    }

    /// The error for a history in which a node's commit is its own ancestor.
    pub(super) fn cycle(&self, node: usize) -> Failure {
        own_ancestor(self.oid_of(node).map_or_else(String::new, |oid| oid.to_string()))
    }
}

/// The error for a history with a cycle. Ids are hashes, so only altered files can lead to one.
pub(in crate::git) fn own_ancestor(oid: impl std::fmt::Display) -> Failure {
    Failure::new(format!("history contains a cycle: commit {oid} is its own ancestor"))
        .hint("the commit-graph file or the objects were altered; `git commit-graph verify` and `git fsck` show where, `git commit-graph write --reachable` renews the file")
}

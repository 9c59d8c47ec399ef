//! Questions about the graph of commits: which commit contains which, what one history has and another one lacks.
//!
//! | file | subject |
//! |---|---|
//! | [`format`] | git's commit-graph files: what they store about each commit |
//! | [`search`] | searches over the whole commit-graph at once |
//! | [`memory`] | what was read from the objects of commits that the commit-graph lacks |
//! | [`commits`] | loads commits by id: from the commit-graph, from memory, or from the object |
//! | [`nodes`] | walks from commit to commit by number instead of by id |
//! | [`contains`] | whether commits contain another one |
//! | [`beyond`] | commits of some histories that another one lacks |
//! | [`later`] | commits that were made after others |

pub mod beyond;
pub mod commits;
pub mod contains;
mod format;
pub mod later;
mod memory;
mod nodes;
mod search;
#[cfg(test)]
mod testing;

pub use commits::Commits;
pub(in crate::git) use nodes::own_ancestor;

//! An index of what commits say, beside the ledger: which commits name which others, and the author line and tree of each.
//! With it, a search for copies or reverts of a commit reads the few commits that may match, instead of all that came later.
//!
//! | file | subject |
//! |---|---|
//! | [`format`] | the file: reading and writing its bytes |
//! | [`lookup`] | questions about single commits, claims, author lines and trees |
//! | [`candidates`] | which commits to read in a search, with an index or without |
//! | [`update`] | adds new commits to an index |

mod candidates;
mod format;
mod lookup;
mod update;

pub use candidates::{Candidates, Histories};
pub use format::{Claim, CommitIndex};
pub use update::{Update, update};

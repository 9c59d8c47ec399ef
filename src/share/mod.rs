//! One ledger for several clones, carried by any git remote.
//!
//! ```text
//! refs/audit/ledger                on the remote: linear commits, each with the whole published list
//! refs/audit/remotes/origin        here: what the remote said last, good or bad
//! refs/audit/accepted/origin       here: the list that was accepted last
//! refs/audit/evidence/<time>       here: a list that was refused
//! ```
//!
//! The message of each commit is a [`note::Checkpoint`]; its tree is read by [`list`]. Records travel byte for byte:
//! nothing is made or signed anew, so a published record can be proved to anyone ([`proof`]).
//!
//! | file | subject |
//! |---|---|
//! | [`tree`] | the Merkle tree of RFC 6962: roots and proofs |
//! | [`note`], [`proof`] | checkpoints and proofs as text, after C2SP |
//! | [`segments`] | how a list lies in a git tree |
//! | [`list`] | reading a list and refusing a malformed one |
//! | [`state`], [`publication`], [`shared`] | what this clone has accepted so far, and what that says of its records |
//! | [`remote`] | fetching, committing and pushing by the user's own `git` |
//! | [`sync`], [`tail`] | one sync from fetch to push; publishing without having the ledger |

pub mod list;
pub mod note;
pub mod proof;
pub mod publication;
pub mod remote;
pub mod segments;
pub mod shared;
pub mod state;
pub mod sync;
pub mod tail;
pub mod tree;

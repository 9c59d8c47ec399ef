//! Everything read from git: the only home of libgit2.
//!
//! [`Repository`] opens; [`revision`] turns what the user typed into commits; [`walk`] yields them in
//! git's order; [`object`] splits their raw bytes as git does; [`commits`] and [`tags`] make events
//! of them, with the help of the text modules ([`message`], [`trailers`], [`change_requests`], …).
//! [`graph`] answers which commit contains which; [`index`] remembers what commits say of each other.
//! Objects are read raw and judged as they are: replacement references and grafts are never
//! followed, only reported.

mod alternates;
pub mod author;
pub mod blame;
pub mod change_requests;
pub mod claims;
pub mod commits;
pub mod config;
mod ctype;
pub mod dates;
mod encoding;
pub mod files;
pub mod graph;
pub mod hydrated;
pub mod identity;
pub mod index;
pub mod lightweight_tags;
mod loose;
pub mod mailmap;
pub mod merges;
pub mod message;
mod multi_pack_index;
pub mod notes;
pub mod notes_tree;
pub mod numstat;
pub mod object;
mod objects;
pub mod order;
mod packs;
pub mod patches;
pub mod paths;
mod phabricator;
mod ref_files;
pub mod refs;
pub mod repository;
pub mod revision;
mod shorthand;
pub mod tags;
#[cfg(test)]
mod testing;
pub mod tickets;
pub mod trailers;
mod trees;
pub mod walk;

pub use config::Config;
pub use git2::Oid;
pub use objects::kind::HashKind;
pub use repository::Repository;

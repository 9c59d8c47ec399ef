//! Everything that is read from git. The only home of git2.

pub mod change_requests;
pub mod claims;
mod ctype;
pub mod hydrated;
pub mod identity;
pub mod mailmap;
pub mod message;
pub mod notes;
pub mod tickets;
pub mod trailers;

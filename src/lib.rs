//! Who changed what in a git repository, when and why, and the proof of it.

pub mod event;
pub mod git;
pub mod outcome;
pub mod signature;

//! What objects are, and the tables of ids that git's files and ours share.

pub(super) mod kind;
pub(super) mod sorted_ids;

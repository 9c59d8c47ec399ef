//! How a change travels: the other commits that make the same change.
//!
//! | file | subject |
//! |---|---|
//! | [`copies`] | finds the copies of a commit among deployed commits |
//! | [`commit`] | what a commit says about itself and others, as far as copies are concerned |
//! | [`branches`] | the branches that hold a commit, to compare a squash with |
//! | [`patch`] | whether commits make the same change, by their diffs |

mod branches;
pub(crate) mod commit;
pub(crate) mod copies;
pub(crate) mod patch;

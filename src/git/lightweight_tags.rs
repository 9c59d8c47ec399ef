//! The lightweight tags of a commit: names beside it, as branches are.
//!
//! A tag whose reference names the commit itself is lightweight; that of an annotated tag names a tag object. So
//! nothing is read to find them, and a repository may have a million tags of which few are shown.

use super::{Oid, Repository};
use crate::outcome::Failure;
use std::sync::OnceLock;

/// Finds the lightweight tags of commits.
#[derive(Debug, Default)]
pub struct LightweightTags {
    /// Indices into the tag references, sorted by the object that they name. Made when the first is looked for.
    by_target: OnceLock<Vec<u32>>,
}

impl LightweightTags {
    /// The names of those that name this commit, sorted.
    ///
    /// # Errors
    /// When the references cannot be read.
    pub fn of(&self, repo: &Repository, commit: Oid) -> Result<Vec<String>, Failure> {
        let tags = repo.refs("refs/tags/")?;
        let by_target = self.by_target.get_or_init(|| {
            let mut indices: Vec<u32> = (0..).take(tags.len()).collect();
            indices.sort_unstable_by_key(|&index| (tags[index as usize].target, index));
            indices
        });
        let targets = |&index: &u32| tags[index as usize].target;
        let start = by_target.partition_point(|index| targets(index) < commit);
        let here = by_target[start..].iter().take_while(|index| targets(index) == commit);
        Ok(here.filter_map(|&index| tags[index as usize].tag_name().map(str::to_owned)).collect())
    }
}

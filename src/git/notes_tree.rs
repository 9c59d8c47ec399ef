//! Notes: which reviews are noted on which commit.
//!
//! `refs/notes/review` (Gerrit) and `refs/notes/devtools/*` (git-appraise) are commits whose tree maps
//! an object id, split over folders (`ab/cdef…`), to a blob with the note.

use super::graph::Commits;
use super::paths::tree_entries;
use super::repository::{ObjectKind, RawObject, Repository};
use super::{Oid, notes};
use crate::event::ReviewClaim;
use crate::outcome::Failure;
use std::collections::HashMap;

/// References under which reviews are noted, besides `refs/notes/devtools/`.
const GERRIT: &str = "refs/notes/review";
const APPRAISE: &str = "refs/notes/devtools/";

/// Where the notes on reviews are.
#[derive(Debug, Default)]
pub struct ReviewNotes {
    /// For each noted commit: the reference, and the blob with the note.
    notes: HashMap<Oid, Vec<(String, Oid)>>,
}

impl ReviewNotes {
    /// Finds all notes on reviews. Costs the trees of the notes, not the notes themselves.
    ///
    /// # Errors
    /// When references or trees cannot be read.
    pub fn find(repo: &Repository) -> Result<ReviewNotes, Failure> {
        let mut found = ReviewNotes::default();
        for reference in repo.refs("refs/notes/")? {
            if reference.name != GERRIT && !reference.name.starts_with(APPRAISE) {
                continue;
            }
            let tree = Commits::without_graph(repo).load(reference.target)?.links.tree;
            found.add_tree(repo, &reference.name, tree, String::new())?;
        }
        Ok(found)
    }

    fn add_tree(
        &mut self,
        repo: &Repository,
        reference: &str,
        tree: Oid,
        hex: String,
    ) -> Result<(), Failure> {
        let data = match repo.read(tree)? {
            Some(RawObject { kind: ObjectKind::Tree, data }) => data,
            _ => return Err(Failure::new(format!("{reference}: tree {tree} is missing"))),
        };
        let entries = tree_entries(&data, repo.hash())
            .ok_or_else(|| Failure::new(format!("{reference}: tree {tree} is malformed")))?;
        for entry in entries {
            // Other files may stand beside the notes; git ignores them, too.
            let Ok(name) = std::str::from_utf8(entry.name) else { continue };
            let (hex, Some(oid)) = (format!("{hex}{name}"), entry.oid()) else { continue };
            if entry.is_tree() && hex.len() < repo.hash().hex_len() {
                self.add_tree(repo, reference, oid, hex)?;
            } else if let Some(noted) = repo.hash().oid(hex.as_bytes()) {
                self.notes.entry(noted).or_default().push((reference.to_owned(), oid));
            }
        }
        Ok(())
    }

    /// The reviews noted on a commit.
    ///
    /// # Errors
    /// When a note cannot be read.
    pub fn of(&self, repo: &Repository, commit: Oid) -> Result<Vec<ReviewClaim>, Failure> {
        let mut reviews = Vec::new();
        for (reference, blob) in self.notes.get(&commit).into_iter().flatten() {
            repo.require_readable_length(*blob, reference)?;
            let Some(object) = repo.read(*blob)? else {
                return Err(Failure::new(format!("{reference}: note {blob} on {commit} is missing"))
                    .hint("a partial clone fetches notes only when asked: git cat-file -p fetches this one"));
            };
            let text = String::from_utf8_lossy(&object.data);
            reviews.extend(if reference == GERRIT {
                notes::gerrit(reference, &text).reviews
            } else {
                notes::appraise(reference, &text).reviews
            });
        }
        Ok(reviews)
    }
}

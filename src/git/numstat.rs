//! Which files differ between two commits, and by how many lines, as `git diff --numstat` counts.
//!
//! ```text
//! 12 TAB 3 TAB src/pay.rs NUL
//! -  TAB - TAB logo.png   NUL     a binary file
//! ```

use super::{Oid, Repository};
use crate::outcome::Failure;

/// How much of a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The path.
    pub path: String,
    /// Lines added and removed; `None` for a binary file.
    pub lines: Option<(u64, u64)>,
}

/// The files that differ. A renamed file counts twice: as removed and as added.
///
/// # Errors
/// When git can't be run, or refuses.
pub fn between(repo: &Repository, old: Oid, new: Oid) -> Result<Vec<Touched>, Failure> {
    let flags = ["-r", "-z", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv"];
    let output = repo
        .git()
        .arg("diff-tree")
        .args(flags)
        .args([old.to_string(), new.to_string()])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git diff-tree: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("git diff-tree failed: {}", said.trim())));
    }
    let entries = output.stdout.split(|&byte| byte == 0).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let text = String::from_utf8_lossy(entry);
            touched(&text).ok_or_else(|| {
                Failure::new(format!("git diff-tree printed an unexpected line: {text}"))
            })
        })
        .collect()
}

/// `12 TAB 3 TAB src/pay.rs`.
fn touched(entry: &str) -> Option<Touched> {
    let mut parts = entry.splitn(3, '\t');
    let (added, removed, path) = (parts.next()?, parts.next()?, parts.next()?);
    let lines = added.parse().ok().zip(removed.parse().ok());
    Some(Touched { path: path.to_owned(), lines })
}

//! Whether two commits make the same change: the diffs that git prints of them are the same.
//!
//! ```text
//! diff --git a/pay.py b/pay.py
//! index 3f1c…..77aa… 100644             left out: whole files may differ elsewhere
//! @@ -12,3 +14,3 @@ def capture():      only `@@`: the same lines may stand elsewhere
//!      if late:
//! -        retry(1)
//! +    retry(1)
//! ```
//!
//! A rebased, cherry-picked or squashed change has another commit id, but the same diff. This is what `git patch-id
//! --stable` (git-patch-id(1)) compares, except that white space counts here: in Python and YAML, the diff above and one
//! with another indentation are different changes.

use super::graph::Commits;
use super::paths::Pathspec;
use super::{HashKind, Oid, Repository};
use crate::outcome::Failure;
use git2::ObjectType;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Options that make a diff independent of the user's configuration.
const PLAIN: [&str; 5] = ["-p", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index"];

/// Identifies a diff: the id that its text would have as an object.
pub type Patch = Oid;

/// The patches of commits, against their first parents. Merges, and commits that change nothing, have none.
///
/// # Errors
/// When git can't be run, or fails.
pub fn of_commits(repo: &Repository, commits: &[Oid]) -> Result<HashMap<Oid, Patch>, Failure> {
    if commits.is_empty() {
        return Ok(HashMap::new());
    }
    let mut diff = repo.git();
    diff.args(["diff-tree", "--stdin", "--root"]).args(PLAIN);
    let list: String = commits.iter().map(|oid| format!("{oid}\n")).collect();
    let found = printed(repo, diff, list.into_bytes())?;
    Ok(found.into_iter().filter_map(|(commit, patch)| Some((commit?, patch))).collect())
}

/// The first paths in which a commit differs from its first parent, the same for commits with the same patch. `None`
/// where objects are missing that git may fetch into a partial clone.
pub fn paths(repo: &Repository, commit: Oid) -> Option<Vec<Vec<u8>>> {
    let links = Commits::without_graph(repo).load(commit).ok()?.links;
    let before = links.parents.first().map(|&parent| repo.tree_of(parent)).transpose().ok()?;
    Pathspec::default().changed(repo, before, Some(links.tree), MOST_PATHS).ok()
}

/// Maximum number of paths compared, for commits that import a whole project.
const MOST_PATHS: usize = 100;

/// The patch of everything between two commits; `None` when their files are the same.
///
/// # Errors
/// As [`of_commits`].
pub fn between(repo: &Repository, old: Oid, new: Oid) -> Result<Option<Patch>, Failure> {
    let mut diff = repo.git();
    diff.arg("diff-tree").args(PLAIN).args([old.to_string(), new.to_string()]);
    Ok(printed(repo, diff, Vec::new())?.first().map(|&(_, patch)| patch))
}

/// Runs `git diff-tree` with some input, and reads what it prints.
fn printed(
    repo: &Repository,
    mut diff: Command,
    input: Vec<u8>,
) -> Result<Vec<(Option<Oid>, Patch)>, Failure> {
    let failed = |error: io::Error| Failure::new(format!("cannot run git diff-tree: {error}"));
    let mut child = diff
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let writer = child.stdin.take().map(|mut stdin| {
        // On another thread, so that neither side blocks on a full pipe.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        })
    });
    let read = match child.stdout.take() {
        Some(stdout) => read(repo.hash(), BufReader::new(stdout)),
        None => Ok(Vec::new()),
    };
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    match child.wait() {
        Ok(status) if status.success() => read.map_err(failed),
        Ok(status) => Err(Failure::new(format!("git diff-tree failed ({status})"))
            .hint("`git fsck` reports what is damaged or missing")),
        Err(error) => Err(Failure::new(format!("cannot wait for git diff-tree: {error}"))),
    }
}

/// Splits the output into diffs. The commit's id stands on a line before each diff, unless two commits were named; each
/// line of a file starts with a mark.
fn read(hash: HashKind, mut diffs: impl BufRead) -> io::Result<Vec<(Option<Oid>, Patch)>> {
    let (mut found, mut commit, mut patch) = (Vec::new(), None, Vec::new());
    let (mut line, mut index) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        let ended = diffs.read_until(b'\n', &mut line)? == 0;
        let next = line.strip_suffix(b"\n").and_then(|line| hash.oid(line));
        if ended || next.is_some() {
            if !patch.is_empty() {
                let id = Oid::hash_object_ext(ObjectType::Blob, &patch, hash.format());
                found.push((commit, id.map_err(io::Error::other)?));
                patch.clear();
            }
            if ended {
                return Ok(found);
            }
            commit = next;
        } else if line.starts_with(b"@@") {
            patch.extend(b"@@\n");
        } else if line.starts_with(b"index ") {
            std::mem::swap(&mut index, &mut line);
        } else {
            // For a binary file, git prints only the ids of its contents.
            if line.starts_with(b"Binary files ") {
                patch.extend(&index);
            }
            patch.extend(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn patches(diffs: &str) -> Vec<(Option<Oid>, Patch)> {
        read(HashKind::Sha1, diffs.as_bytes()).unwrap()
    }

    fn patch(diff: &str) -> Patch {
        patches(diff)[0].1
    }

    #[test]
    fn where_lines_stand_does_not_count_and_white_space_does() {
        let diff = "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";
        let elsewhere = diff.replace("1..2", "3..4").replace("@@ -1 +1 @@", "@@ -9 +9 @@ fn x()");
        assert_eq!(patch(diff), patch(&elsewhere));
        for other in [diff.replace("+b\n", "+ b\n"), diff.replace("+b\n", "+b\r\n")] {
            assert_ne!(patch(diff), patch(&other));
        }
    }

    #[test]
    fn binary_files_differ_by_their_contents() {
        let diff = "diff --git a/f b/f\nindex 1..2 100644\nBinary files a/f and b/f differ\n";
        assert_ne!(patch(diff), patch(&diff.replace("1..2", "1..3")));
    }

    #[test]
    fn each_diff_is_that_of_the_commit_before_it() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let diffs =
            format!("{a}\ndiff --git a/f b/f\n@@ -1 +1 @@\n {b}\n+x\n{b}\ndiff --git a/g b/g\n");
        let commits: Vec<String> =
            patches(&diffs).iter().map(|(commit, _)| commit.unwrap().to_string()).collect();
        assert_eq!(commits, [a, b]);
        assert!(patches("").is_empty());
    }
}

//! Whether two commits make the same change: `git patch-id --stable`.
//!
//! ```text
//! $ git diff-tree -p 9f2c1ab | git patch-id --stable
//! 77aa0205…  9f2c1ab0447e…
//! ```
//!
//! A rebased, cherry-picked or squashed change has another commit id, but the same patch id: a hash of
//! the diff without line numbers and white space (git-patch-id(1)). git makes both diff and id, so that
//! ours are its own.

use super::{Oid, Repository};
use crate::outcome::Failure;
use std::collections::HashMap;
use std::io::Write;
use std::process::{Child, Command, Stdio};

/// What makes a diff depend on nobody's configuration.
const PLAIN: [&str; 5] = ["-p", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index"];

/// The patch ids of commits, against their first parents. Merges, and commits that change nothing, have
/// none.
///
/// # Errors
/// When git can't be run, or fails.
pub fn of_commits(repo: &Repository, commits: &[Oid]) -> Result<HashMap<Oid, String>, Failure> {
    if commits.is_empty() {
        return Ok(HashMap::new());
    }
    let mut diff = repo.git();
    diff.args(["diff-tree", "--stdin", "--root"]).args(PLAIN);
    let list: String = commits.iter().map(|oid| format!("{oid}\n")).collect();
    let printed = piped(repo, diff, list.into_bytes())?;
    let pairs = printed.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs
        .filter_map(|(patch, id)| Some((repo.hash().oid(id.as_bytes())?, patch.to_owned())))
        .collect())
}

/// The patch id of everything between two commits; `None` when their files are the same.
///
/// # Errors
/// As [`of_commits`].
pub fn between(repo: &Repository, old: Oid, new: Oid) -> Result<Option<String>, Failure> {
    let mut diff = repo.git();
    diff.arg("diff-tree").args(PLAIN).args([old.to_string(), new.to_string()]);
    let printed = piped(repo, diff, Vec::new())?;
    Ok(printed.split_once(' ').map(|(patch, _)| patch.to_owned()))
}

/// Runs `diff | git patch-id --stable`, with `input` for the first.
fn piped(repo: &Repository, mut diff: Command, input: Vec<u8>) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("cannot run git diff-tree: {error}"));
    let mut diff = diff
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let writer = diff.stdin.take().map(|mut stdin| {
        // Beside the reading, so that neither waits for the other's full pipe.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        })
    });
    let diffs: Stdio = match diff.stdout.take() {
        Some(stdout) => stdout.into(),
        None => Stdio::null(),
    };
    let ids = repo.git().args(["patch-id", "--stable"]).stdin(diffs).output();
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    succeeded(diff)?;
    let ids = ids.map_err(|error| Failure::new(format!("cannot run git patch-id: {error}")))?;
    if !ids.status.success() {
        return Err(Failure::new("git patch-id failed"));
    }
    Ok(String::from_utf8_lossy(&ids.stdout).into_owned())
}

fn succeeded(mut child: Child) -> Result<(), Failure> {
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("git diff-tree failed ({status})"))
            .hint("`git fsck` tells what is damaged or missing")),
        Err(error) => Err(Failure::new(format!("cannot wait for git diff-tree: {error}"))),
    }
}

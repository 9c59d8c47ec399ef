//! Which commit last changed a line of a file, as `git blame` says.

use super::paths::normalise;
use super::repository::refusal;
use super::{Oid, Repository};
use crate::outcome::Failure;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The commit that last changed it, as far as the history is available.
    pub commit: Oid,
    /// Its text, decoded lossily.
    pub text: String,
}

/// A line of a file as it is at HEAD, with the commit that last changed it. Lines are counted from 1.
///
/// # Errors
/// When HEAD has no such file or line, or git can't be run.
pub fn line(repo: &Repository, path: &str, number: u32) -> Result<Line, Failure> {
    let hint = "paths are read from the folder that you stand in; lines as they are at HEAD";
    let content = match normalise(repo.prefix(), path) {
        Some(at) => repo.file_at(repo.commit_id("HEAD")?, &at)?,
        None => None,
    };
    let content = content
        .ok_or_else(|| Failure::new(format!("there is no file {path} at HEAD")).hint(hint))?;
    let mut lines = content.strip_suffix(b"\n").unwrap_or(&content).split(|&byte| byte == b'\n');
    let found = number.checked_sub(1).and_then(|before| lines.nth(before as usize));
    let Some(text) = found.filter(|_| !content.is_empty()) else {
        let count = content.split_inclusive(|&byte| byte == b'\n').count();
        let have = if count == 1 { "line" } else { "lines" };
        return Err(Failure::new(format!(
            "{path} has {count} {have} at HEAD, and no line {number}"
        ))
        .hint(hint));
    };
    let output = repo
        .git()
        .args(["blame", "--porcelain", "-L", &format!("{number},{number}"), "HEAD", "--", path])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git blame: {error}")))?;
    if !output.status.success() {
        let why = refusal(&output.stderr);
        return Err(Failure::new(format!("{path}, line {number}: {why}")).hint(hint));
    }
    let id = output.stdout.split(|&byte| byte == b' ').next().unwrap_or_default();
    let unexpected = || Failure::new("git blame printed an unexpected line");
    let commit = repo.hash().oid(id).ok_or_else(unexpected)?;
    Ok(Line { commit, text: String::from_utf8_lossy(text).trim_end_matches('\r').to_owned() })
}

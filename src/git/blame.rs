//! Which commit last changed a line of a file, as `git blame` says.

use super::{Oid, Repository};
use crate::outcome::Failure;

/// The commit that last changed a line of a file as it is at HEAD. Lines are counted from 1.
///
/// # Errors
/// When HEAD has no such file or line, or git can't be run.
pub fn last_change(repo: &Repository, path: &str, line: u32) -> Result<Oid, Failure> {
    let output = repo
        .git()
        .args(["blame", "--porcelain", "-L", &format!("{line},{line}"), "HEAD", "--", path])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git blame: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        return Err(Failure::new(format!("{path}, line {line}: {said}"))
            .hint("paths are read from the folder that you stand in; lines as they are at HEAD"));
    }
    let id = output.stdout.split(|&byte| byte == b' ').next().unwrap_or_default();
    repo.hash().oid(id).ok_or_else(|| Failure::new("git blame printed an unexpected line"))
}

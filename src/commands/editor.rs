//! Asking for a reason in the editor that git would open.

use crate::event::Kind;
use crate::git::Repository;
use crate::outcome::Failure;
use std::process::Command;

/// Opens the editor on `begin`, and returns what was written, without comments.
///
/// # Errors
/// No editor, one that fails, or an empty text: that cancels the record.
pub(crate) fn ask(repo: &Repository, begin: &str, kind: Kind) -> Result<String, Failure> {
    let editor = repo
        .git()
        .args(["var", "GIT_EDITOR"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string())
        .ok_or_else(|| {
            Failure::new("git knows no editor to write the reason in")
                .hint("set EDITOR or core.editor, or give the reason with --why")
        })?;
    let fail = |error| Failure::new(format!("cannot make a file for the editor: {error}"));
    let dir = tempfile::Builder::new().prefix("audit-edit-").tempdir().map_err(fail)?;
    let path = dir.path().join("REASON");
    let text = format!(
        "{begin}\n# Why? The reason for this record of kind {kind}. Lines that begin with '#' are left out;\n\
         # an empty text cancels the record.\n"
    );
    std::fs::write(&path, text).map_err(fail)?;
    // As git starts it: a shell reads the command, the path is one argument.
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$@\""), &editor])
        .arg(&path)
        .status()
        .map_err(|error| Failure::new(format!("cannot run the editor '{editor}': {error}")))?;
    if !status.success() {
        return Err(Failure::new(format!("the editor '{editor}' failed; nothing was recorded")));
    }
    let written = std::fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("cannot read what the editor wrote: {error}")))?;
    let lines: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
    match lines.join("\n").trim() {
        "" => Err(Failure::new("the reason is empty; nothing was recorded")),
        reason => Ok(reason.to_string()),
    }
}

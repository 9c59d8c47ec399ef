//! Writing files into `.audit/` that are not there yet.
//!
//! ```text
//! open   .audit/.policy.toml.new-4711   O_CREAT|O_EXCL, written, fsynced
//! link   .audit/policy.toml             fails when something has that name: nothing is ever replaced
//! unlink .audit/.policy.toml.new-4711
//! ```
//!
//! So a file is there whole or not at all. `policy.toml` comes last: without it no rule applies.

use super::File;
use crate::outcome::Failure;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Refuses a folder through which something else would be written to.
///
/// # Errors
/// When `.audit` or `.audit/keys` is there and no folder of its own.
pub(super) fn check(folder: &Path) -> Result<(), Failure> {
    for path in [folder.to_owned(), folder.join("keys")] {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(found) => {
                let what = if found.is_symlink() { "a symbolic link" } else { "no folder" };
                return Err(Failure::new(format!("'{}' is {what}", path.display())).hint(
                    "audit init writes into a folder of the repository's own only; move it away",
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::new(format!("cannot look at '{}': {error}", path.display())));
            }
        }
    }
    Ok(())
}

/// Writes the files below `folder`. Returns the names of those that were written.
///
/// # Errors
/// When one can't be written; the message says which were.
pub(super) fn write(folder: &Path, files: &[&File]) -> Result<Vec<String>, Failure> {
    check(folder)?;
    let mut written: Vec<String> = Vec::new();
    let policy_last = |file: &&&File| file.path == crate::evidence::root::POLICY;
    let (policy, others): (Vec<&File>, Vec<&File>) = files.iter().partition(policy_last);
    for file in others.into_iter().chain(policy) {
        let path = folder.join(&file.path);
        if let Err(error) = create(&path, &file.content) {
            let failure = Failure::new(format!("cannot write '{}': {error}", path.display()));
            return Err(match written.is_empty() {
                true => failure.hint("nothing was written"),
                false => failure.hint(format!("written before that: {}", written.join(", "))),
            });
        }
        written.push(file.path.clone());
    }
    Ok(written)
}

fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let draft = folder.join(format!(".{name}.new-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    let done = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    let cleaned = fs::remove_file(&draft);
    done.and(cleaned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(path: &str) -> File {
        File { path: path.to_owned(), content: b"new".to_vec(), why: String::new() }
    }

    #[test]
    fn what_is_there_is_never_replaced_and_what_was_written_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(".audit");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("policy.toml"), "old").unwrap();
        let files = [file("policy.toml"), file("keys/A.asc"), file("allowed_signers")];
        let failure = write(&folder, &files.iter().collect::<Vec<_>>()).unwrap_err();
        assert!(failure.message.contains("policy.toml"), "{failure}");
        assert_eq!(failure.hint.unwrap(), "written before that: keys/A.asc, allowed_signers");
        assert_eq!(fs::read(folder.join("policy.toml")).unwrap(), b"old");
        let names = fs::read_dir(&folder).unwrap().count()
            + fs::read_dir(folder.join("keys")).unwrap().count();
        assert_eq!(names, 4, "no draft is left behind");
    }
}

//! What to do when a machine lacks a program that a test needs: say so, by name.

use std::io::Write;
use std::process::Command;

/// Set (to anything but nothing) where every test must run, as in CI: what is missing then fails.
const NEED_ALL: &str = "AUDIT_TESTS_NEED_ALL";

/// Whether `program` is on the `PATH`. When it isn't, says so, and the test returns:
/// `if !require("gpg") { return; }`
#[must_use]
pub fn require(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        || missing(&format!("the program '{program}'"))
}

/// Whether git is at least of this version, as for reftable (2.45). Otherwise as [`require`].
#[must_use]
pub fn require_git(major: u32, minor: u32) -> bool {
    let output = Command::new("git").arg("--version").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // `git version 2.47.3`, `git version 2.39.5 (Apple Git-154)`
    let mut numbers =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    found >= (major, minor) || missing(&format!("git {major}.{minor} (this is {})", text.trim()))
}

/// Whether this machine lets a test do something that it needs. Otherwise as [`require`].
#[must_use]
pub fn require_that(able: bool, what: &str) -> bool {
    able || missing(what)
}

/// Names what is missing; `false`, or in CI a failure.
fn missing(what: &str) -> bool {
    let thread = std::thread::current();
    let message = format!("NOT RUN: {}: needs {what}", thread.name().unwrap_or("a test"));
    assert!(std::env::var_os(NEED_ALL).is_none_or(|value| value.is_empty()), "{message}");
    // Written to the stream itself: what the print macros write is hidden when a test passes.
    let _ = writeln!(std::io::stderr(), "\n{message}");
    false
}

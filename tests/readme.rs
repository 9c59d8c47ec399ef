//! README.md shows real output: its sessions are run, in the repository of [`story::payments`], on a
//! terminal of 120 columns.
//!
//! `UPDATE_README=1 cargo test --test readme` writes down what the commands print now.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Output, Repo, World, require, story};
use std::path::Path;

/// Runs one command line in a shell on a terminal, as a user would.
fn run(repo: &Repo<'_>, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_audit")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(program).chain(std::env::split_paths(&others));
    let mut terminal = repo.world.command("script");
    terminal
        .args(["-qec", command, "/dev/null"])
        .current_dir(&repo.path)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("COLUMNS", "120")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("GIT_PAGER", "cat")
        .env("AUDIT_NOW", repo.world.tick().to_string());
    Output::of(&mut terminal).stdout.replace("\r\n", "\n")
}

/// README with the output of each command in a block that begins with "```console" as it is now.
fn run_sessions(repo: &Repo<'_>, readme: &str) -> String {
    let mut real = String::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && !line.starts_with("$ ") {
            continue;
        }
        real.push_str(line);
        real.push('\n');
        if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            real.push_str(&run(repo, command));
        }
    }
    real
}

/// What holds chance: the ids of records are SHA-256, and longer than those of commits.
fn without_ids(text: &str) -> String {
    regex::Regex::new(r"\b[0-9a-f]{64}\b").unwrap().replace_all(text, "ID").into_owned()
}

#[test]
fn sessions_are_real() {
    if !require("ssh-keygen") || !require("script") {
        return;
    }
    let world = World::new();
    let repo = story::payments(&world);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    assert!(readme.matches("\n$ audit ").count() >= 6, "README has lost its sessions");
    let real = run_sessions(&repo, &readme);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &real).unwrap();
        return;
    }
    for (shown, real) in without_ids(&readme).lines().zip(without_ids(&real).lines()) {
        assert_eq!(shown, real, "\nUPDATE_README=1 cargo test --test readme writes it down");
    }
    assert_eq!(readme.lines().count(), real.lines().count());
}

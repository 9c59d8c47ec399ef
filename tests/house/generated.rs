//! What is generated from the parser and kept in `completions/` is what the parser says today.
//!
//! `AUDIT_REGENERATE=1 cargo test --test house generated` writes the files anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use audit::commands::{command, completions};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file that belongs in `completions/`, by its path there.
fn expected() -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for shell in completions::shells() {
        let name = match shell {
            "bash" => "audit.bash",
            "elvish" => "audit.elv",
            "fish" => "audit.fish",
            "nushell" => "audit.nu",
            "powershell" => "_audit.ps1",
            "zsh" => "_audit",
            other => panic!("no file for {other}"),
        };
        files.insert(name.into(), completions::script(shell).unwrap());
    }
    let program = command();
    files.insert("man/audit.1".into(), completions::page(&program, None).unwrap());
    for subcommand in program.get_subcommands() {
        let name = subcommand.get_name();
        let page = completions::page(&program, Some(name)).unwrap();
        files.insert(format!("man/audit-{name}.1").into(), page);
    }
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions")
}

/// The files that are there.
fn present() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (below, prefix) in [(folder(), ""), (folder().join("man"), "man")] {
        for entry in fs::read_dir(&below).into_iter().flatten() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                found.push(Path::new(prefix).join(entry.file_name()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn completions_and_manual_pages_are_up_to_date() {
    let expected = expected();
    if std::env::var_os("AUDIT_REGENERATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(folder().join("man")).unwrap();
        for stale in present().iter().filter(|path| !expected.contains_key(*path)) {
            fs::remove_file(folder().join(stale)).unwrap();
        }
        for (path, bytes) in &expected {
            fs::write(folder().join(path), bytes).unwrap();
        }
    }
    let renew = "AUDIT_REGENERATE=1 cargo test --test house generated";
    assert_eq!(present(), expected.keys().cloned().collect::<Vec<_>>(), "to renew: {renew}");
    for (path, bytes) in &expected {
        // A checkout on Windows may have turned line ends.
        let there = String::from_utf8(fs::read(folder().join(path)).unwrap()).unwrap();
        let there = there.replace("\r\n", "\n");
        let same = there.as_bytes() == bytes;
        assert!(same, "{} is out of date; to renew: {renew}", path.display());
    }
}

#[test]
fn every_command_and_option_has_help() {
    let program = command();
    for subcommand in program.get_subcommands() {
        let name = subcommand.get_name();
        assert!(subcommand.get_about().is_some(), "audit {name} says nothing about itself");
        for argument in subcommand.get_arguments() {
            let id = argument.get_id();
            assert!(argument.get_help().is_some(), "audit {name}: {id} has no help");
        }
    }
}

#[test]
fn each_command_is_described_by_what_it_does() {
    for subcommand in command().get_subcommands() {
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        for flags in ["Whether to sign", "Flags whatever", "Filters on events", "By whom"] {
            assert!(!about.starts_with(flags), "{}: {about}", subcommand.get_name());
        }
    }
    let run = command();
    let run = run.find_subcommand("run").unwrap().get_about().unwrap().to_string();
    assert!(run.to_lowercase().starts_with("run a command"), "{run}");
}

//! Every test file is part of a test program.
//!
//! Each folder of `tests/` with a `main.rs` is one program, and a file that its `main.rs` does not declare would
//! never be compiled. A file directly in `tests/` would be a program of its own, which costs a minute of linking
//! and compiles the shared helpers again.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_test_file_is_compiled() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let (files, folders) = list(&tests);
    assert!(files.is_empty(), "move {files:?} into a folder of tests/ and declare it in main.rs");
    assert!(folders.contains("house") && folders.contains("cli"), "tests/ was read: {folders:?}");
    let mut forgotten = Vec::new();
    for folder in folders {
        let (files, folders) = list(&tests.join(&folder));
        let root = if folder == "common" { "mod.rs" } else { "main.rs" };
        let text = fs::read_to_string(tests.join(&folder).join(root))
            .unwrap_or_else(|error| panic!("tests/{folder}/{root}: {error}"));
        let modules = files.iter().filter_map(|file| file.strip_suffix(".rs")).chain(
            // Folders of snapshots hold no code.
            folders.iter().map(String::as_str).filter(|name| *name != "snapshots"),
        );
        forgotten.extend(
            modules
                .filter(|module| format!("{module}.rs") != root && !declares(&text, module))
                .map(|module| format!("tests/{folder}/{root} does not declare `mod {module};`")),
        );
    }
    assert!(forgotten.is_empty(), "\n{}\n", forgotten.join("\n"));
}

/// The names of the files and of the folders in a folder.
fn list(folder: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            folders.insert(name)
        } else {
            files.insert(name)
        };
    }
    (files, folders)
}

fn declares(text: &str, module: &str) -> bool {
    let declaration = format!("mod {module};");
    text.lines().any(|line| line.strip_prefix("pub ").unwrap_or(line) == declaration)
}

#[test]
fn a_forgotten_file_is_noticed() {
    let text = "//! Tests.\n\nmod one;\npub mod two;\n// mod three;\n";
    assert!(declares(text, "one") && declares(text, "two"));
    assert!(!declares(text, "three") && !declares(text, "on"));
}

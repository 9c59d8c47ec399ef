//! `benches/run` at its smallest: every row is measured, and the answers are git's. How long anything takes
//! is no matter here.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::require;
use std::path::Path;
use std::process::Command;

/// What must appear: each row, and the growth of some.
const ROWS: [&str; 25] = [
    "first row, jsonl ",
    "first row, table ",
    "whole history, same fields, no signatures ",
    "trace of a commit, newest; tag --contains ",
    "trace of a commit, in the middle; tag --contains ",
    "trace of a commit, oldest; tag --contains ",
    "index, all of it ",
    "index, nothing new ",
    "trace of a commit, indexed, newest; tag --contains ",
    "status ",
    "diff of neighbours; log A...B ",
    "diff over a tenth of the line; log A...B ",
    "3 pairs compared with git rev-list --count, both ways: 0 differences",
    " compared with git merge-base --is-ancestor, in 2 places: 0 differences",
    "hook pre-push of ten commits; push --dry-run ",
    "push --dry-run with the hook; without ",
    "hook pre-receive of that; rev-list --not --all ",
    "hook pre-receive, new branch; the same ",
    "log of signed commits ",
    "verify of signed commits ",
    "check; sha256sum and jq ",
    "record --no-sign; append and fsync ",
    "check of signed; ssh-keygen, one times all ",
    "log of signed records ",
    "history: whole history, same fields, no signatures ",
];

#[test]
fn the_benchmarks_run_through_at_their_smallest() {
    // Not `&&`: all that is missing is to be named.
    let programs = ["python3", "git", "jq", "sha256sum", "ssh-keygen"];
    if programs.map(require).contains(&false) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    let mut command = Command::new("python3");
    command.arg(root.join("benches/run")).args(["--quick", "--sizes", "40,80", "--records", "10"]);
    command.args(["--signed", "2", "--compare", "3", "--audit", env!("CARGO_BIN_EXE_audit")]);
    let output =
        command.arg("--folder").arg(folder.path()).arg("--json").arg(&file).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // 1 is a missed aim, which a debug build on a busy machine may miss.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{printed}\n{said}");
    for row in ROWS {
        assert!(printed.contains(row), "no '{row}' in\n{printed}");
    }
    let document =
        serde_json::from_slice::<serde_json::Value>(&std::fs::read(&file).unwrap()).unwrap();
    let rows = document["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["ours"]["cpu"].as_f64().unwrap() > 0.0));
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(left, [file], "it tidies up behind itself");
}

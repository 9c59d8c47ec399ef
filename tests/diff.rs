//! What separates two points: which moments it looks at, whose acts it counts, and what it can't know.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::company::audit;
use common::{Repo, World};
use serde_json::Value;

/// The comparison as programs see it.
fn compared(repo: &Repo<'_>, code: i32, args: &[&str]) -> Value {
    audit(repo, ["diff", "--format", "json"].iter().chain(args)).code(code).json()
}

#[test]
fn where_the_hidden_side_is_cut_off_what_was_gained_is_not_certain() {
    let world = World::new();
    let repo = world.repo();
    for message in ["One", "Two", "Three"] {
        repo.commit(message).create();
    }
    repo.git(["checkout", "-qb", "old"]);
    repo.commit("Four").create();
    repo.git(["checkout", "-qb", "topic", "main"]);
    repo.commit("Side").create();
    repo.checkout("main");
    repo.commit("Merge old").merge("old").create();
    repo.commit("Merge topic").merge("topic").create();
    let whole = compared(&repo, 0, &["topic", "main"]);
    assert_eq!(whole["gained"].as_array().unwrap().len(), 3);

    // `old` comes whole, `topic` without what lies behind it.
    let clone = repo.clone_to("clone", ["--single-branch", "--branch", "old"]);
    for (depth, branch) in [(&["--depth=1"][..], "topic"), (&[], "main")] {
        let spec = format!("{branch}:{branch}");
        clone.git(["fetch", "-q"].iter().chain(depth).chain(&["origin", &spec]));
    }
    let cut = compared(&clone, 3, &["topic", "main"]);
    assert_eq!(cut["complete"], false);
    let shown = audit(&clone, ["diff", "topic", "main"]).code(3);
    assert!(shown.stdout.contains("history is cut off"), "{}", shown.stdout);
    // What descends from the end of history can't stand behind it.
    compared(&clone, 0, &["old~1", "old"]);
    let short = repo.clone_to("short", ["--depth=2", "--single-branch", "--branch", "old"]);
    let one = compared(&short, 0, &["HEAD~1", "HEAD"]);
    assert_eq!(one["gained"].as_array().unwrap().len(), 1);
}

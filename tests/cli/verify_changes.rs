//! `audit verify` about reviews and pushes: the cases of self-approval, pushes after approval, approvals
//! across two authors, direct pushes, faked merge messages and merges with changes of their own.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Stage, World};

const RULES: &str = "[rules]\nchange-reviewed = \"deny\"\ndirect-push = \"deny\"\n";

/// A stage on which nothing but what these tests do has to be reviewed.
fn stage(world: &World) -> Stage<'_> {
    let mut stage = Stage::new(world, "", "");
    stage.root = stage.repo.id("HEAD");
    stage.set_policy("", RULES).sign(stage.key("ana")).create();
    stage.root = stage.repo.id("HEAD");
    stage.set_policy("", RULES).sign(stage.key("ana")).create();
    // The commit that says so is a direct push itself: how it came is recorded.
    change(&stage, 1, "HEAD", "HEAD");
    review(&stage, "bruno", 1, "HEAD");
    stage.verify(&[]).green();
    stage
}

fn change(stage: &Stage<'_>, number: u32, head: &str, merge: &str) {
    let number = number.to_string();
    let (head, merge) = (stage.repo.id(head), stage.repo.id(merge));
    let args = [
        "change",
        "--number",
        &number,
        "--base",
        "main",
        "--head-commit",
        &head,
        "--merge-commit",
        &merge,
    ];
    stage.record("ci", Some("ci"), &args);
}

fn review(stage: &Stage<'_>, who: &str, number: u32, head: &str) {
    let (number, head) = (number.to_string(), stage.repo.id(head));
    let args = ["review", "--number", &number, "--state", "approved", "--head-commit", &head];
    stage.record(who, Some(who), &args);
}

/// A branch `topic` with a commit by each of these, merged as change request 7.
fn merged(stage: &Stage<'_>, authors: &[&str]) {
    stage.repo.branch("topic", "HEAD");
    stage.repo.checkout("topic");
    for author in authors {
        stage.good(author, &format!("Part of {author}"));
    }
    stage.repo.checkout("main");
    let merge = stage.repo.commit("Merge pull request #7 from acme/topic").merge("topic");
    merge.by("Cem", "cem@example.com").sign(stage.key("cem")).create();
    change(stage, 7, "topic", "HEAD");
}

#[test]
fn a_change_that_somebody_else_approved_is_green() {
    let world = World::new();
    let stage = stage(&world);
    merged(&stage, &["ana"]);
    review(&stage, "bruno", 7, "topic");
    stage.verify(&[]).green();
    stage.verify(&["HEAD~1..HEAD"]).green();
}

#[test]
fn nobody_reviews_what_they_wrote() {
    let world = World::new();
    let stage = stage(&world);
    merged(&stage, &["ana"]);
    stage.verify(&[]).refused("change-reviewed", "nobody approved it");
    review(&stage, "ana", 7, "topic");
    stage.verify(&[]).refused("change-reviewed", "only by ana");
    review(&stage, "bruno", 7, "topic");
    stage.verify(&[]).green();
}

#[test]
fn two_authors_do_not_approve_each_other() {
    let world = World::new();
    let stage = stage(&world);
    merged(&stage, &["ana", "bruno"]);
    review(&stage, "ana", 7, "topic");
    review(&stage, "bruno", 7, "topic");
    stage.verify(&[]).refused("change-reviewed", "only by ana and bruno");
    review(&stage, "cem", 7, "topic");
    stage.verify(&[]).green();
}

#[test]
fn a_push_after_the_approval_needs_another_one() {
    let world = World::new();
    let stage = stage(&world);
    merged(&stage, &["ana", "ana"]);
    review(&stage, "bruno", 7, "topic~1");
    stage.verify(&[]).refused("change-reviewed", "a push after the approval");
    review(&stage, "bruno", 7, "topic");
    stage.verify(&[]).green();
}

#[test]
fn a_direct_push_in_the_middle_of_a_range_is_found() {
    let world = World::new();
    let stage = stage(&world);
    let base = stage.repo.id("HEAD");
    merged(&stage, &["ana"]);
    review(&stage, "bruno", 7, "topic");
    let direct = stage.good("ana", "Around review");
    stage.good("ana", "Reviewed");
    change(&stage, 8, "HEAD", "HEAD");
    review(&stage, "bruno", 8, "HEAD");
    let verdict = stage.verify(&[&format!("{base}..HEAD")]);
    assert_eq!(verdict.denied(), ["change-reviewed", "direct-push"]);
    assert!(verdict.findings.iter().all(|finding| finding["subject"]["id"] == *direct));
}

#[test]
fn a_faked_merge_message_merges_nothing() {
    let world = World::new();
    let mut stage = stage(&world);
    let message = "Merge pull request #9 from acme/topic\n\nReviewed-by: Bruno <bruno@example.com>";
    stage.repo.commit(message).file("src/x", "1").sign(stage.key("ana")).create();
    let verdict = stage.verify(&[]);
    assert_eq!(verdict.denied(), ["change-reviewed", "direct-push"]);
    assert!(verdict.output.stdout.contains("has one parent"), "{}", verdict.output.stdout);
    // Where claims are believed, the trailer counts, and the message still does not.
    stage.root = stage.repo.id("HEAD~1");
    stage.set_policy("evidence = \"claims\"", RULES).sign(stage.key("ana")).create();
    stage.root = stage.repo.id("HEAD~1");
    let policy = world.root().join("believing");
    std::fs::create_dir(&policy).unwrap();
    let text = format!("adopted = \"{}\"\nevidence = \"claims\"\n{RULES}", stage.repo.id("HEAD~2"));
    std::fs::write(policy.join("policy.toml"), text).unwrap();
    let verdict = stage.verify(&["--trust", policy.to_str().unwrap(), "HEAD~2..HEAD~1"]);
    assert_eq!(verdict.denied(), ["direct-push"], "{}", verdict.output.stdout);
}

#[test]
fn a_merge_with_changes_of_its_own_is_a_change_that_nobody_reviewed() {
    let world = World::new();
    let stage = stage(&world);
    stage.repo.branch("topic", "HEAD");
    stage.repo.checkout("topic");
    stage.good("ana", "Honest part");
    stage.repo.checkout("main");
    let merge = stage.repo.commit("Merge pull request #7 from acme/topic").merge("topic");
    let merge = merge.file("src/slipped-in", "1").by("Ana", "ana@example.com");
    merge.sign(stage.key("ana")).create();
    change(&stage, 7, "topic", "HEAD");
    review(&stage, "bruno", 7, "topic");
    let verdict = stage.verify(&[]);
    assert_eq!(verdict.denied(), ["change-reviewed", "direct-push"]);
    assert!(verdict.output.stdout.contains("changes of its own"));
}

#[test]
fn what_is_checked_out_without_a_branch_stands_for_the_default_branch() {
    let world = World::new();
    let stage = stage(&world);
    stage.good("ana", "Pushed past everybody");
    let denied = || stage.verify(&[]).denied();
    let on_branch = denied();
    assert!(on_branch.contains(&"direct-push".to_owned()), "{on_branch:?}");
    // As CI checks a commit out.
    stage.repo.git(["checkout", "--quiet", "--detach"]);
    assert_eq!(denied(), on_branch);
    // What the remote says goes first.
    stage.repo.git(["update-ref", "refs/remotes/origin/main", "HEAD"]);
    stage.repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    assert_eq!(denied(), on_branch);
    let status = stage.audit(&["diff", "HEAD~1"]).code(0).stdout;
    assert!(status.contains("→ origin/main"), "{status}");
}

//! What a name means, where an environment and git may both answer to it, or several places; and dates in it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::company::{BOT, audit, record};
use common::{Repo, World};

fn deploy(repo: &Repo<'_>, env: &str, commit: &str, more: &[&str]) -> String {
    let args = ["deploy", "--env", env, "--outcome", "success", "--commit", commit];
    record(repo, BOT, &[&args, more].concat())
}

#[test]
fn a_name_is_ambiguous_wherever_git_knows_it() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.tag("v1").message("One").create();
    let id = repo.commit("Second").create();
    for (name, target) in [("refs/remotes/origin/main", "HEAD~1"), ("refs/odd", "HEAD")] {
        repo.git(["update-ref", name, target]);
    }
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let files = ["FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD"];
    for name in files {
        std::fs::write(repo.path.join(".git").join(name), format!("{id}\n")).unwrap();
    }
    let described = repo.git(["describe", "HEAD"]);
    let names = ["HEAD", "main", "heads/main", "v1", "tags/v1", "origin", "origin/main", "odd"];
    let more = [&id[..7], &described[..], "production", "deadb"];
    let names = names.iter().chain(&files).chain(&more);
    let mut known = 0;
    for name in names.copied() {
        deploy(&repo, name, &id, &[]);
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let git = repo.git_command().args(args).output().unwrap().status.success();
        known += usize::from(git);
        let read = audit(&repo, ["log", name]).code(if git { 2 } else { 0 });
        if git {
            let both = format!("'{name}' is the name of an environment and of a git revision");
            assert!(read.stderr.contains(&both), "{name}: {}", read.stderr);
            // The spelling for git is one that git reads so, and we no other way.
            let hint = read.stderr.split("for the environment, ").nth(1).unwrap();
            let spelled = hint.split(" for git's").next().unwrap();
            let args = ["rev-parse", "--verify", spelled];
            assert_eq!(repo.git(args), repo.git(["rev-parse", "--verify", name]), "{name}");
            audit(&repo, ["log", spelled]).code(0);
        }
    }
    assert_eq!(known, 13);
    let refused = audit(&repo, ["record", "deploy", "--env", "x", "--commit", "HEAD"]).code(2);
    assert!(refused.stderr.contains("env:HEAD"), "{}", refused.stderr);
}

#[test]
fn a_slip_in_the_name_of_an_environment_is_told_by_every_command() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    deploy(&repo, "production", "HEAD", &["--service", "api"]);
    for args in [
        &["diff", "prodction", "main"][..],
        &["show", "prod"],
        &["verify", "prodction"],
        &["trace", "prodction~1"],
        &["log", "main..prodction"],
        &["people", "prodction"],
        &["record", "deploy", "--env", "dev", "--outcome", "success", "--commit", "prodction"],
    ] {
        let refused = audit(&repo, args).code(2);
        let hint = "hint: did you mean the environment 'production'?";
        assert!(refused.stderr.contains(hint), "{args:?}: {}", refused.stderr);
    }
    let service = audit(&repo, ["log", "production/ap"]).code(2);
    assert!(service.stderr.contains("environment 'production/api'"), "{}", service.stderr);
    let far = audit(&repo, ["log", "elsewhere"]).code(2);
    assert!(far.stderr.contains("hint: a branch, a tag, an id"), "{}", far.stderr);
}

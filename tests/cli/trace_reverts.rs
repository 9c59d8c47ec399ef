//! A change that was taken back does not run, though it is part of what runs: what `audit trace` makes of
//! `This reverts commit …`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{BOT, audit, record};
use crate::common::{Repo, World};
use serde_json::Value;

fn deploy(repo: &Repo<'_>, env: &str, commit: &str) {
    record(repo, BOT, &["deploy", "--env", env, "--outcome", "success", "--commit", commit]);
}

/// A commit that says that it reverts others, as git and people write it.
fn revert(repo: &Repo<'_>, commit: &str, text: &str) -> String {
    repo.commit(format!("Take it back\n\nThis reverts commit {commit}.\n")).file("f", text).create()
}

fn trace(repo: &Repo<'_>, commit: &str, code: i32) -> Value {
    let output = audit(repo, ["trace", commit, "--format", "json"]).code(code);
    output.json()["traces"][0].clone()
}

/// Whether the change is in force in each stay.
fn runs(trace: &Value) -> Vec<bool> {
    let stays = trace["environments"].as_array().unwrap();
    stays.iter().map(|stay| stay["runs"].as_bool().unwrap()).collect()
}

fn sentence(repo: &Repo<'_>, commit: &str) -> String {
    audit(repo, ["trace", commit]).stdout.lines().last().unwrap().to_owned()
}

/// A first commit, and the change.
fn changed(world: &World) -> (Repo<'_>, String) {
    let repo = world.repo();
    repo.commit("First").file("f", "0\n").create();
    let change = repo.commit("Fix the rounding\n\nPAY-88\n").file("f", "1\n").create();
    (repo, change)
}

#[test]
fn a_change_that_was_only_deployed_with_its_revert_was_never_in_force() {
    let world = World::new();
    let (repo, change) = changed(&world);
    let revert = revert(&repo, &change, "0\n");
    deploy(&repo, "production", "HEAD");
    for asked in [&*change, "PAY-88"] {
        let found = trace(&repo, asked, 1);
        assert_eq!(found["verdict"], "reverted");
        assert_eq!(found["reverted_by"][0]["commit"], revert.as_str());
        assert_eq!(found["environments"][0]["reverted_by"], revert.as_str());
        assert_eq!(found["environments"][0]["runs"], false);
        assert_eq!(found["later_unread"], false);
    }
    let said = audit(&repo, ["trace", &change]).code(1).stdout;
    let short = &revert[..10];
    assert!(said.contains(&format!("reverted   by {short} Take it back")), "{said}");
    assert!(said.contains("  now (reverted)  "), "{said}");
    assert!(
        said.contains("It was never in force: it is part of what runs in production"),
        "{said}"
    );
    let csv = audit(&repo, ["trace", &change, "--format", "csv"]).code(1).stdout;
    assert!(csv.lines().nth(1).unwrap().ends_with(&format!(",false,{revert},")), "{csv}");
}

#[test]
fn a_revert_that_was_deployed_later_ends_the_stay() {
    let world = World::new();
    let (repo, change) = changed(&world);
    deploy(&repo, "production", "HEAD");
    deploy(&repo, "staging", "HEAD");
    let revert = revert(&repo, &change, "0\n");
    deploy(&repo, "staging", "HEAD");
    let found = trace(&repo, &change, 0);
    assert_eq!((found["verdict"].as_str(), runs(&found)), (Some("runs"), vec![true, false, false]));
    assert_eq!(
        sentence(&repo, &change),
        format!(
            "It runs in production; it is part of what runs in staging, but so is {}, which takes it back, as its message claims.",
            &revert[..10]
        )
    );
    deploy(&repo, "production", "HEAD");
    let found = trace(&repo, &change, 0);
    assert_eq!(found["verdict"], "ran");
    assert!(sentence(&repo, &change).starts_with("It was in production, staging; it is part of"));
    let said = audit(&repo, ["trace", &change]).stdout;
    assert!(said.contains(&format!(" reverted by {}  ", &revert[..10])), "{said}");
    // What was rolled back to is the change without its revert.
    let args = ["--env", "production", "--commit", &change, "--from-commit", &revert];
    record(&repo, BOT, &[&["rollback", "--outcome", "success"][..], &args].concat());
    assert_eq!(trace(&repo, &change, 0)["verdict"], "runs");
}

#[test]
fn a_revert_of_the_revert_brings_it_back_and_so_does_picking_it_again() {
    let world = World::new();
    let (repo, change) = changed(&world);
    let first = revert(&repo, &change, "0\n");
    let second = revert(&repo, &first, "1\n");
    deploy(&repo, "production", "HEAD");
    let found = trace(&repo, &change, 0);
    assert_eq!((found["verdict"].as_str(), runs(&found)), (Some("runs"), vec![true]));
    assert_eq!(found["reverted_by"], Value::Array(Vec::new()));
    assert_eq!(found["restored_by"][0]["commit"], second.as_str());
    assert_eq!(found["restored_by"][0]["reverts"], first.as_str());
    assert_eq!(found["environments"][0]["restored_by"], second.as_str());
    let said = audit(&repo, ["trace", &change]).code(0).stdout;
    let line = format!("  restored   by {} Take it back (reverts {},", &second[..10], &first[..10]);
    assert!(said.contains(&line), "{said}");
    assert_eq!(trace(&repo, &first, 1)["verdict"], "reverted");
    let third = revert(&repo, &second, "0\n");
    deploy(&repo, "production", "HEAD");
    let found = trace(&repo, &change, 0);
    assert_eq!(found["verdict"], "ran");
    assert_eq!(found["reverted_by"][0]["commit"], first.as_str());
    assert_eq!(trace(&repo, &second, 0)["reverted_by"][0]["commit"], third.as_str());

    repo.commit(format!("Fix it again\n\n(cherry picked from commit {change})\n"))
        .file("f", "1\n")
        .create();
    deploy(&repo, "production", "HEAD");
    let found = trace(&repo, &change, 0);
    assert_eq!(
        (found["verdict"].as_str(), &*runs(&found)),
        (Some("runs"), &[false, false, true][..])
    );
    assert_eq!(found["environments"][2]["through"], repo.id("HEAD").as_str());
}

#[test]
fn a_merge_or_a_copy_that_is_reverted_takes_its_change_with_it() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file("a", "1\n").create();
    repo.branch("rel", "main");
    repo.git(["checkout", "-q", "-b", "topic"]);
    let change = repo.commit("One").file("f", "1\n").create();
    repo.commit("Two").file("g", "1\n").create();
    repo.checkout("main");
    let merge = repo.commit("Merge pull request #12 from acme/topic").merge("topic").create();
    let text =
        format!("Revert it\n\nThis reverts commit {merge}, reversing\nchanges made to {merge}.\n");
    repo.commit(text).remove("f").remove("g").create();
    deploy(&repo, "production", "HEAD");
    assert_eq!(trace(&repo, &change, 1)["verdict"], "reverted");
    assert_eq!(trace(&repo, "#12", 1)["verdict"], "reverted");

    repo.checkout("rel");
    let picked = format!("One\n\n(cherry picked from commit {change})\n");
    let copy = repo.commit(picked).file("f", "1\n").create();
    deploy(&repo, "production", "HEAD");
    assert_eq!(trace(&repo, &change, 0)["verdict"], "runs");
    revert(&repo, &copy, "0\n");
    deploy(&repo, "production", "HEAD");
    assert_eq!(trace(&repo, &change, 0)["verdict"], "ran");
}

#[test]
fn each_deployment_that_held_the_change_is_searched_and_not_only_the_last() {
    let world = World::new();
    let (repo, change) = changed(&world);
    repo.branch("hot", "main");
    revert(&repo, &change, "0\n");
    deploy(&repo, "production", &change);
    deploy(&repo, "production", "main");
    repo.checkout("hot");
    repo.commit("A fix that cannot wait").file("g", "1\n").create();
    deploy(&repo, "production", "hot");
    for graph in [false, true] {
        if graph {
            repo.git(["commit-graph", "write", "--reachable"]);
        }
        let found = trace(&repo, &change, 0);
        assert_eq!(
            (found["verdict"].as_str(), runs(&found)),
            (Some("runs"), vec![false, false, true])
        );
        assert_eq!(found["environments"][1]["reverted_by"], repo.id("main").as_str());
    }
}

#[test]
fn what_was_picked_again_was_in_force_though_the_last_deployment_is_without_it() {
    let world = World::new();
    let (repo, change) = changed(&world);
    revert(&repo, &change, "0\n");
    repo.branch("rel", "main");
    repo.commit("Go on").file("g", "1\n").create();
    repo.checkout("rel");
    let again = repo
        .commit(format!("Fix it again\n\n(cherry picked from commit {change})\n"))
        .file("f", "1\n")
        .create();
    deploy(&repo, "production", "rel");
    deploy(&repo, "production", "main");
    let found = trace(&repo, &change, 0);
    assert_eq!((found["verdict"].as_str(), runs(&found)), (Some("ran"), vec![false, false]));
    assert_eq!(found["environments"][0]["through"], again.as_str());
    assert_eq!(found["environments"][0]["reverted_by"], Value::Null);
}

#[test]
fn what_a_message_quotes_takes_nothing_back() {
    let world = World::new();
    let (repo, change) = changed(&world);
    repo.commit(format!("Explain\n\n> This reverts commit {change}.\n")).file("f", "2\n").create();
    deploy(&repo, "production", "HEAD");
    assert_eq!(trace(&repo, &change, 0)["verdict"], "runs");
}

#[test]
fn the_first_commits_after_a_change_and_the_last_are_read_and_that_there_are_others_is_said() {
    // Where the revert stands among a thousand commits.
    for (at, code) in [(3, 1), (500, 0), (998, 1)] {
        let world = World::new();
        let (repo, change) = changed(&world);
        let mut stream = String::new();
        for number in 1..=1_000 {
            let when = world.now() + 3_600 * number;
            let text = match number == at {
                true => format!("Take it back\n\nThis reverts commit {change}.\n"),
                false => "Go on\n".to_owned(),
            };
            let length = text.len();
            stream.push_str("commit refs/heads/main\n");
            stream.push_str(&format!(
                "committer A <a@example.com> {when} +0000\ndata {length}\n{text}"
            ));
            if number == 1 {
                stream.push_str(&format!("from {change}\n"));
            }
            if number == at {
                stream.push_str("M 100644 inline f\ndata 2\n0\n");
            }
            stream.push('\n');
        }
        let mut import = repo.git_command();
        crate::common::feed(import.args(["fast-import", "--quiet"]), stream.as_bytes()).success();
        world.skip(3_600 * 1_001);
        deploy(&repo, "production", "main");
        for graph in [false, true] {
            if graph {
                repo.git(["commit-graph", "write", "--reachable"]);
            }
            let found = trace(&repo, &change, code);
            let verdict = if code == 1 { "reverted" } else { "runs" };
            assert_eq!(found["verdict"], verdict, "{at} {graph}");
            assert_eq!(found["later_unread"], true, "{at} {graph}");
            let said = sentence(&repo, &change);
            assert!(said.starts_with("Reverts were looked for in "), "{said}");
            let all = audit(&repo, ["trace", &change, "--all-reverts", "--format", "json"]).code(1);
            let all = all.json();
            assert_eq!(all["traces"][0]["verdict"], "reverted", "{at} {graph}");
            assert_eq!(all["traces"][0]["later_unread"], false);
        }
    }
}

#[test]
fn a_chain_of_reverts_has_an_end_and_that_there_are_more_is_said() {
    let world = World::new();
    let (repo, change) = changed(&world);
    let mut last = change.clone();
    for number in 0..101 {
        last = repo.commit(format!("Back {number}\n\nThis reverts commit {last}.\n")).create();
    }
    deploy(&repo, "production", "HEAD");
    let all = audit(&repo, ["trace", &change, "--all-reverts", "--format", "json"]);
    assert_eq!(all.json()["traces"][0]["later_unread"], true);
    let said = audit(&repo, ["trace", &change, "--all-reverts"]).stdout;
    let last =
        "100 commits take it back, or one another: there are more, which were not looked at.";
    assert_eq!(said.lines().last(), Some(last));
}

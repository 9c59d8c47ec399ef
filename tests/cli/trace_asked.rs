//! What people ask `audit trace` for: lines, paths, tickets, revisions; and what it says where history doesn't tell.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{BOT, CY, audit, record};
use crate::common::{Repo, World};
use serde_json::Value;

fn deploy(repo: &Repo<'_>, commit: &str, more: &[&str]) {
    let args = ["deploy", "--env", "production", "--outcome", "success", "--commit", commit];
    record(repo, BOT, &[&args, more].concat());
}

/// The traces of something, as JSON.
fn traces(repo: &Repo<'_>, args: &[&str], code: i32) -> Vec<Value> {
    let output = audit(repo, [&["trace", "--format", "json"], args].concat()).code(code);
    output.json()["traces"].as_array().unwrap().clone()
}

/// The commits that are traced for something.
fn found(repo: &Repo<'_>, args: &[&str]) -> Vec<String> {
    let id = |trace: &Value| trace["commit"]["id"].as_str().unwrap().to_owned();
    traces(repo, args, 0).iter().map(id).collect()
}

#[test]
fn a_path_is_looked_for_in_the_revision_that_is_named() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("f", "1\n").file("g", "1\n").create();
    repo.branch("rel", "main");
    let last = repo.commit("Last").file("f", "2\n").create();
    repo.checkout("rel");
    let other = repo.commit("Other").file("g", "2\n").create();
    repo.checkout("main");
    deploy(&repo, "rel", &[]);
    deploy(&repo, "main", &["--service", "api"]);
    assert_eq!(found(&repo, &["rel", "--", "f"]), [first.as_str()]);
    assert_eq!(found(&repo, &["rel", "--", "f", "g"]), [other]);
    assert_eq!(found(&repo, &["--", "f"]), [last.as_str()]);
    assert_eq!(found(&repo, &["production/api", "--", "f"]), [last]);
    let refused = audit(&repo, ["trace", "rel", "main", "--", "f"]).code(2);
    assert!(refused.stderr.contains("paths are looked for in one revision"), "{}", refused.stderr);
}

#[test]
fn a_path_needs_no_dashes_while_nothing_else_has_its_name() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file("src/pay/amount.rs", "1\n").file("a.txt", "1\n").create();
    let change = repo.commit("Change").file("src/pay/amount.rs", "2\n").create();
    let removed = repo.commit("Remove").remove("a.txt").create();
    deploy(&repo, "HEAD", &[]);
    for path in ["src/pay/amount.rs", "src/pay", "src/"] {
        assert_eq!(found(&repo, &[path]), [change.as_str()], "{path}");
    }
    let trace = &traces(&repo, &["src/pay/amount.rs"], 0)[0];
    assert_eq!(trace["asked"]["what"], "src/pay/amount.rs");
    let said = audit(&repo, ["trace", "src/pay/amount.rs"]).code(0).stdout;
    assert!(said.contains("\n  path       src/pay/amount.rs\n"), "{said}");
    // A file that is gone was last changed by what removed it.
    assert_eq!(found(&repo, &["a.txt"]), [removed]);
    let refused = audit(&repo, ["trace", "nothing"]).code(2).stderr;
    assert!(refused.contains("'nothing' is no revision and no path"), "{refused}");
}

#[test]
fn a_line_is_shown_and_one_that_is_not_there_is_refused_in_our_words() {
    let world = World::new();
    let repo = world.repo();
    let text = "url: https://pay.example\ntimeout: 30\n";
    repo.commit("First").file("config/pay.yaml", text).create();
    let change = repo.commit("Change").file("config/pay.yaml", text.replace("30", "60")).create();
    deploy(&repo, "HEAD", &[]);
    let said = audit(&repo, ["trace", "config/pay.yaml:2"]).code(0).stdout;
    assert!(said.starts_with(&change[..10]), "{said}");
    assert!(said.contains("line       config/pay.yaml:2: timeout: 60\n"), "{said}");
    assert_eq!(traces(&repo, &["config/pay.yaml:2"], 0)[0]["asked"]["line"], "timeout: 60");
    // A shared clone makes git warn of a file of grafts that nobody made.
    let clone = world.root().join("shared");
    repo.git(["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
    let clone = Repo::at(&world, clone);
    for (asked, why) in [
        ("config/pay.yaml:3", "config/pay.yaml has 2 lines at HEAD, and no line 3"),
        ("config/none.yaml:3", "there is no file config/none.yaml at HEAD"),
        ("config:1", "there is no file config at HEAD"),
    ] {
        let refused = audit(&clone, ["trace", asked]).code(2).stderr;
        assert!(refused.starts_with(&format!("error: {why}\nhint: paths are read")), "{refused}");
        assert_eq!(refused.lines().count(), 2, "{refused}");
    }
}

#[test]
fn where_history_ends_the_last_change_may_lie_before_it() {
    let world = World::new();
    let source = world.repo();
    source.commit("First").file("f", "1\n").create();
    source.commit("Second").file("g", "1\n").create();
    let third = source.commit("Third").file("h", "1\n").create();
    let clone = source.clone_to("clone", ["--depth=2"]);
    clone.git(["remote", "set-url", "origin", "https://example.com/r.git"]);
    deploy(&clone, "HEAD", &[]);
    for asked in [&["--", "f"][..], &["f:1"], &["f"]] {
        let trace = &traces(&clone, asked, 3)[0];
        assert_eq!(trace["verdict"], "unknown", "{asked:?}");
        assert_eq!(trace["asked"]["may_lie_before"], true);
    }
    let said = audit(&clone, ["trace", "--", "f"]).code(3).stdout;
    assert!(said.contains("so the last change may lie before it"), "{said}");
    assert_eq!(found(&clone, &["--", "h"]), [third]);
    let refused = audit(&clone, ["trace", "PAY-1"]).code(2).stderr;
    assert!(refused.contains("neither a commit that is here nor a record names it"), "{refused}");
    assert!(refused.contains("history is cut off here (a shallow clone): `git fetch"), "{refused}");
}

#[test]
fn where_history_ends_other_commits_may_name_the_ticket() {
    let world = World::new();
    let source = world.repo();
    source.commit("First (PAY-88)").file("f", "1\n").create();
    let second = source.commit("Second (PAY-88)").file("g", "1\n").create();
    deploy(&source, "HEAD", &[]);
    let more = "warning: other commits may name PAY-88, too: history is cut off here";
    assert!(!audit(&source, ["trace", "PAY-88"]).code(0).stderr.contains(more));
    let clone = source.clone_to("clone", ["--depth=1"]);
    clone.git(["remote", "set-url", "origin", "https://example.com/r.git"]);
    deploy(&clone, "HEAD", &[]);
    let traced = audit(&clone, ["trace", "PAY-88"]).code(0);
    assert!(traced.stderr.contains(more), "{}", traced.stderr);
    assert!(!audit(&clone, ["trace", &second]).code(0).stderr.contains(more));
}

#[test]
fn tickets_are_found_as_the_policy_writes_them() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file(".audit/policy.toml", "tickets = ['\\btask\\d+\\b']\n").create();
    let change = repo.commit("Change, see task77").file("f", "1\n").create();
    deploy(&repo, "HEAD", &[]);
    assert_eq!(found(&repo, &["task77"]), [change]);
}

#[test]
fn tickets_and_incidents_that_only_records_name_lead_to_what_those_tell_of() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("f", "1\n").create();
    let second = repo.commit("Second").file("f", "2\n").create();
    deploy(&repo, &first, &["--ticket", "REL-53"]);
    deploy(&repo, &second, &["--ticket", "REL-54"]);
    deploy(&repo, &second, &["--ticket", "REL-54", "--service", "api"]);
    assert_eq!(found(&repo, &["rel-54"]), [second.as_str()]);
    let said = audit(&repo, ["trace", "REL-54"]).code(0).stdout;
    assert_eq!(said.matches("  named by   deploy ").count(), 2, "{said}");
    assert!(said.contains(" of production/api, Deploy Bot, "), "{said}");
    let args = ["incident", "--incident", "INC-7", "--action", "opened", "--env", "production"];
    record(&repo, CY, &args);
    let refused = audit(&repo, ["trace", "INC-7"]).code(2).stderr;
    assert!(refused.contains("1 record names 'INC-7', but no commit that is here"), "{refused}");
    assert!(refused.contains("audit show "), "{refused}");
    assert!(refused.contains("; audit log --ticket INC-7 lists those"), "{refused}");
    let rollback =
        ["rollback", "--env", "production", "--outcome", "success", "--incident", "INC-7"];
    let commits = ["--commit", &first, "--from-commit", &second];
    record(&repo, CY, &[&rollback[..], &commits].concat());
    // What was taken away because of it.
    assert_eq!(found(&repo, &["INC-7"]), [second]);
}

#[test]
fn what_was_deployed_is_searched_for_tickets_though_its_branch_is_gone() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file("f", "1\n").create();
    repo.git(["checkout", "-q", "-b", "hotfix"]);
    let fix = repo.commit("Fix\n\nPAY-99\n").file("f", "2\n").create();
    repo.checkout("main");
    deploy(&repo, &fix, &[]);
    repo.git(["branch", "-q", "-D", "hotfix"]);
    assert_eq!(found(&repo, &["PAY-99"]), [fix]);
}

//! The join: the questions that people ask while production burns and on a developer's day, each answered by
//! one command, as people and as programs see it. The answers are snapshots in `tests/cli/snapshots/`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{self, BOT, CY, audit, company, record, steady};
use crate::common::{Repo, World};
use insta::assert_snapshot;
use serde_json::Value;

/// Asks, and holds the whole answer to its snapshot: for people and in JSON. The JSON answer.
fn ask(repo: &Repo<'_>, name: &str, code: i32, args: &[&str]) -> Value {
    let shown = audit(repo, args).code(code);
    assert_eq!(shown.stderr, "");
    assert_snapshot!(format!("{name}.people"), steady(repo, &shown.stdout));
    let as_format = |format| {
        let behind = args[1..].iter().copied();
        audit(repo, [args[0], "--format", format].into_iter().chain(behind)).code(code)
    };
    let machine = as_format("json");
    assert_snapshot!(format!("{name}.json"), steady(repo, &machine.stdout));
    for format in ["jsonl", "csv", "markdown"] {
        let listed = as_format(format);
        assert!(!listed.stdout.is_empty(), "{name} as {format}");
    }
    machine.json()
}

#[test]
fn questions_while_production_burns() {
    let world = World::new();
    let repo = company(&world);

    // 1. What runs in production right now, since when, and who put it there?
    let status = ask(&repo, "q01", 0, &["status", "production"]);
    assert_eq!(status["environments"][0]["commit"], repo.id("main~4").as_str());
    // 2. What changed in production since yesterday: code, configuration, access?
    let since = "production/api@{2026-01-01 18:00}";
    let changed = ask(&repo, "q02", 0, &["diff", since, "production/api"]);
    let kinds: Vec<&str> = changed["between"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    for kind in ["config", "access", "incident", "rollback", "freeze", "deploy"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    // 3. What ran in production then?
    let then = ask(&repo, "q03", 0, &["status", "production", "--at", "2026-01-02 07:30"]);
    assert_eq!(then["environments"][0]["commit"], repo.id("main~1").as_str());
    // 4. What exactly is in this deploy that was not in the one before, and what got lost?
    let deploy = ask(&repo, "q04", 0, &["diff", "production/api~2", "production/api~1"]);
    assert_eq!(deploy["gained"].as_array().unwrap().len(), 5);
    assert_eq!(deploy["lost"].as_array().unwrap().len(), 0);
    // 5. Who can tell me about these changes?
    let people: Vec<&str> =
        deploy["people"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(people, ["Bo Chen", "Ana Silva", "Cy Young", "Deploy Bot"]);
    // 6. Which change touched this file, and is it live?
    let live = ask(&repo, "q06", 0, &["trace", "--", "config/payments.yaml"]);
    assert_eq!(live["traces"][0]["verdict"], "runs");
    // 7. What would a rollback take away?
    let back = ask(&repo, "q07", 0, &["diff", "production/web", "production/web~1"]);
    assert_eq!(back["lost"].as_array().unwrap().len(), 5);
    // 8. Which of the last deploys is the likeliest cause, given that src/pay fails?
    let cause = ask(
        &repo,
        "q08",
        0,
        &["diff", "production/web~1", "production/web", "--suspects", "src/pay"],
    );
    let first = &cause["suspects"][0];
    assert!(first["evidence"][0].as_str().unwrap().starts_with("touches src/pay/"));
    assert_eq!(first["brought_by"], cause["to"]["record"]);
}

#[test]
fn questions_of_a_developers_day() {
    let world = World::new();
    let repo = company(&world);

    // 9. Is my commit in production yet? It runs there, but as its backport.
    let mine = ask(&repo, "q09", 0, &["trace"]);
    let trace = &mine["traces"][0];
    assert_eq!(trace["copies"][0]["how"], "cherry-pick");
    assert_eq!(trace["environments"][0]["service"], "worker");
    assert_eq!(trace["environments"][0]["through"], repo.id("release-1").as_str());
    // 10. When did the fix for PAY-88 ship, where, and was it ever rolled back?
    let fix = ask(&repo, "q10", 0, &["trace", "PAY-88"]);
    let reached = fix["traces"][0]["environments"].as_array().unwrap();
    let api = reached.iter().find(|r| r["env"] == "production" && r["service"] == "api").unwrap();
    assert_eq!((&api["rolled_back"], &api["runs"]), (&Value::Bool(true), &Value::Bool(false)));
    // 11. What waits to go out?
    let waits = ask(&repo, "q11", 0, &["diff", "production/web"]);
    assert_eq!(waits["gained"].as_array().unwrap().len(), 1);
    // 12. Why is this line what it is?
    let line = ask(&repo, "q12", 0, &["trace", "config/payments.yaml:2"]);
    assert_eq!(line["traces"][0]["commit"]["what"]["change"], "#413");
    assert_eq!(line["traces"][0]["environments"][2]["approvals"][0]["by"]["name"], "Cy Young");
}

#[test]
fn a_change_request_is_traced_and_so_is_a_squashed_branch() {
    let world = World::new();
    let repo = company(&world);
    let trace = |what: &str| audit(&repo, ["trace", what, "--format", "json"]).code(0).json();
    assert_eq!(trace("#412")["traces"][0]["commit"]["kind"], "merge");
    // The last commit of the branch has the very files of the squash; the one before is in its branch.
    let squash = repo.id("main~3");
    for commit in ["refunds", "refunds~1"] {
        let found = &trace(commit)["traces"][0];
        assert_eq!(found["copies"][0]["commit"], squash.as_str(), "{commit}");
        assert_eq!(found["verdict"], "runs", "{commit}");
        assert_eq!(found["on_branch"], false, "{commit}");
    }
    assert_eq!(trace("refunds")["traces"][0]["copies"][0]["how"], "tree");
    assert_eq!(trace("refunds~1")["traces"][0]["copies"][0]["how"], "squash");
}

#[test]
fn a_rebased_change_is_found_by_its_patch_and_its_approval_carried_over() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file("a", "1\n").create();
    repo.git(["checkout", "-q", "-b", "topic"]);
    let old = repo.commit("Change b").author_date("@1767261700 +0000").file("b", "1\n").create();
    repo.checkout("main");
    repo.commit("Meanwhile").file("a", "2\n").create();
    let new = repo.commit("Change b").author_date("@1767261700 +0000").file("b", "1\n").create();
    record(
        &repo,
        CY,
        &["approval", "--env", "production", "--decision", "approved", "--commit", &old],
    );
    record(
        &repo,
        BOT,
        &["deploy", "--env", "production", "--outcome", "success", "--commit", &new],
    );
    let trace = audit(&repo, ["trace", &old, "--format", "json"]).code(0).json();
    assert_eq!(trace["traces"][0]["copies"][0]["how"], "patch");
    let status = audit(&repo, ["status", "--format", "json"]).code(0).json();
    assert_eq!(status["environments"][0]["approvals"][0]["tie"], "patch");
    let shown = audit(&repo, ["status"]).code(0).stdout;
    assert!(shown.contains("Cy Young (for the same patch)"), "{shown}");
}

#[test]
fn a_commit_of_rendered_manifests_holds_the_code_that_it_names() {
    let world = World::new();
    let repo = world.repo();
    let code = repo.commit("Code").file("src/a.c", "1\n").create();
    let next = repo.commit("More code").file("src/a.c", "2\n").create();
    repo.orphan("env/production");
    let manifests = repo
        .commit(format!("Render\n\nArgocd-reference-commit-sha: {code}\n"))
        .file("deploy.yaml", "image: 1\n")
        .create();
    repo.checkout("main");
    record(
        &repo,
        BOT,
        &["deploy", "--env", "production", "--outcome", "success", "--commit", &manifests],
    );
    let verdict = |commit: &str, code: i32| {
        let output = audit(&repo, ["trace", commit, "--format", "json"]).code(code);
        output.json()["traces"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&code, 0), "runs");
    assert_eq!(verdict(&next, 1), "never");
}

#[test]
fn without_deployments_where_something_runs_is_unknown_not_nowhere() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let status = audit(&repo, ["status"]).code(3);
    assert_eq!(status.stdout, "");
    assert!(status.stderr.contains("what runs is unknown"), "{}", status.stderr);
    let trace = audit(&repo, ["trace"]).code(3);
    assert!(trace.stdout.contains("No deployment is recorded here"), "{}", trace.stdout);
    let diff = audit(&repo, ["diff", "production", "HEAD"]).code(2);
    assert!(diff.stderr.contains("unknown revision 'production'"), "{}", diff.stderr);
    let forced = audit(&repo, ["log", "env:production"]).code(2);
    assert!(
        forced.stderr.contains("no record names an environment 'production'"),
        "{}",
        forced.stderr
    );
}

#[test]
fn a_deployment_that_only_failed_never_ran() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    record(&repo, BOT, &["deploy", "--env", "production", "--outcome", "failure"]);
    let status = audit(&repo, ["status"]).code(1);
    assert_eq!(status.stdout, "production: no deployment has succeeded\n");
    let trace = audit(&repo, ["trace"]).code(1);
    assert!(trace.stdout.contains("but those that failed"), "{}", trace.stdout);
    let log = audit(&repo, ["log", "production"]).code(2);
    assert!(log.stderr.contains("its deployments failed"), "{}", log.stderr);
    let unknown = audit(&repo, ["status", "prodution"]).code(2);
    assert!(unknown.stderr.contains("environments are production"), "{}", unknown.stderr);
}

#[test]
fn a_commit_that_is_not_in_this_clone_leaves_the_answer_open() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").create();
    let second = repo.commit("Second").create();
    record(
        &repo,
        BOT,
        &["deploy", "--env", "production", "--outcome", "success", "--commit", &second],
    );
    let ledger = repo.path.join(".git/audit");
    repo.git(["branch", "-q", "old", &first]);
    let clone = repo.clone_to("clone", ["--single-branch", "--branch", "old"]);
    let theirs = clone.path.join(".git/audit");
    std::fs::create_dir_all(&theirs).unwrap();
    std::fs::copy(ledger.join("ledger.jsonl"), theirs.join("ledger.jsonl")).unwrap();
    let status = audit(&clone, ["status"]).code(0);
    assert!(status.stdout.contains("(not in this clone)"), "{}", status.stdout);
    assert!(status.stdout.contains("unknown"), "{}", status.stdout);
    let trace = audit(&clone, ["trace", "--format", "json"]).code(3).json();
    assert_eq!(trace["traces"][0]["verdict"], "unknown");
    let diff = audit(&clone, ["diff", "production", "HEAD"]).code(3);
    assert!(diff.stdout.contains("not in this clone"), "{}", diff.stdout);
    assert!(diff.stderr.contains("git fetch"), "{}", diff.stderr);
}

#[test]
fn a_shallow_clone_says_that_it_cannot_know() {
    let world = World::new();
    let repo = world.repo();
    for message in ["One", "Two", "Three", "Four"] {
        repo.commit(message).create();
    }
    repo.git(["checkout", "-qb", "side", "main~2"]);
    repo.commit("Five").create();
    repo.commit("Six").create();
    repo.checkout("main");
    record(
        &repo,
        BOT,
        &["deploy", "--env", "production", "--outcome", "success", "--commit", "HEAD~1"],
    );
    let clone = repo.clone_to("clone", ["--depth=2", "--no-single-branch"]);
    let theirs = clone.path.join(".git/audit");
    std::fs::create_dir_all(&theirs).unwrap();
    let fetch_ledger = || {
        let ours = repo.path.join(".git/audit/ledger.jsonl");
        std::fs::copy(ours, theirs.join("ledger.jsonl")).unwrap();
    };
    fetch_ledger();
    let status = audit(&clone, ["status", "--format", "json"]).code(0).json();
    assert_eq!(status["environments"][0]["behind"], Value::Null);
    // What ran is what the commit builds on, wherever history ends.
    let trace = audit(&clone, ["trace", "HEAD", "--format", "json"]).code(1).json();
    assert_eq!(trace["traces"][0]["verdict"], "never");
    // The commit might stand behind the end of what another place runs.
    let side = ["deploy", "--env", "staging", "--outcome", "success", "--commit", "side"];
    record(&repo, BOT, &side);
    fetch_ledger();
    let trace = audit(&clone, ["trace", "HEAD", "--format", "json"]).code(3).json();
    assert_eq!(trace["traces"][0]["verdict"], "unknown");
}

#[test]
fn a_name_that_git_knows_too_is_refused_with_both_spellings() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let second = repo.commit("Second").create();
    record(&repo, BOT, &["deploy", "--env", "production", "--outcome", "success"]);
    repo.branch("production", "HEAD~1");
    for args in [["log", "production~"], ["show", "production"], ["trace", "production"]] {
        let refused = audit(&repo, args).code(2);
        for spelling in ["env:production", "refs/heads/production"] {
            assert!(refused.stderr.contains(spelling), "{}", refused.stderr);
        }
    }
    let commits = |revision: &str| {
        let output =
            audit(&repo, ["log", revision, "--kind", "commit", "--format", "jsonl"]).code(0);
        output.json_lines().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(commits("refs/heads/production..env:production"), [second.as_str()]);
    assert_eq!(commits("env:production").len(), 2);
    assert_eq!(commits("refs/heads/production").len(), 1);
}

#[test]
fn a_rollback_says_so_in_status_with_its_reason_or_without() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.commit("Second").create();
    let commits = ["rollback", "--commit", "HEAD~1", "--from-commit", "HEAD"];
    let rollback = [&commits[..], &["--env", "production", "--outcome", "success"]].concat();
    record(&repo, BOT, &rollback);
    let status = audit(&repo, ["status"]).code(0).stdout;
    assert!(status.contains("  rollback  "), "{status}");
    record(&repo, BOT, &[&rollback[..], &["--why", "Cards fail"]].concat());
    let status = audit(&repo, ["status"]).code(0).stdout;
    assert!(status.contains("  rollback: Cards fail  "), "{status}");
}

#[test]
fn several_services_are_told_apart() {
    let world = World::new();
    let repo = company(&world);
    let ambiguous = audit(&repo, ["log", "production"]).code(2);
    let spelled = "production/api, production/web, production/worker";
    assert!(ambiguous.stderr.contains(spelled), "{}", ambiguous.stderr);
    // All services of dev run one commit (there is one).
    audit(&repo, ["log", "-n1", "dev"]).code(0);
    let beyond = audit(&repo, ["log", "production/worker~7"]).code(2);
    assert!(beyond.stderr.contains("the ledger knows 2 successful"), "{}", beyond.stderr);
    let early = audit(&repo, ["log", "production/api@{2020-01-01}"]).code(2);
    assert!(
        early.stderr.contains("what ran in 'production/api' at 2020-01-01 is not known"),
        "{}",
        early.stderr
    );
}

#[test]
fn addresses_are_taken_wherever_a_revision_is() {
    let world = World::new();
    let repo = company(&world);
    let old = repo.id("main~4");
    record(&repo, BOT, &["note", "--commit", "production/api", "--why", "about what runs"]);
    let last = audit(&repo, ["log", "-n1", "--kind", "note", "--format", "jsonl"]).json_lines();
    assert_eq!(last[0]["what"]["commit"], old.as_str());
    audit(&repo, ["people", "production/web~1..production/web"]).code(0);
    let shown = audit(&repo, ["show", "production/api~1", "--format", "json"]).code(0).json();
    assert_eq!(shown["events"][0]["kind"], "deploy");
    assert_eq!(shown["events"][1]["id"], repo.id("main~1").as_str());
}

#[test]
fn a_diff_takes_its_ends_as_git_does() {
    let world = World::new();
    let repo = company(&world);
    let diff = |args: &[&str]| {
        let args: Vec<&str> = [&["diff", "--format", "json"], args].concat();
        audit(&repo, args).code(0).json()
    };
    let apart = diff(&["production/web~1", "production/web"]);
    assert_ne!(apart["gained"].as_array().unwrap().len(), 0);
    assert_eq!(diff(&["production/web~1..production/web"]), apart);
    assert_eq!(diff(&["production/web.."]), diff(&["production/web", "HEAD"]));
    assert_eq!(diff(&["..production/web"]), diff(&["HEAD", "production/web"]));
    // The base of the merge is no end that these reports know.
    for no in [&["main...release-1"][..], &["main..release-1", "main"], &["main", "main~1..main"]] {
        audit(&repo, [&["diff"], no].concat()).code(2);
    }
    let refused = audit(&repo, ["diff", "main...release-1"]).code(2);
    assert!(refused.stderr.contains("hint: `audit diff A B`"), "{}", refused.stderr);
}

#[test]
fn show_tells_an_environments_history_and_a_persons_deeds() {
    let world = World::new();
    let repo = company(&world);
    let history = ask_show(&repo, "environment", &["show", "production/api"]);
    let states: Vec<&str> = history["environments"][0]["deployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["runs", "replaced", "failed", "replaced"]);
    let person =
        ask_show(&repo, "person", &["show", "cy@example.com", "--since", "2026-01-02 00:00"]);
    let deeds = person["deeds"].as_array().unwrap();
    assert!(deeds.iter().all(|deed| deed["when"].as_str().unwrap() >= "2026-01-02"));
    assert!(deeds.iter().any(|deed| deed["kind"] == "rollback"));
}

fn ask_show(repo: &Repo<'_>, name: &str, args: &[&str]) -> Value {
    let shown = audit(repo, args).code(0);
    assert_snapshot!(format!("show-{name}.people"), steady(repo, &shown.stdout));
    audit(repo, args.iter().copied().chain(["--format", "json"])).code(0).json()
}

#[test]
fn ranges_follow_the_graph_and_not_the_dates() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("Root").file("r", "1").create();
    // An old side branch with early dates, a criss-cross, an octopus and an unrelated history.
    repo.git(["checkout", "-q", "-b", "old"]);
    repo.commit("Long ago").date("@1000000000 +0000").file("o", "1").create();
    repo.checkout("main");
    repo.commit("Main").file("m", "1").create();
    record(&repo, BOT, &["deploy", "--env", "production", "--outcome", "success"]);
    repo.git(["checkout", "-q", "-b", "side", "main~1"]);
    repo.commit("Side").file("s", "1").create();
    repo.git(["merge", "-q", "--no-ff", "-m", "Cross one way", "main"]);
    repo.checkout("main");
    repo.git(["merge", "-q", "--no-ff", "-m", "Cross the other", "side~1"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "Octopus", "old", "side"]);
    record(&repo, BOT, &["deploy", "--env", "production", "--outcome", "success"]);
    repo.orphan("unrelated");
    repo.commit("Elsewhere").file("e", "1").create();
    record(&repo, BOT, &["deploy", "--env", "production", "--outcome", "success"]);
    record(
        &repo,
        BOT,
        &["deploy", "--env", "production", "--outcome", "success", "--commit", "old"],
    );
    for (from, to) in [(3, 2), (2, 1), (1, 0), (3, 0), (0, 3), (2, 3)] {
        let (a, b) = (format!("production~{from}"), format!("production~{to}"));
        let diff = audit(&repo, ["diff", &a, &b, "--format", "json"]).code(0).json();
        for (name, new, old) in [("gained", "to", "from"), ("lost", "from", "to")] {
            let range = [
                diff[new]["commit"].as_str().unwrap().to_owned(),
                format!("^{}", diff[old]["commit"].as_str().unwrap()),
            ];
            let git = repo
                .git(["rev-list", "--count"].into_iter().chain(range.iter().map(String::as_str)));
            assert_eq!(diff[name].as_array().unwrap().len().to_string(), git, "{a} {b} {name}");
        }
    }
}

#[test]
fn a_damaged_ledger_is_never_an_unqualified_answer() {
    let world = World::new();
    let repo = company(&world);
    let path = repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("first release", "first_release", 1)).unwrap();
    for args in [&["status"][..], &["trace", "PAY-88"], &["diff", "production/web"]] {
        let output = audit(&repo, args).code(2);
        assert!(output.stderr.contains("the ledger is damaged"), "{}", output.stderr);
    }
    let _ = company::ANA;
}

/// `head` has seen enough, whatever the format.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let repo = company(&world);
    for args in [&["diff", "production/web"][..], &["status"], &["trace", "release-1"]] {
        for format in ["table", "json", "jsonl", "csv", "markdown"] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = repo.audit_command();
            command.env("AUDIT_NOW", world.now().to_string()).args(args).args(["--format", format]);
            let output = command.stdout(writer).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("error"), "{args:?} {format}: {said}");
            assert_ne!(output.status.code(), Some(2), "{args:?} {format}");
        }
    }
}

#[test]
fn a_shell_is_offered_environments_branches_and_tags() {
    let world = World::new();
    let repo = company(&world);
    let offered = |words: &[&str]| {
        let mut command = repo.audit_command();
        command.arg("--").args(words).env("AUDIT_COMPLETE", "bash").env("_CLAP_IFS", "\n");
        command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        crate::common::Output::of(&mut command).success().stdout
    };
    assert_eq!(offered(&["audit", "trace", "staging/"]), "staging/api\nstaging/web");
    assert_eq!(offered(&["audit", "diff", "main..rel"]), "main..release-1");
    assert_eq!(offered(&["audit", "status", "production/w"]), "production/web\nproduction/worker");
    // Where a service has a flag of its own, a name with one would be another environment.
    assert_eq!(offered(&["audit", "record", "deploy", "--env", "prod"]), "production");
    assert_eq!(offered(&["audit", "stat"]), "status");
    assert_eq!(
        offered(&["audit", "verify", "--candidate", "main", "--env", "production/we"]),
        "production/web"
    );
    assert_eq!(offered(&["audit", "verify", "--candidate", "rel"]), "release-1");
    assert_eq!(
        offered(&["audit", "diff", "production/api~"]),
        "production/api~1\nproduction/api~2"
    );
    std::fs::create_dir_all(repo.path.join("sketches/old")).unwrap();
    for words in [
        &["audit", "trace", "sketches/o"][..],
        &["audit", "trace", "--", "sketches/o"],
        &["audit", "log", "--", "sketches/o"],
        &["audit", "diff", "main", "--suspects", "sketches/o"],
    ] {
        assert_eq!(offered(words), "sketches/old/", "{words:?}");
    }
    assert_eq!(offered(&["audit", "log", "--kind", "rol"]), "rollback");
    assert_eq!(offered(&["audit", "log", "--kind", "deploy,rol"]), "deploy,rollback");
    assert_eq!(offered(&["audit", "verify", "--explain", "four"]), "four-eyes");
    let mut nushell = repo.audit_command();
    nushell.args(["--", "audit", "trace", "staging/"]).env("AUDIT_COMPLETE", "nushell");
    let candidates = crate::common::Output::of(&mut nushell).success().json();
    assert_eq!(candidates[0], serde_json::json!({"value": "staging/api", "description": null}));
    assert_eq!(candidates.as_array().unwrap().len(), 2);
}

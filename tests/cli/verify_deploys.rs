//! `audit verify` about deploys: approvals, four eyes, freezes, branches, history, from both sides of
//! every boundary, with real records.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Stage, World};

/// Production asks for everything; staging for nothing.
const PRODUCTION: &str = r#"
[environments.production]
branches = ["main"]
deployers = ["cem", "ci"]
approvers = ["ana", "bruno", "cem"]
approvals = 1
approval-expires = "1 hour"
[[environments.production.freeze]]
from = 2026-01-02T00:00:00Z
until = 2026-01-02T12:00:00Z
why = "stock-taking"
exempt = ["bruno"]
[rules]
deploy-commit-exists = "deny"
deploy-has-why = "deny"
history-rewritten = "deny"
"#;

/// 2026-01-02T00:00:00Z.
const FREEZE: i64 = 1_767_312_000;

fn stage(world: &World) -> Stage<'_> {
    let stage = Stage::new(world, "", PRODUCTION);
    stage.good("ana", "Retry once");
    stage
}

fn approve(stage: &Stage<'_>, who: &str) -> String {
    let args = ["approval", "--env", "production", "--decision", "approved"];
    stage.record(who, Some(who), &args)
}

fn deploy(stage: &Stage<'_>, who: &str) -> String {
    let args = ["deploy", "--env", "production", "--outcome", "success", "--why", "release"];
    stage.record(who, Some(who), &args)
}

/// Takes the last record back, as a test may: what was mended is then recorded properly.
fn forget(stage: &Stage<'_>, count: usize) {
    let path = stage.repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    std::fs::write(&path, lines[..lines.len() - count].concat()).unwrap();
}

#[test]
fn a_deploy_that_others_approved_is_green_however_it_is_asked_about() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    for args in [&[][..], &["production"], &["env:production"], &["--ledger"], &["HEAD~1..HEAD"]] {
        let verdict = stage.verify(args);
        verdict.green();
        assert_eq!(verdict.output.json()["judged"]["deploys"], 1, "{args:?}");
    }
    stage.audit(&["verify", "env:nowhere"]).code(2);
    stage.audit(&["verify", "nowhere"]).code(2);
}

#[test]
fn an_approval_one_second_after_the_deploy_is_too_late() {
    let world = World::new();
    let stage = stage(&world);
    deploy(&stage, "cem");
    approve(&stage, "bruno");
    let verdict = stage.verify(&["production"]);
    verdict.refused("deploy-approved", "after it began");
    // However it is dated: it builds on the deploy.
    forget(&stage, 1);
    let early = [
        "approval",
        "--env",
        "production",
        "--decision",
        "approved",
        "--when",
        "2026-01-01T10:00:30Z",
    ];
    stage.record("bruno", Some("bruno"), &early);
    stage.verify(&["production"]).refused("deploy-approved", "after it began");
    forget(&stage, 2);
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.verify(&[]).green();
}

#[test]
fn nobody_approves_what_they_wrote_or_deploy_whatever_their_address() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "ana");
    deploy(&stage, "cem");
    stage.verify(&[]).refused("four-eyes", "ana, who wrote part of it");
    forget(&stage, 2);
    approve(&stage, "cem");
    deploy(&stage, "cem");
    stage.verify(&[]).refused("four-eyes", "cem, who deployed it");
    forget(&stage, 2);
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.verify(&[]).green();
    // Bruno's commit, co-authored by Ana at home: she approves the next deploy.
    let commit = stage
        .repo
        .commit("Log it\n\nTo see it.\n\nCo-authored-by: A. Silva <ana@home.example>")
        .file("src/log", "1");
    commit.by("Bruno", "bruno@example.com").sign(stage.key("bruno")).create();
    approve(&stage, "ana");
    deploy(&stage, "cem");
    stage.verify(&["production"]).refused("four-eyes", "ana, who wrote part of it");
}

#[test]
fn an_approval_of_the_commit_before_the_last_push_is_stale() {
    let world = World::new();
    let stage = stage(&world);
    // What ran before, so that the range is known.
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.good("ana", "First");
    approve(&stage, "bruno");
    stage.good("ana", "Second");
    deploy(&stage, "cem");
    let verdict = stage.verify(&["production"]);
    assert_eq!(verdict.denied(), ["approval-stale", "deploy-approved"]);
    assert!(verdict.output.stdout.contains("a push after the approval"));
    forget(&stage, 1);
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.verify(&[]).green();
}

#[test]
fn an_approval_of_what_was_deployed_and_rolled_back_is_none_of_the_next_deploy() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.good("ana", "First");
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    let rollback = ["rollback", "--env", "production", "--outcome", "success", "--why", "it hangs"];
    let commits = ["--commit", "HEAD~1", "--from-commit", "HEAD"];
    stage.record("cem", Some("cem"), &[rollback.as_slice(), &commits].concat());
    stage.good("ana", "Second");
    deploy(&stage, "cem");
    assert_eq!(stage.verify(&["production"]).denied(), ["deploy-approved"]);
}

#[test]
fn an_approval_expires() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "bruno");
    // A record comes one tick (a minute) later than what was before it.
    world.skip(3600 - 60);
    deploy(&stage, "cem");
    stage.verify(&["production"]).green();
    forget(&stage, 1);
    world.skip(1);
    stage.record(
        "cem",
        Some("cem"),
        &["deploy", "--env", "production", "--outcome", "success", "--why", "release"],
    );
    let verdict = stage.verify(&["production"]);
    assert_eq!(verdict.denied(), ["approval-stale", "deploy-approved"]);
    assert!(verdict.output.stdout.contains("expired"));
}

#[test]
fn a_freeze_holds_from_its_first_second_to_the_one_before_its_end() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "bruno");
    let candidate = |at: i64| {
        let mut command = stage.repo.audit_command();
        command.env("AUDIT_NOW", at.to_string());
        let args = ["verify", "--candidate", "HEAD", "--env", "production", "--format", "json"];
        let report = Output::of(command.args(args)).json();
        let rules = report["findings"].as_array().unwrap();
        rules.iter().any(|finding| finding["rule"] == "deploy-in-freeze")
    };
    assert!(!candidate(FREEZE - 1));
    assert!(candidate(FREEZE));
    assert!(candidate(FREEZE + 12 * 3600 - 1));
    assert!(!candidate(FREEZE + 12 * 3600));
    // A deploy within it, by somebody who is not exempt and by somebody who is.
    world.skip(FREEZE - world.now());
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.verify(&["production"]).refused("deploy-in-freeze", "stock-taking");
    forget(&stage, 2);
    approve(&stage, "cem");
    deploy(&stage, "bruno");
    stage.verify(&["production"]).refused("deployer-authorised", "bruno may not deploy");
}

#[test]
fn deployers_and_approvers_are_those_named_and_a_typed_name_proves_nothing() {
    let world = World::new();
    let stage = stage(&world);
    approve(&stage, "bruno");
    deploy(&stage, "ana");
    stage.verify(&["production"]).refused("deployer-authorised", "ana may not deploy");
    forget(&stage, 2);
    approve(&stage, "robot");
    deploy(&stage, "cem");
    let verdict = stage.verify(&["production"]);
    assert_eq!(verdict.denied(), ["approver-authorised", "deploy-approved"]);
    forget(&stage, 2);
    // Nobody signed: it could be true, but nothing proves it.
    let args = ["approval", "--env", "production", "--decision", "approved"];
    stage.record("bruno", None, &args);
    deploy(&stage, "cem");
    let verdict = stage.verify(&["production"]);
    verdict.refused("evidence-missing", "nothing proves the approval of bruno");
    forget(&stage, 2);
    // A human types the bot's name.
    approve(&stage, "bruno");
    let args = ["deploy", "--env", "production", "--outcome", "success", "--why", "release"];
    stage.record("ci", Some("ana"), &args);
    let verdict = stage.verify(&["production"]);
    verdict.refused("deployer-authorised", "ana may not deploy");
    forget(&stage, 1);
    // The bot records for a person, and may deploy itself.
    stage.record("cem", Some("ci"), &args);
    stage.verify(&[]).green();
}

#[test]
fn what_was_deployed_stands_on_the_branch_and_stays_in_the_history() {
    let world = World::new();
    let stage = stage(&world);
    stage.repo.branch("topic", "HEAD");
    stage.repo.checkout("topic");
    stage.good("ana", "Unmerged");
    approve(&stage, "bruno");
    deploy(&stage, "cem");
    stage.verify(&["production"]).refused("deploy-from-branch", "none of the branches main");
    stage.repo.branch("main", "topic");
    stage.repo.checkout("main");
    stage.verify(&["production"]).green();
    // Force-pushed away: the commit is still here, but nothing leads to it.
    stage.repo.git(["branch", "-q", "-D", "topic"]);
    let deployed = stage.repo.id("HEAD");
    stage.repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    let verdict = stage.verify(&["production"]);
    assert_eq!(verdict.denied(), ["deploy-from-branch", "history-rewritten"]);
    stage.repo.git(["reset", "-q", "--hard", &deployed]);
    stage.verify(&[]).green();
    // A commit that is nowhere.
    let bare = stage.repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(&bare).unwrap();
    let other = world.init("other").create();
    other.commit("Elsewhere").create();
    std::fs::create_dir_all(other.path.join(".git/audit")).unwrap();
    std::fs::write(other.path.join(".git/audit/ledger.jsonl"), text).unwrap();
    let report = other.audit(["verify", "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == "deploy-commit-exists"));
}

#[test]
fn a_deploy_without_a_reason_is_refused_before_it_is_recorded_and_found_when_it_was() {
    let world = World::new();
    let stage = stage(&world);
    let args = ["record", "deploy", "--env", "production", "--outcome", "success", "--no-sign"];
    let output = stage.audit(&args).code(2);
    assert!(output.stderr.contains("the policy asks why"), "{}", output.stderr);
    stage
        .audit(&["run", "--kind", "deploy", "--env", "production", "--no-sign", "--", "true"])
        .code(2);
    stage.record(
        "cem",
        Some("cem"),
        &["deploy", "--env", "staging", "--outcome", "failure", "--ticket", "PAY-1"],
    );
    stage.verify(&[]).green();
}

#[test]
fn a_deploy_that_nobody_approved_cannot_be_corrected_away() {
    let world = World::new();
    let stage = stage(&world);
    let id = deploy(&stage, "cem");
    stage.verify(&[]).refused("deploy-approved", "");
    let link = format!("corrects={id}");
    let args =
        ["deploy", "--env", "production", "--outcome", "cancelled", "--why", "no", "--link", &link];
    stage.record("cem", Some("cem"), &args);
    stage.verify(&[]).refused("deploy-approved", "");
}

#[test]
fn a_candidate_is_judged_as_if_it_went_now() {
    let world = World::new();
    let stage = stage(&world);
    let candidate = ["--candidate", "HEAD", "--env", "production"];
    // Without a ledger nobody knows what was approved.
    let verdict = stage.verify(&candidate);
    assert_eq!(verdict.denied(), ["deploy-approved", "evidence-missing"]);
    stage.record("ana", Some("ana"), &["note", "--why", "begin"]);
    stage.verify(&candidate).refused("deploy-approved", "1 needed");
    approve(&stage, "ana");
    stage.verify(&candidate).refused("four-eyes", "ana, who wrote part of it");
    approve(&stage, "bruno");
    stage.verify(&candidate).green();
    // Of an environment that nobody knows nothing is asked: that is no leave.
    let unknown = stage.audit(&["verify", "--candidate", "HEAD", "--env", "Production"]).code(2);
    assert!(unknown.stderr.contains("did you mean 'production'?"), "{}", unknown.stderr);
    stage.audit(&["verify", "--candidate", "HEAD", "--env", "staging"]).code(2);
    let args = ["deploy", "--env", "staging", "--outcome", "success", "--why", "a try"];
    stage.record("cem", Some("cem"), &args);
    stage.verify(&["--candidate", "HEAD", "--env", "staging"]).green();
}

#[test]
fn every_rule_of_deploys_is_explained() {
    let world = World::new();
    for rule in [
        "deploy-commit-exists",
        "deploy-from-branch",
        "deploy-has-why",
        "deploy-in-freeze",
        "deploy-unsigned-commits",
        "history-rewritten",
        "deploy-approved",
        "approval-stale",
        "four-eyes",
        "deployer-authorised",
        "approver-authorised",
        "change-reviewed",
        "direct-push",
        "evidence-missing",
    ] {
        let text = world.audit(["verify", "--explain", rule]).success().stdout;
        assert!(text.starts_with(&format!("{rule}: ")) && text.contains("how to mend"), "{text}");
    }
}

#[test]
fn an_exception_by_somebody_who_may_turns_a_refusal_into_a_warning() {
    let world = World::new();
    let stage = Stage::new(&world, "exceptions = [\"bruno\"]", PRODUCTION);
    stage.good("ana", "Retry once");
    approve(&stage, "ana");
    let deploy = deploy(&stage, "cem");
    stage.verify(&[]).refused("four-eyes", "ana, who wrote part of it");
    let args =
        ["exception", "--rule", "four-eyes", "--subject", &deploy[..12], "--why", "an outage"];
    stage.record("cem", Some("cem"), &args);
    stage.record("bruno", None, &args);
    stage.verify(&[]).refused("four-eyes", "ana, who wrote part of it");
    stage.record("bruno", Some("bruno"), &args);
    let verdict = stage.verify(&[]);
    verdict.green();
    assert!(verdict.warned().contains(&"four-eyes".to_owned()));
    assert!(verdict.output.stdout.contains("excused by bruno, record "));
}

#[test]
fn run_asks_first_and_runs_nothing_that_may_not_go() {
    let world = World::new();
    let stage = stage(&world);
    let marker = world.root().join("ran");
    let marker_text = marker.to_str().unwrap();
    let run = |env: &str| {
        let mut command = stage.audit_command();
        let args = ["run", "--kind", "deploy", "--env", env, "--why", "release", "--no-sign"];
        command.args(args).args(["--approve-first", "--", "touch", marker_text]);
        Output::of(&mut command)
    };
    stage.record("ana", Some("ana"), &["note", "--why", "begin"]);
    let output = run("production").code(1);
    assert!(!marker.exists());
    assert!(output.stderr.contains("deploy-approved"), "{}", output.stderr);
    assert!(output.stderr.contains("the command was not run"), "{}", output.stderr);
    assert!(output.stdout.is_empty());
    approve(&stage, "bruno");
    run("production").success();
    assert!(marker.exists());
}

/// Environments whose names hold a slash: one may be read as a service of the other.
const SLASHES: &str = r#"
[environments."eu/prod"]
approvals = 1
[environments.eu]
[environments.us]
approvals = 1
"#;

#[test]
fn a_gate_asks_the_rules_of_the_environment_that_was_named() {
    let world = World::new();
    let stage = Stage::new(&world, "", SLASHES);
    stage.good("ana", "Retry once");
    let deploy = |env: &str, more: &[&str]| {
        let args = ["deploy", "--env", env, "--outcome", "success", "--why", "first"];
        stage.record("cem", Some("cem"), &[&args[..], more].concat());
    };
    let marker = world.root().join("ran");
    let gate = |args: &[&str], code: i32| {
        let candidate = [&["verify", "--candidate", "HEAD"], args].concat();
        let asked = stage.audit(&candidate).code(code);
        asked.stderr + &asked.stdout
    };
    let run = |args: &[&str], code: i32| {
        let run = ["run", "--kind", "deploy", "--approve-first", "--no-sign", "--why", "x"];
        let touch = ["--", "touch", marker.to_str().unwrap()];
        stage.audit(&[&run, args, &touch].concat()).code(code);
        assert_eq!(marker.exists(), code == 0, "{args:?}");
        let _ = std::fs::remove_file(&marker);
    };
    // Before anything is on record the policy alone knows the names.
    assert!(gate(&["--env", "eu/prod"], 1).contains("deploy-approved"));
    for env in ["eu/prod", "us", "eu"] {
        deploy(env, &[]);
    }
    stage.good("ana", "Retry twice");
    for args in [
        &["--env", "us"][..],
        &["--env", "eu/prod"],
        &["--env", "env:eu/prod"],
        &["--env", "eu/prod/api"],
        &["--env", "eu/prod//api"],
        &["--env", "eu/prod", "--service", "api"],
    ] {
        assert!(gate(args, 1).contains("deploy-approved"), "{args:?}");
    }
    run(&["--env", "eu/prod"], 1);
    run(&["--env", "eu/prod", "--service", "api"], 1);
    for args in [&["--env", "eu"][..], &["--env", "eu/web"], &["--env", "eu//prod"]] {
        gate(args, 0);
    }
    run(&["--env", "eu"], 0);
    run(&["--env", "eu", "--service", "prod"], 0);
    // Now the name means two things, and the flags still mean one.
    let both = "write env:eu/prod for the one, eu//prod for the other";
    assert!(gate(&["--env", "eu/prod"], 2).contains(both));
    assert!(stage.audit(&["verify", "eu/prod"]).code(2).stderr.contains(both));
    gate(&["--env", "env:eu/prod"], 1);
    gate(&["--env", "eu//prod"], 0);
    gate(&["--env", "eu", "--service", "prod"], 0);
    run(&["--env", "eu/prod"], 1);
    // What would be recorded is an environment that nobody knows.
    run(&["--env", "us/api"], 2);
    let unknown = gate(&["--env", "us/api", "--service", "x"], 2);
    assert!(unknown.contains("--env us --service api"), "{unknown}");
    assert!(gate(&["--env", "uss"], 2).contains("did you mean 'us'?"));
    gate(&["--env", "elsewhere"], 2);
    // On record, and nearly an environment of the policy: its rules would not be asked.
    deploy("US", &[]);
    assert!(gate(&["--env", "US"], 2).contains("did you mean 'us'?"));
    run(&["--env", "US"], 2);
    assert!(stage.audit(&["verify", "US"]).code(2).stderr.contains("did you mean 'us'?"));
    // The policy says nothing about this one, which is said.
    deploy("lab", &[]);
    assert!(gate(&["--env", "lab"], 0).contains("'lab' is no environment of the policy"));
}

#[test]
fn a_deploy_and_its_approval_may_both_be_recorded_later() {
    let world = World::new();
    let stage = stage(&world);
    let later = |signer: Option<&str>, when: &str| {
        let args = ["approval", "--env", "production", "--decision", "approved", "--when"];
        stage.record("bruno", Some("bruno"), &[&args[..], &["2026-01-01T10:00:00Z"]].concat());
        let args = ["deploy", "--env", "production", "--outcome", "success", "--why", "release"];
        stage.record("cem", signer, &[&args[..], &["--when", when]].concat());
    };
    later(Some("cem"), "2026-01-01T10:00:00Z");
    let verdict = stage.verify(&["production"]);
    verdict.green();
    let said = verdict.output.json()["notes"].to_string();
    assert!(said.contains("both recorded later"), "{said}");
    let status = stage.audit(&["status"]).code(0).stdout;
    assert!(status.contains("(both recorded later)"), "{status}");
    forget(&stage, 2);
    // The deploy states to be older than its approval.
    later(Some("cem"), "2026-01-01T09:59:59Z");
    stage.verify(&["production"]).refused("deploy-approved", "after it began");
    forget(&stage, 2);
    // Nobody signed the deploy: the order is no better than that.
    later(None, "2026-01-01T10:00:00Z");
    let open = stage.audit(&["verify", "production"]).code(3).stdout;
    let words = open.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("both recorded later, and not both are signed"), "{open}");
}

//! Attempts to get something past `audit verify` and the hooks, each of which must end in a refusal.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, Stage, World};
use std::fs;

const STRICT: &str = "[rules]\ncommit-signed = \"deny\"\ncommit-signer-known = \"deny\"\n";
const MANAGED: &str = "managers = [\"bruno\"]";
const REVIEWED: &str = "[rules]\nchange-reviewed = \"deny\"\n";

/// A commit of any tree and any parents, signed by ana, whom all these policies know.
fn commit(stage: &Stage<'_>, tree: &str, parents: &[&str]) -> String {
    stage.world.tick();
    let Key::Ssh { secret, .. } = stage.key("ana") else { panic!("an SSH key") };
    let mut command = stage.repo.git_command();
    command.env("GIT_AUTHOR_NAME", "ana").env("GIT_AUTHOR_EMAIL", "ana@example.com");
    command.env("GIT_COMMITTER_NAME", "ana").env("GIT_COMMITTER_EMAIL", "ana@example.com");
    command
        .args(["-c", "gpg.format=ssh", "-c"])
        .arg(format!("user.signingKey={}", secret.display()));
    command.args(["commit-tree", "-S", "-m", "Go on\n\nBecause it was asked for.", tree]);
    for parent in parents {
        command.args(["-p", parent]);
    }
    Output::of(&mut command).success().line()
}

fn tree(stage: &Stage<'_>, revision: &str) -> String {
    stage.repo.id(&format!("{revision}^{{tree}}"))
}

/// A stage whose policy was tightened, in order: the loose one's commit, that of the strict one.
fn tightened(world: &World) -> (Stage<'_>, String, String) {
    let stage = Stage::new(world, MANAGED, "");
    let loose = stage.repo.id("HEAD");
    stage
        .set_policy(MANAGED, STRICT)
        .by("bruno", "bruno@example.com")
        .sign(stage.key("bruno"))
        .create();
    let strict = stage.repo.id("HEAD");
    (stage, loose, strict)
}

#[test]
fn an_old_policy_does_not_come_back_through_a_merge_of_an_old_branch() {
    let world = World::new();
    let (stage, loose, strict) = tightened(&world);
    let range = format!("{strict}..HEAD");
    // An old branch takes in the trusted one, but keeps its own policy.
    let side = commit(&stage, &tree(&stage, &loose), &[&loose, &strict]);
    stage.repo.git(["reset", "-q", "--hard", &side]);
    stage
        .verify(&[&range, "--trust", &strict])
        .refused("trust-change-authorised", "ana, who may not");
    // And the trusted one takes in that.
    let merge = commit(&stage, &tree(&stage, &loose), &[&strict, &side]);
    stage.repo.git(["reset", "-q", "--hard", &merge]);
    stage
        .verify(&[&range, "--trust", &strict])
        .refused("trust-change-authorised", "ana, who may not");
    // Merging the trusted branch as it is changes nothing, whichever parent comes first.
    for parents in [[&*loose, &*strict], [&*strict, &*loose]] {
        let honest = commit(&stage, &tree(&stage, &strict), &parents);
        stage.repo.git(["reset", "-q", "--hard", &honest]);
        stage.verify(&[&range, "--trust", &strict]).green();
    }
}

#[test]
fn a_policy_that_was_loose_for_a_while_does_not_come_back_through_two_bases() {
    let world = World::new();
    let stage = Stage::new(&world, MANAGED, STRICT);
    let bruno = |rules: &str| {
        let commit = stage.set_policy(MANAGED, rules).by("bruno", "bruno@example.com");
        commit.sign(stage.key("bruno")).create()
    };
    let first = stage.repo.id("HEAD");
    let side = commit(&stage, &tree(&stage, "HEAD"), &[&first]);
    let loose = bruno("");
    let strict = bruno(STRICT);
    let main = commit(&stage, &tree(&stage, &strict), &[&strict, &side]);
    let old = commit(&stage, &tree(&stage, &loose), &[&loose, &side]);
    let back = commit(&stage, &tree(&stage, &loose), &[&main, &old]);
    stage.repo.git(["reset", "-q", "--hard", &back]);
    let range = format!("{main}..HEAD");
    stage
        .verify(&[&range, "--trust", &main])
        .refused("trust-change-authorised", "ana, who may not");
}

#[test]
fn a_gitlink_with_the_id_of_the_trust_folder_is_a_change_of_it() {
    let world = World::new();
    let (stage, loose, strict) = tightened(&world);
    let folder = stage.repo.id("HEAD:.audit");
    let other = stage.repo.id(&format!("{loose}:.audit"));
    let entry = |mode: &str, id: &str| {
        let raw =
            (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap());
        [format!("{mode} .audit\0").into_bytes(), raw.collect()].concat()
    };
    let link = entry("160000", &folder);
    for bytes in [link.clone(), [link, entry("40000", &other)].concat()] {
        let mut command = stage.repo.git_command();
        let file = world.root().join("tree");
        fs::write(&file, bytes).unwrap();
        command.args(["hash-object", "-t", "tree", "--literally", "-w"]).arg(&file);
        let tree = Output::of(&mut command).success().line();
        let head = commit(&stage, &tree, &[&strict]);
        stage.repo.update_ref("refs/heads/main", &head);
        let verdict = stage.verify(&[&format!("{strict}..HEAD"), "--trust", &strict]);
        verdict.refused("trust-change-authorised", ".audit/");
    }
}

#[test]
fn a_folder_in_the_work_tree_is_not_taken_for_the_trusted_revision() {
    let world = World::new();
    let (stage, _, strict) = tightened(&world);
    stage.repo.branch("trusted", &strict);
    stage.repo.commit("Slip in\n\nFor no reason.").file("src/x", "1").create();
    for name in ["trusted", &strict, "heads/trusted", "nowhere"] {
        let folder = stage.repo.path.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("policy.toml"), "").unwrap();
        let verdict = stage.verify(&["HEAD~1..HEAD", "--trust", name]);
        match name {
            "nowhere" => assert_eq!(verdict.output.code, Some(2), "{}", verdict.output.stderr),
            _ => drop(verdict.refused("commit-signed", "no signature")),
        }
    }
    assert_eq!(stage.verify(&["HEAD~1..HEAD", "--trust", "./nowhere"]).output.code, Some(0));
    // Nor a tag for the branch.
    stage.repo.git(["tag", "trusted", &stage.root]);
    let verdict = stage.verify(&["HEAD~1..HEAD", "--trust", "trusted"]);
    assert_eq!(verdict.output.code, Some(2));
    assert!(verdict.output.stderr.contains("refs/heads/trusted"), "{}", verdict.output.stderr);
}

#[test]
fn a_pushed_tag_does_not_take_the_place_of_the_trusted_branch() {
    let world = World::new();
    let (stage, loose, _) = tightened(&world);
    let bare = world.init("server.git").bare().create();
    let url = format!("file://{}", bare.path.display());
    stage.repo.git(["push", "-q", &url, "main"]);
    bare.config("audit.trust", "main");
    bare.audit(["hook", "install", "pre-receive"]).success();
    let mut push = stage.repo.git_command();
    push.env("AUDIT_NOW", world.now().to_string());
    push.args(["push", "-q", &url, &format!("{loose}:refs/tags/main")]);
    let output = Output::of(&mut push);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("trust-change-authorised"), "{}", output.stderr);
}

/// A stage on which what comes after now must be reviewed.
fn reviewed(world: &World) -> Stage<'_> {
    let mut stage = Stage::new(world, "", REVIEWED);
    stage.root = stage.repo.id("HEAD");
    stage.set_policy("", REVIEWED).sign(stage.key("ana")).create();
    let head = stage.repo.id("HEAD");
    let review = ["review", "--commit", &head, "--head-commit", &head, "--state", "approved"];
    stage.record("bruno", Some("bruno"), &review);
    stage.verify(&[]).green();
    stage
}

#[test]
fn a_merge_of_more_than_was_approved_is_found_whatever_its_record_says() {
    let world = World::new();
    let stage = reviewed(&world);
    stage.repo.branch("topic", "HEAD").checkout("topic");
    let seen = stage.good("ana", "Honest part");
    let later = stage.good("ana", "Pushed afterwards");
    stage.repo.checkout("main");
    let merge = stage.repo.commit("Merge topic").merge("topic").by("cem", "cem@example.com");
    let merge = merge.sign(stage.key("cem")).create();
    let change = ["change", "--number", "7", "--head-commit", &seen, "--merge-commit", &merge];
    stage.record("ci", Some("ci"), &[&change[..], &["--base", "main"]].concat());
    let review = ["review", "--number", "7", "--state", "approved", "--head-commit", &seen];
    stage.record("bruno", Some("bruno"), &review);
    let verdict = stage.verify(&[]);
    verdict.refused("change-reviewed", "nobody approved it");
    assert!(verdict.findings.iter().all(|finding| finding["subject"]["id"] == *later));
}

#[test]
fn what_an_octopus_changes_itself_is_not_taken_for_reviewed() {
    let world = World::new();
    let stage = reviewed(&world);
    let (base, root) = (stage.repo.id("HEAD"), stage.root.clone());
    stage.repo.commit("Slip in").file("src/slipped-in", "1").create();
    let slipped = tree(&stage, "HEAD");
    let octopus = commit(&stage, &slipped, &[&base, &root, &stage.repo.id(&format!("{root}~1"))]);
    stage.repo.git(["reset", "-q", "--hard", &octopus]);
    stage.verify(&[]).refused("evidence-missing", "could not be found out");
}

#[test]
fn a_merge_in_quarantine_is_looked_at() {
    let world = World::new();
    let stage = reviewed(&world);
    let bare = world.init("server.git").bare().create();
    let url = format!("file://{}", bare.path.display());
    stage.repo.git(["push", "-q", &url, "main"]);
    bare.audit(["hook", "install", "pre-receive"]).success();
    let base = stage.repo.id("HEAD");
    let push = || {
        let mut push = stage.repo.git_command();
        push.env("AUDIT_NOW", world.now().to_string());
        Output::of(push.args(["push", "-q", &url, "main"]))
    };
    let clean = commit(&stage, &tree(&stage, &base), &[&base, &stage.root]);
    stage.repo.commit("Slip in").file("src/slipped-in", "1").create();
    let evil = commit(&stage, &tree(&stage, "HEAD"), &[&base, &stage.root]);
    stage.repo.git(["reset", "-q", "--hard", &evil]);
    let output = push();
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("nobody approved it"), "{}", output.stderr);
    stage.repo.git(["reset", "-q", "--hard", &clean]);
    push().success();
}

const PRODUCTION: &str = "[environments.production]\napprovals = 1\n";

fn deploy(stage: &Stage<'_>) {
    let args = ["deploy", "--env", "production", "--outcome", "success", "--why", "release"];
    stage.record("cem", Some("cem"), &args);
}

fn approve(stage: &Stage<'_>, who: &str) {
    stage.record(who, Some(who), &["approval", "--env", "production", "--decision", "approved"]);
}

#[test]
fn what_was_deployed_without_leave_is_not_let_in_by_deploying_it_again() {
    let world = World::new();
    let stage = Stage::new(&world, "", PRODUCTION);
    stage.good("ana", "Retry once");
    approve(&stage, "ana");
    deploy(&stage);
    stage.verify(&["production"]).refused("four-eyes", "ana, who wrote part of it");
    let candidate = ["--candidate", "HEAD", "--env", "production"];
    stage.verify(&candidate).refused("four-eyes", "ana, who wrote part of it");
    deploy(&stage);
    stage.verify(&["production"]).refused("four-eyes", "ana, who wrote part of it");
    approve(&stage, "bruno");
    stage.verify(&candidate).green();
}

#[test]
fn a_tag_in_the_place_of_another_does_not_answer_for_it() {
    let world = World::new();
    let stage = Stage::new(&world, "", "");
    let released = stage.good("ana", "Retry once");
    stage.repo.tag("v1").create();
    let deploy = ["deploy", "--env", "production", "--outcome", "success", "--tag", "v1"];
    stage.record("cem", Some("cem"), &deploy);
    stage.repo.update_ref("refs/tags/refs/tags/v1", &released);
    stage.good("ana", "Later");
    stage.repo.tag("v1").create();
    stage.verify(&[]).refused("tag-moved", "leads to");
}

#[test]
fn a_freeze_is_not_ended_afterwards() {
    let world = World::new();
    let stage = Stage::new(&world, "", PRODUCTION);
    stage.good("ana", "Retry once");
    stage.record("bruno", Some("bruno"), &["freeze", "--env", "production", "--action", "begins"]);
    let begun = format!("@{}", world.now());
    approve(&stage, "bruno");
    deploy(&stage);
    stage.verify(&["production"]).refused("deploy-in-freeze", "was frozen");
    let end = ["freeze", "--env", "production", "--action", "ends", "--until", &begun];
    stage.record("cem", Some("cem"), &end);
    stage.verify(&["production"]).refused("deploy-in-freeze", "was frozen");
    deploy(&stage);
    stage.verify(&["production"]).green();
}

#[test]
fn an_emptied_ledger_is_none() {
    let world = World::new();
    let stage = Stage::new(&world, "", PRODUCTION);
    approve(&stage, "bruno");
    stage.verify(&[]).green();
    fs::write(stage.repo.path.join(".git/audit/ledger.jsonl"), "").unwrap();
    stage.verify(&[]).refused("evidence-missing", "no ledger here");
}

#[test]
fn a_history_that_is_cut_off_within_what_is_judged_is_not_green() {
    let world = World::new();
    let (stage, _, strict) = tightened(&world);
    stage.repo.commit("Slip in\n\nFor no reason.").file("src/x", "1").create();
    let kept = stage.good("ana", "After it");
    stage.repo.checkout(&strict);
    stage
        .repo
        .commit("Merge")
        .merge(&kept)
        .by("ana", "ana@example.com")
        .sign(stage.key("ana"))
        .create();
    fs::write(stage.repo.path.join(".git/shallow"), format!("{kept}\n")).unwrap();
    let verdict = stage.verify(&[&format!("{strict}..HEAD"), "--trust", &strict]);
    assert_ne!(verdict.output.code, Some(0), "{}", verdict.output.stdout);
}

#[test]
fn a_mailmap_that_is_judged_makes_nobody_another_person() {
    let world = World::new();
    let (stage, _, strict) = tightened(&world);
    let trust = world.root().join("trust");
    fs::create_dir(&trust).unwrap();
    fs::write(trust.join("policy.toml"), "[rules]\ncommit-signer-is-committer = \"deny\"\n")
        .unwrap();
    fs::write(trust.join("allowed_signers"), stage.signers()).unwrap();
    let commit = stage.repo.commit("Map\n\nSo be it.").by("eve", "eve@example.com");
    let commit = commit.file(".mailmap", "Ana <ana@example.com> <eve@example.com>\n");
    commit.sign(stage.key("ana")).create();
    let verdict = stage.verify(&[&format!("{strict}..HEAD"), "--trust", trust.to_str().unwrap()]);
    assert_eq!(verdict.denied(), ["commit-signer-is-committer"], "{}", verdict.output.stderr);
}

//! `audit init`: what it proposes, that it trusts nobody by itself, overwrites nothing, and starts green.
//! Whole proposals are snapshots in `tests/cli/snapshots/`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, Repo, World, require};
use audit::policy::{PersonKind, Policy};
use audit::signature::ssh::AllowedSigners;
use insta::assert_snapshot;
use std::fs;
use std::path::Path;

/// A proposal that was shown and nothing else.
fn shown(repo: &Repo<'_>) -> String {
    let output = repo.audit(["init"]).success();
    assert!(!repo.path.join(".audit").exists(), "showing writes nothing");
    output.stdout
}

fn proposed(repo: &Repo<'_>) -> serde_json::Value {
    repo.audit(["init", "--format", "json"]).json()
}

/// The content of a file in a proposal.
fn content(proposal: &serde_json::Value, path: &str) -> String {
    let files = proposal["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path);
    file.map(|file| file["content"].as_str().unwrap().to_owned()).unwrap_or_default()
}

fn policy(proposal: &serde_json::Value) -> Policy {
    let text = content(proposal, ".audit/policy.toml");
    Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"))
}

/// Fingerprints of the keys that the proposed file trusts.
fn trusted(proposal: &serde_json::Value) -> Vec<String> {
    let text = content(proposal, ".audit/allowed_signers");
    let signers = AllowedSigners::parse(text.as_bytes(), "proposal").unwrap();
    signers.entries().map(|signer| signer.key).collect()
}

/// Ana signs with her SSH key, and git is told so.
fn sign_as(repo: &Repo<'_>, key: &Key) {
    let Key::Ssh { secret, .. } = key else { panic!("an SSH key") };
    repo.config("gpg.format", "ssh").config("user.signingKey", secret);
}

/// All files below a folder, with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn an_unsigned_history() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("PAY-88: retry card capture\n\nThe terminal answers late.\n").create();
    repo.commit("Typo").by("Bruno Costa", "bruno@example.com").create();
    assert_snapshot!("unsigned", shown(&repo));
}

#[test]
fn keys_that_git_trusts_are_taken_over() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let file = world.allowed_signers(&[&ana]);
    let more = "nobody@elsewhere.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm\n";
    fs::write(&file, fs::read_to_string(&file).unwrap() + more).unwrap();
    repo.config("gpg.ssh.allowedSignersFile", &file);
    repo.commit("One\n\nWhy.\n").sign(&ana).create();
    repo.commit("Two\n\nWhy.\n").sign(&ana).create();
    assert_snapshot!("allowed-signers", shown(&repo));
    assert_eq!(trusted(&proposed(&repo)).len(), 1);
}

#[test]
fn keys_that_nobody_vouches_for_are_never_trusted() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let mallory = world.ssh_key("mallory");
    repo.commit("One").by("Mallory", "mallory@example.com").sign(&mallory).create();
    repo.commit("Two").by("Ana Silva", "ana@example.com").sign(&mallory).create();
    repo.commit("Three").by("Mallory", "mallory@example.com").sign(&mallory).create();
    assert_snapshot!("strangers", shown(&repo));
    let proposal = proposed(&repo);
    assert!(trusted(&proposal).is_empty());
    // Without its '#' the line is one that ssh-keygen takes.
    let text = content(&proposal, ".audit/allowed_signers").replace("\n#mallory", "\nmallory");
    assert_eq!(AllowedSigners::parse(text.as_bytes(), "edited").unwrap().entries().count(), 1);

    // An address that would stand for everybody cannot get there even behind a '#'.
    repo.commit("Four").by("Mallory", "*").sign(&mallory).create();
    let other = world.repo_of_pattern(&mallory);
    let proposal = proposed(&other);
    assert!(!content(&proposal, ".audit/allowed_signers").contains('*'), "{proposal}");
    assert!(proposal["left_out"].to_string().contains("cannot stand"), "{proposal}");
}

trait Pattern {
    fn repo_of_pattern(&self, key: &Key) -> Repo<'_>;
}

impl Pattern for World {
    /// A history whose only committer has an address that is a pattern.
    fn repo_of_pattern(&self, key: &Key) -> Repo<'_> {
        let repo = self.init("pattern").create();
        repo.commit("One").by("Mallory", "*").sign(key).create();
        repo
    }
}

#[test]
fn certificates_come_from_the_keyring_if_it_holds_them_to_be_valid() {
    if !require("gpg") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let (bruno, mallory) = (world.openpgp_key("bruno"), world.openpgp_key("mallory"));
    repo.commit("One").by("Bruno Costa", "bruno@example.com").sign(&bruno).create();
    repo.commit("Two").by("Mallory", "mallory@example.com").sign(&mallory).create();
    assert_snapshot!("keyring", shown(&repo));
    repo.audit(["init", "--write"]).success();
    let keys = files(&repo.path.join(".audit/keys"));
    let Key::OpenPgp { fingerprint, .. } = &bruno else { panic!("an OpenPGP key") };
    assert_eq!(keys.len(), 1);
    assert!(keys[0].0.ends_with(&format!("{fingerprint}.asc")));
    let log = repo.audit(["log", "--trust", ".audit", "--format", "jsonl"]).success().json_lines();
    assert_eq!(log[0]["proof"]["grade"], "unknown", "Mallory");
    assert_eq!(log[1]["proof"]["grade"], "signed", "Bruno");
}

#[test]
fn one_person_one_entry_and_programs_are_programs() {
    let world = World::new();
    let repo = world.repo();
    let mailmap = "Ana Silva <ana@example.com> <ana@old.example>\n";
    repo.commit("One").by("ana", "ana@old.example").file(".mailmap", mailmap).create();
    repo.commit("Two").by("Ana Silva", "ana@example.com").create();
    repo.commit("Three").by("Bo", "1234+bo-dev@users.noreply.github.com").create();
    let bot = "49699333+dependabot[bot]@users.noreply.github.com";
    repo.commit("Bump")
        .author("dependabot[bot]", bot)
        .committer("GitHub", "noreply@github.com")
        .create();
    assert_snapshot!("people", shown(&repo));
    let policy = policy(&proposed(&repo));
    let kinds: Vec<_> = policy.people.persons().iter().map(|p| (p.id.as_str(), p.kind)).collect();
    let bots = kinds.iter().filter(|(_, kind)| *kind == PersonKind::Bot).count();
    assert_eq!((kinds.len(), bots), (4, 2), "{kinds:?}");
    assert!(policy.people.persons().iter().all(|person| !person.acts_for_others));
}

#[test]
fn a_large_crowd_is_cut_to_those_who_come_back() {
    let world = World::new();
    let repo = world.repo();
    for number in 0..40 {
        let name = format!("Guest {number}");
        repo.commit("Typo").by(&name, &format!("guest{number}@example.com")).create();
    }
    for _ in 0..3 {
        repo.commit("Work").by("Bruno Costa", "bruno@example.com").create();
    }
    let proposal = proposed(&repo);
    let policy = policy(&proposal);
    let ids: Vec<&str> = policy.people.persons().iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["ana", "bruno"]);
    assert!(content(&proposal, ".audit/policy.toml").contains("# 40 others who were active"));
}

#[test]
fn hostile_names_stay_names() {
    let world = World::new();
    let repo = world.repo();
    let names = [
        "A\"]\x0badopted = \"x",
        "a\\b",
        "a\u{202e}b\u{200b}",
        "[rules]",
        "x'''\"\"\"x",
        "\u{1b}[31mred",
        "# x",
    ];
    for (number, name) in names.iter().enumerate() {
        repo.commit("x").by(name, &format!("\"]evil{number}\\@example.com")).create();
    }
    let output = shown(&repo);
    assert!(!output.contains(['\u{1b}', '\u{202e}', '\u{200b}', '\u{b}']), "{output}");
    assert_snapshot!("hostile", output);
    let policy = policy(&proposed(&repo));
    assert_eq!(policy.people.persons().len(), names.len() + 1);
    assert_eq!(policy.adopted.as_deref(), Some(repo.id("HEAD").as_str()));
}

#[test]
fn written_committed_and_green_and_a_second_time_changes_nothing() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    sign_as(&repo, &ana);
    for number in 0..120 {
        let commit = repo.commit(format!("Step {number}\n\nIt was due.\n"));
        if number < 10 {
            commit.create()
        } else {
            commit.sign(&ana).create()
        };
    }
    repo.audit([
        "record",
        "deploy",
        "--env",
        "production",
        "--commit",
        "HEAD",
        "--outcome",
        "success",
    ])
    .success();
    let before = repo.id("HEAD");
    let output = repo.audit(["init", "--write"]).success();
    assert!(output.stdout.contains("With these files audit verify passes."), "{}", output.stdout);
    let next: Vec<&str> =
        output.stdout.split("NEXT\n").nth(1).unwrap().lines().map(str::trim).collect();
    assert_eq!(next.len(), 3, "{next:?}");

    repo.audit(["verify", "HEAD~100..HEAD", "--trust", ".audit"]).success();
    // The first of the three commands, as printed.
    let mut shell = world.command("sh");
    Output::of(shell.args(["-c", next[0]]).current_dir(&repo.path)).success();
    let verdict = repo.audit(["verify", "--format", "json"]).success().json();
    assert_eq!(verdict["judged"]["commits"], 1, "what stands before is not judged");
    assert_eq!(verdict["adopted"], before);
    let policy = fs::read_to_string(repo.path.join(".audit/policy.toml")).unwrap();
    assert!(policy.contains("commit-signed = \"deny\""), "{policy}");
    assert!(policy.contains("[environments.production]"), "{policy}");

    // It bites from here on.
    repo.commit("Unsigned").create();
    repo.audit(["verify"]).code(1);

    let there = files(&repo.path.join(".audit"));
    let again = repo.audit(["init", "--write"]).code(1);
    assert!(again.stdout.contains("There is a policy already"), "{}", again.stdout);
    assert_eq!(files(&repo.path.join(".audit")), there);
    repo.audit(["init"]).code(1);
}

#[test]
fn what_is_there_is_kept_byte_for_byte() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    sign_as(&repo, &ana);
    repo.commit("One").sign(&ana).create();
    fs::create_dir(repo.path.join(".audit")).unwrap();
    let file = repo.path.join(".audit/allowed_signers");
    fs::write(&file, "# nobody yet\r\n").unwrap();
    let output = repo.audit(["init", "--write"]).code(1);
    assert!(output.stdout.contains(".audit/allowed_signers (is here already and stays as it is)"));
    assert_eq!(fs::read(&file).unwrap(), b"# nobody yet\r\n");
    assert!(repo.path.join(".audit/policy.toml").exists());
    // The rules were tried by the trust that is there, not by the one that was proposed.
    let policy = fs::read_to_string(repo.path.join(".audit/policy.toml")).unwrap();
    assert!(policy.contains("commit-signer-known = \"warn\""), "{policy}");
}

#[test]
fn what_cannot_be_read_or_written_through_is_an_error() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    let audit = repo.path.join(".audit");

    fs::write(&audit, "a file").unwrap();
    let output = repo.audit(["init", "--write"]).code(2);
    assert!(output.stderr.contains("is no folder"), "{}", output.stderr);
    fs::remove_file(&audit).unwrap();

    #[cfg(unix)]
    {
        let elsewhere = world.root().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &audit).unwrap();
        let output = repo.audit(["init", "--write"]).code(2);
        assert!(output.stderr.contains("is a symbolic link"), "{}", output.stderr);
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
        fs::remove_file(&audit).unwrap();
    }

    fs::create_dir(&audit).unwrap();
    fs::write(audit.join("policy.toml"), "adoptd = 1\n").unwrap();
    repo.audit(["init", "--write"]).code(2);
    assert_eq!(fs::read(audit.join("policy.toml")).unwrap(), b"adoptd = 1\n");
    fs::remove_dir_all(&audit).unwrap();

    repo.config("gpg.ssh.allowedSignersFile", "/nonexistent/signers");
    let output = repo.audit(["init"]).code(2);
    assert!(output.stderr.contains("/nonexistent/signers"), "{}", output.stderr);
}

#[test]
fn places_without_a_history_a_work_tree_or_a_branch() {
    let world = World::new();
    let empty = world.init("empty").create();
    let output = empty.audit(["init"]).code(2);
    assert!(output.stderr.contains("there are no commits yet on main"), "{}", output.stderr);

    let repo = world.repo();
    for number in 0..5 {
        repo.commit(format!("Step {number}")).create();
    }
    repo.git(["checkout", "-q", "--detach"]);
    let detached = proposed(&repo);
    assert_eq!(detached["adopted"], repo.id("HEAD"));
    assert!(policy(&detached).branches.is_none());

    let bare = repo.clone_to("bare", ["--bare"]);
    let output = bare.audit(["init"]).success();
    assert!(output.stdout.contains("This repository is bare"), "{}", output.stdout);
    assert!(!bare.path.join(".audit").exists());
    bare.audit(["init", "--write"]).code(2);

    let url = format!("file://{}", repo.path.display());
    let shallow = world.root().join("shallow");
    world.git(["clone", "-q", "--depth", "2", &url, shallow.to_str().unwrap()]);
    let shallow = Repo::at(&world, shallow);
    let proposal = proposed(&shallow);
    assert!(proposal["left_out"].to_string().contains("shallow"), "{proposal}");
    assert_eq!((&proposal["passes"], &proposal["commits_tried"]), (&true.into(), &2.into()));

    let modern = world.init("modern").sha256().create();
    modern.commit("One").create();
    modern.audit(["init", "--write"]).success();
    assert_eq!(policy(&proposed(&modern.clone_to("other", []))).adopted.unwrap().len(), 64);
}

/// Another branch at the same commit does not stand in for it.
#[test]
fn the_protected_branch_is_the_default_one_of_the_remote() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    repo.branch("develop", "HEAD").checkout("develop");
    let clone = repo.clone_to("clone", []);
    assert_eq!(
        clone.git(["symbolic-ref", "refs/remotes/origin/HEAD"]),
        "refs/remotes/origin/develop"
    );
    assert_eq!(policy(&proposed(&clone)).branches.unwrap(), ["develop"]);
}

#[test]
fn without_an_identity_nobody_is_manager() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    let mut command = repo.audit_command();
    for variable in
        ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"]
    {
        command.env_remove(variable);
    }
    let proposal = Output::of(command.args(["init", "--format", "json"])).success().json();
    assert!(policy(&proposal).managers.is_none());
    assert!(proposal["left_out"].to_string().contains("no user.name"), "{proposal}");
}

#[test]
fn at_a_terminal_nothing_is_written_without_a_yes() {
    if !require("script") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    repo.commit("first").create();
    let folder = repo.path.join(".audit");
    let program = env!("CARGO_BIN_EXE_audit");
    for (answer, writes) in [("", false), ("n", false), ("yesterday", false), ("y", true)] {
        let typed =
            format!("echo '{answer}' | script -qec \"'{program}' --no-pager init\" /dev/null");
        let mut shell = world.command("sh");
        shell.args(["-c", &typed]).current_dir(&repo.path).env("TERM", "xterm");
        let output = Output::of(&mut shell).success();
        assert!(output.stdout.contains("write this file? [y/N]"), "{}", output.stdout);
        assert_eq!(folder.join("policy.toml").exists(), writes, "{answer:?}: {}", output.stdout);
    }
}

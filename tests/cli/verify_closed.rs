//! What can't be read, is not there, or breaks off never ends as a pass of `audit verify` or a hook.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Stage, World, with_default_signals};
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SIGNED: &str = "[rules]\ncommit-signed = \"deny\"\n";

/// A stage on which commits must be signed, with one that is not on top.
fn evil(world: &World) -> Stage<'_> {
    let stage = Stage::new(world, "managers = [\"bruno\"]", SIGNED);
    stage.repo.commit("Slip in\n\nFor no reason.").file("src/x", "1").create();
    stage
}

/// Where a loose object is.
fn loose(stage: &Stage<'_>, id: &str) -> PathBuf {
    stage.repo.path.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

/// Fails unless it could not run, and says so.
#[track_caller]
fn failed(stage: &Stage<'_>, args: &[&str], why: &str) {
    let output = stage.audit(&[&["verify"], args].concat()).code(2);
    assert!(output.stderr.contains(why), "{}", output.stderr);
}

#[test]
fn a_reader_who_goes_away_changes_no_verdict() {
    let world = World::new();
    let stage = Stage::new(&world, "", SIGNED);
    // So many findings that no buffer holds them.
    let mut stream = String::new();
    for at in 0..400 {
        let from = if at == 0 { "from refs/heads/main^0\n" } else { "" };
        let who = format!("committer eve <eve@example.com> {} +0000", world.now());
        writeln!(stream, "commit refs/heads/main\n{who}\ndata 5\nSlip\n\n{from}").unwrap();
    }
    let file = world.root().join("stream");
    fs::write(&file, stream).unwrap();
    let mut import = stage.repo.git_command();
    import.args(["fast-import", "--quiet", "--force"]).stdin(fs::File::open(&file).unwrap());
    Output::of(&mut import).success();
    for format in ["table", "json", "sarif", "junit", "markdown"] {
        let mut command = stage.audit_command();
        command.args(["verify", "HEAD~400..HEAD", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut some = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
        let mut command = stage.audit_command();
        command.args(["verify", "HEAD~400..HEAD", "--format", format]);
        if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
            let status = command.stdout(full).stderr(Stdio::null()).status().unwrap();
            assert_eq!(status.code(), Some(2), "{format}");
        }
    }
}

#[test]
fn what_is_interrupted_does_not_pass() {
    let world = World::new();
    let stage = Stage::new(&world, "", SIGNED);
    stage.verify(&[]).green();
    let head = stage.repo.id("HEAD");
    let zeros = "0".repeat(40);
    // A git that takes its time: nothing ends before the signal comes.
    let bin = world.root().join("slow");
    fs::create_dir(&bin).unwrap();
    // By a program of its own: what this one has open for writing, others can't run.
    let script = "printf '#!/bin/sh\\nexec sleep 3\\n' > \"$0\" && chmod 755 \"$0\"";
    let made = Command::new("sh").args(["-c", script]).arg(bin.join("git")).status();
    assert!(made.unwrap().success());
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let push = format!("refs/heads/main {head} refs/heads/main {zeros}\n");
    let receive = format!("{zeros} {head} refs/heads/new\n");
    let runs: [(&[&str], &str); 6] = [
        (&["verify"], ""),
        (&["ledger", "check"], ""),
        (&["hook", "pre-push", "origin", "file:///nowhere"], &push),
        (&["hook", "pre-receive"], &receive),
        (&["hook", "update", "refs/heads/new", &zeros, &head], ""),
        (&["verify", "--candidate", "HEAD", "--env", "production"], ""),
    ];
    let input = world.root().join("input");
    for signal in ["INT", "TERM", "HUP", "KILL"] {
        for (args, lines) in &runs {
            fs::write(&input, lines).unwrap();
            let mut command = stage.audit_command();
            command.args(*args).env("PATH", &path);
            let mut command = with_default_signals(command);
            command.stdin(fs::File::open(&input).unwrap());
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(150));
            assert!(child.try_wait().unwrap().is_none(), "{args:?} did not wait");
            let kill = format!("kill -{signal} {}", child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            assert_ne!(child.wait().unwrap().code(), Some(0), "{args:?} {signal}");
        }
    }
}

#[test]
fn a_trust_file_that_is_none_is_an_error() {
    let world = World::new();
    let stage = evil(&world);
    let trust = world.root().join("trust");
    let policy = stage.policy("", SIGNED);
    let named = trust.to_str().unwrap().to_owned();
    let put = |change: &dyn Fn(&Path)| {
        let _ = fs::remove_dir_all(&trust);
        fs::create_dir(&trust).unwrap();
        fs::write(trust.join("policy.toml"), &policy).unwrap();
        fs::write(trust.join("allowed_signers"), stage.signers()).unwrap();
        change(&trust);
    };
    put(&|_| {});
    stage.verify(&["HEAD~1..HEAD", "--trust", &named]).refused("commit-signed", "no signature");
    let without = |trust: &Path| fs::remove_file(trust.join("policy.toml")).unwrap();
    let changes: [&dyn Fn(&Path); 8] = [
        &|trust| {
            without(trust);
            fs::create_dir(trust.join("policy.toml")).unwrap();
        },
        &|trust| {
            without(trust);
            symlink("nowhere", trust.join("policy.toml")).unwrap();
        },
        &|trust| {
            without(trust);
            symlink("/dev/null", trust.join("policy.toml")).unwrap();
        },
        &|trust| fs::rename(trust.join("policy.toml"), trust.join("Policy.toml")).unwrap(),
        &|trust| symlink("nowhere", trust.join("revoked_keys")).unwrap(),
        &|trust| fs::create_dir(trust.join("revoked_keys")).unwrap(),
        &|trust| fs::write(trust.join("keys"), "").unwrap(),
        &|trust| symlink("nowhere", trust.join("keys")).unwrap(),
    ];
    for change in changes {
        put(change);
        failed(&stage, &["HEAD~1..HEAD", "--trust", &named], "can't be read as a trust file");
    }
    fs::create_dir(world.root().join("empty")).unwrap();
    let empty = world.root().join("empty");
    failed(&stage, &["--trust", empty.to_str().unwrap()], "no trust files");
}

#[test]
fn a_trust_folder_that_is_none_is_an_error_and_making_it_one_is_a_change_of_it() {
    let world = World::new();
    let stage = Stage::new(&world, "managers = [\"bruno\"]", SIGNED);
    let good = stage.repo.id("HEAD");
    let path = stage.repo.path.clone();
    let audit = path.join(".audit");
    let changes: [&dyn Fn(); 6] = [
        &|| {
            fs::rename(&audit, path.join("real")).unwrap();
            symlink("real", &audit).unwrap();
        },
        &|| {
            fs::remove_dir_all(&audit).unwrap();
            fs::write(&audit, "").unwrap();
        },
        &|| fs::rename(&audit, path.join(".AUDIT")).unwrap(),
        &|| {
            fs::rename(audit.join("policy.toml"), path.join("policy")).unwrap();
            symlink("../policy", audit.join("policy.toml")).unwrap();
        },
        &|| fs::rename(audit.join("policy.toml"), audit.join("POLICY.toml")).unwrap(),
        &|| {
            fs::create_dir(audit.join("revoked_keys")).unwrap();
            fs::write(audit.join("revoked_keys/one"), "").unwrap();
        },
    ];
    for change in changes {
        change();
        stage.repo.git(["add", "-A"]);
        stage.repo.git([
            "-c",
            "user.name=eve",
            "-c",
            "user.email=eve@example.com",
            "commit",
            "-qm",
            "Slip",
        ]);
        stage.audit(&["verify"]).code(2);
        stage.audit(&["verify", "HEAD~1..HEAD", "--trust", "HEAD"]).code(2);
        let verdict = stage.verify(&[&format!("{good}..HEAD"), "--trust", &good]);
        assert!(verdict.denied().contains(&"trust-change-authorised".to_owned()));
        stage.repo.git(["reset", "-q", "--hard", &good]);
        stage.repo.git(["clean", "-qfd"]);
    }
}

#[test]
fn whoever_removes_the_trust_folder_is_found_without_it() {
    let world = World::new();
    let stage = Stage::new(&world, "managers = [\"bruno\"]", "");
    stage
        .repo
        .commit("Tidy up")
        .remove(".audit/policy.toml")
        .remove(".audit/allowed_signers")
        .create();
    stage.repo.commit("Go on").create();
    let verdict = stage.verify(&[]);
    assert!(verdict.denied().contains(&"trust-change-authorised".to_owned()));
    assert_eq!(verdict.output.code, Some(1));
}

#[test]
fn the_remotes_default_branch_is_what_clone_made_of_it() {
    let world = World::new();
    let stage = evil(&world);
    let clone = stage.repo.clone_to("clone", ["--branch=main"]);
    let remote = clone.path.join(".git/refs/remotes/origin");
    let verify = || {
        let mut command = clone.audit_command();
        Output::of(
            command.env("AUDIT_NOW", world.now().to_string()).args(["verify", "HEAD~1..HEAD"]),
        )
    };
    let said = |part: &str| {
        let output = verify().code(2);
        assert!(output.stderr.contains(part), "{}", output.stderr);
    };
    verify().code(1);
    // A policy that allows everything stands on the branch that is checked out.
    let loose = clone.commit("Loosen").file(".audit/policy.toml", "").create();
    fs::write(remote.join("HEAD"), "ref: refs/remotes/origin/gone\n").unwrap();
    said("refs/remotes/origin/gone, which is not here");
    fs::write(remote.join("HEAD"), "").unwrap();
    said("refs/remotes/origin/HEAD");
    // A branch of the remote that is called HEAD, as `git init` and `git fetch` bring it.
    fs::remove_file(remote.join("HEAD")).unwrap();
    fs::write(remote.join("HEAD"), format!("{loose}\n")).unwrap();
    said("a branch of its own");
    // One that only begins so.
    fs::remove_file(remote.join("HEAD")).unwrap();
    fs::write(remote.join("HEADLINE"), format!("{loose}\n")).unwrap();
    clone.git(["reset", "-q", "--hard", "HEAD~1"]);
    verify().code(1);
}

#[test]
fn a_reference_that_can_t_be_read_is_not_passed_over() {
    let world = World::new();
    let stage = Stage::new(&world, "", "[rules]\ntag-signed = \"deny\"\n");
    stage.repo.tag("v1").create();
    stage.verify(&[]).refused("tag-signed", "");
    let tag = stage.repo.path.join(".git/refs/tags/v1");
    for content in ["", "garbage\n"] {
        fs::write(&tag, content).unwrap();
        failed(&stage, &[], "refs/tags/v1");
    }
}

#[test]
fn neither_a_commit_graph_nor_an_exchanged_object_hides_a_commit() {
    let world = World::new();
    let stage = Stage::new(&world, "", SIGNED);
    let first = stage.repo.id("HEAD");
    let slipped = stage.repo.commit("Slip in").file("src/x", "1").create();
    stage.repo.git(["reset", "-q", "--hard", &first]);
    let base = stage.good("ana", "Go on");
    let range = format!("{base}..{slipped}");
    let judged = || stage.verify(&[&range, "--trust", &first]);
    judged().refused("commit-signed", "no signature");
    // As if what is excluded built on it.
    let text = String::from_utf8(stage.repo.read("commit", &base)).unwrap();
    let forged = stage.repo.raw("commit", text.replacen(&first, &slipped, 1).as_bytes());
    let (place, kept) = (loose(&stage, &base), world.root().join("kept"));
    fs::rename(&place, &kept).unwrap();
    fs::copy(loose(&stage, &forged), &place).unwrap();
    stage.repo.git(["commit-graph", "write", "--reachable"]);
    stage.audit(&["verify", &range, "--trust", &first]).code(2);
    fs::remove_file(&place).unwrap();
    fs::rename(&kept, &place).unwrap();
    judged().refused("commit-signed", "no signature");
}

#[test]
fn a_ledger_that_leads_nowhere_is_not_none() {
    let world = World::new();
    let stage = Stage::new(&world, "", "");
    stage.record("ana", Some("ana"), &["note", "--why", "begin"]);
    stage.good("ana", "Go on");
    stage.verify(&["HEAD~1..HEAD"]).green();
    let ledger = stage.repo.path.join(".git/audit/ledger.jsonl");
    fs::remove_file(&ledger).unwrap();
    symlink("nowhere", &ledger).unwrap();
    failed(&stage, &["HEAD~1..HEAD"], "can't read the ledger");
    stage.audit(&["ledger", "check"]).code(2);
    fs::remove_dir_all(ledger.parent().unwrap()).unwrap();
    symlink("nowhere", ledger.parent().unwrap()).unwrap();
    failed(&stage, &["HEAD~1..HEAD"], "can't read the ledger");
}

#[test]
fn a_bot_is_no_second_pair_of_eyes() {
    let world = World::new();
    let stage = Stage::new(&world, "", "[environments.production]\napprovals = 1\n");
    stage.good("ana", "Go on");
    let approve = |who| {
        let args = ["approval", "--env", "production", "--decision", "approved"];
        stage.record(who, Some(who), &args);
    };
    let candidate = ["--candidate", "HEAD", "--env", "production"];
    approve("robot");
    stage.verify(&candidate).refused("deploy-approved", "nobody who counts");
    approve("bruno");
    stage.verify(&candidate).green();
}

#[test]
fn what_selects_nothing_does_not_read_like_a_pass() {
    let world = World::new();
    let stage = Stage::new(&world, "", "");
    for args in [&["HEAD..HEAD"][..], &["^HEAD"], &["--since", "2099-01-01"]] {
        let output = stage.audit(&[&["verify"], args].concat()).success();
        assert!(output.stdout.contains("Nothing was judged"), "{}", output.stdout);
        assert!(!output.stdout.contains("Nothing is refused"), "{}", output.stdout);
    }
    let output = stage.audit(&["verify", "--since", "2025-01-01"]).success();
    assert!(output.stdout.contains("dates are claims"), "{}", output.stdout);
}

#[test]
fn a_variable_that_only_git_config_heeds_does_not_take_the_trust_away() {
    let world = World::new();
    let stage = evil(&world);
    stage.repo.config("audit.trust", "HEAD~1");
    let loose = world.root().join("loose");
    fs::write(&loose, "").unwrap();
    let loosened = stage.set_policy("managers = [\"bruno\"]", "").by("bruno", "bruno@example.com");
    loosened.sign(stage.key("bruno")).create();
    let mut command = stage.audit_command();
    Output::of(command.env("GIT_CONFIG", &loose).arg("verify")).code(1);
}

//! `audit run`: the command doesn't notice, and the record says how it went.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, require, with_default_signals};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

fn body(repo: &Repo<'_>) -> Value {
    let text = fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl")).unwrap();
    let line: Value = serde_json::from_str(text.lines().last().expect("a record")).unwrap();
    line["body"].clone()
}

fn count(repo: &Repo<'_>) -> usize {
    let text = fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl"));
    text.map_or(0, |text| text.lines().count())
}

/// As `sha256sum` gives it.
fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", audit::ledger::Id::of(bytes))
}

fn shell(repo: &Repo<'_>, script: &str) -> Output {
    repo.audit(["run", "--kind", "test", "--", "sh", "-c", script])
}

fn with_commit(world: &World) -> Repo<'_> {
    let repo = world.repo();
    repo.commit("First").create();
    repo
}

#[test]
fn it_exits_as_the_command_did_and_records_how() {
    let world = World::new();
    let repo = with_commit(&world);
    for (script, code, outcome, known) in [
        ("exit 0", 0, "success", json!({"exit_code": 0})),
        ("exit 1", 1, "failure", json!({"exit_code": 1})),
        ("exit 255", 255, "failure", json!({"exit_code": 255})),
        ("kill -9 $$", 137, "error", json!({"signal": "SIGKILL"})),
        ("kill -TERM $$", 143, "error", json!({"signal": "SIGTERM"})),
    ] {
        shell(&repo, script).code(code);
        let what = body(&repo)["what"].clone();
        assert_eq!(what["outcome"], outcome, "{script}");
        for key in ["exit_code", "signal"] {
            assert_eq!(what.get(key), known.get(key), "{script}: {key}");
        }
        assert_eq!((&what["name"], what.get("command")), (&json!("sh"), None), "{script}");
    }
    assert_eq!(count(&repo), 5);
}

#[test]
fn what_cannot_be_started_is_an_error_on_record() {
    let world = World::new();
    let repo = with_commit(&world);
    let plain = world.root().join("plain");
    fs::write(&plain, "no program").unwrap();
    for (program, code) in [("/no/such/program", 127), (plain.to_str().unwrap(), 126)] {
        let output = repo.audit(["run", "--kind", "build", "--", program]).code(code);
        assert!(output.stderr.contains("cannot run"), "{}", output.stderr);
        assert_eq!(body(&repo)["what"]["outcome"], "error");
    }
}

#[test]
fn output_comes_through_byte_for_byte_and_is_hashed() {
    let world = World::new();
    let repo = with_commit(&world);
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|n| (n * 7 + n / 251) as u8).collect();
    let file = world.root().join("bytes");
    fs::write(&file, &bytes).unwrap();
    let script = format!("cat '{}'; echo wrong >&2", file.display());
    let output = shell(&repo, &script).success();
    assert!(output.bytes == bytes, "standard output is untouched");
    assert!(output.stderr.starts_with("wrong\nrecorded test of "), "{}", output.stderr);
    let what = body(&repo)["what"].clone();
    assert_eq!(what["output"], digest(&bytes));
    assert_eq!(what["error_output"], digest(b"wrong\n"));
}

#[test]
fn what_goes_to_one_file_keeps_its_order() {
    let world = World::new();
    let repo = with_commit(&world);
    let log = world.root().join("log");
    let file = File::create(&log).unwrap();
    let script = "for n in 1 2 3 4 5 6 7 8 9; do echo o$n; echo e$n >&2; done";
    let mut command = repo.audit_command();
    command.args(["run", "--kind", "test", "--", "sh", "-c", script]);
    let status = command.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
    assert!(status.success());
    let expected: String = (1..10).map(|n| format!("o{n}\ne{n}\n")).collect();
    let log = fs::read_to_string(log).unwrap();
    assert!(log.starts_with(&format!("{expected}recorded test of ")), "{log}");
    let what = body(&repo)["what"].clone();
    assert_eq!(what["output"], digest(expected.as_bytes()));
    assert_eq!(what.get("error_output"), None);
}

#[test]
fn input_reaches_the_command() {
    let world = World::new();
    let repo = with_commit(&world);
    let mut command = repo.audit_command();
    command.args(["run", "--kind", "build", "--", "cat"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a\0b\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"a\0b\n");
}

#[test]
fn a_reader_that_leaves_stops_the_command() {
    let world = World::new();
    let repo = with_commit(&world);
    let mut command = repo.audit_command();
    command.args(["run", "--kind", "test", "--", "yes"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "y\n");
    assert!(!child.wait().unwrap().success());
    assert_eq!(
        body(&repo)["what"].get("output"),
        None,
        "what nobody read to the end has no digest"
    );
}

#[test]
fn a_terminal_stays_one_for_the_command() {
    if !require("script") {
        return;
    }
    let world = World::new();
    let repo = with_commit(&world);
    let line = format!(
        "{} run --kind test -- sh -c '[ -t 0 ] && [ -t 1 ] && [ -t 2 ]'",
        env!("CARGO_BIN_EXE_audit")
    );
    let mut command = world.command("script");
    command.current_dir(&repo.path).args(["-q", "-e", "-c", &line, "/dev/null"]);
    Output::of(&mut command).success();
    let what = body(&repo)["what"].clone();
    assert_eq!((what.get("output"), what.get("error_output")), (None, None));
}

#[test]
fn signals_are_handed_on_and_the_run_was_cancelled() {
    let world = World::new();
    let repo = with_commit(&world);
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        let status = signalled(&repo, signal, "echo ready; while :; do sleep 0.05; done");
        assert_eq!(status, Some(code), "{signal}");
        let what = body(&repo)["what"].clone();
        assert_eq!(what["outcome"], "cancelled", "{signal}");
        assert_eq!(what["signal"], format!("SIG{signal}"));
    }
    // A command that ends in its own way is taken at its word.
    let script = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    assert_eq!(signalled(&repo, "TERM", script), Some(0));
    assert_eq!(body(&repo)["what"]["outcome"], "success");
    let script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    assert_eq!(signalled(&repo, "TERM", script), Some(5));
    assert_eq!(body(&repo)["what"]["outcome"], "cancelled");
}

/// Sends a signal to `audit run` once the script has said that it is ready.
fn signalled(repo: &Repo<'_>, signal: &str, script: &str) -> Option<i32> {
    let mut command = repo.audit_command();
    command.args(["run", "--kind", "test", "--", "sh", "-c", script]);
    let mut child =
        with_default_signals(command).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut ready = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    let id = child.id().to_string();
    assert!(
        Command::new("sh")
            .args(["-c", &format!("kill -{signal} {id}")])
            .status()
            .unwrap()
            .success()
    );
    child.wait().unwrap().code()
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let world = World::new();
    let repo = with_commit(&world);
    let script = format!(
        "trap '' HUP; {} run --kind test -- sh -c 'kill -HUP $$; kill -HUP $PPID; sleep 0.1; echo alive'",
        env!("CARGO_BIN_EXE_audit")
    );
    let mut command = world.command("sh");
    let output = Output::of(command.current_dir(&repo.path).args(["-c", &script])).success();
    assert_eq!(output.stdout, "alive\n");
    assert_eq!(body(&repo)["what"]["outcome"], "success");
}

#[test]
fn what_can_be_refused_is_refused_before_the_command_runs() {
    let world = World::new();
    let repo = with_commit(&world);
    let ran = world.root().join("ran");
    let touch = ["--", "touch", ran.to_str().unwrap()];
    for (args, said) in [
        (&["--kind", "deploy"][..], "--env: "),
        (&["--kind", "deploy"], "for instance: audit run --kind deploy --env production"),
        (&["--kind", "deploy", "--env", "p", "--commit", "nope"], "git fetch"),
        (
            &["--kind", "build", "--from-commit", "HEAD"],
            "--from-commit: a build has no from_commit",
        ),
        (&["--kind", "note"], "possible values: deploy, rollback, build, test"),
        (&["--kind", "build", "--link", "fixes=abcd"], "--link: "),
        (&[], "--kind"),
    ] {
        let refused =
            repo.audit(["run"].into_iter().chain(args.iter().copied()).chain(touch)).code(2);
        assert!(refused.stderr.contains(said), "{args:?}: {}", refused.stderr);
    }
    fs::create_dir(repo.path.join(".git/audit")).unwrap();
    fs::write(repo.path.join(".git/audit/ledger.jsonl"), "{}\n").unwrap();
    let build = ["run", "--kind", "build"];
    let refused = repo.audit(build.into_iter().chain(touch)).code(2);
    assert!(refused.stderr.contains("is damaged"), "{}", refused.stderr);
    assert!(!ran.exists());
}

#[test]
fn a_record_that_cannot_be_written_fails_loudly_afterwards() {
    let world = World::new();
    let repo = with_commit(&world);
    let script = "mkdir -p .git/audit/lock; echo done";
    let output = shell(&repo, script).code(2);
    assert_eq!(output.stdout, "done\n");
    assert!(
        output.stderr.contains("error: the command has run (exit status: 0), but "),
        "{}",
        output.stderr
    );
    assert!(output.stderr.contains("audit record --line FILE"), "{}", output.stderr);
    assert_eq!(count(&repo), 0);
}

#[test]
fn the_record_says_when_what_and_why() {
    let world = World::new();
    let repo = with_commit(&world);
    let first = repo.id("HEAD");
    let mut command = repo.audit_command();
    command.env("AUDIT_NOW", "1788256860");
    // The commit that was there when it began is the one that was deployed.
    let script = "git commit -q --allow-empty -m later; sleep 1.1";
    command.args([
        "run",
        "--kind",
        "deploy",
        "--env",
        "production",
        "--why",
        "release",
        "--ticket",
        "PAY-88",
        "--record-args",
        "--",
        "sh",
        "-c",
        script,
    ]);
    Output::of(&mut command).success();
    let body = body(&repo);
    assert_ne!(repo.id("HEAD"), first);
    assert_eq!(body["what"]["commit"], first);
    assert_eq!(body["what"]["started"], "2026-09-01T10:01:00Z");
    assert_eq!(body["what"]["finished"], body["when"]);
    let duration = body["what"]["duration"].as_u64().unwrap();
    assert!((1_100..60_000).contains(&duration), "{duration}");
    assert!(body["when"].as_str() > Some("2026-09-01T10:01:00Z"));
    assert_eq!(body["what"]["command"], json!(["sh", "-c", script]));
    assert_eq!(body["where"]["env"], "production");
    assert_eq!(body["why"], json!({"reason": "release", "tickets": ["PAY-88"]}));
}

#[test]
fn numbers_behind_the_dashes_belong_to_the_command() {
    let world = World::new();
    let repo = with_commit(&world);
    let output = repo.audit(["run", "--kind", "test", "--", "echo", "-5", "--why"]).success();
    assert_eq!(output.stdout, "-5 --why\n");
}

/// Who writes to a full disk or to nobody has not succeeded, though the command could not know.
#[test]
fn output_that_is_lost_is_no_success_and_the_record_names_it() {
    let world = World::new();
    let repo = with_commit(&world);
    let run = |script: &str, stdout: Stdio, stderr: Stdio| {
        let mut command = repo.audit_command();
        command.args(["run", "--kind", "test", "--", "sh", "-c", script]);
        let ended = command.stdout(stdout).stderr(stderr).spawn().unwrap();
        let ended = ended.wait_with_output().unwrap();
        let what = body(&repo)["what"].clone();
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned(), what)
    };
    let nobody = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let (code, said, what) = run("echo x", nobody(), Stdio::piped());
    assert_eq!(code, Some(141), "{said}");
    assert!(said.contains("error: what the command wrote to standard output is lost"), "{said}");
    assert_eq!((&what["outcome"], &what["exit_code"]), (&json!("success"), &json!(0)));
    assert_eq!((&what["output_lost"], what.get("output")), (&json!(["output"]), None));
    // The command's own failure counts before that, and its own words.
    let (code, said, what) = run("echo x; exit 3", nobody(), Stdio::piped());
    assert_eq!((code, &what["outcome"]), (Some(3), &json!("failure")), "{said}");
    assert!(!said.contains("is lost"), "{said}");
    let (code, _, what) = run("echo x >&2", Stdio::null(), nobody());
    assert_eq!((code, &what["output_lost"]), (Some(141), &json!(["error_output"])));
    // Nothing was written, so nothing is lost.
    let (code, said, what) = run("true", nobody(), Stdio::piped());
    assert_eq!((code, what.get("output_lost")), (Some(0), None), "{said}");
    if fs::exists("/dev/full").unwrap() {
        let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
        let (code, said, what) = run("echo x", full(), Stdio::piped());
        assert_eq!((code, &what["output_lost"]), (Some(2), &json!(["output"])), "{said}");
        assert!(said.contains("is lost, at least in part: No space left"), "{said}");
        // One file for both: what is written after the pipe was closed would end the command by SIGPIPE.
        let (code, _, what) = run("echo x", full(), full());
        assert_eq!((code, &what["output_lost"]), (Some(2), &json!(["output"])));
    }
}

#[test]
fn a_ledger_that_vanishes_meanwhile_is_not_started_anew_and_the_line_is_handed_back() {
    let world = World::new();
    let repo = with_commit(&world);
    shell(&repo, "true").success();
    let aside = world.root().join("aside");
    let script = format!("mv .git/audit '{}'", aside.display());
    let output = shell(&repo, &script).code(2);
    assert!(
        output
            .stderr
            .contains("the command has run (exit status: 0), but records were taken out of"),
        "{}",
        output.stderr
    );
    assert!(!repo.path.join(".git/audit").exists(), "no ledger is started in its place");
    let line = output.stderr.lines().find(|line| line.starts_with("{\"body\"")).unwrap();
    let file = world.root().join("line");
    fs::write(&file, line).unwrap();
    fs::rename(&aside, repo.path.join(".git/audit")).unwrap();
    repo.audit(["record", "--line", file.to_str().unwrap()]).success();
    assert_eq!(count(&repo), 2);
    repo.audit(["ledger", "check"]).success();
    // A folder that held nothing is no loss.
    fs::remove_dir_all(repo.path.join(".git/audit")).unwrap();
    shell(&repo, "rm -rf .git/audit").success();
    assert_eq!(count(&repo), 1);
}

#[test]
fn a_repository_that_vanishes_or_is_another_meanwhile_gets_no_record() {
    let world = World::new();
    for (script, said) in [
        ("mv .git gone", "was removed meanwhile"),
        ("rm -rf .git", "was removed meanwhile"),
        ("cd ..; rm -rf \"$OLDPWD\"", "was removed meanwhile"),
        ("rm -rf .git; git init -q .", "was replaced by one that hasn't the commit meanwhile"),
    ] {
        let repo = with_commit(&world);
        let output = shell(&repo, script).code(2);
        assert!(output.stderr.contains(said), "{script}: {}", output.stderr);
        assert!(output.stderr.contains("\n{\"body\":{"), "{script}: {}", output.stderr);
        assert_eq!(count(&repo), 0, "{script}");
    }
    // One that holds the same history is as good.
    let repo = with_commit(&world);
    let script = "git clone -q --bare . ../copy; rm -rf .git; mv ../copy .git";
    shell(&repo, script).success();
    assert_eq!(count(&repo), 1);
}

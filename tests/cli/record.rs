//! `audit record`: what is acknowledged is there, is what was said, and can be checked by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use crate::common::{Key, Output, Repo, World, require};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

fn ledger(repo: &Repo<'_>) -> PathBuf {
    PathBuf::from(repo.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]))
        .join("audit/ledger.jsonl")
}

fn lines(repo: &Repo<'_>) -> Vec<String> {
    let text = fs::read_to_string(ledger(repo)).unwrap_or_default();
    text.split_inclusive('\n').map(str::to_string).collect()
}

fn last(repo: &Repo<'_>) -> Value {
    serde_json::from_str(lines(repo).last().expect("a record")).unwrap()
}

/// As `sha256sum` names a line.
fn sha256(line: &str) -> String {
    audit::ledger::Id::of(line.as_bytes()).to_string()
}

fn sign_with(repo: &Repo<'_>, key: &Key) {
    match key {
        Key::Ssh { secret, .. } => {
            repo.config("gpg.format", "ssh").config("user.signingKey", secret);
        }
        Key::OpenPgp { fingerprint, .. } => {
            repo.config("user.signingKey", fingerprint);
        }
    }
}

fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Output::from(format!("{command:?}"), child.wait_with_output().unwrap())
}

fn many(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

const DEPLOY: [&str; 6] = ["record", "deploy", "--env", "production", "--outcome", "success"];
const DIGEST: &str = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

#[test]
fn a_record_says_what_was_said_and_its_id_is_the_hash_of_its_line() {
    let world = World::new();
    let repo = world.repo();
    let commit = repo.commit("First").create();
    repo.git(["remote", "add", "origin", "git@example.com:acme/pay.git"]);
    let output = repo
        .audit(DEPLOY.into_iter().chain([
            "--service",
            "api",
            "--commit",
            "main",
            "--why",
            "release 1.4",
            "--ticket",
            "PAY-88",
            "--ticket",
            "PAY-89",
            "--field",
            "region=eu-1",
        ]))
        .success();
    let lines = lines(&repo);
    assert_eq!(lines.len(), 1);
    assert_eq!(output.stdout, format!("{}\n", sha256(&lines[0])));
    assert_eq!(
        output.stderr,
        format!(
            "recorded deploy of {} to production/api (not signed) as {}\n",
            &commit[..10],
            output.line()
        )
    );
    let body = &last(&repo)["body"];
    assert_eq!(
        body["what"],
        json!({"commit": commit, "outcome": "success", "region": "eu-1",
            "tree": repo.id("main^{tree}")})
    );
    assert_eq!(body["where"], json!({"env": "production", "service": "api"}));
    assert_eq!(body["why"], json!({"reason": "release 1.4", "tickets": ["PAY-88", "PAY-89"]}));
    assert_eq!(body["who"], json!({"name": "Ana Silva", "email": "ana@example.com"}));
    assert_eq!((&body["ledger"], &body["prev"]), (&json!("example.com/acme/pay"), &json!([])));
    assert!(body.get("recorded").is_none());
    let second = repo.audit(DEPLOY).success();
    assert_eq!(last(&repo)["body"]["prev"], json!([output.line()]));
    assert_ne!(second.line(), output.line());
}

#[test]
fn the_reason_may_be_given_as_to_git_commit() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(["record", "note", "-m", "keys were rotated"]).success();
    assert_eq!(last(&repo)["body"]["why"]["reason"], "keys were rotated");
    repo.audit(["record", "note", "--message", "and again"]).success();
    assert_eq!(last(&repo)["body"]["why"]["reason"], "and again");
}

#[test]
fn every_kind_can_be_recorded_and_says_which_flag_is_missing() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let kinds: [(&str, &[(&str, &str)]); 15] = [
        ("deploy", &[("--env", "p"), ("--outcome", "success")]),
        ("rollback", &[("--from-commit", "HEAD"), ("--env", "p"), ("--outcome", "failure")]),
        ("approval", &[("--env", "p"), ("--decision", "approved")]),
        (
            "change",
            &[
                ("--number", "412"),
                ("--base", "main"),
                ("--head-commit", "HEAD"),
                ("--merge-commit", "HEAD"),
            ],
        ),
        ("review", &[("--state", "approved")]),
        ("build", &[("--outcome", "success")]),
        ("test", &[("--outcome", "error")]),
        ("artifact", &[("--digest", DIGEST)]),
        ("config", &[("--key", "a.b"), ("--change", "set")]),
        ("environment", &[("--env", "p"), ("--action", "created")]),
        ("incident", &[("--incident", "INC-7"), ("--action", "opened")]),
        ("access", &[("--action", "granted"), ("--grantee", "bruno"), ("--role", "deployer")]),
        ("freeze", &[("--action", "begins"), ("--env", "p")]),
        ("exception", &[("--rule", "four-eyes"), ("--subject", "INC-7")]),
        ("note", &[("--why", "because")]),
    ];
    for (kind, flags) in kinds {
        let args = |without: Option<&str>| {
            let mut args = vec!["record", kind];
            for (flag, value) in flags.iter().filter(|(flag, _)| Some(*flag) != without) {
                args.extend([*flag, *value]);
            }
            args
        };
        repo.audit(args(None)).success();
        assert_eq!(last(&repo)["body"]["kind"], kind);
        let before = lines(&repo);
        for (flag, _) in flags {
            let refused = repo.audit(args(Some(flag))).code(2);
            assert!(refused.stderr.contains(&format!("{flag}: ")), "{kind}: {}", refused.stderr);
            assert!(refused.stderr.contains("hint: "), "{kind}: {}", refused.stderr);
            assert_eq!(refused.stdout, "");
        }
        assert_eq!(lines(&repo), before, "what was refused is not written");
        let help = repo.audit(["record", kind, "--help"]).success();
        assert!(help.stdout.contains(&format!("audit record {kind} ")), "{}", help.stdout);
    }
    let number = |line: &String| line.contains("\"number\":412");
    assert!(lines(&repo).iter().any(number), "a number is one");
}

#[test]
fn the_examples_in_the_help_work() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    for tag in ["v1.3", "v1.4", "topic"] {
        repo.tag(tag).create();
    }
    let head = repo.id("HEAD");
    for table in audit::ledger::kinds::recorded_by_hand() {
        let help = repo.audit(["record", table.kind.name(), "-h"]).success();
        // Help is wrapped to the terminal's width.
        let (_, example) = help.stdout.split_once("Example:").unwrap();
        let line = example
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("sha256:5891b5b5…", DIGEST)
            .replace("9f2c1ab0", &head[..8])
            .replacen("audit", env!("CARGO_BIN_EXE_audit"), 1);
        let mut shell = world.command("sh");
        Output::of(shell.current_dir(&repo.path).args(["-c", &line])).success();
        assert_eq!(last(&repo)["body"]["kind"], table.kind.name());
    }
}

#[test]
fn an_ssh_signature_is_accepted_by_ssh_keygen() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let ana = world.ssh_key("ana");
    let signers = world.allowed_signers(&[&ana]);
    sign_with(&repo, &ana);
    let verify = |repo: &Repo<'_>| {
        let record = last(repo);
        let armor = world.root().join("sig");
        fs::write(&armor, record["sig"].as_str().unwrap()).unwrap();
        let mut command = world.command("ssh-keygen");
        command.args(["-Y", "verify", "-n", "audit-ledger", "-I", "ana@example.com", "-f"]);
        // serde_json keeps keys sorted, and these records hold only ASCII: that is canonical.
        with_input(
            command.arg(&signers).arg("-s").arg(&armor),
            format!("{}\n", record["body"]).as_bytes(),
        )
        .success();
    };
    let output = repo.audit(DEPLOY).success();
    assert!(output.stderr.contains("(signed)"), "{}", output.stderr);
    verify(&repo);
    repo.audit(DEPLOY.into_iter().chain(["--no-sign"])).success();
    assert_eq!(last(&repo)["sig"], Value::Null);
    repo.config("audit.sign", "false");
    repo.audit(DEPLOY).success();
    assert_eq!(last(&repo)["sig"], Value::Null);
    repo.audit(DEPLOY.into_iter().chain(["--sign"])).success();
    verify(&repo);
    assert_eq!(lines(&repo).len(), 4);
}

/// An agent of this test's own, which holds one key.
struct Agent(Child);

impl Agent {
    fn with(world: &World, key: &Key) -> (Agent, PathBuf) {
        let Key::Ssh { secret, .. } = key else { unreachable!() };
        let socket = world.root().join("agent");
        let mut command = world.command("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).stderr(Stdio::null());
        let agent = Agent(command.spawn().unwrap());
        let mut add = world.command("ssh-add");
        add.arg("-q").arg(secret).env("SSH_AUTH_SOCK", &socket);
        for _ in 0..500 {
            if socket.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Output::of(&mut add).success();
        (agent, socket)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_default_key_command_is_run_as_git_runs_it() {
    if !require("ssh-agent") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let ana = world.ssh_key("ana");
    let Key::Ssh { public, secret, .. } = &ana else { unreachable!() };
    let (_agent, socket) = Agent::with(&world, &ana);
    // Only the agent has the secret now.
    fs::remove_file(secret).unwrap();
    let signers = world.allowed_signers(&[&ana]);
    repo.config("gpg.format", "ssh").config("gpg.ssh.allowedSignersFile", &signers);
    let secret = secret.display();
    for (command, signs) in [
        ("ssh-add -L".to_string(), true),
        (format!("printf '%s\\n' \"{public}\" second"), true),
        (format!("printf 'key::%s' '{public}'"), true),
        (format!(r"printf {}", public.replace(' ', r"\ ")), true),
        ("sh -c 'ssh-add -L | head -n 1'".to_string(), true),
        // No shell reads it.
        ("true && ssh-add -L".to_string(), false),
        ("$SSH_ADD -L".to_string(), false),
        // A path is no key, nor is one that stands in the second line.
        (format!("echo {secret}.pub"), false),
        (format!("printf 'x\\n{public}'"), false),
        ("false".to_string(), false),
        ("echo 'not closed".to_string(), false),
        ("/no/such/program".to_string(), false),
    ] {
        repo.config("gpg.ssh.defaultKeyCommand", &command);
        let before = lines(&repo).len();
        let mut git = repo.git_command();
        git.env("SSH_AUTH_SOCK", &socket).env("SSH_ADD", "ssh-add");
        let git = git.args(["commit", "-q", "-S", "--allow-empty", "-m", "x"]).output().unwrap();
        assert_eq!(git.status.success(), signs, "git: {command}: {git:?}");
        let mut audit = repo.audit_command();
        audit.env("SSH_AUTH_SOCK", &socket).env("SSH_ADD", "ssh-add").args(DEPLOY);
        let output = Output::of(&mut audit);
        if !signs {
            let said = output.code(2).stderr;
            assert!(
                said.contains("defaultKeyCommand") && said.contains("hint: "),
                "{command}: {said}"
            );
            assert_eq!(lines(&repo).len(), before);
            continue;
        }
        let id = output.success().line();
        let shown = repo.audit(["show", &id, "--format", "json"]).success().json();
        assert_eq!(
            shown["events"][0]["proof"]["signature"]["status"], "good",
            "{command}: {shown}"
        );
    }
}

#[test]
fn the_author_is_whom_git_names() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    for name in
        ["Ana Silva", " Ana ", "Ana Jr.", "\"Ana\"", "A<b>c", "O'Neil, Dr. A", "Größe", "'\\Ana;:"]
    {
        repo.config("user.name", name).config("user.email", format!("{name}@example.com"));
        let clean = |mut command: Command| {
            command.env_remove("GIT_AUTHOR_NAME").env_remove("GIT_AUTHOR_EMAIL");
            command
        };
        let ident = Output::of(clean(repo.git_command()).args(["var", "GIT_AUTHOR_IDENT"]));
        Output::of(clean(repo.audit_command()).args(DEPLOY)).success();
        let who = &last(&repo)["body"]["who"];
        let ours =
            format!("{} <{}> ", who["name"].as_str().unwrap(), who["email"].as_str().unwrap());
        assert!(ident.success().stdout.starts_with(&ours), "{name}: {ours}");
    }
}

#[test]
fn an_openpgp_signature_is_accepted_by_gpg() {
    if !require("gpg") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    sign_with(&repo, &world.openpgp_key("bruno"));
    repo.audit(DEPLOY).success();
    let record = last(&repo);
    let (armor, body) = (world.root().join("sig"), world.root().join("body"));
    fs::write(&armor, record["sig"].as_str().unwrap()).unwrap();
    fs::write(&body, format!("{}\n", record["body"])).unwrap();
    Output::of(world.command("gpg").arg("--verify").args([&armor, &body])).success();
}

#[test]
fn what_cannot_be_signed_as_asked_is_not_recorded() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.config("gpg.format", "ssh").config("user.signingKey", "/no/such/key");
    let refused = repo.audit(DEPLOY).code(2);
    assert!(refused.stderr.contains("--no-sign"), "{}", refused.stderr);
    assert!(lines(&repo).is_empty());
}

#[test]
fn an_unknown_commit_is_refused_with_a_hint() {
    let world = World::new();
    let repo = world.repo();
    let commit = repo.commit("First").create();
    let absent = "1".repeat(40);
    for revision in ["no-such-branch", "beef", &absent] {
        let refused = repo.audit(DEPLOY.into_iter().chain(["--commit", revision])).code(2);
        assert!(refused.stderr.contains("--commit: "), "{}", refused.stderr);
        assert!(refused.stderr.contains("git fetch"), "{}", refused.stderr);
    }
    let tree = repo.audit(DEPLOY.into_iter().chain(["--commit", "HEAD^{tree}"])).code(2);
    assert!(tree.stderr.contains("not a commit"), "{}", tree.stderr);
    assert!(lines(&repo).is_empty());
    repo.tag("v1").message("One").create();
    for revision in ["v1", &commit[..7], "HEAD"] {
        repo.audit(DEPLOY.into_iter().chain(["--commit", revision])).success();
        assert_eq!(last(&repo)["body"]["what"]["commit"], commit);
    }
    // The head of a squashed change may be gone; its full id still says which it was.
    let review = ["record", "review", "--number", "#7", "--state", "approved", "--head-commit"];
    repo.audit(review.into_iter().chain([&absent[..]])).success();
    assert_eq!(last(&repo)["body"]["what"]["head_commit"], absent);
}

#[test]
fn a_dry_run_writes_nothing_and_its_line_can_be_submitted() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let dry = repo.audit(DEPLOY.into_iter().chain(["--dry-run"])).success();
    assert!(!ledger(&repo).exists() && !ledger(&repo).parent().unwrap().exists());
    assert!(dry.stderr.starts_with("nothing was written"), "{}", dry.stderr);
    let submit = || with_input(repo.audit_command().args(["record", "--line", "-"]), &dry.bytes);
    assert_eq!(submit().success().line(), sha256(&dry.stdout));
    let again = submit().success();
    assert!(again.stderr.contains("recorded already"), "{}", again.stderr);
    assert_eq!(lines(&repo).concat(), dry.stdout);
    let changed = dry.stdout.replace("production", "staging");
    let foreign = changed.replace(&repo.id("HEAD"), &"2".repeat(40));
    for (line, said) in [
        (changed.replace("{\"body\"", "{ \"body\""), "no line of a ledger"),
        (
            foreign.replace("\"prev\":[]", &format!("\"prev\":[\"{}\"]", "3".repeat(64))),
            "builds on",
        ),
    ] {
        let mut command = repo.audit_command();
        let refused = with_input(command.args(["record", "--line", "-"]), line.as_bytes()).code(2);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(lines(&repo).len(), 1);
}

#[test]
fn a_late_entry_keeps_the_time_of_writing_apart() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let note = |date: &str| {
        let mut command = repo.audit_command();
        command.env("AUDIT_NOW", "1788256860");
        Output::of(command.args(["record", "note", "--why", "late", "--when", date]))
    };
    note("2026-08-30T12:00:00Z").success();
    let body = last(&repo)["body"].clone();
    assert_eq!(body["when"], "2026-08-30T12:00:00Z");
    assert_eq!(body["recorded"], "2026-09-01T10:01:00Z");
    note("2026-08-30 14:00:00 +0200").success();
    assert_eq!(last(&repo)["body"]["when"], "2026-08-30T12:00:00Z");
    assert!(note("2026-09-01T10:01:01Z").code(2).stderr.contains("in the future"));
    assert!(note("releae").code(2).stderr.contains("cannot read the date"));
    assert_eq!(lines(&repo).len(), 2);
}

#[test]
fn the_log_shows_the_records_of_a_period_with_their_reasons() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let late = ["--why", "the night before", "--when", "2026-01-02 12:00"];
    repo.audit(DEPLOY.into_iter().chain(late)).success();
    repo.audit(DEPLOY.into_iter().chain(["--why", "release 1.4"])).success();
    for (bound, shown, hidden) in [
        ("--since=2026-02-01", "success: release 1.4", "the night before"),
        ("--until=2026-02-01", "success: the night before", "release 1.4"),
    ] {
        let log = repo.audit(["log", "--kind", "deploy", bound]).success().stdout;
        assert!(log.contains(shown) && !log.contains(hidden), "{bound}: {log}");
    }
}

#[test]
fn a_whole_record_comes_as_json() {
    let world = World::new();
    let repo = world.repo();
    let commit = repo.commit("First").create();
    let record = |args: &[&str], text: &str| {
        let mut command = repo.audit_command();
        with_input(command.arg("record").args(args).args(["--json", "-"]), text.as_bytes())
    };
    let text = json!({"kind": "deploy", "what": {"outcome": "success", "commit": &commit[..8]},
        "where": {"env": "production"}, "why": {"tickets": ["A-1"]}, "colour": "red",
        "who": {"name": "Bruno", "email": "bruno@example.com", "type": "bot"}})
    .to_string();
    record(&["--ticket", "A-2"], &text).success();
    let body = last(&repo)["body"].clone();
    assert_eq!(body["what"]["commit"], commit);
    assert_eq!(body["what"]["tree"], repo.id("HEAD^{tree}"));
    assert_eq!(body["why"]["tickets"], json!(["A-1", "A-2"]));
    assert_eq!((&body["colour"], &body["who"]["name"]), (&json!("red"), &json!("Bruno")));
    record(&["deploy", "--env", "staging"], &text).success();
    assert_eq!(last(&repo)["body"]["where"]["env"], "staging");
    for (args, text, said) in [
        (&["note"][..], &text[..], "it says kind deploy"),
        (&[], "{}", "no kind"),
        (&[], "[]", "no JSON object"),
        (&[], "{\"kind\":\"commit\"}", "is none of deploy"),
        (&[], "{\"kind\":\"note\",\"nonce\":\"\"}", "'nonce' is filled in"),
        (&[], "{\"kind\":\"note\",\"v\":2}", "\"v\":1"),
        (&[], "{\"kind\":\"note\",\"why\":7}", "'why' is no object"),
        (&[], "{\"kind\":\"note\",\"why\":{\"reason\":\"a\\u0000b\"}}", "--why: "),
        (&[], "{\"kind\":\"note\",\"why\":{\"reason\":\"a\"},\"what\":{\"n\":1.5}}", "--n: "),
        (&[], "{\"body\":{},\"sig\":null}", "--line"),
    ] {
        let refused = record(args, text).code(2);
        assert!(refused.stderr.contains(said), "{text}: {}", refused.stderr);
    }
    assert_eq!(lines(&repo).len(), 2);
}

#[test]
fn links_are_followed_to_full_ids() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let first = repo.audit(DEPLOY).success().line();
    let note = |link: &str| repo.audit(["record", "note", "--why", "wrong", "--link", link]);
    note(&format!("corrects={}", &first[..8])).success();
    assert_eq!(last(&repo)["body"]["why"]["links"], json!([{"rel": "corrects", "id": first}]));
    note("fixes=https://example.com/7").success();
    assert_eq!(
        last(&repo)["body"]["why"]["links"],
        json!([{"rel": "fixes", "url": "https://example.com/7"}])
    );
    for link in ["corrects", "hates=abcd", "corrects=zz", "corrects=0000000000"] {
        let refused = note(link).code(2);
        assert!(refused.stderr.contains("--link: "), "{link}: {}", refused.stderr);
    }
}

#[test]
fn a_fact_with_a_flag_is_not_a_free_field() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    for (fact, said) in [
        ("env=x", "use --env"),
        ("prev_commit=x", "use --prev-commit"),
        ("tree=x", "filled in"),
        ("x", "KEY=VALUE"),
        ("A b=x", "the key 'A b' can't be recorded"),
    ] {
        let refused = repo.audit(DEPLOY.into_iter().chain(["--field", fact])).code(2);
        assert!(refused.stderr.contains(said), "{fact}: {}", refused.stderr);
    }
}

#[test]
fn the_editor_is_asked_for_a_reason() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let edit = |editor: &str, args: &[&str]| {
        let mut command = repo.audit_command();
        command.env("GIT_EDITOR", editor);
        Output::of(command.args(["record", "note", "--edit"]).args(args))
    };
    edit("printf 'two\\nlines\\n# comment\\n' >", &[]).success();
    assert_eq!(last(&repo)["body"]["why"]["reason"], "two\nlines");
    edit("sed -i s/old/new/", &["--why", "old text"]).success();
    assert_eq!(last(&repo)["body"]["why"]["reason"], "new text");
    assert!(edit("true", &[]).code(2).stderr.contains("the reason is empty"));
    assert!(edit("false", &[]).code(2).stderr.contains("nothing was recorded"));
    assert_eq!(lines(&repo).len(), 2);
}

#[test]
fn ci_says_who_it_acts_for_and_which_commit_it_means() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").create();
    repo.commit("Second").create();
    let ci = |commit: &str| {
        let mut command = repo.audit_command();
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_RUN_ID", "7").env("GITHUB_SHA", commit);
        command.env("GITHUB_ACTOR", "octocat");
        command
    };
    Output::of(ci(&first).args(DEPLOY)).success();
    let body = last(&repo)["body"].clone();
    assert_eq!(body["what"]["commit"], first);
    assert_eq!(body["who"]["name"], "Ana Silva", "git's identity comes first");
    assert_eq!(
        body["who"]["via"],
        json!({"system": "github-actions", "run": "7", "actor": "octocat"})
    );
    let nobody = |command: &mut Command| {
        for name in
            ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"]
        {
            command.env_remove(name);
        }
        Output::of(command.args(DEPLOY))
    };
    nobody(&mut ci(&first)).success();
    let who = last(&repo)["body"]["who"].clone();
    assert_eq!((&who["name"], &who["login"]), (&json!("octocat"), &json!("octocat")));
    let refused = nobody(&mut repo.audit_command()).code(2);
    assert!(refused.stderr.contains("set user.name and user.email"), "{}", refused.stderr);
    let refused = Output::of(ci(&"1".repeat(40)).args(DEPLOY)).code(2);
    assert!(refused.stderr.contains("git fetch"), "{}", refused.stderr);
}

#[test]
fn a_folder_that_cannot_be_written_says_so_and_the_line_is_kept() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    // Not by its mode: that stops nobody who runs tests as root.
    fs::write(repo.path.join(".git/audit"), "in the way").unwrap();
    let refused = repo.audit(DEPLOY).code(2);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("error: can't "), "{}", refused.stderr);
    fs::remove_file(repo.path.join(".git/audit")).unwrap();
    fs::create_dir(repo.path.join(".git/audit")).unwrap();
    fs::create_dir(repo.path.join(".git/audit/lock")).unwrap();
    let refused = repo.audit(DEPLOY).code(2);
    let line = refused.stderr.lines().find(|line| line.starts_with('{')).expect("the line");
    fs::remove_dir(repo.path.join(".git/audit/lock")).unwrap();
    let file = world.root().join("line");
    fs::write(&file, line).unwrap();
    repo.audit(["record", "--line", file.to_str().unwrap()]).success();
    assert_eq!(lines(&repo), [format!("{line}\n")]);
}

#[test]
fn a_damaged_ledger_is_left_alone() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(DEPLOY).success();
    repo.audit(DEPLOY).success();
    let damaged = fs::read_to_string(ledger(&repo)).unwrap().replacen("success", "failure", 1);
    fs::write(ledger(&repo), &damaged).unwrap();
    let refused = repo.audit(DEPLOY).code(2);
    assert!(refused.stderr.contains("is damaged, so nothing was written"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(ledger(&repo)).unwrap(), damaged);
}

#[test]
fn worktrees_and_bare_repositories_share_one_ledger() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let other = world.root().join("other");
    repo.git(["worktree", "add", "-q", "--detach", other.to_str().unwrap()]);
    repo.audit(DEPLOY).success();
    Repo::at(&world, &other).audit(DEPLOY).success();
    assert_eq!(lines(&repo).len(), 2);
    let bare = repo.clone_to("bare.git", ["--bare"]);
    bare.audit(DEPLOY).success();
    assert_eq!(lines(&bare).len(), 1);
}

#[test]
fn sixteen_processes_lose_and_tear_nothing() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    // There is something to build on, or each of the first writers would start a graph of its own.
    repo.audit(DEPLOY).success();
    let (writers, each) = (16, many("AUDIT_TEST_RECORDS", 20));
    let ids: Vec<String> = std::thread::scope(|scope| {
        let writer = |_| {
            let command = || {
                let mut command = repo.audit_command();
                command.args(["record", "note", "--why", "x"]);
                command
            };
            // Made here: a world can't be shared between threads.
            let mut commands: Vec<Command> = (0..each).map(|_| command()).collect();
            scope.spawn(move || {
                let run = |command: &mut Command| Output::of(command).success().line();
                commands.iter_mut().map(run).collect::<Vec<String>>()
            })
        };
        let threads: Vec<_> = (0..writers).map(writer).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let lines = lines(&repo);
    assert_eq!(lines.len(), 1 + writers * each);
    let names: HashSet<String> = lines[1..].iter().map(|line| sha256(line)).collect();
    assert_eq!(names, ids.into_iter().collect());
    let audit = audit::ledger::Ledger::new(&repo.path.join(".git"));
    let rules = audit::ledger::Rules { ledger: None, armor: |_| true };
    assert_eq!(audit.read(rules).unwrap().report().found, 0);
}

/// Sixteen at once, and every second one is killed at some moment of its life.
#[test]
fn sixteen_processes_lose_nothing_when_half_of_them_are_killed() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(DEPLOY).success();
    let (writers, each) = (16, many("AUDIT_TEST_RECORDS", 20));
    let outcomes: Vec<(bool, Option<String>)> = std::thread::scope(|scope| {
        let writer = |writer: usize| {
            let command = || {
                let mut command = repo.audit_command();
                command.args(["record", "note", "--why", "x"]);
                command.stdout(Stdio::piped()).stderr(Stdio::null());
                command
            };
            let mut commands: Vec<Command> = (0..each).map(|_| command()).collect();
            scope.spawn(move || {
                let run = |(number, command): (usize, &mut Command)| {
                    let mut child = command.spawn().unwrap();
                    let killed = number % 2 == 1;
                    if killed {
                        let moment = (writer * each + number) as u64 * 7_919 % 120_000;
                        std::thread::sleep(std::time::Duration::from_micros(moment));
                        let _ = child.kill();
                    }
                    let output = child.wait_with_output().unwrap();
                    assert!(killed || output.status.success(), "{}", output.status);
                    let id = String::from_utf8(output.stdout).unwrap();
                    (output.status.code().is_none(), id.strip_suffix('\n').map(str::to_owned))
                };
                commands.iter_mut().enumerate().map(run).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..writers).map(writer).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    // Whoever comes next clears away what the last one left unfinished.
    repo.audit(DEPLOY).success();
    let names: HashSet<String> = lines(&repo).iter().map(|line| sha256(line)).collect();
    let acknowledged: HashSet<String> = outcomes.iter().filter_map(|(_, id)| id.clone()).collect();
    assert!(acknowledged.is_subset(&names), "something acknowledged is lost");
    let audit = audit::ledger::Ledger::new(&repo.path.join(".git"));
    let rules = audit::ledger::Rules { ledger: None, armor: |_| true };
    assert_eq!(audit.read(rules).unwrap().report().found, 0);
    let killed = outcomes.iter().filter(|(killed, _)| *killed).count();
    let (started, lines) = (outcomes.len(), names.len() - 2);
    println!(
        "{started} writers, {killed} killed: {} acknowledged, {lines} there",
        acknowledged.len()
    );
    assert!(killed > 0 && lines >= acknowledged.len() && lines <= started);
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(DEPLOY).success();
    let mut acknowledged = 0;
    for round in 0..many("AUDIT_TEST_KILLS", 50) {
        let mut command = repo.audit_command();
        command.args(["record", "note", "--why", "x"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // Steps that are prime to a run's length reach all of its moments.
        std::thread::sleep(std::time::Duration::from_micros(round as u64 * 1_237 % 30_000));
        let _ = child.kill();
        let output = Output::from("audit record".into(), child.wait_with_output().unwrap());
        if output.stdout.ends_with('\n') {
            acknowledged += 1;
            let id = output.line();
            assert!(lines(&repo).iter().any(|line| sha256(line) == id), "{id} is lost");
        }
    }
    repo.audit(DEPLOY).success();
    for line in lines(&repo) {
        assert!(audit::ledger::Entry::parse(line.as_bytes()).is_ok(), "{line}");
    }
    assert!(lines(&repo).len() >= acknowledged + 2);
}

#[test]
fn what_ends_before_it_begins_and_what_is_an_address_is_refused() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(DEPLOY).success();
    let before = lines(&repo).len();
    let freeze = ["record", "freeze", "--action", "begins", "--env", "production"];
    let refused = |args: &[&str], text: &str| {
        let said = repo.audit([&freeze[..], args].concat()).code(2).stderr;
        assert!(said.contains(text), "{said}");
    };
    let ends = "--until: it ends at 2026-12-19T00:00:00Z, before it begins at 2026-12-20T00:00:00Z";
    let times = ["--from", "2026-12-20T00:00:00Z", "--until", "2026-12-19T00:00:00Z"];
    refused(&times, ends);
    // Without --from it begins now.
    refused(
        &["--until", "2020-01-01T00:00:00Z"],
        "--until: it ends at 2020-01-01T00:00:00Z, before",
    );
    refused(&["--from", "2026-12-20", "--until", "2026-12-19"], "--until: it ends at 2026-12-19T");

    for address in ["production~1", "production@{yesterday}", "env:production", "production..main"]
    {
        for (env, service, field) in
            [(address, "web", "--env"), ("production", address, "--service")]
        {
            let note = ["record", "note", "--why", "x", "--env", env, "--service", service];
            let said = repo.audit(note).code(2).stderr;
            assert!(said.contains(&format!("{field}: '{address}' is no name of ")), "{said}");
        }
    }
    assert_eq!(lines(&repo).len(), before);
}

#[test]
fn the_moments_of_a_freeze_are_said() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let freeze = ["record", "freeze", "--action", "begins", "--env", "production", "--no-sign"];
    // A date without a time of day is that day at the time of day that it is now, as in git.
    let said = repo.audit([&freeze[..], &["--from", "2026-12-20"]].concat()).success().stderr;
    let from = last(&repo)["body"]["what"]["from"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!("recorded freeze for production from {from} (not")), "{said}");
    let times = ["--from", "2026-12-20T00:00:00Z", "--until", "2027-01-07T00:00:00Z"];
    let said = repo.audit([&freeze[..], &times].concat()).success().stderr;
    let whole = "from 2026-12-20T00:00:00Z until 2027-01-07T00:00:00Z (not signed)";
    assert!(said.contains(whole), "{said}");
}

#[test]
fn what_a_kind_is_mostly_about_takes_no_flag() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let last = || {
        let text = std::fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl")).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        line["body"]["what"].clone()
    };
    for (args, expected) in [
        ("freeze begins --env p", &[("action", "begins")][..]),
        ("incident opened INC-9", &[("action", "opened"), ("incident", "INC-9")]),
        ("incident opened --incident INC-9", &[("action", "opened"), ("incident", "INC-9")]),
        ("approval approved --env p", &[("decision", "approved")]),
        ("deploy success --env p", &[("outcome", "success")]),
        ("config changed a.b", &[("change", "changed"), ("key", "a.b")]),
        ("access granted bo@x --role admin", &[("action", "granted"), ("grantee", "bo@x")]),
    ] {
        repo.audit(["record"].into_iter().chain(args.split(' '))).success();
        for (key, value) in expected {
            assert_eq!(last()[key], *value, "{args}");
        }
    }
    for (args, said) in [
        ("freeze begins --action begins --env p", "cannot be used with '--action"),
        ("incident opened INC-9 --incident INC-8", "cannot be used with '--incident"),
        ("incident INC-9", "invalid value 'INC-9'"),
        ("freeze began --env p", "begins, ends"),
        ("note hello", "unexpected argument 'hello'"),
        ("freeze begins production", "unexpected argument 'production'"),
    ] {
        let refused = repo.audit(["record"].into_iter().chain(args.split(' '))).code(2);
        assert!(refused.stderr.contains(said), "{args}: {}", refused.stderr);
    }
}

//! `audit hook` in real pushes: a bare repository over `file://` whose hooks refuse and accept, and a clone
//! whose pre-push does.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, Repo, Stage, World, with_default_signals};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the policies of these tests deny.
const STRICT: &str = r#"
[rules]
commit-signed = "deny"
commit-signer-known = "deny"
tag-signed = "deny"
tag-name-matches = "deny"
history-rewritten = "deny"
"#;

/// A stage, its bare server, and everything pushed there before any hook judges.
struct Server<'w> {
    stage: Stage<'w>,
    bare: Repo<'w>,
}

impl<'w> Server<'w> {
    fn new(world: &'w World, name: &str, top: &str, tables: &str) -> Server<'w> {
        let stage = Stage::new(world, top, tables);
        let bare = world.init(name).bare().create();
        stage.repo.git(["remote", "add", "origin", &url(&bare.path)]);
        stage.repo.git(["push", "-q", "origin", "main"]);
        Server { stage, bare }
    }

    /// With a hook in the bare repository.
    fn with(world: &'w World, hook: &str, top: &str, tables: &str) -> Server<'w> {
        let server = Server::new(world, "server.git", top, tables);
        audit(&server.bare, &["hook", "install", hook]).success();
        server
    }

    fn push(&self, args: &[&str]) -> Output {
        push(&self.stage.repo, args)
    }

    /// What a reference of the server names; empty when it is not there.
    fn at(&self, name: &str) -> String {
        let mut command = self.bare.git_command();
        Output::of(command.args(["rev-parse", "-q", "--verify", name])).line()
    }

    fn unsigned(&self, summary: &str) -> String {
        self.stage.repo.commit(format!("{summary}\n\nFor no reason.")).create()
    }
}

/// A folder as a URL, so that git sends objects as to another machine.
fn url(path: &Path) -> String {
    let escaped = path.to_str().unwrap().replace('%', "%25").replace(' ', "%20");
    format!("file://{escaped}")
}

fn audit(repo: &Repo<'_>, args: &[&str]) -> Output {
    Output::of(repo.audit_command().env("AUDIT_NOW", repo.world.now().to_string()).args(args))
}

/// `git push` from a repository.
fn push(repo: &Repo<'_>, args: &[&str]) -> Output {
    let mut command = repo.git_command();
    command.env("AUDIT_NOW", repo.world.now().to_string()).arg("push").args(args);
    Output::of(&mut command)
}

/// A refused push says which rule, how to mend it, and where to read more.
#[track_caller]
fn refused(output: Output, rule: &str) {
    assert_eq!(output.code, Some(1), "{}{}", output.stdout, output.stderr);
    let said = &output.stderr;
    let heading = |line: &str| line.trim_start_matches("remote: ").trim_end() == rule;
    assert!(said.lines().any(heading), "{rule} is not what refuses:\n{said}");
    assert!(said.contains("audit verify --explain "), "{said}");
    assert!(said.contains("deny ") && said.contains("mend: "), "{said}");
    assert!(!said.contains("--no-verify"), "{said}");
}

/// The hook could not run, and so the push was refused.
#[track_caller]
fn failed(output: Output, why: &str) {
    assert_ne!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.contains(why), "'{why}' is not in:\n{}", output.stderr);
}

/// Feeds a hook command with these bytes.
fn feed(repo: &Repo<'_>, args: &[&str], input: &[u8]) -> Output {
    let file = repo.world.root().join("input");
    std::fs::write(&file, input).unwrap();
    let mut command = repo.audit_command();
    command.args(args).stdin(Stdio::from(std::fs::File::open(file).unwrap()));
    Output::of(&mut command)
}

#[test]
fn a_server_takes_and_refuses_branches() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "", STRICT);
    let good = server.stage.good("ana", "Retry once");
    let taken = server.push(&["origin", "main"]).success();
    assert!(taken.stderr.contains("Nothing is refused: 1 commit judged"), "{}", taken.stderr);
    assert_eq!(server.at("main"), good);

    let bad = server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    assert_eq!(server.at("main"), good);
    refused(server.push(&["origin", "main:topic"]), "commit-signed");
    assert_eq!(server.at("topic"), "");
    // Objects that were refused are in nobody's way.
    let there = Output::of(server.bare.git_command().args(["cat-file", "-e", &bad]));
    assert_ne!(there.code, Some(0), "the objects are still in quarantine");

    server.stage.repo.git(["reset", "-q", "--hard", &good]);
    server.stage.good("bruno", "Log it");
    // A new branch brings what no other has; once more, and nothing is new.
    let new = server.push(&["origin", "main:topic"]).success();
    assert!(new.stderr.contains("1 commit judged"), "{}", new.stderr);
    let same = server.push(&["origin", "main:other"]).success();
    assert!(same.stderr.contains("Nothing was judged"), "{}", same.stderr);
    server.push(&["origin", "--delete", "other"]).success();
    assert_eq!(server.at("other"), "");
}

#[test]
fn objects_are_read_from_quarantine_loose_and_packed() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "", STRICT);
    for limit in ["1", "1000"] {
        server.bare.config("receive.unpackLimit", limit);
        server.stage.good("ana", &format!("With {limit}"));
        server.push(&["origin", "main"]).success();
        server.unsigned("Slip in");
        refused(server.push(&["origin", "main"]), "commit-signed");
        server.stage.repo.git(["reset", "-q", "--hard", "HEAD^"]);
    }
}

#[test]
fn a_server_may_stand_anywhere() {
    let world = World::new();
    let server = Server::new(&world, "a:b ü.git", "", STRICT);
    audit(&server.bare, &["hook", "install"]).success();
    server.stage.good("ana", "Retry once");
    server.push(&["origin", "main"]).success();
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
}

#[test]
fn a_server_judges_every_tag_that_is_pushed() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "", STRICT);
    let stage = &server.stage;
    stage.good("ana", "Retry once");
    server.push(&["origin", "main"]).success();
    // All of these lead to a commit that the server has.
    stage.repo.tag("v1").message("One\n").sign(stage.key("ana")).create();
    server.push(&["origin", "v1"]).success();
    stage.repo.tag("v2").message("Two\n").create();
    refused(server.push(&["origin", "v2"]), "tag-signed");
    stage.repo.tag("v3").create();
    refused(server.push(&["origin", "v3"]), "tag-signed");
    refused(server.push(&["origin", "refs/tags/v1:refs/tags/v9"]), "tag-name-matches");
    // A tag brings commits, too.
    server.unsigned("Slip in");
    stage.repo.tag("v4").message("Four\n").sign(stage.key("ana")).create();
    refused(server.push(&["origin", "v4"]), "commit-signed");
    for name in ["v2", "v3", "v4", "v9"] {
        assert_eq!(server.at(&format!("refs/tags/{name}")), "", "{name}");
    }
    assert_ne!(server.at("refs/tags/v1"), "");
}

/// The server has a ledger: what it knows of releases and deploys holds for what is pushed.
fn record(server: &Server<'_>, args: &[&str]) {
    let mut command = server.bare.audit_command();
    server.stage.world.tick();
    command
        .env("AUDIT_NOW", server.stage.world.now().to_string())
        .args(["record"])
        .args(args)
        .arg("--no-sign");
    Output::of(&mut command).success();
}

#[test]
fn what_was_released_or_deployed_is_not_taken_away() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "", STRICT);
    let stage = &server.stage;
    let first = stage.good("ana", "Retry once");
    stage.repo.tag("v1").message("One\n").sign(stage.key("ana")).create();
    stage.repo.tag("v2").message("Two\n").sign(stage.key("ana")).create();
    server.push(&["origin", "main", "v1", "v2"]).success();
    record(
        &server,
        &[
            "deploy",
            "--env",
            "production",
            "--commit",
            &first,
            "--tag",
            "v1",
            "--outcome",
            "success",
            "--why",
            "out",
        ],
    );

    // Moved, deleted; the one that nobody recorded may go.
    stage.good("ana", "Retry twice");
    stage.repo.tag("v1").message("One\n").sign(stage.key("ana")).create();
    refused(server.push(&["-f", "origin", "v1"]), "tag-moved");
    let gone = server.push(&["origin", ":v1"]);
    assert!(gone.stderr.contains("and is deleted"), "{}", gone.stderr);
    refused(gone, "tag-moved");
    server.push(&["origin", ":v2"]).success();

    // With the tag in place, the branch may be rewritten; without it, the deploy would vanish.
    stage.repo.git(["push", "-q", "origin", "main:side"]);
    stage.repo.git(["reset", "-q", "--hard", "HEAD~2"]);
    stage.good("ana", "Another way");
    let rewritten = server.push(&["-f", "origin", "main:side"]).success();
    assert!(rewritten.stderr.contains("Nothing is refused"), "{}", rewritten.stderr);
    server.bare.git(["update-ref", "-d", "refs/tags/v1"]);
    let lost = server.push(&["-f", "origin", "main"]);
    assert!(lost.stderr.contains("main is rewritten"), "{}", lost.stderr);
    refused(lost, "history-rewritten");
    assert_eq!(server.at("main"), first);
    // As long as another branch leads to it, nothing is lost.
    server.bare.git(["branch", "kept", &first]);
    server.push(&["-f", "origin", "main"]).success();
    refused(server.push(&["origin", ":kept"]), "history-rewritten");
}

#[test]
fn a_policy_is_never_judged_by_itself() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "managers = [\"bruno\"]", STRICT);
    let stage = &server.stage;
    let before = server.at("main");
    let back = || stage.repo.git(["reset", "-q", "--hard", &before]);

    // Loosened in the very push that needs it, whatever the order.
    stage.set_policy("", "").create();
    server.unsigned("Slip in");
    let output = server.push(&["origin", "main"]);
    assert!(output.stderr.contains("trust-change-authorised"), "{}", output.stderr);
    refused(output, "commit-signed");
    back();
    stage.set_policy("", "").by("ana", "ana@example.com").sign(stage.key("ana")).create();
    refused(server.push(&["origin", "main"]), "trust-change-authorised");
    // On another branch, too.
    refused(server.push(&["origin", "main:topic"]), "trust-change-authorised");
    back();

    // Removed.
    let remove = |who: &str| {
        stage
            .repo
            .commit("Without\n\nToo strict.")
            .remove(".audit/policy.toml")
            .remove(".audit/allowed_signers")
            .by(who, &format!("{who}@example.com"))
            .sign(stage.key(who))
            .create()
    };
    remove("ana");
    refused(server.push(&["origin", "main"]), "trust-change-authorised");
    back();

    // Taken back to before it, led aside, deleted.
    server.bare.config("receive.denyDeleteCurrent", "ignore");
    let output = server.push(&["-f", "origin", &format!("{}:main", stage.root)]);
    assert!(output.stderr.contains("leads main back or aside"), "{}", output.stderr);
    refused(output, "trust-change-authorised");
    stage.repo.git(["checkout", "-q", "--orphan", "fresh"]);
    stage.repo.git(["rm", "-q", "-rf", "."]);
    stage.repo.commit("Anew\n\nFrom scratch.").file("a", "b").sign(stage.key("ana")).create();
    refused(server.push(&["-f", "origin", "fresh:main"]), "trust-change-authorised");
    refused(server.push(&["origin", ":main"]), "trust-change-authorised");
    stage.repo.checkout("main");
    assert_eq!(server.at("main"), before);

    // Behind a merge that has the trusted branch for its side line.
    let tree = stage.repo.git(["rev-parse", &format!("{}^{{tree}}", stage.root)]);
    let signer = stage.key("ana");
    let Key::Ssh { secret, .. } = signer else { panic!("an SSH key") };
    let mut merge = stage.repo.git_command();
    merge.args(["-c", "gpg.format=ssh", "-c"]).arg(format!("user.signingKey={}", secret.display()));
    merge.args([
        "commit-tree",
        "-S",
        "-m",
        "Merge main\n\nIt was time.",
        &tree,
        "-p",
        &stage.root,
        "-p",
        &before,
    ]);
    let foxtrot = Output::of(&mut merge).success().line();
    refused(server.push(&["origin", &format!("{foxtrot}:main")]), "trust-change-authorised");

    // By whom the version before it lets.
    remove("bruno");
    server.push(&["origin", "main"]).success();
}

#[test]
fn the_first_policy_is_taken_and_judges_from_then_on() {
    let world = World::new();
    let (stage, bare) = (Stage::new(&world, "", STRICT), world.init("server.git").bare().create());
    audit(&bare, &["hook", "install"]).success();
    stage.repo.git(["remote", "add", "origin", &url(&bare.path)]);
    let server = Server { stage, bare };
    let first = server.push(&["origin", "main"]).success();
    assert!(first.stderr.contains("2 commits judged"), "{}", first.stderr);
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    // A branch that HEAD does not name brings no policy; the one it names must be there.
    server.bare.git(["symbolic-ref", "HEAD", "refs/heads/elsewhere"]);
    failed(server.push(&["origin", "main"]), "git symbolic-ref HEAD refs/heads/main");
    server.bare.git(["symbolic-ref", "HEAD", "refs/heads/main"]);
    // Nor does a reference that looks like the remote's default branch of a clone.
    server.stage.repo.git(["checkout", "-q", &server.stage.root]);
    server.stage.repo.git(["push", "-q", "--no-verify", "origin", "HEAD:refs/remotes/origin/HEAD"]);
    server.stage.repo.checkout("main");
    refused(server.push(&["origin", "main"]), "commit-signed");
}

#[test]
fn several_references_are_one_judgement() {
    let world = World::new();
    let server = Server::with(&world, "pre-receive", "", STRICT);
    let stage = &server.stage;
    let good = stage.good("ana", "Retry once");
    stage.repo.git(["branch", "one"]);
    stage.repo.tag("v1").message("One\n").sign(stage.key("ana")).create();
    server.unsigned("Slip in");
    stage.repo.git(["branch", "two"]);
    stage.repo.git(["reset", "-q", "--hard", &good]);
    let output = server.push(&["origin", "main", "one", "two", "v1"]);
    assert_eq!(output.stderr.matches("remote: judged ").count(), 1, "{}", output.stderr);
    assert!(output.stderr.contains("2 commits, 1 tag"), "{}", output.stderr);
    refused(output, "commit-signed");
    assert_eq!(server.at("one"), "");
    let output = server.push(&["origin", "main", "one", "v1"]).success();
    assert!(output.stderr.contains("1 commit, 1 tag judged"), "{}", output.stderr);
}

#[test]
fn update_judges_each_reference_by_itself() {
    let world = World::new();
    let server = Server::with(&world, "update", "", STRICT);
    let good = server.stage.good("ana", "Retry once");
    server.stage.repo.git(["branch", "one"]);
    server.unsigned("Slip in");
    let output = server.push(&["origin", "one", "main"]);
    assert!(output.stderr.contains("This reference was left as it is."), "{}", output.stderr);
    refused(output, "commit-signed");
    assert_eq!(server.at("one"), good);
    assert_ne!(server.at("main"), server.stage.repo.id("main"));
}

#[test]
fn post_receive_reports_what_was_taken() {
    let world = World::new();
    let server = Server::with(&world, "post-receive", "", STRICT);
    let bad = server.unsigned("Slip in");
    let output = server.push(&["origin", "main"]).success();
    assert!(output.stderr.contains("Refused: 1 finding."), "{}", output.stderr);
    assert!(output.stderr.contains("It was taken all the same"), "{}", output.stderr);
    assert_eq!(server.at("main"), bad);
    // By the policy before, though the one in force is another by now.
    let old = server.at("main");
    server.stage.set_policy("", "").create();
    let output = server.push(&["origin", "main"]).success();
    assert!(output.stderr.contains("trust-change-authorised"), "{}", output.stderr);
    let new = server.at("main");
    let line = format!("{old} {new} refs/heads/main\n");
    feed(&server.bare, &["hook", "post-receive"], line.as_bytes()).code(1);
}

#[test]
fn what_lands_on_a_protected_branch_is_new_there_wherever_else_it_was() {
    let world = World::new();
    let rules = "[rules]\ndirect-push = \"deny\"\n";
    let server = Server::with(&world, "pre-receive", "branches = [\"main\", \"release/*\"]", rules);
    server.stage.good("ana", "Retry once");
    server.push(&["origin", "main:topic"]).success();
    refused(server.push(&["origin", "main"]), "direct-push");
    refused(server.push(&["origin", "main:refs/heads/release/1"]), "direct-push");
    server.push(&["origin", "main~1:refs/heads/release/2"]).success();
    refused(server.push(&["origin", "main:refs/heads/release/2"]), "direct-push");
}

#[test]
fn pre_push_judges_what_is_new_to_the_remote() {
    let world = World::new();
    let server = Server::new(&world, "sérver with spaces.git", "", STRICT);
    let repo = &server.stage.repo;
    audit(repo, &["hook", "install"]).success();
    // Without a ledger, and nothing to judge: quiet.
    let nothing = server.push(&["origin", "main"]).success();
    assert_eq!(nothing.stderr.trim(), "Everything up-to-date");
    let good = server.stage.good("ana", "Retry once");
    server.push(&["origin", "main"]).success();
    assert_eq!(server.at("main"), good);
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    refused(server.push(&["origin", "HEAD:refs/heads/topic"]), "commit-signed");
    refused(server.push(&["origin", "HEAD^{/Slip}:refs/heads/topic"]), "commit-signed");
    refused(server.push(&[&url(&server.bare.path), "main"]), "commit-signed");
    server.stage.repo.tag("v1").create();
    refused(server.push(&["origin", "v1"]), "tag-signed");
    assert_eq!(server.at("main"), good);
    // By URL, what the remote of that URL has is not new.
    repo.git(["reset", "-q", "--hard", &good]);
    let by_url = server.push(&[&url(&server.bare.path), "main:side"]).success();
    assert!(by_url.stderr.contains("Nothing was judged"), "{}", by_url.stderr);
    server.push(&["origin", ":side"]).success();
    // What is at the remote is not here: somebody else was quicker.
    let other = repo.clone_to("other", ["-q"]);
    other.git(["remote", "set-url", "origin", &url(&server.bare.path)]);
    other.commit("Quicker\n\nBy a minute.").create();
    other.git(["push", "-q", "origin", "HEAD:main"]);
    server.stage.good("ana", "Slower");
    let behind = server.push(&["origin", "main"]);
    assert!(behind.stderr.contains("rejected"), "{}", behind.stderr);
    server.push(&["-f", "origin", "main"]).success();
    // Who pushes a rewritten policy branch hears of it before the server does.
    let output = server.push(&["-f", "origin", &format!("{}:main", server.stage.root)]);
    refused(output, "trust-change-authorised");
}

#[test]
fn pre_push_runs_in_linked_work_trees_and_strange_paths() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let clone = Repo::at(&world, world.root().join("мой клон 'ß' $x"));
    let path = clone.path.to_str().unwrap();
    world.git(["clone", "-q", &url(&server.bare.path), path]);
    audit(&clone, &["hook", "install"]).success();
    let tree = Repo::at(&world, world.root().join("work tree ü"));
    clone.git(["worktree", "add", "-q", "-b", "topic", tree.path.to_str().unwrap()]);
    tree.commit("Slip in\n\nFor no reason.").create();
    refused(push(&tree, &["origin", "topic"]), "commit-signed");
    let mut inner = clone.git_command();
    std::fs::create_dir(tree.path.join("sub")).unwrap();
    inner.arg("-C").arg(tree.path.join("sub")).args(["push", "origin", "topic"]);
    refused(Output::of(&mut inner), "commit-signed");
    clone
        .commit("Fine\n\nFor a reason.")
        .by("ana", "ana@example.com")
        .sign(server.stage.key("ana"))
        .create();
    push(&clone, &["origin", "main"]).success();
    // By GIT_DIR, as scripts do.
    let mut by_dir = world.command("git");
    by_dir.env("GIT_DIR", clone.path.join(".git")).current_dir(world.root());
    refused(Output::of(by_dir.args(["push", "origin", "topic"])), "commit-signed");
}

#[test]
fn pre_push_in_a_repository_of_sha_256() {
    let world = World::new();
    let bare = world.init("server.git").bare().sha256().create();
    let repo = world.init("sha256").sha256().create();
    repo.git(["remote", "add", "origin", &url(&bare.path)]);
    audit(&repo, &["hook", "install"]).success();
    audit(&bare, &["hook", "install"]).success();
    repo.commit("Begin").file(".audit/policy.toml", "[rules]\ncommit-signed = \"deny\"\n").create();
    push(&repo, &["origin", "main"]).success();
    repo.commit("Slip in").create();
    refused(push(&repo, &["origin", "main"]), "commit-signed");
    refused(push(&repo, &["--no-verify", "origin", "main"]), "commit-signed");
    push(&repo, &["origin", "main~1:refs/heads/topic"]).success();
}

/// A hook of somebody else: notes what it is given, and exits so.
fn foreign(path: &Path, code: i32) -> String {
    let text =
        format!("#!/bin/sh\n# somebody's\nprintf '%s|' \"$@\" >> ran\ncat >> ran\nexit {code}\n");
    std::fs::write(path, &text).unwrap();
    executable(path, 0o754);
    text
}

fn executable(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn hook(repo: &Repo<'_>, name: &str) -> PathBuf {
    let hooks = repo.path.join(".git/hooks");
    // Without templates git makes none.
    std::fs::create_dir_all(&hooks).unwrap();
    hooks.join(name)
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back_as_it_was() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let repo = &server.stage.repo;
    let file = hook(repo, "pre-push");
    let text = foreign(&file, 0);
    let said = audit(repo, &["hook", "install"]).success();
    assert!(said.stdout.contains("the one that was there runs first"), "{}", said.stdout);
    let ours = std::fs::read(&file).unwrap();
    audit(repo, &["hook", "install"]).success();
    assert_eq!(std::fs::read(&file).unwrap(), ours, "twice is as good as once");
    let status = audit(repo, &["hook", "status"]).success().stdout;
    assert!(status.contains("pre-push      installed, runs the one before it first"), "{status}");

    let good = server.stage.good("ana", "Retry once");
    server.push(&["origin", "main"]).success();
    let ran = std::fs::read_to_string(repo.path.join("ran")).unwrap();
    assert!(
        ran.starts_with(&format!("origin|{}|refs/heads/main {good} ", url(&server.bare.path))),
        "{ran}"
    );
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    // Its refusal stands, with its exit code.
    foreign(&hook(repo, "pre-push.before-audit"), 7);
    repo.git(["reset", "-q", "--hard", &good]);
    server.stage.good("ana", "Log it");
    server.push(&["origin", "main"]).code(1);
    let mut by_hand = world.command(&file);
    by_hand.current_dir(&repo.path).args(["origin", "url"]);
    Output::of(&mut by_hand).code(7);
    foreign(&hook(repo, "pre-push.before-audit"), 0);
    audit(repo, &["hook", "install", "--uninstall"]).success();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert_eq!(mode(&file), 0o754);
    assert!(!hook(repo, "pre-push.before-audit").exists());
    audit(repo, &["hook", "install", "--uninstall"]).success();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn nothing_of_others_is_overwritten() {
    let world = World::new();
    let repo = world.repo();
    let (file, kept) = (hook(&repo, "pre-push"), hook(&repo, "pre-push.before-audit"));
    // Changed since: neither replaced nor removed.
    audit(&repo, &["hook", "install"]).success();
    let changed = format!("{}echo mine\n", std::fs::read_to_string(&file).unwrap());
    std::fs::write(&file, &changed).unwrap();
    failed(audit(&repo, &["hook", "install"]).code(2), "was changed since");
    failed(audit(&repo, &["hook", "install", "--uninstall"]).code(2), "was changed since");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), changed);
    // The place for the other one is taken.
    foreign(&file, 0);
    foreign(&kept, 1);
    failed(audit(&repo, &["hook", "install"]).code(2), "is taken");
    // A symbolic link stays one.
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(&kept, hook(&repo, "real")).unwrap();
    std::os::unix::fs::symlink("real", &file).unwrap();
    audit(&repo, &["hook", "install"]).success();
    assert_eq!(std::fs::read_link(&kept).unwrap(), Path::new("real"));
    assert!(!file.is_symlink());
    audit(&repo, &["hook", "install", "--uninstall", "pre-push"]).success();
    assert_eq!(std::fs::read_link(&file).unwrap(), Path::new("real"));
    // Broken off between the two steps: taken up again.
    std::fs::remove_file(&file).unwrap();
    let text = foreign(&file, 0);
    std::fs::hard_link(&file, &kept).unwrap();
    audit(&repo, &["hook", "install"]).success();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), text);
    audit(&repo, &["hook", "install", "--uninstall"]).success();
    // One that is not executable does not run, before and after.
    executable(&file, 0o644);
    let said = audit(&repo, &["hook", "install"]).success();
    assert!(said.stdout.contains("not executable"), "{}", said.stdout);
    audit(&repo, &["hook", "install", "--uninstall"]).success();
    assert_eq!(mode(&file), 0o644);
    // Printing changes nothing.
    let printed = audit(&repo, &["hook", "install", "--dry-run"]).success().stdout;
    assert!(printed.starts_with("#!/bin/sh\n# audit-hook: pre-push\n"), "{printed}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn core_hooks_path_is_where_hooks_go() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let repo = &server.stage.repo;
    repo.config("core.hooksPath", ".githooks");
    std::fs::create_dir(repo.path.join("sub")).unwrap();
    let mut inner = repo.audit_command();
    Output::of(inner.current_dir(repo.path.join("sub")).args(["hook", "install"])).success();
    assert!(repo.path.join(".githooks/pre-push").exists());
    assert!(!hook(repo, "pre-push").exists());
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    // Committed by somebody: told, not touched.
    let text = foreign(&repo.path.join(".githooks/pre-push"), 0);
    failed(audit(repo, &["hook", "install"]).code(2), "audit hook pre-push \"$@\"");
    assert_eq!(std::fs::read_to_string(repo.path.join(".githooks/pre-push")).unwrap(), text);
    // husky keeps its own folder.
    std::fs::create_dir_all(repo.path.join(".husky/_")).unwrap();
    std::fs::write(repo.path.join(".husky/_/h"), "").unwrap();
    repo.config("core.hooksPath", ".husky/_");
    failed(audit(repo, &["hook", "install"]).code(2), ".husky/pre-push': audit hook pre-push");
    // Another folder altogether is used by others, too.
    let shared = world.root().join("shared hooks");
    repo.config("core.hooksPath", &shared);
    let said = audit(repo, &["hook", "install"]).success();
    assert!(said.stderr.contains("outside of this repository"), "{}", said.stderr);
    refused(server.push(&["origin", "main"]), "commit-signed");
    repo.config("core.hooksPath", "");
    failed(audit(repo, &["hook", "install"]).code(2), "core.hooksPath is empty");
}

#[test]
fn a_policy_a_trust_file_or_a_ledger_that_can_t_be_read_lets_nothing_through() {
    let world = World::new();
    for hook in ["pre-push", "pre-receive"] {
        for (file, text, why) in [
            (".audit/policy.toml", "adopted = 1\n", "policy.toml"),
            (".audit/policy.toml", "[rules]\nno-such-rule = \"deny\"\n", "no-such-rule"),
            (".audit/policy.toml", "\u{0}", "policy.toml"),
            (".audit/allowed_signers", "ana@example.com ssh-ed25519 garbage\n", "allowed_signers"),
        ] {
            let name = format!("{hook}-{}", world.tick());
            let bare = world.init(&format!("{name}.git")).bare().create();
            let repo = world.init(&name).create();
            repo.git(["remote", "add", "origin", &url(&bare.path)]);
            repo.commit("Break").file(file, text).create();
            repo.git(["push", "-q", "origin", "main"]);
            audit(if hook == "pre-push" { &repo } else { &bare }, &["hook", "install"]).success();
            repo.commit("Go on").create();
            failed(push(&repo, &["origin", "main"]), why);
        }
    }
}

#[test]
fn a_damaged_ledger_lets_nothing_through() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let repo = &server.stage.repo;
    audit(repo, &["hook", "install"]).success();
    for number in 0..3 {
        server.stage.record("ana", Some("ana"), &["note", "--why", &format!("number {number}")]);
    }
    server.stage.good("ana", "Retry once");
    let ledger = repo.path.join(".git/audit/ledger.jsonl");
    let ledger = match ledger.exists() {
        true => ledger,
        false => PathBuf::from(
            audit(repo, &["verify", "--ledger", "--format", "json"]).json()["ledger"]["path"]
                .as_str()
                .unwrap(),
        ),
    };
    let whole = std::fs::read(&ledger).unwrap();
    std::fs::write(&ledger, &whole[..whole.len() - 20]).unwrap();
    refused(server.push(&["origin", "main"]), "ledger-intact");
    // Without its first line.
    let second = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    std::fs::write(&ledger, &whole[second..]).unwrap();
    refused(server.push(&["origin", "main"]), "ledger-intact");
    // Not a file at all.
    std::fs::remove_file(&ledger).unwrap();
    std::fs::create_dir(&ledger).unwrap();
    failed(server.push(&["origin", "main"]), "error: ");
    std::fs::remove_dir(&ledger).unwrap();
    std::fs::write(&ledger, &whole).unwrap();
    server.push(&["origin", "main"]).success();
}

#[test]
fn garbage_and_silence_on_standard_input_let_nothing_through() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let (repo, bare) = (&server.stage.repo, &server.bare);
    let id = repo.id("main");
    let missing = "5".repeat(40);
    for input in [
        "garbage\n".to_owned(),
        "\0\0\0".to_owned(),
        format!("{id} {missing} refs/heads/main\n"),
        format!("{missing} {missing} refs/heads/main"),
        format!("refs/heads/main {missing} refs/heads/main {id}\n"),
        format!("refs/heads/main {id} refs/heads/main\n"),
        format!("{} {id} refs/heads/main\n", "0".repeat(64)),
    ] {
        feed(repo, &["hook", "pre-push", "origin", "url"], input.as_bytes()).code(2);
        feed(bare, &["hook", "pre-receive"], input.as_bytes()).code(2);
        feed(bare, &["hook", "post-receive"], input.as_bytes()).code(2);
    }
    feed(bare, &["hook", "pre-receive"], b"").code(2);
    // Nothing to push is what git says when everything is up to date; whoever forgets to hand its lines on
    // says as much, and so the branch is judged.
    feed(repo, &["hook", "pre-push", "origin", "url"], b"").success();
    server.unsigned("Slip in");
    let silent = feed(repo, &["hook", "pre-push", "origin", "url"], b"").code(1);
    assert!(silent.stderr.contains("use_stdin"), "{}", silent.stderr);
    feed(repo, &["hook", "pre-push", "--from-git", "origin", "url"], b"").success();
    // Nobody handed the lines on.
    for (here, args) in
        [(repo, &["hook", "pre-push", "origin", "url"][..]), (bare, &["hook", "pre-receive"])]
    {
        failed(audit(here, args).code(2), "does not say what is pushed");
        let mut closed = here.world.command("sh");
        closed.args(["-c", "exec \"$@\" <&-", "sh", env!("CARGO_BIN_EXE_audit")]).args(args);
        failed(Output::of(closed.current_dir(&here.path)).code(2), "does not say what is pushed");
    }
    for args in [
        &["hook", "pre-push"][..],
        &["hook", "pre-push", ""],
        &["hook", "update", "refs/heads/main", &id],
    ] {
        feed(repo, args, b"").code(2);
    }
    audit(bare, &["hook", "update", "main", &id, &id]).code(2);
    audit(bare, &["hook", "update", "refs/heads/main", &id, &missing]).code(2);
}

#[test]
fn a_missing_program_or_variable_lets_nothing_through() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let repo = &server.stage.repo;
    // Installed by a program that is gone by now, from a path with everything in it.
    let place = world.root().join("pro gräm 'x' \"y\" $HOME");
    std::fs::create_dir(&place).unwrap();
    let program = place.join("audit");
    // By a program of its own: what this one has open for writing, others can't run.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_audit")).arg(&program).status();
    assert!(copied.unwrap().success());
    let install = |repo: &Repo<'_>| {
        let mut install = world.command(&program);
        Output::of(install.current_dir(&repo.path).args(["hook", "install"])).success();
    };
    install(repo);
    server.unsigned("Slip in");
    refused(server.push(&["origin", "main"]), "commit-signed");
    std::fs::rename(&program, place.join("elsewhere")).unwrap();
    failed(server.push(&["origin", "main"]), "the program audit is neither on the PATH nor at");
    std::fs::rename(place.join("elsewhere"), &program).unwrap();
    // The hook without any environment, and with an empty one; git not to be found.
    let line =
        format!("refs/heads/main {} refs/heads/main {}\n", repo.id("main"), server.at("main"));
    std::fs::write(world.root().join("lines"), line).unwrap();
    let run = |change: &dyn Fn(&mut Command)| {
        let mut command = world.command(hook(repo, "pre-push"));
        let lines = std::fs::File::open(world.root().join("lines")).unwrap();
        command.current_dir(&repo.path).args(["origin", "url"]).stdin(Stdio::from(lines));
        change(&mut command);
        let output = Output::of(&mut command);
        assert_ne!(output.code, Some(0), "{}", output.stderr);
    };
    run(&|_| {});
    run(&|command| {
        command.env_clear();
    });
    for name in ["PATH", "HOME", "GNUPGHOME", "GIT_DIR", "AUDIT_NOW", "TMPDIR", "LC_ALL"] {
        run(&|command| {
            command.env(name, "");
        });
        run(&|command| {
            command.env(name, "/nowhere");
        });
        run(&|command| {
            command.env_remove(name);
        });
    }
}

#[test]
fn a_run_that_is_interrupted_lets_nothing_through() {
    let world = World::new();
    let server = Server::new(&world, "server.git", "", STRICT);
    let repo = &server.stage.repo;
    audit(repo, &["hook", "install"]).success();
    foreign(&hook(repo, "pre-push.before-audit"), 0);
    for signal in ["INT", "TERM", "HUP", "KILL"] {
        let mut command = world.command(hook(repo, "pre-push"));
        command.current_dir(&repo.path).args(["origin", "url"]);
        let mut command = with_default_signals(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It waits for git's lines, which never come.
        std::thread::sleep(std::time::Duration::from_millis(300));
        let kill = format!("kill -{signal} {}", child.id());
        assert!(world.command("sh").args(["-c", &kill]).status().unwrap().success());
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(child.stdin.take());
        assert!(!child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_folder_that_can_t_be_written_is_an_error() {
    let world = World::new();
    let repo = world.repo();
    let hooks = repo.path.join(".git/hooks");
    // A file in the place of the folder refuses root, too.
    std::fs::write(&hooks, "").unwrap();
    failed(audit(&repo, &["hook", "install"]).code(2), "error: cannot");
    std::fs::remove_file(&hooks).unwrap();
    audit(&repo, &["hook", "install"]).success();
    assert!(hook(&repo, "pre-push").exists());
}

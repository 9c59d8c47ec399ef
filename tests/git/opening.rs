//! Repositories of every sort, reached in every way, whole and damaged.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, require, require_git};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// `audit log` with options, as ids of commits.
fn log(command: &mut Command) -> Vec<String> {
    let output = Output::of(command.args(["log", "--kind=commit,merge", "--format=jsonl"]));
    let id = |event: &serde_json::Value| event["id"].as_str().unwrap().to_owned();
    output.success().json_lines().iter().map(id).collect()
}

/// Two commits: `src/a` and `b`.
fn two(repo: &Repo<'_>) -> (String, String) {
    let one = repo.commit("One").file("src/a", "1").create();
    let two = repo.commit("Two").file("b", "2").create();
    (two, one)
}

fn ids(both: &(String, String)) -> Vec<String> {
    vec![both.0.clone(), both.1.clone()]
}

#[test]
fn folders_given_by_c_add_up() {
    let world = World::new();
    let repo = world.init("outer/repo").create();
    let both = two(&repo);
    let mut command = world.audit_command();
    assert_eq!(log(command.args(["-C", "outer", "-C", "repo", "-C", "src"])), ids(&both));
    let mut command = world.audit_command();
    let absolute = repo.path.to_str().unwrap();
    assert_eq!(log(command.args(["-C", "no-such-folder", "-C", absolute])), ids(&both));
    let mut command = world.audit_command();
    let output = Output::of(command.args(["-C", "no-such-folder", "log"])).code(2);
    assert!(output.stderr.contains("no-such-folder"), "{}", output.stderr);
    assert_eq!(output.stdout, "");
}

#[test]
fn paths_are_meant_from_where_the_user_stands() {
    let world = World::new();
    let repo = world.repo();
    let (two, one) = two(&repo);
    for (folder, path, expected) in [
        ("src", "a", &one),
        ("src", "../b", &two),
        ("src", ".", &one),
        ("src", ":/b", &two),
        (".", "src/a", &one),
    ] {
        let mut command = repo.audit_command();
        command.current_dir(repo.path.join(folder));
        let mut git = repo.git_command();
        git.current_dir(repo.path.join(folder)).args(["log", "--format=%H", "--", path]);
        assert_eq!(Output::of(&mut git).lines(), [expected.as_str()], "{folder} {path}");
        let output = Output::of(command.args(["log", "--format=jsonl", "--", path])).success();
        assert_eq!(output.json_lines()[0]["id"], expected.as_str(), "{folder} {path}");
        assert_eq!(output.lines().len(), 1, "{folder} {path}");
    }
}

#[test]
fn every_kind_of_repository_opens() {
    let world = World::new();
    let mut repos = vec![
        world.init("plain").create(),
        world.init("bare").bare().create(),
        world.init("sha256").sha256().create(),
    ];
    if require_git(2, 45) {
        repos.push(world.init("reftable").reftable().create());
        repos.push(world.init("all").sha256().reftable().bare().create());
    }
    for repo in &repos {
        let both = two(repo);
        repo.tag("v1").message("First\n").create();
        repo.branch("side", "HEAD~1");
        let name = repo.path.display();
        assert_eq!(log(&mut repo.audit_command()), ids(&both), "{name}");
        assert_eq!(log(repo.audit_command().args(["-C", "."])), ids(&both), "{name}");
        let events = repo.audit(["log", "--format=jsonl"]).success().json_lines();
        assert_eq!(events.len(), 3, "{name}");
        assert_eq!(events[1]["what"]["refs"], serde_json::json!(["main"]), "{name}");
        for revision in ["main", "v1", "side..main", "HEAD~1", "main^{/One}", &both.0[..9]] {
            let git = repo.git(["log", "--format=%H", revision]);
            let output = repo.audit(["log", "--kind=commit", "--format=jsonl", revision]).success();
            let ours: Vec<_> = output.json_lines().iter().map(|e| e["id"].clone()).collect();
            assert_eq!(ours, git.lines().collect::<Vec<_>>(), "{name} {revision}");
        }
        repo.audit(["show", "v1"]).success();
        repo.audit(["people"]).success();
        // Detached, then on a branch without a commit.
        repo.git(["update-ref", "--no-deref", "HEAD", &both.1]);
        assert_eq!(log(&mut repo.audit_command()), [both.1.as_str()], "{name}");
        repo.git(["symbolic-ref", "HEAD", "refs/heads/unborn"]);
        let output = repo.audit(["log", "--kind=commit", "--format=jsonl"]).success();
        assert_eq!(output.stdout, "", "{name}");
        assert!(output.stderr.contains("unborn"), "{name}: {}", output.stderr);
        assert_eq!(log(repo.audit_command().args(["-C", "."])).len(), 0);
        repo.audit(["show"]).code(2);
    }
}

#[test]
fn a_linked_work_tree_has_its_own_head() {
    let world = World::new();
    let repo = world.repo();
    let both = two(&repo);
    let linked = repo.worktree("linked");
    let three = linked.commit("Three").file("c", "3").create();
    assert_eq!(log(&mut linked.audit_command())[0], three);
    assert_eq!(log(&mut repo.audit_command()), ids(&both));
    // From below, and through a relative path to it.
    fs::create_dir(linked.path.join("deep")).unwrap();
    let mut command = world.audit_command();
    assert_eq!(log(command.args(["-C", "linked/deep"])).len(), 3);
}

#[test]
fn the_git_directory_named_by_the_environment() {
    let world = World::new();
    let repo = world.repo();
    let both = two(&repo);
    let git_dir = repo.path.join(".git");
    let mut command = world.audit_command();
    assert_eq!(log(command.env("GIT_DIR", &git_dir)), ids(&both));
    let mut command = world.audit_command();
    assert_eq!(log(command.env("GIT_DIR", "repo/.git")), ids(&both));
    let mut command = world.audit_command();
    command.current_dir(repo.path.join("src"));
    command.env("GIT_DIR", "../.git").env("GIT_WORK_TREE", "..");
    let output = Output::of(command.args(["log", "--format=jsonl", "--", "a"])).success();
    assert_eq!(output.json_lines()[0]["id"], both.1.as_str());
    assert_eq!(output.lines().len(), 1);
    let mut command = repo.audit_command();
    command.env("GIT_DIR", world.root().join("nothing")).arg("log");
    let output = Output::of(&mut command).code(2);
    assert!(output.stderr.contains("nothing"), "{}", output.stderr);
}

#[test]
fn no_repository_is_an_error_with_a_hint() {
    let world = World::new();
    for arguments in [&["log"][..], &["show"], &["people"], &["log", "--format", "json"]] {
        let output = world.audit(arguments).code(2);
        assert_eq!(output.stdout, "", "{arguments:?}");
        assert!(output.stderr.starts_with("error: not a git repository"), "{}", output.stderr);
        assert!(output.stderr.contains("\nhint: "), "{}", output.stderr);
    }
}

#[test]
fn an_empty_repository_has_an_empty_timeline() {
    let world = World::new();
    let repo = world.repo();
    let output = repo.audit(["log"]).success();
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("no commits yet on main"), "{}", output.stderr);
    let json = repo.audit(["log", "--format", "json"]).success().json();
    assert_eq!(json, serde_json::json!({"v": 1, "events": []}));
    repo.audit(["log", "--all", "--format", "csv"]).success();
    // Nobody: a negative answer.
    let people = repo.audit(["people", "--format", "json"]).code(1).json();
    assert_eq!(people["people"], serde_json::json!([]));
    repo.audit(["show"]).code(2);
}

#[test]
fn a_partial_clone_needs_no_blobs_and_says_when_it_lacks_trees() {
    let world = World::new();
    let origin = world.repo();
    let both = two(&origin);
    for (name, filter) in [("blobless", "--filter=blob:none"), ("treeless", "--filter=tree:0")] {
        let clone = origin.clone_to(name, [filter]);
        // Nobody to ask any more: what is not here stays away.
        clone.git(["remote", "set-url", "origin", "/nonexistent"]);
        assert_eq!(log(&mut clone.audit_command()), ids(&both), "{name}");
        clone.audit(["people"]).success();
        let with_paths = clone.audit(["log", "--format=jsonl", "--", "src"]);
        if name == "blobless" {
            assert_eq!(with_paths.success().json_lines()[0]["id"], both.1.as_str());
            clone.audit(["show", "HEAD"]).success();
        } else {
            let with_paths = with_paths.code(2);
            assert!(with_paths.stderr.contains("tree "), "{}", with_paths.stderr);
            assert!(with_paths.stderr.contains("hint: "), "{}", with_paths.stderr);
            assert_eq!(with_paths.stdout, "");
        }
    }
}

#[test]
fn a_shallow_clone_ends_without_pretending_to_be_whole() {
    let world = World::new();
    let origin = world.repo();
    let both = two(&origin);
    let clone = origin.clone_to("shallow", ["--depth=1"]);
    let events = clone.audit(["log", "--format=jsonl"]).success().json_lines();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["what"]["parents"], serde_json::json!([both.1]));
    assert_eq!(events[0]["proof"]["notes"], serde_json::json!(["shallow"]));
    let shown = clone.audit(["show", "HEAD"]).success();
    assert!(shown.stdout.contains("this clone is shallow"), "{}", shown.stdout);
    let output = clone.audit(["log", &both.1]).code(2);
    assert!(output.stderr.contains(&both.1), "{}", output.stderr);
}

#[test]
fn objects_borrowed_from_another_repository() {
    let world = World::new();
    let origin = world.repo();
    let both = two(&origin);
    for (name, option) in [("shared", "-s"), ("referring", "--reference=repo")] {
        world.git(["clone", "-q", option, "repo", name]);
        let clone = Repo::at(&world, world.root().join(name));
        assert!(clone.path.join(".git/objects/info/alternates").exists(), "{name}");
        assert_eq!(log(&mut clone.audit_command()), ids(&both), "{name}");
        // And one that borrows from the borrower.
        let third = format!("{name}-third");
        world.git(["clone", "-q", "-s", name, &third]);
        let third = Repo::at(&world, world.root().join(third));
        assert_eq!(log(&mut third.audit_command()), ids(&both));
    }
}

#[test]
fn objects_in_quarantine_while_a_hook_runs() {
    let world = World::new();
    let repo = world.init("server").bare().create();
    let both = two(&repo);
    let quarantine = world.root().join("quarantine");
    fs::create_dir(&quarantine).unwrap();
    let objects = repo.path.join("objects");
    let in_quarantine = |command: &mut Command| {
        command.env("GIT_OBJECT_DIRECTORY", &quarantine);
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
        command.env("GIT_QUARANTINE_PATH", &quarantine);
    };
    let mut command = repo.git_command();
    in_quarantine(&mut command);
    let tree = format!("{}^{{tree}}", both.0);
    command.args(["commit-tree", &tree, "-p", &both.0, "-m", "Pushed"]);
    let pushed = Output::of(&mut command).success().line();
    repo.audit(["log", &pushed]).code(2);
    let mut command = repo.audit_command();
    in_quarantine(&mut command);
    let output = Output::of(command.args(["log", "--kind=commit", "--format=jsonl", &pushed]));
    assert_eq!(output.success().json_lines()[0]["id"], pushed.as_str());
    let mut command = repo.audit_command();
    in_quarantine(&mut command);
    let range = format!("main..{pushed}");
    let output = Output::of(command.args(["log", "--format=jsonl", &range])).success();
    assert_eq!(output.lines().len(), 1);
}

#[test]
fn somebody_elses_repository_is_refused_with_the_way_out() {
    if !require("chown") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    two(&repo);
    let mut chown = world.command("chown");
    if Output::of(chown.args(["-R", "12345"]).arg(&repo.path)).code != Some(0) {
        // Written to the stream itself: what the print macros write is hidden when a test passes.
        use std::io::Write;
        let name = "somebody_elses_repository_is_refused_with_the_way_out";
        let _ = writeln!(std::io::stderr(), "\nNOT RUN: {name}: needs to run as root");
        return;
    }
    let mut git = repo.git_command();
    Output::of(git.args(["log", "--format=%H"])).code(128);
    let output = repo.audit(["log"]).code(2);
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("owned by another user"), "{}", output.stderr);
    assert!(output.stderr.contains("safe.directory"), "{}", output.stderr);
    // The way out, as git takes it.
    let global = world.home().join("gitconfig");
    for allowed in [repo.path.to_str().unwrap(), "*"] {
        fs::write(&global, format!("[safe]\n\tdirectory = {allowed}\n")).unwrap();
        let with = |command: &mut Command| {
            command.env("GIT_CONFIG_GLOBAL", &global);
        };
        let mut git = repo.git_command();
        with(&mut git);
        Output::of(git.args(["log", "--format=%H"])).success();
        let mut command = repo.audit_command();
        with(&mut command);
        assert_eq!(log(&mut command).len(), 2, "{allowed}");
    }
}

/// The file of a loose object.
fn loose(repo: &Repo<'_>, id: &str) -> PathBuf {
    repo.path.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn damage_is_named_and_nothing_is_skipped() {
    for damage in ["missing", "garbled", "empty", "swapped"] {
        damaged(damage);
    }
}

#[test]
fn a_loose_object_that_was_cut_off_is_named() {
    damaged("cut");
}

fn damaged(damage: &str) {
    {
        let world = World::new();
        let repo = world.repo();
        let both = two(&repo);
        let path = loose(&repo, &both.1);
        match damage {
            "missing" => fs::remove_file(&path).unwrap(),
            "cut" => overwrite(&path, |bytes| bytes.truncate(bytes.len() / 2)),
            "garbled" => overwrite(&path, |bytes| bytes[20..].fill(0xa5)),
            "empty" => overwrite(&path, Vec::clear),
            // Another commit's bytes under this id: only its hash can tell.
            _ => {
                let other = repo.raw("commit", &[&repo.read("commit", &both.1)[..], b"!"].concat());
                let other = fs::read(loose(&repo, &other)).unwrap();
                overwrite(&path, |bytes| *bytes = other);
            }
        }
        for format in ["table", "csv", "markdown", "jsonl", "json"] {
            let output = repo.audit(["log", "--format", format]).code(2);
            assert!(output.stderr.contains(&both.1), "{damage} {format}: {}", output.stderr);
            assert!(output.stderr.contains("hint: "), "{damage}: {}", output.stderr);
        }
        let output = repo.audit(["people"]).code(2);
        assert!(output.stderr.contains(&both.1), "{damage}: {}", output.stderr);
        let output = repo.audit(["show", &both.1]).code(2);
        assert!(output.stderr.contains(&both.1), "{damage}: {}", output.stderr);
    }
}

#[test]
fn a_corrupt_pack_is_named() {
    let world = World::new();
    let repo = world.repo();
    let both = two(&repo);
    repo.git(["repack", "-q", "-a", "-d"]);
    let folder = repo.path.join(".git/objects/pack");
    let pack = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension() == Some(OsStr::new("pack")))
        .unwrap();
    // The objects' bytes, not the header or the trailing hash.
    overwrite(&pack, |bytes| {
        let end = bytes.len() - 20;
        bytes[14..end].fill(0xff);
    });
    Output::of(repo.git_command().args(["log", "--format=%H"])).code(128);
    let output = repo.audit(["log"]).code(2);
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains(&both.0), "{}", output.stderr);
    overwrite(&pack, |bytes| bytes.truncate(8));
    repo.audit(["log"]).code(2);
}

#[test]
fn a_reader_that_had_enough_is_no_error() {
    if !require("sh") || !require("head") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let head = two(&repo).0;
    // More than a pipe holds.
    let tree = repo.id("HEAD^{tree}");
    let mut stream = String::new();
    for n in 0..3000 {
        let from = if n == 0 { format!("from {head}\n") } else { String::new() };
        let date = 1_800_000_000 + n;
        stream.push_str(&format!(
            "commit refs/heads/main\ncommitter C <c@x> {date} +0000\ndata 3\nabc\n{from}M 040000 {tree} \n\n"
        ));
    }
    let mut import = repo.git_command();
    let mut child = import.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    for format in ["table", "csv", "markdown", "jsonl", "json"] {
        let mut shell = world.command("sh");
        shell
            .current_dir(&repo.path)
            .env("FORMAT", format)
            .env("AUDIT", env!("CARGO_BIN_EXE_audit"));
        shell
            .args(["-c", "{ \"$AUDIT\" log --format $FORMAT; echo \"exit $?\" >&2; } | head -n 2"]);
        let output = Output::of(&mut shell).success();
        assert_eq!(output.lines().len(), 2, "{format}");
        assert_eq!(output.stderr, "exit 0\n", "{format}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    if !Path::new("/dev/full").exists() {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "\nNOT RUN: a_full_disk_is_an_error: needs /dev/full");
        return;
    }
    let world = World::new();
    let repo = world.repo();
    two(&repo);
    for format in ["table", "csv", "markdown", "jsonl", "json"] {
        for command in ["log", "show", "people"] {
            let mut audit = repo.audit_command();
            audit.args([command, "--format", format]);
            audit.stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
            audit.stderr(Stdio::piped());
            let output = audit.spawn().unwrap().wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command} {format}: {said}");
            assert!(said.contains("No space left"), "{command} {format}: {said}");
        }
    }
}

#[test]
fn configuration_from_the_environment_counts() {
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let signers = world.allowed_signers(&[&ana]);
    let signers = signers.to_str().unwrap();
    if !require("ssh-keygen") {
        return;
    }
    repo.commit("Signed").sign(&ana).create();
    let letter = |command: &mut Command| {
        let output = Output::of(command.args(["log", "--format=jsonl"])).success();
        output.json_lines()[0]["proof"]["signature"]["letter"].as_str().unwrap().to_owned()
    };
    let git_letter =
        |command: &mut Command| Output::of(command.args(["log", "--format=%G?"])).success().line();
    assert_ne!(letter(&mut repo.audit_command()), "G");
    let counted = |command: &mut Command| {
        command.env("GIT_CONFIG_COUNT", "1");
        command.env("GIT_CONFIG_KEY_0", "gpg.ssh.allowedSignersFile");
        command.env("GIT_CONFIG_VALUE_0", signers);
    };
    let (mut git, mut audit) = (repo.git_command(), repo.audit_command());
    counted(&mut git);
    counted(&mut audit);
    assert_eq!((git_letter(&mut git).as_str(), letter(&mut audit).as_str()), ("G", "G"));
    let parameters = |command: &mut Command| {
        let value = format!("'gpg.ssh.allowedsignersfile'='{signers}'");
        command.env("GIT_CONFIG_PARAMETERS", value);
    };
    let (mut git, mut audit) = (repo.git_command(), repo.audit_command());
    parameters(&mut git);
    parameters(&mut audit);
    assert_eq!((git_letter(&mut git).as_str(), letter(&mut audit).as_str()), ("G", "G"));
    // As an alias of git sees it: `git -c … audit`.
    let mut git = repo.git_command();
    git.args(["-c", &format!("gpg.ssh.allowedSignersFile={signers}")]);
    git.args(["-c", &format!("alias.audit=!'{}' log --format=jsonl", env!("CARGO_BIN_EXE_audit"))]);
    let output = Output::of(git.arg("audit")).success();
    assert_eq!(output.json_lines()[0]["proof"]["signature"]["letter"], "G");
}

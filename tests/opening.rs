//! Every kind of repository that git opens, and every way in which it cannot be opened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod common;

use common::{Output, Repo, World, require_git};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Three commits, a branch and two tags.
fn fill(repo: &Repo<'_>) -> String {
    repo.commit("One").file("a.txt", "1").file("src/b.txt", "1").create();
    repo.commit("Two").file("src/b.txt", "2").create();
    let last = repo.commit("Three").file("a.txt", "3").create();
    repo.tag("light").create();
    repo.tag("v1").message("First").create();
    last
}

const COMMITS: [&str; 7] =
    ["log", "--kind", "commit,merge", "--no-signatures", "--format", "jsonl", "--color=never"];

/// The ids that a log prints.
fn ids(output: Output) -> Vec<String> {
    output
        .success()
        .json_lines()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

fn agrees_with_git(repo: &Repo<'_>) {
    let ours = ids(repo.audit(COMMITS));
    let gits = repo.git(["log", "--format=%H"]);
    assert_eq!(ours, gits.lines().collect::<Vec<_>>());
    assert_eq!(ours.len(), 3);
}

#[test]
fn plain_bare_sha256_and_reftable() {
    let world = World::new();
    let mut repos = vec![
        world.init("plain").create(),
        world.init("bare").bare().create(),
        world.init("sha256").sha256().create(),
        world.init("sha256 bare é").sha256().bare().create(),
    ];
    if require_git(2, 45) {
        repos.push(world.init("reftable").reftable().create());
        repos.push(world.init("reftable-bare").reftable().bare().create());
        repos.push(world.init("all").sha256().reftable().create());
    }
    for repo in &repos {
        fill(repo);
        agrees_with_git(repo);
        let tags = repo.audit(["log", "--kind", "tag", "--format", "jsonl"]).success().json_lines();
        assert_eq!(tags.len(), 2);
        assert_eq!(
            ids(repo.audit(["log", "-n1", "HEAD~1", "--format", "jsonl"])),
            [repo.id("HEAD~1")]
        );
        repo.audit(["show", "v1"]).success();
    }
}

#[test]
fn a_bare_repository_without_configuration() {
    let world = World::new();
    let repo = world.init("bare.git").bare().create();
    fill(&repo);
    fs::remove_file(world.root().join("bare.git/config")).unwrap();
    agrees_with_git(&repo);
    assert_eq!(ids(repo.audit(["log", "--format", "jsonl", "--", "src"])).len(), 2);
    assert_eq!(ids(repo.audit(["log", "--kind", "commit", "--format", "jsonl", "HEAD"])).len(), 3);
}

#[test]
fn from_a_sub_folder_and_through_c() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let sub = world.root().join("plain/src");
    let sub = Repo::at(&world, sub);
    assert_eq!(ids(sub.audit(COMMITS)).len(), 3);
    // Paths are meant from where the user stands.
    assert_eq!(ids(sub.audit(["log", "--format", "jsonl", "--", "b.txt"])).len(), 2);
    assert_eq!(ids(sub.audit(["log", "--format", "jsonl", "b.txt"])).len(), 2);
    assert_eq!(ids(sub.audit(["log", "--format", "jsonl", "--", ":/a.txt"])).len(), 2);
    let out = world.audit(["-C", "plain", "-C", "src", "log", "--format", "jsonl", "--", "b.txt"]);
    assert_eq!(ids(out).len(), 2);
    world.audit(["-C", "nowhere", "log"]).code(2);
}

#[test]
fn a_worktree_shares_history_and_has_its_own_head() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let other = repo.worktree("other");
    assert_eq!(ids(other.audit(COMMITS)), ids(repo.audit(COMMITS)));
    let only_there = other.commit("In the worktree").create();
    assert_eq!(ids(other.audit(COMMITS))[0], only_there);
    assert_eq!(ids(repo.audit(COMMITS)).len(), 3);
}

#[test]
fn git_dir_and_work_tree_of_the_environment() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let mut command = world.audit_command();
    command.env("GIT_DIR", world.root().join("plain/.git")).args(COMMITS);
    assert_eq!(ids(Output::of(&mut command)).len(), 3);
    let mut command = world.audit_command();
    command.env("GIT_DIR", world.root().join("nowhere")).args(COMMITS);
    Output::of(&mut command).code(2);
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let shallow = repo.clone_to("shallow", ["--depth", "2"]);
    let events = shallow.audit(COMMITS).success().json_lines();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["proof"]["notes"], serde_json::json!(["shallow"]));
    // The object still names its parent: it is not the root.
    assert_eq!(events[1]["what"]["parents"].as_array().unwrap().len(), 1);
    assert!(shallow.audit(["show", "HEAD~1"]).success().stdout.contains("shallow"));
}

#[test]
fn partial_clones_need_no_blobs_for_the_log() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    repo.config("uploadpack.allowFilter", "true");
    for filter in ["blob:none", "tree:0"] {
        let name = filter.replace(':', "-");
        let url = format!("file://{}", world.root().join("plain").display());
        world.git(["clone", "-q", "--no-checkout", &format!("--filter={filter}"), &url, &name]);
        let clone = Repo::at(&world, world.root().join(&name));
        agrees_with_git(&clone);
    }
}

#[test]
fn alternates_and_quarantined_objects() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let shared = repo.clone_to("shared", ["--shared"]);
    agrees_with_git(&shared);
    // As a server's hook sees a push: new objects stand in a folder of their own.
    let quarantine = world.root().join("quarantine");
    fs::create_dir(&quarantine).unwrap();
    let objects = world.root().join("plain/.git/objects");
    let mut command = repo.git_command();
    command
        .env("GIT_OBJECT_DIRECTORY", &quarantine)
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects)
        .args(["commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "Pushed"]);
    let pushed = Output::of(&mut command).success().line();
    repo.audit(["log", &pushed]).code(2);
    let mut command = repo.audit_command();
    command
        .env("GIT_OBJECT_DIRECTORY", &quarantine)
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects)
        .args(["log", "--kind", "commit", "--format", "jsonl", &pushed]);
    assert_eq!(ids(Output::of(&mut command)).len(), 4);
}

#[test]
fn empty_detached_and_unborn() {
    let world = World::new();
    let empty = world.init("empty").create();
    let out = empty.audit(["log"]).success();
    assert!(
        out.stdout.is_empty() && out.stderr.contains("no commits yet on main"),
        "{}",
        out.stderr
    );
    assert_eq!(
        empty.audit(["log", "--format", "json"]).success().json()["events"],
        serde_json::json!([])
    );
    empty.audit(["show"]).code(2);
    let repo = world.init("plain").create();
    fill(&repo);
    repo.checkout("HEAD~1");
    assert_eq!(ids(repo.audit(COMMITS)).len(), 2);
    repo.orphan("fresh");
    assert!(
        repo.audit(["log", "--kind", "commit"])
            .success()
            .stderr
            .contains("no commits yet on fresh")
    );
    assert_eq!(ids(repo.audit(["log", "--all", "--kind", "commit", "--format", "jsonl"])).len(), 3);
}

#[test]
fn outside_a_repository_the_error_helps() {
    let world = World::new();
    let out = world.audit(["log"]).code(2);
    assert!(out.stdout.is_empty());
    assert!(
        out.stderr.contains("not a git repository") && out.stderr.contains("hint: "),
        "{}",
        out.stderr
    );
}

#[test]
fn an_owner_that_git_does_not_trust() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let chown =
        world.command("chown").args(["-R", "12345", "plain"]).current_dir(world.root()).output();
    if !chown.is_ok_and(|out| out.status.success()) {
        eprintln!("NOT RUN: an_owner_that_git_does_not_trust: only root can give files away");
        return;
    }
    let out = repo.audit(["log"]).code(2);
    assert!(
        out.stderr.contains("owned by another user") && out.stderr.contains("safe.directory"),
        "{}",
        out.stderr
    );
    assert_eq!(repo.git_command().arg("log").output().unwrap().status.code(), Some(128));
}

fn loose(repo: &Path, id: &str) -> PathBuf {
    repo.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn overwrite(path: &Path, bytes: &[u8]) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false)]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn missing_and_corrupt_objects_are_errors_and_not_skipped_rows() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    let folder = world.root().join("plain");
    let (second, first) = (repo.id("HEAD~1"), repo.id("HEAD~2"));
    let whole = fs::read(loose(&folder, &first)).unwrap();

    // Another commit's bytes under this id: whole, but not what the id promises.
    overwrite(&loose(&folder, &first), &fs::read(loose(&folder, &second)).unwrap());
    let out = repo.audit(COMMITS).code(2);
    assert_eq!(out.json_lines().len(), 2);
    assert!(out.stderr.contains(&first) && out.stderr.contains("corrupt"), "{}", out.stderr);

    overwrite(&loose(&folder, &first), &whole[..whole.len() / 2]);
    let out = repo.audit(COMMITS).code(2);
    assert!(out.stderr.contains(&first), "{}", out.stderr);

    fs::remove_file(loose(&folder, &first)).unwrap();
    let out = repo.audit(COMMITS).code(2);
    assert!(
        out.stderr.contains(&first) && out.stderr.contains("not in this repository"),
        "{}",
        out.stderr
    );
}

#[test]
fn a_corrupt_pack_is_calm() {
    let world = World::new();
    let repo = world.init("plain").create();
    fill(&repo);
    repo.git(["gc", "-q"]);
    let packs = world.root().join("plain/.git/objects/pack");
    let pack = fs::read_dir(packs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .unwrap();
    let mut bytes = fs::read(&pack).unwrap();
    let end = bytes.len() - 20;
    bytes[12..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    overwrite(&pack, &bytes);
    let out = repo.audit(["log"]).code(2);
    assert!(out.stderr.contains("error:") && !out.stderr.contains("panicked"), "{}", out.stderr);
}

#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
    let world = World::new();
    let repo = world.init("plain").create();
    for number in 0..400 {
        repo.commit(format!("Number {number}: {}", "x".repeat(400))).create();
    }
    let mut child = repo
        .audit_command()
        .args(["log", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut one = [0];
    child.stdout.take().unwrap().read_exact(&mut one).unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(0));
    assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let mut command = repo.audit_command();
        let child = command.arg("log").stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&out.stderr).contains("error:"));
    }
}

#[test]
fn configuration_of_the_environment_counts() {
    let world = World::new();
    let repo = world.init("plain").create();
    let ana = world.ssh_key("ana");
    let signers = world.allowed_signers(&[&ana]);
    repo.commit("Signed").sign(&ana).create();
    let letter = |out: Output| {
        out.success().json_lines()[0]["proof"]["signature"]["letter"].as_str().unwrap().to_owned()
    };
    assert_eq!(letter(repo.audit(["log", "--format", "jsonl"])), "E");
    let mut command = repo.audit_command();
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "gpg.ssh.allowedSignersFile")
        .env("GIT_CONFIG_VALUE_0", &signers)
        .args(["log", "--format", "jsonl"]);
    assert_eq!(letter(Output::of(&mut command)), "G");
    let mut command = repo.audit_command();
    let parameter = format!("'gpg.ssh.allowedSignersFile'='{}'", signers.display());
    command.env("GIT_CONFIG_PARAMETERS", parameter).args(["log", "--format", "jsonl"]);
    assert_eq!(letter(Output::of(&mut command)), "G");
    assert_eq!(
        letter(repo.audit(["log", "--format", "jsonl", "--trust", signers.to_str().unwrap()])),
        "G"
    );
}

#[test]
fn trust_comes_from_the_trusted_reference() {
    let world = World::new();
    let repo = world.init("plain").create();
    let (ana, mallory) = (world.ssh_key("ana"), world.ssh_key("mallory"));
    let signers = fs::read(world.allowed_signers(&[&ana])).unwrap();
    repo.commit("Trust Ana").file(".audit/allowed_signers", &signers).sign(&ana).create();
    // A branch that trusts its own author is not asked.
    repo.branch("evil", "HEAD").checkout("evil");
    let everybody = fs::read(world.allowed_signers(&[&ana, &mallory])).unwrap();
    repo.commit("Trust me, too").file(".audit/allowed_signers", &everybody).sign(&mallory).create();
    repo.checkout("main");
    let events = repo.audit(["log", "--all", "--format", "jsonl"]).success().json_lines();
    let letters: Vec<_> = events
        .iter()
        .map(|event| event["proof"]["signature"]["letter"].as_str().unwrap())
        .collect();
    assert_eq!(letters, ["U", "G"]);
    let named =
        repo.audit(["log", "--all", "--trust", "evil", "--format", "jsonl"]).success().json_lines();
    assert_eq!(named[0]["proof"]["signature"]["letter"], "G");
    repo.audit(["log", "--trust", "nowhere"]).code(2);
}

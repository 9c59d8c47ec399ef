//! Damage within a repository, a bare one that does not say so, and whose trust counts.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World};
use std::fs;
use std::path::{Path, PathBuf};

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
fn a_bare_repository_without_configuration() {
    let world = World::new();
    let repo = world.init("bare.git").bare().create();
    fill(&repo);
    fs::remove_file(world.root().join("bare.git/config")).unwrap();
    agrees_with_git(&repo);
    assert_eq!(ids(repo.audit(["log", "--format", "jsonl", "--", "src"])).len(), 2);
    assert_eq!(ids(repo.audit(["log", "--kind", "commit", "--format", "jsonl", "HEAD"])).len(), 3);
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

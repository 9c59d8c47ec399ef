//! The test environment itself: what tests stand on must hold first.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, require, require_git};

/// Holds for every world of this repository's history; a change of it changes literals elsewhere.
const FIRST: &str = "07e3f2786ed24c753fcf5cbdf841a63284335648";

#[test]
fn commit_ids_are_constant() {
    let world = World::new();
    let repo = world.repo();
    assert_eq!(repo.commit("Retry card capture once").file("pay.rs", "retry\n").create(), FIRST);
    assert_eq!(
        repo.git(["log", "--format=%an <%ae> %ad, %cn <%ce> %cd: %s", "--date=raw"]),
        "Ana Silva <ana@example.com> 1767261660 +0000, \
         Ana Silva <ana@example.com> 1767261660 +0000: Retry card capture once"
    );
}

#[test]
fn a_world_knows_nothing_of_the_machine() {
    let world = World::new();
    let repo = world.repo();
    let origins = repo.git(["config", "--list", "--show-origin", "--name-only"]);
    assert!(origins.lines().all(|line| line.starts_with("file:.git/config")), "{origins}");
    let variables = Output::of(&mut world.command("env")).success().stdout;
    for line in variables.lines().filter(|line| !line.starts_with("PATH=")) {
        let (name, value) = line.split_once('=').unwrap();
        let ours = value.starts_with(world.root().to_str().unwrap());
        assert!(ours || !value.starts_with('/') || value == "/dev/null", "{name}={value}");
    }
}

#[test]
fn the_program_runs_where_it_is_told() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    repo.audit(["--version"]).success();
    world.audit(["--version"]).success();
}

#[test]
fn sha256_reftable_and_bare_repositories_hold_the_same_files() {
    let world = World::new();
    let mut repos = vec![
        world.init("sha1").create(),
        world.init("sha256").sha256().create(),
        world.init("bare").bare().create(),
    ];
    if require_git(2, 45) {
        repos.push(world.init("reftable").reftable().create());
        repos.push(world.init("all").sha256().reftable().bare().create());
    }
    for repo in &repos {
        let id = repo.commit("One").file("a/b.txt", "b\n").create();
        let sha256 = repo.git(["rev-parse", "--show-object-format"]) == "sha256";
        assert_eq!(id.len(), if sha256 { 64 } else { 40 }, "{}", repo.path.display());
        assert_eq!(repo.git(["ls-tree", "-r", "--name-only", "main"]), "a/b.txt");
        assert_eq!(repo.git(["cat-file", "blob", "main:a/b.txt"]), "b");
        repo.commit("Two").file("c.txt", "c\n").remove("a/b.txt").create();
        assert_eq!(repo.git(["ls-tree", "-r", "--name-only", "main"]), "c.txt");
        assert_eq!(repo.git(["fsck", "--strict"]), "");
    }
    let bare: Vec<_> =
        repos.iter().map(|repo| repo.git(["rev-parse", "--is-bare-repository"])).collect();
    assert_eq!(bare[..3], ["false", "false", "true"]);
}

#[test]
fn merges_and_octopuses_join_contents_and_parents() {
    let world = World::new();
    let repo = world.repo();
    let base = repo.commit("Base").file("base", "").create();
    let mut tips = Vec::new();
    for name in ["one", "two", "three"] {
        repo.branch(name, &base).checkout(name);
        tips.push(repo.commit(name).file(name, name).create());
    }
    repo.checkout("main");
    let merge = repo.commit("Merge branch 'one'").merge("one").create();
    assert_eq!(repo.git(["log", "-1", "--format=%P", &merge]), format!("{base} {}", tips[0]));
    let octopus = repo.commit("Octopus").merge("two").merge("three").create();
    let parents = repo.git(["log", "-1", "--format=%P", &octopus]);
    assert_eq!(parents, format!("{merge} {} {}", tips[1], tips[2]));
    assert_eq!(repo.git(["ls-tree", "--name-only", "HEAD"]), "base\none\nthree\ntwo");
    assert_eq!(repo.git(["status", "--porcelain"]), "");

    let claimed = repo.commit("Adds a parent only").parent(&base).create();
    assert_eq!(repo.git(["log", "-1", "--format=%P", &claimed]), format!("{octopus} {base}"));

    repo.orphan("pages");
    let root = repo.commit("Root").file("index", "").create();
    assert_eq!(repo.git(["log", "--format=%H %P", "pages"]), format!("{root} "));
}

#[test]
fn people_dates_and_encodings_are_as_told() {
    let world = World::new();
    let repo = world.repo();
    let id = repo
        .commit(b"Caf\xe9\n\nTicket: PAY-88\n")
        .encoding("ISO-8859-1")
        .author("Bruno Costa", "bruno@example.com")
        .committer("Forge", "noreply@forge.example")
        .author_date("@1700000000 +0530")
        .committer_date("@1700000060 -0800")
        .create();
    assert_eq!(
        repo.git(["log", "--format=%an %ae %ad %cn %ce %cd %s", "--date=raw"]),
        "Bruno Costa bruno@example.com 1700000000 +0530 \
         Forge noreply@forge.example 1700000060 -0800 Café"
    );
    assert!(repo.read("commit", &id).windows(5).any(|bytes| bytes == b"Caf\xe9\n"));
}

#[test]
fn tags_of_every_sort() {
    let world = World::new();
    let repo = world.repo();
    let commit = repo.commit("One").create();
    assert_eq!(repo.tag("light").create(), commit);
    let annotated = repo.tag("v1").message("First\n").create();
    let nested = repo.tag("v1-final").target("v1").message("Really\n").create();
    assert_eq!(repo.git(["cat-file", "-t", &nested]), "tag");
    assert!(repo.read("tag", &nested).starts_with(format!("object {annotated}\n").as_bytes()));
    assert_eq!(repo.id("v1-final^{commit}"), commit);
}

#[test]
fn objects_git_would_refuse() {
    let world = World::new();
    let repo = world.repo();
    let tree = repo.git(["write-tree"]);
    let bytes = format!("tree {tree}\nauthor A <a> 1 +0000\nauthor B <b> 2 +9999\n\nno committer");
    let id = repo.raw("commit", bytes.as_bytes());
    repo.update_ref("refs/heads/forged", &id);
    assert_eq!(repo.read("commit", &id), bytes.as_bytes());
}

#[test]
fn notes_clones_and_worktrees() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").file("a", "1").create();
    let head = repo.commit("Two").file("a", "2").create();
    repo.note("refs/notes/review", &head, "Code-Review+2: Bruno <bruno@example.com>");
    assert_eq!(repo.git(["notes", "--ref=review", "list"]).lines().count(), 1);

    let shallow = repo.clone_to("shallow", ["--depth=1"]);
    assert_eq!(shallow.git(["rev-parse", "--is-shallow-repository"]), "true");
    assert_eq!(shallow.git(["log", "--format=%s"]), "Two");

    let partial = repo.clone_to("partial", ["--bare", "--filter=blob:none"]);
    let missing = partial.git(["rev-list", "--objects", "--all", "--missing=print"]);
    assert!(missing.lines().any(|line| line.starts_with('?')), "{missing}");

    let linked: Repo<'_> = repo.worktree("linked");
    linked.commit("Three").file("b", "3").create();
    assert_eq!(repo.git(["log", "-1", "--format=%s", "linked"]), "Three");
    assert_eq!(linked.git(["status", "--porcelain"]), "");
}

#[test]
fn ssh_signatures_are_good_and_constant() {
    if !require("ssh-keygen") {
        return;
    }
    let world = World::new();
    let repo = world.repo();
    let (ana, mallory) = (world.ssh_key("ana"), world.ssh_key("mallory"));
    repo.config("gpg.ssh.allowedSignersFile", world.allowed_signers(&[&ana]));
    let signed = repo.commit("Signed").file("a", "1").sign(&ana).create();
    assert_eq!(signed, "2d8d6197d7cc65bdc262e60a67ab021ef080f297");
    repo.commit("By a stranger").sign(&mallory).create();
    repo.commit("Not signed").create();
    assert_eq!(repo.git(["log", "--format=%G? %GS"]), "N \nU \nG ana@example.com");
    repo.tag("v1").target(&signed).message("Release\n").sign(&ana).create();
    repo.git(["verify-tag", "v1"]);
}

#[test]
fn openpgp_signatures_are_good_and_constant() {
    if !require("gpg") {
        return;
    }
    let build = || {
        let world = World::new();
        let repo = world.repo();
        let bruno = world.openpgp_key("bruno");
        let id = repo.commit("Signed").file("a", "1").sign(&bruno).create();
        let tag = repo.tag("v1").message("Release\n").sign(&bruno).create();
        assert_eq!(repo.git(["log", "--format=%G?"]), "G");
        repo.git(["verify-tag", "v1"]);
        let mallory = world.openpgp_key("mallory");
        repo.commit("By a stranger").sign(&mallory).create();
        assert_eq!(repo.git(["log", "-1", "--format=%G?"]), "U");
        world.forget(&bruno);
        assert_eq!(repo.git(["log", "-1", "--format=%G?", &id]), "E");
        (id, tag)
    };
    // Not a literal: versions of GnuPG may add subpackets of their own.
    assert_eq!(build(), build());
}

#[test]
fn what_fails_says_what_was_run() {
    let world = World::new();
    let failure = std::panic::catch_unwind(|| {
        let world = World::new();
        world.git(["rev-parse", "no-such-thing"]);
    });
    let message = *failure.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("rev-parse") && message.contains("exit code"), "{message}");
    assert!(world.root().is_dir());
}

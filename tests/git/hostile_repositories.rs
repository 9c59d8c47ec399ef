//! Repositories that somebody prepared: an answer about the rest, or an error that names the cause; never less without a word.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, feed};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// A tag of so many tag objects on top of a commit.
fn nested(repo: &Repo<'_>, commit: &str, depth: usize) -> String {
    let (mut object, mut kind) = (commit.to_owned(), "commit");
    for _ in 0..depth {
        let text = format!("object {object}\ntype {kind}\ntag deep\ntagger A <a@x> 1 +0000\n\nm\n");
        object = repo.raw("tag", text.as_bytes());
        kind = "tag";
    }
    object
}

#[test]
fn a_tag_of_too_many_tags_is_one_row_and_one_finding() {
    // One tag object that the reference names, and 64 behind it, are followed.
    for (depth, is_followed) in [(1, true), (64, true), (65, true), (66, false), (90, false)] {
        let world = World::new();
        let repo = world.repo();
        let commit = repo.commit("One").file("a", "1").create();
        repo.update_ref("refs/tags/deep", &nested(&repo, &commit, depth));
        let row = repo.audit(["log", "--kind", "tag", "--format", "jsonl"]).success().stdout;
        assert_eq!(row.contains("nested-too-deep"), !is_followed, "{depth}: {row}");
        assert_eq!(row.contains("\"target_kind\":\"commit\""), is_followed, "{depth}: {row}");
        assert!(repo.audit(["log"]).success().stdout.contains("One"));
        let verdict = repo.audit(["verify"]).success().stdout;
        assert_eq!(verdict.contains("more than 64 tag objects"), !is_followed, "{verdict}");
        repo.audit(["show", "deep"]).success();
    }
}

#[test]
fn the_length_of_a_file_is_asked_before_it_is_read() {
    const MAX: usize = 16 * 1024 * 1024;
    for (name, length, packed, refused) in [
        ("revoked_keys", MAX, false, false),
        ("revoked_keys", MAX + 1, false, true),
        ("revoked_keys", MAX + 1, true, true),
        ("policy.toml", 4 * MAX, true, true),
    ] {
        let world = World::new();
        let repo = world.repo();
        repo.commit("Trust").file(format!(".audit/{name}"), "\n".repeat(length)).create();
        if packed {
            repo.git(["repack", "-adq"]);
            repo.git(["prune-packed", "-q"]);
        }
        let output = repo.audit(["verify"]);
        let is_refused = output.code == Some(2) && output.stderr.contains("larger than");
        assert_eq!(is_refused, refused, "{name} of {length}: {}", output.stderr);
    }
}

#[test]
fn an_object_that_a_pack_lists_is_never_called_missing() {
    let world = World::new();
    let repo = world.repo();
    for number in 0..40 {
        let text = format!("Subject {number}\n\n{}", "a line of the body\n".repeat(60));
        repo.commit(text).file("a", number.to_string()).create();
    }
    repo.git(["repack", "-adfq"]);
    repo.git(["multi-pack-index", "write"]);
    let all = repo.audit(["log", "--format", "jsonl"]).success().stdout;
    let index = repo.path.join(".git/objects/pack/multi-pack-index");
    let whole = fs::read(&index).unwrap();
    // The offsets of objects stand before the checksum: a damaged one leads nowhere.
    for at in (20..=whole.len() - 21).rev().step_by(211).take(12) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x80;
        fs::remove_file(&index).unwrap();
        fs::write(&index, damaged).unwrap();
        let output = repo.audit(["log", "--format", "jsonl"]);
        let is_whole = output.code == Some(0) && output.stdout == all;
        assert!(
            is_whole || output.code == Some(2),
            "byte {at}: {:?} {}\n{}",
            output.code,
            output.stderr,
            output.stdout
        );
    }
}

#[test]
fn bare_repositories_are_opened_where_git_opens_them() {
    let world = World::new();
    let outer = world.repo();
    outer.commit("Outer").file("a", "1").create();
    let inner = outer.path.join("inner.git");
    outer.git(["clone", "--quiet", "--bare", ".", inner.to_str().unwrap()]);
    let module = outer.path.join(".git/modules/m");
    outer.git(["clone", "--quiet", "--bare", ".", module.to_str().unwrap()]);
    for explicit in [false, true] {
        let settings = [
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "safe.bareRepository"),
            ("GIT_CONFIG_VALUE_0", if explicit { "explicit" } else { "all" }),
        ];
        for at in [&outer.path, &inner, &module, &outer.path.join(".git")] {
            let at = at.to_str().unwrap();
            let mut git = outer.git_command();
            let git = git.envs(settings).args(["-C", at, "log", "--format=%s"]).output().unwrap();
            let ours = Output::of(outer.audit_command().envs(settings).args(["-C", at, "log"]));
            assert_eq!(ours.code == Some(0), git.status.success(), "{at}: {}", ours.stderr);
            if !git.status.success() {
                assert_eq!(ours.code, Some(2));
                assert!(ours.stderr.contains("safe.bareRepository"), "{}", ours.stderr);
            }
        }
        let mut named = outer.audit_command();
        Output::of(named.envs(settings).env("GIT_DIR", &inner).arg("log")).success();
    }
}

#[test]
fn a_search_ends_at_the_ceilings_that_git_has() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").file("deep/er/a", "1").create();
    let deep = repo.path.join("deep/er");
    let top = repo.path.to_str().unwrap().to_owned();
    let above = repo.path.parent().unwrap().to_str().unwrap().to_owned();
    let link = world.root().join("link");
    symlink(&repo.path, &link).unwrap();
    for ceilings in [
        String::new(),
        above.clone(),
        top.clone(),
        format!("{top}/deep"),
        format!("{top}/deep/er"),
        "relative".to_owned(),
        format!("/nowhere:{top}"),
        format!("{}/deep", link.display()),
        format!(":{}/deep", link.display()),
    ] {
        let mut git = repo.git_command();
        git.current_dir(&deep).env("GIT_CEILING_DIRECTORIES", &ceilings);
        let git = git.args(["rev-parse", "--git-dir"]).output().unwrap();
        let mut audit = repo.audit_command();
        audit.current_dir(&deep).env("GIT_CEILING_DIRECTORIES", &ceilings);
        let ours = Output::of(audit.arg("log"));
        assert_eq!(ours.code == Some(0), git.status.success(), "'{ceilings}': {}", ours.stderr);
    }
}

#[test]
fn alternates_are_read_as_git_reads_them() {
    let world = World::new();
    let source = world.repo();
    source.commit("One").file("a", "1").create();
    let objects = source.path.join(".git/objects");
    let strange = world.root().join("a \"b\"\n");
    symlink(&objects, &strange).unwrap();
    let plain = objects.to_str().unwrap();
    let quoted = format!("\"{}/a \\\"b\\\"\\n\"", world.root().display());
    for (list, name) in [
        (plain.to_owned(), "plain"),
        (format!("# a comment\n\n{plain}\n"), "comment"),
        (quoted.clone(), "quoted"),
        (format!("/nowhere\n{quoted}\n"), "second"),
        (format!("\"{plain}"), "unended"),
        ("/nowhere".to_owned(), "nowhere"),
    ] {
        let borrower = world.init(&format!("borrower-{name}")).create();
        let info = borrower.path.join(".git/objects/info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("alternates"), &list).unwrap();
        fs::write(borrower.path.join(".git/refs/heads/main"), source.id("HEAD")).unwrap();
        let git = borrower.git_command().args(["log", "main"]).output().unwrap();
        let ours = borrower.audit(["log", "main"]);
        assert_eq!(ours.code == Some(0), git.status.success(), "{name}: {}", ours.stderr);
    }
}

#[test]
fn a_hooks_folder_outside_of_the_repository_is_said_so() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").file("a", "1").create();
    let hooks = repo.path.join(".git/hooks");
    let said = repo.audit(["hook", "install", "pre-push"]).success().stderr;
    assert!(!said.contains("outside"), "{said}");
    repo.audit(["hook", "install", "--uninstall", "pre-push"]).success();
    let elsewhere = world.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::remove_dir_all(&hooks).unwrap();
    symlink(&elsewhere, &hooks).unwrap();
    let said = repo.audit(["hook", "install", "pre-push"]).success().stderr;
    assert!(said.contains("outside of this repository") && said.contains("elsewhere"), "{said}");
}

/// Whatever one bit of `packed-refs` becomes: git's commits, or an error; never fewer.
#[test]
fn a_flipped_bit_in_packed_refs_never_hides_a_commit() {
    let world = World::new();
    let repo = world.repo();
    let one = repo.commit("One").file("a", "1").create();
    for name in ["side", "topic"] {
        repo.git(["checkout", "--quiet", "-b", name, &one]);
        repo.commit(name).file(name, name).create();
    }
    repo.tag("v1").message("First").create();
    repo.git(["checkout", "--quiet", "--detach", &one]);
    repo.git(["pack-refs", "--all"]);
    let file = repo.path.join(".git/packed-refs");
    let whole = fs::read(&file).unwrap();
    for flip in (0..whole.len() * 8).step_by(29) {
        let mut damaged = whole.clone();
        damaged[flip / 8] ^= 1 << (flip % 8);
        fs::write(&file, &damaged).unwrap();
        let git = repo.git_command().args(["log", "--all", "--format=%H"]).output().unwrap();
        let git = (git.status.success(), String::from_utf8_lossy(&git.stdout).lines().count());
        let ours = all_tips(&repo.path);
        match (git, ours) {
            ((true, commits), Some(found)) => {
                let text = String::from_utf8_lossy(&damaged);
                assert_eq!(found, commits, "bit {flip}: {text}");
            }
            ((false, _), Some(found)) => panic!("bit {flip}: git is fatal, ours has {found}"),
            (_, None) => {}
        }
    }
}

/// How many commits all references lead to; `None` when they can't be told.
fn all_tips(path: &Path) -> Option<usize> {
    use audit::git::Repository;
    let repo = Repository::open(path).ok()?;
    let tips = repo.all_tips().ok()?;
    let mut git = std::process::Command::new("git");
    git.current_dir(path).args(["rev-list", "--count", "--stdin"]);
    let ids: Vec<String> = tips.iter().map(|tip| format!("{}\n", tip.oid)).collect();
    let counted = feed(&mut git, ids.concat().as_bytes());
    counted.stdout.trim().parse().ok()
}

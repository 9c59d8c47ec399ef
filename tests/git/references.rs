//! References, held against `git for-each-ref`, however they are stored.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Repo, World};
use audit::git::Repository;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What both say: `ID NAME`, in git's order.
fn agree(dir: &Path, repo: &Repo<'_>) -> Vec<String> {
    let format = "--format=%(objectname) %(refname)";
    let git = repo.git(["-C", dir.to_str().unwrap(), "for-each-ref", format]);
    let opened = Repository::open(dir).unwrap();
    let ours: Vec<String> = opened
        .refs("refs/")
        .unwrap()
        .iter()
        .map(|reference| format!("{} {}", reference.target, reference.name))
        .collect();
    let git: Vec<&str> = git.lines().collect();
    for line in &ours {
        assert!(git.contains(&line.as_str()), "git doesn't list {line}");
    }
    assert_eq!(ours, git);
    ours
}

fn names(listed: &[String]) -> Vec<&str> {
    listed.iter().map(|line| line.split_once(' ').unwrap().1).collect()
}

#[test]
fn files_and_packed_lines_are_read_as_by_git() {
    let world = World::new();
    let repo = world.repo();
    let one = repo.commit("One").file("a", "1").create();
    let two = repo.commit("Two").file("a", "2").create();
    let dir = repo.path.clone();
    let file = |name: &str, content: &str| {
        let path = dir.join(".git").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    for number in 0..20 {
        repo.git(["tag", &format!("light-{number}"), &one]);
        repo.git(["tag", "-a", "-m", "x", &format!("v{number}"), &two]);
    }
    repo.git(["branch", "folder/below/it", &one]);
    repo.git(["update-ref", "refs/bisect/bad", &one]);
    repo.git(["pack-refs", "--all"]);
    let packed = agree(&dir, &repo);
    assert_eq!(packed.len(), 43);
    // A file goes before the line; what is deleted is in neither.
    repo.git(["update-ref", "refs/tags/light-3", &two]);
    repo.git(["tag", "-d", "light-4"]);
    assert_eq!(agree(&dir, &repo).len(), 42);
    // Symbolic ones, also to one that is packed, to one that is symbolic, and to nothing.
    repo.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/tags/v3"]);
    repo.git(["symbolic-ref", "refs/heads/twice", "refs/remotes/origin/HEAD"]);
    repo.git(["symbolic-ref", "refs/heads/nowhere", "refs/heads/nothing"]);
    assert_eq!(agree(&dir, &repo).len(), 44);
    // Names that begin alike are others.
    repo.git(["update-ref", "refs/remotes/origin/HEADLESS", &one]);
    agree(&dir, &repo);
    // White space behind an id; files that are no references.
    file("refs/heads/space", &format!("{one}  \n"));
    file("refs/heads/short", &one);
    file("refs/heads/writing.lock", &one);
    file("refs/heads/empty", "");
    file("refs/heads/garbage", "garbage\n");
    file("refs/heads/null", &format!("{}\n", "0".repeat(40)));
    file("refs/heads/longer", &format!("{one}0\n"));
    let listed = agree(&dir, &repo);
    assert!(names(&listed).contains(&"refs/heads/space"));
    assert!(!names(&listed).contains(&"refs/heads/empty"));
    file("refs/heads/a..b", &one);
    file("refs/heads/a b", &one);
    file("refs/heads/.dot", &one);
    agree(&dir, &repo);
    let mut lines = fs::read_to_string(dir.join(".git/packed-refs")).unwrap();
    lines.push_str(&format!("{one} refs/tags/bad~name\n{one} refs/tags/tail\n"));
    file("packed-refs", &lines.replace(" sorted", ""));
    assert!(names(&agree(&dir, &repo)).contains(&"refs/tags/tail"));
    // Links in the place of files and folders.
    for (target, link) in [("refs/tags/v3", "dead"), ("short", "link"), ("folder", "folder2")] {
        symlink(target, dir.join(".git/refs/heads").join(link)).unwrap();
    }
    repo.git(["update-ref", "refs/heads/folder/below/it", &two]);
    let listed = agree(&dir, &repo);
    assert!(names(&listed).contains(&"refs/heads/link"));
    assert!(names(&listed).contains(&"refs/heads/folder2/below/it"));
}

#[test]
fn each_work_tree_has_some_of_its_own() {
    let world = World::new();
    let repo = world.repo();
    let one = repo.commit("One").file("a", "1").create();
    let two = repo.commit("Two").file("a", "2").create();
    let linked = world.root().join("linked");
    repo.git(["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap(), &one]);
    repo.git(["update-ref", "refs/bisect/bad", &two]);
    repo.git(["update-ref", "refs/worktree/main", &two]);
    let inside = linked.to_str().unwrap();
    repo.git(["-C", inside, "update-ref", "refs/bisect/bad", &one]);
    repo.git(["-C", inside, "update-ref", "refs/worktree/linked", &one]);
    let main = agree(&repo.path, &repo);
    assert!(names(&main).contains(&"refs/worktree/main"));
    let side = agree(&linked, &repo);
    assert!(!names(&side).contains(&"refs/worktree/main"));
    assert!(side.contains(&format!("{one} refs/bisect/bad")));
}

#[test]
fn a_damaged_default_branch_of_the_remote_is_an_error_and_not_another_one() {
    let world = World::new();
    let repo = world.repo();
    let one = repo.commit("One").file("a", "1").create();
    repo.git(["update-ref", "refs/remotes/origin/HEADLESS", &one]);
    let opened = Repository::open(&repo.path).unwrap();
    assert_eq!(opened.reference("refs/remotes/origin/HEAD").unwrap(), None);
    let head = repo.path.join(".git/refs/remotes/origin/HEAD");
    fs::write(&head, "").unwrap();
    let opened = Repository::open(&repo.path).unwrap();
    let failure = opened.reference("refs/remotes/origin/HEAD").unwrap_err();
    assert!(failure.to_string().contains("refs/remotes/origin/HEAD"), "{failure}");
    for command in ["log", "verify"] {
        let output = crate::common::Output::of(repo.audit_command().arg(command)).code(2);
        assert!(output.stderr.contains("refs/remotes/origin/HEAD"), "{}", output.stderr);
    }
    fs::write(&head, format!("{one}\n")).unwrap();
    let opened = Repository::open(&repo.path).unwrap();
    assert!(opened.reference("refs/remotes/origin/HEAD").unwrap().is_some());
}

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

/// What `git log --all` is fatal on, `audit log --all` and `verify --all` refuse, and the other way round; `audit log`
/// names what it leaves out.
#[test]
fn references_that_cannot_be_read_are_named_and_end_a_list_of_all() {
    /// Damages a git directory, given the id of a commit.
    type Damage = fn(&Path, &str);
    let damages: &[(&str, Damage)] = &[
        ("whole", |_, _| {}),
        ("garbage", |git, _| fs::write(git.join("refs/heads/side"), "garbage").unwrap()),
        ("empty", |git, _| fs::write(git.join("refs/heads/side"), "").unwrap()),
        ("null", |git, _| fs::write(git.join("refs/heads/side"), "0".repeat(40)).unwrap()),
        ("missing", |git, _| fs::write(git.join("refs/heads/side"), "1".repeat(40)).unwrap()),
        ("short", |git, id| fs::write(git.join("refs/heads/side"), &id[..39]).unwrap()),
        ("long", |git, id| fs::write(git.join("refs/heads/side"), format!("{id}0")).unwrap()),
        ("no blank", |git, id| fs::write(git.join("refs/heads/side"), format!("{id}x")).unwrap()),
        ("blank", |git, id| fs::write(git.join("refs/heads/side"), format!("{id}\t x")).unwrap()),
        ("name", |git, id| fs::write(git.join("refs/heads/si de"), id).unwrap()),
        ("dots", |git, id| fs::write(git.join("refs/tags/v1..2"), id).unwrap()),
        ("tag", |git, id| fs::write(git.join("refs/tags/v1~2"), id).unwrap()),
        ("lock", |git, id| fs::write(git.join("refs/heads/x.lock"), id).unwrap()),
        ("hidden", |git, id| fs::write(git.join("refs/heads/.x"), id).unwrap()),
        ("not UTF-8", |git, id| {
            use std::os::unix::ffi::OsStrExt;
            let name = std::ffi::OsStr::from_bytes(b"refs/heads/b\xe9");
            fs::write(git.join(name), id).unwrap();
        }),
        ("dangling", |git, _| fs::write(git.join("refs/heads/x"), "ref: refs/heads/none").unwrap()),
        ("root", |git, _| fs::write(git.join("refs/heads/x"), "ref: HEAD").unwrap()),
        ("loop", |git, _| fs::write(git.join("refs/heads/x"), "ref: refs/heads/x").unwrap()),
        ("symbolic name", |git, _| {
            fs::write(git.join("refs/heads/x"), "ref: refs/heads/a..b").unwrap();
        }),
        ("packed name", |git, id| packed(git, &format!("{id} refs/heads/si..de\n"))),
        ("packed null", |git, _| packed(git, &format!("{} refs/heads/p\n", "0".repeat(40)))),
        ("packed missing", |git, _| packed(git, &format!("{} refs/heads/p\n", "1".repeat(40)))),
        ("packed cut", |git, id| packed(git, &format!("{id} refs/heads/p"))),
        ("packed hex", |git, id| packed(git, &format!("x{} refs/heads/p\n", &id[1..]))),
        ("packed peeled", |git, id| packed(git, &format!("^{id}\n"))),
        ("packed peeled cut", |git, id| packed(git, &format!("{id} refs/tags/p\n^{}\n", &id[1..]))),
        ("packed tab", |git, id| packed(git, &format!("{id}\trefs/heads/p\n"))),
        ("packed empty line", |git, _| packed(git, "\n")),
        ("packed comment", |git, id| packed(git, &format!("{id} refs/heads/p\n# hello\n"))),
        ("packed folder", |git, _| fs::create_dir(git.join("packed-refs")).unwrap()),
    ];
    let (mut fatal, mut fine) = (0, 0);
    for (damage, make) in damages {
        let world = World::new();
        let repo = world.repo();
        let first = repo.commit("One").file("a", "1").create();
        repo.git(["branch", "side", &first]);
        repo.commit("Two").file("a", "2").create();
        make(&repo.path.join(".git"), &first);
        let git = repo.git_command().args(["log", "--all", "--format=%H"]).output().unwrap();
        let log = crate::common::Output::of(
            repo.audit_command().args(["log", "--all", "--kind", "commit", "--format", "jsonl"]),
        );
        let verify = crate::common::Output::of(repo.audit_command().args(["verify", "--all"]));
        if git.status.success() {
            fine += 1;
            let commits = String::from_utf8_lossy(&git.stdout).lines().count();
            // A symbolic reference without an end is left out by git, and named here.
            if log.code == Some(2) {
                assert!(["loop", "symbolic name"].contains(damage), "{damage}: {}", log.stderr);
            } else {
                assert_eq!(log.stdout.lines().count(), commits, "{damage}");
            }
        } else {
            fatal += 1;
            assert_eq!(log.code, Some(2), "{damage}: git is fatal: {}", log.stdout);
            assert_eq!(verify.code, Some(2), "{damage}: git is fatal: {}", verify.stdout);
        }
        let plain = crate::common::Output::of(repo.audit_command().arg("log"));
        let quiet = plain.code == Some(0) && !plain.stderr.contains("can't be read");
        // What is missing, or is a list that git cannot read at all, has an error of its own.
        assert!(
            !quiet || log.code == Some(0) || damage.ends_with("missing"),
            "{damage}: the log says nothing: {}",
            log.stderr
        );
    }
    assert!(fatal >= 14 && fine >= 6, "{fatal} fatal, {fine} fine");
}

fn packed(git: &Path, line: &str) {
    let header = "# pack-refs with: peeled fully-peeled sorted \n";
    fs::write(git.join("packed-refs"), format!("{header}{line}")).unwrap();
}

#[test]
fn all_starts_from_the_head_of_every_work_tree() {
    for hash in ["sha1", "sha256"] {
        let world = World::new();
        let init = world.init("pay");
        let repo = if hash == "sha256" { init.sha256().create() } else { init.create() };
        repo.commit("One").file("a", "1").create();
        let linked = world.root().join("other tree é");
        let path = linked.to_str().unwrap();
        repo.git(["worktree", "add", "--quiet", "--detach", path]);
        repo.git(["-C", path, "commit", "--quiet", "--allow-empty", "-m", "only there"]);
        let unborn = world.root().join("unborn");
        repo.git(["worktree", "add", "--quiet", "--orphan", "-b", "new", unborn.to_str().unwrap()]);
        let git = repo.git(["log", "--all", "--format=%H"]);
        for at in [repo.path.as_path(), &linked] {
            let arguments = [
                "-C",
                at.to_str().unwrap(),
                "log",
                "--all",
                "--kind",
                "commit",
                "--format",
                "jsonl",
            ];
            let ours = crate::common::Output::of(repo.audit_command().args(arguments)).code(0);
            assert_eq!(ours.stdout.lines().count(), git.lines().count(), "{hash}");
        }
    }
}

//! `audit index`: with it `audit trace` says what it says without it, having read everything.
//!
//! Random histories of commits that pick, revert and render one another, share author lines, trees and patches, on
//! branches of which some are deployed: what is traced without an index is held against what is traced with one that
//! has them all, or lacks some.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{BOT, audit, record};
use crate::common::{Output, Repo, World, feed};
use audit::git::Repository;
use audit::git::graph::Commits;
use audit::git::index::{CommitIndex, Histories};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// Numbers that look random, the same for the same seed (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn one_of<'t>(&mut self, of: &'t [String]) -> &'t str {
        &of[self.below(of.len())]
    }
}

/// A history that grows at random.
struct History<'r> {
    repo: &'r Repo<'r>,
    draw: Draw,
    trees: Vec<String>,
    commits: Vec<String>,
}

impl<'r> History<'r> {
    fn new(repo: &'r Repo<'r>, seed: u64) -> History<'r> {
        let file = |text: &str| repo.raw("blob", text.as_bytes());
        let (one, other) =
            (file("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"), file("0\n1\n2\nx\n4\n5\n6\n7\n8\n9\n"));
        let mut trees = Vec::new();
        for (first, second) in [(&one, &one), (&one, &other), (&other, &one), (&other, &other)] {
            for third in ["", "u", "v"] {
                let third = match third {
                    "" => String::new(),
                    text => format!("100644 blob {}\tthird\n", file(text)),
                };
                let entries =
                    format!("100644 blob {first}\tfirst\n100644 blob {second}\tsecond\n{third}");
                let mut command = repo.git_command();
                trees.push(feed(command.arg("mktree"), entries.as_bytes()).success().line());
            }
        }
        History { repo, draw: Draw(seed * 7919), trees, commits: Vec::new() }
    }

    fn message(&mut self) -> String {
        let mut message = format!("Change {}\n\n", self.commits.len());
        for _ in 0..self.draw.below(3).min(self.commits.len()) {
            let id = self.draw.one_of(&self.commits).to_owned();
            // An abbreviated id names as well.
            let id = if self.draw.below(3) == 0 { &id[..7 + self.draw.below(9)] } else { &id };
            message += &match self.draw.below(4) {
                0 | 1 => format!("This reverts commit {id}.\n"),
                2 => format!("(cherry picked from commit {id})\n"),
                _ => format!("\nArgocd-reference-commit-sha: {id}\n"),
            };
        }
        message
    }

    /// Adds commits; those that nothing builds on become branches.
    fn grow(&mut self, count: usize) {
        for _ in 0..count {
            let (number, message) = (self.commits.len(), self.message());
            let mut parents = Vec::new();
            for _ in 0..[1, 1, 1, 2, 2, 3][self.draw.below(6)] {
                if let Some(back) = number.checked_sub(1 + self.draw.below(4)) {
                    parents.push(self.commits[back].clone());
                }
            }
            parents.dedup();
            let tree = &self.trees[self.draw.below(self.trees.len())];
            let mut raw = format!("tree {tree}\n");
            for parent in &parents {
                raw += &format!("parent {parent}\n");
            }
            let author = 1_600_000_000 + self.draw.below(4);
            raw += &format!("author A <a@example.com> {author} +0000\n");
            // Some are of one moment, and clocks go back by hours.
            let date = 1_700_000_000 + 600 * (number / 2) - 3_000 * self.draw.below(4);
            raw += &format!("committer C <c@example.com> {date} +0000\n\n{message}");
            let id = self.repo.raw("commit", raw.as_bytes());
            self.repo.branch(&format!("b{number}"), &id);
            for parent in &parents {
                let at = self.commits.iter().position(|commit| commit == parent).unwrap();
                let name = format!("refs/heads/b{at}");
                self.repo.git(["update-ref", "-d", &name]);
            }
            self.commits.push(id);
        }
    }

    /// Deploys some of the latest commits.
    fn deploy(&mut self, count: usize) {
        for _ in 0..count {
            let back = self.draw.below(self.commits.len().min(25));
            let commit = self.commits[self.commits.len() - 1 - back].clone();
            let env = ["staging", "production"][self.draw.below(2)];
            deploy(self.repo, env, &commit);
        }
    }
}

fn deploy(repo: &Repo<'_>, env: &str, commit: &str) {
    record(repo, BOT, &["deploy", "--env", env, "--outcome", "success", "--commit", commit]);
}

fn place(repo: &Repo<'_>) -> PathBuf {
    repo.path.join(repo.git(["rev-parse", "--git-common-dir"])).join("audit/commits.index")
}

/// What is traced of commits, everything read.
fn trace(repo: &Repo<'_>, commits: &[String]) -> Output {
    let args = ["trace", "--all-reverts", "--format", "json"];
    audit(repo, args.iter().copied().chain(commits.iter().map(String::as_str)))
}

/// Holds traces with the index against those without it, with and without a commit-graph.
fn agrees(repo: &Repo<'_>, commits: &[String]) -> Vec<Value> {
    let (here, aside) = (place(repo), repo.world.root().join("aside"));
    let mut traces = Vec::new();
    for graph in ["false", "true"] {
        repo.config("core.commitGraph", graph);
        let with = trace(repo, commits);
        fs::rename(&here, &aside).unwrap();
        let without = trace(repo, commits);
        fs::rename(&aside, &here).unwrap();
        assert_eq!((&with.stderr, with.code), (&without.stderr, without.code), "{graph}");
        let (with, without) = (with.json(), without.json());
        let (with, without) =
            (with["traces"].as_array().unwrap(), without["traces"].as_array().unwrap());
        assert_eq!((with.len(), without.len()), (commits.len(), commits.len()));
        for (with, without) in with.iter().zip(without) {
            assert_eq!(with, without, "commit-graph: {graph}");
        }
        traces = with.clone();
    }
    traces
}

fn any(traces: &[Value], field: &str) -> bool {
    traces.iter().any(|trace| !trace[field].as_array().unwrap().is_empty())
}

#[test]
fn traces_are_the_same_with_an_index_that_has_everything_and_with_one_that_lacks_some() {
    let (mut copies, mut all): (Vec<String>, Vec<Value>) = (Vec::new(), Vec::new());
    for seed in 1..=4 {
        let world = World::new();
        let repo = if seed == 4 { world.init("repo").sha256().create() } else { world.repo() };
        let mut history = History::new(&repo, seed);
        history.grow(40);
        repo.git(["symbolic-ref", "HEAD", &format!("refs/heads/b{}", history.commits.len() - 1)]);
        history.deploy(5);
        assert_eq!(
            audit(&repo, ["index"]).code(0).line(),
            "40 commits in the index, 40 of them new"
        );
        repo.git(["commit-graph", "write", "--reachable"]);
        agrees(&repo, &history.commits);
        history.grow(20);
        history.deploy(5);
        agrees(&repo, &history.commits);
        assert_eq!(
            audit(&repo, ["index"]).code(0).line(),
            "60 commits in the index, 20 of them new"
        );
        repo.git(["commit-graph", "write", "--reachable"]);
        let traces = agrees(&repo, &history.commits);
        assert_eq!(
            audit(&repo, ["index"]).code(0).line(),
            "60 commits in the index, 0 of them new"
        );
        let hows = traces.iter().flat_map(|trace| trace["copies"].as_array().unwrap());
        copies.extend(hows.map(|copy| copy["how"].as_str().unwrap().to_owned()));
        all.extend(traces);
    }
    assert!(any(&all, "reverted_by") && any(&all, "restored_by"));
    for how in ["cherry-pick", "tree", "patch", "hydrated"] {
        assert!(copies.iter().any(|one| one == how), "no {how} among what was compared");
    }
}

/// A first commit, and one that is deployed.
fn deployed(world: &World) -> (Repo<'_>, String) {
    let repo = world.repo();
    repo.commit("First").file("f", "0\n").create();
    let change = repo.commit("Fix the rounding").file("f", "1\n").create();
    deploy(&repo, "production", "HEAD");
    (repo, change)
}

/// Adds commits to a branch, from where it is, with messages by their numbers.
fn add(repo: &Repo<'_>, branch: &str, from: &str, count: usize, message: impl Fn(usize) -> String) {
    let mut stream = String::new();
    for number in 0..count {
        let (when, text) = (repo.world.tick(), message(number));
        stream +=
            &format!("commit refs/heads/{branch}\ncommitter A <a@example.com> {when} +0000\n");
        stream += &format!("data {}\n{text}\n", text.len());
        stream += if number == 0 { from } else { "" };
        stream += "\n";
    }
    let mut import = repo.git_command();
    feed(import.args(["fast-import", "--quiet", "--force"]), stream.as_bytes()).success();
}

fn traced(repo: &Repo<'_>, commit: &str, code: i32) -> Value {
    audit(repo, ["trace", commit, "--format", "json"]).code(code).json()["traces"][0].clone()
}

#[test]
fn a_revert_is_found_wherever_it_is() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    add(&repo, "main", &format!("from {change}\n"), 300, |number| match number {
        150 => format!("Take it back\n\nThis reverts commit {change}.\n"),
        _ => "Go on\n".to_owned(),
    });
    deploy(&repo, "production", "main");
    let found = traced(&repo, &change, 0);
    assert_eq!((&found["verdict"], &found["later_unread"]), (&"runs".into(), &true.into()));
    let said = audit(&repo, ["trace", &change]).code(0).stdout;
    assert!(said.ends_with("--all-reverts reads all; `audit index` remembers them.\n"), "{said}");
    audit(&repo, ["index"]).code(0);
    let found = traced(&repo, &change, 0);
    assert_eq!((&found["verdict"], &found["later_unread"]), (&"ran".into(), &false.into()));
    // Commits that change nothing have the same files, and are no copies.
    assert_eq!(found["copies"], Value::Array(Vec::new()));
    // What came after it is read.
    repo.checkout("main");
    repo.commit(format!("Again\n\nThis reverts commit {}.", repo.id("main~149"))).create();
    deploy(&repo, "production", "main");
    assert_eq!(traced(&repo, &change, 0)["verdict"], "runs");
}

#[test]
fn what_is_deployed_nowhere_takes_nothing_back_however_much_of_it_there_is() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    let from = format!("from {change}\n");
    add(&repo, "topic", &from, 101, |_| format!("No\n\nThis reverts commit {change}.\n"));
    audit(&repo, ["index"]).code(0);
    let found = traced(&repo, &change, 0);
    assert_eq!((&found["verdict"], &found["later_unread"]), (&"runs".into(), &false.into()));
}

#[test]
fn what_was_cleared_away_is_no_copy_and_a_full_index_forgets_it() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    repo.checkout(&format!("{change}~1"));
    let pick = repo.commit(format!("Fix\n\n(cherry picked from commit {change})\n")).create();
    let revert = repo.commit(format!("No\n\nThis reverts commit {change}.\n")).create();
    repo.branch("topic", "HEAD").checkout("main");
    deploy(&repo, "staging", &pick);
    assert_eq!(audit(&repo, ["index"]).code(0).line(), "4 commits in the index, 4 of them new");
    assert_eq!(traced(&repo, &change, 0)["copies"][0]["commit"], pick.as_str());
    repo.branch("topic", &pick);
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["prune", "--expire=now"]);
    assert_eq!(Output::of(repo.git_command().args(["cat-file", "-e", &revert])).code, Some(1));
    let found = traced(&repo, &change, 0);
    assert_eq!(found["copies"][0]["commit"], pick.as_str());
    assert_eq!(audit(&repo, ["index"]).code(0).line(), "4 commits in the index, 0 of them new");
    let full = audit(&repo, ["index", "--full"]).code(0).line();
    assert_eq!(full, "3 commits in the index, 3 of them new");
}

#[test]
fn a_damaged_index_is_said_and_not_used() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    audit(&repo, ["index"]).code(0);
    let (path, without) = (place(&repo), fs::read(place(&repo)).unwrap());
    let expected = audit(&repo, ["trace", &change]).code(0).stdout;
    let mut flipped = without.clone();
    let middle = flipped.len() - 30;
    flipped[middle] ^= 1;
    for damaged in [&without[..without.len() - 1], b"", b"AUDITIDX", &flipped] {
        fs::remove_file(&path).unwrap();
        fs::write(&path, damaged).unwrap();
        let traced = audit(&repo, ["trace", &change]).code(0);
        assert_eq!(traced.stdout, expected);
        let warning = "audit/commits.index is damaged, or was written by another version: history is read instead; audit index --full writes it anew";
        assert!(traced.stderr.contains(warning), "{}", traced.stderr);
        let refused = audit(&repo, ["index"]).code(2).stderr;
        assert!(refused.contains("hint: audit index --full writes it anew"), "{refused}");
    }
    audit(&repo, ["index", "--full"]).code(0);
    assert_eq!(fs::read(&path).unwrap(), without);
    assert_eq!(audit(&repo, ["trace", &change]).code(0).stderr, "");
}

#[test]
fn a_shallow_clone_gets_none_and_uses_none() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    let shallow = repo.clone_to("shallow", ["--depth=1"]);
    let refused = audit(&shallow, ["index"]).code(2).stderr;
    assert!(refused.contains("a shallow clone"), "{refused}");
    assert!(refused.contains("git fetch --unshallow"), "{refused}");
    audit(&repo, ["index"]).code(0);
    let folder = place(&shallow).parent().unwrap().to_owned();
    fs::create_dir_all(&folder).unwrap();
    fs::copy(place(&repo).with_file_name("ledger.jsonl"), folder.join("ledger.jsonl")).unwrap();
    let before = audit(&shallow, ["trace", &change, "--format", "json"]);
    fs::write(place(&shallow), "no index").unwrap();
    let after = audit(&shallow, ["trace", &change, "--format", "json"]);
    assert_eq!((before.stdout, before.stderr), (after.stdout, after.stderr));
}

#[test]
fn what_builds_on_missing_or_broken_history_is_left_out_and_said() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    let first = repo.id(&format!("{change}~1"));
    let bogus = repo.raw("commit", b"no commit\n");
    let tree = repo.id("HEAD^{tree}");
    let text = format!(
        "tree {tree}\nparent {first}\nparent {bogus}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nM\n"
    );
    let merge = repo.raw("commit", text.as_bytes());
    repo.branch("bad", &repo.commit("On the bad one").parent(&merge).create());
    repo.git(["reset", "-q", "--hard", &change]);
    let output = audit(&repo, ["index"]).code(0);
    assert_eq!(output.line(), "2 commits in the index, 2 of them new");
    let warning = format!(
        "commit {bogus}: bogus commit object: it does not begin with a tree: 2 commits are left out that build on it, and read as before"
    );
    assert!(output.stderr.contains(&warning), "{}", output.stderr);
    assert_eq!(traced(&repo, &change, 0)["verdict"], "runs");
    repo.git(["branch", "-D", "bad"]);
    fs::remove_file(repo.path.join(".git/objects").join(&first[..2]).join(&first[2..])).unwrap();
    let output = audit(&repo, ["index", "--full"]).code(0);
    assert_eq!(output.line(), "0 commits in the index, 0 of them new");
    let warning = format!("commit {first} is not in this repository: 1 commit is left out");
    assert!(output.stderr.contains(&warning), "{}", output.stderr);
}

#[test]
fn an_index_that_cannot_be_written_or_read_is_an_error_and_no_end_of_tracing() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    fs::create_dir(place(&repo)).unwrap();
    let refused = audit(&repo, ["index", "--full"]).code(2).stderr;
    assert!(refused.contains("cannot write ") && refused.contains("commits.index"), "{refused}");
    let left: Vec<_> = fs::read_dir(place(&repo).parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 3, "the ledger, its lock and that: {left:?}");
    let traced = audit(&repo, ["trace", &change]).code(0);
    assert!(traced.stderr.contains(": history is read instead"), "{}", traced.stderr);
}

/// Clocks that go wrong, branches that are gone, and damage that concerns nobody: what is found without an index.
#[test]
fn copies_are_found_whatever_their_clocks_say_and_wherever_their_merge_is() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    let first = repo.id(&format!("{change}~1"));
    let pick = |of: &str| format!("Fix\n\n(cherry picked from commit {of})\n");
    // A clock that is a month slow.
    repo.checkout(&first);
    repo.commit("On the release").file("g", "g\n").create();
    let slow = world.now() - 30 * 24 * 3600;
    let date = format!("@{slow} +0000");
    let slow = repo.commit(pick(&change)).committer_date(&date).create();
    deploy(&repo, "staging", &slow);
    // A merge that no branch holds any more.
    repo.checkout(&first);
    repo.commit("Another release").file("h", "h\n").create();
    let merge = repo.commit("Bring main").merge("main").create();
    repo.checkout(&first);
    repo.commit("A third one").file("i", "i\n").create();
    let gone = repo.commit(pick(&merge)).create();
    deploy(&repo, "third", &gone);
    // A revert that is deployed nowhere, and damaged.
    repo.checkout(&change);
    let damaged = repo.commit(format!("No\n\nThis reverts commit {change}.\n")).create();
    repo.branch("no", &damaged).checkout("main");
    audit(&repo, ["index"]).code(0);
    let kept = world.root().join("kept");
    fs::copy(place(&repo), &kept).unwrap();
    let object = repo.path.join(".git/objects").join(&damaged[..2]).join(&damaged[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, "junk").unwrap();
    let said = audit(&repo, ["index", "--full"]).code(0).stderr;
    assert!(said.contains("refs/heads/no is left out: "), "{said}");
    fs::copy(&kept, place(&repo)).unwrap();
    let traces = agrees(&repo, &[change]);
    let copies: Vec<&str> = traces[0]["copies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| copy["commit"].as_str().unwrap())
        .collect();
    assert_eq!(copies, [gone, slow]);
}

#[test]
fn files_that_were_the_same_long_before_are_no_copy() {
    let world = World::new();
    let repo = world.repo();
    let first = repo.commit("First").file("f", "0\n").create();
    let before = repo.commit("The same files").author("Bo", "bo@x").file("f", "1\n").create();
    deploy(&repo, "production", &before);
    world.skip(30 * 24 * 3600);
    repo.branch("release", &before);
    repo.git(["reset", "-q", "--hard", &first]);
    let change = repo.commit("Fix").file("f", "1\n").create();
    deploy(&repo, "production", &before);
    audit(&repo, ["index"]).code(0);
    assert_eq!(agrees(&repo, std::slice::from_ref(&change))[0]["verdict"], "never");
}

#[test]
fn an_index_that_finds_or_lacks_too_much_is_not_asked() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    let from = format!("from {change}\n");
    add(&repo, "main", &from, 70, |_| format!("No\n\nThis reverts commit {change}.\n"));
    deploy(&repo, "production", "main");
    audit(&repo, ["index"]).code(0);
    let found = traced(&repo, &change, 0);
    assert_eq!((&found["verdict"], &found["later_unread"]), (&"ran".into(), &true.into()));
    add(&repo, "main", &format!("from {}\n", repo.id("main")), 1_001, |_| "Go on\n".to_owned());
    deploy(&repo, "production", "main");
    let last = repo.id("main~1071");
    assert_eq!(last, change);
    let unread = |commit: &str, code| traced(&repo, commit, code)["later_unread"] == true;
    assert!(unread(&repo.id("main~1002"), 0));
    audit(&repo, ["index"]).code(0);
    assert!(!unread(&repo.id("main~1002"), 0));
}

#[test]
fn where_there_is_nothing_yet_there_is_an_empty_index() {
    let world = World::new();
    let repo = world.init("bare").bare().create();
    assert_eq!(audit(&repo, ["index"]).code(0).line(), "0 commits in the index, 0 of them new");
    // As any other file is made.
    fs::write(repo.path.join("other"), "").unwrap();
    let permissions = |path: PathBuf| fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(place(&repo)), permissions(repo.path.join("other")));
    let commit = repo.commit("First").file("f", "0\n").create();
    deploy(&repo, "production", &commit);
    assert_eq!(audit(&repo, ["index"]).code(0).line(), "1 commit in the index, 1 of them new");
    assert_eq!(traced(&repo, &commit, 0)["verdict"], "runs");
}

/// Anybody can write a record that names a tag, or something that is not here, where a commit belongs.
#[test]
fn what_is_no_commit_is_not_read_for_one() {
    let world = World::new();
    let (repo, change) = deployed(&world);
    audit(&repo, ["index"]).code(0);
    let later = repo.commit("Later").file("f", "2\n").create();
    repo.tag("v1").message("v1").create();
    let ids = [change, later.clone(), repo.id("v1"), repo.id("HEAD^{tree}"), "7".repeat(40)];
    let repo = Repository::open(&repo.path).unwrap();
    let tips = ids.map(|id| repo.hash().oid(id.as_bytes()).unwrap());
    let index = CommitIndex::open(&repo).unwrap().unwrap();
    let commits = Commits::new(&repo);
    let histories = Histories { commits: &commits, index: Some(&index), tips: &tips };
    let none = |_| Ok(std::iter::empty());
    let candidates = histories.candidates(none, || panic!("the index is used")).unwrap();
    let read = candidates.read(|oid, _| Some(oid)).unwrap();
    assert_eq!(read, [repo.hash().oid(later.as_bytes()).unwrap()]);
}

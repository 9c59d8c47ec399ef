//! `audit sync` that is killed, finds a full disk, or meets histories that nobody planned: lists only grow, and
//! nothing that was acknowledged is lost.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, World, require};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const REF: &str = "refs/audit/ledger";

/// How many cases a test tries: few, or with `AUDIT_TESTS_LONG` as many as asked for or given here.
fn cases(few: usize, many: usize) -> usize {
    match std::env::var("AUDIT_TESTS_LONG") {
        Ok(number) => number.parse().ok().filter(|number| *number > 1).unwrap_or(many),
        Err(_) => few,
    }
}

/// A repository without a work tree, quickly made, with one commit that is the same in all of them.
fn bare(world: &World, path: &Path) {
    let script = "git init -q --bare -b main --template= \"$1\" && cd \"$1\" && \
                  git update-ref refs/heads/main $(git commit-tree -m Begin $(git mktree </dev/null))";
    let mut command = world.command("sh");
    let date = "@1767261600 +0000";
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    Output::of(command.args(["-c", script, "sh"]).arg(path)).success();
}

fn git(world: &World, path: &Path, args: &[&str]) -> Output {
    Output::of(world.command("git").current_dir(path).args(args))
}

fn audit(world: &World, path: &Path, args: &[&str]) -> Output {
    Output::of(world.audit_command().current_dir(path).args(args))
}

fn note(world: &World, path: &Path, why: &str) -> String {
    audit(world, path, &["record", "note", "--why", why]).success().line()
}

/// The ids of a server's list, in its order.
fn list(world: &World, server: &Path) -> Vec<String> {
    let names = git(world, server, &["ls-tree", "-r", "--name-only", REF, "ledger/"]).stdout;
    let read =
        |name: &str| git(world, server, &["show", &format!("{REF}:{name}")]).success().stdout;
    let text: String = names.lines().map(read).collect();
    text.split_inclusive('\n')
        .map(|line| audit::ledger::Id::of(line.as_bytes()).to_string())
        .collect()
}

fn ids(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path.join("audit/ledger.jsonl")).unwrap_or_default();
    text.split_inclusive('\n')
        .map(|line| audit::ledger::Id::of(line.as_bytes()).to_string())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// A server with one record, and a clone that has another one to publish and one to receive.
fn prepared(world: &World) -> (PathBuf, PathBuf, BTreeSet<String>) {
    let folder = world.root().join("template");
    std::fs::create_dir(&folder).unwrap();
    let (server, other, clone) =
        (folder.join("server"), folder.join("other"), folder.join("clone"));
    for path in [&server, &other, &clone] {
        bare(world, path);
    }
    for path in [&other, &clone] {
        git(world, path, &["remote", "add", "origin", "../server"]).success();
    }
    let mut all = BTreeSet::from([note(world, &clone, "first")]);
    audit(world, &clone, &["sync"]).success();
    audit(world, &other, &["sync"]).success();
    all.insert(note(world, &other, "from elsewhere"));
    audit(world, &other, &["sync"]).success();
    all.insert(note(world, &clone, "mine"));
    (folder, world.root().join("run"), all)
}

/// Lets strace do something to the n-th of some system calls of a sync, for every n until the sync gets by
/// unharmed; the next sync must end well.
fn injected(what: &str) {
    let world = World::new();
    if !require("strace") {
        return;
    }
    let (template, run, all) = prepared(&world);
    let calls =
        "openat,write,fsync,fdatasync,rename,ftruncate,mkdir,unlink,flock,clone3,vfork,pwrite64";
    let most = cases(12, 100_000);
    // Few cases are spread over what a sync does.
    let step = if most < 100 { 7 } else { 1 };
    let (mut tried, mut harmed) = (0, 0);
    for number in (1..).step_by(step).take(most) {
        copy(&template, &run);
        let (server, clone) = (run.join("server"), run.join("clone"));
        let inject = format!("inject={calls}:{what}:when={number}");
        let mut command = world.command("strace");
        command.args(["-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject]);
        command.arg(env!("CARGO_BIN_EXE_audit")).arg("sync").current_dir(&clone);
        let first = Output::of(&mut command);
        tried += 1;
        harmed += usize::from(first.code != Some(0));
        let before = list(&world, &server);
        assert!(before.iter().all(|id| all.contains(id)), "{number}: {before:?}");
        let said = audit(&world, &clone, &["sync"]);
        assert_eq!(
            said.code,
            Some(0),
            "{what} {number}: {}{}\nfirst: {first:?}",
            said.stdout,
            said.stderr
        );
        let after = list(&world, &server);
        assert!(after.starts_with(&before), "{number}");
        assert_eq!(after.len(), all.len(), "{number}: once each");
        assert_eq!(ids(&clone), all, "{number}");
        git(&world, &server, &["fsck", "--strict"]).success();
        if first.code == Some(0) && number > 150 {
            break;
        }
    }
    assert!(harmed > 0, "{what}: nothing of {tried} was harmed");
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("\n{what}: {tried} places tried, {harmed} syncs harmed\n").as_bytes(),
    );
}

#[test]
fn a_sync_that_is_killed_anywhere_loses_nothing() {
    injected("signal=KILL");
}

#[test]
fn a_sync_on_a_full_disk_loses_nothing() {
    injected("error=ENOSPC");
}

#[test]
fn a_sync_on_a_broken_disk_loses_nothing() {
    injected("error=EIO");
}

/// Numbers without chance (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }
}

/// One history of 3 to 5 clones and two remotes: records, syncs, crashes, restored backups.
fn history(world: &World, seed: u64) {
    let mut dice = Dice(seed);
    let folder = world.root().join(format!("history-{seed}"));
    std::fs::create_dir(&folder).unwrap();
    let servers = [folder.join("one"), folder.join("two")];
    let clones: Vec<PathBuf> =
        (0..3 + dice.roll(3)).map(|number| folder.join(format!("clone-{number}"))).collect();
    bare(world, &servers[0]);
    copy(&servers[0], &servers[1]);
    for clone in &clones {
        copy(&servers[0], clone);
        git(world, clone, &["remote", "add", "origin", "../one"]).success();
        git(world, clone, &["remote", "add", "two", "../two"]).success();
    }
    let mut lists = [Vec::new(), Vec::new()];
    let mut lost = BTreeSet::new();
    let mut recorded = BTreeSet::new();
    let backup = |clone: &Path| clone.with_extension("backup");
    for step in 0..8 + dice.roll(8) {
        let clone = &clones[dice.roll(clones.len())];
        let (number, remote) = [(0, "origin"), (0, "origin"), (1, "two")][dice.roll(3)];
        match dice.roll(10) {
            0..4 => {
                recorded.insert(note(world, clone, &format!("step {step}")));
            }
            4..8 => {
                let said = audit(world, clone, &["sync", remote]);
                assert_eq!(said.code, Some(0), "seed {seed}: {}{}", said.stdout, said.stderr);
            }
            8 => {
                let mut command = world.audit_command();
                command
                    .current_dir(clone)
                    .args(["sync", remote])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                let mut child = command.spawn().unwrap();
                std::thread::sleep(Duration::from_millis(dice.roll(60) as u64));
                let _ = child.kill();
                child.wait().unwrap();
                // What git had begun may still end by itself.
                std::thread::sleep(Duration::from_millis(60));
            }
            _ if backup(clone).exists() && dice.roll(2) == 0 => {
                let before = ids(clone);
                copy(&backup(clone), &clone.join("audit"));
                lost.extend(before.difference(&ids(clone)).cloned());
            }
            _ if clone.join("audit").exists() => copy(&clone.join("audit"), &backup(clone)),
            _ => {}
        }
        let now = list(world, &servers[number]);
        assert!(
            now.starts_with(&lists[number]),
            "seed {seed}, step {step}: {remote} has not only grown"
        );
        lists[number] = now;
    }
    // In the end everybody meets, and has everything that was not lost with a restored backup alone.
    for _ in 0..2 {
        for clone in &clones {
            for remote in ["origin", "two"] {
                let said = audit(world, clone, &["sync", remote]);
                assert_eq!(said.code, Some(0), "seed {seed}: {}{}", said.stdout, said.stderr);
            }
        }
    }
    for (number, server) in servers.iter().enumerate() {
        let end = list(world, server);
        assert!(end.starts_with(&lists[number]), "seed {seed}: the end goes on from what was seen");
        let set: BTreeSet<String> = end.iter().cloned().collect();
        assert_eq!(set.len(), end.len(), "seed {seed}: once each");
        assert!(
            recorded.difference(&set).all(|id| lost.contains(id)),
            "seed {seed}: something is lost"
        );
        clones.iter().for_each(|clone| assert_eq!(ids(clone), set, "seed {seed}"));
    }
    // A fork is found by whoever sees both sides.
    let compared = audit(world, &clones[0], &["checkpoint", "--compare", "two"]);
    let (one, two) = (list(world, &servers[0]), list(world, &servers[1]));
    if !one.is_empty() {
        assert_eq!(
            compared.code,
            Some(i32::from(one != two)),
            "seed {seed}: {}{}",
            compared.stdout,
            compared.stderr
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn histories_that_nobody_planned_only_grow() {
    let world = World::new();
    for seed in 0..cases(4, 2_000) as u64 {
        history(&world, seed);
    }
}

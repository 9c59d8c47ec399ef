//! Where nothing can be written: a full disk, a read-only one, what belongs to another user. The exit
//! code is 2, the error says what helps, and what was acknowledged before stays as it was.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, require, require_that};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

const NOTE: [&str; 4] = ["record", "note", "--why", "x"];
/// Whom nothing belongs to.
const NOBODY: u32 = 65534;

fn audit_folder(repo: &Repo<'_>) -> PathBuf {
    repo.path.join(".git/audit")
}

/// A shell with file systems of its own; `None` where that takes rights which this user lacks.
fn with_mounts(repo: &Repo<'_>, script: &str) -> Option<Output> {
    let unshare = |script: &str| {
        let mut command = repo.world.command("unshare");
        command.current_dir(&repo.path).args(["--map-root-user", "--mount", "sh", "-c", script]);
        command.arg("sh").arg(env!("CARGO_BIN_EXE_audit"));
        command
    };
    let can = require("unshare")
        && require_that(
            unshare("mount -t tmpfs tmpfs /tmp").output().unwrap().status.success(),
            "the right to mount a tmpfs (`unshare --map-root-user --mount`)",
        );
    can.then(|| Output::of(&mut unshare(script)))
}

#[test]
fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    fs::create_dir(audit_folder(&repo)).unwrap();
    // Lines don't end where pages do: the one too many is written in part, and cut off again.
    let script = r#"
        mount -t tmpfs -o size=64k tmpfs .git/audit || exit 99
        why=$(printf '%0700d' 0)
        while :; do
            id=$("$1" record note --why "$why" 2>said) || { code=$?; break; }
            echo $id
        done
        cp .git/audit/ledger.jsonl copy
        "$1" ledger check >&2 || exit 98
        # Readers need no room; with room again, writers go on.
        mount -o remount,size=128k .git/audit || exit 97
        "$1" record note --why "$why" >/dev/null || exit 96
        cat said >&2
        exit $code"#;
    let Some(output) = with_mounts(&repo, script) else { return };
    let output = output.code(2);
    assert!(output.stderr.contains("hint: the disk is full; make room"), "{}", output.stderr);
    assert!(output.stderr.contains("error: can't write to "), "{}", output.stderr);
    assert!(output.stderr.contains(" bytes written"), "{}", output.stderr);
    assert!(output.stderr.contains("audit record --line FILE"), "{}", output.stderr);
    let copy = fs::read(repo.path.join("copy")).unwrap();
    let ids: Vec<String> = copy
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| audit::ledger::Id::of(line).to_string())
        .collect();
    assert!(ids.len() > 40, "{} records fit", ids.len());
    assert_eq!(ids, output.lines(), "what is there is what was acknowledged, to the byte");
}

#[test]
fn a_read_only_disk_is_told() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(NOTE).success();
    let script = r#"
        mount --bind .git/audit .git/audit && mount -o remount,bind,ro .git/audit || exit 99
        "$1" ledger check || exit 98
        "$1" record note --why x"#;
    let Some(output) = with_mounts(&repo, script) else { return };
    let said = output.code(2).stderr;
    assert!(said.contains("hint: the file system is mounted read-only"), "{said}");
    assert!(said.contains("audit record --line FILE"), "{said}");
}

/// Runs the program as a user for whom permissions count: as root runs tests, that is nobody, and the
/// repository must be theirs.
struct Stranger {
    root: bool,
    program: PathBuf,
}

impl Stranger {
    fn new(repo: &Repo<'_>) -> Option<Stranger> {
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        if !root {
            return Some(Stranger { root, program: env!("CARGO_BIN_EXE_audit").into() });
        }
        if !require("setpriv") {
            return None;
        }
        // Others may not even reach the folder that the program was built in.
        let program = repo.world.root().join("audit");
        fs::copy(env!("CARGO_BIN_EXE_audit"), &program).unwrap();
        give(repo.world.root(), NOBODY);
        Some(Stranger { root, program })
    }

    fn audit(&self, repo: &Repo<'_>, args: &[&str]) -> Output {
        let mut command: Command = match self.root {
            true => repo.world.command("setpriv"),
            false => repo.world.command(&self.program),
        };
        if self.root {
            let id = NOBODY.to_string();
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups", "--"]);
            command.arg(&self.program);
        }
        Output::of(command.current_dir(&repo.path).args(args))
    }

    /// Takes a file or folder away from the stranger, all but `mode`.
    fn protect(&self, path: &Path, mode: u32) {
        if self.root {
            chown(path, Some(0), Some(0)).unwrap();
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

#[test]
fn a_ledger_of_another_user_is_read_and_not_written() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    repo.audit(NOTE).success();
    let Some(stranger) = Stranger::new(&repo) else { return };
    stranger.audit(&repo, &NOTE).success();
    let (folder, ledger) = (audit_folder(&repo), audit_folder(&repo).join("ledger.jsonl"));
    let before = fs::read(&ledger).unwrap();
    let refused = |what: &str| {
        let said = stranger.audit(&repo, &NOTE).code(2).stderr;
        assert!(said.contains(&format!("error: can't {what}")), "{said}");
        assert!(said.contains("hint: it belongs to another user, or has lost"), "{said}");
        // Read as whoever runs the test: the owner, or root.
        fs::set_permissions(&ledger, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(fs::read(&ledger).unwrap(), before);
    };
    stranger.protect(&ledger, 0o444);
    stranger.audit(&repo, &["ledger", "check"]).success();
    refused("write to ");
    stranger.protect(&ledger, 0o000);
    let unread = stranger.audit(&repo, &["log"]).code(2).stderr;
    assert!(unread.contains("can't read the ledger") && unread.contains("hint: "), "{unread}");
    let unread = stranger.audit(&repo, &["ledger"]).code(2).stderr;
    assert!(unread.contains("can't read the ledger") && unread.contains("hint: "), "{unread}");
    refused("read the ledger ");
    stranger.protect(&folder.join("lock"), 0o444);
    refused("lock ");
    fs::remove_file(folder.join("lock")).unwrap();
    stranger.protect(&folder, 0o555);
    stranger.audit(&repo, &["ledger", "check"]).success();
    refused("lock ");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_read_only_git_folder_is_told() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let Some(stranger) = Stranger::new(&repo) else { return };
    let git = repo.path.join(".git");
    fs::set_permissions(&git, fs::Permissions::from_mode(0o555)).unwrap();
    let said = stranger.audit(&repo, &NOTE).code(2).stderr;
    assert!(said.contains("error: can't make the folder "), "{said}");
    assert!(said.contains("hint: "), "{said}");
    // A command that has run is not forgotten: the line is there to be submitted later.
    let said = stranger.audit(&repo, &["run", "--kind", "build", "--", "true"]).code(2).stderr;
    assert!(said.contains("the command has run (exit status: 0), but can't make"), "{said}");
    assert!(said.lines().any(|line| line.starts_with("{\"body\":")), "{said}");
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
}

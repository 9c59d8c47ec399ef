//! Everything that touches the network or writes git objects: the user's own `git`, so that credentials,
//! proxies, agents and URL rewrites work as they do in git.
//!
//! ```text
//! git fetch … REMOTE +refs/audit/ledger:refs/audit/remotes/REMOTE      forced: a copy of what the server says
//! git ls-tree, git cat-file --batch                                    what it holds
//! git hash-object, git mktree, git commit-tree                         the next list
//! git push … REMOTE <commit>:refs/audit/ledger                         never forced
//! ```
//!
//! A hook runs us with `GIT_DIR`, `GIT_INDEX_FILE` and more of that family; they are cleared, and the
//! repository is named instead. Messages are asked for in English, because some are told apart here.

use super::list::{Flaw, Layout, MAX_MESSAGE};
use crate::git::Repository;
use crate::ledger::Id;
use crate::outcome::Failure;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The reference of the ledger on a remote, where nothing else is configured.
pub const REFERENCE: &str = "refs/audit/ledger";

/// Variables that tie git to one repository (`git rev-parse --local-env-vars`), but for those that carry
/// configuration: credentials may come in them.
const LOCAL: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The largest listing of a tree that is read, in bytes: some 40 million records.
const MAX_LISTING: u64 = 16 << 20;

/// How long a transfer may stand still: what `http.lowSpeedTime` is set to unless it is configured, in seconds.
const STALLED: u32 = 30;

/// How much of a tree's objects a fetch brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of the list. History too, unless the clone is shallow.
    All,
    /// The tree of the tip; contents when they are read.
    Tip,
}

/// How often a fetch is repeated that another one got in the way of.
const FETCHES: u32 = 20;

/// What a fetch came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The reference, and the commit that it names.
    Tip(String),
    /// The remote has no such reference.
    Nothing,
}

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// It is published.
    Done,
    /// Somebody else was first.
    Late,
}

/// One remote, as git and this clone name it.
pub struct Remote {
    /// What git is given: a name, a URL or a path.
    pub name: String,
    /// What files and references in this clone are called after it.
    pub key: String,
    /// The reference of the ledger over there.
    pub reference: String,
    git_dir: PathBuf,
    folder: PathBuf,
    shallow: bool,
    /// A hook's objects are where git says, and nowhere else yet.
    in_hook: bool,
    low_speed: bool,
    /// When everything has to be over.
    pub deadline: Option<Instant>,
    /// Takes what git says of its progress.
    pub progress: Option<fn(&[u8])>,
}

/// A name that can stand in a reference and in a path.
fn key_of(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match !name.is_empty() && name.chars().all(plain) {
        true => name.to_owned(),
        // Nothing else can be called like that: a dot is no plain character.
        false => format!("x.{}", &Id::of(name.as_bytes()).to_string()[..16]),
    }
}

impl Remote {
    /// The remote to sync with: the one that is named, `audit.remote`, `origin`, or the only one.
    ///
    /// # Errors
    /// When there is none, or several and none of them is called `origin`.
    pub fn find(repo: &Repository, named: Option<&str>) -> Result<Remote, Failure> {
        let config = repo.config()?;
        let given = |key: &str| config.get(key).map(str::trim).filter(|value| !value.is_empty());
        let name = match named.or(given("audit.remote")) {
            Some(name) => name.to_owned(),
            None => {
                let mut names: Vec<&str> = config
                    .of_subsections("remote", "url")
                    .into_iter()
                    .map(|(name, _)| name)
                    .collect();
                names.dedup();
                match names.as_slice() {
                    [one] => (*one).to_owned(),
                    names if names.contains(&"origin") => "origin".to_owned(),
                    [] => {
                        return Err(Failure::new("there is no remote to share the ledger with")
                            .hint(
                                "name one (audit sync URL), or add it: git remote add origin URL",
                            ));
                    }
                    _ => {
                        return Err(Failure::new(
                            "there are several remotes, and none is called 'origin'",
                        )
                        .hint("git config audit.remote NAME says which one has the ledger"));
                    }
                }
            }
        };
        Remote::called(repo, name)
    }

    /// This repository itself, as a hook sees it: with the objects of a push that is not taken yet. Only for
    /// reading.
    ///
    /// # Errors
    /// When `audit.ref` names no reference.
    pub fn here(repo: &Repository) -> Result<Remote, Failure> {
        Ok(Remote { in_hook: true, ..Remote::called(repo, ".".to_owned())? })
    }

    fn called(repo: &Repository, name: String) -> Result<Remote, Failure> {
        let config = repo.config()?;
        let given = |key: &str| config.get(key).map(str::trim).filter(|value| !value.is_empty());
        if name.starts_with('-') || name.contains(char::is_control) {
            return Err(Failure::new(format!("'{}' is no remote", name.escape_debug())));
        }
        let reference = given("audit.ref").unwrap_or(REFERENCE).to_owned();
        if !reference.starts_with("refs/") || !is_reference(&reference) {
            return Err(Failure::new(format!(
                "audit.ref: '{}' is no reference",
                reference.escape_debug()
            ))
            .hint("for instance refs/audit/ledger, or refs/heads/audit-ledger"));
        }
        Ok(Remote {
            key: key_of(&name),
            name,
            reference,
            git_dir: repo.git_dir().to_owned(),
            folder: repo.work_dir().unwrap_or(repo.git_dir()).to_owned(),
            shallow: !repo.shallow().is_empty(),
            in_hook: false,
            low_speed: given("http.lowspeedlimit").is_some()
                || given("http.lowspeedtime").is_some(),
            deadline: None,
            progress: None,
        })
    }

    /// The reference here that says what the remote said last.
    pub fn fetched_ref(&self) -> String {
        format!("refs/audit/remotes/{}", self.key)
    }

    /// The reference here that keeps the list that was accepted last.
    pub fn accepted_ref(&self) -> String {
        format!("refs/audit/accepted/{}", self.key)
    }

    fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new("git");
        for variable in LOCAL.iter().filter(|_| !self.in_hook) {
            command.env_remove(variable);
        }
        command
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .current_dir(&self.folder)
            .arg("--no-replace-objects")
            .arg("--git-dir")
            .arg(&self.git_dir)
            // The user's own commands tidy up; a sync does not make anyone wait for that.
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"]);
        if !self.low_speed {
            command.args([
                "-c",
                "http.lowSpeedLimit=1",
                "-c",
                &format!("http.lowSpeedTime={STALLED}"),
            ]);
        }
        if self.deadline.is_some() {
            // Nobody waits at a prompt.
            command.env("GIT_TERMINAL_PROMPT", "0");
        }
        command.args(args);
        command
    }

    /// Runs git to its end.
    fn run<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<Output, Failure> {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // A git that ends without reading says why by itself.
                let _ = stdin.map(|mut stdin| stdin.write_all(input));
            });
            let out = collect(stdout, None);
            let errors = collect(stderr, self.progress);
            let status = self.wait(&mut child)?;
            Ok(Output { status, stdout: gather(&out), stderr: gather(&errors) })
        })
    }

    /// As [`Remote::run`], and a failure of git is one here, in git's words.
    fn ask<S: AsRef<OsStr>>(
        &self,
        doing: &str,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<String, Failure> {
        let output = self.run(args, input)?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
            false => Err(Failure::new(format!("cannot {doing}: {}", output.words()))),
        }
    }

    fn wait(&self, child: &mut Child) -> Result<ExitStatus, Failure> {
        let Some(deadline) = self.deadline else {
            return child.wait().map_err(|error| cannot_run(&error));
        };
        loop {
            if let Some(status) = child.try_wait().map_err(|error| cannot_run(&error))? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                // It may have ended meanwhile; then there is nothing to end.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::new(format!("'{}' did not answer in time", self.name)));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Copies the remote's reference to [`Remote::fetched_ref`].
    ///
    /// # Errors
    /// When the remote can't be asked, in git's words.
    pub fn fetch(&self, depth: Depth) -> Result<Fetched, Failure> {
        let refspec = format!("+{}:{}", self.reference, self.fetched_ref());
        let mut args = vec![
            "fetch",
            "--no-tags",
            "--refmap=",
            "--no-prune",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
        ];
        match depth {
            Depth::All => args.push("--no-filter"),
            Depth::Tip => args.extend(["--depth=1", "--filter=blob:none"]),
        }
        if depth == Depth::All && self.shallow {
            args.push("--depth=1");
        }
        if self.progress.is_some() {
            args.push("--progress");
        }
        args.extend(["--", &self.name, &refspec]);
        let mut output = self.run(&args, b"")?;
        // The fetch of a sync that was killed may still be on its way.
        for _ in 0..FETCHES {
            if output.status.success() || !contended(&output.stderr) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            output = self.run(&args, b"")?;
        }
        if output.status.success() {
            let tip = self.ask(
                "read what was fetched",
                ["rev-parse", "--verify", &self.fetched_ref()],
                b"",
            )?;
            return Ok(Fetched::Tip(tip));
        }
        if String::from_utf8_lossy(&output.stderr).contains("couldn't find remote ref") {
            return Ok(Fetched::Nothing);
        }
        Err(Failure::new(format!(
            "cannot fetch {} from '{}': {}",
            self.reference,
            self.name,
            output.words()
        )))
    }

    /// The message of a commit, and what its tree holds.
    ///
    /// # Errors
    /// When git can't be asked; inside, when it is no commit of a list.
    pub fn layout(&self, tip: &str) -> Result<Result<(Vec<u8>, Layout), Flaw>, Failure> {
        let mut batch = self.objects([tip].into_iter())?;
        let Some(commit) = batch.next("commit", 16 * MAX_MESSAGE)? else {
            return Ok(Err(Flaw("the reference does not name a commit of usual size".into())));
        };
        drop(batch);
        let message = match commit.windows(2).position(|pair| pair == b"\n\n") {
            Some(end) => commit[end + 2..].to_vec(),
            None => Vec::new(),
        };
        let mut command = self.command(["ls-tree", "-r", "-t", "-z", "--full-tree", tip]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        let mut listing = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout
                .take(MAX_LISTING + 1)
                .read_to_end(&mut listing)
                .map_err(|error| cannot_run(&error))?;
        }
        if listing.len() as u64 > MAX_LISTING {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(Err(Flaw("the tree is larger than that of any list".into())));
        }
        match child.wait() {
            Ok(status) if status.success() => {}
            _ => return Err(Failure::new(format!("git cannot list the tree of {tip}"))),
        }
        Ok(Layout::parse(&listing).map(|layout| (message, layout)))
    }

    /// Reads objects one after the other.
    ///
    /// # Errors
    /// When git can't be run.
    pub fn objects<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Result<Objects, Failure> {
        let mut command = self.command(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cannot_run(&error))?;
        let request: String = ids.map(|id| format!("{id}\n")).collect();
        if let Some(mut stdin) = child.stdin.take() {
            std::thread::spawn(move || {
                // If git ends early, what it printed says so.
                let _ = stdin.write_all(request.as_bytes());
            });
        }
        let stdout = child.stdout.take().ok_or(Failure::new("git gave no output"))?;
        Ok(Objects { child, stdout: BufReader::with_capacity(1 << 16, stdout) })
    }

    /// Writes files as blobs; their ids.
    ///
    /// # Errors
    /// When git or the disk does not take them.
    pub fn write_blobs(&self, files: &[Vec<u8>]) -> Result<Vec<String>, Failure> {
        let failed =
            |error: io::Error| Failure::new(format!("cannot write the next list: {error}"));
        let folder = tempfile::Builder::new().prefix("audit-sync-").tempdir().map_err(failed)?;
        let mut paths = String::new();
        for (number, file) in files.iter().enumerate() {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, file).map_err(failed)?;
            let path =
                path.to_str().ok_or(Failure::new("the path for temporary files is not UTF-8"))?;
            paths.push_str(path);
            paths.push('\n');
        }
        let args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
        let ids = self.ask("write the next list", args, paths.as_bytes())?;
        let ids: Vec<String> = ids.lines().map(str::to_owned).collect();
        match ids.len() == files.len() {
            true => Ok(ids),
            false => Err(Failure::new("git did not write all of the next list")),
        }
    }

    /// Writes the tree of a list; its id.
    ///
    /// # Errors
    /// When git does not take it.
    pub fn write_tree(&self, layout: &Layout) -> Result<String, Failure> {
        let entry = |kind: &str, id: &str, name: &str| format!("{kind} {id}\t{name}\0");
        let segments: String = layout
            .segments
            .iter()
            .enumerate()
            .map(|(number, id)| entry("100644 blob", id, &super::segments::name(number)))
            .collect();
        // In a partial clone the other segments may not be here.
        let make = |entries: &str| {
            self.ask("write the next list", ["mktree", "-z", "--missing"], entries.as_bytes())
        };
        let folder = make(&segments)?;
        let edge = entry("100644 blob", &layout.edge, super::segments::EDGE);
        make(&format!("{edge}{}", entry("040000 tree", &folder, super::segments::FOLDER)))
    }

    /// Writes the commit of a list on top of `parent`; its id.
    ///
    /// # Errors
    /// When git does not make it, for instance because it can't sign.
    pub fn write_commit(
        &self,
        tree: &str,
        parent: Option<&str>,
        message: &str,
        sign: bool,
    ) -> Result<String, Failure> {
        let mut args = vec!["-c", "i18n.commitEncoding=UTF-8"];
        // A machine that nobody has introduced to git publishes, too: records say themselves who acts.
        if !self.run(["var", "GIT_COMMITTER_IDENT"], b"")?.status.success()
            || !self.run(["var", "GIT_AUTHOR_IDENT"], b"")?.status.success()
        {
            args.extend(["-c", "user.name=audit sync", "-c", "user.email=audit@localhost"]);
        }
        args.extend(["commit-tree", "-F", "-"]);
        args.push(if sign { "-S" } else { "--no-gpg-sign" });
        if let Some(parent) = parent {
            args.extend(["-p", parent]);
        }
        args.push(tree);
        self.ask("make the commit of the next list", args, message.as_bytes()).map_err(|failure| {
            match sign {
                true => failure
                    .hint("--no-sign publishes without signing the commit; records keep their own"),
                false => failure,
            }
        })
    }

    /// Points a reference of this clone somewhere.
    ///
    /// # Errors
    /// When git does not do it.
    pub fn point(&self, reference: &str, commit: &str) -> Result<(), Failure> {
        let args = ["update-ref", "-m", "audit sync", reference, commit];
        self.ask(&format!("set {reference}"), args, b"").map(drop)
    }

    /// Removes a reference of this clone.
    ///
    /// # Errors
    /// When git does not do it.
    pub fn forget(&self, reference: &str) -> Result<(), Failure> {
        self.ask(&format!("remove {reference}"), ["update-ref", "-d", reference], b"").map(drop)
    }

    /// Keeps a refused list from being forgotten; the reference that does.
    ///
    /// # Errors
    /// When git does not do it.
    pub fn keep_evidence(&self, tip: &str, time: &str) -> Result<String, Failure> {
        let listed = self.ask(
            "list the evidence",
            ["for-each-ref", "--format=%(objectname) %(refname)", "refs/audit/evidence/"],
            b"",
        )?;
        if let Some(kept) =
            listed.lines().find_map(|line| line.strip_prefix(tip)?.strip_prefix(' '))
        {
            return Ok(kept.to_owned());
        }
        let taken = |name: &str| listed.lines().any(|line| line.ends_with(&format!(" {name}")));
        let plain = format!("refs/audit/evidence/{time}");
        let mut name = plain.clone();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{plain}-{number}");
        }
        self.point(&name, tip)?;
        Ok(name)
    }

    /// Whether this clone has a commit.
    pub fn has(&self, commit: &str) -> bool {
        self.run(["cat-file", "-e", &format!("{commit}^{{commit}}")], b"")
            .is_ok_and(|output| output.status.success())
    }

    /// Publishes a commit.
    ///
    /// # Errors
    /// When the remote refuses for good or can't be asked, in git's words.
    pub fn push(&self, commit: &str) -> Result<Pushed, Failure> {
        // With `remote.<name>.mirror` even a push of one reference would be a forced push of all of them.
        let mirror = format!("remote.{}.mirror=false", self.name);
        let refspec = format!("{commit}:{}", self.reference);
        let mut args = Vec::new();
        if !self.name.contains(['=', '\n']) {
            args.extend(["-c", &mirror]);
        }
        args.extend([
            "push",
            "--no-verify",
            "--no-follow-tags",
            "--recurse-submodules=no",
            "--porcelain",
        ]);
        if self.progress.is_some() {
            args.push("--progress");
        }
        args.extend(["--", &self.name, &refspec]);
        let output = self.run(args, b"")?;
        if output.status.success() {
            return Ok(Pushed::Done);
        }
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let refused = told.lines().find(|line| line.starts_with('!'));
        match refused.map(|line| line.rsplit('\t').next().unwrap_or(line)) {
            Some(why) if lost_race(why) => Ok(Pushed::Late),
            Some(why) => {
                let words = output.words();
                let more =
                    if words.is_empty() { String::new() } else { format!("\n       {words}") };
                Err(Failure::new(format!("'{}' refused the push: {why}{more}", self.name)))
            }
            None => {
                Err(Failure::new(format!("cannot push to '{}': {}", self.name, output.words())))
            }
        }
    }
}

/// Whether a fetch failed only because another one was setting the same reference.
fn contended(stderr: &[u8]) -> bool {
    let text = String::from_utf8_lossy(stderr);
    ["cannot lock ref", "unable to update local ref", "shallow.lock"]
        .iter()
        .any(|what| text.contains(what))
}

/// Whether git's reason means that somebody else was first: the next try may succeed.
fn lost_race(why: &str) -> bool {
    let late = [
        "cannot lock ref",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
    ];
    why.starts_with("[rejected]")
        || why.starts_with("[remote rejected]") && late.iter().any(|late| why.contains(late))
}

/// The rules of git-check-ref-format(1) that matter here.
fn is_reference(name: &str) -> bool {
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
        && !name.ends_with('.')
}

fn cannot_run(error: &io::Error) -> Failure {
    Failure::new(format!("cannot run git: {error}")).hint("is git on the PATH?")
}

/// What git printed, and how it ended.
struct Output {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Output {
    /// What git said of its failure, without its advice and its progress.
    fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let lines: Vec<&str> = text
            .lines()
            .map(|line| line.rsplit('\r').next().unwrap_or(line).trim_end())
            .filter(|line| {
                !line.is_empty()
                    && !line.starts_with("hint:")
                    && !line.starts_with("error: failed to push")
            })
            .collect();
        match lines.iter().find_map(|line| line.strip_prefix("fatal: ")) {
            // What stands before git's last word is often what the server or ssh said.
            Some(_) | None if lines.len() <= 6 => lines.join("\n       "),
            Some(fatal) => fatal.to_owned(),
            None => lines[..6].join("\n       "),
        }
    }
}

/// Reads a stream in a thread of its own, which ends when the stream does. What comes of it is not waited for
/// for ever: a program that git has left behind may hold the stream open.
fn collect(
    stream: Option<impl Read + Send + 'static>,
    progress: Option<fn(&[u8])>,
) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut buffer = [0; 1 << 14];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            if let Some(progress) = progress {
                progress(&buffer[..length]);
            }
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

fn gather(stream: &mpsc::Receiver<Vec<u8>>) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok(piece) = stream.recv_timeout(Duration::from_secs(2)) {
        all.extend(piece);
    }
    all
}

/// Objects as `git cat-file --batch` prints them.
pub struct Objects {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Objects {
    /// The next object; `None` when it is missing, of another type, or larger than `most` bytes. Then no other
    /// must be asked for.
    ///
    /// # Errors
    /// When git ends too early.
    pub fn next(&mut self, kind: &str, most: u64) -> Result<Option<Vec<u8>>, Failure> {
        let failed =
            |error: io::Error| Failure::new(format!("git cannot read the published list: {error}"));
        let mut head = String::new();
        self.stdout.by_ref().take(512).read_line(&mut head).map_err(failed)?;
        let mut words = head.split_ascii_whitespace().skip(1);
        let (is, size) = (words.next(), words.next().and_then(|size| size.parse::<u64>().ok()));
        if head.is_empty() {
            return Err(Failure::new("git cannot read the published list")
                .hint("`git fsck` tells what is damaged; the next sync fetches it again"));
        }
        let Some(size) = size.filter(|size| is == Some(kind) && *size <= most) else {
            return Ok(None);
        };
        let mut bytes = vec![0; size as usize + 1];
        self.stdout.read_exact(&mut bytes).map_err(failed)?;
        bytes.pop();
        Ok(Some(bytes))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_is_told_from_a_refusal() {
        for late in [
            "[rejected] (fetch first)",
            "[rejected] (non-fast-forward)",
            "[remote rejected] (cannot lock ref 'refs/audit/ledger': is at 1 but expected 2)",
            "[remote rejected] (failed to update ref)",
            "[remote rejected] (incorrect old value provided)",
        ] {
            assert!(lost_race(late), "{late}");
        }
        for last in [
            "[remote rejected] (hook declined)",
            "[remote rejected] (pre-receive hook declined)",
            "[remote rejected] (deny updating a hidden ref)",
            "[remote failure] (remote failed to report status)",
        ] {
            assert!(!lost_race(last), "{last}");
        }
    }

    #[test]
    fn keys_can_stand_in_references() {
        assert_eq!(key_of("origin"), "origin");
        for name in ["", "a/b", "../x", "git@host:a.git", "a.lock", "é", "a b"] {
            assert!(key_of(name).starts_with("x."), "{name}");
        }
        assert_ne!(key_of("a/b"), key_of("a/c"));
        for (name, good) in [
            ("refs/audit/ledger", true),
            ("refs/heads/audit-ledger", true),
            ("refs/a..b", false),
            ("refs//a", false),
            ("refs/a b", false),
            ("refs/a.lock", false),
            ("refs/.a", false),
        ] {
            assert_eq!(is_reference(name), good, "{name}");
        }
    }
}

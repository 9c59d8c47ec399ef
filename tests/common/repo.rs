//! Repositories built step by step with git itself.

use super::world::{EMAIL, NAME, feed};
use super::{Key, Output, World};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository in a world.
pub struct Repo<'w> {
    /// The world that it lives in.
    pub world: &'w World,
    /// Where commands run: the work tree, or the bare repository.
    pub path: PathBuf,
    /// For a bare repository, the folder in which the builder lays out files.
    scratch: Option<PathBuf>,
}

impl<'w> Repo<'w> {
    /// A repository that is there already, with a work tree.
    pub fn at(world: &'w World, path: impl Into<PathBuf>) -> Repo<'w> {
        Repo { world, path: path.into(), scratch: None }
    }

    /// `git` in this repository, not yet started.
    pub fn git_command(&self) -> Command {
        let mut command = self.world.command("git");
        command.current_dir(&self.path);
        command
    }

    /// Runs `git` in this repository; a failure fails the test. The output, without its last newline.
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        Output::of(self.git_command().args(args)).success().line()
    }

    /// The program under test, in this repository, not yet started.
    pub fn audit_command(&self) -> Command {
        let mut command = self.world.audit_command();
        command.current_dir(&self.path);
        command
    }

    /// Runs the program under test in this repository.
    pub fn audit<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        Output::of(self.audit_command().args(args))
    }

    /// Sets a value in the repository's own configuration.
    pub fn config(&self, key: &str, value: impl AsRef<OsStr>) -> &Self {
        self.git([OsStr::new("config"), OsStr::new(key), value.as_ref()]);
        self
    }

    /// A commit to be made on the branch that is checked out.
    pub fn commit(&self, message: impl AsRef<[u8]>) -> CommitBuilder<'_> {
        CommitBuilder::new(self, message.as_ref())
    }

    /// A tag to be made, lightweight unless it gets a message.
    pub fn tag(&self, name: &str) -> TagBuilder<'_> {
        TagBuilder {
            repo: self,
            name: name.to_owned(),
            target: "HEAD".to_owned(),
            message: None,
            key: None,
        }
    }

    /// Makes (or moves) a branch without checking it out.
    pub fn branch(&self, name: &str, target: &str) -> &Self {
        self.git(["branch", "-q", "-f", name, target]);
        self
    }

    /// Checks a branch or commit out; a commit detaches `HEAD`.
    pub fn checkout(&self, revision: &str) -> &Self {
        self.layout(["checkout", "-q", "-f", revision]);
        self
    }

    /// Checks out a branch that has no commit yet, with no files: the next commit is a root.
    pub fn orphan(&self, branch: &str) -> &Self {
        self.layout(["checkout", "-q", "--orphan", branch]);
        self.layout(["rm", "-r", "-f", "-q", "--ignore-unmatch", "."]);
        self
    }

    /// Points a reference anywhere; git checks nothing but that the object is there.
    pub fn update_ref(&self, name: &str, id: &str) -> &Self {
        self.git(["update-ref", name, id]);
        self
    }

    /// Adds a note to an object; `reference` as `refs/notes/review`.
    pub fn note(&self, reference: &str, object: &str, text: &str) -> &Self {
        self.world.tick();
        self.git(["notes", "--ref", reference, "add", "-f", "-m", text, object]);
        self
    }

    /// Writes an object byte by byte, however malformed; its id.
    pub fn raw(&self, kind: &str, bytes: &[u8]) -> String {
        let mut command = self.git_command();
        command.args(["hash-object", "--literally", "-w", "-t", kind, "--stdin"]);
        feed(&mut command, bytes).success().line()
    }

    /// The bytes of an object.
    pub fn read(&self, kind: &str, id: &str) -> Vec<u8> {
        Output::of(self.git_command().args(["cat-file", kind, id])).success().bytes
    }

    /// The full id of what a revision names.
    pub fn id(&self, revision: &str) -> String {
        self.git(["rev-parse", "--verify", revision])
    }

    /// Clones this repository into the folder `name`, through the transport as from afar, with
    /// options such as `--depth=1`, `--filter=blob:none` or `--bare`.
    pub fn clone_to<'s>(&self, name: &str, options: impl IntoIterator<Item = &'s str>) -> Repo<'w> {
        self.config("uploadpack.allowFilter", "true");
        let path = self.world.root().join(name);
        let mut command = self.git_command();
        command.args(["clone", "-q", "--template=", "--no-local"]).args(options);
        command.arg(format!("file://{}", self.path.display())).arg(&path);
        Output::of(&mut command).success();
        let bare = !path.join(".git").exists();
        let scratch = bare.then(|| scratch_of(&path));
        Repo { world: self.world, path, scratch }
    }

    /// Adds a linked work tree in the folder `name`, on a new branch of the same name.
    pub fn worktree(&self, name: &str) -> Repo<'w> {
        let path = self.world.root().join(name);
        let mut command = self.git_command();
        command.args(["worktree", "add", "-q", "-b", name]).arg(&path);
        Output::of(&mut command).success();
        Repo::at(self.world, path)
    }

    /// The folder in which files are laid out before a commit.
    fn files(&self) -> &Path {
        self.scratch.as_deref().unwrap_or(&self.path)
    }

    /// `git` where it needs files laid out, which a bare repository does elsewhere.
    fn layout_command(&self) -> Command {
        let mut command = self.git_command();
        if let Some(scratch) = &self.scratch {
            command.arg("--git-dir").arg(&self.path).arg("--work-tree").arg(scratch);
            command.current_dir(scratch);
        }
        command
    }

    fn layout<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        Output::of(self.layout_command().args(args)).success().line()
    }
}

/// A repository to be made: SHA-1 and files for refs, whatever git's own defaults become.
pub struct InitBuilder<'w> {
    world: &'w World,
    name: String,
    format: &'static str,
    reftable: bool,
    bare: bool,
}

impl<'w> InitBuilder<'w> {
    pub(super) fn new(world: &'w World, name: &str) -> InitBuilder<'w> {
        let name = name.to_owned();
        InitBuilder { world, name, format: "sha1", reftable: false, bare: false }
    }

    /// With SHA-256 ids.
    pub fn sha256(mut self) -> Self {
        self.format = "sha256";
        self
    }

    /// With refs in a reftable. Ask [`super::require_git`] for 2.45 first.
    pub fn reftable(mut self) -> Self {
        self.reftable = true;
        self
    }

    /// Without a work tree.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Makes it.
    pub fn create(self) -> Repo<'w> {
        let path = self.world.root().join(&self.name);
        let mut command = self.world.command("git");
        command.args(["init", "-q", "-b", "main", "--template="]);
        command.arg(format!("--object-format={}", self.format));
        if self.reftable {
            command.arg("--ref-format=reftable");
        }
        if self.bare {
            command.arg("--bare");
        }
        Output::of(command.arg(&path)).success();
        let scratch = self.bare.then(|| scratch_of(&path));
        Repo { world: self.world, path, scratch }
    }
}

/// What a commit does to one file.
enum Change {
    Write(PathBuf, Vec<u8>),
    Remove(PathBuf),
}

/// A commit to be made.
pub struct CommitBuilder<'r> {
    repo: &'r Repo<'r>,
    message: Vec<u8>,
    changes: Vec<Change>,
    author: (OsString, OsString),
    committer: (OsString, OsString),
    author_date: Option<String>,
    committer_date: Option<String>,
    merges: Vec<String>,
    parents: Vec<String>,
    encoding: Option<String>,
    key: Option<Key>,
}

impl<'r> CommitBuilder<'r> {
    fn new(repo: &'r Repo<'r>, message: &[u8]) -> CommitBuilder<'r> {
        let nobody_else = || (OsString::from(NAME), OsString::from(EMAIL));
        CommitBuilder {
            repo,
            message: message.to_vec(),
            changes: Vec::new(),
            author: nobody_else(),
            committer: nobody_else(),
            author_date: None,
            committer_date: None,
            merges: Vec::new(),
            parents: Vec::new(),
            encoding: None,
            key: None,
        }
    }

    /// Writes a file.
    pub fn file(mut self, path: impl Into<PathBuf>, text: impl AsRef<[u8]>) -> Self {
        self.changes.push(Change::Write(path.into(), text.as_ref().to_vec()));
        self
    }

    /// Removes a file.
    pub fn remove(mut self, path: impl Into<PathBuf>) -> Self {
        self.changes.push(Change::Remove(path.into()));
        self
    }

    /// Names the author.
    pub fn author(mut self, name: impl Into<OsString>, email: impl Into<OsString>) -> Self {
        self.author = (name.into(), email.into());
        self
    }

    /// Names the committer.
    pub fn committer(mut self, name: impl Into<OsString>, email: impl Into<OsString>) -> Self {
        self.committer = (name.into(), email.into());
        self
    }

    /// Names author and committer alike.
    pub fn by(self, name: &str, email: &str) -> Self {
        self.author(name, email).committer(name, email)
    }

    /// Dates author and committer, in any form that git reads: `@1700000000 +0530`,
    /// `2026-02-01T12:00:00+00:00`. Without it, the world's clock ticks.
    pub fn date(self, date: &str) -> Self {
        self.author_date(date).committer_date(date)
    }

    /// Dates the author alone.
    pub fn author_date(mut self, date: &str) -> Self {
        self.author_date = Some(date.to_owned());
        self
    }

    /// Dates the committer alone.
    pub fn committer_date(mut self, date: &str) -> Self {
        self.committer_date = Some(date.to_owned());
        self
    }

    /// Merges a revision, contents and all; called several times, an octopus. Conflicts fail the test.
    pub fn merge(mut self, revision: &str) -> Self {
        self.merges.push(revision.to_owned());
        self
    }

    /// Adds a parent without taking anything from it.
    pub fn parent(mut self, revision: &str) -> Self {
        self.parents.push(revision.to_owned());
        self
    }

    /// Announces the message's encoding in a header. The message's bytes stay as they are.
    pub fn encoding(mut self, name: &str) -> Self {
        self.encoding = Some(name.to_owned());
        self
    }

    /// Signs.
    pub fn sign(mut self, key: &Key) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Makes it; its id.
    pub fn create(self) -> String {
        let repo = self.repo;
        repo.world.tick();
        let mut parents = Vec::new();
        let head = Output::of(repo.git_command().args(["rev-parse", "-q", "--verify", "HEAD"]));
        if head.code == Some(0) {
            parents.push(head.line());
        }
        parents.extend(self.merges.iter().chain(&self.parents).map(|name| repo.id(name)));
        if !self.merges.is_empty() {
            let mut merge = vec!["merge", "-q", "--no-ff", "--no-commit"];
            merge.extend(self.merges.iter().map(String::as_str));
            repo.layout(merge);
        }
        self.lay_out_files();
        let tree = repo.layout(["write-tree"]);
        let id = self.write(&tree, &parents);
        if !self.merges.is_empty() {
            repo.layout(["merge", "--quit"]);
        }
        repo.git(["update-ref", "HEAD", &id]);
        id
    }

    fn lay_out_files(&self) {
        for change in &self.changes {
            match change {
                Change::Write(path, bytes) => {
                    let path = self.repo.files().join(path);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                }
                Change::Remove(path) => fs::remove_file(self.repo.files().join(path)).unwrap(),
            }
        }
        if !self.changes.is_empty() {
            self.repo.layout(["add", "-A", "."]);
        }
    }

    /// The commit object itself. `commit-tree` rather than `commit`: it leaves the message alone
    /// and takes any number of parents.
    fn write(&self, tree: &str, parents: &[String]) -> String {
        let mut command = self.repo.git_command();
        if let Some(key) = &self.key {
            command.args(key.git_options());
        }
        if let Some(encoding) = &self.encoding {
            command.args(["-c", &format!("i18n.commitEncoding={encoding}")]);
        }
        command
            .env("GIT_AUTHOR_NAME", &self.author.0)
            .env("GIT_AUTHOR_EMAIL", &self.author.1)
            .env("GIT_COMMITTER_NAME", &self.committer.0)
            .env("GIT_COMMITTER_EMAIL", &self.committer.1);
        if let Some(date) = &self.author_date {
            command.env("GIT_AUTHOR_DATE", date);
        }
        if let Some(date) = &self.committer_date {
            command.env("GIT_COMMITTER_DATE", date);
        }
        command.args(["commit-tree", tree, "-F", "-"]);
        if self.key.is_some() {
            command.arg("-S");
        }
        for parent in parents {
            command.args(["-p", parent]);
        }
        feed(&mut command, &self.message).success().line()
    }
}

/// A tag to be made.
pub struct TagBuilder<'r> {
    repo: &'r Repo<'r>,
    name: String,
    target: String,
    message: Option<String>,
    key: Option<Key>,
}

impl TagBuilder<'_> {
    /// What it points to: any object, another tag's name or id for a nested one. `HEAD` otherwise.
    pub fn target(mut self, revision: &str) -> Self {
        self.target = revision.to_owned();
        self
    }

    /// Makes it annotated.
    pub fn message(mut self, message: &str) -> Self {
        self.message = Some(message.to_owned());
        self
    }

    /// Signs it; needs a message too.
    pub fn sign(mut self, key: &Key) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Makes it (or moves it); the id of the object that the reference points to.
    pub fn create(self) -> String {
        let mut command = self.repo.git_command();
        if let Some(message) = &self.message {
            let date = format!("@{} +0000", self.repo.world.tick());
            command.env("GIT_COMMITTER_DATE", date);
            if let Some(key) = &self.key {
                command.args(key.git_options());
            }
            command.args(["tag", "-f", if self.key.is_some() { "-s" } else { "-a" }]);
            command.args(["--cleanup=verbatim", "-F", "-", &self.name, &self.target]);
            feed(&mut command, message.as_bytes()).success();
        } else {
            assert!(self.key.is_none(), "a signed tag needs a message");
            command.args(["tag", "-f", &self.name, &self.target]);
            Output::of(&mut command).success();
        }
        self.repo.id(&format!("refs/tags/{}", self.name))
    }
}

/// A folder beside a bare repository for files on their way into it.
fn scratch_of(path: &Path) -> PathBuf {
    let scratch = path.with_extension("files");
    fs::create_dir_all(&scratch).unwrap();
    scratch
}

//! Finding and opening a repository.
//!
//! libgit2 opens what it knows. What it refuses to open for an extension (reftable references,
//! partial clones) git itself still describes: then `git rev-parse` says where things are, and
//! references are read through `git for-each-ref`.
//!
//! Objects are looked for in the same way in either case: among the loose ones first, then whole in a pack, both read
//! here; and at last through a database handle of libgit2, which knows deltas and whatever else there is.

use super::loose::LooseObjects;
use super::objects::kind::DAMAGED;
pub use super::objects::kind::{HashKind, ObjectKind, RawObject};
use super::packs::{Answer, Packs};
use super::trees::RecentTrees;
use super::{Config, Oid};
use crate::outcome::Failure;
use git2::{ErrorClass, ErrorCode, ObjectType, Odb, RepositoryOpenFlags};
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// The error for an object that its index says to stand behind the end of its pack.
fn beyond_its_pack(oid: Oid) -> Failure {
    Failure::new(format!("object {oid} is corrupt: its pack ends before it")).hint(DAMAGED)
}

/// An opened repository. Can be shared between threads for reading objects.
pub struct Repository {
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    /// Where the user stands, below the work tree, with a trailing slash; empty at its top.
    prefix: String,
    start: PathBuf,
    hash: HashKind,
    odb: Odb<'static>,
    /// Where objects are, alternates of these aside.
    pub(super) object_folders: Vec<PathBuf>,
    loose: LooseObjects,
    pub(super) packs: Packs,
    pub(super) recent_trees: RecentTrees,
    shallow: HashSet<Oid>,
    config: OnceLock<Config>,
    /// The thread that reads it meanwhile.
    config_reader: Mutex<Option<JoinHandle<Result<Config, Failure>>>>,
    pub(super) refs: OnceLock<super::refs::AllRefs>,
    /// Whether the references are others than those that are stored.
    pub(super) supposed: bool,
    /// libgit2's own handle, `None` when it refuses the repository. Only for references and revisions.
    handle: Option<Mutex<git2::Repository>>,
}

/// What opening found, before objects are looked at.
struct Found {
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    hash: HashKind,
    handle: Option<git2::Repository>,
}

impl Repository {
    /// Opens the repository that git would use in `start`: `GIT_DIR` and its companions count, parent
    /// folders are searched.
    ///
    /// # Errors
    /// No repository there, one that another user owns, or one that cannot be read.
    pub fn open(start: &Path) -> Result<Repository, Failure> {
        // Every command needs git's configuration; asking git takes as long as opening.
        let folder = start.to_owned();
        let config_reader = std::thread::spawn(move || Config::read(&folder));
        let found = discover(start)?;
        let folders = object_folders(&found);
        let loose = LooseObjects::new(&folders, found.hash);
        let odb = open_objects(&folders, loose.folders(), found.hash)?;
        let packs = Packs::new(loose.folders(), found.hash);
        let shallow = read_shallow(&found.common_dir, found.hash)?;
        let prefix = match &found.work_dir {
            Some(work_dir) => prefix(work_dir, start),
            None => String::new(),
        };
        Ok(Repository {
            git_dir: found.git_dir,
            common_dir: found.common_dir,
            work_dir: found.work_dir,
            prefix,
            start: start.to_owned(),
            hash: found.hash,
            odb,
            object_folders: folders,
            loose,
            packs,
            recent_trees: RecentTrees::default(),
            shallow,
            config: OnceLock::new(),
            config_reader: Mutex::new(Some(config_reader)),
            refs: OnceLock::new(),
            supposed: false,
            handle: found.handle.map(Mutex::new),
        })
    }

    /// The git directory of this work tree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all work trees share; the ledger lives there.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The work tree; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// Where the user stands below the work tree, with a trailing slash; empty at its top.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The hash that names objects.
    pub fn hash(&self) -> HashKind {
        self.hash
    }

    /// Commits at which a shallow clone ends, though they have parents.
    pub fn shallow(&self) -> &HashSet<Oid> {
        &self.shallow
    }

    /// git's configuration, read once.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn config(&self) -> Result<&Config, Failure> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let reader = self.config_reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let config = match reader.map(JoinHandle::join) {
            Some(Ok(config)) => config?,
            // Only after a failure that was reported before.
            Some(Err(_)) | None => Config::read(&self.start)?,
        };
        Ok(self.config.get_or_init(|| config))
    }

    /// A `git` command that works on this repository, in the user's own folder.
    pub fn git(&self) -> Command {
        git_command(&self.start)
    }

    /// Whether libgit2 knows this sort of repository: then references are files.
    pub(super) fn has_handle(&self) -> bool {
        self.handle.is_some()
    }

    /// Runs `work` with libgit2's handle, or returns `None` where libgit2 refuses the repository.
    pub(super) fn with_handle<T>(&self, work: impl FnOnce(&git2::Repository) -> T) -> Option<T> {
        let handle = self.handle.as_ref()?;
        // A poisoned lock only says that another thread panicked; the handle is still whole.
        let guard = handle.lock().unwrap_or_else(PoisonError::into_inner);
        Some(work(&guard))
    }

    /// Reads one object. `None` when it is not here.
    ///
    /// # Errors
    /// When it is here and cannot be read: corrupt (its content has another id), or an I/O error.
    pub fn read(&self, oid: Oid) -> Result<Option<RawObject>, Failure> {
        let object = self.read_unverified(oid)?;
        if let Some(object) = &object {
            self.verify(oid, object.kind, &object.data)?;
        }
        Ok(object)
    }

    /// Requires that an object's content has its id.
    ///
    /// # Errors
    /// When it has another one: the object is corrupt or was tampered with.
    pub fn verify(&self, oid: Oid, kind: ObjectKind, data: &[u8]) -> Result<(), Failure> {
        let kind = match kind {
            ObjectKind::Commit => ObjectType::Commit,
            ObjectKind::Tree => ObjectType::Tree,
            ObjectKind::Blob => ObjectType::Blob,
            ObjectKind::Tag => ObjectType::Tag,
        };
        match Oid::hash_object_ext(kind, data, self.hash.format()) {
            Ok(actual) if actual == oid => Ok(()),
            Ok(actual) => Err(Failure::new(format!(
                "object {oid} is corrupt: its content has the id {actual}"
            ))
            .hint(DAMAGED)),
            Err(error) => {
                Err(Failure::new(format!("cannot hash object {oid}: {}", error.message())))
            }
        }
    }

    /// Reads one object without looking whether its content has its id: for the walk, which leaves that
    /// to the threads that make events of commits.
    ///
    /// # Errors
    /// When it is here and cannot be read.
    pub(super) fn read_unverified(&self, oid: Oid) -> Result<Option<RawObject>, Failure> {
        self.with_unverified(oid, |kind, data| RawObject { kind, data: data.to_vec() })
    }

    /// As [`Repository::read_unverified`], for who does not keep the content.
    ///
    /// # Errors
    /// As there.
    pub(super) fn with_unverified<T>(
        &self,
        oid: Oid,
        work: impl FnOnce(ObjectKind, &[u8]) -> T,
    ) -> Result<Option<T>, Failure> {
        if let Some(RawObject { kind, data }) = self.loose.read(oid)? {
            return Ok(Some(work(kind, &data)));
        }
        let work = match self.packs.read(oid, work) {
            Answer::Read(done) => return Ok(Some(done)),
            Answer::Elsewhere(work) => work,
            Answer::Damaged => return Err(beyond_its_pack(oid)),
        };
        match self.odb.read(oid) {
            Ok(object) => {
                let kind = match object.kind() {
                    ObjectType::Commit => ObjectKind::Commit,
                    ObjectType::Tree => ObjectKind::Tree,
                    ObjectType::Blob => ObjectKind::Blob,
                    ObjectType::Tag => ObjectKind::Tag,
                    ObjectType::Any => {
                        return Err(Failure::new(format!("object {oid} has no known type")));
                    }
                };
                Ok(Some(work(kind, object.data())))
            }
            Err(error) => self.unread(oid, &error),
        }
    }

    /// What it means that libgit2 does not give an object: it is not here, or it can't be read.
    fn unread<T>(&self, oid: Oid, error: &git2::Error) -> Result<Option<T>, Failure> {
        match error.code() {
            ErrorCode::NotFound if self.packs.lists(oid) => Err(Failure::new(format!(
                "object {oid} is in the index of a pack, but is not found there"
            ))
            .hint(
                "the multi-pack-index may be damaged: `git multi-pack-index verify` tells, `git multi-pack-index \
                 write` makes it anew",
            )),
            ErrorCode::NotFound => Ok(None),
            _ if error.class() == ErrorClass::NoMemory => {
                Err(Failure::new(format!("not enough memory to read object {oid}")))
            }
            _ => Err(Failure::new(format!("cannot read object {oid}: {}", error.message()))
                .hint(DAMAGED)),
        }
    }

    /// The length of an object in bytes, without reading it; `None` when it is not here.
    ///
    /// # Errors
    /// When it is here and its header can't be read.
    pub(super) fn length(&self, oid: Oid) -> Result<Option<u64>, Failure> {
        if let Some(length) = self.loose.length(oid)? {
            return Ok(Some(length));
        }
        if self.packs.misleads(oid) {
            return Err(beyond_its_pack(oid));
        }
        match self.odb.read_header(oid) {
            Ok((length, _)) => Ok(Some(length as u64)),
            Err(error) => self.unread(oid, &error),
        }
    }

    /// What an object is, without its content; `None` when it is not here.
    ///
    /// # Errors
    /// When it is here and cannot be read.
    pub fn kind(&self, oid: Oid) -> Result<Option<ObjectKind>, Failure> {
        // libgit2 never returns from a loose object that is cut short.
        if let Some(object) = self.loose.read(oid)? {
            return Ok(Some(object.kind));
        }
        match self.packs.read(oid, |kind, _| kind) {
            Answer::Read(kind) => return Ok(Some(kind)),
            Answer::Elsewhere(_) => {}
            Answer::Damaged => return Err(beyond_its_pack(oid)),
        }
        match self.odb.read_header(oid) {
            Ok((_, ObjectType::Commit)) => Ok(Some(ObjectKind::Commit)),
            Ok((_, ObjectType::Tree)) => Ok(Some(ObjectKind::Tree)),
            Ok((_, ObjectType::Blob)) => Ok(Some(ObjectKind::Blob)),
            Ok((_, ObjectType::Tag)) => Ok(Some(ObjectKind::Tag)),
            Ok((_, ObjectType::Any)) => {
                Err(Failure::new(format!("object {oid} has no known type")))
            }
            Err(error) => self.unread(oid, &error),
        }
    }

    /// Whether an object is here, readable or not.
    pub fn contains(&self, oid: Oid) -> bool {
        self.odb.exists(oid) || self.packs.lists(oid)
    }

    /// Whether a commit is here. One that can't be read is: whoever reads it gets to know.
    pub fn has_commit(&self, oid: Oid) -> bool {
        matches!(self.kind(oid), Ok(Some(ObjectKind::Commit)) | Err(_))
    }

    /// The commit of a full id that somebody wrote down, if it is the id of a commit that is here.
    pub fn here(&self, id: &str) -> Option<Oid> {
        self.hash().oid(id.as_bytes()).filter(|&oid| self.has_commit(oid))
    }
}

/// A `git` command in a folder, deaf to replacement references and grafts: we audit the real objects.
pub(super) fn git_command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-replace-objects").current_dir(dir).stdin(std::process::Stdio::null());
    command.env("GIT_GRAFT_FILE", "/dev/null");
    // `git config` alone would read this file in the place of all others.
    command.env_remove("GIT_CONFIG");
    command
}

/// Why git refused, of all that it printed: its advice is for who typed the command.
pub(super) fn refusal(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let cause = text.lines().find_map(|line| line.strip_prefix("fatal: "));
    cause.unwrap_or(text.trim()).to_owned()
}

fn discover(start: &Path) -> Result<Found, Failure> {
    if !start.is_dir() {
        return Err(Failure::new(format!(
            "cannot change to '{}': no such folder",
            start.display()
        )));
    }
    // git alone resolves GIT_DIR beside GIT_WORK_TREE (both may be relative to the folder that we stand in), and the
    // ceilings of its search.
    let ceilings = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let ceilings: Vec<OsString> = match ceilings.is_empty() {
        true => Vec::new(),
        false => std::env::split_paths(&ceilings).map(PathBuf::into_os_string).collect(),
    };
    if std::env::var_os("GIT_DIR").is_some() {
        ask_git(start)
    } else if ceilings.iter().any(|folder| folder.is_empty()) {
        // What follows an empty entry is taken as it stands, without resolving links: libgit2 doesn't know that.
        ask_git(start)
    } else {
        match git2::Repository::open_ext(
            start,
            RepositoryOpenFlags::CROSS_FS,
            &ceilings,
        ) {
            // git may be told to refuse a bare repository that it was not pointed to (safe.bareRepository).
            Ok(handle) if is_implicit_bare(&handle) => ask_git(start).map_err(|failure| {
                failure.hint("safe.bareRepository forbids bare repositories that are not named: GIT_DIR=PATH names one")
            }),
            Ok(handle) => Ok(found_by_libgit2(handle)),
            Err(error) => explain(start, &error),
        }
    }
}

/// Whether a bare repository was found by searching, somewhere that git does not keep one itself
/// (`is_implicit_bare_repo` in git's setup.c).
fn is_implicit_bare(handle: &git2::Repository) -> bool {
    let path = handle.path();
    let git_keeps = path.ends_with(".git")
        || path
            .iter()
            .collect::<Vec<_>>()
            .windows(2)
            .any(|pair| pair[0] == ".git" && (pair[1] == "worktrees" || pair[1] == "modules"));
    handle.is_bare() && !git_keeps
}

fn found_by_libgit2(handle: git2::Repository) -> Found {
    let git_dir = handle.path().to_owned();
    // Where `core.bare` is not set, libgit2 takes the folder around any git directory for its work
    // tree; git does so only for one that is called `.git`.
    let unset = |key: &str| handle.config().is_ok_and(|config| config.get_entry(key).is_err());
    let work_dir = handle.workdir().map(Path::to_owned).filter(|work_dir| {
        let inside = git_dir.parent() == Some(&work_dir.components().collect::<PathBuf>());
        let named = git_dir.file_name().is_some_and(|name| name == ".git");
        named || !inside || !unset("core.bare") || !unset("core.worktree")
    });
    Found {
        git_dir,
        common_dir: handle.commondir().to_owned(),
        work_dir,
        hash: match handle.object_format() {
            git2::ObjectFormat::Sha1 => HashKind::Sha1,
            git2::ObjectFormat::Sha256 => HashKind::Sha256,
        },
        handle: Some(handle),
    }
}

/// What libgit2's refusal means: not a repository, somebody else's, or one that git must describe.
fn explain(start: &Path, error: &git2::Error) -> Result<Found, Failure> {
    if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Repository {
        return Err(Failure::new(format!(
            "not a git repository (or any of the parent folders): {}",
            start.display()
        ))
        .hint("run audit inside a repository, or name one: audit -C PATH …"));
    }
    if error.code() == ErrorCode::Owner {
        // git may have been told elsewhere than libgit2 looks (`GIT_CONFIG_GLOBAL`) that it is safe.
        return ask_git(start).map_err(|_| {
            Failure::new(format!(
                "the repository at '{}' is owned by another user",
                start.display()
            ))
            .hint(format!(
                "if you trust its owner: git config --global --add safe.directory '{}'",
                std::fs::canonicalize(start).unwrap_or_else(|_| start.to_owned()).display()
            ))
        });
    }
    ask_git(start).map_err(|failure| {
        let hint = failure.hint.unwrap_or_else(|| failure.message.clone());
        Failure::new(format!(
            "cannot open the repository at '{}': {}",
            start.display(),
            error.message()
        ))
        .hint(hint)
    })
}

/// Lets git describe the repository.
fn ask_git(start: &Path) -> Result<Found, Failure> {
    let run = |args: &[&str]| -> Result<Vec<String>, Failure> {
        let output = git_command(start).arg("rev-parse").args(args).output().map_err(|error| {
            Failure::new(format!("cannot run git: {error}")).hint("is git on the PATH?")
        })?;
        if !output.status.success() {
            return Err(Failure::new(format!("git says: {}", refusal(&output.stderr))));
        }
        Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    };
    let answers = run(&[
        "--path-format=absolute",
        "--git-dir",
        "--git-common-dir",
        "--show-object-format",
        "--is-inside-work-tree",
    ])?;
    let [git_dir, common_dir, hash, inside] = answers.as_slice() else {
        return Err(Failure::new("git rev-parse did not describe the repository"));
    };
    let work_dir = match inside.as_str() {
        "true" => run(&["--path-format=absolute", "--show-toplevel"])?.first().map(PathBuf::from),
        _ => None,
    };
    let git_dir = PathBuf::from(git_dir);
    Ok(Found {
        common_dir: PathBuf::from(common_dir),
        work_dir,
        hash: if hash == "sha256" { HashKind::Sha256 } else { HashKind::Sha1 },
        // Worth a try: GIT_DIR may name a repository that libgit2 knows well.
        handle: git2::Repository::open(&git_dir).ok(),
        git_dir,
    })
}

/// Where objects are: the repository's own folder (or `GIT_OBJECT_DIRECTORY`, where a server keeps
/// objects in quarantine while its hooks run), and what the environment adds.
fn object_folders(found: &Found) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    match std::env::var_os("GIT_OBJECT_DIRECTORY") {
        Some(folder) => folders.push(PathBuf::from(folder)),
        None => folders.push(found.common_dir.join("objects")),
    }
    if let Some(list) = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        folders.extend(super::alternates::split(&list));
    }
    folders
}

/// Opens the object database, with alternates.
fn open_objects(
    folders: &[PathBuf],
    with_alternates: &[PathBuf],
    hash: HashKind,
) -> Result<Odb<'static>, Failure> {
    // Each commit is read once: libgit2's object cache would only hold all of history in memory.
    git2::opts::enable_caching(false);
    // Ids are verified by us, for commits in another thread than the one that reads them.
    git2::opts::strict_hash_verification(false);
    let failed = |error: git2::Error| {
        Failure::new(format!("cannot open the object database: {}", error.message()))
    };
    let odb = Odb::new_ext(hash.format()).map_err(failed)?;
    for folder in folders {
        if !folder.is_dir() {
            return Err(Failure::new(format!("no object database at '{}'", folder.display())));
        }
        let text = folder
            .to_str()
            .ok_or_else(|| Failure::new(format!("the path '{}' is not UTF-8", folder.display())))?;
        odb.add_disk_alternate(text).map_err(failed)?;
    }
    // libgit2 follows alternates itself, but not those whose names are quoted. It ignores what it has already.
    for folder in with_alternates.iter().filter(|folder| !folders.contains(folder)) {
        if let Some(text) = folder.to_str().filter(|_| folder.is_dir()) {
            odb.add_disk_alternate(text).map_err(failed)?;
        }
    }
    Ok(odb)
}

fn read_shallow(common_dir: &Path, hash: HashKind) -> Result<HashSet<Oid>, Failure> {
    let path = common_dir.join("shallow");
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(HashSet::new()),
        Err(error) => {
            return Err(Failure::new(format!("cannot read '{}': {error}", path.display())));
        }
    };
    bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            hash.oid(line).ok_or_else(|| Failure::new(format!("bad line in '{}'", path.display())))
        })
        .collect()
}

fn prefix(work_dir: &Path, start: &Path) -> String {
    let (Ok(top), Ok(here)) = (work_dir.canonicalize(), start.canonicalize()) else {
        return String::new();
    };
    match here.strip_prefix(&top) {
        Ok(rest) if !rest.as_os_str().is_empty() => format!("{}/", rest.to_string_lossy()),
        _ => String::new(),
    }
}

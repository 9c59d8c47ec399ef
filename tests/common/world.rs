//! A world of its own for each test: folders, environment, clock, programs.

use super::{InitBuilder, Output, Repo};
use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The person who writes and commits unless a test says otherwise.
pub const NAME: &str = "Ana Silva";
/// Their address.
pub const EMAIL: &str = "ana@example.com";

/// 2026-01-01T10:00:00Z, one tick before the first commit of each world.
const START: i64 = 1_767_261_600;
/// Seconds between one commit or tag and the next.
const TICK: i64 = 60;

/// Folders, environment and clock that one test has for itself. Removed when dropped.
pub struct World {
    /// Holds the folder; its path is kept canonical beside it.
    _folder: tempfile::TempDir,
    root: PathBuf,
    clock: Cell<i64>,
    /// Whether an agent may have been started for this world's keyring.
    pub(super) gpg_used: Cell<bool>,
}

impl World {
    /// An empty world.
    pub fn new() -> World {
        // GnuPG's sockets must have short paths (108 bytes), which `TMPDIR` need not be.
        let short = Path::new("/tmp");
        let parent = if short.is_dir() { short.to_path_buf() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("audit-").tempdir_in(parent).unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["home", "gnupg", "tmp"] {
            fs::create_dir(root.join(name)).unwrap();
            private(&root.join(name), 0o700);
        }
        World { _folder: folder, root, clock: Cell::new(START), gpg_used: Cell::new(false) }
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The empty `HOME`.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// The `GNUPGHOME`, empty until a key is imported.
    pub fn gnupg_home(&self) -> PathBuf {
        self.root.join("gnupg")
    }

    /// The present, in seconds since 1970 UTC: the date of what was made last.
    pub fn now(&self) -> i64 {
        self.clock.get()
    }

    /// Moves the clock on by one tick and reads it.
    pub fn tick(&self) -> i64 {
        self.skip(TICK)
    }

    /// Moves the clock on (or back) and reads it.
    pub fn skip(&self, seconds: i64) -> i64 {
        self.clock.set(self.clock.get() + seconds);
        self.clock.get()
    }

    /// An ordinary repository in `repo/`: SHA-1, files for refs, the branch `main`, no commits.
    pub fn repo(&self) -> Repo<'_> {
        self.init("repo").create()
    }

    /// A repository to be made in the folder `name`.
    pub fn init(&self, name: &str) -> InitBuilder<'_> {
        InitBuilder::new(self, name)
    }

    /// A program, in the root folder, with the world's environment and nothing else. For what
    /// [`World::git`] and [`World::audit`] don't do: other variables, standard input, a pipe.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let home = self.home();
        let date = format!("@{} +0000", self.now());
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_STATE_HOME", home.join(".local/state"))
            .env("GNUPGHOME", self.gnupg_home())
            .env("TMPDIR", self.root.join("tmp"))
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", &self.root)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", NAME)
            .env("GIT_AUTHOR_EMAIL", EMAIL)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", NAME)
            .env("GIT_COMMITTER_EMAIL", EMAIL)
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::null());
        // Where a measurement of coverage collects what the program under test reaches.
        if let Some(file) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", file);
        }
        command
    }

    /// Runs `git` in the root folder; a failure fails the test. The output, without its last newline.
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let mut command = self.command("git");
        command.args(args);
        Output::of(&mut command).success().line()
    }

    /// The program under test, in the root folder (which is no repository).
    pub fn audit_command(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_audit"))
    }

    /// Runs the program under test in the root folder (which is no repository).
    pub fn audit<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        Output::of(self.audit_command().args(args))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if self.gpg_used.get() {
            // Nobody else can reach this world's agent; a failure leaves it to notice by itself
            // that its folder is gone.
            let _ = self.command("gpgconf").args(["--kill", "all"]).output();
        }
    }
}

/// Runs a command with `input` on its standard input; a failure fails the test.
pub fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Beside the reading, so that neither side waits for the other's full pipe.
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        Output::from(format!("{command:?}"), child.wait_with_output().unwrap())
    })
}

/// Sets the mode of a file or folder, where there are modes.
pub(super) fn private(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

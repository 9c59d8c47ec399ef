//! Where git looks for hooks, and who else keeps hooks there.
//!
//! `hooks/` in the git directory that all work trees share, unless `core.hooksPath` names another folder
//! (git-config(1)): a relative one counts from where hooks run, the top of the work tree or the bare
//! repository.

use super::script;
use crate::git::Repository;
use crate::outcome::Failure;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// The hooks that can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Hook {
    /// In a clone, before anything is sent
    PrePush,
    /// On a server, for a push as a whole: all of it is taken, or nothing
    PreReceive,
    /// On a server, for each reference by itself
    Update,
    /// On a server, afterwards: it reports, and can't refuse
    PostReceive,
}

impl Hook {
    /// All of them.
    pub(super) const ALL: [Hook; 4] =
        [Hook::PrePush, Hook::PreReceive, Hook::Update, Hook::PostReceive];

    /// git's name for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Hook::PrePush => "pre-push",
            Hook::PreReceive => "pre-receive",
            Hook::Update => "update",
            Hook::PostReceive => "post-receive",
        }
    }

    /// Whether git says on its standard input what is pushed.
    pub(super) fn reads_lines(self) -> bool {
        self != Hook::Update
    }
}

/// Where hooks are, and whose folder that is.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) place: Place,
}

/// Whose folder of hooks it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The repository's own.
    Own,
    /// In the work tree: its files are committed, or made by a program that manages hooks.
    WorkTree,
    /// Anywhere else: other repositories may use it, too.
    Shared,
}

impl Place {
    /// Where a folder really is, whatever links lead to it.
    fn of(repo: &Repository, path: &Path) -> Place {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (inner, top) = (real(path), repo.work_dir().map(real));
        if inner.starts_with(real(repo.common_dir())) {
            Place::Own
        } else if top.is_some_and(|top| inner.starts_with(top)) {
            Place::WorkTree
        } else {
            Place::Shared
        }
    }
}

impl Folder {
    /// The folder that git uses for a repository.
    ///
    /// # Errors
    /// When git can't be asked.
    pub(super) fn find(repo: &Repository) -> Result<Folder, Failure> {
        if repo.config()?.get("core.hookspath").is_none() {
            // The folder may be a link that leads elsewhere.
            let path = repo.common_dir().join("hooks");
            return Ok(Folder { place: Place::of(repo, &path), path });
        }
        // git itself knows what `~user/` and `%(prefix)/` mean.
        let output = repo
            .git()
            .args(["config", "--type=path", "--get", "core.hooksPath"])
            .output()
            .map_err(|error| Failure::new(format!("cannot run git: {error}")))?;
        let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success());
        let text = text.ok_or_else(|| Failure::new("git can't read core.hooksPath"))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        if text.is_empty() {
            return Err(Failure::new("core.hooksPath is empty: git runs no hooks here")
                .hint("git config --show-origin core.hooksPath tells who says so"));
        }
        let base = repo.work_dir().unwrap_or(repo.git_dir());
        let path = base.join(text);
        let place = Place::of(repo, &path);
        Ok(Folder { path, place })
    }

    /// The file of a hook.
    pub(super) fn file(&self, hook: Hook) -> PathBuf {
        self.path.join(hook.name())
    }

    /// The file of a hook that stood there before ours.
    pub(super) fn kept(&self, hook: Hook) -> PathBuf {
        self.path.join(format!("{}{}", hook.name(), script::KEPT))
    }

    /// What to do instead where a program manages the hooks: it would drop ours, or ours it. `text` is the
    /// hook that is there.
    pub(super) fn managed(&self, hook: Hook, text: Option<&[u8]>) -> Option<Failure> {
        let (name, text) = (hook.name(), String::from_utf8_lossy(text.unwrap_or_default()));
        let line = format!("audit hook {name} \"$@\"");
        let husky = self.path.file_name().is_some_and(|last| last == "_")
            && self.path.join("h").exists()
            || self.path.join("husky.sh").exists()
            || self.path.join("_").join("husky.sh").exists();
        let (who, what) = if husky {
            let folder = match self.path.file_name() {
                Some(last) if last == "_" => self.path.parent().unwrap_or(&self.path),
                _ => &self.path,
            };
            ("husky", format!("add this line to '{}': {line}", folder.join(name).display()))
        } else if text.to_ascii_lowercase().contains("lefthook") {
            (
                "lefthook",
                format!("add to lefthook.yml, with use_stdin: true: audit hook {name} {{0}}"),
            )
        } else if self.place == Place::WorkTree && !text.is_empty() {
            ("the work tree", format!("add this line to '{}': {line}", self.file(hook).display()))
        } else {
            return None;
        };
        Some(
            Failure::new(format!("the hooks in '{}' are kept by {who}", self.path.display()))
                .hint(format!("{what}; docs/hooks.md has the whole recipe")),
        )
    }
}

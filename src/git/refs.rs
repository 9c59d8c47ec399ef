//! References: branches, tags and HEAD.
//!
//! They are read from their [files](super::ref_files), and by libgit2 where those are not plain; where
//! libgit2 refuses the repository (reftable), `git for-each-ref` lists them.

use super::{Oid, Repository, ref_files};
use crate::outcome::Failure;
use std::io::ErrorKind;
use std::path::Path;
use std::string::FromUtf8Error;

/// A reference and what it points to, not peeled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The full name, `refs/heads/main`. Lossily decoded where it is not UTF-8.
    pub name: String,
    /// The object.
    pub target: Oid,
}

impl Ref {
    /// The name of the branch in this repository that it is: `main`.
    pub fn branch_name(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    /// The name of the tag that it is: `v1.4`. That of `refs/tags/refs/tags/v1.4` is `refs/tags/v1.4`, as in
    /// git: what looks like another tag's must not be taken for it.
    pub fn tag_name(&self) -> Option<&str> {
        self.name.strip_prefix("refs/tags/")
    }
}

/// Where HEAD points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A branch with a commit.
    Branch(Ref),
    /// A branch without a commit yet; its full name.
    Unborn(String),
    /// A commit, without a branch.
    Detached(Oid),
}

impl Head {
    /// The commit that it points to; `None` for a branch without one.
    pub fn commit(&self) -> Option<Oid> {
        match self {
            Head::Branch(reference) => Some(reference.target),
            Head::Detached(oid) => Some(*oid),
            Head::Unborn(_) => None,
        }
    }
}

impl Repository {
    /// All references whose name begins with `prefix` (`refs/`, `refs/tags/`), sorted by name as git
    /// lists them. A symbolic reference stands with what it resolves to; one that leads nowhere is
    /// left out, as in git. They are read once, at the first call.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn refs(&self, prefix: &str) -> Result<&[Ref], Failure> {
        let all = match self.refs.get() {
            Some(all) => all,
            None => {
                let all = self.read_refs()?;
                self.refs.get_or_init(|| all)
            }
        };
        let start = all.partition_point(|reference| reference.name.as_str() < prefix);
        let length = all[start..].partition_point(|reference| reference.name.starts_with(prefix));
        Ok(&all[start..start + length])
    }

    /// The reference of a full name; `None` when there is none, or it leads nowhere.
    ///
    /// # Errors
    /// When the references cannot be read, or this one is damaged.
    pub fn reference(&self, name: &str) -> Result<Option<&Ref>, Failure> {
        let found = self.refs(name)?.first().filter(|reference| reference.name == name);
        // In a list git leaves out what is damaged; but here something else would take its place.
        if found.is_none()
            && !self.supposed
            && self.common_dir().join(name).is_file()
            && let Some(Err(error)) = self.with_handle(|it| it.find_reference(name).map(drop))
            && error.code() != git2::ErrorCode::NotFound
        {
            return Err(Failure::new(format!("cannot read {name}: {}", error.message())));
        }
        Ok(found)
    }

    /// Requires that every reference can be read. In lists those that are damaged are left out, as in git; a
    /// verdict over all tags needs all of them.
    ///
    /// # Errors
    /// The first that can't be read.
    pub fn has_all_refs(&self) -> Result<(), Failure> {
        let known = self.refs("refs/")?;
        for folder in [self.common_dir(), self.git_dir()] {
            damaged(&folder.join("refs"), "refs", known)?;
        }
        Ok(())
    }

    /// From now on answers as if these were all references, and HEAD named one of them: what a push would
    /// leave behind can be judged before it is done.
    pub fn suppose(&mut self, mut refs: Vec<Ref>) {
        refs.sort();
        self.refs = refs.into();
        self.supposed = true;
    }

    /// The reference that a symbolic one names; `None` when it is not symbolic, or not there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn symbolic(&self, name: &str) -> Result<Option<String>, Failure> {
        if self.supposed && self.reference(name)?.is_none() {
            return Ok(None);
        }
        let asked = self.with_handle(|handle| match handle.find_reference(name) {
            Ok(reference) => Ok(reference.symbolic_target_bytes().map(<[u8]>::to_vec)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        let target = match asked {
            Some(Ok(target)) => target,
            Some(Err(error)) => {
                return Err(Failure::new(format!("cannot read {name}: {}", error.message())));
            }
            None => {
                let output = self
                    .git()
                    .args(["symbolic-ref", "-q", name])
                    .output()
                    .map_err(|error| Failure::new(format!("cannot run git: {error}")))?;
                output.status.success().then(|| output.stdout.trim_ascii_end().to_vec())
            }
        };
        Ok(target.map(|target| String::from_utf8_lossy(&target).into_owned()))
    }

    fn read_refs(&self) -> Result<Vec<Ref>, Failure> {
        let named = |(name, target): (Vec<u8>, Oid)| {
            let lossy = |bad: FromUtf8Error| String::from_utf8_lossy(bad.as_bytes()).into_owned();
            Ref { name: String::from_utf8(name).unwrap_or_else(lossy), target }
        };
        if self.has_handle()
            && let Some(files) = ref_files::read(self.git_dir(), self.common_dir(), self.hash())
        {
            return Ok(files.into_iter().map(named).collect());
        }
        let listed = self.with_handle(|handle| -> Result<Vec<Ref>, git2::Error> {
            let mut refs = Vec::new();
            for reference in handle.references()? {
                let reference = reference?;
                let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                refs.extend(target(&reference)?.map(|target| Ref { name, target }));
            }
            Ok(refs)
        });
        let mut refs = match listed {
            Some(Ok(refs)) => refs,
            Some(Err(error)) => {
                return Err(Failure::new(format!(
                    "cannot read the references: {}",
                    error.message()
                )));
            }
            None => self.refs_from_git()?,
        };
        refs.sort();
        Ok(refs)
    }

    fn refs_from_git(&self) -> Result<Vec<Ref>, Failure> {
        let output = self
            .git()
            .args(["for-each-ref", "--format=%(objectname) %(refname)"])
            .output()
            .map_err(|error| Failure::new(format!("cannot run git for-each-ref: {error}")))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!("git for-each-ref failed: {}", text.trim())));
        }
        let mut refs = Vec::new();
        for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let bad = || Failure::new("git for-each-ref printed an unexpected line");
            let space = memchr::memchr(b' ', line).ok_or_else(bad)?;
            let target = self.hash().oid(&line[..space]).ok_or_else(bad)?;
            let name = String::from_utf8_lossy(&line[space + 1..]).into_owned();
            refs.push(Ref { name, target });
        }
        Ok(refs)
    }

    /// Where HEAD points.
    ///
    /// # Errors
    /// When HEAD is neither a branch nor a commit.
    pub fn head(&self) -> Result<Head, Failure> {
        let asked = self.with_handle(|handle| -> Result<Head, git2::Error> {
            let head = handle.find_reference("HEAD")?;
            match (head.symbolic_target_bytes(), head.target()) {
                (Some(name), _) => Ok(Head::Unborn(String::from_utf8_lossy(name).into_owned())),
                (None, Some(oid)) => Ok(Head::Detached(oid)),
                (None, None) => Err(git2::Error::from_str("HEAD points nowhere")),
            }
        });
        let head = match asked {
            Some(Ok(head)) => head,
            Some(Err(error)) => {
                return Err(Failure::new(format!("cannot read HEAD: {}", error.message())));
            }
            None => self.head_from_git()?,
        };
        let (Head::Branch(Ref { name: branch, .. }) | Head::Unborn(branch)) = head else {
            return Ok(head);
        };
        Ok(self.reference(&branch)?.cloned().map_or(Head::Unborn(branch), Head::Branch))
    }

    fn head_from_git(&self) -> Result<Head, Failure> {
        let ask = |args: &[&str]| -> Result<Option<String>, Failure> {
            let output = self
                .git()
                .args(args)
                .output()
                .map_err(|error| Failure::new(format!("cannot run git: {error}")))?;
            Ok(output
                .status
                .success()
                .then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned()))
        };
        let branch = ask(&["symbolic-ref", "-q", "HEAD"])?;
        let target = ask(&["rev-parse", "-q", "--verify", "HEAD"])?
            .and_then(|hex| self.hash().oid(hex.as_bytes()));
        match (branch, target) {
            (Some(name), Some(target)) => Ok(Head::Branch(Ref { name, target })),
            (Some(name), None) => Ok(Head::Unborn(name)),
            (None, Some(oid)) => Ok(Head::Detached(oid)),
            (None, None) => Err(Failure::new("cannot read HEAD")),
        }
    }

    /// References under `refs/replace/` and whether grafts exist: git would show something else than
    /// what is stored. We never follow them, and say so.
    ///
    /// # Errors
    /// When the references cannot be read.
    pub fn replacements(&self) -> Result<Replacements, Failure> {
        let refs = self.refs("refs/replace/")?;
        let grafts = self.common_dir().join("info/grafts").exists();
        Ok(Replacements {
            replaced: refs
                .iter()
                .filter_map(|reference| reference.name.strip_prefix("refs/replace/"))
                .map(str::to_owned)
                .collect(),
            grafts,
        })
    }
}

/// Looks for files of references that the list of them lacks.
fn damaged(folder: &Path, name: &str, known: &[Ref]) -> Result<(), Failure> {
    let failed = |name: &str, why: &dyn std::fmt::Display| {
        Failure::new(format!("cannot read the reference {name}: {why}"))
            .hint("`git fsck` tells what is damaged; `git update-ref -d NAME` removes a reference")
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // It may just have been packed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(name, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| failed(name, &error))?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            damaged(&entry.path(), &name, known)?;
            continue;
        }
        let listed = known.binary_search_by(|one| one.name.as_str().cmp(&name)).is_ok();
        if listed || !git2::Reference::is_valid_name(&name) {
            continue;
        }
        match std::fs::read(entry.path()) {
            // A symbolic one that leads nowhere, or one that was made this moment.
            Ok(text) if text.starts_with(b"ref:") => {}
            Ok(text) if super::objects::kind::parse_oid(text.trim_ascii()).is_some() => {}
            Ok(_) => return Err(failed(&name, &"it holds neither an id nor another name")),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&name, &error)),
        }
    }
    Ok(())
}

/// What would make git show other objects than those stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replacements {
    /// Ids of objects that have a replacement.
    pub replaced: Vec<String>,
    /// Whether there is an `info/grafts` file.
    pub grafts: bool,
}

/// What a reference leads to; `None` for a symbolic one that leads nowhere, and for the null id.
fn target(reference: &git2::Reference<'_>) -> Result<Option<Oid>, git2::Error> {
    let target = match reference.target() {
        Some(target) => Some(target),
        None => match reference.resolve() {
            Ok(resolved) => resolved.target(),
            Err(error) if error.code() == git2::ErrorCode::NotFound => None,
            Err(error) => return Err(error),
        },
    };
    Ok(target.filter(|target| !target.is_zero()))
}

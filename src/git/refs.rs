//! References: branches, tags and HEAD.
//!
//! They are read from their [files](super::ref_files), once; where they are no files (reftable),
//! `git for-each-ref` lists them. Those that can't be read are kept by name: [`Repository::unreadable_refs`].

use super::ref_files::FSCK;
use super::{Oid, Repository, ref_files};
use crate::outcome::Failure;
use std::string::FromUtf8Error;

/// A reference and what it points to, not peeled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The full name, `refs/heads/main`. Lossily decoded where it is not UTF-8.
    pub name: String,
    /// The object.
    pub target: Oid,
    /// What is known about the object without reading it.
    pub peeling: Peeling,
}

/// What `packed-refs` says about the object of a reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peeling {
    /// Nothing: the reference has a file of its own, or the list was written by an old git.
    #[default]
    Unknown,
    /// It is a tag object.
    TagObject,
    /// It is no tag object: the tag is lightweight.
    NoTagObject,
}

impl Ref {
    /// A reference of which only the object is known.
    pub fn new(name: impl Into<String>, target: Oid) -> Ref {
        Ref { name: name.into(), target, peeling: Peeling::Unknown }
    }

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

/// A reference that can't be read: whatever it leads to is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRef {
    /// The full name, lossily decoded.
    pub name: String,
    /// Why.
    pub why: String,
}

impl UnreadableRef {
    /// The error for a command whose answer needs it.
    pub fn failure(&self) -> Failure {
        Failure::new(format!("cannot read the reference {}: {}", self.name, self.why)).hint(FSCK)
    }
}

/// All references of a repository.
#[derive(Debug, Default)]
pub(super) struct AllRefs {
    refs: Vec<Ref>,
    unreadable: Vec<UnreadableRef>,
}

impl From<Vec<Ref>> for AllRefs {
    fn from(refs: Vec<Ref>) -> AllRefs {
        AllRefs { refs, unreadable: Vec::new() }
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
    /// left out, as in git, and so is what can't be read: see [`Repository::unreadable_refs`].
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn refs(&self, prefix: &str) -> Result<&[Ref], Failure> {
        let all = &self.all_refs()?.refs;
        let start = all.partition_point(|reference| reference.name.as_str() < prefix);
        let length = all[start..].partition_point(|reference| reference.name.starts_with(prefix));
        Ok(&all[start..start + length])
    }

    /// The references whose name begins with `prefix` that can't be read, sorted by name. A list that is short of
    /// them must say so, and `git log --all` is fatal.
    ///
    /// # Errors
    /// When references cannot be read at all.
    pub fn unreadable_refs(
        &self,
        prefix: &str,
    ) -> Result<impl Iterator<Item = &UnreadableRef>, Failure> {
        let prefix = prefix.to_owned();
        let concerns = move |one: &&UnreadableRef| {
            // A line of packed-refs whose name is damaged may have had any.
            one.name.starts_with(&prefix) || !one.name.starts_with("refs/")
        };
        Ok(self.all_refs()?.unreadable.iter().filter(concerns))
    }

    /// The references, read at the first call.
    fn all_refs(&self) -> Result<&AllRefs, Failure> {
        if let Some(all) = self.refs.get() {
            return Ok(all);
        }
        let all = self.read_refs()?;
        Ok(self.refs.get_or_init(|| all))
    }

    /// The reference of a full name; `None` when there is none, or it leads nowhere.
    ///
    /// # Errors
    /// When this one can't be read: in a list it is left out, but here something else would take its place.
    pub fn reference(&self, name: &str) -> Result<Option<&Ref>, Failure> {
        let all = self.all_refs()?;
        if let Some(unreadable) = all.unreadable.iter().find(|one| one.name == name) {
            return Err(unreadable.failure());
        }
        Ok(self.refs(name)?.first().filter(|reference| reference.name == name))
    }

    /// Requires that every reference below `prefix` can be read, as a verdict or a list of all needs.
    ///
    /// # Errors
    /// The first that can't be read.
    pub fn require_refs(&self, prefix: &str) -> Result<(), Failure> {
        match self.unreadable_refs(prefix)?.next() {
            Some(unreadable) => Err(unreadable.failure()),
            None => Ok(()),
        }
    }

    /// From now on answers as if these were all references, and HEAD named one of them: what a push would
    /// leave behind can be judged before it is done.
    pub fn suppose(&mut self, mut refs: Vec<Ref>) {
        refs.sort();
        self.refs = AllRefs::from(refs).into();
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

    fn read_refs(&self) -> Result<AllRefs, Failure> {
        if !self.has_handle() {
            return self.refs_from_git();
        }
        let text = |name: Vec<u8>| {
            let lossy = |bad: FromUtf8Error| String::from_utf8_lossy(bad.as_bytes()).into_owned();
            String::from_utf8(name).unwrap_or_else(lossy)
        };
        let listed = ref_files::read(self.git_dir(), self.common_dir(), self.hash())?;
        let refs = listed.refs.into_iter().map(|(name, target, peeling)| Ref {
            name: text(name),
            target,
            peeling,
        });
        let unreadable = listed
            .unreadable
            .into_iter()
            .map(|(name, why)| UnreadableRef { name: text(name), why });
        let mut refs: Vec<Ref> = refs.collect();
        // Names that are not UTF-8 may change places.
        if !refs.is_sorted() {
            refs.sort();
        }
        Ok(AllRefs { refs, unreadable: unreadable.collect() })
    }

    fn refs_from_git(&self) -> Result<AllRefs, Failure> {
        let output = self
            .git()
            .args(["for-each-ref", "--format=%(objectname) %(refname)"])
            .output()
            .map_err(|error| Failure::new(format!("cannot run git for-each-ref: {error}")))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(Failure::new(format!("git for-each-ref failed: {}", said.trim())));
        }
        let mut all = AllRefs::default();
        for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let bad = || Failure::new("git for-each-ref printed an unexpected line");
            let space = memchr::memchr(b' ', line).ok_or_else(bad)?;
            let target = self.hash().oid(&line[..space]).ok_or_else(bad)?;
            let name = String::from_utf8_lossy(&line[space + 1..]).into_owned();
            all.refs.push(Ref::new(name, target));
        }
        all.refs.sort();
        // "warning: ignoring broken ref refs/heads/side"
        for line in said.lines().filter(|line| line.contains("broken ref")) {
            let name = line.rsplit(' ').next().unwrap_or(line).to_owned();
            all.unreadable.push(UnreadableRef { name, why: "git calls it broken".to_owned() });
        }
        Ok(all)
    }

    /// The commits that the HEADs of other work trees name, for `--all` (rev-list(1)). A HEAD without a commit yet names
    /// none.
    ///
    /// # Errors
    /// When git can't list the work trees.
    pub fn other_heads(&self) -> Result<Vec<Oid>, Failure> {
        // Without linked work trees there are no others, and no process is needed.
        let linked = std::fs::read_dir(self.common_dir().join("worktrees"));
        if self.supposed || !linked.is_ok_and(|mut entries| entries.next().is_some()) {
            return Ok(Vec::new());
        }
        let output = self
            .git()
            .args(["worktree", "list", "--porcelain", "-z"])
            .output()
            .map_err(|error| Failure::new(format!("cannot run git worktree list: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!("git worktree list failed: {}", said.trim())));
        }
        let lines = output.stdout.split(|&byte| byte == 0);
        let heads = lines.filter_map(|line| self.hash().oid(line.strip_prefix(b"HEAD ")?));
        Ok(heads.filter(|oid| !oid.is_zero()).collect())
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
            (Some(name), Some(target)) => Ok(Head::Branch(Ref::new(name, target))),
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

/// What would make git show other objects than those stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replacements {
    /// Ids of objects that have a replacement.
    pub replaced: Vec<String>,
    /// Whether there is an `info/grafts` file.
    pub grafts: bool,
}

//! From what the user typed to commits: `HEAD~3`, `v1..v2`, `^main`, `a...b`, paths.
//!
//! A revision is read by libgit2, and by `git rev-parse` where libgit2 fails or refuses the
//! repository, so that everything in gitrevisions(7) works. Ranges are split here.

use super::graph::Commits;
use super::object;
use super::refs::Head;
use super::repository::{ObjectKind, refusal};
use super::walk::Tip;
use super::{Oid, Repository};
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use globset::GlobBuilder;
use std::collections::{BinaryHeap, HashMap};

/// One thing on the command line that says where a walk starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A revision or a range.
    Revision(String),
    /// Every reference, and HEAD.
    All,
    /// The references below a folder (`refs/heads/`) that match a glob as git has it: `*` matches slashes,
    /// and without a special character it names a folder.
    References {
        /// The folder, with its slash.
        folder: &'static str,
        /// What follows it.
        glob: String,
    },
    /// Turns around what follows, up to the next of these.
    Not,
}

/// Revisions told apart from paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where to walk from, and what to leave out.
    pub tips: Vec<Tip>,
    /// Whether anything said where to start, be it that nothing is there: no tag matches, say.
    pub started: bool,
    /// Paths, as typed.
    pub paths: Vec<String>,
}

/// How many digits of an id git needs at least (`MINIMUM_ABBREV`).
const LEAST_DIGITS: usize = 4;

impl Repository {
    /// Resolves one revision to the object it names, not peeled.
    ///
    /// # Errors
    /// When nothing, or more than one thing, has this name.
    pub fn resolve(&self, revision: &str) -> Result<Oid, Failure> {
        if let Some(oid) = self.hash().oid(revision.as_bytes()) {
            return Ok(oid);
        }
        // Where it searches messages, libgit2 finds other commits than git does, and on its way to a
        // parent it follows grafts. git is told not to.
        let plain = !revision.contains([':', '{', '~', '^', '@']);
        let found = plain
            .then(|| self.with_handle(|handle| handle.revparse_single(revision).map(|o| o.id())));
        match found.flatten() {
            Some(Ok(oid)) => Ok(oid),
            // git knows forms that libgit2 does not, and tells short ids apart by what they name.
            Some(Err(_)) | None => self.resolve_by_git(revision),
        }
    }

    /// Whether a text is what the ids of objects here begin with, of one or of several.
    ///
    /// # Errors
    /// When git can't tell.
    pub fn abbreviates(&self, text: &str) -> Result<bool, Failure> {
        let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !(LEAST_DIGITS..self.hash().hex_len()).contains(&text.len()) {
            return Ok(false);
        }
        let mut git = self.git();
        let output = git.args(["rev-parse", &format!("--disambiguate={text}")]).output();
        let output =
            output.map_err(|error| Failure::new(format!("cannot run git rev-parse: {error}")))?;
        if !output.status.success() {
            let why = refusal(&output.stderr);
            return Err(Failure::new(format!("git can't tell which ids begin with {text}: {why}")));
        }
        Ok(!output.stdout.is_empty())
    }

    fn resolve_by_git(&self, revision: &str) -> Result<Oid, Failure> {
        let unknown = || {
            Failure::new(format!("unknown revision '{revision}'"))
                .hint("a branch, a tag, an id, or HEAD~2 as in git; `git fetch` may bring what is not here yet")
                .unknown(revision)
        };
        let output = self
            .git()
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options", revision])
            .output()
            .map_err(|error| Failure::new(format!("cannot run git rev-parse: {error}")))?;
        if !output.status.success() {
            return Err(unknown());
        }
        self.hash().oid(output.stdout.trim_ascii_end()).ok_or_else(unknown)
    }

    /// Follows tag objects to what they name at last; with the kind of that object.
    ///
    /// # Errors
    /// When an object on the way is missing or malformed.
    pub fn peel(&self, oid: Oid) -> Result<(Oid, ObjectKind), Failure> {
        let mut at = oid;
        loop {
            let object = self.read(at)?.ok_or_else(|| {
                Failure::new(format!("object {at} is not in this repository"))
                    .hint("`git fetch` may bring it")
            })?;
            if object.kind != ObjectKind::Tag {
                return Ok((at, object.kind));
            }
            at = object::tag(&object.data, self.hash())
                .map_err(|bogus| Failure::new(format!("tag {at}: {}", bogus.0)))?
                .target;
        }
    }

    /// Resolves one revision to a commit.
    ///
    /// # Errors
    /// As [`Repository::resolve`], and when it names something else than a commit.
    pub fn commit_id(&self, revision: &str) -> Result<Oid, Failure> {
        let oid = self.resolve(revision)?;
        match self.peel(oid)? {
            (commit, ObjectKind::Commit) => Ok(commit),
            (other, kind) => Err(Failure::new(format!(
                "'{revision}' names a {} ({other}), not a commit",
                kind.name()
            ))),
        }
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// When the commit is not here, or is malformed.
    pub fn tree_of(&self, commit: Oid) -> Result<Oid, Failure> {
        let object =
            self.read(commit)?.filter(|object| object.kind == ObjectKind::Commit).ok_or_else(
                || Failure::new(format!("there is no commit {commit} in this repository")),
            )?;
        object::links(&object.data, self.hash())
            .map(|links| links.tree)
            .map_err(|bogus| Failure::new(format!("commit {commit}: {}", bogus.0)))
    }

    /// Reads the arguments of a walk: where it starts, then paths. Without `separated`, what is no
    /// revision but the name of a file begins the paths, as in git.
    ///
    /// # Errors
    /// Unknown revisions, and names that could be either.
    pub fn select(
        &self,
        starts: &[Start],
        paths: &[String],
        separated: bool,
    ) -> Result<Selection, Failure> {
        let mut selection = Selection { paths: paths.to_vec(), ..Selection::default() };
        let mut not = false;
        for (at, start) in starts.iter().enumerate() {
            let tips = match start {
                Start::Not => {
                    not = !not;
                    continue;
                }
                Start::All => self.all_tips()?,
                Start::References { folder, glob } => self.matching_tips(folder, glob)?,
                Start::Revision(arg) => match self.tips(arg) {
                    Ok(tips) => {
                        if !separated && !arg.starts_with('^') && self.exists(arg) {
                            return Err(Failure::new(format!(
                                "ambiguous argument '{arg}': both a revision and a file"
                            ))
                            .hint(format!(
                                "write `{arg} --` for the revision, `-- {arg}` for the file"
                            )));
                        }
                        tips
                    }
                    Err(failure) => match self.files(&starts[at..]) {
                        Some(files) if !separated => {
                            selection.paths = files;
                            break;
                        }
                        _ => return Err(failure),
                    },
                },
            };
            selection.started = true;
            selection
                .tips
                .extend(tips.into_iter().map(|tip| Tip { exclude: tip.exclude != not, ..tip }));
        }
        Ok(selection)
    }

    /// The arguments as paths, when all can be meant as such.
    fn files(&self, args: &[Start]) -> Option<Vec<String>> {
        args.iter()
            .map(|arg| match arg {
                Start::Revision(arg) if self.is_file(arg) => Some(arg.clone()),
                _ => None,
            })
            .collect()
    }

    /// All references and the HEAD of every work tree, as `git log --all` starts; what is no commit is left out, as
    /// there. So is the published ledger (`refs/audit/`): its commits carry records and no code.
    ///
    /// # Errors
    /// When a reference cannot be read, or an object is missing or malformed.
    pub fn all_tips(&self) -> Result<Vec<Tip>, Failure> {
        self.require_refs("refs/")?;
        let head = match self.head()? {
            Head::Branch(reference) => Some(reference.target),
            Head::Detached(oid) => Some(oid),
            Head::Unborn(_) => None,
        };
        let code = self.refs("refs/")?.iter().filter(|one| !one.name.starts_with("refs/audit/"));
        let code = code.map(|reference| reference.target);
        self.commits_at(code.chain(head).chain(self.other_heads()?))
    }

    /// The references below a folder that match a glob.
    fn matching_tips(&self, folder: &str, glob: &str) -> Result<Vec<Tip>, Failure> {
        let glob = match glob.contains(['*', '?', '[']) {
            true => glob.to_owned(),
            false => format!("{}/*", glob.trim_end_matches('/')),
        };
        // Braces mean nothing to git.
        let matcher = GlobBuilder::new(&glob.replace('{', "\\{").replace('}', "\\}"))
            .literal_separator(false)
            .backslash_escape(true)
            .build()
            .map_err(|error| Failure::new(format!("bad glob '{glob}': {error}")))?
            .compile_matcher();
        let matches =
            |name: &str| name.strip_prefix(folder).is_some_and(|name| matcher.is_match(name));
        if let Some(unreadable) = self.unreadable_refs(folder)?.find(|one| matches(&one.name)) {
            return Err(unreadable.failure());
        }
        let matching = self.refs(folder)?.iter().filter(|reference| matches(&reference.name));
        self.commits_at(matching.map(|reference| reference.target))
    }

    fn commits_at(&self, targets: impl Iterator<Item = Oid>) -> Result<Vec<Tip>, Failure> {
        let targets: Vec<Oid> = targets.collect();
        let commits = Commits::new(self);
        // What the commit-graph holds is a commit: nothing is read for that.
        let peel = |&oid: &Oid| match commits.position(oid) {
            Some(_) => Ok((oid, ObjectKind::Commit)),
            None => self.peel(oid),
        };
        let mut tips = Vec::new();
        for peeled in pipeline::each(&targets, FEW_READS, peel) {
            if let (oid, ObjectKind::Commit) = peeled? {
                tips.push(Tip { oid, exclude: false });
            }
        }
        Ok(tips)
    }

    /// Whether an argument can be meant as a path: git's `verify_filename`.
    fn is_file(&self, arg: &str) -> bool {
        arg.starts_with(":(") || arg.contains(['*', '?', '[']) || self.exists(arg)
    }

    /// Whether there is a file of this name: git's `check_filename`.
    fn exists(&self, arg: &str) -> bool {
        let Some(top) = self.work_dir() else { return false };
        let path = match arg.strip_prefix(":/") {
            Some(path) => top.join(path),
            None => top.join(self.prefix()).join(arg),
        };
        std::fs::symlink_metadata(path).is_ok()
    }

    /// The tips that one argument stands for.
    ///
    /// # Errors
    /// Unknown revisions.
    pub fn tips(&self, arg: &str) -> Result<Vec<Tip>, Failure> {
        let include = |oid| Tip { oid, exclude: false };
        let exclude = |oid| Tip { oid, exclude: true };
        if let Some((left, right)) = split_range(arg, "...") {
            let (left, right) = (self.commit_id(left)?, self.commit_id(right)?);
            let mut tips: Vec<Tip> =
                self.merge_bases(left, right)?.into_iter().map(exclude).collect();
            tips.extend([include(left), include(right)]);
            return Ok(tips);
        }
        if let Some((left, right)) = split_range(arg, "..") {
            return Ok(vec![exclude(self.commit_id(left)?), include(self.commit_id(right)?)]);
        }
        if let Some(revision) = arg.strip_suffix("^@") {
            return Ok(self.parents(revision)?.into_iter().map(include).collect());
        }
        if let Some(revision) = arg.strip_suffix("^!") {
            let mut tips: Vec<Tip> = self.parents(revision)?.into_iter().map(exclude).collect();
            tips.push(include(self.commit_id(revision)?));
            return Ok(tips);
        }
        if let Some((revision, nth)) = split_parent(arg) {
            let missing = || Failure::new(format!("'{revision}' has no parent number {nth}"));
            let parents = self.parents(revision)?;
            let parent = nth.checked_sub(1).and_then(|at| parents.get(at)).ok_or_else(missing)?;
            return Ok(vec![exclude(*parent), include(self.commit_id(revision)?)]);
        }
        match arg.strip_prefix('^') {
            Some(revision) => Ok(vec![exclude(self.commit_id(revision)?)]),
            None => Ok(vec![include(self.commit_id(arg)?)]),
        }
    }

    fn parents(&self, revision: &str) -> Result<Vec<Oid>, Failure> {
        let oid = self.commit_id(revision)?;
        Ok(Commits::without_graph(self).load(oid)?.links.parents)
    }

    /// The best common ancestors of two commits, as `git merge-base --all`: the common ancestors that
    /// are no ancestor of another one.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn merge_bases(&self, left: Oid, right: Oid) -> Result<Vec<Oid>, Failure> {
        Commits::verified(self).merge_bases(left, right)
    }
}

impl Commits<'_> {
    /// As [`Repository::merge_bases`], as these commits have it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn merge_bases(&self, left: Oid, right: Oid) -> Result<Vec<Oid>, Failure> {
        let candidates = common_ancestors(self, left, right)?;
        let mut best = Vec::new();
        for &candidate in &candidates {
            let mut beneath = false;
            for &other in &candidates {
                if other != candidate && common_ancestors(self, candidate, other)? == [candidate] {
                    beneath = true;
                    break;
                }
            }
            if !beneath {
                best.push(candidate);
            }
        }
        Ok(best)
    }
}

/// Splits `left..right`; an empty side is HEAD. A path such as `../x` or a lone `..` is no range.
fn split_range<'a>(arg: &'a str, dots: &str) -> Option<(&'a str, &'a str)> {
    let (left, right) = arg.split_once(dots)?;
    if arg == dots || arg.starts_with("../") || arg == ".." {
        return None;
    }
    let or_head = |side: &'a str| if side.is_empty() { "HEAD" } else { side };
    Some((or_head(left), or_head(right)))
}

/// Splits `revision^-` and `revision^-2`: what the revision has beyond its first (second) parent.
fn split_parent(arg: &str) -> Option<(&str, usize)> {
    let (revision, number) = arg.rsplit_once("^-")?;
    match number {
        "" => Some((revision, 1)),
        number => number.parse().ok().map(|nth| (revision, nth)),
    }
}

/// Common ancestors found by walking both sides down by date, git's `paint_down_to_common`: both
/// colours meet at a common ancestor, and what lies behind one is stale.
fn common_ancestors(commits: &Commits<'_>, left: Oid, right: Oid) -> Result<Vec<Oid>, Failure> {
    const LEFT: u8 = 1;
    const RIGHT: u8 = 2;
    const STALE: u8 = 4;
    const RESULT: u8 = 8;
    if left == right {
        return Ok(vec![left]);
    }
    let mut flags: HashMap<Oid, u8> = HashMap::new();
    let mut queue = BinaryHeap::new();
    for (oid, flag) in [(left, LEFT), (right, RIGHT)] {
        flags.insert(oid, flag);
        queue.push((commits.load(oid)?.links.date, oid));
    }
    let mut found = Vec::new();
    while queue.iter().any(|(_, oid)| flags.get(oid).is_some_and(|flag| flag & STALE == 0)) {
        let Some((_, oid)) = queue.pop() else { break };
        let mut colour = flags.get(&oid).copied().unwrap_or(0) & (LEFT | RIGHT | STALE);
        if colour == LEFT | RIGHT {
            let flag = flags.entry(oid).or_default();
            if *flag & RESULT == 0 {
                *flag |= RESULT;
                found.push(oid);
            }
            colour |= STALE;
        }
        for parent in commits.load(oid)?.links.parents {
            let flag = flags.entry(parent).or_default();
            if *flag & colour == colour {
                continue;
            }
            *flag |= colour;
            queue.push((commits.load(parent)?.links.date, parent));
        }
    }
    found.retain(|oid| flags.get(oid).is_some_and(|flag| flag & STALE == 0));
    Ok(found)
}

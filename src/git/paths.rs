//! Which paths a commit touches, found by comparing trees, and which of them are meant.
//!
//! A [`Pathspec`] is git's: a file, a folder with all that is in it, a glob in which `*` also matches
//! `/`, and the magic words `top`, `glob`, `literal`, `icase` and `exclude` in their long and short
//! forms (gitglossary(7), "pathspec").
//!
//! Trees are compared raw, entry by entry, and a subtree that is the same on both sides, or in which
//! nothing can match, is never read.

use super::repository::{ObjectKind, Repository};
use super::trees::Content;
use super::{HashKind, Oid};
use crate::outcome::Failure;
use globset::{GlobBuilder, GlobMatcher};
use std::cmp::Ordering;

/// A checked list of path patterns.
#[derive(Debug, Clone, Default)]
pub struct Pathspec {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    /// The pattern as written: git takes it literally first, even when it could be a glob.
    path: Vec<u8>,
    /// The pattern up to its first special character: a prefix of every path that matches.
    literal: Vec<u8>,
    glob: Option<GlobMatcher>,
    icase: bool,
}

impl Pathspec {
    /// Reads patterns as a user in the folder `prefix` (below the work tree, with a trailing slash or
    /// empty) means them.
    ///
    /// # Errors
    /// Unknown magic, a path that leaves the work tree, a malformed glob.
    pub fn parse(patterns: &[String], prefix: &str) -> Result<Pathspec, Failure> {
        let mut pathspec = Pathspec::default();
        for text in patterns {
            let (pattern, exclude) = parse_pattern(text, prefix)?;
            if exclude { &mut pathspec.exclude } else { &mut pathspec.include }.push(pattern);
        }
        Ok(pathspec)
    }

    /// Whether a path (of a file, or of a folder that is compared as a whole) matches.
    pub fn matches(&self, path: &[u8]) -> bool {
        (self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(path)))
            && !self.exclude.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether anything below this folder can match.
    fn may_match_below(&self, folder: &[u8]) -> bool {
        self.include.is_empty()
            || self.include.iter().any(|pattern| pattern.may_match_below(folder))
    }

    /// Whether a tree has something in these paths.
    ///
    /// # Errors
    /// As [`Pathspec::differs`].
    pub fn are_in(&self, repo: &Repository, tree: Oid) -> Result<bool, Failure> {
        self.differs(repo, None, Some(tree))
    }

    /// Whether two trees differ in these paths. `None` is the empty tree.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn differs(
        &self,
        repo: &Repository,
        old: Option<Oid>,
        new: Option<Oid>,
    ) -> Result<bool, Failure> {
        let mut found = false;
        compare(repo, old, new, self, &mut |_| {
            found = true;
            false
        })?;
        Ok(found)
    }

    /// The paths among these in which two trees differ, in tree order, `limit` of them at most.
    ///
    /// # Errors
    /// As [`Pathspec::differs`].
    pub fn changed(
        &self,
        repo: &Repository,
        old: Option<Oid>,
        new: Option<Oid>,
        limit: usize,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let mut paths = Vec::new();
        compare(repo, old, new, self, &mut |path| {
            paths.push(path.to_vec());
            paths.len() < limit
        })?;
        Ok(paths)
    }
}

impl Pattern {
    fn matches(&self, path: &[u8]) -> bool {
        self.is_literally(path)
            || self.glob.as_ref().is_some_and(|glob| glob.is_match(bytes_to_path(path)))
    }

    fn is_literally(&self, path: &[u8]) -> bool {
        let literal = self.path.as_slice();
        if literal.is_empty() {
            return true;
        }
        let (folder, literal) = match literal.strip_suffix(b"/") {
            Some(folder) => (true, folder),
            None => (false, literal),
        };
        if path.len() < literal.len() || !self.same(&path[..literal.len()], literal) {
            return false;
        }
        match path.get(literal.len()) {
            None => !folder,
            Some(&next) => next == b'/',
        }
    }

    fn may_match_below(&self, folder: &[u8]) -> bool {
        let common = folder.len().min(self.literal.len());
        if !self.same(&folder[..common], &self.literal[..common]) {
            return false;
        }
        match folder.len().cmp(&self.literal.len()) {
            Ordering::Equal => true,
            // The folder is on the way to the literal part, if a path component ends here.
            Ordering::Less => self.literal[folder.len()] == b'/',
            Ordering::Greater => {
                self.literal.len() < self.path.len()
                    || self.literal.is_empty()
                    || self.literal.ends_with(b"/")
                    || folder[self.literal.len()] == b'/'
            }
        }
    }

    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        if self.icase { a.eq_ignore_ascii_case(b) } else { a == b }
    }
}

#[cfg(unix)]
fn bytes_to_path(bytes: &[u8]) -> &std::path::Path {
    use std::os::unix::ffi::OsStrExt;
    std::path::Path::new(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn bytes_to_path(bytes: &[u8]) -> std::path::PathBuf {
    std::path::PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn parse_pattern(text: &str, prefix: &str) -> Result<(Pattern, bool), Failure> {
    let bad = |what: &str| Failure::new(format!("bad pathspec '{text}': {what}"));
    let (mut top, mut glob, mut literal, mut icase, mut exclude) =
        (false, false, false, false, false);
    let mut rest = text;
    if let Some(long) = text.strip_prefix(":(") {
        let (words, tail) = long.split_once(')').ok_or_else(|| bad("missing ')' of the magic"))?;
        for word in words.split(',').filter(|word| !word.is_empty()) {
            match word {
                "top" => top = true,
                "glob" => glob = true,
                "literal" => literal = true,
                "icase" => icase = true,
                "exclude" => exclude = true,
                other => {
                    return Err(bad(&format!("unknown magic '{other}'"))
                        .hint("audit knows top, glob, literal, icase and exclude"));
                }
            }
        }
        rest = tail;
    } else if let Some(short) = text.strip_prefix(':') {
        let magic = short.len() - short.trim_start_matches(['/', '!', '^']).len();
        for mark in short[..magic].chars() {
            match mark {
                '/' => top = true,
                _ => exclude = true,
            }
        }
        rest = &short[magic..];
        rest = rest.strip_prefix(':').unwrap_or(rest);
    }
    if glob && literal {
        return Err(bad("'literal' and 'glob' exclude each other"));
    }
    let path = normalise(if top { "" } else { prefix }, rest)
        .ok_or_else(|| bad("it is outside the repository"))?;
    let special = path.find(['*', '?', '[', '\\']);
    let (literal_part, matcher) = match special {
        Some(at) if !literal => {
            // Braces have no meaning in git. An unterminated glob (`[x`) matches only itself, taken
            // literally.
            let matcher = GlobBuilder::new(&path.replace('{', "\\{").replace('}', "\\}"))
                .literal_separator(glob)
                .case_insensitive(icase)
                .backslash_escape(true)
                .build()
                .ok()
                .map(|matcher| matcher.compile_matcher());
            (path[..at].to_owned(), matcher)
        }
        _ => (path.clone(), None),
    };
    let (path, literal) = (path.into_bytes(), literal_part.into_bytes());
    Ok((Pattern { path, literal, glob: matcher, icase }, exclude))
}

/// Joins a path to the folder that it is relative to and resolves `.` and `..`; `None` when it leaves the
/// work tree. A trailing slash stays: it asks for a folder.
pub(super) fn normalise(prefix: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let mut joined = parts.join("/");
    if path.ends_with('/') && !joined.is_empty() {
        joined.push('/');
    }
    Some(joined)
}

/// One entry of a tree object: `mode SP name NUL id`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeEntry<'a> {
    pub(super) mode: u32,
    pub(super) name: &'a [u8],
    pub(super) id: &'a [u8],
}

impl TreeEntry<'_> {
    pub(super) fn is_tree(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// Whether it is a regular file: no folder, no symbolic link, no submodule.
    pub(super) fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    pub(super) fn oid(&self) -> Option<Oid> {
        // It is as wide as the repository's hash, so this is always an id.
        Oid::from_bytes(self.id).ok()
    }
}

/// Splits a tree object; `None` when it is malformed.
pub(super) fn tree_entries(data: &[u8], hash: HashKind) -> Option<Vec<TreeEntry<'_>>> {
    let width = hash.hex_len() / 2;
    let mut entries = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let space = memchr::memchr(b' ', rest)?;
        let mode = std::str::from_utf8(&rest[..space]).ok()?;
        let mode = u32::from_str_radix(mode, 8).ok()?;
        let nul = memchr::memchr(0, &rest[space..])? + space;
        let id = rest.get(nul + 1..nul + 1 + width)?;
        entries.push(TreeEntry { mode, name: &rest[space + 1..nul], id });
        rest = &rest[nul + 1 + width..];
    }
    Some(entries)
}

pub(super) fn read_tree(repo: &Repository, oid: Option<Oid>) -> Result<Content, Failure> {
    let Some(oid) = oid else { return Ok(Content::default()) };
    if let Some(tree) = repo.recent_trees.get(oid) {
        return Ok(tree);
    }
    match repo.read(oid)? {
        Some(object) if object.kind == ObjectKind::Tree => {
            let tree = Content::new(object.data);
            repo.recent_trees.keep(oid, &tree);
            Ok(tree)
        }
        Some(object) => {
            Err(Failure::new(format!("object {oid} is a {}, not a tree", object.kind.name())))
        }
        // git knows the empty tree even when the object does not exist.
        None if is_empty_tree(oid) => Ok(Content::default()),
        None => Err(Failure::new(format!("tree {oid} is not in this repository")).hint(
            "a treeless or damaged clone lacks it; `git fetch --refetch` brings all objects",
        )),
    }
}

pub(crate) fn is_empty_tree(oid: Oid) -> bool {
    let hex = oid.to_string();
    hex == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        || hex == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
}

/// Calls `found` with each differing path that matches, until it returns false.
fn compare(
    repo: &Repository,
    old: Option<Oid>,
    new: Option<Oid>,
    pathspec: &Pathspec,
    found: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<(), Failure> {
    compare_below(repo, old, new, &mut Vec::new(), pathspec, found).map(|_| ())
}

/// Compares one folder, given by its two ids. Returns whether to go on.
fn compare_below(
    repo: &Repository,
    old: Option<Oid>,
    new: Option<Oid>,
    folder: &mut Vec<u8>,
    pathspec: &Pathspec,
    found: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, Failure> {
    if old == new {
        return Ok(true);
    }
    let (old_data, new_data) = (read_tree(repo, old)?, read_tree(repo, new)?);
    let malformed = |oid: Option<Oid>| {
        Failure::new(format!(
            "tree {} is malformed",
            oid.map(|oid| oid.to_string()).unwrap_or_default()
        ))
    };
    let old_entries = tree_entries(&old_data, repo.hash()).ok_or_else(|| malformed(old))?;
    let new_entries = tree_entries(&new_data, repo.hash()).ok_or_else(|| malformed(new))?;
    let (mut i, mut j) = (0, 0);
    loop {
        let (left, right) = match (old_entries.get(i), new_entries.get(j)) {
            (None, None) => return Ok(true),
            (Some(a), None) => (Some(*a), None),
            (None, Some(b)) => (None, Some(*b)),
            (Some(a), Some(b)) => match order(a, b) {
                Ordering::Less => (Some(*a), None),
                Ordering::Greater => (None, Some(*b)),
                Ordering::Equal => (Some(*a), Some(*b)),
            },
        };
        i += usize::from(left.is_some());
        j += usize::from(right.is_some());
        if let (Some(a), Some(b)) = (left, right)
            && a.mode == b.mode
            && a.id == b.id
        {
            continue;
        }
        let Some(name) = left.or(right).map(|entry| entry.name) else { return Ok(true) };
        let length = folder.len();
        if length > 0 {
            folder.push(b'/');
        }
        folder.extend_from_slice(name);
        let go_on = compare_entry(repo, left, right, folder, pathspec, found)?;
        folder.truncate(length);
        if !go_on {
            return Ok(false);
        }
    }
}

fn compare_entry(
    repo: &Repository,
    left: Option<TreeEntry<'_>>,
    right: Option<TreeEntry<'_>>,
    path: &mut Vec<u8>,
    pathspec: &Pathspec,
    found: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, Failure> {
    let tree =
        |entry: Option<TreeEntry<'_>>| entry.filter(TreeEntry::is_tree).and_then(|e| e.oid());
    let is_file = |entry: Option<TreeEntry<'_>>| entry.is_some_and(|entry| !entry.is_tree());
    if (is_file(left) || is_file(right)) && pathspec.matches(path) && !found(path) {
        return Ok(false);
    }
    let (old, new) = (tree(left), tree(right));
    if (old.is_some() || new.is_some()) && pathspec.may_match_below(path) {
        return compare_below(repo, old, new, path, pathspec, found);
    }
    Ok(true)
}

/// Tree order: as if a folder's name ended in `/`. A file and a folder of the same name are not adjacent.
fn order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let common = a.name.len().min(b.name.len());
    a.name[..common].cmp(&b.name[..common]).then_with(|| {
        let next = |entry: &TreeEntry<'_>| {
            entry.name.get(common).copied().unwrap_or(if entry.is_tree() { b'/' } else { 0 })
        };
        next(a).cmp(&next(b)).then_with(|| a.name.len().cmp(&b.name.len()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn spec(patterns: &[&str], prefix: &str) -> Pathspec {
        let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
        Pathspec::parse(&patterns, prefix).unwrap()
    }

    #[test]
    fn a_folder_matches_all_that_is_in_it_and_nothing_beside_it() {
        let spec = spec(&["src"], "");
        assert!(spec.matches(b"src/main.rs") && spec.matches(b"src"));
        assert!(!spec.matches(b"src2/main.rs"));
        assert!(spec.may_match_below(b"src") && spec.may_match_below(b"src/deep"));
        assert!(!spec.may_match_below(b"sr") && !spec.may_match_below(b"docs"));
    }

    #[test]
    fn star_crosses_slashes_unless_glob_is_asked_for() {
        assert!(spec(&["src/*.rs"], "").matches(b"src/a/b.rs"));
        assert!(!spec(&[":(glob)src/*.rs"], "").matches(b"src/a/b.rs"));
        assert!(spec(&[":(glob)src/**/*.rs"], "").matches(b"src/a/b.rs"));
        assert!(spec(&["*.c"], "").may_match_below(b"any/folder"));
    }

    #[test]
    fn exclusion_prefix_and_top() {
        let spec_ = spec(&[".", ":!target"], "work/");
        assert!(spec_.matches(b"work/a") && !spec_.matches(b"other"));
        assert!(!spec_.matches(b"work/target/x"));
        assert!(spec(&[":/docs"], "work/").matches(b"docs/a"));
        assert!(spec(&[":(icase)README"], "").matches(b"readme"));
        assert!(spec(&["../x"], "work/").matches(b"x"));
    }

    #[test]
    fn a_bracket_that_is_never_closed_is_itself() {
        assert!(spec(&["a[b"], "").matches(b"a[b"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [":(nonsense)x", ":(top", "../../x", ":(glob,literal)x"] {
            assert!(Pathspec::parse(&[text.to_owned()], "work/").is_err(), "{text}");
        }
    }
}

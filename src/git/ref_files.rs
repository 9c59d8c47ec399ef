//! References as files: one each, or many in `packed-refs`.
//!
//! ```text
//! refs/heads/main              9f2c…\n                    a file of its own goes before the packed line
//! refs/remotes/origin/HEAD     ref: refs/remotes/origin/main\n
//! packed-refs                  # pack-refs with: peeled fully-peeled sorted
//!                              11a0… refs/tags/v1.0
//!                              ^77aa…                     what the tag above leads to
//! ```
//!
//! Ours, because libgit2 skips what it cannot read without a word: a damaged reference must not make a list shorter.
//! What git is fatal on for `git log --all` (a bad name, no id, the null id, a file that can't be read) is reported by
//! name; what leads nowhere (a dangling symbolic reference) is left out, as by git.

use super::Oid;
use super::objects::kind::HashKind;
use super::refs::Peeling;
use crate::outcome::Failure;
use memchr::memchr;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// All references that are files, or lines of `packed-refs`.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Those that lead to an object, sorted by name, and what is known about that object.
    pub(super) refs: Vec<(Vec<u8>, Oid, Peeling)>,
    /// Those that can't be read: the name, and why.
    pub(super) unreadable: Vec<(Vec<u8>, String)>,
}

/// The content of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stored {
    /// The id of an object.
    Id(Oid),
    /// The name of another reference.
    Symbolic(Vec<u8>),
    /// Neither: why.
    Unreadable(String),
}

/// Where a reference leads in the end.
enum Target {
    Object(Oid),
    Nothing,
    Unreadable(String),
}

/// A line of `packed-refs`, with what the line below it says of the object.
type Packed<'p> = (&'p [u8], Stored, Peeling);

/// References by name.
type Loose = BTreeMap<Vec<u8>, Stored>;

/// Folders of which each work tree has its own (gitrepository-layout(5)).
const PER_WORKTREE: [&[u8]; 3] = [b"refs/bisect/", b"refs/rewritten/", b"refs/worktree/"];

/// How many symbolic references may follow one another: git's `SYMREF_MAXDEPTH`.
const MAX_SYMREF_DEPTH: usize = 5;

/// Reads all references of a work tree.
///
/// # Errors
/// When a folder or `packed-refs` can't be read, or holds a line that git refuses.
pub(super) fn read(git_dir: &Path, common_dir: &Path, hash: HashKind) -> Result<Listed, Failure> {
    // In git's order: what is packed meanwhile is found in packed-refs.
    let mut loose = Loose::new();
    walk(common_dir, b"refs/", hash, &mut loose)?;
    if git_dir != common_dir {
        loose.retain(|name, _| !PER_WORKTREE.iter().any(|own| name.starts_with(own)));
        for own in PER_WORKTREE {
            walk(git_dir, own, hash, &mut loose)?;
        }
    }
    let path = common_dir.join("packed-refs");
    let packed = match fs::read(&path) {
        Ok(packed) => packed,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(unreadable_file(&path, &error)),
    };
    let packed = packed_lines(&packed, hash)?;
    let mut listed = Listed::default();
    for (name, stored, peeling) in &packed {
        match stored {
            _ if loose.contains_key(*name) => {}
            Stored::Id(target) => listed.refs.push((name.to_vec(), *target, *peeling)),
            Stored::Symbolic(_) => {}
            Stored::Unreadable(why) => listed.unreadable.push((name.to_vec(), why.clone())),
        }
    }
    for (name, stored) in &loose {
        match resolve(stored, &loose, &packed, git_dir, hash) {
            Target::Object(target) => {
                listed.refs.push((name.clone(), target, Peeling::Unknown));
            }
            Target::Nothing => {}
            Target::Unreadable(why) => listed.unreadable.push((name.clone(), why)),
        }
    }
    listed.refs.sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
    listed.unreadable.sort();
    Ok(listed)
}

/// Follows a reference to its end.
fn resolve(
    stored: &Stored,
    loose: &Loose,
    packed: &[Packed<'_>],
    git_dir: &Path,
    hash: HashKind,
) -> Target {
    let mut stored = stored.clone();
    for _ in 0..=MAX_SYMREF_DEPTH {
        let name = match stored {
            Stored::Id(target) => return Target::Object(target),
            Stored::Unreadable(why) => return Target::Unreadable(why),
            Stored::Symbolic(name) => name,
        };
        stored = match loose.get(&name) {
            Some(next) => next.clone(),
            None => match packed.binary_search_by(|(packed, ..)| (*packed).cmp(&name)) {
                Ok(at) => match packed.get(at) {
                    Some((_, next, _)) => next.clone(),
                    None => return Target::Nothing,
                },
                Err(_) => match root_reference(git_dir, &name, hash) {
                    Some(next) => next,
                    None => return Target::Nothing,
                },
            },
        };
    }
    Target::Unreadable("its symbolic references follow one another without an end".to_owned())
}

/// A reference beside `refs/`: `HEAD` and its like.
fn root_reference(git_dir: &Path, name: &[u8], hash: HashKind) -> Option<Stored> {
    let is_root = name.iter().all(|&byte| byte.is_ascii_uppercase() || byte == b'_');
    let content =
        fs::read(git_dir.join(std::str::from_utf8(name).ok().filter(|_| is_root)?)).ok()?;
    Some(stored(&content, hash))
}

/// The lines of `packed-refs`, sorted by name.
///
/// # Errors
/// Lines that git refuses to read, as it then reads no reference at all; a name that stands twice.
fn packed_lines(bytes: &[u8], hash: HashKind) -> Result<Vec<Packed<'_>>, Failure> {
    let mut found: Vec<Packed<'_>> = Vec::with_capacity(bytes.len() / 64);
    // Whether a tag without a `^` line below it is lightweight (`peeled`: those in refs/tags/ at least).
    let mut peeled = false;
    let mut rest = bytes;
    let mut number = 0usize;
    while !rest.is_empty() {
        number += 1;
        let Some(end) = memchr(b'\n', rest) else {
            return Err(unexpected(number, "it has no end"));
        };
        let (line, behind) = rest.split_at(end);
        rest = behind.get(1..).unwrap_or_default();
        match line.first() {
            Some(b'#') if number == 1 => {
                let traits = line.strip_prefix(b"# pack-refs with:").unwrap_or_default();
                peeled = traits
                    .split(|&byte| byte == b' ')
                    .any(|one| matches!(one, b"peeled" | b"fully-peeled"));
                continue;
            }
            // What the tag before it leads to.
            Some(b'^') if hash.oid(line.get(1..).unwrap_or_default()).is_some() => {
                let Some((.., peeling)) = found.last_mut() else {
                    return Err(unexpected(number, "no tag stands before it"));
                };
                *peeling = Peeling::TagObject;
                continue;
            }
            _ => {}
        }
        let parts = line.split_at_checked(hash.hex_len());
        let entry = parts.and_then(|(hex, name)| {
            let (blank, name) = name.split_first().filter(|(_, name)| !name.is_empty())?;
            Some((hash.oid(hex).filter(|_| blank.is_ascii_whitespace())?, name))
        });
        let Some((target, name)) = entry else {
            return Err(unexpected(number, "it is no id and a name"));
        };
        let known = peeled && name.starts_with(b"refs/tags/");
        let peeling = if known { Peeling::NoTagObject } else { Peeling::Unknown };
        found.push((name, checked(name, target), peeling));
    }
    found.sort_by_key(|(name, ..)| *name);
    if let Some(twice) = found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let name = String::from_utf8_lossy(twice[0].0).into_owned();
        return Err(Failure::new(format!("packed-refs names {name} twice")).hint(FSCK));
    }
    Ok(found)
}

/// What helps when a reference is damaged.
pub(super) const FSCK: &str =
    "`git fsck` reports what is damaged; `git update-ref -d NAME` removes a reference";

fn unexpected(line: usize, why: &str) -> Failure {
    Failure::new(format!("packed-refs, line {line}, can't be read: {why}")).hint(FSCK)
}

fn unreadable_file(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read '{}': {error}", path.display()))
}

/// What a name and an id make.
fn checked(name: &[u8], target: Oid) -> Stored {
    if !(name.starts_with(b"refs/") && is_valid(name)) {
        Stored::Unreadable("git allows no such name".to_owned())
    } else if target.is_zero() {
        Stored::Unreadable("it holds the null id".to_owned())
    } else {
        Stored::Id(target)
    }
}

/// Whether git takes this for the name of a reference (git-check-ref-format(1)).
fn is_valid(name: &[u8]) -> bool {
    let mut before = b'/';
    for &byte in name {
        let bad = match byte {
            0..=b' ' | 0x7f | b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\' => true,
            b'.' => matches!(before, b'.' | b'/'),
            b'/' => before == b'/',
            b'{' => before == b'@',
            _ => false,
        };
        if bad {
            return false;
        }
        before = byte;
    }
    let locked = |part: &[u8]| part.ends_with(b".lock");
    !matches!(before, b'/' | b'.') && !name.split(|&byte| byte == b'/').any(locked)
}

/// Adds the references that are files below a folder, which is given with its `/`.
fn walk(root: &Path, folder: &[u8], hash: HashKind, found: &mut Loose) -> Result<(), Failure> {
    let path = root.join(as_path(folder));
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        // It may just have been packed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable_file(&path, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| unreadable_file(&path, &error))?;
        let own = entry.file_name();
        let own = own.as_encoded_bytes();
        // As git: hidden files are none, and `main.lock` is one that is being written.
        if own.starts_with(b".") || own.ends_with(b".lock") {
            continue;
        }
        let name = [folder, own].concat();
        let path = entry.path();
        // Through links, as git; one that leads nowhere is no reference.
        let Ok(kind) = fs::metadata(&path) else { continue };
        if kind.is_dir() {
            walk(root, &[&name[..], b"/"].concat(), hash, found)?;
            continue;
        }
        let stored = match fs::read(&path) {
            // Packed or deleted this moment.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => Stored::Unreadable(error.to_string()),
            Ok(content) => match stored(&content, hash) {
                Stored::Id(target) => checked(&name, target),
                _ if !is_valid(&name) => Stored::Unreadable("git allows no such name".to_owned()),
                other => other,
            },
        };
        found.insert(name, stored);
    }
    Ok(())
}

#[cfg(unix)]
fn as_path(name: &[u8]) -> &Path {
    Path::new(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name))
}

#[cfg(not(unix))]
fn as_path(name: &[u8]) -> &Path {
    Path::new(std::str::from_utf8(name).unwrap_or_default())
}

/// What the content of a file says, as git reads it: `ref: ` and a name, or an id; and then white space.
fn stored(content: &[u8], hash: HashKind) -> Stored {
    if let Some(name) = content.strip_prefix(b"ref:") {
        let name = name.trim_ascii();
        return match is_valid(name) {
            true => Stored::Symbolic(name.to_vec()),
            false => Stored::Unreadable("it names a reference that git doesn't allow".to_owned()),
        };
    }
    let target = content.split_at_checked(hash.hex_len()).and_then(|(hex, rest)| {
        let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
        hash.oid(hex).filter(|_| ends)
    });
    match target {
        Some(target) => Stored::Id(target),
        None => Stored::Unreadable("it holds neither an id nor another name".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn names_are_valid_as_git_says(names in prop::collection::vec("refs/[a.@{/~\\\\ lock]{1,8}(\\.lock)?(/b)?", 1..8)) {
            for name in names {
                let git = Command::new("git").args(["check-ref-format", &name]).status().unwrap();
                prop_assert_eq!(is_valid(name.as_bytes()), git.success(), "{}", name);
            }
        }
    }
}

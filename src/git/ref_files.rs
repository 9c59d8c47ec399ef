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
//! A release repository has thousands of packed references, and every command starts by looking at them: so
//! they are read in one pass. As in git, what is damaged or leads nowhere is left out of a list.

use super::{HashKind, Oid};
use memchr::memchr;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// What a file says of its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stored {
    /// It points to this object.
    To(Oid),
    /// It is symbolic, and this is the name that it gives.
    As(Vec<u8>),
    /// It is damaged.
    Damaged,
}

/// References by name.
type Found = BTreeMap<Vec<u8>, Stored>;

/// Folders of which each work tree has its own (gitrepository-layout(5)).
const OWN: [&[u8]; 3] = [b"refs/bisect/", b"refs/rewritten/", b"refs/worktree/"];

/// How many symbolic references may lead to one another: git's `SYMREF_MAXDEPTH`.
const DEEPEST: usize = 5;

/// All references and where they lead, sorted by name; `None` where the files are such as git doesn't write.
pub(super) fn read(
    git_dir: &Path,
    common_dir: &Path,
    hash: HashKind,
) -> Option<Vec<(Vec<u8>, Oid)>> {
    // In git's order: what is packed meanwhile is found there.
    let mut loose = Found::new();
    walk(common_dir, b"refs/", hash, &mut loose)?;
    if git_dir != common_dir {
        loose.retain(|name, _| !OWN.iter().any(|own| name.starts_with(own)));
        for own in OWN {
            walk(git_dir, own, hash, &mut loose)?;
        }
    }
    let packed = match fs::read(common_dir.join("packed-refs")) {
        Ok(packed) => packed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(_) => return None,
    };
    let packed = packed_lines(&packed, hash)?;
    let mut refs: Vec<(Vec<u8>, Oid)> = packed
        .iter()
        .filter(|(name, _)| !loose.contains_key(*name))
        .map(|(name, target)| (name.to_vec(), *target))
        .collect();
    for (name, stored) in &loose {
        refs.extend(resolve(stored, &loose, &packed).map(|target| (name.clone(), target)));
    }
    refs.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Some(refs)
}

/// Where a reference leads to in the end.
fn resolve<'a>(mut stored: &'a Stored, loose: &'a Found, packed: &[(&[u8], Oid)]) -> Option<Oid> {
    for _ in 0..=DEEPEST {
        match stored {
            Stored::To(target) => return Some(*target),
            Stored::Damaged => return None,
            Stored::As(name) => match loose.get(name) {
                Some(next) => stored = next,
                None => {
                    let at = packed.binary_search_by(|(packed, _)| (*packed).cmp(name)).ok()?;
                    return packed.get(at).map(|(_, target)| *target);
                }
            },
        }
    }
    None
}

/// What `packed-refs` holds, sorted by name.
fn packed_lines(mut bytes: &[u8], hash: HashKind) -> Option<Vec<(&[u8], Oid)>> {
    let mut found = Vec::with_capacity(bytes.len() / 64);
    while !bytes.is_empty() {
        let (line, rest) = bytes.split_at(memchr(b'\n', bytes)?);
        bytes = &rest[1..];
        if matches!(line.first(), Some(b'#' | b'^')) {
            continue;
        }
        let (hex, name) = line.split_at_checked(hash.hex_len())?;
        let name = name.strip_prefix(b" ").filter(|name| name.starts_with(b"refs/"))?;
        let target = hash.oid(hex)?;
        if is_valid(name) && !target.is_zero() {
            found.push((name, target));
        }
    }
    found.sort_by_key(|(name, _)| *name);
    found.is_sorted_by(|(a, _), (b, _)| a < b).then_some(found)
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
fn walk(root: &Path, folder: &[u8], hash: HashKind, found: &mut Found) -> Option<()> {
    let entries = match fs::read_dir(root.join(std::str::from_utf8(folder).ok()?)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(()),
        Err(_) => return None,
    };
    for entry in entries {
        let entry = entry.ok()?;
        let name = [folder, entry.file_name().to_str()?.as_bytes()].concat();
        let path = entry.path();
        // Through links, as git; one that leads nowhere is no reference.
        let kind = match entry.file_type().ok()? {
            kind if kind.is_symlink() => match fs::metadata(&path) {
                Ok(led_to) => led_to.file_type(),
                Err(_) => continue,
            },
            kind => kind,
        };
        if kind.is_dir() {
            walk(root, &[&name[..], b"/"].concat(), hash, found)?;
        } else if is_valid(&name) {
            // Else git doesn't take it for one, or somebody is writing it: `main.lock`.
            found.insert(name, stored(&fs::read(path).ok()?, hash)?);
        }
    }
    Some(())
}

/// What the content of a file says, as git reads it: `ref: ` and a name, or an id; and then white space.
fn stored(content: &[u8], hash: HashKind) -> Option<Stored> {
    if let Some(name) = content.strip_prefix(b"ref:") {
        let name = name.trim_ascii();
        return (name.starts_with(b"refs/") && is_valid(name)).then(|| Stored::As(name.to_vec()));
    }
    let target = content.split_at_checked(hash.hex_len()).and_then(|(hex, rest)| {
        let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
        hash.oid(hex).filter(|oid| ends && !oid.is_zero())
    });
    Some(target.map_or(Stored::Damaged, Stored::To))
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

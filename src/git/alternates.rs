//! Lists of object folders: `GIT_ALTERNATE_OBJECT_DIRECTORIES`, between colons, and `info/alternates`, a line each; quoted
//! as in C where one holds a colon or begins with a quote.
//!
//! ```text
//! /srv/git/pay.git/objects:"/srv/git/a:b.git/objects"
//! ```
//!
//! Ours, because libgit2 takes a quoted line as it stands (`link_alt_odb_entries` in git's object-file.c unquotes it).
//!
//! A server's git names its own objects so while those of a push are in quarantine (git(1), and `env_append` in
//! git's tmp-objdir.c).

use std::ffi::OsStr;
use std::path::PathBuf;

/// The folders of such a list. What is quoted without an end is taken as it stands: it names no folder, and
/// opening it says so.
#[cfg(unix)]
pub(super) fn split(list: &OsStr) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    entries(list.as_bytes(), b':')
}

/// The folders that the content of `info/alternates` names; relative ones are relative to the object folder.
#[cfg(unix)]
pub(super) fn lines(content: &[u8]) -> Vec<PathBuf> {
    entries(content, b'\n')
}

#[cfg(not(unix))]
pub(super) fn lines(content: &[u8]) -> Vec<PathBuf> {
    let text = String::from_utf8_lossy(content);
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(PathBuf::from).collect()
}

#[cfg(unix)]
fn entries(list: &[u8], separator: u8) -> Vec<PathBuf> {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let mut folders = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let quoted = rest.strip_prefix(b"\"").and_then(|rest| unquoted(rest, separator));
        let (folder, behind) = match quoted {
            Some((folder, behind)) => (folder, behind),
            None => {
                let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
                // A comment, as git has it in either list.
                let end_of_name = if rest.starts_with(b"#") { 0 } else { end };
                (rest[..end_of_name].to_vec(), &rest[end..])
            }
        };
        if !folder.is_empty() {
            folders.push(PathBuf::from(OsString::from_vec(folder)));
        }
        rest = behind.strip_prefix(&[separator]).unwrap_or(behind);
    }
    folders
}

#[cfg(not(unix))]
pub(super) fn split(list: &OsStr) -> Vec<PathBuf> {
    std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect()
}

/// What stands up to the closing quote, and what follows it; `None` without one.
#[cfg(unix)]
fn unquoted(quoted: &[u8], separator: u8) -> Option<(Vec<u8>, &[u8])> {
    let mut text = Vec::new();
    let mut bytes = quoted.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let behind = &quoted[at + 1..];
                return (behind.is_empty() || behind.first() == Some(&separator))
                    .then_some((text, behind));
            }
            b'\\' => text.push(match bytes.next()?.1 {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                high @ b'0'..=b'3' => {
                    let mut digit = || match bytes.next()?.1 {
                        digit @ b'0'..=b'7' => Some(digit - b'0'),
                        _ => None,
                    };
                    (high - b'0') * 64 + digit()? * 8 + digit()?
                }
                plain @ (b'"' | b'\\') => plain,
                _ => return None,
            }),
            plain => text.push(plain),
        }
    }
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, folders: &[&str]) {
        let expected: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
        assert_eq!(split(OsStr::new(list)), expected, "{list}");
    }

    #[test]
    fn folders_are_split_as_git_does() {
        check("", &[]);
        check("/a:/b c", &["/a", "/b c"]);
        check(":/a::", &["/a"]);
        check(r#""/a:b":/c"#, &["/a:b", "/c"]);
        check(r#"/c:"/\303\274 \"\\\t""#, &["/c", "/ü \"\\\t"]);
        check(r#""/open:/c"#, &["\"/open", "/c"]);
        check(r#""/a"b:/c"#, &["\"/a\"b", "/c"]);
        check(r#"/mid"dle"#, &["/mid\"dle"]);
        check("#/a:/b", &["/b"]);
    }

    #[test]
    fn lines_are_split_as_git_does() {
        let of = |list: &[u8]| lines(list);
        assert_eq!(of(b"/a\n# note\n\n../b:c\n"), ["/a", "../b:c"].map(PathBuf::from));
        assert_eq!(of(b"\"/a\\nb\"\n/c"), ["/a\nb", "/c"].map(PathBuf::from));
    }
}

//! What git tells a hook: one line for each reference, ids of zeros for what is not there.
//!
//! ```text
//! pre-push                  refs/heads/topic 77a1c9e2… refs/heads/topic 0000000…   local ref, id, remote ref, id
//! pre-receive, post-receive 9f2c1ab0… 5d0bd5f1… refs/heads/main                    old, new, ref
//! update (its arguments)    refs/heads/main 9f2c1ab0… 5d0bd5f1…                    ref, old, new
//! ```
//!
//! After githooks(5). Reading is strict: what is not exactly that ends the run, for a hook that judges
//! less than what is pushed would wave the rest through.

use crate::git::Oid;
use crate::git::repository::HashKind;
use crate::outcome::Failure;
use crate::verification::Update;
use std::collections::BTreeSet;
use std::io::Read;

/// The order of words in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`; the local one is what the user typed, spaces and all.
    PrePush,
    /// `OLD NEW REF`.
    Receive,
}

/// Reads all lines of standard input.
///
/// # Errors
/// When it is not git that speaks there, or a line is not as it should be.
pub(super) fn read(form: Form, hash: HashKind) -> Result<Vec<Update>, Failure> {
    if !fed() {
        return Err(Failure::new("standard input does not say what is pushed").hint(
            "git hands a hook one line for each reference: whatever calls this one must hand them on",
        ));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("cannot read what is pushed: {error}")))?;
    parse(&bytes, form, hash)
}

/// Whether standard input is a pipe or a file: a device is a terminal, or `/dev/null` in the place of
/// something that nobody handed on.
#[cfg(unix)]
fn fed() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let input = std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    input.and_then(|file| file.metadata()).is_ok_and(|metadata| {
        let kind = metadata.file_type();
        !kind.is_char_device() && !kind.is_block_device() && !kind.is_dir()
    })
}

#[cfg(not(unix))]
fn fed() -> bool {
    use std::io::IsTerminal;
    !std::io::stdin().is_terminal()
}

fn parse(bytes: &[u8], form: Form, hash: HashKind) -> Result<Vec<Update>, Failure> {
    let Some(whole) = bytes.strip_suffix(b"\n") else {
        return match bytes {
            [] => Ok(Vec::new()),
            _ => Err(Failure::new("what git says is cut short: the last line has no end")),
        };
    };
    let mut updates = Vec::new();
    let mut names = BTreeSet::new();
    for (number, line) in whole.split(|&byte| byte == b'\n').enumerate() {
        let update = self::line(line, form, hash).ok_or_else(|| {
            let text = String::from_utf8_lossy(line);
            let wanted = match form {
                Form::PrePush => "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID",
                Form::Receive => "OLD-ID NEW-ID REF",
            };
            Failure::new(format!("line {} is no reference that is pushed: '{text}'", number + 1))
                .hint(format!("expected: {wanted}, with ids of {} hex digits", hash.hex_len()))
        })?;
        if !names.insert(update.name.clone()) {
            return Err(Failure::new(format!("{} is pushed twice", update.name)));
        }
        updates.push(update);
    }
    Ok(updates)
}

fn line(line: &[u8], form: Form, hash: HashKind) -> Option<Update> {
    match form {
        Form::PrePush => {
            let mut words = line.rsplitn(4, |&byte| byte == b' ');
            let (old, name, new, _) = (words.next()?, words.next()?, words.next()?, words.next()?);
            update(name, old, new, hash)
        }
        Form::Receive => {
            let mut words = line.splitn(3, |&byte| byte == b' ');
            let (old, new, name) = (words.next()?, words.next()?, words.next()?);
            update(name, old, new, hash)
        }
    }
}

/// An update of these words; `None` when they are none.
pub(super) fn update(name: &[u8], old: &[u8], new: &[u8], hash: HashKind) -> Option<Update> {
    let plain = |byte: &u8| *byte > b' ' && *byte != 0x7f;
    if !name.starts_with(b"refs/") || !name.iter().all(plain) {
        return None;
    }
    let name = String::from_utf8_lossy(name).into_owned();
    Some(Update { name, old: id(old, hash)?, new: id(new, hash)? })
}

/// An id, `None` inside for zeros.
fn id(hex: &[u8], hash: HashKind) -> Option<Option<Oid>> {
    let oid = hash.oid(hex)?;
    Some(hex.iter().any(|&digit| digit != b'0').then_some(oid))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NONE: &str = "0000000000000000000000000000000000000000";
    const ONE: &str = "9f2c1ab044c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5";
    const TWO: &str = "1b0bd5f1a2f8a3b8b3e1c4f5e6d7c8b9a0f1e2d3";

    fn pre_push(text: &str) -> Result<Vec<Update>, Failure> {
        parse(text.as_bytes(), Form::PrePush, HashKind::Sha1)
    }

    fn receive(text: &str) -> Result<Vec<Update>, Failure> {
        parse(text.as_bytes(), Form::Receive, HashKind::Sha1)
    }

    #[test]
    fn lines_of_both_forms_mean_the_same() {
        let oid = |hex: &str| HashKind::Sha1.oid(hex.as_bytes());
        let text = format!("{ONE} {TWO} refs/heads/main\n{ONE} {NONE} refs/tags/v1\n");
        let moved = Update { name: "refs/heads/main".into(), old: oid(ONE), new: oid(TWO) };
        let gone = Update { name: "refs/tags/v1".into(), old: oid(ONE), new: None };
        assert_eq!(receive(&text).unwrap(), [moved.clone(), gone.clone()]);
        // What the user typed may hold spaces.
        let text = format!(
            "HEAD^{{/fix the thing}} {TWO} refs/heads/main {ONE}\n(delete) {NONE} refs/tags/v1 {ONE}\n"
        );
        assert_eq!(pre_push(&text).unwrap(), [moved, gone]);
        assert_eq!(pre_push("").unwrap(), []);
    }

    #[test]
    fn whatever_else_is_an_error() {
        for text in [
            "\n".to_owned(),
            "garbage\n".to_owned(),
            format!("{ONE} {TWO} refs/heads/main"),
            format!("{ONE} {TWO}\n"),
            format!("{ONE} {TWO} main\n"),
            format!("{ONE} {TWO} refs/heads/a b\n"),
            format!("{ONE} {TWO} refs/heads/a\r\n"),
            format!("{} {TWO} refs/heads/main\n", &ONE[..39]),
            format!("{ONE}{ONE} {TWO} refs/heads/main\n"),
            format!("{ONE} {TWO} refs/heads/a\n\n"),
            format!("{ONE} {TWO} refs/heads/a\n{ONE} {TWO} refs/heads/a\n"),
        ] {
            assert!(receive(&text).is_err(), "{text:?}");
            assert!(pre_push(&text).is_err(), "{text:?}");
        }
        let sha256 = "5".repeat(64);
        let text = format!("{sha256} {sha256} refs/heads/a\n");
        assert!(receive(&text).is_err());
        assert!(parse(text.as_bytes(), Form::Receive, HashKind::Sha256).is_ok());
    }
}

//! Raw commits and tags against a reading of their header lines by hand.

use audit::git::HashKind;
use audit::git::identity::{self, DateDoubt};
use audit::git::object::{self, CommitObject, Oddity, Signed, TagObject};

/// A raw object, which may be a commit or a tag of either hash.
pub fn object(raw: &[u8]) {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        let links = object::links(raw, hash);
        match object::commit(raw, hash) {
            Ok(commit) => {
                let links = links.expect("a commit has links");
                assert_eq!(links.tree, commit.tree);
                assert_eq!(links.parents, commit.parents);
                assert_eq!(links.date, commit.walk_date);
                is_commit(raw, &commit);
                if object::signed_commit(raw, hash).is_some() {
                    assert!(commit.has_signature, "a signature that nobody would look for");
                }
            }
            Err(bogus) => assert_eq!(links, Err(bogus)),
        }
        commit_signature(raw, hash, object::signed_commit(raw, hash));
        if let Ok(tag) = object::tag(raw, hash) {
            is_tag(raw, &tag);
        }
    }
    tag_signature(raw, object::signed_tag(raw));
    ident(raw);
}

fn is_commit(raw: &[u8], commit: &CommitObject<'_>) {
    let mut start = format!("tree {}\n", commit.tree);
    for parent in &commit.parents {
        start.push_str(&format!("parent {parent}\n"));
    }
    // Ids may be written in either case.
    assert!(raw[..start.len()].eq_ignore_ascii_case(start.as_bytes()));

    let (headers, message) = headers(&raw[start.len()..]);
    let last = |name: &[u8]| headers.iter().rev().find_map(|line| line.strip_prefix(name));
    let count = |name: &[u8]| headers.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!(commit.author, last(b"author "));
    assert_eq!(commit.committer, last(b"committer "));
    assert_eq!(commit.message, message);
    let odd = |oddity| commit.oddities.contains(&oddity);
    assert_eq!(odd(Oddity::MissingAuthor), count(b"author ") == 0);
    assert_eq!(odd(Oddity::DuplicateAuthor), count(b"author ") > 1);
    assert_eq!(odd(Oddity::MissingCommitter), count(b"committer ") == 0);
    assert_eq!(odd(Oddity::DuplicateCommitter), count(b"committer ") > 1);
    assert_eq!(odd(Oddity::DuplicateTree), count(b"tree ") > 0);
    assert_eq!(odd(Oddity::Nul), raw.contains(&0));
    let mut once = commit.oddities.clone();
    once.dedup();
    assert_eq!(once.len(), commit.oddities.len());
    for line in [commit.author, commit.committer].into_iter().flatten() {
        ident(line);
    }
}

/// Header lines, each ended by a line feed or a NUL, and the message behind the first empty one.
fn headers(mut rest: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let line = rest.split(|byte| matches!(byte, b'\n' | 0)).next().unwrap_or_default();
        if line.is_empty() {
            let message = rest.strip_prefix(b"\n").unwrap_or_default();
            return (lines, message.split(|byte| *byte == 0).next().unwrap_or_default());
        }
        lines.push(line);
        rest = rest.get(line.len() + 1..).unwrap_or_default();
    }
    (lines, b"")
}

/// The signature put back where it stood gives the object again.
fn commit_signature(raw: &[u8], hash: HashKind, signed: Option<Signed>) {
    let own = [hash.signature_header(), b" "].concat();
    let starts = starts_of_headers(raw);
    let found: Vec<usize> =
        starts.iter().copied().filter(|at| raw[*at..].starts_with(b"gpgsig")).collect();
    let own_found: Vec<usize> =
        found.iter().copied().filter(|at| raw[*at..].starts_with(&own)).collect();
    let Some(signed) = signed else {
        assert!(own_found.is_empty(), "a signature was overlooked");
        return;
    };
    assert!(!own_found.is_empty(), "a signature out of nothing");
    let _ = signed.dated_by();
    assert!(signed.payload.len() + signed.signature.len() < raw.len());
    for at in starts_of_headers(&signed.payload) {
        assert!(!signed.payload[at..].starts_with(b"gpgsig"), "a signature header is left over");
    }
    if let ([at], [_]) = (found.as_slice(), own_found.as_slice()) {
        let mut again = raw[..*at].to_vec();
        again.extend_from_slice(&own);
        for (number, line) in signed.signature.split_inclusive(|byte| *byte == b'\n').enumerate() {
            again.extend_from_slice(if number == 0 { b"" } else { b" " });
            again.extend_from_slice(line);
        }
        // A last continuation line may hold nothing, not even its end.
        if signed.payload.len() == *at && again.len() + 1 == raw.len() {
            again.push(b' ');
        }
        again.extend_from_slice(&signed.payload[*at..]);
        assert_eq!(again, raw, "payload and signature do not make up the object");
    }
}

/// Where the lines before the first empty one start.
fn starts_of_headers(raw: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::new();
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\n" {
            break;
        }
        starts.push(at);
        at += line.len();
    }
    starts
}

fn is_tag(raw: &[u8], tag: &TagObject<'_>) {
    let object = format!("object {}\n", tag.target);
    let (start, rest) = raw.split_at(object.len());
    assert!(start.eq_ignore_ascii_case(object.as_bytes()));
    let names = [b"type ", tag.target_kind, b"\ntag ", tag.name].concat();
    let rest = rest.strip_prefix(names.as_slice()).expect("type and name stand as they were read");
    let text = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    let (lines, message) = match text.strip_prefix(b"\n") {
        Some(text) => headers(text),
        None => (Vec::new(), &b""[..]),
    };
    let first = |name: &[u8]| lines.iter().find_map(|line| line.strip_prefix(name));
    assert_eq!(tag.tagger, first(b"tagger "));
    assert_eq!(tag.encoding, first(b"encoding "));
    assert!(message.starts_with(tag.message), "the message begins behind the headers");
    assert!(tag.message.len() == message.len() || armor_starts(raw).next().is_some());
    if let Some(line) = tag.tagger {
        ident(line);
    }
}

/// The last line that begins an armor, and what stands before it, make up the tag.
fn tag_signature(raw: &[u8], signed: Option<Signed>) {
    let last = armor_starts(raw).last();
    assert_eq!(signed.is_some(), last.is_some());
    let (Some(signed), Some(at)) = (signed, last) else { return };
    let _ = signed.dated_by();
    assert_eq!(signed.signature, &raw[at..]);
    let before = &raw[..at];
    for at in starts_of_headers(&signed.payload) {
        assert!(!signed.payload[at..].starts_with(b"gpgsig"), "a signature header is left over");
    }
    if !starts_of_headers(before).iter().any(|at| before[*at..].starts_with(b"gpgsig")) {
        assert_eq!(signed.payload, before);
    }
}

fn armor_starts(raw: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let begins = |line: &[u8]| {
        ["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"]
            .iter()
            .any(|what| line.starts_with(format!("-----BEGIN {what}-----").as_bytes()))
    };
    (0..raw.len())
        .filter(|at| *at == 0 || raw[*at - 1] == b'\n')
        .filter(move |at| begins(&raw[*at..]))
}

/// What an identity line says stands in it, in this order; without a doubt, as git would write it.
fn ident(line: &[u8]) {
    let text = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let Some(ident) = identity::split(line) else {
        let open = text.iter().position(|byte| *byte == b'<');
        assert!(open.is_none_or(|open| !text[open..].contains(&b'>')), "somebody is named");
        return;
    };
    assert!(text.starts_with(ident.name));
    let rest = text[ident.name.len()..].trim_ascii_start();
    // git's white space knows no form feed and no vertical tab; the rest begins with the bracket.
    assert!(rest.strip_prefix(b"<").is_some_and(|rest| rest.starts_with(ident.email)));
    assert!(!ident.email.contains(&b'>'));
    assert_eq!(ident.doubt == Some(DateDoubt::Absent), ident.seconds.is_none());
    if let (None, Some(when)) = (ident.doubt, ident.when) {
        let offset = when.offset.expect("a zone without doubt has an offset");
        let sign = if offset < 0 { '-' } else { '+' };
        let zone = format!("{:02}{:02}", offset.abs() / 60, offset.abs() % 60);
        let ends = |sign| text.ends_with(format!("> {} {sign}{zone}", when.seconds).as_bytes());
        assert!(ends(sign) || (offset == 0 && ends('-')));
    }
}

//! Raw commits and tags, split the way git splits them.
//!
//! ```text
//! tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
//! parent 1f0c…
//! author Ana Silva <ana@example.com> 1700000000 +0100
//! committer Ana Silva <ana@example.com> 1700000000 +0100
//! gpgsig -----BEGIN SSH SIGNATURE-----
//!  U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg…
//!  -----END SSH SIGNATURE-----
//!
//! Retry card capture once
//! ```
//!
//! Headers end at the first empty line; what follows is the message. libgit2's own accessors differ
//! from git on objects made by hand, and an audit must see what git sees, so nothing here goes
//! through them. The rules are those of git's `commit.c`, `tag.c`, `pretty.c` and `gpg-interface.c`:
//!
//! - The order of the walk uses the date of the `committer` line that directly follows the `author`
//!   line, which directly follows the parents ([`CommitObject::walk_date`]).
//! - `%an` and `%cn` print the *last* `author` and `committer` header; an object with two of them is
//!   marked [`Oddity::DuplicateAuthor`] or [`Oddity::DuplicateCommitter`].
//! - A message ends at its first NUL, a header line, too; the signature covers the bytes behind it as well.

use super::identity::{self, Ident};
use super::objects::kind::parse_oid;
use super::{HashKind, Oid};
use memchr::{memchr, memchr2};

/// An oddity that no honest tool writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// More than one `author` header.
    DuplicateAuthor,
    /// More than one `committer` header.
    DuplicateCommitter,
    /// More than one `tree` header.
    DuplicateTree,
    /// More than one signature header of the repository's hash.
    SeveralSignatures,
    /// A NUL byte: git shows nothing behind it.
    Nul,
    /// No `author` header.
    MissingAuthor,
    /// No `committer` header.
    MissingCommitter,
}

impl Oddity {
    /// The stable id that proofs carry.
    pub fn name(self) -> &'static str {
        match self {
            Oddity::DuplicateAuthor => "duplicate-author",
            Oddity::DuplicateCommitter => "duplicate-committer",
            Oddity::DuplicateTree => "duplicate-tree",
            Oddity::SeveralSignatures => "several-signatures",
            Oddity::Nul => "nul-in-object",
            Oddity::MissingAuthor => "missing-author",
            Oddity::MissingCommitter => "missing-committer",
        }
    }
}

/// A commit, split but not decoded. Borrows the object's bytes.
#[derive(Debug, Clone)]
pub struct CommitObject<'a> {
    /// The tree.
    pub tree: Oid,
    /// The parents in the object's order.
    pub parents: Vec<Oid>,
    /// What follows `author `: name, address, date. `None` when there is no such header.
    pub author: Option<&'a [u8]>,
    /// What follows `committer `.
    pub committer: Option<&'a [u8]>,
    /// What follows `encoding `, of the first such header.
    pub encoding: Option<&'a [u8]>,
    /// The message up to the first NUL.
    pub message: &'a [u8],
    /// The date that git orders its walk by, in seconds since 1970 UTC; 0 where it reads none.
    /// Unsigned, as in git: a negative date wraps around and comes first.
    pub walk_date: u64,
    /// Whether a header looks like a signature of either hash, so that [`signed_commit`] is worth a call.
    pub has_signature: bool,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// What the walk needs of a commit: cheaper to have than the whole [`CommitObject`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The tree.
    pub tree: Oid,
    /// The parents in the object's order.
    pub parents: Vec<Oid>,
    /// See [`CommitObject::walk_date`].
    pub date: u64,
}

/// Why an object is not a commit or a tag that git would read either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bogus(pub &'static str);

/// Reads tree, parents and walk date, as git's `parse_commit_buffer` does.
///
/// # Errors
/// When git would call the object bogus: no `tree` line first, or a `parent` line that is not one.
pub fn links(raw: &[u8], hash: HashKind) -> Result<Links, Bogus> {
    split_links(raw, hash).map(|(links, _)| links)
}

fn split_links(raw: &[u8], hash: HashKind) -> Result<(Links, usize), Bogus> {
    let hex = hash.hex_len();
    let tree_line = 5 + hex + 1;
    if raw.len() <= tree_line || !raw.starts_with(b"tree ") || raw[tree_line - 1] != b'\n' {
        return Err(Bogus("bogus commit object: it does not begin with a tree"));
    }
    let tree = parse_oid(&raw[5..5 + hex]).ok_or(Bogus("bad tree pointer in commit"))?;
    let mut at = tree_line;
    let mut parents = Vec::new();
    let parent_line = 7 + hex + 1;
    while raw[at..].starts_with(b"parent ") && raw.len() > at + parent_line - 1 {
        let line = &raw[at..];
        if line.len() <= parent_line || line[parent_line - 1] != b'\n' {
            return Err(Bogus("bad parents in commit"));
        }
        parents.push(parse_oid(&line[7..7 + hex]).ok_or(Bogus("bad parents in commit"))?);
        at += parent_line;
    }
    let date = walk_date(&raw[at..]);
    Ok((Links { tree, parents, date }, at))
}

/// git's `parse_commit_date`: the digits after the last `>` of the line after the `author` line.
fn walk_date(headers: &[u8]) -> u64 {
    if headers.len() <= 6 || !headers.starts_with(b"author") {
        return 0;
    }
    let Some(end) = memchr(b'\n', headers) else { return 0 };
    let committer = &headers[end + 1..];
    if committer.len() <= 9 || !committer.starts_with(b"committer") {
        return 0;
    }
    let Some(end) = memchr(b'\n', committer) else { return 0 };
    let line = &committer[..end];
    let Some(close) = memchr::memrchr(b'>', line) else { return 0 };
    let digits = line[close + 1..].trim_ascii_start();
    timestamp(digits)
}

/// `strtoumax` in base 10: digits as far as they go, saturating; a minus sign wraps around.
fn timestamp(text: &[u8]) -> u64 {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        _ => (false, text),
    };
    let mut value: u64 = 0;
    for &byte in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
        match value.checked_mul(10).and_then(|v| v.checked_add(u64::from(byte - b'0'))) {
            Some(v) => value = v,
            None => return u64::MAX,
        }
    }
    if negative { value.wrapping_neg() } else { value }
}

/// Splits a whole commit.
///
/// # Errors
/// As [`links`].
pub fn commit(raw: &[u8], hash: HashKind) -> Result<CommitObject<'_>, Bogus> {
    let (links, rest) = split_links(raw, hash)?;
    let mut object = CommitObject {
        tree: links.tree,
        parents: links.parents,
        author: None,
        committer: None,
        encoding: None,
        message: b"",
        walk_date: links.date,
        has_signature: false,
        oddities: Vec::new(),
    };
    let nul = memchr(0, raw).unwrap_or(raw.len());
    if nul < raw.len() {
        object.oddities.push(Oddity::Nul);
    }
    let own_signature = hash.signature_header();
    let mut signatures = 0;
    let mut at = rest;
    while at < raw.len() {
        // git's `parse_commit_header` ends a line at a NUL, and continues after it.
        let line = &raw[at..];
        let line = &line[..memchr2(b'\n', 0, line).unwrap_or(line.len())];
        if line.is_empty() {
            if raw[at] == b'\n' {
                // As `%s`, which starts behind the empty line.
                let message = &raw[at + 1..];
                object.message = &message[..memchr(0, message).unwrap_or(message.len())];
            }
            break;
        }
        if let Some(value) = line.strip_prefix(b"author ") {
            if object.author.replace(value).is_some() {
                mark(&mut object.oddities, Oddity::DuplicateAuthor);
            }
        } else if let Some(value) = line.strip_prefix(b"committer ") {
            if object.committer.replace(value).is_some() {
                mark(&mut object.oddities, Oddity::DuplicateCommitter);
            }
        } else if line.starts_with(b"tree ") {
            mark(&mut object.oddities, Oddity::DuplicateTree);
        } else if let Some(value) = line.strip_prefix(b"encoding ") {
            // `find_commit_header` does not look beyond the first NUL.
            if at < nul {
                object.encoding.get_or_insert(value);
            }
        } else if line.starts_with(b"gpgsig") {
            object.has_signature = true;
            if line.strip_prefix(own_signature).is_some_and(|rest| rest.first() == Some(&b' ')) {
                signatures += 1;
            }
        }
        at += line.len() + 1;
    }
    if signatures > 1 {
        object.oddities.push(Oddity::SeveralSignatures);
    }
    // A signature header may stand behind the NUL at which reading ended.
    object.has_signature |= nul < raw.len();
    if object.author.is_none() {
        object.oddities.push(Oddity::MissingAuthor);
    }
    if object.committer.is_none() {
        object.oddities.push(Oddity::MissingCommitter);
    }
    Ok(object)
}

fn mark(oddities: &mut Vec<Oddity>, oddity: Oddity) {
    if !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}

/// A signature and the bytes it was made over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The object without its signature headers.
    pub payload: Vec<u8>,
    /// The armor, continuation spaces removed.
    pub signature: Vec<u8>,
    /// Whose line dates the signature: `committer `, in a tag `tagger `.
    dated_by: &'static [u8],
}

impl Signed {
    /// Who signed when, as the signed bytes claim: their *first* `committer` line, in a tag the first
    /// `tagger` line (git's `parse_payload_metadata`; what git shows as the committer is the last).
    ///
    /// `None` when there is no such line or it cannot be read. Git then refuses to judge: `%G?` is `N`
    /// and `git verify-tag` fails, whatever the signature.
    pub fn dated_by(&self) -> Option<Ident<'_>> {
        let text = &self.payload[..memchr(0, &self.payload).unwrap_or(self.payload.len())];
        let line = HeaderLines { text, at: 0 }.find_map(|line| line.strip_prefix(self.dated_by))?;
        identity::split(line)
    }
}

/// Takes the signature out of a commit, as git's `parse_buffer_signed_by_header` does: the header of
/// the repository's hash is the signature, every other `gpgsig…` header is dropped from the payload.
/// Several such headers run together, as in git.
pub fn signed_commit(raw: &[u8], hash: HashKind) -> Option<Signed> {
    let own = hash.signature_header();
    let mut payload = Vec::with_capacity(raw.len());
    let mut signature = Vec::new();
    let (mut in_signature, mut saw_signature, mut in_other) = (false, false, false);
    let mut at = 0;
    while at < raw.len() {
        let line = &raw[at..];
        let mut next = memchr(b'\n', line).map_or(line.len(), |end| end + 1);
        let value = if in_signature && line[0] == b' ' {
            Some(&line[1..next])
        } else if line.starts_with(own) && line.get(own.len()) == Some(&b' ') {
            in_other = false;
            Some(&line[own.len() + 1..next.max(own.len() + 1)])
        } else {
            if line.starts_with(b"gpgsig") {
                in_other = true;
            } else if in_other && line[0] != b' ' {
                in_other = false;
            }
            None
        };
        match value {
            Some(value) => {
                signature.extend_from_slice(value);
                saw_signature = true;
                in_signature = true;
            }
            None => {
                if line[0] == b'\n' {
                    next = line.len();
                }
                if !in_other {
                    payload.extend_from_slice(&line[..next]);
                }
                in_signature = false;
            }
        }
        at += next;
    }
    saw_signature.then_some(Signed { payload, signature, dated_by: b"committer " })
}

/// A tag object, split but not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagObject<'a> {
    /// What it points to.
    pub target: Oid,
    /// `commit`, `tree`, `blob` or `tag`, as the object says.
    pub target_kind: &'a [u8],
    /// The name it was made under.
    pub name: &'a [u8],
    /// What follows `tagger `; old tags have none.
    pub tagger: Option<&'a [u8]>,
    /// What follows `encoding `.
    pub encoding: Option<&'a [u8]>,
    /// The message without its signature, up to the first NUL.
    pub message: &'a [u8],
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// Splits a tag, as git's `parse_tag_buffer` does.
///
/// # Errors
/// When git would refuse it: no `object`, `type` and `tag` lines in this order.
pub fn tag(raw: &[u8], hash: HashKind) -> Result<TagObject<'_>, Bogus> {
    let signature_at = tag_signature_start(raw);
    let text = &raw[..memchr(0, raw).unwrap_or(raw.len())];
    let mut lines = HeaderLines { text, at: 0 };
    let target = lines
        .next()
        .and_then(|line| line.strip_prefix(b"object "))
        .filter(|hex| hex.len() == hash.hex_len())
        .and_then(parse_oid)
        .ok_or(Bogus("bogus tag object: it does not begin with the object it names"))?;
    let target_kind = lines
        .next()
        .and_then(|line| line.strip_prefix(b"type "))
        .ok_or(Bogus("bogus tag object: no type"))?;
    let name = lines
        .next()
        .and_then(|line| line.strip_prefix(b"tag "))
        .ok_or(Bogus("bogus tag object: no tag name"))?;
    let mut tag = TagObject {
        target,
        target_kind,
        name,
        tagger: None,
        encoding: None,
        message: b"",
        oddities: Vec::new(),
    };
    if text.len() < raw.len() {
        tag.oddities.push(Oddity::Nul);
    }
    for line in lines.by_ref() {
        if let Some(value) = line.strip_prefix(b"tagger ") {
            if tag.tagger.is_some() {
                mark(&mut tag.oddities, Oddity::DuplicateAuthor);
            } else {
                tag.tagger = Some(value);
            }
        } else if let Some(value) = line.strip_prefix(b"encoding ") {
            tag.encoding.get_or_insert(value);
        }
    }
    let end = text.len().min(signature_at);
    tag.message = &text[lines.at.min(end)..end];
    Ok(tag)
}

/// Header lines up to the first empty one; `at` is then the offset after it.
struct HeaderLines<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Iterator for HeaderLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..)?;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        self.at += end + 1;
        (end > 0).then(|| &rest[..end])
    }
}

/// Where a tag's signature starts: at the last line that begins a known armor, as git's
/// `parse_signed_buffer` has it; the length of the object when there is none.
fn tag_signature_start(raw: &[u8]) -> usize {
    const ARMORS: [&[u8]; 4] = [
        b"-----BEGIN PGP SIGNATURE-----",
        b"-----BEGIN PGP MESSAGE-----",
        b"-----BEGIN SIGNED MESSAGE-----",
        b"-----BEGIN SSH SIGNATURE-----",
    ];
    let mut start = raw.len();
    let mut at = 0;
    while at < raw.len() {
        let line = &raw[at..];
        if line.starts_with(b"-----BEGIN ") && ARMORS.iter().any(|armor| line.starts_with(armor)) {
            start = at;
        }
        at += memchr(b'\n', line).map_or(line.len(), |end| end + 1);
    }
    start
}

/// Takes the signature out of a tag: the trailing armor is the signature, what stands before it the
/// payload, less the signature headers of both hashes (git's `parse_signature`, `remove_signature`).
pub fn signed_tag(raw: &[u8]) -> Option<Signed> {
    let start = tag_signature_start(raw);
    if start == raw.len() {
        return None;
    }
    Some(Signed {
        payload: without_signature_headers(&raw[..start]),
        signature: raw[start..].to_vec(),
        dated_by: b"tagger ",
    })
}

/// git's `remove_signature`: drops `gpgsig` and `gpgsig-sha256` headers with their continuation lines.
fn without_signature_headers(raw: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(raw.len());
    let mut in_signature = false;
    let mut at = 0;
    while at < raw.len() {
        let line = &raw[at..];
        let next = memchr(b'\n', line).map_or(line.len(), |end| end + 1);
        if line[0] == b'\n' {
            kept.extend_from_slice(line);
            break;
        }
        in_signature = (in_signature && line[0] == b' ') || line.starts_with(b"gpgsig");
        if !in_signature {
            kept.extend_from_slice(&line[..next]);
        }
        at += next;
    }
    kept
}

//! Kinds of objects and of their ids.

use git2::Oid;

/// The hint for a damaged object.
pub(in crate::git) const DAMAGED: &str =
    "`git fsck` tells what is damaged; a fresh clone or a backup has the good copy";

/// The hash that object ids are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// SHA-1, 40 hex digits.
    Sha1,
    /// SHA-256, 64 hex digits.
    Sha256,
}

impl HashKind {
    /// The length of an object id in hex digits.
    pub fn hex_len(self) -> usize {
        match self {
            HashKind::Sha1 => 40,
            HashKind::Sha256 => 64,
        }
    }

    /// The name of the header that holds the signature of a commit.
    pub fn signature_header(self) -> &'static [u8] {
        match self {
            HashKind::Sha1 => b"gpgsig",
            HashKind::Sha256 => b"gpgsig-sha256",
        }
    }

    /// libgit2's name for it.
    pub(in crate::git) fn format(self) -> git2::ObjectFormat {
        match self {
            HashKind::Sha1 => git2::ObjectFormat::Sha1,
            HashKind::Sha256 => git2::ObjectFormat::Sha256,
        }
    }

    /// Parses a full object id; `None` when the text is anything else.
    pub fn oid(self, hex: &[u8]) -> Option<Oid> {
        parse_oid(hex).filter(|_| hex.len() == self.hex_len())
    }

    /// The id with these bytes; `None` when their number is wrong.
    pub fn of_bytes(self, bytes: &[u8]) -> Option<Oid> {
        Oid::from_bytes(bytes).ok().filter(|_| 2 * bytes.len() == self.hex_len())
    }
}

/// A raw object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawObject {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its content, without git's own header.
    pub data: Vec<u8>,
}

/// The four kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// A tag object.
    Tag,
}

impl ObjectKind {
    /// git's word for it.
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Commit => "commit",
            ObjectKind::Tree => "tree",
            ObjectKind::Blob => "blob",
            ObjectKind::Tag => "tag",
        }
    }
}

/// Parses a full id of either hash, in hex digits of either case, as git does.
pub(in crate::git) fn parse_oid(hex: &[u8]) -> Option<Oid> {
    let mut bytes = [0; 32];
    let bytes = bytes.get_mut(..hex.len() / 2).filter(|_| matches!(hex.len(), 40 | 64))?;
    let mut invalid = 0;
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        invalid |= high | low;
        *byte = high << 4 | low & 15;
    }
    if invalid == NO_DIGIT { None } else { Oid::from_bytes(bytes).ok() }
}

const NO_DIGIT: u8 = 0xff;

/// The value of each hex digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

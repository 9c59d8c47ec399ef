//! How we know: the proof grade of an event, and the verdict on its signature.
//!
//! ```text
//! signature ─ judged ─▶ Verdict { status: Good, … }  ─ Status::grade ─▶  Grade::Signed
//!     none                                                               Grade::Claimed
//! ```

use std::fmt;
use std::str::FromStr;

/// How well an event is proved, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// A valid signature of somebody we trust.
    Signed,
    /// Taken over from elsewhere in a batch that somebody we trust vouches for.
    Imported,
    /// Text that anyone could have typed.
    Claimed,
    /// Could not be judged: key missing, history missing.
    Unknown,
    /// A signature or a hash that does not hold.
    Broken,
}

impl Grade {
    /// Every grade, best first.
    pub const ALL: [Grade; 5] =
        [Grade::Signed, Grade::Imported, Grade::Claimed, Grade::Unknown, Grade::Broken];

    /// The word users type and JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Signed => "signed",
            Grade::Imported => "imported",
            Grade::Claimed => "claimed",
            Grade::Unknown => "unknown",
            Grade::Broken => "broken",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Grade {
    type Err = String;

    fn from_str(name: &str) -> Result<Grade, String> {
        Grade::ALL
            .into_iter()
            .find(|grade| grade.name() == name)
            .ok_or_else(|| format!("unknown proof grade '{name}'"))
    }
}

/// The outcome of judging one signature: git's letter and our word.
///
/// The letters are those of `%G?` in git-log(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `G`: valid, by a key that counts.
    Good,
    /// `U`: valid, by a key whose owner nobody vouches for.
    Untrusted,
    /// `X`: valid, but the signature itself has expired.
    ExpiredSignature,
    /// `Y`: valid, by a key that has expired.
    ExpiredKey,
    /// `R`: valid, by a key that was revoked.
    RevokedKey,
    /// `E`: the key is not here.
    MissingKey,
    /// `E`: not judged, for another reason (an unknown algorithm or format).
    Unjudged,
    /// `B`: does not verify.
    Bad,
    /// `N`: there is no signature.
    None,
}

impl Status {
    /// The letter that git prints for it.
    pub fn letter(self) -> char {
        match self {
            Status::Good => 'G',
            Status::Untrusted => 'U',
            Status::ExpiredSignature => 'X',
            Status::ExpiredKey => 'Y',
            Status::RevokedKey => 'R',
            Status::MissingKey | Status::Unjudged => 'E',
            Status::Bad => 'B',
            Status::None => 'N',
        }
    }

    /// The word that reports and JSON print.
    pub fn name(self) -> &'static str {
        match self {
            Status::Good => "good",
            Status::Untrusted => "untrusted",
            Status::ExpiredSignature => "expired-signature",
            Status::ExpiredKey => "expired-key",
            Status::RevokedKey => "revoked-key",
            Status::MissingKey => "missing-key",
            Status::Unjudged => "unjudged",
            Status::Bad => "bad",
            Status::None => "none",
        }
    }

    /// The proof grade that a git object with such a signature has. An unsigned one is a claim; a
    /// signature that once held but that nobody vouches for any longer is unknown, not broken.
    pub fn grade(self) -> Grade {
        match self {
            Status::Good => Grade::Signed,
            Status::Untrusted
            | Status::ExpiredSignature
            | Status::ExpiredKey
            | Status::MissingKey
            | Status::Unjudged => Grade::Unknown,
            Status::RevokedKey | Status::Bad => Grade::Broken,
            Status::None => Grade::Claimed,
        }
    }
}

/// The kind of signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// OpenPGP (RFC 9580, RFC 4880).
    OpenPgp,
    /// OpenSSH's SSHSIG (PROTOCOL.sshsig).
    Ssh,
    /// X.509 in CMS.
    X509,
    /// Armor that no one here knows.
    Unknown,
}

impl Format {
    /// The word that JSON prints; git's `gpg.format` values where git has one.
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenPgp => "openpgp",
            Format::Ssh => "ssh",
            Format::X509 => "x509",
            Format::Unknown => "unknown",
        }
    }
}

/// What judging one signature gave. Doubt is a value here, never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub status: Status,
    /// The kind of signature.
    pub format: Format,
    /// The key that signed: `SHA256:…` for SSH, the upper-case hex fingerprint (or, when the key is
    /// missing, what the signature names) for OpenPGP.
    pub key: Option<String>,
    /// Whom the trust names as the owner: the principal of `allowed_signers`, or the OpenPGP user id.
    pub signer: Option<String>,
    /// When the signature says it was made, in seconds since 1970 UTC; SSH signatures do not say.
    pub made: Option<i64>,
    /// Why the status is what it is, for people; `None` where there is nothing to add to `good`.
    pub reason: Option<String>,
    /// Weaknesses that do not change the status: `sha1`, `several-signatures`,
    /// `rests-on-claimed-date`, …
    pub marks: Vec<&'static str>,
}

/// Who vouches for a record that was taken over from elsewhere: the signed `import` record of its batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The full id of the `import` record.
    pub record: String,
    /// Whom the trust names as the owner of the key that signed it.
    pub signer: Option<String>,
}

/// How we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The grade.
    pub grade: Grade,
    /// The verdict on the signature; `None` when there is none, or when it was not judged.
    pub signature: Option<Box<Verdict>>,
    /// What a reader must know to weigh it: `date-malformed`, `encoding-lossy`, `duplicate-author`,
    /// `parent-missing`, `replaced`, `shallow`, …; each a stable id.
    pub notes: Vec<String>,
    /// Who vouches for an imported record; `None` for every other grade.
    pub vouched: Option<Box<Vouched>>,
}

//! A payload and a signature in, a [`Verdict`] out.
//!
//! Nothing here knows git or the ledger: callers hand over the signed bytes, the armored signature,
//! the moment at which validity is judged, and the namespace that an SSH signature must carry.
//! [`Trust`] holds whose keys count; it is read once and judges every signature of a run, from
//! several threads at a time.

pub mod openpgp;
pub mod ssh;
pub mod trust;

pub use trust::Trust;

use crate::event::{Format, Status, Verdict};

/// What is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The bytes that were signed.
    pub payload: &'a [u8],
    /// The armored signature as it stands in the object.
    pub signature: &'a [u8],
    /// The moment at which the key must have been valid, in seconds since 1970 UTC: the committer
    /// or tagger date, or a record's `when`. `None` when the object states none: judged now.
    pub at: Option<i64>,
    /// The namespace that an SSH signature must carry: `git` or `audit-ledger`.
    pub namespace: &'a str,
}

/// The kind of signature that an armor announces, by its first line, as git's `get_format_by_sig` does.
pub fn format(signature: &[u8]) -> Format {
    if signature.starts_with(b"-----BEGIN PGP SIGNATURE-----")
        || signature.starts_with(b"-----BEGIN PGP MESSAGE-----")
    {
        Format::OpenPgp
    } else if signature.starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        Format::Ssh
    } else if signature.starts_with(b"-----BEGIN SIGNED MESSAGE-----") {
        Format::X509
    } else {
        Format::Unknown
    }
}

/// Whether an armor is the one way to write its signature, so that nobody can alter it, and with it
/// the id of what it stands in, without breaking the signature.
pub fn armor_is_canonical(armored: &[u8]) -> bool {
    match format(armored) {
        Format::Ssh => ssh::armor_is_canonical(armored),
        Format::OpenPgp => openpgp::armor_is_canonical(armored),
        Format::X509 | Format::Unknown => false,
    }
}

/// An armor as a signing program wrote it, in the form that [`armor_is_canonical`] asks for, where that leaves the signature
/// as good as it was: OpenSSH writes either of the two values that half of an ECDSA signature may have.
pub fn normalized(armored: &[u8]) -> Vec<u8> {
    match format(armored) {
        Format::Ssh => ssh::normalized(armored),
        Format::OpenPgp | Format::X509 | Format::Unknown => armored.to_vec(),
    }
}

impl Verdict {
    /// A verdict that says only why nothing could be judged.
    pub fn undecided(status: Status, format: Format, reason: impl Into<String>) -> Verdict {
        Verdict {
            status,
            format,
            key: None,
            signer: None,
            made: None,
            reason: Some(reason.into()),
            marks: Vec::new(),
        }
    }
}

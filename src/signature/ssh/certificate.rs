//! Certificates: PROTOCOL.certkeys of OpenSSH.
//!
//! ```text
//! "ssh-ed25519-cert-v01@openssh.com"
//! nonce, the fields of the key
//! serial (uint64), type (uint32: 1 user, 2 host), key id
//! principals (a string of strings), valid after, valid before (uint64, seconds since 1970)
//! critical options, extensions, reserved
//! the key of the authority, its signature over all the above
//! ```

use super::key::PublicKey;
use super::pattern;
use super::wire::{Fault, Reader};

/// The most principals that OpenSSH reads.
const MAX_PRINCIPALS: usize = 256;
/// The type of a certificate that may sign for a person.
const USER: u32 = 1;
/// The type of a certificate for a machine.
const HOST: u32 = 2;

/// A certificate whose authority's signature holds. Whether the authority counts is another
/// question.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    blob: Vec<u8>,
    /// The key that it certifies.
    pub(super) key: PublicKey,
    /// The key of the authority.
    pub(super) authority: PublicKey,
    /// The authority's number for it; zero where the authority doesn't number.
    pub(super) serial: u64,
    /// The authority's name for it.
    pub(super) key_id: Vec<u8>,
    /// Whom it is for.
    pub(super) principals: Vec<Vec<u8>>,
    /// Whether the authority set conditions (`force-command`, `source-address`, …).
    pub(super) has_conditions: bool,
    kind: u32,
    valid_after: u64,
    valid_before: u64,
}

/// Why a certificate does not count at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is for a machine.
    NotForUsers,
    /// It names nobody.
    ForNobody,
    /// It names others.
    ForOthers,
    /// Its period has not begun.
    NotYetValid,
    /// Its period is over.
    Expired,
}

impl Refusal {
    /// The refusal in words.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Refusal::NotForUsers => "the certificate is not for users",
            Refusal::ForNobody => "the certificate names no principal",
            Refusal::ForOthers => "the certificate names other principals",
            Refusal::NotYetValid => "the certificate was not yet valid",
            Refusal::Expired => "the certificate had expired",
        }
    }
}

/// The kind of key in a certificate of this kind; `None` when it is no kind of certificate.
pub(super) fn certified_kind(kind: &[u8]) -> Option<&'static [u8]> {
    Some(match kind {
        b"ssh-ed25519-cert-v01@openssh.com" => b"ssh-ed25519",
        b"ecdsa-sha2-nistp256-cert-v01@openssh.com" => b"ecdsa-sha2-nistp256",
        b"ecdsa-sha2-nistp384-cert-v01@openssh.com" => b"ecdsa-sha2-nistp384",
        b"ecdsa-sha2-nistp521-cert-v01@openssh.com" => b"ecdsa-sha2-nistp521",
        b"ssh-rsa-cert-v01@openssh.com" => b"ssh-rsa",
        b"ssh-dss-cert-v01@openssh.com" => b"ssh-dss",
        b"sk-ssh-ed25519-cert-v01@openssh.com" => b"sk-ssh-ed25519@openssh.com",
        b"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com" => b"sk-ecdsa-sha2-nistp256@openssh.com",
        _ => return None,
    })
}

impl Certificate {
    /// Reads a certificate and checks its authority's signature.
    pub(super) fn from_blob(blob: &[u8]) -> Result<Certificate, Fault> {
        let mut reader = Reader::new(blob);
        let certified = certified_kind(reader.text()?)
            .ok_or_else(|| Fault::unsupported("a certificate of an unknown kind"))?;
        let _nonce = reader.string()?;
        let key = PublicKey::from_fields(certified, &mut reader)?;
        let serial = reader.u64()?;
        let kind = reader.u32()?;
        let key_id = reader.text()?.to_vec();
        let principals = principals(reader.string()?)?;
        let valid_after = reader.u64()?;
        let valid_before = reader.u64()?;
        let conditions = reader.string()?;
        pairs(conditions)?;
        pairs(reader.string()?)?;
        let _reserved = reader.string()?;
        let authority = PublicKey::from_blob(reader.string()?)?;
        let signed = &blob[..blob.len() - reader.remaining()];
        let signature = reader.string()?;
        reader.end("the certificate")?;
        if kind != USER && kind != HOST {
            return Err(Fault::broken("a certificate of an unknown type"));
        }
        authority.verify(signed, signature).map_err(|fault| match fault {
            Fault::Broken(why) => Fault::Broken(format!("the certificate's own signature: {why}")),
            Fault::Unsupported(why) => {
                Fault::Unsupported(format!("the certificate's own signature: {why}"))
            }
        })?;
        Ok(Certificate {
            blob: blob.to_vec(),
            key,
            authority,
            serial,
            key_id,
            principals,
            has_conditions: !conditions.is_empty(),
            kind,
            valid_after,
            valid_before,
        })
    }

    /// The certificate as it was signed; the same bytes are the same certificate.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Whether it counts at `at` (seconds since 1970 UTC) for anybody it names.
    pub(super) fn check(&self, at: i64) -> Result<(), Refusal> {
        let at = u64::try_from(at).map_err(|_| Refusal::NotYetValid)?;
        if self.kind != USER {
            Err(Refusal::NotForUsers)
        } else if at < self.valid_after {
            Err(Refusal::NotYetValid)
        } else if at >= self.valid_before {
            Err(Refusal::Expired)
        } else if self.principals.is_empty() {
            Err(Refusal::ForNobody)
        } else {
            Ok(())
        }
    }

    /// Whether it counts at `at` for `principal`.
    pub(super) fn check_for(&self, principal: &[u8], at: i64) -> Result<(), Refusal> {
        self.check(at)?;
        if self.principals.iter().any(|named| named == principal) {
            Ok(())
        } else {
            Err(Refusal::ForOthers)
        }
    }

    /// Its principals that match a pattern. One with a control character in it, which could pass
    /// for several, matches none.
    pub(super) fn principals_like<'a>(
        &'a self,
        pattern: &'a [u8],
    ) -> impl Iterator<Item = &'a [u8]> {
        self.principals
            .iter()
            .map(Vec::as_slice)
            .filter(|name| !name.iter().any(u8::is_ascii_control))
            .filter(move |name| pattern::matches(name, pattern))
    }
}

fn principals(section: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    let mut reader = Reader::new(section);
    let mut principals = Vec::new();
    while !reader.is_empty() {
        if principals.len() == MAX_PRINCIPALS {
            return Err(Fault::broken("a certificate with too many principals"));
        }
        principals.push(reader.text()?.to_vec());
    }
    Ok(principals)
}

/// Options and extensions are pairs of strings.
fn pairs(section: &[u8]) -> Result<(), Fault> {
    let mut reader = Reader::new(section);
    while !reader.is_empty() {
        reader.string()?;
        reader.string()?;
    }
    Ok(())
}

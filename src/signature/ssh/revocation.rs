//! Whose keys no longer count: `gpg.ssh.revocationFile`, KEY REVOCATION LISTS in ssh-keygen(1).
//!
//! The file is either a list of public keys, one a line, or OpenSSH's binary list
//! (see [`super::krl`]). A key is revoked with every certificate for it, an authority with every
//! certificate by it.
//!
//! ```text
//! # left in 2026
//! ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ… ana@example.com
//! ```

use super::certificate::Certificate;
use super::key::PublicKey;
use super::krl;
use super::signer_key::{SignerKey, blob_in};
use super::wire::Fault;
use crate::outcome::Failure;
use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Keys and certificates that are revoked.
#[derive(Debug, Clone, Default)]
pub struct Revocations {
    /// Keys by their blobs.
    pub(super) keys: HashSet<Vec<u8>>,
    /// Keys by the SHA-1 of their blobs.
    pub(super) sha1: HashSet<[u8; 20]>,
    /// Keys by the SHA-256 of their blobs.
    pub(super) sha256: HashSet<[u8; 32]>,
    /// Certificates, by authority.
    pub(super) certificates: Vec<RevokedCertificates>,
}

/// The revoked certificates of an authority.
#[derive(Debug, Clone, Default)]
pub(super) struct RevokedCertificates {
    /// The blob of its key; `None` for all authorities.
    pub(super) authority: Option<Vec<u8>>,
    /// First and last serial numbers of ranges, in ascending order and apart from one another.
    pub(super) serials: Vec<(u64, u64)>,
    /// Key ids.
    pub(super) key_ids: HashSet<Vec<u8>>,
}

impl Revocations {
    /// Reads a file of either format; `origin` is its name in messages.
    ///
    /// # Errors
    /// When anything in it cannot be read: what it revokes would be accepted.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Revocations, Failure> {
        if bytes.starts_with(krl::MAGIC) {
            return krl::parse(bytes).map_err(|why| {
                Failure::new(format!("{origin}: the key revocation list cannot be read: {why}"))
                    .hint(format!("'ssh-keygen -Q -l -f {origin}' shows what OpenSSH reads"))
            });
        }
        let mut revocations = Revocations::default();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let blob = blob_in(line)
                .ok_or_else(|| Fault::broken("not a public key"))
                .and_then(|blob| key_blob(&blob))
                .map_err(|why| {
                    let line = index + 1;
                    Failure::new(format!("{origin}:{line}: the revoked key cannot be read: {why}"))
                        .hint("each line is a public key as in a file that ends in .pub")
                })?;
            revocations.keys.insert(blob);
        }
        Ok(revocations)
    }

    /// Why a key or certificate does not count; `None` when it is not revoked.
    pub(super) fn refusal(&self, key: &SignerKey) -> Option<&'static str> {
        if self.lists(key.key()) {
            return Some("the key is revoked");
        }
        let certificate = key.certificate()?;
        if self.lists(&certificate.authority) {
            Some("the key of the certificate's authority is revoked")
        } else if self.certificates.iter().any(|revoked| revoked.lists(certificate)) {
            Some("the certificate is revoked")
        } else {
            None
        }
    }

    fn lists(&self, key: &PublicKey) -> bool {
        self.keys.contains(key.blob())
            || (!self.sha256.is_empty()
                && self.sha256.contains(&<[u8; 32]>::from(Sha256::digest(key.blob()))))
            // Should the hash be unavailable, nothing says that the key is not listed.
            || (!self.sha1.is_empty()
                && sha1(key.blob()).is_none_or(|hash| self.sha1.contains(&hash)))
    }
}

impl RevokedCertificates {
    fn lists(&self, certificate: &Certificate) -> bool {
        if self.authority.as_ref().is_some_and(|key| key != certificate.authority.blob()) {
            return false;
        }
        if self.key_ids.contains(&certificate.key_id) {
            return true;
        }
        // Zero is what an authority writes that does not number; ranges never hold it.
        let serial = certificate.serial;
        let after = self.serials.partition_point(|(first, _)| *first <= serial);
        after.checked_sub(1).and_then(|i| self.serials.get(i)).is_some_and(|it| serial <= it.1)
    }
}

/// The blob by which a revoked key is found. A key of a kind that is never accepted is kept as it
/// is; that it is revoked changes nothing.
pub(super) fn key_blob(blob: &[u8]) -> Result<Vec<u8>, Fault> {
    match SignerKey::from_blob(blob) {
        Ok(key) => Ok(key.key().blob().to_vec()),
        Err(Fault::Unsupported(_)) => Ok(blob.to_vec()),
        Err(broken) => Err(broken),
    }
}

fn sha1(bytes: &[u8]) -> Option<[u8; 20]> {
    let mut hash = HashAlgorithm::SHA1.context().ok()?.for_digest();
    hash.update(bytes);
    hash.into_digest().ok()?.try_into().ok()
}

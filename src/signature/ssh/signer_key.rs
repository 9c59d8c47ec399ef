//! What may stand where a key is expected: a key, or a certificate for one.
//!
//! ```text
//! ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ… ana@example.com
//! ```

use super::armor;
use super::certificate::{self, Certificate};
use super::key::PublicKey;
use super::wire::{Fault, Reader};

/// A key or a certificate.
#[derive(Debug, Clone)]
pub(super) enum SignerKey {
    /// A key.
    Plain(Box<PublicKey>),
    /// A certificate.
    Certified(Box<Certificate>),
}

impl SignerKey {
    /// Reads either from its blob.
    pub(super) fn from_blob(blob: &[u8]) -> Result<SignerKey, Fault> {
        let kind = Reader::new(blob).text()?;
        if certificate::certified_kind(kind).is_some() {
            Ok(SignerKey::Certified(Box::new(Certificate::from_blob(blob)?)))
        } else {
            Ok(SignerKey::Plain(Box::new(PublicKey::from_blob(blob)?)))
        }
    }

    /// The key that makes signatures.
    pub(super) fn key(&self) -> &PublicKey {
        match self {
            SignerKey::Plain(key) => key,
            SignerKey::Certified(certificate) => &certificate.key,
        }
    }

    /// The certificate, if it is one.
    pub(super) fn certificate(&self) -> Option<&Certificate> {
        match self {
            SignerKey::Plain(_) => None,
            SignerKey::Certified(certificate) => Some(certificate),
        }
    }

    /// Bytes that are equal where OpenSSH's `sshkey_equal` says so.
    pub(super) fn identity(&self) -> &[u8] {
        match self {
            SignerKey::Plain(key) => key.blob(),
            SignerKey::Certified(certificate) => certificate.blob(),
        }
    }
}

/// Splits `ssh-ed25519 AAAA… comment` and decodes the base64, as OpenSSH's `sshkey_read` does.
/// `None` when the text does not begin with the name of a kind of key and a blob of that kind.
pub(super) fn blob_in(text: &[u8]) -> Option<Vec<u8>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let (kind, rest) = text.split_at(text.iter().position(blank)?);
    let rest = &rest[rest.iter().position(|byte| !blank(byte))?..];
    let base64 = rest.split(blank).next().unwrap_or_default();
    let blob = armor::base64(base64)?;
    (Reader::new(&blob).text().ok()? == kind_named(kind)).then_some(blob)
}

/// Names of signature algorithms are taken for the kind of key that makes them.
fn kind_named(name: &[u8]) -> &[u8] {
    match name {
        b"rsa-sha2-256" | b"rsa-sha2-512" => b"ssh-rsa",
        b"rsa-sha2-256-cert-v01@openssh.com" | b"rsa-sha2-512-cert-v01@openssh.com" => {
            b"ssh-rsa-cert-v01@openssh.com"
        }
        b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com" => b"sk-ecdsa-sha2-nistp256@openssh.com",
        other => other,
    }
}

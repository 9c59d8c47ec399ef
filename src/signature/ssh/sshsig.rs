//! The signature itself: PROTOCOL.sshsig of OpenSSH.
//!
//! ```text
//! "SSHSIG"          six bytes, no length before them
//! 00 00 00 01       version
//! string            the public key or certificate
//! string            namespace: "git"
//! string            reserved, ignored
//! string            hash of the payload: "sha256" or "sha512"
//! string            the signature
//! ```
//!
//! What is signed is not the payload but a text of the same shape:
//! `SSHSIG`, namespace, an empty reserved, hash algorithm, hash of the payload.

use super::wire::{Fault, Reader, put_string};
use sha2::{Digest, Sha256, Sha512};

const MAGIC: &[u8] = b"SSHSIG";

/// A signature taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct SshSig<'a> {
    /// The blob of the key or certificate.
    pub(super) key: &'a [u8],
    /// What the signature is good for.
    pub(super) namespace: &'a [u8],
    /// What a later version of the format may use.
    pub(super) reserved: &'a [u8],
    /// `sha256` or `sha512`.
    hash: Hash,
    /// Algorithm and value.
    pub(super) signature: &'a [u8],
}

#[derive(Debug, Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

impl<'a> SshSig<'a> {
    /// Takes a blob apart; all of it must be a signature of version 1. (OpenSSH also reads a version
    /// 0, which was never made.)
    pub(super) fn parse(blob: &'a [u8]) -> Result<SshSig<'a>, Fault> {
        let mut reader = Reader::new(blob);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(Fault::broken("the armor does not hold an SSH signature"));
        }
        match reader.u32()? {
            1 => {}
            0 => return Err(Fault::broken("an SSH signature of version 0")),
            version => {
                return Err(Fault::unsupported(format!("an SSH signature of version {version}")));
            }
        }
        let key = reader.string()?;
        let namespace = reader.text()?;
        let reserved = reader.string()?;
        let hash = match reader.text()? {
            b"sha256" => Hash::Sha256,
            b"sha512" => Hash::Sha512,
            other => {
                let name = String::from_utf8_lossy(other);
                return Err(Fault::broken(format!("the hash '{name}' is not allowed")));
            }
        };
        let signature = reader.string()?;
        reader.end("the signature")?;
        Ok(SshSig { key, namespace, reserved, hash, signature })
    }

    /// The bytes that the key signed for `payload` in this signature's namespace.
    pub(super) fn signed(&self, payload: &[u8]) -> Vec<u8> {
        let mut signed = MAGIC.to_vec();
        put_string(&mut signed, self.namespace);
        put_string(&mut signed, b"");
        match self.hash {
            Hash::Sha256 => {
                put_string(&mut signed, b"sha256");
                put_string(&mut signed, &Sha256::digest(payload));
            }
            Hash::Sha512 => {
                put_string(&mut signed, b"sha512");
                put_string(&mut signed, &Sha512::digest(payload));
            }
        }
        signed
    }
}

//! SSH signatures, judged as git judges them with OpenSSH's help.
//!
//! A commit carries in its `gpgsig` header what `ssh-keygen -Y sign -n git` wrote:
//!
//! ```text
//! -----BEGIN SSH SIGNATURE-----
//! U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgJKxoLBJBivUPNTUJUSslQTt2hD
//! …
//! -----END SSH SIGNATURE-----
//! ```
//!
//! The key is in the signature; whose it is stands in an [`AllowedSigners`] file, and what no
//! longer counts in [`Revocations`]. Git's `verify_ssh_signed_buffer` (`gpg-interface.c`) runs
//! `ssh-keygen` two or three times for that; [`SshTrust::judge`] gives the same letter without.
//!
//! | | git | here |
//! |---|---|---|
//! | holds, and a line vouches for the key | `G` | [`Status::Good`] |
//! | holds, no line lists the key at that date | `U` | [`Status::Untrusted`] |
//! | holds, but the line is for other namespaces | `B` | [`Status::Bad`] |
//! | does not hold, other namespace, malformed | `B` | [`Status::Bad`] |
//! | the key is revoked and listed | `B` | [`Status::RevokedKey`], `R` |
//! | the key is revoked and not listed | `U` | [`Status::RevokedKey`], `R` |
//! | a kind of key that is not judged (DSA, RSA with SHA-1) | varies | [`Status::Unjudged`], `E` |
//! | no file of allowed signers | `N` | [`Status::Unjudged`], `E`; `B` when it does not hold |
//!
//! Stricter than OpenSSH 9.2 besides: text after the armor, version 0, a certificate signed over
//! SHA-1, Ed25519 keys of small order.
//!
//! Where git is harsher: it prints `B` for kinds of keys that OpenSSH cannot read either; a bound in
//! UTC and a certificate's period are judged by git an hour late in daylight-saving time (see
//! `moment`); and OpenSSH 9.2, unlike its successors, refuses a carriage return in the armor's first
//! line.

mod allowed_signers;
mod armor;
mod certificate;
mod key;
mod krl;
mod moment;
mod one_form;
mod pattern;
mod revocation;
mod signer_key;
mod sshsig;
mod wire;

pub use allowed_signers::{AllowedSigner, AllowedSigners};
pub use revocation::Revocations;

use super::Claim;
use crate::event::{Format, Status, Verdict};
use allowed_signers::Standing;
use key::Touch;
use signer_key::SignerKey;
use sshsig::SshSig;
use std::borrow::Cow;
use wire::Fault;

/// The first second of the year 10000. Git writes a date for `ssh-keygen` with four digits for the
/// year, and later ones fail there.
const YEAR_10000: i64 = 253_402_300_800;

/// Whose SSH keys count. Read once, it judges any number of signatures from any number of threads.
#[derive(Debug, Clone, Default)]
pub struct SshTrust {
    /// Whose keys count; `None` when no file is configured.
    pub signers: Option<AllowedSigners>,
    /// Whose keys no longer count.
    pub revoked: Option<Revocations>,
}

impl SshTrust {
    /// Judges one signature. `now` (seconds since 1970 UTC) stands in for a date where the claim
    /// has none (or none after 1970, which git takes for none).
    pub fn judge(&self, claim: &Claim<'_>, now: i64) -> Verdict {
        let mut verdict = Verdict {
            status: Status::Bad,
            format: Format::Ssh,
            key: None,
            signer: None,
            made: None,
            reason: None,
            marks: Vec::new(),
        };
        match self.weigh(claim, now, &mut verdict) {
            Ok(()) => {}
            Err(Fault::Broken(why)) => {
                verdict.status = Status::Bad;
                verdict.reason = Some(why);
            }
            Err(Fault::Unsupported(why)) => {
                verdict.status = Status::Unjudged;
                verdict.reason = Some(why);
            }
        }
        verdict
    }

    /// Fills the verdict with what was found out before the first fault.
    fn weigh(&self, claim: &Claim<'_>, now: i64, verdict: &mut Verdict) -> Result<(), Fault> {
        let blob = armor::decode(claim.signature)?;
        let sig = SshSig::parse(&blob)?;
        let key = self.key(sig.key)?;
        verdict.key = Some(key.key().fingerprint().to_owned());
        if sig.namespace != claim.namespace.as_bytes() {
            let namespace = String::from_utf8_lossy(sig.namespace);
            return Err(Fault::broken(format!("made for the namespace '{namespace}'")));
        }
        let touch = key.key().verify(&sig.signed(claim.payload), sig.signature)?;
        if touch == Touch::Untouched {
            verdict.marks.push("no-touch");
        }
        if key.key().is_weak() {
            verdict.marks.push("weak-key");
        }
        if key.certificate().is_some_and(|certificate| certificate.has_conditions) {
            verdict.marks.push("certificate-conditions");
        }
        if let Some(why) = self.revoked.as_ref().and_then(|revoked| revoked.refusal(&key)) {
            verdict.status = Status::RevokedKey;
            verdict.reason = Some(why.to_owned());
            return Ok(());
        }
        let Some(signers) = &self.signers else {
            return Err(Fault::unsupported("no allowed signers file is configured"));
        };
        let at = claim.at.filter(|at| *at > 0);
        if at.is_some_and(|at| at >= YEAR_10000) {
            return Err(Fault::broken("dated after the year 9999"));
        }
        let standing = signers.standing(&key, sig.namespace, at.unwrap_or(now));
        if at.is_some() {
            let today = signers.standing(&key, sig.namespace, now);
            if std::mem::discriminant(&standing) != std::mem::discriminant(&today) {
                verdict.marks.push("rests-on-claimed-date");
            }
        }
        match standing {
            Standing::Vouched(principal) => {
                verdict.status = Status::Good;
                verdict.signer = Some(principal);
            }
            Standing::Unknown(why) => {
                verdict.status = Status::Untrusted;
                verdict.reason = Some(why);
            }
            Standing::Refused(why) => return Err(Fault::Broken(why)),
        }
        Ok(())
    }

    /// The key of a signature, from the allowed signers where they list it.
    fn key(&self, blob: &[u8]) -> Result<Cow<'_, SignerKey>, Fault> {
        match self.signers.as_ref().and_then(|signers| signers.listed(blob)) {
            Some(key) => Ok(Cow::Borrowed(key)),
            None => SignerKey::from_blob(blob).map(Cow::Owned),
        }
    }
}

/// Whether a signature is written in the one form that a ledger takes: its armor as `ssh-keygen -Y sign` writes it, in
/// lines of 70 columns with a newline after the last, its reserved field empty, its numbers in [one form](one_form).
///
/// SSH signatures can be rewritten in many ways and still hold; where the bytes of a signature are
/// hashed, only this one may stand.
pub fn armor_is_canonical(armored: &[u8]) -> bool {
    armor::decode(armored).is_ok_and(|blob| {
        armor::encode(&blob) == armored
            && SshSig::parse(&blob)
                .is_ok_and(|sig| sig.reserved.is_empty() && one_form::is_one_form(&sig))
    })
}

/// An armor that the program of the user wrote, with its signature in the form that a ledger takes. What can't be read
/// stays as it is.
pub fn normalized(armored: &[u8]) -> Vec<u8> {
    let changed = armor::decode(armored).ok().and_then(|blob| {
        let sig = SshSig::parse(&blob).ok()?;
        one_form::normalized(&sig, &blob).ok().flatten()
    });
    changed.map_or_else(|| armored.to_vec(), |blob| armor::encode(&blob))
}

/// The public key that a signature carries, as a line of a public key file without a comment; `None` for
/// certificates and for what can't be read. That a signature carries a key vouches for nobody.
pub fn key_in(armored: &[u8]) -> Option<String> {
    let blob = armor::decode(armored).ok()?;
    let sig = SshSig::parse(&blob).ok()?;
    match SignerKey::from_blob(sig.key).ok()? {
        SignerKey::Plain(key) => {
            let kind = String::from_utf8_lossy(wire::Reader::new(key.blob()).text().ok()?);
            Some(format!("{kind} {}", armor::base64_of(key.blob())))
        }
        SignerKey::Certified(_) => None,
    }
}

//! OpenPGP signatures, judged to the letter of `git log --format=%G?`.
//!
//! ```text
//! gpgsig -----BEGIN PGP SIGNATURE-----
//!
//!  iHUEABYIAB0WIQQLHZyFQHjGMuwYa7ifC3wXevBI6AUCawNGAQAKCRCfC3wXevBI
//!  …
//! ```
//!
//! Git hands such a signature to `gpg --verify` and reads one letter off its status lines. Here
//! the same is decided in-process: `armor` and `packet` read the signature, `keyring` and
//! `gnupg` find the key, `certificate` knows what the key is worth, and [`Keyring::judge`]
//! applies the order of GnuPG 2.2 (`g10/mainproc.c`, `g10/sig-check.c`):
//!
//! | | letter | GnuPG says |
//! |-|-|-|
//! | no key, a signature older than its key, unfit key, MD5, not a document signature | `E` | `ERRSIG` |
//! | the numbers do not verify, unknown critical subpacket | `B` | `BADSIG` |
//! | verifies, by a subkey that did not sign back | `E` | `ERRSIG` |
//! | verifies, the signature itself has expired | `X` | `EXPSIG` |
//! | verifies, the key or its certificate has expired by now, whenever it signed | `Y` | `EXPKEYSIG` |
//! | verifies, the key or its certificate was revoked, whenever and why ever | `R` | `REVKEYSIG` |
//! | verifies, validity below marginal | `U` | `GOODSIG`, `TRUST_UNDEFINED` or `TRUST_NEVER` |
//! | verifies | `G` | `GOODSIG` |
//! | several signatures | `E` | several of those |
//!
//! The first row that applies decides. Newer git looks at when a key expired or was revoked; our
//! letter does not depend on the git installed, so it stays with GnuPG's and the reason says the
//! rest.
//!
//! # Where we differ from git, always on the strict side
//!
//! - Armor or packets that GnuPG can't read at all make git print `N`, as if there were no
//!   signature. There is one and it does not hold: `B`. The same for a signature among other
//!   packets. Signatures of versions that GnuPG 2.2 does not know are `E`.
//! - A signature repeats the first two bytes of its digest, which nothing covers. GnuPG overlooks
//!   them, and for git so do we: GitHub got them wrong in what it signed until April 2021.
//!   Elsewhere (a ledger's entry must have one form only) wrong ones are `B`.
//! - SHA-1 data that shows the marks of a collision attack does not verify: `B`.
//! - Brainpool, secp256k1 and Ed448 keys and RSA keys of more than 4096 bits are not supported: `E`.
//!   (`ring`, which checks most signatures, takes RSA up to 8192 bits; Sequoia, which checks what
//!   binds a key to its certificate, does not.)
//! - In text signatures GnuPG hashes only the first 20,000 bytes or so of a line. We hash all: `B`.
//! - `gpg.minTrustLevel` makes `git verify-commit` fail while `%G?` stays `G`. Here it is `U`.
//! - `certificate` lists what differs in reading certificates.
//!
//! One thing GnuPG leaves to chance: when several certificates hold the signing key (anybody can
//! adopt a foreign subkey without its back signature) it takes the first in the keyring. We take
//! the one that the key is rightly bound to.
//!
//! # Marks
//!
//! `sha1`, `ripemd160`: the digest that was signed. `sha1-key`: what binds the key to its
//! certificate. `weak-key`: RSA or DSA below 2000 bits. `text-mode`: line endings are not covered.
//! `made-in-future`: the signature claims to be made after now, which GnuPG accepts.
//! `several-signatures`. `digest-prefix`: the two bytes are wrong, see above.

mod armor;
mod certificate;
mod gnupg;
mod keyring;
mod packet;
mod quick;

use sequoia_openpgp::KeyID;
use sequoia_openpgp::crypto::hash::Hash;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
use std::borrow::Cow;

pub use gnupg::export;
pub use keyring::{Keyring, Validity};
pub use packet::armor_is_canonical;

use super::Claim;
use crate::event::{Format, Status, Verdict};
use certificate::{Certificate, Revocation, SigningKey};
use keyring::Found;

impl Keyring {
    /// Judges one signature. Never fails: doubt is in the verdict.
    ///
    /// `claim.at` does not matter to OpenPGP: what git asks GnuPG is about now. A signature covers
    /// nothing that says what it was made for, so `claim.namespace` only decides how strictly its form
    /// is read: outside `git`, there is one for each signature.
    pub fn judge(&self, claim: &Claim<'_>) -> Verdict {
        let signature = match packet::read(claim.signature) {
            Ok(signature) => signature,
            Err(unreadable) => {
                let mut verdict =
                    Verdict::undecided(unreadable.status, Format::OpenPgp, unreadable.reason);
                verdict.marks = unreadable.marks;
                return verdict;
            }
        };
        let mut verdict = Verdict {
            status: Status::MissingKey,
            format: Format::OpenPgp,
            key: None,
            signer: None,
            made: certificate::made(&signature),
            reason: None,
            marks: marks(&signature, self.now),
        };

        let issuer = packet::issuer(&signature);
        let verdicts = self.find(&issuer).into_iter().map(|found| match found {
            Found::Key(cert, key, validity) => {
                let judgement = Judgement { cert, key, validity, keyring: self };
                judgement.judge(&signature, claim, verdict.clone())
            }
            Found::Unreadable(fingerprint, why) => Verdict {
                status: Status::Unjudged,
                key: Some(fingerprint.to_hex()),
                reason: Some(format!("the certificate can't be read: {why}")),
                ..verdict.clone()
            },
        });
        if let Some(best) = verdicts.min_by_key(|verdict| preference(verdict.status)) {
            return best;
        }

        verdict.key = issuer
            .fingerprint
            .map(|print| print.to_hex())
            .or_else(|| issuer.id.as_ref().map(KeyID::to_hex));
        verdict.reason = Some(match &verdict.key {
            Some(key) => format!("no key {key} in {}", self.source),
            None => "the signature does not name its key".into(),
        });
        verdict
    }
}

/// Which of several verdicts on one signature to take, when several certificates hold the key:
/// any under which it verifies, the first of those.
fn preference(status: Status) -> u8 {
    match status {
        Status::MissingKey | Status::Unjudged | Status::None => 2,
        Status::Bad => 1,
        _ => 0,
    }
}

fn marks(signature: &Signature, now: i64) -> Vec<&'static str> {
    let mut marks = Vec::new();
    match signature.hash_algo() {
        HashAlgorithm::SHA1 => marks.push("sha1"),
        HashAlgorithm::RipeMD => marks.push("ripemd160"),
        _ => {}
    }
    if signature.typ() == SignatureType::Text {
        marks.push("text-mode");
    }
    if certificate::made(signature).is_some_and(|made| made > now) {
        marks.push("made-in-future");
    }
    marks
}

/// A signature's key, as one certificate has it.
struct Judgement<'a> {
    cert: &'a Certificate,
    key: &'a SigningKey,
    validity: Validity,
    keyring: &'a Keyring,
}

impl Judgement<'_> {
    fn judge(&self, signature: &Signature, claim: &Claim<'_>, mut verdict: Verdict) -> Verdict {
        verdict.key = Some(self.key.fingerprint.to_hex());
        if self.key.sha1 {
            verdict.marks.push("sha1-key");
        }
        if self.key.is_weak() {
            verdict.marks.push("weak-key");
        }
        let verified = self.may_be_checked(signature).and_then(|made| {
            let prefix_is_right = self.verify(signature, claim.payload)?;
            if !prefix_is_right && claim.namespace != "git" {
                return Err(Fault::Bad("the digest that it repeats is another".into()));
            }
            if !prefix_is_right {
                verdict.marks.push("digest-prefix");
            }
            if self.key.adopted {
                return Err(Fault::Unjudged("the signing subkey did not sign back".into()));
            }
            Ok(made)
        });
        (verdict.status, verdict.reason) = match verified {
            Ok(made) => self.weigh(signature, made),
            Err(Fault::Unjudged(why)) => (Status::Unjudged, Some(why)),
            Err(Fault::Bad(why)) => (Status::Bad, Some(why)),
        };
        // GnuPG names the owner where it could compute, be it that the signature is bad.
        if verdict.status != Status::Unjudged {
            verdict.signer = self.cert.signer.clone();
        }
        verdict
    }

    /// Refuses what GnuPG refuses before it computes; returns when the signature was made.
    fn may_be_checked(&self, signature: &Signature) -> Result<i64, Fault> {
        let unjudged = |why: String| Err(Fault::Unjudged(why));
        if !matches!(signature.typ(), SignatureType::Binary | SignatureType::Text) {
            return unjudged(format!(
                "a signature of type {} is none of a document",
                signature.typ()
            ));
        }
        if !certificate::hash_is_accepted(signature.hash_algo()) {
            return unjudged(format!("GnuPG 2.2 does not accept {}", signature.hash_algo()));
        }
        if let Some(why) = self.key.unfit {
            return unjudged(why.into());
        }
        let Some(made) = certificate::made(signature) else {
            return unjudged("the signature does not say when it was made".into());
        };
        if made < self.key.created {
            return unjudged(format!(
                "the signature is older than its key, of {}",
                day(self.key.created)
            ));
        }
        if self.key.created > self.keyring.now {
            return unjudged(format!("the key is of the future, {}", day(self.key.created)));
        }
        Ok(made)
    }

    /// Hashes and computes. Returns whether the signature repeats the digest's first bytes rightly.
    fn verify(&self, signature: &Signature, payload: &[u8]) -> Result<bool, Fault> {
        let hash = signature.hash_algo();
        let document = match signature.typ() {
            SignatureType::Text => Cow::Owned(canonical_lines(payload)),
            _ => Cow::Borrowed(payload),
        };
        let digest = || -> sequoia_openpgp::Result<Vec<u8>> {
            let mut context = hash.context()?.for_signature(signature.version());
            context.update(&document);
            signature.hash(&mut context)?;
            context.into_digest()
        };
        let digest = digest().map_err(|error| Fault::Bad(format!("hashing failed: {error}")))?;
        let altered = || Fault::Bad("the signature is not one of this content".into());
        let key = &self.key.key;
        if !quick::holds(key.mpis(), signature, &document)
            && key.verify(signature.mpis(), hash, &digest).is_err()
        {
            return Err(altered());
        }
        match certificate::unknown_critical(signature) {
            Some(tag) => Err(Fault::Bad(format!(
                "it has a critical subpacket that GnuPG 2.2 does not know ({tag})"
            ))),
            None => Ok(digest.starts_with(signature.digest_prefix())),
        }
    }

    /// Decides about a signature that verifies.
    fn weigh(&self, signature: &Signature, made: i64) -> (Status, Option<String>) {
        let now = self.keyring.now;
        let order = |moment: i64| if made < moment { "before" } else { "after" };
        if let Some(expiry) = certificate::expiry(signature).filter(|&expiry| expiry <= now) {
            return (
                Status::ExpiredSignature,
                Some(format!("the signature expired on {}", day(expiry))),
            );
        }
        if let Some(expiry) = self.key.expires.filter(|&expiry| expiry < now) {
            let (day, order) = (day(expiry), order(expiry));
            return (
                Status::ExpiredKey,
                Some(format!("the key expired on {day}; the signature says it was made {order}")),
            );
        }
        if let Some(revocation) = &self.key.revoked {
            let Revocation { made: revoked, soft, why } = revocation;
            let (day, order) = (day(*revoked), order(*revoked));
            let weight = match (soft, order) {
                (true, "before") => "; nothing is wrong with what it signed while in use",
                _ => "",
            };
            return (
                Status::RevokedKey,
                Some(format!(
                    "the key was revoked on {day} ({why}); \
                     the signature says it was made {order}{weight}"
                )),
            );
        }
        if !self.validity.suffices(self.keyring.minimum) {
            let why = match self.validity {
                Validity::Never => "the user has decided never to trust the key",
                Validity::Undefined => "nobody has vouched for the key",
                _ => "the key is trusted less than gpg.minTrustLevel asks",
            };
            return (Status::Untrusted, Some(why.into()));
        }
        (Status::Good, None)
    }
}

/// Why a signature did not get as far as being weighed.
enum Fault {
    /// It could not be computed, or must not count although it computes.
    Unjudged(String),
    /// It does not verify.
    Bad(String),
}

/// The lines of a text document as GnuPG hashes them: without the carriage returns at their end,
/// and ended by CRLF where they are ended at all.
fn canonical_lines(text: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
        canonical.extend_from_slice(&line[..end]);
        if line.ends_with(b"\n") {
            canonical.extend_from_slice(b"\r\n");
        }
    }
    canonical
}

/// A moment as a day, in UTC.
fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .map_or_else(|| format!("@{seconds}"), |time| time.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn text_is_hashed_with_crlf() {
        for (text, expected) in [
            ("", ""),
            ("a", "a"),
            ("a\r", "a"),
            ("a\n\nb \n", "a\r\n\r\nb \r\n"),
            ("a\r\r\nb\rc\r\n", "a\r\nb\rc\r\n"),
        ] {
            let hashed = canonical_lines(text.as_bytes());
            assert_eq!(String::from_utf8(hashed).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn days_never_panic() {
        assert_eq!(day(1_795_376_641), "2026-11-22");
        assert_eq!(day(i64::MAX), format!("@{}", i64::MAX));
    }
}

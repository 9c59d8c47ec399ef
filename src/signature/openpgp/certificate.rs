//! A certificate, judged once: which of its keys may sign, until when, and whether it was revoked.
//!
//! ```text
//! public key                      primary key, with its creation time
//!   direct-key signature  (1F)    flags and expiry that go before those of user ids
//!   revocation            (20)    any one revokes the whole certificate
//! user id "Ana <ana@example.com>"
//!   certification         (10-13) by the primary key: flags, expiry, "this is the primary user id"
//!   revocation            (30)
//! subkey
//!   binding               (18)    by the primary key: flags, expiry, and inside it
//!     back signature      (19)    by the subkey, without which it must not sign
//!   revocation            (28)    any one revokes the subkey
//! ```
//!
//! The rules are those of GnuPG 2.2 (`merge_selfsigs` in its `g10/getkey.c`), since git asks
//! GnuPG: the newest direct-key signature wins over user ids; among user ids the newest that states
//! flags, and the newest that states an expiry; the newest binding of a subkey; a revocation holds
//! whatever its date; what befalls the primary key befalls its subkeys. SHA-1 self-signatures
//! count, as they do there, and leave a mark. Deliberate differences, all stricter:
//! - on equal dates a user id's revocation wins over its certification;
//! - a designated revoker's revocation counts even if the revoker's own certificate is no longer
//!   valid;
//! - a certificate that has no valid self-signature is not saved by an ultimately trusted key that
//!   has signed one of its user ids.

use sequoia_openpgp::Cert;
use sequoia_openpgp::Fingerprint;
use sequoia_openpgp::crypto::mpi;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::{PublicParts, SubordinateRole, UnspecifiedRole};
use sequoia_openpgp::packet::signature::subpacket::SubpacketTag;
use sequoia_openpgp::types::{
    HashAlgorithm, PublicKeyAlgorithm, ReasonForRevocation, RevocationType, SignatureType,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest RSA modulus that Sequoia's arithmetic takes, in bits.
const RSA_MAX: usize = 4096;

/// A key of any role, public parts only.
pub(super) type PublicKey = Key<PublicParts, UnspecifiedRole>;

/// What there is to know of a certificate to judge signatures by its keys.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The primary user id, decoded lossily; what git prints for `%GS`.
    pub(super) signer: Option<String>,
    /// The primary key and the subkeys.
    pub(super) keys: Vec<SigningKey>,
}

/// One key of a certificate.
#[derive(Debug)]
pub(super) struct SigningKey {
    pub(super) fingerprint: Fingerprint,
    pub(super) key: PublicKey,
    /// Seconds since 1970 UTC.
    pub(super) created: i64,
    /// Seconds since 1970 UTC, the primary key's expiry included.
    pub(super) expires: Option<i64>,
    /// Its own revocation, or the primary key's.
    pub(super) revoked: Option<Revocation>,
    /// Why signatures by this key can't be checked at all.
    pub(super) unfit: Option<&'static str>,
    /// Whether it is a subkey that did not sign back: anybody could have adopted it.
    pub(super) adopted: bool,
    /// Whether what makes it valid rests on SHA-1.
    pub(super) sha1: bool,
}

/// That a key was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revocation {
    /// Seconds since 1970 UTC, as the revocation says.
    pub(super) made: i64,
    /// Superseded or retired: nothing wrong with what was signed before.
    pub(super) soft: bool,
    /// In words.
    pub(super) why: &'static str,
}

/// Seconds since 1970 UTC of a signature's creation; `None` when it does not say.
pub(super) fn made(signature: &Signature) -> Option<i64> {
    signature.signature_creation_time().map(seconds)
}

/// Seconds since 1970 UTC; OpenPGP knows no times before.
pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
}

/// When a signature expires, in seconds since 1970 UTC.
pub(super) fn expiry(signature: &Signature) -> Option<i64> {
    signature.signature_expiration_time().map(seconds)
}

/// The hash algorithms that GnuPG 2.2 verifies with. MD5 it refuses; SHA-3 and what came later it
/// does not know.
pub(super) fn hash_is_accepted(hash: HashAlgorithm) -> bool {
    use HashAlgorithm::{RipeMD, SHA1, SHA224, SHA256, SHA384, SHA512};
    matches!(hash, SHA1 | RipeMD | SHA224 | SHA256 | SHA384 | SHA512)
}

/// A subpacket that the signer marked critical and that GnuPG 2.2 does not understand, if any: the
/// signature must then be taken as bad (RFC 9580 section 5.2.3.7).
pub(super) fn unknown_critical(signature: &Signature) -> Option<SubpacketTag> {
    use SubpacketTag as Tag;
    let areas = [signature.hashed_area(), signature.unhashed_area()];
    areas
        .into_iter()
        .flat_map(|area| area.iter())
        .filter(|packet| packet.critical())
        .map(|packet| packet.tag())
        .find(|tag| {
            !matches!(
                tag,
                Tag::SignatureCreationTime
                    | Tag::SignatureExpirationTime
                    | Tag::KeyExpirationTime
                    | Tag::ExportableCertification
                    | Tag::TrustSignature
                    | Tag::RegularExpression
                    | Tag::Revocable
                    | Tag::RevocationKey
                    | Tag::Issuer
                    | Tag::IssuerFingerprint
                    | Tag::PreferredSymmetricAlgorithms
                    | Tag::PreferredHashAlgorithms
                    | Tag::PreferredCompressionAlgorithms
                    | Tag::KeyServerPreferences
                    | Tag::PreferredKeyServer
                    | Tag::PrimaryUserID
                    | Tag::PolicyURI
                    | Tag::KeyFlags
                    | Tag::SignersUserID
                    | Tag::ReasonForRevocation
                    | Tag::Features
                    | Tag::EmbeddedSignature
            )
        })
}

/// Whether a self-signature that holds cryptographically is one that GnuPG counts.
fn counts(signature: &&Signature) -> bool {
    hash_is_accepted(signature.hash_algo()) && unknown_critical(signature).is_none()
}

/// What a self-signature states about the key that it makes valid.
#[derive(Debug, Clone, Copy)]
struct Statement {
    /// Seconds since 1970 UTC.
    made: i64,
    /// Whether the key may sign; `None` when there are no flags.
    signs: Option<bool>,
    /// Seconds from the key's creation.
    validity: Option<i64>,
    sha1: bool,
}

impl Statement {
    fn of(signature: &Signature) -> Statement {
        let validity = signature.key_validity_period();
        Statement {
            made: made(signature).unwrap_or(0),
            signs: signature.key_flags().map(|flags| flags.for_signing()),
            validity: validity.map(|age| age.as_secs() as i64).filter(|&age| age != 0),
            sha1: signature.hash_algo() == HashAlgorithm::SHA1,
        }
    }
}

/// The newest of several statements, where it is not expired; the first among equals.
fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>, now: i64) -> Option<&'a Signature> {
    let mut newest: Option<&Signature> = None;
    for signature in signatures.filter(counts).filter(|signature| !expired(signature, now)) {
        if newest.is_none_or(|newest| made(newest) < made(signature)) {
            newest = Some(signature);
        }
    }
    newest
}

fn expired(signature: &Signature, now: i64) -> bool {
    expiry(signature).is_some_and(|expiry| expiry <= now)
}

/// The hardest revocation: one that says the key was compromised outweighs one that retires it.
fn hardest<'a>(revocations: impl Iterator<Item = &'a Signature>) -> Option<Revocation> {
    revocations
        .filter(counts)
        .map(|signature| {
            let reason = signature.reason_for_revocation().map(|(reason, _)| reason);
            let why = match reason {
                Some(ReasonForRevocation::KeySuperseded) => "superseded",
                Some(ReasonForRevocation::KeyCompromised) => "compromised",
                Some(ReasonForRevocation::KeyRetired) => "retired",
                _ => "no reason given",
            };
            let soft = reason.is_some_and(|why| why.revocation_type() == RevocationType::Soft);
            Revocation { made: made(signature).unwrap_or(0), soft, why }
        })
        .min_by_key(|revocation| (revocation.soft, revocation.made))
}

impl Certificate {
    /// Judges `cert` as of `now`. `revoker` finds a key by fingerprint, for revocations by those
    /// whom the certificate designates.
    pub(super) fn judge(
        cert: &Cert,
        now: i64,
        revoker: impl Fn(&Fingerprint) -> Option<PublicKey>,
    ) -> Certificate {
        let (primary, signer) = judge_primary(cert, now, revoker);
        let subkeys = cert.keys().subkeys().map(|subkey| {
            let mut judged = judge_subkey(cert, subkey.key(), now);
            judged.unfit = primary.invalid.or(judged.unfit);
            judged.sha1 |= primary.key.sha1;
            judged.expires = judged.expires.into_iter().chain(primary.key.expires).min();
            judged.revoked = primary.key.revoked.clone().or(judged.revoked);
            judged
        });
        let keys = subkeys.collect::<Vec<_>>();
        Certificate { signer, keys: std::iter::once(primary.key).chain(keys).collect() }
    }
}

/// A primary key, and why its whole certificate is invalid if it is.
struct Primary {
    key: SigningKey,
    invalid: Option<&'static str>,
}

/// A user id or attribute that its owner states and has not taken back.
struct Identity<'a> {
    statement: Statement,
    /// The text, for user ids, and whether it is marked as the primary one.
    text: Option<(&'a [u8], bool)>,
}

fn judge_primary(
    cert: &Cert,
    now: i64,
    revoker: impl Fn(&Fingerprint) -> Option<PublicKey>,
) -> (Primary, Option<String>) {
    let primary = cert.primary_key();
    let direct =
        newest(primary.self_signatures().filter(|sig| sig.typ() == SignatureType::DirectKey), now)
            .map(Statement::of);

    let mut valid = direct.is_some();
    let mut identities = Vec::new();
    let mut identify = |latest: Option<&Signature>, revoked: Option<&Signature>, text| {
        let Some(latest) = latest else { return };
        valid = true;
        let taken_back = revoked.is_some_and(|revoked| made(revoked) >= made(latest));
        if !taken_back && !expired(latest, now) {
            let flagged = latest.primary_userid().unwrap_or(false);
            let text = Option::map(text, |text| (text, flagged));
            identities.push(Identity { statement: Statement::of(latest), text });
        }
    };
    // Here an expired certification hides older ones, as in GnuPG.
    for id in cert.userids() {
        let latest = newest(id.self_signatures(), i64::MIN);
        identify(latest, newest(id.self_revocations(), i64::MIN), Some(id.userid().value()));
    }
    for id in cert.user_attributes() {
        let latest = newest(id.self_signatures(), i64::MIN);
        identify(latest, newest(id.self_revocations(), i64::MIN), None);
    }

    let of_ids = |states: fn(&Statement) -> bool| {
        let statements = identities.iter().map(|id| id.statement).filter(states);
        statements.max_by_key(|statement| statement.made)
    };
    let flags = direct.filter(|direct| direct.signs.is_some());
    let flags = flags.or_else(|| of_ids(|id| id.signs.is_some()));
    let term = direct.filter(|direct| direct.validity.is_some());
    let term = term.or_else(|| of_ids(|id| id.validity.is_some()));
    let base = direct.or_else(|| of_ids(|_| true));

    let mut key = SigningKey::new(primary.key().clone().role_into_unspecified());
    let invalid = key.unfit.unwrap_or("the certificate has no valid self-signature");
    let invalid = (!valid).then_some(invalid);
    key.expires = term.and_then(|term| term.validity).map(|age| key.created.saturating_add(age));
    key.revoked = hardest(primary.self_revocations()).or_else(|| designated(cert, revoker));
    key.sha1 = base.is_some_and(|base| base.sha1);
    if flags.is_some_and(|flags| flags.signs == Some(false)) {
        key.unfit = key.unfit.or(Some("the key is not one for signing"));
    }
    key.unfit = invalid.or(key.unfit);

    // Of several, the one marked primary, then the newest, then GnuPG's arbitrary order.
    let signer = identities
        .iter()
        .filter_map(|id| {
            id.text.map(|(text, primary)| (primary, id.statement.made, text.len(), text))
        })
        .max()
        .map(|(.., text)| String::from_utf8_lossy(text).into_owned());
    (Primary { key, invalid }, signer)
}

/// A revocation by a key that a direct-key signature designates for that (RFC 9580 section
/// 5.2.3.23).
fn designated(
    cert: &Cert,
    revoker: impl Fn(&Fingerprint) -> Option<PublicKey>,
) -> Option<Revocation> {
    let primary = cert.primary_key();
    let designations = primary.self_signatures().filter(counts);
    let revokers = designations
        .filter(|signature| signature.typ() == SignatureType::DirectKey)
        .flat_map(|signature| signature.revocation_keys())
        .filter_map(|designated| revoker(designated.revoker().1))
        .collect::<Vec<_>>();
    hardest(primary.other_revocations().filter(|revocation| {
        let holds = |key| revocation.verify_primary_key_revocation(key, primary.key()).is_ok();
        revokers.iter().any(holds)
    }))
}

fn judge_subkey(cert: &Cert, subkey: &Key<PublicParts, SubordinateRole>, now: i64) -> SigningKey {
    let mut key = SigningKey::new(subkey.clone().role_into_unspecified());
    let Some(bundle) = cert.keys().subkeys().find(|bundle| bundle.key() == subkey) else {
        return key;
    };
    let binding = newest(bundle.self_signatures(), now);
    // Sequoia sets aside the bindings whose back signature is missing or wrong. GnuPG lets a newer
    // one of that sort spoil an older, complete one.
    let incomplete = newest(cert.bad_signatures().filter(|bad| binds(bad, cert, subkey)), now);
    let adopted = match (binding, incomplete) {
        (Some(binding), Some(incomplete)) => made(incomplete) >= made(binding),
        (None, Some(_)) => true,
        (_, None) => false,
    };
    let statement = if adopted { incomplete } else { binding }.map(Statement::of);

    // A binding without flags lets the key do whatever its algorithm can do, signing included, and
    // then Sequoia has not looked for the back signature.
    let unflagged = statement.is_some_and(|statement| statement.signs.is_none());
    key.adopted =
        adopted || unflagged && !binding.is_some_and(|sig| signed_back(sig, cert, subkey));
    match statement {
        None => key.unfit = Some("the subkey has no valid binding to its certificate"),
        Some(Statement { signs: Some(false), .. }) => {
            key.unfit = key.unfit.or(Some("the subkey is not one for signing"));
        }
        Some(statement) => {
            key.sha1 = statement.sha1;
            key.expires = statement.validity.map(|age| key.created.saturating_add(age));
        }
    }
    key.revoked = hardest(bundle.self_revocations());
    key
}

/// Whether `signature` is a binding of `subkey` by the primary key, back signature aside.
fn binds(signature: &Signature, cert: &Cert, subkey: &Key<PublicParts, SubordinateRole>) -> bool {
    let primary = cert.primary_key().key();
    let digest = || {
        let hash = signature.hash_algo().context().ok()?;
        let mut hash = hash.for_signature(signature.version());
        signature.hash_subkey_binding(&mut hash, primary, subkey).ok()?;
        hash.into_digest().ok()
    };
    signature.typ() == SignatureType::SubkeyBinding
        && digest().is_some_and(|digest| signature.verify_digest(primary, digest).is_ok())
}

fn signed_back(
    binding: &Signature,
    cert: &Cert,
    subkey: &Key<PublicParts, SubordinateRole>,
) -> bool {
    binding
        .embedded_signatures()
        .filter(counts)
        .any(|back| back.verify_primary_key_binding(cert.primary_key().key(), subkey).is_ok())
}

impl SigningKey {
    /// A key about which nothing is known yet but its own material.
    fn new(key: PublicKey) -> SigningKey {
        SigningKey {
            fingerprint: key.fingerprint(),
            created: seconds(key.creation_time()),
            unfit: unsupported(&key),
            key,
            expires: None,
            revoked: None,
            adopted: false,
            sha1: false,
        }
    }

    /// Whether the key is of a size that is no longer thought to be safe.
    pub(super) fn is_weak(&self) -> bool {
        #[allow(deprecated)]
        let finite_field = matches!(
            self.key.pk_algo(),
            PublicKeyAlgorithm::RSAEncryptSign
                | PublicKeyAlgorithm::RSASign
                | PublicKeyAlgorithm::DSA
        );
        finite_field && self.key.mpis().bits().is_none_or(|bits| bits < 2000)
    }
}

/// Why signatures by such a key can't be checked here.
fn unsupported(key: &PublicKey) -> Option<&'static str> {
    #[allow(deprecated)]
    use PublicKeyAlgorithm::{DSA, ECDSA, EdDSA, RSAEncryptSign, RSASign};
    #[allow(deprecated)]
    let signs = matches!(key.pk_algo(), RSAEncryptSign | RSASign | DSA | ECDSA | EdDSA);
    if !signs {
        return Some("the key's algorithm does not sign, or is not known to GnuPG 2.2");
    }
    match key.mpis() {
        mpi::PublicKey::RSA { n, .. } if n.bits() > RSA_MAX => {
            Some("RSA keys of more than 4096 bits are not supported here")
        }
        mpi::PublicKey::ECDSA { curve, .. } | mpi::PublicKey::EdDSA { curve, .. }
            if !curve.is_supported() =>
        {
            Some("the curve of the key is not supported here")
        }
        _ => None,
    }
}

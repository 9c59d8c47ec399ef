//! OpenPGP certificates that no program writes of itself, compared with what GnuPG makes of them by way
//! of `git log --format=%G?`: self-signatures in any order, identities taken back, subkeys that did
//! not sign back, revocations for every reason.
//!
//! Each certificate is put together here, packet by packet. Days are counted from 2020-01-01.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use crate::openpgp_support::*;
use audit::event::{Status, Verdict};
use audit::signature::openpgp::{Keyring, Validity};
use audit::signature::{Claim, Trust};
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::key::{Key4, PrimaryRole, PublicParts, SecretParts, SubordinateRole};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Key, Packet, UserID};
use sequoia_openpgp::serialize::Marshal;
use sequoia_openpgp::types::{Curve, HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// The first second of a day, in seconds since 1970 UTC.
fn seconds(day: i64) -> i64 {
    1_577_836_800 + day * DAY
}

fn at(day: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds(day).unsigned_abs())
}

fn builder(typ: SignatureType, day: i64) -> SignatureBuilder {
    let builder = SignatureBuilder::new(typ).set_hash_algo(HashAlgorithm::SHA256);
    builder.set_signature_creation_time(at(day)).unwrap()
}

fn days(count: i64) -> Duration {
    Duration::from_secs((count * DAY).unsigned_abs())
}

fn signing(builder: SignatureBuilder) -> SignatureBuilder {
    builder.set_key_flags(KeyFlags::empty().set_signing().set_certification()).unwrap()
}

fn certifying(builder: SignatureBuilder) -> SignatureBuilder {
    builder.set_key_flags(KeyFlags::empty().set_certification()).unwrap()
}

/// The key counts for so many days.
fn lasts(count: i64) -> impl Fn(SignatureBuilder) -> SignatureBuilder {
    move |builder| signing(builder).set_key_validity_period(days(count)).unwrap()
}

/// With a critical statement that neither GnuPG nor we know.
fn unheard_of(builder: SignatureBuilder) -> SignatureBuilder {
    builder.add_notation("what@example.com", b"ever", None, true).unwrap()
}

/// A certificate in the making.
struct Making {
    primary: Key<SecretParts, PrimaryRole>,
    packets: Vec<Packet>,
}

type Subkey = Key<SecretParts, SubordinateRole>;

impl Making {
    /// A primary key of the first day.
    fn new() -> Making {
        let mut primary: Key<SecretParts, PrimaryRole> =
            Key4::generate_ecc(true, Curve::Ed25519).unwrap().into();
        primary.set_creation_time(at(0)).unwrap();
        let packets = vec![Packet::from(primary.clone().parts_into_public())];
        Making { primary, packets }
    }

    /// One with an identity that may sign, certified on the first day.
    fn usual(name: &str) -> Making {
        Making::new().identity(name, &[(0, &signing)], &[])
    }

    fn pair(&self) -> KeyPair {
        self.primary.clone().into_keypair().unwrap()
    }

    fn public(&self) -> &Key<PublicParts, PrimaryRole> {
        self.primary.parts_as_public()
    }

    /// A user id, with its certifications and revocations.
    fn identity(
        mut self,
        name: &str,
        certified: &[(i64, &dyn Fn(SignatureBuilder) -> SignatureBuilder)],
        taken_back: &[i64],
    ) -> Making {
        let id = UserID::from(format!("{name} <{name}@example.com>"));
        self.packets.push(id.clone().into());
        let sign = |builder: SignatureBuilder| {
            builder.sign_userid_binding(&mut self.pair(), self.public(), &id).unwrap().into()
        };
        let mut signatures: Vec<Packet> = Vec::new();
        for (day, states) in certified {
            signatures.push(sign(states(builder(SignatureType::PositiveCertification, *day))));
        }
        for day in taken_back {
            signatures.push(sign(builder(SignatureType::CertificationRevocation, *day)));
        }
        self.packets.extend(signatures);
        self
    }

    /// What the primary key states, or a revocation of it. To be asked for before any identity.
    fn direct(mut self, builder: SignatureBuilder) -> Making {
        let signature = builder.sign_direct_key(&mut self.pair(), self.public()).unwrap();
        self.packets.push(signature.into());
        self
    }

    fn revoked(self, day: i64, reason: ReasonForRevocation) -> Making {
        let builder = builder(SignatureType::KeyRevocation, day);
        self.direct(builder.set_reason_for_revocation(reason, b"").unwrap())
    }

    /// A subkey; its bindings are to follow.
    fn subkey(mut self, key: &Subkey) -> Making {
        self.packets.push(Packet::from(key.clone().parts_into_public()));
        self
    }

    fn bound(mut self, key: &Subkey, builder: SignatureBuilder) -> Making {
        let mut pair = self.pair();
        let binding =
            builder.sign_subkey_binding(&mut pair, self.public(), key.parts_as_public()).unwrap();
        self.packets.push(binding.into());
        self
    }

    /// The same builder with the subkey's own signature in it.
    fn signed_back(&self, key: &Subkey, builder: SignatureBuilder) -> SignatureBuilder {
        let mut pair = key.clone().into_keypair().unwrap();
        let back = SignatureBuilder::new(SignatureType::PrimaryKeyBinding)
            .set_signature_creation_time(builder.signature_creation_time().unwrap())
            .unwrap()
            .sign_primary_key_binding(&mut pair, self.public(), key.parts_as_public())
            .unwrap();
        builder.set_embedded_signature(back).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for packet in &self.packets {
            packet.serialize(&mut bytes).unwrap();
        }
        bytes
    }

    /// A signature over the payload by the primary key.
    fn sign(&self, day: i64) -> Vec<u8> {
        sign_as(SignatureType::Binary, &mut self.pair(), at(day))
    }

    /// Puts it into the keyring, as the user's own.
    fn import(&self, world: &World) {
        world.gpg(&["--batch", "--import"], &self.bytes());
        let trust = format!("{}:6:\n", self.primary.fingerprint());
        world.gpg(&["--batch", "--import-ownertrust"], trust.as_bytes());
    }

    /// The verdict of a trust folder that holds this alone, at a moment.
    fn verdict(&self, signature: &[u8], now: i64) -> Verdict {
        let keyring = Keyring::from_bytes([("keys/a".into(), self.bytes())], now).unwrap();
        judge(&keyring, PAYLOAD, signature)
    }
}

fn subkey() -> Subkey {
    let mut key: Subkey = Key4::generate_ecc(true, Curve::Ed25519).unwrap().into();
    key.set_creation_time(at(0)).unwrap();
    key
}

fn sign_by(key: &Subkey, day: i64) -> Vec<u8> {
    sign_as(SignatureType::Binary, &mut key.clone().into_keypair().unwrap(), at(day))
}

const BINDING: SignatureType = SignatureType::SubkeyBinding;

#[test]
fn the_newest_statement_that_counts_decides() {
    use Status::{ExpiredKey, Good, Unjudged};
    let Some(world) = World::new("the_newest_statement_that_counts_decides") else { return };
    let one_day = lasts(1);
    let strange = |builder| unheard_of(lasts(1)(builder));
    let passing = |builder: SignatureBuilder| {
        signing(builder).set_signature_validity_period(days(3)).unwrap()
    };
    let cases = [
        (
            "shortened",
            Making::new().identity("a", &[(1, &signing), (5, &one_day)], &[]),
            "Y",
            ExpiredKey,
        ),
        (
            "shortened, the newer first",
            Making::new().identity("b", &[(5, &one_day), (1, &signing)], &[]),
            "Y",
            ExpiredKey,
        ),
        ("prolonged", Making::new().identity("c", &[(1, &one_day), (5, &signing)], &[]), "G", Good),
        (
            "prolonged, the newer first",
            Making::new().identity("d", &[(5, &signing), (1, &one_day)], &[]),
            "G",
            Good,
        ),
        (
            "shortened by what is not understood",
            Making::new().identity("e", &[(1, &signing), (5, &strange)], &[]),
            "G",
            Good,
        ),
        (
            "only certifies, says the key itself",
            Making::new().direct(certifying(builder(SignatureType::DirectKey, 1))).identity(
                "f",
                &[(5, &signing)],
                &[],
            ),
            "E",
            Unjudged,
        ),
        (
            "only certifies, says one identity",
            Making::new().identity("g", &[(5, &certifying)], &[]).identity(
                "g2",
                &[(1, &signing)],
                &[],
            ),
            "E",
            Unjudged,
        ),
        (
            "an identity that was taken back",
            Making::new().identity("h", &[(2, &one_day)], &[3]).identity(
                "h2",
                &[(1, &signing)],
                &[],
            ),
            "G",
            Good,
        ),
        (
            "an identity that came again",
            Making::new().identity("i", &[(2, &signing), (4, &one_day)], &[3]).identity(
                "i2",
                &[(1, &signing)],
                &[],
            ),
            "Y",
            ExpiredKey,
        ),
        (
            "an identity that has passed",
            Making::new().identity("j", &[(2, &passing)], &[]).identity(
                "j2",
                &[(1, &signing)],
                &[],
            ),
            "G",
            Good,
        ),
    ];
    for (_, making, ..) in &cases {
        making.import(&world);
    }
    // GnuPG and we name the same identity, too: `check` compares it.
    let cases: Vec<Case> = cases
        .into_iter()
        .map(|(name, making, git, ours)| case(name, making.sign(10), git, ours))
        .collect();
    check(&world, &cases);
    let signer = |n: usize| judge(&world.keyring(), PAYLOAD, &cases[n].signature).signer.unwrap();
    assert_eq!(signer(7), "h2 <h2@example.com>");
    assert_eq!(signer(8), "i <i@example.com>");
    assert_eq!(signer(9), "j2 <j2@example.com>");
}

#[test]
fn the_hardest_revocation_is_the_one_that_is_told() {
    use ReasonForRevocation::{KeyCompromised, KeyRetired, KeySuperseded, Unspecified};
    let Some(world) = World::new("the_hardest_revocation_is_the_one_that_is_told") else { return };
    let mut cases = Vec::new();
    let mut told = Vec::new();
    for (reasons, why, while_in_use) in [
        (&[(20, KeyRetired)][..], "(retired)", true),
        (&[(20, KeySuperseded)], "(superseded)", true),
        (&[(20, KeyCompromised)], "(compromised)", false),
        (&[(20, Unspecified)], "(no reason given)", false),
        (&[(20, KeyRetired), (25, KeyCompromised)], "(compromised)", false),
        (&[(25, KeyCompromised), (20, KeySuperseded)], "(compromised)", false),
    ] {
        let mut making = Making::new();
        for (day, reason) in reasons {
            making = making.revoked(*day, *reason);
        }
        let making = making.identity("a", &[(0, &signing)], &[]);
        making.import(&world);
        for (day, order) in [(10, "made before"), (20, "made after"), (30, "made after")] {
            cases.push(case("revoked", making.sign(day), "R", Status::RevokedKey));
            told.push((why, order, while_in_use && order == "made before", day));
        }
    }
    check(&world, &cases);
    let keyring = world.keyring();
    for (case, (why, order, while_in_use, day)) in cases.iter().zip(told) {
        let reason = judge(&keyring, PAYLOAD, &case.signature).reason.unwrap();
        assert!(reason.contains(why), "{reason}");
        // Day 20 is before the day of a compromise that became known on day 25.
        let known_later = day == 20 && reason.contains("2020-01-26");
        assert!(reason.contains(if known_later { "made before" } else { order }), "{reason}");
        assert_eq!(reason.contains("nothing is wrong"), while_in_use, "{reason}");
    }
}

#[test]
fn a_subkey_counts_by_its_newest_complete_binding() {
    use Status::{ExpiredKey, Good, Unjudged};
    let Some(world) = World::new("a_subkey_counts_by_its_newest_complete_binding") else { return };
    const PASSED: &str = "a binding that has passed";
    let mut cases = Vec::new();
    let mut add = |name, git, ours, marks, bind: &dyn Fn(Making, &Subkey) -> Making| {
        let key = subkey();
        let making = bind(Making::usual("a").subkey(&key), &key);
        making.import(&world);
        let signature = sign_by(&key, 10);
        // An import keeps the newest binding alone; a trust folder holds what was written.
        let verdict = making.verdict(&signature, now());
        let whole = if name == PASSED { Good } else { ours };
        assert_eq!((verdict.status, &verdict.marks[..]), (whole, marks), "{name}: {verdict:?}");
        cases.push(Case { marks, ..case(name, signature, git, ours) });
    };
    let signs = |day| builder(BINDING, day).set_key_flags(KeyFlags::empty().set_signing()).unwrap();
    add("complete", "G", Good, &[], &|making, key| {
        let binding = making.signed_back(key, signs(1));
        making.bound(key, binding)
    });
    add("incomplete", "E", Unjudged, &[], &|making, key| making.bound(key, signs(1)));
    add("complete, then incomplete", "E", Unjudged, &[], &|making, key| {
        let complete = making.signed_back(key, signs(1));
        making.bound(key, complete).bound(key, signs(5))
    });
    add("incomplete, then complete", "G", Good, &[], &|making, key| {
        let complete = making.signed_back(key, signs(5));
        making.bound(key, signs(1)).bound(key, complete)
    });
    add("complete, and one made by somebody else", "G", Good, &[], &|making, key| {
        let complete = making.signed_back(key, signs(1));
        let mut making = making.bound(key, complete);
        let mut stranger = Making::new().pair();
        let foreign = signs(5)
            .sign_subkey_binding(&mut stranger, making.public(), key.parts_as_public())
            .unwrap();
        making.packets.push(foreign.into());
        making
    });
    add("without flags, signed back", "G", Good, &[], &|making, key| {
        let binding = making.signed_back(key, builder(BINDING, 1));
        making.bound(key, binding)
    });
    add("without flags, not signed back", "E", Unjudged, &[], &|making, key| {
        making.bound(key, builder(BINDING, 1))
    });
    add("for encryption", "E", Unjudged, &[], &|making, key| {
        let flags = KeyFlags::empty().set_transport_encryption();
        making.bound(key, builder(BINDING, 1).set_key_flags(flags).unwrap())
    });
    add("shortened", "Y", ExpiredKey, &[], &|making, key| {
        let long = making.signed_back(key, signs(1));
        let short = signs(5).set_key_validity_period(days(1)).unwrap();
        let short = making.signed_back(key, short);
        making.bound(key, short).bound(key, long)
    });
    add(PASSED, "E", Unjudged, &[], &|making, key| {
        let long = making.signed_back(key, signs(1));
        let passed = signs(5).set_key_validity_period(days(1)).unwrap();
        let passed =
            making.signed_back(key, passed.set_signature_validity_period(days(2)).unwrap());
        making.bound(key, passed).bound(key, long)
    });
    add("bound over SHA-1", "G", Good, &["sha1-key"], &|making, key| {
        let binding = making.signed_back(key, signs(1).set_hash_algo(HashAlgorithm::SHA1));
        making.bound(key, binding)
    });
    check(&world, &cases);
}

#[test]
fn a_key_counts_from_its_first_second_to_its_last() {
    let making = Making::new().identity("a", &[(0, &lasts(30))], &[]);
    let signature = making.sign(0);
    let status = |now| making.verdict(&signature, now).status;
    assert_eq!(status(seconds(0) - 1), Status::Unjudged);
    assert_eq!(status(seconds(0)), Status::Good);
    assert_eq!(status(seconds(30)), Status::Good);
    assert_eq!(status(seconds(30) + 1), Status::ExpiredKey);
    let order = |day| making.verdict(&making.sign(day), seconds(60)).reason.unwrap();
    assert!(order(29).ends_with("made before"), "{}", order(29));
    assert!(order(30).ends_with("made after"), "{}", order(30));
    assert!(order(31).ends_with("made after"), "{}", order(31));
}

/// Anybody can adopt a key as a subkey of his own; the verdict is the rightful owner's.
#[test]
fn of_several_certificates_with_the_key_the_one_that_vouches_is_taken() {
    let key = subkey();
    let owner = Making::usual("owner").subkey(&key);
    let binding = builder(BINDING, 1).set_key_flags(KeyFlags::empty().set_signing()).unwrap();
    let complete = owner.signed_back(&key, binding.clone());
    let owner = owner.bound(&key, complete);
    let thief = Making::usual("thief").subkey(&key).bound(&key, binding);
    let signature = sign_by(&key, 10);
    for makings in [[&owner, &thief], [&thief, &owner]] {
        let files = makings.map(|making| ("keys/a".to_owned(), making.bytes()));
        let keyring = Keyring::from_bytes(files, seconds(20)).unwrap();
        let verdict = judge(&keyring, PAYLOAD, &signature);
        assert_eq!(verdict.status, Status::Good);
        assert_eq!(verdict.signer.as_deref(), Some("owner <owner@example.com>"));
        assert_eq!(judge(&keyring, OTHER, &signature).status, Status::Bad);
    }
    assert_eq!(thief.verdict(&signature, seconds(20)).status, Status::Unjudged);

    // A certificate by which the key may not sign says less than one that finds the signature bad.
    let other = Making::usual("other").subkey(&key).bound(
        &key,
        builder(BINDING, 1).set_key_flags(KeyFlags::empty().set_transport_encryption()).unwrap(),
    );
    for makings in [[&owner, &other], [&other, &owner]] {
        let files = makings.map(|making| ("keys/a".to_owned(), making.bytes()));
        let keyring = Keyring::from_bytes(files, seconds(20)).unwrap();
        assert_eq!(judge(&keyring, PAYLOAD, &signature).status, Status::Good);
        assert_eq!(judge(&keyring, OTHER, &signature).status, Status::Bad);
    }
}

/// Of a trust folder the certificates in `keys/` count, under the two names that they may have.
#[test]
fn other_files_of_a_trust_folder_vouch_for_nobody() {
    let making = Making::usual("ana");
    let signature = making.sign(10);
    let status = |name: &str| {
        let files = vec![(name.to_owned(), making.bytes())];
        let trust = Trust::from_files(files, "folder", seconds(20)).unwrap();
        let claim = Claim { payload: PAYLOAD, signature: &signature, at: None, namespace: "git" };
        trust.judge(&claim).status
    };
    for (name, expected) in [
        ("keys/ana.gpg", Status::Good),
        ("keys/ana.asc", Status::Good),
        ("keys/ana.bak", Status::MissingKey),
        ("ana.gpg", Status::MissingKey),
        ("old/ana.asc", Status::MissingKey),
    ] {
        assert_eq!(status(name), expected, "{name}");
    }
}

#[test]
fn formats_that_are_not_judged_are_never_good() {
    let trust = Trust::from_files(Vec::new(), "folder", seconds(20)).unwrap();
    for (signature, expected) in [
        (
            "-----BEGIN SIGNED MESSAGE-----\n\nMIIB\n-----END SIGNED MESSAGE-----\n",
            Status::MissingKey,
        ),
        ("a signature\n", Status::Unjudged),
        ("", Status::Unjudged),
    ] {
        let signature = signature.as_bytes();
        let claim = Claim { payload: PAYLOAD, signature, at: None, namespace: "git" };
        assert_eq!(trust.judge(&claim).status, expected);
    }
}

/// GnuPG can be told to trust on first use; then a key may be trusted a little, or never.
#[test]
fn what_the_user_decided_about_a_key_counts_as_it_does_for_git() {
    const TEST: &str = "what_the_user_decided_about_a_key_counts_as_it_does_for_git";
    let Some(world) = World::new(TEST) else { return };
    std::fs::write(world.home().join("gpg.conf"), "trust-model tofu\n").unwrap();
    let mut cases = Vec::new();
    let mut reasons = Vec::new();
    for (policy, git, ours, reason) in [
        ("auto", "G", Status::Good, None),
        ("good", "G", Status::Good, None),
        ("unknown", "U", Status::Untrusted, Some("nobody has vouched for the key")),
        ("bad", "U", Status::Untrusted, Some("the user has decided never to trust the key")),
    ] {
        let making = Making::usual(policy);
        world.gpg(&["--batch", "--import"], &making.bytes());
        let key = making.primary.fingerprint().to_hex();
        let mut decide = std::process::Command::new(world.program());
        decide.args(["--batch", "--quiet", "--tofu-policy", policy, &key]);
        if !decide.output().unwrap().status.success() {
            eprintln!("{TEST}: NOT RUN, this gpg does not trust on first use");
            return;
        }
        cases.push(case(policy, making.sign(10), git, ours));
        reasons.push(reason);
    }
    check(&world, &cases);
    let keyring = world.keyring();
    for (case, reason) in cases.iter().zip(reasons) {
        assert_eq!(judge(&keyring, PAYLOAD, &case.signature).reason.as_deref(), reason);
    }
    // Nobody is trusted by a program that fails.
    std::fs::write(world.program(), "#!/bin/sh\necho no keyring >&2\nexit 2\n").unwrap();
    let program = world.program();
    let keyring = Keyring::from_gnupg(program.to_str().unwrap(), Validity::Undefined, now());
    assert!(keyring.unwrap_err().message.contains("no keyring"));
}

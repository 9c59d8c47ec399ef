//! OpenPGP verdicts, compared with what `git log --format=%G?` prints by way of `gpg`.
//!
//! Keys are made at test time in a home of their own. Every case is a commit object whose payload
//! was signed in some way; git's letter and ours are both written down, and where they differ ours
//! is the stricter one.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use crate::openpgp_support::*;
use audit::event::Status;
use audit::signature::openpgp::{Keyring, Validity, armor_is_canonical};
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Packet, Signature};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::{Marshal, MarshalInto};
use sequoia_openpgp::types::{KeyFlags, SignatureType};
use std::time::UNIX_EPOCH;

#[test]
fn signatures_get_the_letter_that_git_prints() {
    use Status::{Bad, ExpiredSignature, Good, MissingKey, Unjudged, Untrusted};
    let Some(world) = World::new("signatures_get_the_letter_that_git_prints") else { return };
    let past = ["--faked-system-time", "20200101T000000"];
    let ana = world.key("ana", "ed25519", "sign", &past, "0");
    let bob = world.key("bob", "ed25519", "sign", &past, "0");
    world.gpg(&["--batch", "--import-ownertrust"], format!("{bob}:2:\n").as_bytes());
    let ben = world.key("ben", "ed25519", "cert", &past, "0");
    let gone = world.key("gone", "ed25519", "sign", &past, "0");
    let missing = world.sign(&gone, &[], PAYLOAD);
    world.gpg(&["--batch", "--yes", "--delete-secret-and-public-key", &gone], b"");

    let good = world.sign(&ana, &[], PAYLOAD);
    let text = String::from_utf8(good.clone()).unwrap();
    let binary = dearmor(&good);
    // As GitHub wrote them for years: behind packet header, both areas, the first bytes of the digest.
    let mut prefix = binary.clone();
    prefix[2 + 6 + 29 + 2 + 10] ^= 1;
    let prefix = enarmor(&prefix);
    let other = dearmor(&world.sign(&bob, &[], PAYLOAD));
    let weak = ["--allow-weak-digest-algos", "--digest-algo"];
    let at = UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    let key = |cert: &Cert| {
        cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap()
    };
    let mut ana_pair = key(&world.secret(&ana));
    let mut ben_pair = key(&world.secret(&ben));
    let crlf = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
        author Ana <ana@example.com> 1600000000 +0000\n\
        committer Ana <ana@example.com> 1600000000 +0000\n\nFirst\r\n";
    let mut cases = vec![
        case("good", good.clone(), "G", Good),
        Case { marks: &["digest-prefix"], ..case("wrong digest prefix", prefix, "G", Good) },
        case("nobody vouches", world.sign(&bob, &[], PAYLOAD), "U", Untrusted),
        case("missing key", missing, "E", MissingKey),
        Case { payload: crlf, ..case("tampered payload", good.clone(), "B", Bad) },
        Case {
            marks: &["sha1"],
            ..case("SHA-1", world.sign(&ana, &[&weak[..], &["SHA1"]].concat(), PAYLOAD), "G", Good)
        },
        Case {
            marks: &["ripemd160"],
            ..case(
                "RIPEMD-160",
                world.sign(&ana, &["--digest-algo", "RIPEMD160"], PAYLOAD),
                "G",
                Good,
            )
        },
        case("MD5", world.sign(&ana, &[&weak[..], &["MD5"]].concat(), PAYLOAD), "E", Unjudged),
        case("SHA-512", world.sign(&ana, &["--digest-algo", "SHA512"], PAYLOAD), "G", Good),
        case("notation", world.sign(&ana, &["--sig-notation", "a@b.c=1"], PAYLOAD), "G", Good),
        case(
            "critical notation",
            world.sign(&ana, &["--sig-notation", "!a@b.c=1"], PAYLOAD),
            "B",
            Bad,
        ),
        case(
            "critical policy",
            world.sign(&ana, &["--sig-policy-url", "!http://a"], PAYLOAD),
            "G",
            Good,
        ),
        case(
            "expired signature",
            world.sign(&ana, &[&past[..], &["--default-sig-expire", "1d"]].concat(), PAYLOAD),
            "X",
            ExpiredSignature,
        ),
        case(
            "signature that will expire",
            world.sign(&ana, &["--default-sig-expire", "10y"], PAYLOAD),
            "G",
            Good,
        ),
        Case {
            marks: &["made-in-future"],
            ..case(
                "made in the future",
                world.sign(&ana, &["--faked-system-time", "20990101T000000"], PAYLOAD),
                "G",
                Good,
            )
        },
        case(
            "older than its key",
            sign_as(
                SignatureType::Binary,
                &mut ana_pair,
                at - std::time::Duration::from_secs(100_000_000),
            ),
            "E",
            Unjudged,
        ),
        Case {
            marks: &["text-mode"],
            ..case("text mode", world.sign(&ana, &["--textmode"], PAYLOAD), "G", Good)
        },
        Case {
            marks: &["text-mode"],
            payload: crlf,
            ..case(
                "text mode, other line ends",
                world.sign(&ana, &["--textmode"], PAYLOAD),
                "G",
                Good,
            )
        },
        case(
            "certification as signature",
            sign_as(SignatureType::GenericCertification, &mut ana_pair, at),
            "E",
            Unjudged,
        ),
        case(
            "key binding as signature",
            sign_as(SignatureType::SubkeyBinding, &mut ana_pair, at),
            "E",
            Unjudged,
        ),
        case(
            "standalone signature",
            sign_as(SignatureType::Standalone, &mut ana_pair, at),
            "E",
            Unjudged,
        ),
        case("made by Sequoia", sign_as(SignatureType::Binary, &mut ana_pair, at), "G", Good),
        case(
            "key that only certifies",
            sign_as(SignatureType::Binary, &mut ben_pair, at),
            "E",
            Unjudged,
        ),
        Case {
            marks: &["several-signatures"],
            ..case("two packets", enarmor(&[&binary[..], &other].concat()), "E", Unjudged)
        },
        Case {
            marks: &["several-signatures"],
            ..case(
                "two blocks",
                [&good[..], &world.sign(&bob, &[], PAYLOAD)].concat(),
                "E",
                Unjudged,
            )
        },
        case("comment", text.replacen("\n\n", "\nComment: x\n\n", 1).into(), "G", Good),
        case("CRLF armor", text.replace('\n', "\r\n").into(), "G", Good),
        case("text after the armor", format!("{text}garbage\n").into(), "G", Good),
        // Git says that there is no signature where GnuPG can't read it.
        case(
            "wrong checksum",
            text.replace(text.lines().find(|l| l.starts_with('=')).unwrap(), "=AAAA").into(),
            "N",
            Bad,
        ),
        case("cut off", enarmor(&binary[..60]), "N", Bad),
        case(
            "inline message",
            world.gpg(&["--batch", "-u", &ana, "--armor", "--sign"], PAYLOAD),
            "N",
            Bad,
        ),
        case("not armor at all", b"-----BEGIN PGP SIGNATURE-----\nx\n".into(), "N", Bad),
    ];
    // GitHub rounds the lengths of numbers up; GnuPG accepts that.
    let at = binary.len() - 68;
    assert_eq!(be(&binary[at..at + 2]).div_ceil(8), 32, "the first number's length");
    let mut rounded = binary.clone();
    rounded[at..at + 2].copy_from_slice(&[1, 0]);
    cases.push(case("rounded length", enarmor(&rounded), "G", Good));
    check(&world, &cases);
}

fn be(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, &byte| n << 8 | usize::from(byte))
}

#[test]
fn algorithms_get_the_letter_that_git_prints() {
    let Some(world) = World::new("algorithms_get_the_letter_that_git_prints") else { return };
    let strict = Status::Unjudged;
    let cases = [
        ("rsa1024", Status::Good, &["weak-key"][..]),
        ("rsa2048", Status::Good, &[]),
        ("rsa3072", Status::Good, &[]),
        ("rsa4096", Status::Good, &[]),
        ("dsa2048", Status::Good, &[]),
        ("nistp256", Status::Good, &[]),
        ("nistp384", Status::Good, &[]),
        ("nistp521", Status::Good, &[]),
        ("ed25519", Status::Good, &[]),
        ("brainpoolP256r1", strict, &[]),
        ("secp256k1", strict, &[]),
    ];
    let mut checks = Vec::new();
    for (algorithm, status, marks) in cases {
        let key = world.key(algorithm, algorithm, "sign", &[], "0");
        let signature = world.sign(&key, &[], PAYLOAD);
        assert!(armor_is_canonical(&signature), "{algorithm}");
        checks.push(Case { marks, ..case(algorithm, signature.clone(), "G", status) });
        if status == Status::Good {
            let payload = OTHER;
            checks.push(Case { marks, payload, ..case(algorithm, signature, "B", Status::Bad) });
        }
    }
    check(&world, &checks);
}

#[test]
fn keys_get_the_letter_that_git_prints() {
    use Status::{ExpiredKey, Good, RevokedKey, Unjudged};
    let Some(world) = World::new("keys_get_the_letter_that_git_prints") else { return };
    let past = ["--faked-system-time", "20200101T000000"];
    let later = ["--faked-system-time", "20200601T000000"];

    // Expired, then prolonged by a newer self-signature.
    let old = world.key("old", "ed25519", "sign", &past, "1y");
    let by_old = world.sign(&old, &later, PAYLOAD);
    let long = world.key("long", "ed25519", "sign", &past, "1y");
    let by_long = world.sign(&long, &later, PAYLOAD);
    world.gpg(&[&later[..], &["--batch", "--quick-set-expire", &long, "0"]].concat(), b"");

    // Self-signatures over SHA-1.
    let sha1 = ["--cert-digest-algo", "SHA1", "--allow-weak-digest-algos"];
    let aged = world.key("aged", "ed25519", "sign", &sha1, "0");

    // Revoked for no reason, and because superseded.
    let lost = world.key("lost", "ed25519", "sign", &past, "0");
    let by_lost = world.sign(&lost, &later, PAYLOAD);
    let revocation = world.home().join(format!("openpgp-revocs.d/{lost}.rev"));
    let revocation = std::fs::read_to_string(revocation).unwrap();
    world.gpg(&["--batch", "--import"], revocation.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    let worn = world.key("worn", "ed25519", "sign", &past, "0");
    let by_worn = world.sign(&worn, &later, PAYLOAD);
    let revocation = world.gpg(&["--command-fd", "0", "--gen-revoke", &worn], b"y\n2\n\ny\n");
    world.gpg(&["--batch", "--import"], &revocation);

    // Revoked by another key that it designates for that.
    let ward = world.key("ward", "ed25519", "sign", &past, "0");
    let by_ward = world.sign(&ward, &later, PAYLOAD);
    world.key("guard", "ed25519", "sign", &past, "0");
    let edit = ["--command-fd", "0", "--edit-key", &ward];
    world.gpg(&edit, b"addrevoker\nguard@example.com\ny\nsave\n");
    let designated = world.sign(&ward, &later, PAYLOAD);
    check(&world, &[case("key with a designated revoker", designated, "G", Good)]);
    let revocation = world.gpg(&["--command-fd", "0", "--desig-revoke", &ward], b"y\ny\n0\n\ny\n");
    world.gpg(&["--batch", "--import"], &revocation);

    // Subkeys: sound, expired, revoked, and one of an expired certificate.
    let subkey = |name: &str, expire: &str| {
        let primary = world.key(name, "ed25519", "cert", &past, "0");
        let add = ["--batch", "--quick-add-key", &primary, "ed25519", "sign", expire];
        world.gpg(&[&past[..], &add].concat(), b"");
        let sub = world.fingerprints(name).remove(1);
        (primary, world.sign(&format!("{sub}!"), &later, PAYLOAD))
    };
    let (_, by_sub) = subkey("sub", "0");
    let (_, by_subold) = subkey("subold", "1y");
    let (sublost, by_sublost) = subkey("sublost", "0");
    let edit = ["--command-fd", "0", "--edit-key", &sublost];
    world.gpg(&edit, b"key 1\nrevkey\ny\n1\n\ny\nsave\n");
    let (ofold, by_ofold) = subkey("ofold", "0");
    let expire = ["--batch", "--quick-set-expire", &ofold, "1y"];
    world.gpg(&[&past[..], &expire].concat(), b"");

    // A foreign subkey, adopted without its back signature, and one signed in by Sequoia.
    let thief = world.key("thief", "ed25519", "sign", &past, "0");
    let thief_cert = world.secret(&thief);
    let adopted = {
        let prey = world.secret(&world.key("prey", "ed25519", "sign", &past, "0"));
        let mut pair =
            prey.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
        let at = UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
        let signature = sign_as(SignatureType::Binary, &mut pair, at);
        world.gpg(
            &["--batch", "--yes", "--delete-secret-and-public-key", &prey.fingerprint().to_hex()],
            b"",
        );
        let subkey = prey.primary_key().key().clone().take_secret().0.role_into_subordinate();
        let mut primary = thief_cert
            .primary_key()
            .key()
            .clone()
            .parts_into_secret()
            .unwrap()
            .into_keypair()
            .unwrap();
        let binding = SignatureBuilder::new(SignatureType::SubkeyBinding)
            .set_signature_creation_time(at)
            .unwrap()
            .set_key_flags(KeyFlags::empty().set_signing())
            .unwrap()
            .sign_subkey_binding(&mut primary, thief_cert.primary_key().key(), &subkey)
            .unwrap();
        let mut cert = thief_cert.clone().strip_secret_key_material().to_vec().unwrap();
        Packet::from(subkey.parts_into_public()).serialize(&mut cert).unwrap();
        Packet::from(binding).serialize(&mut cert).unwrap();
        world.gpg(&["--batch", "--import"], &cert);
        signature
    };

    check(
        &world,
        &[
            case("expired key", by_old, "Y", ExpiredKey),
            case("prolonged key", by_long, "G", Good),
            Case {
                marks: &["sha1-key"],
                ..case("SHA-1 certificate", world.sign(&aged, &[], PAYLOAD), "G", Good)
            },
            case("revoked key", by_lost.clone(), "R", RevokedKey),
            case("superseded key", by_worn.clone(), "R", RevokedKey),
            case("key revoked by its designated revoker", by_ward, "R", RevokedKey),
            case("subkey", by_sub, "G", Good),
            case("expired subkey", by_subold, "Y", ExpiredKey),
            case("revoked subkey", by_sublost, "R", RevokedKey),
            case("subkey of an expired key", by_ofold, "Y", ExpiredKey),
            case("adopted subkey", adopted, "E", Unjudged),
        ],
    );
    let reason = |signature: &[u8]| judge(&world.keyring(), PAYLOAD, signature).reason.unwrap();
    assert!(reason(&by_worn).contains("superseded"), "{}", reason(&by_worn));
    assert!(reason(&by_worn).contains("nothing is wrong"), "{}", reason(&by_worn));
    assert!(!reason(&by_lost).contains("nothing is wrong"), "{}", reason(&by_lost));
}

#[test]
fn a_trust_folder_vouches_for_its_keys() {
    let Some(world) = World::new("a_trust_folder_vouches_for_its_keys") else { return };
    let ana = world.key("ana", "ed25519", "sign", &[], "0");
    let signature = world.sign(&ana, &[], PAYLOAD);
    let export = |format: &[&str]| world.gpg(&[format, &["--export", &ana]].concat(), b"");
    for cert in [export(&[]), export(&["--armor"])] {
        let keyring = Keyring::from_bytes([("keys/ana".into(), cert)], now()).unwrap();
        assert_eq!(keyring.len(), 1);
        assert_eq!(judge(&keyring, PAYLOAD, &signature).status, Status::Good);
    }

    // A second file that revokes what the first one states.
    let whole = export(&[]);
    let revocation = world.home().join(format!("openpgp-revocs.d/{ana}.rev"));
    let revocation = std::fs::read_to_string(revocation).unwrap();
    world.gpg(&["--batch", "--import"], revocation.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    let files = [("a.gpg".into(), whole), ("b.gpg".into(), export(&[]))];
    let keyring = Keyring::from_bytes(files, now()).unwrap();
    assert_eq!(keyring.len(), 1);
    assert_eq!(judge(&keyring, PAYLOAD, &signature).status, Status::RevokedKey);

    for bytes in [&b""[..], b"hello", &signature] {
        let failure =
            Keyring::from_bytes([("keys/x.asc".into(), bytes.into())], now()).unwrap_err();
        assert!(failure.message.contains("keys/x.asc"), "{failure}");
    }
}

#[test]
fn a_minimum_of_trust_is_asked() {
    let Some(world) = World::new("a_minimum_of_trust_is_asked") else { return };
    let ana = world.key("ana", "ed25519", "sign", &[], "0");
    let bob = world.key("bob", "ed25519", "sign", &[], "0");
    world.gpg(&["--batch", "--import-ownertrust"], format!("{bob}:2:\n").as_bytes());
    world.gpg(&["--batch", "--yes", "--quick-sign-key", "-u", &ana, &bob], b"");
    let signature = world.sign(&bob, &[], PAYLOAD);
    let status = |minimum: &str| {
        let program = world.program();
        let minimum = Validity::from_config(minimum).unwrap();
        let keyring = Keyring::from_gnupg(program.to_str().unwrap(), minimum, now()).unwrap();
        judge(&keyring, PAYLOAD, &signature).status
    };
    assert_eq!(world.ask_git(PAYLOAD, &signature).0, "G");
    assert_eq!(status("UNDEFINED"), Status::Good);
    assert_eq!(status("fully"), Status::Good);
    assert_eq!(status("ultimate"), Status::Untrusted);
}

#[test]
fn no_changed_byte_of_a_ledger_signature_passes() {
    let Some(world) = World::new("no_changed_byte_of_a_ledger_signature_passes") else { return };
    for algorithm in ["ed25519", "rsa2048"] {
        let key = world.key(algorithm, algorithm, "sign", &[], "0");
        let armored = world.sign(&key, &[], PAYLOAD);
        let keyring = world.keyring();
        let passes = |armored: &[u8]| {
            let canonical = armor_is_canonical(armored);
            judge_entry(&keyring, PAYLOAD, armored).status == Status::Good && canonical
        };
        assert!(passes(&armored));

        let mut text = armored.clone();
        for at in 0..armored.len() {
            for change in [1, 0x20, 0x80] {
                text[at] ^= change;
                assert!(!passes(&text), "{algorithm}: byte {at} of the armor");
                text[at] = armored[at];
            }
        }
        // The packet, put into fresh armor each time.
        let packet = dearmor(&armored);
        let mut changed = packet.clone();
        let unhashed = 2 + usize::from(packet[0] & 1) + 6 + 29;
        for at in 0..packet.len() {
            for bit in 0..8 {
                changed[at] ^= 1 << bit;
                let rearmored = rearm(&changed);
                assert!(!passes(&rearmored), "{algorithm}: bit {bit} of byte {at} of the packet");
                let verdict = judge_entry(&keyring, PAYLOAD, &rearmored);
                let covered = !(unhashed..unhashed + 12).contains(&at);
                let length_of_number = at > unhashed + 12;
                if covered && !length_of_number {
                    assert_ne!(verdict.status, Status::Good, "{algorithm}: bit {bit} of byte {at}");
                }
                changed[at] = packet[at];
            }
        }
        for end in 0..armored.len() {
            assert!(!passes(&armored[..end]), "{algorithm}: cut at {end}");
        }

        // Other packets that say the same.
        let Packet::Signature(signature) = Packet::from_bytes(&armored).unwrap() else { panic!() };
        let add = |change: &dyn Fn(&mut Signature)| {
            let mut signature = signature.clone();
            change(&mut signature);
            signature.to_vec().unwrap()
        };
        let bodies = [
            ("emptied unhashed area", add(&|sig| sig.unhashed_area_mut().clear())),
            (
                "fuller unhashed area",
                add(&|sig| {
                    let mut extra = sig.unhashed_area().clone();
                    for packet in sig.hashed_area().iter() {
                        extra.add(packet.clone()).unwrap();
                    }
                    *sig.unhashed_area_mut() = extra;
                }),
            ),
        ];
        for (name, body) in bodies {
            let length = u16::try_from(body.len()).unwrap().to_be_bytes();
            let header = if length[0] == 0 {
                vec![0x88, length[1]]
            } else {
                [&[0x89][..], &length].concat()
            };
            let rearmored = rearm(&[header, body].concat());
            assert_eq!(judge_entry(&keyring, PAYLOAD, &rearmored).status, Status::Good, "{name}");
            assert!(!armor_is_canonical(&rearmored), "{algorithm}: {name}");
        }
        let new_format = rearm(&Packet::from(signature).to_vec().unwrap());
        assert_eq!(judge_entry(&keyring, PAYLOAD, &new_format).status, Status::Good);
        assert!(!armor_is_canonical(&new_format), "{algorithm}: new packet format");
    }
}

/// The armor that GnuPG would write, its checksum included.
fn rearm(bytes: &[u8]) -> Vec<u8> {
    let crc = bytes.iter().fold(0xB7_04CEu32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 16, |crc, _| {
            let crc = crc << 1;
            if crc & 0x100_0000 != 0 { crc ^ 0x186_4CFB } else { crc }
        })
    });
    let base64 = |bytes: &[u8]| {
        let text = String::from_utf8(enarmor(bytes)).unwrap();
        let lines = text.lines().filter(|line| {
            let checksum = line.starts_with('=') && line.len() == 5;
            !line.is_empty() && !line.starts_with('-') && !checksum
        });
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let (body, crc) = (base64(bytes), base64(&crc.to_be_bytes()[1..]));
    let text =
        format!("-----BEGIN PGP SIGNATURE-----\n\n{body}={crc}-----END PGP SIGNATURE-----\n");
    text.into_bytes()
}

#[test]
fn threads_share_a_keyring() {
    let Some(world) = World::new("threads_share_a_keyring") else { return };
    let ana = world.key("ana", "rsa2048", "sign", &[], "0");
    let signature = world.sign(&ana, &[], PAYLOAD);
    let keyring = world.keyring();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(judge(&keyring, PAYLOAD, &signature).status, Status::Good));
        }
    });
}

//! OpenPGP armor, changed in thousands of ways: no signature that git does not take for one passes here.
//!
//! `AUDIT_ARMORS=20000 cargo test --test formats openpgp_armor` asks git about so many; without it about a few hundred.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use crate::openpgp_support::*;
use audit::event::Status;
use std::fmt::Write as _;

/// Numbers from a seed (Knuth's MMIX generator): the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

/// Lines that armor may hold somewhere.
const LINES: [&str; 34] = [
    "",
    " ",
    "\t",
    "\r",
    "Comment: x",
    "Comment:x",
    "Comment:",
    "Comment: ",
    "Comment:\tx",
    "Comment :x",
    ": x",
    "Version",
    "Foo: a:b",
    "Foo::b",
    "Hash: SHA256",
    "Charset: utf-8",
    "=abcd",
    "=",
    "==",
    "====",
    "=x+vt",
    "AAAA",
    "AAA=",
    "AA==",
    "-----BEGIN PGP SIGNATURE-----",
    "-----END PGP SIGNATURE-----",
    "-----END PGP MESSAGE-----",
    "-----BEGIN PGP MESSAGE-----",
    "- -----END PGP SIGNATURE-----",
    "- Comment: x",
    "garbage",
    "a = b",
    "\u{a0}",
    "Foo: \u{7f}",
];

/// Characters that mean something in armor, and some that don't.
const CHARACTERS: &[u8] = b"=-:\r\n\t \0+/AZaz09_.\x0b\x0c\x7f\x80\xff";

fn mutate(armor: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = armor.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(lines.len());
        match numbers.below(12) {
            0 | 1 => lines.insert(at, numbers.pick(&LINES).as_bytes().to_vec()),
            2 if lines.len() > 1 => drop(lines.remove(at)),
            3 => lines.insert(at, lines[at].clone()),
            4 => {
                let other = numbers.below(lines.len());
                lines.swap(at, other);
            }
            5 => lines[at].push(CHARACTERS[numbers.below(CHARACTERS.len())]),
            6 => lines[at].insert(0, CHARACTERS[numbers.below(CHARACTERS.len())]),
            7 if !lines[at].is_empty() => {
                let place = numbers.below(lines[at].len());
                lines[at][place] = CHARACTERS[numbers.below(CHARACTERS.len())];
            }
            8 if !lines[at].is_empty() => {
                let place = numbers.below(lines[at].len());
                lines[at].remove(place);
            }
            9 => {
                let place = numbers.below(lines[at].len() + 1);
                let tail = lines[at].split_off(place);
                lines.insert(at + 1, tail);
            }
            10 => {
                // A header among the headers, with any character behind its colon.
                let mut header = b"Comment:".to_vec();
                header.push(CHARACTERS[numbers.below(CHARACTERS.len())]);
                header.extend(b"x y");
                lines.insert(1, header);
            }
            11 => {
                // Without the checksum, or with text behind the end.
                lines.retain(|line| {
                    !(line.len() == 5 && line.starts_with(b"=")) || numbers.below(3) > 0
                });
                lines.push(numbers.pick(&LINES).as_bytes().to_vec());
            }
            _ => {}
        }
    }
    lines.join(&b'\n')
}

#[test]
fn no_changed_armor_passes_that_git_refuses() {
    let Some(world) = World::new("no_changed_armor_passes_that_git_refuses") else { return };
    let count =
        std::env::var("AUDIT_ARMORS").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let key = world.key("ana", "ed25519", "sign", &["--faked-system-time", "20200101T000000"], "0");
    let armor = world.sign(&key, &["--faked-system-time", "20200913T122640"], PAYLOAD);
    let keyring = world.keyring();
    let mut numbers = Numbers(1);
    let armors: Vec<Vec<u8>> = (0..count)
        .map(|_| mutate(&armor, &mut numbers))
        // What does not begin as armor is no signature to git, and judged nowhere.
        .filter(|armor| armor.starts_with(b"-----BEGIN PGP SIGNATURE-----"))
        .collect();
    let letters = world.ask_git_about(PAYLOAD, &armors);
    assert_eq!(letters.len(), armors.len());
    let (mut lenient, mut passed, mut stricter) = (String::new(), 0, 0);
    for (armor, letter) in armors.iter().zip(&letters) {
        let verdict = judge(&keyring, PAYLOAD, armor);
        let passes = |status: Status| {
            matches!(
                status,
                Status::Good | Status::Untrusted | Status::ExpiredSignature | Status::ExpiredKey
            )
        };
        let git_passes = matches!(&**letter, "G" | "U" | "X" | "Y");
        match (passes(verdict.status), git_passes) {
            (true, false) => {
                let text = String::from_utf8_lossy(armor);
                let _ = writeln!(lenient, "git {letter}, ours {:?}:\n{text:?}", verdict.status);
            }
            (false, true) => stricter += 1,
            (true, true) => passed += 1,
            (false, false) => {}
        }
    }
    eprintln!("{} armors: {passed} pass in both, {stricter} only in git", armors.len());
    assert!(lenient.is_empty(), "more lenient than git:\n{lenient}");
    assert!(passed > count / 100, "only {passed} pass: the campaign asks nothing");
}

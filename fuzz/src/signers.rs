//! Whose SSH keys count: `allowed_signers` line by line, revocation lists against a second reader.

use super::armor::{bytes_of, string};
use super::signatures::{ANA, ANA_CERTIFIED, ANA_KEY, MALLORY_KEY, NOW, PAYLOAD, claim};
use audit::event::Status;
use audit::signature::Claim;
use audit::signature::ssh::{AllowedSigners, Revocations, SshTrust};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// An `allowed_signers` file.
pub fn allowed_signers(bytes: &[u8]) {
    let whole = AllowedSigners::parse(bytes, "file");
    let mut entries = Vec::new();
    let mut problems = 0;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match AllowedSigners::parse(line, "line") {
            Ok(alone) => {
                assert!(alone.problems().is_empty());
                for mut entry in alone.entries() {
                    assert_eq!(entry.line, 1);
                    entry.line = number;
                    entries.push(entry);
                }
            }
            Err(_) => problems += 1,
        }
    }
    let Ok(whole) = whole else {
        assert!(entries.is_empty() && problems > 0, "a file with usable lines is refused");
        return;
    };
    assert!(whole.entries().eq(entries.iter().cloned()), "a line counts otherwise in its file");
    assert_eq!(whole.problems().len(), problems);
    assert!(!entries.is_empty() || problems == 0);

    let ana = entries.iter().any(|entry| !entry.authority && entry.key == *ANA_FINGERPRINT);
    let any = entries.iter().any(|entry| entry.authority || entry.key == *ANA_FINGERPRINT);
    let trust = SshTrust { signers: Some(whole), revoked: None };
    for (signature, listed) in [(ANA, ana), (ANA_CERTIFIED, any)] {
        for at in [None, Some(1), Some(NOW), Some(253_402_300_799)] {
            let verdict = trust.judge(&Claim { at, ..claim(signature) }, NOW);
            match verdict.status {
                Status::Good => assert!(listed && verdict.signer.is_some()),
                Status::Untrusted | Status::Bad => assert!(verdict.reason.is_some()),
                other => panic!("{other:?} without a revocation"),
            }
            assert!(listed || verdict.status == Status::Untrusted, "a key that no line lists");
        }
        let other = Claim { payload: b"other\n", ..claim(signature) };
        assert_eq!(trust.judge(&other, NOW).status, Status::Bad);
    }
}

static ANA_BLOB: LazyLock<Vec<u8>> = LazyLock::new(|| blob(ANA_KEY));
static MALLORY_BLOB: LazyLock<Vec<u8>> = LazyLock::new(|| blob(MALLORY_KEY));
/// Ana's certificate, out of the signature by it.
static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let armored = std::str::from_utf8(ANA_CERTIFIED).expect("armor is ASCII");
    let digits: String = armored.lines().filter(|line| !line.starts_with('-')).collect();
    let signature = bytes_of(&digits).expect("armor holds base64");
    string(&mut &signature[10..]).expect("a signature holds its key").to_vec()
});
static ANA_FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let digest = super::armor::base64(&Sha256::digest(&*ANA_BLOB));
    format!("SHA256:{}", digest.trim_end_matches('='))
});

fn blob(key: &str) -> Vec<u8> {
    bytes_of(key).expect("a key is base64")
}

/// SHA-1 of Ana's and of Mallory's key, in hex, by `sha1sum`.
const SHA1: [&str; 2] =
    ["a13d0020f08fa42eba6b1a2d1616dd4604d33d64", "e7d3a1073ad584ca1ffe74766e3f9796f40e6a64"];

/// A binary list of revoked keys; other files are lists of keys as text.
pub fn krl(bytes: &[u8]) {
    let Ok(revoked) = Revocations::parse(bytes, "file") else { return };
    let (key, certificate) = match bytes.starts_with(b"SSHKRL\n\0") {
        true => revokes(bytes).expect("what the library reads, the second reader does too"),
        false => revokes_as_text(bytes),
    };
    let trust = SshTrust { signers: None, revoked: Some(revoked) };
    for (signature, expected) in [(ANA, key), (ANA_CERTIFIED, certificate)] {
        let verdict = trust.judge(&claim(signature), NOW);
        assert_eq!(verdict.status == Status::RevokedKey, expected, "{:?}", verdict.reason);
    }
    // What is revoked for somebody else's signature changes nothing about a bad one.
    let bad = Claim { payload: &PAYLOAD[1..], ..claim(ANA) };
    assert_eq!(trust.judge(&bad, NOW).status, Status::Bad);
}

/// Whether Ana's key, and whether her certificate, is revoked by a list that the library could read.
fn revokes(list: &[u8]) -> Option<(bool, bool)> {
    let mut rest = list.get(8 + 4 + 24..)?;
    string(&mut rest)?;
    string(&mut rest)?;
    let mut keys = Vec::new();
    let mut hashes = Vec::new();
    let mut certified = false;
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        let mut section = string(&mut rest)?;
        match kind {
            1 => certified |= revokes_certificate(section)?,
            2 | 3 | 5 => {
                while !section.is_empty() {
                    let entry = string(&mut section)?;
                    if *kind == 2 { keys.push(entry) } else { hashes.push(entry) }
                }
            }
            _ => {}
        }
    }
    let listed = |number: usize, blob: &[u8]| {
        let sha1: Vec<u8> = SHA1[number]
            .as_bytes()
            .chunks(2)
            .filter_map(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
            .collect();
        let sha256 = Sha256::digest(blob);
        keys.contains(&blob) || hashes.contains(&&sha1[..]) || hashes.contains(&&sha256[..])
    };
    // A certificate in a list of keys stands for its key.
    let ana = listed(0, &ANA_BLOB) || keys.contains(&CERTIFICATE.as_slice());
    Some((ana, ana || certified || listed(1, &MALLORY_BLOB)))
}

/// Whether a section on certificates names Mallory's number 7, or its key id.
fn revokes_certificate(mut section: &[u8]) -> Option<bool> {
    let authority = string(&mut section)?;
    string(&mut section)?;
    let mut found = false;
    while let Some((kind, after)) = section.split_first() {
        section = after;
        let mut part = string(&mut section)?;
        match kind {
            0x20 => found |= part.chunks(8).any(|number| number == 7_u64.to_be_bytes()),
            0x21 => {
                let (first, last) = (number(&mut part)?, number(&mut part)?);
                found |= (first..=last).contains(&7);
            }
            0x22 => {
                let first = number(&mut part)?;
                let bits = string(&mut part)?;
                let bit = |at: u64| {
                    let byte = bits.iter().rev().nth(usize::try_from(at / 8).ok()?)?;
                    Some(byte >> (at % 8) & 1 == 1)
                };
                found |= 7_u64.checked_sub(first).and_then(bit).unwrap_or(false);
            }
            0x23 => {
                while !part.is_empty() {
                    found |= string(&mut part)? == b"ana, 2026";
                }
            }
            _ => {}
        }
    }
    Some(found && (authority.is_empty() || authority == *MALLORY_BLOB))
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_at_checked(8)?;
    *rest = after;
    Some(u64::from_be_bytes(number.try_into().ok()?))
}

/// The same for a list with one key a line.
fn revokes_as_text(list: &[u8]) -> (bool, bool) {
    let mut revoked = (false, false);
    for line in list.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let word = line.split(blank).filter(|word| !word.is_empty()).nth(1);
        let spaceless: Vec<u8> = word
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace() && *byte != 0x0b)
            .collect();
        let blob = std::str::from_utf8(&spaceless).ok().and_then(bytes_of).unwrap_or_default();
        if line.starts_with(b"#") || blob.is_empty() {
            continue;
        }
        revoked.0 |= blob == *ANA_BLOB || blob == *CERTIFICATE;
        revoked.1 |= revoked.0 || blob == *MALLORY_BLOB;
    }
    revoked
}

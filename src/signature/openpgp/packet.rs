//! One detached signature: exactly one signature packet, and nothing else.
//!
//! ```text
//! 88 75                      signature packet (old format), 0x75 bytes
//! 04 00 16 08                version 4, binary document, EdDSA, SHA-256
//! 00 1d  21 04 0b1d…48e8     hashed area: issuer fingerprint
//!        05 02 6b034601                   creation time
//! 00 0a  09 10 9f0b7c177a…   unhashed area: issuer key id
//! 84 dd                      the first two bytes of the digest
//! 00ff 5c13…  00ff 5bf9…     the signature's numbers, each with its length in bits
//! ```
//!
//! (RFC 9580 sections 4.2 and 5.2.) The signature covers the payload and the packet up to the end
//! of the hashed area. The rest could be rewritten by anyone, which is why [`armor_is_canonical`]
//! exists.

use sequoia_openpgp::Fingerprint;
use sequoia_openpgp::KeyHandle;
use sequoia_openpgp::KeyID;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::signature::subpacket::{SubpacketArea, SubpacketTag, SubpacketValue};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::MarshalInto;

use super::armor::{self, ArmorError};
use crate::event::Status;

/// The packet tag of signatures.
const SIGNATURE: u8 = 2;

/// Why there is nothing to verify.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) status: Status,
    pub(super) reason: String,
    pub(super) marks: Vec<&'static str>,
}

impl Unreadable {
    fn bad(reason: impl Into<String>) -> Unreadable {
        Unreadable { status: Status::Bad, reason: reason.into(), marks: Vec::new() }
    }

    fn unjudged(reason: impl Into<String>) -> Unreadable {
        Unreadable { status: Status::Unjudged, reason: reason.into(), marks: Vec::new() }
    }

    /// Git's answer to more than one signature is `E`, whatever they say.
    fn several() -> Unreadable {
        let mut several = Unreadable::unjudged("there are several signatures where one must stand");
        several.marks.push("several-signatures");
        several
    }
}

/// Reads an armored detached signature.
pub(super) fn read(armored: &[u8]) -> Result<Signature, Unreadable> {
    let bytes = armor::decode(armored).map_err(|error| match error {
        ArmorError::Malformed(reason) => Unreadable::bad(reason),
        ArmorError::Several => Unreadable::several(),
    })?;
    let packets = split(&bytes).ok_or_else(|| Unreadable::bad("the packets are cut off"))?;
    let body = match packets.as_slice() {
        [] => return Err(Unreadable::bad("the armor is empty")),
        [(SIGNATURE, body)] => *body,
        _ if packets.iter().all(|(tag, _)| *tag == SIGNATURE) => return Err(Unreadable::several()),
        _ => return Err(Unreadable::bad("the armor holds something else than a signature")),
    };
    match body.first() {
        Some(3 | 4) => Signature::from_bytes(body)
            .or_else(|error| match with_exact_numbers(body) {
                Some(body) => Signature::from_bytes(&body),
                None => Err(error),
            })
            .map_err(|error| {
                Unreadable::bad(format!("the signature packet is malformed: {error}"))
            }),
        Some(version) => Err(Unreadable::unjudged(format!(
            "signatures of version {version} are not known to GnuPG 2.2, so not to git"
        ))),
        None => Err(Unreadable::bad("the signature packet is empty")),
    }
}

/// The body of a signature packet with the lengths of its numbers put right.
///
/// A number's length in bits must not count leading zeros (RFC 9580 section 3.2), but signers
/// exist that round it up to whole bytes, among them GitHub's for what is merged on the web. GnuPG
/// reads those, Sequoia does not.
fn with_exact_numbers(body: &[u8]) -> Option<Vec<u8>> {
    let start = match body {
        [3, ..] => 17,
        [4, ..] => {
            let unhashed = 6 + usize::from(be_u16(body, 4)?);
            unhashed + 2 + usize::from(be_u16(body, unhashed)?)
        }
        _ => return None,
    };
    let mut numbers = start + 2;
    let mut exact = body.get(..numbers)?.to_vec();
    while numbers < body.len() {
        let length = usize::from(be_u16(body, numbers)?).div_ceil(8);
        let number = body.get(numbers + 2..numbers + 2 + length)?;
        numbers += 2 + length;
        let zeros = number.iter().take_while(|&&byte| byte == 0).count();
        let number = &number[zeros..];
        let unused = number.first().map_or(0, |first| first.leading_zeros() as usize);
        exact.extend_from_slice(&u16::try_from(number.len() * 8 - unused).ok()?.to_be_bytes());
        exact.extend_from_slice(number);
    }
    Some(exact)
}

fn be_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Splits bytes into packets, tag and body. `None` when they do not end with a packet, or when one
/// has no definite length.
fn split(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut packets = Vec::new();
    while let Some((&header, rest)) = bytes.split_first() {
        let be = |bytes: &[u8]| bytes.iter().fold(0, |n, &byte| n << 8 | usize::from(byte));
        let (tag, length, start) = if header & 0xC0 == 0xC0 {
            let first = usize::from(*rest.first()?);
            match first {
                0..192 => (header & 0x3F, first, 1),
                192..224 => {
                    (header & 0x3F, ((first - 192) << 8) + usize::from(*rest.get(1)?) + 192, 2)
                }
                255 => (header & 0x3F, be(rest.get(1..5)?), 5),
                _ => return None,
            }
        } else if header & 0x80 != 0 && header & 3 != 3 {
            let size = 1 << (header & 3);
            (header >> 2 & 0x0F, be(rest.get(..size)?), size)
        } else {
            return None;
        };
        packets.push((tag, rest.get(start..start.checked_add(length)?)?));
        bytes = &rest[start + length..];
    }
    Some(packets)
}

/// The key that a signature names, looked up as GnuPG 2.2 does: the fingerprint if the signature
/// covers one, else the key id, be it covered or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issuer {
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) id: Option<KeyID>,
}

/// Reads whom `signature` names.
pub(super) fn issuer(signature: &Signature) -> Issuer {
    let mut issuer = Issuer { fingerprint: None, id: None };
    if signature.version() == 3 {
        issuer.id = signature.get_issuers().into_iter().find_map(|handle| match handle {
            KeyHandle::KeyID(id) => Some(id),
            KeyHandle::Fingerprint(_) => None,
        });
        return issuer;
    }
    issuer.fingerprint = signature.hashed_area().iter().find_map(|packet| match packet.value() {
        SubpacketValue::IssuerFingerprint(print @ Fingerprint::V4(_)) => Some(print.clone()),
        _ => None,
    });
    issuer.id = key_id(signature.hashed_area())
        .or_else(|| key_id(signature.unhashed_area()))
        .filter(|id| !id.is_wildcard())
        .or_else(|| issuer.fingerprint.as_ref().map(KeyID::from));
    issuer
}

fn key_id(area: &SubpacketArea) -> Option<KeyID> {
    area.subpacket(SubpacketTag::Issuer).and_then(|packet| match packet.value() {
        SubpacketValue::Issuer(id) => Some(id.clone()),
        _ => None,
    })
}

/// Whether no byte of an armored detached signature could be other than it is and the signature
/// still hold: the form in which a ledger may keep it.
///
/// It must be, to the byte, what `gpg --armor --detach-sign` of GnuPG 2.2 writes:
/// - the armor without headers, 64 columns of base64, the checksum, a newline, nothing after it;
/// - one signature packet of version 4 over a binary document, in the old packet format with the
///   shortest length;
/// - in the *unhashed* area, which the signature does not cover, nothing but the issuer's key id,
///   equal to the end of the issuer's fingerprint where the hashed area states one, and then it
///   must be there; nothing at all where the hashed area states the key id itself. Without a
///   fingerprint in the hashed area a changed id names a key that does not verify;
/// - numbers without leading zeros.
///
/// The two bytes of the digest are checked by [`Keyring::judge`](super::Keyring::judge).
/// What is left is ECDSA by nature: when `(r, s)` holds then so does `(r, n - s)`, GnuPG writes
/// either, and only somebody who knows the curve can tell them apart. Such signatures pass here.
pub fn armor_is_canonical(armored: &[u8]) -> bool {
    let Ok(bytes) = armor::decode(armored) else { return false };
    if armor::encode(&bytes) != armored {
        return false;
    }
    let Some(packets) = split(&bytes) else { return false };
    let [(SIGNATURE, body)] = packets.as_slice() else { return false };
    let header = match u16::try_from(body.len()) {
        Ok(length) if length < 256 => vec![0x88, length as u8],
        Ok(length) => [&[0x89][..], &length.to_be_bytes()].concat(),
        Err(_) => return false,
    };
    if !bytes.starts_with(&header) || !body.starts_with(&[4, 0]) {
        return false;
    }
    let Ok(signature) = Signature::from_bytes(body) else { return false };
    if signature.to_vec().ok().as_deref() != Some(*body) {
        return false;
    }
    let Ok(unhashed) = signature.unhashed_area().to_vec() else { return false };
    let hashed_id = key_id(signature.hashed_area());
    match (hashed_id, key_id(signature.unhashed_area())) {
        (Some(_), None) => unhashed.is_empty(),
        (None, Some(id)) => {
            let print = issuer(&signature).fingerprint;
            unhashed == [&[9, 16], id.as_bytes()].concat()
                && print.is_none_or(|print| KeyID::from(print) == id)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_packets_of_both_formats() {
        assert_eq!(split(&[]), Some(vec![]));
        assert_eq!(split(&[0x88, 2, 1, 2]), Some(vec![(2, &[1, 2][..])]));
        assert_eq!(split(&[0x89, 0, 1, 7, 0xC2, 1, 8]), Some(vec![(2, &[7][..]), (2, &[8][..])]));
        assert_eq!(split(&[0x8A, 0, 0, 0, 1, 9]), Some(vec![(2, &[9][..])]));
        assert_eq!(split(&[0xCB, 255, 0, 0, 0, 1, 9]), Some(vec![(11, &[9][..])]));
        let long = [&[0xC2, 192, 8][..], &[5; 200]].concat();
        assert_eq!(split(&long), Some(vec![(2, &[5; 200][..])]));
        let longer = [&[0xC2, 193, 8][..], &[5; 456]].concat();
        assert_eq!(split(&longer), Some(vec![(2, &[5; 456][..])]));
    }

    #[test]
    fn refuses_packets_that_are_cut_or_have_no_length() {
        for bytes in [
            &[0x88][..],
            &[0x88, 2, 1],
            &[0x8B, 1],
            &[0x8B, 0, 0, 0, 0, 0, 0, 0, 1, 9],
            &[0x12, 1, 1],
            &[0x08, 1, 9],
            &[0xC2],
            &[0xC2, 224, 1],
            &[0xC2, 255, 0, 0, 1],
            &[0xC2, 255, 255, 255, 255, 255],
        ] {
            assert_eq!(split(bytes), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn puts_the_lengths_of_numbers_right() {
        let version_4 = |numbers: &[u8]| [&[4, 0, 1, 8, 0, 1, 7, 0, 1, 7, 5, 5], numbers].concat();
        let exact = version_4(&[0, 3, 5, 0, 9, 1, 255, 0, 0]);
        assert_eq!(with_exact_numbers(&exact).as_ref(), Some(&exact));
        let rounded = version_4(&[0, 8, 5, 0, 24, 0, 1, 255, 0, 8, 0]);
        assert_eq!(with_exact_numbers(&rounded).as_ref(), Some(&exact));
        let version_3 = [&[3; 19][..], &[0, 8, 5]].concat();
        assert_eq!(with_exact_numbers(&version_3), Some([&[3; 19][..], &[0, 3, 5]].concat()));
        for cut in 1..rounded.len() {
            let _ = with_exact_numbers(&rounded[..cut]);
        }
        assert_eq!(with_exact_numbers(&rounded[..rounded.len() - 1]), None);
    }

    #[test]
    fn says_what_is_wrong() {
        let status = |bytes: &[u8]| read(&armor::encode(bytes)).unwrap_err().status;
        assert_eq!(status(&[]), Status::Bad);
        assert_eq!(status(&[0xCB, 1, 9]), Status::Bad);
        assert_eq!(status(&[0x88, 0]), Status::Bad);
        assert_eq!(status(&[0x88, 2, 4, 0]), Status::Bad);
        assert_eq!(status(&[0x88, 2, 6, 0]), Status::Unjudged);
        assert_eq!(status(&[0x88, 1, 4, 0x88, 1, 4]), Status::Unjudged);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for bytes in [bytes.clone(), [&[0x88, bytes.len() as u8, 4, 0, 1, 8][..], &bytes].concat()] {
                let armored = armor::encode(&bytes);
                if let Ok(signature) = read(&armored) {
                    issuer(&signature);
                }
                armor_is_canonical(&armored);
                let _ = read(&bytes);
            }
        }
    }
}

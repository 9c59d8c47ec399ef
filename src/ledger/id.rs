//! Ids of entries and nonces of records: fixed numbers of bytes, written in lower-case hex.
//!
//! ```text
//! $ sed -n 7p ledger.jsonl | sha256sum
//! d4e8a6…  -
//! ```

use crate::outcome::Failure;
use sha2::{Digest, Sha256};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The name of an entry: the SHA-256 of its whole line with the `\n`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub [u8; 32]);

/// Eight bytes of a SHA-256 tell entries apart as well as all of them, and are quicker to hash.
impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
    }
}

impl Id {
    /// The id of a line, which is given with its `\n`.
    pub fn of(line: &[u8]) -> Id {
        Id(Sha256::digest(line).into())
    }

    /// Reads 64 lower-case hex digits; `None` for anything else.
    pub fn from_hex(hex: &[u8]) -> Option<Id> {
        bytes(hex).map(Id)
    }

    /// Whether [`Id::from_hex`] reads it.
    pub(super) fn is_written(hex: &[u8]) -> bool {
        hex.len() == 64 && is_hex(hex)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl FromStr for Id {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Id, Failure> {
        Id::from_hex(text.as_bytes()).ok_or_else(|| {
            Failure::new(format!("'{}' is not the id of an entry", text.escape_debug()))
                .hint("an id is 64 digits out of 0-9 and a-f")
        })
    }
}

/// The full id of a git object as records name it: 40 hex digits of a SHA-1, 64 of a SHA-256. Ordered as the digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// Filled up with zeros.
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// Reads 40 or 64 hex digits; `None` for anything else. Git reads upper case, too.
    pub fn from_hex(hex: &[u8]) -> Option<ObjectId> {
        ObjectId::from_lower(hex).or_else(|| match hex.len() {
            40 | 64 => ObjectId::from_lower(&hex.to_ascii_lowercase()),
            _ => None,
        })
    }

    fn from_lower(hex: &[u8]) -> Option<ObjectId> {
        if hex.len() == 64 {
            return Some(ObjectId { bytes: bytes(hex)?, length: 32 });
        }
        let sha1: [u8; 20] = bytes(hex)?;
        let mut id = ObjectId { bytes: [0; 32], length: 20 };
        id.bytes[..20].copy_from_slice(&sha1);
        Some(id)
    }

    /// The first sixteen digits, as a number.
    pub fn first_digits(&self) -> u64 {
        self.bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }

    /// The 20 or 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The digest of a stream, as records state digests: `sha256:` and 64 hex digits.
#[derive(Debug, Clone, Default)]
pub struct Digester(Sha256);

impl Digester {
    /// Takes in what has come.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that came.
    pub fn finish(self) -> String {
        format!("sha256:{}", Id(self.0.finalize().into()))
    }
}

/// What makes each record unique: 16 random bytes.
///
/// With it an id can't be guessed from what the record says, and a retry is a different record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce(pub [u8; 16]);

impl Nonce {
    /// Sixteen bytes from the operating system's generator. The only place where the ledger asks
    /// for randomness.
    pub fn random() -> Result<Nonce, Failure> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| Failure::new(format!("no random bytes from the system: {error}")))?;
        Ok(Nonce(bytes))
    }

    /// Reads 32 lower-case hex digits; `None` for anything else.
    pub fn from_hex(hex: &[u8]) -> Option<Nonce> {
        bytes(hex).map(Nonce)
    }

    /// Whether [`Nonce::from_hex`] reads it.
    pub(super) fn is_written(hex: &[u8]) -> bool {
        hex.len() == 32 && is_hex(hex)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

fn hex<const N: usize>(bytes: &[u8; N], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digit = |bits: u8| b"0123456789abcdef"[usize::from(bits & 15)];
    let pairs = bytes.map(|byte| [digit(byte >> 4), digit(byte)]);
    f.write_str(std::str::from_utf8(pairs.as_flattened()).unwrap_or_default())
}

/// Lower-case hex of exactly `N` bytes.
fn bytes<const N: usize>(hex: &[u8]) -> Option<[u8; N]> {
    if hex.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    // No digit has one of the upper bits: one look at the end instead of one at each.
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        *byte = high << 4 | low;
        seen |= high | low;
    }
    (seen < 16).then_some(bytes)
}

/// What a byte stands for as a lower-case hex digit; 255 when it is none.
const DIGITS: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// Whether every byte is a lower-case hex digit.
pub(super) fn is_hex(text: &[u8]) -> bool {
    // Without an early end many bytes are looked at in one step.
    let digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    text.iter().fold(true, |all, byte| all & digit(byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_is_what_sha256sum_prints() {
        // printf 'a\n' | sha256sum
        let hex = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7";
        assert_eq!(Id::of(b"a\n").to_string(), hex);
        assert_eq!(hex.parse::<Id>().unwrap(), Id::of(b"a\n"));
    }

    #[test]
    fn only_lower_case_hex_of_the_right_length_is_an_id() {
        let good = "0123456789abcdef".repeat(4);
        assert!(good.parse::<Id>().is_ok());
        for bad in
            [&good[1..], &format!("{good}0"), &good.to_uppercase(), &good.replace('0', "g"), ""]
        {
            assert!(bad.parse::<Id>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_object_id_is_forty_or_sixty_four_digits_and_ordered_as_they_are() {
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes());
        let (short, long) =
            ("0123456789abcdef".repeat(4)[..40].to_owned(), "0123456789abcdef".repeat(4));
        assert_eq!(id(&short).unwrap().as_bytes().len(), 20);
        assert_eq!(id(&long).unwrap().as_bytes().len(), 32);
        assert_eq!(id(&short).unwrap().as_bytes()[..3], [0x01, 0x23, 0x45]);
        assert_eq!(id(&short.to_uppercase()), id(&short));
        assert!(id(&short) < id(&long) && id(&short) < id(&short.replace('e', "f")));
        for bad in [&short[1..], &long[1..], &format!("{long}0"), &short.replace('0', "g"), "é", ""]
        {
            assert_eq!(id(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_nonces_differ() {
        assert_ne!(Nonce::random().unwrap(), Nonce::random().unwrap());
    }
}

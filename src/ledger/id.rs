//! Ids of entries and nonces of records: fixed numbers of bytes, written in lower-case hex.
//!
//! ```text
//! $ sed -n 7p ledger.jsonl | sha256sum
//! d4e8a6…  -
//! ```

use crate::outcome::Failure;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The name of an entry: the SHA-256 of its whole line with the `\n`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u8; 32]);

impl Id {
    /// The id of a line, which is given with its `\n`.
    pub fn of(line: &[u8]) -> Id {
        Id(Sha256::digest(line).into())
    }

    /// Reads 64 lower-case hex digits; `None` for anything else.
    pub fn from_hex(hex: &[u8]) -> Option<Id> {
        bytes(hex).map(Id)
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

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Lower-case hex of exactly `N` bytes.
fn bytes<const N: usize>(hex: &[u8]) -> Option<[u8; N]> {
    if hex.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Whether every byte is a lower-case hex digit.
pub(super) fn is_hex(text: &[u8]) -> bool {
    text.iter().all(|byte| digit(*byte).is_some())
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
    fn two_nonces_differ() {
        assert_ne!(Nonce::random().unwrap(), Nonce::random().unwrap());
    }
}

//! The data types of the SSH protocols: RFC 4251 section 5.
//!
//! Everything is big-endian, and a `string` is its length in four bytes, then its bytes:
//!
//! ```text
//! 00 00 00 0b  73 73 68 2d 65 64 32 35 35 31 39      string "ssh-ed25519"
//! 00 00 00 02  00 80                                 mpint 128: a zero byte keeps it positive
//! ```

use std::fmt;

/// Why a key, certificate, signature or revocation list was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It breaks its format, or its arithmetic does not hold.
    Broken(String),
    /// It may well be sound, but is of a kind that is not judged here.
    Unsupported(String),
}

impl Fault {
    /// It breaks its format.
    pub(super) fn broken(why: impl Into<String>) -> Fault {
        Fault::Broken(why.into())
    }

    /// It is of a kind that is not judged here.
    pub(super) fn unsupported(why: impl Into<String>) -> Fault {
        Fault::Unsupported(why.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Broken(why) | Fault::Unsupported(why) => f.write_str(why),
        }
    }
}

/// Reads values off the front of a byte string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their beginning.
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// Whether everything has been read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes have not been read.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// An error unless everything has been read.
    pub(super) fn end(&self, what: &str) -> Result<(), Fault> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(Fault::broken(format!("{n} bytes too many after {what}"))),
        }
    }

    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) =
            self.rest.split_at_checked(n).ok_or_else(|| Fault::broken("ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) =
            self.rest.split_first_chunk::<N>().ok_or_else(|| Fault::broken("ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A `byte`.
    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// A `uint32`.
    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// A `uint64`.
    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A `string`: any bytes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| Fault::broken("ends too early"))?)
    }

    /// A `string` that C programs treat as text. Anything from a NUL on would be invisible to them,
    /// so a NUL is an error.
    pub(super) fn text(&mut self) -> Result<&'a [u8], Fault> {
        match self.string()? {
            text if text.contains(&0) => Err(Fault::broken("a NUL in a text")),
            text => Ok(text),
        }
    }

    /// A positive `mpint`, as big-endian bytes without leading zeros.
    pub(super) fn mpint(&mut self) -> Result<&'a [u8], Fault> {
        let bytes = self.string()?;
        if bytes.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(Fault::broken("a negative number"));
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        match &bytes[zeros..] {
            number if number.len() > MAX_NUMBER => Err(Fault::broken("a number too large")),
            number => Ok(number),
        }
    }
}

/// The largest number that OpenSSH reads, in bytes: 16384 bits.
const MAX_NUMBER: usize = 16384 / 8;

/// Appends a `string`.
pub(super) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    // Everything written here was read from memory that a `uint32` length described, or is a
    // constant; saturating keeps the function total.
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a positive `mpint` given as big-endian bytes without leading zeros.
pub(super) fn put_mpint(out: &mut Vec<u8>, number: &[u8]) {
    match number.first() {
        Some(first) if first & 0x80 != 0 => put_string(out, &[&[0], number].concat()),
        _ => put_string(out, number),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn string(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_string(&mut out, bytes);
        out
    }

    #[test]
    fn a_text_holds_no_nul_and_a_string_may() {
        let bytes = string(b"ana\0root");
        assert_eq!(Reader::new(&bytes).string(), Ok(&b"ana\0root"[..]));
        assert!(Reader::new(&bytes).text().is_err());
        assert_eq!(Reader::new(&string(b"ana")).text(), Ok(&b"ana"[..]));
    }

    #[test]
    fn numbers_are_positive_and_of_16384_bits_at_most() {
        let largest = vec![0x7f; MAX_NUMBER];
        for (written, number) in [
            (&b""[..], Some(&b""[..])),
            (b"\0", Some(b"")),
            (b"\x7f", Some(b"\x7f")),
            (b"\0\x80", Some(b"\x80")),
            (b"\x80", None),
            (&largest, Some(&largest)),
            (&[&b"\0"[..], &largest].concat(), Some(&largest)),
            (&[&b"\x01"[..], &largest].concat(), None),
        ] {
            let bytes = string(written);
            assert_eq!(Reader::new(&bytes).mpint().ok(), number);
        }
    }

    #[test]
    fn a_number_is_written_as_it_is_read() {
        for (number, written) in
            [(&b""[..], &b""[..]), (b"\x7f", b"\x7f"), (b"\x80\x01", b"\0\x80\x01")]
        {
            let mut out = Vec::new();
            put_mpint(&mut out, number);
            assert_eq!(out, string(written));
            assert_eq!(Reader::new(&out).mpint(), Ok(number));
        }
    }

    #[test]
    fn what_is_left_over_is_an_error() {
        let mut reader = Reader::new(b"\0\0\0\x01xy");
        assert_eq!(reader.string(), Ok(&b"x"[..]));
        assert!(reader.end("it").unwrap_err().to_string().starts_with("1 bytes too many after it"));
        assert_eq!(reader.u8(), Ok(b'y'));
        assert_eq!(reader.end("it"), Ok(()));
    }
}

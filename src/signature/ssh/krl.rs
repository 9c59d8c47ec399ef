//! OpenSSH's binary key revocation lists: PROTOCOL.krl.
//!
//! ```text
//! 53 53 48 4b 52 4c 0a 00     "SSHKRL\n\0"
//! 00 00 00 01                 version of the format
//! uint64 × 3, string × 2      number, date, flags; reserved, comment
//! then sections:              byte kind, string content
//! 01 certificates   authority's key (empty: all), reserved, then
//!                   20 serials · 21 first and last · 22 first and bitmap · 23 key ids
//! 02 keys   03 SHA-1 of keys   05 SHA-256 of keys   04 signature   ff extension
//! ```
//!
//! Signatures on the list are not judged, as in OpenSSH since 9.4: the file is trusted for where it
//! lies.

use super::revocation::{Revocations, RevokedCertificates, key_blob};
use super::wire::{Fault, Reader};

/// How a list begins.
pub(super) const MAGIC: &[u8] = b"SSHKRL\n\0";

/// Reads a whole list, or says why it cannot be read.
pub(super) fn parse(bytes: &[u8]) -> Result<Revocations, Fault> {
    let mut reader = Reader::new(bytes);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(Fault::broken("it does not begin as one"));
    }
    match reader.u32()? {
        1 => {}
        version => return Err(Fault::unsupported(format!("version {version} of the format"))),
    }
    let (_number, _date, _flags) = (reader.u64()?, reader.u64()?, reader.u64()?);
    let (_reserved, _comment) = (reader.string()?, reader.string()?);

    let mut revocations = Revocations::default();
    let mut signed = false;
    while !reader.is_empty() {
        let kind = reader.u8()?;
        let mut section = Reader::new(reader.string()?);
        if signed && kind != 4 {
            return Err(Fault::broken("a section follows the signature"));
        }
        match kind {
            1 => revocations.certificates.push(certificates(&mut section)?),
            2 => {
                while !section.is_empty() {
                    revocations.keys.insert(key_blob(section.string()?)?);
                }
            }
            3 => {
                while !section.is_empty() {
                    revocations.sha1.insert(hash(section.string()?)?);
                }
            }
            4 => {
                signed = true;
                reader.string()?;
            }
            5 => {
                while !section.is_empty() {
                    revocations.sha256.insert(hash(section.string()?)?);
                }
            }
            255 => extension(&mut section)?,
            other => return Err(Fault::unsupported(format!("a section of kind {other}"))),
        }
    }
    Ok(revocations)
}

fn certificates(section: &mut Reader<'_>) -> Result<RevokedCertificates, Fault> {
    let authority = match section.string()? {
        [] => None,
        blob => Some(key_blob(blob)?),
    };
    let _reserved = section.string()?;
    let mut revoked = RevokedCertificates { authority, ..RevokedCertificates::default() };
    while !section.is_empty() {
        let kind = section.u8()?;
        let mut part = Reader::new(section.string()?);
        match kind {
            0x20 => {
                while !part.is_empty() {
                    let serial = part.u64()?;
                    revoked.serials.push(range(serial, serial)?);
                }
            }
            0x21 => {
                let (first, last) = (part.u64()?, part.u64()?);
                revoked.serials.push(range(first, last)?);
            }
            0x22 => bitmap(&mut part, &mut revoked.serials)?,
            0x23 => {
                while !part.is_empty() {
                    revoked.key_ids.insert(part.text()?.to_vec());
                }
            }
            0x39 => extension(&mut part)?,
            other => {
                return Err(Fault::unsupported(format!("a certificate section of kind {other}")));
            }
        }
        part.end("a certificate section")?;
    }
    revoked.serials = merged(revoked.serials);
    Ok(revoked)
}

/// A bitmap is an `mpint` whose lowest bit stands for the first serial number.
fn bitmap(part: &mut Reader<'_>, serials: &mut Vec<(u64, u64)>) -> Result<(), Fault> {
    let first = part.u64()?;
    let bits = part.mpint()?;
    for (byte_index, byte) in (0u64..).zip(bits.iter().rev()) {
        for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
            let serial = first
                .checked_add(byte_index * 8 + bit)
                .ok_or_else(|| Fault::broken("serial numbers beyond the last"))?;
            match serials.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(serial) => *last = serial,
                _ => serials.push(range(serial, serial)?),
            }
        }
    }
    Ok(())
}

fn range(first: u64, last: u64) -> Result<(u64, u64), Fault> {
    if first == 0 || first > last {
        return Err(Fault::broken(format!("the serial numbers {first} to {last}")));
    }
    Ok((first, last))
}

/// The same serial numbers in ascending ranges that do not touch.
fn merged(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn hash<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::broken("a hash of another length"))
}

/// No extension is known; one that must not be ignored makes the list unreadable.
fn extension(section: &mut Reader<'_>) -> Result<(), Fault> {
    let name = section.text()?;
    let critical = section.u8()? != 0;
    section.string()?;
    section.end("an extension")?;
    if critical {
        let name = String::from_utf8_lossy(name);
        return Err(Fault::unsupported(format!("the critical extension '{name}'")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::wire::put_string;
    use super::*;

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        assert_eq!(merged(vec![(7, 9), (1, 2), (3, 4), (8, 12)]), [(1, 4), (7, 12)]);
        assert_eq!(merged(vec![(5, u64::MAX), (6, 6)]), [(5, u64::MAX)]);
    }

    #[test]
    fn a_bitmap_counts_from_its_lowest_bit() {
        let mut part = 10u64.to_be_bytes().to_vec();
        put_string(&mut part, &[0x01, 0x07]);
        let mut serials = Vec::new();
        bitmap(&mut Reader::new(&part), &mut serials).unwrap();
        assert_eq!(serials, [(10, 12), (18, 18)]);
    }

    #[test]
    fn a_list_that_says_more_than_is_understood_is_an_error() {
        let mut list = MAGIC.to_vec();
        list.extend_from_slice(&[0, 0, 0, 1]);
        list.extend_from_slice(&[0; 24]);
        put_string(&mut list, b"");
        put_string(&mut list, b"comment");
        assert!(parse(&list).is_ok());
        for section in [
            (6, &b""[..]),
            (3, b"\0\0\0\x04abcd"),
            (255, b"\0\0\0\x01x\x01\0\0\0\0"),
            (1, b"\0\0\0\0\0\0\0\0\x20\0\0\0\x08\0\0\0\0\0\0\0\0"),
            // From 5 to 4; a kind that is none; a hash of a key, not cut off but too long.
            (1, b"\0\0\0\0\0\0\0\0\x21\0\0\0\x10\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x04"),
            (1, b"\0\0\0\0\0\0\0\0\x24\0\0\0\0"),
            (5, b"\0\0\0\x14abcdefghijklmnopqrst"),
        ] {
            let mut list = list.clone();
            list.push(section.0);
            put_string(&mut list, section.1);
            assert!(parse(&list).is_err(), "{section:?}");
        }
        let mut harmless = list.clone();
        harmless.push(255);
        put_string(&mut harmless, b"\0\0\0\x01x\x00\0\0\0\0");
        assert!(parse(&harmless).is_ok());
        for length in 0..list.len() {
            assert!(parse(&list[..length]).is_err(), "{length}");
        }
        // What follows a signature is not covered by it; another signature may.
        let mut signed = list.clone();
        signed.push(4);
        put_string(&mut signed, b"key");
        put_string(&mut signed, b"signature");
        assert!(parse(&signed).is_ok());
        assert!(parse(&[&signed[..], &signed[list.len()..]].concat()).is_ok());
        assert!(parse(&[&signed[..], b"\x03\0\0\0\0"].concat()).is_err());
    }
}

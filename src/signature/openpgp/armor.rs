//! The text form of a detached signature (RFC 9580 section 6.2): decode and encode side by side.
//!
//! ```text
//! -----BEGIN PGP SIGNATURE-----
//! Comment: any number of "Key: value" lines
//!                                              <- an empty line ends the headers
//! iHUEABYIAB0WIQQLHZyFQHjGMuwYa7ifC3wXevBI6AUCawNGAQAKCRCfC3wXevBI
//! KejXYhHD+k2PVJaP7F5jkEIn9OYN2wA=             <- base64
//! =x+vt                                        <- CRC-24 of the bytes
//! -----END PGP SIGNATURE-----
//! ```
//!
//! Nothing of this text is covered by the signature. [`decode`] is as lenient as GnuPG 2.2 where
//! real signatures need it (headers, CRLF, trailing blanks, no checksum, text after the end) and
//! refuses the rest; [`encode`] writes the one form that GnuPG writes, so that comparing tells
//! whether somebody touched the text.
//!
//! GnuPG reads a header line up to its first NUL and takes the armor for damaged unless the first colon is followed by a
//! blank or the end of the line (`parse_header_line` in its armor.c). Without a checksum it looks for one behind the end:
//! so nothing but blank lines may follow there.

const BEGIN: [&[u8]; 2] = [b"-----BEGIN PGP SIGNATURE-----", b"-----BEGIN PGP MESSAGE-----"];
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Why armor could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArmorError {
    /// The text is not armor, or is damaged.
    Malformed(&'static str),
    /// A second block follows the first.
    Several,
}

/// Decodes the block that starts at the first byte.
pub(super) fn decode(text: &[u8]) -> Result<Vec<u8>, ArmorError> {
    use ArmorError::{Malformed, Several};

    if text.contains(&0) {
        return Err(Malformed("the armor holds a NUL"));
    }
    let mut lines = text.split(|&byte| byte == b'\n');
    if !lines.next().is_some_and(|line| BEGIN.contains(&trim_end(line))) {
        return Err(Malformed("the armor does not begin as a signature does"));
    }
    loop {
        let header = lines.next().ok_or(Malformed("the armor ends within its headers"))?;
        if trim_end(header).is_empty() {
            break;
        }
        let colon = header.iter().position(|&byte| byte == b':');
        let colon = colon.ok_or(Malformed("the armor has a header without a colon"))?;
        if !matches!(header.get(colon + 1), None | Some(b' ' | b'\r')) {
            return Err(Malformed("the armor has a header whose colon is not followed by a blank"));
        }
    }
    let mut lines = lines.map(trim_end);

    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut quantum = Quantum::default();
    let mut checksum = None;
    loop {
        let line = lines.next().ok_or(Malformed("the armor has no end"))?;
        if line.starts_with(b"-----END PGP ") && line.ends_with(b"-----") {
            break;
        }
        match line {
            _ if checksum.is_some() => {
                return Err(Malformed("the armor goes on after its checksum"));
            }
            [b'=', crc @ ..] if crc.len() == 4 => checksum = Some(crc),
            _ => quantum.push(line, &mut bytes).ok_or(Malformed("the armor is not base64"))?,
        }
    }
    quantum.finish(&mut bytes).ok_or(Malformed("the base64 of the armor is cut off"))?;
    if checksum.is_some_and(|stated| stated != base64(&crc24(&bytes).to_be_bytes()[1..])) {
        return Err(Malformed("the checksum of the armor does not match"));
    }
    let behind: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    if behind.iter().any(|line| line.starts_with(b"-----BEGIN PGP ")) {
        return Err(Several);
    }
    if checksum.is_none() && !behind.is_empty() {
        return Err(Malformed("the armor has no checksum, and text follows it"));
    }
    Ok(bytes)
}

/// The armor that `gpg --armor --detach-sign` of GnuPG 2.2 writes for `bytes`: no headers, 64
/// columns, a checksum, a newline at the end.
pub(super) fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut text = b"-----BEGIN PGP SIGNATURE-----\n\n".to_vec();
    for line in base64(bytes).chunks(64) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.push(b'=');
    text.extend_from_slice(&base64(&crc24(bytes).to_be_bytes()[1..]));
    text.extend_from_slice(b"\n-----END PGP SIGNATURE-----\n");
    text
}

fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !b" \t\r".contains(byte)).map_or(0, |last| last + 1);
    &line[..end]
}

/// Base64 digits that do not fill three bytes yet.
#[derive(Default)]
struct Quantum {
    bits: u32,
    digits: u8,
    padding: u8,
}

impl Quantum {
    fn push(&mut self, line: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
        for &digit in line {
            if digit == b'=' {
                self.padding += 1;
                (self.padding <= 2).then_some(())?;
                continue;
            }
            let value = match digit {
                _ if self.padding > 0 => return None,
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            self.bits = self.bits << 6 | u32::from(value);
            self.digits += 1;
            if self.digits == 4 {
                bytes.extend_from_slice(&self.bits.to_be_bytes()[1..]);
                *self = Quantum::default();
            }
        }
        Some(())
    }

    fn finish(self, bytes: &mut Vec<u8>) -> Option<()> {
        match (self.digits, self.padding) {
            (0, 0) => {}
            (2, 2) => bytes.push((self.bits >> 4) as u8),
            (3, 1) => bytes.extend_from_slice(&((self.bits >> 2) as u16).to_be_bytes()),
            _ => return None,
        }
        Some(())
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            text.push(if digit <= chunk.len() {
                ALPHABET[(bits >> (18 - 6 * digit)) as usize & 63]
            } else {
                b'='
            });
        }
    }
    text
}

/// CRC-24 as in RFC 9580 section 6.1.1.
fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0xB7_04CE;
    for &byte in bytes {
        crc ^= u32::from(byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x100_0000 != 0 {
                crc ^= 0x186_4CFB;
            }
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_what_gnupg_accepts() {
        let bytes: Vec<u8> = (0..=200).collect();
        let armor = String::from_utf8(encode(&bytes)).unwrap();
        for (why, text) in [
            ("canonical", armor.clone()),
            ("CRLF", armor.replace('\n', "\r\n")),
            ("trailing blanks", armor.replace('\n', " \t\n")),
            ("headers", armor.replacen("\n\n", "\nVersion: 1\nComment: two\n\n", 1)),
            ("no newline at the end", armor.trim_end().to_owned()),
            ("text after it", format!("{armor}garbage\n")),
            ("message armor", armor.replace("SIGNATURE", "MESSAGE")),
            ("no checksum", {
                let lines: Vec<_> = armor.lines().filter(|line| !line.starts_with('=')).collect();
                lines.join("\n")
            }),
        ] {
            assert_eq!(decode(text.as_bytes()).as_ref(), Ok(&bytes), "{why}");
        }
    }

    #[test]
    fn refuses_damage() {
        let armor = String::from_utf8(encode(b"sixteen bytes, ok")).unwrap();
        for (why, text) in [
            ("nothing", String::new()),
            ("text before it", format!("x\n{armor}")),
            ("a header without a colon", armor.replacen("\n\n", "\nx\n\n", 1)),
            ("no end", armor.replace("-----END PGP SIGNATURE-----", "")),
            ("a wrong checksum", {
                let crc = armor.lines().find(|line| line.starts_with('=')).unwrap();
                armor.replace(crc, "=AAAA")
            }),
            ("an end cut short", armor.replace("END PGP SIGNATURE-----\n", "END PGP SIGNATURE\n")),
            ("lines behind the checksum", armor.replace("\n-----END", "\nAAAA\n-----END")),
            (
                "digits behind the padding",
                "-----BEGIN PGP SIGNATURE-----\n\nc2=4\n-----END PGP SIGNATURE-----".into(),
            ),
            (
                "too much padding",
                "-----BEGIN PGP SIGNATURE-----\n\nc===\n-----END PGP SIGNATURE-----".into(),
            ),
            ("digits that are none", armor.replacen("\n\n", "\n\n!", 1)),
            ("digits missing", armor.replacen("\n\nc2l4", "\n\nc2l", 1)),
        ] {
            assert!(matches!(decode(text.as_bytes()), Err(ArmorError::Malformed(_))), "{why}");
        }
        assert_eq!(decode(format!("{armor}{armor}").as_bytes()), Err(ArmorError::Several));
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
        }

        #[test]
        fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&text);
            let mut armored = b"-----BEGIN PGP SIGNATURE-----\n\n".to_vec();
            armored.extend(text);
            let _ = decode(&armored);
        }
    }
}

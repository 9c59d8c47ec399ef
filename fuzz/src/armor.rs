//! Armor, canonical and not, and altered signatures.

use super::signatures::{ANA, ANA_CERTIFIED, BRUNO, TRUST, claim, judge};
use audit::event::Status;
use audit::ledger::NAMESPACE;
use audit::signature::{Claim, armor_is_canonical};

/// Bytes that stand for an armored text, for a bare signature, and for changes to a good signature.
pub fn armor(bytes: &[u8]) {
    text(bytes);
    for layout in [SSH, OPENPGP] {
        let armored = layout.encode(bytes);
        assert_eq!(layout.decode(&armored).as_deref(), Some(bytes));
        text(&armored);
    }
    // Of signatures only those in their one form.
    assert!(!armor_is_canonical(&SSH.encode(bytes)) || is_sshsig(bytes));
    let Some((which, changes)) = bytes.split_first() else { return };
    let (layout, good) =
        [(SSH, ANA), (SSH, ANA_CERTIFIED), (OPENPGP, BRUNO)][usize::from(which % 3)];
    altered(layout, good, changes);
    if layout == SSH {
        spaced(good, changes);
    }
}

/// Whatever it is, it is judged; and what counts as canonical can be written in one way only.
fn text(armored: &[u8]) {
    judge(armored);
    if !armor_is_canonical(armored) {
        return;
    }
    let layout = if armored.starts_with(SSH.begin.as_bytes()) { SSH } else { OPENPGP };
    let blob = layout.decode(armored).expect("canonical armor can be decoded by hand");
    assert_eq!(layout.encode(&blob), armored, "canonical armor that is written otherwise");
    // The ledger is where no second form may be; OpenPGP knows no namespaces, so Bruno signed for it, too.
    let namespace = if layout == SSH { "git" } else { NAMESPACE };
    if TRUST.judge(&Claim { namespace, ..claim(armored) }).status == Status::Good {
        assert!([ANA, ANA_CERTIFIED, BRUNO].contains(&armored), "a second form of a signature");
    }
}

/// Pairs of bytes, each a place and what to change there. Ed25519 leaves no signature a second form.
fn altered(layout: Layout, good: &[u8], changes: &[u8]) {
    let mut blob = layout.decode(good).expect("a good signature");
    for pair in changes.chunks_exact(2) {
        // Places are spread over the blob, which may be longer than 256 bytes.
        let at = usize::from(pair[0]) * blob.len() / 256;
        blob[at] ^= pair[1];
    }
    text(&layout.encode(&blob));
}

/// White space in the base64 of an SSH signature means nothing to OpenSSH; but it is not canonical.
fn spaced(good: &[u8], changes: &[u8]) {
    let begin = SSH.begin.len() + 1;
    let end = good.len() - SSH.end.len() - 2;
    let mut spaced = good[..begin].to_vec();
    let mut gaps = changes.iter();
    let mut left = 0;
    for byte in &good[begin..end] {
        if left == 0 {
            let Some(gap) = gaps.next() else {
                left = usize::MAX;
                spaced.push(*byte);
                continue;
            };
            spaced.push(b" \t\n\r\x0b\x0c"[usize::from(gap % 6)]);
            left = usize::from(gap / 6);
        } else {
            left -= 1;
        }
        spaced.push(*byte);
    }
    spaced.extend_from_slice(&good[end..]);
    assert_eq!(judge(&spaced), judge(good));
    assert_eq!(armor_is_canonical(&spaced), spaced == good);
}

/// How an armor is laid out.
#[derive(Clone, Copy, PartialEq)]
struct Layout {
    begin: &'static str,
    end: &'static str,
    columns: usize,
    /// OpenPGP: an empty line ends the headers, a checksum follows.
    checksum: bool,
}

const SSH: Layout = Layout {
    begin: "-----BEGIN SSH SIGNATURE-----",
    end: "-----END SSH SIGNATURE-----",
    columns: 70,
    checksum: false,
};

const OPENPGP: Layout = Layout {
    begin: "-----BEGIN PGP SIGNATURE-----",
    end: "-----END PGP SIGNATURE-----",
    columns: 64,
    checksum: true,
};

impl Layout {
    fn encode(self, blob: &[u8]) -> Vec<u8> {
        let mut text = format!("{}\n", self.begin);
        if self.checksum {
            text.push('\n');
        }
        for (number, digit) in base64(blob).chars().enumerate() {
            if number > 0 && number % self.columns == 0 {
                text.push('\n');
            }
            text.push(digit);
        }
        if !blob.is_empty() {
            text.push('\n');
        }
        if self.checksum {
            text.push_str(&format!("={}\n", base64(&crc24(blob).to_be_bytes()[1..])));
        }
        text.push_str(self.end);
        text.push('\n');
        text.into_bytes()
    }

    fn decode(self, armored: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(armored).ok()?;
        let mut inner = text.strip_prefix(self.begin)?.strip_prefix('\n')?;
        inner = inner.strip_suffix('\n')?.strip_suffix(self.end)?;
        if self.checksum {
            inner = inner.strip_prefix('\n')?;
            inner = inner.rsplit_once('=')?.0;
        }
        bytes_of(&inner.replace('\n', ""))
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4, bit by bit.
pub(super) fn base64(bytes: &[u8]) -> String {
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut text: String = bits
        .chunks(6)
        .map(|six| {
            let value = six.iter().fold(0, |value, bit| value << 1 | bit) << (6 - six.len());
            char::from(DIGITS[usize::from(value)])
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bits = Vec::new();
    for digit in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let bytes =
        bits.chunks_exact(8).map(|eight| eight.iter().fold(0, |v, bit| v << 1 | *bit as u8));
    Some(bytes.collect())
}

/// RFC 9580, section 6.1.1.
fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0xB7_04CE, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
            let crc = crc << 1;
            if crc & 0x100_0000 == 0 { crc } else { crc ^ 0x186_4CFB }
        })
    })
}

/// Whether a blob has the form of PROTOCOL.sshsig with an empty reserved field.
fn is_sshsig(blob: &[u8]) -> bool {
    let mut rest = match blob.strip_prefix(b"SSHSIG\0\0\0\x01") {
        Some(rest) => rest,
        None => return false,
    };
    let mut fields = Vec::new();
    for _ in 0..5 {
        let Some(field) = string(&mut rest) else { return false };
        fields.push(field);
    }
    rest.is_empty()
        && !fields[1].contains(&0)
        && fields[2].is_empty()
        && matches!(fields[3], b"sha256" | b"sha512")
}

/// A `string` of RFC 4251, section 5, from the front.
pub(super) fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_at_checked(4)?;
    let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
    let (field, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(field)
}

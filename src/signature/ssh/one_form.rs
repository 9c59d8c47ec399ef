//! The one form of a signature that a ledger takes.
//!
//! The id of a record covers its signature. Each freedom in writing one would let anybody rename the newest record
//! without a key, so only this form may stand there:
//!
//! ```text
//! mpint      in its shortest form (RFC 4251 section 5), in the key and in the signature
//! RSA        exactly as long as the modulus, leading zeros included
//! ECDSA      s at most half of the order: n - s is as good an s
//! Ed25519    S below the order L of the group (RFC 8032 section 5.1.7)
//! ```
//!
//! [`normalized`] brings what `ssh-keygen` writes into it: only its ECDSA signatures may need that.

use super::sshsig::SshSig;
use super::wire::{Fault, Reader, put_string};
use rsa::BigUint;

/// The orders of the curves (FIPS 186-4 appendix D.1.2), by the ends of algorithms' names.
const ORDERS: [(&str, &str); 3] = [
    ("nistp256", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    (
        "nistp384",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ),
    (
        "nistp521",
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
];

/// The order of the group of Ed25519, the lowest byte first.
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A signature by its parts: `string algorithm`, `string value`, and what hardware keys add.
struct Parts<'a> {
    algorithm: &'a [u8],
    value: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(signature: &'a [u8]) -> Result<Parts<'a>, Fault> {
        let mut reader = Reader::new(signature);
        let (algorithm, value) = (reader.string()?, reader.string()?);
        let behind = reader.take(reader.remaining())?;
        Ok(Parts { algorithm, value, behind })
    }

    /// The order of the curve, for ECDSA.
    fn order(&self) -> Option<BigUint> {
        let name = std::str::from_utf8(self.algorithm).ok()?;
        let name = name.strip_suffix("@openssh.com").unwrap_or(name);
        let (_, order) = ORDERS.iter().find(|(curve, _)| name.ends_with(curve))?;
        BigUint::parse_bytes(order.as_bytes(), 16)
    }
}

/// Whether a signature and its key are written in the one form.
pub(super) fn is_one_form(sig: &SshSig<'_>) -> bool {
    has_one_form(sig).unwrap_or(false)
}

fn has_one_form(sig: &SshSig<'_>) -> Result<bool, Fault> {
    let parts = Parts::of(sig.signature)?;
    if let Some(order) = parts.order() {
        let (r, s) = numbers(parts.value)?;
        return Ok(is_shortest(r) && is_shortest(s) && BigUint::from_bytes_be(s) <= order >> 1);
    }
    match parts.algorithm {
        b"rsa-sha2-256" | b"rsa-sha2-512" => {
            let mut key = Reader::new(sig.key);
            if key.string()? != b"ssh-rsa" {
                // A certificate: its authority has signed the key as it is written.
                return Ok(true);
            }
            let (exponent, modulus) = (key.string()?, key.string()?);
            let length = modulus.iter().skip_while(|byte| **byte == 0).count();
            Ok(is_shortest(exponent) && is_shortest(modulus) && parts.value.len() == length)
        }
        b"ssh-ed25519" | b"sk-ssh-ed25519@openssh.com" => {
            let scalar = parts.value.get(32..).unwrap_or_default();
            Ok(scalar.len() == 32 && scalar.iter().rev().lt(ED25519_ORDER.iter().rev()))
        }
        _ => Ok(true),
    }
}

/// The blob of a signature with the lower of the two values that s may have; `None` where nothing is to be changed.
///
/// # Errors
/// When it is no signature.
pub(super) fn normalized(sig: &SshSig<'_>, blob: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let parts = Parts::of(sig.signature)?;
    let Some(order) = parts.order() else { return Ok(None) };
    let (r, s) = numbers(parts.value)?;
    let s = BigUint::from_bytes_be(s);
    if s > order || s <= &order >> 1 {
        return Ok(None);
    }
    let mut value = Vec::new();
    put_string(&mut value, r);
    put_string(&mut value, &mpint(&(order - s)));
    let mut signature = Vec::new();
    put_string(&mut signature, parts.algorithm);
    put_string(&mut signature, &value);
    signature.extend_from_slice(parts.behind);
    // The signature is the last string of the blob.
    let before = blob.len().checked_sub(4 + sig.signature.len());
    let mut out = before.and_then(|end| blob.get(..end)).unwrap_or_default().to_vec();
    put_string(&mut out, &signature);
    Ok(Some(out))
}

/// The two numbers of an ECDSA signature as they are written.
fn numbers(value: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    let mut reader = Reader::new(value);
    let numbers = (reader.string()?, reader.string()?);
    reader.end("the signature's numbers")?;
    Ok(numbers)
}

/// Whether a positive `mpint` is written with as few bytes as it can be.
fn is_shortest(number: &[u8]) -> bool {
    match number {
        [] => true,
        [0, next, ..] => next & 0x80 != 0,
        [first, ..] => *first != 0 && first & 0x80 == 0,
    }
}

/// A number as an `mpint` has it.
fn mpint(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign: &[u8] = if bytes.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    [sign, &bytes].concat()
}

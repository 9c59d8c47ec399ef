//! Public keys, and the arithmetic of signatures made by them.
//!
//! A key is a `string` that names its kind and then the fields of that kind (RFC 4253 section 6.6,
//! RFC 5656 section 3.1, RFC 8709 section 4, OpenSSH's PROTOCOL.u2f):
//!
//! ```text
//! "ssh-ed25519"                         32 bytes
//! "ecdsa-sha2-nistp256"                 "nistp256"  point
//! "ssh-rsa"                             e  n
//! "sk-ssh-ed25519@openssh.com"          32 bytes  application
//! "sk-ecdsa-sha2-nistp256@openssh.com"  "nistp256"  point  application
//! ```
//!
//! A signature is `string` algorithm, `string` value. The keys that begin with `sk-` live in
//! hardware, which signs hashes of the application and the message with flags and a counter
//! between them; those two follow the value.
//!
//! DSA is refused, as OpenSSH does since 10.0.
//!
//! The arithmetic is other people's: `ring` for P-256, P-384 and RSA up to 8192 bits, where it is
//! several times faster than pure Rust; `p521` and `rsa` for what it can't; `p256` and `p384` to
//! refuse a point off its curve when the key is read; `ed25519-dalek` for Ed25519, since it can
//! refuse points of small order.

use super::wire::{Fault, Reader, put_mpint, put_string};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::signature::{self as arithmetic, RsaPublicKeyComponents};
use rsa::traits::{PublicKeyParts, SignatureScheme};
use rsa::{BigUint, Pkcs1v15Sign};
use sha2::{Digest, Sha256, Sha512};
use std::fmt;

/// The smallest RSA modulus that OpenSSH accepts, in bits.
const RSA_MIN: usize = 1024;
/// The largest, in bits.
const RSA_MAX: usize = 16384;
/// The largest that `ring` computes with, in bits.
const RSA_QUICK: usize = 8192;
/// What an RSA modulus has today at least, in bits (NIST SP 800-131A).
const RSA_FAIR: usize = 2048;
/// The flag that says that somebody touched the hardware key (PROTOCOL.u2f, "user presence").
const TOUCHED: u8 = 1;

/// A public key, parsed once.
#[derive(Clone)]
pub(super) struct PublicKey {
    blob: Vec<u8>,
    fingerprint: String,
    material: Material,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint)
    }
}

#[derive(Clone)]
enum Material {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(Point),
    P384(Point),
    P521(p521::ecdsa::VerifyingKey),
    Rsa(rsa::RsaPublicKey),
    SkEd25519(ed25519_dalek::VerifyingKey, Application),
    SkP256(Point, Application),
}

/// A point that was found to be on its curve.
type Point = arithmetic::UnparsedPublicKey<Vec<u8>>;

/// SHA-256 of the application that a hardware key was made for, as it is signed.
type Application = [u8; 32];

impl PublicKey {
    /// Reads a key from its whole blob.
    pub(super) fn from_blob(blob: &[u8]) -> Result<PublicKey, Fault> {
        let mut reader = Reader::new(blob);
        let kind = reader.text()?;
        let key = PublicKey::from_fields(kind, &mut reader)?;
        reader.end("the key")?;
        Ok(key)
    }

    /// Reads the fields that follow the kind; certificates have them too.
    pub(super) fn from_fields(kind: &[u8], reader: &mut Reader<'_>) -> Result<PublicKey, Fault> {
        // Written again from its values, so that two spellings of a key are one key.
        let mut blob = Vec::new();
        put_string(&mut blob, kind);
        let material = match kind {
            b"ssh-ed25519" => Material::Ed25519(ed25519(reader, &mut blob)?),
            b"ecdsa-sha2-nistp256" => Material::P256(p256(reader, &mut blob)?),
            b"ecdsa-sha2-nistp384" => {
                let point = point(b"nistp384", reader, &mut blob)?;
                p384::PublicKey::from_sec1_bytes(point).map_err(not_on_curve)?;
                Material::P384(Point::new(&arithmetic::ECDSA_P384_SHA384_FIXED, point.to_vec()))
            }
            b"ecdsa-sha2-nistp521" => Material::P521(
                p521::ecdsa::VerifyingKey::from_sec1_bytes(point(b"nistp521", reader, &mut blob)?)
                    .map_err(not_on_curve)?,
            ),
            b"ssh-rsa" => Material::Rsa(rsa(reader, &mut blob)?),
            b"sk-ssh-ed25519@openssh.com" => {
                let key = ed25519(reader, &mut blob)?;
                Material::SkEd25519(key, application(reader, &mut blob)?)
            }
            b"sk-ecdsa-sha2-nistp256@openssh.com" => {
                let key = p256(reader, &mut blob)?;
                Material::SkP256(key, application(reader, &mut blob)?)
            }
            b"ssh-dss" => return Err(Fault::unsupported("DSA keys are not accepted")),
            other => {
                let kind = String::from_utf8_lossy(other);
                return Err(Fault::unsupported(format!("keys of the kind '{kind}' are not known")));
            }
        };
        let fingerprint = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&blob)));
        Ok(PublicKey { blob, fingerprint, material })
    }

    /// The key in its one spelling; equal blobs are equal keys.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// `SHA256:` and the hash of the blob, as `ssh-keygen -l` prints it.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the key is too short to be used for anything new.
    pub(super) fn is_weak(&self) -> bool {
        matches!(&self.material, Material::Rsa(key) if key.n().bits() < RSA_FAIR)
    }

    /// Checks that `signature` (a blob: algorithm, value, and what else belongs to it) is this
    /// key's over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<Touch, Fault> {
        let mut reader = Reader::new(signature);
        let algorithm = reader.text()?;
        let value = reader.string()?;
        match &self.material {
            Material::Rsa(key) => {
                reader.end("the signature")?;
                verify_rsa(key, algorithm, value, message)?;
                Ok(Touch::NotAsked)
            }
            Material::Ed25519(key) => {
                self.expect_algorithm(algorithm)?;
                reader.end("the signature")?;
                verify_ed25519(key, value, message)?;
                Ok(Touch::NotAsked)
            }
            Material::P256(key) => {
                self.expect_algorithm(algorithm)?;
                reader.end("the signature")?;
                verify_ecdsa::<32>(key, value, message)?;
                Ok(Touch::NotAsked)
            }
            Material::P384(key) => {
                self.expect_algorithm(algorithm)?;
                reader.end("the signature")?;
                verify_ecdsa::<48>(key, value, message)?;
                Ok(Touch::NotAsked)
            }
            Material::P521(key) => {
                use p521::ecdsa::{Signature, signature::Verifier};
                self.expect_algorithm(algorithm)?;
                reader.end("the signature")?;
                let numbers = scalars::<66>(value)?;
                let signature =
                    Signature::from_slice(numbers.as_flattened()).map_err(does_not_hold)?;
                key.verify(message, &signature).map_err(does_not_hold)?;
                Ok(Touch::NotAsked)
            }
            Material::SkEd25519(key, application) => {
                self.expect_algorithm(algorithm)?;
                let (signed, touch) = signed_by_hardware(application, &mut reader, message)?;
                verify_ed25519(key, value, &signed)?;
                Ok(touch)
            }
            Material::SkP256(key, application) => {
                if algorithm == b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com" {
                    return Err(Fault::unsupported(
                        "signatures made through WebAuthn are not judged",
                    ));
                }
                self.expect_algorithm(algorithm)?;
                let (signed, touch) = signed_by_hardware(application, &mut reader, message)?;
                verify_ecdsa::<32>(key, value, &signed)?;
                Ok(touch)
            }
        }
    }

    /// Other keys than RSA sign by one algorithm, which is named as the key.
    fn expect_algorithm(&self, algorithm: &[u8]) -> Result<(), Fault> {
        let kind = Reader::new(&self.blob).string()?;
        if algorithm == kind { Ok(()) } else { Err(Fault::broken("a signature of another kind")) }
    }
}

/// Whether a hardware key was touched for a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// It is a key in software.
    NotAsked,
    /// Somebody touched it.
    Touched,
    /// It signed by itself (`no-touch-required`).
    Untouched,
}

fn ed25519(
    reader: &mut Reader<'_>,
    blob: &mut Vec<u8>,
) -> Result<ed25519_dalek::VerifyingKey, Fault> {
    let bytes = reader.string()?;
    put_string(blob, bytes);
    let bytes = bytes.try_into().map_err(|_| Fault::broken("an Ed25519 key has 32 bytes"))?;
    ed25519_dalek::VerifyingKey::from_bytes(bytes)
        .map_err(|_| Fault::broken("the Ed25519 key is not on the curve"))
}

/// An uncompressed point; OpenSSH reads no other.
fn point<'a>(curve: &[u8], reader: &mut Reader<'a>, blob: &mut Vec<u8>) -> Result<&'a [u8], Fault> {
    if reader.text()? != curve {
        return Err(Fault::broken("an ECDSA key names another curve than its kind"));
    }
    let point = reader.string()?;
    if point.first() != Some(&4) {
        return Err(Fault::broken("the point of an ECDSA key is not uncompressed"));
    }
    put_string(blob, curve);
    put_string(blob, point);
    Ok(point)
}

fn p256(reader: &mut Reader<'_>, blob: &mut Vec<u8>) -> Result<Point, Fault> {
    let point = point(b"nistp256", reader, blob)?;
    p256::PublicKey::from_sec1_bytes(point).map_err(not_on_curve)?;
    Ok(Point::new(&arithmetic::ECDSA_P256_SHA256_FIXED, point.to_vec()))
}

fn rsa(reader: &mut Reader<'_>, blob: &mut Vec<u8>) -> Result<rsa::RsaPublicKey, Fault> {
    let (e, n) = (reader.mpint()?, reader.mpint()?);
    put_mpint(blob, e);
    put_mpint(blob, n);
    let n = BigUint::from_bytes_be(n);
    if n.bits() < RSA_MIN {
        return Err(Fault::broken(format!("an RSA key of {} bits is too short", n.bits())));
    }
    rsa::RsaPublicKey::new_with_max_size(n, BigUint::from_bytes_be(e), RSA_MAX)
        .map_err(|error| Fault::unsupported(format!("the RSA key is not accepted: {error}")))
}

fn application(reader: &mut Reader<'_>, blob: &mut Vec<u8>) -> Result<Application, Fault> {
    let application = reader.text()?;
    put_string(blob, application);
    Ok(Sha256::digest(application).into())
}

/// What a hardware key signs for `message`, with the flags and counter at the end of a signature.
fn signed_by_hardware(
    application: &Application,
    reader: &mut Reader<'_>,
    message: &[u8],
) -> Result<(Vec<u8>, Touch), Fault> {
    let flags = reader.u8()?;
    let counter = reader.u32()?;
    reader.end("the signature")?;
    let signed =
        [&application[..], &[flags], &counter.to_be_bytes(), &Sha256::digest(message)].concat();
    let touch = if flags & TOUCHED == 0 { Touch::Untouched } else { Touch::Touched };
    Ok((signed, touch))
}

/// Strictly: keys and values of small order, by which a signature holds for many messages, are
/// refused. No program makes such keys.
fn verify_ed25519(
    key: &ed25519_dalek::VerifyingKey,
    value: &[u8],
    message: &[u8],
) -> Result<(), Fault> {
    let signature = ed25519_dalek::Signature::from_slice(value).map_err(does_not_hold)?;
    key.verify_strict(message, &signature).map_err(does_not_hold)
}

fn verify_ecdsa<const N: usize>(key: &Point, value: &[u8], message: &[u8]) -> Result<(), Fault> {
    key.verify(message, scalars::<N>(value)?.as_flattened()).map_err(does_not_hold)
}

/// RSASSA-PKCS1-v1_5 (RFC 8332); `ssh-rsa`, which hashes by SHA-1, is refused.
fn verify_rsa(
    key: &rsa::RsaPublicKey,
    algorithm: &[u8],
    value: &[u8],
    message: &[u8],
) -> Result<(), Fault> {
    // Some signers strip leading zeros; OpenSSH puts them back.
    let missing =
        key.size().checked_sub(value.len()).ok_or_else(|| Fault::broken("a signature too long"))?;
    let value = [vec![0; missing].as_slice(), value].concat();
    let quick = match algorithm {
        b"rsa-sha2-256" => &arithmetic::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        b"rsa-sha2-512" => &arithmetic::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        b"ssh-rsa" => return Err(Fault::unsupported("RSA signatures over SHA-1 are not accepted")),
        _ => return Err(Fault::broken("a signature of another kind")),
    };
    if key.n().bits() <= RSA_QUICK {
        let key = RsaPublicKeyComponents { n: key.n().to_bytes_be(), e: key.e().to_bytes_be() };
        return key.verify(quick, message, &value).map_err(does_not_hold);
    }
    if algorithm == b"rsa-sha2-256" {
        Pkcs1v15Sign::new::<Sha256>().verify(key, &Sha256::digest(message), &value)
    } else {
        Pkcs1v15Sign::new::<Sha512>().verify(key, &Sha512::digest(message), &value)
    }
    .map_err(does_not_hold)
}

/// The two numbers of an ECDSA signature (RFC 5656 section 3.1.2), each as wide as the curve's field.
fn scalars<const N: usize>(value: &[u8]) -> Result<[[u8; N]; 2], Fault> {
    let mut reader = Reader::new(value);
    let (r, s) = (reader.mpint()?, reader.mpint()?);
    reader.end("the signature's numbers")?;
    Ok([wide(r)?, wide(s)?])
}

fn wide<const N: usize>(number: &[u8]) -> Result<[u8; N], Fault> {
    let mut wide = [0; N];
    let start = N.checked_sub(number.len()).ok_or_else(|| does_not_hold("number too large"))?;
    wide[start..].copy_from_slice(number);
    Ok(wide)
}

fn not_on_curve<E>(_: E) -> Fault {
    Fault::broken("the ECDSA key is not on its curve")
}

fn does_not_hold<E>(_: E) -> Fault {
    Fault::broken("the signature does not hold")
}

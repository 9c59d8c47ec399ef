//! The armor around a signature: `sshsig_armor` and `sshsig_dearmor` in OpenSSH's `sshsig.c`.
//!
//! ```text
//! -----BEGIN SSH SIGNATURE-----
//! U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgJKxoLBJBivUPNTUJUSslQTt2hD
//! …
//! -----END SSH SIGNATURE-----
//! ```
//!
//! Between the two lines stands base64 (RFC 4648 section 4, padded), in which OpenSSH skips white
//! space wherever it stands. So one signature can be written in many ways; [`encode`] gives the one
//! that `ssh-keygen` writes.

use super::wire::Fault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
const END: &[u8] = b"\n-----END SSH SIGNATURE-----";
/// Characters of base64 in a line.
const COLUMNS: usize = 70;

/// The bytes within an armor.
///
/// Stricter than OpenSSH in one point: nothing but white space may follow the last line. OpenSSH
/// ignores what stands there; in a tag that is text which nobody signed.
pub(super) fn decode(armored: &[u8]) -> Result<Vec<u8>, Fault> {
    let body = armored
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")))
        .ok_or_else(|| Fault::broken("the armor lacks its first line"))?;
    let end = body
        .windows(END.len())
        .position(|window| window == END)
        .ok_or_else(|| Fault::broken("the armor lacks its last line"))?;
    if !body[end + END.len()..].iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::broken("text that is not signed follows the signature"));
    }
    base64(&body[..end]).ok_or_else(|| Fault::broken("the armor holds broken base64"))
}

/// What OpenSSH's `sshbuf_b64tod` makes of a text: padding is required, spare bits must be zero,
/// white space is skipped.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    // isspace(3), which knows the vertical tab too.
    let space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    STANDARD.decode(text.iter().copied().filter(|byte| !space(byte)).collect::<Vec<u8>>()).ok()
}

/// Base64 on one line, as in public key files.
pub(super) fn base64_of(blob: &[u8]) -> String {
    STANDARD.encode(blob)
}

/// The armor as `ssh-keygen -Y sign` writes it: lines of 70 columns, a newline after the last.
pub(super) fn encode(blob: &[u8]) -> Vec<u8> {
    let mut armored = [BEGIN, b"\n"].concat();
    for line in STANDARD.encode(blob).as_bytes().chunks(COLUMNS) {
        armored.extend_from_slice(line);
        armored.push(b'\n');
    }
    armored.extend_from_slice(&END[1..]);
    armored.push(b'\n');
    armored
}

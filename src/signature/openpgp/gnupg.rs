//! The user's own keyring, as git would use it, read once.
//!
//! Git runs `gpg --verify` for every signature, 8 to 14 ms each. Here two processes do for a run:
//! `gpg --export` hands over the certificates, and `gpg --with-colons --list-keys` says what GnuPG
//! thinks of each, which depends on the user's trust database and can't be known otherwise:
//!
//! ```text
//! tru::1:1795376641:0:3:1:5
//! pub:u:255:22:9F0B7C177AF048E8:1795376641:::u:::scSC:::::ed25519:::0:
//! fpr:::::::::0B1D9C854078C632EC186BB89F0B7C177AF048E8:
//! uid:u::::1795376641::5DC1…::Ana <ana@example.com>::::::::::0:
//! ```
//!
//! The second field of `pub` is the validity: `u`ltimate, `f`ull, `m`arginal, `n`ever, else unknown
//! (GnuPG's `doc/DETAILS`). It is what `gpg --verify` reports as `TRUST_…`, which git turns into
//! `G` or `U`.

use sequoia_openpgp::cert::raw::RawCertParser;
use sequoia_openpgp::parse::Parse;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use super::keyring::{Keyring, Validity};
use crate::outcome::Failure;

impl Keyring {
    /// Reads the user's GnuPG keyring through `program` (git's `gpg.openpgp.program` or
    /// `gpg.program`, else `gpg`).
    ///
    /// A key counts from validity `minimum` on (git's `gpg.minTrustLevel`), and from marginal in
    /// any case. `now` is the moment of judgement in seconds since 1970 UTC. Without the program,
    /// the keyring is empty. Certificates in it that can't be read are left out and counted in the
    /// reason of a missing key.
    ///
    /// # Errors
    ///
    /// When the program can't be run for another reason than that it does not exist, or fails.
    pub fn from_gnupg(program: &str, minimum: Validity, now: i64) -> Result<Keyring, Failure> {
        let Some(listing) = run(program, &["--with-colons", "--list-keys"])? else {
            let source = format!("the GnuPG keyring: there is no program '{program}'");
            return Ok(Keyring::empty(source, now));
        };
        let mut keyring = Keyring::empty("the GnuPG keyring", now);
        keyring.minimum = minimum;
        let validities = validities(&listing);
        if validities.is_empty() {
            return Ok(keyring);
        }
        let options = ["--export-options", "export-sensitive-revkeys", "--export"];
        let export = run(program, &options)?.unwrap_or_default();
        let certs = RawCertParser::from_bytes(&export).map_err(|error| {
            Failure::new(format!("{program} --export printed no certificates: {error}"))
        })?;
        let mut unreadable = 0;
        for cert in certs {
            match cert {
                Ok(cert) => {
                    let validity = validities.get(&cert.fingerprint().to_hex());
                    keyring.add(&cert, validity.copied().unwrap_or(Validity::Undefined));
                }
                Err(_) => unreadable += 1,
            }
        }
        if unreadable > 0 {
            keyring.source += &format!(" (of which {unreadable} parts can't be read)");
        }
        Ok(keyring)
    }
}

/// The certificate of a key in the user's keyring: its fingerprint, and its armor without signatures of
/// others. `None` when the program or the key is not there, or when `key` names several.
///
/// # Errors
/// When the program fails.
pub fn export(program: &str, key: &str) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let options = ["--armor", "--export-options", "export-minimal", "--export", "--", key];
    let Some(armored) = run(program, &options)?.filter(|armored| !armored.is_empty()) else {
        return Ok(None);
    };
    let certs = RawCertParser::from_bytes(&armored).map_err(|error| {
        Failure::new(format!("{program} --export printed no certificate: {error}"))
    })?;
    let prints: Vec<String> =
        certs.filter_map(|cert| Some(cert.ok()?.fingerprint().to_hex())).collect();
    Ok(match prints.as_slice() {
        [one] => Some((one.clone(), armored)),
        _ => None,
    })
}

/// Runs the program and returns what it printed; `None` when it does not exist.
fn run(program: &str, options: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
    let command = format!("{program} {}", options.join(" "));
    let output = Command::new(program)
        .args(["--batch", "--no-tty"])
        .args(options)
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(Some(output.stdout)),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().last().unwrap_or("it said nothing");
            Err(Failure::new(format!("{command} failed ({}): {said}", output.status)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("{command} could not be run: {error}"))),
    }
}

/// From fingerprint of a primary key to its validity.
fn validities(listing: &[u8]) -> HashMap<String, Validity> {
    let mut validities = HashMap::new();
    let mut current = None;
    for line in listing.split(|&byte| byte == b'\n') {
        let mut fields = line.split(|&byte| byte == b':');
        match fields.next() {
            Some(b"pub") => {
                current = Some(match fields.next() {
                    Some(b"u") => Validity::Ultimate,
                    Some(b"f") => Validity::Full,
                    Some(b"m") => Validity::Marginal,
                    Some(b"n") => Validity::Never,
                    _ => Validity::Undefined,
                });
            }
            // The first fingerprint after `pub` is that of the primary key.
            Some(b"fpr") => {
                if let (Some(validity), Some(print)) = (current.take(), fields.nth(8)) {
                    validities.insert(String::from_utf8_lossy(print).into_owned(), validity);
                }
            }
            _ => {}
        }
    }
    validities
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn reads_the_validity_of_primary_keys() {
        let listing = b"tru::1:1795376641:0:3:1:5\n\
            pub:u:255:22:9F0B7C177AF048E8:1795376641:::u:::scSC:::::ed25519:::0:\n\
            fpr:::::::::0B1D9C854078C632EC186BB89F0B7C177AF048E8:\n\
            uid:u::::1795376641::5DC1::Ana:::0:\n\
            sub:f:255:18:77AF048E8:1795376641::::::e:::::cv25519::\n\
            fpr:::::::::1111111111111111111111111111111111111111:\n\
            pub:-:255:22:8E8:1795376641:::-:::scSC:\n\
            fpr:::::::::2222222222222222222222222222222222222222:\n";
        let read = validities(listing);
        assert_eq!(read.len(), 2);
        assert_eq!(read["0B1D9C854078C632EC186BB89F0B7C177AF048E8"], Validity::Ultimate);
        assert_eq!(read["2222222222222222222222222222222222222222"], Validity::Undefined);
        assert!(validities(b"pub\nfpr\npub:u\nfpr:::\n\xff").is_empty());
    }

    #[test]
    fn a_missing_program_makes_an_empty_keyring() {
        let keyring = Keyring::from_gnupg("/nonexistent/gpg", Validity::Undefined, 0).unwrap();
        assert!(keyring.is_empty());
        assert!(keyring.source.contains("/nonexistent/gpg"), "{}", keyring.source);
    }

    #[test]
    fn a_failing_program_is_an_error() {
        let failure = Keyring::from_gnupg("false", Validity::Undefined, 0).unwrap_err();
        assert!(failure.message.contains("false --with-colons --list-keys failed"), "{failure}");
    }
}

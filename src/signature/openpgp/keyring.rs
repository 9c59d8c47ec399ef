//! Whose certificates there are, and where each key is found.
//!
//! A keyring is certificates one after the other, binary or armored (RFC 9580 section 10.1):
//!
//! ```text
//! -----BEGIN PGP PUBLIC KEY BLOCK-----       public key, user ids, subkeys: one certificate
//!                                            public key, …                : the next
//! mDMEawNGARYJKwYBBAHaRw8BAQdA…
//! ```
//!
//! Reading cuts the bytes into certificates and notes the ids of their keys, nothing more. A
//! certificate is judged when the first signature names one of its keys, and then never again, so
//! that a large keyring costs little and a commit costs one public-key operation.

use sequoia_openpgp::cert::raw::{RawCert, RawCertParser};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::{Cert, Fingerprint, KeyID};
use std::collections::HashMap;
use std::sync::OnceLock;

use super::certificate::{Certificate, PublicKey, SigningKey};
use super::packet::Issuer;
use crate::outcome::Failure;

/// How far the owner of the keyring trusts that a key belongs to whom it says: GnuPG's validity,
/// lowest first, as in `gpg.minTrustLevel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Validity {
    /// Nobody has vouched for it.
    Undefined,
    /// It must not be trusted.
    Never,
    /// Marginally trusted introducers vouch for it.
    Marginal,
    /// Fully trusted introducers vouch for it, or it stands in a trust folder.
    Full,
    /// It is the user's own.
    Ultimate,
}

impl Validity {
    /// Reads a value of git's `gpg.minTrustLevel`, in any case.
    pub fn from_config(value: &str) -> Option<Validity> {
        match value.to_ascii_lowercase().as_str() {
            "undefined" => Some(Validity::Undefined),
            "never" => Some(Validity::Never),
            "marginal" => Some(Validity::Marginal),
            "fully" => Some(Validity::Full),
            "ultimate" => Some(Validity::Ultimate),
            _ => None,
        }
    }

    /// Whether git prints `G` and not `U` for such a key, and `minimum` is met.
    pub(super) fn suffices(self, minimum: Validity) -> bool {
        self >= minimum.max(Validity::Marginal)
    }
}

/// The certificates that signatures are judged by, indexed by the ids of all their keys.
///
/// The moment of judgement is fixed when it is read: expiry is asked about *now*, as GnuPG does.
#[derive(Debug)]
pub struct Keyring {
    entries: Vec<Entry>,
    /// From key id to the entries that hold such a key.
    by_id: HashMap<KeyID, Vec<usize>>,
    /// Where it was read, for the reason of a missing key: `the GnuPG keyring`.
    pub(super) source: String,
    pub(super) minimum: Validity,
    /// Seconds since 1970 UTC.
    pub(super) now: i64,
}

/// One certificate, perhaps read from several places.
#[derive(Debug)]
struct Entry {
    fingerprint: Fingerprint,
    copies: Vec<Box<[u8]>>,
    validity: Validity,
    judged: OnceLock<Result<Certificate, String>>,
}

/// A key that a signature names.
pub(super) enum Found<'a> {
    /// With what is known of it and its certificate.
    Key(&'a Certificate, &'a SigningKey, Validity),
    /// The certificate, of this fingerprint, can't be read.
    Unreadable(&'a Fingerprint, &'a str),
}

impl Keyring {
    /// A keyring without certificates. `source` completes "no such key in …".
    pub fn empty(source: impl Into<String>, now: i64) -> Keyring {
        Keyring {
            entries: Vec::new(),
            by_id: HashMap::new(),
            source: source.into(),
            minimum: Validity::Undefined,
            now,
        }
    }

    /// Reads the certificates of a trust folder, each with the name of its file: whoever put them
    /// there vouches for all of them. `now` is the moment of judgement in seconds since 1970 UTC.
    ///
    /// Copies of one certificate in several files are merged, so that a revocation in one counts.
    ///
    /// # Errors
    ///
    /// When a file holds anything else than certificates.
    pub fn from_bytes(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        now: i64,
    ) -> Result<Keyring, Failure> {
        let mut keyring = Keyring::empty("the trusted keys", now);
        for (origin, bytes) in files {
            let failure = |why: String| {
                Failure::new(format!("{origin}: not an OpenPGP certificate: {why}"))
                    .hint("write one with `gpg --armor --export KEY`")
            };
            let certs = RawCertParser::from_bytes(&bytes).map_err(|e| failure(e.to_string()))?;
            let before = keyring.entries.len();
            let mut read = 0;
            for cert in certs {
                let cert = cert.map_err(|error| failure(error.to_string()))?;
                keyring.add(&cert, Validity::Full);
                read += 1;
            }
            if read == 0 {
                return Err(failure("there is none in it".into()));
            }
            for entry in &keyring.entries[before..] {
                entry.parse().map_err(failure)?;
            }
        }
        Ok(keyring)
    }

    /// Adds one certificate, or one more copy of it.
    pub(super) fn add(&mut self, cert: &RawCert<'_>, validity: Validity) {
        let fingerprint = cert.fingerprint();
        let ids = cert.keys().map(|key| key.keyid());
        let primary = self.by_id.get(&KeyID::from(&fingerprint)).into_iter().flatten();
        let known = primary.copied().find(|&at| self.entries[at].fingerprint == fingerprint);
        let at = known.unwrap_or_else(|| {
            self.entries.push(Entry {
                fingerprint,
                copies: Vec::new(),
                validity,
                judged: OnceLock::new(),
            });
            self.entries.len() - 1
        });
        for id in ids {
            let entries = self.by_id.entry(id).or_default();
            if !entries.contains(&at) {
                entries.push(at);
            }
        }
        self.entries[at].copies.push(cert.as_bytes().into());
        self.entries[at].judged = OnceLock::new();
    }

    /// How many certificates there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys that `issuer` may mean: by fingerprint if it states one that is here, else by id.
    pub(super) fn find(&self, issuer: &Issuer) -> Vec<Found<'_>> {
        let print = issuer.fingerprint.as_ref();
        let mut found = Vec::new();
        if let Some(print) = print {
            self.look_up(&KeyID::from(print), |key| &key.fingerprint == print, &mut found);
        }
        if let (true, Some(id)) = (found.is_empty(), &issuer.id) {
            self.look_up(id, |key| KeyID::from(&key.fingerprint) == *id, &mut found);
        }
        found
    }

    fn look_up<'a>(
        &'a self,
        id: &KeyID,
        is_meant: impl Fn(&SigningKey) -> bool,
        found: &mut Vec<Found<'a>>,
    ) {
        for entry in self.by_id.get(id).into_iter().flatten().map(|&at| &self.entries[at]) {
            match self.judged(entry) {
                Ok(cert) => {
                    let keys = cert.keys.iter().filter(|key| is_meant(key));
                    found.extend(keys.map(|key| Found::Key(cert, key, entry.validity)));
                }
                Err(why) => found.push(Found::Unreadable(&entry.fingerprint, why)),
            }
        }
    }

    /// The certificate of an entry, judged at the first call.
    fn judged<'a>(&'a self, entry: &'a Entry) -> &'a Result<Certificate, String> {
        entry.judged.get_or_init(|| {
            let cert = entry.parse()?;
            Ok(Certificate::judge(&cert, self.now, |fingerprint| self.key(fingerprint)))
        })
    }

    /// The bare key of that fingerprint, not judged.
    fn key(&self, fingerprint: &Fingerprint) -> Option<PublicKey> {
        let entries = self.by_id.get(&KeyID::from(fingerprint)).into_iter().flatten();
        entries.flat_map(|&at| &self.entries[at].copies).find_map(|copy| {
            let cert = RawCert::from_bytes(copy).ok()?;
            cert.keys().find(|key| &key.fingerprint() == fingerprint)
        })
    }
}

impl Entry {
    /// Parses and merges the copies.
    fn parse(&self) -> Result<Cert, String> {
        let mut merged: Option<Cert> = None;
        for copy in &self.copies {
            let cert = Cert::from_bytes(copy).map_err(|error| error.to_string())?;
            let cert = cert.strip_secret_key_material();
            merged = Some(match merged {
                Some(merged) => merged.merge_public(cert).map_err(|error| error.to_string())?,
                None => cert,
            });
        }
        merged.ok_or_else(|| "there is no certificate".into())
    }
}

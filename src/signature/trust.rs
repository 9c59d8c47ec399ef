//! Whose signatures count in one run.
//!
//! Trust comes from one place, and says which: a folder of trust files (`.audit/`, or what `--trust`
//! names), or what git itself would use.
//!
//! ```text
//! .audit/allowed_signers     who may sign with which SSH key (ssh-keygen(1), ALLOWED SIGNERS)
//! .audit/revoked_keys        SSH keys that no longer count: a KRL, or one key a line
//! .audit/keys/*.asc|*.gpg    OpenPGP certificates
//! .audit/keys/*.pem          X.509 roots
//! ```
//!
//! The GnuPG keyring is read when the first OpenPGP signature is met, so that a history without any
//! never waits for it.

use super::openpgp::{Keyring, Validity};
use super::ssh::{AllowedSigners, Revocations, SshTrust};
use super::{Claim, format};
use crate::event::{Format, Status, Verdict};
use crate::outcome::Failure;
use std::sync::OnceLock;

/// Whose signatures count. Judges any number of signatures from any number of threads.
pub struct Trust {
    ssh: SshTrust,
    openpgp: OpenPgp,
    source: String,
    now: i64,
}

enum OpenPgp {
    Given(Keyring),
    /// The user's keyring: the program, the least validity that counts, and what it held.
    GnuPg(String, Validity, OnceLock<Result<Keyring, Failure>>),
}

/// What git would judge signatures by: its configuration, with the files read.
#[derive(Debug, Clone, Default)]
pub struct GitSettings {
    /// `gpg.ssh.allowedSignersFile`: its path and content.
    pub allowed_signers: Option<(String, Vec<u8>)>,
    /// `gpg.ssh.revocationFile`: its path and content.
    pub revoked_keys: Option<(String, Vec<u8>)>,
    /// `gpg.openpgp.program` or `gpg.program`.
    pub gpg_program: Option<String>,
    /// `gpg.minTrustLevel`.
    pub minimum_trust: Option<String>,
}

impl Trust {
    /// Trust from files of a trust folder, named relative to it. Files that are none of those above are
    /// passed over; `source` is what reports call the folder.
    ///
    /// # Errors
    /// When a file cannot be understood. Nobody is trusted by half a file.
    pub fn from_files(
        files: Vec<(String, Vec<u8>)>,
        source: &str,
        now: i64,
    ) -> Result<Trust, Failure> {
        let mut ssh = SshTrust::default();
        let mut certificates = Vec::new();
        for (name, bytes) in files {
            let origin = format!("{source}: {name}");
            match name.as_str() {
                "allowed_signers" => ssh.signers = Some(AllowedSigners::parse(&bytes, &origin)?),
                "revoked_keys" => ssh.revoked = Some(Revocations::parse(&bytes, &origin)?),
                name if name.starts_with("keys/")
                    && (name.ends_with(".asc") || name.ends_with(".gpg")) =>
                {
                    certificates.push((origin, bytes));
                }
                _ => {}
            }
        }
        // A trust root without SSH signers trusts none: that is an answer, not a missing file.
        if ssh.signers.is_none() {
            ssh.signers = Some(AllowedSigners::parse(b"", source)?);
        }
        let keyring = Keyring::from_bytes(certificates, now)?;
        Ok(Trust { ssh, openpgp: OpenPgp::Given(keyring), source: source.to_owned(), now })
    }

    /// Trust as git has it configured.
    ///
    /// # Errors
    /// When a file or a value cannot be understood.
    pub fn from_git(settings: GitSettings, now: i64) -> Result<Trust, Failure> {
        let mut ssh = SshTrust::default();
        let mut source = "git's configuration".to_owned();
        if let Some((path, bytes)) = settings.allowed_signers {
            ssh.signers = Some(AllowedSigners::parse(&bytes, &path)?);
            source = format!("{source} ({path})");
        }
        if let Some((path, bytes)) = settings.revoked_keys {
            ssh.revoked = Some(Revocations::parse(&bytes, &path)?);
        }
        let minimum = match settings.minimum_trust.as_deref() {
            None => Validity::Undefined,
            Some(value) => Validity::from_config(value)
                .ok_or_else(|| Failure::new(format!("bad value '{value}' of gpg.minTrustLevel")))?,
        };
        let program = settings.gpg_program.unwrap_or_else(|| "gpg".to_owned());
        Ok(Trust { ssh, openpgp: OpenPgp::GnuPg(program, minimum, OnceLock::new()), source, now })
    }

    /// Judges SSH signatures even where no allowed signers are configured: then nobody is one. So it shows
    /// which keys made valid signatures.
    ///
    /// # Errors
    /// None in practice: an empty file can be understood.
    pub fn with_nobody_else(mut self) -> Result<Trust, Failure> {
        if self.ssh.signers.is_none() {
            self.ssh.signers = Some(AllowedSigners::parse(b"", &self.source)?);
        }
        Ok(self)
    }

    /// What reports call it: `.audit/ at origin/main (9f2c1ab044)`, `git's configuration`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Lines of the allowed signers that ssh-keygen would refuse, too.
    pub fn problems(&self) -> &[String] {
        self.ssh.signers.as_ref().map_or(&[], AllowedSigners::problems)
    }

    /// Judges one signature. Never fails: doubt is in the verdict.
    pub fn judge(&self, claim: &Claim<'_>) -> Verdict {
        match format(claim.signature) {
            Format::Ssh => self.ssh.judge(claim, self.now),
            Format::OpenPgp => match self.keyring() {
                Ok(keyring) => keyring.judge(claim),
                Err(failure) => {
                    Verdict::undecided(Status::Unjudged, Format::OpenPgp, failure.message.clone())
                }
            },
            Format::X509 => Verdict::undecided(
                Status::MissingKey,
                Format::X509,
                "X.509 signatures are not judged yet",
            ),
            Format::Unknown => Verdict::undecided(
                Status::Unjudged,
                Format::Unknown,
                "an unknown kind of signature",
            ),
        }
    }

    fn keyring(&self) -> Result<&Keyring, &Failure> {
        match &self.openpgp {
            OpenPgp::Given(keyring) => Ok(keyring),
            OpenPgp::GnuPg(program, minimum, read) => {
                read.get_or_init(|| Keyring::from_gnupg(program, *minimum, self.now)).as_ref()
            }
        }
    }
}

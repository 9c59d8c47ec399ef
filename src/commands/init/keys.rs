//! Whose keys are proposed: only such as this user's git trusts already, and the user's own.
//!
//! ```text
//! gpg.ssh.allowedSignersFile   its lines about people of this history, and for keys that signed here
//! gpg.ssh.revocationFile       as it is
//! user.signingKey              for the user's own address
//! the GnuPG keyring            certificates that signed here and that it holds to be valid
//! ```
//!
//! A key that made valid signatures and that nobody vouches for stands in the file behind a `#`: a signature
//! shows that somebody has the key, never who.

use super::survey::{Stranger, Survey};
use super::{File, Left};
use crate::commands::signing::{self, SignArgs};
use crate::event::{Format, Identity, Status};
use crate::git::{Config, Repository};
use crate::outcome::Failure;
use crate::report::words::counted;
use crate::signature::openpgp;
use crate::signature::ssh::AllowedSigners;
use crate::ui::escape;
use std::collections::BTreeSet;
use std::path::Path;

/// How many untrusted keys are listed.
const MOST_STRANGERS: usize = 10;

const OPENING: &str = "\
# Whose SSH signatures count: address, options, key (ALLOWED SIGNERS in ssh-keygen(1)). A line here makes audit
# believe that whoever holds the key is who the line says.
";

const UNTRUSTED: &str = "#
# NOT TRUSTED. These keys made valid signatures here, but nobody vouches for them. Let the owner read you the key's
# fingerprint (ssh-keygen -lf KEY.pub) by another road, then take out the '#'.
";

/// What of signatures and configuration becomes files.
pub(super) fn files(
    repo: &Repository,
    survey: &Survey,
    me: Option<&Identity>,
    left: &mut Left,
) -> Result<Vec<File>, Failure> {
    let config = repo.config()?;
    let mut keys =
        Keys { survey, left, lines: Vec::new(), listed: BTreeSet::new(), files: Vec::new() };
    keys.allowed_signers(config)?;
    keys.revoked(config)?;
    let gpg = config.get("gpg.openpgp.program").or_else(|| config.get("gpg.program"));
    let gpg = gpg.unwrap_or("gpg");
    keys.own(repo, me, gpg)?;
    for key in &survey.openpgp {
        keys.certificate(gpg, key)?;
    }
    keys.strangers();
    Ok(keys.finish())
}

struct Keys<'a> {
    survey: &'a Survey,
    left: &'a mut Left,
    lines: Vec<Vec<u8>>,
    /// Fingerprints that the lines list.
    listed: BTreeSet<String>,
    files: Vec<File>,
}

impl Keys<'_> {
    fn comment(&mut self, text: &str) {
        self.lines.push(format!("# {}", escape(text)).into_bytes());
    }

    fn allowed_signers(&mut self, config: &Config) -> Result<(), Failure> {
        let Some((path, bytes)) = configured(config, "gpg.ssh.allowedsignersfile")? else {
            return Ok(());
        };
        let signers = AllowedSigners::parse(&bytes, &path)?;
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let mut passed_over = 0;
        for signer in signers.entries() {
            let concerns = self.survey.trusted.contains(&signer.key)
                || self.survey.addresses.iter().any(|address| signer.is_about(address));
            let Some(line) = lines.get(signer.line - 1).filter(|_| concerns) else {
                passed_over += 1;
                continue;
            };
            if self.listed.is_empty() {
                self.lines
                    .push(b"# From gpg.ssh.allowedSignersFile, which git trusts here.".to_vec());
            }
            self.lines.push(line.trim_ascii().to_vec());
            self.listed.insert(signer.key);
        }
        if passed_over > 0 {
            let lines = counted(passed_over, "line", "lines");
            self.left.say(format!(
                "{lines} of gpg.ssh.allowedSignersFile: about nobody who was active here"
            ));
        }
        Ok(())
    }

    fn revoked(&mut self, config: &Config) -> Result<(), Failure> {
        if let Some((_, bytes)) = configured(config, "gpg.ssh.revocationfile")? {
            let why = "gpg.ssh.revocationFile, as it is".to_owned();
            self.files.push(File { path: "revoked_keys".to_owned(), content: bytes, why });
        }
        Ok(())
    }

    /// The key with which the user signs.
    fn own(&mut self, repo: &Repository, me: Option<&Identity>, gpg: &str) -> Result<(), Failure> {
        let signing = match signing::settings(repo, &SignArgs::default()) {
            Ok(Some(signing)) => signing,
            Ok(None) => {
                self.left.say("your own key: no user.signingKey is configured");
                return Ok(());
            }
            Err(failure) => {
                self.left.say(format!("your own key: {}", failure.message));
                return Ok(());
            }
        };
        let Some(key) = signing.key.or(signing.default_key) else { return Ok(()) };
        match signing.format.as_deref() {
            None | Some("openpgp") => {
                if !self.certificate(gpg, &key)? {
                    self.left.say(format!("your own key: gpg has no single certificate '{key}'"));
                }
            }
            Some("ssh") => self.own_ssh(&key, me),
            Some(other) => {
                self.left.say(format!("your own key: gpg.format={other} is not judged yet"))
            }
        }
        Ok(())
    }

    fn own_ssh(&mut self, key: &str, me: Option<&Identity>) {
        let text = match public_key(key) {
            Ok(text) => text,
            Err(why) => return self.left.say(format!("your own key: {why}")),
        };
        let Some(email) = me.map(|me| me.email.as_str()).filter(|email| is_plain(email)) else {
            return self
                .left
                .say("your own key: git has no plain address to put beside it (user.email)");
        };
        let line = line(email, &text);
        match AllowedSigners::parse(line.as_bytes(), "user.signingKey") {
            Ok(signers) => {
                for signer in signers.entries() {
                    if self.listed.insert(signer.key) {
                        self.comment(
                            "Your own signing key (user.signingKey), for your own address.",
                        );
                        self.lines.push(line.clone().into_bytes());
                    }
                }
            }
            Err(failure) => self.left.say(format!("your own key: {}", failure.message)),
        }
    }

    /// Adds the certificate of a key; false when there is none.
    fn certificate(&mut self, gpg: &str, key: &str) -> Result<bool, Failure> {
        // A signature may name a subkey: gpg takes the `!` off and gives the whole certificate.
        let Some((fingerprint, armored)) = openpgp::export(gpg, key)? else { return Ok(false) };
        let path = format!("keys/{fingerprint}.asc");
        if self.files.iter().all(|file| file.path != path) {
            let why = "your keyring holds it to be valid, or it is your own".to_owned();
            self.files.push(File { path, content: armored, why });
        }
        Ok(true)
    }

    fn strangers(&mut self) {
        let mut written = 0;
        let (mut unlisted, mut told) = (0, 0);
        for stranger in &self.survey.strangers {
            if self.listed.contains(&stranger.key) {
                continue;
            }
            let committer = main_committer(stranger);
            let plain = committer.as_deref().filter(|email| is_plain(email));
            match (&stranger.line, plain) {
                (Some(_), _) if written == MOST_STRANGERS => unlisted += 1,
                (Some(text), Some(email)) => {
                    if written == 0 {
                        self.lines.push(UNTRUSTED.trim_end().as_bytes().to_vec());
                    }
                    written += 1;
                    self.comment(&format!("{}: {}", deeds(stranger, email), stranger.key));
                    self.lines.push(format!("#{}", line(email, text)).into_bytes());
                }
                _ if told == MOST_STRANGERS => unlisted += 1,
                _ => {
                    told += 1;
                    self.left.say(why_left(stranger, committer.as_deref()));
                }
            }
        }
        if unlisted > 0 {
            self.left.say(format!(
                "{unlisted} more keys that nobody vouches for: audit people shows them"
            ));
        }
        let strangers = self.survey.strangers.iter();
        if strangers.filter(|one| one.format == Format::OpenPgp).count() > 0 {
            self.left.say(
                "Where an OpenPGP key's owner vouches for it: gpg --armor --export KEY > .audit/keys/KEY.asc",
            );
        }
    }

    fn finish(mut self) -> Vec<File> {
        if !self.lines.is_empty() {
            let mut content = OPENING.as_bytes().to_vec();
            for line in &self.lines {
                content.extend_from_slice(line);
                content.push(b'\n');
            }
            let trusted = self.listed.len();
            let why = format!("{trusted} trusted {}", if trusted == 1 { "key" } else { "keys" });
            let path = "allowed_signers".to_owned();
            self.files.insert(0, File { path, content, why });
        }
        self.files
    }
}

fn line(email: &str, key: &str) -> String {
    format!("{email} namespaces=\"git,audit-ledger\" {key}")
}

/// `3 commits by ana@example.com`, `3 commits, 2 of them by ana@example.com`.
fn deeds(stranger: &Stranger, committer: &str) -> String {
    let commits = if stranger.commits == 1 { "commit" } else { "commits" };
    let theirs = stranger.committers.get(committer).copied().unwrap_or_default();
    match theirs == stranger.commits {
        true => format!("{} {commits} by {committer}", stranger.commits),
        false => format!("{} {commits}, {theirs} of them by {committer}", stranger.commits),
    }
}

/// Who committed most of what a key signed: a claim.
fn main_committer(stranger: &Stranger) -> Option<String> {
    let most = stranger.committers.iter().max_by_key(|(_, count)| **count);
    most.map(|(email, _)| email.clone())
}

fn why_left(stranger: &Stranger, committer: Option<&str>) -> String {
    let kind = match stranger.format {
        Format::Ssh => "SSH",
        Format::OpenPgp => "OpenPGP",
        _ => "X.509",
    };
    let why = match (stranger.format, stranger.status) {
        (Format::OpenPgp, Status::MissingKey) => "not in your keyring",
        (Format::OpenPgp, Status::Untrusted) => "in your keyring, but nobody vouches for it",
        (Format::Ssh, Status::Untrusted) => {
            "its committer's address cannot stand in allowed_signers"
        }
        _ => stranger.reason.as_deref().unwrap_or("its signatures could not be judged"),
    };
    let deeds = deeds(stranger, committer.unwrap_or("nobody"));
    format!("{kind} key {} ({deeds}): {why}", stranger.key)
}

/// Whether an address names one principal in `allowed_signers`: no pattern, no list, no quotes.
fn is_plain(email: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.-_+[]=~".contains(c);
    let sides = email.split_once('@');
    sides.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && email.chars().all(plain)
}

/// The fingerprint of the key that `user.signingKey` names, as verdicts name keys; `None` where that cannot be told.
pub(crate) fn own_key(repo: &Repository) -> Result<Option<String>, Failure> {
    let config = repo.config()?;
    let Some(key) = config.get("user.signingkey") else { return Ok(None) };
    Ok(match config.get("gpg.format") {
        None | Some("openpgp") => {
            let key = key.trim().trim_end_matches('!');
            Some(key.strip_prefix("0x").unwrap_or(key).to_ascii_uppercase())
        }
        Some("ssh") => public_key(key).ok().and_then(|text| {
            let signers = AllowedSigners::parse(format!("me {text}\n").as_bytes(), "").ok()?;
            signers.entries().next().map(|signer| signer.key)
        }),
        Some(_) => None,
    })
}

/// The public key that `user.signingKey` names: itself, or a file's. A private key's stands beside it.
fn public_key(key: &str) -> Result<String, String> {
    if crate::ledger::sign::is_literal_key(key) {
        return Ok(one_key(key.strip_prefix("key::").unwrap_or(key)));
    }
    let path = match (key.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => Path::new(key).to_owned(),
    };
    let mut public = path.clone().into_os_string();
    if path.extension().is_none_or(|extension| extension != "pub") {
        public.push(".pub");
    }
    let public = Path::new(&public);
    let text = std::fs::read_to_string(public)
        .map_err(|error| format!("cannot read '{}': {error}", public.display()))?;
    Ok(one_key(text.lines().next().unwrap_or_default()))
}

/// Kind and key of a line, without its comment, which is strangers' text.
fn one_key(line: &str) -> String {
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn configured(config: &Config, key: &str) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let Some(path) = config.path(key).filter(|path| !path.as_os_str().is_empty()) else {
        return Ok(None);
    };
    let name = path.display().to_string();
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some((name, bytes))),
        Err(error) => Err(Failure::new(format!("cannot read '{name}' ({key}): {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_one_plain_address() {
        assert!(is_plain("ana+git@mail.example.com") && is_plain("1+ci[bot]@example.com"));
        for hostile in [
            "*",
            "*@example.com",
            "a@b,c@d",
            "a b@c",
            "!a@b",
            "a@b?",
            "\"a\"@b",
            "a@",
            "@b",
            "a",
            "#a@b",
            "a@b@c",
        ] {
            assert!(!is_plain(hostile), "{hostile}");
        }
    }
}

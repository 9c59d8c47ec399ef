//! Whether to sign a record, and with what: git's own settings, handed to [`crate::ledger::sign`].

use crate::git::{Repository, identity};
use crate::ledger::sign::Signing;
use crate::outcome::Failure;
use clap::Args;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Whether to sign.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SignArgs {
    /// Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that
    /// fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured
    #[arg(long, global = true)]
    sign: bool,

    /// Do not sign, whatever is configured (audit.sign=false says so for good)
    #[arg(long, global = true, overrides_with = "sign")]
    no_sign: bool,
}

/// What to sign with; `None` when the record is not to be signed.
///
/// # Errors
/// When git's configuration can't be read, or its command for a default key fails.
pub(crate) fn settings(repo: &Repository, args: &SignArgs) -> Result<Option<Signing>, Failure> {
    let config = repo.config()?;
    let given = |key: &str| config.get(key).filter(|value| !value.trim().is_empty());
    let format = given("gpg.format");
    let ssh = format == Some("ssh");
    let default_command = given("gpg.ssh.defaultkeycommand").filter(|_| ssh);
    let key = given("user.signingkey");
    let wanted = match config.bool("audit.sign")? {
        _ if args.sign => true,
        _ if args.no_sign => false,
        Some(wanted) => wanted,
        None => {
            key.is_some()
                || default_command.is_some()
                || config.bool("commit.gpgsign")?.unwrap_or(false)
        }
    };
    if !wanted {
        return Ok(None);
    }
    let program = match ssh {
        true => config.path("gpg.ssh.program"),
        false => config.path("gpg.openpgp.program").or_else(|| config.path("gpg.program")),
    };
    Ok(Some(Signing {
        format: format.map(str::to_owned),
        key: key.map(str::to_owned),
        program: program.filter(|program| !program.as_os_str().is_empty()),
        default_key: match (key, default_command) {
            (None, Some(command)) => Some(default_key(command)?),
            _ => None,
        },
        committer: match key {
            None if !ssh => committer(repo),
            _ => None,
        },
        home: std::env::var_os("HOME").map(PathBuf::from),
    }))
}

/// The first line that `gpg.ssh.defaultKeyCommand` prints, for instance `ssh-add -L`.
fn default_key(command: &str) -> Result<String, Failure> {
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Failure::new(format!("cannot run gpg.ssh.defaultKeyCommand '{command}': {error}"))
        })?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().next() {
        Some(key) if output.status.success() && !key.trim().is_empty() => Ok(key.trim().to_owned()),
        _ => Err(Failure::new(format!("gpg.ssh.defaultKeyCommand '{command}' gave no key"))
            .hint("is the agent running? or set user.signingKey, or record with --no-sign")),
    }
}

/// `Name <address>` of the committer: what `gpg` looks for when no key is configured.
fn committer(repo: &Repository) -> Option<String> {
    let output = repo.git().args(["var", "GIT_COMMITTER_IDENT"]).output().ok()?;
    let ident = identity::split(output.stdout.trim_ascii_end())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    output.status.success().then(|| format!("{} <{}>", text(ident.name), text(ident.email)))
}

//! Whether to sign a record, and with what: git's own settings, handed to [`crate::ledger::sign`].

use crate::git::{Repository, identity};
use crate::ledger::sign::{self, Signing};
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

impl SignArgs {
    /// Whether a signature was asked for on the command line.
    pub(crate) fn is_asked(&self) -> bool {
        self.sign
    }
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

/// The first line that `gpg.ssh.defaultKeyCommand` prints, for instance `ssh-add -L`. As in git no
/// shell is between, and the line must be a key itself.
fn default_key(command: &str) -> Result<String, Failure> {
    let setting = format!("gpg.ssh.defaultKeyCommand '{command}'");
    let hint = "git starts it without a shell; for pipes and variables write sh -c '…'";
    let words = words(command)
        .map_err(|what| Failure::new(format!("cannot run {setting}: {what}")).hint(hint))?;
    let output = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot run {setting}: {error}")).hint(hint))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let first = printed.lines().next().unwrap_or_default();
    if output.status.success() && sign::is_literal_key(first) {
        return Ok(first.to_owned());
    }
    Err(Failure::new(format!("{setting} gave no key in its first line (key::… or ssh-…)"))
        .hint("is the agent running? or set user.signingKey, or record with --no-sign"))
}

/// Splits a command line as git splits aliases and this setting (`split_cmdline` in `alias.c`): at
/// white space outside of quotes; a backslash takes the next character as it is, except in single
/// quotes. There is one word at least.
fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut characters = line.trim_ascii().chars().peekable();
    while let Some(c) = characters.next() {
        let word = words.last_mut().ok_or("no word")?;
        match (quote, c) {
            (None, ' ' | '\t' | '\n' | '\r') => {
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                words.push(String::new());
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            (None | Some('"'), '\\') => word.push(characters.next().ok_or("it ends in \\")?),
            _ => word.push(c),
        }
    }
    match quote {
        Some(_) => Err("a quote is not closed"),
        None => Ok(words),
    }
}

/// `Name <address>` of the committer: what `gpg` looks for when no key is configured.
fn committer(repo: &Repository) -> Option<String> {
    let output = repo.git().args(["var", "GIT_COMMITTER_IDENT"]).output().ok()?;
    let ident = identity::split(output.stdout.trim_ascii_end())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    output.status.success().then(|| format!("{} <{}>", text(ident.name), text(ident.email)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_command_is_split_without_a_shell() {
        assert_eq!(words("ssh-add -L").unwrap(), ["ssh-add", "-L"]);
        assert_eq!(
            words(r#" sh  -c 'a "b" \c' "d 'e' \"" f\ g "" "#).unwrap(),
            ["sh", "-c", r#"a "b" \c"#, r#"d 'e' ""#, "f g", ""]
        );
        assert_eq!(words("$HOME/key;x|y").unwrap(), ["$HOME/key;x|y"]);
        assert_eq!(words("").unwrap(), [""]);
        assert!(words("echo 'a").is_err());
        assert!(words("echo \\").is_err());
    }
}

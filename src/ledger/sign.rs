//! Signing a record as git signs a commit: by running the program that the user has configured.
//!
//! ```text
//! ssh-keygen -Y sign -n audit-ledger -f ~/.ssh/id_ed25519.pub /tmp/…/record    writes record.sig
//! gpg --status-fd=2 -bsau 0xA1B2C3D4                                           armor on stdout
//! ```
//!
//! No key is ever read here, so agents, PINs, hardware keys and the wrappers of password managers
//! work as they do in git. The calling conventions are those of git's `gpg-interface.c`; only the
//! namespace is our own, so that a commit's signature can't be passed off as a record's.

use super::entry::NAMESPACE;
use crate::outcome::Failure;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What git's configuration says about signing. Reading it is the caller's part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signing {
    /// `gpg.format`: `openpgp`, which is also the default, or `ssh`.
    pub format: Option<String>,
    /// `user.signingKey`: for SSH the path of a key or a literal one, for OpenPGP what `gpg` takes.
    pub key: Option<String>,
    /// `gpg.ssh.program`, or for OpenPGP `gpg.openpgp.program` or `gpg.program`.
    pub program: Option<PathBuf>,
    /// The first line that `gpg.ssh.defaultKeyCommand` printed: asked only when there is no key.
    pub default_key: Option<String>,
    /// `Name <address>` of the committer: what `gpg` looks for when there is no key.
    pub committer: Option<String>,
    /// The home directory, for a key's path that begins with `~/`.
    pub home: Option<PathBuf>,
}

/// An SSH key as git's configuration gives it.
#[derive(Debug, PartialEq, Eq)]
enum SshKey {
    /// A public key itself, whose private part is in the agent.
    Literal(String),
    /// The path of a private or public key.
    Path(PathBuf),
}

/// Signs a payload. Returns the armored signature, with line ends as `\n`.
///
/// # Errors
/// No key, no program, a program that fails (with what it said), or a format that records don't have.
pub fn sign(signing: &Signing, payload: &[u8]) -> Result<String, Failure> {
    sign_as(signing, payload, NAMESPACE)
}

/// As [`sign`], with another namespace for an SSH signature: what is signed is no record.
///
/// # Errors
/// As [`sign`].
pub fn sign_as(signing: &Signing, payload: &[u8], namespace: &str) -> Result<String, Failure> {
    match signing.format.as_deref() {
        None | Some("openpgp") => sign_openpgp(signing, payload),
        Some("ssh") => sign_ssh(signing, payload, namespace),
        Some(other) => {
            Err(Failure::new(format!("records can't be signed with gpg.format={other}"))
                .hint("set gpg.format to ssh or openpgp, or record without signing: --no-sign"))
        }
    }
}

fn sign_ssh(signing: &Signing, payload: &[u8], namespace: &str) -> Result<String, Failure> {
    let key = key_for_ssh(signing)?;
    let program = signing.program.clone().unwrap_or_else(|| "ssh-keygen".into());
    let temporary = |error| Failure::new(format!("can't make a temporary file to sign: {error}"));
    // The folder is only for this user, and goes with everything in it.
    let dir = tempfile::Builder::new().prefix("audit-sign-").tempdir().map_err(temporary)?;
    let record = dir.path().join("record");
    fs::write(&record, payload).map_err(temporary)?;
    let mut command = Command::new(&program);
    command.args(["-Y", "sign", "-n", namespace, "-f"]);
    match &key {
        SshKey::Path(path) => command.arg(path),
        SshKey::Literal(literal) => {
            let path = dir.path().join("key");
            fs::write(&path, format!("{literal}\n")).map_err(temporary)?;
            command.arg(path).arg("-U")
        }
    };
    command.arg(&record);
    let output = run(command, &program, b"")?;
    if !output.status.success() {
        return Err(failed(&program, &output));
    }
    let signature = fs::read(record.with_extension("sig")).map_err(|error| {
        Failure::new(format!("{} left no signature: {error}", program.display()))
    })?;
    armor(signature, &program)
}

/// Whether a setting is a key itself and no path, by git's rule.
pub fn is_literal_key(key: &str) -> bool {
    key.starts_with("key::") || key.starts_with("ssh-")
}

/// The key, by git's rules: `key::` or a public key's own beginning announce a literal one.
fn key_for_ssh(signing: &Signing) -> Result<SshKey, Failure> {
    let Some(key) = given(&signing.key).or(given(&signing.default_key)) else {
        return Err(Failure::new("there is no key to sign the record with").hint(
            "set user.signingKey to your public key (for instance ~/.ssh/id_ed25519.pub), \
             or record without signing: --no-sign",
        ));
    };
    if is_literal_key(key) {
        return Ok(SshKey::Literal(key.strip_prefix("key::").unwrap_or(key).to_string()));
    }
    Ok(SshKey::Path(match (key.strip_prefix("~/"), &signing.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(key),
    }))
}

fn sign_openpgp(signing: &Signing, payload: &[u8]) -> Result<String, Failure> {
    let Some(key) = given(&signing.key).or(given(&signing.committer)) else {
        return Err(Failure::new("there is no key to sign the record with").hint(
            "set user.signingKey to the fingerprint of your key, or record without signing: --no-sign",
        ));
    };
    let program = signing.program.clone().unwrap_or_else(|| "gpg".into());
    let mut command = Command::new(&program);
    command.args(["--status-fd=2", "-bsau", key]);
    let output = run(command, &program, payload)?;
    let status = String::from_utf8_lossy(&output.stderr);
    let created = status.lines().any(|line| line.starts_with("[GNUPG:] SIG_CREATED "));
    if !output.status.success() || !created {
        return Err(failed(&program, &output));
    }
    armor(output.stdout, &program)
}

fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}

/// Runs a program with `input` on its stdin. Both pipes are served at once: a program that prints
/// before it reads must not block.
fn run(mut command: Command, program: &Path, input: &[u8]) -> Result<Output, Failure> {
    let fail = |error: io::Error| {
        let failure = Failure::new(format!("can't run {}: {error}", program.display()));
        match error.kind() {
            io::ErrorKind::NotFound => failure.hint(
                "install it, or name another with gpg.program or gpg.ssh.program; \
                 --no-sign records without signing",
            ),
            _ => failure,
        }
    };
    command.stdin(if input.is_empty() { Stdio::inherit() } else { Stdio::piped() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(fail)?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut stdin) = stdin {
                // A program that ends without reading says why by itself.
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output().map_err(fail)
    })
}

fn armor(signature: Vec<u8>, program: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(signature).map(|text| text.replace("\r\n", "\n"));
    match text {
        Ok(text) if text.starts_with("-----BEGIN ") => Ok(text),
        _ => Err(Failure::new(format!("{} gave no armored signature", program.display()))),
    }
}

fn failed(program: &Path, output: &Output) -> Failure {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("[GNUPG:]") && !line.starts_with("Signing file "))
        .collect();
    let program = OsString::from(program);
    let program = program.to_string_lossy();
    let message = match said.join("\n").trim() {
        "" => format!("{program} did not sign the record ({})", output.status),
        said => format!("{program} did not sign the record: {said}"),
    };
    Failure::new(message)
        .hint("try `git commit -S`, which asks the same program; --no-sign records without")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_program_that_is_not_there_or_does_not_sign_says_what_helps() {
        let nowhere = Path::new("/nowhere/ssh-keygen");
        let missing = run(Command::new(nowhere), nowhere, b"").unwrap_err();
        assert!(missing.message.starts_with("can't run /nowhere/ssh-keygen: "), "{missing:?}");
        assert!(missing.hint.unwrap().contains("gpg.ssh.program"));

        let mut fails = Command::new("sh");
        let script = "echo '[GNUPG:] FAILURE sign 17' >&2; echo Signing file x >&2; echo no agent >&2; exit 3";
        fails.args(["-c", script]);
        let said = failed(Path::new("gpg"), &run(fails, nowhere, b"x").unwrap());
        assert_eq!(said.message, "gpg did not sign the record: no agent");
        let output = run(Command::new("false"), nowhere, b"").unwrap();
        let silent = failed(Path::new("gpg"), &output).message;
        assert!(silent.starts_with("gpg did not sign the record (exit"), "{silent}");

        let armored = b"-----BEGIN SSH SIGNATURE-----\r\nabc\r\n".to_vec();
        let armored = armor(armored, nowhere).unwrap();
        assert_eq!(armored, "-----BEGIN SSH SIGNATURE-----\nabc\n");
        for no in [&b"signed!"[..], b"", b"-----BEGIN \xff"] {
            assert!(armor(no.to_vec(), nowhere).is_err());
        }
    }

    fn key(key: &str) -> SshKey {
        let signing =
            Signing { key: Some(key.into()), home: Some("/home/ana".into()), ..Signing::default() };
        key_for_ssh(&signing).unwrap()
    }

    #[test]
    fn a_key_is_a_path_or_literal_as_in_git() {
        assert_eq!(key("~/.ssh/id.pub"), SshKey::Path("/home/ana/.ssh/id.pub".into()));
        assert_eq!(key("/k/id"), SshKey::Path("/k/id".into()));
        assert_eq!(
            key("key::ecdsa-sha2-nistp256 AAAA"),
            SshKey::Literal("ecdsa-sha2-nistp256 AAAA".into())
        );
        assert_eq!(key("ssh-ed25519 AAAA"), SshKey::Literal("ssh-ed25519 AAAA".into()));
    }

    #[test]
    fn the_default_key_counts_only_without_a_key() {
        let mut signing =
            Signing { default_key: Some("key::ssh-rsa B\n".into()), ..Signing::default() };
        assert_eq!(key_for_ssh(&signing).unwrap(), SshKey::Literal("ssh-rsa B".into()));
        signing.key = Some("/k/id".into());
        assert_eq!(key_for_ssh(&signing).unwrap(), SshKey::Path("/k/id".into()));
        signing = Signing::default();
        assert!(key_for_ssh(&signing).unwrap_err().hint.unwrap().contains("user.signingKey"));
    }

    #[test]
    fn what_can_not_sign_says_so() {
        let signing = |format: &str, program: &str| Signing {
            format: Some(format.into()),
            key: Some("/k/id".into()),
            program: Some(program.into()),
            ..Signing::default()
        };
        let said = |format, program| sign(&signing(format, program), b"x\n").unwrap_err().message;
        assert!(said("x509", "gpgsm").contains("gpg.format=x509"));
        assert!(said("ssh", "/no/such/program").contains("can't run /no/such/program"));
        assert!(said("openpgp", "/no/such/program").contains("can't run /no/such/program"));
        assert!(said("openpgp", "true").contains("did not sign"));
        assert!(said("openpgp", "false").contains("did not sign"));
        assert!(said("ssh", "true").contains("left no signature"));
    }
}

//! What the tests of the ledger share: records, a key that signs without a program, and the rules.
//!
//! The key is made from a seed that stands here, so it is public and worth nothing.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use audit::event::{Kind, Status};
use audit::ledger::check::{Checker, Report};
use audit::ledger::{Body, Id, NAMESPACE, Nonce, Rules, entry};
use audit::signature::Claim;
use audit::signature::ssh::{AllowedSigners, SshTrust};
use serde_json::{Map, Value, json};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The moment of the first record.
pub(crate) const BEGIN: i64 = 1_788_256_860;

/// Ana's key: public, and only for tests.
pub(crate) fn key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[0x5a; 32]))
}

/// Mallory's key: public, and only for tests.
pub(crate) fn other_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[0xa5; 32]))
}

/// The rules, with the armor rule that the program uses.
pub(crate) fn rules() -> Rules {
    Rules { ledger: None, armor: audit::signature::ssh::armor_is_canonical }
}

/// Whether the program finds that Ana signed this payload, for a ledger.
pub(crate) fn holds(payload: &[u8], armor: &str) -> bool {
    static TRUST: OnceLock<SshTrust> = OnceLock::new();
    let trust = TRUST.get_or_init(|| {
        let line = format!("ana@example.com {}\n", key().public_key().to_openssh().unwrap());
        let signers = AllowedSigners::parse(line.as_bytes(), "allowed_signers").unwrap();
        SshTrust { signers: Some(signers), ..SshTrust::default() }
    });
    let claim =
        Claim { payload, signature: armor.as_bytes(), at: Some(BEGIN), namespace: NAMESPACE };
    trust.judge(&claim, BEGIN).status == Status::Good
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// The `number`th deployment of a ledger, on top of `prev`.
pub(crate) fn deploy(number: u64, prev: Vec<Id>) -> Body {
    let mut nonce = [0; 16];
    nonce[8..].copy_from_slice(&number.to_be_bytes());
    let mut body =
        Body::new(Kind::Deploy, "example.com/acme/pay", BEGIN + number as i64 * 60, Nonce(nonce));
    body.prev = prev;
    body.what = object(json!({
        "commit": format!("{number:040x}"),
        "outcome": "success",
        "tree": format!("{:040x}", number * 7),
    }));
    body.place = object(json!({"env": "production", "service": "api"}));
    body.who = object(json!({"email": "ana@example.com", "name": "Ana Silva"}));
    body.why =
        object(json!({"reason": format!("release 1.{number}\n\"Größe\""), "tickets": ["PAY-88"]}));
    body
}

pub(crate) fn unsigned(body: &Body) -> Vec<u8> {
    entry::format(&body.format().unwrap(), None).unwrap()
}

pub(crate) fn signed_by(body: &Body, key: &PrivateKey, namespace: &str) -> Vec<u8> {
    let text = body.format().unwrap();
    let payload = entry::payload(&text);
    let armor = key.sign(namespace, HashAlg::Sha512, &payload).unwrap();
    entry::format(&text, Some(&armor.to_pem(LineEnding::LF).unwrap())).unwrap()
}

pub(crate) fn signed(body: &Body) -> Vec<u8> {
    signed_by(body, &key(), NAMESPACE)
}

/// A chain of lines, each on top of the one before.
pub(crate) fn chain(length: u64, line: impl Fn(&Body) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for number in 0..length {
        let prev = lines.last().map(|line| Id::of(line)).into_iter().collect();
        lines.push(line(&deploy(number, prev)));
    }
    lines
}

/// Checks bytes as they would stand in the file.
pub(crate) fn check(bytes: &[u8]) -> Report {
    let mut checker = Checker::new(rules());
    checker.feed(bytes, &mut |_, _| ());
    checker.finish()
}

/// Whether a program is on this machine; if not, says that the test named `test` could not ask it.
pub(crate) fn have(program: &str, test: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        println!("NOT TESTED: {test}: there is no {program} on this machine");
    }
    found
}

/// Runs a shell command in a folder, without the user's configuration. Returns what it printed.
pub(crate) fn shell(dir: &Path, command: &str) -> Result<String, String> {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(dir)
        .env("HOME", dir)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(format!("{command}: {}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

//! A record's signature has one form, so that nobody without a key can rename the newest record; and what a writer leaves
//! alone: lines that may be somebody's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use crate::ledger_support::*;
use audit::ledger::check::{Checker, Severity};
use audit::ledger::{Entry, Id, Ledger, Rule};
use audit::signature::{armor_is_canonical, normalized};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The armor that `ssh-keygen` makes for a payload.
fn sign(folder: &Path, payload: &str) -> Vec<u8> {
    let file = folder.join("payload");
    fs::write(&file, payload).unwrap();
    let _ = fs::remove_file(folder.join("payload.sig"));
    let status = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", "audit-ledger", "-f"])
        .arg(folder.join("key"))
        .arg(&file)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    fs::read(folder.join("payload.sig")).unwrap()
}

fn verifies(folder: &Path, payload: &str, armor: &[u8]) -> bool {
    let public = fs::read_to_string(folder.join("key.pub")).unwrap();
    fs::write(folder.join("allowed"), format!("ana@example.com {public}")).unwrap();
    fs::write(folder.join("other.sig"), armor).unwrap();
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "audit-ledger", "-I", "ana@example.com", "-f"])
        .arg(folder.join("allowed"))
        .arg("-s")
        .arg(folder.join("other.sig"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), payload.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

/// Of ECDSA signatures half are written with the higher s. The writer turns them; OpenSSH takes either.
#[test]
fn the_higher_half_of_ecdsa_signatures_is_turned_and_holds() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        eprintln!(
            "the_higher_half_of_ecdsa_signatures_is_turned_and_holds: NOT RUN, there is no ssh-keygen"
        );
        return;
    }
    for (kind, bits) in
        [("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("ed25519", "256"), ("rsa", "2048")]
    {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f"])
            .arg(&key)
            .status()
            .unwrap();
        assert!(made.success());
        let (mut low, mut high) = (0, 0);
        for number in 0..12 {
            let payload = format!("payload {number}\n");
            let armor = sign(folder.path(), &payload);
            let one_form = normalized(&armor);
            assert!(armor_is_canonical(&one_form), "{kind} {bits}");
            assert!(verifies(folder.path(), &payload, &one_form), "{kind} {bits}");
            assert_eq!(normalized(&one_form), one_form);
            match armor_is_canonical(&armor) {
                true => low += 1,
                false => high += 1,
            }
        }
        assert_eq!(high > 0 && low > 0, kind == "ecdsa", "{kind} {bits}: {low} low, {high} high");
    }
}

#[test]
fn a_time_of_writing_is_held_to_the_form_of_times() {
    let line = unsigned(&deploy(1, Vec::new()));
    let text = String::from_utf8(line).unwrap();
    let with =
        |recorded: &str| text.replace("\"v\":1,", &format!("\"recorded\":\"{recorded}\",\"v\":1,"));
    assert!(Entry::parse(with("2026-09-01T10:02:00Z").as_bytes()).is_ok());
    for bad in [
        "",
        "soon",
        "2026-09-01T10:02:60Z",
        "2026-02-30T10:02:00Z",
        "0000-01-01T00:00:00Z",
        "2026-09-01T10:02:00.0Z",
    ] {
        assert!(Entry::parse(with(bad).as_bytes()).is_err(), "{bad}");
    }
}

/// A writer cuts off what a crash left, and nothing that may be a record of any version.
#[test]
fn what_may_be_a_record_is_never_a_torn_tail() {
    let good = unsigned(&deploy(1, Vec::new()));
    for (tail, is_torn) in [
        (&b"\0\0\0\0\n"[..], true),
        (b"\0\0 half a li\n\0\0\n", true),
        (b"\0\0{\"body\":{\"v\":7}}\n", false),
        (b"\0\0\n{\"body\":{\"v\":7},\"sig\":null}\n", false),
        (b"\0\0\n{\"bodies\":1}\n", true),
    ] {
        let mut checker = Checker::new(rules());
        checker.feed(&[good.as_slice(), tail].concat(), &mut |_, _| {});
        let report = checker.finish();
        let text = String::from_utf8_lossy(tail);
        assert_eq!(report.torn.is_some(), is_torn, "{text:?}");
        let damaged = report.findings.iter().any(|one| one.rule.severity() == Severity::Damage);
        assert_eq!(damaged, !is_torn, "{text:?}");
    }
}

#[test]
fn a_writer_refuses_beside_a_record_of_another_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path());
    fs::create_dir(ledger.dir()).unwrap();
    let first = unsigned(&deploy(1, Vec::new()));
    let mut body = deploy(2, vec![Id::of(&first)]);
    body.ledger = "example.com/other".into();
    let foreign = unsigned(&body);
    fs::write(ledger.path(), [first.as_slice(), &foreign].concat()).unwrap();
    let view = ledger.read(rules()).unwrap();
    assert!(view.report().findings.iter().any(|one| one.rule == Rule::ForeignLedger));
    let failure = view.writable().unwrap_err();
    assert!(
        failure.message.contains("line 2") && failure.message.contains("another ledger"),
        "{failure}"
    );
    let next = unsigned(&deploy(3, view.chain().prev()));
    assert!(ledger.append(view, &next, BEGIN).is_err());
    assert_eq!(fs::read(ledger.path()).unwrap(), [first.as_slice(), &foreign].concat());
}

#[test]
fn of_more_heads_than_a_record_can_name_the_newest_are_named() {
    let root = unsigned(&deploy(0, Vec::new()));
    let mut checker = Checker::new(rules());
    checker.feed(&root, &mut |_, _| {});
    let mut heads: Vec<Id> = Vec::new();
    // The newest come first in the file.
    for number in (1..=70u64).rev() {
        let line = unsigned(&deploy(number, vec![Id::of(&root)]));
        heads.push(Id::of(&line));
        checker.feed(&line, &mut |_, _| {});
    }
    let report = checker.finish();
    let mut newest: Vec<Id> = heads[..64].to_vec();
    newest.sort_unstable();
    assert_eq!(report.chain.prev(), newest);
}

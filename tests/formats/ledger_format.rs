//! The format holds up to programs that this project did not write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

use crate::ledger_support::*;
use audit::ledger::sign::{Signing, sign};
use audit::ledger::{Body, Entry, Id, Nonce, canonical, entry, kinds};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Any value that a record may hold.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-99i64..=99).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z0-9_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Any text of the alphabet, from all of Unicode.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~\n\t]{0,40}", "[^\\x00-\\x08\\x0b-\\x1f\\x7f]{0,20}"]
}

fn body() -> impl Strategy<Value = Body> {
    let objects =
        prop::array::uniform4(prop::collection::btree_map("[a-z0-9_]{1,8}", value(), 0..5));
    let moment = -62_135_596_800_i64..=253_402_300_799;
    (
        objects,
        moment,
        any::<[u8; 16]>(),
        prop::collection::vec(any::<[u8; 32]>(), 0..4),
        "[a-z]{1,9}",
        text(),
    )
        .prop_map(|([what, place, who, why], when, nonce, prev, kind, ledger)| Body {
            kind,
            ledger: format!("x{ledger}"),
            nonce: Nonce(nonce),
            prev: prev.into_iter().map(Id).collect(),
            what: what.into_iter().collect(),
            when,
            recorded: (when % 3 == 0).then_some(0),
            place: place.into_iter().collect(),
            who: who.into_iter().collect(),
            why: why.into_iter().collect(),
            other: Default::default(),
        })
}

/// 10,000 records out of a fixed seed, as lines.
fn generated() -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let strategy = body();
    (0..10_000)
        .map(|number| {
            let mut body = strategy.new_tree(&mut runner).unwrap().current();
            body.prev.sort();
            let armor = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
            let text = body.format().unwrap();
            let line = entry::format(&text, (number % 2 == 0).then_some(armor)).unwrap();
            assert_eq!(Entry::parse(&line).unwrap().body, body, "{text}");
            line
        })
        .collect()
}

/// `serde_json_canonicalizer` is a complete implementation of RFC 8785 by others, numbers and UTF-16
/// order included; so it has an opinion of its own on all that our alphabet is a part of.
#[test]
fn an_independent_canonicaliser_and_jq_agree_on_ten_thousand_records() {
    let lines = generated();
    for line in &lines {
        let value: Value = serde_json::from_slice(line).unwrap();
        let theirs = serde_json_canonicalizer::to_vec(&value).unwrap();
        assert_eq!([theirs.as_slice(), b"\n"].concat(), *line);
        assert_eq!(canonical::emit(&value).unwrap().as_bytes(), theirs);
    }
    if !have("jq", "canonical lines against jq") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ledger.jsonl"), lines.concat()).unwrap();
    shell(dir.path(), "jq -cS . ledger.jsonl | cmp - ledger.jsonl").unwrap();
}

#[test]
fn every_single_byte_changed_gives_another_line_or_none() {
    // The scanner against the typed way: serde_json and emission.
    for line in generated().iter().step_by(997) {
        for at in 0..line.len() - 1 {
            for change in [0x01, 0x02, 0x20, 0x5c, 0x80] {
                let mut changed = line.clone();
                changed[at] ^= change;
                let text = &changed[..changed.len() - 1];
                let slow = serde_json::from_slice::<Value>(text)
                    .ok()
                    .and_then(|value| canonical::emit(&value).ok())
                    .is_some_and(|emitted| emitted.as_bytes() == text);
                assert_eq!(canonical::check(text).is_ok(), slow, "{}", text.escape_ascii());
            }
        }
    }
}

/// An SSH key of the machine's own `ssh-keygen`, and the signing settings that name it.
fn ssh_key(dir: &Path) -> Signing {
    shell(dir, "ssh-keygen -q -t ed25519 -N '' -C ana -f key").unwrap();
    let public = fs::read_to_string(dir.join("key.pub")).unwrap();
    fs::write(dir.join("allowed_signers"), format!("ana@example.com {public}")).unwrap();
    Signing {
        format: Some("ssh".into()),
        key: Some(dir.join("key.pub").to_str().unwrap().into()),
        ..Signing::default()
    }
}

fn signed_with(signing: &Signing, body: &Body) -> Vec<u8> {
    let text = body.format().unwrap();
    let armor = sign(signing, &entry::payload(&text)).unwrap();
    entry::format(&text, Some(&armor)).unwrap()
}

fn write_ledger(dir: &Path, length: u64, line: impl Fn(&Body) -> Vec<u8>) -> Vec<Vec<u8>> {
    let lines = chain(length, line);
    fs::write(dir.join("ledger.jsonl"), lines.concat()).unwrap();
    lines
}

#[test]
fn sha256sum_and_ssh_keygen_accept_each_signed_line() {
    let dir = tempfile::tempdir().unwrap();
    let signing = ssh_key(dir.path());
    let lines = write_ledger(dir.path(), 5, |body| signed_with(&signing, body));
    let report = check(&lines.concat());
    assert_eq!(
        (report.found, report.signed, report.chain.len()),
        (0, 5, 5),
        "{:?}",
        report.findings
    );
    for (number, line) in lines.iter().enumerate() {
        let sum =
            shell(dir.path(), &format!("sed -n {}p ledger.jsonl | sha256sum", number + 1)).unwrap();
        assert_eq!(sum.split_whitespace().next().unwrap(), Id::of(line).to_string());
        let entry = Entry::parse(line).unwrap();
        fs::write(dir.path().join("payload"), &entry.payload).unwrap();
        fs::write(dir.path().join("sig"), entry.signature.unwrap()).unwrap();
        let verify = |namespace: &str| {
            shell(
                dir.path(),
                &format!(
                    "ssh-keygen -Y verify -n {namespace} -f allowed_signers -I ana@example.com -s sig < payload"
                ),
            )
        };
        verify("audit-ledger").unwrap();
        assert!(verify("git").is_err());
    }
    if have("jq", "the payload as jq cuts it out") {
        shell(dir.path(), "sed -n 5p ledger.jsonl | jq -cS .body | cmp - payload").unwrap();
    }
}

#[test]
fn gpg_verifies_each_openpgp_line() {
    if !have("gpg", "OpenPGP signatures of records") {
        return;
    }
    // GnuPG's sockets need a short path.
    let dir = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    fs::create_dir(dir.path().join("gnupg")).unwrap();
    let gnupg = "chmod 700 gnupg; export GNUPGHOME=$PWD/gnupg;";
    shell(dir.path(), &format!(
        "{gnupg} gpg --batch --quiet --passphrase '' --quick-gen-key 'Ana <ana@example.com>' ed25519 sign never"
    ))
    .unwrap();
    // The program that git would run: a wrapper that knows its own home.
    let wrapper = dir.path().join("wrapper");
    fs::write(
        &wrapper,
        format!("#!/bin/sh\nGNUPGHOME={}/gnupg exec gpg \"$@\"\n", dir.path().display()),
    )
    .unwrap();
    shell(dir.path(), "chmod +x wrapper").unwrap();
    let signing = Signing {
        committer: Some("Ana <ana@example.com>".into()),
        program: Some(wrapper),
        ..Signing::default()
    };
    let lines = write_ledger(dir.path(), 2, |body| signed_with(&signing, body));
    for line in &lines {
        let entry = Entry::parse(line).unwrap();
        fs::write(dir.path().join("payload"), &entry.payload).unwrap();
        fs::write(dir.path().join("sig"), entry.signature.unwrap()).unwrap();
        shell(dir.path(), &format!("{gnupg} gpg --quiet --verify sig payload")).unwrap();
        shell(dir.path(), "printf x >> payload").unwrap();
        assert!(shell(dir.path(), &format!("{gnupg} gpg --quiet --verify sig payload")).is_err());
    }
    shell(dir.path(), &format!("{gnupg} gpgconf --kill gpg-agent")).unwrap();
}

#[test]
fn ssh_signs_with_a_path_an_agent_key_and_a_program_of_ones_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut signing = ssh_key(dir.path());
    let body = deploy(0, vec![]);
    let holds = |line: &[u8]| {
        let entry = Entry::parse(line).unwrap();
        fs::write(dir.path().join("payload"), &entry.payload).unwrap();
        fs::write(dir.path().join("sig"), entry.signature.unwrap()).unwrap();
        shell(
            dir.path(),
            "ssh-keygen -Y verify -n audit-ledger -f allowed_signers -I ana@example.com -s sig < payload",
        )
    };
    holds(&signed_with(&signing, &body)).unwrap();
    signing.home = Some(dir.path().into());
    signing.key = Some("~/key".into());
    holds(&signed_with(&signing, &body)).unwrap();
    // A program of one's own, which sees the arguments that git gives: with -U for a literal key.
    let program = dir.path().join("sign");
    let script = "#!/bin/sh\necho \"$@\" > \"$(dirname \"$0\")/arguments\"\n\
                  for last; do :; done\ncp \"$6\" \"$(dirname \"$0\")/literal\"\n\
                  exec ssh-keygen -Y sign -n audit-ledger -f \"$(dirname \"$0\")/key\" \"$last\"\n";
    fs::write(&program, script).unwrap();
    shell(dir.path(), "chmod +x sign").unwrap();
    let public = fs::read_to_string(dir.path().join("key.pub")).unwrap();
    signing.program = Some(program);
    signing.key = None;
    signing.default_key = Some(format!("key::{}", public.trim()));
    holds(&signed_with(&signing, &body)).unwrap();
    let arguments = fs::read_to_string(dir.path().join("arguments")).unwrap();
    assert!(
        arguments.starts_with("-Y sign -n audit-ledger -f ") && arguments.contains(" -U "),
        "{arguments}"
    );
    assert_eq!(fs::read_to_string(dir.path().join("literal")).unwrap(), public);
}

#[test]
fn a_literal_key_is_signed_for_by_the_agent() {
    if !have("ssh-agent", "literal keys") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut signing = ssh_key(dir.path());
    signing.key = Some(fs::read_to_string(dir.path().join("key.pub")).unwrap());
    // The agent is reached through the environment of the program, so a wrapper sets it.
    let agent =
        shell(dir.path(), "eval $(ssh-agent -a $PWD/agent) >/dev/null; echo $SSH_AGENT_PID")
            .unwrap();
    shell(dir.path(), "SSH_AUTH_SOCK=$PWD/agent ssh-add -q key; mv key hidden").unwrap();
    let program = dir.path().join("sign");
    let script = "#!/bin/sh\nSSH_AUTH_SOCK=$(dirname \"$0\")/agent exec ssh-keygen \"$@\"\n";
    fs::write(&program, script).unwrap();
    shell(dir.path(), "chmod +x sign").unwrap();
    signing.program = Some(program);
    let line = signed_with(&signing, &deploy(0, vec![]));
    shell(dir.path(), &format!("kill {}", agent.trim())).unwrap();
    assert_eq!(check(&line).found, 0);
}

/// The script for people without this program.
fn check_by_hand(dir: &Path) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check-ledger.sh");
    shell(dir, &format!("sh {} ledger.jsonl allowed_signers", script.display()))
}

#[test]
fn the_script_for_people_without_this_program_tells_a_good_ledger_from_a_bad_one() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check-ledger.sh");
    assert!(fs::read_to_string(script).unwrap().lines().count() <= 25);
    if !have("jq", "docs/check-ledger.sh") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let signing = ssh_key(dir.path());
    let lines = write_ledger(dir.path(), 4, |body| signed_with(&signing, body));
    let said = check_by_hand(dir.path()).unwrap();
    assert!(said.contains(&Id::of(&lines[3]).to_string()), "{said}");
    let text = lines.concat();
    let edited = String::from_utf8(text.clone()).unwrap().replacen("release 1.3", "release 9.3", 1);
    let swapped = [&lines[0][..], &lines[2], &lines[1], &lines[3]].concat();
    let cut_out = [&lines[0][..], &lines[2], &lines[3]].concat();
    let twice = [&text[..], &lines[3]].concat();
    let spaced = String::from_utf8(text.clone()).unwrap().replacen("{\"body\":", "{\"body\": ", 1);
    let torn = [&text[..], b"{\"body\":"].concat();
    for bad in [edited.as_bytes(), &swapped, &cut_out, &twice, spaced.as_bytes(), &torn] {
        fs::write(dir.path().join("ledger.jsonl"), bad).unwrap();
        assert!(check_by_hand(dir.path()).is_err(), "{}", bad.escape_ascii());
    }
}

#[test]
fn the_example_of_the_documentation_is_real() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ledger-format.md");
    let document = fs::read_to_string(document).unwrap();
    let lines: Vec<String> = document
        .lines()
        .filter(|line| line.starts_with("{\"body\":"))
        .map(|l| format!("{l}\n"))
        .collect();
    assert_eq!(lines.len(), 2);
    let report = check(lines.concat().as_bytes());
    assert_eq!(report.found, 0, "{:?}", report.findings);
    for line in &lines {
        let entry = Entry::parse(line.as_bytes()).unwrap();
        assert!(document.contains(&format!("{}  -", entry.id)), "{}", entry.id);
        assert_eq!(kinds::validate(&entry.body), vec![]);
        if let Some(armor) = &entry.signature {
            assert!(holds(&entry.payload, armor));
        }
    }
    let public = key().public_key().to_openssh().unwrap();
    assert!(document.contains(&public), "{public}");
}

/// Prints the two lines of the documentation's example.
#[test]
#[ignore = "prints the example for docs/ledger-format.md"]
fn print_the_example() {
    let mut first = deploy(1, vec![]);
    first.why = object(json!({"reason": "release 1.4", "tickets": ["PAY-88"]}));
    let first = signed(&first);
    let mut second = deploy(2, vec![Id::of(&first)]);
    second.kind = "note".into();
    second.what.clear();
    second.place.clear();
    second.why = object(json!({
        "links": [{"id": Id::of(&first).to_string(), "rel": "corrects"}],
        "reason": "The ticket was PAY-89.\nSorry.",
    }));
    let second = unsigned(&second);
    for line in [first, second] {
        println!("{}{}", String::from_utf8(line.clone()).unwrap(), Id::of(&line));
    }
    println!("{}", key().public_key().to_openssh().unwrap());
}

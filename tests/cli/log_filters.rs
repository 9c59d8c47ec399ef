//! The filters of `audit log`: whom they find, and what a slip of the finger gets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::company::{audit, company, record};
use crate::common::{Repo, World};

fn kinds(repo: &Repo<'_>, args: &[&str]) -> Vec<String> {
    let output = audit(repo, [&["log", "--format", "jsonl"], args].concat()).code(0);
    let kind = |event: &serde_json::Value| event["kind"].as_str().unwrap().to_owned();
    output.json_lines().iter().map(kind).collect()
}

#[test]
fn a_person_is_found_under_any_of_their_addresses_in_records_and_reviews() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("Mine").by("Ana Silva", "ana@new.example").create();
    repo.commit("Of Bo\n\nReviewed-by: ana <ana@old.example>\n")
        .by("Bo", "bo@example.com")
        .create();
    repo.commit("Of Bo, too")
        .by("Bo", "bo@example.com")
        .file(".mailmap", "Ana Silva <ana@new.example> <ana@old.example>\n")
        .file(".audit/policy.toml", "[people.ana]\nemails = [\"ana@new.example\", \"a@home\"]\n")
        .create();
    record(&repo, ("ana", "ana@old.example"), &["note", "--why", "mailmap"]);
    record(&repo, ("ana", "a@home"), &["note", "--why", "policy"]);
    record(&repo, ("Bo", "bo@example.com"), &["note", "--why", "bo"]);
    for who in ["ana@new.example", "ana@old.example", "a@home", "ana"] {
        let found = kinds(&repo, &["--who", who]);
        let expected: &[&str] = match who {
            // What nobody but the mailmap knows.
            "ana@old.example" => &["note", "commit"],
            _ => &["note", "note", "commit", "commit"],
        };
        assert_eq!(found, expected, "{who}");
    }
    assert_eq!(kinds(&repo, &["--who", "ana@new.example", "--no-mailmap"]).len(), 2);
    assert_eq!(kinds(&repo, &["--author", "ana@new.example"]), ["note", "commit"]);
}

#[test]
fn a_slip_of_the_finger_is_no_clean_answer() {
    let world = World::new();
    let repo = company(&world);
    let said = |args: &[&str]| {
        let output = audit(&repo, [&["log"], args].concat()).code(0);
        assert_eq!(output.stdout, "");
        output.stderr
    };
    let note = |args: &[&str], text: &str| {
        let said = said(args);
        assert!(said.starts_with(&format!("note: {text}")), "{said}");
    };
    note(
        &["--env", "prodution"],
        "no record names an environment 'prodution'; did you mean 'production'?\n",
    );
    note(&["--service", "wbe"], "no record names a service 'wbe'; did you mean 'web'?\n");
    note(&["--service", "elsewhere"], "no record names a service 'elsewhere'\n");
    note(&["--who", "nobody@x"], "nobody is called 'nobody@x' in what was looked at;");
    note(&["--ticket", "REL-999"], "nothing that was looked at passes these filters\n");
    // Who is there, but not so.
    assert_eq!(said(&["--who", "bo@example.com", "--env", "dev"]), "");
    assert_eq!(audit(&repo, ["log", "--env", "dev"]).code(0).stderr, "");
    assert_eq!(audit(&repo, ["log", "main..main"]).code(0).stderr, "");

    for (flag, wrong, words) in [
        ("--kind", "deplyo", ["[possible values: commit, merge, tag, deploy,", "'deploy'"]),
        ("--proof", "sgined", ["[possible values: signed, imported, claimed,", "'signed'"]),
    ] {
        let refused = audit(&repo, ["log", flag, wrong]).code(2).stderr;
        for word in words {
            assert!(refused.contains(word), "{refused}");
        }
    }
    assert!(!kinds(&repo, &["--kind", "deploy,tag"]).is_empty());
}

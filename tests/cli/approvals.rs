//! Who approved what runs: the last word of each counts, and when it was written down is said.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::World;
use crate::common::company::{BO, BOT, CY, audit, record};

const DEPLOY: [&str; 5] = ["deploy", "--env", "production", "--outcome", "success"];

fn word(decision: &str) -> [&str; 5] {
    ["approval", "--env", "production", "--decision", decision]
}

#[test]
fn a_later_rejection_takes_the_approval_back_under_any_address_of_the_person() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").file(".mailmap", "Bo Chen <bo@example.com> <bo@home.example>\n").create();
    record(&repo, CY, &word("rejected"));
    record(&repo, BO, &word("approved"));
    record(&repo, ("Bo Chen", "bo@home.example"), &word("rejected"));
    record(&repo, CY, &word("approved"));
    record(&repo, BOT, &DEPLOY);
    let status = audit(&repo, ["status"]).code(0).stdout;
    assert!(status.contains("  Cy Young  ") && !status.contains("  Bo Chen  "), "{status}");
    assert!(status.contains("production: rejected by Bo Chen"), "{status}");
    assert!(!status.contains("rejected by Cy Young"), "{status}");
    for command in ["status", "trace"] {
        let shown = audit(&repo, [command, "--format", "markdown"]).code(0).stdout;
        assert!(shown.contains(" | Cy Young | "), "{shown}");
        assert!(shown.trim_end().ends_with(" | rejected by Bo Chen |"), "{shown}");
        let shown = audit(&repo, [command, "--format", "csv"]).code(0).stdout;
        let mut rows = csv::Reader::from_reader(shown.as_bytes());
        let titles = rows.headers().unwrap().clone();
        let row = rows.records().next().unwrap().unwrap();
        let cell = |title| &row[titles.iter().position(|other| other == title).unwrap()];
        assert_eq!((cell("approved_by"), cell("remarks")), ("Cy Young", "rejected by Bo Chen"));
    }
    let status = audit(&repo, ["status", "--format", "json"]).code(0).json();
    let words = status["environments"][0]["approvals"].as_array().unwrap();
    let superseded: Vec<bool> =
        words.iter().map(|word| word["superseded"].as_bool().unwrap()).collect();
    assert_eq!(superseded, [true, true, false, false]);
}

#[test]
fn what_was_recorded_later_says_so_where_its_proof_stands() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("First").create();
    let when = ["--when", "@1767225700 +0000"];
    record(&repo, CY, &[&word("approved")[..], &when].concat());
    record(&repo, BOT, &[&DEPLOY[..], &["--when", "@1767225701 +0000"]].concat());
    for args in [&["status"][..], &["trace"], &["show", "production"]] {
        let shown = audit(&repo, args).code(0).stdout;
        assert!(shown.contains("· claimed, late"), "{shown}");
        let approved = shown.contains("Cy Young (both recorded later)");
        assert_eq!(approved, args[0] != "show", "{shown}");
    }
    let status = audit(&repo, ["status", "--format", "json"]).code(0).json();
    assert_eq!(status["environments"][0]["approvals"][0]["both_recorded_later"], true);
    // A deploy that was recorded in time rests on no order of the ledger.
    record(&repo, BOT, &DEPLOY);
    let status = audit(&repo, ["status"]).code(0).stdout;
    assert!(status.contains("Cy Young (late)"), "{status}");
}

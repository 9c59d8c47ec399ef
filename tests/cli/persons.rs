//! One person, told apart from others by mailmap and policy: what they did, and who is meant by a name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::World;
use crate::common::company::{audit, record};

#[test]
fn two_persons_of_one_address_are_told_apart() {
    let world = World::new();
    let repo = world.repo();
    let mailmap = "Ana <ana@x> ana <shared@ci>\nBo <bo@x> bo <shared@ci>\n";
    repo.commit("Of Ana").file(".mailmap", mailmap).by("ana", "shared@ci").create();
    repo.commit("Of Bo").by("bo", "shared@ci").create();
    record(&repo, ("bo", "shared@ci"), &["note", "--why", "noted by Bo"]);
    let shown = audit(&repo, ["show", "ana@x"]).code(0).stdout;
    assert!(shown.contains("authored 1 commit") && shown.contains("Of Ana"), "{shown}");
    assert!(!shown.contains("Of Bo") && !shown.contains("noted by Bo"), "{shown}");
    let shown = audit(&repo, ["show", "bo@x"]).code(0).stdout;
    assert!(shown.contains("Of Bo") && shown.contains("noted by Bo"), "{shown}");
}

#[test]
fn a_name_of_two_persons_is_refused_in_any_case_of_letters() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").by("Zed", "zed@one.example").create();
    repo.commit("Two").by("Zed", "zed@two.example").create();
    repo.commit("Three").by("Zedekiah", "kiah@example.com").create();
    for name in ["Zed", "zed"] {
        let refused = audit(&repo, ["show", name]).code(2).stderr;
        assert!(refused.contains("zed@one.example, zed@two.example"), "{refused}");
    }
    audit(&repo, ["show", "zed@one.example"]).code(0);
    audit(&repo, ["show", "Zedekiah"]).code(0);
}

#[test]
fn what_is_counted_is_of_the_period_asked_for() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("Old").by("Zed", "zed@example.com").create();
    world.skip(864_000);
    repo.commit("New").by("Zed", "zed@example.com").create();
    let show =
        |more: &[&str]| audit(&repo, [&["show", "zed@example.com"], more].concat()).code(0).stdout;
    assert!(show(&[]).contains("authored 2 commits"));
    let since = show(&["--since", "2026-01-05"]);
    assert!(since.contains("authored 1 commit\n") && !since.contains("Old"), "{since}");
    let nothing = show(&["--since", "2026-01-05", "--until", "2026-01-06"]);
    assert!(nothing.contains("did       nothing in this period"), "{nothing}");
    assert!(!nothing.contains("authored") && nothing.contains("zed@example.com"), "{nothing}");
}

/// The same persons as in `verify`: those of the policy.
#[test]
fn one_person_of_the_policy_is_one_row() {
    let world = World::new();
    let repo = world.repo();
    let policy = "[people.ana]\nname = \"Ana Silva\"\nemails = [\"ana@x\", \"ana@home\"]\nlogins = [\"ana-s\"]\n\
         [people.robi]\nemails = [\"robi@x\"]\nkind = \"bot\"\n[people.jan]\nname = \"Jan Bot\"\nemails = [\"jan@x\"]\n";
    repo.commit("One").file(".audit/policy.toml", policy).by("Ana", "ana@x").create();
    repo.commit("Two").by("ana at home", "ana@home").create();
    repo.commit("Three").by("A", "7+ana-s@users.noreply.github.com").create();
    repo.commit("Four").by("Robi", "robi@x").create();
    repo.commit("Five").by("Jan Bot", "jan@x").create();
    repo.commit("Six").by("Renovate Bot", "renovate@x").create();
    repo.commit("Seven\n\nReviewed By: ana-s\n\nDifferential Revision: D7")
        .by("Zed", "zed@x")
        .create();
    let people = audit(&repo, ["people", "--format", "jsonl"]).code(0).stdout;
    let rows: Vec<serde_json::Value> =
        people.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).expect(id);
    let ana = row("ana@x");
    assert_eq!((&ana["authored"], &ana["reviewed"]), (&3.into(), &1.into()), "{people}");
    assert_eq!((&ana["person"], &ana["name"]), (&"ana".into(), &"Ana Silva".into()));
    assert_eq!(ana["addresses"].as_array().unwrap().len(), 3);
    assert!(!rows.iter().any(|row| row["id"] == "ana@home" || row["id"] == "ana-s"), "{people}");
    let program = |id: &str| row(id)["program"].clone();
    assert_eq!(program("robi@x"), serde_json::json!({"kind": "bot", "guessed": false}));
    assert_eq!(program("renovate@x"), serde_json::json!({"kind": "bot", "guessed": true}));
    assert!(program("jan@x").is_null() && program("ana@x").is_null(), "the policy says human");
    let table = audit(&repo, ["people"]).code(0).stdout;
    assert!(table.contains("Renovate Bot (bot?)") && table.contains("robi (bot) "), "{table}");
    for name in ["ana", "ana@x", "ana@home", "Ana Silva"] {
        let shown = audit(&repo, ["show", name]).code(0).stdout;
        assert!(shown.contains("authored 3 commits") && shown.contains("Three"), "{name}: {shown}");
    }
}

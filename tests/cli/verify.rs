//! `audit verify`: every rule broken on purpose, found, explained, mended, green again.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Stage, World};
use serde_json::Value;
use std::fs;

/// All rules about commits and tags deny.
const STRICT: &str = r#"
[rules]
commit-signed = "deny"
commit-signer-known = "deny"
commit-signer-is-committer = "deny"
commit-has-why = "deny"
date-order = "deny"
tag-signed = "deny"
tag-name-matches = "deny"
record-signed = "deny"
record-signer-known = "deny"
record-signer-is-actor = "deny"
deploy-commit-exists = "deny"
deploy-has-why = "deny"
history-rewritten = "deny"
"#;

fn strict(world: &World) -> Stage<'_> {
    let stage = Stage::new(world, "why = \"any\"", STRICT);
    stage.good("ana", "Retry once");
    stage
}

/// The explanation of a rule names it and has its five parts.
#[track_caller]
fn explained(stage: &Stage<'_>, rule: &str) {
    let text = stage.audit(&["verify", "--explain", rule]).success().stdout;
    assert!(text.starts_with(&format!("{rule}: ")), "{text}");
    for part in ["protects from", "looks at", "satisfied by", "how to mend", "level"] {
        assert!(text.contains(&format!("\n{part}\n")), "{rule} lacks '{part}'");
    }
}

#[test]
fn a_good_history_is_green_and_the_report_says_by_what_it_was_judged() {
    let world = World::new();
    let stage = strict(&world);
    stage.repo.tag("v1").message("One\n").sign(stage.key("ana")).create();
    stage.record("ana", Some("ana"), &["note", "--why", "released"]);
    let verdict = stage.verify(&[]);
    verdict.green();
    let report = verdict.output.json();
    assert_eq!(report["judged"]["commits"], 2);
    assert_eq!(report["judged"]["tags"], 1);
    assert_eq!(report["judged"]["records"], 1);
    assert_eq!(report["not_checked"], 0);
    assert_eq!(report["adopted"], Value::from(stage.root.clone()));
    assert!(report["trust"].as_str().unwrap().starts_with(".audit/ at HEAD ("), "{report}");
    assert_eq!(report["ledger"]["heads"].as_array().unwrap().len(), 1);
    let text = stage.audit(&["verify"]).success().stdout;
    for part in ["2 commits, 1 tag, 1 record", "head ", "audit 0.", "not", "Nothing is refused"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains(&format!("including commit {} was", &stage.root[..10])), "{text}");
}

#[test]
fn the_adopted_commit_is_not_judged_and_the_next_one_is() {
    let world = World::new();
    let stage = strict(&world);
    // The root is unsigned and gives no reason.
    stage.verify(&[]).green();
    let everything = "commit-signed = \"deny\"\n";
    let folder = world.root().join("trust");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("allowed_signers"), stage.signers()).unwrap();
    fs::write(folder.join("policy.toml"), format!("[rules]\n{everything}")).unwrap();
    stage.verify(&["--trust", folder.to_str().unwrap()]).refused("commit-signed", "no signature");
}

/// A history that breaks one rule: how to break it, which rule, what it says.
type Broken = (fn(&Stage<'_>), &'static str, &'static str);

#[test]
fn each_rule_about_commits_is_found_explained_and_mended() {
    let cases: [Broken; 6] = [
        (
            |stage| {
                stage.repo.commit("Skip\n\nA reason.").create();
            },
            "commit-signed",
            "no signature",
        ),
        (
            |stage| {
                let commit = stage.repo.commit("Skip\n\nA reason.");
                commit.by("Mallory", "mallory@example.com").sign(stage.key("mallory")).create();
            },
            "commit-signer-known",
            "nobody vouches for",
        ),
        (
            |stage| {
                let commit = stage.repo.commit("Skip\n\nA reason.");
                commit.by("Ana Silva", "ana@example.com").sign(stage.key("bruno")).create();
            },
            "commit-signer-is-committer",
            "signed by bruno",
        ),
        (
            |stage| {
                // A bot's name, typed by a human.
                let commit = stage.repo.commit("Skip\n\nA reason.");
                commit.by("Robot", "robot@example.com").sign(stage.key("ana")).create();
            },
            "commit-signer-is-committer",
            "signed by ana",
        ),
        (
            |stage| {
                stage.repo.commit("Skip").sign(stage.key("ana")).create();
            },
            "commit-has-why",
            "not why",
        ),
        (
            |stage| {
                let commit = stage.repo.commit("Skip\n\nA reason.");
                commit.date("@1700000000 +0000").sign(stage.key("ana")).create();
            },
            "date-order",
            "before its parent",
        ),
    ];
    let world = World::new();
    let stage = strict(&world);
    let before = stage.repo.id("HEAD");
    for (break_it, rule, why) in cases {
        break_it(&stage);
        let bad = stage.repo.id("HEAD");
        for args in [&[][..], &["HEAD~1..HEAD"], &["HEAD^!"]] {
            let verdict = stage.verify(args);
            verdict.refused(rule, why);
            assert_eq!(verdict.findings[0]["subject"]["id"], Value::from(bad.clone()));
        }
        explained(&stage, rule);
        stage.repo.update_ref("HEAD", &before);
        stage.good("bruno", &format!("Mend {rule} {}", &bad[..6]));
        stage.verify(&[]).green();
        stage.repo.update_ref("HEAD", &before);
    }
}

#[test]
fn another_address_of_the_same_person_is_no_finding() {
    let world = World::new();
    let stage = strict(&world);
    let commit = stage.repo.commit("Retry\n\nA reason.");
    commit.by("Ana", "ana@home.example").sign(stage.key("ana")).create();
    stage.verify(&[]).green();
}

#[test]
fn a_mailmap_that_comes_with_the_range_makes_nobody_another_person() {
    let world = World::new();
    let stage = strict(&world);
    let commit = stage
        .repo
        .commit("Skip\n\nA reason.")
        .file(".mailmap", "Bruno <bruno@example.com> <ana@example.com>\n");
    commit.by("Ana", "ana@example.com").sign(stage.key("bruno")).create();
    stage.verify(&["HEAD~1..HEAD"]).refused("commit-signer-is-committer", "signed by bruno");
}

#[test]
fn a_broken_signature_is_refused_without_any_policy() {
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let signers = world.allowed_signers(&[&ana]);
    repo.config("gpg.ssh.allowedSignersFile", signers.to_str().unwrap());
    repo.commit("Unsigned").file("a", "1").create();
    let good = repo.commit("Signed").file("a", "2").sign(&ana).create();
    let verify = || {
        let mut command = repo.audit_command();
        command.env("AUDIT_NOW", world.now().to_string()).args(["verify", "--format", "json"]);
        Output::of(&mut command)
    };
    let report = verify().success().json();
    assert_eq!(report["policy"], Value::Null);
    assert!(
        report["findings"].as_array().unwrap().iter().all(|finding| finding["level"] == "warn")
    );
    let forged = String::from_utf8(repo.read("commit", &good)).unwrap();
    let forged = repo.raw("commit", forged.replace("\n\nSigned", "\n\nForged").as_bytes());
    repo.update_ref("refs/heads/main", &forged);
    let report = verify().code(1).json();
    let denied: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["level"] == "deny")
        .collect();
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0]["rule"], "commit-signed");
}

#[test]
fn tags_are_signed_carry_their_name_and_stay_where_they_were() {
    let world = World::new();
    let stage = strict(&world);
    let repo = &stage.repo;
    let tag = |name: &str| repo.tag(name).message("One\n").sign(stage.key("ana")).create();
    repo.tag("v1").create();
    stage.verify(&[]).refused("tag-signed", "lightweight");
    repo.tag("v1").message("One\n").create();
    stage.verify(&[]).refused("tag-signed", "no signature");
    repo.tag("v1").message("One\n").sign(stage.key("mallory")).create();
    stage.verify(&[]).refused("tag-signed", "nobody vouches");
    explained(&stage, "tag-signed");
    let one = tag("v1");
    stage.verify(&[]).green();
    repo.update_ref("refs/tags/v2", &one);
    stage.verify(&[]).refused("tag-name-matches", "made as 'v1'");
    explained(&stage, "tag-name-matches");
    repo.git(["tag", "-d", "v2"]);
    stage.verify(&[]).green();
    // Released, then moved.
    let deploy =
        ["deploy", "--env", "staging", "--outcome", "success", "--tag", "v1", "--why", "release 1"];
    stage.record("cem", Some("cem"), &deploy);
    stage.verify(&[]).green();
    stage.good("ana", "Later");
    tag("v1");
    stage.verify(&[]).refused("tag-moved", "leads to");
    explained(&stage, "tag-moved");
    repo.git(["tag", "-d", "v1"]);
    stage.verify(&[]).refused("evidence-missing", "v1 is not here");
    repo.update_ref("refs/tags/v1", &one);
    stage.verify(&[]).green();
}

#[test]
fn a_tag_of_no_commit_is_judged_with_everything_and_lies_in_no_range() {
    let world = World::new();
    let stage = strict(&world);
    let key = stage.repo.id("HEAD:.audit/policy.toml");
    stage.repo.update_ref("refs/tags/key", &key);
    stage.verify(&[]).refused("tag-signed", "lightweight");
    stage.verify(&["HEAD~1..HEAD"]).green();
}

#[test]
fn records_are_signed_by_somebody_known_who_acted() {
    let world = World::new();
    let stage = strict(&world);
    let note = ["note", "--why", "something"];
    let ledger = stage.repo.path.join(".git/audit/ledger.jsonl");
    stage.record("ana", Some("ana"), &note);
    stage.record("ana", Some("ci"), &note);
    stage.verify(&[]).green();
    let whole = fs::read(&ledger).unwrap();
    for (actor, signer, rule, why) in [
        ("ana", None, "record-signed", "no signature"),
        ("mallory", Some("mallory"), "record-signer-known", "nobody vouches"),
        ("robot", Some("ana"), "record-signer-is-actor", "in the name of robot"),
        ("ana", Some("bruno"), "record-signer-is-actor", "in the name of ana"),
    ] {
        let id = stage.record(actor, signer, &note);
        for args in [&[][..], &["--ledger"]] {
            let verdict = stage.verify(args);
            verdict.refused(rule, why);
            assert_eq!(verdict.findings[0]["subject"]["id"], Value::from(id.clone()));
        }
        explained(&stage, rule);
        fs::write(&ledger, &whole).unwrap();
        stage.verify(&[]).green();
    }
}

#[test]
fn an_altered_or_foreign_ledger_is_found() {
    let world = World::new();
    let stage = strict(&world);
    let ledger = stage.repo.path.join(".git/audit/ledger.jsonl");
    stage.record("ana", Some("ana"), &["note", "--why", "one"]);
    stage.record("ana", Some("ana"), &["note", "--why", "two"]);
    let whole = fs::read_to_string(&ledger).unwrap();
    let refuse = |text: &str, why: &str| {
        fs::write(&ledger, text).unwrap();
        stage.verify(&[]).refused("ledger-intact", why);
        stage.verify(&["--ledger"]).refused("ledger-intact", why);
        fs::write(&ledger, &whole).unwrap();
    };
    refuse(whole.lines().nth(1).unwrap(), "torn-tail");
    refuse(&format!("{}\n", whole.lines().nth(1).unwrap()), "prev-missing");
    refuse(&whole[..whole.len() - 20], "torn-tail");
    refuse(&format!("{whole}x\n"), "not-canonical");
    explained(&stage, "ledger-intact");
    // An edit that keeps the form: what builds on the line misses it; its signature breaks, too.
    fs::write(&ledger, whole.replace("\"one\"", "\"eno\"")).unwrap();
    assert_eq!(stage.verify(&[]).denied(), ["ledger-intact", "record-signed"]);
    fs::write(&ledger, &whole).unwrap();
    stage.verify(&[]).green();
    // Written for another repository, and carried over with its good signature.
    let foreign = whole.lines().next().unwrap();
    let name = foreign.split("\"ledger\":\"").nth(1).unwrap().split('"').next().unwrap();
    let policy = format!("[ledger]\nname = \"{name}\"\n{STRICT}");
    stage.set_policy("", &policy).sign(stage.key("ana")).create();
    stage.verify(&[]).green();
    let policy = policy.replace(name, "example.com/other");
    stage.set_policy("", &policy).sign(stage.key("ana")).create();
    stage.verify(&[]).refused("foreign-record", "line 1");
    explained(&stage, "foreign-record");
}

#[test]
fn a_ledger_that_was_cut_off_or_is_gone_is_found_where_the_policy_pins_its_head() {
    let world = World::new();
    let stage = strict(&world);
    let ledger = stage.repo.path.join(".git/audit/ledger.jsonl");
    stage.record("ana", Some("ana"), &["note", "--why", "one"]);
    let head = stage.record("ana", Some("ana"), &["note", "--why", "two"]);
    let policy = format!("[ledger]\nhead = \"{head}\"\n{STRICT}");
    stage.set_policy("", &policy).sign(stage.key("ana")).create();
    stage.verify(&[]).green();
    let whole = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, whole.split_inclusive('\n').next().unwrap()).unwrap();
    stage.verify(&[]).refused("ledger-intact", "that the policy pins is not in it");
    fs::remove_file(&ledger).unwrap();
    stage.verify(&[]).refused("ledger-intact", "and the ledger are not here");
    stage.verify(&["--ledger"]).refused("ledger-intact", "and the ledger are not here");
    fs::write(&ledger, whole).unwrap();
    stage.verify(&[]).green();
    // So is one that does not hold the record after which judging begins.
    for (adopted, held) in [(head.as_str(), true), (&"a".repeat(64), false)] {
        let policy = format!("[ledger]\nadopted = \"{adopted}\"\n{STRICT}");
        stage.set_policy("", &policy).sign(stage.key("ana")).create();
        match held {
            true => drop(stage.verify(&[]).green()),
            false => drop(stage.verify(&[]).refused("ledger-intact", "after which judging begins")),
        }
    }
}

#[test]
fn a_policy_that_is_loosened_inside_the_range_judges_nothing() {
    let world = World::new();
    let stage = strict(&world);
    let base = stage.repo.id("HEAD");
    let loose = "[rules]\ncommit-signed = \"off\"\n";
    let tables = STRICT.replace("[rules]", "").replace("commit-signed = \"deny\"", "");
    let loose = format!("{loose}{tables}");
    // By a stranger, by somebody who may not, and unsigned.
    let managed = format!("managers = [\"ana\"]{}", "");
    stage.set_policy(&managed, STRICT).sign(stage.key("ana")).create();
    let managed_base = stage.repo.id("HEAD");
    for (signer, why) in [("bruno", "who may not"), ("mallory", "does not vouch")] {
        let email = format!("{signer}@example.com");
        stage.set_policy("", &loose).by(signer, &email).sign(stage.key(signer)).create();
        stage.repo.commit("Skip\n\nA reason.").create();
        let verdict = stage.verify(&[&format!("{managed_base}..HEAD")]);
        let denied = verdict.denied();
        assert!(denied.contains(&"trust-change-authorised".to_owned()), "{denied:?}");
        assert!(denied.contains(&"commit-signed".to_owned()), "the old policy applies: {denied:?}");
        assert!(verdict.output.stdout.contains(why), "{}", verdict.output.stdout);
        stage.repo.checkout("main");
        stage.repo.git(["reset", "-q", "--hard", &managed_base]);
    }
    explained(&stage, "trust-change-authorised");
    // By one of the managers, in a commit of its own.
    stage.set_policy("", &loose).by("Ana", "ana@example.com").sign(stage.key("ana")).create();
    stage.verify(&[&format!("{managed_base}..HEAD")]).green();
    stage.verify(&[]).green();
    let _ = base;
}

#[test]
fn the_trusted_ref_judges_a_branch_that_brings_its_own_policy() {
    let world = World::new();
    let stage = strict(&world);
    let clone = stage.repo.clone_to("clone", []);
    clone.commit("Skip\n\nA reason.").file(".audit/policy.toml", "").create();
    let mut command = clone.audit_command();
    command.env("AUDIT_NOW", world.now().to_string());
    let output =
        Output::of(command.args(["verify", "origin/main..HEAD", "--format", "json"])).code(1);
    let report = output.json();
    assert!(report["trust"].as_str().unwrap().contains("the remote's default branch"));
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["commit-signed", "trust-change-authorised"]);
}

#[test]
fn a_merge_that_only_brings_a_change_of_the_policy_in_is_none_of_its_own() {
    let world = World::new();
    let stage = Stage::new(&world, "managers = [\"ana\"]", STRICT);
    stage.good("ana", "Retry once");
    stage.repo.branch("topic", "HEAD");
    stage.repo.checkout("topic");
    stage.set_policy("managers = [\"ana\", \"bruno\"]", STRICT).sign(stage.key("ana")).create();
    stage.repo.checkout("main");
    stage.good("bruno", "Meanwhile");
    let merge = stage.repo.commit("Merge topic").merge("topic");
    merge.by("Bruno", "bruno@example.com").sign(stage.key("bruno")).create();
    stage.verify(&[]).green();
    stage.verify(&["HEAD~1..HEAD"]).green();
    // Taking an older state back in by a merge is a change.
    let before = stage.repo.id("HEAD");
    let old = stage.policy("managers = [\"ana\"]", STRICT);
    let merge = stage.repo.commit("Merge old").parent("topic~1").file(".audit/policy.toml", old);
    merge.by("Cem", "cem@example.com").sign(stage.key("cem")).create();
    let verdict = stage.verify(&[&format!("{before}..HEAD")]);
    verdict.refused("trust-change-authorised", "cem, who may not");
}

#[test]
fn what_can_t_be_read_never_passes() {
    let world = World::new();
    let stage = strict(&world);
    let good = stage.repo.id("HEAD");
    for (file, text, says) in [
        (".audit/policy.toml", "[rules]\ncomit-signed = \"off\"\n", "policy.toml:2:1"),
        (".audit/policy.toml", "[rules\n", "policy.toml:1:"),
        (".audit/policy.toml", "why = \"\u{0}\"\n", "policy.toml:1:"),
        (".audit/allowed_signers", "not a line of allowed signers\n", ""),
        (".audit/revoked_keys", "not a key\n", "revoked_keys"),
        (".audit/keys/ana.asc", "no certificate", "ana.asc"),
    ] {
        stage.repo.commit("Break\n\nIt.").file(file, text).sign(stage.key("ana")).create();
        let output = stage.audit(&["verify"]);
        let refused = match says {
            // ssh-keygen passes over lines that it can't read: then nobody is trusted.
            "" => output.code == Some(1) || output.code == Some(2),
            says => output.code == Some(2) && output.stderr.contains(says),
        };
        assert!(refused, "{file}: {:?}\n{}\n{}", output.code, output.stdout, output.stderr);
        stage.repo.git(["reset", "-q", "--hard", &good]);
    }
    let ledger = stage.repo.path.join(".git/audit/ledger.jsonl");
    fs::create_dir_all(&ledger).unwrap();
    stage.audit(&["verify"]).code(2);
    fs::remove_dir(&ledger).unwrap();
    stage.verify(&[]).green();
    // A clone in which the adopted commit is missing can't say where judging begins.
    let shallow = stage.repo.clone_to("shallow", ["--depth=1"]);
    let output = shallow.audit(["verify"]).code(2);
    assert!(output.stderr.contains("adopted"), "{}", output.stderr);
    // A damaged object.
    let blob = stage.repo.id("HEAD:.audit/policy.toml");
    let path = stage.repo.path.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(path).unwrap();
    stage.audit(&["verify"]).code(2);
}

#[test]
fn a_key_that_is_not_here_leaves_it_open_without_a_trust_root_and_refuses_with_one() {
    let world = World::new();
    let stage = strict(&world);
    stage.verify(&[]).green();
    let folder = world.root().join("empty");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("policy.toml"), "[rules]\ncommit-signer-known = \"deny\"\n").unwrap();
    stage.verify(&["--trust", folder.to_str().unwrap()]).refused("commit-signer-known", "vouches");
    let plain = world.init("plain").create();
    plain.commit("Signed").sign(stage.key("ana")).create();
    let output = plain.audit(["verify", "--format", "json"]).success().json();
    let missing = output["findings"].as_array().unwrap();
    assert!(missing.iter().any(|finding| finding["rule"] == "evidence-missing"));
    assert!(output["not_checked"].as_u64().unwrap() > 0);
}

#[test]
fn an_unknown_rule_is_named_with_the_nearest_one() {
    let world = World::new();
    let output = world.audit(["verify", "--explain", "four-eye"]).code(2);
    assert!(output.stderr.contains("did you mean 'four-eyes'?"), "{}", output.stderr);
    world.audit(["verify", "--explain", "four-eyes"]).success();
}

#[test]
fn a_policy_is_shown_with_its_source_and_checked_with_its_mistakes() {
    let world = World::new();
    let stage = strict(&world);
    let text = stage.audit(&["policy", "show"]).success().stdout;
    assert!(text.contains("policy.toml in .audit/ at HEAD ("), "{text}");
    assert!(text.contains("ana (human): ana@example.com, ana@home.example"), "{text}");
    let json = stage.audit(&["policy", "show", "--format", "json"]).success().json();
    let level = |id: &str| {
        let rules = json["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == id).unwrap().clone()
    };
    assert_eq!(
        (&level("commit-signed")["level"], &level("commit-signed")["from"]),
        (&"deny".into(), &"policy".into())
    );
    assert_eq!(level("four-eyes")["from"], "default");
    let file = world.root().join("policy.toml");
    fs::write(&file, "[rules]\ncommit-signed = \"deny\"\n").unwrap();
    stage.audit(&["policy", "check", file.to_str().unwrap()]).success();
    fs::write(&file, "[environments.p]\naprovers = []\napprovals = \"two\"\n").unwrap();
    let output = stage.audit(&["policy", "check", file.to_str().unwrap()]).code(1);
    let at = format!("{}:2:1: unknown key 'aprovers'", file.display());
    assert!(output.stdout.contains(&at), "{}", output.stdout);
    assert!(output.stdout.contains("did you mean 'approvers'?"), "{}", output.stdout);
    assert!(output.stdout.contains(":3:13: 'approvals' is a whole number"), "{}", output.stdout);
    stage.audit(&["policy", "check", "/nowhere"]).code(2);
}

#[test]
fn the_policy_names_persons_tickets_and_configuration_in_the_timeline() {
    let world = World::new();
    let top = "tickets = ['\\bOPS\\d+\\b']\nconfig = [\"settings/\"]";
    let stage = Stage::new(&world, top, "");
    let commit = stage.repo.commit("Tune OPS77").file("settings/a", "1").file("config/b", "1");
    commit.by("Ana", "ana@home.example").create();
    let events = stage.audit(&["log", "--name-only", "--format", "jsonl"]).success().json_lines();
    assert_eq!(events[0]["who"]["person"], "ana");
    assert_eq!(events[0]["why"]["tickets"], serde_json::json!(["OPS77"]));
    assert_eq!(events[0]["what"]["config"], serde_json::json!(["settings/a"]));
}

#[test]
fn sarif_junit_and_markdown_say_the_same_as_json() {
    let world = World::new();
    let stage = strict(&world);
    stage.repo.commit("<b>&\"'\u{1b}[31m | `x` -->\n\nA reason.").create();
    let report = stage.verify(&[]).output.json();
    let count = report["findings"].as_array().unwrap().len();
    assert_eq!(count, 1);
    let sarif = stage.audit(&["verify", "--format", "sarif"]).code(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), count);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(result["partialFingerprints"].is_object() && result["locations"].is_array());
    }
    let junit = stage.audit(&["verify", "--format", "junit"]).code(1).stdout;
    assert!(
        junit.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "),
        "{junit}"
    );
    assert!(junit.contains("failures=\"1\""), "{junit}");
    assert!(!junit.contains("<b>") && !junit.contains('\u{1b}'), "{junit}");
    let opened = junit.matches("<testsuite ").count();
    assert_eq!(opened, junit.matches("</testsuite>").count());
    let markdown = stage.audit(&["verify", "--format", "markdown"]).code(1).stdout;
    assert!(markdown.starts_with("## ❌ Refused: 1 finding"), "{markdown}");
    assert!(!markdown.contains("<b>") && !markdown.contains('\u{1b}'), "{markdown}");
    let text = stage.audit(&["verify"]).code(1).stdout;
    assert!(!text.contains('\u{1b}') && text.contains("\\x1b"), "{text}");
    assert!(text.trim_end().ends_with("Refused: 1 finding."), "{text}");
}

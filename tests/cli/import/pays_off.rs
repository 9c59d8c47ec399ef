//! With a story imported, pages show evidence in place of claims, and rules judge by it.

#![allow(clippy::unwrap_used)]

use super::{NOW, audit, bodies, file, import, story, written};
use crate::common::{Key, Output, Repo, World};
use serde_json::{Value, json};

const POLICY: &str = r#"
[people.ana]
emails = ["ana@example.com", "ana@acme.example"]
logins = ["ana-silva"]
[people.bruno]
emails = ["bruno@acme.example"]
logins = ["bruno-costa"]
[people.carla]
logins = ["carla-dias"]
[people.dan]
emails = ["dan@acme.example"]
logins = ["dan-okafor"]
[people.dependabot]
logins = ["dependabot[bot]"]
kind = "bot"

[environments.production]
approvers = ["carla", "dan"]
approvals = 1

[rules]
change-reviewed = "deny"
direct-push = "deny"
record-signed = "deny"
commit-signed = "off"
commit-has-why = "off"
deploy-has-why = "off"
"#;

const ALL: [&str; 12] = [
    "github/pulls.json",
    "github/pull-each.json",
    "github/reviews.json",
    "github/deployments.json",
    "github/statuses.json",
    "github/runs.json",
    "github/run-9003-attempt-1.json",
    "github/approvals.jsonl",
    "github/commits-pulls.jsonl",
    "github/environments.json",
    "github/gh-pr-list.json",
    "github/webhooks.jsonl",
];

/// The story with everything imported, and a folder with a policy and who is trusted.
fn stage(world: &World) -> (Repo<'_>, String) {
    let repo = story(world, "story", "github/repo-with-pull-refs.fast-import");
    import(&repo, &ALL);
    (repo, trust(world, POLICY))
}

fn trust(world: &World, policy: &str) -> String {
    let ana = world.ssh_key("ana");
    let Key::Ssh { public, principal, .. } = &ana else { unreachable!() };
    let folder = world.root().join("trust");
    std::fs::create_dir_all(&folder).unwrap();
    let signers = format!("{principal} namespaces=\"git,audit-ledger\" {public}\n");
    std::fs::write(folder.join("allowed_signers"), signers).unwrap();
    std::fs::write(folder.join("policy.toml"), policy).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// Findings of a rule: the first ten digits of the subject, and why.
fn findings(repo: &Repo<'_>, trust: &str, args: &[&str], rule: &str) -> Vec<(String, String)> {
    let mut all = vec!["verify", "--trust", trust, "--format", "json"];
    all.extend(args);
    let report = audit(repo, &all).json();
    let found = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
    found
        .map(|one| {
            let id = one["subject"]["id"].as_str().unwrap();
            (id.chars().take(10).collect(), one["why"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn trace_and_status_show_the_road_by_what_was_imported() {
    let world = World::new();
    let (repo, _) = stage(&world);
    let trace = audit(&repo, &["trace", "2e5220bfe5"]).success();
    for line in [
        "change     #12 merged into main (squash) by bruno-costa, 2026-09-01 11:20  ↓ imported",
        "reviewed   approved by carla-dias, 2026-09-01 11:00  ↓ imported",
        "reviewed   dismissed by carla-dias, 2026-09-01 10:59  ↓ imported",
        "build      release: success, bruno-costa, 2026-09-01 11:55  ↓ imported",
    ] {
        assert!(trace.stdout.contains(line), "{line}\n{}", trace.stdout);
    }
    // What the webhook superseded is shown nowhere.
    assert_eq!(trace.stdout.matches("dismissed").count(), 1, "{}", trace.stdout);
    assert!(!trace.stdout.contains("(late)"), "{}", trace.stdout);
    let by_number = audit(&repo, &["trace", "#12"]).success().stdout;
    assert!(by_number.contains("named by   change"), "{by_number}");
    assert!(by_number.contains("change     #12 merged into main (squash)"), "{by_number}");
    let json = audit(&repo, &["trace", "2e5220bfe5", "--format", "json"]).json();
    assert_eq!(json["traces"][0]["changes"][0]["what"]["number"], "#12");
    assert_eq!(json["traces"][0]["changes"][0]["proof"]["grade"], "imported");
    let status = audit(&repo, &["status"]).success();
    assert!(
        status.stdout.contains("production") && !status.stdout.contains("pr-13"),
        "{}",
        status.stdout
    );
    assert!(status.stdout.contains("↓ imported"), "{}", status.stdout);
    assert!(audit(&repo, &["status", "pr-13"]).success().stdout.contains("pr-13"));
    // The other approval has no time of its own: the webhook told only one of them.
    let staged = audit(&repo, &["trace", "fe8ae24ad6"]).success();
    assert!(
        staged.stdout.contains("dan-okafor (before it, by the platform's order)"),
        "{}",
        staged.stdout
    );
}

#[test]
fn rules_about_changes_judge_by_imported_records() {
    let world = World::new();
    let (repo, trust) = stage(&world);
    let reviewed = findings(&repo, &trust, &["main"], "change-reviewed");
    // #12 and #13 were approved by somebody else, in their last state, #15 by ana, who wrote none of it.
    assert_eq!(reviewed, [], "{reviewed:?}");
    let direct = findings(&repo, &trust, &["main"], "direct-push");
    assert_eq!(direct, [], "{direct:?}");
    // Without the import nothing proves any of it.
    std::fs::remove_dir_all(repo.path.join(".git/audit")).unwrap();
    assert_eq!(findings(&repo, &trust, &["main"], "change-reviewed").len(), 4);
    // By somebody whom nobody trusts: claims, which prove nothing.
    let mallory = world.ssh_key("mallory");
    let Key::Ssh { secret, .. } = &mallory else { unreachable!() };
    repo.config("user.signingKey", secret.to_str().unwrap());
    import(&repo, &ALL);
    assert_eq!(findings(&repo, &trust, &["main"], "change-reviewed").len(), 4);
}

#[test]
fn a_review_of_nobody_approves_nothing_and_one_without_its_commit_can_not_be_told() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo-with-pull-refs.fast-import");
    let trust = trust(&world, POLICY);
    let text = std::fs::read_to_string(file("github/reviews.json")).unwrap();
    let reviews: Vec<Value> = serde_json::Deserializer::from_str(&text)
        .into_iter::<Value>()
        .flat_map(|page| page.unwrap().as_array().unwrap().clone())
        .collect();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut reviews = reviews.clone();
        reviews.iter_mut().for_each(change);
        json!(reviews).to_string()
    };
    // Only the review of a deleted account is left for #13.
    let nobody = written(
        &world,
        "nobody",
        with(&|one| {
            if one["id"] == 80006 {
                one["state"] = json!("COMMENTED");
            }
            if one["id"] == 80003 {
                one["commit_id"] = Value::Null;
            }
        })
        .as_bytes(),
    );
    audit(
        &repo,
        &[
            "import",
            "auto",
            &nobody,
            &file("github/pull-each.json"),
            &file("github/commits-pulls.jsonl"),
        ],
    )
    .success();
    let reviewed = findings(&repo, &trust, &["main"], "change-reviewed");
    assert_eq!(reviewed.len(), 1, "{reviewed:?}");
    assert_eq!(reviewed[0].0, "86b107ce6e");
    assert!(reviewed[0].1.contains("nobody approved it"), "{reviewed:?}");
    let missing = findings(&repo, &trust, &["main"], "evidence-missing");
    assert!(
        missing.iter().any(|(id, why)| id == "2e5220bfe5" && why.contains("which commit")),
        "{missing:?}"
    );
}

#[test]
fn deploys_are_judged_by_the_platforms_times_within_an_import() {
    let world = World::new();
    let (repo, trust) = stage(&world);
    let approved = findings(&repo, &trust, &["production"], "deploy-approved");
    let deploys: Vec<Value> = bodies(&repo)
        .into_iter()
        .filter(|body| body["kind"] == "deploy" || body["kind"] == "rollback")
        .collect();
    assert!(deploys.len() >= 7);
    // The rollback of 2026-09-03 runs what carla approved on 2026-09-01.
    assert_eq!(approved, [], "{approved:?}");
    // And the one that was rejected says so.
    let all = findings(&repo, &trust, &[], "deploy-approved");
    assert!(all.iter().any(|(_, why)| why.contains("dan rejected it")), "{all:?}");
    assert_eq!(all.len(), 1, "{all:?}");
}

#[test]
fn no_imported_approval_helps_a_deploy_that_was_recorded_here_before_it() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo-with-pull-refs.fast-import");
    let trust = trust(&world, POLICY);
    // Recorded here, signed, before the import; the platform says that the approval came long before.
    let mut record = repo.audit_command();
    record.args([
        "record",
        "deploy",
        "--env",
        "production",
        "--commit",
        "2e5220bfe5",
        "--outcome",
        "success",
    ]);
    Output::of(record.env("AUDIT_NOW", (NOW - 1000).to_string())).success();
    import(&repo, &ALL);
    let late = findings(&repo, &trust, &[], "deploy-approved");
    assert!(
        late.iter().any(|(_, why)| why.contains("nobody who counts approved it before it began")),
        "{late:?}"
    );
    // One that is recorded after the import is helped by it.
    let mut record = repo.audit_command();
    record.args([
        "record",
        "deploy",
        "--env",
        "production",
        "--commit",
        "2e5220bfe5",
        "--outcome",
        "success",
    ]);
    let id = Output::of(record.env("AUDIT_NOW", (NOW + 1000).to_string())).success().line();
    let late = findings(&repo, &trust, &[], "deploy-approved");
    assert!(!late.iter().any(|(subject, _)| id.starts_with(subject)), "{late:?}");
}

#[test]
fn four_eyes_are_persons_by_their_logins() {
    let world = World::new();
    let (repo, _) = stage(&world);
    // Carla is bruno under another login: then he approved what he wrote.
    let policy = POLICY
        .replace("logins = [\"bruno-costa\"]", "logins = [\"bruno-costa\", \"carla-dias\"]")
        .replace("[people.carla]\nlogins = [\"carla-dias\"]\n", "")
        .replace("[\"carla\", \"dan\"]", "[\"bruno\", \"dan\"]");
    let trust = trust(&world, &policy);
    let found = findings(&repo, &trust, &[], "four-eyes");
    assert!(found.iter().any(|(_, why)| why.contains("bruno, who wrote part of it")), "{found:?}");
    let trust = self::trust(&world, POLICY);
    // The rollback is carla's own, of what she approved.
    let found = findings(&repo, &trust, &[], "four-eyes");
    let whys: Vec<&str> = found.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(whys, ["approved by carla, who deployed it"]);
}

#[test]
fn aliases_of_the_policy_name_environments_here() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let policy = POLICY.replace("approvals = 1", "approvals = 1\naliases = [\"staging\"]");
    let policy = policy.replace("production]", "live]");
    repo.commit("Say who is who").file(".audit/policy.toml", policy).create();
    import(&repo, &["github/deployments.json", "github/statuses.json"]);
    let envs: std::collections::BTreeSet<String> = bodies(&repo)
        .iter()
        .map(|body| body["where"]["env"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(envs.into_iter().collect::<Vec<_>>(), ["live", "pr-13", "production"]);
}

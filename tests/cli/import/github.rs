//! The GitHub story: what its files together must give, whatever their order and container.

#![allow(clippy::unwrap_used)]

use super::{audit, bodies, facts, file, import, story, written};
use crate::common::World;
use serde_json::{Value, json};

const REST: [&str; 11] = [
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
];

const HOOKS: &str = "github/webhooks.jsonl";

#[test]
fn the_rest_files_together_give_the_whole_story() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let report = import(&repo, &REST);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(27), &json!(0)));
    assert_eq!(report["left_out"], json!({"commit_not_here": 1, "no_event": 18}));
    insta::assert_snapshot!(facts(&repo).join("\n"));
}

#[test]
fn the_webhooks_alone_give_nine_records_and_one_supersedes_another() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let report = import(&repo, &[HOOKS]);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(8), &json!(1)));
    insta::assert_snapshot!(bodies(&repo).iter().map(super::line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_was_imported_is_not_imported_again_and_the_webhooks_add_what_only_they_know() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    import(&repo, &REST);
    for name in REST {
        let report = import(&repo, &[name]);
        assert_eq!((&report["new"], &report["superseding"]), (&json!(0), &json!(0)), "{name}");
    }
    let report = import(&repo, &[HOOKS]);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(1), &json!(2)));
    let added: Vec<Value> = bodies(&repo).split_off(27);
    let kinds: Vec<&str> = added.iter().map(|body| body["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["review", "approval", "access"]);
    assert_eq!(added[0]["what"]["was"], "changes_requested");
    assert_eq!(
        (&added[0]["who"]["login"], &added[0]["when"]),
        (&json!("carla-dias"), &json!("2026-09-01T10:59:00Z"))
    );
    assert_eq!(
        (&added[1]["when"], &added[1]["what"]["not_before"]),
        (&json!("2026-09-01T11:52:01Z"), &Value::Null)
    );
    let report = import(&repo, &[HOOKS]);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(0), &json!(0)));
}

#[test]
fn in_any_order_and_in_one_call_or_several_the_facts_are_the_same() {
    let world = World::new();
    let all = || REST.iter().copied().chain([HOOKS]).collect::<Vec<&str>>();
    let once = story(&world, "once", "github/repo.fast-import");
    import(&once, &all());
    let backwards = story(&world, "backwards", "github/repo.fast-import");
    let mut names = all();
    names.reverse();
    import(&backwards, &names);
    assert_eq!(facts(&once), facts(&backwards));
    let hooks_first = story(&world, "hooks-first", "github/repo.fast-import");
    import(&hooks_first, &[HOOKS]);
    import(&hooks_first, &REST);
    assert_eq!(facts(&once), facts(&hooks_first));
    let rest_first = story(&world, "rest-first", "github/repo.fast-import");
    import(&rest_first, &REST);
    import(&rest_first, &[HOOKS]);
    assert_eq!(facts(&once), facts(&rest_first));
}

/// Pages, one object a line, compressed: the container says nothing.
#[test]
fn another_container_gives_the_same() {
    let world = World::new();
    let plain = story(&world, "plain", "github/repo.fast-import");
    import(&plain, &["github/reviews.json"]);
    let reviews: Vec<Value> = {
        let text = std::fs::read_to_string(file("github/reviews.json")).unwrap();
        let pages = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        pages.flat_map(|page| page.unwrap().as_array().unwrap().clone()).collect()
    };
    let lines: String = reviews.iter().map(|review| format!("{review}\r\n")).collect();
    let lines = written(&world, "lines.jsonl", format!("\u{feff}{lines}").as_bytes());
    let repo = story(&world, "lines", "github/repo.fast-import");
    audit(&repo, &["import", "github", &lines]).success();
    assert_eq!(facts(&repo), facts(&plain));
    let pages: Vec<Vec<&Value>> = reviews.chunks(3).map(|page| page.iter().collect()).collect();
    let pages = written(&world, "pages.json", json!(pages).to_string().as_bytes());
    let repo = story(&world, "pages", "github/repo.fast-import");
    audit(&repo, &["import", "auto", &pages]).success();
    assert_eq!(facts(&repo), facts(&plain));
}

#[test]
fn with_the_heads_of_pull_requests_fetched_their_runs_come_over_too() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo-with-pull-refs.fast-import");
    let report = import(&repo, &REST);
    assert_eq!((&report["new"], &report["left_out"]), (&json!(28), &json!({"no_event": 18})));
}

#[test]
fn a_list_that_looks_cut_off_is_not_imported_until_somebody_says_it_is_whole() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let text = std::fs::read_to_string(file("github/pulls.json")).unwrap();
    let pages: Value = serde_json::from_str(&text).unwrap();
    let one = pages[0][1].clone();
    let cut = written(&world, "cut.json", json!(vec![one; 30]).to_string().as_bytes());
    let output = audit(&repo, &["import", "github", &cut]).code(3);
    assert!(output.stderr.contains("exactly 30 items"), "{}", output.stderr);
    assert!(bodies(&repo).is_empty());
    audit(&repo, &["import", "github", &cut, "--complete"]).success();
    assert_eq!(bodies(&repo).len(), 1);
}

#[test]
fn files_about_another_repository_are_refused() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    repo.git(["remote", "add", "origin", "git@github.com:acme/shop.git"]);
    let pulls = file("github/pulls.json");
    let output = audit(&repo, &["import", "auto", &pulls]).code(2);
    assert!(
        output.stderr.contains("acme/pay") && output.stderr.contains("acme/shop"),
        "{}",
        output.stderr
    );
    assert!(bodies(&repo).is_empty());
    audit(&repo, &["import", "auto", &pulls, "--repo", "acme/pay"]).success();
    assert_eq!(bodies(&repo).len(), 3);
    let stranger = world.init("stranger").create();
    stranger.commit("Something else").create();
    let output = audit(&stranger, &["import", "auto", &pulls, "--no-sign"]).code(2);
    assert!(output.stderr.contains("none of the commits"), "{}", output.stderr);
}

#[test]
fn environments_get_the_names_that_the_user_gives_them() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let files = [file("github/deployments.json"), file("github/statuses.json")];
    let args =
        ["import", "auto", &files[0], &files[1], "--env-map", "production=prod,staging=test"];
    audit(&repo, &args).success();
    let envs: std::collections::BTreeSet<String> = bodies(&repo)
        .iter()
        .map(|body| body["where"]["env"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(envs.into_iter().collect::<Vec<_>>(), ["pr-13", "prod", "test"]);
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_it_would() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let pulls = file("github/pulls.json");
    let output = audit(&repo, &["import", "github", &pulls, "--dry-run", "-v"]).success();
    assert!(output.stdout.contains("would import 3 records"), "{}", output.stdout);
    assert!(output.stdout.contains("pull request #16: it was not merged"), "{}", output.stdout);
    assert!(!repo.path.join(".git/audit/ledger.jsonl").exists());
}

#[test]
fn what_an_import_closes_is_imported_and_without_a_signature_a_claim() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let pulls = file("github/pulls.json");
    audit(&repo, &["import", "github", &pulls, "--no-sign"]).success();
    let grades = |repo: &crate::common::Repo<'_>| -> Value {
        audit(repo, &["ledger", "check", "--format", "json"]).json()["proof"].clone()
    };
    assert_eq!(grades(&repo)["claimed"], 4);
    // Whoever signs writes them anew: nobody vouches for the ones that are there.
    audit(&repo, &["import", "github", &pulls]).success();
    let proof = grades(&repo);
    assert_eq!(
        (&proof["claimed"], &proof["imported"], &proof["signed"]),
        (&json!(4), &json!(3), &json!(1))
    );
    let log = audit(&repo, &["log", "--kind", "change", "--format", "jsonl"]).json_lines();
    let vouched = log
        .iter()
        .find(|event| event["proof"]["grade"] == "imported" && event["what"]["number"] == "#13");
    let vouched = &vouched.unwrap()["proof"]["vouched"];
    assert_eq!(vouched["signer"], "ana@example.com");
    // A line more, or one less, in the batch: then nobody vouches for any of it.
    let path = repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.last().unwrap().replace("\"records\":3", "\"records\":2");
    std::fs::write(&path, format!("{}\n{last}\n", lines[..lines.len() - 1].join("\n"))).unwrap();
    let output = audit(&repo, &["ledger", "check"]).code(1);
    assert!(output.stdout.contains("closes no whole batch"), "{}", output.stdout);
}

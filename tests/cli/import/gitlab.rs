//! The GitLab story: what its files together must give, whatever their order.

#![allow(clippy::unwrap_used)]

use super::{audit, bodies, facts, file, import, line, story};
use crate::common::World;
use serde_json::json;

const REST: [&str; 9] = [
    "gitlab/merge_requests.json",
    "gitlab/approvals.json",
    "gitlab/versions.json",
    "gitlab/deployments.json",
    "gitlab/pipelines.json",
    "gitlab/pipeline-each.json",
    "gitlab/environments.json",
    "gitlab/audit_events.json",
    "gitlab/freeze_periods.json",
];

const HOOKS: &str = "gitlab/webhooks.jsonl";

#[test]
fn the_rest_files_together_give_the_whole_story() {
    let world = World::new();
    let repo = story(&world, "story", "gitlab/repo.fast-import");
    let report = import(&repo, &REST);
    assert_eq!(report["superseding"], 0);
    insta::assert_snapshot!(facts(&repo).join("\n"));
}

#[test]
fn the_webhooks_alone_say_what_a_webhook_can_know() {
    let world = World::new();
    let repo = story(&world, "story", "gitlab/repo.fast-import");
    let report = import(&repo, &[HOOKS]);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(7), &json!(0)));
    assert_eq!(report["left_out"]["says_too_little"], 1);
    insta::assert_snapshot!(bodies(&repo).iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_webhooks_add_only_what_no_answer_tells_though_times_differ_by_seconds() {
    let world = World::new();
    let repo = story(&world, "story", "gitlab/repo.fast-import");
    import(&repo, &REST);
    let before = bodies(&repo).len();
    let report = import(&repo, &[HOOKS]);
    assert_eq!((&report["new"], &report["superseding"]), (&json!(2), &json!(0)));
    let added: Vec<_> = bodies(&repo).split_off(before);
    assert!(added.iter().all(|body| body["kind"] == "review"), "{added:?}");
    for names in [&REST[..], &[HOOKS]] {
        let report = import(&repo, names);
        assert_eq!((&report["new"], &report["superseding"]), (&json!(0), &json!(0)));
    }
}

#[test]
fn in_any_order_the_facts_are_the_same() {
    let world = World::new();
    let once = story(&world, "once", "gitlab/repo.fast-import");
    let mut names: Vec<&str> = REST.iter().copied().chain([HOOKS]).collect();
    import(&once, &names);
    names.reverse();
    let backwards = story(&world, "backwards", "gitlab/repo.fast-import");
    import(&backwards, &names);
    assert_eq!(facts(&once), facts(&backwards));
    let hooks_first = story(&world, "hooks-first", "gitlab/repo.fast-import");
    import(&hooks_first, &[HOOKS]);
    import(&hooks_first, &REST);
    assert_eq!(facts(&once), facts(&hooks_first));
}

#[test]
fn approvals_without_versions_are_no_reviews_and_it_is_said_why() {
    let world = World::new();
    let repo = story(&world, "story", "gitlab/repo.fast-import");
    let output = audit(&repo, &["import", "gitlab", &file("gitlab/approvals.json"), "-v"]).code(3);
    assert!(output.stdout.contains("give the versions"), "{}", output.stdout);
    assert!(bodies(&repo).is_empty());
}

#[test]
fn with_the_heads_of_merge_requests_fetched_their_pipelines_come_over_too() {
    let world = World::new();
    let repo = story(&world, "story", "gitlab/repo-with-mr-refs.fast-import");
    import(&repo, &REST);
    let builds = facts(&repo).into_iter().filter(|line| line.starts_with("build"));
    assert_eq!(builds.count(), 4);
}

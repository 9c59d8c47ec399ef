//! The other sources: what their files give in the repository of the GitHub story, which their commits are of.

#![allow(clippy::unwrap_used)]

use super::{audit, bodies, file, import, line, story, written};
use crate::common::World;
use serde_json::{Value, json};

/// What files give, one record a line, and what was left out.
fn given(world: &World, files: &[&str]) -> String {
    let repo = story(world, "story", "github/repo-with-pull-refs.fast-import");
    let names: Vec<String> = files.iter().map(|name| format!("others/{name}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let report = import(&repo, &names);
    let mut lines: Vec<String> = bodies(&repo).iter().map(line).collect();
    for one in report["items_left_out"].as_array().unwrap() {
        lines.push(format!(
            "left out: {}: {}",
            one["what"].as_str().unwrap(),
            one["detail"].as_str().unwrap()
        ));
    }
    // Again: nothing new.
    let again = import(&repo, &names);
    assert_eq!((&again["new"], &again["superseding"]), (&json!(0), &json!(0)), "{again}");
    lines.join("\n")
}

#[test]
fn forgejo_by_api_and_webhook_is_one() {
    let world = World::new();
    insta::assert_snapshot!(given(
        &world,
        &[
            "forgejo-pulls.json",
            "forgejo-reviews.json",
            "forgejo-webhooks.jsonl",
            "action-runs.json"
        ]
    ));
}

#[test]
fn argo_cd() {
    let world = World::new();
    insta::assert_snapshot!(given(
        &world,
        &["applications.list.json", "app-history-single-source.json"]
    ));
}

#[test]
fn in_toto() {
    let world = World::new();
    insta::assert_snapshot!(given(
        &world,
        &["statement.slsa-v1.json", "attestations.intoto.jsonl", "gittuf-authorization.json"]
    ));
}

#[test]
fn hoop() {
    let world = World::new();
    let files = [
        "hoop-sessions.json",
        "hoop-reviews.json",
        "hoop-audit-logs.json",
        "hoop-hoopinspect-events.jsonl",
    ];
    let text = given(&world, &files);
    for secret in ["UPDATE config", "DROP TABLE", "[REDACTED]"] {
        assert!(!text.contains(secret), "{text}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn gerrit_and_pagerduty() {
    let world = World::new();
    insta::assert_snapshot!(given(&world, &["gerrit-query.jsonl", "pagerduty-v3.jsonl"]));
}

#[test]
fn bitbucket_and_the_audit_log_of_github() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo-with-pull-refs.fast-import");
    let user = |name: &str| json!({"nickname": name, "display_name": name, "uuid": format!("{{{name}}}"), "type": "user"});
    let request = json!({
        "id": 13, "state": "MERGED", "updated_on": "2026-09-02T09:05:00.9+00:00",
        "author": user("ana"), "closed_by": user("ana"),
        "links": {"html": {"href": "https://bitbucket.org/acme/pay/pull-requests/13"}},
        "destination": {"branch": {"name": "main"}, "repository": {"full_name": "acme/pay"}},
        "source": {"commit": {"hash": "86b107ce6e7d"}}, "merge_commit": {"hash": "fe8ae24ad665"},
    });
    let approval = json!({"date": "2026-09-02T08:55:00+00:00", "user": user("bruno")});
    let cloud = [
        json!({"pullrequest": request, "actor": user("ana")}),
        json!({"pullrequest": request, "actor": user("bruno"), "approval": approval}),
    ];
    let log = json!({"@timestamp": 1_788_425_999_999_i64, "action": "protected_branch.policy_override", "actor": "ana", "_document_id": "x1", "repo": "acme/pay", "branch": "main"});
    let text = format!("{}\n{}\n{log}\n", cloud[0], cloud[1]);
    let path = written(&world, "hooks.jsonl", text.as_bytes());
    audit(&repo, &["import", "auto", &path]).success();
    insta::assert_snapshot!(bodies(&repo).iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn cdevents_have_no_commit_but_where_somebody_says() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let event = |id: &str, kind: &str, content: Value, custom: Value| {
        json!({
            "context": {"specversion": "0.5.1", "id": id, "source": "/ci/1", "type": format!("dev.cdevents.{kind}"), "timestamp": "2026-09-01T11:54:40.999-03:00"},
            "subject": {"id": "pay", "content": content},
            "customData": custom,
        })
    };
    let sha = "2e5220bfe5617c7ce43af2ad57b8f0acca2fa49e";
    let purl = format!("pkg:github/acme/pay@{sha}");
    let events = [
        event(
            "1",
            "service.deployed.0.3.0",
            json!({"environment": {"id": "production"}, "artifactId": purl}),
            json!({}),
        ),
        event(
            "2",
            "service.deployed.0.3.0",
            json!({"environment": {"id": "staging"}, "artifactId": "pkg:oci/pay@sha256%3Aaa"}),
            json!({"git": {"sha": sha}}),
        ),
        event(
            "3",
            "pipelinerun.finished.0.3.0",
            json!({"outcome": "failure"}),
            json!({"git": {"sha": sha}}),
        ),
    ];
    let cloud = json!({"specversion": "1.0", "type": "dev.cdevents.service.deployed.0.3.0", "source": "/ci/1", "id": "1", "data": events[0]});
    let text: String = events.iter().chain([&cloud]).map(|event| format!("{event}\n")).collect();
    let path = written(&world, "events.jsonl", text.as_bytes());
    audit(&repo, &["import", "cdevents", &path]).code(3);
    let lines = |repo: &_| bodies(repo).iter().map(line).collect::<Vec<_>>();
    assert_eq!(
        lines(&repo),
        [
            "deploy 2026-09-01T14:54:40Z unknown production artifact=pkg:github/acme/pay@2e5220bfe5617c7ce43af2ad57b8f0acca2fa49e commit=2e5220bfe5 outcome=success"
        ]
    );
    audit(&repo, &["import", "cdevents", &path, "--commit-from", "git.sha"]).code(3);
    assert_eq!(bodies(&repo).len(), 3, "{:?}", lines(&repo));
}

#[test]
fn tables_come_over_by_their_mapping() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let (table, map) = (file("others/deploys.csv"), file("others/deploys.map.toml"));
    audit(&repo, &["import", "table", &table, "--map", &map]).success();
    let (table, map) = (file("others/changes.jsonl"), file("others/changes.map.toml"));
    audit(&repo, &["import", "table", &table, "--map", &map]).code(3);
    let incidents = written(&world, "incidents.toml", b"kind='incident'\nkey=['id']\n[when]\nfrom='opened'\nformat='%d.%m.%Y %H:%M'\nzone='+02:00'\n[what]\nincident='id'\naction={is='opened'}\nseverity='severity'\n[where]\nservice='service'\n");
    audit(&repo, &["import", "table", &file("others/incidents.csv"), "--map", &incidents])
        .success();
    insta::assert_snapshot!(bodies(&repo).iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_table_assumes_nothing() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let map = |more: &str| {
        let text =
            format!("kind='note'\nkey=['id']\n[when]\nfrom='at'\n{more}\n[why]\nreason='text'\n");
        written(&world, "map.toml", text.as_bytes())
    };
    let table = |text: &str| written(&world, "table.csv", text.as_bytes());
    for (csv, mapping, says) in [
        ("id,at,text\n1,2026-09-01 10:00,x\n", "", "zone"),
        ("id,at,text\n1,03/04/2026,x\n", "zone='UTC'", "no time in the form"),
        (
            "id,at,text\n1,2026-09-01T10:00:00Z,x\n1,2026-09-01T10:00:00Z,y\n",
            "",
            "says something else",
        ),
        ("id,at\n1,2026-09-01T10:00:00Z\n", "", "no column text"),
        ("id,at,text\n1,2026-09-01T10:00:00Z\n", "", "2 fields"),
        ("id,at,text,id\n1,2026-09-01T10:00:00Z,x,y\n", "", "stands there twice"),
        ("id,at,text\n1,2026-09-01T10:00:00Z,x\n", "zone='Berlin'", "no zone"),
    ] {
        let output =
            audit(&repo, &["import", "table", &table(csv), "--map", &map(mapping)]).code(2);
        assert!(output.stderr.contains(says), "{csv}: {}", output.stderr);
    }
    let output = audit(&repo, &["import", "table", &table("id,at,text\n")]).code(2);
    assert!(output.stderr.contains("--map"), "{}", output.stderr);
    assert!(bodies(&repo).is_empty());
    // Identical rows are one record, empty ones none.
    let csv = "id,at,text\n1,2026-09-01T10:00:00Z,=cmd\n1,2026-09-01T10:00:00Z,=cmd\n,,\n";
    audit(&repo, &["import", "table", &table(csv), "--map", &map("")]).success();
    assert_eq!(bodies(&repo).len(), 1);
    assert_eq!(bodies(&repo)[0]["why"]["reason"], "=cmd");
}

//! Machine output is held to the JSON Schema that users are given.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::World;
use crate::common::company::{audit, company};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// The schema in `docs/schema/NAME.schema.json`; the others may be referred to.
    fn named(name: &str) -> Schema {
        let mut compiler = Compiler::new();
        for (name, text) in [
            ("event", include_str!("../../docs/schema/event.schema.json")),
            ("status", include_str!("../../docs/schema/status.schema.json")),
            ("trace", include_str!("../../docs/schema/trace.schema.json")),
            ("diff", include_str!("../../docs/schema/diff.schema.json")),
            ("show", include_str!("../../docs/schema/show.schema.json")),
            ("verify", include_str!("../../docs/schema/verify.schema.json")),
        ] {
            let url = format!("{name}.schema.json");
            compiler.add_resource(&url, serde_json::from_str(text).unwrap()).unwrap();
        }
        let mut schemas = Schemas::new();
        let index = compiler.compile(&format!("{name}.schema.json"), &mut schemas).unwrap();
        Schema { schemas, index }
    }

    fn event() -> Schema {
        Schema::named("event")
    }

    fn check(&self, event: &Value) -> Result<(), String> {
        self.schemas.validate(event, self.index).map_err(|error| format!("{error:#}\n{event:#}"))
    }
}

#[test]
fn every_event_of_a_varied_history_fits_the_schema() {
    let world = World::new();
    let repo = world.repo();
    let ana = world.ssh_key("ana");
    let signers = world.allowed_signers(&[&ana]);
    repo.config("gpg.ssh.allowedSignersFile", signers.to_str().unwrap());
    let first = repo.commit("Start").file("a", "1").create();
    repo.commit(
        "Retry card capture (#412)\n\nBody\n\nFixes: PAY-88\nReviewed-by: Bo <bo@example.com>",
    )
    .file(".github/workflows/ci.yml", "on: push")
    .sign(&ana)
    .create();
    repo.branch("side", &first);
    repo.checkout("side");
    repo.commit("On the side").file("b", "2").create();
    repo.checkout("main");
    repo.commit("Merge pull request #7 from acme/side").merge("side").create();
    repo.tag("light").create();
    repo.tag("v1").message("One").sign(&ana).create();
    repo.raw("commit", b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor x\n\nbroken");
    let schema = Schema::event();
    let mut events =
        repo.audit(["log", "--all", "--name-only", "--format", "jsonl"]).success().json_lines();
    // The lightweight tag stands beside its commit, and is an event where tags are asked for.
    assert_eq!(events.len(), 5);
    let lights =
        events.iter().filter(|event| event["what"]["tags"] == serde_json::json!(["light"]));
    assert_eq!(lights.count(), 1);
    let tags = repo.audit(["log", "--kind", "tag", "--format", "jsonl"]).success().json_lines();
    assert_eq!(tags.len(), 2);
    events.extend(tags.into_iter().filter(|tag| tag["what"]["annotated"] == false));
    for event in &events {
        schema.check(event).unwrap();
    }
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"merge") && kinds.iter().filter(|kind| **kind == "tag").count() == 2);
    let shown = repo.audit(["show", "v1", "--format", "json"]).success().json();
    for event in shown["events"].as_array().unwrap() {
        schema.check(event).unwrap();
    }
}

#[test]
fn the_schema_refuses_what_is_no_event() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("Start").create();
    let schema = Schema::event();
    let good = repo.audit(["log", "--format", "jsonl"]).success().json_lines().remove(0);
    schema.check(&good).unwrap();
    for (pointer, value) in [
        ("/v", json!(2)),
        ("/kind", json!("pull")),
        ("/when", json!("yesterday")),
        ("/proof/grade", json!("sure")),
        ("/what/parents", json!(["123"])),
        ("/who/committer", json!("Ana")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(schema.check(&bad).is_err(), "{pointer}");
    }
}

#[test]
fn the_documents_of_commands_fit_their_schemas() {
    let world = World::new();
    let repo = company(&world);
    for (name, args) in [
        ("verify", &["verify", "HEAD~1..HEAD"][..]),
        ("verify", &["verify", "--ledger"]),
        ("status", &["status"]),
        ("status", &["status", "--at", "2026-01-02 07:30"]),
        ("trace", &["trace", "HEAD", "PAY-88", "refunds"]),
        (
            "diff",
            &["diff", "production/web~1", "production/web", "--stat", "--suspects", "src/pay"],
        ),
        ("diff", &["diff", "production/web"]),
        ("diff", &["diff", "production"]),
        ("show", &["show", "production", "production/api~1", "HEAD"]),
        ("show", &["show", "cy@example.com"]),
    ] {
        let output = audit(&repo, args.iter().copied().chain(["--format", "json"])).code(0);
        let document = output.json();
        Schema::named(name).check(&document).unwrap();
        let mut bad = document;
        bad["surprise"] = json!(1);
        assert!(Schema::named(name).check(&bad).is_err(), "{name}");
    }
}

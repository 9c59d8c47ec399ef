//! Where tags stand in `log`: lightweight ones beside their commit, others in a row of their own.

#![allow(clippy::unwrap_used)]

use crate::common::{Output, World};
use serde_json::json;

#[test]
fn a_lightweight_tag_takes_a_row_only_where_tags_are_asked_for() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    repo.tag("light").create();
    repo.tag("v1").message("The first").create();
    repo.commit("Two").create();
    for packed in [false, true] {
        if packed {
            repo.git(["pack-refs", "--all"]);
        }
        let events = repo.audit(["log", "--format", "jsonl"]).success().json_lines();
        let kinds: Vec<_> = events.iter().map(|event| &event["kind"]).collect();
        assert_eq!(kinds, ["commit", "tag", "commit"]);
        assert_eq!(events[1]["what"]["name"], "v1");
        assert_eq!(events[0]["what"]["tags"], json!([]));
        assert_eq!(events[2]["what"]["tags"], json!(["light"]));
        let page = repo.audit(["log"]).success().stdout;
        assert!(page.contains("One (tag: light)") && !page.contains("(lightweight)"), "{page}");
        let tags = repo.audit(["log", "--kind", "tag"]).success().stdout;
        assert!(tags.contains("tag v1 →") && tags.contains("tag light →"), "{tags}");
        let shown = repo.audit(["show", "light"]).success().stdout;
        assert!(shown.starts_with("tag light") && shown.contains("tag: v1"), "{shown}");
    }
}

#[test]
fn a_list_of_an_old_git_does_not_say_which_tags_are_lightweight() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    repo.tag("light").create();
    repo.tag("v1").message("The first").create();
    repo.git(["pack-refs", "--all"]);
    let list = repo.path.join(".git/packed-refs");
    let text = std::fs::read_to_string(&list).unwrap();
    let old: Vec<&str> = text.lines().filter(|line| !line.starts_with(['#', '^'])).collect();
    std::fs::write(&list, old.join("\n") + "\n").unwrap();
    let events = repo.audit(["log", "--format", "jsonl"]).success().json_lines();
    let ids: Vec<_> = events.iter().map(|event| &event["what"]["tags"]).collect();
    assert_eq!(events.len(), 2, "{ids:?}");
    assert_eq!(events[1]["what"]["tags"], json!(["light"]));
}

#[test]
fn audit_alone_names_five_commands_in_ten_lines() {
    let world = World::new();
    let alone = Output::of(&mut world.audit_command()).code(2);
    assert_eq!((alone.stdout.as_str(), alone.stderr.lines().count()), ("", 9));
    for command in ["log", "show", "record", "verify", "init"] {
        assert!(alone.stderr.contains(&format!("  audit {command} ")), "{}", alone.stderr);
    }
}

//! `docs/policy.md` and the rules say the same.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use audit::policy::{Policy, rules};
use std::collections::BTreeSet;

const DOCS: &str = include_str!("../../docs/policy.md");

/// What stands between `## Rules` and the next heading of its sort.
fn section() -> &'static str {
    let (_, rest) = DOCS.split_once("## Rules\n").unwrap();
    rest.split_once("\n## Exit codes").unwrap().0
}

/// How the documentation tells a rule.
fn entry(rule: &rules::Rule) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "### `{}`\n**{}.** Level: `{}`.\n\n- Protects from: {}\n- Looks at: {}\n- Satisfied by: {}\n- Mend: {}\n",
        rule.id,
        words(rule.summary),
        rule.default,
        words(rule.protects),
        words(rule.looks_at),
        words(rule.satisfied),
        words(rule.mend)
    )
}

#[test]
fn the_documentation_explains_every_rule_as_the_program_does() {
    let all: Vec<String> = rules::all().map(entry).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let (before, rest) = DOCS
            .split_once("\n### `ledger-intact`")
            .or_else(|| DOCS.split_once("\nRULES"))
            .unwrap();
        let (_, after) = rest.split_once("\n## Exit codes").unwrap();
        let text = format!("{before}\n{}\n## Exit codes{after}", all.join("\n"));
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policy.md"), text).unwrap();
        return;
    }
    for entry in &all {
        assert!(
            section().contains(entry),
            "docs/policy.md lacks (UPDATE_DOCS=1 writes it):\n{entry}"
        );
    }
    assert_eq!(section().matches("### `").count(), all.len(), "a rule that no longer exists");
}

/// The blocks of TOML in the documentation.
fn examples() -> Vec<&'static str> {
    let blocks = DOCS.split("```toml\n").skip(1);
    blocks.map(|block| block.split_once("```").unwrap().0).collect()
}

#[test]
fn every_example_is_a_policy() {
    assert!(!examples().is_empty());
    for example in examples() {
        let problems = Policy::parse(example.as_bytes()).err().unwrap_or_default();
        assert!(problems.is_empty(), "{example}\n{problems:?}");
    }
}

#[test]
fn the_whole_example_uses_every_key_that_the_tables_explain() {
    let example = examples()[0];
    let rows = DOCS.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let keys: BTreeSet<&str> = rows.map(|(key, _)| key.rsplit('.').next().unwrap()).collect();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let used = example.contains(&format!("{key} =")) || example.contains(&format!(".{key}]"));
        assert!(used, "'{key}' is explained, but stands in no example");
    }
}

#[test]
fn every_key_that_the_reader_knows_is_explained() {
    // The reader tells what it knows when it meets what it doesn't.
    for (text, known) in [
        ("zzzzzzzzzzzz = 1", "top"),
        ("[ledger]\nzzzzzzzzzzzz = 1", "ledger"),
        ("[people.a]\nzzzzzzzzzzzz = 1", "people"),
        ("[environments.a]\nzzzzzzzzzzzz = 1", "environments"),
        ("[[environments.a.freeze]]\nzzzzzzzzzzzz = 1", "freeze"),
    ] {
        let problems = Policy::parse(text.as_bytes()).unwrap_err();
        let keys = problems[0].hint.strip_prefix("it knows ").unwrap();
        for key in keys.split(", ") {
            let explained = DOCS.contains(&format!("`{key}`"))
                || DOCS.contains(&format!("`{known}.{key}`"))
                || DOCS.contains(&format!("`[{key}"))
                || DOCS.contains(&format!("`{key}."));
            assert!(explained, "'{key}' of {known} is not explained");
        }
    }
}

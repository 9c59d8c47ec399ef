//! Policy files.

use audit::policy::{Policy, rules};
use audit::report::policy::PolicyReport;
use audit::ui::Style;
use serde_json::Value;

/// A policy file, or what somebody takes for one.
pub fn policy(bytes: &[u8]) {
    match Policy::parse(bytes) {
        Ok(policy) => accepted(bytes, &policy),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            for problem in &problems {
                let line = problem.line.checked_sub(1).and_then(|at| lines.get(at));
                let line = line.expect("a problem stands in a line of the file");
                assert!((1..=line.len() + 1).contains(&problem.column), "{problem}");
                assert!(!problem.message.is_empty() && !problem.hint.is_empty(), "{problem}");
            }
            assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)));
        }
    }
}

fn accepted(bytes: &[u8], policy: &Policy) {
    let text = std::str::from_utf8(bytes).expect("a policy is UTF-8");
    let same = |other: &str| {
        let other = Policy::parse(other.as_bytes()).expect("the same policy in other words");
        assert_eq!(shown(&other), shown(policy));
        assert_eq!(format!("{other:?}").len(), format!("{policy:?}").len());
    };
    same(&format!("{text}\n# a comment\n"));
    let table: toml::Table = text.parse().expect("a policy is TOML");
    same(&toml::to_string(&table).expect("what was read can be written"));
    for rule in rules::all() {
        policy.level(rule, None);
        policy.environments.keys().for_each(|env| _ = policy.level(rule, Some(env)));
    }
    policy.judges_tag("v1.0");
    let mut page = Vec::new();
    report(policy)
        .text(Style { color: false, width: None, unicode: true }, &mut page)
        .expect("memory takes it");
    let page = String::from_utf8(page).expect("a report is UTF-8");
    assert!(!page.contains(|c: char| c.is_control() && c != '\n'), "a policy controls a terminal");
}

fn report(policy: &Policy) -> PolicyReport<'_> {
    PolicyReport { policy, source: Some("file"), trust: "nobody" }
}

/// What `audit policy show --format json` prints.
fn shown(policy: &Policy) -> Value {
    let mut document = Vec::new();
    report(policy).json(&mut document).expect("memory takes it");
    serde_json::from_slice(&document).expect("the report is JSON")
}

//! Exceptions: records that excuse one subject from one rule, by somebody who may grant that.
//!
//! ```text
//! audit record exception --rule four-eyes --subject 5d0bd5f1a2… --why 'outage, nobody else awake' \
//!     --expires 2026-12-01T00:00:00Z
//! ```
//!
//! A finding that is excused stays in the report, as a warning that names the record. What was altered
//! can't be excused: a broken signature, the ledger, `.audit/` itself.

use super::file::Policy;
use super::finding::{Judgement, Level};
use super::people::Actor;
use crate::event::{Event, Kind, short};
use crate::ledger::{self, Recorded};

/// Rules that nobody is excused from.
pub const NEVER: [&str; 3] = ["ledger-intact", "foreign-record", "trust-change-authorised"];

/// The shortest beginning of an id that names a subject.
const SHORTEST: usize = 10;

/// Turns findings that somebody excused into warnings.
pub fn apply(judgement: &mut Judgement, records: &[Recorded], policy: &Policy, now: i64) {
    let granted: Vec<(&Recorded, String)> = records
        .iter()
        .filter(|record| record.kind == Kind::Exception)
        .filter_map(|record| Some((record, granter(record, policy, now)?)))
        .collect();
    for finding in &mut judgement.findings {
        if finding.level != Level::Deny || finding.grave || NEVER.contains(&finding.asked) {
            continue;
        }
        let excuse = granted.iter().find(|(record, _)| {
            let rule = record.field("rule");
            let env = record.place.as_ref().and_then(|place| place.env.as_deref());
            (rule == Some(finding.rule) || rule == Some(finding.asked))
                && record.field("subject").is_some_and(|named| names(named, &finding.subject.id))
                && (env.is_none() || env == finding.subject.env.as_deref())
        });
        if let Some((record, who)) = excuse {
            finding.level = Level::Warn;
            let id = short(&record.id);
            finding.why.push_str(&format!(" (excused by {who}, record {id})"));
        }
    }
}

/// Who granted an exception that is in force.
fn granter(record: &Event, policy: &Policy, now: i64) -> Option<String> {
    let expired = record
        .field("expires")
        .is_some_and(|text| ledger::time::parse(text.as_bytes()).is_none_or(|end| end < now));
    let Some(Actor::Proven(who)) = policy.people.behind(record) else { return None };
    let may = policy.exceptions.contains(who.id()?);
    (may && !expired).then(|| who.to_string())
}

/// Whether a text names a subject: its whole id, or ten digits or more of it.
fn names(text: &str, id: &str) -> bool {
    let digits = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text == id || (digits && matches!(id.len(), 40 | 64) && id.starts_with(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::rules::testing::*;
    use super::*;
    use crate::policy::{Finding, Subject, SubjectKind};
    use serde_json::json;

    fn finding(rule: &'static str) -> Judgement {
        let subject = Subject {
            kind: SubjectKind::Record,
            id: "d".repeat(64),
            text: String::new(),
            env: Some("production".into()),
        };
        let finding = Finding {
            rule,
            asked: rule,
            level: Level::Deny,
            grave: false,
            subject,
            why: "why".into(),
            mend: String::new(),
        };
        Judgement { findings: vec![finding], ..Judgement::default() }
    }

    fn excused(
        rule: &'static str,
        grave: bool,
        signer: Option<&str>,
        what: serde_json::Value,
    ) -> bool {
        let policy = policy("exceptions = [\"ana\"]");
        let email = signer.map_or("ana@example.com".to_owned(), |who| format!("{who}@example.com"));
        let record = record(Kind::Exception, &email, signer, NOON, what);
        let mut judgement = finding(rule);
        judgement.findings[0].grave = grave;
        apply(&mut judgement, &[Recorded::of(record)], &policy, NOON);
        judgement.findings[0].level == Level::Warn
    }

    #[test]
    fn somebody_who_may_excuses_one_subject_from_one_rule() {
        let what = |rule: &str, subject: &str| json!({"rule": rule, "subject": subject});
        let whole = "d".repeat(64);
        let ask =
            |signer, rule, subject: &str| excused("four-eyes", false, signer, what(rule, subject));
        assert!(ask(Some("ana"), "four-eyes", &whole));
        assert!(ask(Some("ana"), "four-eyes", &whole[..10]));
        assert!(!ask(Some("ana"), "four-eyes", &whole[..9]));
        assert!(!ask(Some("ana"), "deploy-approved", &whole));
        assert!(!ask(Some("ana"), "four-eyes", "production"));
        assert!(!ask(Some("bruno"), "four-eyes", &whole));
        assert!(!ask(None, "four-eyes", &whole));
    }

    /// What could not be decided is excused by the name of what is missing, or of what was asked.
    #[test]
    fn what_could_not_be_decided_may_be_excused_by_either_name() {
        let policy = policy("exceptions = [\"ana\"]");
        for (rule, excused) in
            [("evidence-missing", true), ("four-eyes", true), ("commit-signed", false)]
        {
            let what = json!({"rule": rule, "subject": "d".repeat(64)});
            let record = record(Kind::Exception, "ana@example.com", Some("ana"), NOON, what);
            let mut judgement = finding("evidence-missing");
            judgement.findings[0].asked = "four-eyes";
            apply(&mut judgement, &[Recorded::of(record)], &policy, NOON);
            assert_eq!(judgement.findings[0].level == Level::Warn, excused, "{rule}");
        }
    }

    #[test]
    fn an_exception_expires_and_what_was_altered_has_none() {
        let what = |rule: &str, expires: &str| json!({"rule": rule, "subject": "d".repeat(64), "expires": expires});
        let ask = |expires| excused("four-eyes", false, Some("ana"), what("four-eyes", expires));
        assert!(ask("2026-11-20T12:00:00Z"));
        assert!(!ask("2026-11-20T11:59:59Z"));
        let later = "2027-01-01T00:00:00Z";
        assert!(!excused("commit-signed", true, Some("ana"), what("commit-signed", later)));
        for rule in NEVER {
            assert!(!excused(rule, false, Some("ana"), what(rule, later)), "{rule}");
        }
    }
}

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
use super::finding::{Judgement, Level, Subject, SubjectKind};
use super::people::Actor;
use crate::address::{Names, forced};
use crate::deployments;
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
    let mut known = deployments::names(records);
    policy.environments.keys().for_each(|env| known.environment(env));
    for finding in &mut judgement.findings {
        if finding.level != Level::Deny || finding.grave || NEVER.contains(&finding.asked) {
            continue;
        }
        let excuse = granted.iter().find(|(record, _)| {
            let rule = record.field("rule");
            let env = record.place.as_ref().and_then(|place| place.env.as_deref());
            (rule == Some(finding.rule) || rule == Some(finding.asked))
                && record
                    .field("subject")
                    .is_some_and(|named| names(named, &finding.subject, &known))
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

/// Whether a text names a subject: its whole id, or ten digits or more of it; an environment or service by its name, as
/// every command reads it. What means two things excuses neither.
fn names(text: &str, subject: &Subject, known: &Names<'_>) -> bool {
    if subject.kind == SubjectKind::Environment {
        let (forced, bare) = forced(text);
        let Ok(Some(reading)) = known.read(bare, forced) else { return false };
        let target = reading.target;
        return Some(target.env()) == subject.env.as_deref()
            && target.place().to_string() == subject.id;
    }
    let digits = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = &subject.id;
    text == id || (digits && matches!(id.len(), 40 | 64) && id.starts_with(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::rules::testing::*;
    use super::*;
    use crate::policy::Finding;
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

    #[test]
    fn an_environment_is_excused_by_the_name_that_every_command_reads() {
        let policy = policy("[environments.\"eu/prod\"]\n[environments.eu]");
        let recorded = record(Kind::Deploy, "ana@example.com", None, NOON, json!({}));
        let place = |env: &str, service: Option<&str>| {
            let mut event = recorded.clone();
            let (env, service) = (Some(env.to_owned()), service.map(str::to_owned));
            event.place = Some(crate::event::Where { env, service });
            Recorded::of(event)
        };
        let subject = |env: &str, id: &str| Subject {
            kind: SubjectKind::Environment,
            id: id.to_owned(),
            text: String::new(),
            env: Some(env.to_owned()),
        };
        let ask = |text: &str, records: &[Recorded], of: &Subject| {
            let mut known = deployments::names(records);
            policy.environments.keys().for_each(|env| known.environment(env));
            names(text, of, &known)
        };
        let (environment, service) = (subject("eu/prod", "eu/prod"), subject("eu", "eu/prod"));
        assert!(ask("eu/prod", &[], &environment) && !ask("eu/prod", &[], &service));
        let both = [place("eu", Some("prod"))];
        assert!(!ask("eu/prod", &both, &environment) && !ask("eu/prod", &both, &service));
        assert!(ask("env:eu/prod", &both, &environment) && ask("eu//prod", &both, &service));
    }
}

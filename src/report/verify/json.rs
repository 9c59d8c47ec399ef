//! As one JSON document.

use super::Verification;
use crate::policy::Finding;
use crate::report::json::{self, VERSION};
use crate::share::shared::Shared;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    v: u32,
    version: &'a str,
    subject: &'a str,
    outcome: &'static str,
    exit: u8,
    sentence: String,
    trust: &'a str,
    policy: Option<&'a str>,
    adopted: Option<&'a str>,
    ledger: Option<Ledger<'a>>,
    judged: Judged,
    checked: u64,
    not_checked: u64,
    rules: Vec<RuleJson>,
    findings: Vec<FindingJson<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Ledger<'a> {
    path: &'a str,
    name: Option<&'a str>,
    records: usize,
    heads: &'a [String],
    shared: &'a Shared,
}

#[derive(Serialize)]
struct Judged {
    commits: u64,
    tags: u64,
    records: u64,
    deploys: u64,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    level: &'static str,
    holds: u64,
    fails: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    asked: &'static str,
    level: &'static str,
    subject: SubjectJson<'a>,
    why: &'a str,
    mend: &'a str,
}

#[derive(Serialize)]
struct SubjectJson<'a> {
    kind: &'static str,
    id: &'a str,
    text: &'a str,
    env: Option<&'a str>,
}

impl<'a> From<&'a Finding> for FindingJson<'a> {
    fn from(finding: &'a Finding) -> FindingJson<'a> {
        let subject = &finding.subject;
        FindingJson {
            rule: finding.rule,
            asked: finding.asked,
            level: finding.level.name(),
            subject: SubjectJson {
                kind: subject.kind.name(),
                id: &subject.id,
                text: &subject.text,
                env: subject.env.as_deref(),
            },
            why: &finding.why,
            mend: &finding.mend,
        }
    }
}

pub(super) fn write(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        v: VERSION,
        version: verification.version,
        subject: &verification.subject,
        outcome: match verification.outcome.code() {
            0 => "clean",
            3 => "undecided",
            _ => "findings",
        },
        exit: verification.outcome.code(),
        sentence: verification.sentence(),
        trust: &verification.trust,
        policy: verification.policy.as_deref(),
        adopted: verification.adopted.as_deref(),
        ledger: verification.ledger.as_ref().map(|ledger| Ledger {
            path: &ledger.path,
            name: ledger.name.as_deref(),
            records: ledger.records,
            heads: &ledger.heads,
            shared: &ledger.shared,
        }),
        judged: Judged {
            commits: verification.commits,
            tags: verification.tags,
            records: verification.records,
            deploys: verification.deploys,
        },
        checked: verification.checked(),
        not_checked: verification.unknown(),
        rules: verification
            .rules
            .iter()
            .map(|line| RuleJson {
                id: line.rule.id,
                level: line.level.name(),
                holds: line.tally.held,
                fails: line.tally.failed,
                unknown: line.tally.unknown,
            })
            .collect(),
        findings: verification.findings.iter().map(FindingJson::from).collect(),
        notes: &verification.notes,
    };
    json::document(&document, out)
}

//! As SARIF 2.1.0 (OASIS Standard, "Static Analysis Results Interchange Format").
//!
//! Commits, tags and records are no lines of files, so they are logical locations (section 3.33); code
//! scanners that insist on a file are pointed to the policy. Fingerprints keep one finding one finding
//! from run to run.

use super::{Verification, label};
use crate::outcome::Outcome;
use crate::policy::rules;
use crate::policy::{Finding, Level};
use serde_json::{Value, json};
use std::io::{self, Write};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    let known: Vec<&str> = rules::all().map(|rule| rule.id).collect();
    let results: Vec<Value> =
        verification.findings.iter().map(|finding| result(finding, &known)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "audit",
                "semanticVersion": verification.version,
                "rules": rules::all().map(|rule| json!({
                    "id": rule.id,
                    "shortDescription": {"text": rule.summary},
                    "fullDescription": {"text": format!("{} {}", rule.protects, rule.looks_at)},
                    "help": {"text": rule.mend},
                    "defaultConfiguration": {
                        "enabled": rule.default != Level::Off,
                        "level": level(rule.default),
                    },
                })).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": verification.outcome.code(),
            }],
            "properties": {
                "subject": verification.subject,
                "trust": verification.trust,
                "policy": verification.policy,
                "ledgerHeads": verification.ledger.as_ref().map(|ledger| &ledger.heads),
                "checked": verification.checked(),
                "notChecked": verification.unknown(),
                "decided": verification.outcome != Outcome::Undecided,
                "sentence": verification.sentence(),
            },
            "results": results,
        }],
    });
    crate::report::json::document(&document, out)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Off => "none",
    }
}

fn result(finding: &Finding, known: &[&str]) -> Value {
    let subject = &finding.subject;
    let index = known.iter().position(|id| *id == finding.rule);
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index.map_or(json!(-1), |index| json!(index)),
        "level": level(finding.level),
        "message": {"text": format!("{}: {}", label(finding), finding.why)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": ".audit/policy.toml"}},
            "logicalLocations": [{
                "name": subject.id,
                "fullyQualifiedName": format!("{}/{}", subject.kind.name(), subject.id),
                "kind": subject.kind.name(),
            }],
        }],
        "partialFingerprints": {
            "audit/v1": format!("{}/{}/{}", finding.asked, subject.kind.name(), subject.id),
        },
        "properties": {"mend": finding.mend, "text": subject.text},
    })
}

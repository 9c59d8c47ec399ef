//! As Markdown, for the summary page of a CI run.

use super::{Verification, label};
use crate::outcome::Outcome;
use crate::report::words::counted;
use std::io::{self, Write};

/// How many findings of a rule are listed.
const MOST: usize = 20;

pub(super) fn write(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    let mark = match verification.outcome {
        Outcome::Yes => "✅",
        Outcome::Undecided => "❔",
        _ => "❌",
    };
    writeln!(out, "## {mark} {}\n", cell(&verification.sentence()))?;
    writeln!(out, "Judged: {} ({}).", cell(&verification.subject), verification.judged())?;
    let policy = verification.policy.as_deref().unwrap_or("none");
    writeln!(out, "Trust: {}. Policy: {}.", cell(&verification.trust), cell(policy))?;
    if let Some(ledger) = &verification.ledger {
        let heads: Vec<String> = ledger.heads.iter().map(|head| format!("`{head}`")).collect();
        writeln!(
            out,
            "Ledger: {}, head {}.",
            counted(ledger.records, "record", "records"),
            heads.join(", ")
        )?;
    }
    writeln!(
        out,
        "{} checked, {} could not be checked, by audit {}.",
        verification.checked(),
        verification.unknown(),
        verification.version
    )?;
    for note in &verification.notes {
        writeln!(out, "\n> {}", cell(note))?;
    }
    for (rule, findings) in verification.groups() {
        writeln!(out, "\n### {rule}\n\n| level | subject | why |\n|---|---|---|")?;
        for finding in findings.iter().take(MOST) {
            let text = &finding.subject.text;
            writeln!(
                out,
                "| {} | {} {} | {} |",
                finding.level,
                cell(&label(finding)),
                cell(text),
                cell(&finding.why)
            )?;
        }
        if findings.len() > MOST {
            writeln!(out, "\n… and {} more.", findings.len() - MOST)?;
        }
        if let Some(finding) = findings.first() {
            writeln!(out, "\nMend: {}", cell(&finding.mend))?;
        }
    }
    writeln!(out, "\n| rule | level | holds | fails | unknown |\n|---|---|--:|--:|--:|")?;
    for line in
        verification.rules.iter().filter(|line| line.tally.checked() + line.tally.unknown > 0)
    {
        let tally = line.tally;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            line.rule.id, line.level, tally.held, tally.failed, tally.unknown
        )?;
    }
    Ok(())
}

/// Strangers' text as text: no markup, no links, one line.
fn cell(text: &str) -> String {
    crate::report::markdown::cell(text)
}

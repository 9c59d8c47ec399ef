//! For people: what was judged by what, findings by rule, counts, one sentence.

use super::Verification;
use crate::outcome::Outcome;
use crate::policy::rules::Rule;
use crate::policy::{Finding, Level};
use crate::report::text;
use crate::report::words::counted;
use crate::ui::{Paint, Style, escape};
use std::io::{self, Write};

/// How many reasons of a rule people are shown; the machine formats have all findings.
const MOST: usize = 10;
/// How many of those that share a reason.
const SAME: usize = 4;

pub(super) fn write(
    verification: &Verification,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = |label: &str, value: &str| -> io::Result<()> {
        writeln!(out, "{} {}", style.paint(Paint::Bold, &text::pad(label, 9)), escape(value))
    };
    line("judged", &format!("{}: {}", verification.subject, verification.judged()))?;
    line("trust", &verification.trust)?;
    line("policy", verification.policy.as_deref().unwrap_or("none"))?;
    if let Some(ledger) = &verification.ledger {
        let heads: Vec<&str> = ledger.heads.iter().take(3).map(|head| text::short(head)).collect();
        let more = if ledger.heads.len() > 3 { ", …" } else { "" };
        let records = counted(ledger.records, "record", "records");
        let kept = match ledger.shared.never() {
            true => "no copy elsewhere is known: keep this id to notice if records are cut off"
                .to_owned(),
            false => ledger.shared.words(),
        };
        line("ledger", &format!("{records}, head {}{more} ({kept})", heads.join(", ")))?;
    }
    line("program", &format!("audit {}", verification.version))?;
    for note in &verification.notes {
        writeln!(out, "{} {}", style.paint(Paint::Bold, &text::pad("note", 9)), escape(note))?;
    }
    for (rule, findings) in verification.groups() {
        group(rule, &findings, style, out)?;
    }
    counts(verification, style, out)?;
    let paint = match verification.outcome {
        Outcome::Yes => Paint::Green,
        Outcome::Undecided => Paint::Magenta,
        _ => Paint::Red,
    };
    writeln!(out, "\n{}", style.paint(paint, &verification.sentence()))
}

fn group(rule: &str, findings: &[&Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.paint(Paint::Bold, rule))?;
    // One reason that many share is told once.
    let mut reasons: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        match reasons.iter().position(|(why, _)| *why == finding.why) {
            Some(at) => reasons[at].1.push(finding),
            None if reasons.len() < MOST => reasons.push((&finding.why, vec![finding])),
            None => {}
        }
    }
    let mut shown = 0;
    for (why, same) in &reasons {
        reason(why, same, style, out)?;
        shown += same.len();
    }
    if findings.len() > shown {
        writeln!(out, "  … and {} more (--format json has all)", findings.len() - shown)?;
    }
    let mut mends: Vec<&str> = Vec::new();
    for finding in findings.iter().take(MOST) {
        if !mends.contains(&&*finding.mend) {
            mends.push(&finding.mend);
        }
    }
    for mend in mends {
        paragraph(&format!("mend: {mend}"), "  ", style, out)?;
    }
    Ok(())
}

/// A reason and those who share it.
fn reason(why: &str, same: &[&Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (paint, word) = match same.first().map(|finding| finding.level) {
        Some(Level::Deny) => (Paint::Red, "deny"),
        _ => (Paint::Magenta, "warn"),
    };
    let width = style.width.unwrap_or(usize::MAX).saturating_sub(8);
    for (number, finding) in same.iter().take(SAME).enumerate() {
        let subject = &finding.subject;
        let name = match &*subject.text {
            "" => text::short(&subject.id).to_owned(),
            text => format!("{} {text}", text::short(&subject.id)),
        };
        let name = text::fit(&escape(&name), width, style.unicode);
        let word = if number == 0 { style.paint(paint, word).into_owned() } else { "    ".into() };
        writeln!(out, "  {word} {}", style.paint(Paint::Yellow, &name))?;
    }
    if same.len() > SAME {
        writeln!(out, "       … and {} more (--format json has all)", same.len() - SAME)?;
    }
    paragraph(why, "       ", style, out)
}

fn counts(verification: &Verification, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let asked: Vec<_> = verification
        .rules
        .iter()
        .filter(|line| line.tally.checked() + line.tally.unknown > 0)
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let heading =
        format!("{:<26} {:<5} {:>9} {:>9} {:>9}", "RULE", "LEVEL", "HOLDS", "FAILS", "UNKNOWN");
    writeln!(out, "\n{}", style.paint(Paint::Dim, &heading))?;
    for line in asked {
        let tally = line.tally;
        writeln!(
            out,
            "{:<26} {:<5} {:>9} {:>9} {:>9}",
            line.rule.id,
            line.level.name(),
            tally.held,
            tally.failed,
            tally.unknown
        )?;
    }
    writeln!(
        out,
        "{} checked, {} could not be checked",
        verification.checked(),
        verification.unknown()
    )
}

fn paragraph(words: &str, indent: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let columns = style.width.unwrap_or(100).saturating_sub(indent.len()).max(20);
    for line in text::wrap(&escape(words), columns) {
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}

/// Explains a rule.
///
/// # Errors
/// When the stream does not take it.
pub fn explain(rule: &Rule, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", style.paint(Paint::Bold, rule.id), rule.summary)?;
    let env = if rule.per_environment() { ", or in an environment's own" } else { "" };
    let level =
        format!("{}; set another one under [rules] in .audit/policy.toml{env}", rule.default);
    for (label, words) in [
        ("protects from", rule.protects),
        ("looks at", rule.looks_at),
        ("satisfied by", rule.satisfied),
        ("how to mend", rule.mend),
        ("level", &level),
    ] {
        writeln!(out, "\n{}", style.paint(Paint::Bold, label))?;
        paragraph(words, "  ", style, out)?;
    }
    Ok(())
}

//! The verdict of `audit verify`: for people, as JSON, SARIF, JUnit and Markdown.
//!
//! Every format says what was judged by what, counts what was checked and what could not be, and ends
//! in the same sentence.

mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

pub use text::explain;

use super::words::counted;
use crate::outcome::Outcome;
use crate::policy::rules::MISSING;
use crate::policy::{Finding, Level};
use crate::ui::Style;
use crate::verification::Verification;
use std::io::{self, Write};

/// How to print a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0 (OASIS).
    Sarif,
    /// JUnit's XML, as CI systems read it.
    Junit,
    /// GitHub-flavoured Markdown.
    Markdown,
}

impl Verification {
    fn unknown(&self) -> u64 {
        self.rules.iter().map(|line| line.tally.unknown).sum()
    }

    fn checked(&self) -> u64 {
        self.rules.iter().map(|line| line.tally.checked()).sum()
    }

    fn count(&self, level: Level, missing: bool) -> usize {
        let counts =
            |finding: &&Finding| finding.level == level && (finding.rule == MISSING) == missing;
        self.findings.iter().filter(counts).count()
    }

    /// Whether what was asked for holds nothing to judge.
    fn is_empty(&self) -> bool {
        self.commits + self.tags + self.records + self.deploys == 0
    }

    /// `12 commits, 1 tag, 3 records, 1 deploy`.
    fn judged(&self) -> String {
        let parts = [
            (self.commits, "commit", "commits"),
            (self.tags, "tag", "tags"),
            (self.records, "record", "records"),
            (self.deploys, "deploy", "deploys"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }

    /// The verdict in one plain sentence.
    pub fn sentence(&self) -> String {
        let denied = self.count(Level::Deny, false);
        let missing = self.count(Level::Deny, true);
        let warned = self.findings.iter().filter(|finding| finding.level == Level::Warn).count();
        let warned = match warned {
            0 => String::new(),
            count => format!(", with {}", counted(count, "warning", "warnings")),
        };
        match self.outcome {
            Outcome::Yes if self.is_empty() => {
                format!("Nothing was judged: no commit, tag, record or deploy is among it{warned}.")
            }
            Outcome::Yes => format!("Nothing is refused: {} judged{warned}.", self.judged()),
            Outcome::Undecided => format!(
                "It could not be decided: {} of rules that deny could not be made.",
                counted(missing, "check", "checks")
            ),
            _ => {
                let more = match missing {
                    0 => String::new(),
                    count => {
                        format!(", and {} could not be made", counted(count, "check", "checks"))
                    }
                };
                format!("Refused: {}{more}.", counted(denied, "finding", "findings"))
            }
        }
    }

    /// The findings of each rule that has some, in the order of rules, those that deny first.
    fn groups(&self) -> Vec<(&'static str, Vec<&Finding>)> {
        let mut groups: Vec<(&'static str, Vec<&Finding>)> = Vec::new();
        for rule in crate::policy::rules::all() {
            let mut found: Vec<&Finding> =
                self.findings.iter().filter(|finding| finding.rule == rule.id).collect();
            found.sort_by_key(|finding| finding.level);
            if !found.is_empty() {
                groups.push((rule.id, found));
            }
        }
        groups.sort_by_key(|(_, found)| found.first().map(|finding| finding.level));
        groups
    }
}

/// Writes a verdict.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    verification: &Verification,
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => text::write(verification, style, out),
        Format::Json => json::write(verification, out),
        Format::Sarif => sarif::write(verification, out),
        Format::Junit => junit::write(verification, out),
        Format::Markdown => markdown::write(verification, out),
    }
}

/// `commit 9f2c1ab044`, `tag v1.4`.
fn label(finding: &Finding) -> String {
    let subject = &finding.subject;
    format!("{} {}", subject.kind.name(), super::text::short(&subject.id))
}

//! The state of a ledger: for people and as JSON.

use super::{json, text, words};
use crate::event::moment;
use crate::event::{Event, Grade, When};
use crate::ledger::{Report, Severity};
use crate::share::shared::Shared;
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many findings people are shown; JSON has all that were kept.
const MOST_FINDINGS: usize = 20;

/// How the signatures of a ledger's records came out.
#[derive(Debug, Clone, Default)]
pub struct Signatures {
    grades: BTreeMap<Grade, u64>,
    first_broken: Option<String>,
}

impl Signatures {
    /// Counts one record.
    pub fn add(&mut self, event: &Event) {
        *self.grades.entry(event.proof.grade).or_default() += 1;
        if event.proof.grade == Grade::Broken && self.first_broken.is_none() {
            self.first_broken = Some(event.id.clone());
        }
    }

    /// Counts so many records, which nobody signed, as imported: they are vouched for.
    pub fn vouched(&mut self, count: u64) {
        let claimed = self.grades.entry(Grade::Claimed).or_default();
        let count = count.min(*claimed);
        *claimed -= count;
        if count > 0 {
            *self.grades.entry(Grade::Imported).or_default() += count;
        }
    }

    /// How many records have this grade.
    pub fn count(&self, grade: Grade) -> u64 {
        self.grades.get(&grade).copied().unwrap_or(0)
    }
}

/// An `import` record, and the batch that it closes.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// Where its records were taken over from.
    pub source: String,
    /// Its own proof: only a signed one makes its records `imported`.
    pub grade: Grade,
    /// Whom the trust names as the owner of the key.
    pub signer: Option<String>,
    /// How many records it closes; or why they are no whole batch.
    pub records: Result<u64, &'static str>,
}

impl Import {
    fn sentence(&self) -> String {
        let id = text::short(&self.id);
        let records = match self.records {
            Ok(count) => words::counted(count, "record", "records"),
            Err(why) => return format!("{id} from {} closes no whole batch: {why}", self.source),
        };
        let who = match (self.grade, &self.signer) {
            (Grade::Signed, Some(signer)) => format!("vouched for by {signer}"),
            (Grade::Signed, None) => "vouched for by a trusted key".to_owned(),
            (Grade::Claimed, _) => "nobody signed it: they are claims".to_owned(),
            (grade, _) => format!("its signature is {grade}: they are claims"),
        };
        format!("{id} from {}: {records}, {who}", self.source)
    }
}

/// What is reported.
pub struct LedgerReport<'a> {
    /// What was read: a path, or standard input.
    pub name: &'a str,
    /// What the check found.
    pub report: &'a Report,
    /// How the signatures came out.
    pub signatures: &'a Signatures,
    /// What was imported, and who vouches for it.
    pub imports: &'a [Import],
    /// Whether a verdict was asked for.
    pub check: bool,
    /// What judged the signatures.
    pub trust: Option<&'a str>,
    /// What of it is published; `None` for a file that is no clone's own ledger.
    pub shared: Option<&'a Shared>,
}

#[derive(Serialize)]
struct LedgerJson<'a> {
    v: u32,
    path: &'a str,
    ledger: Option<&'a str>,
    records: usize,
    lines: u64,
    bytes: u64,
    signed: u64,
    heads: Vec<String>,
    first: Option<String>,
    last: Option<String>,
    torn_bytes: u64,
    proof: BTreeMap<&'static str, u64>,
    trust: Option<&'a str>,
    imports: Vec<ImportJson<'a>>,
    damage: u64,
    findings: Vec<FindingJson<'a>>,
    shared: Option<&'a Shared>,
}

#[derive(Serialize)]
struct ImportJson<'a> {
    record: &'a str,
    source: &'a str,
    grade: &'static str,
    signer: Option<&'a str>,
    records: Option<u64>,
    why_not_whole: Option<&'static str>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    line: u64,
    offset: u64,
    id: Option<String>,
    why: &'a str,
}

impl LedgerReport<'_> {
    fn span(&self) -> (Option<i64>, Option<i64>) {
        let whens = || self.report.chain.nodes().iter().map(|node| node.when);
        (whens().min(), whens().max())
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        let (first, last) = self.span();
        let document = LedgerJson {
            v: json::VERSION,
            path: self.name,
            ledger: report.ledger.as_deref(),
            records: report.chain.len(),
            lines: report.lines,
            bytes: report.bytes,
            signed: report.signed,
            heads: report.chain.heads().map(|node| node.id.to_string()).collect(),
            first: first.and_then(moment::rfc3339),
            last: last.and_then(moment::rfc3339),
            torn_bytes: report.torn.map_or(0, |torn| torn.bytes),
            proof: Grade::ALL
                .iter()
                .map(|&grade| (grade.name(), self.signatures.count(grade)))
                .collect(),
            trust: self.trust,
            imports: self
                .imports
                .iter()
                .map(|one| ImportJson {
                    record: &one.id,
                    source: &one.source,
                    grade: one.grade.name(),
                    signer: one.signer.as_deref(),
                    records: one.records.ok(),
                    why_not_whole: one.records.err(),
                })
                .collect(),
            damage: report.damage,
            findings: report
                .findings
                .iter()
                .map(|finding| FindingJson {
                    rule: finding.rule.name(),
                    line: finding.line,
                    offset: finding.offset,
                    id: finding.id.map(|id| id.to_string()),
                    why: &finding.why,
                })
                .collect(),
            shared: self.shared,
        };
        json::document(&document, out)
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        let mut line = |label: &str, value: &str| -> io::Result<()> {
            writeln!(out, "{} {}", style.paint(Paint::Bold, &text::pad(label, 9)), escape(value))
        };
        line("file", self.name)?;
        if let Some(name) = &report.ledger {
            line("ledger", name)?;
        }
        line(
            "records",
            &format!(
                "{} ({} signed), {}",
                report.chain.len(),
                report.signed,
                words::counted(report.bytes, "byte", "bytes")
            ),
        )?;
        let long = |seconds: i64| moment::long(When::utc(seconds));
        if let (Some(first), Some(last)) = self.span() {
            line("first", &long(first))?;
            line("last", &long(last))?;
        }
        for (number, head) in report.chain.heads().enumerate() {
            line(if number == 0 { "heads" } else { "" }, &head.id.to_string())?;
        }
        let grades: Vec<String> = Grade::ALL
            .iter()
            .filter(|grade| self.signatures.count(**grade) > 0)
            .map(|grade| format!("{} {grade}", self.signatures.count(*grade)))
            .collect();
        if !grades.is_empty() {
            line("proof", &grades.join(", "))?;
        }
        if let Some(trust) = self.trust.filter(|_| report.signed > 0) {
            line("judged by", trust)?;
        }
        for (number, import) in self.imports.iter().enumerate() {
            line(if number == 0 { "imports" } else { "" }, &import.sentence())?;
        }
        if let Some(shared) = self.shared.filter(|_| !report.chain.is_empty()) {
            line("shared", &shared.words())?;
            shared.lines().try_for_each(|remote| line("", &remote))?;
            shared.troubles().try_for_each(|trouble| line("", &trouble))?;
        }
        if let Some(torn) = report.torn {
            line(
                "torn",
                &format!(
                    "{} never acknowledged",
                    words::counted(torn.bytes, "byte at the end was", "bytes at the end were")
                ),
            )?;
        }
        for finding in report.findings.iter().take(MOST_FINDINGS) {
            let paint =
                if finding.rule.severity() == Severity::Note { Paint::Plain } else { Paint::Red };
            let text = escape(&finding.to_string()).into_owned();
            writeln!(out, "{} {}", text::pad("", 9), style.paint(paint, &text))?;
        }
        if report.found > MOST_FINDINGS as u64 {
            writeln!(
                out,
                "{} … and {} more",
                text::pad("", 9),
                report.found - MOST_FINDINGS as u64
            )?;
        }
        if self.check {
            writeln!(out, "\n{}", self.sentence())?;
        }
        Ok(())
    }

    /// The verdict in one sentence, with what one copy alone cannot tell.
    fn sentence(&self) -> String {
        let report = self.report;
        let broken = self.signatures.count(Grade::Broken);
        let first = self.signatures.first_broken.as_deref().unwrap_or_default();
        let signatures = match broken {
            0 => String::new(),
            1 => format!("1 signature does not hold, that of entry {first}."),
            _ => format!("{broken} signatures do not hold, the first of entry {first}."),
        };
        if report.damage > 0 {
            let findings = words::counted(report.damage, "finding", "findings");
            let sentence = format!("The ledger has been altered or damaged: {findings}.");
            return format!("{sentence} {signatures}").trim_end().to_owned();
        }
        if broken > 0 {
            return signatures;
        }
        if report.findings.iter().any(|finding| finding.rule.severity() == Severity::Problem) {
            return "Every line is whole, but some do not belong here.".to_owned();
        }
        let heads: Vec<String> =
            report.chain.heads().map(|node| text::short(&node.id.to_string()).to_owned()).collect();
        let unknown = match self.signatures.count(Grade::Unknown) {
            0 => String::new(),
            count => format!(
                " {} could not be judged.",
                words::counted(count, "signature", "signatures")
            ),
        };
        if self.imports.iter().any(|import| import.records.is_err()) {
            return "Every line is whole, but an import closes other records than it says."
                .to_owned();
        }
        if report.chain.is_empty() {
            return "There are no records.".to_owned();
        }
        format!(
            "Every line is whole and builds on what stands before it.{unknown} One copy alone cannot tell whether records were cut off behind {}: keep these ids elsewhere.",
            heads.join(", ")
        )
    }
}

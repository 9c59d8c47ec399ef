//! The road of a change to production: for people, as JSON, CSV and Markdown.
//!
//! ```text
//! 9f2c1ab044 Retry card capture once
//!   authored   Ana Silva, 2026-11-20 14:03, PAY-88  ✓ signed by ana@example.com
//!   merged     into main by 77aa0205ce, Bo Chen, 2026-11-20 15:00, #412  · claimed
//!   reviewed   approved by Bo Chen (trailer:Reviewed-by, a claim)
//!   build      success, CI, 2026-11-20 15:04  · claimed
//!
//! WHERE           FROM              UNTIL                          BY    APPROVED BY  AFTER   PROOF
//! staging         2026-11-20 15:10  now                            CI    -            1h 7m   · claimed
//! production/api  2026-11-20 16:00  2026-11-21 09:00 rolled back   Ana   Bo Chen      1h 57m  ✓ signed
//! ```

use super::csv::defuse;
use super::status::{ApprovalJson, PlaceJson, approvers};
use super::table::{self, Column};
use super::{Format, json, markdown, moment, rows, text};
use crate::deployments::approvals::Approval;
use crate::deployments::road::Stay;
use crate::deployments::{Deployment, field};
use crate::event::{Event, What, When};
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// A commit that makes the same change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its full id.
    pub id: String,
    /// How it is known: `cherry-pick`, `change`, `tree`, `patch`, `squash`, `hydrated`.
    pub how: &'static str,
    /// The first paragraph of its message.
    pub summary: String,
}

/// One stay, with what belongs to its beginning.
#[derive(Debug, Clone)]
pub struct Reached<'d, 'e> {
    /// From when until when.
    pub stay: Stay<'d, 'e>,
    /// The record that began it, judged.
    pub event: Event,
    /// Approvals and rejections of the deployment that brought it.
    pub approvals: Vec<Approval<'e>>,
    /// The number of the copy through which it came; `None` for the commit itself.
    pub through: Option<usize>,
}

/// Everything on the road of one commit.
#[derive(Debug, Clone)]
pub struct Trace<'d, 'e> {
    /// The commit, judged.
    pub commit: Event,
    /// The name of the branch that changes are merged into.
    pub branch: Option<String>,
    /// Whether the commit is on it; `None` where that can't be told.
    pub on_branch: Option<bool>,
    /// The commit that brought it onto that branch, if not it itself.
    pub merged: Option<Event>,
    /// Review records.
    pub reviews: Vec<Event>,
    /// Build and test records, with the commit that they are of.
    pub checks: Vec<Event>,
    /// Other commits that make the same change.
    pub copies: Vec<Copied>,
    /// Where it was.
    pub reached: Vec<Reached<'d, 'e>>,
    /// Deployments of it that failed.
    pub failed: Vec<&'d Deployment<'e>>,
    /// Deployments that may or may not hold it.
    pub unknown: Vec<&'d Deployment<'e>>,
    /// Whether there was more history than was searched for copies.
    pub cut: bool,
    /// How many deployments are recorded at all.
    pub deployments: usize,
}

/// What a trace comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It runs somewhere.
    Runs,
    /// It ran, and runs nowhere any longer.
    Ran,
    /// It was never deployed.
    Never,
    /// It can't be told.
    Unknown,
}

impl Verdict {
    /// The word that JSON prints.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Runs => "runs",
            Verdict::Ran => "ran",
            Verdict::Never => "never",
            Verdict::Unknown => "unknown",
        }
    }
}

impl Trace<'_, '_> {
    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        if self.reached.iter().any(|one| one.stay.until.is_none() && !one.stay.open) {
            Verdict::Runs
        } else if !self.reached.is_empty() {
            Verdict::Ran
        } else if self.deployments == 0 || !self.unknown.is_empty() || self.cut {
            Verdict::Unknown
        } else {
            Verdict::Never
        }
    }

    /// The verdict in one sentence.
    fn sentence(&self) -> String {
        let places = |runs: bool| {
            let names = |runs: bool| -> BTreeSet<String> {
                let there =
                    |one: &&Reached<'_, '_>| (one.stay.until.is_none() && !one.stay.open) == runs;
                self.reached
                    .iter()
                    .filter(there)
                    .map(|one| one.stay.first.place.to_string())
                    .collect()
            };
            // Where it was and is again, it runs.
            let running = names(true);
            let found = if runs { running } else { &names(false) - &running };
            found.into_iter().collect::<Vec<_>>().join(", ")
        };
        match self.verdict() {
            Verdict::Runs => {
                let left = match places(false) {
                    left if left.is_empty() => String::new(),
                    left => format!("; it is no longer in {left}"),
                };
                format!("It runs in {}{left}.", places(true))
            }
            Verdict::Ran => format!("It was in {}, and runs nowhere now.", places(false)),
            Verdict::Never => format!(
                "It was never deployed: none of the {} deployments recorded holds it{}.",
                self.deployments,
                match self.failed.len() {
                    0 => "",
                    _ => " but those that failed",
                }
            ),
            Verdict::Unknown if self.deployments == 0 => {
                "No deployment is recorded here, so where it runs is unknown.".to_owned()
            }
            Verdict::Unknown if !self.unknown.is_empty() => format!(
                "Unknown: no deployment that can be followed holds it, and {} can't be: their commits, or the history between, are not in this clone. `git fetch` may bring them.",
                self.unknown.len()
            ),
            Verdict::Unknown => {
                "Unknown: no deployment holds it, and there is too much history to search all of it for copies."
                    .to_owned()
            }
        }
    }

    fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let line = |label: &str, words: &str, out: &mut dyn Write| {
            let label = text::pad(label, 10);
            writeln!(out, "  {} {}", style.paint(Paint::Bold, &label), escape(words))
        };
        let summary = rows::summary(&self.commit);
        writeln!(
            out,
            "{} {}",
            style.paint(Paint::Yellow, text::short(&self.commit.id)),
            escape(&summary)
        )?;
        line("authored", &said(&self.commit, style.unicode), out)?;
        match (&self.merged, self.on_branch, &self.branch) {
            (Some(merged), _, Some(branch)) => {
                let words = said(merged, style.unicode);
                line(
                    "merged",
                    &format!("into {branch} by {}, {words}", text::short(&merged.id)),
                    out,
                )?;
            }
            (None, Some(false), Some(branch)) => line("merged", &format!("not on {branch}"), out)?,
            (None, None, Some(branch)) => {
                line(
                    "merged",
                    &format!("unknown: history is too short here to say whether it is on {branch}"),
                    out,
                )?;
            }
            _ => {}
        }
        for copy in &self.copies {
            let words = format!("{} {} ({})", text::short(&copy.id), copy.summary, how(copy.how));
            line("same as", &words, out)?;
        }
        for event in [Some(&self.commit), self.merged.as_ref()].into_iter().flatten() {
            let What::Commit(facts) = &event.what else { continue };
            for review in &facts.reviews {
                let words =
                    format!("{} by {} ({}, a claim)", review.state, review.by.name, review.source);
                line("reviewed", &words, out)?;
            }
        }
        for review in &self.reviews {
            let state = field(review, "state").unwrap_or("reviewed");
            line("reviewed", &format!("{state} by {}", said(review, style.unicode)), out)?;
        }
        for check in &self.checks {
            let outcome = field(check, "outcome").unwrap_or("without an outcome");
            let name = field(check, "name").map(|name| format!("{name}: ")).unwrap_or_default();
            let of = match field(check, "commit") {
                Some(commit) if commit != self.commit.id => format!(" of {}", text::short(commit)),
                _ => String::new(),
            };
            let words = format!("{name}{outcome}{of}, {}", said(check, style.unicode));
            line(check.kind.name(), &words, out)?;
        }
        if !self.reached.is_empty() {
            writeln!(out)?;
            let rows: Vec<Vec<String>> =
                self.reached.iter().map(|one| self.cells(one, style.unicode)).collect();
            table::write(&COLUMNS, &rows, style, out)?;
        }
        writeln!(out)?;
        for failed in &self.failed {
            let (date, time) = moment::local(When::utc(failed.from));
            let outcome = failed.field("outcome").unwrap_or("without an outcome");
            writeln!(
                out,
                "{}",
                escape(&format!(
                    "A deployment of it to {} on {date} {time} did not succeed: {outcome}.",
                    failed.place
                ))
            )?;
        }
        let paint = match self.verdict() {
            Verdict::Runs => Paint::Green,
            Verdict::Ran | Verdict::Unknown => Paint::Magenta,
            Verdict::Never => Paint::Plain,
        };
        writeln!(out, "{}", style.paint(paint, &escape(&self.sentence())))
    }

    fn cells(&self, one: &Reached<'_, '_>, unicode: bool) -> Vec<String> {
        let stay = &one.stay;
        let local = |seconds| {
            let (date, time) = moment::local(When::utc(seconds));
            format!("{date} {time}")
        };
        let until = match (stay.until, stay.taken_by, stay.open) {
            (None, _, false) => "now".to_owned(),
            (None, _, true) => "unknown".to_owned(),
            (Some(until), _, true) => format!("{} or later", local(until)),
            (Some(until), Some(by), false) if by.is_rollback() => {
                format!("{} rolled back by {}", local(until), rows::who(by.event))
            }
            (Some(until), Some(_), false) => format!("{} replaced without it", local(until)),
            (Some(until), None, false) => format!("{} environment deleted", local(until)),
        };
        let approved = approvers(&one.approvals);
        let (_, mark) = rows::mark(one.event.proof.grade, unicode);
        let through = match one.through.and_then(|at| self.copies.get(at)) {
            Some(copy) => format!(" (as {})", text::short(&copy.id)),
            None => String::new(),
        };
        vec![
            stay.first.place.to_string(),
            format!("{}{through}", local(stay.first.from)),
            until,
            rows::who(&one.event),
            if approved.is_empty() { "-".to_owned() } else { approved.join(", ") },
            match self.lead(one) {
                Some(lead) if lead >= 0 => moment::duration(lead),
                Some(_) => "before it was committed".to_owned(),
                None => "unknown".to_owned(),
            },
            format!("{mark} {}", one.event.proof.grade),
        ]
    }

    /// Seconds from the commit to its deployment.
    fn lead(&self, one: &Reached<'_, '_>) -> Option<i64> {
        Some(one.stay.first.from - self.commit.when?.seconds)
    }
}

/// Writes traces.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    traces: &[Trace<'_, '_>],
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => {
            for (number, trace) in traces.iter().enumerate() {
                if number > 0 {
                    writeln!(out)?;
                }
                trace.table(style, out)?;
            }
            Ok(())
        }
        Format::Json => {
            let traces = traces.iter().map(TraceJson::from).collect();
            serde_json::to_writer_pretty(&mut *out, &TracesJson { v: json::VERSION, traces })?;
            out.write_all(b"\n")
        }
        Format::Jsonl => {
            for trace in traces {
                let line = LineJson { v: json::VERSION, trace: trace.into() };
                serde_json::to_writer(&mut *out, &line)?;
                out.write_all(b"\n")?;
            }
            Ok(())
        }
        Format::Csv => csv(traces, out),
        Format::Markdown => {
            let mut cells = Vec::new();
            for trace in traces {
                for one in &trace.reached {
                    let mut row = vec![text::short(&trace.commit.id).to_owned()];
                    row.extend(trace.cells(one, true));
                    cells.push(row);
                }
                if trace.reached.is_empty() {
                    let mut row = vec![text::short(&trace.commit.id).to_owned(), trace.sentence()];
                    row.resize(COLUMNS.len() + 1, String::new());
                    cells.push(row);
                }
            }
            let titles: Vec<&str> = std::iter::once("COMMIT")
                .chain(COLUMNS.iter().map(|column| column.title))
                .collect();
            markdown::table(&titles, &cells, out)
        }
    }
}

const COLUMNS: [Column<'_>; 7] = [
    Column { title: "WHERE", right: false, wide: false },
    Column { title: "FROM", right: false, wide: false },
    Column { title: "UNTIL", right: false, wide: false },
    Column { title: "BY", right: false, wide: false },
    Column { title: "APPROVED BY", right: false, wide: true },
    Column { title: "AFTER", right: false, wide: true },
    Column { title: "PROOF", right: false, wide: false },
];

/// Who, when, why and the proof, on one line.
fn said(event: &Event, unicode: bool) -> String {
    let mut parts = vec![rows::who(event)];
    if let Some(when) = event.when {
        let (date, time) = moment::local(when);
        parts.push(format!("{date} {time}"));
    }
    let why = rows::why(event);
    if !why.is_empty() {
        parts.push(why);
    }
    let (_, mark) = rows::mark(event.proof.grade, unicode);
    format!("{}  {mark} {}", parts.join(", "), rows::proof_words(event))
}

/// How a copy is known, in words.
fn how(word: &str) -> &'static str {
    match word {
        "cherry-pick" => "cherry-picked, as a message claims",
        "change" => "merged as, by a change record",
        "tree" => "all files are the same",
        "patch" => "the same patch",
        "squash" => "its branch, squashed",
        "hydrated" => "rendered from it, as a message claims",
        _ => "the same change",
    }
}

fn csv(traces: &[Trace<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record([
        "commit",
        "verdict",
        "env",
        "service",
        "from",
        "until",
        "rolled_back",
        "deployed_commit",
        "through",
        "by",
        "approved_by",
        "lead_seconds",
        "grade",
        "record",
    ])?;
    for trace in traces {
        if trace.reached.is_empty() {
            let mut row = vec![trace.commit.id.as_str(), trace.verdict().name()];
            row.resize(14, "");
            csv.write_record(row)?;
        }
        for one in &trace.reached {
            let first = one.stay.first;
            let through = one.through.and_then(|at| trace.copies.get(at));
            csv.write_record([
                trace.commit.id.as_str(),
                trace.verdict().name(),
                defuse(first.place.env).as_ref(),
                defuse(first.place.service.unwrap_or_default()).as_ref(),
                &moment::rfc3339(first.from).unwrap_or_default(),
                &one.stay.until.and_then(moment::rfc3339).unwrap_or_default(),
                if one.stay.rolled_back() { "true" } else { "false" },
                first.commit,
                through.map_or("", |copy| copy.id.as_str()),
                defuse(&rows::who(&one.event)).as_ref(),
                defuse(&approvers(&one.approvals).join("; ")).as_ref(),
                &trace.lead(one).map(|lead| lead.to_string()).unwrap_or_default(),
                one.event.proof.grade.name(),
                &one.event.id,
            ])?;
        }
    }
    csv.flush()
}

#[derive(Serialize)]
struct TracesJson<'a> {
    v: u32,
    traces: Vec<TraceJson<'a>>,
}

#[derive(Serialize)]
struct LineJson<'a> {
    v: u32,
    #[serde(flatten)]
    trace: TraceJson<'a>,
}

#[derive(Serialize)]
struct TraceJson<'a> {
    verdict: &'static str,
    commit: json::EventJson<'a>,
    branch: Option<&'a str>,
    on_branch: Option<bool>,
    merged_by: Option<json::EventJson<'a>>,
    copies: Vec<CopyJson<'a>>,
    reviews: Vec<json::EventJson<'a>>,
    checks: Vec<json::EventJson<'a>>,
    environments: Vec<ReachedJson<'a>>,
    failed: Vec<&'a str>,
    unknown: Vec<&'a str>,
    deployments: usize,
}

#[derive(Serialize)]
struct CopyJson<'a> {
    commit: &'a str,
    how: &'a str,
    summary: &'a str,
}

#[derive(Serialize)]
struct ReachedJson<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    from: Option<String>,
    until: Option<String>,
    runs: Option<bool>,
    rolled_back: bool,
    deployed_commit: &'a str,
    through: Option<&'a str>,
    by: Option<json::IdentityJson<'a>>,
    approvals: Vec<ApprovalJson<'a>>,
    lead_seconds: Option<i64>,
    proof: json::ProofJson<'a>,
    record: &'a str,
    ended_by: Option<&'a str>,
}

impl<'a> From<&'a Trace<'_, '_>> for TraceJson<'a> {
    fn from(trace: &'a Trace<'_, '_>) -> TraceJson<'a> {
        let ids =
            |list: &'a [&Deployment<'_>]| list.iter().map(|one| one.event.id.as_str()).collect();
        TraceJson {
            verdict: trace.verdict().name(),
            commit: (&trace.commit).into(),
            branch: trace.branch.as_deref(),
            on_branch: trace.on_branch,
            merged_by: trace.merged.as_ref().map(json::EventJson::from),
            copies: trace
                .copies
                .iter()
                .map(|copy| CopyJson { commit: &copy.id, how: copy.how, summary: &copy.summary })
                .collect(),
            reviews: trace.reviews.iter().map(json::EventJson::from).collect(),
            checks: trace.checks.iter().map(json::EventJson::from).collect(),
            environments: trace
                .reached
                .iter()
                .map(|one| ReachedJson {
                    place: (&one.stay.first.place).into(),
                    from: moment::rfc3339(one.stay.first.from),
                    until: one.stay.until.and_then(moment::rfc3339),
                    runs: if one.stay.open { None } else { Some(one.stay.until.is_none()) },
                    rolled_back: one.stay.rolled_back(),
                    deployed_commit: one.stay.first.commit,
                    through: one
                        .through
                        .and_then(|at| trace.copies.get(at))
                        .map(|copy| copy.id.as_str()),
                    by: one.event.who.identity.as_ref().map(json::IdentityJson::from),
                    approvals: one.approvals.iter().map(ApprovalJson::from).collect(),
                    lead_seconds: trace.lead(one),
                    proof: (&one.event.proof).into(),
                    record: &one.event.id,
                    ended_by: one.stay.taken_by.map(|by| by.event.id.as_str()),
                })
                .collect(),
            failed: ids(&trace.failed),
            unknown: ids(&trace.unknown),
            deployments: trace.deployments,
        }
    }
}

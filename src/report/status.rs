//! What runs where: for people, as JSON, CSV and Markdown.
//!
//! ```text
//! WHERE           RUNS                           SINCE             FOR    BY         APPROVED BY  BEHIND main  PROOF
//! production/api  9f2c1ab044 Retry card capture  2026-11-20 14:10  2d 5h  Ana Silva  Bo Chen      3 (2d 4h)    ✓ signed
//! staging         77aa0205ce Add refunds         2026-11-21 09:00  1d 2h  CI         -            0            · claimed
//! ```

use super::csv::defuse;
use super::table::{self, Column};
use super::{Format, json, markdown, moment, rows, text};
use crate::deployments::approvals::{Approval, Timing};
use crate::deployments::{Deployment, Place};
use crate::event::{Event, When};
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::io::{self, Write};

/// What runs in one place.
#[derive(Debug, Clone)]
pub struct Running<'d, 'e> {
    /// The deployment in force.
    pub deployment: &'d Deployment<'e>,
    /// The record, judged.
    pub event: Event,
    /// The summary of the commit; `None` when it is not in this clone.
    pub summary: Option<String>,
    /// Approvals and rejections that cover it.
    pub approvals: Vec<Approval<'e>>,
    /// What waits on the branch; `None` when that can't be told.
    pub behind: Option<Behind>,
    /// Deployments that failed since.
    pub failed: Vec<&'d Deployment<'e>>,
}

/// How far a deployed commit is behind the branch that changes are merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Commits of the branch that do not run.
    pub commits: usize,
    /// When the oldest of them came onto the branch, in seconds since 1970 UTC.
    pub oldest: Option<i64>,
    /// Commits that run and are not on the branch.
    pub ahead: usize,
}

/// The whole report.
#[derive(Debug, Clone)]
pub struct Status<'d, 'e> {
    /// For which moment, in seconds since 1970 UTC.
    pub at: i64,
    /// The branch that places are compared with.
    pub branch: Option<&'d str>,
    /// What runs, by place.
    pub running: Vec<Running<'d, 'e>>,
    /// Environments where nothing runs as far as is known: by name.
    pub idle: Vec<Idle<'d>>,
    /// Freezes in force.
    pub freezes: Vec<&'e Event>,
}

/// A place where nothing runs as far as the ledger knows.
#[derive(Debug, Clone)]
pub struct Idle<'d> {
    /// Its name.
    pub place: String,
    /// Why.
    pub why: &'d str,
}

impl<'d, 'e> Status<'d, 'e> {
    /// Writes the report.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, out),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &StatusJson::from(self))?;
                out.write_all(b"\n")
            }
            Format::Jsonl => {
                for running in &self.running {
                    let line = LineJson { v: json::VERSION, running: self.running_json(running) };
                    serde_json::to_writer(&mut *out, &line)?;
                    out.write_all(b"\n")?;
                }
                Ok(())
            }
            Format::Csv => self.csv(out),
            Format::Markdown => {
                let rows: Vec<Vec<String>> =
                    self.running.iter().map(|running| self.cells(running, true)).collect();
                let titles = self.titles();
                let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
                markdown::table(&titles, &rows, out)
            }
        }
    }

    /// The headings; nothing is behind where there is no branch to compare with.
    fn titles(&self) -> Vec<String> {
        let since = format!("SINCE ({})", moment::zone(self.at));
        let behind = self.branch.map(|branch| format!("BEHIND {}", escape(branch)));
        let mut titles: Vec<String> = ["WHERE", "RUNS", &since, "FOR", "BY", "APPROVED BY", "WHY"]
            .map(str::to_owned)
            .to_vec();
        titles.extend(behind);
        titles.push("PROOF".to_owned());
        titles
    }

    fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let titles = self.titles();
        // From which width on there is room: what runs, and since when, comes first.
        let from = |title: &str| match title {
            "WHY" => 150,
            "FOR" | "APPROVED BY" => 120,
            _ => 0,
        };
        let shown: Vec<usize> = (0..titles.len())
            .filter(|&at| style.width.is_none_or(|width| width >= from(&titles[at])))
            .collect();
        let columns: Vec<Column<'_>> = shown
            .iter()
            .map(|&at| Column { title: &titles[at], right: false, wide: false })
            .collect();
        let fitted = |running: &Running<'_, '_>| {
            let cells = self.cells(running, style.unicode);
            shown.iter().map(|&at| cells[at].clone()).collect()
        };
        let rows: Vec<Vec<String>> = self.running.iter().map(fitted).collect();
        if !rows.is_empty() {
            table::write(&columns, &rows, style, out)?;
        }
        let mut remarks = Vec::new();
        for running in &self.running {
            remarks.extend(self.remarks(running));
        }
        remarks.extend(self.idle.iter().map(|idle| format!("{}: {}", idle.place, idle.why)));
        remarks.extend(self.freezes.iter().map(|event| freeze(event)));
        if !remarks.is_empty() && !rows.is_empty() {
            writeln!(out)?;
        }
        for remark in remarks {
            writeln!(out, "{}", style.paint(Paint::Magenta, &escape(&remark)))?;
        }
        Ok(())
    }

    fn cells(&self, running: &Running<'_, '_>, unicode: bool) -> Vec<String> {
        let Running { deployment, event, .. } = running;
        let (date, time) = moment::local(When::utc(deployment.from));
        let runs = match &running.summary {
            Some(summary) => format!("{} {summary}", text::short(deployment.commit)),
            None => format!("{} (not in this clone)", text::short(deployment.commit)),
        };
        let approved: Vec<String> = approvers(&running.approvals);
        let mut why: Vec<String> = Vec::new();
        why.extend(deployment.is_rollback().then(|| "rollback:".to_owned()));
        why.extend(event.why.tickets.iter().cloned());
        why.extend(
            event.why.body.lines().next().map(str::to_owned).filter(|line| !line.is_empty()),
        );
        let (_, mark) = rows::mark(event.proof.grade, unicode);
        let mut cells = vec![
            deployment.place.to_string(),
            runs,
            format!("{date} {time}"),
            moment::duration(self.at - deployment.from),
            rows::who(event),
            if approved.is_empty() { "-".to_owned() } else { approved.join(", ") },
            if why.is_empty() { "-".to_owned() } else { why.join(" ") },
        ];
        if self.branch.is_some() {
            cells.push(self.behind(running.behind));
        }
        cells.push(format!("{mark} {}", event.proof.grade));
        cells
    }

    fn behind(&self, behind: Option<Behind>) -> String {
        let Some(behind) = behind else { return "unknown".to_owned() };
        let mut words = behind.commits.to_string();
        if let Some(oldest) = behind.oldest {
            words.push_str(&format!(" ({})", moment::duration((self.at - oldest).max(0))));
        }
        if behind.ahead > 0 {
            words.push_str(&format!(", {} not on it", behind.ahead));
        }
        words
    }

    fn remarks(&self, running: &Running<'_, '_>) -> Vec<String> {
        let place = &running.deployment.place;
        let mut remarks = Vec::new();
        if let Some(last) = running.failed.last() {
            let count = running.failed.len();
            let (date, time) = moment::local(When::utc(last.from));
            let outcome = last.field("outcome").unwrap_or("without an outcome");
            remarks.push(format!(
                "{place}: {count} deployment{} failed since, the last {date} {time} of {} ({outcome})",
                plural(count),
                text::short(last.commit),
            ));
        }
        for approval in &running.approvals {
            let who = rows::who(approval.event);
            match (approval.approved, approval.timing) {
                (false, _) => remarks.push(format!("{place}: rejected by {who}")),
                (true, Timing::After) => {
                    remarks.push(format!("{place}: approved by {who} only after it was deployed"));
                }
                (true, Timing::Expired) => {
                    remarks.push(format!("{place}: the approval by {who} had expired"));
                }
                (true, Timing::Before) => {}
            }
        }
        remarks
    }

    fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = ::csv::Writer::from_writer(out);
        csv.write_record([
            "env",
            "service",
            "commit",
            "summary",
            "since",
            "by",
            "email",
            "approved_by",
            "reason",
            "tickets",
            "behind_commits",
            "behind_since",
            "ahead_commits",
            "grade",
            "record",
        ])?;
        for running in &self.running {
            let Running { deployment, event, .. } = running;
            let who = event.who.identity.clone().unwrap_or_default();
            let number = |get: fn(Behind) -> usize| {
                running.behind.map(|behind| get(behind).to_string()).unwrap_or_default()
            };
            let oldest = running.behind.and_then(|behind| behind.oldest);
            csv.write_record([
                defuse(deployment.place.env).as_ref(),
                defuse(deployment.place.service.unwrap_or_default()).as_ref(),
                deployment.commit,
                defuse(running.summary.as_deref().unwrap_or_default()).as_ref(),
                &moment::rfc3339(deployment.from).unwrap_or_default(),
                defuse(&who.name).as_ref(),
                defuse(&who.email).as_ref(),
                defuse(&approvers(&running.approvals).join("; ")).as_ref(),
                defuse(&event.why.body).as_ref(),
                defuse(&event.why.tickets.join(" ")).as_ref(),
                &number(|behind| behind.commits),
                &oldest.and_then(moment::rfc3339).unwrap_or_default(),
                &number(|behind| behind.ahead),
                event.proof.grade.name(),
                &event.id,
            ])?;
        }
        csv.flush()
    }

    fn running_json<'s>(&'s self, running: &'s Running<'_, '_>) -> RunningJson<'s> {
        let Running { deployment, event, .. } = running;
        RunningJson {
            place: PlaceJson::from(&deployment.place),
            commit: deployment.commit,
            summary: running.summary.as_deref(),
            here: running.summary.is_some(),
            since: moment::rfc3339(deployment.from),
            seconds: self.at - deployment.from,
            by: event.who.identity.as_ref().map(json::IdentityJson::from),
            rollback: deployment.is_rollback(),
            approvals: running.approvals.iter().map(ApprovalJson::from).collect(),
            why: WhyJson { reason: &event.why.body, tickets: &event.why.tickets },
            behind: running.behind.map(|behind| BehindJson {
                commits: behind.commits,
                since: behind.oldest.and_then(moment::rfc3339),
                ahead: behind.ahead,
            }),
            failed_since: running.failed.iter().map(|one| one.event.id.as_str()).collect(),
            proof: json::ProofJson::from(&event.proof),
            record: &event.id,
        }
    }
}

/// The names of those who approved in time, each once; an approval carried over from another commit says
/// so.
pub(super) fn approvers(approvals: &[Approval<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for approval in approvals {
        if !approval.approved || approval.timing != Timing::Before {
            continue;
        }
        let name = format!("{}{}", rows::who(approval.event), carried(approval));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What an approval of something else than the commit itself is carried over by.
pub(super) fn carried(approval: &Approval<'_>) -> &'static str {
    use crate::deployments::approvals::Tie;
    match approval.tie {
        Tie::Commit | Tie::Artifact => "",
        Tie::Tree => " (for the same files)",
        Tie::Patch => " (for the same patch)",
    }
}

fn freeze(event: &Event) -> String {
    let place = event.place.as_ref();
    let name = Place {
        env: place.and_then(|place| place.env.as_deref()).unwrap_or_default(),
        service: place.and_then(|place| place.service.as_deref()),
    };
    let until = crate::deployments::field(event, "until")
        .map(|until| format!(" until {until}"))
        .unwrap_or_default();
    let reason = match event.why.body.lines().next() {
        Some(reason) if !reason.is_empty() => format!(": {reason}"),
        _ => String::new(),
    };
    format!("{name}: frozen by {}{until}{reason}", rows::who(event))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[derive(Serialize)]
struct StatusJson<'a> {
    v: u32,
    at: Option<String>,
    branch: Option<&'a str>,
    environments: Vec<RunningJson<'a>>,
    idle: Vec<IdleJson<'a>>,
    freezes: Vec<&'a str>,
}

#[derive(Serialize)]
struct LineJson<'a> {
    v: u32,
    #[serde(flatten)]
    running: RunningJson<'a>,
}

#[derive(Serialize)]
struct RunningJson<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    commit: &'a str,
    summary: Option<&'a str>,
    here: bool,
    since: Option<String>,
    seconds: i64,
    by: Option<json::IdentityJson<'a>>,
    rollback: bool,
    approvals: Vec<ApprovalJson<'a>>,
    why: WhyJson<'a>,
    behind: Option<BehindJson>,
    failed_since: Vec<&'a str>,
    proof: json::ProofJson<'a>,
    record: &'a str,
}

/// A place as JSON prints it.
#[derive(Debug, Serialize)]
pub(super) struct PlaceJson<'a> {
    env: &'a str,
    service: Option<&'a str>,
}

impl<'a> From<&'a Place<'_>> for PlaceJson<'a> {
    fn from(place: &'a Place<'_>) -> PlaceJson<'a> {
        PlaceJson { env: place.env, service: place.service }
    }
}

/// An approval as JSON prints it.
#[derive(Debug, Serialize)]
pub(super) struct ApprovalJson<'a> {
    by: Option<json::IdentityJson<'a>>,
    when: Option<String>,
    decision: &'static str,
    tie: &'static str,
    timing: &'static str,
    record: &'a str,
}

impl<'a> From<&Approval<'a>> for ApprovalJson<'a> {
    fn from(approval: &Approval<'a>) -> ApprovalJson<'a> {
        let event = approval.event;
        ApprovalJson {
            by: event.who.identity.as_ref().map(json::IdentityJson::from),
            when: event.when.and_then(|when| moment::rfc3339(when.seconds)),
            decision: if approval.approved { "approved" } else { "rejected" },
            tie: approval.tie.name(),
            timing: approval.timing.name(),
            record: &event.id,
        }
    }
}

#[derive(Serialize)]
struct WhyJson<'a> {
    reason: &'a str,
    tickets: &'a [String],
}

#[derive(Serialize)]
struct BehindJson {
    commits: usize,
    since: Option<String>,
    ahead: usize,
}

#[derive(Serialize)]
struct IdleJson<'a> {
    place: &'a str,
    why: &'a str,
}

impl<'a> From<&'a Status<'_, '_>> for StatusJson<'a> {
    fn from(status: &'a Status<'_, '_>) -> StatusJson<'a> {
        StatusJson {
            v: json::VERSION,
            at: moment::rfc3339(status.at),
            branch: status.branch,
            environments: status.running.iter().map(|one| status.running_json(one)).collect(),
            idle: status
                .idle
                .iter()
                .map(|idle| IdleJson { place: &idle.place, why: idle.why })
                .collect(),
            freezes: status.freezes.iter().map(|event| event.id.as_str()).collect(),
        }
    }
}

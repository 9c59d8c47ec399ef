//! What runs where, for programs.

use crate::event::moment;
use crate::report::approvals::{ApprovalJson, approvers};
use crate::report::csv::defuse;
use crate::report::environment::PlaceJson;
use crate::report::json;
use crate::share::shared::Shared;
use crate::status::{Behind, Running, Status};
use serde::Serialize;
use std::io::{self, Write};

pub(super) fn json(status: &Status<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    json::document(&StatusJson::from(status), out)
}

pub(super) fn jsonl(status: &Status<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    for running in &status.running {
        let line = LineJson { v: json::VERSION, running: status.running_json(running) };
        json::line(&line, out)?;
    }
    Ok(())
}

pub(super) fn csv(status: &Status<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
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
        "remarks",
    ])?;
    for running in &status.running {
        let Running { deployment, event, .. } = running;
        let who = event.who.identity.clone().unwrap_or_default();
        let number = |get: fn(Behind) -> usize| {
            running.behind.map(|behind| get(behind).to_string()).unwrap_or_default()
        };
        let oldest = running.behind.and_then(|behind| behind.oldest);
        csv.write_record([
            defuse(deployment.place.env).as_ref(),
            defuse(deployment.place.service.unwrap_or_default()).as_ref(),
            deployment.commit(),
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
            defuse(&status.remarks(running, &|_| true).join("; ")).as_ref(),
        ])?;
    }
    csv.flush()
}

impl Status<'_, '_> {
    fn running_json<'s>(&'s self, running: &'s Running<'_, '_>) -> RunningJson<'s> {
        let Running { deployment, event, .. } = running;
        RunningJson {
            place: PlaceJson::from(&deployment.place),
            commit: deployment.commit(),
            summary: running.summary.as_deref(),
            here: running.summary.is_some(),
            since: moment::rfc3339(deployment.from),
            seconds: (self.at >= deployment.from).then(|| self.at - deployment.from),
            clock: deployment.clock(self.at).name(),
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

#[derive(Serialize)]
struct StatusJson<'a> {
    v: u32,
    at: Option<String>,
    branch: Option<&'a str>,
    environments: Vec<RunningJson<'a>>,
    idle: Vec<IdleJson<'a>>,
    freezes: Vec<&'a str>,
    shared: &'a Shared,
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
    seconds: Option<i64>,
    clock: Option<&'static str>,
    by: Option<json::IdentityJson<'a>>,
    rollback: bool,
    approvals: Vec<ApprovalJson<'a>>,
    why: WhyJson<'a>,
    behind: Option<BehindJson>,
    failed_since: Vec<&'a str>,
    proof: json::ProofJson<'a>,
    record: &'a str,
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
    why: String,
    known: bool,
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
                .map(|idle| IdleJson {
                    place: &idle.place,
                    why: idle.why.words(|first| moment::rfc3339(first).unwrap_or_default()),
                    known: idle.why.is_known(),
                })
                .collect(),
            freezes: status.freezes.iter().map(|event| event.id.as_str()).collect(),
            shared: &status.shared,
        }
    }
}

//! The road of a change, for programs.

use crate::deployments::Deployment;
use crate::event::moment;
use crate::report::approvals::{ApprovalJson, approvers};
use crate::report::csv::defuse;
use crate::report::environment::PlaceJson;
use crate::report::{json, rows};
use crate::trace::{Reached, Restored, Trace};
use serde::Serialize;
use std::io::{self, Write};

pub(super) fn json(traces: &[Trace<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    let traces = traces.iter().map(TraceJson::from).collect();
    json::document(&TracesJson { v: json::VERSION, traces }, out)
}

pub(super) fn jsonl(traces: &[Trace<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    for trace in traces {
        let line = LineJson { v: json::VERSION, trace: trace.into() };
        json::line(&line, out)?;
    }
    Ok(())
}

/// The columns of CSV; new ones are added behind.
const COLUMNS: [&str; 17] = [
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
    "runs",
    "reverted_by",
    "remarks",
];

pub(super) fn csv(traces: &[Trace<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for trace in traces {
        if trace.reached.is_empty() {
            let mut row = vec![trace.commit.id.as_str(), trace.verdict().name()];
            row.resize(COLUMNS.len(), "");
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
                // Where it may have been there for longer, the end is not known.
                &one.stay
                    .until
                    .filter(|_| !one.stay.open)
                    .and_then(moment::rfc3339)
                    .unwrap_or_default(),
                if one.stay.rolled_back() { "true" } else { "false" },
                first.commit(),
                through.map_or("", |copy| copy.id.as_str()),
                defuse(&rows::who(&one.event)).as_ref(),
                defuse(&approvers(&one.approvals).join("; ")).as_ref(),
                &trace.lead(one).map(|lead| lead.to_string()).unwrap_or_default(),
                one.event.proof.grade.name(),
                &one.event.id,
                match runs(one) {
                    Some(true) => "true",
                    Some(false) => "false",
                    None => "unknown",
                },
                trace.taken_back_by(one).map_or("", |revert| revert.id.as_str()),
                defuse(&super::remarks_on(trace, one).join("; ")).as_ref(),
            ])?;
        }
    }
    csv.flush()
}

/// Whether it is in force now; `None` where that can't be told.
fn runs(one: &Reached<'_, '_>) -> Option<bool> {
    (!one.stay.open).then(|| one.stay.until.is_none() && !one.stay.taken_back)
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
    changes: Vec<json::EventJson<'a>>,
    reviews: Vec<json::EventJson<'a>>,
    checks: Vec<json::EventJson<'a>>,
    environments: Vec<ReachedJson<'a>>,
    failed: Vec<&'a str>,
    unknown: Vec<&'a str>,
    deployments: usize,
    asked: Option<AskedJson<'a>>,
    reverted_by: Vec<RevertJson<'a>>,
    restored_by: Vec<RestoredJson<'a>>,
    later_unread: bool,
    doubts: Vec<&'static str>,
}

#[derive(Serialize)]
struct AskedJson<'a> {
    what: &'a str,
    line: Option<&'a str>,
    named_by: Vec<json::EventJson<'a>>,
    may_lie_before: bool,
}

#[derive(Serialize)]
struct RevertJson<'a> {
    commit: &'a str,
    summary: &'a str,
}

#[derive(Serialize)]
struct RestoredJson<'a> {
    commit: &'a str,
    summary: &'a str,
    reverts: &'a str,
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
    clock: Option<&'static str>,
    proof: json::ProofJson<'a>,
    record: &'a str,
    ended_by: Option<&'a str>,
    reverted_by: Option<&'a str>,
    restored_by: Option<&'a str>,
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
            changes: trace.requests.iter().map(json::EventJson::from).collect(),
            reviews: trace.reviews.iter().map(json::EventJson::from).collect(),
            checks: trace.checks.iter().map(json::EventJson::from).collect(),
            environments: trace
                .reached
                .iter()
                .map(|one| ReachedJson {
                    place: (&one.stay.first.place).into(),
                    from: moment::rfc3339(one.stay.first.from),
                    until: one.stay.until.and_then(moment::rfc3339),
                    runs: runs(one),
                    rolled_back: one.stay.rolled_back(),
                    deployed_commit: one.stay.first.commit(),
                    through: one
                        .through
                        .and_then(|at| trace.copies.get(at))
                        .map(|copy| copy.id.as_str()),
                    by: one.event.who.identity.as_ref().map(json::IdentityJson::from),
                    approvals: one.approvals.iter().map(ApprovalJson::from).collect(),
                    lead_seconds: trace.lead(one),
                    clock: one.stay.first.clock(trace.now).name(),
                    proof: (&one.event.proof).into(),
                    record: &one.event.id,
                    ended_by: one.stay.taken_by.map(|by| by.event.id.as_str()),
                    reverted_by: trace.taken_back_by(one).map(|revert| revert.id.as_str()),
                    restored_by: one
                        .restored_by
                        .and_then(|at| trace.restored.get(at))
                        .map(|restored| restored.by.id.as_str()),
                })
                .collect(),
            failed: ids(&trace.failed),
            unknown: ids(&trace.unknown),
            deployments: trace.deployments,
            asked: trace.asked.as_ref().map(|asked| AskedJson {
                what: &asked.what,
                line: asked.line.as_deref(),
                named_by: asked.named_by.iter().map(json::EventJson::from).collect(),
                may_lie_before: asked.may_lie_before,
            }),
            reverted_by: trace
                .reverts
                .iter()
                .map(|revert| RevertJson { commit: &revert.id, summary: &revert.summary })
                .collect(),
            restored_by: trace
                .restored
                .iter()
                .map(|Restored { by, reverts }| RestoredJson {
                    commit: &by.id,
                    summary: &by.summary,
                    reverts,
                })
                .collect(),
            later_unread: trace.unread.is_some(),
            doubts: trace.doubts.iter().map(|doubt| doubt.name()).collect(),
        }
    }
}

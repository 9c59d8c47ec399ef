//! What separates two points, as one list of events: CSV and JSON lines.
//!
//! Each event says on which `side` it stands: `gained`, `lost` or `between`, and between which two ends. Where
//! suspects were asked for, those are the events that have points.

use crate::compare::{Diff, Diffs, Ranked};
use crate::event::Event;
use crate::report::csv::CsvReport;
use crate::report::json::{self, EventJson};
use serde::Serialize;
use std::io::{self, Write};

/// What the list says of an event beside what it is.
#[derive(Debug, Clone, Copy, Serialize)]
struct Standing<'a> {
    side: &'static str,
    from: &'a str,
    to: &'a str,
    points: Option<u32>,
    evidence: &'a [String],
    brought_by: Option<&'a str>,
}

#[derive(Serialize)]
struct LineJson<'a> {
    #[serde(flatten)]
    event: EventJson<'a>,
    #[serde(flatten)]
    standing: Standing<'a>,
}

pub(super) fn jsonl(diffs: &Diffs, out: &mut dyn Write) -> io::Result<()> {
    for (event, standing) in diffs.compared.iter().flat_map(events) {
        json::line(&LineJson { event: event.into(), standing }, out)?;
    }
    Ok(())
}

pub(super) fn csv(diffs: &Diffs, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["side", "from", "to", "points", "evidence", "brought_by"];
    let mut csv = CsvReport::with(out, &columns)?;
    for (event, standing) in diffs.compared.iter().flat_map(events) {
        let points = standing.points.map(|points| points.to_string()).unwrap_or_default();
        let evidence = standing.evidence.join("; ");
        let brought_by = standing.brought_by.unwrap_or_default();
        let Standing { side, from, to, .. } = standing;
        csv.row_with(event, &[side, from, to, &points, &evidence, brought_by])?;
    }
    csv.finish()
}

fn events(diff: &Diff) -> impl Iterator<Item = (&Event, Standing<'_>)> {
    let sides = [("gained", &diff.gained), ("lost", &diff.lost), ("between", &diff.between)];
    sides.into_iter().flat_map(move |(side, events)| {
        events.iter().map(move |event| {
            let suspect = suspect(diff, event, side == "lost");
            let standing = Standing {
                side,
                from: &diff.from.name,
                to: &diff.to.name,
                points: suspect.map(|one| one.points),
                evidence: suspect.map_or(&[], |one| &one.evidence),
                brought_by: suspect.and_then(|one| Some(one.brought_by.as_ref()?.record.as_str())),
            };
            (event, standing)
        })
    })
}

fn suspect<'d>(diff: &'d Diff, event: &Event, lost: bool) -> Option<&'d Ranked> {
    diff.suspects.iter().flatten().find(|one| one.lost == lost && one.event.id == event.id)
}

//! The history of an environment: for people and as JSON.
//!
//! ```text
//! environment production/api
//!
//! FROM (+01:00)     UNTIL                       RUNS                        BY          GAINED  LOST  PROOF
//! 2026-11-21 09:00  now               rollback  0255914d36 Add refunds      Cy Young         0     4  · claimed
//! 2026-11-20 16:00  2026-11-21 09:00            22dda4bb2d Raise timeout    Deploy Bot       4     0  ✓ signed
//! 2026-11-20 15:30  -                 failure   22dda4bb2d Raise timeout    Deploy Bot       -     -  ✓ signed
//! 2026-11-19 11:00  2026-11-20 16:00            0255914d36 Add refunds      Deploy Bot       -     -  ✓ signed
//! ```

use super::table::{self, Column, Gives};
use super::{json, rows, text};
use crate::deployments::{Clock, Place, State};
use crate::event::moment;
use crate::event::moment::Zone;
use crate::evidence::histories::{History, Step};
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::io::{self, Write};

/// Titles, and how their cells give way. What came of a deployment stands in the front, and is never cut.
const COLUMNS: [(&str, Gives); 8] = [
    ("FROM", Gives::Never),
    ("UNTIL", Gives::Never),
    ("", Gives::Name(12)),
    ("RUNS", Gives::Text(11)),
    ("BY", Gives::Name(4)),
    ("GAINED", Gives::Never),
    ("LOST", Gives::Never),
    ("PROOF", Gives::Never),
];

impl History<'_, '_> {
    /// Writes the history for people.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let title = format!("environment {}", self.place);
        writeln!(out, "{}\n", style.paint(Paint::Yellow, &escape(&title)))?;
        if self.steps.is_empty() {
            return writeln!(out, "nothing was deployed there as far as the ledger knows");
        }
        let zone = self.steps.first().map_or(Zone::at(0), |step| Zone::at(step.deployment.from));
        let rows: Vec<Vec<String>> =
            self.steps.iter().map(|step| cells(step, zone, style.unicode)).collect();
        let from = zone.heading("FROM");
        let columns = COLUMNS.map(|(title, _)| Column {
            title: if title == "FROM" { &from } else { title },
            right: matches!(title, "GAINED" | "LOST"),
            wide: matches!(title, "GAINED" | "LOST"),
        });
        table::write_fitted(&columns, &COLUMNS.map(|(_, gives)| gives), &rows, style, out)?;
        for remark in self.steps.iter().filter_map(|step| remark(step, zone)) {
            writeln!(out, "{}", style.paint(Paint::Magenta, &escape(&remark)))?;
        }
        if self.earlier > 0 {
            writeln!(out, "… and {} earlier (-n 0 shows all)", self.earlier)?;
        }
        Ok(())
    }
}

fn cells(step: &Step<'_, '_>, zone: Zone, unicode: bool) -> Vec<String> {
    let one = step.deployment;
    let until = match (one.state, one.until) {
        (State::Runs, _) => "now".to_owned(),
        (State::Failed | State::Corrected { .. }, _) | (_, None) => "-".to_owned(),
        (State::Replaced { .. } | State::Removed, Some(until)) => zone.minute(until),
    };
    let number = |get: fn((usize, usize)) -> usize| {
        step.change.map_or_else(|| "-".to_owned(), |change| get(change).to_string())
    };
    vec![
        zone.minute(one.from),
        until,
        match one.state {
            State::Failed => one.field("outcome").unwrap_or("no outcome").to_owned(),
            State::Corrected { .. } => "corrected".to_owned(),
            State::Removed | State::Runs | State::Replaced { .. } if one.is_rollback() => {
                "rollback".to_owned()
            }
            State::Removed | State::Runs | State::Replaced { .. } => String::new(),
        },
        match &step.summary {
            Some(summary) => format!("{} {summary}", text::short(one.commit())),
            None => format!("{} (not in this clone)", text::short(one.commit())),
        },
        rows::who(&step.event),
        number(|(gained, _)| gained),
        number(|(_, lost)| lost),
        rows::grade(&step.event, unicode),
    ]
}

/// What there is to say below the table.
fn remark(step: &Step<'_, '_>, zone: Zone) -> Option<String> {
    let one = step.deployment;
    let from = zone.minute(one.from);
    match (step.clock, one.state) {
        (Clock::Ahead, _) => Some(format!("{from}: clocks disagree: this is yet to come")),
        (Clock::Disagrees, _) => Some(format!(
            "{from}: clocks disagree: it came after a deployment that claims to be younger"
        )),
        (Clock::Fits, State::Removed) => Some(format!("{from}: until the environment was deleted")),
        (Clock::Fits, _) => None,
    }
}

/// That clocks disagree about the time that the record of a deployment claims, if they do.
pub(super) fn clock_remark(clock: Clock, claimed: &str) -> Option<String> {
    let why = match clock {
        Clock::Fits => return None,
        Clock::Ahead => "which is yet to come",
        Clock::Disagrees => "but after a deployment that claims to be younger",
    };
    Some(format!("clocks disagree: recorded as of {claimed}, {why}"))
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

/// A history as JSON prints it.
#[derive(Serialize)]
pub struct HistoryJson<'a> {
    #[serde(flatten)]
    place: Option<PlaceJson<'a>>,
    name: &'a str,
    deployments: Vec<StepJson<'a>>,
    earlier: usize,
}

#[derive(Serialize)]
struct StepJson<'a> {
    state: &'static str,
    from: Option<String>,
    until: Option<String>,
    commit: &'a str,
    summary: Option<&'a str>,
    gained: Option<usize>,
    lost: Option<usize>,
    rollback: bool,
    clock: Option<&'static str>,
    by: Option<json::IdentityJson<'a>>,
    proof: json::ProofJson<'a>,
    record: &'a str,
}

impl<'a> From<&'a History<'_, '_>> for HistoryJson<'a> {
    fn from(history: &'a History<'_, '_>) -> HistoryJson<'a> {
        let step = |step: &'a Step<'_, '_>| StepJson {
            state: match step.deployment.state {
                State::Runs => "runs",
                State::Replaced { .. } => "replaced",
                State::Removed => "removed",
                State::Failed => "failed",
                State::Corrected { .. } => "corrected",
            },
            from: moment::rfc3339(step.deployment.from),
            until: step.deployment.until.and_then(moment::rfc3339),
            commit: step.deployment.commit(),
            summary: step.summary.as_deref(),
            gained: step.change.map(|(gained, _)| gained),
            lost: step.change.map(|(_, lost)| lost),
            rollback: step.deployment.is_rollback(),
            clock: step.clock.name(),
            by: step.event.who.identity.as_ref().map(json::IdentityJson::from),
            proof: (&step.event.proof).into(),
            record: &step.event.id,
        };
        HistoryJson {
            place: history.steps.first().map(|step| (&step.deployment.place).into()),
            name: &history.place,
            deployments: history.steps.iter().map(step).collect(),
            earlier: history.earlier,
        }
    }
}

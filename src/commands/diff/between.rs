//! What the ledger has between the two ends of a comparison.
//!
//! ```text
//! production~1 ────── config ─── access ──── production ──── incident ──── now
//!   begins             └──────────── in between, by time ─────────┘
//! ```
//!
//! Which end comes first is told by their moments, not by the order in which they were typed: what a rollback
//! would undo happened between the same two moments. The deployment that the earlier end names is no part of
//! it, the later end's is. What runs now does so since its deployment; held against a date it is the present.

use super::side::Side;
use crate::commands::address::Moment;
use crate::commands::judge::Judge;
use crate::commands::records;
use crate::deployments::{Deployment, Deployments, Place};
use crate::event::Event;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;

/// The present: what is recorded is not later than that, whatever its clock says.
const NOW: i64 = i64::MAX;

/// Two ends in the order of time, and the records that the second one is told by.
pub(super) struct Between<'s, 'd> {
    earlier: &'s Side<'d>,
    pub(super) later: &'s Side<'d>,
    /// From when until when, in seconds since 1970 UTC; `None` where an end has no date.
    span: Option<(i64, i64)>,
    deployments: &'d Deployments<'d>,
}

impl<'s, 'd> Between<'s, 'd> {
    /// Puts two ends in order.
    pub(super) fn new(
        deployments: &'d Deployments<'d>,
        (from, to): (&'s Side<'d>, &'s Side<'d>),
    ) -> Between<'s, 'd> {
        let spans = (span(from, to), span(to, from));
        let number = |side: &Side<'d>| number(deployments, side.deployment?);
        let turned = match (number(from), number(to)) {
            // Where clocks disagree, the ledger's order holds.
            (Some(one), Some(other)) if same_place(from, to) && one != other => one > other,
            // What ends last comes last; of two that last until now the one that began first comes first.
            _ => {
                let key = |span: Option<(i64, i64)>| span.map(|(start, end)| (end, start));
                key(spans.0) > key(spans.1)
            }
        };
        let (earlier, later) = if turned { (to, from) } else { (from, to) };
        let span = match spans {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            _ => None,
        };
        Between { earlier, later, span, deployments }
    }

    /// The records between them, by time: of the places named, of their environments as a whole, and those that
    /// name none.
    pub(super) fn events(
        &self,
        view: &View,
        judge: &Judge,
        records: &[Recorded],
    ) -> Result<Vec<Event>, Failure> {
        let mut deployed = self.deployments.all().iter().peekable();
        let mut found = Vec::new();
        for record in records {
            // Both stand in the order of the ledger.
            let deployment = deployed.next_if(|one| std::ptr::eq(one.event, record));
            let stated = record.when.map(|when| when.seconds);
            let Some(when) = deployment.map(|one| one.from).or(stated) else { continue };
            if self.has(deployment, when) && self.concerns(record) {
                found.push((when, record));
            }
        }
        found.sort_by_key(|(when, _)| *when);
        found.iter().map(|(_, record)| records::judged(view, judge, &record.id)).collect()
    }

    fn has(&self, deployment: Option<&Deployment<'_>>, when: i64) -> bool {
        let Some((start, end)) = self.span else { return false };
        let is = |side: &Side<'_>, one: &Deployment<'_>| {
            side.deployment.is_some_and(|named| std::ptr::eq(named.event, one.event))
        };
        match deployment {
            Some(one) if is(self.earlier, one) => false,
            Some(one) if is(self.later, one) && same_place(self.earlier, self.later) => true,
            _ => (start..=end).contains(&when),
        }
    }

    /// Whether a record is about a place that is compared.
    fn concerns(&self, record: &Recorded) -> bool {
        let Some(env) = record.env() else { return true };
        let mut places = [self.earlier, self.later]
            .into_iter()
            .filter_map(|side| Some((side.deployment?.place, side.whole)))
            .peekable();
        // Revisions run everywhere and nowhere.
        if places.peek().is_none() {
            return true;
        }
        places.any(|(place, whole)| {
            place.env == env
                && record.service().is_none_or(|service| {
                    let own = Place { env, service: Some(service) };
                    place.service == Some(service)
                        || (whole && self.deployments.places().all(|known| *known != own))
                })
        })
    }
}

/// The stretch of time that an end stands for.
fn span(side: &Side<'_>, other: &Side<'_>) -> Option<(i64, i64)> {
    let moment = match (side.deployment, side.moment) {
        (Some(one), Moment::Now) if !matches!(other.moment, Moment::Date(_)) => {
            return Some((one.from, NOW));
        }
        (_, Moment::Now) => NOW,
        (_, Moment::Date(date)) => date,
        (Some(one), Moment::Start) => one.from,
        (None, Moment::Start) => side.date()?,
    };
    Some((moment, moment))
}

fn same_place(one: &Side<'_>, other: &Side<'_>) -> bool {
    match (one.deployment, other.deployment) {
        (Some(one), Some(other)) => one.place == other.place,
        _ => false,
    }
}

/// Which of the successful deployments of its place it is.
fn number(deployments: &Deployments<'_>, one: &Deployment<'_>) -> Option<usize> {
    deployments.history(&one.place).position(|other| std::ptr::eq(other.event, one.event))
}

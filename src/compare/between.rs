//! What the ledger has between the two ends of a comparison.
//!
//! ```text
//! production~1 ────── config ─── access ──── production ──── incident ──── now
//!   began              └────── in between ───────┘ began
//! ```
//!
//! An end is where a deployment stands in the ledger, or a moment: a date, the date of a commit, the present. Which end
//! comes first is told by them, not by the order in which they were typed: what a rollback would undo happened between
//! the same two. The deployment that the earlier end names is no part of it, the later end's is. Against another
//! deployment, and against a revision, what runs now stands where it was deployed; against a date, it is the present.

use super::side::Side;
use crate::deployments::order::{Position, Positions};
use crate::deployments::{Deployment, Deployments, Place};
use crate::event::Event;
use crate::evidence::addresses::Moment;
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use std::cmp::Ordering;

/// The present: what is recorded is not later than that, whatever its clock says.
const NOW: i64 = i64::MAX;

/// Where an end stands.
#[derive(Clone, Copy)]
enum Bound {
    /// Where a deployment stands in the ledger, and the time that it states.
    Deployed(Position, i64),
    /// At a moment, in seconds since 1970 UTC.
    At(i64),
}

impl Bound {
    fn of(side: &Side<'_>, other: &Side<'_>) -> Option<Bound> {
        let against_date = matches!(other.moment, Moment::Date(_));
        Some(match (side.deployment, side.moment) {
            (Some(_), Moment::Now) if against_date => Bound::At(NOW),
            (Some(one), Moment::Now | Moment::Start) => Bound::Deployed(one.position(), one.from),
            (None, Moment::Now) => Bound::At(NOW),
            (_, Moment::Date(date)) => Bound::At(date),
            (None, Moment::Start) => Bound::At(side.date()?),
        })
    }

    fn time(self) -> i64 {
        match self {
            Bound::Deployed(_, time) | Bound::At(time) => time,
        }
    }

    fn compare(self, other: Bound) -> Ordering {
        match (self, other) {
            (Bound::Deployed(one, _), Bound::Deployed(other, _)) => one.compare(&other),
            _ => self.time().cmp(&other.time()),
        }
    }
}

/// Two ends in their order, and the records that the second one is told by.
pub(super) struct Between<'s, 'd> {
    earlier: &'s Side<'d>,
    pub(super) later: &'s Side<'d>,
    /// From where until where; `None` where an end has no date.
    bounds: Option<(Bound, Bound)>,
    deployments: &'d Deployments<'d>,
}

impl<'s, 'd> Between<'s, 'd> {
    /// Puts two ends in order.
    pub(super) fn new(
        deployments: &'d Deployments<'d>,
        (from, to): (&'s Side<'d>, &'s Side<'d>),
    ) -> Between<'s, 'd> {
        let bounds = Bound::of(from, to).zip(Bound::of(to, from));
        let number = |side: &Side<'d>| number(deployments, side.deployment?);
        let turned = match (number(from), number(to), bounds) {
            // Where clocks disagree, the ledger's order holds.
            (Some(one), Some(other), _) if same_place(from, to) && one != other => one > other,
            (_, _, Some((one, other))) => one.compare(other) == Ordering::Greater,
            _ => false,
        };
        let (earlier, later) = if turned { (to, from) } else { (from, to) };
        let bounds = bounds.map(|(one, other)| if turned { (other, one) } else { (one, other) });
        Between { earlier, later, bounds, deployments }
    }

    /// The records between them, in the order of the ledger, late ones at the time that they state: of the places
    /// named, of their environments as a whole, and those that name none.
    pub(super) fn events(
        &self,
        view: &View,
        judge: &Judge,
        records: &[Recorded],
    ) -> Result<Vec<Event>, Failure> {
        let mut deployed = self.deployments.all().iter().peekable();
        let mut found = Vec::new();
        for (record, position) in Positions::new(records) {
            // Both stand in the order of the ledger.
            let deployment = deployed.next_if(|one| std::ptr::eq(one.event, record));
            let position = deployment.map_or(position, Deployment::position);
            let stated = record.when.map(|when| when.seconds);
            let Some(when) = deployment.map(|one| one.from).or(stated) else { continue };
            if self.has(deployment, position, when) && self.concerns(record) {
                found.push((position, record));
            }
        }
        found.sort_by_key(|(position, _)| *position);
        found.iter().map(|(_, record)| records::judged(view, judge, &record.id)).collect()
    }

    fn has(&self, deployment: Option<&Deployment<'_>>, position: Position, when: i64) -> bool {
        let Some((start, end)) = self.bounds else { return false };
        let is = |side: &Side<'_>, one: &Deployment<'_>| {
            side.deployment.is_some_and(|named| std::ptr::eq(named.event, one.event))
        };
        match deployment {
            Some(one) if is(self.earlier, one) => return false,
            Some(one) if is(self.later, one) && same_place(self.earlier, self.later) => {
                return true;
            }
            _ => {}
        }
        // Where the clocks of two ends contradict their order, the moments enclose the same time.
        let (first, last) = (start.time().min(end.time()), start.time().max(end.time()));
        let began = match start {
            Bound::Deployed(at, _) => position.compare(&at) == Ordering::Greater,
            Bound::At(_) => when >= first,
        };
        let ended = match end {
            Bound::Deployed(at, _) => position.compare(&at) == Ordering::Greater,
            Bound::At(_) => when > last,
        };
        began && !ended
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

//! The road of a change through the environments: where it was, from when until when.
//!
//! ```text
//! staging      Mon 09:00 ──────────────────────────────▶ still there
//! production   Mon 10:00 ────────┤ Tue 15:20 rolled back     Wed 09:00 ──▶ still there
//! ```

use super::{Deployment, Deployments, State};

/// Whether a deployed commit contains the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does, and what takes the change back as well.
    TakenBack,
    /// It does not.
    No,
    /// History that would tell is missing.
    Unknown,
}

/// One uninterrupted time of the change in a place, in force or taken back.
#[derive(Debug, Clone, Copy)]
pub struct Stay<'d, 'e> {
    /// The deployment that brought it.
    pub first: &'d Deployment<'e>,
    /// The last deployment that still had it.
    pub last: &'d Deployment<'e>,
    /// Until when it was there; `None` while it is.
    pub until: Option<i64>,
    /// The deployment or rollback that took it away; `None` while it is there, and where the
    /// environment was deleted.
    pub taken_by: Option<&'d Deployment<'e>>,
    /// Whether it can't be told if the change was still there after `until`.
    pub open: bool,
    /// Whether it was not in force: what takes it back was there as well.
    pub taken_back: bool,
}

impl Stay<'_, '_> {
    /// Whether a rollback took the change away.
    pub fn rolled_back(&self) -> bool {
        !self.taken_back && self.taken_by.is_some_and(Deployment::is_rollback)
    }

    /// Whether it is there now, as far as is known.
    pub fn lasts(&self) -> bool {
        self.until.is_none() && !self.open
    }
}

/// Where a change was.
#[derive(Debug, Clone, Default)]
pub struct Road<'d, 'e> {
    /// Its stays, place by place, oldest first.
    pub stays: Vec<Stay<'d, 'e>>,
    /// Deployments of it that failed.
    pub failed: Vec<&'d Deployment<'e>>,
    /// Deployments that may or may not hold it.
    pub unknown: Vec<&'d Deployment<'e>>,
}

/// Follows a change. `holds` says of a deployment whether its commit contains it.
pub fn follow<'d, 'e>(
    deployments: &'d Deployments<'e>,
    mut holds: impl FnMut(&Deployment<'e>) -> Holds,
) -> Road<'d, 'e> {
    let mut road = Road::default();
    for place in deployments.places() {
        let mut stay: Option<Stay<'d, 'e>> = None;
        for one in deployments.history(place) {
            let held = holds(one);
            if held == Holds::Unknown {
                road.unknown.push(one);
            }
            // What was removed with its environment ended there, whatever came next.
            if let Some(ended) = stay.take_if(|stay| stay.last.state == State::Removed) {
                road.stays.push(ended);
            }
            let taken_back = held == Holds::TakenBack;
            match (held, &mut stay) {
                (Holds::Yes | Holds::TakenBack, Some(stay)) if stay.taken_back == taken_back => {
                    stay.last = one;
                    stay.until = one.until;
                }
                (Holds::Yes | Holds::TakenBack, open) => {
                    let new = Stay {
                        first: one,
                        last: one,
                        until: one.until,
                        taken_by: None,
                        open: false,
                        taken_back,
                    };
                    let ended = open.replace(new);
                    road.stays.extend(ended.map(|stay| Stay { taken_by: Some(one), ..stay }));
                }
                (Holds::No, open) => {
                    road.stays.extend(open.take().map(|stay| Stay { taken_by: Some(one), ..stay }))
                }
                (Holds::Unknown, open) => {
                    road.stays.extend(open.take().map(|stay| Stay { open: true, ..stay }));
                }
            }
        }
        road.stays.extend(stay);
    }
    for one in deployments.all().iter().filter(|one| one.state == State::Failed) {
        if matches!(holds(one), Holds::Yes | Holds::TakenBack) {
            road.failed.push(one);
        }
    }
    road
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::record;
    use super::*;
    use crate::event::Kind;
    use crate::ledger::Recorded;
    use serde_json::json;

    fn event(kind: Kind, when: i64, env: &str, digit: char, outcome: &str) -> Recorded {
        let commit: String = std::iter::repeat_n(digit, 40).collect();
        let id = format!("{when}");
        record(&id, kind, when, json!({"env": env, "commit": commit, "outcome": outcome}))
    }

    /// Commits `5` and above hold the change, `0` is not here.
    fn holds(one: &Deployment<'_>) -> Holds {
        match one.commit().as_bytes()[0] {
            b'0' => Holds::Unknown,
            digit if digit >= b'5' => Holds::Yes,
            _ => Holds::No,
        }
    }

    fn stays(events: &[Recorded]) -> Vec<(String, i64, Option<i64>, bool)> {
        let deployments = Deployments::new(events);
        follow(&deployments, holds)
            .stays
            .iter()
            .map(|stay| {
                (stay.first.place.to_string(), stay.first.from, stay.until, stay.rolled_back())
            })
            .collect()
    }

    #[test]
    fn a_stay_lasts_over_deployments_that_keep_the_change() {
        let events = [
            event(Kind::Deploy, 10, "production", '1', "success"),
            event(Kind::Deploy, 20, "production", '5', "success"),
            event(Kind::Deploy, 30, "production", '6', "success"),
            event(Kind::Rollback, 40, "production", '1', "success"),
            event(Kind::Deploy, 50, "production", '7', "success"),
            event(Kind::Deploy, 15, "staging", '5', "success"),
        ];
        let mut events = events.to_vec();
        events.sort_by_key(|event| event.when);
        assert_eq!(
            stays(&events),
            [
                ("production".to_owned(), 20, Some(40), true),
                ("production".to_owned(), 50, None, false),
                ("staging".to_owned(), 15, None, false),
            ]
        );
    }

    #[test]
    fn what_is_not_known_ends_a_stay_openly() {
        let events = [
            event(Kind::Deploy, 10, "production", '5', "success"),
            event(Kind::Deploy, 20, "production", '0', "success"),
        ];
        let deployments = Deployments::new(&events);
        let road = follow(&deployments, holds);
        assert_eq!(road.stays.len(), 1);
        assert!(road.stays[0].open && road.stays[0].taken_by.is_none());
        assert_eq!(road.unknown.len(), 1);
    }

    #[test]
    fn what_takes_a_change_back_ends_its_stay_and_begins_another() {
        let events = [
            event(Kind::Deploy, 10, "production", '5', "success"),
            event(Kind::Deploy, 20, "production", '9', "success"),
            event(Kind::Deploy, 30, "production", '9', "success"),
            event(Kind::Rollback, 40, "production", '5', "success"),
        ];
        let deployments = Deployments::new(&events);
        let road = follow(&deployments, |one| match one.commit().as_bytes()[0] {
            b'9' => Holds::TakenBack,
            _ => Holds::Yes,
        });
        let stays: Vec<_> = road.stays.iter().map(|s| (s.until, s.taken_back)).collect();
        assert_eq!(stays, [(Some(20), false), (Some(40), true), (None, false)]);
        assert!(road.stays.iter().all(|stay| !stay.rolled_back()));
    }

    #[test]
    fn a_failed_deployment_is_no_stay() {
        let events = [event(Kind::Deploy, 10, "production", '5', "failure")];
        let deployments = Deployments::new(&events);
        let road = follow(&deployments, holds);
        assert!(road.stays.is_empty());
        assert_eq!(road.failed.len(), 1);
    }

    #[test]
    fn a_deleted_environment_ends_a_stay() {
        let delete =
            record("x", Kind::Environment, 20, json!({"env": "production", "action": "deleted"}));
        let events = [
            event(Kind::Deploy, 10, "production", '5', "success"),
            delete,
            event(Kind::Deploy, 30, "production", '6', "success"),
        ];
        assert_eq!(
            stays(&events),
            [
                ("production".to_owned(), 10, Some(20), false),
                ("production".to_owned(), 30, None, false)
            ]
        );
    }
}

//! What ran where, from when until when: the deploy and rollback records of a ledger, joined.
//!
//! ```text
//! production/api   9f2c1ab  Mon 10:00 ─────────┐
//!                  11a0c3d  Tue 09:00 failed   │        never ran
//!                  77aa020  Tue 15:00          └──┐     replaced 9f2c1ab
//!                  9f2c1ab  Tue 15:20 rollback    └──── runs now
//! ```
//!
//! A deployment is in force from its time until the next successful one in the same place, or until its
//! environment is deleted. The order is that of the ledger: what a record builds on came before it,
//! whatever the clocks of two machines said; the time is the one that the record itself states, even where that
//! contradicts the order. Two kinds of records stand elsewhere than where they were
//! written: a *late* one (written with `--when`) at the time that it states, and a *correction*
//! (`corrects` another deploy or rollback) in the stead of what it corrects, unless it states a time of
//! its own. A note that corrects a deployment changes nothing here.
//!
//! Nothing is opened and no clock is read: events in, values out. Commits are compared by their ids only;
//! whether they are in this clone is for callers to find out.

pub mod approvals;
pub mod merged;
pub mod order;
pub mod road;
pub mod superseded;
pub mod suspects;

use crate::address::{Ambiguous, Names};
pub use crate::address::{Place, Target};
use crate::event::{Event, Kind};
use crate::ledger::{ObjectId, Recorded};
use foldhash::fast::RandomState;
use order::Position;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What became of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is in force.
    Runs,
    /// It was in force until a later deployment or rollback took its place.
    Replaced {
        /// The number of the one that did.
        by: usize,
    },
    /// It was in force until its environment was deleted.
    Removed,
    /// It never came into force: its outcome is not `success`.
    Failed,
    /// It does not count: a later record corrects it.
    Corrected {
        /// The number of the one that stands in its stead.
        by: usize,
    },
}

/// How the time that a deployment claims stands to what else is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Nothing contradicts it.
    Fits,
    /// It is yet to come.
    Ahead,
    /// The deployment that it replaced claims to be younger.
    Disagrees,
}

impl Clock {
    /// The word that JSON prints.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Clock::Fits => None,
            Clock::Ahead => Some("ahead"),
            Clock::Disagrees => Some("disagrees"),
        }
    }
}

/// One deploy or rollback record.
#[derive(Debug, Clone)]
pub struct Deployment<'e> {
    /// The record.
    pub event: &'e Recorded,
    /// Where.
    pub place: Place<'e>,
    /// The number of that commit among [`Deployments::commits`].
    pub commit_number: usize,
    /// From when it counts, in seconds since 1970 UTC: a claim.
    pub from: i64,
    /// Until when it was in force, which is never before [`from`](Self::from); `None` while it is, and for one
    /// that never was.
    pub until: Option<i64>,
    /// What became of it.
    pub state: State,
    /// Whether it claims to be older than the one that it replaced: a clock was wrong.
    clocks_disagree: bool,
    /// The latest time that its record, or one before it in the ledger, claims: if their clocks were right, it was
    /// not written earlier.
    pub not_before: i64,
    position: Position,
}

impl<'e> Deployment<'e> {
    /// The id of the record that it takes back: it corrects it, and says that it was cancelled. Nothing was
    /// tried then, and nothing failed.
    pub fn withdraws(&self) -> Option<&str> {
        let cancelled = self.field("outcome") == Some("cancelled");
        self.event.linked("corrects").next().filter(|_| cancelled)
    }

    /// Whether it is or was in force.
    pub fn ran(&self) -> bool {
        matches!(self.state, State::Runs | State::Replaced { .. } | State::Removed)
    }

    /// Whether the ledger has it before or after another of these records, whatever the clocks say; `None` where only
    /// one of the two was written down late: then the ledger does not tell.
    pub fn order(&self, other: &Recorded, records: &[Recorded]) -> Option<Ordering> {
        if self.event.is_late() != other.is_late() {
            return None;
        }
        let sequence = records.iter().position(|record| std::ptr::eq(record, other))?;
        Some(self.position.sequence.cmp(&sequence))
    }

    /// Where it stands among all records: not before what its record builds on.
    pub fn position(&self) -> Position {
        Position { time: self.not_before, ..self.position }
    }

    /// How the time that it claims stands to the present, and to what it replaced.
    pub fn clock(&self, now: i64) -> Clock {
        match self.from > now {
            true => Clock::Ahead,
            false if self.clocks_disagree => Clock::Disagrees,
            false => Clock::Fits,
        }
    }

    /// Whether it is a rollback.
    pub fn is_rollback(&self) -> bool {
        self.event.kind == Kind::Rollback
    }

    /// The full id of the commit that it put there, as recorded.
    pub fn commit(&self) -> &'e str {
        self.field("commit").unwrap_or_default()
    }

    /// A text field of the record's `what`.
    pub fn field(&self, name: &str) -> Option<&'e str> {
        self.event.field(name)
    }
}

/// The commits that a record names, by any of the fields that hold one.
pub fn named_commits(record: &Event) -> impl Iterator<Item = &str> {
    let fields = ["commit", "from_commit", "head_commit", "merge_commit"];
    fields.into_iter().filter_map(|name| record.field(name))
}

/// The environments and places that records name, of whatever kind.
pub fn names(records: &[Recorded]) -> Names<'_> {
    let mut names = Names::default();
    for record in records {
        match (record.env(), record.service()) {
            (Some(env), service @ Some(_)) => names.place(Place { env, service }),
            (Some(env), None) => names.environment(env),
            (None, _) => {}
        }
    }
    names
}

/// A deploy or rollback record that says too little to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced<'e> {
    /// The id of the record.
    pub id: &'e str,
    /// What it lacks.
    pub lacks: &'static str,
}

/// All deployments of a ledger.
#[derive(Debug, Clone, Default)]
pub struct Deployments<'e> {
    all: Vec<Deployment<'e>>,
    /// Those that are or were in force, by place, oldest first.
    ran: BTreeMap<Place<'e>, Vec<usize>>,
    /// Environments that records name, with or without a deployment; not the deleted ones.
    environments: BTreeSet<&'e str>,
    /// Every environment and place that was ever recorded.
    names: Names<'e>,
    /// When environments were deleted.
    deleted: Vec<Deleted<'e>>,
    unplaced: Vec<Unplaced<'e>>,
    /// The commits of all, each once, sorted.
    commits: Vec<ObjectId>,
}

impl<'e> Deployments<'e> {
    /// Joins the records of a ledger, given in the order of reports (causal, then by time). Events of
    /// other kinds may be among them.
    pub fn new(events: &'e [Recorded]) -> Deployments<'e> {
        let deploys = |event: &&Recorded| matches!(event.kind, Kind::Deploy | Kind::Rollback);
        let count = events.iter().filter(deploys).count();
        let mut deployments =
            Deployments { all: Vec::with_capacity(count), ..Deployments::default() };
        let mut numbers = Numbers::default();
        let mut known: HashMap<Place<'e>, Vec<usize>, RandomState> = HashMap::default();
        // Of records that build on each other the later one can't have happened earlier. Where they stand among
        // late ones is told by those of their environment: a wrong clock elsewhere is nothing to them.
        let mut latest = i64::MIN;
        let mut latest_there: HashMap<&str, i64, RandomState> = HashMap::default();
        for (sequence, event) in events.iter().enumerate() {
            let Some(when) = event.when.map(|when| when.seconds) else { continue };
            let late = event.is_late();
            if !late {
                latest = latest.max(when);
            }
            if !deploys(&event) && event.kind != Kind::Environment {
                continue;
            }
            let mut time = when;
            if !late {
                let there = latest_there.entry(event.env().unwrap_or_default()).or_insert(when);
                *there = when.max(*there);
                time = *there;
            }
            let own = Position { time, sequence, step: 0, late };
            if event.kind == Kind::Environment {
                deployments.environment(event, when, own);
                continue;
            }
            let place = match place_of(event) {
                Ok(place) => place,
                Err(lacks) => {
                    deployments.unplaced.push(Unplaced { id: event.id.as_str(), lacks });
                    continue;
                }
            };
            let number = deployments.all.len();
            let mut one = Deployment {
                event,
                place,
                commit_number: 0,
                from: when,
                until: None,
                state: if event.succeeded() { State::Runs } else { State::Failed },
                clocks_disagree: false,
                not_before: if late { when } else { latest },
                position: own,
            };
            // One that was taken over again, because more is known of it, stands in the place of the first.
            let again =
                |number: &usize| superseded::same_object(event, deployments.all[*number].event);
            let corrected = event.linked("corrects");
            let corrected: Vec<usize> =
                corrected.filter_map(|id| numbers.of(id, &deployments.all)).collect();
            let superseded = event.linked("supersedes");
            let superseded: Vec<usize> = superseded
                .filter_map(|id| numbers.of(id, &deployments.all))
                .filter(again)
                .collect();
            for corrected in corrected.into_iter().chain(superseded) {
                // What stands in its stead by now: of several corrections the last one counts.
                let Some(stood) = deployments.stands_for(corrected) else { continue };
                if !late {
                    let Deployment { from, not_before, position, .. } = deployments.all[stood];
                    (one.from, one.not_before) = (from, not_before);
                    one.position = Position { step: position.step + 1, ..position };
                }
                deployments.all[stood].state = State::Corrected { by: number };
            }
            deployments.all.push(one);
            let at_place = known.entry(place).or_default();
            // It is there already, unless it is new or somebody has deleted it.
            if at_place.is_empty() || !deployments.deleted.is_empty() {
                deployments.environments.insert(place.env);
            }
            at_place.push(number);
        }
        known.keys().for_each(|place| deployments.names.place(*place));
        deployments.ran = known.into_iter().collect();
        deployments.replace();
        deployments.number_commits();
        deployments
    }

    /// Sorts the commits. Whoever looks for all of them in an index that is sorted, too, finds each near the
    /// one before.
    fn number_commits(&mut self) {
        let commit = |one: &Deployment<'_>| one.event.commit_id();
        // The first digits are at hand, and nearly always tell commits apart.
        let firsts = self.all.iter().map(|one| commit(one).map_or(0, |id| id.first_digits()));
        let mut sorted: Vec<(u64, usize)> = firsts.zip(0..).collect();
        sorted.sort_unstable();
        for alike in sorted.chunk_by_mut(|(one, _), (other, _)| one == other) {
            alike.sort_unstable_by_key(|&(_, number)| commit(&self.all[number]));
            for &mut (_, number) in alike {
                let one = &mut self.all[number];
                let Some(commit) = commit(one) else { continue };
                if self.commits.last() != Some(&commit) {
                    self.commits.push(commit);
                }
                one.commit_number = self.commits.len() - 1;
            }
        }
    }

    fn environment(&mut self, event: &'e Recorded, when: i64, position: Position) {
        let Some(env) = event.env() else { return };
        self.names.environment(env);
        if event.field("action") == Some("deleted") {
            let service = event.service();
            self.deleted.push(Deleted { env, service, when, position });
            if service.is_none() {
                self.environments.remove(env);
            }
        } else {
            self.environments.insert(env);
        }
    }

    /// The number of what stands in the stead of a deployment that was corrected, and of its corrections; `None`
    /// where that is about to come.
    fn stands_for(&self, mut number: usize) -> Option<usize> {
        while let State::Corrected { by } = self.all.get(number)?.state {
            number = by;
        }
        Some(number)
    }

    /// Finds out what replaced what, place by place.
    fn replace(&mut self) {
        self.ran.retain(|_, numbers| {
            numbers.retain(|&number| self.all[number].state == State::Runs);
            !numbers.is_empty()
        });
        for (place, numbers) in &mut self.ran {
            numbers.sort_by_key(|&number| self.all[number].position);
            for at in 0..numbers.len() {
                let number = numbers[at];
                let next = numbers.get(at + 1).copied();
                let Deployment { position, from, .. } = self.all[number];
                let deleted = self.deleted.iter().filter(|one| one.ends(place, position));
                let end = deleted.min_by_key(|one| one.position);
                match (next, end) {
                    (Some(by), end)
                        if end.is_none_or(|end| self.all[by].position < end.position) =>
                    {
                        let next = &mut self.all[by];
                        next.clocks_disagree = next.from < from;
                        self.all[number].until = Some(self.all[by].from.max(from));
                        self.all[number].state = State::Replaced { by };
                    }
                    (_, Some(end)) => {
                        self.all[number].until = Some(end.when.max(from));
                        self.all[number].state = State::Removed;
                    }
                    (_, None) => {}
                }
            }
        }
    }

    /// Every deploy and rollback record that could be placed, as they stand in the ledger.
    pub fn all(&self) -> &[Deployment<'e>] {
        &self.all
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Records that say too little.
    pub fn unplaced(&self) -> &[Unplaced<'e>] {
        &self.unplaced
    }

    /// Environments that exist as far as records say, by name.
    pub fn environments(&self) -> impl Iterator<Item = &'e str> {
        self.environments.iter().copied()
    }

    /// Places where something is or was in force, by name.
    pub fn places(&self) -> impl Iterator<Item = &Place<'e>> {
        self.ran.keys()
    }

    /// The names that were ever recorded.
    pub fn names(&self) -> &Names<'e> {
        &self.names
    }

    /// What a name means, where that itself was ever recorded.
    ///
    /// # Errors
    /// When it means two things.
    pub fn target<'t>(
        &self,
        name: &'t str,
        forced: bool,
    ) -> Result<Option<Target<'t>>, Ambiguous<'t>> {
        let reading = self.names.read(name, forced)?;
        Ok(reading.filter(|reading| reading.known).map(|reading| reading.target))
    }

    /// The places that are meant, as far as something is or was in force there.
    pub fn meant(&self, target: &Target<'_>) -> Vec<&Place<'e>> {
        self.places().filter(|place| target.has(place)).collect()
    }

    /// Whether a commit, by its full id, was ever to be put anywhere.
    pub fn has_commit(&self, commit: &str) -> bool {
        let id = ObjectId::from_hex(commit.as_bytes());
        id.is_some_and(|id| self.commits.binary_search(&id).is_ok())
    }

    /// The commits that were ever to be put anywhere, sorted.
    pub fn commits(&self) -> &[ObjectId] {
        &self.commits
    }

    /// What is or was in force in a place, oldest first.
    pub fn history<'d>(
        &'d self,
        place: &Place<'_>,
    ) -> impl DoubleEndedIterator<Item = &'d Deployment<'e>> + use<'d, 'e> {
        let numbers = self.ran.iter().find(|(known, _)| *known == place);
        numbers.into_iter().flat_map(|(_, numbers)| numbers).map(|&number| &self.all[number])
    }

    /// What runs in a place now.
    pub fn current(&self, place: &Place<'_>) -> Option<&Deployment<'e>> {
        self.history(place).next_back().filter(|last| last.state == State::Runs)
    }

    /// What ran in a place at a moment: the last in the order of the ledger that claims to be that old, unless its
    /// environment had been deleted by then. Before the [first](Self::first) it is not known.
    pub fn at(&self, place: &Place<'_>, moment: i64) -> Option<&Deployment<'e>> {
        let last = self.history(place).rev().find(|one| one.from <= moment)?;
        let removed = |one: &Deleted<'_>| one.ends(place, last.position) && one.when <= moment;
        (!self.deleted.iter().any(removed)).then_some(last)
    }

    /// The moment of the first known deployment of a place.
    pub fn first(&self, place: &Place<'_>) -> Option<i64> {
        self.history(place).map(|one| one.from).min()
    }

    /// Every deploy and rollback record of a place, in their order: with those that failed or were corrected.
    pub fn listed(&self, place: &Place<'_>) -> Vec<&Deployment<'e>> {
        let mut listed: Vec<_> = self.all.iter().filter(|one| one.place == *place).collect();
        listed.sort_by_key(|one| one.position);
        listed
    }

    /// The deployment so many successful ones before another of these in its place.
    pub fn before(&self, one: &Deployment<'_>, back: usize) -> Option<&Deployment<'e>> {
        let history: Vec<&Deployment<'e>> = self.history(&one.place).collect();
        let at = history.iter().position(|other| std::ptr::eq(other.event, one.event))?;
        history.get(at.checked_sub(back)?).copied()
    }

    /// What failed in the place of a deployment after it, oldest first.
    pub fn failed_since(&self, last: &Deployment<'_>) -> impl Iterator<Item = &Deployment<'e>> {
        self.all.iter().filter(|one| {
            one.state == State::Failed
                && one.place == last.place
                && one.position > last.position
                && one.withdraws().is_none()
        })
    }
}

/// The numbers of deployments by the ids of their records. Corrections are rare, so the index is made when
/// the first comes.
#[derive(Default)]
struct Numbers<'e> {
    index: HashMap<&'e str, usize>,
    /// How many deployments it holds.
    known: usize,
}

impl<'e> Numbers<'e> {
    fn of(&mut self, id: &str, all: &[Deployment<'e>]) -> Option<usize> {
        let new = all.iter().enumerate().skip(self.known);
        self.index.extend(new.map(|(number, one)| (one.event.id.as_str(), number)));
        self.known = all.len();
        self.index.get(id).copied()
    }
}

/// A record that an environment was deleted.
#[derive(Debug, Clone, Copy)]
struct Deleted<'e> {
    env: &'e str,
    /// Only this service of it.
    service: Option<&'e str>,
    /// When, as it claims.
    when: i64,
    position: Position,
}

impl Deleted<'_> {
    /// Whether it ended what was put into a place at a position.
    fn ends(&self, place: &Place<'_>, position: Position) -> bool {
        self.env == place.env
            && self.service.is_none_or(|service| place.service == Some(service))
            && self.position > position
    }
}

/// Where a deploy or rollback record belongs, or what it lacks.
fn place_of(event: &Recorded) -> Result<Place<'_>, &'static str> {
    let env = event.env().filter(|env| !env.is_empty()).ok_or("it names no environment")?;
    if event.commit_id().is_some() {
        return Ok(Place { env, service: event.service() });
    }
    Err(match event.field("commit") {
        Some(_) => "its commit is no full id",
        None => "it names no commit",
    })
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::{Grade, Identity, Link, Proof, What, When, Where, Who, Why};
    use serde_json::{Value, json};

    /// A record with an id, a kind, a time and fields of `what`; `env` and `service` go where they belong.
    pub(crate) fn record(id: &str, kind: Kind, when: i64, fields: Value) -> Recorded {
        let Value::Object(mut what) = fields else { panic!("fields are an object") };
        let mut take = |key: &str| match what.remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let place = Where { env: take("env"), service: take("service") };
        let name = take("by").unwrap_or_else(|| "Ana".to_owned());
        Recorded::of(Event {
            kind,
            id: id.to_owned(),
            when: Some(When::utc(when)),
            who: Who {
                identity: Some(Identity {
                    email: format!("{}@example.com", name.to_lowercase()),
                    name,
                }),
                ..Who::default()
            },
            what: What::Record(what),
            place: Some(place),
            why: Why::default(),
            proof: Proof {
                grade: Grade::Claimed,
                signature: None,
                notes: Vec::new(),
                vouched: None,
            },
        })
    }

    fn commit(digit: char) -> String {
        std::iter::repeat_n(digit, 40).collect()
    }

    fn deploy(id: &str, when: i64, digit: char, outcome: &str) -> Recorded {
        let fields = json!({"env": "production", "commit": commit(digit), "outcome": outcome});
        record(id, Kind::Deploy, when, fields)
    }

    fn corrects(event: Recorded, id: &str) -> Recorded {
        let mut event = Event::clone(&event);
        event.why.links.push(Link { rel: "corrects".into(), id: Some(id.to_owned()), url: None });
        Recorded::of(event)
    }

    const PRODUCTION: Place<'_> = Place { env: "production", service: None };

    /// `digit from-until` of what ran in production.
    fn spans(deployments: &Deployments<'_>) -> Vec<(char, i64, Option<i64>)> {
        let place = Place { env: "production", service: None };
        let span =
            |one: &Deployment<'_>| (one.commit().chars().next().unwrap(), one.from, one.until);
        deployments.history(&place).map(span).collect()
    }

    #[test]
    fn each_success_replaces_the_one_before_and_a_failure_nothing() {
        let events = [
            deploy("a", 10, '1', "success"),
            deploy("b", 20, '2', "failure"),
            deploy("c", 30, '3', "success"),
            record(
                "d",
                Kind::Rollback,
                40,
                json!({"env": "production", "commit": commit('1'), "outcome": "success"}),
            ),
        ];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 10, Some(30)), ('3', 30, Some(40)), ('1', 40, None)]);
        assert_eq!(found.all()[1].state, State::Failed);
        assert_eq!(found.all()[2].state, State::Replaced { by: 3 });
        let place = Place { env: "production", service: None };
        assert_eq!(found.current(&place).unwrap().event.id, "d");
        assert_eq!(found.at(&place, 29).unwrap().event.id, "a");
        assert_eq!(found.at(&place, 30).unwrap().event.id, "c");
        assert!(found.at(&place, 9).is_none());
        assert_eq!(found.before(found.current(&place).unwrap(), 2).unwrap().event.id, "a");
        assert!(found.before(found.current(&place).unwrap(), 3).is_none());
        assert_eq!(found.failed_since(&found.all()[0]).count(), 1);
        assert_eq!(found.failed_since(&found.all()[2]).count(), 0);
    }

    #[test]
    fn the_ledger_decides_the_order_and_not_the_clocks() {
        // The second was written by somebody who had seen the first, on a machine whose clock is behind.
        let events = [deploy("a", 100, '1', "success"), deploy("b", 40, '2', "success")];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 100, Some(100)), ('2', 40, None)]);
        assert_eq!(
            found.all().iter().map(|one| one.clocks_disagree).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(found.all()[1].not_before, 100);
        let at = |moment| found.at(&PRODUCTION, moment).map(|one| one.event.id.as_str());
        assert_eq!((at(39), at(40), at(100)), (None, Some("b"), Some("b")));
    }

    #[test]
    fn one_clock_that_is_ahead_moves_nothing_else() {
        let note = record("n", Kind::Note, 900, json!({}));
        let late = json!({"env": "production", "commit": commit('3'), "outcome": "success", "recorded": "2026-01-01T00:00:00Z"});
        let events = [
            deploy("a", 10, '1', "success"),
            note,
            deploy("b", 20, '2', "success"),
            record("c", Kind::Deploy, 30, late),
        ];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 10, Some(20)), ('2', 20, Some(30)), ('3', 30, None)]);
        assert!(found.all().iter().all(|one| !one.clocks_disagree));

        // One of the deployments itself: what ran at a moment is the last that claims to be that old.
        let ahead = [
            deploy("a", 10, '1', "success"),
            deploy("b", 900, '2', "success"),
            deploy("c", 30, '3', "success"),
        ];
        let found = Deployments::new(&ahead);
        let at = |moment| found.at(&PRODUCTION, moment).map(|one| one.event.id.as_str());
        assert_eq!((at(20), at(30), at(950)), (Some("a"), Some("c"), Some("c")));
        assert_eq!(found.current(&PRODUCTION).unwrap().event.id, "c");
    }

    #[test]
    fn of_one_second_the_ledger_tells_the_order() {
        let events = [
            deploy("a", 10, '1', "success"),
            deploy("f", 10, '4', "failure"),
            deploy("b", 10, '2', "success"),
            corrects(deploy("c", 10, '3', "success"), "a"),
        ];
        let found = Deployments::new(&events);
        let listed: Vec<&str> =
            found.listed(&PRODUCTION).iter().map(|one| one.event.id.as_str()).collect();
        assert_eq!(listed, ["a", "c", "f", "b"]);
        assert_eq!(found.failed_since(found.current(&PRODUCTION).unwrap()).count(), 0);
    }

    #[test]
    fn of_several_corrections_the_last_one_counts() {
        let events = [
            deploy("a", 10, '1', "success"),
            corrects(deploy("b", 90, '2', "success"), "a"),
            corrects(deploy("c", 95, '3', "success"), "a"),
            corrects(deploy("d", 99, '4', "cancelled"), "b"),
            corrects(corrects(deploy("e", 99, '5', "success"), "a"), "d"),
        ];
        let states = |events: &[Recorded]| {
            Deployments::new(events).all().iter().map(|one| one.state).collect::<Vec<_>>()
        };
        let by = |by| State::Corrected { by };
        assert_eq!(states(&events[..3]), [by(1), by(2), State::Runs]);
        assert_eq!(states(&events[..4]), [by(1), by(2), by(3), State::Failed]);
        assert_eq!(states(&events), [by(1), by(2), by(3), by(4), State::Runs]);
        assert_eq!(spans(&Deployments::new(&events)), [('5', 10, None)]);
    }

    #[test]
    fn a_late_record_stands_at_the_time_that_it_states() {
        let recorded = "2026-01-01T00:00:00Z";
        let late = json!({"env": "production", "commit": commit('2'), "outcome": "success", "recorded": recorded});
        let late = record("b", Kind::Deploy, 40, late);
        let events = [deploy("a", 10, '1', "success"), deploy("c", 100, '3', "success"), late];
        assert_eq!(
            spans(&Deployments::new(&events)),
            [('1', 10, Some(40)), ('2', 40, Some(100)), ('3', 100, None)]
        );
    }

    #[test]
    fn a_correction_stands_in_the_stead_of_what_it_corrects() {
        let events = [
            deploy("a", 10, '1', "success"),
            deploy("b", 20, '2', "success"),
            corrects(deploy("c", 90, '3', "success"), "a"),
            corrects(deploy("d", 95, '4', "success"), "c"),
        ];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('4', 10, Some(20)), ('2', 20, None)]);
        assert_eq!(found.all()[0].state, State::Corrected { by: 2 });
        assert_eq!(found.all()[2].state, State::Corrected { by: 3 });
    }

    #[test]
    fn a_deployment_that_never_happened_is_corrected_by_a_cancelled_one() {
        let events = [
            deploy("a", 10, '1', "success"),
            deploy("b", 20, '2', "success"),
            corrects(deploy("c", 90, '2', "cancelled"), "b"),
        ];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 10, None)]);
        assert_eq!(found.all()[2].withdraws(), Some("b"));
        assert_eq!(found.failed_since(&found.all()[0]).count(), 0, "nothing failed");
    }

    #[test]
    fn a_correction_that_succeeded_and_a_cancelled_deployment_withdraw_nothing() {
        let events = [
            deploy("a", 10, '1', "success"),
            corrects(deploy("b", 20, '2', "success"), "a"),
            deploy("c", 30, '3', "cancelled"),
        ];
        let found = Deployments::new(&events);
        assert!(found.all().iter().all(|one| one.withdraws().is_none()));
        assert_eq!(found.failed_since(&found.all()[1]).count(), 1);
    }

    #[test]
    fn a_note_corrects_no_deployment() {
        let note = corrects(record("n", Kind::Note, 50, json!({"env": "production"})), "a");
        let events = [deploy("a", 10, '1', "success"), note];
        assert_eq!(spans(&Deployments::new(&events)), [('1', 10, None)]);
    }

    #[test]
    fn a_deleted_service_ends_no_other() {
        let of = |id: &str, service: &str| {
            let fields = json!({"env": "production", "service": service, "commit": "1".repeat(40), "outcome": "success"});
            record(id, Kind::Deploy, 10, fields)
        };
        let deleted = json!({"env": "production", "service": "web", "action": "deleted"});
        let events = [of("a", "api"), of("w", "web"), record("x", Kind::Environment, 20, deleted)];
        let deployments = Deployments::new(&events);
        let running = |service| {
            let place = Place { env: "production", service: Some(service) };
            (deployments.current(&place).is_some(), deployments.at(&place, 30).is_some())
        };
        assert_eq!((running("api"), running("web")), ((true, true), (false, false)));
        assert!(deployments.environments().eq(["production"]));
    }

    #[test]
    fn a_deleted_environment_runs_nothing_until_it_is_deployed_to_again() {
        let delete =
            record("x", Kind::Environment, 30, json!({"env": "production", "action": "deleted"}));
        let mut events = vec![deploy("a", 10, '1', "success"), delete];
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 10, Some(30))]);
        assert_eq!(found.all()[0].state, State::Removed);
        assert_eq!(found.environments().count(), 0);
        assert!(found.target("production", false).unwrap().is_some());
        events.push(deploy("b", 50, '2', "success"));
        let found = Deployments::new(&events);
        assert_eq!(spans(&found), [('1', 10, Some(30)), ('2', 50, None)]);
        assert_eq!(found.environments().collect::<Vec<_>>(), ["production"]);
    }

    #[test]
    fn services_are_places_of_their_own() {
        let of = |id: &str, service: &str, when, digit| {
            let fields = json!({"env": "production", "service": service, "commit": commit(digit), "outcome": "success"});
            record(id, Kind::Deploy, when, fields)
        };
        let events = [of("a", "api", 10, '1'), of("b", "web", 20, '2'), of("c", "api", 30, '3')];
        let found = Deployments::new(&events);
        assert_eq!(
            found.places().map(Place::to_string).collect::<Vec<_>>(),
            ["production/api", "production/web"]
        );
        let meant = |found: &Deployments<'_>, name: &str| {
            let target = found.target(name, false).unwrap();
            target.map(|target| found.meant(&target).into_iter().map(Place::to_string).collect())
        };
        let is = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(meant(&found, "production"), is(&["production/api", "production/web"]));
        assert_eq!(meant(&found, "production/api"), is(&["production/api"]));
        assert_eq!(meant(&found, "api"), None::<Vec<String>>);
        assert_eq!(meant(&found, "production/"), None);

        // Without a service is a place of its own, which no longer goes before the others.
        let alone = [&events[..], &[deploy("d", 40, '4', "success")]].concat();
        let found = Deployments::new(&alone);
        let all = ["production", "production/api", "production/web"];
        assert_eq!(meant(&found, "production"), is(&all));
        assert_eq!(meant(&found, "production/"), is(&["production"]));
    }

    #[test]
    fn records_that_say_too_little_are_counted() {
        let no_env = json!({"commit": commit('1'), "outcome": "success"});
        let no_env = record("a", Kind::Deploy, 10, no_env);
        let short = record(
            "b",
            Kind::Deploy,
            10,
            json!({"env": "production", "commit": "9f2c1ab", "outcome": "success"}),
        );
        let events = [no_env, short];
        let found = Deployments::new(&events);
        assert!(found.is_empty());
        assert_eq!(found.unplaced().iter().map(|one| one.id).collect::<Vec<_>>(), ["a", "b"]);
    }
}

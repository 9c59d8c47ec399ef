//! Compares two ends: facts gathered, and the report's value made of them.

use super::Diff;
use super::between::Between;
use super::involved::involved;
use super::side::Side;
use super::suspects;
use crate::deployments::merged::brought_by;
use crate::event::{Event, Kind};
use crate::evidence::actors::Actors;
use crate::evidence::{Evidence, deployed};
use crate::git::commits::CommitReader;
use crate::git::walk::Walked;
use crate::git::{Oid, numstat};
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::pipeline;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What else is looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// List the files that differ.
    pub(crate) stat: bool,
    /// Rank the changes by how likely they broke these paths.
    pub(crate) suspects: Vec<String>,
}

/// Compares ends of one repository.
pub(crate) struct Comparer<'c> {
    evidence: Evidence<'c>,
    reader: &'c CommitReader,
    actors: &'c Actors,
    options: Options,
    /// Whether several places are compared.
    several: bool,
    /// Ranges that were walked before: services often run the same commits.
    walked: HashMap<(Oid, Oid), Gained>,
}

/// The commits of a range, and whether these are sure to be all, and no more: history is not cut off on the way.
#[derive(Clone)]
struct Gained {
    commits: Vec<Event>,
    certain: bool,
}

impl<'c> Comparer<'c> {
    /// A comparer of one or `several` pairs of ends.
    pub(crate) fn new(
        evidence: Evidence<'c>,
        reader: &'c CommitReader,
        actors: &'c Actors,
        options: Options,
        several: bool,
    ) -> Comparer<'c> {
        Comparer { evidence, reader, actors, options, several, walked: HashMap::new() }
    }

    /// What separates two ends.
    ///
    /// # Errors
    /// When history or the ledger can't be read.
    pub(crate) fn compare(&mut self, from: Side<'c>, to: Side<'c>) -> Result<Diff, Failure> {
        let gained = self.gained(from.oid, to.oid)?;
        let lost = self.gained(to.oid, from.oid)?;
        let Evidence { repo, judge, view, records, deployments, now } = self.evidence;
        let options = &self.options;
        let ends = Between::new(deployments, (&from, &to));
        let between = ends.events(view, judge, records)?;
        let approvals = match ends.later.deployment {
            Some(later) => deployed::covering(&self.evidence, later)?,
            None => Vec::new(),
        };
        let certain = gained.certain && lost.certain;
        let (gained, lost) = (gained.commits, lost.commits);
        let mut unreviewed = without_review(records, &gained, to.commit());
        unreviewed.extend(without_review(records, &lost, from.commit()));
        let (mut ranked, mut untouched) = (None, Vec::new());
        if !options.suspects.is_empty() {
            let commits = (gained.as_slice(), lost.as_slice());
            let found = suspects::rank(repo, &options.suspects, commits, &between, &unreviewed)?;
            ranked = Some(suspects::with_deployments(repo, deployments, (&from, &to), found)?);
            untouched = suspects::untouched(repo, &options.suspects, commits, (&from, &to))?;
        }
        let touched = options.stat.then(|| numstat::between(repo, from.oid, to.oid)).transpose()?;
        let all = || gained.iter().chain(&lost);
        let facts = || all().filter_map(Event::commit);
        Ok(Diff {
            people: involved(self.actors, all(), &between, &approvals),
            tickets: unique(all().flat_map(|event| &event.why.tickets)),
            changes: unique(facts().filter_map(|facts| Some(&facts.change.as_ref()?.id))),
            config: unique(facts().filter_map(|facts| facts.config.as_ref()).flatten()),
            from: from.end(now),
            to: to.end(now),
            gained,
            lost,
            unreviewed,
            between,
            touched,
            suspects: ranked,
            untouched,
            shallow: !certain,
        })
    }

    /// The commits of `new` that `old` does not have, judged, with their paths.
    fn gained(&mut self, old: Oid, new: Oid) -> Result<Gained, Failure> {
        if let Some(known) = self.walked.get(&(old, new)) {
            return Ok(known.clone());
        }
        let (Evidence { repo, judge, .. }, reader) = (self.evidence, self.reader);
        let mut commits = Vec::new();
        let work = |walked: Result<Walked, Failure>| -> Result<Event, Failure> {
            Ok(judge.event(reader.event(repo, &walked?)?))
        };
        let walk = deployed::between(repo, old, new, false)?;
        let no_more = walk.is_certain()?;
        pipeline::try_each(walk, work, |event| commits.push(event))?;
        let ends = |event: &Event| event.proof.notes.iter().any(|note| note == "shallow");
        let certain = no_more && !commits.iter().any(ends);
        let gained = Gained { commits, certain };
        if self.several {
            self.walked.insert((old, new), gained.clone());
        }
        Ok(gained)
    }
}

/// Ids of the commits for which nobody tells of a review. `tip` is the newest of them.
fn without_review(records: &[Recorded], commits: &[Event], tip: &str) -> BTreeSet<String> {
    let approved: Vec<&Recorded> = records
        .iter()
        .filter(|event| event.kind == Kind::Review && event.field("state") == Some("approved"))
        .collect();
    let recorded = |event: &Event| {
        let number = event.request_number();
        approved.iter().any(|review| {
            ["commit", "head_commit"].iter().any(|name| review.field(name) == Some(&event.id))
                || (number.is_some() && review.request_number() == number)
        })
    };
    let known = |event: &Event| !event.reviews().is_empty() || recorded(event);
    let merges = brought_by(commits, tip);
    commits
        .iter()
        .filter(|event| !known(event) && !merges.get(&*event.id).is_some_and(|merge| known(merge)))
        .map(|event| event.id.clone())
        .collect()
}

/// Each once, in the order of first appearance.
fn unique<'w>(words: impl Iterator<Item = &'w String>) -> Vec<String> {
    let mut seen = HashSet::new();
    words.filter(|word| seen.insert(*word)).cloned().collect()
}

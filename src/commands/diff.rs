//! `audit diff`: what separates two revisions, environments or moments.

mod between;
mod involved;
mod side;
mod suspects;

use super::address::{Addresses, split_range};
use super::deployed;
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::whose::Whose;
use super::{Context, complete, history, records};
use crate::deployments::merged::brought_by;
use crate::deployments::{Deployments, field};
use crate::event::{Event, Kind};
use crate::git::commits::{CommitReader, Paths};
use crate::git::walk::Walked;
use crate::git::{Oid, Repository, numstat};
use crate::ledger::Recorded;
use crate::outcome::{Failure, Outcome};
use crate::pipeline;
use crate::report::diff::Diff;
use between::Between;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use involved::involved;
use side::Side;
use std::collections::{BTreeSet, HashSet};

/// What separates two revisions, environments or moments: changes gained and lost, who had a part in them,
/// tickets, configuration, and what the ledger has in between
///
/// The ranges are git's: gained is `B ^A`, lost is `A ^B`; going back loses. A review counts as known when a
/// trailer, a note or a record tells of it, for the commit or for the merge that brought it. Exit 3 when
/// history is cut off within the range.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArgs {
    /// From here: a revision, or what runs in an environment (production, production@{yesterday}); A..B gives
    /// both ends
    #[arg(value_name = "A", add = ArgValueCompleter::new(complete::revisions))]
    from: String,

    /// To here; the default branch without it
    #[arg(value_name = "B", add = ArgValueCompleter::new(complete::revisions))]
    to: Option<String>,

    /// List the files that differ, with lines added and removed
    #[arg(long)]
    stat: bool,

    /// Rank the changes by how likely they broke these paths, and say by what evidence
    #[arg(long, value_name = "PATH", num_args = 1..)]
    suspects: Vec<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit diff production~1 production      what the last deploy brought, and what got lost
  audit diff 'production@{friday}' production   what changed since: code, configuration, access
  audit diff production                   what waits to go out
  audit diff production production~1      what a rollback would take away
  audit diff v1.3 v1.4 --stat
  audit diff production~3 production --suspects src/pay";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: DiffArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let (judge, view, events) = records::read_with_judge(&repo, &args.judge, context.now)?;
    let ledger_state = records::warn(context, &view);
    let deployments = Deployments::new(events);
    records::warn_of_unplaced(context, &deployments);
    let addresses = Addresses::among(&repo, &view, &deployments);
    let (from, to) = args.ends()?;
    let from = Side::new(&repo, &addresses, &deployments, from)?;
    let to = match to {
        Some(to) => Side::new(&repo, &addresses, &deployments, to)?,
        None => Side::default_branch(&repo)?,
    };

    let mut reader = history::reader(&repo, true)?;
    reader.tickets = history::tickets(judge.policy())?;
    reader.paths = Paths::All(history::config_paths(judge.policy())?);
    let (gained, gained_is_whole) = commits(&repo, &reader, &judge, from.oid, to.oid)?;
    let (lost, lost_is_whole) = commits(&repo, &reader, &judge, to.oid, from.oid)?;
    let ends = Between::new(&deployments, (&from, &to));
    let between = ends.events(&view, &judge, events)?;
    let approvals = match ends.later.deployment {
        Some(later) => deployed::covering(&repo, &judge, events, &deployments, later)?,
        None => Vec::new(),
    };
    let mut unreviewed = without_review(events, &gained, to.commit());
    unreviewed.extend(without_review(events, &lost, from.commit()));
    let (mut suspects, mut untouched) = (None, Vec::new());
    if !args.suspects.is_empty() {
        let commits = (gained.as_slice(), lost.as_slice());
        let found = suspects::rank(&repo, &args.suspects, commits, &between, &unreviewed)?;
        suspects = Some(suspects::with_deployments(&repo, &deployments, (&from, &to), found)?);
        untouched = suspects::untouched(&repo, &args.suspects, commits, (&from, &to))?;
    }
    let touched = args.stat.then(|| numstat::between(&repo, from.oid, to.oid)).transpose()?;
    let all = || gained.iter().chain(&lost);
    let shallow = !(gained_is_whole && lost_is_whole);
    let facts = || all().filter_map(Event::commit);
    let diff = Diff {
        people: involved(&Whose::new(&repo, &judge)?, all(), &between, &approvals),
        tickets: unique(all().flat_map(|event| &event.why.tickets)),
        changes: unique(facts().filter_map(|facts| Some(&facts.change.as_ref()?.id))),
        config: unique(facts().filter_map(|facts| facts.config.as_ref()).flatten()),
        from: from.end(context.now),
        to: to.end(context.now),
        gained,
        lost,
        unreviewed,
        between,
        touched,
        suspects,
        untouched,
        shallow,
    };
    let outcome = ledger_state.or(if diff.shallow { Outcome::Undecided } else { Outcome::Yes });
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    diff.write(args.format.into(), style, context.now, context.ui.out())?;
    Ok(outcome)
}

impl DiffArgs {
    /// The names of the two ends: `A B`, or `A..B` as `git diff` takes it, where nothing means HEAD.
    fn ends(&self) -> Result<(&str, Option<&str>), Failure> {
        match (split_range(&self.from), self.to.as_deref()) {
            (Some(("", "..", to)), None) => Ok(("HEAD", Some(to))),
            (Some((from, "..", "")), None) => Ok((from, Some("HEAD"))),
            (Some((from, "..", to)), None) => Ok((from, Some(to))),
            (Some(_), _) => Err(Failure::new(format!("{} names no one end of a comparison", self.from))
                .hint("`audit diff A B` and `audit diff A..B` show what either side has and the other lacks")),
            (None, to) => Ok((&self.from, to)),
        }
    }
}

/// The commits of `new` that `old` does not have, judged, with their paths; and whether that is sure to be all
/// of them, and no more: history is not cut off on the way.
fn commits(
    repo: &Repository,
    reader: &CommitReader,
    judge: &Judge,
    old: Oid,
    new: Oid,
) -> Result<(Vec<Event>, bool), Failure> {
    let mut events = Vec::new();
    let work = |walked: Result<Walked, Failure>| -> Result<Event, Failure> {
        Ok(judge.event(reader.event(repo, &walked?)?))
    };
    let walk = deployed::between(repo, old, new, false)?;
    let no_more = walk.is_certain()?;
    pipeline::try_each(walk, work, |event| events.push(event))?;
    let ends = |event: &Event| event.proof.notes.iter().any(|note| note == "shallow");
    let all = !events.iter().any(ends);
    Ok((events, all && no_more))
}

/// Ids of the commits for which nobody tells of a review. `tip` is the newest of them.
fn without_review(records: &[Recorded], commits: &[Event], tip: &str) -> BTreeSet<String> {
    let approved: Vec<&Recorded> = records
        .iter()
        .filter(|event| event.kind == Kind::Review && field(event, "state") == Some("approved"))
        .collect();
    let recorded = |event: &Event| {
        let number = event.request_number();
        approved.iter().any(|review| {
            ["commit", "head_commit"].iter().any(|name| field(review, name) == Some(&event.id))
                || (number.is_some() && review.request_number() == number)
        })
    };
    let known = |event: &Event| !event.reviews().is_empty() || recorded(event);
    let merges = brought_by(commits, tip);
    commits
        .iter()
        .zip(merges)
        .filter(|(event, merge)| {
            !known(event) && !merge.is_some_and(|merge| known(&commits[merge]))
        })
        .map(|(event, _)| event.id.clone())
        .collect()
}

/// Each once, in the order of first appearance.
fn unique<'w>(words: impl Iterator<Item = &'w String>) -> Vec<String> {
    let mut seen = HashSet::new();
    words.filter(|word| seen.insert(*word)).cloned().collect()
}

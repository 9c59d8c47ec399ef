//! `audit diff`: what separates two revisions, environments or moments.

use super::address::{Addresses, Moment, Point};
use super::deployed::between;
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::{Context, complete, history, records};
use crate::deployments::merged::brought_by;
use crate::deployments::suspects::{self, Failing};
use crate::deployments::{Deployment, Deployments, field};
use crate::event::{Event, Identity, Kind, What};
use crate::git::commits::{CommitReader, Paths};
use crate::git::contains::{Containing, Contains};
use crate::git::paths::Pathspec;
use crate::git::source::Commits;
use crate::git::walk::Walked;
use crate::git::{Oid, Repository};
use crate::ledger::{Recorded, View};
use crate::outcome::{Failure, Outcome};
use crate::pipeline;
use crate::report::diff::{Brought, Diff, End, Involved, Ranked, Touched};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What separates two revisions, environments or moments: changes gained and lost, who had a part in them,
/// tickets, configuration, and what the ledger has in between
///
/// The ranges are git's: gained is `B ^A`, lost is `A ^B`; going back loses. A review counts as known when a
/// trailer, a note or a record tells of it, for the commit or for the merge that brought it. Exit 3 when
/// history is cut off within the range.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArgs {
    /// From here: a revision, or what runs in an environment (production, production@{yesterday})
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
    let from = Side::new(&repo, &addresses, &deployments, &args.from)?;
    let to = match &args.to {
        Some(to) => Side::new(&repo, &addresses, &deployments, to)?,
        None => Side::default_branch(&repo)?,
    };

    let mut reader = history::reader(&repo, true)?;
    reader.tickets = history::tickets(judge.policy())?;
    reader.paths = Paths::All(history::config_paths(judge.policy())?);
    let gained = commits(&repo, &reader, &judge, from.oid, to.oid)?;
    let lost = commits(&repo, &reader, &judge, to.oid, from.oid)?;
    let between = in_between(&view, &judge, events, (&from, &to), context.now)?;
    let mut unreviewed = without_review(events, &gained, &to.end.commit);
    unreviewed.extend(without_review(events, &lost, &from.end.commit));
    let suspects = match args.suspects.is_empty() {
        true => None,
        false => {
            let commits = (gained.as_slice(), lost.as_slice());
            let found = rank(&repo, &args.suspects, commits, &between, &unreviewed)?;
            Some(with_deployments(&repo, &deployments, (&from, &to), found)?)
        }
    };
    let touched = args.stat.then(|| touched(&repo, from.oid, to.oid)).transpose()?;
    let shallow = gained
        .iter()
        .chain(&lost)
        .any(|event| event.proof.notes.iter().any(|note| note == "shallow"));
    let all = || gained.iter().chain(&lost);
    let diff = Diff {
        people: involved(all(), &between),
        tickets: unique(all().flat_map(|event| event.why.tickets.iter().cloned())),
        changes: unique(all().filter_map(change)),
        config: unique(all().flat_map(config)),
        from: from.end(context.now),
        to: to.end(context.now),
        gained,
        lost,
        unreviewed,
        between,
        touched,
        suspects,
        shallow,
    };
    let outcome = ledger_state.or(if diff.shallow { Outcome::Undecided } else { Outcome::Yes });
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    diff.write(args.format.into(), style, context.now, context.ui.out())?;
    Ok(outcome)
}

/// One end of the range.
struct Side<'d> {
    end: End,
    oid: Oid,
    /// The deployment, for an address.
    deployment: Option<&'d Deployment<'d>>,
    moment: Moment,
}

impl<'d> Side<'d> {
    fn new(
        repo: &Repository,
        addresses: &Addresses<'_>,
        deployments: &'d Deployments<'d>,
        name: &str,
    ) -> Result<Side<'d>, Failure> {
        let point: Option<Point<'d, 'd>> = addresses.point(deployments, name)?;
        let (oid, deployment, moment) = match &point {
            Some(point) => {
                let oid = repo.commit_id(&addresses.commit(point)?)?;
                (oid, Some(point.deployment), point.moment)
            }
            None => (repo.commit_id(name)?, None, Moment::Start),
        };
        let end = End {
            name: name.to_owned(),
            commit: oid.to_string(),
            moment: None,
            record: deployment.map(|one| one.event.id.clone()),
        };
        let side = Side { end, oid, deployment, moment };
        match deployment {
            Some(_) => Ok(side),
            None => side.dated(repo),
        }
    }

    fn default_branch(repo: &Repository) -> Result<Side<'d>, Failure> {
        let (name, oid) = history::default_branch(repo)?
            .ok_or_else(|| Failure::new("there are no commits here yet"))?;
        let end = End { name, commit: oid.to_string(), moment: None, record: None };
        Side { end, oid, deployment: None, moment: Moment::Start }.dated(repo)
    }

    /// The moment of a revision is the date of its commit.
    fn dated(mut self, repo: &Repository) -> Result<Side<'d>, Failure> {
        let date = Commits::new(repo).load(self.oid)?.links.date;
        self.end.moment = i64::try_from(date).ok();
        Ok(self)
    }

    /// The moments between which the ledger's events are asked for: what runs, runs until now.
    fn span(&self, now: i64) -> (Option<i64>, Option<i64>) {
        match (self.deployment, self.moment) {
            (Some(one), Moment::Now) => (Some(one.from), Some(now)),
            (Some(_), Moment::Date(date)) => (Some(date), Some(date)),
            (Some(one), Moment::Start) => (Some(one.from), Some(one.from)),
            (None, _) => (self.end.moment, self.end.moment),
        }
    }

    fn env(&self) -> Option<&str> {
        self.deployment.map(|one| one.place.env)
    }

    fn end(self, now: i64) -> End {
        let moment = match (self.deployment, self.moment) {
            (Some(one), Moment::Now) => Some(one.from.min(now)),
            (Some(_), Moment::Date(date)) => Some(date),
            (Some(one), Moment::Start) => Some(one.from),
            (None, _) => self.end.moment,
        };
        End { moment, ..self.end }
    }
}

/// The commits of `new` that `old` does not have, judged, with their paths.
fn commits(
    repo: &Repository,
    reader: &CommitReader,
    judge: &Judge,
    old: Oid,
    new: Oid,
) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::new();
    let work = |walked: Result<Walked, Failure>| -> Result<Event, Failure> {
        Ok(judge.event(reader.event(repo, &walked?)?))
    };
    pipeline::try_each(between(repo, old, new, false)?, work, |event| events.push(event))?;
    Ok(events)
}

/// What the ledger has between the two ends, in their environments or in none.
fn in_between(
    view: &View,
    judge: &Judge,
    events: &[Recorded],
    (from, to): (&Side<'_>, &Side<'_>),
    now: i64,
) -> Result<Vec<Event>, Failure> {
    let ((from_start, from_end), (to_start, to_end)) = (from.span(now), to.span(now));
    let (Some(start), Some(end)) = (from_start.min(to_start), from_end.max(to_end)) else {
        return Ok(Vec::new());
    };
    let envs: HashSet<&str> = [from.env(), to.env()].into_iter().flatten().collect();
    let meant = |event: &&Recorded| {
        let inside = event.when.is_some_and(|when| (start..=end).contains(&when.seconds));
        let env = event.env();
        let here = envs.is_empty() || env.is_none_or(|env| envs.contains(env));
        // Where the range begins is no part of it.
        inside && here && from.end.record.as_ref() != Some(&event.id)
    };
    events.iter().filter(meant).map(|event| records::judged(view, judge, &event.id)).collect()
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
    let known = |event: &Event| {
        matches!(&event.what, What::Commit(facts) if !facts.reviews.is_empty()) || recorded(event)
    };
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

/// Ranks what was gained, lost and configured.
fn rank(
    repo: &Repository,
    paths: &[String],
    (gained, lost): (&[Event], &[Event]),
    between: &[Event],
    unreviewed: &BTreeSet<String>,
) -> Result<Vec<Ranked>, Failure> {
    let meant = Pathspec::parse(paths, repo.prefix())?;
    let is_meant = |path: &str| meant.matches(path.as_bytes());
    let named: Vec<String> = paths.iter().map(|path| format!("{}{path}", repo.prefix())).collect();
    let failing = Failing { paths: &named, is_meant: &is_meant };
    let mut candidates: Vec<Event> = gained.to_vec();
    candidates.extend(between.iter().filter(|event| event.kind == Kind::Config).cloned());
    let first_lost = candidates.len();
    candidates.extend(lost.iter().cloned());
    leave_to_commits(&mut candidates);
    let reviewed = |number: usize| !unreviewed.contains(&candidates[number].id);
    Ok(suspects::rank(&candidates, reviewed, &failing)
        .into_iter()
        .map(|suspect| Ranked {
            event: candidates[suspect.event].clone(),
            points: suspect.points,
            evidence: suspect.evidence,
            lost: suspect.event >= first_lost,
            brought_by: None,
        })
        .collect())
}

/// Takes from merges the paths that a commit among the candidates touches: the commit answers for them.
fn leave_to_commits(candidates: &mut [Event]) {
    let touched: HashSet<String> = candidates
        .iter()
        .filter(|event| event.kind == Kind::Commit)
        .flat_map(|event| match &event.what {
            What::Commit(facts) => facts.paths.clone().unwrap_or_default(),
            What::Tag(_) | What::Record(_) => Vec::new(),
        })
        .collect();
    for event in candidates.iter_mut().filter(|event| event.kind == Kind::Merge) {
        if let What::Commit(facts) = &mut event.what {
            for paths in [&mut facts.paths, &mut facts.config].into_iter().flatten() {
                paths.retain(|path| !touched.contains(path));
            }
        }
    }
}

/// Says of each suspect which deployment between the two ends first had it (or first lacked it).
fn with_deployments(
    repo: &Repository,
    deployments: &Deployments<'_>,
    (from, to): (&Side<'_>, &Side<'_>),
    mut suspects: Vec<Ranked>,
) -> Result<Vec<Ranked>, Failure> {
    let Some(place) = to.deployment.or(from.deployment).map(|one| &one.place) else {
        return Ok(suspects);
    };
    let (start, end) = (from.deployment.map(|one| one.from), to.deployment.map(|one| one.from));
    let steps: Vec<&Deployment<'_>> = deployments
        .history(place)
        .filter(|one| start.is_none_or(|start| one.from > start))
        .filter(|one| end.is_none_or(|end| one.from <= end))
        .collect();
    let commits = Commits::new(repo);
    for suspect in &mut suspects {
        let Some(oid) = repo.hash().oid(suspect.event.id.as_bytes()) else { continue };
        if !matches!(suspect.event.what, What::Commit(_)) {
            continue;
        }
        let mut containing = Containing::new(&commits, oid);
        let wanted = if suspect.lost { Contains::No } else { Contains::Yes };
        for step in &steps {
            let Some(tip) = repo.hash().oid(step.commit.as_bytes()) else { continue };
            if containing.ask(tip)? == wanted {
                suspect.brought_by = Some(Brought {
                    kind: step.event.kind.name(),
                    from: step.from,
                    record: step.event.id.clone(),
                });
                break;
            }
        }
    }
    Ok(suspects)
}

/// Files that differ, as `git diff --numstat` counts.
fn touched(repo: &Repository, old: Oid, new: Oid) -> Result<Vec<Touched>, Failure> {
    let output = repo
        .git()
        .args([
            "diff-tree",
            "-r",
            "-z",
            "--numstat",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
        ])
        .args([old.to_string(), new.to_string()])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git diff-tree: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("git diff-tree failed: {}", said.trim())));
    }
    let entries = output.stdout.split(|&byte| byte == 0).filter(|entry| !entry.is_empty());
    Ok(entries
        .filter_map(|entry| {
            let text = String::from_utf8_lossy(entry);
            let mut parts = text.splitn(3, '\t');
            let (added, removed, path) = (parts.next()?, parts.next()?, parts.next()?);
            let lines = added.parse().ok().zip(removed.parse().ok());
            Some(Touched { path: path.to_owned(), lines })
        })
        .collect())
}

/// Everybody who had a part, those with most commits first.
fn involved<'e>(commits: impl Iterator<Item = &'e Event>, between: &[Event]) -> Vec<Involved> {
    let mut people: BTreeMap<String, Involved> = BTreeMap::new();
    let mut add = |who: &Identity, part: &'static str| {
        let key = if who.email.is_empty() { &who.name } else { &who.email };
        let entry = people.entry(key.to_lowercase()).or_insert_with(|| Involved {
            who: who.clone(),
            parts: BTreeSet::new(),
            commits: 0,
        });
        entry.parts.insert(part);
        entry.commits += usize::from(part == "author");
    };
    for event in commits {
        event.who.identity.iter().for_each(|who| add(who, "author"));
        event.who.co_authors.iter().for_each(|who| add(who, "co-author"));
        let committer = event.who.committer.as_ref();
        if committer != event.who.identity.as_ref() {
            committer.iter().for_each(|who| add(who, "committer"));
        }
        if let What::Commit(facts) = &event.what {
            facts.reviews.iter().for_each(|review| add(&review.by, "reviewer"));
        }
    }
    for event in between {
        let part = match event.kind {
            Kind::Deploy | Kind::Rollback => "deployer",
            Kind::Approval => "approver",
            Kind::Review => "reviewer",
            _ => "actor",
        };
        event.who.identity.iter().for_each(|who| add(who, part));
    }
    let mut people: Vec<Involved> = people.into_values().collect();
    people.sort_by_key(|involved| std::cmp::Reverse(involved.commits));
    people
}

fn change(event: &Event) -> Option<String> {
    match &event.what {
        What::Commit(facts) => facts.change.as_ref().map(|change| change.id.clone()),
        What::Tag(_) | What::Record(_) => None,
    }
}

fn config(event: &Event) -> Vec<String> {
    match &event.what {
        What::Commit(facts) => facts.config.clone().unwrap_or_default(),
        What::Tag(_) | What::Record(_) => Vec::new(),
    }
}

/// Each once, in the order of first appearance.
fn unique(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    words.filter(|word| seen.insert(word.clone())).collect()
}

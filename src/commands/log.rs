//! `audit log`: the timeline.

use super::Context;
use super::address::Addresses;
use super::filter::{Filter, FilterArgs};
use super::format::FormatArg;
use super::history;
use super::judge::{Judge, JudgeArgs};
use super::records;
use super::starts::Starts;
use crate::deployments::named_commits;
use crate::event::{Event, Kind, What, When};
use crate::git::commits::{CommitReader, Paths};
use crate::git::paths::Pathspec;
use crate::git::revision::Start;
use crate::git::source::Commits;
use crate::git::tags::Tag;
use crate::git::walk::{Order, Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository, dates};
use crate::ledger::View;
use crate::outcome::{Failure, Outcome};
use crate::pipeline;
use crate::report::events::Events;
use crate::timeline::{Place, Timeline};
use clap::Args;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// The timeline of the repository, newest first: who did what, when and why, and how we know
///
/// Commits come in the order of `git log`, and take its ranges, filters and dates. Tags and ledger
/// events stand between them, each at its own time. Without a revision (or with --all), all tags and all
/// ledger events are shown; with a range, those that concern a commit in it; from a revision without an end,
/// each stands at the commit that it concerns.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LogArgs {
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    starts: Starts,

    /// Only commits that touch these paths
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Only what happened since DATE, in git's date language: yesterday, '2 weeks ago', 2026-11-20
    #[arg(long, visible_alias = "after", value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,

    /// As --since, but look behind older commits, too
    #[arg(long, value_name = "DATE", conflicts_with = "since")]
    since_as_filter: Option<String>,

    /// Only what happened until DATE
    #[arg(long, visible_alias = "before", value_name = "DATE", allow_hyphen_values = true)]
    until: Option<String>,

    /// Show so many events at most
    #[arg(short = 'n', long = "max-count", value_name = "N")]
    max_count: Option<usize>,

    /// Leave out the first N events
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    skip: usize,

    /// Oldest first
    #[arg(long)]
    reverse: bool,

    /// Follow only the first parent of merges
    #[arg(long)]
    first_parent: bool,

    /// Only merges
    #[arg(long, conflicts_with = "no_merges")]
    merges: bool,

    /// No merges
    #[arg(long)]
    no_merges: bool,

    /// Children before parents, lines of history kept together
    #[arg(long, group = "order")]
    topo_order: bool,

    /// Children before parents, otherwise by committer date
    #[arg(long, group = "order")]
    date_order: bool,

    /// Children before parents, otherwise by author date
    #[arg(long, group = "order")]
    author_date_order: bool,

    /// List the paths that each commit touches (in machine formats)
    #[arg(long)]
    name_only: bool,

    /// Names and addresses as they stand in the objects, without the mailmap
    #[arg(long)]
    no_mailmap: bool,

    #[command(flatten)]
    filters: FilterArgs,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit log                                   the whole timeline
  audit log v1.3..v1.4                        what a release brought
  audit log --since yesterday --unsigned      what carries no signature since yesterday
  audit log --who ana -- src/pay              what Ana did in a folder
  audit log --kind tag,merge -n 20            the last 20 tags and merges
  audit log --ticket PAY-88 --format json     everything about a ticket

Proof (the column at the right):
  ✓ signed    a valid signature of somebody we trust
  ↓ imported  taken over from a forge or CI, with its source and hash
  · claimed   text that anyone could have typed: no signature
  ? unknown   could not be judged: the key is missing, expired, or nobody vouches for it
  ✗ broken    a signature or a hash that does not hold";

/// Options after checking: what to walk, what to show, how much of it.
struct Query {
    plan: Plan,
    filter: Filter,
    since: Option<i64>,
    until: Option<i64>,
    limit: Option<usize>,
    /// Which tags and records belong to the result.
    others: Others,
}

/// Which events beside commits are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// All, each at its own time.
    All,
    /// Those that concern a commit of the range, each at its own time.
    InRange,
    /// Those that concern a commit that the walk reaches, each at its commit: the walk has no end that is
    /// known before.
    AtCommits,
    /// None: paths are a question about commits.
    None,
}

/// A tag or a record that waits for its turn.
enum Other {
    /// Not an event yet: most of a thousand tags are never shown.
    Tag(Box<Tag>),
    Record(Box<Event>),
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: LogArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let view = records::read(&repo)?;
    let query = args.check(&repo, &Addresses::new(&repo, &view))?;
    let judge = Judge::new(&repo, &args.judge, context.now)?;
    let reader = args.reader(&repo, &judge)?;
    warn_of_replacements(context, &repo)?;
    if query.plan.tips.is_empty() {
        context.ui.note(&format!("note: {}", history::why_empty(&repo)?));
    }
    let walk = Walk::new(Commits::new(&repo), query.plan.clone())?;
    let selected = walk.selected();
    let mut others = args.tags(&repo, &query, selected.as_ref())?;
    let ledger_state = records::warn(context, &view);
    if view.chain().is_empty() && args.filters.wants_records_only() {
        context
            .ui
            .note("note: there is no ledger here yet; `audit record --help` says how to begin one");
    }
    others.extend(args.records(&view, &judge, &query, selected.as_ref())?);
    context.ui.decided(ledger_state);
    context.page(&repo)?;
    let (style, now) = (context.ui.style, context.now);
    let mut printer = Events::new(args.format.into(), style, now, context.ui.out())?;
    let timeline = Timeline::new(others);
    let mut shown =
        Shown { skip: args.skip, left: query.limit, reversed: args.reverse.then(Vec::new) };
    stream(&repo, walk, &reader, &judge, &query, timeline, |event| {
        shown.take(event, &mut printer)
    })?;
    for event in shown.reversed.into_iter().flatten().rev() {
        printer.write(&event)?;
    }
    printer.finish()?;
    Ok(ledger_state)
}

/// Walks, judges and filters in several threads, and hands events on in order.
fn stream(
    repo: &Repository,
    walk: Walk<'_>,
    reader: &CommitReader,
    judge: &Judge,
    query: &Query,
    mut timeline: Timeline<Other>,
    mut sink: impl FnMut(Event) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<()> {
    let work = |walked: Result<Walked, Failure>| -> Result<(Event, bool), Failure> {
        let event = judge.event(reader.event(repo, &walked?)?);
        let passes = query.filter.passes(&event);
        Ok((event, passes))
    };
    // Tags and records that have their turn.
    let show = |others: Vec<Other>,
                sink: &mut dyn FnMut(Event) -> anyhow::Result<ControlFlow<()>>| {
        for other in others {
            let event = match other {
                Other::Tag(tag) => judge.event(reader.tag_event(repo, &tag)?),
                Other::Record(event) => *event,
            };
            if query.filter.passes(&event) && sink(event)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    };
    let mut commit = |item: Result<(Event, bool), Failure>| -> anyhow::Result<ControlFlow<()>> {
        let (event, passes) = item?;
        if show(timeline.before(&event.id, event.when), &mut sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if passes { sink(event) } else { Ok(ControlFlow::Continue(())) }
    };
    let ended = pipeline::ordered(walk, work, |item| match commit(item) {
        Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
        Ok(ControlFlow::Break(())) => ControlFlow::Break(Ok(())),
        Err(error) => ControlFlow::Break(Err(error)),
    });
    match ended {
        Some(result) => result,
        // What stands at a commit that was not walked is not part of the question.
        None if query.others == Others::AtCommits => Ok(()),
        None => show(timeline.rest(), &mut sink).map(|_| ()),
    }
}

impl LogArgs {
    fn check(&self, repo: &Repository, addresses: &Addresses<'_>) -> Result<Query, Failure> {
        // clap hands over what stands behind `--` apart; `audit log --` without paths still separates.
        let separated = !self.paths.is_empty();
        let starts = addresses.starts(&self.starts.0)?;
        let selection = repo.select(&starts, &self.paths, separated)?;
        let whole = !selection.started || starts.contains(&Start::All);
        let mut tips = selection.tips;
        if !selection.started {
            tips.extend(history::head(repo)?.map(|oid| Tip { oid, exclude: false }));
        }
        let date = |text: &Option<String>| -> Result<Option<i64>, Failure> {
            text.as_deref().map(|text| dates::parse(repo, text)).transpose()
        };
        let (since, since_as_filter) = (date(&self.since)?, date(&self.since_as_filter)?);
        let until = date(&self.until)?;
        let paths = match selection.paths.is_empty() {
            true => None,
            false => Some(Pathspec::parse(&selection.paths, repo.prefix())?),
        };
        let others = if paths.is_some() || self.merges {
            Others::None
        } else if tips.iter().any(|tip| tip.exclude) {
            Others::InRange
        } else if whole {
            Others::All
        } else {
            Others::AtCommits
        };
        Ok(Query {
            filter: self.filters.check(repo.config()?)?,
            plan: Plan {
                tips,
                order: self.order(),
                first_parent: self.first_parent,
                since,
                since_as_filter,
                until,
                min_parents: if self.merges { 2 } else { 0 },
                max_parents: self.no_merges.then_some(1),
                paths,
            },
            since: since.or(since_as_filter),
            until,
            limit: self.max_count,
            others,
        })
    }

    fn order(&self) -> Order {
        if self.topo_order {
            Order::Topological
        } else if self.date_order {
            Order::CommitterDate
        } else if self.author_date_order {
            Order::AuthorDate
        } else {
            Order::Walk
        }
    }

    fn reader(&self, repo: &Repository, judge: &Judge) -> Result<CommitReader, Failure> {
        let mut reader = history::reader(repo, !self.no_mailmap)?;
        reader.tickets = history::tickets(judge.policy())?;
        reader.keep_message = self.filters.wants_message();
        let config = || history::config_paths(judge.policy());
        if self.name_only {
            reader.paths = Paths::All(config()?);
        } else if self.filters.wants_config() {
            reader.paths = Paths::Config(config()?);
        }
        Ok(reader)
    }

    /// Ledger events that belong to the result, judged and filtered. In a range those that name a commit
    /// of it.
    fn records(
        &self,
        view: &View,
        judge: &Judge,
        query: &Query,
        selected: Option<&HashSet<Oid>>,
    ) -> Result<Vec<(Place, Other)>, Failure> {
        let wanted = Kind::ALL.iter().any(|kind| !kind.is_git() && self.filters.wants(*kind));
        if query.others == Others::None || !wanted || view.chain().is_empty() {
            return Ok(Vec::new());
        }
        let ids: Option<HashSet<String>> = match query.others {
            Others::InRange => Some(selected.into_iter().flatten().map(Oid::to_string).collect()),
            Others::All | Others::AtCommits | Others::None => None,
        };
        let concerns = |event: &Event| {
            ids.as_ref().is_none_or(|ids| named_commits(event).any(|id| ids.contains(id)))
        };
        let in_period = |when: i64| query.in_period(Some(When::utc(when)));
        let keep = |event: &Event| concerns(event) && query.filter.passes(event);
        let events = records::events(view, judge, in_period, keep)?;
        Ok(events.into_iter().filter_map(|event| query.place_of_record(event)).collect())
    }

    /// Tags that belong to the range and the period asked for, and where they stand. Events are made of
    /// them when their turn comes.
    fn tags(
        &self,
        repo: &Repository,
        query: &Query,
        selected: Option<&HashSet<Oid>>,
    ) -> Result<Vec<(Place, Other)>, Failure> {
        let mut tags = Vec::new();
        if query.others == Others::None || !self.filters.wants(Kind::Tag) {
            return Ok(tags);
        }
        // One after the other: libgit2's locks make this slower with two threads than with one.
        for reference in repo.refs("refs/tags/")? {
            let tag = repo.tag(reference.clone())?;
            let outside = query.others == Others::InRange
                && !selected.is_some_and(|set| set.contains(&tag.target));
            if outside || !query.in_period(tag.when) {
                continue;
            }
            let place = match tag.when {
                Some(when) if query.others != Others::AtCommits => Place::Time(when.seconds),
                _ => Place::Commit(tag.target.to_string()),
            };
            tags.push((place, Other::Tag(Box::new(tag))));
        }
        Ok(tags)
    }
}

impl Query {
    /// Whether an event that is no commit lies in the period asked for. What states no time can't be
    /// said to lie in one.
    fn in_period(&self, when: Option<When>) -> bool {
        match when.map(|when| when.seconds) {
            Some(when) => {
                self.since.is_none_or(|since| when >= since)
                    && self.until.is_none_or(|until| when <= until)
            }
            None => self.since.is_none() && self.until.is_none(),
        }
    }

    /// Where a record stands; nowhere in a walk without a known end, if it concerns no commit.
    fn place_of_record(&self, event: Event) -> Option<(Place, Other)> {
        let commit = match &event.what {
            What::Record(fields) => fields.get("commit").and_then(|id| id.as_str()),
            What::Commit(_) | What::Tag(_) => None,
        };
        let place = match event.when {
            Some(when) if self.others != Others::AtCommits => Place::Time(when.seconds),
            _ => Place::Commit(commit?.to_owned()),
        };
        Some((place, Other::Record(Box::new(event))))
    }
}

/// Says that git would show something else than what is stored.
fn warn_of_replacements(context: &Context, repo: &Repository) -> Result<(), Failure> {
    let replacements = repo.replacements()?;
    let count = replacements.replaced.len();
    if count > 0 {
        context.ui.warn(&format!(
            "{count} objects have replacements (refs/replace), which git follows and audit does not: what you see is what is stored"
        ));
    }
    if replacements.grafts {
        context
            .ui
            .warn("info/grafts alters the parents that git shows; audit shows the stored ones");
    }
    Ok(())
}

/// Skips and counts.
struct Shown {
    skip: usize,
    left: Option<usize>,
    /// With `--reverse`, events wait here until the end.
    reversed: Option<Vec<Event>>,
}

impl Shown {
    fn take(&mut self, event: Event, printer: &mut Events<'_>) -> anyhow::Result<ControlFlow<()>> {
        if self.left == Some(0) {
            return Ok(ControlFlow::Break(()));
        }
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(ControlFlow::Continue(()));
        }
        match &mut self.reversed {
            Some(waiting) => waiting.push(event),
            None => printer.write(&event)?,
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
            if *left == 0 {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

//! `audit log`: the timeline.

mod advice;
mod others;
mod query;
mod stream;

use super::Context;
use super::filter::FilterArgs;
use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::starts::Starts;
use super::warnings;
use crate::event::Event;
use crate::evidence::actors::Actors;
use crate::evidence::history;
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::git::Repository;
use crate::git::commits::{CommitReader, Paths};
use crate::git::graph::Commits;
use crate::git::walk::Walk;
use crate::outcome::{Failure, Outcome};
use crate::report::events::Events;
use crate::report::words::counted;
use crate::timeline::Timeline;
use crate::ui::escape;
use advice::Advice;
use clap::{Args, ValueHint};
use std::ops::ControlFlow;
use stream::stream;

/// The timeline of the repository, newest first: who did what, when and why, and how we know
///
/// Commits come in the order of `git log`, and take its ranges, filters and dates. Tags and ledger
/// events stand between them, each at its own time. Without a revision (or with --all), all tags and all
/// ledger events are shown; with a range, those that concern a commit in it; from a revision without an end,
/// each stands at the commit that it concerns. A lightweight tag has no time: it stands beside its commit, and
/// takes a row only with --kind tag.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LogArgs {
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    starts: Starts,

    /// Only commits that touch these paths
    #[arg(last = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
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

Proof (below the page stands what a number behind it means):
  ✓ signed    a valid signature of somebody we trust
  ↓ imported  taken over from a forge or CI, with its source and hash
  · claimed   text that anyone could have typed: no signature
  ? unknown   could not be judged: the key is missing, expired, or nobody vouches for it
  ✗ broken    a signature or a hash that does not hold";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: LogArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let view = records::read(&repo)?;
    let mut query = args.check(&repo, &view, context.now)?;
    let judge = Judge::new(&repo, &args.judge.options(), context.now)?;
    query.filter.know(match args.no_mailmap {
        true => Actors::without_mailmap(&judge),
        false => Actors::new(&repo, &judge)?,
    });
    let reader = args.reader(&repo, &judge)?;
    warn_of_replacements(context, &repo)?;
    warnings::unreadable_refs(context, &repo)?;
    if query.plan.tips.is_empty() {
        context.ui.note(&format!("note: {}", history::why_empty(&repo)?));
    }
    let walk = Walk::new(Commits::new(&repo), query.plan.clone())?;
    let selected = walk.selected();
    let mut others = args.tags(&repo, &query, selected.as_ref())?;
    let ledger_state = warnings::ledger(context, &view);
    if view.chain().is_empty() && args.filters.wants_records_only() {
        context
            .ui
            .note("note: there is no ledger here yet; `audit record --help` says how to begin one");
    }
    others.extend(args.records(&view, &judge, &query, selected.as_ref())?);
    context.ui.decided(ledger_state);
    context.page(&repo)?;
    let (style, now) = (context.ui.style, context.now);
    let advises = context.ui.is_terminal() && args.format == FormatArg::Table;
    let mut advice = Advice::new(&repo, &judge, &view, advises)?;
    let mut printer = Events::new(args.format.into(), style, now, context.ui.out())?;
    let timeline = Timeline::new(others);
    let mut shown = Shown {
        any: false,
        skip: args.skip,
        left: args.max_count,
        reversed: args.reverse.then(Vec::new),
    };
    stream(&repo, walk, &reader, &judge, &query, timeline, |event| {
        advice.see(&event);
        shown.take(event, &mut printer)
    })?;
    for event in shown.reversed.into_iter().flatten().rev() {
        printer.write(&event)?;
    }
    printer.finish()?;
    advice.write(style, context.ui.out())?;
    if !shown.any {
        for why in args.filters.why_nothing(&query.filter, &view)? {
            context.ui.note(&format!("note: {}", escape(&why)));
        }
    }
    Ok(ledger_state)
}

impl LogArgs {
    /// A reader that finds out what the filters and formats ask for.
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
}

/// Says that git would show something else than what is stored.
fn warn_of_replacements(context: &Context, repo: &Repository) -> Result<(), Failure> {
    let replacements = repo.replacements()?;
    let count = replacements.replaced.len();
    if count > 0 {
        context.ui.warn(&format!(
            "{} (refs/replace), which git follows and audit does not: what you see is what is stored",
            counted(count, "object has a replacement", "objects have replacements")
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
    /// Whether any event passed the filters.
    any: bool,
    skip: usize,
    left: Option<usize>,
    /// With `--reverse`, events wait here until the end.
    reversed: Option<Vec<Event>>,
}

impl Shown {
    fn take(&mut self, event: Event, printer: &mut Events<'_>) -> anyhow::Result<ControlFlow<()>> {
        self.any = true;
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

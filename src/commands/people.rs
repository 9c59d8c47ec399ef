//! `audit people`: who acts here.

use super::Context;
use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::{complete, warnings};
use crate::event::Event;
use crate::evidence::actors::Actors;
use crate::evidence::addresses::Addresses;
use crate::evidence::judge::Judge;
use crate::evidence::period::Period;
use crate::evidence::{history, records};
use crate::git::Repository;
use crate::git::commits::CommitReader;
use crate::git::graph::Commits;
use crate::git::revision::Start;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::ledger::View;
use crate::outcome::{Failure, Outcome};
use crate::people::{People, Person, Role};
use crate::pipeline;
use crate::report;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

/// Who acts here: persons with their addresses and keys, when they were seen, what they did and how much
/// of it is signed
///
/// The mailmap and the policy's people decide which addresses, logins and keys are one person. Co-authors and
/// reviewers count as the messages claim them. Programs are marked: (bot) where the policy says so, (bot?)
/// where the name or address does, (forge?) for the address that a forge commits with.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PeopleArgs {
    /// Revisions or ranges to look at; every branch and tag, and HEAD, without it
    #[arg(value_name = "REV", add = ArgValueCompleter::new(complete::revisions))]
    revisions: Vec<String>,

    /// Only what happened since DATE
    #[arg(long, visible_alias = "after", value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,

    /// Only what happened until DATE
    #[arg(long, visible_alias = "before", value_name = "DATE", allow_hyphen_values = true)]
    until: Option<String>,

    /// Only persons actors name or address contains WHO
    #[arg(long, value_name = "WHO")]
    who: Option<String>,

    /// Show so many at most
    #[arg(short = 'n', long = "max-count", value_name = "N")]
    max_count: Option<usize>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit people                          everybody, those who authored most first
  audit people v1.3..v1.4               who made a release
  audit people --since '3 months ago'   who is active
  audit people --who silva --format json";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: PeopleArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let judge = Judge::new(&repo, &args.judge.options(), context.now)?;
    let period = Period::read(&repo, args.since.as_deref(), args.until.as_deref())?;
    let view = records::read(&repo)?;
    let ledger_state = warnings::ledger(context, &view);
    let tips = match args.revisions.is_empty() {
        true => repo.all_tips()?,
        false => {
            let starts: Vec<Start> = args.revisions.into_iter().map(Start::Revision).collect();
            let starts = Addresses::new(&repo, &view, context.now).starts(&starts)?;
            repo.select(&starts, &[], true)?.tips
        }
    };
    let mut persons = gather(context, &repo, &view, &judge, (tips, period), |_| {})?;
    if let Some(who) = args.who.map(|who| who.to_lowercase()) {
        persons.retain(|person| person.is_called(&who));
    }
    let found = if persons.is_empty() { Outcome::No } else { Outcome::Yes };
    let outcome = ledger_state.or(found);
    persons.truncate(args.max_count.unwrap_or(usize::MAX));
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    report::people::write(&persons, args.format.into(), style, context.ui.out())?;
    Ok(outcome)
}

/// Walks history, tags and the ledger within a period, and says who acted; every event is shown to `see` on
/// the way.
pub(crate) fn gather(
    context: &Context,
    repo: &Repository,
    view: &View,
    judge: &Judge,
    (tips, period): (Vec<Tip>, Period),
    mut see: impl FnMut(&Event),
) -> anyhow::Result<Vec<Person>> {
    let actors = Actors::new(repo, judge)?;
    let reader = CommitReader { notes: history::notes(repo)?, ..CommitReader::default() };
    let whole = tips.iter().all(|tip| !tip.exclude);
    let Period { since, until } = period;
    let plan = Plan { tips, since_as_filter: since, until, ..Plan::default() };
    let walk = Walk::new(Commits::new(repo), plan)?;
    let selected = walk.selected();
    let progress = context.ui.progress("commits");
    let mut people = People::default();
    let known = |event: &Event, role: &Role<'_>| actors.known(event, role);
    let work = |walked: Result<Walked, Failure>| -> Result<Event, Failure> {
        Ok(judge.event(reader.event(repo, &walked?)?))
    };
    pipeline::try_each(walk, work, |event| {
        progress.add(1);
        people.add(&event, known);
        see(&event);
    })?;
    for tag in repo.tags()? {
        let event = judge.event(reader.tag_event(repo, &tag)?);
        let chosen = whole || selected.as_ref().is_some_and(|set| set.contains(&tag.target));
        if chosen && period.takes(event.when.map(|when| when.seconds)) {
            people.add(&event, known);
            see(&event);
        }
    }
    for event in records::events(view, judge, |when| period.has(when), |_| true)? {
        let commit = event.field("commit").and_then(|id| repo.hash().oid(id.as_bytes()));
        let chosen = whole
            || selected.as_ref().is_some_and(|set| commit.is_some_and(|oid| set.contains(&oid)));
        if chosen {
            people.add(&event, known);
            see(&event);
        }
    }
    Ok(people.sorted())
}

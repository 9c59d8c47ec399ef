//! `audit people`: who acts here.

use super::Context;
use super::address::Addresses;
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::{complete, history, records};
use crate::deployments::field;
use crate::event::{Event, Identity};
use crate::git::Repository;
use crate::git::commits::CommitReader;
use crate::git::dates;
use crate::git::mailmap::Mailmap;
use crate::git::revision::Start;
use crate::git::source::Commits;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::ledger::View;
use crate::outcome::{Failure, Outcome};
use crate::people::{People, Person};
use crate::pipeline;
use crate::report;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

/// Who acts here: persons with their addresses and keys, when they were seen, what they did and how much
/// of it is signed
///
/// The mailmap decides which addresses are one person. Co-authors and reviewers count as the messages
/// claim them.
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

    /// Only persons whose name or address contains WHO
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
    let judge = Judge::new(&repo, &args.judge, context.now)?;
    let date = |text: &Option<String>| -> Result<Option<i64>, Failure> {
        text.as_deref().map(|text| dates::parse(&repo, text)).transpose()
    };
    let view = records::read(&repo)?;
    let ledger_state = records::warn(context, &view);
    let tips = match args.revisions.is_empty() {
        true => repo.all_tips()?,
        false => {
            let starts: Vec<Start> = args.revisions.into_iter().map(Start::Revision).collect();
            let starts = Addresses::new(&repo, &view).starts(&starts)?;
            repo.select(&starts, &[], true)?.tips
        }
    };
    let plan = Plan {
        tips,
        since_as_filter: date(&args.since)?,
        until: date(&args.until)?,
        ..Plan::default()
    };
    let mut persons = gather(context, &repo, &view, &judge, plan, |_| {})?;
    if let Some(who) = args.who.map(|who| who.to_lowercase()) {
        persons.retain(|person| person.is_called(&who));
    }
    let found = !persons.is_empty();
    persons.truncate(args.max_count.unwrap_or(usize::MAX));
    context.page(&repo)?;
    let style = context.ui.style;
    report::people::write(&persons, args.format.into(), style, context.ui.out())?;
    Ok(match ledger_state {
        Outcome::Yes if !found => Outcome::No,
        state => state,
    })
}

/// Walks history, tags and the ledger, and says who acted; every event is shown to `see` on the way.
pub(crate) fn gather(
    context: &Context,
    repo: &Repository,
    view: &View,
    judge: &Judge,
    plan: Plan,
    mut see: impl FnMut(&Event),
) -> anyhow::Result<Vec<Person>> {
    let mailmap = history::mailmap(repo)?;
    let reader = CommitReader { notes: history::notes(repo)?, ..CommitReader::default() };
    let (since, until) = (plan.since_as_filter, plan.until);
    let whole = plan.tips.iter().all(|tip: &Tip| !tip.exclude);
    let walk = Walk::new(Commits::new(repo), plan)?;
    let selected = walk.selected();
    let progress = context.ui.progress("commits");
    let mut people = People::default();
    let map = |who: &Identity| map(&mailmap, who);
    let work = |walked: Result<Walked, Failure>| -> Result<Event, Failure> {
        Ok(judge.event(reader.event(repo, &walked?)?))
    };
    pipeline::try_each(walk, work, |event| {
        progress.add(1);
        people.add(&event, map);
        see(&event);
    })?;
    for tag in repo.tags()? {
        let event = judge.event(reader.tag_event(repo, &tag)?);
        let seconds = event.when.map(|when| when.seconds);
        let inside = since.is_none_or(|since| seconds.is_some_and(|when| when >= since))
            && until.is_none_or(|until| seconds.is_some_and(|when| when <= until));
        let chosen = whole || selected.as_ref().is_some_and(|set| set.contains(&tag.target));
        if inside && chosen {
            people.add(&event, map);
            see(&event);
        }
    }
    let in_period = |when: i64| {
        since.is_none_or(|since| when >= since) && until.is_none_or(|until| when <= until)
    };
    for event in records::events(view, judge, in_period, |_| true)? {
        let commit = field(&event, "commit").and_then(|id| repo.hash().oid(id.as_bytes()));
        let chosen = whole
            || selected.as_ref().is_some_and(|set| commit.is_some_and(|oid| set.contains(&oid)));
        if chosen {
            people.add(&event, map);
            see(&event);
        }
    }
    Ok(people.sorted())
}

fn map(mailmap: &Mailmap, who: &Identity) -> Identity {
    let (name, email) = mailmap.map(who.name.as_bytes(), who.email.as_bytes());
    Identity {
        name: String::from_utf8_lossy(name).into_owned(),
        email: String::from_utf8_lossy(email).into_owned(),
    }
}

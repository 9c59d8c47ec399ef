//! `audit diff`: what separates two revisions, environments or moments.

use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::{Context, complete, warnings};
use crate::address::split_range;
use crate::compare::{Comparer, Diff, Diffs, Named, Options, Pairs, Side};
use crate::deployments::Deployments;
use crate::evidence::actors::Actors;
use crate::evidence::addresses::{Addresses, FETCH};
use crate::evidence::{self, history};
use crate::git::commits::Paths;
use crate::outcome::{Failure, Outcome};
use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;

/// What separates two revisions, environments or moments: changes gained and lost, who had a part in them,
/// tickets, configuration, and what the ledger has in between
///
/// The ranges are git's: gained is `B ^A`, lost is `A ^B`; going back loses. A review counts as known when a
/// trailer, a note or a record tells of it, for the commit or for the merge that brought it. An environment
/// with several services is compared service by service. Exit 3 when history is cut off within the range, or what
/// ran is not in this clone.
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
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, num_args = 1..)]
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
  audit diff 'production@{last friday}' production   what changed since: code, configuration, access
  audit diff production                   what waits to go out, service by service
  audit diff production production~1      what a rollback would take away
  audit diff v1.3 v1.4 --stat
  audit diff production~3 production --suspects src/pay";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: DiffArgs) -> anyhow::Result<Outcome> {
    let is_list = matches!(args.format, FormatArg::Csv | FormatArg::Jsonl);
    if args.stat && is_list {
        return Err(Failure::new("--stat does not go with a list of events (csv, jsonl)")
            .hint("--format json has the files as `paths`, --format markdown as a table")
            .into());
    }
    let repo = context.open()?;
    let gathered = evidence::gather(&repo, &args.judge.options(), context.now)?;
    let ledger_state = warnings::ledger(context, &gathered.view);
    let deployments = Deployments::new(gathered.records());
    warnings::unplaced(context, &deployments);
    let evidence = gathered.evidence(&repo, &deployments, context.now);
    let addresses = Addresses::among(&evidence);
    let (from, to) = args.ends()?;
    let named = |text| Named::new(&repo, &addresses, &deployments, text);
    let to = match to {
        Some(to) => named(to)?,
        None => Side::default_branch(&repo)?.into(),
    };
    let Pairs { pairs, uncompared, several } = Pairs::new(&named(from)?, &to)?;

    let policy = evidence.judge.policy();
    let mut reader = history::reader(&repo, true)?;
    reader.tickets = history::tickets(policy)?;
    reader.paths = Paths::All(history::config_paths(policy)?);
    let actors = Actors::new(&repo, evidence.judge)?;
    let options = Options { stat: args.stat, suspects: args.suspects.clone() };
    let mut comparer = Comparer::new(evidence, &reader, &actors, options, several);
    let compare = |(from, to)| comparer.compare(from, to);
    let compared = pairs.into_iter().map(compare).collect::<Result<Vec<Diff>, Failure>>()?;
    let report = Diffs { compared, uncompared, several };
    if is_list {
        report.remarks().iter().for_each(|remark| context.ui.warn(remark));
    }
    if report.uncompared.iter().any(|one| !one.missing.is_empty()) {
        context.ui.note(&format!("hint: {FETCH}"));
    }
    let found = if report.is_whole() { Outcome::Yes } else { Outcome::Undecided };
    let outcome = ledger_state.or(found);
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    report.write(args.format.into(), style, context.now, context.ui.out())?;
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

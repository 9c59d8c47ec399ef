//! `audit status`: what runs where.

use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::{Context, complete, warnings};
use crate::deployments::Deployments;
use crate::evidence::deployed::freezes;
use crate::evidence::period::past;
use crate::evidence::{self, history};
use crate::outcome::Outcome;
use crate::share::publication::Publication;
use crate::share::shared::Shared;
use crate::status::{Places, Status, Wanted};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

/// What runs where: since when, deployed and approved by whom, why, how far behind, and the proof
///
/// It says what the deploy and rollback records of the ledger say. BEHIND counts the commits of the default
/// branch (the remote's, else that of HEAD) that do not run, and in brackets how long ago the first of them came
/// onto it: what was merged, by its merge. Exit 1 when nothing runs anywhere, 3 when that is unknown: nothing was ever
/// recorded, or nothing as old as the moment of --at.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StatusArgs {
    /// Only these environments: production, or one service of it: production/api
    #[arg(value_name = "ENV", add = ArgValueCompleter::new(complete::places))]
    places: Vec<String>,

    /// What ran at DATE instead of now, in git's date language; not in the future
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    at: Option<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit status                             every environment and service
  audit status production                  one environment
  audit status --at 'last friday 18:00'    what ran then
  audit status --format json | jq '.environments[] | {env, service, commit}'";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: StatusArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let gathered = evidence::gather(&repo, &args.judge.options(), context.now)?;
    let ledger_state = warnings::ledger(context, &gathered.view);
    let deployments = Deployments::new(gathered.records());
    warnings::unplaced(context, &deployments);
    let date = args.at.as_deref().map(|text| past(&repo, text, context.now)).transpose()?;
    let wanted = Wanted::new(&deployments, &args.places)?;
    let branch = history::default_branch(&repo)?;

    let now = date.unwrap_or(context.now);
    let evidence = gathered.evidence(&repo, &deployments, context.now);
    let mut places = Places::new(evidence, date, branch.as_ref().map(|(_, oid)| *oid));
    let running = places.running(&wanted)?;
    let idle = places.idle(&wanted);
    let unknown = deployments.is_empty() || idle.iter().any(|idle| !idle.why.is_known());
    let outcome = match (running.is_empty(), unknown) {
        (false, _) => Outcome::Yes,
        (true, false) => Outcome::No,
        (true, true) => Outcome::Undecided,
    };
    match (running.is_empty() && idle.is_empty(), deployments.is_empty()) {
        (true, true) => {
            context.ui.note("note: no deployment is recorded here, so what runs is unknown");
            context.ui.note("hint: audit record deploy --env production --outcome success");
        }
        (true, false) => {
            context.ui.note("note: nothing runs: what was deployed to has been deleted since");
        }
        (false, _) => {}
    }
    let freezes = freezes(evidence.records, now)
        .into_iter()
        .filter(|event| wanted.has_frozen(event))
        .collect();
    // How far something was behind at another time is not known: branches keep no history of their own.
    let branch = branch.as_ref().map(|(name, _)| name.as_str()).filter(|_| date.is_none());
    let publication = Publication::of_repo(&repo)?;
    let shared = Shared::of(&publication, gathered.view.chain());
    tell(context, &shared);
    let status = Status { at: now, asked: date.is_some(), branch, running, idle, freezes, shared };
    let outcome = ledger_state.or(outcome);
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    status.write(args.format.into(), style, context.ui.out())?;
    Ok(outcome)
}

/// Says what of the ledger others don't have, and what remotes have done to their lists.
fn tell(context: &Context, shared: &Shared) {
    for trouble in shared.troubles() {
        context.ui.warn(&trouble);
    }
    if !shared.never() && shared.unpublished != Some(0) {
        context.ui.note(&format!("note: {}", shared.words()));
    }
}

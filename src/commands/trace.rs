//! `audit trace`: the road of a change to production.

use super::format::FormatArg;
use super::judge::JudgeArgs;
use super::{Context, complete, warnings};
use crate::deployments::Deployments;
use crate::evidence::{self, history};
use crate::git::graph::Commits;
use crate::git::index::CommitIndex;
use crate::outcome::{Failure, Outcome};
use crate::report::trace;
use crate::trace::target::{CUT_OFF, Found};
use crate::trace::tracer::Tracer;
use crate::trace::{Trace, TraceTarget, Verdict};
use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use std::collections::HashSet;

/// The road of a change to production: change request, reviews, builds, approvals, every environment that it
/// reached, from when until when and by whom
///
/// WHAT is a revision or a tag as in git, what runs in an environment (production~1), a ticket (PAY-88), a
/// change request (#412), or a line of a file (config/pay.yaml:12). Behind `--`, a path: the last change that
/// touched it, at HEAD or in the one revision before the `--`. A change that was squashed, rebased, cherry-picked or
/// backported is found by its files or its patch, and the match is named; so is a commit that reverts it. Exit 0 when
/// it reached an environment, 1 when it never did, or never without what reverts it, 3 when that can't be told.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TraceArgs {
    /// What to trace; HEAD without it
    #[arg(value_name = "WHAT", add = ArgValueCompleter::new(complete::revisions_or_paths))]
    things: Vec<String>,

    /// The last change that touched these paths
    #[arg(last = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<String>,

    /// Look for reverts among all later commits, not only the first after it and the last
    #[arg(long)]
    all_reverts: bool,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: FormatArg,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit trace                        is my last commit in production?
  audit trace 9f2c1ab                the road of a commit
  audit trace PAY-88                 when did the fix ship, where, was it rolled back?
  audit trace '#412'                 a pull or merge request
  audit trace config/pay.yaml:12     why is this line what it is?
  audit trace -- config/pay.yaml     the last change to a file: is it live?
  audit trace rel-1 -- config/       the last change to a folder in a branch";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: TraceArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let (gathered, (reader, commits, index)) =
        evidence::gather_with(&repo, &args.judge.options(), context.now, |judge| {
            let mut reader = history::reader(&repo, true)?;
            reader.tickets = history::tickets(judge.policy())?;
            Ok((reader, Commits::remembering(&repo), CommitIndex::open(&repo)))
        })?;
    let index = index.unwrap_or_else(|damaged| {
        let Failure { message, hint, .. } = damaged;
        let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
        context.ui.warn(&format!("{message}: history is read instead{hint}"));
        None
    });
    let ledger_state = warnings::ledger(context, &gathered.view);
    let deployments = Deployments::new(gathered.records());
    warnings::unplaced(context, &deployments);
    let evidence = gathered.evidence(&repo, &deployments, context.now);
    let mut tracer = Tracer::new(evidence, commits, index, reader, args.all_reverts)?;
    let mut wanted: Vec<TraceTarget> = Vec::new();
    match (args.things.as_slice(), args.paths.as_slice()) {
        ([], []) => wanted.push(repo.commit_id("HEAD")?.into()),
        ([], paths) => wanted.push(tracer.last_change("HEAD", paths)?),
        ([revision], paths @ [_, ..]) => wanted.push(tracer.last_change(revision, paths)?),
        (things, []) => {
            for thing in things {
                let Found { commits, may_be_more } = tracer.find(thing)?;
                wanted.extend(commits);
                if may_be_more {
                    context.ui.warn(&format!("other commits may name {thing}, too: {CUT_OFF}"));
                }
            }
        }
        _ => {
            return Err(Failure::new(
                "paths are looked for in one revision, and several are named",
            )
            .hint("audit trace REV -- PATH traces the last change to PATH in REV")
            .into());
        }
    }
    let mut seen = HashSet::new();
    wanted.retain(|one| seen.insert(one.oid));
    let mut traces = Vec::new();
    for one in wanted {
        traces.push(tracer.trace(one)?);
    }
    let verdicts: Vec<Verdict> = traces.iter().map(Trace::verdict).collect();
    let no = |verdict: &Verdict| matches!(verdict, Verdict::Never | Verdict::Reverted);
    let outcome = if verdicts.iter().any(no) {
        Outcome::No
    } else if verdicts.contains(&Verdict::Unknown) {
        Outcome::Undecided
    } else {
        Outcome::Yes
    };
    let outcome = ledger_state.or(outcome);
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    trace::write(&traces, args.format.into(), style, context.ui.out())?;
    Ok(outcome)
}

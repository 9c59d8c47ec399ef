//! `audit status`: what runs where.

use super::Context;
use super::deployed::{between, count, covering, freezes, summary};
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::period::past;
use super::{complete, history, now, records};
use crate::address::{Target, forced};
use crate::deployments::{Deployment, Deployments, Place};
use crate::event::Event;
use crate::git::{Oid, Repository, object};
use crate::ledger::{Recorded, View};
use crate::outcome::{Failure, Outcome};
use crate::report::status::{Behind, Idle, Running, Status, Why};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use std::collections::HashMap;

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
    let (judge, view, records) = records::read_with_judge(&repo, &args.judge, context.now)?;
    let ledger_state = records::warn(context, &view);
    let deployments = Deployments::new(records);
    records::warn_of_unplaced(context, &deployments);
    let date = args.at.as_deref().map(|text| past(&repo, text)).transpose()?;
    let wanted = Wanted::new(&deployments, &args.places)?;
    let branch = history::default_branch(&repo)?;

    let now = date.unwrap_or(context.now);
    let mut places = Places {
        repo: &repo,
        view: &view,
        judge: &judge,
        records,
        deployments: &deployments,
        date,
        branch: branch.as_ref().map(|(_, oid)| *oid),
        behind: HashMap::new(),
    };
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
    let freezes =
        freezes(records, now).into_iter().filter(|event| wanted.has_frozen(event)).collect();
    // How far something was behind at another time is not known: branches keep no history of their own.
    let branch = branch.as_ref().map(|(name, _)| name.as_str()).filter(|_| date.is_none());
    let status = Status { at: now, asked: date.is_some(), branch, running, idle, freezes };
    let outcome = ledger_state.or(outcome);
    context.ui.decided(outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    status.write(args.format.into(), style, context.ui.out())?;
    Ok(outcome)
}

/// The places asked for, each with the name that was typed; all without one.
struct Wanted<'a> {
    targets: Vec<(&'a str, Target<'a>)>,
}

impl<'a> Wanted<'a> {
    fn new(deployments: &Deployments<'_>, names: &'a [String]) -> Result<Wanted<'a>, Failure> {
        let mut targets = Vec::new();
        for name in names {
            let (forced, bare) = forced(name);
            let Some(target) = deployments.target(bare, forced)? else {
                let known: Vec<&str> = deployments.environments().collect();
                let failure = Failure::new(format!("no record names an environment '{bare}'"));
                return Err(match known.is_empty() {
                    true => failure.hint("no environment is recorded here yet"),
                    false => failure.hint(format!("environments are {}", known.join(", "))),
                });
            };
            targets.push((bare, target));
        }
        Ok(Wanted { targets })
    }

    fn any(&self, is: impl Fn(&Target<'_>) -> bool) -> bool {
        self.targets.is_empty() || self.targets.iter().any(|(_, target)| is(target))
    }

    fn has(&self, place: &Place) -> bool {
        self.any(|target| target.has(place))
    }

    fn has_env(&self, env: &str) -> bool {
        self.any(|target| *target == Target::Environment(env))
    }

    fn has_frozen(&self, event: &Event) -> bool {
        let place = event.place.as_ref();
        let env = place.and_then(|place| place.env.as_deref());
        let service = place.and_then(|place| place.service.as_deref());
        self.any(|target| target.is_concerned(env, service))
    }
}

/// Finds out what runs in each place, and what there is to say of it.
struct Places<'r> {
    repo: &'r Repository,
    view: &'r View,
    judge: &'r Judge,
    records: &'r [Recorded],
    deployments: &'r Deployments<'r>,
    /// What ran then, if it is not the present that is asked for.
    date: Option<i64>,
    /// The branch that changes are merged into.
    branch: Option<Oid>,
    /// How far commits are behind it, as far as that has been asked.
    behind: HashMap<String, Option<Behind>>,
}

impl<'r> Places<'r> {
    /// What runs (or ran) in a place.
    fn deployment(&self, place: &Place<'_>) -> Option<&'r Deployment<'r>> {
        match self.date {
            // What is in force is what runs now, whatever its clock says.
            Some(date) if date < now() => self.deployments.at(place, date),
            _ => self.deployments.current(place),
        }
    }

    /// What runs in the places that are wanted.
    fn running(&mut self, wanted: &Wanted<'_>) -> Result<Vec<Running<'r, 'r>>, Failure> {
        let mut running = Vec::new();
        for place in self.deployments.places().filter(|place| wanted.has(place)) {
            let Some(deployment) = self.deployment(place) else { continue };
            let (repo, commit) = (self.repo, deployment.commit());
            let until = self.date.unwrap_or(i64::MAX);
            let failed = self.deployments.failed_since(deployment);
            running.push(Running {
                deployment,
                event: records::judged(self.view, self.judge, &deployment.event.id)?,
                summary: repo.here(commit).map(|oid| summary(repo, oid)).transpose()?,
                approvals: covering(repo, self.judge, self.records, self.deployments, deployment)?,
                behind: if self.date.is_none() { self.behind(commit)? } else { None },
                failed: failed.filter(|one| one.from <= until).collect(),
            });
        }
        Ok(running)
    }

    /// The places and environments that are wanted where nothing runs as far as is known, and why.
    fn idle(&self, wanted: &Wanted<'_>) -> Vec<Idle> {
        let exists = |env: &str| self.deployments.environments().any(|known| known == env);
        let in_use = |env: &str| {
            self.deployments
                .places()
                .any(|place| place.env == env && self.deployment(place).is_some())
        };
        let mut idle = Vec::new();
        for place in self.deployments.places().filter(|place| wanted.has(place)) {
            let first = self.deployments.first(place);
            let why = match (first, self.date) {
                _ if self.deployment(place).is_some() => continue,
                (Some(first), Some(date)) if date < first => Why::Unknown { first },
                // Of an environment that was deleted there is nothing to say unless somebody asks, nor of one where by
                // now each service is recorded by its name.
                (_, None) if !exists(place.env) && wanted.targets.is_empty() => continue,
                _ if place.service.is_none() && in_use(place.env) => continue,
                _ => Why::Nothing,
            };
            idle.push(Idle { place: place.to_string(), why });
        }
        for env in self.deployments.environments().filter(|env| wanted.has_env(env)) {
            if self.deployments.places().any(|place| place.env == env) {
                continue;
            }
            let tried = self.deployments.all().iter().filter(|one| one.place.env == env);
            let why = match (tried.map(|one| one.from).min(), self.date) {
                (None, _) => Why::NeverDeployed,
                (Some(first), Some(date)) if date < first => Why::Unknown { first },
                (Some(_), _) => Why::NeverSucceeded,
            };
            idle.push(Idle { place: env.to_owned(), why });
        }
        // What never was in force is no place: it failed, or was corrected away.
        for (name, target) in &wanted.targets {
            let known = matches!(target, Target::Environment(env) if exists(env));
            if self.deployments.meant(target).is_empty() && !known {
                idle.push(Idle { place: (*name).to_owned(), why: Why::Nothing });
            }
        }
        idle
    }

    /// How far a commit is behind the branch; `None` where history that would tell is missing.
    fn behind(&mut self, commit: &str) -> Result<Option<Behind>, Failure> {
        if let Some(&known) = self.behind.get(commit) {
            return Ok(known);
        }
        let behind = match (self.branch, self.repo.here(commit)) {
            (Some(branch), Some(oid)) if self.repo.shallow().is_empty() => {
                Some(behind(self.repo, branch, oid)?)
            }
            _ => None,
        };
        self.behind.insert(commit.to_owned(), behind);
        Ok(behind)
    }
}

/// How far `commit` is behind `branch`.
fn behind(repo: &Repository, branch: Oid, commit: Oid) -> Result<Behind, Failure> {
    // When something came onto the branch is told by the branch's own line: a side branch may be old.
    let mut oldest = None;
    for walked in between(repo, commit, branch, true)? {
        let links = object::links(&walked?.raw, repo.hash());
        oldest = links.ok().and_then(|links| i64::try_from(links.date).ok()).or(oldest);
    }
    let (commits, ahead) = (count(repo, commit, branch)?, count(repo, branch, commit)?);
    Ok(Behind { commits, oldest, ahead })
}

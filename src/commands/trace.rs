//! `audit trace`: the road of a change to production.

use super::address::Addresses;
use super::copies::{self, Copies};
use super::deployed::{covering, summary};
use super::format::FormatArg;
use super::judge::{Judge, JudgeArgs};
use super::{Context, complete, history, records};
use crate::deployments::road::{self, Holds};
use crate::deployments::{Deployment, Deployments, field};
use crate::event::{Event, Kind, What};
use crate::git::commits::CommitReader;
use crate::git::contains::{Containing, Contains, Located};
use crate::git::paths::Pathspec;
use crate::git::source::Commits;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository};
use crate::ledger::{Recorded, View};
use crate::outcome::{Failure, Outcome};
use crate::pipeline::{self, FEW_LOOKUPS};
use crate::report::trace::{self, Copied, Reached, Trace, Verdict};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use std::collections::HashSet;

/// The road of a change to production: change request, reviews, builds, approvals, every environment that it
/// reached, from when until when and by whom
///
/// WHAT is a revision or a tag as in git, what runs in an environment (production~1), a ticket (PAY-88), a
/// change request (#412), or a line of a file (config/pay.yaml:12). Behind `--`, a path: the last change that
/// touched it. A change that was squashed, rebased, cherry-picked or backported is found by its files or its
/// patch, and the match is named. Exit 0 when it reached an environment, 1 when it never did, 3 when that
/// can't be told.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TraceArgs {
    /// What to trace; HEAD without it
    #[arg(value_name = "WHAT", add = ArgValueCompleter::new(complete::revisions))]
    things: Vec<String>,

    /// The last change that touched these paths
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<String>,

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
  audit trace -- config/pay.yaml     the last change to a file: is it live?";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: TraceArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let ((judge, reader, commits), view, events) = records::read_meanwhile(&repo, || {
        let judge = Judge::new(&repo, &args.judge, context.now)?;
        Ok((judge, history::reader(&repo, true)?, Commits::remembering(&repo)))
    })?;
    let ledger_state = records::warn(context, &view);
    let deployments = Deployments::new(events);
    records::warn_of_unplaced(context, &deployments);
    let tracer = Tracer {
        repo: &repo,
        tips: tips(&commits, &deployments)?,
        commits,
        reader,
        judge: &judge,
        view: &view,
        events,
        deployments: &deployments,
    };
    let mut wanted = Vec::new();
    if !args.paths.is_empty() {
        wanted.push(last_change(&repo, &args.paths)?);
    } else if args.things.is_empty() {
        wanted.push(repo.commit_id("HEAD")?);
    }
    for thing in &args.things {
        wanted.extend(tracer.find(thing)?);
    }
    let mut seen = HashSet::new();
    wanted.retain(|oid| seen.insert(*oid));
    let mut traces = Vec::new();
    for oid in wanted {
        traces.push(tracer.trace(oid)?);
    }
    let verdicts: Vec<Verdict> = traces.iter().map(Trace::verdict).collect();
    let outcome = if verdicts.contains(&Verdict::Never) {
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

/// Everything that a trace looks at.
struct Tracer<'t> {
    repo: &'t Repository,
    commits: Commits<'t>,
    reader: CommitReader,
    judge: &'t Judge,
    view: &'t View,
    events: &'t [Recorded],
    deployments: &'t Deployments<'t>,
    /// What was deployed, by the numbers of commits.
    tips: Vec<Deployed>,
}

impl<'t> Tracer<'t> {
    /// The commits that a name means.
    fn find(&self, name: &str) -> Result<Vec<Oid>, Failure> {
        let revision = Addresses::among(self.repo, self.view, self.deployments).revision(name)?;
        let unknown = match self.repo.commit_id(&revision) {
            Ok(oid) => return Ok(vec![oid]),
            Err(failure) => failure,
        };
        if let Some(oid) = blamed(self.repo, name)? {
            return Ok(vec![oid]);
        }
        let named = self.naming(name)?;
        if named.is_empty() {
            return Err(Failure::new(format!(
                "'{name}' is no revision, and no commit names it as its ticket or change request"
            ))
            .hint(
                unknown
                    .hint
                    .unwrap_or_else(|| "audit log --ticket shows what names a ticket".to_owned()),
            ));
        }
        Ok(named)
    }

    /// The commits that name a ticket or change request, newest first.
    fn naming(&self, name: &str) -> Result<Vec<Oid>, Failure> {
        let wanted = name.to_lowercase();
        // Making an event of every commit would take longer than looking for the one word.
        let word: String = wanted.chars().filter(|c| c.is_alphanumeric()).collect();
        let tail = wanted.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or(&word).to_owned();
        if tail.is_empty() {
            return Ok(Vec::new());
        }
        let plan = Plan { tips: self.repo.all_tips()?, ..Plan::default() };
        let work = |walked: Result<Walked, Failure>| -> Result<Option<Oid>, Failure> {
            let walked = walked?;
            if !String::from_utf8_lossy(&walked.raw).to_lowercase().contains(&tail) {
                return Ok(None);
            }
            let event = self.reader.event(self.repo, &walked)?.event;
            let ticket = event.why.tickets.iter().any(|ticket| ticket.to_lowercase() == wanted);
            let change = matches!(&event.what, What::Commit(facts)
                if facts.change.as_ref().is_some_and(|change| change.id.to_lowercase() == wanted));
            Ok((ticket || change).then_some(walked.oid))
        };
        let mut found = Vec::new();
        let walk = Walk::new(Commits::new(self.repo), plan)?;
        pipeline::try_each(walk, work, |oid| found.extend(oid))?;
        found.extend(self.recorded_as(&wanted));
        Ok(found)
    }

    /// The merge commits that change records give for the number of a request.
    fn recorded_as(&self, wanted: &str) -> Vec<Oid> {
        let number = wanted.trim_start_matches(['#', '!']);
        let changes = self.events.iter().filter(|event| event.kind == Kind::Change);
        changes
            .filter(|event| event.request_number().as_deref() == Some(number))
            .filter_map(|event| self.repo.hash().oid(field(event, "merge_commit")?.as_bytes()))
            .filter(|&oid| self.repo.contains(oid))
            .collect()
    }

    fn event(&self, oid: Oid) -> Result<Event, Failure> {
        let walked = Walked { oid, raw: Commits::without_graph(self.repo).read(oid)? };
        Ok(self.judge.event(self.reader.event(self.repo, &walked)?))
    }

    fn trace(&self, oid: Oid) -> Result<Trace<'t, 't>, Failure> {
        let commit = self.event(oid)?;
        let mut own = Containing::new(&self.commits, oid);
        let Merged { branch, on_branch, by: merged } = self.merged(oid, &mut own)?;
        let copies = self.copies(oid, &commit, &mut own)?;
        let mut copied: Vec<Containing<'_, '_>> =
            copies.found.iter().map(|copy| Containing::new(&self.commits, copy.oid)).collect();

        let mut failure = None;
        let road = road::follow(self.deployments, |deployed| {
            match self.holds(deployed, &mut own, &mut copied) {
                Ok((holds, _)) => holds,
                Err(error) => {
                    failure.get_or_insert(error);
                    Holds::Unknown
                }
            }
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        let mut reached = Vec::new();
        for stay in road.stays {
            let (_, through) = self.holds(stay.first, &mut own, &mut copied)?;
            reached.push(Reached {
                event: records::judged(self.view, self.judge, &stay.first.event.id)?,
                approvals: covering(self.repo, self.events, self.deployments, stay.first)?,
                through,
                stay,
            });
        }
        reached.sort_by_key(|one| one.stay.first.from);
        let copies_shown = copies
            .found
            .iter()
            .map(|copy| {
                let summary = summary(self.repo, copy.oid)?;
                Ok(Copied { id: copy.oid.to_string(), how: copy.how, summary })
            })
            .collect::<Result<Vec<Copied>, Failure>>()?;
        let mut related: HashSet<&str> = std::iter::once(commit.id.as_str())
            .chain(merged.as_ref().map(|it: &Event| it.id.as_str()))
            .collect();
        related.extend(copies_shown.iter().map(|copy| copy.id.as_str()));
        let mut checked = related.clone();
        checked.extend(reached.iter().map(|one| one.stay.first.commit));
        let numbers: HashSet<String> = [Some(&commit), merged.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(Event::request_number)
            .collect();
        let reviews = self.records_where(|event| {
            event.kind == Kind::Review
                && (["commit", "head_commit"].iter().any(|name| names(event, name, &related))
                    || event.request_number().is_some_and(|number| numbers.contains(&number)))
        })?;
        let checks = self.records_where(|event| {
            matches!(event.kind, Kind::Build | Kind::Test) && names(event, "commit", &checked)
        })?;
        Ok(Trace {
            branch,
            on_branch,
            reviews,
            checks,
            copies: copies_shown,
            reached,
            failed: road.failed,
            unknown: road.unknown,
            cut: copies.cut,
            deployments: self.deployments.all().len(),
            merged,
            commit,
        })
    }

    /// Records that are meant, judged.
    fn records_where(&self, meant: impl Fn(&Recorded) -> bool) -> Result<Vec<Event>, Failure> {
        let meant = self.events.iter().filter(|event| meant(event));
        meant.map(|event| records::judged(self.view, self.judge, &event.id)).collect()
    }

    /// Whether a deployed commit holds the one traced, and through which copy.
    fn holds(
        &self,
        deployment: &Deployment<'_>,
        own: &mut Containing<'_, '_>,
        copied: &mut [Containing<'_, '_>],
    ) -> Result<(Holds, Option<usize>), Failure> {
        let deployed = self.tips.get(deployment.commit_number).copied().unwrap_or_default();
        let mut unknown = deployed.tip.is_none();
        for tip in deployed.tip.into_iter().chain(deployed.code) {
            match own.ask_located(tip)? {
                Contains::Yes => return Ok((Holds::Yes, None)),
                Contains::Unknown => unknown = true,
                Contains::No => {}
            }
            for (number, copy) in copied.iter_mut().enumerate() {
                if copy.ask_located(tip)? == Contains::Yes {
                    return Ok((Holds::Yes, Some(number)));
                }
            }
        }
        Ok((if unknown { Holds::Unknown } else { Holds::No }, None))
    }

    /// Copies of a commit, looked for only where a deployment made after it does not hold it.
    fn copies(
        &self,
        oid: Oid,
        commit: &Event,
        own: &mut Containing<'_, '_>,
    ) -> Result<Copies, Failure> {
        let What::Commit(facts) = &commit.what else { return Ok(Copies::default()) };
        let authored = facts.authored.or(commit.when).map_or(i64::MIN, |when| when.seconds);
        let mut without = Vec::new();
        let mut seen = vec![false; self.tips.len()];
        for one in self.deployments.all().iter().filter(|one| one.from >= authored) {
            let number = one.commit_number;
            let (Some(deployed), Some(seen)) = (self.tips.get(number), seen.get_mut(number)) else {
                continue;
            };
            let Some(tip) = deployed.tip.filter(|_| !std::mem::replace(seen, true)) else {
                continue;
            };
            if own.ask_located(tip)? == Contains::No {
                without.push(deployed.code.unwrap_or(tip).oid);
            }
        }
        if without.is_empty() {
            return Ok(Copies::default());
        }
        copies::find(self.repo, &self.commits, self.events, oid, own, &without)
    }

    /// The default branch, whether the commit is on it, and the commit of its first-parent line that
    /// brought it.
    fn merged(&self, oid: Oid, own: &mut Containing<'_, '_>) -> Result<Merged, Failure> {
        let Some((name, tip)) = history::default_branch(self.repo)? else {
            return Ok(Merged::default());
        };
        let branch = Some(name);
        match own.ask(tip)? {
            Contains::Unknown => return Ok(Merged { branch, ..Merged::default() }),
            Contains::No => {
                return Ok(Merged { branch, on_branch: Some(false), ..Merged::default() });
            }
            Contains::Yes => {}
        }
        let at = own.brought_by(tip)?;
        let by = if at == oid { None } else { Some(self.event(at)?) };
        Ok(Merged { branch, on_branch: Some(true), by })
    }
}

/// How a commit came onto the branch that changes are merged into.
#[derive(Default)]
struct Merged {
    branch: Option<String>,
    /// `None` where it can't be told.
    on_branch: Option<bool>,
    /// The commit of the branch's own line that brought it, if not it itself.
    by: Option<Event>,
}

fn names(event: &Event, name: &str, commits: &HashSet<&str>) -> bool {
    field(event, name).is_some_and(|commit| commits.contains(commit))
}

/// A commit that was deployed.
#[derive(Debug, Clone, Copy, Default)]
struct Deployed {
    /// Where it is; `None` for an id that can't be one of this repository.
    tip: Option<Located>,
    /// The code commit that it names, where it holds rendered manifests.
    code: Option<Located>,
}

/// Looks for everything that was deployed. A place where the last deployment is none of rendered manifests is
/// not looked at further for those.
fn tips(commits: &Commits<'_>, deployments: &Deployments<'_>) -> Result<Vec<Deployed>, Failure> {
    let repo = commits.repository();
    let located = |oid: Oid| Located::new(commits, oid);
    let named: Vec<(&str, usize)> = deployments.commits().collect();
    let found = pipeline::each(&named, FEW_LOOKUPS, |(commit, _)| {
        repo.hash().oid(commit.as_bytes()).map(located)
    });
    let mut tips = vec![Deployed::default(); named.len()];
    for ((_, number), tip) in named.into_iter().zip(found) {
        if let Some(deployed) = tips.get_mut(number) {
            deployed.tip = tip;
        }
    }
    for place in deployments.places() {
        for one in deployments.history(place).rev() {
            let Some(deployed) = tips.get_mut(one.commit_number) else { continue };
            let Some(tip) = deployed.tip.filter(|tip| repo.contains(tip.oid)) else { continue };
            match copies::hydrates(repo, tip.oid)? {
                Some(code) => deployed.code = Some(located(code)),
                None => break,
            }
        }
    }
    Ok(tips)
}

/// The last commit at HEAD that touched paths.
fn last_change(repo: &Repository, paths: &[String]) -> Result<Oid, Failure> {
    let tip = Tip { oid: repo.commit_id("HEAD")?, exclude: false };
    let paths_meant = Pathspec::parse(paths, repo.prefix())?;
    let plan = Plan { tips: vec![tip], paths: Some(paths_meant), ..Plan::default() };
    match Walk::new(Commits::new(repo), plan)?.next() {
        Some(walked) => Ok(walked?.oid),
        None => Err(Failure::new(format!("no commit at HEAD touched {}", paths.join(", ")))
            .hint("paths are read from the folder that you stand in, as in git")),
    }
}

/// The commit that last changed a line, `PATH:LINE`, as `git blame` says; `None` for another text, or
/// where HEAD has no such file.
fn blamed(repo: &Repository, text: &str) -> Result<Option<Oid>, Failure> {
    let Some((path, line)) = text.rsplit_once(':') else { return Ok(None) };
    let Some(line) = line.parse::<u32>().ok().filter(|&line| line > 0) else { return Ok(None) };
    if path.is_empty() {
        return Ok(None);
    }
    let output = repo
        .git()
        .args(["blame", "--porcelain", "-L", &format!("{line},{line}"), "HEAD", "--", path])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git blame: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        return Err(Failure::new(format!("{path}, line {line}: {said}"))
            .hint("paths are read from the folder that you stand in; lines as they are at HEAD"));
    }
    let id = output.stdout.split(|&byte| byte == b' ').next().unwrap_or_default();
    Ok(repo.hash().oid(id))
}

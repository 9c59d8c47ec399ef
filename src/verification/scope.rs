//! What is judged: everything, a range, an environment, a candidate, the ledger alone.

use super::push::Push;
use super::{Candidate, Request, reach};
use crate::address::{Names, Place, Target, forced};
use crate::deployments::{self, Deployments, named_commits};
use crate::event::{Event, Kind};
use crate::evidence::addresses::Addresses;
use crate::evidence::default_branch::DefaultBranch;
use crate::evidence::root::{self, TrustRoot};
use crate::evidence::{history, records};
use crate::git::graph::Commits;
use crate::git::repository::ObjectKind;
use crate::git::revision::Start;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository, dates};
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use crate::policy::file::matches;
use crate::policy::{Policy, nearest};
use crate::ui::shell::word;
use std::collections::HashSet;

/// Which sort of verification it is.
pub(super) enum ScopeKind {
    /// The history of HEAD, of the trusted branch and of all tags, with everything recorded.
    Everything,
    /// Commits that the user named, and what concerns them.
    Range,
    /// The ledger and its records.
    Ledger,
    /// What runs in an environment.
    Environment { name: String },
    /// A commit that may go to an environment.
    Candidate { commit: String, destination: Destination },
    /// What a push brings and takes away.
    Push(Push),
}

/// Where a candidate may go.
pub(super) enum Destination {
    /// As a user types it: an environment, or a service of one.
    Named(String),
    /// As records write it: the whole name of an environment, and the service.
    Exact { env: String, service: Option<String> },
}

/// What is judged.
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    /// What reports call it.
    pub(super) name: String,
    /// Walks over what is judged; `None` where no commits are.
    plans: Option<Vec<Plan>>,
    since: Option<i64>,
}

impl Scope {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Unknown revisions, environments and dates; names that mean both.
    pub(super) fn find(
        repo: &Repository,
        view: &View,
        request: &Request,
        now: i64,
    ) -> Result<Scope, Failure> {
        let addresses = Addresses::new(repo, view, now);
        let since = request.since.as_deref().map(|text| dates::parse(repo, text)).transpose()?;
        let scope = |whole, name: String, plans| Scope { kind: whole, name, plans, since };
        if let Some(Candidate { revision, env, service, exact }) = &request.candidate {
            let commit = repo.commit_id(&addresses.revision(revision)?)?.to_string();
            let name = match service {
                Some(service) => {
                    format!("{revision} as a candidate for service {service} of {env}")
                }
                None => format!("{revision} as a candidate for {env}"),
            };
            let destination = match (service, exact) {
                (None, false) => Destination::Named(env.clone()),
                (service, _) => Destination::Exact { env: env.clone(), service: service.clone() },
            };
            return Ok(scope(ScopeKind::Candidate { commit, destination }, name, None));
        }
        if request.ledger {
            return Ok(scope(ScopeKind::Ledger, "the ledger".into(), None));
        }
        if is_environment(&addresses, view, &request.subjects)?
            && let [name] = request.subjects.as_slice()
        {
            let subject = format!("what runs in {}", forced(name).1);
            return Ok(scope(ScopeKind::Environment { name: name.clone() }, subject, None));
        }
        let starts: Vec<Start> = request.subjects.iter().cloned().map(Start::Revision).collect();
        let mut tips = repo.select(&addresses.starts(&starts)?, &[], true)?.tips;
        let named = !tips.is_empty();
        if tips.iter().all(|tip| tip.exclude) {
            tips.extend(match (named, request.all) {
                (true, _) => history::head(repo)?.map(include).into_iter().collect(),
                (false, true) => repo.all_tips()?,
                (false, false) => everything(repo)?,
            });
        }
        let plan = Plan { tips, since, ..Plan::default() };
        let (whole, name) = match named {
            true => (ScopeKind::Range, request.subjects.join(" ")),
            false => (ScopeKind::Everything, "everything".to_owned()),
        };
        Ok(scope(whole, name, Some(vec![plan])))
    }

    /// What a push brings to its receiver.
    ///
    /// # Errors
    /// When what is pushed, or the adopted commit, is not here.
    pub(super) fn of_push(
        repo: &Repository,
        push: Push,
        policy: &Policy,
    ) -> Result<Scope, Failure> {
        let plans = Some(push.plans(repo, policy)?);
        let name = push.name.clone();
        let mut scope = Scope { kind: ScopeKind::Push(push), name, plans, since: None };
        if scope.plans.iter().flatten().next().is_some() {
            scope.begin(repo, policy)?;
        }
        Ok(scope)
    }

    /// Whether a part of history is judged, and what concerns that part.
    pub(super) fn is_range(&self) -> bool {
        matches!(self.kind, ScopeKind::Range | ScopeKind::Push(_))
    }

    /// Whether commits are judged.
    pub(super) fn is_walked(&self) -> bool {
        self.plans.is_some()
    }

    /// Whether a ledger that is not here leaves something open.
    pub(super) fn needs_ledger(&self) -> bool {
        !self.is_range()
    }

    /// The walks, where commits are judged.
    pub(super) fn walks<'r>(&self, repo: &'r Repository) -> Result<Option<Walks<'r>>, Failure> {
        let plans = self.plans.iter().flatten().filter(|plan| !plan.tips.is_empty());
        let walks: Result<Vec<Walk<'r>>, Failure> =
            plans.map(|plan| Walk::new(Commits::verified(repo), plan.clone())).collect();
        let walks = walks?;
        Ok((!walks.is_empty()).then(|| Walks::new(walks)))
    }

    /// Leaves out what stands before the policy's adoption.
    ///
    /// # Errors
    /// When the adopted commit is not here.
    pub(super) fn begin(&mut self, repo: &Repository, policy: &Policy) -> Result<(), Failure> {
        if let Some(plans) = &mut self.plans {
            let adopted = adopted(repo, policy)?.map(|oid| Tip { oid, exclude: true });
            plans.iter_mut().for_each(|plan| plan.tips.extend(adopted));
        }
        Ok(())
    }

    /// The trust root that judges this: the one that was found, unless it stands itself among the commits
    /// of a range; then what stood at the range's base.
    ///
    /// # Errors
    /// When history can't be read.
    pub(super) fn outside_root(
        &self,
        repo: &Repository,
        found: TrustRoot,
    ) -> Result<TrustRoot, Failure> {
        let Some(trusted) = found.commit.filter(|_| self.is_range() && !found.named) else {
            return Ok(found);
        };
        // Without an end it is a whole history, in which each change of the root is judged by itself.
        let selected = self.walks(repo)?.as_ref().and_then(Walks::selected);
        if !selected.is_some_and(|selected| selected.contains(&trusted)) {
            return Ok(found);
        }
        let bases =
            self.plans.iter().flatten().flat_map(|plan| &plan.tips).filter(|tip| tip.exclude);
        for base in bases {
            if let Some(root) = TrustRoot::at(repo, base.oid, "the base of the range")? {
                return Ok(root);
            }
        }
        Ok(TrustRoot::of_git())
    }

    /// When the period that was asked for begins.
    pub(super) fn since(&self) -> Option<i64> {
        self.since
    }

    /// Whether a moment lies in the period asked for.
    pub(super) fn in_period(&self, when: Option<i64>) -> bool {
        self.since.is_none_or(|since| when.is_some_and(|when| when >= since))
    }

    /// What the name of the environment or destination means, by the names that the policy and the records know;
    /// `None` where the question is another one.
    ///
    /// # Errors
    /// A name that nobody knows, or that means two things, or that is nearly one of the policy: its rules would not
    /// be asked, so that a slip of the pen would be a pass.
    pub(super) fn target<'t>(
        &'t self,
        policy: &Policy,
        records: &[Recorded],
    ) -> Result<Option<Target<'t>>, Failure> {
        let mut names = deployments::names(records);
        policy.environments.keys().for_each(|env| names.environment(env));
        let target = match &self.kind {
            ScopeKind::Environment { name }
            | ScopeKind::Candidate { destination: Destination::Named(name), .. } => {
                let (forced, bare) = forced(name);
                let reading = names.read(bare, forced)?;
                reading.ok_or_else(|| unknown(bare, &names))?.target
            }
            ScopeKind::Candidate { destination: Destination::Exact { env, service }, .. } => {
                let env = forced(env).1;
                if !names.environments().any(|known| known == env) {
                    return Err(unknown(env, &names));
                }
                match service {
                    None => Target::Environment(env),
                    Some(service) => Target::Place(Place { env, service: Some(service) }),
                }
            }
            ScopeKind::Everything | ScopeKind::Range | ScopeKind::Ledger | ScopeKind::Push(_) => {
                return Ok(None);
            }
        };
        let env = target.env();
        let alike =
            |known: &&String| known.trim().eq_ignore_ascii_case(env.trim_end_matches('/').trim());
        match policy.environments.keys().find(alike) {
            Some(alike) if !policy.environments.contains_key(env) => Err(Failure::new(format!(
                "'{env}' is on record, but the policy's environment is '{alike}'"
            ))
            .hint(format!(
                "did you mean '{alike}'? The rules of one are not asked about the other"
            ))),
            _ => Ok(Some(target)),
        }
    }

    /// Whether a record is judged; `target` is what [`Scope::target`] found.
    pub(super) fn takes(
        &self,
        record: &Event,
        target: Option<&Target<'_>>,
        seen: &HashSet<Oid>,
        repo: &Repository,
    ) -> bool {
        let concerns = match &self.kind {
            ScopeKind::Everything | ScopeKind::Ledger => true,
            ScopeKind::Range | ScopeKind::Push(_) => named_commits(record)
                .any(|id| repo.hash().oid(id.as_bytes()).is_some_and(|oid| seen.contains(&oid))),
            ScopeKind::Environment { .. } | ScopeKind::Candidate { .. } => {
                target.is_some_and(|target| about(record, target))
            }
        };
        concerns && self.in_period(record.when.map(|when| when.seconds))
    }

    /// The tips of protected branches from which first-parent lines are followed.
    pub(super) fn protected_tips(
        &self,
        repo: &Repository,
        policy: &Policy,
    ) -> Result<Vec<Oid>, Failure> {
        if let ScopeKind::Push(push) = &self.kind {
            return push.protected_tips(repo, policy);
        }
        let patterns = match &policy.branches {
            Some(patterns) => patterns.clone(),
            None => match DefaultBranch::find(repo)? {
                DefaultBranch { name: Some(name), .. } => vec![name],
                // As in CI: what is checked out stands for the branch.
                DefaultBranch { name: None, tip, .. } => return Ok(tip.into_iter().collect()),
            },
        };
        let mut tips: Vec<Oid> = reach::branches(repo)?
            .into_iter()
            .filter(|(name, _, _)| matches(&patterns, name))
            .map(|(_, _, tip)| tip)
            .collect();
        tips.sort();
        tips.dedup();
        Ok(tips)
    }
}

/// Several walks as one, in which each commit comes once.
pub(super) struct Walks<'r> {
    walks: Vec<Walk<'r>>,
    /// What has come, where there are several.
    seen: HashSet<Oid>,
    several: bool,
}

impl<'r> Walks<'r> {
    fn new(mut walks: Vec<Walk<'r>>) -> Walks<'r> {
        walks.reverse();
        Walks { several: walks.len() > 1, walks, seen: HashSet::new() }
    }

    /// The commits of a single limited walk.
    fn selected(&self) -> Option<HashSet<Oid>> {
        self.walks.first().filter(|_| !self.several)?.selected()
    }
}

impl Iterator for Walks<'_> {
    type Item = Result<Walked, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.walks.last_mut()?.next() {
                None => {
                    self.walks.pop();
                }
                Some(Ok(walked)) if self.several && !self.seen.insert(walked.oid) => {}
                item => return item,
            }
        }
    }
}

fn include(oid: Oid) -> Tip {
    Tip { oid, exclude: false }
}

/// HEAD, the trusted branch and every tag.
fn everything(repo: &Repository) -> Result<Vec<Tip>, Failure> {
    let mut oids: Vec<Oid> = history::head(repo)?.into_iter().collect();
    oids.extend(root::trusted_ref(repo)?.map(|(oid, _)| oid));
    oids.extend(repo.refs("refs/tags/")?.iter().map(|reference| reference.target));
    let mut tips: Vec<Tip> = Vec::new();
    for oid in oids {
        if let (oid, ObjectKind::Commit) = repo.peel(oid)?
            && !tips.iter().any(|tip| tip.oid == oid)
        {
            tips.push(include(oid));
        }
    }
    Ok(tips)
}

/// The commit after which judging begins.
fn adopted(repo: &Repository, policy: &Policy) -> Result<Option<Oid>, Failure> {
    let Some(id) = &policy.adopted else { return Ok(None) };
    let missing = || {
        Failure::new(format!(
            "commit {id}, after which the policy begins to judge (adopted), is not in this repository"
        ))
        .hint("history is incomplete here: `git fetch --unshallow` (or fetch-depth: 0 in CI) brings it")
    };
    repo.here(id).ok_or_else(missing).map(Some)
}

/// An environment that the user named as a whole: what runs there is judged, not its commit alone.
fn is_environment(
    addresses: &Addresses<'_>,
    view: &View,
    subjects: &[String],
) -> Result<bool, Failure> {
    let [subject] = subjects else { return Ok(false) };
    let events = records::unjudged(view)?;
    let deployments = Deployments::new(&events);
    Ok(addresses.environment(&deployments, subject)?.is_some())
}

/// A gate is asked about an environment that neither the policy nor a record names: nothing would be asked of it.
fn unknown(name: &str, names: &Names<'_>) -> Failure {
    let failure = Failure::new(format!("there is no environment '{name}'"));
    if let Ok(Some(reading)) = names.read(name, false)
        && let Place { env, service: Some(service) } = reading.target.place()
    {
        let (env, service) = (word(env), word(service));
        return failure.hint(format!("for the service: --env {env} --service {service}"));
    }
    failure.hint(match nearest(name, names.environments()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => {
            "the policy or a record must name it first: audit status lists those of records".into()
        }
    })
}

/// Whether a record about deploys is about an environment or place.
fn about(record: &Event, asked: &Target<'_>) -> bool {
    let place = record.place.as_ref().filter(|_| {
        matches!(record.kind, Kind::Deploy | Kind::Rollback | Kind::Approval | Kind::Freeze)
    });
    place.is_some_and(|place| asked.is_concerned(place.env.as_deref(), place.service.as_deref()))
}

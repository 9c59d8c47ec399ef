//! What runs where, at one moment: the deployment in force in each place, its approvals, and how far it is behind.

use crate::address::{Target, forced};
use crate::deployments::approvals::Approval;
use crate::deployments::{Deployment, Deployments, Place};
use crate::event::{Event, What};
use crate::evidence::Evidence;
use crate::evidence::deployed::{between, count, covering, summary};
use crate::git::{Oid, Repository, object};
use crate::outcome::Failure;
use crate::share::shared::Shared;
use std::collections::HashMap;

/// What runs in one place.
#[derive(Debug, Clone)]
pub struct Running<'d, 'e> {
    /// The deployment in force.
    pub deployment: &'d Deployment<'e>,
    /// The record, judged.
    pub event: Event,
    /// The summary of the commit; `None` when it is not in this clone.
    pub summary: Option<String>,
    /// Approvals and rejections that cover it.
    pub approvals: Vec<Approval<'e>>,
    /// What waits on the branch; `None` when that can't be told.
    pub behind: Option<Behind>,
    /// Deployments that failed since.
    pub failed: Vec<&'d Deployment<'e>>,
}

/// How far a deployed commit is behind the branch that changes are merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Commits of the branch that do not run.
    pub commits: usize,
    /// When the oldest of them came onto the branch, in seconds since 1970 UTC.
    pub oldest: Option<i64>,
    /// Commits that run and are not on the branch.
    pub ahead: usize,
}

/// The whole report.
#[derive(Debug, Clone)]
pub struct Status<'d, 'e> {
    /// For which moment, in seconds since 1970 UTC.
    pub at: i64,
    /// Whether somebody asked for that moment, and not for the present.
    pub asked: bool,
    /// The branch that places are compared with.
    pub branch: Option<&'d str>,
    /// What runs, by place.
    pub running: Vec<Running<'d, 'e>>,
    /// Places where nothing runs as far as is known: by name.
    pub idle: Vec<Idle>,
    /// Freezes in force.
    pub freezes: Vec<&'e Event>,
    /// What of the ledger is published.
    pub shared: Shared,
}

/// A place where nothing runs as far as the ledger knows.
#[derive(Debug, Clone)]
pub struct Idle {
    /// Its name.
    pub place: String,
    /// Why.
    pub why: Why,
}

/// Why nothing runs in a place as far as the ledger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was deleted.
    Nothing,
    /// No deployment has succeeded.
    NeverSucceeded,
    /// None was tried.
    NeverDeployed,
    /// The first deployment on record is younger: what ran before, nobody has told.
    Unknown {
        /// Its time.
        first: i64,
    },
}

impl Why {
    /// Whether records tell that nothing ran.
    pub fn is_known(self) -> bool {
        !matches!(self, Why::Unknown { .. })
    }
}

/// The places asked for, each with the name that was typed; all without one.
pub(crate) struct Wanted<'a> {
    targets: Vec<(&'a str, Target<'a>)>,
}

impl<'a> Wanted<'a> {
    /// Those that these names mean; all without a name.
    ///
    /// # Errors
    /// When no record names one, or one means several.
    pub(crate) fn new(
        deployments: &Deployments<'_>,
        names: &'a [String],
    ) -> Result<Wanted<'a>, Failure> {
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

    /// Whether a freeze concerns one of them.
    pub(crate) fn has_frozen(&self, event: &Event) -> bool {
        let place = event.place.as_ref();
        let env = place.and_then(|place| place.env.as_deref());
        let service = place.and_then(|place| place.service.as_deref());
        self.any(|target| target.is_concerned(env, service))
    }
}

/// Whether it went to an environment that a forge makes for one change request.
fn is_transient(deployment: &Deployment<'_>) -> bool {
    let event: &Event = deployment.event;
    matches!(&event.what, What::Record(fields) if fields.get("transient") == Some(&true.into()))
}

/// Finds out what runs in each place, and what there is to say of it.
pub(crate) struct Places<'r> {
    evidence: Evidence<'r>,
    /// What ran then, if it is not the present that is asked for.
    date: Option<i64>,
    /// The branch that changes are merged into.
    branch: Option<Oid>,
    /// How far commits are behind it, as far as that has been asked.
    behind: HashMap<String, Option<Behind>>,
}

impl<'r> Places<'r> {
    /// What runs now, or ran at `date`; `branch` is the commit of the branch that changes are merged into.
    pub(crate) fn new(
        evidence: Evidence<'r>,
        date: Option<i64>,
        branch: Option<Oid>,
    ) -> Places<'r> {
        Places { evidence, date, branch, behind: HashMap::new() }
    }

    /// What runs (or ran) in a place.
    fn deployment(&self, place: &Place<'_>) -> Option<&'r Deployment<'r>> {
        match self.date {
            // What is in force is what runs now, whatever its clock says.
            Some(date) if date < self.evidence.now => self.evidence.deployments.at(place, date),
            _ => self.evidence.deployments.current(place),
        }
    }

    /// What runs in the places that are wanted.
    pub(crate) fn running(&mut self, wanted: &Wanted<'_>) -> Result<Vec<Running<'r, 'r>>, Failure> {
        let mut running = Vec::new();
        for place in self.evidence.deployments.places().filter(|place| wanted.has(place)) {
            let Some(deployment) = self.deployment(place) else { continue };
            // What comes and goes with a change request is shown to whoever asks for it.
            if wanted.targets.is_empty() && is_transient(deployment) {
                continue;
            }
            let (repo, commit) = (self.evidence.repo, deployment.commit());
            let until = self.date.unwrap_or(i64::MAX);
            let failed = self.evidence.deployments.failed_since(deployment);
            running.push(Running {
                deployment,
                event: self.evidence.judged(&deployment.event.id)?,
                summary: repo.here(commit).map(|oid| summary(repo, oid)).transpose()?,
                approvals: covering(&self.evidence, deployment)?,
                behind: if self.date.is_none() { self.behind(commit)? } else { None },
                failed: failed.filter(|one| one.from <= until).collect(),
            });
        }
        Ok(running)
    }

    /// The places and environments that are wanted where nothing runs as far as is known, and why.
    pub(crate) fn idle(&self, wanted: &Wanted<'_>) -> Vec<Idle> {
        let exists = |env: &str| self.evidence.deployments.environments().any(|known| known == env);
        let in_use = |env: &str| {
            self.evidence
                .deployments
                .places()
                .any(|place| place.env == env && self.deployment(place).is_some())
        };
        let mut idle = Vec::new();
        for place in self.evidence.deployments.places().filter(|place| wanted.has(place)) {
            let first = self.evidence.deployments.first(place);
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
        for env in self.evidence.deployments.environments().filter(|env| wanted.has_env(env)) {
            if self.evidence.deployments.places().any(|place| place.env == env) {
                continue;
            }
            let tried = self.evidence.deployments.all().iter().filter(|one| one.place.env == env);
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
            if self.evidence.deployments.meant(target).is_empty() && !known {
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
        let behind = match (self.branch, self.evidence.repo.here(commit)) {
            (Some(branch), Some(oid)) if self.evidence.repo.shallow().is_empty() => {
                Some(behind(self.evidence.repo, branch, oid)?)
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

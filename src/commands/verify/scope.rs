//! What is judged: everything, a range, an environment, a candidate, the ledger alone.

use super::push::Push;
use super::{VerifyArgs, reach};
use crate::commands::address::Addresses;
use crate::commands::trusted::{self, TrustRoot};
use crate::commands::{history, records};
use crate::deployments::{Deployments, Place, named_commits};
use crate::event::{Event, Kind};
use crate::git::refs::{Head, Ref};
use crate::git::repository::ObjectKind;
use crate::git::revision::Start;
use crate::git::source::Commits;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository, dates};
use crate::ledger::View;
use crate::outcome::Failure;
use crate::policy::Policy;
use crate::policy::file::matches;
use std::collections::HashSet;

/// Which sort of verification it is.
pub(super) enum Whole {
    /// The history of HEAD, of the trusted branch and of all tags, with everything recorded.
    Everything,
    /// Commits that the user named, and what concerns them.
    Range,
    /// The ledger and its records.
    Ledger,
    /// What runs in an environment.
    Environment(String),
    /// A commit that may go to an environment.
    Candidate { commit: String, env: String },
    /// What a push brings and takes away.
    Push(Push),
}

/// What is judged.
pub(super) struct Scope {
    pub(super) whole: Whole,
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
        args: &VerifyArgs,
    ) -> Result<Scope, Failure> {
        let addresses = Addresses::new(repo, view);
        let since = args.since.as_deref().map(|text| dates::parse(repo, text)).transpose()?;
        let scope = |whole, name: String, plans| Scope { whole, name, plans, since };
        if let (Some(revision), Some(env)) = (&args.candidate, &args.env) {
            let commit = repo.commit_id(&addresses.revision(revision)?)?.to_string();
            let name = format!("{revision} as a candidate for {env}");
            return Ok(scope(Whole::Candidate { commit, env: env.clone() }, name, None));
        }
        if args.ledger {
            return Ok(scope(Whole::Ledger, "the ledger".into(), None));
        }
        if let Some(name) = environment(&addresses, view, &args.subjects)? {
            return Ok(scope(
                Whole::Environment(name.clone()),
                format!("what runs in {name}"),
                None,
            ));
        }
        let starts: Vec<Start> = args.subjects.iter().cloned().map(Start::Revision).collect();
        let mut tips = repo.select(&addresses.starts(&starts)?, &[], true)?.tips;
        let named = !tips.is_empty();
        if tips.iter().all(|tip| tip.exclude) {
            tips.extend(match (named, args.all) {
                (true, _) => history::head(repo)?.map(include).into_iter().collect(),
                (false, true) => repo.all_tips()?,
                (false, false) => everything(repo)?,
            });
        }
        let plan = Plan { tips, since, ..Plan::default() };
        let (whole, name) = match named {
            true => (Whole::Range, args.subjects.join(" ")),
            false => (Whole::Everything, "everything".to_owned()),
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
        let mut scope = Scope { whole: Whole::Push(push), name, plans, since: None };
        if scope.plans.iter().flatten().next().is_some() {
            scope.begin(repo, policy)?;
        }
        Ok(scope)
    }

    /// Whether a part of history is judged, and what concerns that part.
    pub(super) fn is_range(&self) -> bool {
        matches!(self.whole, Whole::Range | Whole::Push(_))
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

    /// Whether a record is judged.
    pub(super) fn takes(&self, record: &Event, seen: &HashSet<Oid>, repo: &Repository) -> bool {
        let concerns = match &self.whole {
            Whole::Everything | Whole::Ledger => true,
            Whole::Range | Whole::Push(_) => named_commits(record)
                .any(|id| repo.hash().oid(id.as_bytes()).is_some_and(|oid| seen.contains(&oid))),
            Whole::Environment(env) | Whole::Candidate { env, .. } => about(record, place(env)),
        };
        concerns && self.in_period(record.when.map(|when| when.seconds))
    }

    /// The tips of protected branches from which first-parent lines are followed.
    pub(super) fn protected_tips(
        &self,
        repo: &Repository,
        policy: &Policy,
    ) -> Result<Vec<Oid>, Failure> {
        if let Whole::Push(push) = &self.whole {
            return push.protected_tips(repo, policy);
        }
        let default = default_branch(repo)?;
        let patterns = match (&policy.branches, default) {
            (Some(patterns), _) => patterns.clone(),
            (None, default) => default.into_iter().collect(),
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
    oids.extend(trusted::trusted_ref(repo)?.map(|(oid, _)| oid));
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

pub(super) fn place(name: &str) -> Place<'_> {
    let name = name.strip_prefix("env:").unwrap_or(name);
    match name.split_once('/') {
        Some((env, service)) => Place { env, service: Some(service) },
        None => Place { env: name, service: None },
    }
}

/// An environment that the user named as a whole: what runs there is judged, not its commit alone.
fn environment(
    addresses: &Addresses<'_>,
    view: &View,
    subjects: &[String],
) -> Result<Option<String>, Failure> {
    let [subject] = subjects else { return Ok(None) };
    let events = records::unjudged(view)?;
    let deployments = Deployments::new(&events);
    Ok(addresses.environment(&deployments, subject)?.map(str::to_owned))
}

/// The short name of the remote's default branch, else of the branch that is checked out.
fn default_branch(repo: &Repository) -> Result<Option<String>, Failure> {
    let remote = repo.symbolic(trusted::REMOTE_HEAD)?;
    if let Some(name) = remote.as_deref().and_then(|to| to.strip_prefix("refs/remotes/origin/")) {
        return Ok(Some(name.to_owned()));
    }
    Ok(match repo.head()? {
        Head::Branch(Ref { name, .. }) | Head::Unborn(name) => {
            name.strip_prefix("refs/heads/").map(str::to_owned)
        }
        Head::Detached(_) => None,
    })
}

/// Whether a record is about an environment.
fn about(record: &Event, asked: Place<'_>) -> bool {
    let place = record.place.as_ref().filter(|_| {
        matches!(record.kind, Kind::Deploy | Kind::Rollback | Kind::Approval | Kind::Freeze)
    });
    place.is_some_and(|place| {
        let service = place.service.as_deref();
        place.env.as_deref() == Some(asked.env)
            && (asked.service.is_none() || service.is_none() || service == asked.service)
    })
}

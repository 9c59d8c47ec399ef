//! The verdict of `audit verify` and of the hooks: gathers facts, asks every rule about every subject, counts.
//!
//! Whatever can't be read is an error. Whatever can't be decided is counted and, where a rule denies, leaves the verdict
//! open.

mod basis;
mod commits;
mod deploys;
mod landings;
mod push;
mod reach;
mod scope;
mod tags;
mod trust_changes;
mod verifier;

pub(crate) use push::{Push, Update, short as short_name};

use crate::deployments::superseded::Superseded;
use crate::evidence::judge::{self, Judge};
use crate::evidence::root::{self, TrustRoot};
use crate::evidence::{history, records};
use crate::git::Repository;
use crate::git::commits::CommitReader;
use crate::ledger::{Ledger, Recorded, Rules, View};
use crate::outcome::{Failure, Outcome};
use crate::policy::rules::Rule;
use crate::policy::{Finding, Level, Tally};
use crate::share::publication::Publication;
use crate::share::shared::Shared;
use basis::Basis;
use scope::Scope;
use verifier::{Totals, Verifier};

/// What to judge: everything, unless it says less.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Revisions and ranges as in git, or one environment.
    pub(crate) subjects: Vec<String>,
    /// Start from every reference.
    pub(crate) all: bool,
    /// The ledger and its records alone.
    pub(crate) ledger: bool,
    /// Only what happened since then, in git's date language.
    pub(crate) since: Option<String>,
    /// A revision that may or may not go somewhere.
    pub(crate) candidate: Option<Candidate>,
}

/// A revision, and where it is to go.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The revision.
    pub(crate) revision: String,
    /// The environment, or environment/service.
    pub(crate) env: String,
    /// The service; `env` is then the whole name of the environment.
    pub(crate) service: Option<String>,
    /// Whether `env` is the whole name of an environment, without a service in it.
    pub(crate) exact: bool,
}

/// Called with the number of commits judged since the last call.
pub(crate) type Counted<'c> = &'c dyn Fn(u64);

/// The ledger that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its path.
    pub path: String,
    /// Its name.
    pub name: Option<String>,
    /// How many records it holds.
    pub records: usize,
    /// The ids of the records that nobody builds on: to be kept elsewhere.
    pub heads: Vec<String>,
    /// What of it is published.
    pub shared: Shared,
}

/// One rule and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct RuleLine {
    /// The rule.
    pub rule: &'static Rule,
    /// Its level outside of environments that set their own.
    pub level: Level,
    /// The counts.
    pub tally: Tally,
}

/// A verdict.
#[derive(Debug)]
pub struct Verification {
    /// The version of this program.
    pub version: &'static str,
    /// What was judged.
    pub subject: String,
    /// What judged signatures.
    pub trust: String,
    /// Where the policy stands; `None` without one.
    pub policy: Option<String>,
    /// The commit after which judging begins.
    pub adopted: Option<String>,
    /// The ledger; `None` when there is none, or it is empty.
    pub ledger: Option<LedgerLine>,
    /// How many commits were judged.
    pub commits: u64,
    /// How many tags.
    pub tags: u64,
    /// How many records.
    pub records: u64,
    /// How many deploys and rollbacks.
    pub deploys: u64,
    /// Every rule.
    pub rules: Vec<RuleLine>,
    /// What does not hold, and what could not be decided.
    pub findings: Vec<Finding>,
    /// What a reader must know beside it.
    pub notes: Vec<String>,
    /// How it ends.
    pub outcome: Outcome,
}

/// Judges what the request names, by the trust root that applies or the one that `trust` names.
///
/// # Errors
/// Whatever can't be read; names that mean nothing, or several things.
pub(crate) fn verify(
    repo: &Repository,
    request: &Request,
    trust: Option<&str>,
    now: i64,
    counted: Counted<'_>,
) -> Result<Verification, Failure> {
    repo.require_refs("refs/")?;
    let root = TrustRoot::of_verdict(repo, trust)?;
    judged_by(repo, request, root, now, counted)
}

/// What the verdict about a request would be under another trust root.
///
/// # Errors
/// As [`verify`].
pub(crate) fn judged_by(
    repo: &Repository,
    request: &Request,
    root: TrustRoot,
    now: i64,
    counted: Counted<'_>,
) -> Result<Verification, Failure> {
    let view = records::read(repo)?;
    let mut scope = Scope::find(repo, &view, request, now)?;
    let root = scope.outside_root(repo, root)?;
    let standard = Standard::find(repo, root, !scope.is_range(), now)?;
    scope.begin(repo, standard.judge.policy())?;
    decide(repo, scope, view, &standard, now, counted)
}

/// Judges what a push would leave behind, by `root`, which stood before it.
///
/// # Errors
/// Whatever can't be read.
pub(crate) fn pushed(
    mut repo: Repository,
    push: Push,
    root: TrustRoot,
    now: i64,
    counted: Counted<'_>,
) -> Result<Verification, Failure> {
    repo.require_refs("refs/")?;
    let view = records::read(&repo)?;
    let standard = Standard::find(&repo, root, true, now)?;
    let after = push.after();
    let scope = Scope::of_push(&repo, push, standard.judge.policy())?;
    repo.suppose(after);
    decide(&repo, scope, view, &standard, now, counted)
}

/// What judges, found before anything that is judged is read.
struct Standard {
    root: TrustRoot,
    has_policy: bool,
    judge: Judge,
    reader: CommitReader,
}

impl Standard {
    /// `head` says whether the mailmap beside HEAD may be used: what is judged does not stand there.
    fn find(repo: &Repository, root: TrustRoot, head: bool, now: i64) -> Result<Standard, Failure> {
        let policy = judge::policy(repo, &root)?;
        let has_policy = policy.is_some();
        let judge = Judge::of(root.trust(repo, now)?, policy.unwrap_or_default());
        let mut reader = history::reader(repo, false)?;
        reader.tags = None;
        reader.mailmap = match root.commit.is_some() || head {
            true => root::mailmap(repo, &root)?,
            false => root::configured_mailmap(repo)?,
        };
        reader.tickets = history::tickets(judge.policy())?;
        Ok(Standard { root, has_policy, judge, reader })
    }
}

fn decide(
    repo: &Repository,
    scope: Scope,
    mut view: View,
    standard: &Standard,
    now: i64,
    counted: Counted<'_>,
) -> Result<Verification, Failure> {
    let Standard { root, judge, reader, .. } = standard;
    let walks = scope.walks(repo)?;
    let basis = Basis { repo, judge, reader, closed_trust: root.files.is_some(), now };
    // Without a name in the policy every record is held against the first one's.
    if let Some(name) = judge.policy().ledger.name.clone()
        && view.report().ledger.as_ref() != Some(&name)
    {
        let rules = Rules { ledger: Some(name), ..records::rules() };
        view = Ledger::new(repo.common_dir()).read(rules)?;
    }
    let records = records::events(&view, judge, |_| true, |_| true)?;
    let all: Vec<Recorded> = records.into_iter().map(Recorded::of).collect();
    let superseded = Superseded::among(&all);
    let in_force = all.iter().filter(|record| !superseded.has(record)).cloned().collect();
    let records: Vec<Recorded> = if superseded.is_empty() { all } else { in_force };
    let target = scope.target(judge.policy(), &records)?;
    let publication = Publication::of_repo(repo)?;
    let mut verifier = Verifier {
        basis: &basis,
        scope: &scope,
        target,
        view: &view,
        records: &records,
        publication: &publication,
        totals: Totals::default(),
    };
    verifier.everything(walks, root, counted)?;
    Ok(verifier.report(root, standard.has_policy, judge.trust()))
}

//! `audit verify`: the verdict.
//!
//! The four beats: gather (trust and policy, the walk, the ledger, deployments), decide (every rule about
//! every subject), report, outcome. Whatever can't be read is an error and ends with 2; whatever can't
//! be decided is counted and, where a rule denies, ends with 3.

mod bench;
mod commits;
mod deploys;
mod landings;
mod push;
mod reach;
mod scope;
mod tags;
mod trust_changes;

pub(crate) use push::{Push, Update, short as short_name};

use super::judge::Judge;
use super::trusted::{self, TrustRoot};
use super::{Context, complete, history, judge, records};
use crate::deployments::Place;
use crate::event::{Event, Kind};
use crate::git::commits::CommitReader;
use crate::git::{Oid, Repository};
use crate::ledger::{Id, Ledger, Recorded, Rules, Severity, View};
use crate::outcome::{Failure, Outcome};
use crate::policy::exceptions;
use crate::policy::facts::{self, LedgerState};
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, LedgerPolicy, Level, Policy, Subject, SubjectKind, nearest, stamp};
use crate::report::verify::{self, Format, LedgerLine, RuleLine, Verification};
use crate::signature;
use crate::ui::Style;
use bench::Bench;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use commits::{Judged, Wanted};
use deploys::Deploys;
use scope::{Scope, Walks, Whole};
use std::collections::{BTreeSet, HashSet};

/// May this stand? Every check: the ledger, signatures, tags, reviews, deploys and their approvals
///
/// Without a revision everything is judged: the history of HEAD, of the trusted branch and of all tags, the
/// whole ledger, every deploy. With a range, its commits and what concerns them; with an environment, what
/// runs there. Trust and policy are read from .audit/ on the remote's default branch (else HEAD), never from
/// what is judged. Without a policy, broken signatures and an altered ledger are refused and the rest is said.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// What to judge: a range or revisions as in git (origin/main..HEAD), or an environment
    #[arg(value_name = "REV|ENV")]
    subjects: Vec<String>,

    /// Judge from every branch, tag and other reference
    #[arg(long)]
    all: bool,

    /// Judge the ledger and its records alone
    #[arg(long, conflicts_with_all = ["subjects", "all"])]
    ledger: bool,

    /// Only what happened since DATE, in git's date language
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,

    /// May this commit go to the environment that --env names?
    #[arg(long, value_name = "REV", requires = "env", conflicts_with_all = ["subjects", "all", "ledger", "since"])]
    candidate: Option<String>,

    /// The environment (or environment/service) for --candidate
    #[arg(long, value_name = "ENV", requires = "candidate")]
    env: Option<String>,

    /// Say what a rule protects from, what it looks at, what satisfies it, and how to mend a finding
    #[arg(long, value_name = "RULE", add = ArgValueCompleter::new(complete::rules), conflicts_with_all = ["subjects", "all", "ledger", "since", "candidate"])]
    explain: Option<String>,

    /// Judge by the trust files and the policy in PATH, or in .audit/ in the tree of REV
    #[arg(long, value_name = "PATH|REV")]
    trust: Option<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: VerifyFormat,
}

/// How to print a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum VerifyFormat {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Markdown, for a CI summary
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  audit verify                          everything
  audit verify origin/main..HEAD        will my push be refused?
  audit verify v1.3..v1.4               may this release stand?
  audit verify production               may what runs there stand?
  audit verify --candidate v1.4 --env production    may this go there?
  audit verify --explain four-eyes      what a rule means
  audit verify --format sarif > audit.sarif

Exit codes: 0 clean · 1 findings · 2 it could not run · 3 it could not decide";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: VerifyArgs) -> anyhow::Result<Outcome> {
    if let Some(rule) = &args.explain {
        return explain(context, rule);
    }
    let repo = context.open()?;
    let verification = verdict(context, &repo, &args)?;
    context.ui.decided(verification.outcome);
    context.page(&repo)?;
    let style = context.ui.style;
    let format = match args.format {
        VerifyFormat::Table => Format::Table,
        VerifyFormat::Json => Format::Json,
        VerifyFormat::Sarif => Format::Sarif,
        VerifyFormat::Junit => Format::Junit,
        VerifyFormat::Markdown => Format::Markdown,
    };
    verify::write(&verification, format, style, context.ui.out())?;
    Ok(verification.outcome)
}

/// Whether a commit may go to an environment now; what keeps it from going is printed for people.
pub(crate) fn may_go(
    context: &Context,
    repo: &Repository,
    commit: &str,
    env: &str,
) -> anyhow::Result<Outcome> {
    let args = VerifyArgs {
        candidate: Some(commit.to_owned()),
        env: Some(env.to_owned()),
        ..VerifyArgs::default()
    };
    let verification = verdict(context, repo, &args)?;
    if verification.outcome != Outcome::Yes {
        let mut text = Vec::new();
        let plain = Style { color: false, ..context.ui.style };
        verify::write(&verification, Format::Table, plain, &mut text)?;
        context.ui.note(String::from_utf8_lossy(&text).trim_end());
    }
    Ok(verification.outcome)
}

/// Whether a push may be done. What it would leave behind is judged by `root`, which stood before it.
pub(crate) fn pushed(
    context: &Context,
    mut repo: Repository,
    push: Push,
    root: TrustRoot,
) -> anyhow::Result<Verification> {
    let view = records::read(&repo)?;
    let means = Means::find(context, &repo, root, true)?;
    let after = push.after();
    let scope = Scope::of_push(&repo, push, means.judge.policy())?;
    repo.suppose(after);
    decide(context, &repo, scope, view, &means)
}

/// Gathers and decides.
fn verdict(
    context: &Context,
    repo: &Repository,
    args: &VerifyArgs,
) -> anyhow::Result<Verification> {
    repo.has_all_refs()?;
    let root = TrustRoot::of_verdict(repo, args.trust.as_deref())?;
    judged_by(context, repo, args, root)
}

/// What the verdict about a range, or about everything, would be under another trust root.
pub(crate) fn try_out(
    context: &Context,
    repo: &Repository,
    root: TrustRoot,
    range: Option<&str>,
) -> anyhow::Result<Verification> {
    let subjects = range.map(str::to_owned).into_iter().collect();
    judged_by(context, repo, &VerifyArgs { subjects, ..VerifyArgs::default() }, root)
}

fn judged_by(
    context: &Context,
    repo: &Repository,
    args: &VerifyArgs,
    root: TrustRoot,
) -> anyhow::Result<Verification> {
    let view = records::read(repo)?;
    let mut scope = Scope::find(repo, &view, args)?;
    let means = Means::find(context, repo, scope.outside_root(repo, root)?, !scope.is_range())?;
    scope.begin(repo, means.judge.policy())?;
    decide(context, repo, scope, view, &means)
}

/// What judges, found before what is judged is looked at.
struct Means {
    root: TrustRoot,
    has_policy: bool,
    judge: Judge,
    reader: CommitReader,
}

impl Means {
    fn find(
        context: &Context,
        repo: &Repository,
        root: TrustRoot,
        head: bool,
    ) -> Result<Means, Failure> {
        let policy = judge::policy(repo, &root)?;
        let has_policy = policy.is_some();
        let judge = Judge::of(root.trust(repo, context.now)?, policy.unwrap_or_default());
        let mut reader = history::reader(repo, false)?;
        reader.mailmap = match root.commit.is_some() || head {
            true => trusted::mailmap(repo, &root)?,
            false => trusted::configured_mailmap(repo)?,
        };
        reader.tickets = history::tickets(judge.policy())?;
        Ok(Means { root, has_policy, judge, reader })
    }
}

fn decide(
    context: &Context,
    repo: &Repository,
    scope: Scope,
    mut view: View,
    means: &Means,
) -> anyhow::Result<Verification> {
    let Means { root, judge, reader, .. } = means;
    let walks = scope.walks(repo)?;
    let bench = Bench { repo, judge, reader, closed_trust: root.files.is_some(), now: context.now };
    // Without a name in the policy every record is held against the first one's.
    if let Some(name) = judge.policy().ledger.name.clone()
        && view.report().ledger.as_ref() != Some(&name)
    {
        let rules = Rules { ledger: Some(name), ..records::rules() };
        view = Ledger::new(repo.common_dir()).read(rules)?;
    }
    let records = records::events(&view, judge, |_| true, |_| true)?;
    let records: Vec<Recorded> = records.into_iter().map(Recorded::of).collect();
    let mut run =
        Run { bench: &bench, scope: &scope, view: &view, records: &records, sum: Sum::default() };
    let progress = context.ui.progress("commits judged");
    run.everything(walks, root, &progress)?;
    drop(progress);
    Ok(run.report(root, means.has_policy, judge.trust()))
}

fn explain(context: &mut Context, id: &str) -> anyhow::Result<Outcome> {
    let Some(rule) = rules::find(id) else {
        let failure = Failure::new(format!("there is no rule '{id}'"));
        let ids: Vec<&str> = rules::all().map(|rule| rule.id).collect();
        let hint = match nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("the rules are {}", ids.join(", ")),
        };
        return Err(failure.hint(hint).into());
    };
    let style = context.ui.style;
    verify::explain(rule, style, context.ui.out())?;
    Ok(Outcome::Yes)
}

/// What was judged, and what came of it.
#[derive(Default)]
struct Sum {
    judgement: Judgement,
    commits: u64,
    tags: u64,
    records: u64,
    deploys: u64,
    notes: Vec<String>,
}

/// One verification on its way.
struct Run<'a> {
    bench: &'a Bench<'a>,
    scope: &'a Scope,
    view: &'a View,
    records: &'a [Recorded],
    sum: Sum,
}

impl Run<'_> {
    fn everything(
        &mut self,
        walks: Option<Walks<'_>>,
        root: &TrustRoot,
        progress: &crate::ui::Progress,
    ) -> anyhow::Result<()> {
        self.ledger();
        let mut judged = Judged::default();
        if let Some(walks) = walks {
            let wanted = self.wanted(root)?;
            judged = commits::judge(self.bench, walks, wanted, progress)?;
            self.sum.commits = judged.seen.len() as u64;
            self.sum.judgement.merge(std::mem::take(&mut judged.judgement));
            if wanted.trust {
                // A trust root among what is judged is nobody's predecessor.
                let base = root.commit.filter(|base| !judged.seen.iter().any(|s| s.oid == *base));
                let base = base.map(|_| root);
                let changes = trust_changes::judge(self.bench, &judged.seen, base)?;
                self.sum.judgement.merge(changes);
            }
            if wanted.landings {
                let tips = self.scope.protected_tips(self.bench.repo, self.bench.judge.policy())?;
                let landed = landings::judge(self.bench, &judged.kept, &tips, self.records)?;
                self.sum.judgement.merge(landed);
            }
        }
        let seen: HashSet<Oid> = judged.seen.iter().map(|seen| seen.oid).collect();
        match &self.scope.whole {
            Whole::Push(push) => {
                self.pushed_tags(push)?;
                self.taken_back(push, root)?;
            }
            _ if self.scope.is_walked() => self.tags(&seen)?,
            _ => {}
        }
        self.each_record(&seen);
        self.deploys(&seen)?;
        let (policy, now) = (self.bench.judge.policy(), self.bench.now);
        exceptions::apply(&mut self.sum.judgement, self.records, policy, now);
        if !self.bench.repo.shallow().is_empty() {
            self.sum
                .notes
                .push("this clone is shallow: what lies behind its end was not judged".into());
        }
        Ok(())
    }

    fn wanted(&self, root: &TrustRoot) -> Result<Wanted, Failure> {
        let policy = self.bench.judge.policy();
        let on =
            |id: &str| rules::find(id).is_some_and(|rule| policy.level(rule, None) != Level::Off);
        // Under a folder from outside a history may do with its own as it likes. Without any root it is looked
        // at where there was one: it may have been removed without leave.
        let could_change = root.commit.is_some()
            || self.scope.is_range()
            || (root.files.is_none() && trust_changes::ever_had_folder(self.bench.repo)?);
        Ok(Wanted {
            landings: on("change-reviewed") || on("direct-push"),
            trust: on("trust-change-authorised") && could_change,
        })
    }

    fn ledger(&mut self) {
        let report = self.view.report();
        let policy = self.bench.judge.policy();
        let exists = self.view.path().exists();
        if !exists && !self.scope.needs_ledger() {
            if !policy.environments.is_empty() || policy.ledger != LedgerPolicy::default() {
                self.sum.notes.push(
                    "there is no ledger here: what records say of this was not judged".into(),
                );
            }
            return;
        }
        // One that was emptied says no more than one that was removed.
        let present = exists && (!report.chain.is_empty() || !report.findings.is_empty());
        let with = |wanted: &[Severity]| -> Vec<(u64, String)> {
            let found =
                report.findings.iter().filter(|found| wanted.contains(&found.rule.severity()));
            found
                .map(|found| (found.line, format!("{}: {}", found.rule.name(), found.why)))
                .collect()
        };
        let holds = |id: &String| {
            Id::from_hex(id.as_bytes()).is_some_and(|id| self.view.chain().get(&id).is_some())
        };
        let mut damage = with(&[Severity::Damage, Severity::Torn]);
        if let Some(adopted) = policy.ledger.adopted.as_ref().filter(|id| present && !holds(id)) {
            damage.push((
                0,
                format!("the record {adopted}, after which judging begins, is not in it"),
            ));
        }
        let path = self.view.path().display().to_string();
        let state = LedgerState {
            path: &path,
            present,
            damage,
            foreign: with(&[Severity::Problem]),
            has_head: policy.ledger.head.as_ref().map(holds),
        };
        let text = "the ledger".to_owned();
        let subject = Subject { kind: SubjectKind::Ledger, id: path.clone(), text, env: None };
        rules::judge(Case::Ledger(&state), &subject, self.bench.terms(), &mut self.sum.judgement);
    }

    /// Judges each record that the scope takes in, but not those from before the adoption.
    fn each_record(&mut self, seen: &HashSet<Oid>) {
        let before = self.before_adoption();
        for record in self.records {
            if before.contains(&record.id) || !self.scope.takes(record, seen, self.bench.repo) {
                continue;
            }
            self.sum.records += 1;
            let case = Case::Record(record);
            rules::judge(
                case,
                &facts::subject(record),
                self.bench.terms(),
                &mut self.sum.judgement,
            );
        }
    }

    /// The ids of the records that are not judged: the adopted one, and what it builds on.
    fn before_adoption(&self) -> BTreeSet<String> {
        let chain = self.view.chain();
        let adopted = self.bench.judge.policy().ledger.adopted.as_ref();
        let adopted = adopted.and_then(|id| chain.get(&Id::from_hex(id.as_bytes())?));
        let mut open: Vec<usize> = adopted.into_iter().collect();
        let mut seen: HashSet<usize> = open.iter().copied().collect();
        let mut ids = BTreeSet::new();
        while let Some(number) = open.pop() {
            ids.extend(chain.nodes().get(number).map(|node| node.id.to_string()));
            open.extend(chain.depends_on(number).iter().copied().filter(|next| seen.insert(*next)));
        }
        ids
    }

    fn deploys(&mut self, seen: &HashSet<Oid>) -> anyhow::Result<()> {
        let before = self.before_adoption();
        let mut deploys = Deploys::new(self.bench, self.records, self.view.chain());
        let judgement = &mut self.sum.judgement;
        match &self.scope.whole {
            Whole::Environment(name) => {
                if !deploys.knows(name) {
                    let hint =
                        "audit status lists the environments; audit record deploy makes one known";
                    let failure = Failure::new(format!("nothing is recorded about '{name}'"));
                    return Err(failure.hint(hint).into());
                }
                self.sum.deploys = deploys.standing(name, judgement)?;
                if self.sum.deploys == 0 {
                    self.sum.notes.push(format!("nothing runs in {name}"));
                }
            }
            Whole::Candidate { commit, env } => {
                known(self.bench.judge.policy(), self.records, env)?;
                deploys.candidate(commit, scope::place(env), judgement)?;
                self.sum.deploys = 1;
            }
            _ => {
                let (scope, repo) = (self.scope, self.bench.repo);
                self.sum.deploys = deploys.judge(judgement, |one| {
                    !before.contains(&one.event.id) && scope.takes(one.event, seen, repo)
                })?;
            }
        }
        Ok(())
    }

    /// What a push takes away: a trust root that it moves aside, deployed commits that nothing leads to
    /// any more.
    fn taken_back(&mut self, push: &Push, root: &TrustRoot) -> anyhow::Result<()> {
        let repo = self.bench.repo;
        self.sum.judgement.merge(trust_changes::replaced(self.bench, push, root)?);
        let taken = push.taken_back(repo)?;
        for (update, _) in &taken {
            let how = if update.new.is_some() { "rewritten" } else { "deleted" };
            self.sum.notes.push(format!("{} is {how}", push::short(&update.name)));
        }
        if self.records.is_empty() {
            return Ok(());
        }
        let old: Vec<Oid> = taken.iter().map(|(_, old)| *old).collect();
        let lost = push.lost(repo, &old)?;
        let mut deploys = Deploys::new(self.bench, self.records, self.view.chain());
        let mut judgement = Judgement::default();
        deploys.judge(&mut judgement, |one| {
            repo.hash().oid(one.commit.as_bytes()).is_some_and(|oid| lost.contains(&oid))
        })?;
        // What else there is to say of those deploys was so before.
        self.sum.judgement.merge(judgement.only(&["history-rewritten", "deploy-from-branch"]));
        Ok(())
    }

    fn report(
        self,
        root: &TrustRoot,
        has_policy: bool,
        trust: Option<&signature::Trust>,
    ) -> Verification {
        let policy = self.bench.judge.policy();
        let mut notes = self.sum.notes;
        let walked = self.scope.is_walked();
        if let Some(adopted) = policy.adopted.as_ref().filter(|_| walked) {
            notes.push(format!(
                "nothing up to and including commit {} was judged: the policy was adopted after it",
                &adopted[..10]
            ));
        }
        if let Some(adopted) = &policy.ledger.adopted {
            notes.push(format!(
                "no record up to and including {} was judged: the policy was adopted after it",
                &adopted[..10]
            ));
        }
        if let Some(since) = self.scope.since() {
            notes.push(format!(
                "what dates itself before {} was not judged: dates are claims, ranges are not",
                stamp(since)
            ));
        }
        if !has_policy {
            notes.push(
                "there is no policy: the rules' own levels apply; `audit policy show` lists them"
                    .into(),
            );
        }
        notes.extend(trust.into_iter().flat_map(|trust| trust.problems()).cloned());
        let report = self.view.report();
        let ledger = (!report.chain.is_empty()).then(|| LedgerLine {
            path: self.view.path().display().to_string(),
            name: report.ledger.clone(),
            records: report.chain.len(),
            heads: self.view.heads().iter().map(Id::to_string).collect(),
        });
        let judgement = self.sum.judgement;
        let outcome = match (judgement.denied(), judgement.undecided()) {
            (0, 0) => Outcome::Yes,
            (0, _) => Outcome::Undecided,
            _ => Outcome::No,
        };
        let rules = rules::all().filter_map(|rule| {
            let tally = judgement.tallies.get(rule.id).copied().unwrap_or_default();
            let level = policy.level(rule, None);
            (rule.id != rules::MISSING).then_some(RuleLine { rule, level, tally })
        });
        Verification {
            version: env!("CARGO_PKG_VERSION"),
            subject: self.scope.name.clone(),
            trust: root.source.clone(),
            policy: has_policy.then(|| format!("{} in {}", trusted::POLICY, root.source)),
            adopted: policy.adopted.clone(),
            ledger,
            commits: self.sum.commits,
            tags: self.sum.tags,
            records: self.sum.records,
            deploys: self.sum.deploys,
            rules: rules.collect(),
            findings: judgement.findings,
            notes,
            outcome,
        }
    }
}

/// Requires that a candidate's environment is one of the policy or of the records: nothing is asked of others,
/// so that a slip of the pen would be a pass.
fn known(policy: &Policy, records: &[Recorded], name: &str) -> Result<(), Failure> {
    let env = scope::place(name).env;
    let named = |record: &Recorded| {
        record.place.as_ref().is_some_and(|place| place.env.as_deref() == Some(env))
    };
    if policy.environments.contains_key(env) || records.iter().any(named) {
        return Ok(());
    }
    let failure = Failure::new(format!("there is no environment '{env}'"));
    Err(failure.hint(match nearest(env, policy.environments.keys().map(String::as_str)) {
        Some(near) => format!("did you mean '{near}'?"),
        None => {
            "the policy or a record must name it first: audit status lists those of records".into()
        }
    }))
}

/// The commits that a record names.
fn named_commits(record: &Event) -> impl Iterator<Item = &str> {
    let fields = ["commit", "from_commit", "head_commit", "merge_commit"];
    fields.into_iter().filter_map(|name| crate::deployments::field(record, name))
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

//! One verification on its way: each part of what is judged, in order, and the sum of it.
//!
//! ```text
//! the ledger ─▶ commits of the walk ─▶ changes of trust, landings ─▶ tags ─▶ records ─▶ deploys ─▶ exceptions ─▶ report
//! ```

use super::basis::Basis;
use super::commits::{self, Judged, Wanted};
use super::deploys::Deploys;
use super::push::{self, Push};
use super::scope::{Scope, ScopeKind, Walks};
use super::{Counted, LedgerLine, RuleLine, Verification, landings, trust_changes};
use crate::address::{Target, forced};
use crate::event::short;
use crate::evidence::root::{self, TrustRoot};
use crate::git::Oid;
use crate::ledger::{Id, Recorded, Severity, View};
use crate::outcome::{Failure, Outcome};
use crate::policy::exceptions;
use crate::policy::facts::{self, LedgerState, Publicity};
use crate::policy::finding::Answer;
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, LedgerPolicy, Level, Subject, SubjectKind, stamp};
use crate::share::publication::Publication;
use crate::share::shared::Shared;
use crate::signature;
use std::collections::{BTreeSet, HashSet};

/// What was judged, and what came of it.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) judgement: Judgement,
    pub(super) commits: u64,
    pub(super) tags: u64,
    pub(super) records: u64,
    pub(super) deploys: u64,
    pub(super) notes: Vec<String>,
}

/// One verification on its way.
pub(super) struct Verifier<'a> {
    pub(super) basis: &'a Basis<'a>,
    pub(super) scope: &'a Scope,
    /// The environment or place that is asked about.
    pub(super) target: Option<Target<'a>>,
    pub(super) view: &'a View,
    pub(super) records: &'a [Recorded],
    pub(super) publication: &'a Publication,
    pub(super) totals: Totals,
}

impl Verifier<'_> {
    /// Judges all that the scope takes in.
    pub(super) fn everything(
        &mut self,
        walks: Option<Walks<'_>>,
        root: &TrustRoot,
        counted: Counted<'_>,
    ) -> Result<(), Failure> {
        self.ledger();
        self.published_lists();
        let mut judged = Judged::default();
        if let Some(walks) = walks {
            let wanted = self.wanted(root)?;
            judged = commits::judge(self.basis, walks, wanted, counted)?;
            self.totals.commits = judged.seen.len() as u64;
            self.totals.judgement.merge(std::mem::take(&mut judged.judgement));
            if wanted.trust {
                // A trust root among what is judged is nobody's predecessor.
                let base = root.commit.filter(|base| !judged.seen.iter().any(|s| s.oid == *base));
                let base = base.map(|_| root);
                let changes = trust_changes::judge(self.basis, &judged.seen, base)?;
                self.totals.judgement.merge(changes);
            }
            if wanted.landings {
                let tips = self.scope.protected_tips(self.basis.repo, self.basis.judge.policy())?;
                let landed = landings::judge(self.basis, &judged.kept, &tips, self.records)?;
                self.totals.judgement.merge(landed);
            }
        }
        let seen: HashSet<Oid> = judged.seen.iter().map(|seen| seen.oid).collect();
        match &self.scope.kind {
            ScopeKind::Push(push) => {
                self.pushed_tags(push)?;
                self.taken_back(push, root)?;
            }
            _ if self.scope.is_walked() => self.tags(&seen)?,
            _ => {}
        }
        self.each_record(&seen);
        self.deploys(&seen)?;
        let (policy, now) = (self.basis.judge.policy(), self.basis.now);
        exceptions::apply(&mut self.totals.judgement, self.records, policy, now);
        if !self.basis.repo.shallow().is_empty() {
            self.totals
                .notes
                .push("this clone is shallow: what lies behind its end was not judged".into());
        }
        Ok(())
    }

    fn wanted(&self, root: &TrustRoot) -> Result<Wanted, Failure> {
        let policy = self.basis.judge.policy();
        let on =
            |id: &str| rules::find(id).is_some_and(|rule| policy.level(rule, None) != Level::Off);
        // Under a folder from outside a history may do with its own as it likes. Without any root it is looked
        // at where there was one: it may have been removed without leave.
        let could_change = root.commit.is_some()
            || self.scope.is_range()
            || (root.files.is_none() && trust_changes::ever_had_folder(self.basis.repo)?);
        Ok(Wanted {
            landings: on("change-reviewed") || on("direct-push"),
            trust: on("trust-change-authorised") && could_change,
        })
    }

    fn ledger(&mut self) {
        let report = self.view.report();
        let policy = self.basis.judge.policy();
        let exists = self.view.path().exists();
        if !exists && !self.scope.needs_ledger() {
            if !policy.environments.is_empty() || policy.ledger != LedgerPolicy::default() {
                self.totals.notes.push(
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
        rules::judge(
            Case::Ledger(&state),
            &subject,
            self.basis.terms(),
            &mut self.totals.judgement,
        );
    }

    /// Judges each record that the scope takes in, but not those from before the adoption.
    fn each_record(&mut self, seen: &HashSet<Oid>) {
        let before = self.before_adoption();
        let alone = self.publication.unpublished(self.view.chain());
        let alone: Option<HashSet<String>> =
            alone.map(|ids| ids.iter().map(Id::to_string).collect());
        for record in self.records {
            if before.contains(&record.id)
                || !self.scope.takes(record, self.target.as_ref(), seen, self.basis.repo)
            {
                continue;
            }
            self.totals.records += 1;
            let case = Case::Record(record);
            rules::judge(
                case,
                &facts::subject(record),
                self.basis.terms(),
                &mut self.totals.judgement,
            );
            let published = alone.as_ref().map(|alone| !alone.contains(&record.id));
            rules::judge(
                Case::Publicity(Publicity { record, published }),
                &facts::subject(record),
                self.basis.terms(),
                &mut self.totals.judgement,
            );
        }
    }

    /// Holds the lists that remotes showed last against those that were accepted before.
    fn published_lists(&mut self) {
        for (remote, last) in &self.publication.troubled {
            let text = format!("the ledger on {remote}");
            let id = format!("{remote} at {}", last.at);
            let subject = Subject { kind: SubjectKind::Ledger, id, text, env: None };
            let why = last.why.clone().unwrap_or_else(|| last.outcome.clone());
            let answer = Answer::fails(format!("{}: {why}", last.outcome));
            let answer = answer.mend("audit sync says what helps");
            let terms = self.basis.terms();
            let judgement = &mut self.totals.judgement;
            rules::answered("checkpoint-holds", answer, &subject, terms, judgement);
        }
    }

    /// The ids of the records that are not judged: the adopted one, and what it builds on.
    fn before_adoption(&self) -> BTreeSet<String> {
        let chain = self.view.chain();
        let adopted = self.basis.judge.policy().ledger.adopted.as_ref();
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

    fn deploys(&mut self, seen: &HashSet<Oid>) -> Result<(), Failure> {
        let before = self.before_adoption();
        let mut deploys = Deploys::new(self.basis, self.records, self.view.chain());
        let judgement = &mut self.totals.judgement;
        let target = self.target;
        match (&self.scope.kind, &target) {
            (ScopeKind::Environment { name }, Some(target)) => {
                let name = forced(name).1;
                if !deploys.knows(target) {
                    let hint =
                        "audit status lists the environments; audit record deploy makes one known";
                    let failure = Failure::new(format!("nothing is recorded about '{name}'"));
                    return Err(failure.hint(hint));
                }
                self.totals.deploys = deploys.standing(target, judgement)?;
                if self.totals.deploys == 0 {
                    self.totals.notes.push(format!("nothing runs in {name}"));
                }
            }
            (ScopeKind::Candidate { commit, .. }, Some(target)) => {
                deploys.candidate(commit, target.place(), judgement)?;
                self.totals.deploys = 1;
            }
            _ => {
                let (scope, repo) = (self.scope, self.basis.repo);
                self.totals.deploys = deploys.judge(judgement, |one| {
                    !before.contains(&one.event.id)
                        && scope.takes(one.event, target.as_ref(), seen, repo)
                })?;
            }
        }
        self.totals.notes.extend(deploys.notes());
        let environments = &self.basis.judge.policy().environments;
        if let Some(env) = target.map(|target| target.env())
            && !environments.is_empty()
            && !environments.contains_key(env)
        {
            self.totals.notes.push(format!(
                "'{env}' is no environment of the policy: only its general rules were asked"
            ));
        }
        Ok(())
    }

    /// What a push takes away: a trust root that it moves aside, deployed commits that nothing leads to
    /// any more.
    fn taken_back(&mut self, push: &Push, root: &TrustRoot) -> Result<(), Failure> {
        let repo = self.basis.repo;
        self.totals.judgement.merge(trust_changes::replaced(self.basis, push, root)?);
        let taken = push.taken_back(repo)?;
        for (update, _) in &taken {
            let how = if update.new.is_some() { "rewritten" } else { "deleted" };
            self.totals.notes.push(format!("{} is {how}", push::short(&update.name)));
        }
        if self.records.is_empty() {
            return Ok(());
        }
        let old: Vec<Oid> = taken.iter().map(|(_, old)| *old).collect();
        let lost = push.lost(repo, &old)?;
        let mut deploys = Deploys::new(self.basis, self.records, self.view.chain());
        let mut judgement = Judgement::default();
        deploys.judge(&mut judgement, |one| {
            repo.hash().oid(one.commit().as_bytes()).is_some_and(|oid| lost.contains(&oid))
        })?;
        // What else there is to say of those deploys was so before.
        self.totals.judgement.merge(judgement.only(&["history-rewritten", "deploy-from-branch"]));
        Ok(())
    }

    /// What it came to.
    pub(super) fn report(
        self,
        root: &TrustRoot,
        has_policy: bool,
        trust: Option<&signature::Trust>,
    ) -> Verification {
        let policy = self.basis.judge.policy();
        let mut notes = self.totals.notes;
        let walked = self.scope.is_walked();
        if let Some(adopted) = policy.adopted.as_ref().filter(|_| walked) {
            notes.push(format!(
                "nothing up to and including commit {} was judged: the policy was adopted after it",
                short(adopted)
            ));
        }
        if let Some(adopted) = &policy.ledger.adopted {
            notes.push(format!(
                "no record up to and including {} was judged: the policy was adopted after it",
                short(adopted)
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
            shared: Shared::of(self.publication, self.view.chain()),
        });
        let judgement = self.totals.judgement;
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
            policy: has_policy.then(|| format!("{} in {}", root::POLICY, root.source)),
            adopted: policy.adopted.clone(),
            ledger,
            commits: self.totals.commits,
            tags: self.totals.tags,
            records: self.totals.records,
            deploys: self.totals.deploys,
            rules: rules.collect(),
            findings: judgement.findings,
            notes,
            outcome,
        }
    }
}

//! Gathering what rules about deploys look at: what came and what was approved, for each deployment, for
//! what runs in an environment now, or for a candidate.

use super::basis::Basis;
use super::reach::Reach;
use crate::deployments::approvals::{self, Subject as Approved, Tie};
use crate::deployments::{Deployment, Deployments, Place, Target};
use crate::event::{Event, Grade, Kind, short};
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::merges::Merges;
use crate::git::walk::{Plan, Tip, Walk};
use crate::ledger::chain::Chain;
use crate::ledger::{self, Id, Recorded};
use crate::outcome::Failure;
use crate::policy::facts::{self, Approval, Deployed, Gained};
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, Somebody, Subject, SubjectKind};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Everything about deploys of one verification.
pub(super) struct Deploys<'a> {
    basis: &'a Basis<'a>,
    /// Every record, in the order of reports.
    records: &'a [Recorded],
    chain: &'a Chain,
    deployments: Deployments<'a>,
    reach: Reach<'a>,
    merges: Merges,
    /// Commits of deployed ranges, judged once.
    commits: HashMap<Oid, Event>,
    /// Which merges have changes of their own, as far as that was asked.
    own_changes: HashMap<Oid, Option<bool>>,
    /// What is to be said beside the findings.
    notes: Vec<String>,
}

/// A range of commits, or why it can't be known.
type Range = Result<Vec<Oid>, String>;

/// What is asked about: a deployment that was recorded, or one that somebody thinks of.
struct Question<'e> {
    record: Option<&'e Event>,
    place: Place<'e>,
    commit: &'e str,
    artifact: Option<&'e str>,
    at: i64,
    /// What ran before, in the same place.
    before: Option<String>,
}

impl<'a> Deploys<'a> {
    pub(super) fn new(
        basis: &'a Basis<'a>,
        records: &'a [Recorded],
        chain: &'a Chain,
    ) -> Deploys<'a> {
        Deploys {
            basis,
            records,
            chain,
            deployments: Deployments::new(records),
            reach: Reach::new(basis.repo),
            merges: Merges::new(basis.repo),
            commits: HashMap::new(),
            own_changes: HashMap::new(),
            notes: Vec::new(),
        }
    }

    /// What is to be said beside the findings, taken once.
    pub(super) fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether anything was ever recorded to be put there.
    pub(super) fn knows(&self, target: &Target<'_>) -> bool {
        match target {
            Target::Environment(env) => {
                self.deployments.names().environments().any(|known| known == *env)
            }
            Target::Place(place) => self.deployments.all().iter().any(|one| one.place == *place),
        }
    }

    /// Judges the deployments that `wanted` picks; how many there were.
    pub(super) fn judge(
        &mut self,
        judgement: &mut Judgement,
        wanted: impl Fn(&Deployment<'_>) -> bool,
    ) -> Result<u64, Failure> {
        let mut questions = Vec::new();
        for one in self.deployments.all() {
            // What was corrected is judged all the same: else whoever deployed without leave could
            // correct it away.
            if one.field("outcome") == Some("cancelled") || !wanted(one) {
                continue;
            }
            let before = match one.ran() {
                true => Some(one),
                false => self.deployments.at(&one.place, one.from),
            };
            let before = before.and_then(|from| self.other_before(from, one.commit()));
            let started = one.field("started");
            let started = started.and_then(|text| ledger::time::parse(text.as_bytes()));
            questions.push(Question {
                record: Some(one.event),
                place: one.place,
                commit: one.commit(),
                artifact: one.field("artifact"),
                at: started.map_or(one.not_before, |started| started.min(one.not_before)),
                before: before.map(|before| before.commit().to_owned()),
            });
        }
        for question in &questions {
            self.ask(question, judgement)?;
        }
        self.unplaced(judgement);
        Ok(questions.len() as u64)
    }

    /// The last deployment up to this one that brought another commit: who deploys the same once more brings
    /// no less than at first.
    fn other_before<'s>(
        &'s self,
        from: &'s Deployment<'a>,
        commit: &str,
    ) -> Option<&'s Deployment<'a>> {
        let mut at = Some(from);
        let mut back = 0;
        while at.is_some_and(|one| one.commit() == commit) {
            back += 1;
            at = self.deployments.before(from, back);
        }
        at
    }

    /// Records of deploys that say too little to be judged have not passed.
    fn unplaced(&self, judgement: &mut Judgement) {
        for unplaced in self.deployments.unplaced() {
            let Some(record) = self.records.iter().find(|record| record.id == unplaced.id) else {
                continue;
            };
            let (subject, terms) = (facts::subject(record), self.basis.terms());
            for rule in ["deploy-commit-exists", "deploy-approved", "deployer-authorised"] {
                rules::undecided(rule, unplaced.lacks, &subject, terms, judgement);
            }
        }
    }

    /// Judges what runs in the places that are meant; how many there are.
    pub(super) fn standing(
        &mut self,
        target: &Target<'_>,
        judgement: &mut Judgement,
    ) -> Result<u64, Failure> {
        let places = self.deployments.meant(target);
        let current: HashSet<String> = places
            .iter()
            .filter_map(|place| Some(self.deployments.current(place)?.event.id.clone()))
            .collect();
        self.judge(judgement, |one| current.contains(&one.event.id))
    }

    /// Judges a commit that somebody wants to deploy now.
    pub(super) fn candidate(
        &mut self,
        commit: &str,
        place: Place<'_>,
        judgement: &mut Judgement,
    ) -> Result<(), Failure> {
        let before = self.deployments.current(&place);
        let before = before.and_then(|current| self.other_before(current, commit));
        let before = before.map(|before| before.commit().to_owned());
        let at = self.basis.now;
        self.ask(&Question { record: None, place, commit, artifact: None, at, before }, judgement)
    }

    fn ask(&mut self, question: &Question<'_>, judgement: &mut Judgement) -> Result<(), Failure> {
        let here = self.basis.repo.here(question.commit);
        let range = self.range(here, question)?;
        if let Ok(range) = &range {
            for oid in range {
                self.load(*oid)?;
            }
        }
        let cut_off = !self.basis.repo.shallow().is_empty();
        let branches = match (here, self.patterns(question.place.env)) {
            (Some(oid), Some(patterns)) => self.reach.branches(oid, &patterns)?,
            _ => None,
        };
        let reachable = match here {
            Some(oid) => self.reach.anything_leads_to(oid)?,
            None => None,
        };
        let tree = match here {
            Some(oid) => Some(self.basis.repo.tree_of(oid)?.to_string()),
            None => None,
        };
        let (approvals, earlier) = self.approvals(question, tree.as_deref(), range.as_deref());
        if let Some(deploy) = question.record {
            let both_later = approvals.iter().filter(|approval| approval.both_later);
            self.notes.extend(both_later.map(|approval| {
                format!(
                    "approval {} of {} {} to {}: both recorded later; the ledger's order tells which came first",
                    short(&approval.record.id),
                    deploy.kind,
                    short(&deploy.id),
                    question.place
                )
            }));
        }
        if let Ok(range) = &range {
            self.find_own_changes(range, &approvals)?;
        }
        let gained = range.map(|range| {
            let known = range.iter().filter_map(|oid| Some((oid, self.commits.get(oid)?)));
            let own_changes = |oid| self.own_changes.get(oid).copied().flatten();
            known
                .map(|(oid, commit)| Gained { commit, own_changes: own_changes(oid) })
                .collect::<Vec<_>>()
        });
        let deployed = Deployed {
            record: question.record,
            env: question.place.env,
            service: question.place.service,
            at: question.at,
            commit: question.commit,
            artifact: question.artifact,
            present: match here {
                Some(_) => Some(true),
                None if cut_off => None,
                None => Some(false),
            },
            branches,
            reachable,
            gained,
            approvals,
            earlier_approvals: earlier,
            freezes: self.of_place(Kind::Freeze, question.place).collect(),
            corrections: question.record.map_or_else(Vec::new, |record| self.corrections(record)),
        };
        let subject = match question.record {
            Some(record) => facts::subject(record),
            None => Subject {
                kind: SubjectKind::Environment,
                id: question.place.to_string(),
                text: format!("candidate {}", short(question.commit)),
                env: Some(question.place.env.to_owned()),
            },
        };
        rules::judge(Case::Deploy(&deployed), &subject, self.basis.terms(), judgement);
        Ok(())
    }

    fn patterns(&self, env: &str) -> Option<Vec<String>> {
        self.basis.judge.policy().environments.get(env)?.branches.clone()
    }

    /// The commits that a deployment brings.
    fn range(&self, here: Option<Oid>, question: &Question<'_>) -> Result<Range, Failure> {
        let repo = self.basis.repo;
        let Some(oid) = here else {
            return Ok(Err(format!("commit {} is not here", question.commit)));
        };
        let adopted = self.basis.judge.policy().adopted.clone();
        let Some(before) = question.before.clone().or(adopted) else { return Ok(Ok(vec![oid])) };
        let Some(before) = repo.here(&before) else {
            return Ok(Err(format!("commit {before}, which ran before, is not here")));
        };
        let tip = |oid, exclude| Tip { oid, exclude };
        let plan = Plan { tips: vec![tip(before, true), tip(oid, false)], ..Plan::default() };
        let mut range = Vec::new();
        for walked in Walk::new(Commits::verified(repo), plan)? {
            let oid = walked?.oid;
            if repo.shallow().contains(&oid) {
                return Ok(Err("the history between is cut off here".to_owned()));
            }
            range.push(oid);
        }
        Ok(Ok(range))
    }

    fn load(&mut self, oid: Oid) -> Result<(), Failure> {
        if self.commits.contains_key(&oid) {
            return Ok(());
        }
        if let Some(event) = self.basis.commit(oid)? {
            self.commits.insert(oid, event);
        }
        Ok(())
    }

    /// Finds out of merges whether they have changes of their own, where that matters: for those by somebody who
    /// approved. To merge again takes longer than everything else together.
    fn find_own_changes(
        &mut self,
        range: &[Oid],
        approvals: &[Approval<'_>],
    ) -> Result<(), Failure> {
        let people = &self.basis.judge.policy().people;
        let actors = approvals.iter().filter_map(|approval| people.behind(approval.record));
        let approvers: BTreeSet<Somebody> = actors.map(|actor| actor.somebody().clone()).collect();
        for oid in range {
            let Some(commit) = self.commits.get(oid).filter(|one| one.kind == Kind::Merge) else {
                continue;
            };
            if self.own_changes.contains_key(oid) || people.writers(commit).is_disjoint(&approvers)
            {
                continue;
            }
            let own = self.merges.own_changes(self.basis.repo, *oid)?;
            self.own_changes.insert(*oid, own);
        }
        Ok(())
    }

    /// Records that correct another one.
    fn corrections(&self, record: &Event) -> Vec<&'a Event> {
        let corrects =
            |other: &&Recorded| other.linked("corrects").any(|corrected| corrected == record.id);
        self.records.iter().filter(corrects).map(|other| &**other).collect()
    }

    /// Records of a kind for a place; one without a service is for all services of its environment.
    fn of_place(&self, kind: Kind, place: Place<'_>) -> impl Iterator<Item = &'a Event> {
        let meant =
            move |record: &&Recorded| record.kind == kind && approvals::is_for(record, place);
        self.records.iter().filter(meant).map(|record| &**record)
    }

    /// Approvals of what is deployed, and of other commits that it brings. One of the same files under
    /// another id counts; one of the same patch does not, for what it stood on may have been another.
    fn approvals(
        &self,
        question: &Question<'_>,
        tree: Option<&str>,
        range: Result<&[Oid], &String>,
    ) -> (Vec<Approval<'a>>, Vec<Approval<'a>>) {
        let subject = Approved {
            place: question.place,
            commit: question.commit,
            tree,
            artifact: question.artifact,
            at: question.at,
        };
        let with_time = |record: &'a Event| {
            let late = |event: &Event| event.field("recorded").is_some();
            let imported = |event: &Event| event.proof.grade == Grade::Imported;
            // What was imported is written down when it comes, whatever happened first: the platform's times decide.
            if question.record.is_some_and(imported) && imported(record) {
                return Approval { record, after: false, both_later: false };
            }
            let after = question.record.is_some_and(|deploy| self.builds_on(record, deploy));
            let both_later = late(record)
                && question
                    .record
                    .is_some_and(|deploy| late(deploy) && self.builds_on(deploy, record));
            Approval { record, after, both_later }
        };
        let covering = approvals::covering(self.records, &subject, |_| false);
        let covering: Vec<&'a Event> = covering
            .into_iter()
            .filter(|approval| approval.tie != Tie::Patch)
            .map(|approval| &**approval.event)
            .collect();
        let counted: BTreeSet<&str> = covering.iter().map(|record| &*record.id).collect();
        let brought: HashSet<&str> = range
            .iter()
            .flat_map(|range| range.iter())
            .filter_map(|oid| Some(&*self.commits.get(oid)?.id))
            .collect();
        // What ran there itself was approved for that, and not for what came later.
        let ran: HashSet<&str> =
            self.deployments.history(&question.place).map(Deployment::commit).collect();
        let earlier = self.of_place(Kind::Approval, question.place).filter(|record| {
            let of_other = |commit| brought.contains(commit) && !ran.contains(commit);
            !counted.contains(&*record.id)
                && record.field("decision") == Some("approved")
                && record.field("commit").is_some_and(of_other)
        });
        let earlier = earlier.map(with_time).collect();
        (covering.into_iter().map(with_time).collect(), earlier)
    }

    /// Whether a record builds on another one, so that it was made after it.
    fn builds_on(&self, later: &Event, earlier: &Event) -> bool {
        let number = |event: &Event| self.chain.get(&Id::from_hex(event.id.as_bytes())?);
        let (Some(later), Some(earlier)) = (number(later), number(earlier)) else { return false };
        let mut open = vec![later];
        let mut seen = HashSet::new();
        while let Some(at) = open.pop() {
            // What a record builds on stands before it in the file.
            for &next in self.chain.depends_on(at) {
                if next == earlier {
                    return true;
                }
                if next > earlier && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }
}

/// Where records say that tags pointed: the tag's name to the record and the commit.
pub(super) fn recorded_tags(records: &[Recorded]) -> HashMap<String, Vec<(String, String)>> {
    let mut tags: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for record in records {
        if let (Some(tag), Some(commit)) = (record.field("tag"), record.field("commit")) {
            let name = tag.strip_prefix("refs/tags/").unwrap_or(tag).to_owned();
            tags.entry(name).or_default().push((record.id.clone(), commit.to_owned()));
        }
    }
    tags
}

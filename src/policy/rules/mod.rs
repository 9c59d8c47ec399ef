//! The rules: what each protects from, what it looks at, what satisfies it, how to mend a finding.
//!
//! A rule is a value of [`Rule`]: words for people and one pure function. They stand by subject:
//!
//! | file | rules about |
//! |---|---|
//! | `records` | the ledger and its records |
//! | `published` | what of the ledger is published |
//! | `signatures` | who signed a commit |
//! | `commits` | reasons and dates of commits |
//! | `changes` | reviews, and how a commit came to its branch |
//! | `tags` | tags |
//! | `deploys` | what was deployed: commit, branch, freeze, reason |
//! | `approvals` | who deployed and approved, and whether that was somebody else |
//! | `trust` | `.audit/` itself |
//!
//! [`judge`] asks every rule about a subject that is about such subjects and not off, and counts.

mod approvals;
mod changes;
mod commits;
mod deploys;
mod published;
mod records;
mod signatures;
mod tags;
#[cfg(test)]
pub(super) mod testing;
mod trust;

use super::facts::{
    Anchor, Dates, Deployed, Landing, LedgerState, Publicity, Tagged, Terms, TrustChange,
};
use super::finding::{Answer, Fault, Finding, Judgement, Level, Subject};
use crate::event::Event;
use std::collections::BTreeSet;

/// The id of the rule that stands for all that could not be decided.
pub const MISSING: &str = "evidence-missing";

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, which never changes.
    pub id: &'static str,
    /// Its level where the policy sets none.
    pub default: Level,
    /// What holds when nothing is wrong, in one line.
    pub summary: &'static str,
    /// What it protects from.
    pub protects: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// What satisfies it.
    pub satisfied: &'static str,
    /// How to mend a finding.
    pub mend: &'static str,
    /// How it decides.
    pub check: Check,
}

/// How a rule decides, by what it is about.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// About one commit by itself.
    Commit(fn(&Event, Terms<'_>) -> Answer),
    /// About a commit's dates among those of its parents.
    Dates(fn(&Dates<'_>, Terms<'_>) -> Answer),
    /// About how a commit came to its branch.
    Landing(fn(&Landing<'_>, Terms<'_>) -> Answer),
    /// About a tag.
    Tag(fn(&Tagged<'_>, Terms<'_>) -> Answer),
    /// About one record.
    Record(fn(&Event, Terms<'_>) -> Answer),
    /// About whether a record is published.
    Publicity(fn(&Publicity<'_>, Terms<'_>) -> Answer),
    /// About a checkpoint of the published ledger.
    Anchor(fn(&Anchor<'_>, Terms<'_>) -> Answer),
    /// About the ledger as a whole.
    Ledger(fn(&LedgerState<'_>, Terms<'_>) -> Answer),
    /// About a deploy, a rollback or a candidate.
    Deploy(fn(&Deployed<'_>, Terms<'_>) -> Answer),
    /// About a change of `.audit/`.
    Trust(fn(&TrustChange<'_>, Terms<'_>) -> Answer),
    /// About the answers of the others.
    Answers,
}

/// A subject to judge.
#[derive(Debug, Clone, Copy)]
pub enum Case<'a> {
    /// A commit.
    Commit(&'a Event),
    /// A commit and its parents' dates.
    Dates(&'a Dates<'a>),
    /// A commit on its way to a branch.
    Landing(&'a Landing<'a>),
    /// A tag.
    Tag(&'a Tagged<'a>),
    /// A record.
    Record(&'a Event),
    /// A record, and whether it is published.
    Publicity(Publicity<'a>),
    /// A checkpoint.
    Anchor(&'a Anchor<'a>),
    /// The ledger.
    Ledger(&'a LedgerState<'a>),
    /// A deploy.
    Deploy(&'a Deployed<'a>),
    /// A change of `.audit/`.
    Trust(&'a TrustChange<'a>),
}

impl Rule {
    /// Whether the rule can have another level in one environment than in others.
    pub fn per_environment(&self) -> bool {
        matches!(
            self.check,
            Check::Deploy(_) | Check::Record(_) | Check::Publicity(_) | Check::Answers
        )
    }

    fn ask(&self, case: Case<'_>, terms: Terms<'_>) -> Option<Answer> {
        Some(match (self.check, case) {
            (Check::Commit(check), Case::Commit(commit)) => check(commit, terms),
            (Check::Dates(check), Case::Dates(dates)) => check(dates, terms),
            (Check::Landing(check), Case::Landing(landing)) => check(landing, terms),
            (Check::Tag(check), Case::Tag(tag)) => check(tag, terms),
            (Check::Record(check), Case::Record(record)) => check(record, terms),
            (Check::Publicity(check), Case::Publicity(record)) => check(&record, terms),
            (Check::Anchor(check), Case::Anchor(anchor)) => check(anchor, terms),
            (Check::Ledger(check), Case::Ledger(ledger)) => check(ledger, terms),
            (Check::Deploy(check), Case::Deploy(deploy)) => check(deploy, terms),
            (Check::Trust(check), Case::Trust(change)) => check(change, terms),
            _ => return None,
        })
    }
}

/// Every rule, in the order of documentation and reports.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let groups: [&'static [Rule]; 10] = [
        &records::RULES,
        &published::RULES,
        &signatures::RULES,
        &commits::RULES,
        &changes::RULES,
        &tags::RULES,
        &deploys::RULES,
        &approvals::RULES,
        &trust::RULES,
        &EVIDENCE,
    ];
    groups.into_iter().flatten()
}

/// The rule with an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

const EVIDENCE: [Rule; 1] = [Rule {
    id: MISSING,
    default: Level::Deny,
    summary: "Every check could be made",
    protects: "A check that could not be made and is taken for one that passed: a key that is not here, \
        history that was not fetched, a ledger that is missing.",
    looks_at: "What the other rules could not decide. A rule that denies and could not decide is denied \
        here, one that warns is warned of; neither counts as passed.",
    satisfied: "Everything that the rules need is here.",
    mend: "Bring what is missing: history and tags (`git fetch --unshallow --tags`), the ledger of the clone that \
        has it, or the key, into .audit/.",
    check: Check::Answers,
}];

/// Asks every rule that is about such a subject, and is not off.
pub fn judge(case: Case<'_>, subject: &Subject, terms: Terms<'_>, judgement: &mut Judgement) {
    for rule in all() {
        let level = terms.policy.level(rule, subject.env.as_deref());
        if level == Level::Off {
            continue;
        }
        let Some(answer) = rule.ask(case, terms) else { continue };
        note(rule, level, answer, subject, terms, judgement);
    }
}

/// Notes that a rule could not be asked about a subject: what is missing keeps it from having passed.
pub fn undecided(
    id: &str,
    missing: &str,
    subject: &Subject,
    terms: Terms<'_>,
    judgement: &mut Judgement,
) {
    answered(id, Answer::unknown(missing), subject, terms, judgement);
}

/// Notes what a rule says where no subject by itself shows it: what a push takes away, say.
pub fn answered(
    id: &str,
    answer: Answer,
    subject: &Subject,
    terms: Terms<'_>,
    judgement: &mut Judgement,
) {
    let rule = find(id).map(|rule| (rule, terms.policy.level(rule, subject.env.as_deref())));
    if let Some((rule, level)) = rule.filter(|(_, level)| *level != Level::Off) {
        note(rule, level, answer, subject, terms, judgement);
    }
}

fn note(
    rule: &'static Rule,
    level: Level,
    answer: Answer,
    subject: &Subject,
    terms: Terms<'_>,
    judgement: &mut Judgement,
) {
    let finding = |id, level, grave, why, mend: Option<String>| Finding {
        rule: id,
        asked: rule.id,
        level,
        grave,
        subject: subject.clone(),
        why,
        mend: mend.unwrap_or_else(|| find(id).map_or("", |rule| rule.mend).to_owned()),
    };
    let tally = match answer {
        Answer::Irrelevant => return,
        _ => judgement.tallies.entry(rule.id).or_default(),
    };
    match answer {
        Answer::Irrelevant => {}
        Answer::Holds => tally.held += 1,
        Answer::Fails(faults) => {
            tally.failed += 1;
            for Fault { why, mend, grave } in faults {
                let level = if grave { Level::Deny } else { level };
                judgement.findings.push(finding(rule.id, level, grave, why, mend));
            }
        }
        Answer::Unknown(missing) => {
            tally.unknown += 1;
            let weight = find(MISSING)
                .map_or(Level::Deny, |missing| terms.policy.level(missing, subject.env.as_deref()));
            if weight != Level::Off {
                let why = format!("{} could not be decided: {missing}", rule.id);
                // The weaker of the two: what only warns when broken doesn't refuse when unknown.
                judgement.findings.push(finding(MISSING, level.max(weight), false, why, None));
            }
        }
    }
}

/// `Ana, Bruno and Cem`.
fn names<T: ToString>(who: impl IntoIterator<Item = T>) -> String {
    let names: BTreeSet<String> = who.into_iter().map(|name| name.to_string()).collect();
    let names: Vec<String> = names.into_iter().collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::testing::*;
    use super::*;
    use crate::policy::{Policy, facts};

    #[test]
    fn the_rules_are_those_of_the_design_and_each_explains_itself() {
        let ids: Vec<&str> = all().map(|rule| rule.id).collect();
        let design = "ledger-intact record-signed record-signer-known record-signer-is-actor foreign-record \
            ledger-published checkpoint-holds \
            commit-signed commit-signer-known commit-signer-is-committer commit-has-why date-order \
            change-reviewed direct-push tag-signed tag-name-matches tag-moved deploy-commit-exists \
            deploy-from-branch deploy-has-why deploy-in-freeze deploy-unsigned-commits history-rewritten \
            deploy-approved approval-stale four-eyes deployer-authorised approver-authorised \
            trust-change-authorised evidence-missing";
        assert_eq!(ids, design.split_whitespace().collect::<Vec<_>>());
        for rule in all() {
            for text in [rule.summary, rule.protects, rule.looks_at, rule.satisfied, rule.mend] {
                assert!(text.len() > 8, "{}", rule.id);
            }
            assert!(!rule.summary.ends_with('.') && rule.protects.ends_with('.'), "{}", rule.id);
        }
    }

    #[test]
    fn what_could_not_be_decided_has_not_passed() {
        let commit = commit_by("ana@example.com", Some(missing_key()));
        let levels = [
            ("commit-signer-known = \"deny\"", Some(Level::Deny)),
            ("commit-signer-known = \"warn\"", Some(Level::Warn)),
            ("commit-signer-known = \"deny\"\nevidence-missing = \"warn\"", Some(Level::Warn)),
            ("commit-signer-known = \"deny\"\nevidence-missing = \"off\"", None),
        ];
        for (rules, level) in levels {
            let policy = Policy::parse(format!("[rules]\n{rules}").as_bytes()).unwrap();
            let mut judgement = Judgement::default();
            judge(Case::Commit(&commit), &facts::subject(&commit), terms(&policy), &mut judgement);
            assert_eq!(judgement.tallies["commit-signer-known"].unknown, 1);
            let found = judgement.findings.iter().find(|f| f.asked == "commit-signer-known");
            assert_eq!(found.map(|finding| finding.level), level, "{rules}");
            assert_eq!(judgement.denied(), 0);
            assert_eq!(judgement.undecided(), usize::from(level == Some(Level::Deny)));
        }
    }

    #[test]
    fn a_signature_that_does_not_hold_is_denied_even_where_the_rule_only_warns() {
        let commit = commit_by("ana@example.com", Some(bad_signature()));
        for (level, denied) in [("warn", 1), ("off", 0)] {
            let text = format!("[rules]\ncommit-signed = \"{level}\"");
            let policy = Policy::parse(text.as_bytes()).unwrap();
            let mut judgement = Judgement::default();
            judge(Case::Commit(&commit), &facts::subject(&commit), terms(&policy), &mut judgement);
            assert_eq!(judgement.denied(), denied, "{level}");
        }
    }
}

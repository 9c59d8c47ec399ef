//! Who deployed and approved, and whether that was somebody else.

use super::{Check, Rule, names};
use crate::event::{Event, Grade, What, short};
use crate::ledger;
use crate::policy::facts::{Approval, Deployed, Terms};
use crate::policy::finding::{Answer, Fault, Level};
pub(super) use crate::policy::people::Actor;
use crate::policy::people::{People, Somebody};
use crate::policy::time::{span, stamp};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RULES: [Rule; 5] = [
    Rule {
        id: "deploy-approved",
        default: Level::Deny,
        summary: "Every deploy was approved by as many as the environment asks for, before it began",
        protects: "Deploys that nobody agreed to, or only afterwards.",
        looks_at: "Approvals of this commit (or artifact) in this environment, each person's last word before \
            the deploy began. An approval that builds on the deploy's record came afterwards, whatever time it \
            states. Where both were recorded later (--when), the ledger's order and the times that they state tell \
            which came first, and the deploy's record must be signed or imported, too. Where the policy names \
            approvers, only theirs count; where it names none, those of bots and agents don't.",
        satisfied: "As many different persons as the policy's approvals say approved, and nobody's last word \
            is a rejection.",
        mend: "Approve before deploying: audit record approval --env ENV --commit ID --decision approved. For \
            what has happened already, record an exception.",
        check: Check::Deploy(approved),
    },
    Rule {
        id: "approval-stale",
        default: Level::Deny,
        summary: "No deploy rests on an approval that had expired or was given for an earlier state",
        protects: "Pushes after the approval, and approvals that were kept for a better moment.",
        looks_at: "When an approval expires (its own expires, the policy's approval-expires), and approvals of \
            commits that the deploy brings, but that are not the deployed one and never ran there themselves.",
        satisfied: "The approvals are of the deployed commit and had not expired when the deploy began.",
        mend: "Approve what is to be deployed, now: audit record approval --env ENV --commit ID --decision \
            approved.",
        check: Check::Deploy(stale),
    },
    Rule {
        id: "four-eyes",
        default: Level::Deny,
        summary: "Whoever approves a deploy neither wrote what it brings nor deploys it",
        protects: "One person who writes, approves and deploys: under one address or under several.",
        looks_at: "The approvers, the deployer, and the authors, co-authors and signers of the commits that \
            the deploy brings (of a merge only if it changes something of its own), compared as persons.",
        satisfied: "As many approvals as the environment asks for are by persons who are none of the others.",
        mend: "Let somebody approve who had no part in it.",
        check: Check::Deploy(four_eyes),
    },
    Rule {
        id: "deployer-authorised",
        default: Level::Deny,
        summary: "Whoever deploys may deploy there",
        protects: "Deploys by people or programs that nobody gave the right to.",
        looks_at: "Who is behind the deploy's record against the environment's deployers. A record that nobody \
            signed proves nobody.",
        satisfied: "They are one of the deployers.",
        mend: "Let one of them deploy, or add the person to deployers in the policy (reviewed as any change of \
            it).",
        check: Check::Deploy(deployer),
    },
    Rule {
        id: "approver-authorised",
        default: Level::Deny,
        summary: "Whoever approves a deploy may approve it",
        protects: "Approvals by people whom nobody gave the right to.",
        looks_at: "Who is behind each approval against the environment's approvers.",
        satisfied: "They are among the approvers.",
        mend: "Let one of the approvers approve, or add the person to approvers in the policy.",
        check: Check::Deploy(approvers),
    },
];

/// How many must approve; none where neither the policy's environment nor its rules ask for it.
fn needed(deploy: &Deployed<'_>, terms: Terms<'_>, rule: &str) -> usize {
    let environment = terms.policy.environments.get(deploy.env);
    let asked = environment.map_or(0, |env| env.approvals_needed());
    let set = terms.policy.set_level(rule, Some(deploy.env)).is_some();
    (asked as usize).max(usize::from(set))
}

/// When an approval was made, as far as it can be said: not before it was written down.
pub(super) fn made(record: &Event) -> i64 {
    let stated = record.when.map_or(i64::MAX, |when| when.seconds);
    let written = record.field("recorded").and_then(|text| ledger::time::parse(text.as_bytes()));
    stated.max(written.unwrap_or(stated))
}

/// When an approval was made, as far as this deploy is concerned. Between two records that somebody trusted vouches for
/// the platform's times decide, for imports are always written later. A deploy that was recorded here was there before
/// whatever was imported after it.
fn made_for(approval: &Event, deploy: &Deployed<'_>) -> i64 {
    let imported = |record: &Event| record.proof.grade == Grade::Imported;
    match deploy.record.is_some_and(imported) && imported(approval) {
        true => approval.when.map_or(i64::MAX, |when| when.seconds),
        false => made(approval),
    }
}

/// Whether an approval came before the deploy began.
fn in_time(approval: &Approval<'_>, deploy: &Deployed<'_>) -> bool {
    let before = made_for(approval.record, deploy) <= deploy.at;
    !approval.after && (before || by_order(approval, deploy))
}

/// Whether an approval came before the deploy by the ledger's order alone: both were written down later.
fn by_order(approval: &Approval<'_>, deploy: &Deployed<'_>) -> bool {
    approval.both_later
        && made(approval.record) > deploy.at
        && approval.record.when.is_some_and(|stated| stated.seconds <= deploy.at)
}

/// The last second in which an approval counts.
fn expiry(approval: &Event, deploy: &Deployed<'_>, terms: Terms<'_>) -> Option<i64> {
    let own = approval.field("expires").and_then(|text| ledger::time::parse(text.as_bytes()));
    let environment = terms.policy.environments.get(deploy.env);
    let lasts = environment.and_then(|env| env.approval_expires);
    // One that counts although it was written down after the deploy counts from when it states.
    let made = match made_for(approval, deploy) {
        late if late > deploy.at => approval.when.map_or(late, |stated| stated.seconds),
        made => made,
    };
    let general = lasts.map(|lasts| made.saturating_add(lasts));
    match (own, general) {
        (Some(own), Some(general)) => Some(own.min(general)),
        (own, general) => own.or(general),
    }
}

/// The last word of each person before the deploy: `None` for who is not proven.
struct Words<'a> {
    proven: BTreeMap<Somebody, &'a Event>,
    claimed: BTreeMap<Somebody, &'a Event>,
}

impl<'a> Words<'a> {
    fn of(deploy: &Deployed<'a>, terms: Terms<'_>) -> Words<'a> {
        let mut words = Words { proven: BTreeMap::new(), claimed: BTreeMap::new() };
        for approval in deploy.approvals.iter().filter(|approval| in_time(approval, deploy)) {
            // By the ledger's order, an approval is proved no better than the deploy that stands behind it.
            let weak = by_order(approval, deploy) && !deploy.is_proven();
            match terms.policy.people.behind(approval.record) {
                Some(Actor::Proven(who)) if weak => words.claimed.insert(who, approval.record),
                Some(Actor::Proven(who)) => words.proven.insert(who, approval.record),
                Some(Actor::Claimed(who)) => words.claimed.insert(who, approval.record),
                None => None,
            };
        }
        words
    }

    /// Who approved, and nobody else's word is needed for that: unexpired, and of somebody who may.
    fn valid(
        words: &BTreeMap<Somebody, &Event>,
        deploy: &Deployed<'_>,
        terms: Terms<'_>,
    ) -> BTreeSet<Somebody> {
        let valid = words.iter().filter(|(who, record)| {
            record.field("decision") == Some("approved")
                && expiry(record, deploy, terms).is_none_or(|expiry| deploy.at <= expiry)
                && may_approve(who, deploy, terms)
                && !is_of_program(record, deploy, terms)
        });
        valid.map(|(who, _)| who.clone()).collect()
    }
}

/// Whether the forge says that a program approved, and the policy does not name it as an approver.
fn is_of_program(record: &Event, deploy: &Deployed<'_>, terms: Terms<'_>) -> bool {
    let environment = terms.policy.environments.get(deploy.env);
    environment.is_none_or(|env| env.approvers.is_none()) && People::names_program(record)
}

/// Where nobody is named, everybody may, but no program: it has no eyes.
fn may_approve(who: &Somebody, deploy: &Deployed<'_>, terms: Terms<'_>) -> bool {
    let environment = terms.policy.environments.get(deploy.env);
    match environment.and_then(|env| env.approvers.as_ref()) {
        Some(approvers) => who.id().is_some_and(|id| approvers.contains(id)),
        None => !terms.policy.people.is_program(who),
    }
}

fn approved(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let needed = needed(deploy, terms, "deploy-approved");
    if needed == 0 {
        return Answer::Irrelevant;
    }
    let words = Words::of(deploy, terms);
    let against = words.proven.iter().chain(&words.claimed);
    let against: Vec<_> =
        against.filter(|(_, record)| record.field("decision") == Some("rejected")).collect();
    if !against.is_empty() {
        return Answer::fails(format!("{} rejected it", names(against.iter().map(|(who, _)| who))));
    }
    let valid = Words::valid(&words.proven, deploy, terms);
    if valid.len() >= needed {
        return Answer::Holds;
    }
    let claimed = Words::valid(&words.claimed, deploy, terms);
    if valid.union(&claimed).count() >= needed {
        let weak = !deploy.is_proven() && deploy.approvals.iter().any(|one| by_order(one, deploy));
        let why = match weak {
            true => "it and the deploy were both recorded later, and not both are signed",
            false => "nobody signed it",
        };
        return Answer::unknown(format!(
            "nothing proves the approval of {}: {why}",
            names(claimed)
        ));
    }
    let late = deploy.approvals.iter().find(|approval| !in_time(approval, deploy));
    let late = late.map_or_else(String::new, |approval| {
        let who = terms.policy.people.behind(approval.record);
        let who = who.map_or_else(|| "somebody".to_owned(), |who| who.somebody().to_string());
        let stated = approval.record.when.map(|at| at.seconds);
        let (at, written) = (stated.map_or_else(String::new, stamp), made(approval.record));
        let began = stamp(deploy.at);
        if written <= deploy.at {
            format!("; {who} approved it after it began: it states {at}, and builds on the deploy's record")
        } else if stated == Some(written) {
            format!("; {who} approved it at {at}, after it began at {began}")
        } else {
            let written = stamp(written);
            format!(
                "; {who} approved it after it began at {began}: it states {at}, and was written down at {written}"
            )
        }
    });
    Answer::fails(match valid.len() {
        0 => format!("nobody who counts approved it before it began; {needed} needed{late}"),
        have => format!("{have} of {needed} needed approved it: {}{late}", names(valid)),
    })
}

fn stale(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let words = Words::of(deploy, terms);
    let all = words.proven.iter().chain(&words.claimed);
    let approvals: Vec<_> =
        all.filter(|(_, record)| record.field("decision") == Some("approved")).collect();
    let mut faults = Vec::new();
    let mut good = 0;
    for (who, record) in &approvals {
        match expiry(record, deploy, terms) {
            Some(expiry) if deploy.at > expiry => faults.push(Fault {
                why: format!(
                    "the approval of {who} expired {} before it began, at {}",
                    span(deploy.at - expiry),
                    stamp(expiry)
                ),
                mend: None,
                grave: false,
            }),
            _ => good += 1,
        }
    }
    let needed = needed(deploy, terms, "approval-stale").max(1);
    if good >= needed {
        return Answer::Holds;
    }
    for approval in deploy.earlier_approvals.iter().filter(|approval| in_time(approval, deploy)) {
        let Some(commit) = approval.record.field("commit") else { continue };
        let who = terms.policy.people.behind(approval.record);
        let who = who.map_or_else(|| "somebody".to_owned(), |who| who.somebody().to_string());
        faults.push(Fault {
            why: format!(
                "{who} approved {}, but {} {} deployed: a push after the approval",
                short(commit),
                short(deploy.commit),
                deploy.done("was", "is to be")
            ),
            mend: None,
            grave: false,
        });
    }
    match (faults.is_empty(), good) {
        (false, _) => Answer::Fails(faults),
        (true, 0) => Answer::Irrelevant,
        (true, _) => Answer::Holds,
    }
}

fn four_eyes(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let needed = needed(deploy, terms, "four-eyes");
    if needed == 0 {
        return Answer::Irrelevant;
    }
    let people = &terms.policy.people;
    let words = Words::of(deploy, terms);
    let proven = Words::valid(&words.proven, deploy, terms);
    let claimed = Words::valid(&words.claimed, deploy, terms);
    if proven.is_empty() && claimed.is_empty() {
        // That nobody approved is another rule's finding.
        return Answer::Irrelevant;
    }
    let gained = match &deploy.gained {
        Ok(gained) => gained,
        Err(missing) => return Answer::unknown(format!("who wrote what it brings: {missing}")),
    };
    let mut parts: BTreeMap<Somebody, &str> = BTreeMap::new();
    for gained in gained {
        let merge = matches!(&gained.commit.what, What::Commit(facts) if facts.parents.len() > 1);
        if merge && gained.own_changes == Some(false) {
            continue;
        }
        for writer in people.writers(gained.commit) {
            parts.entry(writer).or_insert("wrote part of it");
        }
    }
    if let Some(record) = deploy.record {
        let signer = record.proof.signature.as_ref().and_then(|verdict| people.signer(verdict));
        let signer = signer.filter(|signer| !people.may_act_for_others(signer));
        for who in people.actor(record).into_iter().chain(signer) {
            parts.entry(who).or_insert("deployed it");
        }
    }
    let independent = proven.iter().filter(|who| !parts.contains_key(who)).count();
    if independent >= needed {
        return Answer::Holds;
    }
    let involved: Vec<String> = proven
        .union(&claimed)
        .filter_map(|who| Some(format!("{who}, who {}", parts.get(who)?)))
        .collect();
    let hoped = proven.union(&claimed).filter(|who| !parts.contains_key(who)).count();
    if hoped >= needed {
        return Answer::unknown(format!(
            "nothing proves the approval of {}: nobody signed it",
            names(claimed)
        ));
    }
    if involved.is_empty() {
        // Too few approved, but they had no part in it: another rule's finding.
        return Answer::Holds;
    }
    Answer::fails(format!("approved by {}", names(involved)))
}

fn deployer(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let environment = terms.policy.environments.get(deploy.env);
    let (Some(record), Some(allowed)) =
        (deploy.record, environment.and_then(|env| env.deployers.as_ref()))
    else {
        return Answer::Irrelevant;
    };
    let may = |who: &Somebody| who.id().is_some_and(|id| allowed.contains(id));
    // A program that records deploys for people may be named as a deployer itself.
    let signer =
        record.proof.signature.as_ref().and_then(|verdict| terms.policy.people.signer(verdict));
    match terms.policy.people.behind(record) {
        Some(Actor::Proven(who)) if may(&who) || signer.as_ref().is_some_and(may) => Answer::Holds,
        Some(Actor::Claimed(who)) if may(&who) => Answer::unknown(format!(
            "nothing proves that {who} deployed it: nobody signed the record"
        )),
        Some(who) => Answer::fails(format!("{} may not deploy to {}", who.somebody(), deploy.env)),
        None => Answer::fails("its record names nobody"),
    }
}

fn approvers(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let environment = terms.policy.environments.get(deploy.env);
    if environment.is_none_or(|env| env.approvers.is_none()) || deploy.approvals.is_empty() {
        return Answer::Irrelevant;
    }
    let mut faults = Vec::new();
    let mut doubtful = Vec::new();
    for approval in &deploy.approvals {
        match terms.policy.people.behind(approval.record) {
            Some(Actor::Proven(who)) if may_approve(&who, deploy, terms) => {}
            Some(Actor::Claimed(who)) if may_approve(&who, deploy, terms) => doubtful.push(who),
            who => {
                let who = who.map_or_else(|| "nobody".to_owned(), |who| who.somebody().to_string());
                let id = short(&approval.record.id);
                faults.push(Fault {
                    why: format!("{who} may not approve for {} (record {id})", deploy.env),
                    mend: None,
                    grave: false,
                });
            }
        }
    }
    if faults.is_empty() && !doubtful.is_empty() {
        return Answer::unknown(format!(
            "nothing proves the approval of {}: nobody signed it",
            names(doubtful)
        ));
    }
    Answer::of(faults)
}

#[cfg(test)]
#[path = "approvals_tests.rs"]
mod tests;

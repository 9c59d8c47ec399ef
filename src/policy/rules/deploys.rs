//! What was deployed: the commit, its branch, freezes, the reason.

use super::{Check, Rule};
use crate::event::{Event, Grade, short};
use crate::ledger;
use crate::policy::environment::Freeze;
use crate::policy::facts::{Deployed, Terms};
use crate::policy::file::matches;
use crate::policy::finding::{Answer, Level};
use crate::policy::people::Somebody;
use crate::policy::time::stamp;

pub(super) const RULES: [Rule; 6] = [
    Rule {
        id: "deploy-commit-exists",
        default: Level::Warn,
        summary: "Every deployed commit is in this repository",
        protects: "Code in an environment that nobody can look at.",
        looks_at: "The commit that the deploy's record names.",
        satisfied: "It is here.",
        mend: "Fetch it (git fetch --all --tags); if no clone has it, the history was rewritten after the \
            deploy.",
        check: Check::Deploy(commit_exists),
    },
    Rule {
        id: "deploy-from-branch",
        default: Level::Deny,
        summary: "What is deployed stands on one of the environment's branches",
        protects: "Deploys of code that was never merged.",
        looks_at: "The branches that lead to the commit, here and at the remote, against the environment's \
            branches. Without branches in the policy it asks nothing.",
        satisfied: "One of them is among those.",
        mend: "Merge first, then deploy from the branch.",
        check: Check::Deploy(from_branch),
    },
    Rule {
        id: "deploy-has-why",
        default: Level::Warn,
        summary: "Every deploy says why",
        protects: "Deploys that nobody can explain when they turn out to be the cause.",
        looks_at: "The record's reason and tickets, and those of records that correct it.",
        satisfied: "One of them.",
        mend: "Record what is missing: audit record note --why '…' --link corrects=ID; next time --why.",
        check: Check::Deploy(has_why),
    },
    Rule {
        id: "deploy-in-freeze",
        default: Level::Deny,
        summary: "Nothing is deployed while the environment is frozen",
        protects: "Changes in the days in which nobody can help.",
        looks_at: "The time of the deploy against the policy's freezes and those of the ledger, from the first \
            second of each until the one before its end. What ends a freeze early must be signed or imported.",
        satisfied: "No freeze covers it, or the one who deployed is exempt.",
        mend: "Wait, or let somebody who is exempt deploy it.",
        check: Check::Deploy(in_freeze),
    },
    Rule {
        id: "deploy-unsigned-commits",
        default: Level::Off,
        summary: "Every commit that a deploy brings is signed by somebody known",
        protects: "Code of unknown origin in an environment, even when the history as a whole may hold some.",
        looks_at: "The commits between what ran before and what runs then.",
        satisfied: "Each carries a good signature.",
        mend: "Let somebody known sign them again, or leave them out.",
        check: Check::Deploy(unsigned_commits),
    },
    Rule {
        id: "history-rewritten",
        default: Level::Warn,
        summary: "Every deployed commit is still part of the history",
        protects: "A force-push that makes a deployed commit vanish, and with it what it was.",
        looks_at: "Whether any branch or tag leads to the commit.",
        satisfied: "One does.",
        mend: "Tag the commit (git tag deployed/… ID) before it is collected as garbage, and find out who \
            rewrote the branch.",
        check: Check::Deploy(rewritten),
    },
];

fn commit_exists(deploy: &Deployed<'_>, _: Terms<'_>) -> Answer {
    match deploy.present {
        Some(true) => Answer::Holds,
        Some(false) => Answer::fails(format!("the commit {} is not here", short(deploy.commit))),
        None => Answer::unknown(format!(
            "the commit {} is not here, and neither is the whole history",
            short(deploy.commit)
        )),
    }
}

fn from_branch(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let environment = terms.policy.environments.get(deploy.env);
    let Some(patterns) = environment.and_then(|env| env.branches.as_ref()) else {
        return Answer::Irrelevant;
    };
    let Some(branches) = &deploy.branches else {
        return Answer::unknown(format!("which branches hold {}", short(deploy.commit)));
    };
    if branches.iter().any(|branch| matches(patterns, branch)) {
        return Answer::Holds;
    }
    Answer::fails(format!(
        "{} stands on none of the branches {}",
        short(deploy.commit),
        patterns.join(", ")
    ))
}

fn has_why(deploy: &Deployed<'_>, _: Terms<'_>) -> Answer {
    let Some(record) = deploy.record else { return Answer::Irrelevant };
    let says =
        |record: &Event| !record.why.body.trim().is_empty() || !record.why.tickets.is_empty();
    match says(record) || deploy.corrections.iter().any(|correction| says(correction)) {
        true => Answer::Holds,
        false => Answer::fails("it gives no reason and no ticket"),
    }
}

fn in_freeze(deploy: &Deployed<'_>, terms: Terms<'_>) -> Answer {
    let people = &terms.policy.people;
    let environment = terms.policy.environments.get(deploy.env);
    let deployer = deploy.record.and_then(|record| people.behind(record));
    // Who only claims to be exempt is not.
    let deployer = deployer.as_ref().map(|who| match who {
        super::approvals::Actor::Proven(who) => (who, true),
        super::approvals::Actor::Claimed(who) => (who, false),
    });
    let declared = environment.map_or(&[][..], |env| &env.freezes);
    let recorded = recorded(deploy, terms);
    if declared.is_empty() && recorded.is_empty() {
        return Answer::Irrelevant;
    }
    for freeze in declared.iter().chain(&recorded).filter(|freeze| freeze.covers(deploy.at)) {
        let exempt = |who: &Somebody| {
            who.id().is_some_and(|id| {
                freeze.exempt.contains(id) || environment.is_some_and(|env| env.exempt.contains(id))
            })
        };
        match deployer {
            Some((who, true)) if exempt(who) => continue,
            Some((who, false)) if exempt(who) => {
                return Answer::unknown(format!(
                    "{who} would be exempt from the freeze, but nothing proves that it was {who}"
                ));
            }
            _ => {}
        }
        let until = match (freeze.until, freeze.stated_end) {
            (Some(until), Some(stated)) => format!(
                " until {} (it states its end as {}; what counts is when that was written down)",
                stamp(until),
                stamp(stated)
            ),
            (Some(until), None) => format!(" until {}", stamp(until)),
            (None, _) => String::new(),
        };
        let why = freeze.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        return Answer::fails(format!(
            "{} {} frozen{until}{why}, and this {} deployed at {}",
            deploy.env,
            deploy.done("was", "is"),
            deploy.done("was", "would be"),
            stamp(deploy.at)
        ));
    }
    Answer::Holds
}

/// The freezes that the ledger holds. One that is said to have begun counts, whoever says so; that it
/// ended must be proved.
fn recorded(deploy: &Deployed<'_>, terms: Terms<'_>) -> Vec<Freeze> {
    let mut freezes: Vec<Freeze> = Vec::new();
    for record in &deploy.freezes {
        let stated = record.when.map(|when| when.seconds);
        match record.field("action") {
            Some("begins") => freezes.push(Freeze {
                from: moment(record, "from").or(stated),
                until: moment(record, "until"),
                why: Some(record.why.body.trim().to_owned()).filter(|why| !why.is_empty()),
                exempt: exempt(record, terms),
                stated_end: None,
            }),
            Some("ends") if matches!(record.proof.grade, Grade::Signed | Grade::Imported) => {
                let states = moment(record, "until").or_else(|| moment(record, "from")).or(stated);
                // Nobody ends a freeze afterwards, for what was deployed in it.
                let end = states.map(|end| end.max(super::approvals::made(record)));
                for freeze in &mut freezes {
                    if freeze.until.is_none_or(|until| end.is_some_and(|end| end < until)) {
                        freeze.until = end;
                        freeze.stated_end = states.filter(|states| Some(*states) != end);
                    }
                }
            }
            _ => {}
        }
    }
    freezes
}

fn exempt(record: &Event, terms: Terms<'_>) -> std::collections::BTreeSet<String> {
    let people = &terms.policy.people;
    let mut ids = std::collections::BTreeSet::new();
    for name in record.texts("exempt") {
        if people.get(name).is_some() {
            ids.insert(name.to_owned());
        } else if let Some(members) = people.roles().get(name) {
            ids.extend(members.iter().cloned());
        }
    }
    ids
}

fn moment(record: &Event, name: &str) -> Option<i64> {
    ledger::time::parse(record.field(name)?.as_bytes())
}

fn unsigned_commits(deploy: &Deployed<'_>, _: Terms<'_>) -> Answer {
    let gained = match &deploy.gained {
        Ok(gained) => gained,
        Err(missing) => return Answer::unknown(missing),
    };
    let with = |grades: &[Grade]| -> Vec<&str> {
        let bad = gained.iter().filter(|gained| grades.contains(&gained.commit.proof.grade));
        bad.map(|gained| short(&gained.commit.id)).collect()
    };
    let bad = with(&[Grade::Claimed, Grade::Broken, Grade::Imported]);
    if !bad.is_empty() {
        return Answer::fails(format!("{} of its commits: {}", bad.len(), few(&bad)));
    }
    let unknown = with(&[Grade::Unknown]);
    if !unknown.is_empty() {
        return Answer::unknown(format!("who signed {}", few(&unknown)));
    }
    Answer::Holds
}

/// The first five.
fn few(ids: &[&str]) -> String {
    let shown = ids.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    if ids.len() > 5 { format!("{shown}, …") } else { shown }
}

fn rewritten(deploy: &Deployed<'_>, _: Terms<'_>) -> Answer {
    match (deploy.present, deploy.reachable) {
        // Another rule's finding.
        (Some(false), _) => Answer::Irrelevant,
        (_, Some(true)) => Answer::Holds,
        (_, Some(false)) => Answer::fails(format!(
            "no branch and no tag leads to {} any more",
            short(deploy.commit)
        )),
        (_, None) => Answer::unknown(format!("whether anything leads to {}", short(deploy.commit))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::{Kind, Status, Why};
    use crate::policy::facts::Gained;
    use serde_json::json;

    const FROZEN: &str = "environments.production.freeze = [{ from = 2026-11-20T12:00:00Z, until = \
        2026-11-20T13:00:00Z, exempt = [\"operations\"], why = \"black friday\" }]";

    fn deploy(commit: &str) -> Deployed<'_> {
        Deployed {
            record: None,
            env: "production",
            service: None,
            at: NOON,
            commit,
            artifact: None,
            present: Some(true),
            branches: Some(vec!["main".into()]),
            reachable: Some(true),
            gained: Ok(Vec::new()),
            approvals: Vec::new(),
            earlier_approvals: Vec::new(),
            corrections: Vec::new(),
            freezes: Vec::new(),
        }
    }

    #[test]
    fn the_commit_is_here_and_something_leads_to_it() {
        let policy = policy("");
        let check = |present, reachable| {
            let deploy = Deployed { present, reachable, ..deploy("cccccccccccc") };
            (commit_exists(&deploy, terms(&policy)), rewritten(&deploy, terms(&policy)))
        };
        assert_eq!(check(Some(true), Some(true)), (Answer::Holds, Answer::Holds));
        let (exists, history) = check(Some(false), Some(false));
        assert_fails(&exists, "is not here");
        assert_eq!(history, Answer::Irrelevant);
        assert_fails(&check(Some(true), Some(false)).1, "no branch and no tag");
        let (exists, history) = check(None, None);
        assert_unknown(&exists, "the whole history");
        assert_unknown(&history, "leads to");
    }

    #[test]
    fn the_branch_is_one_of_the_environment_s() {
        let policy = policy("environments.production.branches = [\"main\", \"release/*\"]");
        let check = |env: &'static str, branches| {
            let deploy = Deployed { env, branches, ..deploy("cccccccccccc") };
            from_branch(&deploy, terms(&policy))
        };
        assert_eq!(check("production", Some(vec!["release/1".into()])), Answer::Holds);
        assert_fails(&check("production", Some(vec!["topic".into()])), "none of the branches");
        assert_unknown(&check("production", None), "which branches");
        assert_eq!(check("staging", Some(vec![])), Answer::Irrelevant);
    }

    fn deploy_record(who: &str, signer: Option<&str>) -> Event {
        let what = json!({"commit": "c".repeat(40), "outcome": "success"});
        record(Kind::Deploy, &format!("{who}@example.com"), signer, NOON, what)
    }

    #[test]
    fn a_deploy_says_why() {
        let policy = policy("");
        let mut record = deploy_record("ana", None);
        let check = |record: &Event| {
            has_why(&Deployed { record: Some(record), ..deploy("c") }, terms(&policy))
        };
        assert_fails(&check(&record), "no reason");
        let note =
            Event { why: Why { body: "the outage".into(), ..Why::default() }, ..record.clone() };
        let corrected = Deployed { record: Some(&record), corrections: vec![&note], ..deploy("c") };
        assert_eq!(has_why(&corrected, terms(&policy)), Answer::Holds);
        record.why.tickets = vec!["PAY-88".into()];
        assert_eq!(check(&record), Answer::Holds);
    }

    #[test]
    fn a_freeze_begins_and_ends_on_the_second() {
        let policy = policy(FROZEN);
        let check = |at| in_freeze(&Deployed { at, ..deploy("c") }, terms(&policy));
        assert_eq!(check(NOON - 1), Answer::Holds);
        assert_fails(&check(NOON), "black friday");
        assert_fails(&check(NOON + 3599), "frozen until 2026-11-20T13:00:00Z");
        assert_eq!(check(NOON + 3600), Answer::Holds);
        let elsewhere = Deployed { env: "staging", ..deploy("c") };
        assert_eq!(in_freeze(&elsewhere, terms(&policy)), Answer::Irrelevant);
    }

    #[test]
    fn only_who_proves_to_be_exempt_is() {
        let policy = policy(FROZEN);
        let check = |who, signer| {
            let record = deploy_record(who, signer);
            in_freeze(&Deployed { record: Some(&record), ..deploy("c") }, terms(&policy))
        };
        assert_eq!(check("bruno", Some("bruno")), Answer::Holds);
        assert_eq!(check("bruno", Some("ci")), Answer::Holds);
        assert_fails(&check("cem", Some("cem")), "frozen");
        assert_fails(&check("bruno", Some("cem")), "frozen");
        assert_unknown(&check("bruno", None), "nothing proves");
        assert_fails(&check("cem", None), "frozen");
    }

    #[test]
    fn a_freeze_of_the_ledger_counts_until_somebody_proves_its_end() {
        let policy = policy("");
        let freeze = |action, signer, at| {
            record(Kind::Freeze, "ana@example.com", signer, at, json!({"action": action}))
        };
        let begin = freeze("begins", None, NOON - 100);
        let check = |end: Option<&Event>| {
            let freezes = [Some(&begin), end].into_iter().flatten().collect();
            in_freeze(&Deployed { freezes, ..deploy("c") }, terms(&policy))
        };
        assert_fails(&check(None), "frozen");
        assert_eq!(check(Some(&freeze("ends", Some("ana"), NOON))), Answer::Holds);
        assert_fails(&check(Some(&freeze("ends", Some("ana"), NOON + 1))), "frozen");
        assert_fails(&check(Some(&freeze("ends", None, NOON))), "frozen");
    }

    /// Times count from noon, when it was deployed; the freeze began long before.
    #[test]
    fn a_freeze_of_the_ledger_ends_when_it_is_said_to_and_is_never_prolonged_by_its_end() {
        let policy = policy("");
        let freeze = |action: &str, signer, made: i64, until: Option<i64>| {
            let until = until.map(|until| stamp(NOON + until));
            let what = json!({"action": action, "until": until});
            record(Kind::Freeze, "ana@example.com", signer, NOON + made, what)
        };
        for (until, end, frozen) in [
            (None, None, Some("frozen, ")),
            (Some(60), None, Some("frozen until 2026-11-20T12:01:00Z, ")),
            (Some(1), None, Some("frozen until 2026-11-20T12:00:01Z, ")),
            (Some(0), None, None),
            (Some(60), Some((-50, None)), None),
            (Some(60), Some((-50, Some(10))), Some("frozen until 2026-11-20T12:00:10Z, ")),
            (Some(60), Some((-50, Some(70))), Some("frozen until 2026-11-20T12:01:00Z, ")),
            (Some(-20), Some((-50, Some(50))), None),
            // Ended afterwards: it held until somebody said so, and both times are told.
            (
                None,
                Some((5, Some(-30))),
                Some("05Z (it states its end as 2026-11-20T11:59:30Z; what counts is "),
            ),
        ] {
            let begin = freeze("begins", None, -100, until);
            let end = end.map(|(made, until)| freeze("ends", Some("ana"), made, until));
            let freezes = [Some(&begin), end.as_ref()].into_iter().flatten().collect();
            let answer = in_freeze(&Deployed { freezes, ..deploy("c") }, terms(&policy));
            match frozen {
                Some(text) => assert_fails(&answer, text),
                None => assert_eq!(answer, Answer::Holds, "{until:?} {end:?}"),
            }
        }
    }

    #[test]
    fn a_freeze_of_the_ledger_says_whom_it_exempts_and_why() {
        let policy = policy("");
        let exempt = json!({"action": "begins", "exempt": ["cem", "operations", "nobody"]});
        let mut freeze = record(Kind::Freeze, "ana@example.com", None, NOON - 100, exempt);
        freeze.why.body = " the audit\n".into();
        let check = |who: &str| {
            let record = deploy_record(who, Some(who));
            let freezes = vec![&freeze];
            in_freeze(&Deployed { record: Some(&record), freezes, ..deploy("c") }, terms(&policy))
        };
        for who in ["cem", "ana", "bruno"] {
            assert_eq!(check(who), Answer::Holds, "{who}");
        }
        for who in ["robot", "nobody"] {
            assert_fails(&check(who), "frozen (the audit), ");
        }
    }

    #[test]
    fn unsigned_commits_of_a_deploy_are_counted() {
        let policy = policy("");
        let check = |signature| {
            let commit = commit_by("ana@example.com", signature);
            let gained = Ok(vec![Gained { commit: &commit, own_changes: None }]);
            unsigned_commits(&Deployed { gained, ..deploy("c") }, terms(&policy))
        };
        assert_eq!(check(Some(signed_by("ana"))), Answer::Holds);
        assert_fails(&check(None), "1 of its commits: cccccccccc");
        assert_fails(&check(Some(of_status(Status::RevokedKey))), "1 of its commits");
        assert_unknown(&check(Some(missing_key())), "who signed");
        for (count, shown) in [(5, 5), (6, 5)] {
            let commit = commit_by("ana@example.com", None);
            let gained =
                Ok((0..count).map(|_| Gained { commit: &commit, own_changes: None }).collect());
            let answer = unsigned_commits(&Deployed { gained, ..deploy("c") }, terms(&policy));
            let ids = vec!["cccccccccc"; shown].join(", ");
            let more = if count > shown { ", …" } else { "" };
            assert_eq!(said(&answer), format!("{count} of its commits: {ids}{more}"));
        }
        let lost = Deployed { gained: Err("history is shallow".into()), ..deploy("c") };
        assert_unknown(&unsigned_commits(&lost, terms(&policy)), "shallow");
    }
}

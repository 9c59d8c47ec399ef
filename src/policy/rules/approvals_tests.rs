//! Approvals, from both sides of every boundary.

use super::super::testing::*;
use super::*;
use crate::event::{Grade, Kind, Proof, Verdict};
use crate::policy::Policy;
use crate::policy::facts::Gained;
use serde_json::json;

fn asks(more: &str) -> Policy {
    policy(&format!("[environments.production]\n{more}\n"))
}

fn deploy_by(who: &str) -> Event {
    let what = json!({"commit": "c".repeat(40), "outcome": "success"});
    record(Kind::Deploy, &format!("{who}@example.com"), Some(who), NOON, what)
}

/// What rules say about a deploy by CI for Cem, of a commit by Ana, with approvals.
struct Scene {
    policy: Policy,
    deploy: Event,
    commit: Event,
    own_changes: Option<bool>,
    approvals: Vec<Event>,
    after: bool,
    both_later: bool,
    earlier: Vec<Event>,
}

impl Scene {
    fn new(policy: Policy, approvals: Vec<Event>) -> Scene {
        Scene {
            policy,
            deploy: deploy_by("cem"),
            commit: commit_by("ana@example.com", Some(signed_by("ana"))),
            own_changes: None,
            approvals,
            after: false,
            both_later: false,
            earlier: Vec::new(),
        }
    }

    fn ask(&self, check: fn(&Deployed<'_>, Terms<'_>) -> Answer) -> Answer {
        let approval = |record| Approval { record, after: self.after, both_later: self.both_later };
        let deployed = Deployed {
            record: Some(&self.deploy),
            env: "production",
            service: None,
            at: NOON,
            commit: &self.commit.id,
            artifact: None,
            present: Some(true),
            branches: None,
            reachable: None,
            gained: Ok(vec![Gained { commit: &self.commit, own_changes: self.own_changes }]),
            approvals: self.approvals.iter().map(approval).collect(),
            earlier_approvals: self.earlier.iter().map(approval).collect(),
            corrections: Vec::new(),
            freezes: Vec::new(),
        };
        check(&deployed, terms(&self.policy))
    }
}

#[test]
fn an_environment_that_asks_for_nothing_gets_nothing() {
    let scene = Scene::new(policy(""), vec![]);
    for check in [approved, stale, four_eyes, deployer, approvers] {
        assert_eq!(scene.ask(check), Answer::Irrelevant);
    }
    let set = policy("environments.production.rules.deploy-approved = \"deny\"");
    assert_fails(&Scene::new(set, vec![]).ask(approved), "1 needed");
}

#[test]
fn one_second_after_the_deploy_is_too_late() {
    let ask = |when| Scene::new(asks("approvals = 1"), vec![approval("bruno", when)]).ask(approved);
    assert_eq!(ask(NOON - 1), Answer::Holds);
    assert_eq!(ask(NOON), Answer::Holds);
    assert_fails(&ask(NOON + 1), "bruno approved it at 2026-11-20T12:00:01Z, after it began");
}

#[test]
fn a_backdated_approval_is_found_by_what_it_builds_on_or_when_it_was_written() {
    let mut scene = Scene::new(asks("approvals = 1"), vec![approval("bruno", NOON - 1)]);
    scene.after = true;
    let said = "after it began: it states 2026-11-20T11:59:59Z, and builds on the deploy's record";
    assert_fails(&scene.ask(approved), said);
    scene.after = false;
    if let What::Record(fields) = &mut scene.approvals[0].what {
        fields.insert("recorded".into(), json!("2026-11-20T12:00:01Z"));
    }
    let said = "states 2026-11-20T11:59:59Z, and was written down at 2026-11-20T12:00:01Z";
    assert_fails(&scene.ask(approved), said);
}

#[test]
fn an_approval_that_was_recorded_later_counts_for_a_deploy_that_was_too() {
    let written = |event: &mut Event| {
        if let What::Record(fields) = &mut event.what {
            fields.insert("recorded".into(), json!("2026-11-21T12:00:00Z"));
        }
    };
    let scene = |stated, more: &str| {
        let mut scene =
            Scene::new(asks(&format!("approvals = 1\n{more}")), vec![approval("bruno", stated)]);
        written(&mut scene.approvals[0]);
        written(&mut scene.deploy);
        scene.both_later = true;
        scene
    };
    assert_eq!(scene(NOON, "").ask(approved), Answer::Holds);
    // Not one that itself states to have been given afterwards.
    assert_fails(&scene(NOON + 1, "").ask(approved), "after it began");
    // It expires by the time that it states.
    let expires = "approval-expires = \"1 hour\"";
    assert_eq!(scene(NOON - 3600, expires).ask(approved), Answer::Holds);
    assert_fails(&scene(NOON - 3601, expires).ask(approved), "nobody who counts");
    // The order is no better than the record that stands behind.
    let mut unsigned = scene(NOON, "");
    unsigned.deploy.proof =
        Proof { grade: Grade::Claimed, signature: None, notes: Vec::new(), vouched: None };
    assert_unknown(&unsigned.ask(approved), "both recorded later");
    // A deploy that was recorded in time keeps a late approval late.
    let mut in_time = scene(NOON, "");
    in_time.both_later = false;
    assert_fails(&in_time.ask(approved), "was written down at 2026-11-21T12:00:00Z");
}

#[test]
fn as_many_different_persons_as_asked_for() {
    let ask = |approvals| Scene::new(asks("approvals = 2"), approvals).ask(approved);
    let (ana, bruno) = (|| approval("ana", NOON - 9), || approval("bruno", NOON - 9));
    assert_eq!(ask(vec![ana(), bruno()]), Answer::Holds);
    assert_fails(&ask(vec![bruno(), bruno()]), "1 of 2 needed approved it: bruno");
    let mut other_address = ana();
    other_address.who.identity = Some(who("ana@home.example"));
    assert_fails(&ask(vec![ana(), other_address]), "1 of 2");
}

#[test]
fn the_last_word_counts_and_a_rejection_is_one() {
    let mut no = approval("bruno", NOON - 5);
    if let What::Record(fields) = &mut no.what {
        fields.insert("decision".into(), json!("rejected"));
    }
    let yes = approval("bruno", NOON - 9);
    let ask = |approvals| Scene::new(asks("approvals = 1"), approvals).ask(approved);
    assert_fails(&ask(vec![yes.clone(), no.clone()]), "bruno rejected it");
    assert_eq!(ask(vec![no, yes]), Answer::Holds);
}

#[test]
fn an_approval_that_nobody_signed_proves_nothing() {
    let mut typed = approval("bruno", NOON - 1);
    typed.proof = deploy_by("x").proof;
    typed.proof.signature = None;
    typed.proof.grade = crate::event::Grade::Claimed;
    let scene = Scene::new(asks("approvers = [\"bruno\"]"), vec![typed]);
    for check in [approved, four_eyes, approvers] {
        assert_unknown(&scene.ask(check), "bruno");
    }
}

#[test]
fn an_approval_expires_on_the_second() {
    let ask = |policy, approved_at, expires: Option<&str>| {
        let mut approval = approval("bruno", approved_at);
        if let (What::Record(fields), Some(expires)) = (&mut approval.what, expires) {
            fields.insert("expires".into(), json!(expires));
        }
        let scene = Scene::new(policy, vec![approval]);
        (scene.ask(stale), scene.ask(approved))
    };
    let hour = || asks("approvals = 1\napproval-expires = \"1 hour\"");
    assert_eq!(ask(hour(), NOON - 3600, None), (Answer::Holds, Answer::Holds));
    let (stale, approved) = ask(hour(), NOON - 3601, None);
    assert_fails(&stale, "the approval of bruno expired");
    assert_fails(&approved, "1 needed");
    let own = || asks("approvals = 1");
    assert_eq!(ask(own(), NOON - 9, Some("2026-11-20T12:00:00Z")).0, Answer::Holds);
    assert_fails(&ask(own(), NOON - 9, Some("2026-11-20T11:59:59Z")).0, "expired");
    // The stricter of the two.
    assert_fails(&ask(hour(), NOON - 3601, Some("2027-01-01T00:00:00Z")).0, "expired");
}

#[test]
fn the_approval_of_the_commit_before_the_last_push_is_stale() {
    let mut before = approval("bruno", NOON - 9);
    if let What::Record(fields) = &mut before.what {
        fields.insert("commit".into(), json!("b".repeat(40)));
    }
    let mut scene = Scene::new(asks("approvals = 1"), vec![]);
    scene.earlier = vec![before];
    assert_fails(&scene.ask(stale), "bruno approved bbbbbbbbbb, but cccccccccc was deployed");
    scene.approvals = vec![approval("bruno", NOON - 1)];
    assert_eq!(scene.ask(stale), Answer::Holds);
}

#[test]
fn four_eyes_are_those_of_two_persons() {
    let ask = |who: &str| {
        let scene = Scene::new(asks("approvals = 1"), vec![approval(who, NOON - 1)]);
        scene.ask(four_eyes)
    };
    assert_eq!(ask("bruno"), Answer::Holds);
    assert_fails(&ask("ana"), "ana, who wrote part of it");
    assert_fails(&ask("cem"), "cem, who deployed it");
}

/// Whose history is cut off may have been written by the approver.
#[test]
fn four_eyes_are_unknown_where_the_authors_are() {
    let scene = Scene::new(asks("approvals = 1"), vec![approval("bruno", NOON - 1)]);
    let lost = |deployed: &Deployed<'_>, terms: Terms<'_>| {
        four_eyes(&Deployed { gained: Err("history is shallow".into()), ..deployed.clone() }, terms)
    };
    assert_unknown(&scene.ask(lost), "who wrote what it brings: history is shallow");
}

/// Whatever name the record of the deploy carries, whoever signed it had a part in it; a program that
/// records for people had none, and may not be what hides them.
#[test]
fn whoever_signed_the_deploy_deployed_it() {
    let ask = |signer: &str, approver: &str| {
        let mut scene = Scene::new(asks("approvals = 1"), vec![approval(approver, NOON - 1)]);
        let what = json!({"commit": "c".repeat(40), "outcome": "success"});
        scene.deploy = record(Kind::Deploy, "cem@example.com", Some(signer), NOON, what);
        scene.ask(four_eyes)
    };
    assert_fails(&ask("bruno", "bruno"), "bruno, who deployed it");
    assert_fails(&ask("bruno", "cem"), "cem, who deployed it");
    assert_fails(&ask("ci", "cem"), "cem, who deployed it");
    assert_eq!(ask("ci", "bruno"), Answer::Holds);
}

#[test]
fn a_co_author_under_another_address_is_an_author() {
    let mut scene = Scene::new(asks("approvals = 1"), vec![approval("bruno", NOON - 1)]);
    scene.policy = asks("approvals = 1");
    scene.commit.who.co_authors = vec![who("bruno@example.com")];
    assert_fails(&scene.ask(four_eyes), "bruno, who wrote part of it");
    let mut ana = Scene::new(asks("approvals = 1"), vec![approval("ana", NOON - 1)]);
    ana.commit = commit_by("bruno@example.com", Some(signed_by("bruno")));
    ana.commit.who.co_authors = vec![who("ana@home.example")];
    assert_fails(&ana.ask(four_eyes), "ana, who wrote part of it");
}

#[test]
fn whoever_signed_a_commit_had_it_in_their_hands_whatever_name_it_carries() {
    let mut scene = Scene::new(asks("approvals = 1"), vec![approval("bruno", NOON - 1)]);
    scene.commit = commit_by("ana@example.com", Some(signed_by("bruno")));
    assert_fails(&scene.ask(four_eyes), "bruno, who wrote part of it");
}

#[test]
fn who_merges_is_no_author_unless_the_merge_has_changes_of_its_own() {
    let mut scene = Scene::new(asks("approvals = 1"), vec![approval("ana", NOON - 1)]);
    facts(&mut scene.commit).parents.push("a".repeat(40));
    scene.own_changes = Some(false);
    assert_eq!(scene.ask(four_eyes), Answer::Holds);
    for own_changes in [Some(true), None] {
        scene.own_changes = own_changes;
        assert_fails(&scene.ask(four_eyes), "ana, who wrote part of it");
    }
}

#[test]
fn a_deployer_is_one_of_those_named_and_proves_it() {
    let ask = |who: &str, signature: Option<Verdict>| {
        let mut scene = Scene::new(asks("deployers = [\"cem\"]"), vec![]);
        scene.deploy = deploy_by(who);
        scene.deploy.proof.grade =
            signature.as_ref().map_or(crate::event::Grade::Claimed, |v| v.status.grade());
        scene.deploy.proof.signature = signature.map(Box::new);
        scene.ask(deployer)
    };
    assert_eq!(ask("cem", Some(signed_by("cem"))), Answer::Holds);
    assert_eq!(ask("cem", Some(signed_by("ci"))), Answer::Holds);
    assert_fails(&ask("ana", Some(signed_by("ana"))), "ana may not deploy");
    // A bot's name typed by a human, and a human's name signed by another.
    assert_fails(&ask("cem", Some(signed_by("ana"))), "ana may not deploy");
    assert_unknown(&ask("cem", None), "nothing proves");
    assert_fails(&ask("ana", None), "ana may not deploy");
    let mut nobody = Scene::new(asks("deployers = [\"cem\"]"), vec![]);
    nobody.deploy.who.identity = None;
    nobody.deploy.proof =
        Proof { grade: Grade::Claimed, signature: None, notes: Vec::new(), vouched: None };
    assert_fails(&nobody.ask(deployer), "its record names nobody");
}

#[test]
fn an_approver_is_one_of_those_named() {
    let ask = |who: &str| {
        let policy = asks("approvers = [\"operations\"]");
        let scene = Scene::new(policy, vec![approval(who, NOON - 1)]);
        (scene.ask(approvers), scene.ask(approved))
    };
    assert_eq!(ask("bruno"), (Answer::Holds, Answer::Holds));
    // What nobody signed is doubtful where its author may approve, and wrong where not.
    let claimed = |who: &str| {
        let mut typed = approval(who, NOON - 1);
        typed.proof =
            Proof { grade: Grade::Claimed, signature: None, notes: Vec::new(), vouched: None };
        Scene::new(asks("approvers = [\"operations\"]"), vec![typed]).ask(approvers)
    };
    assert_unknown(&claimed("bruno"), "nothing proves the approval of bruno");
    assert_fails(&claimed("cem"), "cem may not approve");
    let (authorised, approved) = ask("cem");
    assert_fails(&authorised, "cem may not approve");
    assert_fails(&approved, "nobody who counts");
}

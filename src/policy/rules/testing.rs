//! Values that the tests of rules share.

#![allow(clippy::unwrap_used)]

use crate::event::{
    CommitFacts, Event, Format, Grade, Identity, Kind, Proof, Status, Verdict, What, When, Where,
    Who, Why,
};
use crate::policy::facts::Terms;
use crate::policy::{Answer, Policy};
use serde_json::{Value, json};

/// 2026-11-20T12:00:00Z.
pub(in crate::policy) const NOON: i64 = 1_795_176_000;

pub(in crate::policy) fn terms(policy: &Policy) -> Terms<'_> {
    Terms { policy, closed_trust: false, now: NOON }
}

/// Ana, Bruno and Cem with their keys; CI, which may act for others; two environments.
pub(in crate::policy) fn policy(more: &str) -> Policy {
    let text = format!(
        r#"{more}
[people.ana]
emails = ["ana@example.com", "ana@home.example"]
keys = ["SHA256:ana"]
[people.bruno]
emails = ["bruno@example.com"]
keys = ["SHA256:bruno"]
[people.cem]
emails = ["cem@example.com"]
keys = ["SHA256:cem"]
[people.ci]
emails = ["ci@example.com"]
keys = ["SHA256:ci"]
kind = "bot"
acts-for-others = true
[people.robot]
emails = ["robot@example.com"]
keys = ["SHA256:robot"]
kind = "bot"
[roles]
operations = ["ana", "bruno"]
"#
    );
    Policy::parse(text.as_bytes()).unwrap()
}

fn verdict(status: Status, key: &str) -> Verdict {
    Verdict {
        status,
        format: Format::Ssh,
        key: Some(format!("SHA256:{key}")),
        signer: (status == Status::Good).then(|| format!("{key}@example.com")),
        made: None,
        reason: None,
        marks: Vec::new(),
    }
}

pub(in crate::policy) fn signed_by(name: &str) -> Verdict {
    verdict(Status::Good, name)
}

pub(in crate::policy) fn missing_key() -> Verdict {
    verdict(Status::MissingKey, "gone")
}

pub(in crate::policy) fn bad_signature() -> Verdict {
    verdict(Status::Bad, "ana")
}

pub(in crate::policy) fn of_status(status: Status) -> Verdict {
    verdict(status, "somebody")
}

pub(in crate::policy) fn who(email: &str) -> Identity {
    Identity { name: email.split('@').next().unwrap().to_owned(), email: email.to_owned() }
}

fn proof(signature: Option<Verdict>) -> Proof {
    let grade = signature.as_ref().map_or(Grade::Claimed, |verdict| verdict.status.grade());
    Proof { grade, signature: signature.map(Box::new), notes: Vec::new(), vouched: None }
}

/// A commit at noon by one person, who is its committer too.
pub(in crate::policy) fn commit_by(email: &str, signature: Option<Verdict>) -> Event {
    Event {
        kind: Kind::Commit,
        id: "c".repeat(40),
        when: Some(When::utc(NOON)),
        who: Who { identity: Some(who(email)), committer: Some(who(email)), ..Who::default() },
        what: What::Commit(Box::new(CommitFacts {
            summary: "Retry once".into(),
            authored: Some(When::utc(NOON)),
            parents: vec!["b".repeat(40)],
            ..CommitFacts::default()
        })),
        place: None,
        why: Why::default(),
        proof: proof(signature),
    }
}

pub(in crate::policy) fn facts(event: &mut Event) -> &mut CommitFacts {
    match &mut event.what {
        What::Commit(facts) => facts,
        _ => panic!("no commit"),
    }
}

/// A record for production, made at `when`, whose signer (if any) is named by the local part.
pub(in crate::policy) fn record(
    kind: Kind,
    email: &str,
    signer: Option<&str>,
    when: i64,
    what: Value,
) -> Event {
    Event {
        kind,
        id: "e".repeat(64),
        when: Some(When::utc(when)),
        who: Who { identity: Some(who(email)), ..Who::default() },
        what: What::Record(what.as_object().unwrap().clone()),
        place: Some(Where { env: Some("production".into()), service: None }),
        why: Why::default(),
        proof: proof(signer.map(signed_by)),
    }
}

/// An approval of the commit `cccc…`.
pub(in crate::policy) fn approval(who: &str, when: i64) -> Event {
    let what = json!({"commit": "c".repeat(40), "decision": "approved"});
    record(Kind::Approval, &format!("{who}@example.com"), Some(who), when, what)
}

/// What an answer says.
pub(in crate::policy) fn said(answer: &Answer) -> String {
    match answer {
        Answer::Holds => "holds".into(),
        Answer::Irrelevant => "irrelevant".into(),
        Answer::Unknown(missing) => format!("unknown: {missing}"),
        Answer::Fails(faults) => {
            faults.iter().map(|fault| fault.why.clone()).collect::<Vec<_>>().join("; ")
        }
    }
}

#[track_caller]
pub(in crate::policy) fn assert_fails(answer: &Answer, with: &str) {
    assert!(matches!(answer, Answer::Fails(_)), "{answer:?}");
    assert!(said(answer).contains(with), "{}", said(answer));
}

#[track_caller]
pub(in crate::policy) fn assert_unknown(answer: &Answer, with: &str) {
    assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
    assert!(said(answer).contains(with), "{}", said(answer));
}

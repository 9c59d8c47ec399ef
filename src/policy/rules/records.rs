//! The ledger and its records.

use super::signatures::{has_signature, known_signer};
use super::{Check, Rule};
use crate::event::{Event, Grade, Status, short};
use crate::policy::facts::{LedgerState, Terms};
use crate::policy::finding::{Answer, Fault, Level};

pub(super) const RULES: [Rule; 5] = [
    Rule {
        id: "ledger-intact",
        default: Level::Deny,
        summary: "No line of the ledger was edited, removed, inserted or moved",
        protects: "Records that were changed, dropped or slipped in after the fact.",
        looks_at: "The form and the id of every line, and what each builds on. The newest lines can be cut \
            off without a trace in one copy alone: keep the heads that the report prints, or pin one as \
            ledger.head in the policy.",
        satisfied: "Every line is whole, everything that it builds on stands before it, and the pinned \
            record is there.",
        mend: "Compare with a colleague's or the server's copy, or a backup: audit ledger check FILE tells \
            which copy is whole. Never edit the file.",
        check: Check::Ledger(intact),
    },
    Rule {
        id: "record-signed",
        default: Level::Warn,
        summary: "Every record carries a signature that holds, or was imported with its source",
        protects: "Records that anyone with access to the file could have written under any name.",
        looks_at: "The signature beside the record. One that does not hold is denied even where the rule \
            only warns.",
        satisfied: "A signature by any key that fits the record's bytes.",
        mend: "Configure a signing key (git config user.signingKey …) and record again, with --link \
            supersedes=ID.",
        check: Check::Record(signed),
    },
    Rule {
        id: "record-signer-known",
        default: Level::Warn,
        summary: "Every signature on a record is by a key that the trust vouches for",
        protects: "Records by strangers, or by keys that were revoked or had expired.",
        looks_at: "The verdict on the signature at the time when the record was written down.",
        satisfied: "A good signature.",
        mend: "Add the key to .audit/allowed_signers (with the namespace audit-ledger) or .audit/keys/ if its \
            owner vouches for it.",
        check: Check::Record(signer_known),
    },
    Rule {
        id: "record-signer-is-actor",
        default: Level::Warn,
        summary: "Whoever signed a record is the one who acted",
        protects: "Records in somebody else's name: a human's deploy under a bot's, an approval under a \
            colleague's.",
        looks_at: "The owner of the key and the record's actor, as persons after the policy.",
        satisfied: "Both are one person, or the signer may act for others (acts-for-others).",
        mend: "Let the one who acted record it; if both are one person, put both addresses under that person.",
        check: Check::Record(signer_is_actor),
    },
    Rule {
        id: "foreign-record",
        default: Level::Deny,
        summary: "Every record was written for this ledger",
        protects: "A signed record of another repository that is carried over: an approval there is none here.",
        looks_at: "The ledger's name in every record against the policy's, else that of the first record.",
        satisfied: "All records carry the same name, and it is this ledger's.",
        mend: "Find out how the record came here; a ledger that was renamed says so in the policy \
            (ledger.name), and starts anew.",
        check: Check::Ledger(foreign),
    },
];

fn intact(ledger: &LedgerState<'_>, terms: Terms<'_>) -> Answer {
    let policy = terms.policy;
    let mut faults: Vec<Fault> = ledger.damage.iter().map(fault).collect();
    if ledger.has_head == Some(false) {
        let head = policy.ledger.head.as_deref().unwrap_or_default();
        let gone = if ledger.present { "is not in it" } else { "and the ledger are not here" };
        faults.push(fault(&(0, format!("the record {} that the policy pins {gone}", short(head)))));
    }
    if !faults.is_empty() {
        return Answer::Fails(faults);
    }
    if !ledger.present && (!policy.environments.is_empty() || policy.ledger.name.is_some()) {
        return Answer::unknown("there is no ledger here, though the policy speaks of one");
    }
    if ledger.present { Answer::Holds } else { Answer::Irrelevant }
}

fn foreign(ledger: &LedgerState<'_>, _: Terms<'_>) -> Answer {
    if !ledger.present {
        return Answer::Irrelevant;
    }
    Answer::of(ledger.foreign.iter().map(fault).collect())
}

fn fault((line, why): &(u64, String)) -> Fault {
    let why = if *line == 0 { why.clone() } else { format!("line {line}: {why}") };
    Fault { why, mend: None, grave: false }
}

fn signed(record: &Event, _: Terms<'_>) -> Answer {
    if record.proof.grade == Grade::Imported {
        return Answer::Holds;
    }
    has_signature(record, "record")
}

fn signer_known(record: &Event, terms: Terms<'_>) -> Answer {
    known_signer(record, terms)
}

fn signer_is_actor(record: &Event, terms: Terms<'_>) -> Answer {
    let people = &terms.policy.people;
    let Some(verdict) = &record.proof.signature else { return Answer::Irrelevant };
    if verdict.status != Status::Good {
        return Answer::Irrelevant;
    }
    let Some(signer) = people.signer(verdict) else {
        return Answer::unknown("the trust does not say whose the key is");
    };
    match people.actor(record) {
        Some(actor) if actor == signer || people.may_act_for_others(&signer) => Answer::Holds,
        Some(actor) => Answer::fails(format!("signed by {signer}, but in the name of {actor}")),
        None => Answer::fails(format!("signed by {signer}, but it names nobody")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::Kind;
    use serde_json::json;

    fn state() -> LedgerState<'static> {
        LedgerState {
            path: "ledger.jsonl",
            present: true,
            damage: Vec::new(),
            foreign: Vec::new(),
            has_head: None,
        }
    }

    fn note(email: &str, signer: Option<&str>) -> Event {
        record(Kind::Note, email, signer, NOON, json!({}))
    }

    #[test]
    fn damage_and_a_missing_head_are_found() {
        let policy = policy("");
        assert_eq!(intact(&state(), terms(&policy)), Answer::Holds);
        let damaged = LedgerState { damage: vec![(3, "prev-missing".into())], ..state() };
        assert_fails(&intact(&damaged, terms(&policy)), "line 3: prev-missing");
        let cut = LedgerState { has_head: Some(false), ..state() };
        assert_fails(&intact(&cut, terms(&policy)), "pins is not in it");
        let gone = LedgerState { has_head: Some(false), present: false, ..state() };
        assert_fails(&intact(&gone, terms(&policy)), "not here");
        let there = LedgerState { has_head: Some(true), ..state() };
        assert_eq!(intact(&there, terms(&policy)), Answer::Holds);
    }

    #[test]
    fn no_ledger_is_unknown_where_the_policy_speaks_of_one() {
        let absent = LedgerState { present: false, ..state() };
        assert_eq!(intact(&absent, terms(&policy(""))), Answer::Irrelevant);
        let named = policy("ledger = { name = \"example.com/pay\" }");
        assert_unknown(&intact(&absent, terms(&named)), "no ledger here");
        assert_eq!(foreign(&absent, terms(&named)), Answer::Irrelevant);
    }

    #[test]
    fn a_record_of_another_ledger_is_found() {
        let policy = policy("");
        assert_eq!(foreign(&state(), terms(&policy)), Answer::Holds);
        let carried = LedgerState { foreign: vec![(2, "for 'b'".into())], ..state() };
        assert_fails(&foreign(&carried, terms(&policy)), "line 2");
    }

    #[test]
    fn records_are_signed_or_imported() {
        let policy = policy("");
        assert_fails(&signed(&note("ana@example.com", None), terms(&policy)), "no signature");
        assert_eq!(signed(&note("ana@example.com", Some("ana")), terms(&policy)), Answer::Holds);
        let mut imported = note("ana@example.com", None);
        imported.proof.grade = Grade::Imported;
        assert_eq!(signed(&imported, terms(&policy)), Answer::Holds);
    }

    #[test]
    fn the_signer_acts_for_themselves_unless_they_may_act_for_others() {
        let policy = policy("");
        let check = |email, signer| signer_is_actor(&note(email, signer), terms(&policy));
        assert_eq!(check("ana@example.com", Some("ana")), Answer::Holds);
        assert_eq!(check("ana@home.example", Some("ana")), Answer::Holds);
        assert_eq!(check("ana@example.com", Some("ci")), Answer::Holds);
        assert_eq!(check("ana@example.com", None), Answer::Irrelevant);
        assert_fails(&check("bruno@example.com", Some("ana")), "in the name of bruno");
        assert_fails(&check("robot@example.com", Some("ana")), "in the name of robot");
        assert_fails(&check("ana@example.com", Some("robot")), "signed by robot");
    }
}

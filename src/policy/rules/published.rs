//! What of the ledger is published, and whether the published list only grew.

use super::{Check, Rule};
use crate::event::{Event, Grade};
use crate::policy::facts::{Anchor, Publicity, Terms};
use crate::policy::finding::{Answer, Level};
use crate::share::publication::Held;

pub(super) const RULES: [Rule; 2] = [
    Rule {
        id: "ledger-published",
        default: Level::Off,
        summary: "Every record is published where others have it",
        protects: "Records that only one clone has: they can be cut off, or die with a CI job, and nobody notices.",
        looks_at: "The list that this clone accepted at its last audit sync. Of a clone that has never synced it is \
            unknown.",
        satisfied: "The record stands in the published list of a remote.",
        mend: "Run audit sync; in CI record with --sync.",
        check: Check::Publicity(published),
    },
    Rule {
        id: "checkpoint-holds",
        default: Level::Deny,
        summary: "The published ledger still begins with everything that a checkpoint or this clone has seen of it",
        protects: "A published list that was rewritten, rolled back or deleted after others had seen it.",
        looks_at: "The trailer Audit-Checkpoint of signed tags against the lists that this clone accepted; and what \
            remotes showed at the last audit sync against what was accepted from them before.",
        satisfied: "One of the accepted lists begins with as many records as the checkpoint says, and has its root \
            there; no remote was found to go back.",
        mend: "Find out who changed the list on the server. Nothing here was changed: audit sync says what it found, \
            keeps the evidence and says how to put the list back.",
        check: Check::Anchor(holds),
    },
];

fn published(record: &Publicity<'_>, _: Terms<'_>) -> Answer {
    match record.published {
        Some(true) => Answer::Holds,
        Some(false) => Answer::fails("it is in this clone alone"),
        None => Answer::unknown("this clone has never synced, so nobody knows what is published"),
    }
}

fn holds(anchor: &Anchor<'_>, _: Terms<'_>) -> Answer {
    // Anyone can write a trailer; only a signature makes it a checkpoint.
    if anchor.by.proof.grade != Grade::Signed {
        return Answer::Irrelevant;
    }
    match anchor.held {
        None => Answer::fails(format!("'{}' is no size and root", anchor.value.escape_debug())),
        Some(None) => {
            Answer::unknown("this clone has never synced, so it has no published list: audit sync")
        }
        Some(Some(Held::Longer)) => Answer::unknown(
            "it counts more records than the published list that this clone has: audit sync",
        ),
        Some(Some(Held::No)) => Answer::fails(format!(
            "the published list does not begin with what {} saw of it: {}",
            name(anchor.by),
            anchor.value
        )),
        Some(Some(Held::Yes)) => Answer::Holds,
    }
}

fn name(tag: &Event) -> &str {
    match &tag.what {
        crate::event::What::Tag(facts) => &facts.name,
        _ => &tag.id,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::Kind;
    use serde_json::json;

    #[test]
    fn a_record_in_this_clone_alone_is_found() {
        let (policy, record) =
            (policy(""), record(Kind::Note, "ana@example.com", None, NOON, json!({})));
        let ask =
            |known| published(&Publicity { record: &record, published: known }, terms(&policy));
        assert_eq!(ask(Some(true)), Answer::Holds);
        assert_fails(&ask(Some(false)), "in this clone alone");
        assert_unknown(&ask(None), "never synced");
    }

    #[test]
    fn only_what_is_signed_is_a_checkpoint() {
        let policy = policy("");
        let mut by = record(Kind::Note, "ana@example.com", None, NOON, json!({}));
        let ask = |by: &Event, held| holds(&Anchor { by, value: "3 x", held }, terms(&policy));
        assert_eq!(ask(&by, Some(Some(Held::No))), Answer::Irrelevant);
        by.proof.grade = Grade::Signed;
        assert_eq!(ask(&by, Some(Some(Held::Yes))), Answer::Holds);
        assert_fails(&ask(&by, Some(Some(Held::No))), "does not begin with");
        assert_fails(&ask(&by, None), "no size and root");
        assert_unknown(&ask(&by, Some(Some(Held::Longer))), "audit sync");
        assert_unknown(&ask(&by, Some(None)), "never synced");
    }
}

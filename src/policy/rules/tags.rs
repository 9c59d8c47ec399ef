//! Tags.

use super::signatures::known_signer;
use super::{Check, Rule};
use crate::event::{Event, Status, What, short};
use crate::policy::facts::{Tagged, Terms};
use crate::policy::finding::{Answer, Fault, Level};

pub(super) const RULES: [Rule; 3] = [
    Rule {
        id: "tag-signed",
        default: Level::Warn,
        summary: "Every tag is signed by a key that the trust vouches for",
        protects: "Releases that anyone who may push could have named.",
        looks_at: "The tag object's signature; a lightweight tag has none. The policy's tags choose which.",
        satisfied: "A good signature.",
        mend: "Tag again with a signature: git tag -s -f NAME NAME^{} and push it, before anybody has \
            fetched it.",
        check: Check::Tag(signed),
    },
    Rule {
        id: "tag-name-matches",
        default: Level::Warn,
        summary: "A tag object carries the name of the reference that leads to it",
        protects: "A signed tag that is shown under another name: an old release that passes for the newest.",
        looks_at: "The tag header inside the object and the reference's name.",
        satisfied: "Both are the same, and the object leads to what it names in at most 64 steps.",
        mend: "Find out who pointed the reference there; point it to its own object, or delete it.",
        check: Check::Tag(name_matches),
    },
    Rule {
        id: "tag-moved",
        default: Level::Deny,
        summary: "A tag points to what it pointed to when it was released",
        protects: "A release that is exchanged after it was approved and deployed.",
        looks_at: "Records that name a tag together with a commit, and where the tag leads now.",
        satisfied: "Every record and the tag name the same commit.",
        mend: "Put the tag back (git fetch origin 'refs/tags/*:refs/tags/*' if the server has the good one), \
            and give the new state a new name.",
        check: Check::Tag(moved),
    },
];

fn signed(tag: &Tagged<'_>, terms: Terms<'_>) -> Answer {
    let Some(event) = tag.now else { return Answer::Irrelevant };
    match &event.proof.signature {
        Some(verdict) if verdict.status == Status::Bad => {
            Answer::grave("the signature does not hold")
        }
        Some(verdict) if verdict.status != Status::None => known_signer(event, terms),
        _ if lightweight(event) => {
            Answer::fails("a lightweight tag: git keeps neither who nor when")
        }
        _ => Answer::fails("this tag carries no signature"),
    }
}

fn lightweight(event: &Event) -> bool {
    matches!(&event.what, What::Tag(facts) if !facts.annotated)
}

fn name_matches(tag: &Tagged<'_>, _: Terms<'_>) -> Answer {
    let Some(Event { what: What::Tag(facts), .. }) = tag.now else { return Answer::Irrelevant };
    let is_endless = event_is_endless(tag);
    match &facts.header_name {
        _ if is_endless => {
            Answer::fails("it is a chain of more than 64 tag objects: what it names is not known")
        }
        _ if !facts.annotated => Answer::Irrelevant,
        None => Answer::Holds,
        Some(name) => Answer::fails(format!("the object behind it was made as '{name}'")),
    }
}

fn event_is_endless(tag: &Tagged<'_>) -> bool {
    tag.now.is_some_and(|event| event.proof.notes.iter().any(|note| note == "nested-too-deep"))
}

fn moved(tag: &Tagged<'_>, _: Terms<'_>) -> Answer {
    if tag.recorded.is_empty() {
        return Answer::Irrelevant;
    }
    let Some(Event { what: What::Tag(facts), .. }) = tag.now else {
        return Answer::unknown(format!("the tag {} is not here", tag.name));
    };
    let elsewhere = tag.recorded.iter().filter(|(_, commit)| *commit != facts.target);
    let faults = elsewhere.map(|(record, commit)| Fault {
        why: format!(
            "it led to {} when record {} was made, and leads to {} now",
            short(commit),
            short(record),
            short(&facts.target)
        ),
        mend: None,
        grave: false,
    });
    Answer::of(faults.collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::{Kind, TagFacts, Verdict};

    fn tag(annotated: bool, header_name: Option<&str>, signature: Option<Verdict>) -> Event {
        let mut event = commit_by("ana@example.com", signature);
        event.kind = Kind::Tag;
        event.what = What::Tag(Box::new(TagFacts {
            name: "v1".into(),
            header_name: header_name.map(str::to_owned),
            annotated,
            target: "c".repeat(40),
            ..TagFacts::default()
        }));
        event
    }

    fn tagged(event: &Event) -> Tagged<'_> {
        Tagged { name: "v1", now: Some(event), recorded: &[] }
    }

    #[test]
    fn a_tag_is_signed_by_somebody_known() {
        let policy = policy("");
        let check = |annotated, signature| {
            signed(&tagged(&tag(annotated, None, signature)), terms(&policy))
        };
        assert_eq!(check(true, Some(signed_by("ana"))), Answer::Holds);
        assert_fails(&check(true, None), "no signature");
        assert_fails(&check(true, Some(of_status(Status::None))), "no signature");
        assert_fails(&check(false, None), "lightweight");
        assert_fails(&check(true, Some(bad_signature())), "does not hold");
        assert_fails(&check(true, Some(of_status(Status::Untrusted))), "nobody vouches");
        assert_unknown(&check(true, Some(missing_key())), "not here");
    }

    #[test]
    fn a_tag_under_another_name_is_found() {
        let policy = policy("");
        let check =
            |annotated, name| name_matches(&tagged(&tag(annotated, name, None)), terms(&policy));
        assert_eq!(check(true, None), Answer::Holds);
        assert_eq!(check(false, None), Answer::Irrelevant);
        assert_fails(&check(true, Some("v0")), "made as 'v0'");
    }

    #[test]
    fn a_tag_that_moved_after_it_was_recorded_is_found() {
        let policy = policy("");
        let event = tag(true, None, None);
        let check = |now, commit: &str| {
            let recorded = [("e".repeat(64), commit.repeat(40))];
            moved(&Tagged { name: "v1", now, recorded: &recorded }, terms(&policy))
        };
        assert_eq!(check(Some(&event), "c"), Answer::Holds);
        assert_fails(&check(Some(&event), "d"), "leads to cccccccccc now");
        assert_unknown(&check(None, "c"), "v1 is not here");
        assert_eq!(moved(&tagged(&event), terms(&policy)), Answer::Irrelevant);
    }
}

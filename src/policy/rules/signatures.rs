//! Who signed a commit.

use super::{Check, Rule};
use crate::event::{Event, Status, Verdict};
use crate::policy::facts::Terms;
use crate::policy::finding::{Answer, Level};

pub(super) const RULES: [Rule; 3] = [
    Rule {
        id: "commit-signed",
        default: Level::Warn,
        summary: "Every commit carries a signature that holds",
        protects: "Commits under somebody else's name: author and committer are text that anyone can type.",
        looks_at: "The signature in the commit's header. One that does not hold is denied even where the \
            rule only warns: the commit was altered after it was signed, or the signature was copied.",
        satisfied: "A signature by any key that fits the commit's bytes; whose key it is, the other rules ask.",
        mend: "Sign it: git commit --amend --no-edit -S (the last one), git rebase --exec 'git commit \
            --amend --no-edit -S' BASE (several); git config commit.gpgSign true from then on.",
        check: Check::Commit(signed),
    },
    Rule {
        id: "commit-signer-known",
        default: Level::Warn,
        summary: "Every signature on a commit is by a key that the trust vouches for",
        protects: "Signatures by keys that nobody vouches for, that were revoked, or that had expired.",
        looks_at: "The verdict on the signature, by the trust in force: .audit/allowed_signers and \
            .audit/keys/, or what git itself would use.",
        satisfied: "A good signature (git's letter G).",
        mend: "Add the key to .audit/allowed_signers or .audit/keys/ if its owner vouches for it; otherwise \
            let somebody known sign the commit again.",
        check: Check::Commit(signer_known),
    },
    Rule {
        id: "commit-signer-is-committer",
        default: Level::Warn,
        summary: "Whoever signed a commit is its committer",
        protects: "A commit that carries one person's name and another person's signature.",
        looks_at: "The owner of the key and the committer, as persons after mailmap and policy.",
        satisfied: "Both are one person of the policy, or have the same address.",
        mend: "Let the committer sign; if both are one person, put both addresses under that person in the \
            policy.",
        check: Check::Commit(signer_is_committer),
    },
];

fn signed(commit: &Event, _: Terms<'_>) -> Answer {
    has_signature(commit, "commit")
}

/// Whether something carries a signature that is not broken.
pub(super) fn has_signature(event: &Event, what: &str) -> Answer {
    match &event.proof.signature {
        None => Answer::fails(format!("this {what} carries no signature")),
        Some(verdict) if verdict.status == Status::None => {
            Answer::fails(format!("this {what} carries no signature"))
        }
        Some(verdict) if verdict.status == Status::Bad => {
            Answer::grave(format!("the signature does not hold{}", reason(verdict))).mend(format!(
                "find out who altered the {what} or copied a signature to it; a good copy has another id"
            ))
        }
        Some(_) => Answer::Holds,
    }
}

fn signer_known(commit: &Event, terms: Terms<'_>) -> Answer {
    known_signer(commit, terms)
}

/// Whether a signature counts.
pub(super) fn known_signer(event: &Event, terms: Terms<'_>) -> Answer {
    let Some(verdict) = &event.proof.signature else { return Answer::Irrelevant };
    let key = verdict.key.as_deref().unwrap_or("a key that it doesn't name");
    let why = reason(verdict);
    match verdict.status {
        Status::Good => Answer::Holds,
        Status::None | Status::Bad => Answer::Irrelevant,
        Status::Untrusted => {
            Answer::fails(format!("signed by {key}, which nobody vouches for{why}"))
        }
        Status::ExpiredSignature => {
            Answer::fails(format!("the signature by {key} has expired{why}"))
        }
        Status::ExpiredKey => Answer::fails(format!("signed by {key}, which has expired{why}")),
        Status::RevokedKey => Answer::fails(format!("signed by {key}, which was revoked{why}")),
        Status::MissingKey if terms.closed_trust => {
            Answer::fails(format!("signed by {key}, which the trust does not hold{why}"))
        }
        Status::MissingKey => Answer::unknown(format!("the key {key} is not here")),
        Status::Unjudged => Answer::unknown(format!("the signature could not be judged{why}")),
    }
}

fn signer_is_committer(commit: &Event, terms: Terms<'_>) -> Answer {
    let people = &terms.policy.people;
    let Some(verdict) = &commit.proof.signature else { return Answer::Irrelevant };
    if verdict.status != Status::Good {
        return Answer::Irrelevant;
    }
    let Some(signer) = people.signer(verdict) else {
        return Answer::unknown("the trust does not say whose the key is");
    };
    match &commit.who.committer {
        Some(committer) if people.of(committer, None) == signer => Answer::Holds,
        Some(committer) => Answer::fails(format!(
            "signed by {signer}, but committed by {} <{}>",
            committer.name, committer.email
        )),
        None => Answer::fails(format!("signed by {signer}, but it names no committer")),
    }
}

fn reason(verdict: &Verdict) -> String {
    verdict.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_commit_is_signed_or_not() {
        let policy = policy("");
        let check = |signature| signed(&commit_by("ana@example.com", signature), terms(&policy));
        assert_fails(&check(None), "no signature");
        assert_fails(&check(Some(of_status(Status::None))), "no signature");
        let why = Verdict { reason: Some("altered".into()), ..bad_signature() };
        assert_fails(&check(Some(why)), "does not hold: altered");
        assert_fails(&check(Some(bad_signature())), "does not hold");
        assert_eq!(check(Some(signed_by("ana"))), Answer::Holds);
        assert_eq!(check(Some(missing_key())), Answer::Holds);
    }

    #[test]
    fn a_key_counts_or_not_or_is_not_here() {
        let policy = policy("");
        let check = |closed_trust, signature| {
            let terms = Terms { closed_trust, ..terms(&policy) };
            signer_known(&commit_by("ana@example.com", signature), terms)
        };
        assert_eq!(check(false, None), Answer::Irrelevant);
        assert_eq!(check(false, Some(signed_by("ana"))), Answer::Holds);
        assert_eq!(check(false, Some(bad_signature())), Answer::Irrelevant);
        assert_unknown(&check(false, Some(missing_key())), "SHA256:gone");
        assert_fails(&check(true, Some(missing_key())), "does not hold");
        assert_unknown(&check(true, Some(of_status(Status::Unjudged))), "not be judged");
        for status in
            [Status::Untrusted, Status::RevokedKey, Status::ExpiredKey, Status::ExpiredSignature]
        {
            assert_fails(&check(false, Some(of_status(status))), "SHA256:somebody");
        }
    }

    #[test]
    fn persons_are_compared_and_not_addresses() {
        let policy = policy("");
        let check = |email: &str, signer: &str| {
            signer_is_committer(&commit_by(email, Some(signed_by(signer))), terms(&policy))
        };
        assert_eq!(check("ana@example.com", "ana"), Answer::Holds);
        assert_eq!(check("ana@home.example", "ana"), Answer::Holds);
        assert_eq!(check("Stranger@example.com", "stranger"), Answer::Holds);
        assert_fails(&check("bruno@example.com", "ana"), "signed by ana");
        let nameless = Verdict { key: None, signer: None, ..signed_by("ana") };
        let commit = commit_by("ana@example.com", Some(nameless));
        assert_unknown(&signer_is_committer(&commit, terms(&policy)), "whose the key is");
        let mut commit = commit_by("ana@example.com", Some(signed_by("ana")));
        commit.who.committer = None;
        assert_fails(&signer_is_committer(&commit, terms(&policy)), "names no committer");
        let unsigned = commit_by("ana@example.com", None);
        assert_eq!(signer_is_committer(&unsigned, terms(&policy)), Answer::Irrelevant);
    }

    #[test]
    fn a_bot_s_name_over_a_human_s_signature_is_found() {
        let policy = policy("");
        let commit = commit_by("robot@example.com", Some(signed_by("ana")));
        assert_fails(&signer_is_committer(&commit, terms(&policy)), "signed by ana");
    }
}

//! `.audit/` itself: who may change what everything else is judged by.

use super::{Check, Rule};
use crate::event::Status;
use crate::policy::facts::{Terms, TrustChange};
use crate::policy::finding::{Answer, Level};

pub(super) const RULES: [Rule; 1] = [Rule {
    id: "trust-change-authorised",
    default: Level::Deny,
    summary: "Every change of .audit/ is signed by somebody whom the version before it lets change it",
    protects: "A change that lets itself in: a key added, a rule loosened, in the very push that needs it.",
    looks_at: "Each commit whose .audit/ differs from a parent's (a merge that only brings in what a \
        branch changed is judged there), by the trust and the policy before it. The first .audit/ of a \
        history has no predecessor: read it yourself.",
    satisfied: "A good signature by one of the managers; without managers in the policy, by any person of it.",
    mend: "Let one of the managers make the change in a signed commit of its own.",
    check: Check::Trust(authorised),
}];

fn authorised(change: &TrustChange<'_>, _: Terms<'_>) -> Answer {
    let before = match &change.before {
        // The beginning: nothing is there that could judge it.
        None => {
            return match &change.unreadable {
                Some(why) => {
                    Answer::fails(format!("it brings an .audit/ that can't be read: {why}"))
                }
                None => Answer::Holds,
            };
        }
        Some(Ok(policy)) => policy,
        Some(Err(why)) => {
            return Answer::unknown(format!("the .audit/ before it can't be read: {why}"));
        }
    };
    let what = if change.removed { "removes .audit/" } else { "changes .audit/" };
    let Some(verdict) = &change.verdict else {
        return Answer::fails(format!("it {what} and carries no signature"));
    };
    let who = match (verdict.status, before.people.signer(verdict)) {
        (Status::Good, Some(who)) => who,
        (Status::Good, None) => return Answer::unknown("the trust does not say whose the key is"),
        (status, _) => {
            let key = verdict.key.as_deref().unwrap_or("nobody");
            return Answer::fails(format!(
                "it {what}, signed by {key}, which the trust before it does not vouch for ({})",
                status.name()
            ));
        }
    };
    let may = match (&before.managers, who.id()) {
        (Some(managers), Some(id)) => managers.contains(id),
        (Some(_), None) => false,
        (None, Some(_)) => true,
        // A trust root whose policy names nobody yet rests on its keys alone.
        (None, None) => before.people.persons().is_empty(),
    };
    if !may {
        return Answer::fails(format!("it {what}, signed by {who}, who may not"));
    }
    match &change.unreadable {
        Some(why) => Answer::fails(format!("it leaves an .audit/ that can't be read: {why}"))
            .mend("mend the file: audit policy check .audit/policy.toml tells what is wrong"),
        None => Answer::Holds,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::Verdict;
    use crate::policy::Policy;

    fn ask(before: Option<Result<&Policy, String>>, verdict: Option<Verdict>) -> Answer {
        let commit = commit_by("ana@example.com", None);
        let change =
            TrustChange { commit: &commit, before, verdict, unreadable: None, removed: false };
        authorised(&change, terms(&Policy::default()))
    }

    #[test]
    fn the_predecessor_says_who_may() {
        let managed = policy("managers = [\"ana\"]");
        assert_eq!(ask(Some(Ok(&managed)), Some(signed_by("ana"))), Answer::Holds);
        assert_fails(&ask(Some(Ok(&managed)), Some(signed_by("bruno"))), "bruno, who may not");
        assert_fails(&ask(Some(Ok(&managed)), Some(signed_by("eve"))), "who may not");
        assert_fails(&ask(Some(Ok(&managed)), None), "no signature");
        let stranger = of_status(Status::Untrusted);
        assert_fails(&ask(Some(Ok(&managed)), Some(stranger)), "does not vouch for (untrusted)");
        assert_fails(&ask(Some(Ok(&managed)), Some(missing_key())), "(missing-key)");
        let open = policy("");
        assert_eq!(ask(Some(Ok(&open)), Some(signed_by("bruno"))), Answer::Holds);
        assert_fails(&ask(Some(Ok(&open)), Some(signed_by("eve"))), "who may not");
        assert_eq!(ask(Some(Ok(&Policy::default())), Some(signed_by("eve"))), Answer::Holds);
    }

    #[test]
    fn the_beginning_has_no_judge_and_an_unreadable_predecessor_none_either() {
        assert_eq!(ask(None, None), Answer::Holds);
        assert_unknown(&ask(Some(Err("line 3".into())), Some(signed_by("ana"))), "line 3");
    }

    #[test]
    fn what_can_t_be_read_afterwards_is_refused_whoever_signed_it() {
        let (commit, policy) = (commit_by("ana@example.com", None), policy(""));
        let change = TrustChange {
            commit: &commit,
            before: Some(Ok(&policy)),
            verdict: Some(signed_by("ana")),
            unreadable: Some("policy.toml:3:1".into()),
            removed: false,
        };
        assert_fails(&authorised(&change, terms(&policy)), "policy.toml:3:1");
    }
}

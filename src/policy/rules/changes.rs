//! Reviews, and how a commit came to its branch.

use super::{Check, Rule, names};
use crate::event::{Event, Grade, Identity, Kind, What, short};
use crate::policy::facts::{Landing, Terms};
use crate::policy::file::Evidence;
use crate::policy::finding::{Answer, Level};
use crate::policy::people::{Actor, People, Somebody};
use std::collections::BTreeMap;

pub(super) const RULES: [Rule; 2] = [
    Rule {
        id: "change-reviewed",
        default: Level::Off,
        summary: "Every change was approved by somebody who did not write it, in its last state",
        protects: "Self-approval, approval between two authors of one change, and pushes after the approval.",
        looks_at: "Records of kind review (imported or signed) about the change request that brought the \
            commit, their reviewers and the commit that they saw; with evidence = \"claims\" also trailers, notes \
            and what bots and Phabricator write, where a bare name counts as the login of a person of the policy. The last word of each reviewer counts; that of a bot or agent approves nothing. Clean merges need no review of their own.",
        satisfied: "An approval by a person who is neither author, co-author nor signer of any commit of the \
            change, of the head that was merged, and nobody's last word asks for changes.",
        mend: "Let somebody else review it and import the review (audit import), or record it: audit record \
            review --commit ID --head-commit ID --state approved.",
        check: Check::Landing(reviewed),
    },
    Rule {
        id: "direct-push",
        default: Level::Off,
        summary: "What stands on a protected branch came there as a change request",
        protects: "Commits that went around review: pushed directly, with a message that only says so, or \
            slipped into a merge.",
        looks_at: "Each commit on the first-parent line of the policy's branches, and records of kind change \
            that name it; with evidence = \"claims\" also what its message says. A commit with one parent that \
            says \"Merge pull request\" merged none. For a merge, whether it changes more than its parents do.",
        satisfied: "A change record (imported or signed) names the commit, and a merge adds nothing of its own.",
        mend: "Open a change request and merge that; import what the forge knows (audit import). For what \
            cannot be undone, record an exception.",
        check: Check::Landing(direct_push),
    },
];

/// Whether a record counts as evidence.
fn counts(record: &&Event) -> bool {
    matches!(record.proof.grade, Grade::Signed | Grade::Imported)
}

fn reviewed(landing: &Landing<'_>, terms: Terms<'_>) -> Answer {
    let What::Commit(facts) = &landing.commit.what else { return Answer::Irrelevant };
    if facts.parents.is_empty() {
        return Answer::Irrelevant;
    }
    match landing.own_changes {
        Some(false) if landing.commit.kind == Kind::Merge => return Answer::Irrelevant,
        None if landing.commit.kind == Kind::Merge => {
            return Answer::unknown("what the merge itself changed could not be found out");
        }
        _ => {}
    }
    let people = &terms.policy.people;
    // What a merge itself changes stood in no change request: only who saw the merge saw it. And which
    // state was merged is nobody's to type, or the approval of an older one would count.
    let mut changes = landing.changes.iter().copied().filter(counts).rev();
    let head = match landing.commit.kind {
        Kind::Merge => None,
        _ => changes.find_map(|change| change.field("head_commit")),
    };
    let head = head.unwrap_or(&landing.commit.id);
    // The last word of each reviewer: what they decided, and about which commit.
    let mut words: BTreeMap<Somebody, (&str, Option<&str>)> = BTreeMap::new();
    for review in in_order(landing) {
        let state = review.field("state").unwrap_or_default();
        let who = match (state, whose_was_dismissed(review, people)) {
            ("dismissed", Dismissed::Of(who)) => who,
            ("dismissed", Dismissed::Everybody) => {
                // A push took the approvals back, and nothing says whose.
                words.retain(|_, (state, _)| *state != "approved");
                continue;
            }
            _ => match people.behind(review) {
                Some(Actor::Proven(who)) => who,
                _ => continue,
            },
        };
        if state == "approved" && People::names_program(review) {
            continue;
        }
        if matches!(state, "approved" | "changes_requested" | "dismissed") {
            let seen = review.field("head_commit").or_else(|| review.field("commit"));
            words.insert(who, (state, seen));
        }
    }
    let mut nameless = None;
    if terms.policy.evidence == Evidence::Claims {
        for claim in claimed(landing) {
            // A bare name may be a login; what the policy doesn't know may be the author's own.
            let login = claim.by.email.is_empty().then_some(claim.by.name.as_str());
            let who = people.of(&claim.by, login);
            if login.is_some() && who.id().is_none() && claim.state == "approved" {
                nameless = nameless.or(login);
            } else {
                words.entry(who).or_insert((&claim.state, Some(head)));
            }
        }
    }
    let decided =
        words.values().any(|(state, _)| matches!(*state, "approved" | "changes_requested"));
    match nameless {
        Some(name) if !decided => Answer::fails(format!(
            "only '{name}' is said to have approved it, and the policy knows nobody of that login: it may be \
             an author's own"
        ))
        .mend("Name the login in the policy: [people.ID] logins."),
        _ => judge_words(&words, head, landing, people),
    }
}

/// The reviews that count, oldest first. Imports write them when they come, so among them the platform's time decides;
/// what was recorded here stands at the time of its writing.
fn in_order<'a>(landing: &Landing<'a>) -> Vec<&'a Event> {
    let mut reviews: Vec<&Event> = landing.reviews.iter().copied().filter(counts).collect();
    if reviews.iter().any(|review| review.proof.grade == Grade::Imported) {
        reviews.sort_by_key(|review| match review.proof.grade {
            Grade::Imported => review.when.map_or(i64::MIN, |when| when.seconds),
            _ => super::approvals::made(review),
        });
    }
    reviews
}

/// Whose review a dismissal takes back.
enum Dismissed {
    Of(Somebody),
    Everybody,
}

fn whose_was_dismissed(review: &Event, people: &People) -> Dismissed {
    let reviewer = review.field("reviewer").map(|email| {
        let email = email.to_owned();
        people.of(&Identity { name: email.clone(), email }, None)
    });
    match (reviewer, people.behind(review)) {
        (Some(reviewer), _) => Dismissed::Of(reviewer),
        (None, Some(actor)) => Dismissed::Of(actor.somebody().clone()),
        (None, None) => Dismissed::Everybody,
    }
}

fn claimed<'a>(landing: &'a Landing<'_>) -> impl Iterator<Item = &'a crate::event::ReviewClaim> {
    [Some(landing.commit), landing.landed_by].into_iter().flatten().flat_map(|event| {
        match &event.what {
            What::Commit(facts) => facts.reviews.as_slice(),
            _ => &[],
        }
    })
}

fn judge_words(
    words: &BTreeMap<Somebody, (&str, Option<&str>)>,
    head: &str,
    landing: &Landing<'_>,
    people: &People,
) -> Answer {
    let who = |state: &'static str| words.iter().filter(move |(_, word)| word.0 == state);
    let against: Vec<_> = who("changes_requested").map(|(name, _)| name).collect();
    if !against.is_empty() {
        return Answer::fails(format!("{} asked for changes, and never approved", names(against)));
    }
    let (own, others): (Vec<_>, Vec<_>) = who("approved")
        .filter(|(name, _)| !people.is_program(name))
        .partition(|(name, _)| landing.writers.contains(name));
    if others.iter().any(|(_, (_, seen))| *seen == Some(head)) {
        return Answer::Holds;
    }
    if let Some((name, _)) = others.iter().find(|(_, (_, seen))| seen.is_none()) {
        return Answer::unknown(format!(
            "{name} approved it, but nothing says which commit they saw"
        ));
    }
    if let Some((name, (_, seen))) = others.first() {
        return Answer::fails(match seen {
            Some(seen) => format!(
                "{name} approved {}, but {} was merged: a push after the approval",
                short(seen),
                short(head)
            ),
            None => format!("{name} approved it, but nothing says in which state"),
        });
    }
    if !own.is_empty() {
        let own = names(own.iter().map(|(name, _)| name));
        return Answer::fails(format!("approved only by {own}, who wrote part of it"));
    }
    Answer::fails("nobody approved it")
}

fn direct_push(landing: &Landing<'_>, terms: Terms<'_>) -> Answer {
    let What::Commit(facts) = &landing.commit.what else { return Answer::Irrelevant };
    // Somebody has to begin.
    if !landing.on_branch || facts.parents.is_empty() {
        return Answer::Irrelevant;
    }
    let merge = landing.commit.kind == Kind::Merge;
    let recorded = landing.changes.iter().copied().any(|change| counts(&change));
    let claimed = facts.change.as_ref();
    let believed = terms.policy.evidence == Evidence::Claims
        && claimed.is_some_and(|change| change.method.is_some());
    if !recorded && !believed {
        return Answer::fails(match claimed {
            Some(change) if change.method.is_none() && !merge => format!(
                "it says that it merges {}, but has one parent: it merged nothing",
                change.id
            ),
            Some(change) => format!("its message names {}, but no record does", change.id),
            None => "no change request brought it".to_owned(),
        });
    }
    match (merge, landing.own_changes) {
        (true, Some(true)) => {
            Answer::fails("a merge with changes of its own, which stand in no change request")
                .mend("look at them: git show --remerge-diff ID; conflicts are better solved in the branch, where they are reviewed")
        }
        (true, None) => Answer::unknown("what the merge itself changed could not be found out"),
        _ => Answer::Holds,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::{ChangeRequest, ReviewClaim};
    use serde_json::json;

    fn head() -> String {
        "d".repeat(40)
    }

    fn review(who: &str, state: &str, seen: &str) -> Event {
        let what = json!({"number": "#4", "state": state, "head_commit": seen});
        record(Kind::Review, &format!("{who}@example.com"), Some(who), NOON, what)
    }

    fn change() -> Event {
        let what = json!({"number": "#4", "base": "main", "head_commit": head(),
            "merge_commit": "c".repeat(40)});
        record(Kind::Change, "ci@example.com", Some("ci"), NOON, what)
    }

    fn landing(commit: &Event) -> Landing<'_> {
        Landing {
            commit,
            on_branch: true,
            landed_by: None,
            own_changes: None,
            changes: Vec::new(),
            reviews: Vec::new(),
            writers: ["ana", "bruno"].map(|id| Somebody::Known(id.into())).into(),
        }
    }

    fn ask(reviews: &[Event]) -> Answer {
        let (policy, commit, change) = (policy(""), commit_by("ana@example.com", None), change());
        let landing = Landing {
            changes: vec![&change],
            reviews: reviews.iter().collect(),
            ..landing(&commit)
        };
        reviewed(&landing, terms(&policy))
    }

    #[test]
    fn somebody_else_approved_the_last_state() {
        assert_eq!(ask(&[review("cem", "approved", &head())]), Answer::Holds);
        assert_fails(&ask(&[]), "nobody approved");
        let old = review("cem", "approved", &"a".repeat(40));
        assert_fails(&ask(&[old]), "a push after the approval");
    }

    /// Which state was merged is evidence too: a record that nobody signed doesn't make it the one that
    /// was approved.
    #[test]
    fn a_typed_change_request_moves_no_approval() {
        let (policy, commit, signed) = (policy(""), commit_by("ana@example.com", None), change());
        let old = "a".repeat(40);
        let what = json!({"number": "#4", "head_commit": old, "merge_commit": "c".repeat(40)});
        let typed = record(Kind::Change, "ana@example.com", None, NOON, what);
        let seen_old = review("cem", "approved", &old);
        for changes in [vec![&typed], vec![&signed, &typed], vec![&typed, &signed]] {
            let landing = Landing { changes, reviews: vec![&seen_old], ..landing(&commit) };
            assert_fails(&reviewed(&landing, terms(&policy)), "a push after the approval");
        }
        let only_typed = Landing { changes: vec![&typed], ..landing(&commit) };
        assert_fails(&direct_push(&only_typed, terms(&policy)), "no change request brought it");
        let seen = review("cem", "approved", &head());
        let changes = vec![&signed, &typed];
        let landing = Landing { changes, reviews: vec![&seen], ..landing(&commit) };
        assert_eq!(reviewed(&landing, terms(&policy)), Answer::Holds);
    }

    #[test]
    fn self_approval_and_cross_approval_of_two_authors_do_not_count() {
        assert_fails(&ask(&[review("ana", "approved", &head())]), "only by ana");
        let both = [review("ana", "approved", &head()), review("bruno", "approved", &head())];
        assert_fails(&ask(&both), "only by ana and bruno");
    }

    #[test]
    fn an_author_under_another_address_is_still_the_author() {
        let mut own = review("ana", "approved", &head());
        own.who.identity = Some(who("ana@home.example"));
        assert_fails(&ask(&[own]), "only by ana");
    }

    #[test]
    fn the_last_word_counts() {
        let (yes, no) =
            (review("cem", "approved", &head()), review("cem", "changes_requested", &head()));
        assert_fails(&ask(&[yes.clone(), no.clone()]), "cem asked for changes");
        assert_eq!(ask(&[no, yes.clone()]), Answer::Holds);
        assert_fails(&ask(&[yes, review("cem", "dismissed", &head())]), "nobody approved");
    }

    #[test]
    fn a_review_that_anyone_could_have_typed_is_none() {
        let mut typed = review("cem", "approved", &head());
        typed.proof.grade = Grade::Claimed;
        typed.proof.signature = None;
        assert_fails(&ask(&[typed]), "nobody approved");
        let mut commit = commit_by("ana@example.com", None);
        facts(&mut commit).reviews = vec![ReviewClaim {
            by: who("cem@example.com"),
            state: "approved".into(),
            source: "trailer:Reviewed-by".into(),
        }];
        assert_fails(&reviewed(&landing(&commit), terms(&policy(""))), "nobody approved");
        let believed = policy("evidence = \"claims\"");
        assert_eq!(reviewed(&landing(&commit), terms(&believed)), Answer::Holds);
    }

    /// Bots name reviewers by their logins, and an author could be named by theirs.
    #[test]
    fn a_bare_name_approves_when_the_policy_knows_whose_login_it_is() {
        let believed = policy(
            "evidence = \"claims\"\n[people.dora]\nlogins = [\"dora-d\"]\n[people.ann]\nemails = [\"ann@x\"]\nlogins = [\"annie\"]",
        );
        let mut commit = commit_by("ann@x", None);
        let mut ask = |name: &str, state: &str| {
            facts(&mut commit).reviews = vec![ReviewClaim {
                by: crate::event::Identity { name: name.into(), email: String::new() },
                state: state.into(),
                source: "message:r=".into(),
            }];
            let writers = believed.people.writers(&commit);
            reviewed(&Landing { writers, ..landing(&commit) }, terms(&believed))
        };
        assert_eq!(ask("Dora-D", "approved"), Answer::Holds);
        assert_fails(&ask("annie", "approved"), "approved only by ann, who wrote part of it");
        assert_fails(&ask("somebody", "approved"), "knows nobody of that login");
        assert_fails(&ask("somebody", "changes_requested"), "somebody asked for changes");
        assert_fails(&ask("somebody", "tested"), "nobody approved");
    }

    #[test]
    fn clean_merges_and_the_first_commit_need_no_review() {
        let policy = policy("");
        let mut merge = commit_by("ana@example.com", None);
        merge.kind = Kind::Merge;
        let clean = Landing { own_changes: Some(false), ..landing(&merge) };
        assert_eq!(reviewed(&clean, terms(&policy)), Answer::Irrelevant);
        let commit = commit_by("ana@example.com", None);
        let no_merge = Landing { own_changes: Some(false), ..landing(&commit) };
        assert_fails(&reviewed(&no_merge, terms(&policy)), "nobody approved");
        let octopus = Landing { own_changes: None, ..landing(&merge) };
        assert_unknown(&reviewed(&octopus, terms(&policy)), "could not be found out");
        let evil = Landing { own_changes: Some(true), ..landing(&merge) };
        assert_fails(&reviewed(&evil, terms(&policy)), "nobody approved");
        let mut root = commit_by("ana@example.com", None);
        facts(&mut root).parents.clear();
        assert_eq!(reviewed(&landing(&root), terms(&policy)), Answer::Irrelevant);
        assert_eq!(direct_push(&landing(&root), terms(&policy)), Answer::Irrelevant);
    }

    #[test]
    fn a_push_around_the_change_request_is_found() {
        let policy = policy("");
        let (mut commit, change) = (commit_by("ana@example.com", None), change());
        assert_fails(&direct_push(&landing(&commit), terms(&policy)), "no change request");
        let aside = Landing { on_branch: false, ..landing(&commit) };
        assert_eq!(direct_push(&aside, terms(&policy)), Answer::Irrelevant);
        let recorded = Landing { changes: vec![&change], ..landing(&commit) };
        assert_eq!(direct_push(&recorded, terms(&policy)), Answer::Holds);
        let request =
            |method| Some(ChangeRequest { id: "#4".into(), forge: None, method, url: None });
        facts(&mut commit).change = request(Some("squash"));
        assert_fails(&direct_push(&landing(&commit), terms(&policy)), "no record does");
        let believed = super::super::testing::policy("evidence = \"claims\"");
        assert_eq!(direct_push(&landing(&commit), terms(&believed)), Answer::Holds);
        facts(&mut commit).change = request(None);
        assert_fails(&direct_push(&landing(&commit), terms(&believed)), "has one parent");
    }

    #[test]
    fn a_merge_with_changes_of_its_own_is_found() {
        let policy = policy("");
        let mut merge = commit_by("ana@example.com", None);
        merge.kind = Kind::Merge;
        let change = change();
        let check = |own_changes| {
            let landing = Landing { own_changes, changes: vec![&change], ..landing(&merge) };
            direct_push(&landing, terms(&policy))
        };
        assert_eq!(check(Some(false)), Answer::Holds);
        assert_fails(&check(Some(true)), "changes of its own");
        assert_unknown(&check(None), "could not be found out");
    }
}

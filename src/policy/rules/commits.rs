//! Reasons and dates of commits.

use super::{Check, Rule};
use crate::event::{Event, Kind, What, short};
use crate::policy::facts::{Dates, Terms};
use crate::policy::file::Reason;
use crate::policy::finding::{Answer, Fault, Level};
use crate::policy::time::{span, stamp};

pub(super) const RULES: [Rule; 2] = [
    Rule {
        id: "commit-has-why",
        default: Level::Off,
        summary: "Every commit says why it was made",
        protects: "Changes that nobody can explain a year later.",
        looks_at: "The message of commits with one parent: tickets, the change request, reverts, and text \
            below the summary that is no trailer. With why = \"ticket\" in the policy, tickets alone.",
        satisfied: "One of them.",
        mend: "Reword it (git commit --amend, git rebase -i): name the ticket, or say why below the summary.",
        check: Check::Commit(has_why),
    },
    Rule {
        id: "date-order",
        default: Level::Warn,
        summary: "No commit is dated before its parents, or in the future",
        protects: "Backdated commits, and clocks that are wrong: dates are claims, and keys are judged by them.",
        looks_at: "The committer date against those of the parents and against the present, and the author \
            date against the committer date, each with the policy's clock-skew (an hour).",
        satisfied: "Time runs forward, within the tolerance.",
        mend: "Set the clock (ntp) and commit again: git commit --amend --no-edit --date=now; for history \
            that is published already, set adopted after it.",
        check: Check::Dates(date_order),
    },
];

fn has_why(commit: &Event, terms: Terms<'_>) -> Answer {
    let What::Commit(facts) = &commit.what else { return Answer::Irrelevant };
    // A merge is explained by what it merges.
    if commit.kind == Kind::Merge {
        return Answer::Irrelevant;
    }
    if !commit.why.tickets.is_empty() {
        return Answer::Holds;
    }
    if terms.policy.why == Reason::Ticket {
        return Answer::fails("its message names no ticket");
    }
    let trailer = |line: &str| {
        let key = line.split_once(':').map(|(key, _)| key.trim());
        key.is_some_and(|key| commit.why.trailers.iter().any(|(name, _)| name == key))
    };
    let text = commit.why.body.lines().any(|line| !line.trim().is_empty() && !trailer(line));
    if text || facts.change.is_some() || !commit.why.reverts.is_empty() {
        Answer::Holds
    } else {
        Answer::fails("its message says what, but not why: no ticket, no change request, no text")
    }
}

fn date_order(dates: &Dates<'_>, terms: Terms<'_>) -> Answer {
    let skew = terms.policy.clock_skew;
    let Some(committed) = dates.committed else {
        return Answer::fails("its committer date is absent or unreadable");
    };
    let mut faults = Vec::new();
    let mut fault = |why: String| faults.push(Fault { why, mend: None, grave: false });
    for (parent, date) in dates.parents {
        let early = date.saturating_sub(committed);
        if early > skew {
            fault(format!("dated {} before its parent {}", span(early), short(parent)));
        }
    }
    let ahead = committed.saturating_sub(terms.now);
    if ahead > skew {
        fault(format!("dated in the future: {}", stamp(committed)));
    }
    if let Some(authored) = dates.authored {
        let late = authored.saturating_sub(committed);
        if late > skew {
            fault(format!("written {} after it was committed", span(late)));
        }
    }
    Answer::of(faults)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::event::ChangeRequest;

    #[test]
    fn a_reason_is_a_ticket_a_change_request_or_text() {
        let (any, ticket) = (policy(""), policy("why = \"ticket\""));
        let mut commit = commit_by("ana@example.com", None);
        assert_fails(&has_why(&commit, terms(&any)), "not why");
        commit.why.body = "Signed-off-by: Ana <ana@example.com>\n".into();
        commit.why.trailers = vec![("Signed-off-by".into(), "Ana <ana@example.com>".into())];
        assert_fails(&has_why(&commit, terms(&any)), "not why");
        commit.why.body.insert_str(0, "The bank answers twice.\n\n");
        assert_eq!(has_why(&commit, terms(&any)), Answer::Holds);
        assert_fails(&has_why(&commit, terms(&ticket)), "no ticket");
        commit.why.body.clear();
        facts(&mut commit).change =
            Some(ChangeRequest { id: "#4".into(), forge: None, method: None, url: None });
        assert_eq!(has_why(&commit, terms(&any)), Answer::Holds);
        commit.why.tickets = vec!["PAY-88".into()];
        assert_eq!(has_why(&commit, terms(&ticket)), Answer::Holds);
        let mut merge = commit_by("ana@example.com", None);
        merge.kind = Kind::Merge;
        assert_eq!(has_why(&merge, terms(&ticket)), Answer::Irrelevant);
    }

    #[test]
    fn dates_run_forward_within_the_tolerance() {
        let policy = policy("clock-skew = \"10 minutes\"");
        let check = |parent: i64| {
            let parents = [("b".repeat(40), parent)];
            let dates = Dates { committed: Some(NOON), authored: Some(NOON), parents: &parents };
            date_order(&dates, terms(&policy))
        };
        assert_eq!(check(NOON - 1), Answer::Holds);
        assert_eq!(check(NOON + 600), Answer::Holds);
        assert_fails(&check(NOON + 601), "before its parent bbbbbbbbbb");
    }

    #[test]
    fn the_future_and_a_late_author_are_found() {
        let policy = policy("clock-skew = \"10 minutes\"");
        let check = |committed, authored| {
            date_order(&Dates { committed, authored, parents: &[] }, terms(&policy))
        };
        assert_eq!(check(Some(NOON), Some(NOON + 600)), Answer::Holds);
        assert_fails(&check(Some(NOON), Some(NOON + 601)), "after it was committed");
        assert_eq!(check(Some(NOON + 600), None), Answer::Holds);
        assert_fails(&check(Some(NOON + 601), None), "in the future");
        assert_fails(&check(None, None), "absent or unreadable");
    }
}

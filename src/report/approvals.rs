//! Approvals of a deployment: whom to name for them, and how JSON prints them.

use super::{json, rows};
use crate::deployments::approvals::{Approval, Tie, Timing};
use crate::deployments::superseded::is_taken_over;
use crate::event::moment;
use serde::Serialize;

/// The names of those who approved in time and did not take it back, each once; an approval carried over from
/// another commit says so, and so does one that was written down later than it states.
pub(super) fn approvers(approvals: &[Approval<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for approval in approvals.iter().filter(|approval| approval.counts()) {
        let late = timing(approval);
        let name = format!("{}{}{late}", rows::who(approval.event), carried(approval));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What there is to say of the time: written down later than it states; or known only to lie between two moments, where
/// the platform's order says that it came first. An import is always written later, so that says nothing.
fn timing(approval: &Approval<'_>) -> &'static str {
    let event = approval.event;
    match (approval.both_late, event.is_late()) {
        _ if event.field("not_before").is_some() => " (before it, by the platform's order)",
        (true, _) => " (both recorded later)",
        (false, true) if !is_taken_over(event) => " (late)",
        (false, _) => "",
    }
}

/// What else there is to say: who rejected it, and whose approval came too late or had expired.
pub(super) fn remarks(approvals: &[Approval<'_>]) -> Vec<String> {
    let last_words = approvals.iter().filter(|approval| !approval.superseded);
    let words = last_words.filter_map(|approval| {
        let who = rows::who(approval.event);
        match (approval.approved, approval.timing) {
            (false, _) => Some(format!("rejected by {who}")),
            (true, Timing::After) => Some(format!("approved by {who} only after it was deployed")),
            (true, Timing::Expired) => Some(format!("the approval by {who} had expired")),
            (true, Timing::Before) => None,
        }
    });
    words.collect()
}

/// What an approval of something else than the commit itself is carried over by.
fn carried(approval: &Approval<'_>) -> &'static str {
    match approval.tie {
        Tie::Commit | Tie::Artifact => "",
        Tie::Tree => " (for the same files)",
        Tie::Patch => " (for the same patch)",
    }
}

/// An approval as JSON prints it.
#[derive(Debug, Serialize)]
pub(super) struct ApprovalJson<'a> {
    by: Option<json::IdentityJson<'a>>,
    when: Option<String>,
    decision: &'static str,
    tie: &'static str,
    timing: &'static str,
    superseded: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    both_recorded_later: bool,
    record: &'a str,
}

impl<'a> From<&Approval<'a>> for ApprovalJson<'a> {
    fn from(approval: &Approval<'a>) -> ApprovalJson<'a> {
        let event = approval.event;
        ApprovalJson {
            by: event.who.identity.as_ref().map(json::IdentityJson::from),
            when: event.when.and_then(|when| moment::rfc3339(when.seconds)),
            decision: if approval.approved { "approved" } else { "rejected" },
            tie: approval.tie.name(),
            timing: approval.timing.name(),
            superseded: approval.superseded,
            both_recorded_later: approval.both_late,
            record: &event.id,
        }
    }
}

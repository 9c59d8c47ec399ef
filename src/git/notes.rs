//! Reviews kept in git notes: Gerrit's `refs/notes/review`, git-appraise's `refs/notes/devtools/discuss`.
//!
//! Gerrit (plugin reviewnotes) writes lines like trailers:
//! ```text
//! Code-Review+2: Ana Silva <ana@example.com>
//! Verified+1: CI <ci@example.com>
//! Submitted-by: Bo Chen <bo@example.com>
//! Submitted-at: Fri, 20 Nov 2026 14:03:11 +0000
//! Reviewed-on: https://review.example.com/c/pay/+/412
//! Project: pay
//! Branch: refs/heads/main
//! ```
//! git-appraise writes one JSON object a line; `resolved` says whether the comment approves:
//! ```text
//! {"timestamp":"1763647391","author":"ana@example.com","description":"LGTM","resolved":true,"v":0}
//! ```
//! Anyone who can push a note can write one: claims. Lines that cannot be read are counted, not
//! dropped.

use super::hydrated::moment;
use super::identity::person;
use crate::event::{Identity, ReviewClaim, When};
use chrono::DateTime;

/// What a Gerrit review note says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GerritNote {
    /// The votes. `Code-Review` +2 is `approved`; `Verified` above 0 is `tested`; any other vote above
    /// 0 is `acked`, one below 0 `changes_requested`, 0 `commented`.
    pub reviews: Vec<ReviewClaim>,
    /// Who submitted the change.
    pub submitted_by: Option<Identity>,
    /// When; `None` where it is absent or no RFC 2822 date.
    pub submitted_at: Option<When>,
    /// The change's page.
    pub reviewed_on: Option<String>,
    /// Gerrit's project.
    pub project: Option<String>,
    /// The branch it was submitted to.
    pub branch: Option<String>,
    /// Lines that hold something else.
    pub unread: usize,
}

/// What the comments in a git-appraise note say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppraiseNote {
    /// One claim a comment: `approved`, `changes_requested`, or `commented` when `resolved` is absent.
    pub reviews: Vec<ReviewClaim>,
    /// Lines that are no comment of a known version.
    pub unread: usize,
}

/// Reads a note of Gerrit. `reference` is where it was found, such as `refs/notes/review`.
pub fn gerrit(reference: &str, text: &str) -> GerritNote {
    let mut note = GerritNote::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(": ").unwrap_or((line, ""));
        let some = || (!value.is_empty()).then(|| value.to_owned());
        match key {
            "Submitted-by" => note.submitted_by = Some(person(value)),
            "Submitted-at" => {
                let date = DateTime::parse_from_rfc2822(value).ok();
                note.submitted_at = date.map(|date| moment(&date));
                note.unread += usize::from(date.is_none());
            }
            "Reviewed-on" => note.reviewed_on = some(),
            "Project" => note.project = some(),
            "Branch" => note.branch = some(),
            _ => match vote(key).filter(|_| !value.is_empty()) {
                Some(state) => note.reviews.push(ReviewClaim {
                    by: person(value),
                    state: state.to_owned(),
                    source: format!("notes:{reference}"),
                }),
                None => note.unread += 1,
            },
        }
    }
    note
}

/// The state that a vote such as `Code-Review+2` stands for.
fn vote(key: &str) -> Option<&'static str> {
    let at = key.rfind(['+', '-', ' ']).filter(|&at| at > 0)?;
    let (label, vote) = (key[..at].trim_end(), &key[at + 1..]);
    let value: u8 = vote.parse().ok().filter(|_| vote.len() <= 2)?;
    let is_label = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_label.then_some(match (label, key.as_bytes()[at], value) {
        (_, _, 0) => "commented",
        (_, b'-', _) => "changes_requested",
        ("Code-Review", _, 2..) => "approved",
        ("Verified", _, _) => "tested",
        _ => "acked",
    })
}

/// Reads a note of git-appraise. `reference` is where it was found.
pub fn appraise(reference: &str, text: &str) -> AppraiseNote {
    let mut note = AppraiseNote::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match comment(line) {
            Some((by, state)) => note.reviews.push(ReviewClaim {
                by,
                state: state.to_owned(),
                source: format!("notes:{reference}"),
            }),
            None => note.unread += 1,
        }
    }
    note
}

fn comment(line: &str) -> Option<(Identity, &'static str)> {
    let comment: serde_json::Value = serde_json::from_str(line).ok()?;
    let version = comment.get("v").map_or(Some(0), serde_json::Value::as_i64)?;
    let author = comment.get("author")?.as_str().filter(|_| version == 0)?;
    let state = match comment.get("resolved") {
        None | Some(serde_json::Value::Null) => "commented",
        Some(resolved) if resolved.as_bool()? => "approved",
        Some(_) => "changes_requested",
    };
    Some((person(author), state))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gerrit_votes_and_submission() {
        let note = gerrit(
            "refs/notes/review",
            "Code-Review+2: Ana <ana@x>\nCode-Review+1: Bo <bo@x>\nCode-Review-1: Cy <cy@x>\n\
             Verified+1: CI <ci@x>\nQA 0: D <d@x>\nSubmitted-by: Bo <bo@x>\n\
             Submitted-at: Fri, 20 Nov 2026 15:03:11 +0100\nReviewed-on: https://r/412\nProject: pay\n\
             Branch: refs/heads/main\nsomething else\n",
        );
        let votes: Vec<_> =
            note.reviews.iter().map(|r| (r.by.name.as_str(), r.state.as_str())).collect();
        let expected = [
            ("Ana", "approved"),
            ("Bo", "acked"),
            ("Cy", "changes_requested"),
            ("CI", "tested"),
            ("D", "commented"),
        ];
        assert_eq!(votes, expected);
        assert_eq!(note.reviews[0].source, "notes:refs/notes/review");
        assert_eq!(note.submitted_by.unwrap().email, "bo@x");
        assert_eq!(note.submitted_at, Some(When { seconds: 1_795_183_391, offset: Some(60) }));
        assert_eq!(note.branch.as_deref(), Some("refs/heads/main"));
        assert_eq!(note.unread, 1);
    }

    #[test]
    fn appraise_comments() {
        let note = appraise(
            "refs/notes/devtools/discuss",
            "{\"author\":\"ana@x\",\"resolved\":true,\"v\":0}\n{\"author\":\"bo@x\",\"resolved\":false}\n\
             {\"author\":\"cy@x\",\"description\":\"hm\"}\n{\"author\":\"d@x\",\"v\":7}\nnot json\n",
        );
        let brief: Vec<_> =
            note.reviews.iter().map(|r| (r.by.email.as_str(), r.state.as_str())).collect();
        assert_eq!(
            brief,
            [("ana@x", "approved"), ("bo@x", "changes_requested"), ("cy@x", "commented")]
        );
        assert_eq!(note.unread, 2);
    }

    #[test]
    fn a_deep_json_line_is_unread_not_a_crash() {
        assert_eq!(appraise("r", &"[".repeat(1 << 20)).unread, 1);
    }

    proptest! {
        #[test]
        fn no_panic_on_any_text(text in "([A-Za-z+\\-: 0-9é\n{}\"]|Submitted-at: |Code-Review\\+2: ){0,30}") {
            gerrit("r", &text);
            appraise("r", &text);
        }
    }
}

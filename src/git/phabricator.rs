//! What Phabricator writes into a message when a revision lands: fields, each on a line of its own below the
//! summary. They are no trailers to git, because their names hold blanks and blank lines stand between them.
//!
//! ```text
//! Reviewers: #blessed_reviewers, epriestley
//!
//! Reviewed By: #blessed_reviewers, epriestley
//!
//! Maniphest Tasks: T13588
//!
//! Differential Revision: https://secure.phabricator.com/D21869
//! ```
//!
//! `Reviewers` were asked, `Reviewed By` accepted it; names with `#` are those of projects, not of
//! people. Anybody can type such a line: all of it is a claim.

use crate::event::{ChangeRequest, Identity, ReviewClaim};
use memchr::memmem;

/// The longest value that is looked at, in bytes.
const LONGEST: usize = 2000;

/// The value of a field: the last one of its name, as Phabricator itself takes it.
fn field<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let starts_line = |at: &usize| *at == 0 || body.as_bytes()[at - 1] == b'\n';
    let at = memmem::find_iter(body.as_bytes(), name).filter(starts_line).last()?;
    let value = body[at + name.len()..].strip_prefix(':')?.lines().next()?.trim();
    (value.len() <= LONGEST).then_some(value)
}

/// The revision that `Differential Revision` names: by its address, `D12` or `12`.
pub(super) fn revision(body: &str) -> Option<ChangeRequest> {
    let value = field(body, "Differential Revision")?;
    let is_url = value.starts_with("https://") || value.starts_with("http://");
    let id = if is_url { value.rsplit_once('/')?.1 } else { value };
    let number = id.strip_prefix('D').unwrap_or(id);
    (is_number(number) && !(is_url && number.len() == id.len())).then(|| ChangeRequest {
        id: format!("D{number}"),
        forge: Some("phabricator"),
        method: None,
        url: is_url.then(|| value.to_owned()),
    })
}

/// The tasks that `Maniphest Tasks` names, or `Bug: T12` as MediaWiki has it.
pub(super) fn tasks(body: &str) -> impl Iterator<Item = &str> {
    let tasks = ["Maniphest Tasks", "Bug"].into_iter().filter_map(move |name| field(body, name));
    tasks
        .flat_map(|tasks| tasks.split([',', ' ']))
        .filter(|task| task.strip_prefix('T').is_some_and(is_number))
}

/// The people of `Reviewed By`, by their logins.
pub(super) fn reviews(body: &str) -> impl Iterator<Item = ReviewClaim> {
    let names = field(body, "Reviewed By").unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(|name| ReviewClaim {
        by: Identity { name: name.to_owned(), email: String::new() },
        state: "approved".to_owned(),
        source: "field:Reviewed By".to_owned(),
    })
}

fn is_number(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(body: &str) -> Option<String> {
        revision(body).map(|change| change.id)
    }

    fn names(body: &str) -> Vec<String> {
        reviews(body).map(|review| review.by.name).collect()
    }

    #[test]
    fn a_revision_has_a_letter_and_a_number() {
        let url = "https://phab.example.com/D2187";
        let change = revision(&format!("Differential Revision: {url}\n"));
        let change = change.map(|c| (c.id, c.forge, c.method, c.url));
        assert_eq!(change, Some(("D2187".into(), Some("phabricator"), None, Some(url.into()))));
        assert_eq!(id("Summary: x\n\nDifferential Revision: D7").as_deref(), Some("D7"));
        assert_eq!(id("Differential Revision: 7").as_deref(), Some("D7"));
        for body in [
            "Differential Revision: https://x/7",
            "Differential Revision: D",
            "Differential Revision:",
            "Differential Revision D7",
            "> Differential Revision: D7",
            "See Differential Revision: D7",
            "Differential Revision: D7 and more",
        ] {
            assert_eq!(id(body), None, "{body}");
        }
    }

    #[test]
    fn who_reviewed_is_named_and_who_was_asked_is_not() {
        assert_eq!(names("Reviewed By: carla, #blessed, zoe"), ["carla", "zoe"]);
        assert_eq!(names("Reviewers: carla\n\nReviewed-by: x\nNot Reviewed By: y"), [""; 0]);
        assert_eq!(names("Reviewed By:\n\nReviewed By: #blessed"), [""; 0]);
    }

    #[test]
    fn tasks_are_numbers_with_a_letter() {
        let tasks: Vec<_> = tasks("Maniphest Tasks: T1, T22,x,T\n\nBug: T3\n").collect();
        assert_eq!(tasks, ["T1", "T22", "T3"]);
        assert_eq!(super::tasks("Ref T1\nBug: 12\nManiphest Tasks: none").count(), 0);
    }
}

//! What else a message claims: reverts, cherry-picks, co-authors, reviews.
//!
//! ```text
//! This reverts commit 1234567890123456789012345678901234567890, reversing
//! changes made to abcdefabcdefabcdefabcdefabcdefabcdefabcd.
//!
//! (cherry picked from commit 1234567890123456789012345678901234567890)
//! Co-authored-by: Ana Silva <ana@example.com>
//! Reviewed-by: Bo Chen <bo@example.com>
//! ```
//!
//! Ids are given as written, in lower case, 7 to 64 hexadecimal digits: whether such a commit exists
//! is for whoever has the repository to say.

use super::identity::person;
use super::message::Message;
use super::trailers::Trailer;
use crate::event::{Identity, ReviewClaim};

/// The trailers that claim a review, and the state that they claim.
const REVIEWS: [(&str, &str); 6] = [
    ("Reviewed-by", "approved"),
    ("Approved-by", "approved"),
    ("Acked-by", "acked"),
    ("Tested-by", "tested"),
    ("Nacked-by", "changes_requested"),
    ("Naked-by", "changes_requested"),
];

/// The commits that a message says it reverts: `This reverts commit A.`,
/// `This reverts commits A, B and C.` For the revert of a merge that is the merge, not the parent
/// that it returns to.
pub fn reverts(message: &Message<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for (at, phrase) in message.body().match_indices("his reverts commit") {
        let mut rest = &message.body()[at + phrase.len()..];
        rest = rest.strip_prefix('s').unwrap_or(rest);
        let mut separators: &[&str] = &[" ", "\n"];
        while let Some(after) = separators.iter().find_map(|text| rest.strip_prefix(text))
            && let Some((id, after)) = leading_id(after.trim_start())
        {
            push_new(&mut ids, id);
            separators = &[", and ", " and ", "\nand ", ", ", ",\n"];
            rest = after;
        }
    }
    ids
}

/// The commits that a message says it was picked from: `(cherry picked from commit A)`, as
/// `git cherry-pick -x` writes it, or a `Cherry-picked-from` line.
pub fn cherry_picks(message: &Message<'_>) -> Vec<String> {
    const PHRASES: [&str; 2] = ["(cherry picked from commit ", "(cherry-picked from commit "];
    let mut ids = Vec::new();
    if !mentions_cherry(message.body()) {
        return ids;
    }
    for line in message.body().lines() {
        if !mentions_cherry(line) {
            continue;
        }
        let phrase = PHRASES.iter().find_map(|phrase| line.split_once(phrase));
        let rest = match phrase {
            Some((_, rest)) => Some(rest),
            None => labelled(line),
        };
        if let Some((id, _)) = rest.and_then(leading_id) {
            push_new(&mut ids, id);
        }
    }
    ids
}

/// `Cherry-picked-from: A`, `Cherry-picked from: A`, `Cherry picked from commit A`.
fn labelled(line: &str) -> Option<&str> {
    let label = "cherry-picked-from";
    let (start, rest) = line.split_at_checked(label.len())?;
    let same = start.bytes().zip(label.bytes()).all(|(have, want)| {
        have.eq_ignore_ascii_case(&want) || (want == b'-' && have == b' ')
    });
    let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix("commit").unwrap_or(rest).trim_start();
    same.then_some(rest)
}

fn mentions_cherry(text: &str) -> bool {
    text.contains("herry")
}

/// The people of the `Co-authored-by` trailers, each once.
pub fn co_authors(trailers: &[Trailer<'_>]) -> Vec<Identity> {
    let mut people: Vec<Identity> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for trailer in trailers.iter().filter(|trailer| trailer.is("Co-authored-by")) {
        let author = person(&trailer.value);
        if author != Identity::default() && seen.insert(author.clone()) {
            people.push(author);
        }
    }
    people
}

/// The reviews that trailers claim: `Reviewed-by` and `Approved-by` are `approved`, `Acked-by` is
/// `acked`, `Tested-by` is `tested`, `Nacked-by` is `changes_requested`.
pub fn reviews(trailers: &[Trailer<'_>]) -> Vec<ReviewClaim> {
    let claim = |trailer: &Trailer<'_>| {
        let (key, state) = REVIEWS.into_iter().find(|(key, _)| trailer.is(key))?;
        let by = person(&trailer.value);
        (by != Identity::default()).then(|| ReviewClaim {
            by,
            state: state.to_owned(),
            source: format!("trailer:{key}"),
        })
    };
    trailers.iter().filter_map(claim).collect()
}

/// 7 to 64 hexadecimal digits that are a word of their own, and what follows them.
fn leading_id(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take(65).take_while(u8::is_ascii_hexdigit).count();
    let goes_on = text[length..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    ((7..=64).contains(&length) && !goes_on).then(|| text.split_at(length))
}

fn push_new(ids: &mut Vec<String>, id: &str) {
    let id = id.to_ascii_lowercase();
    if !ids.contains(&id) {
        ids.push(id);
    }
}

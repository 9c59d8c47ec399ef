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
//! is for whoever has the repository to say. What a message quotes of another one (`> …`, `| …`, indented), it does
//! not claim itself.

use super::hydrated;
use super::identity::person;
use super::message::Message;
use super::trailers::{Trailer, trailers};
use super::{phabricator, shorthand};
use crate::event::{Identity, ReviewClaim};
use memchr::memmem::Finder;
use std::collections::HashSet;
use std::sync::LazyLock;

// Most messages hold none of these: look for the rarest part of each phrase, case aside.
static REVERTS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("his reverts commit"));
static CHERRY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("herry"));

/// The trailers that claim a review, and the state that they claim.
const REVIEWS: [(&str, &str); 6] = [
    ("Reviewed-by", "approved"),
    ("Approved-by", "approved"),
    ("Acked-by", "acked"),
    ("Tested-by", "tested"),
    ("Nacked-by", "changes_requested"),
    ("Naked-by", "changes_requested"),
];

/// The other commits that a message names, by ids as it has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// See [`reverts`].
    pub reverts: Vec<String>,
    /// See [`cherry_picks`].
    pub picked_from: Vec<String>,
    /// See [`hydrated::reference`].
    pub hydrates: Option<String>,
}

impl Named {
    /// Those that the message of a commit names, as it is stored.
    pub fn by(message: &[u8]) -> Named {
        // Few messages say anything of the kind.
        let hydrates = hydrated::is_mentioned(message);
        if !hydrates && !mentions_revert(message) && !mentions_cherry(message) {
            return Named::default();
        }
        let text = String::from_utf8_lossy(message);
        let message = Message::parse(&text);
        let reference = if hydrates { hydrated::reference(&trailers(&message)) } else { None };
        Named {
            reverts: reverts(&message),
            picked_from: cherry_picks(&message),
            hydrates: reference.map(|reference| reference.commit),
        }
    }
}

/// The commits that a message says it reverts: `This reverts commit A.`,
/// `This reverts commits A, B and C.` For the revert of a merge that is the merge, not the parent
/// that it returns to.
pub fn reverts(message: &Message<'_>) -> Vec<String> {
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    for at in REVERTS.find_iter(message.body().as_bytes()) {
        let line = message.body()[..at].rsplit('\n').next().unwrap_or_default();
        if line.starts_with(['>', '|', '\t']) || line.starts_with("    ") {
            continue;
        }
        let mut rest = &message.body()[at + REVERTS.needle().len()..];
        rest = rest.strip_prefix('s').unwrap_or(rest);
        let mut separators: &[&str] = &[" ", "\n"];
        while let Some(after) = separators.iter().find_map(|text| rest.strip_prefix(text))
            && let Some((id, after)) = leading_id(after.trim_start())
        {
            push_new(&mut ids, &mut seen, id);
            separators = &[", and ", " and ", "\nand ", ", ", ",\n"];
            rest = after;
        }
    }
    ids
}

/// Whether [`reverts`] may find something in a text.
fn mentions_revert(text: &[u8]) -> bool {
    REVERTS.find(text).is_some()
}

/// The commits that a message says it was picked from: a line `(cherry picked from commit A)`, as
/// `git cherry-pick -x` writes it, or a `Cherry-picked-from` line.
pub fn cherry_picks(message: &Message<'_>) -> Vec<String> {
    const PHRASES: [&str; 2] = ["(cherry picked from commit ", "(cherry-picked from commit "];
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    if !mentions_cherry(message.body().as_bytes()) {
        return ids;
    }
    for line in message.body().lines() {
        if !mentions_cherry(line.as_bytes()) {
            continue;
        }
        let phrase = PHRASES.iter().find_map(|phrase| line.strip_prefix(phrase));
        let rest = phrase.or_else(|| labelled(line));
        if let Some((id, _)) = rest.and_then(leading_id) {
            push_new(&mut ids, &mut seen, id);
        }
    }
    ids
}

/// `Cherry-picked-from: A`, `Cherry-picked from: A`, `Cherry picked from commit A`.
fn labelled(line: &str) -> Option<&str> {
    let label = "cherry-picked-from";
    let (start, rest) = line.split_at_checked(label.len())?;
    let same = start
        .bytes()
        .zip(label.bytes())
        .all(|(have, want)| have.eq_ignore_ascii_case(&want) || (want == b'-' && have == b' '));
    let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix("commit").unwrap_or(rest).trim_start();
    same.then_some(rest)
}

/// Whether [`cherry_picks`] may find something in a text.
fn mentions_cherry(text: &[u8]) -> bool {
    CHERRY.find(text).is_some()
}

/// The people of the `Co-authored-by` trailers, each once.
pub fn co_authors(trailers: &[Trailer<'_>]) -> Vec<Identity> {
    let mut people: Vec<Identity> = Vec::new();
    let mut seen = HashSet::new();
    for trailer in trailers.iter().filter(|trailer| trailer.is("Co-authored-by")) {
        let author = person(&trailer.value);
        if author != Identity::default() && seen.insert(author.clone()) {
            people.push(author);
        }
    }
    people
}

/// The reviews that a message claims. In trailers, `Reviewed-by` and `Approved-by` are `approved`, `Acked-by` is
/// `acked`, `Tested-by` is `tested`, `Nacked-by` is `changes_requested`. What bots and Phabricator write
/// follows: see [`shorthand`] and [`phabricator`].
pub fn reviews(message: &Message<'_>, trailers: &[Trailer<'_>]) -> Vec<ReviewClaim> {
    let claim = |trailer: &Trailer<'_>| {
        let (key, state) = REVIEWS.into_iter().find(|(key, _)| trailer.is(key))?;
        let by = person(&trailer.value);
        (by != Identity::default()).then(|| ReviewClaim {
            by,
            state: state.to_owned(),
            source: format!("trailer:{key}"),
        })
    };
    let mut reviews: Vec<ReviewClaim> = trailers.iter().filter_map(claim).collect();
    reviews.extend(shorthand::reviews(message));
    reviews.extend(phabricator::reviews(message.body()));
    reviews
}

/// 7 to 64 hexadecimal digits that are a word of their own, and what follows them.
fn leading_id(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take(65).take_while(u8::is_ascii_hexdigit).count();
    let goes_on = text[length..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    ((7..=64).contains(&length) && !goes_on).then(|| text.split_at(length))
}

/// Adds an id in lower case, unless it is there.
fn push_new(ids: &mut Vec<String>, seen: &mut HashSet<String>, id: &str) {
    let id = id.to_ascii_lowercase();
    if seen.insert(id.clone()) {
        ids.push(id);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    const A: &str = "1234567890123456789012345678901234567890";
    const B: &str = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

    fn reverted(body: &str) -> Vec<String> {
        reverts(&Message::parse(&format!("Revert \"S\"\n\n{body}")))
    }

    fn picked(body: &str) -> Vec<String> {
        cherry_picks(&Message::parse(&format!("S\n\n{body}")))
    }

    #[test]
    fn revert_of_a_commit() {
        assert_eq!(reverted(&format!("This reverts commit {A}.\n")), [A]);
        assert_eq!(reverted("This reverts commit 1234567 (S, 2026-11-20).\n"), ["1234567"]);
        assert_eq!(reverted("this reverts commit\nABCDEF0"), ["abcdef0"]);
    }

    #[test]
    fn revert_of_a_merge_names_the_merge_only() {
        assert_eq!(
            reverted(&format!("This reverts commit {A}, reversing\nchanges made to {B}.")),
            [A]
        );
    }

    #[test]
    fn revert_of_several() {
        assert_eq!(
            reverted(&format!("This reverts commits {A}, {B} and 1234567.")),
            [A, B, "1234567"]
        );
        assert_eq!(reverted(&format!("This reverts commit {A}.\nThis reverts commit {A}.")), [A]);
    }

    #[test]
    fn no_revert() {
        for body in
            ["This reverts commit.", "This reverts commit 123.", "This reverts commit 1234567xyz"]
        {
            assert_eq!(reverted(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn cherry_picks_in_their_forms() {
        assert_eq!(
            picked(&format!("(cherry picked from commit {A})\n(cherry picked from commit {B})")),
            [A, B]
        );
        assert_eq!(picked(&format!("Cherry-picked-from: {A}")), [A]);
        assert_eq!(picked(&format!("cherry-picked from: {A}")), [A]);
        assert_eq!(picked(&format!("Cherry picked from commit {A}")), [A]);
        assert_eq!(picked("cherry is a fruit\nCherry-picked-from: the tree"), [""; 0]);
    }

    #[test]
    fn what_is_quoted_is_claimed_by_another_message() {
        for mark in ["> ", "| ", "    ", "\t"] {
            assert_eq!(reverted(&format!("{mark}This reverts commit {A}.")), [""; 0], "{mark:?}");
            assert_eq!(picked(&format!("{mark}(cherry picked from commit {A})")), [""; 0]);
        }
        assert_eq!(picked(&format!("As in (cherry picked from commit {A})")), [""; 0]);
        assert_eq!(reverted(&format!("Too slow: this reverts commit {A}.")), [A]);
    }

    #[test]
    fn co_authors_and_reviews() {
        let message = Message::parse(
            "S\n\nCo-authored-by: Ana <ana@x>\nco-authored-by: Ana <ana@x>\nReviewed-by: Bo <bo@x>\n\
             Acked-By: Cy\nTested-by: d@x\nReviewed-by:\n",
        );
        let trailers = trailers(&message);
        let ana = Identity { name: "Ana".into(), email: "ana@x".into() };
        assert_eq!(co_authors(&trailers), [ana]);
        let reviews = reviews(&message, &trailers);
        let brief: Vec<_> =
            reviews.iter().map(|r| (r.by.name.as_str(), r.state.as_str())).collect();
        assert_eq!(brief, [("Bo", "approved"), ("Cy", "acked"), ("", "tested")]);
        assert_eq!(reviews[1].source, "trailer:Acked-by");
    }

    #[test]
    fn a_megabyte_of_anything_is_quick() {
        let start = std::time::Instant::now();
        let hostile = [
            "This reverts commit ",
            "This reverts commit 1234567, ",
            "1234567, ",
            "(cherry picked from commit ",
            "herry\n",
            "herry",
        ];
        for hostile in hostile {
            let text =
                format!("S\n\nThis reverts commits {}", hostile.repeat(1_000_000 / hostile.len()));
            reverts(&Message::parse(&text));
            cherry_picks(&Message::parse(&text));
        }
        assert!(start.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn no_panic_on_near_claims(
            body in "(This reverts commit|s| |\n|, |and |1234567|é|[Cc]herry[- ]picked[- ]from|: |commit|\\(){0,16}",
        ) {
            reverted(&body);
            picked(&body);
        }
    }
}

//! Reviewers in the shorthand of the bots that merge for people.
//!
//! ```text
//! Auto merge of #1612 - bob:perf, r=carla,zoe         bors and homu; Rollup merge of #… as well
//! Bug 1871 - Retry once. r=carla,zoe                  Firefox
//! 12: Retry once r=carla a=bob                        bors-ng, in the body of `Merge #12`
//! ```
//!
//! Only in these places: elsewhere `r=3` is arithmetic. `r? carla` asks, and approves nothing. `r=me`, `r=try`
//! and `r=<…>` name nobody. All of it is a claim.

use super::message::Message;
use crate::event::{Identity, ReviewClaim};
use std::collections::HashSet;

/// The reviews that a message claims so.
pub(super) fn reviews(message: &Message<'_>) -> Vec<ReviewClaim> {
    let summary = message.summary();
    let mut names = Vec::new();
    if summary.starts_with("Auto merge of #") || summary.starts_with("Rollup merge of #") {
        names.extend(summary.rsplit_once(", r=").map(|(_, names)| names));
    } else if is_bug(&summary) {
        names.extend(summary.split(' ').find_map(|word| word.strip_prefix("r=")));
    } else if summary.starts_with("Merge #") {
        names.extend(message.body().lines().filter_map(bors_ng));
    }
    let mut seen = HashSet::new();
    let logins = names.into_iter().flat_map(|names| names.split(',')).map(str::trim);
    logins
        .filter(|login| is_login(login) && seen.insert(*login))
        .map(|login| ReviewClaim {
            by: Identity { name: login.to_owned(), email: String::new() },
            state: "approved".to_owned(),
            source: "message:r=".to_owned(),
        })
        .collect()
}

/// `Bug 1871 - …`, `Bug 1871: …`.
fn is_bug(summary: &str) -> bool {
    let Some(rest) = summary.strip_prefix("Bug ") else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after.len() < rest.len() && (after.starts_with(" - ") || after.starts_with([':', ',', '.']))
}

/// `12: Title r=carla a=bob`.
fn bors_ng(line: &str) -> Option<&str> {
    let (number, _) = line.split_once(": ")?;
    let (rest, _) = line.rsplit_once(" a=")?;
    let (_, names) = rest.rsplit_once(" r=")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(names)
}

/// Whether a word can be somebody's login.
fn is_login(word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "-_.[]@+".contains(c);
    !matches!(word, "" | "me" | "try" | "trivial") && word.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> Vec<String> {
        reviews(&Message::parse(raw)).into_iter().map(|review| review.by.name).collect()
    }

    #[test]
    fn bots_name_who_approved() {
        assert_eq!(names("Auto merge of #1612 - bob:perf, r=carla,zoe"), ["carla", "zoe"]);
        assert_eq!(names("Auto merge of #1612 - bob:a, r=x, r=carla\n\nText r=zoe"), ["carla"]);
        assert_eq!(names("Rollup merge of #7 - bob:perf, r=carla"), ["carla"]);
        assert_eq!(
            names("Merge #12 #13\n\n12: Retry r=carla a=bob\n13: Log r=zoe,carla a=bob\n"),
            ["carla", "zoe"]
        );
        assert_eq!(names("Bug 1871 - Retry. r=carla,zoe DONTBUILD"), ["carla", "zoe"]);
    }

    #[test]
    fn what_only_looks_so_names_nobody() {
        for raw in [
            "Set r=3, r=4",
            "Auto merge of #1 - bob:perf, r=<try>",
            "Auto merge of #1 - bob:perf, r=me",
            "Auto merge of #1 - bob:perf",
            "Retry\n\nr? @carla",
            "Bug 1871 - Retry. r?carla",
            "Bug fix r=carla",
            "Merge #12\n\nx: Retry r=carla a=bob",
            "Retry\n\n12: Retry r=carla a=bob",
        ] {
            assert_eq!(names(raw), [""; 0], "{raw}");
        }
    }
}

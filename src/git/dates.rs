//! git's date language (`yesterday 14:00`, `2 weeks ago`, `2026-11-20T14:00:00Z`), read by git.
//!
//! `git rev-parse --since=DATE` prints `--max-age=SECONDS`. Asking costs one process, and only where a
//! date was typed; in return every form that git knows means here what it means there. git never
//! refuses: it reads what it does not understand as the present. An audit may not, so a text without
//! a digit or a word that git knows is an error.

use super::Repository;
use crate::outcome::Failure;

/// The words that git's `approxidate` knows.
const WORDS: [&str; 58] = [
    "now",
    "today",
    "yesterday",
    "never",
    "noon",
    "midnight",
    "tea",
    "am",
    "pm",
    "last",
    "ago",
    "day",
    "days",
    "week",
    "weeks",
    "hour",
    "hours",
    "minute",
    "minutes",
    "second",
    "seconds",
    "month",
    "months",
    "year",
    "years",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "the",
    "at",
    "of",
    "on",
];

/// Reads a date as git does; seconds since 1970 UTC.
///
/// # Errors
/// When git cannot be run, or the text holds nothing that git would understand.
pub fn parse(repo: &Repository, text: &str) -> Result<i64, Failure> {
    if !understood(text) {
        return Err(Failure::new(format!("cannot read the date '{text}'")).hint(
            "dates are written as in git: 2026-11-20, '2026-11-20 14:00', yesterday, '2 weeks ago', 'last friday 18:00'",
        ));
    }
    let output = repo
        .git()
        .arg("rev-parse")
        .arg(format!("--since={text}"))
        .output()
        .map_err(|error| Failure::new(format!("cannot run git to read a date: {error}")))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    printed
        .trim()
        .strip_prefix("--max-age=")
        // git's own type is unsigned: "never" and dates before 1970 come out as 0.
        .and_then(|seconds| seconds.parse::<u64>().ok())
        .map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX))
        .ok_or_else(|| Failure::new(format!("git cannot read the date '{text}'")))
}

/// Whether each word of the text is a number or a word that git knows (abbreviations of three
/// letters and more count, as in git).
pub fn understood(text: &str) -> bool {
    let mut some = false;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: String =
            word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let known = WORDS.contains(&letters.as_str())
            || letters.len() >= 3 && WORDS.iter().any(|known| known.starts_with(&letters))
            || has_digit
                && matches!(letters.as_str(), "" | "t" | "z" | "tz" | "st" | "nd" | "rd" | "th")
            || is_zone(word);
        if !known {
            return false;
        }
        some = true;
    }
    some
}

/// Names of time zones that git knows.
fn is_zone(word: &str) -> bool {
    const ZONES: [&str; 26] = [
        "Z", "UTC", "GMT", "WET", "WEST", "BST", "CET", "CEST", "MET", "MEST", "EET", "EEST",
        "MSK", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "JST", "NZST", "NZDT",
        "HST", "AST",
    ];
    ZONES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::understood;

    #[test]
    fn what_git_knows_is_understood() {
        for text in [
            "yesterday",
            "2 weeks ago",
            "2026-11-20",
            "2026-11-20T14:00:00Z",
            "last friday 18:00",
            "Nov 20 2026",
            "20 nov",
            "noon",
            "1700000000",
            "@1700000000 +0100",
            "3.days.ago",
            "Fri, 20 Nov 2026 14:00:00 CET",
            "10am",
            "nov 20th",
        ] {
            assert!(understood(text), "{text}");
        }
    }

    #[test]
    fn what_git_reads_as_now_is_refused() {
        for text in ["", "foo", "releae", "v1.2 release", "HEAD~3"] {
            assert!(!understood(text), "{text}");
        }
    }
}

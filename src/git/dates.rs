//! git's date language (`yesterday 14:00`, `2 weeks ago`, `2026-11-20T14:00:00Z`), read by git.
//!
//! `git rev-parse --since=DATE` prints `--max-age=SECONDS`. This costs one process, only where a date was typed, and
//! every form that git knows has git's meaning; gix-date approximates it. git never refuses a date: it reads what it does
//! not understand as the present. An audit must not, so these are errors: a word that git does not know, a day that
//! is in no calendar (`2026-11-31`, which git reads as the 1st of December), and a weekday by itself, which git ignores
//! (it reads `friday 18:00` as today).

use super::Repository;
use crate::outcome::Failure;
use chrono::NaiveDate;
use std::process::Command;

/// The words that git's `approxidate` knows, apart from numbers and the names of days and months.
const WORDS: [&str; 29] = [
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
    "the",
    "at",
    "of",
    "on",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
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
];
const COUNTS: [&str; 10] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// Reads a date as git does; seconds since 1970 UTC.
///
/// # Errors
/// When git cannot be run, or would read the text as something else than it says.
pub fn parse(repo: &Repository, text: &str) -> Result<i64, Failure> {
    read(repo.git(), text)
}

/// As [`parse`], with `now` as the present that `yesterday` counts back from.
///
/// # Errors
/// As [`parse`].
pub fn parse_at(repo: &Repository, text: &str, now: i64) -> Result<i64, Failure> {
    let mut git = repo.git();
    // git reads it as an `int`.
    if let Ok(now) = i32::try_from(now) {
        git.env("GIT_TEST_DATE_NOW", now.to_string());
    }
    read(git, text)
}

fn read(mut git: Command, text: &str) -> Result<i64, Failure> {
    if !understood(text) {
        return Err(Failure::new(format!("cannot read the date '{text}'")).hint(
            "dates are written as in git: 2026-11-20, '2026-11-20 14:00', yesterday, '2 weeks ago', 'last friday 18:00'",
        ));
    }
    if let Some(impossible) = impossible(text) {
        return Err(Failure::new(format!("there is no {impossible}, as in the date '{text}'"))
            .hint("days are written as 2026-11-20, the time of day as 14:00"));
    }
    if let Some(weekday) = lone_weekday(text) {
        return Err(Failure::new(format!("the date '{text}' does not say which {weekday}")).hint(
            format!(
                "'last {weekday}', 'last {weekday} 18:00'; git takes a weekday by itself for today"
            ),
        ));
    }
    let output = git
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
        let mut words = WORDS.iter().chain(&WEEKDAYS).chain(&MONTHS).chain(&COUNTS);
        let known = words
            .any(|&known| known == letters || letters.len() >= 3 && known.starts_with(&letters))
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

/// A day or time of day in figures that does not exist.
fn impossible(text: &str) -> Option<&str> {
    let all_day = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.'));
    let all_time = text.split(|c: char| !c.is_ascii_digit() && c != ':');
    let day = |word: &&str| !numbers(word, &['-', '/', '.']).is_none_or(|it| is_day(&it));
    let time = |word: &&str| !numbers(word, &[':']).is_none_or(|it| is_time(&it));
    all_day.filter(day).chain(all_time.filter(time)).next()
}

/// Numbers separated by one of these signs, and how long each was written.
fn numbers<'t>(word: &'t str, between: &[char]) -> Option<Vec<(u32, &'t str)>> {
    let sign = between.iter().find(|&&sign| word.contains(sign))?;
    word.split(*sign).map(|figures| Some((figures.parse().ok()?, figures))).collect()
}

/// `2026-11-20`, `11/20/2026`, `20.11.2026`. Without a year of four figures the reading is left to git.
fn is_day(numbers: &[(u32, &str)]) -> bool {
    let exists = |year: u32, month, day| {
        i32::try_from(year).is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
    };
    match *numbers {
        [(year, figures), (month, _), (day, _)] if figures.len() == 4 => exists(year, month, day),
        [(a, _), (b, _), (year, figures)] if figures.len() == 4 => {
            exists(year, a, b) || exists(year, b, a)
        }
        _ => true,
    }
}

/// As git: a day may end at 24:00, a minute with a leap second.
fn is_time(numbers: &[(u32, &str)]) -> bool {
    match *numbers {
        [(hour, _), (minute, _)] => hour <= 24 && minute < 60,
        [(hour, _), (minute, _), (second, _)] => hour <= 24 && minute < 60 && second <= 60,
        _ => true,
    }
}

/// A weekday that git would ignore: without a word or number that says which, and without a day of the month.
fn lone_weekday(text: &str) -> Option<&'static str> {
    // `10:00 friday` does not count fridays.
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let among = |word: &str, known: &[&'static str]| {
        known.iter().find(|known| word.len() >= 3 && known.starts_with(word)).copied()
    };
    let dated = words.iter().any(|word| among(word, &MONTHS).is_some())
        || text.split_whitespace().any(|word| {
            numbers(word.trim_end_matches(','), &['-', '/', '.']).is_some_and(|it| it.len() == 3)
        });
    let at = words.iter().position(|word| among(word, &WEEKDAYS).is_some())?;
    let which = at.checked_sub(1).and_then(|at| words.get(at));
    let counted = which.is_some_and(|word| {
        word == "last"
            || COUNTS.contains(&word.as_str())
            || word.parse::<u32>().is_ok_and(|count| count > 0)
    });
    if dated || counted { None } else { among(&words[at], &WEEKDAYS) }
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
    use super::{impossible, lone_weekday, understood};

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
    fn what_no_calendar_has_is_impossible() {
        for text in [
            "2026-11-31",
            "2026-02-29 14:00",
            "2026-13-45",
            "2026-13-11",
            "2026/11/31",
            "31.11.2026",
            "11/31/2026",
            "2026-11-20 25:00",
            "2026-11-20T14:61:00Z",
            "0000-00-00",
        ] {
            assert!(impossible(text).is_some(), "{text}");
        }
        for text in [
            "2028-02-29",
            "30.11.2026",
            "11/30/2026",
            "2026-11-20T24:00:00+01:00",
            "2.weeks.ago",
            "1700000000",
            "10:00",
            "20.11",
            "1.2.3",
            "2026-11-20-0500",
            "-",
            "...",
            ":",
            "99999999999-1-1",
        ] {
            assert_eq!(impossible(text), None, "{text}");
        }
    }

    #[test]
    fn a_weekday_alone_does_not_say_which() {
        for (text, weekday) in [
            ("friday", "friday"),
            ("Fri 18:00", "friday"),
            ("10:00 friday", "friday"),
            ("0 friday", "friday"),
            ("18:00 on monday", "monday"),
            ("1 week ago sunday", "sunday"),
            ("yesterday, tue", "tuesday"),
        ] {
            assert_eq!(lone_weekday(text), Some(weekday), "{text}");
        }
        for text in [
            "last friday",
            "LAST FRI 18:00",
            "last.friday",
            "Fri, 20 Nov 2026 14:00:00 CET",
            "Fri 2026-11-20",
            "2 fri ago",
            "two fridays ago",
            "yesterday",
            "10:00",
            "",
        ] {
            assert_eq!(lone_weekday(text), None, "{text}");
        }
    }

    #[test]
    fn what_git_reads_as_now_is_refused() {
        for text in ["", "foo", "releae", "v1.2 release", "HEAD~3"] {
            assert!(!understood(text), "{text}");
        }
    }
}

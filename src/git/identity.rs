//! An identity header, split as git splits it.
//!
//! ```text
//! author Ana Silva <ana@example.com> 1700000000 +0100
//!        ^^^^^^^^^  ^^^^^^^^^^^^^^^  ^^^^^^^^^^ ^^^^^
//!        name       e-mail           seconds    zone, hours and minutes
//! ```
//!
//! Anyone can write anything into such a line, and we must name the same person as git. This follows
//! `split_ident_line` (`ident.c`) and `show_ident_date` (`pretty.c`): the name ends before the
//! *first* `<`, the address ends at the first `>` after it, the date stands behind the *last* `>`,
//! and nothing is stripped but white space before the `<`. It works on bytes, because names need not
//! be UTF-8.

use super::ctype::{is_space, trim_bytes};
use crate::event::{Identity, When};

/// The farthest offset in use, in minutes: UTC+14.
const FARTHEST: i64 = 14 * 60;

/// An identity header's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ident<'a> {
    /// `%an`: the name, possibly empty.
    pub name: &'a [u8],
    /// `%ae`: what stands between the brackets, possibly empty.
    pub email: &'a [u8],
    /// `%at`: the digits of the date as written; `None` where git sees no date. Git requires a zone
    /// as well.
    pub seconds: Option<&'a [u8]>,
    /// The moment; `None` where git sees no date, or one beyond what it can count (it shows
    /// 1970-01-01 for that, which nobody wrote).
    pub when: Option<When>,
    /// What is odd about the date.
    pub doubt: Option<DateDoubt>,
}

/// Why a date cannot be taken at face value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateDoubt {
    /// There is no date that git reads.
    Absent,
    /// More seconds than git, or a computer, can count.
    Overflow,
    /// The seconds are readable, but the zone is malformed or beyond ±14:00.
    Zone,
    /// Readable by git, but not in the form that git writes: missing or double spaces, a sign, a
    /// leading zero, something behind it.
    Form,
}

/// Splits the value of an `author`, `committer` or `tagger` header, without its line feed.
///
/// `None` where git finds nobody: a bracket is missing. Such a header names no one and no time.
pub fn split(line: &[u8]) -> Option<Ident<'_>> {
    // A header is a C string to git.
    let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
    let open = line.iter().position(|&byte| byte == b'<')?;
    let name_end = line[..open].iter().rposition(|&byte| !is_space(byte)).map_or(0, |at| at + 1);
    let mail = &line[open + 1..];
    let email = &mail[..mail.iter().position(|&byte| byte == b'>')?];
    let last = line.iter().rposition(|&byte| byte == b'>')?;
    let rest = &line[last + 1..];
    let mut ident = Ident {
        name: &line[..name_end],
        email,
        seconds: None,
        when: None,
        doubt: Some(DateDoubt::Absent),
    };
    let Some((digits, zone)) = date(rest) else { return Some(ident) };
    ident.seconds = Some(digits);
    // `date_overflows`: what a signed 64-bit time cannot hold.
    let Some(seconds) = number(digits) else {
        ident.doubt = Some(DateDoubt::Overflow);
        return Some(ident);
    };
    let offset = offset(zone);
    ident.when = Some(When { seconds, offset });
    ident.doubt = match offset {
        None => Some(DateDoubt::Zone),
        Some(_) if !is_canonical(rest, digits, zone) => Some(DateDoubt::Form),
        Some(_) => None,
    };
    Some(ident)
}

/// A person in a trailer or a note: `Name <mail>`, a bare address, or a bare name.
pub fn person(text: &str) -> Identity {
    let text = super::ctype::trim(text);
    match split(text.as_bytes()) {
        Some(ident) => Identity { name: owned(ident.name), email: owned(ident.email) },
        None if text.contains('@') && !text.contains(' ') => {
            Identity { name: String::new(), email: text.to_owned() }
        }
        None => Identity { name: text.to_owned(), email: String::new() },
    }
}

fn owned(bytes: &[u8]) -> String {
    String::from_utf8_lossy(trim_bytes(bytes)).into_owned()
}

/// The digits of the date and the zone with its sign, as `split_ident_line` finds them.
fn date(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (digits, rest) = leading_digits(skip_space(rest));
    let zone = skip_space(rest);
    let (zone_digits, _) = leading_digits(zone.get(1..)?);
    let signed = matches!(zone[0], b'+' | b'-');
    (signed && !digits.is_empty() && !zone_digits.is_empty())
        .then(|| (digits, &zone[..=zone_digits.len()]))
}

fn skip_space(bytes: &[u8]) -> &[u8] {
    let from = bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len());
    &bytes[from..]
}

fn leading_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// The value of decimal digits; `None` when it exceeds 63 bits.
fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
}

/// Minutes east of UTC. As git does, `+0130` is read as the number 130 and then as 1 hour 30.
fn offset(zone: &[u8]) -> Option<i32> {
    let (sign, digits) = zone.split_first()?;
    let value = number(digits)?;
    let minutes = (value / 100).checked_mul(60)? + value % 100;
    if value % 100 >= 60 || minutes > FARTHEST {
        return None;
    }
    let minutes = i32::try_from(minutes).ok()?;
    Some(if *sign == b'-' { -minutes } else { minutes })
}

/// Whether the date stands as git writes it: one space, digits, one space, a sign and four digits.
fn is_canonical(rest: &[u8], digits: &[u8], zone: &[u8]) -> bool {
    rest.len() == 2 + digits.len() + zone.len()
        && rest.starts_with(b" ")
        && rest[1 + digits.len()] == b' '
        && zone.len() == 5
        && (digits.len() == 1 || digits[0] != b'0')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> (String, String, Option<When>, Option<DateDoubt>) {
        let ident = split(line.as_bytes()).expect("somebody is named");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(ident.name), text(ident.email), ident.when, ident.doubt)
    }

    fn when(seconds: i64, offset: i32) -> Option<When> {
        Some(When { seconds, offset: Some(offset) })
    }

    #[test]
    fn as_git_writes_it() {
        let expected = ("Ana Silva".into(), "ana@x".into(), when(1_700_000_000, 60), None);
        assert_eq!(read("Ana Silva <ana@x> 1700000000 +0100"), expected);
        assert_eq!(read("A <a@x> 0 -0330").2, when(0, -210));
    }

    #[test]
    fn missing_brackets_name_nobody() {
        for line in ["", "Ana", "Ana ana@x 1 +0000", "Ana <ana@x 1 +0000", "Ana ana@x> 1 +0000"] {
            assert_eq!(split(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn several_brackets() {
        let (name, email, when_, _) = read("Ana <a@x> <b@x> 7 +0000");
        assert_eq!((name.as_str(), email.as_str(), when_), ("Ana", "a@x", when(7, 0)));
        let (name, email, when_, _) = read("Ana <<a@x>> 7 +0000");
        assert_eq!((name.as_str(), email.as_str(), when_), ("Ana", "<a@x", when(7, 0)));
        let (name, email, when_, _) = read("A > B <a@x> 7 +0000");
        assert_eq!((name.as_str(), email.as_str(), when_), ("A > B", "a@x", when(7, 0)));
    }

    #[test]
    fn names_keep_their_crud_and_leading_space() {
        assert_eq!(read("  .Ana, Jr.;  <a@x> 7 +0000").0, "  .Ana, Jr.;");
        assert_eq!(read("<a@x> 7 +0000").0, "");
        assert_eq!(read(" \t <> 7 +0000").0, "");
    }

    #[test]
    fn names_that_are_not_utf8_are_kept_as_bytes() {
        assert_eq!(split(b"J\xf6rg <j@x> 7 +0000").expect("named").name, b"J\xf6rg");
    }

    #[test]
    fn no_date_that_git_reads() {
        for line in
            ["A <a>", "A <a> ", "A <a> x", "A <a> -5 +0000", "A <a> 5", "A <a> 5 0000", "A <a> 5 +"]
        {
            let (_, _, when, doubt) = read(line);
            assert_eq!((when, doubt), (None, Some(DateDoubt::Absent)), "{line}");
        }
    }

    #[test]
    fn date_beyond_counting_is_unreadable_not_1970() {
        for digits in ["9223372036854775808", "18446744073709551616", &"9".repeat(400)] {
            let (_, _, when, doubt) = read(&format!("A <a> {digits} +0000"));
            assert_eq!((when, doubt), (None, Some(DateDoubt::Overflow)), "{digits}");
        }
        assert_eq!(read("A <a> 9223372036854775807 +0000").2, when(i64::MAX, 0));
    }

    #[test]
    fn zones_malformed_or_too_far_keep_the_seconds() {
        for zone in ["+1401", "-1500", "+0060", "+051800", "+99999999999999999999"] {
            let (_, _, when, doubt) = read(&format!("A <a> 7 {zone}"));
            assert_eq!(when, Some(When { seconds: 7, offset: None }), "{zone}");
            assert_eq!(doubt, Some(DateDoubt::Zone), "{zone}");
        }
        assert_eq!(read("A <a> 7 +1400").2, when(7, 840));
    }

    #[test]
    fn what_git_reads_but_would_not_write() {
        for date in ["7 +0000", " 7  +0000", " 7+0000", " 7 +0000 x", " 7 +000", " 07 +0000"] {
            let (_, _, date_, doubt) = read(&format!("A <a>{date}"));
            assert_eq!((date_, doubt), (when(7, 0), Some(DateDoubt::Form)), "{date}");
        }
    }

    #[test]
    fn a_nul_ends_the_header() {
        assert_eq!(split(b"A\0 <a@x> 7 +0000"), None);
        assert_eq!(split(b"A <a@x> 7\0 +0000").expect("named").when, None);
    }

    #[test]
    fn persons_in_trailers() {
        let person = |text| {
            let Identity { name, email } = person(text);
            (name, email)
        };
        assert_eq!(person(" Ana Silva <ana@x> # twice"), ("Ana Silva".into(), "ana@x".into()));
        assert_eq!(person("ana@x"), (String::new(), "ana@x".into()));
        assert_eq!(person("Ana"), ("Ana".into(), String::new()));
    }

    #[test]
    fn a_megabyte_of_brackets_is_quick() {
        let start = std::time::Instant::now();
        assert!(split("<".repeat(1 << 20).as_bytes()).is_none());
        assert!(split(format!("{}>", "<".repeat(1 << 20)).as_bytes()).is_some());
        assert!(start.elapsed().as_secs() < 2);
    }

    proptest! {
        #[test]
        fn no_panic_on_any_bytes(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            split(&line);
        }

        #[test]
        fn no_panic_on_near_idents(line in "[a<> \\x00]{0,8}<[a<>]{0,4}>[ 0-9+-]{0,30}") {
            split(line.as_bytes());
            person(&line);
        }
    }
}

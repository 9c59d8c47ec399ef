//! Moments as records write them: UTC, whole seconds, one spelling.
//!
//! ```text
//! 2026-09-01T10:01:00Z
//! ```
//!
//! That is RFC 3339 with every choice taken out: upper-case `T` and `Z`, no fraction, no offset, no
//! leap second, years 0001 to 9999. One moment has one spelling, so ids don't depend on taste.

use crate::outcome::Failure;
use chrono::{DateTime, NaiveDate};

/// Seconds since 1970-01-01T00:00:00Z; `None` for any other spelling and for dates that don't exist.
pub fn parse(text: &[u8]) -> Option<i64> {
    let [
        y0,
        y1,
        y2,
        y3,
        b'-',
        o0,
        o1,
        b'-',
        d0,
        d1,
        b'T',
        h0,
        h1,
        b':',
        m0,
        m1,
        b':',
        s0,
        s1,
        b'Z',
    ] = text
    else {
        return None;
    };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0u32, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(**digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok().filter(|year| *year > 0)?;
    let day = NaiveDate::from_ymd_opt(year, number(&[o0, o1])?, number(&[d0, d1])?)?;
    let moment = day.and_hms_opt(number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?)?;
    Some(moment.and_utc().timestamp())
}

/// The spelling of a moment; refuses those outside the years 0001 to 9999.
pub fn format(seconds: i64) -> Result<String, Failure> {
    DateTime::from_timestamp(seconds, 0)
        .map(|moment| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .filter(|text| parse(text.as_bytes()) == Some(seconds))
        .ok_or_else(|| Failure::new(format!("{seconds} seconds is no moment a record can state")))
}

/// The same without punctuation, for names of files: `20260901T100100Z`.
pub fn file_name(seconds: i64) -> String {
    format(seconds).map_or_else(|_| seconds.to_string(), |text| text.replace(['-', ':'], ""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_moment_has_one_spelling() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-09-01T10:01:00Z", 1_788_256_860),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(seconds), "{text}");
            assert_eq!(format(seconds).unwrap(), text);
        }
        assert_eq!(file_name(0), "19700101T000000Z");
    }

    #[test]
    fn other_spellings_and_other_dates_are_refused() {
        for text in [
            "2026-09-01T10:01:00+00:00",
            "2026-09-01T10:01:00.0Z",
            "2026-09-01t10:01:00z",
            "2026-09-01 10:01:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-09-01T24:00:00Z",
            "2026-09-01T10:01:60Z",
            "0000-12-31T23:59:59Z",
            "+026-09-01T10:01:00Z",
            "12026-09-01T10:01:00Z",
            "",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        for seconds in [i64::MIN, i64::MAX, -62_135_596_801, 253_402_300_800] {
            assert!(format(seconds).is_err());
        }
    }
}

//! Points in time as `allowed_signers` writes them, and comparing with them.
//!
//! ```text
//! 20261120            midnight in the local zone
//! 202611201403        to the minute
//! 20261120140311Z     to the second, in UTC
//! ```
//!
//! Without `Z` (or `UTC`) the text means the clock on the reader's wall, so verdicts change with
//! `TZ`; ssh-keygen(1), section ALLOWED SIGNERS.
//!
//! Git hands a commit's date to `ssh-keygen` as local time too. OpenSSH reads both texts as
//! *standard* time, so comparing them is comparing the two readings of the clock, which is what is
//! done here. Where a bound is in UTC (and in certificates) that same reading makes git judge one
//! hour too late while daylight-saving time is in force; here the exact second is compared.

use chrono::{Days, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};

/// One end of a period of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Seconds since 1970 UTC.
    Utc(i64),
    /// What the clock on the wall shows.
    Local(NaiveDateTime),
}

impl Bound {
    /// Reads what `parse_absolute_time` in OpenSSH's `misc.c` reads; a bound at or before the
    /// beginning of 1970 is refused as there. A day 31 in a shorter month means the day after the
    /// month's last, as for mktime(3).
    pub(super) fn parse(text: &[u8]) -> Option<Bound> {
        let (digits, utc) = match text {
            [digits @ .., b'Z' | b'z'] => (digits, true),
            [digits @ .., b'U' | b'u', b'T' | b't', b'C' | b'c'] => (digits, true),
            digits => (digits, false),
        };
        if !matches!(digits.len(), 8 | 12 | 14) || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |from: usize, to: usize| {
            digits
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'))
        };
        let (day, hour, minute, second) =
            (number(6, 8), number(8, 10), number(10, 12), number(12, 14));
        if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 61 {
            return None;
        }
        let year = i32::try_from(number(0, 4)).ok()?;
        let moment = NaiveDate::from_ymd_opt(year, number(4, 6), 1)?
            .checked_add_days(Days::new(u64::from(day - 1)))?
            .and_time(NaiveTime::MIN)
            .checked_add_signed(TimeDelta::seconds(i64::from(
                hour * 3600 + minute * 60 + second,
            )))?;
        if utc {
            let seconds = moment.and_utc().timestamp();
            return (seconds > 0).then_some(Bound::Utc(seconds));
        }
        // A reading that the clock skips has no moment of its own; it is long after 1970.
        let seconds =
            Local.from_local_datetime(&moment).earliest().map_or(1, |moment| moment.timestamp());
        (seconds > 0).then_some(Bound::Local(moment))
    }

    /// Whether this bound lies after `seconds` since 1970 UTC.
    pub(super) fn is_after(self, seconds: i64) -> bool {
        match self {
            Bound::Utc(bound) => bound > seconds,
            Bound::Local(bound) => reading(seconds).is_none_or(|now| bound > now),
        }
    }

    /// Whether this bound lies before `seconds` since 1970 UTC.
    pub(super) fn is_before(self, seconds: i64) -> bool {
        match self {
            Bound::Utc(bound) => bound < seconds,
            Bound::Local(bound) => reading(seconds).is_none_or(|now| bound < now),
        }
    }

    /// Whether this bound lies after another, as far as both say the same kind of time.
    pub(super) fn is_later_than(self, other: Bound) -> bool {
        match (self, other) {
            (Bound::Utc(a), Bound::Utc(b)) => a > b,
            (Bound::Local(a), Bound::Local(b)) => a > b,
            (Bound::Utc(a), local) => local.is_before(a),
            (local, Bound::Utc(b)) => local.is_after(b),
        }
    }
}

/// What the local clock shows. `None` beyond the years it can show; such a moment is outside every
/// period.
fn reading(seconds: i64) -> Option<NaiveDateTime> {
    Local.timestamp_opt(seconds, 0).single().map(|moment| moment.naive_local())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_in_utc_are_exact() {
        assert_eq!(Bound::parse(b"20050407000000Z"), Some(Bound::Utc(1_112_832_000)));
        assert_eq!(Bound::parse(b"20050407z"), Some(Bound::Utc(1_112_832_000)));
        assert_eq!(Bound::parse(b"200504070000UTC"), Some(Bound::Utc(1_112_832_000)));
        assert_eq!(Bound::parse(b"20050131235959Z"), Some(Bound::Utc(1_107_215_999)));
        // A leap second, and one more that `strptime` lets pass.
        assert_eq!(Bound::parse(b"20050131235961Z"), Some(Bound::Utc(1_107_216_001)));
        assert_eq!(Bound::parse(b"19700101000001Z"), Some(Bound::Utc(1)));
    }

    #[test]
    fn a_day_beyond_its_month_is_the_day_after_the_last() {
        assert_eq!(Bound::parse(b"20050230Z"), Bound::parse(b"20050302Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "UTC",
            "2005",
            "20051301",
            "20050100",
            "20050132",
            "2005010124",
            "200501012400",
            "200501012360",
            "20050101235962",
            "2005-01-01",
            "19700101Z",
            "19691231",
            "2005 1 1",
        ] {
            assert_eq!(Bound::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_bound_is_neither_before_nor_after_itself() {
        let bound = Bound::parse(b"20050407Z").unwrap();
        assert!(!bound.is_after(1_112_832_000) && !bound.is_before(1_112_832_000));
        assert!(bound.is_after(1_112_831_999) && bound.is_before(1_112_832_001));
        assert!(Bound::parse(b"20050407").unwrap().is_before(i64::MAX));
    }

    /// In whatever zone: two days lie further apart than any two clocks.
    #[test]
    fn of_two_bounds_one_is_later_or_none() {
        let [a, b, c] =
            [b"20050407Z", b"20050409Z", b"20050411Z"].map(|text| Bound::parse(text).unwrap());
        let [la, lb, lc] =
            [b"20050407", b"20050409", b"20050411"].map(|text| Bound::parse(text).unwrap());
        for (earlier, later) in [(a, b), (la, lb), (a, lb), (la, b), (b, lc), (lb, c)] {
            assert!(later.is_later_than(earlier), "{later:?} {earlier:?}");
            assert!(!earlier.is_later_than(later), "{later:?} {earlier:?}");
        }
        assert!(!a.is_later_than(a) && !la.is_later_than(la));
    }
}

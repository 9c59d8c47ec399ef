//! Moments as forges write them, cut to whole seconds and never rounded.
//!
//! ```text
//! 2026-09-01T11:20:00Z  2026-09-01T06:50:00.999-03:00  2021-04-28 21:50:00 +0200  2026-10-01 10:05:00 UTC
//! ```

use chrono::{DateTime, NaiveDateTime};

/// Seconds since 1970 UTC; `None` for what is no moment with a zone, and for the year 1, with which Gitea says
/// that there is none.
pub(super) fn parse(text: &str) -> Option<i64> {
    let moment = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .map(|moment| moment.timestamp());
    let seconds = moment.ok().or_else(|| {
        let utc = text.strip_suffix(" UTC")?;
        let moment = NaiveDateTime::parse_from_str(utc, "%Y-%m-%d %H:%M:%S%.f").ok()?;
        Some(moment.and_utc().timestamp())
    })?;
    within(seconds)
}

/// From milliseconds since 1970.
pub(super) fn milliseconds(value: i64) -> Option<i64> {
    within(value.div_euclid(1000))
}

/// The years that a record can state, without the year 1.
pub(super) fn within(seconds: i64) -> Option<i64> {
    // 0002-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
    (-62_104_060_800..=253_402_300_799).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::time::format;

    #[test]
    fn moments_are_cut_and_never_rounded() {
        for (text, utc) in [
            ("2026-09-01T11:20:00Z", "2026-09-01T11:20:00Z"),
            ("2026-09-01T06:50:00.999-03:00", "2026-09-01T09:50:00Z"),
            ("2021-04-28 21:50:00 +0200", "2021-04-28T19:50:00Z"),
            ("2026-10-01 10:05:00 UTC", "2026-10-01T10:05:00Z"),
            ("2026-10-01T10:05:00.999999Z", "2026-10-01T10:05:00Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(parse(text).and_then(|at| format(at).ok()).as_deref(), Some(utc), "{text}");
        }
        assert_eq!(milliseconds(1_606_929_874_512), Some(1_606_929_874));
        assert_eq!(milliseconds(-1), Some(-1));
    }

    #[test]
    fn without_a_zone_there_is_no_moment() {
        for text in ["2026-09-01T11:20:00", "2026-09-01", "", "03/04/2026", "0001-01-01T00:00:00Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! How moments are printed: RFC 3339 in UTC for machines, the user's own zone for people.

use super::When;
use chrono::{DateTime, Datelike, Local, Offset, SecondsFormat, Utc};
use std::fmt;

/// RFC 3339 in UTC, whole seconds; `None` outside the years 0 to 9999, which RFC 3339 cannot say.
pub fn rfc3339(seconds: i64) -> Option<String> {
    let moment = DateTime::<Utc>::from_timestamp(seconds, 0)?;
    (0..=9999).contains(&moment.year()).then(|| moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Date and time of day in the user's zone: `2026-11-20`, `14:03`. A moment that no calendar here
/// reaches is printed as its seconds.
pub fn local(when: When) -> (String, String) {
    match DateTime::<Utc>::from_timestamp(when.seconds, 0) {
        Some(moment) if (0..=9999).contains(&moment.year()) => {
            let local = moment.with_timezone(&Local);
            (local.format("%Y-%m-%d").to_string(), local.format("%H:%M").to_string())
        }
        _ => (format!("@{}", when.seconds), String::new()),
    }
}

/// Date and time of day in one, in the user's zone: `2026-11-20 14:03`. `seconds` are since 1970 UTC.
pub fn minute(seconds: i64) -> String {
    let (date, time) = local(When::utc(seconds));
    format!("{date} {time}").trim_end().to_owned()
}

/// Date and time in one, with seconds and zone: for one thing shown at length.
pub fn long(when: When) -> String {
    match DateTime::<Utc>::from_timestamp(when.seconds, 0) {
        Some(moment) if (0..=9999).contains(&moment.year()) => {
            moment.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S %z").to_string()
        }
        _ => format!("@{} (outside the calendar)", when.seconds),
    }
}

/// The offset that a table of dates names once, in a heading. Where summer time or a law has made it another
/// one, the date says so itself: `2026-07-01 14:03+02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// Seconds east of UTC.
    offset: i32,
}

impl Zone {
    /// The user's zone at a moment.
    pub fn at(seconds: i64) -> Zone {
        let moment = DateTime::<Utc>::from_timestamp(seconds, 0);
        let offset = moment.map(|moment| moment.with_timezone(&Local).offset().fix());
        Zone { offset: offset.map_or(0, |offset| offset.local_minus_utc()) }
    }

    /// A heading for the dates below: `SINCE (+01:00)`.
    pub fn heading(self, title: &str) -> String {
        format!("{title} ({})", self.name())
    }

    /// Date and time of day as [`minute`], with the offset where it is another one.
    pub fn minute(self, seconds: i64) -> String {
        match Zone::at(seconds) {
            zone if zone == self => minute(seconds),
            zone => format!("{}{}", minute(seconds), zone.name().trim_end_matches(":00")),
        }
    }

    /// `+01:00`.
    fn name(self) -> String {
        let minutes = self.offset.unsigned_abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A length of time in its largest unit: `3d`.
pub fn rough(seconds: i64) -> String {
    let exact = duration(seconds);
    exact.split(' ').next().unwrap_or(&exact).to_owned()
}

/// A length of time in its two largest units: `3d 4h`, `12m`, `45s`.
pub fn duration(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut rest = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (length, unit) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
        if parts.len() == 2 || (!parts.is_empty() && count == 0) {
            break;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_beyond_rfc_3339_have_no_rfc_3339() {
        assert_eq!(rfc3339(1_763_647_391).as_deref(), Some("2025-11-20T14:03:11Z"));
        assert_eq!(rfc3339(253_402_300_799).as_deref(), Some("9999-12-31T23:59:59Z"));
        assert_eq!(rfc3339(253_402_300_800), None);
        assert_eq!(rfc3339(i64::MAX), None);
        assert_eq!(rfc3339(i64::MIN), None);
    }

    #[test]
    fn another_offset_than_that_of_the_heading_is_told() {
        let zone = Zone::at(1_763_647_391);
        assert_eq!(zone.minute(1_763_647_391), minute(1_763_647_391));
        for (hours, name) in [(2.0, "+02"), (-3.5, "-03:30"), (0.0, "+00"), (5.75, "+05:45")] {
            let there = Zone { offset: (hours * 3600.0) as i32 };
            assert_eq!(there.name().trim_end_matches(":00"), name);
            let elsewhere = Zone { offset: zone.offset + 60 };
            assert!(elsewhere.minute(1_763_647_391).starts_with(&minute(1_763_647_391)));
            assert_ne!(elsewhere.minute(1_763_647_391), minute(1_763_647_391));
        }
        assert_eq!(Zone::at(i64::MAX), Zone { offset: 0 });
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(duration(0), "0s");
        assert_eq!(duration(59), "59s");
        assert_eq!(duration(3_600), "1h");
        assert_eq!(duration(90_061), "1d 1h");
        assert_eq!(duration(-125), "2m 5s");
        assert_eq!(rough(90_061), "1d");
    }
}

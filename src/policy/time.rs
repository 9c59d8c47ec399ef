//! Moments and spans of time as people write them in a policy.

use chrono::DateTime;

/// Seconds since 1970 UTC of a moment in RFC 3339 with its zone; `None` for anything else.
pub(super) fn moment(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.timestamp())
}

/// Seconds of `90 seconds`, `14 days`, `1 week`; `None` for anything else.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i64 = number.parse().ok().filter(|number| *number >= 0)?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    number.checked_mul(seconds)
}

/// A span of time for people, in its largest whole unit.
pub fn span(seconds: i64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (number, unit) = units
        .into_iter()
        .find(|(unit, _)| seconds >= *unit && seconds % unit == 0)
        .map_or((seconds, "second"), |(unit, name)| (seconds / unit, name));
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// A moment for people: `2026-12-20T00:00:00Z`.
pub fn stamp(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0)
        .map_or_else(|| format!("@{seconds}"), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        for (text, seconds) in [
            ("14 days", Some(1_209_600)),
            ("1 hour", Some(3_600)),
            ("0 seconds", Some(0)),
            ("2 weeks", Some(1_209_600)),
            ("14", None),
            ("-1 days", None),
            ("1 month", None),
            ("9223372036854775807 weeks", None),
        ] {
            assert_eq!(duration(text), seconds, "{text}");
        }
        assert_eq!(span(1_209_600), "2 weeks");
        assert_eq!(span(86_400), "1 day");
        assert_eq!(span(90), "90 seconds");
    }

    #[test]
    fn a_moment_needs_its_zone() {
        assert_eq!(moment("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(moment("2026-12-20T00:00:00Z"), Some(1_797_724_800));
        assert_eq!(moment("2026-12-20T00:00:00"), None);
        assert_eq!(moment("2026-12-20"), None);
    }
}

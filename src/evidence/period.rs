//! The period that a user asks for: `--since yesterday --until '2026-11-20 14:00'`.

use crate::event::When;
use crate::event::moment;
use crate::git::{Repository, dates};
use crate::outcome::Failure;

/// A stretch of time, both ends included; `None` where it has no end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Period {
    /// Where it begins, in seconds since 1970 UTC.
    pub(crate) since: Option<i64>,
    /// Where it ends, in seconds since 1970 UTC.
    pub(crate) until: Option<i64>,
}

/// Reads a moment at which something ran, in git's date language: not one that is yet to come, of which there is
/// nothing to know.
///
/// # Errors
/// When git can't read it, or it is in the future.
pub(crate) fn past(repo: &Repository, text: &str, now: i64) -> Result<i64, Failure> {
    let moment = dates::parse_at(repo, text, now)?;
    match moment > now {
        false => Ok(moment),
        true => Err(Failure::new(format!(
            "'{text}' is in the future: it means {}",
            moment::long(When::utc(moment))
        ))
        .hint("what ran is asked of the past: 'yesterday 18:00', 'last friday 18:00', 2026-11-20")),
    }
}

impl Period {
    /// Reads both ends in git's date language.
    ///
    /// # Errors
    /// When git can't read one.
    pub(crate) fn read(
        repo: &Repository,
        since: Option<&str>,
        until: Option<&str>,
    ) -> Result<Period, Failure> {
        let date = |text: Option<&str>| text.map(|text| dates::parse(repo, text)).transpose();
        Ok(Period { since: date(since)?, until: date(until)? })
    }

    /// Whether a moment lies in it.
    pub(crate) fn has(&self, seconds: i64) -> bool {
        self.since.is_none_or(|since| seconds >= since)
            && self.until.is_none_or(|until| seconds <= until)
    }

    /// Whether what states this time lies in it. What states none can't be said to lie in a period that
    /// has an end.
    pub(crate) fn takes(&self, seconds: Option<i64>) -> bool {
        match seconds {
            Some(seconds) => self.has(seconds),
            None => *self == Period::default(),
        }
    }
}

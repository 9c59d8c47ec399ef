//! Addresses of environments: how names are written, and what they mean.
//!
//! ```text
//! production                       an environment, with all its services
//! production/api                   one service
//! production/                      what is recorded without a service
//! production~2                     the deployment two before it
//! production@{yesterday 14:00}     what ran there then
//! env:production                   the environment, where git knows the name, too
//! eu/prod//api                     the service api of the environment eu/prod, whatever else is called so
//! ```
//!
//! [`parse`] takes the form apart, [`Names`] says what the name in it means. Every command reads names here, so that
//! none reads them differently. Nothing is opened: whoever asks brings the names that are known.

mod names;

pub use names::{Ambiguous, Names, Place, Reading, Target};

/// What forces the reading as an environment: the one with the longest name that fits.
pub const FORCED: &str = "env:";

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'t> {
    /// The environment, and behind a slash the service.
    pub name: &'t str,
    /// The date within `@{…}`, as typed.
    pub date: Option<&'t str>,
    /// How many deployments before that one.
    pub back: usize,
    /// Whether `env:` forces the reading.
    pub forced: bool,
}

impl Address<'_> {
    /// The name as it was typed, without a moment behind it.
    pub fn named(&self) -> String {
        let forced = if self.forced { FORCED } else { "" };
        format!("{forced}{}", self.name)
    }

    /// What stands behind the name.
    pub fn suffix(&self) -> String {
        let date = self.date.map(|date| format!("@{{{date}}}")).unwrap_or_default();
        match self.back {
            0 => date,
            back => format!("{date}~{back}"),
        }
    }
}

/// Splits `env:` off a name.
pub fn forced(text: &str) -> (bool, &str) {
    match text.strip_prefix(FORCED) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// Takes an address apart; `None` when the text has not its form.
pub fn parse(text: &str) -> Option<Address<'_>> {
    let (forced, rest) = forced(text);
    let end = rest.find(['~', '@', '^', ':', ' ']).unwrap_or(rest.len());
    let (name, mut suffix) = rest.split_at(end);
    if name.is_empty() {
        return None;
    }
    let mut date = None;
    if let Some(inner) = suffix.strip_prefix("@{") {
        let (inside, behind) = inner.split_once('}')?;
        date = Some(inside);
        suffix = behind;
    }
    let mut back = 0usize;
    while let Some(behind) = suffix.strip_prefix('~') {
        let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = behind.split_at(digits);
        let number = if number.is_empty() { 1 } else { number.parse().ok()? };
        back = back.checked_add(number)?;
        suffix = behind;
    }
    suffix.is_empty().then_some(Address { name, date, back, forced })
}

/// Splits `left..right` and `left...right` outside of braces: left, dots, right.
pub fn split_range(arg: &str) -> Option<(&str, &str, &str)> {
    let mut depth = 0usize;
    for (at, c) in arg.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && arg[at..].starts_with("..") => {
                let dots = if arg[at..].starts_with("...") { 3 } else { 2 };
                return Some((&arg[..at], &arg[at..at + dots], &arg[at + dots..]));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let of = |text| parse(text).map(|a| (a.name, a.date, a.back, a.forced));
        assert_eq!(of("production"), Some(("production", None, 0, false)));
        assert_eq!(of("production/api~"), Some(("production/api", None, 1, false)));
        assert_eq!(of("env:p~2~1"), Some(("p", None, 3, true)));
        assert_eq!(of("p@{2026-11-20 14:00}~1"), Some(("p", Some("2026-11-20 14:00"), 1, false)));
        for no in ["", "env:", "p^", "p^{tree}", "p:path", "p~x", "p@{x", "p@", "a b"] {
            assert_eq!(of(no), None, "{no}");
        }
    }

    #[test]
    fn dots_in_a_date_make_no_range() {
        assert_eq!(split_range("a..b"), Some(("a", "..", "b")));
        assert_eq!(split_range("a...b"), Some(("a", "...", "b")));
        assert_eq!(split_range("..b"), Some(("", "..", "b")));
        assert_eq!(split_range("p@{1..2}"), None);
        assert_eq!(split_range("p@{1..2}..main"), Some(("p@{1..2}", "..", "main")));
    }
}

//! Patterns as `git log --grep` reads them.
//!
//! ```text
//! basic     \(a\|b\)\+  a+     a bare `+` is itself
//! extended  (a|b)+    a\+
//! ```

use crate::git::Config;
use crate::outcome::Failure;
use regex::{Regex, RegexBuilder};

/// The language of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// POSIX basic regular expressions with GNU's additions, as in `grep`.
    Basic,
    /// Extended ones, `-E`.
    Extended,
    /// No expressions, `-F`.
    Fixed,
}

impl Syntax {
    /// The language that git is told to read patterns in: `grep.patternType`, else `grep.extendedRegexp`.
    ///
    /// # Errors
    /// When git's configuration can't be read.
    pub(super) fn configured(config: &Config) -> Result<Syntax, Failure> {
        match config.get("grep.patterntype") {
            Some("extended" | "perl") => Ok(Syntax::Extended),
            Some("fixed") => Ok(Syntax::Fixed),
            Some("basic") => Ok(Syntax::Basic),
            _ if config.bool("grep.extendedregexp")? == Some(true) => Ok(Syntax::Extended),
            _ => Ok(Syntax::Basic),
        }
    }

    /// The regular expression that a pattern means.
    ///
    /// # Errors
    /// A pattern that is none in this language.
    pub(super) fn compile(self, pattern: &str, ignore_case: bool) -> Result<Regex, Failure> {
        let regex = match self {
            Syntax::Basic => basic_to_extended(pattern),
            Syntax::Extended => pattern.to_owned(),
            Syntax::Fixed => regex::escape(pattern),
        };
        RegexBuilder::new(&regex)
            .case_insensitive(ignore_case)
            // git matches line by line.
            .multi_line(true)
            .build()
            .map_err(|error| {
                Failure::new(format!("bad pattern '{pattern}': {error}"))
                    .hint("patterns are basic regular expressions as in git; -E for extended ones, -F for plain text")
            })
    }
}

/// Rewrites a POSIX basic regular expression (with GNU's `\|`, `\+`, `\?`) as an extended one.
fn basic_to_extended(basic: &str) -> String {
    let mut extended = String::with_capacity(basic.len() + 8);
    let mut chars = basic.chars().peekable();
    // Whether an expression begins here, so that `*` is itself and `^` an anchor.
    let mut start = true;
    while let Some(c) = chars.next() {
        let mut starts = false;
        match c {
            '\\' => match chars.next() {
                Some(special @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => {
                    extended.push(special);
                    starts = matches!(special, '(' | '|');
                }
                Some('<') => extended.push_str(r"\b{start}"),
                Some('>') => extended.push_str(r"\b{end}"),
                Some('`') => extended.push_str(r"\A"),
                Some('\'') => extended.push_str(r"\z"),
                Some(other) => {
                    extended.push('\\');
                    extended.push(other);
                }
                None => extended.push_str(r"\\"),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => {
                extended.push('\\');
                extended.push(c);
            }
            '*' if start => extended.push_str(r"\*"),
            '^' if !start => extended.push_str(r"\^"),
            '^' => {
                extended.push('^');
                starts = true;
            }
            '$' if chars.peek().is_some() && !at_end_of_group(&chars) => extended.push_str(r"\$"),
            '[' => bracket(&mut chars, &mut extended),
            _ => extended.push(c),
        }
        start = starts;
    }
    extended
}

fn at_end_of_group(chars: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut rest = chars.clone();
    rest.next() == Some('\\') && matches!(rest.next(), Some(')' | '|'))
}

/// Copies a bracket expression, in which a backslash is itself.
fn bracket(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, extended: &mut String) {
    extended.push('[');
    if chars.peek() == Some(&'^') {
        chars.next();
        extended.push('^');
    }
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            ']' if !first => {
                extended.push(']');
                return;
            }
            ']' | '\\' | '&' | '~' => {
                extended.push('\\');
                extended.push(c);
            }
            '[' if chars.peek() == Some(&':') => {
                extended.push('[');
                for c in chars.by_ref() {
                    extended.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '[' => extended.push_str(r"\["),
            _ => extended.push(c),
        }
        first = false;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn basic_patterns_mean_what_grep_means() {
        for (basic, text, matches) in [
            ("a+b", "a+b", true),
            ("a+b", "aab", false),
            (r"a\+b", "aab", true),
            ("(x)", "(x)", true),
            (r"\(x\|y\)z", "yz", true),
            ("*x", "*x", true),
            ("^a*$", "aaa", true),
            ("a^b", "a^b", true),
            ("a$b", "a$b", true),
            (r"[\n]", r"\", true),
            ("[]x]", "]", true),
            ("[[:digit:]]x", "7x", true),
            (r"x\{2\}", "xx", true),
            ("x{2}", "xx", false),
            ("a.c", "abc", true),
            (r"a\.c", "abc", false),
        ] {
            let regex = Syntax::Basic.compile(basic, false).unwrap();
            assert_eq!(regex.is_match(text), matches, "{basic} on {text}");
        }
    }

    #[test]
    fn fixed_strings_are_fixed() {
        assert!(Syntax::Fixed.compile("a.c", false).unwrap().find("abc").is_none());
        assert!(Syntax::Extended.compile("(", false).is_err());
    }
}

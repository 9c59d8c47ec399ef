//! A message as git sees it: a summary, a blank line, a body.
//!
//! ```text
//! Retry card capture once          ┐ the first paragraph: the summary (`%s`),
//! when the gateway times out       ┘ its lines joined by spaces
//!
//! The gateway answers 504 …        ┐ the body (`%b`), trailers included
//!                                  │
//! Fixes: PAY-88                    ┘
//! ```
//!
//! The rules are those of `pretty.c` (`skip_blank_lines`, `format_subject`): blank lines before the
//! summary are skipped, white space at the end of its lines is dropped, and because git holds a
//! message in a C string, it ends at the first NUL. Text after a NUL is reported by
//! [`Message::has_nul`], since no git command prints it.

use super::ctype::trim_end;
use memchr::memchr;
use std::borrow::Cow;

/// A message split into summary and body. Borrows the text it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    text: &'a str,
    subject_end: usize,
    body_at: usize,
    has_nul: bool,
}

impl<'a> Message<'a> {
    /// Splits the text after an object's headers, already decoded.
    pub fn parse(raw: &'a str) -> Message<'a> {
        let visible = memchr(0, raw.as_bytes()).map_or(raw, |at| &raw[..at]);
        let text = skip_blank_lines(visible);
        let mut at = 0;
        let mut subject_end = 0;
        while at < text.len() {
            let line = first_line(&text[at..]);
            let trimmed = trim_end(line);
            if trimmed.is_empty() {
                break;
            }
            subject_end = at + trimmed.len();
            at += line.len();
        }
        let body_at = text.len() - skip_blank_lines(&text[at..]).len();
        Message { text, subject_end, body_at, has_nul: visible.len() < raw.len() }
    }

    /// From the summary to the end, where trailers are looked for.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The first paragraph as it stands, without white space at its end.
    pub fn subject(&self) -> &'a str {
        &self.text[..self.subject_end]
    }

    /// What `%s` prints: the first paragraph, its lines joined by single spaces.
    pub fn summary(&self) -> Cow<'a, str> {
        let subject = self.subject();
        if !subject.contains('\n') {
            return Cow::Borrowed(subject);
        }
        let mut summary = String::with_capacity(subject.len());
        for line in subject.split('\n') {
            if !summary.is_empty() {
                summary.push(' ');
            }
            summary.push_str(trim_end(line));
        }
        Cow::Owned(summary)
    }

    /// What `%b` prints: everything after the first paragraph and the blank lines that follow it.
    pub fn body(&self) -> &'a str {
        &self.text[self.body_at..]
    }

    /// Whether a NUL cuts the message short, so that git shows only a part of it.
    pub fn has_nul(&self) -> bool {
        self.has_nul
    }
}

/// The first line with its line feed.
pub(super) fn first_line(text: &str) -> &str {
    memchr(b'\n', text.as_bytes()).map_or(text, |at| &text[..=at])
}

/// Skips lines that hold nothing but white space.
fn skip_blank_lines(mut text: &str) -> &str {
    while !text.is_empty() {
        let line = first_line(text);
        if !trim_end(line).is_empty() {
            break;
        }
        text = &text[line.len()..];
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn parts(raw: &str) -> (String, &str) {
        let message = Message::parse(raw);
        (message.summary().into_owned(), message.body())
    }

    #[test]
    fn subject_and_body() {
        assert_eq!(parts("One\n\nTwo\nthree\n"), ("One".into(), "Two\nthree\n"));
    }

    #[test]
    fn subject_over_several_lines_is_joined() {
        assert_eq!(parts("One \r\n two\t\nthree\n\nBody"), ("One  two three".into(), "Body"));
    }

    #[test]
    fn leading_blank_lines_are_skipped_but_leading_spaces_stay() {
        assert_eq!(parts("\n \t\n  One\n \n\n\n  Body\n"), ("  One".into(), "  Body\n"));
    }

    #[test]
    fn vertical_tab_is_not_white_space_to_git() {
        assert_eq!(parts("\u{b}\nOne\n\nBody"), ("\u{b} One".into(), "Body"));
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(parts(""), (String::new(), ""));
        assert_eq!(parts(" \n\t\n"), (String::new(), ""));
    }

    #[test]
    fn message_ends_at_the_first_nul_and_says_so() {
        let message = Message::parse("One\n\nshown\0hidden: yes\n");
        assert_eq!(message.body(), "shown");
        assert!(message.has_nul());
        assert!(!Message::parse("One\n").has_nul());
    }

    proptest! {
        #[test]
        fn no_panic_on_any_text(raw in "[ \\t\\r\\n\\x0b\\x00a-c#é:]{0,60}") {
            let message = Message::parse(&raw);
            prop_assert!(!message.summary().contains('\n'));
            prop_assert!(message.text().ends_with(message.body()));
        }
    }
}

//! Widths and cutting of text as terminals show it.

pub use crate::event::short;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to so many columns; what was cut off is shown by `…` (or `.` without Unicode).
pub fn fit(text: &str, columns: usize, unicode: bool) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mark, room) = if unicode { ("…", 1) } else { ("..", 2) };
    let Some(space) = columns.checked_sub(room) else { return String::new() };
    let mut used = 0;
    let mut cut = String::new();
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > space {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut.push_str(mark);
    cut
}

/// Breaks a line into lines of so many columns, between words; they keep its indentation. A longer
/// word (an address, an id) stays whole.
pub fn wrap(line: &str, columns: usize) -> Vec<String> {
    if width(line) <= columns {
        return vec![line.to_owned()];
    }
    let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(last) if width(last) + 1 + width(word) <= columns => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines
}

/// Pads a text to so many columns.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("日本"), 4);
        assert_eq!(fit("日本語", 5, true), "日本…");
        assert_eq!(fit("日本語", 6, true), "日本語");
        assert_eq!(fit("abcdef", 4, false), "ab..");
        assert_eq!(pad("日", 4), "日  ");
        assert_eq!(fit("abc", 0, true), "");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("a  b", 4), ["a  b"]);
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("  - one two", 7), ["  - one", "  two"]);
        assert_eq!(
            wrap("see https://example.com/x now", 5),
            ["see", "https://example.com/x", "now"]
        );
        assert_eq!(wrap("日本 日本", 4), ["日本", "日本"]);
        assert_eq!(wrap("       ", 3), [""; 0]);
    }
}

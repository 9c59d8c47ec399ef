//! Text from strangers, made safe for a terminal.
//!
//! ```text
//! Ana ESC ]0;owned BEL        Ana \x1b]0;owned\x07        a sequence that a terminal would execute
//! user U+202E gnp.exe         user\u{202e}gnp.exe         text that would run backwards
//! ```

use std::borrow::Cow;

/// Makes one line of a stranger's text safe for a terminal: control characters, line breaks and
/// invisible characters and those that change the direction of writing are shown as escapes
/// (`\x1b`, `\u{202e}`).
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !needs_escape(c)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !needs_escape(c) {
            safe.push(c);
        } else if c == '\t' {
            safe.push(' ');
        } else if (c as u32) < 0x100 {
            safe.push_str(&format!("\\x{:02x}", c as u32));
        } else {
            safe.push_str(&format!("\\u{{{:x}}}", c as u32));
        }
    }
    Cow::Owned(safe)
}

/// As [`escape`], but keeps line breaks.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || !needs_escape(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(escape).collect::<Vec<_>>().join("\n"))
}

/// Whether a terminal would act on a character, or hide it, instead of showing it.
pub fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequence_is_shown_not_obeyed() {
        assert_eq!(escape("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
        assert_eq!(escape("\u{9b}31m"), "\\x9b31m");
    }

    #[test]
    fn bidi_override_is_shown() {
        assert_eq!(escape("user\u{202e}gnp.exe"), "user\\u{202e}gnp.exe");
        assert_eq!(escape("a\u{2066}b\u{200b}c"), "a\\u{2066}b\\u{200b}c");
    }

    #[test]
    fn line_break_in_a_name_makes_no_row() {
        assert_eq!(escape("Ana\nroot"), "Ana\\x0aroot");
        assert_eq!(escape_lines("a\nb\rc"), "a\nb\\x0dc");
    }

    #[test]
    fn honest_text_is_left_alone() {
        assert!(matches!(escape("Zoë 日本語 🚀"), Cow::Borrowed(_)));
    }
}

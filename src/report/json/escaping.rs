//! JSON that a terminal shows instead of obeying.
//!
//! JSON itself escapes what stands before the space (RFC 8259, section 7). DEL, the other control characters
//! and those that change the direction of writing or hide may stand in its strings as they are; they are
//! written as escapes, too, which every reader of JSON takes for the same text:
//!
//! ```text
//! {"summary":"user\u202egnp.exe"}
//! ```

use crate::ui::needs_escape;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Lays JSON out as another formatter does, and escapes more.
pub(super) struct Escaping<F>(pub(super) F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let bytes = fragment.as_bytes();
        // Without an early end many bytes are looked at in one step.
        if bytes.iter().fold(true, |plain, &byte| plain & (byte < 0x7f)) {
            return out.write_all(bytes);
        }
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| needs_escape(*c)) {
            out.write_all(&bytes[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        out.write_all(&bytes[from..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{document, line};
    use serde_json::{Value, json};

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_means_the_same() {
        let hostile = "\u{1b}[31m \u{7f} \u{9b}1m é 漢 \u{202e}gnp.exe \u{e0041} \n";
        let value = json!({"a": [hostile, 1], hostile: {}, "b": []});
        let written = |write: fn(&Value, &mut dyn std::io::Write) -> std::io::Result<()>| {
            let mut out = Vec::new();
            write(&value, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let (compact, pretty) =
            (written(|value, out| line(value, out)), written(|value, out| document(value, out)));
        let escaped = r"\u001b[31m \u007f \u009b1m é 漢 \u202egnp.exe \udb40\udc41 \n";
        for text in [&compact, &pretty] {
            assert_eq!(text.matches(escaped).count(), 2, "{text}");
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
        // But for that it is laid out as always.
        let plain = json!({"a": [1, {"b": []}], "c": {}});
        let mut out = Vec::new();
        document(&plain, &mut out).unwrap();
        assert_eq!(out, format!("{plain:#}\n").into_bytes());
        out.clear();
        line(&plain, &mut out).unwrap();
        assert_eq!(out, format!("{plain}\n").into_bytes());
    }
}

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
use std::io::{self, Write};

/// Takes JSON, piece by piece, and passes it on.
pub(super) struct Escaping<'w>(pub(super) &'w mut dyn Write);

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Outside of strings JSON is ASCII, and whole characters are written at once.
        let Ok(text) = str::from_utf8(bytes) else { return self.0.write_all(bytes) };
        let mut from = 0;
        if !bytes.iter().all(|byte| (b' '..0x7f).contains(byte)) {
            let escaped = |&(_, c): &(usize, char)| c >= '\u{7f}' && needs_escape(c);
            for (at, c) in text.char_indices().filter(escaped) {
                self.0.write_all(&bytes[from..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
                from = at + c.len_utf8();
            }
        }
        self.0.write_all(&bytes[from..])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_means_the_same() {
        let hostile = "\u{1b}[31m \u{7f} \u{9b}1m é 漢 \u{202e}gnp.exe \u{e0041} \n";
        let mut out = Vec::new();
        serde_json::to_writer(Escaping(&mut out), hostile).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#""\u001b[31m \u007f \u009b1m é 漢 \u202egnp.exe \udb40\udc41 \n""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }
}

//! Text of objects: decoded by the `encoding` header as git does, then lossily.
//!
//! git writes names and messages as the bytes it was given; a commit in another encoding than UTF-8
//! says so in a header (`encoding ISO-8859-1`), and git converts it for display. Where that is
//! impossible git prints the bytes as they are; we replace what is not UTF-8 by U+FFFD and say so.

use std::borrow::Cow;

/// How to decode the text of one object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decoder {
    Utf8,
    Latin1,
    Other(&'static encoding_rs::Encoding),
    Unknown,
}

/// What was lost in decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Loss {
    pub(super) lossy: bool,
}

impl Decoder {
    /// The decoder that an `encoding` header asks for.
    pub(super) fn new(header: Option<&[u8]>) -> Decoder {
        let Some(label) = header else { return Decoder::Utf8 };
        let label = label.trim_ascii();
        // encoding_rs follows browsers, which read ISO-8859-1 as windows-1252; iconv, which git uses,
        // does not.
        if [&b"iso-8859-1"[..], b"iso8859-1", b"latin1", b"latin-1"]
            .iter()
            .any(|name| label.eq_ignore_ascii_case(name))
        {
            return Decoder::Latin1;
        }
        match encoding_rs::Encoding::for_label(label) {
            Some(encoding) if encoding == encoding_rs::UTF_8 => Decoder::Utf8,
            Some(encoding) => Decoder::Other(encoding),
            None => Decoder::Unknown,
        }
    }

    /// Whether the header names an encoding that encoding_rs does not know.
    pub(super) fn is_unknown(self) -> bool {
        matches!(self, Decoder::Unknown)
    }

    /// Decodes, and sets `loss` when bytes had to be replaced.
    pub(super) fn decode<'a>(self, bytes: &'a [u8], loss: &mut Loss) -> Cow<'a, str> {
        match self {
            Decoder::Latin1 => match std::str::from_utf8(bytes) {
                Ok(text) if text.is_ascii() => Cow::Borrowed(text),
                _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
            },
            Decoder::Other(encoding) => {
                match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
                    Some(text) => text,
                    None => lossy(bytes, loss),
                }
            }
            Decoder::Utf8 | Decoder::Unknown => lossy(bytes, loss),
        }
    }
}

fn lossy<'a>(bytes: &'a [u8], loss: &mut Loss) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(bytes);
    loss.lossy |= matches!(text, Cow::Owned(_));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin1_is_not_windows_1252() {
        let mut loss = Loss::default();
        let decoder = Decoder::new(Some(b"ISO-8859-1"));
        assert_eq!(decoder.decode(b"J\xfcrgen \x80", &mut loss), "J\u{fc}rgen \u{80}");
        assert!(!loss.lossy);
    }

    #[test]
    fn what_is_not_utf8_is_replaced_and_said() {
        let mut loss = Loss::default();
        assert_eq!(Decoder::new(None).decode(b"J\xfcrgen", &mut loss), "J\u{fffd}rgen");
        assert!(loss.lossy);
    }

    #[test]
    fn other_encodings_and_unknown_ones() {
        let mut loss = Loss::default();
        assert_eq!(Decoder::new(Some(b"EUC-JP")).decode(b"\xc6\xfc\xcb\xdc", &mut loss), "日本");
        assert!(!loss.lossy && Decoder::new(Some(b"klingon")).is_unknown());
    }
}

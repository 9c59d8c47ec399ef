//! Git's own, locale-free idea of white space (`ctype.c`): space, tab, line feed, carriage return.
//!
//! It differs from Rust's: vertical tab, form feed and U+00A0 are ordinary characters to git, so
//! `trim()` would name other people and other trailers than git does.

/// Git's `isspace`.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `strbuf_trim` on text.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// The white space at the end taken off, as `strbuf_rtrim` does.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

/// `strbuf_trim` on bytes.
pub(super) fn trim_bytes(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_space(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}

//! Quotes words for a shell: in hooks, and in hints that people copy.

/// One word, quoted.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// One word, quoted only where a shell would otherwise split or expand it.
pub(crate) fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

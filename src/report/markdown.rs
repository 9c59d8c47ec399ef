//! GitHub-flavoured Markdown tables: of events, and of any text.

use super::{rows, text};
use crate::event::Event;
use crate::event::moment;
use crate::ui::escape;
use std::io::{self, Write};

/// Writes the heading.
///
/// # Errors
/// When the stream does not take it.
pub fn heading(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"| When (UTC) | Who | What | Why | Proof |\n|---|---|---|---|---|\n")
}

/// Writes one event as one row.
///
/// # Errors
/// When the stream does not take it.
pub fn row(event: &Event, out: &mut dyn Write) -> io::Result<()> {
    let when = event.when.and_then(|when| moment::rfc3339(when.seconds)).unwrap_or_default();
    let what = match event.kind {
        crate::event::Kind::Commit => {
            format!("`{}` {}", text::short(&event.id), cell(&rows::summary(event)))
        }
        // Its summary begins with the word.
        crate::event::Kind::Tag => cell(&rows::summary(event)),
        kind => {
            format!("{kind} `{}` {}", cell(text::short(&event.id)), cell(&rows::summary(event)))
        }
    };
    writeln!(
        out,
        "| {when} | {} | {what} | {} | {} |",
        cell(&rows::who(event)),
        cell(&rows::why(event)),
        cell(&rows::proof_words(event)),
    )
}

/// Writes a table of text.
///
/// # Errors
/// When the stream does not take it.
pub fn table(titles: &[&str], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(titles.iter().map(|title| cell(title)).collect()))?;
    writeln!(out, "|{}", "---|".repeat(titles.len()))?;
    for row in rows {
        writeln!(out, "{}", line(row.iter().map(|text| cell(text)).collect()))?;
    }
    Ok(())
}

/// Makes text stand in a cell as it is: no markup, no line breaks, no HTML.
pub fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // `@name` would notify somebody, `#1` link to something, wherever this is pasted.
            '@' => safe.push_str("&#64;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn markup_is_text() {
        assert_eq!(cell("a|b"), "a\\|b");
        assert_eq!(cell("<img src=x>"), "&lt;img src=x&gt;");
        assert_eq!(cell("[x](http://e) `id` *b*"), "\\[x\\](http://e) \\`id\\` \\*b\\*");
        // The backslash of the escape is itself escaped, so that it is shown.
        assert_eq!(cell("a\nb"), "a\\\\x0ab");
    }
}

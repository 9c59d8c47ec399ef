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

/// Nothing to the reader, but a forge finds no address, person or number across it. An entity is not enough for
/// that: forges look for them once more in the text that Markdown became.
const BREAK: &str = "<!-- -->";

/// Makes text stand in a cell as it is: no markup, no line breaks, no HTML, and nothing that a forge would make a link
/// of or notify somebody for: `https://…`, `www.…`, `ana@example.com`, `@ana`, `#1`, `!1`, `GH-1`.
///
/// Ids of commits stay as they are: a forge may link one to that very commit, and notifies nobody.
pub fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let text = escape(text);
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        let next = after.chars().next();
        match c {
            ':' if after.starts_with("//") || is_mail_scheme(before) => {
                safe.push_str("&#58;");
                safe.push_str(BREAK);
            }
            '.' if ends_with_word(before, "www") => {
                safe.push_str(BREAK);
                safe.push('.');
            }
            '-' if ends_with_word(before, "GH") && next.is_some_and(|c| c.is_ascii_digit()) => {
                safe.push_str(BREAK);
                safe.push('-');
            }
            '#' | '!' | '~' | '%' | '$'
                if next.is_some_and(|c| c.is_alphanumeric() || c == '"') =>
            {
                safe.push('\\');
                safe.push(c);
                safe.push_str(BREAK);
            }
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => {
                safe.push_str("&amp;");
                if next.is_some_and(|c| c.is_ascii_digit()) {
                    safe.push_str(BREAK);
                }
            }
            '@' => {
                safe.push_str("&#64;");
                safe.push_str(BREAK);
            }
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
    safe
}

/// Whether text ends with a word, in any case.
fn ends_with_word(text: &str, word: &str) -> bool {
    let Some(at) = text.len().checked_sub(word.len()) else { return false };
    let (Some(before), Some(end)) = (text.get(..at), text.get(at..)) else { return false };
    end.eq_ignore_ascii_case(word) && !before.ends_with(char::is_alphanumeric)
}

/// Whether what stands before a colon makes a link of an address behind it.
fn is_mail_scheme(before: &str) -> bool {
    ["mailto", "xmpp"].iter().any(|scheme| ends_with_word(before, scheme))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn markup_is_text() {
        assert_eq!(cell("a|b"), "a\\|b");
        assert_eq!(cell("<img src=x>"), "&lt;img src=x&gt;");
        assert_eq!(
            cell("[x](http://e) `id` *b*"),
            "\\[x\\](http&#58;<!-- -->//e) \\`id\\` \\*b\\*"
        );
        // The backslash of the escape is itself escaped, so that it is shown.
        assert_eq!(cell("a\nb"), "a\\\\x0ab");
    }

    #[test]
    fn no_forge_links_or_notifies() {
        for (text, safe) in [
            ("https://e.example/x", "https&#58;<!-- -->//e.example/x"),
            ("FTP://e", "FTP&#58;<!-- -->//e"),
            ("mailto:a", "mailto&#58;<!-- -->a"),
            ("(www.e.example", "(www<!-- -->.e.example"),
            ("WWW.e", "WWW<!-- -->.e"),
            ("ana@e.example", "ana&#64;<!-- -->e.example"),
            ("@ana", "&#64;<!-- -->ana"),
            ("o/r#13", "o/r\\#<!-- -->13"),
            ("!7 %3 ~bug", "\\!<!-- -->7 \\%<!-- -->3 \\~<!-- -->bug"),
            ("gh-12 &3", "gh<!-- -->-12 &amp;<!-- -->3"),
        ] {
            assert_eq!(cell(text), safe);
        }
    }

    #[test]
    fn what_no_forge_links_stays_as_it_is() {
        for text in ["at 12:30", "a: b", "awww.e", "v1.2", "high-12", "GH-x", "PAY-88", "5% of $"] {
            assert_eq!(cell(text), text);
        }
        assert_eq!(cell("C# is! fine"), "C\\# is\\! fine");
    }
}

//! One thing at length: everything known about a commit, a tag, a record or a person.
//!
//! ```text
//! commit 9f2c1ab0447e…  (main, tag: v1.4)
//!
//!   who     Ana Silva <ana@example.com>
//!           committed by GitHub <noreply@github.com>
//!   when    2026-11-20 14:03:11 +0100
//!   what    Retry card capture once
//!   why     PAY-88 · #412 (squash, as the message claims)
//!   proof   ✓ signed: good SSH signature by ana@example.com
//!           key SHA256:Yh8…
//! ```

mod event;
mod person;

use super::text;
use crate::ui::{Paint, Style, escape_lines};
use std::io::{self, Write};

/// The most lines of one list that are shown; the rest is counted. Machine formats have them all.
const MOST_LINES: usize = 20;

/// Where the text beside a label begins.
const INDENT: usize = 12;

/// A line under a heading of its own, about what relates to the thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// How: `parent`, `child`, `tag`, `reverted by`.
    pub how: &'static str,
    /// What, ready to read.
    pub what: String,
}

/// Writes cards.
pub struct Cards<'a> {
    /// How to draw.
    pub style: Style,
    /// What judged the signatures.
    pub trust: Option<&'a str>,
}

impl Cards<'_> {
    /// On a terminal, breaks long lines between words; what follows stands below the first.
    fn wrapped(&self, text: &str) -> String {
        let text = text.trim_end();
        let Some(width) = self.style.width else { return text.to_owned() };
        let room = width.saturating_sub(INDENT).max(20);
        text.split('\n')
            .flat_map(|line| text::wrap(line, room))
            .collect::<Vec<_>>()
            .join(&format!("\n{}", " ".repeat(INDENT)))
    }

    /// A label with lines beside it; nothing when there are none.
    fn list(&self, label: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
        let most = if self.style.width.is_some() {
            MOST_LINES.max(lines.len().min(MOST_LINES + 2))
        } else {
            usize::MAX
        };
        for (number, line) in lines.iter().take(most).enumerate() {
            if number > 0 && line.is_empty() {
                writeln!(out)?;
                continue;
            }
            let label = if number == 0 { text::pad(label, 9) } else { " ".repeat(9) };
            writeln!(
                out,
                "  {} {}",
                self.style.paint(Paint::Bold, &label),
                self.wrapped(&escape_lines(line))
            )?;
        }
        if lines.len() > most {
            writeln!(out, "  {} … and {} more", " ".repeat(9), lines.len() - most)?;
        }
        Ok(())
    }
}

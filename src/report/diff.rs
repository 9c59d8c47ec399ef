//! What separates two points of history: for people, as JSON, CSV and Markdown.

mod data;
mod list;
mod table;

use super::{Format, text, words};
use crate::compare::{Diff, Diffs, Uncompared, Untouched};
use crate::ui::Style;
use std::io::{self, Write};

/// What is said of a range in which history ends early.
const CUT_OFF: &str =
    "history is cut off within this range: there may be more, or less (git fetch --unshallow)";

impl Uncompared {
    fn sentence(&self) -> String {
        let other = match &self.other {
            Some((name, commit)) => format!("; {name} has {}", text::short(commit)),
            None => String::new(),
        };
        format!("{} is not compared: {}{other}", self.place, self.why)
    }
}

impl Diffs {
    /// Writes the comparison. `now` decides which offset from UTC headings name.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(
        &self,
        format: Format,
        style: Style,
        now: i64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, now, out),
            Format::Markdown => self.markdown(out),
            Format::Json => data::json(self, out),
            Format::Jsonl => list::jsonl(self, out),
            Format::Csv => list::csv(self, out),
        }
    }

    /// What a list of events has no place for: what is not known or not compared, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let of = |diff: &Diff| {
            let cut =
                diff.shallow.then(|| format!("{}, {}: {CUT_OFF}", diff.from.name, diff.to.name));
            let untouched: Vec<String> =
                diff.untouched.iter().map(|one| diff.nothing_touches(one)).collect();
            cut.into_iter().chain(untouched)
        };
        let mut remarks: Vec<String> = self.compared.iter().flat_map(of).collect();
        remarks.extend(self.uncompared.iter().map(Uncompared::sentence));
        remarks
    }
}

impl Diff {
    /// What there is to say of a path that no commit touches: whether it exists comes first.
    fn nothing_touches(&self, Untouched { path, exists, certain }: &Untouched) -> String {
        let touches = match certain {
            true => format!("no commit in between touches {path}"),
            false => format!("no commit in between is known to touch {path}"),
        };
        match exists {
            true => touches,
            false => {
                let (from, to) = (&self.from.name, &self.to.name);
                format!("{path} is neither in {from} nor in {to}; {touches}")
            }
        }
    }

    /// `2 commits gained · 0 lost · 1 person`.
    fn summary(&self) -> String {
        if self.from.commit == self.to.commit {
            return format!("{} and {} are the same commit", self.from.name, self.to.name);
        }
        let mut parts =
            vec![format!("{} gained", words::counted(self.gained.len(), "commit", "commits"))];
        parts.push(format!("{} lost", self.lost.len()));
        parts.push(words::counted(self.people.len(), "person", "people"));
        if !self.changes.is_empty() {
            parts.push(words::counted(self.changes.len(), "change request", "change requests"));
        }
        if !self.tickets.is_empty() {
            parts.push(words::counted(self.tickets.len(), "ticket", "tickets"));
        }
        if !self.config.is_empty() {
            parts.push(words::counted(
                self.config.len(),
                "configuration file",
                "configuration files",
            ));
        }
        if !self.between.is_empty() {
            parts.push(words::counted(self.between.len(), "ledger event", "ledger events"));
        }
        parts.join(" · ")
    }
}

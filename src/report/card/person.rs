//! One person at length.

use super::Cards;
use crate::event::When;
use crate::event::moment;
use crate::people::{Person, Program};
use crate::report::words;
use crate::ui::{Paint, escape};
use std::io::{self, Write};

impl Cards<'_> {
    /// Writes one person at length, with the last things they did.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn person(&self, person: &Person, in_period: bool, out: &mut dyn Write) -> io::Result<()> {
        let bot = match person.program {
            Some(Program { kind, guessed: true }) => {
                format!("  (a {kind}, as the name or address says)")
            }
            Some(Program { kind, .. }) => format!("  ({kind}, as the policy says)"),
            None => String::new(),
        };
        let period = if in_period { "  (in the period asked for)" } else { "" };
        writeln!(
            out,
            "{}{bot}{period}\n",
            self.style.paint(Paint::Yellow, &escape(&format!("person {}", person.id)))
        )?;
        self.list("names", &person.names.iter().cloned().collect::<Vec<_>>(), out)?;
        self.list("addresses", &person.addresses.iter().cloned().collect::<Vec<_>>(), out)?;
        self.list("keys", &person.keys.iter().cloned().collect::<Vec<_>>(), out)?;
        if let Some((first, last)) = person.seen {
            let long = |seconds| moment::long(When::utc(seconds));
            self.list(
                "seen",
                &[format!("first {}", long(first)), format!("last  {}", long(last))],
                out,
            )?;
        }
        let parts = person.parts;
        let counts = [
            ("authored", parts.authored, "commit", "commits"),
            ("committed", parts.committed, "commit", "commits"),
            ("co-authored (as claimed)", parts.co_authored, "commit", "commits"),
            ("reviewed (as claimed)", parts.reviewed, "commit", "commits"),
            ("made", parts.tagged, "tag", "tags"),
            ("made", parts.recorded, "record", "records"),
        ];
        let mut counts: Vec<String> = counts
            .iter()
            .filter(|(_, count, ..)| *count > 0)
            .map(|(did, count, one, many)| format!("{did} {}", words::counted(*count, one, many)))
            .collect();
        if in_period && counts.is_empty() {
            counts.push("nothing in this period".to_owned());
        }
        self.list("did", &counts, out)?;
        let grades: Vec<String> =
            person.grades.iter().map(|(grade, count)| format!("{count} {grade}")).collect();
        self.list("proof", &grades, out)
    }
}

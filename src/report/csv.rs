//! CSV (RFC 4180) of events, safe to open in a spreadsheet.
//!
//! A cell that a spreadsheet would read as a formula (it begins with `=`, `+`, `-`, `@`, their full-width forms, a tab
//! or a line break) gets an apostrophe in front, as OWASP's "CSV Injection" advises. Control characters are
//! shown as escapes: CSV is looked at in terminals, too, and has no way to write them. Whoever needs the very
//! text reads JSON.

use crate::event::moment;
use crate::event::{Event, What};
use crate::ui::escape_lines;
use std::borrow::Cow;
use std::io::{self, Write};

/// The heading.
const COLUMNS: [&str; 17] = [
    "when",
    "kind",
    "id",
    "name",
    "email",
    "person",
    "committer_name",
    "committer_email",
    "what",
    "commit",
    "env",
    "service",
    "tickets",
    "change",
    "grade",
    "letter",
    "signer",
];

/// Writes events as CSV.
pub struct CsvReport<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> CsvReport<W> {
    /// Writes the heading.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn new(out: W) -> io::Result<CsvReport<W>> {
        CsvReport::with(out, &[])
    }

    /// Writes the heading, with columns of the caller's own at its end.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn with(out: W, more: &[&str]) -> io::Result<CsvReport<W>> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS.iter().chain(more)).map_err(plain)?;
        Ok(CsvReport { out })
    }

    /// Writes one event as one row.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn row(&mut self, event: &Event) -> io::Result<()> {
        self.row_with(event, &[])
    }

    /// Writes one event as one row, and behind it what stands in the caller's own columns.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn row_with(&mut self, event: &Event, more: &[&str]) -> io::Result<()> {
        let identity = event.who.identity.clone().unwrap_or_default();
        let committer = event.who.committer.clone().unwrap_or_default();
        let (commit, change) = match &event.what {
            What::Commit(facts) => (
                event.id.as_str(),
                facts.change.as_ref().map(|change| change.id.as_str()).unwrap_or_default(),
            ),
            What::Tag(facts) => (facts.target.as_str(), ""),
            What::Record(fields) => {
                (fields.get("commit").and_then(|commit| commit.as_str()).unwrap_or_default(), "")
            }
        };
        let place = event.place.clone().unwrap_or_default();
        let signature = event.proof.signature.as_ref();
        let cells = [
            event.when.and_then(|when| moment::rfc3339(when.seconds)).unwrap_or_default(),
            event.kind.name().to_owned(),
            event.id.clone(),
            identity.name,
            identity.email,
            event.who.person.clone().unwrap_or_default(),
            committer.name,
            committer.email,
            super::rows::summary(event),
            commit.to_owned(),
            place.env.unwrap_or_default(),
            place.service.unwrap_or_default(),
            event.why.tickets.join(" "),
            change.to_owned(),
            event.proof.grade.name().to_owned(),
            signature.map_or('N', |verdict| verdict.status.letter()).to_string(),
            signature.and_then(|verdict| verdict.signer.clone()).unwrap_or_default(),
        ];
        let cells = cells.iter().map(String::as_str).chain(more.iter().copied());
        self.out.write_record(cells.map(|cell| defuse(cell).into_owned())).map_err(plain)
    }

    /// Flushes.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The stream's own error, so that a closed pipe is still known as one.
pub(super) fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Keeps a spreadsheet from reading a cell as a formula, and a terminal from obeying it.
pub fn defuse(cell: &str) -> Cow<'_, str> {
    let shown = escape_lines(cell);
    match cell.chars().next() {
        // Spreadsheets read the full-width forms as formulas, too.
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{shown}"))
        }
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::defuse;

    #[test]
    fn formulas_are_defused() {
        assert_eq!(defuse("=cmd|'/c calc'!A1"), "'=cmd|'/c calc'!A1");
        assert_eq!(defuse("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(defuse("-2+3"), "'-2+3");
        for formula in ["＝1+1", "＋1", "－1", "＠SUM(A1)", "\n=1"] {
            assert_eq!(defuse(formula), format!("'{formula}"));
        }
        assert_eq!(defuse("１＝１"), "１＝１");
        assert_eq!(defuse("2026-11-20"), "2026-11-20");
        assert_eq!(defuse("\tx"), "' x");
        assert_eq!(defuse("\u{1b}[2J, \u{9b}1m"), "\\x1b[2J, \\x9b1m");
        assert_eq!(defuse("two\nlines, é"), "two\nlines, é");
    }
}

//! Events in a row, in each format, as they come.

use super::csv::CsvReport;
use super::json::{self, EventJson};
use super::rows::Rows;
use super::{Format, markdown};
use crate::event::Event;
use crate::ui::Style;
use std::io::{self, Write};

/// Writes one event after the other.
pub struct Events<'a>(Kind<'a>);

enum Kind<'a> {
    Table { rows: Rows, out: &'a mut dyn Write, written: u64 },
    Json { out: &'a mut dyn Write, first: bool },
    Jsonl { out: &'a mut dyn Write, written: u64 },
    Csv(Box<CsvReport<&'a mut dyn Write>>),
    Markdown { out: &'a mut dyn Write },
}

impl<'a> Events<'a> {
    /// Begins; `now` is in seconds since 1970 UTC, for dates of today.
    ///
    /// # Errors
    /// When the stream does not take what comes before the first event.
    pub fn new(
        format: Format,
        style: Style,
        now: i64,
        out: &'a mut dyn Write,
    ) -> io::Result<Events<'a>> {
        Ok(Events(match format {
            Format::Table => Kind::Table { rows: Rows::new(style, now), out, written: 0 },
            Format::Json => {
                out.write_all(b"{\"v\":1,\"events\":[")?;
                Kind::Json { out, first: true }
            }
            Format::Jsonl => Kind::Jsonl { out, written: 0 },
            Format::Csv => Kind::Csv(Box::new(CsvReport::new(out)?)),
            Format::Markdown => {
                markdown::heading(out)?;
                Kind::Markdown { out }
            }
        }))
    }

    /// Writes the next one. The first is sent off at once, then two, four and so on, or a full buffer: who reads
    /// sees the first ones as they come, and little is done for one who has left.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        match &mut self.0 {
            Kind::Table { rows, out, written } => {
                rows.row(event, *out)?;
                flush_now_and_then(*out, written)
            }
            Kind::Json { out, first } => {
                let separator: &[u8] = if std::mem::take(first) { b"\n" } else { b"," };
                out.write_all(separator)?;
                json::line(&EventJson::from(event), *out)
            }
            Kind::Jsonl { out, written } => {
                json::line(&EventJson::from(event), *out)?;
                flush_now_and_then(*out, written)
            }
            Kind::Csv(csv) => csv.row(event),
            Kind::Markdown { out } => markdown::row(event, *out),
        }
    }

    /// Writes what comes after the last one.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Kind::Json { out, .. } => out.write_all(b"]}\n"),
            Kind::Csv(csv) => csv.finish(),
            Kind::Table { mut rows, out, .. } => rows.finish(out),
            Kind::Jsonl { .. } | Kind::Markdown { .. } => Ok(()),
        }
    }
}

fn flush_now_and_then(out: &mut dyn Write, written: &mut u64) -> io::Result<()> {
    *written += 1;
    if written.is_power_of_two() { out.flush() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::deployments::tests::record;
    use crate::event::Kind;
    use serde_json::json;

    /// A reader who leaves after the first line.
    #[derive(Default)]
    struct Leaves {
        flushed: usize,
    }

    impl Write for Leaves {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.flushed += 1;
            if self.flushed > 1 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn a_reader_who_left_is_noticed_at_the_second_row() {
        let event = record("a", Kind::Note, 10, json!({}));
        for format in [Format::Table, Format::Jsonl] {
            let mut out = Leaves::default();
            let style = Style { color: false, width: None, unicode: true };
            let mut events = Events::new(format, style, 0, &mut out).unwrap();
            events.write(&event).unwrap();
            assert_eq!(events.write(&event).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        }
    }
}

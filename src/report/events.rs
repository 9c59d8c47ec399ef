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
    Table { rows: Rows, out: &'a mut dyn Write, flushed: bool },
    Json { out: &'a mut dyn Write, first: bool },
    Jsonl { out: &'a mut dyn Write, flushed: bool },
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
            Format::Table => Kind::Table { rows: Rows::new(style, now), out, flushed: false },
            Format::Json => {
                out.write_all(b"{\"v\":1,\"events\":[")?;
                Kind::Json { out, first: true }
            }
            Format::Jsonl => Kind::Jsonl { out, flushed: false },
            Format::Csv => Kind::Csv(Box::new(CsvReport::new(out)?)),
            Format::Markdown => {
                markdown::heading(out)?;
                Kind::Markdown { out }
            }
        }))
    }

    /// Writes the next one. The first is sent off at once; the others wait for a full buffer.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        match &mut self.0 {
            Kind::Table { rows, out, flushed } => {
                rows.row(event, *out)?;
                flush_once(*out, flushed)
            }
            Kind::Json { out, first } => {
                let separator: &[u8] = if std::mem::take(first) { b"\n" } else { b"," };
                out.write_all(separator)?;
                json::line(&EventJson::from(event), *out)
            }
            Kind::Jsonl { out, flushed } => {
                json::line(&EventJson::from(event), *out)?;
                flush_once(*out, flushed)
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
            Kind::Table { .. } | Kind::Jsonl { .. } | Kind::Markdown { .. } => Ok(()),
        }
    }
}

fn flush_once(out: &mut dyn Write, flushed: &mut bool) -> io::Result<()> {
    if !*flushed {
        *flushed = true;
        out.flush()?;
    }
    Ok(())
}

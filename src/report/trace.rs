//! The road of a change to production: for people, as JSON, CSV and Markdown.

mod data;
mod table;

use super::{Format, approvals, environment};
use crate::event::moment;
use crate::trace::{Reached, Trace};
use crate::ui::Style;
use std::io::{self, Write};

/// Writes traces.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    traces: &[Trace<'_, '_>],
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(traces, style, out),
        Format::Markdown => table::markdown(traces, out),
        Format::Json => data::json(traces, out),
        Format::Jsonl => data::jsonl(traces, out),
        Format::Csv => data::csv(traces, out),
    }
}

/// What there is to say of the deployment that a stay began with, besides who approved it.
fn remarks_on(trace: &Trace<'_, '_>, one: &Reached<'_, '_>) -> Vec<String> {
    let first = one.stay.first;
    let clock = environment::clock_remark(first.clock(trace.now), &moment::minute(first.from));
    clock.into_iter().chain(approvals::remarks(&one.approvals)).collect()
}

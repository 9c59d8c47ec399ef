//! Bounded tables for people: every row is known before the first is printed.

use super::text;
use crate::ui::{Paint, Style, escape};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use std::io::{self, Write};

/// A column: its heading, and on which side its cells stand.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The heading.
    pub title: &'static str,
    /// Numbers stand right.
    pub right: bool,
}

/// Writes a table: cells made safe, fitted to the terminal, no lines drawn.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    columns: &[Column],
    rows: &[Vec<String>],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Without its `tty` feature comfy-table never looks at the environment: colours are ours.
    match style.width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table.set_header(columns.iter().map(|column| column.title));
    for row in rows {
        table.add_row(row.iter().map(|cell| escape(cell).into_owned()));
    }
    for (column, spec) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        if spec.right {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
                u16::try_from(text::width(spec.title) + 2).unwrap_or(8),
            )));
        }
    }
    for (number, line) in table.to_string().lines().enumerate() {
        let line = line.trim_end();
        match number {
            0 => writeln!(out, "{}", style.paint(Paint::Bold, line))?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

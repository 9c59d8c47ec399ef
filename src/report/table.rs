//! Bounded tables for people: every row is known before the first is printed.

use super::text;
use crate::ui::{Paint, Style, escape};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::io::{self, Write};

/// A column: its heading, and on which side its cells stand.
#[derive(Debug, Clone, Copy)]
pub struct Column<'t> {
    /// The heading.
    pub title: &'t str,
    /// Numbers stand right.
    pub right: bool,
    /// Left out on a terminal narrower than [`WIDE`].
    pub wide: bool,
}

/// From how many columns on a terminal is wide.
pub const WIDE: usize = 100;
/// Between two columns.
const GAP: usize = 2;
/// Text is never cut to less than that: the width of a date.
const LEAST: usize = 10;

/// How the cells of a column give way where the terminal is too narrow for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// Never: dates, numbers, what came of something.
    Never,
    /// First, down to this width: what is written at length.
    Text(usize),
    /// After the texts, down to this width: names.
    Name(usize),
}

/// Writes a table: cells made safe, fitted to the terminal, no lines drawn.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    columns: &[Column<'_>],
    rows: &[Vec<String>],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_fitted(columns, &vec![Gives::Text(LEAST); columns.len()], rows, style, out)
}

/// [`write()`], where it is said of each column how it gives way.
///
/// # Errors
/// When the stream does not take it.
pub fn write_fitted(
    columns: &[Column<'_>],
    gives: &[Gives],
    rows: &[Vec<String>],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown: Vec<usize> = (0..columns.len())
        .filter(|&at| !columns[at].wide || style.width.is_none_or(|width| width >= WIDE))
        .collect();
    let mut cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let cell = |&at: &usize| row.get(at).map(|cell| escape(cell).into_owned());
            shown.iter().map(|at| cell(at).unwrap_or_default()).collect()
        })
        .collect();
    if let Some(width) = style.width {
        let titles = shown.iter().map(|&at| text::width(columns[at].title)).collect();
        let gives: Vec<Gives> =
            shown.iter().map(|&at| gives.get(at).copied().unwrap_or(Gives::Never)).collect();
        let widths = widths(titles, &gives, &cells, width);
        for row in &mut cells {
            for (cell, &width) in row.iter_mut().zip(&widths) {
                *cell = text::fit(cell, width, style.unicode);
            }
        }
    }

    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Without its `tty` feature comfy-table never looks at the environment: colours are ours. It
    // would wrap a cell in the middle of an address or a date, so cells come to it cut.
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(shown.iter().map(|&at| columns[at].title));
    for row in cells {
        table.add_row(row);
    }
    for (column, &at) in table.column_iter_mut().zip(&shown) {
        column.set_padding((0, GAP as u16));
        if columns[at].right {
            column.set_cell_alignment(CellAlignment::Right);
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

/// How wide each column may be: as wide as its widest cell, until the widest columns have given up
/// what the terminal lacks, as far as they can.
fn widths(
    titles: Vec<usize>,
    gives: &[Gives],
    cells: &[Vec<String>],
    terminal: usize,
) -> Vec<usize> {
    let mut widths = titles;
    for row in cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(text::width(cell));
        }
    }
    let room = terminal.saturating_sub(widths.len().saturating_sub(1) * GAP);
    let texts = |gives: &Gives| if let Gives::Text(least) = gives { Some(*least) } else { None };
    let names = |gives: &Gives| if let Gives::Name(least) = gives { Some(*least) } else { None };
    for least in [&texts as &dyn Fn(&Gives) -> Option<usize>, &names] {
        while widths.iter().sum::<usize>() > room {
            let flexible = widths
                .iter_mut()
                .zip(gives)
                .filter(|(width, gives)| least(gives).is_some_and(|least| **width > least));
            match flexible.map(|(width, _)| width).max() {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widest_columns_give_way_first() {
        let row = vec![vec!["x".repeat(60), "2026-11-20".to_owned(), "y".repeat(30)]];
        let widths =
            |terminal| super::widths(vec![6, 5, 8], &[Gives::Text(LEAST); 3], &row, terminal);
        assert_eq!(widths(200), [60, 10, 30]);
        assert_eq!(widths(80), [36, 10, 30]);
        assert_eq!(widths(54), [20, 10, 20]);
        assert_eq!(widths(5), [10, 10, 10]);
        let gives = [Gives::Text(20), Gives::Never, Gives::Name(4)];
        let widths = |terminal| super::widths(vec![6, 5, 8], &gives, &row, terminal);
        assert_eq!(widths(80), [36, 10, 30]);
        assert_eq!(widths(54), [20, 10, 20]);
        assert_eq!(widths(5), [20, 10, 4]);
    }
}

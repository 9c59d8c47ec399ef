//! Draws what a terminal shows, with its colours, as an SVG that is legible on light and dark pages.
//!
//! Knows the codes that [`audit::ui::Style`] prints: `ESC [ CODES m`, and nothing else.

use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// The width and height of a character's cell, and the space around all of them, in pixels.
const CELL: (f64, f64) = (8.0, 20.0);
const MARGIN: f64 = 16.0;

/// Colours by their class: on light pages, on dark ones. Each stands out from its background by a
/// contrast of at least 4.5 (WCAG 2.1, 1.4.3).
const COLOURS: [(&str, &str, &str); 8] = [
    ("t", "#1f2328", "#e6edf3"),
    ("c2", "#59636e", "#9198a1"),
    ("c31", "#cf222e", "#ff7b72"),
    ("c32", "#116329", "#56d364"),
    ("c33", "#7d4e00", "#e3b341"),
    ("c34", "#0550ae", "#79c0ff"),
    ("c35", "#8250df", "#d2a8ff"),
    ("c36", "#0e6a72", "#56d4dd"),
];

/// A picture of `text`, which is at most `width` columns wide. `title` is read out to those who don't
/// see it.
pub fn draw(title: &str, text: &str, width: usize) -> String {
    let (right, bottom) =
        (px(width) + 2.0 * MARGIN, text.lines().count() as f64 * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{right}\" height=\"{bottom}\" \
         viewBox=\"0 0 {right} {bottom}\">\n<title>{}</title>\n<style>\n\
         text {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;\n\
         font-size: 13px }}\n\
         .b {{ font-weight: bold }}\n",
        escape(title)
    );
    svg.push_str(&sheet("#ffffff", "#d1d9e0", |(_, light, _)| light));
    let dark = sheet("#0d1117", "#3d444d", |(_, _, dark)| dark);
    let _ = writeln!(svg, "@media (prefers-color-scheme: dark) {{\n{dark}}}\n</style>");
    let _ = writeln!(
        svg,
        "<rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
        right - 1.0,
        bottom - 1.0
    );
    for (row, line) in text.lines().enumerate() {
        let y = MARGIN + row as f64 * CELL.1 + 14.0;
        for run in runs(line) {
            let (x, length) = (MARGIN + px(run.column), px(run.text.width()));
            // Whatever the font, columns stay columns.
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
                 class=\"{}\">{}</text>",
                run.class,
                escape(&run.text)
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn px(columns: usize) -> f64 {
    columns as f64 * CELL.0
}

/// The colours of one scheme.
fn sheet(
    page: &str,
    edge: &str,
    pick: impl Fn((&str, &'static str, &'static str)) -> &'static str,
) -> String {
    let mut sheet = format!(".page {{ fill: {page}; stroke: {edge} }}\n");
    for colour in COLOURS {
        let _ = writeln!(sheet, ".{} {{ fill: {} }}", colour.0, pick(colour));
    }
    sheet
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in one colour.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    column: usize,
    class: String,
    text: String,
}

/// The runs of a line: cut where the colour changes, and at two spaces, which need not be drawn.
fn runs(line: &str) -> Vec<Run> {
    let (mut found, mut class, mut column) = (Vec::new(), "t".to_owned(), 0);
    for (number, piece) in line.split("\x1b[").enumerate() {
        let mut text = piece;
        if number > 0 {
            let (codes, rest) = piece.split_once('m').expect("ESC [ CODES m");
            class = class_of(codes);
            text = rest;
        }
        for word in words(text) {
            if !word.trim().is_empty() {
                let blank = word.len() - word.trim_start().len();
                let (column, text) = (column + blank, word.trim().to_owned());
                found.push(Run { column, class: class.clone(), text });
            }
            column += word.width();
        }
    }
    found
}

/// Cuts behind each stretch of two spaces or more; joined they are the text again.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), text);
    while let Some(gap) = rest.find("  ") {
        let end = gap + (rest[gap..].len() - rest[gap..].trim_start_matches(' ').len());
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words.push(rest);
    words
}

/// `1;31` is `c31 b`.
fn class_of(codes: &str) -> String {
    let (mut colour, mut bold) = ("t".to_owned(), "");
    for code in codes.split(';') {
        match code {
            "0" | "" => (colour, bold) = ("t".to_owned(), ""),
            "1" => bold = " b",
            code => {
                colour = format!("c{code}");
                let known = COLOURS.iter().any(|(class, ..)| *class == colour);
                assert!(known, "a code that has no colour here: {code}");
            }
        }
    }
    colour + bold
}

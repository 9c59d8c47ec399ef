//! Showing a proposal: every file as it would be written, what was left out, what passes, what comes next.

use super::super::Context;
use super::super::format::DocumentFormat;
use super::{File, Proposed};
use crate::evidence::root::FOLDER;
use crate::outcome::Outcome;
use crate::policy::Level;
use crate::report::words::counted;
use crate::ui::{Paint, Style, escape, escape_lines};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints all of it. `written` are the files that were written, where that was asked for.
pub(super) fn show(
    context: &mut Context,
    proposed: &Proposed,
    format: DocumentFormat,
    written: Option<&[String]>,
) -> anyhow::Result<()> {
    let asks = written.is_none() && context.ui.is_terminal();
    let style = context.ui.style;
    let out = context.ui.out();
    match format {
        DocumentFormat::Json => {
            crate::report::json::document(&document(proposed, written), out)?;
        }
        DocumentFormat::Table => {
            text(proposed, style, out)?;
            match (written, proposed.nowhere) {
                (Some(written), _) => after(proposed, written, style, out)?,
                (None, Some(nowhere)) => writeln!(out, "\n{nowhere}")?,
                (None, None) if asks => {}
                (None, None) => {
                    writeln!(out, "\nNothing was written. To write it: audit init --write")?;
                    next(proposed, style, out)?;
                }
            }
        }
    }
    Ok(())
}

/// Says what was written, after the rest was shown.
pub(super) fn written(
    context: &mut Context,
    proposed: &Proposed,
    written: &[String],
) -> anyhow::Result<()> {
    let style = context.ui.style;
    after(proposed, written, style, context.ui.out())?;
    Ok(())
}

fn heading(style: Style, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, text))
}

fn text(proposed: &Proposed, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for file in &proposed.files {
        let here = proposed.present.contains(&file.path);
        let note = if here { "is here already and stays as it is" } else { &*file.why };
        heading(style, &format!("{FOLDER}/{} ({note})", escape(&file.path)), out)?;
        if !here {
            content(file, out)?;
        }
        writeln!(out)?;
    }
    if !proposed.left.0.is_empty() {
        heading(style, "LEFT OUT", out)?;
        for left in &proposed.left.0 {
            writeln!(out, "- {}", escape(left))?;
        }
        writeln!(out)?;
    }
    let count = |level: Level| proposed.weights.iter().filter(|one| one.level == level).count();
    writeln!(
        out,
        "Tried on the last {}: {}, {} warn, {} off.",
        counted(proposed.tried, "commit", "commits"),
        counted(count(Level::Deny), "rule denies", "rules deny"),
        count(Level::Warn),
        count(Level::Off)
    )?;
    match proposed.after.outcome {
        Outcome::Yes => writeln!(out, "With these files audit verify passes."),
        _ => {
            writeln!(out, "Even with these files audit verify would not pass:")?;
            let open = proposed.after.findings.iter();
            let open = open.filter(|found| found.level == Level::Deny);
            for finding in open.take(5) {
                writeln!(out, "- {}: {}", finding.rule, escape(&finding.why))?;
            }
            Ok(())
        }
    }
}

/// The lines of a file, each behind a bar; of a certificate, whose fingerprint names it, a word.
fn content(file: &File, out: &mut dyn Write) -> io::Result<()> {
    let text = std::str::from_utf8(&file.content).ok();
    match text.filter(|_| !file.path.starts_with("keys/")) {
        Some(text) => {
            for line in escape_lines(text).lines() {
                writeln!(out, "{}", format!("│ {line}").trim_end())?;
            }
            Ok(())
        }
        None if file.path.starts_with("keys/") => writeln!(out, "│ an OpenPGP certificate"),
        None => writeln!(
            out,
            "│ {} no text",
            counted(file.content.len(), "byte that is", "bytes that are")
        ),
    }
}

fn after(
    proposed: &Proposed,
    written: &[String],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paths: Vec<String> = written.iter().map(|path| format!("{FOLDER}/{path}")).collect();
    match paths.is_empty() {
        true => writeln!(out, "\nNothing was left to write.")?,
        false => writeln!(out, "\nWritten: {}", paths.join(", "))?,
    }
    next(proposed, style, out)
}

fn next(proposed: &Proposed, style: Style, out: &mut dyn Write) -> io::Result<()> {
    heading(style, "NEXT", out)?;
    for command in &proposed.next {
        writeln!(out, "  {command}")?;
    }
    Ok(())
}

fn document(proposed: &Proposed, written: Option<&[String]>) -> Value {
    let files = proposed.files.iter().map(|file| {
        json!({
            "path": format!("{FOLDER}/{}", file.path),
            "why": file.why,
            "present": proposed.present.contains(&file.path),
            "content": std::str::from_utf8(&file.content).ok(),
            "bytes": file.content.len(),
        })
    });
    let rules = proposed.weights.iter().map(|weight| {
        json!({
            "rule": weight.rule.id,
            "level": weight.level.name(),
            "held": weight.tally.held,
            "failed": weight.tally.failed,
            "unknown": weight.tally.unknown,
        })
    });
    json!({
        "v": 1,
        "adopted": proposed.head.to_string(),
        "files": files.collect::<Vec<_>>(),
        "rules": rules.collect::<Vec<_>>(),
        "left_out": proposed.left.0,
        "commits_tried": proposed.tried,
        "passes": proposed.after.outcome == Outcome::Yes,
        "written": written.map(<[String]>::to_vec).unwrap_or_default(),
        "next": proposed.next,
    })
}

//! What separates two points of history, for people:
//!
//! ```text
//! v1.3 (0255914d36, 2026-11-19 11:00) → v1.4 (22dda4bb2d, 2026-11-20 16:00)
//! 2 commits gained · 0 lost · 2 people · 1 ticket
//!
//! GAINED (2)
//! …
//! ```

use super::CUT_OFF;
use crate::compare::{Diff, Diffs, End, Involved, Ranked, Uncompared};
use crate::event::moment;
use crate::event::{Event, Grade, Identity, What};
use crate::git::numstat::Touched;
use crate::report::rows::{self, Rows};
use crate::report::{markdown, text, words};
use crate::ui::{Paint, Style, escape};
use std::io::{self, Write};

/// The most lines of a list that people are shown; machine formats have all.
const MOST_LINES: usize = 30;
/// The most ids on one line, on a terminal.
const MOST_IDS: usize = 8;

impl Diffs {
    pub(super) fn table(&self, style: Style, now: i64, out: &mut dyn Write) -> io::Result<()> {
        // What has nothing to tell takes a line behind what has.
        let quiet = |diff: &&Diff| self.several && diff.is_quiet();
        let mut first = true;
        for diff in self.compared.iter().filter(|diff| !quiet(diff)) {
            if !std::mem::take(&mut first) {
                writeln!(out)?;
            }
            diff.table(style, now, out)?;
        }
        let quiet = self.compared.iter().filter(quiet);
        let same = |diff: &Diff| format!("{} ({})", diff.summary(), text::short(&diff.to.commit));
        let mut lines: Vec<String> = quiet.map(same).collect();
        lines.extend(self.uncompared.iter().map(Uncompared::sentence));
        if !lines.is_empty() && !first {
            writeln!(out)?;
        }
        for line in lines {
            writeln!(out, "{}", escape(&line))?;
        }
        Ok(())
    }

    pub(super) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        for diff in &self.compared {
            if self.several {
                let title = format!("{} → {}", diff.from.name, diff.to.name);
                writeln!(out, "### {}\n", markdown::cell(&title))?;
            }
            diff.markdown(out)?;
        }
        for one in &self.uncompared {
            writeln!(out, "{}\n", markdown::cell(&one.sentence()))?;
        }
        Ok(())
    }
}

impl Diff {
    /// Whether nothing separates the two ends.
    fn is_quiet(&self) -> bool {
        self.from.commit == self.to.commit && self.between.is_empty()
    }

    fn table(&self, style: Style, now: i64, out: &mut dyn Write) -> io::Result<()> {
        let end = |end: &End| {
            let moment = end.moment.map(|moment| format!(", {}", moment::minute(moment)));
            let when = moment.unwrap_or_default();
            format!("{} ({}{when})", end.name, text::short(&end.commit))
        };
        let arrow = if style.unicode { "→" } else { "->" };
        let title = format!("{} {arrow} {}", end(&self.from), end(&self.to));
        writeln!(out, "{}", style.paint(Paint::Yellow, &escape(&title)))?;
        writeln!(out, "{}", escape(&self.summary()))?;
        if self.shallow {
            writeln!(out, "{}", style.paint(Paint::Magenta, CUT_OFF))?;
        }
        match &self.suspects {
            // Who looks for a cause wants the ranking; the whole lists stay in machine formats.
            Some(suspects) => self.suspects(suspects, style, out)?,
            None => {
                self.commits("GAINED", &self.gained, style, now, out)?;
                self.commits("LOST", &self.lost, style, now, out)?;
            }
        }
        if !self.between.is_empty() {
            heading("IN BETWEEN", self.between.len(), style, out)?;
            let mut rows = Rows::new(style, now);
            for event in &self.between {
                rows.row(event, out)?;
            }
            rows.finish(out)?;
        }
        self.lists(style, out)
    }

    /// People, tickets, files: what is told in a line each.
    fn lists(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let people: Vec<String> = self.people.iter().map(part_of).collect();
        list("PEOPLE", &people, style, out)?;
        list("CHANGE REQUESTS", &wrapped(&self.changes), style, out)?;
        list("TICKETS", &wrapped(&self.tickets), style, out)?;
        list("CONFIGURATION", &self.config, style, out)?;
        if let Some(touched) = &self.touched {
            let lines: Vec<String> = touched
                .iter()
                .map(|one| match one.lines {
                    Some((added, removed)) => format!("+{added} -{removed}  {}", one.path),
                    None => format!("binary  {}", one.path),
                })
                .collect();
            list("FILES", &lines, style, out)?;
        }
        Ok(())
    }

    fn commits(
        &self,
        title: &str,
        events: &[Event],
        style: Style,
        now: i64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        heading(title, events.len(), style, out)?;
        let mut rows = Rows::new(style, now);
        for event in events {
            rows.row(event, out)?;
        }
        rows.finish(out)?;
        let lacking = |lacks: &dyn Fn(&Event) -> bool| -> Vec<&str> {
            let lacking = events.iter().filter(|event| lacks(event));
            lacking.map(|event| text::short(&event.id)).collect()
        };
        let unsigned = lacking(&|event| event.proof.grade != Grade::Signed);
        let unreviewed = lacking(&|event| self.unreviewed.contains(&event.id));
        // Where nobody names tickets, their lack says nothing.
        let tickets = !self.tickets.is_empty();
        let no_ticket = lacking(&|event| tickets && event.why.tickets.is_empty());
        for (what, ids) in [
            ("without a trusted signature", unsigned),
            ("without a known review", unreviewed),
            ("without a ticket", no_ticket),
        ] {
            if ids.is_empty() {
                continue;
            }
            let most = if style.width.is_some() { MOST_IDS } else { usize::MAX };
            let more = match ids.len() > most {
                true => format!(" and {} more (--format json has all)", ids.len() - most),
                false => String::new(),
            };
            let shown = ids[..ids.len().min(most)].join(", ");
            let line = format!("{} {what}: {shown}{more}", ids.len());
            writeln!(out, "{}", style.paint(Paint::Magenta, &line))?;
        }
        Ok(())
    }

    fn suspects(&self, suspects: &[Ranked], style: Style, out: &mut dyn Write) -> io::Result<()> {
        heading("SUSPECTS, likeliest first", suspects.len(), style, out)?;
        for one in &self.untouched {
            writeln!(out, "{}", style.paint(Paint::Magenta, &escape(&self.nothing_touches(one))))?;
        }
        if suspects.is_empty() {
            return writeln!(
                out,
                "nothing in this range touches these paths, their folders or configuration"
            );
        }
        let most = if style.width.is_some() { MOST_LINES } else { usize::MAX };
        for one in suspects.iter().take(most) {
            let lost = if one.lost { " (taken away)" } else { "" };
            let summary = rows::summary(&one.event);
            writeln!(
                out,
                "{:>3}  {} {}{lost}  {}",
                one.points,
                style.paint(Paint::Yellow, lead(one)),
                escape(&summary),
                style.paint(Paint::Blue, &escape(&rows::who(&one.event)))
            )?;
            writeln!(out, "     {}", escape(&evidence(one)))?;
        }
        if suspects.len() > most {
            writeln!(out, "… and {} more", suspects.len() - most)?;
        }
        Ok(())
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}\n", markdown::cell(&self.summary()))?;
        if self.shallow {
            writeln!(out, "{}\n", markdown::cell(CUT_OFF))?;
        }
        if let Some(suspects) = &self.suspects {
            writeln!(out, "**Suspects, likeliest first** ({})\n", suspects.len())?;
            for one in &self.untouched {
                writeln!(out, "{}\n", markdown::cell(&self.nothing_touches(one)))?;
            }
            let row = |one: &Ranked| {
                let what = format!("{} {}", lead(one), rows::summary(&one.event));
                vec![one.points.to_string(), what, rows::who(&one.event), evidence(one)]
            };
            let rows: Vec<Vec<String>> = suspects.iter().map(row).collect();
            markdown::table(&["Points", "What", "Who", "Evidence"], &rows, out)?;
            writeln!(out)?;
        }
        for (heading, events) in
            [("Gained", &self.gained), ("Lost", &self.lost), ("In between", &self.between)]
        {
            if !events.is_empty() {
                writeln!(out, "**{heading}** ({})\n", events.len())?;
                markdown::heading(out)?;
                for event in events {
                    markdown::row(event, out)?;
                }
                writeln!(out)?;
            }
        }
        if let Some(touched) = &self.touched {
            writeln!(out, "**Files** ({})\n", touched.len())?;
            let row = |one: &Touched| match one.lines {
                Some((added, removed)) => {
                    vec![added.to_string(), removed.to_string(), one.path.clone()]
                }
                None => vec!["binary".to_owned(), "binary".to_owned(), one.path.clone()],
            };
            let rows: Vec<Vec<String>> = touched.iter().map(row).collect();
            markdown::table(&["Added", "Removed", "Path"], &rows, out)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

/// What a suspect is called by.
fn lead(one: &Ranked) -> &str {
    match &one.event.what {
        What::Record(_) => one.event.kind.name(),
        What::Commit(_) | What::Tag(_) => text::short(&one.event.id),
    }
}

/// What makes it one, and with which deployment it came.
fn evidence(one: &Ranked) -> String {
    let mut evidence = one.evidence.join("; ");
    if let Some(by) = &one.brought_by {
        let verb = if one.lost { "went" } else { "came" };
        let when = moment::minute(by.from);
        evidence.push_str(&format!("; {verb} with the {} of {when}", by.kind));
    }
    evidence
}

fn heading(title: &str, count: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.paint(Paint::Bold, &format!("{title} ({count})")))
}

fn list(title: &str, lines: &[String], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.paint(Paint::Bold, title))?;
    let most = if style.width.is_some() { MOST_LINES } else { usize::MAX };
    for line in lines.iter().take(most) {
        writeln!(out, "{}", escape(line))?;
    }
    if lines.len() > most {
        writeln!(out, "… and {} more", lines.len() - most)?;
    }
    Ok(())
}

/// `Ana Silva <ana@example.com>: author, reviewer, 2 commits`.
fn part_of(involved: &Involved) -> String {
    let Identity { name, email } = &involved.who;
    let parts: Vec<&str> = involved.parts.iter().copied().collect();
    let commits = match involved.commits {
        0 => String::new(),
        count => format!(", {}", words::counted(count, "commit", "commits")),
    };
    format!("{name} <{email}>: {}{commits}", parts.join(", "))
}

/// Short words, several on a line.
fn wrapped(words: &[String]) -> Vec<String> {
    words.chunks(10).map(|chunk| chunk.join(" ")).collect()
}

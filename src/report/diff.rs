//! What separates two points of history: for people, as JSON, CSV and Markdown.

use super::events::Events;
use super::rows::{self, Rows};
use super::{Format, json, markdown, moment, text};
use crate::event::{Event, Grade, Identity, What, When};
use crate::git::numstat::Touched;
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The most lines of a list that people are shown; machine formats have all.
const MOST_LINES: usize = 30;

/// One end of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// As the user wrote it.
    pub name: String,
    /// The full id of the commit.
    pub commit: String,
    /// Which moment it stands for, in seconds since 1970 UTC.
    pub moment: Option<i64>,
    /// The deployment record that it names, if it is an address.
    pub record: Option<String>,
}

/// A person and the parts that they had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Involved {
    /// Name and address, as last seen.
    pub who: Identity,
    /// `author`, `co-author`, `committer`, `reviewer`, `approver`, `deployer`, `actor`.
    pub parts: BTreeSet<&'static str>,
    /// How many commits the person authored.
    pub commits: usize,
}

/// A ranked change.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The event.
    pub event: Event,
    /// Its points.
    pub points: u32,
    /// What they are for.
    pub evidence: Vec<String>,
    /// Whether the change was taken away rather than brought.
    pub lost: bool,
    /// The deployment between the two ends that first had it (of a lost change: that first lacked it).
    pub brought_by: Option<Brought>,
}

/// A deployment that brought a change, or took it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The kind of the record: deploy or rollback.
    pub kind: &'static str,
    /// When, in seconds since 1970 UTC.
    pub from: i64,
    /// The id of the record.
    pub record: String,
}

/// The whole comparison.
#[derive(Debug, Clone)]
pub struct Diff {
    /// From here.
    pub from: End,
    /// To here.
    pub to: End,
    /// Commits of `to` that `from` does not have, newest first.
    pub gained: Vec<Event>,
    /// Commits of `from` that `to` does not have, newest first.
    pub lost: Vec<Event>,
    /// Ids of commits for which no review is known.
    pub unreviewed: BTreeSet<String>,
    /// What the ledger has between the two moments, oldest first.
    pub between: Vec<Event>,
    /// Who had a part in it.
    pub people: Vec<Involved>,
    /// Tickets named.
    pub tickets: Vec<String>,
    /// Change requests named.
    pub changes: Vec<String>,
    /// Configuration files touched.
    pub config: Vec<String>,
    /// Files that differ between the two ends; `None` when nobody asked.
    pub touched: Option<Vec<Touched>>,
    /// Likely causes; `None` when nobody asked.
    pub suspects: Option<Vec<Ranked>>,
    /// Whether history is cut off within the range.
    pub shallow: bool,
}

impl Diff {
    /// Writes the comparison. `now` decides which offset from UTC headings name.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(
        &self,
        format: Format,
        style: Style,
        now: i64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, now, out),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &DiffJson::from(self))?;
                out.write_all(b"\n")
            }
            Format::Jsonl | Format::Csv => {
                let mut list = Events::new(format, style, now, out)?;
                for event in self.events() {
                    list.write(event)?;
                }
                list.finish()
            }
            Format::Markdown => {
                writeln!(out, "{}\n", markdown::cell(&self.summary()))?;
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
                Ok(())
            }
        }
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.gained.iter().chain(&self.lost).chain(&self.between)
    }

    fn summary(&self) -> String {
        let counted = |count: usize, one: &str, many: &str| {
            format!("{count} {}", if count == 1 { one } else { many })
        };
        if self.from.commit == self.to.commit {
            return format!("{} and {} are the same commit", self.from.name, self.to.name);
        }
        let mut parts = vec![format!("{} gained", counted(self.gained.len(), "commit", "commits"))];
        parts.push(format!("{} lost", self.lost.len()));
        parts.push(counted(self.people.len(), "person", "people"));
        if !self.changes.is_empty() {
            parts.push(counted(self.changes.len(), "change request", "change requests"));
        }
        if !self.tickets.is_empty() {
            parts.push(counted(self.tickets.len(), "ticket", "tickets"));
        }
        if !self.config.is_empty() {
            parts.push(counted(self.config.len(), "configuration file", "configuration files"));
        }
        if !self.between.is_empty() {
            parts.push(counted(self.between.len(), "ledger event", "ledger events"));
        }
        parts.join(" · ")
    }

    fn table(&self, style: Style, now: i64, out: &mut dyn Write) -> io::Result<()> {
        let end = |end: &End| {
            let when = end.moment.map_or_else(String::new, |moment| {
                let (date, time) = moment::local(When::utc(moment));
                format!(", {date} {time}")
            });
            format!("{} ({}{when})", end.name, text::short(&end.commit))
        };
        let arrow = if style.unicode { "→" } else { "->" };
        let title = format!("{} {arrow} {}", end(&self.from), end(&self.to));
        writeln!(out, "{}", style.paint(Paint::Yellow, &escape(&title)))?;
        writeln!(out, "{}", escape(&self.summary()))?;
        if self.shallow {
            writeln!(
                out,
                "{}",
                style.paint(
                    Paint::Magenta,
                    "history is cut off within this range: there may be more (git fetch --unshallow)"
                )
            )?;
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
        }
        let people: Vec<String> = self
            .people
            .iter()
            .map(|involved| {
                let parts: Vec<&str> = involved.parts.iter().copied().collect();
                let commits = match involved.commits {
                    0 => String::new(),
                    count => format!(", {count} commit{}", if count == 1 { "" } else { "s" }),
                };
                format!(
                    "{} <{}>: {}{commits}",
                    involved.who.name,
                    involved.who.email,
                    parts.join(", ")
                )
            })
            .collect();
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
        let short = |events: Vec<&Event>| -> String {
            let ids: Vec<&str> =
                events.iter().take(8).map(|event| text::short(&event.id)).collect();
            let more = if events.len() > 8 { ", …" } else { "" };
            format!("{}{more}", ids.join(", "))
        };
        let unsigned: Vec<&Event> =
            events.iter().filter(|event| event.proof.grade != Grade::Signed).collect();
        let unreviewed: Vec<&Event> =
            events.iter().filter(|event| self.unreviewed.contains(&event.id)).collect();
        for (what, events) in
            [("without a trusted signature", unsigned), ("without a known review", unreviewed)]
        {
            if !events.is_empty() {
                let line = format!("{} {what}: {}", events.len(), short(events));
                writeln!(out, "{}", style.paint(Paint::Magenta, &line))?;
            }
        }
        Ok(())
    }

    fn suspects(&self, suspects: &[Ranked], style: Style, out: &mut dyn Write) -> io::Result<()> {
        heading("SUSPECTS, likeliest first", suspects.len(), style, out)?;
        if suspects.is_empty() {
            return writeln!(
                out,
                "nothing in this range touches these paths, their folders or configuration"
            );
        }
        let most = if style.width.is_some() { MOST_LINES } else { usize::MAX };
        for one in suspects.iter().take(most) {
            let lead = match &one.event.what {
                What::Record(_) => one.event.kind.name(),
                What::Commit(_) | What::Tag(_) => text::short(&one.event.id),
            };
            let lost = if one.lost { " (taken away)" } else { "" };
            let summary = rows::summary(&one.event);
            writeln!(
                out,
                "{:>3}  {} {}{lost}  {}",
                one.points,
                style.paint(Paint::Yellow, lead),
                escape(&summary),
                style.paint(Paint::Blue, &escape(&rows::who(&one.event)))
            )?;
            let mut evidence = one.evidence.join("; ");
            if let Some(by) = &one.brought_by {
                let (date, time) = moment::local(When::utc(by.from));
                let verb = if one.lost { "went" } else { "came" };
                evidence.push_str(&format!("; {verb} with the {} of {date} {time}", by.kind));
            }
            writeln!(out, "     {}", escape(&evidence))?;
        }
        if suspects.len() > most {
            writeln!(out, "… and {} more", suspects.len() - most)?;
        }
        Ok(())
    }
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

/// Short words, several on a line.
fn wrapped(words: &[String]) -> Vec<String> {
    words.chunks(10).map(|chunk| chunk.join(" ")).collect()
}

#[derive(Serialize)]
struct DiffJson<'a> {
    v: u32,
    from: EndJson<'a>,
    to: EndJson<'a>,
    complete: bool,
    gained: Vec<json::EventJson<'a>>,
    lost: Vec<json::EventJson<'a>>,
    unreviewed: &'a BTreeSet<String>,
    between: Vec<json::EventJson<'a>>,
    people: Vec<InvolvedJson<'a>>,
    tickets: &'a [String],
    changes: &'a [String],
    config: &'a [String],
    paths: Option<Vec<TouchedJson<'a>>>,
    suspects: Option<Vec<RankedJson<'a>>>,
}

#[derive(Serialize)]
struct EndJson<'a> {
    name: &'a str,
    commit: &'a str,
    moment: Option<String>,
    record: Option<&'a str>,
}

#[derive(Serialize)]
struct InvolvedJson<'a> {
    name: &'a str,
    email: &'a str,
    parts: &'a BTreeSet<&'static str>,
    commits: usize,
}

#[derive(Serialize)]
struct TouchedJson<'a> {
    path: &'a str,
    added: Option<u64>,
    removed: Option<u64>,
}

#[derive(Serialize)]
struct RankedJson<'a> {
    points: u32,
    evidence: &'a [String],
    lost: bool,
    brought_by: Option<&'a str>,
    event: json::EventJson<'a>,
}

impl<'a> From<&'a End> for EndJson<'a> {
    fn from(end: &'a End) -> EndJson<'a> {
        EndJson {
            name: &end.name,
            commit: &end.commit,
            moment: end.moment.and_then(moment::rfc3339),
            record: end.record.as_deref(),
        }
    }
}

impl<'a> From<&'a Diff> for DiffJson<'a> {
    fn from(diff: &'a Diff) -> DiffJson<'a> {
        let events = |events: &'a [Event]| events.iter().map(json::EventJson::from).collect();
        DiffJson {
            v: json::VERSION,
            from: (&diff.from).into(),
            to: (&diff.to).into(),
            complete: !diff.shallow,
            gained: events(&diff.gained),
            lost: events(&diff.lost),
            unreviewed: &diff.unreviewed,
            between: events(&diff.between),
            people: diff
                .people
                .iter()
                .map(|involved| InvolvedJson {
                    name: &involved.who.name,
                    email: &involved.who.email,
                    parts: &involved.parts,
                    commits: involved.commits,
                })
                .collect(),
            tickets: &diff.tickets,
            changes: &diff.changes,
            config: &diff.config,
            paths: diff.touched.as_ref().map(|touched| {
                touched
                    .iter()
                    .map(|one| TouchedJson {
                        path: &one.path,
                        added: one.lines.map(|(added, _)| added),
                        removed: one.lines.map(|(_, removed)| removed),
                    })
                    .collect()
            }),
            suspects: diff.suspects.as_ref().map(|suspects| {
                suspects
                    .iter()
                    .map(|one| RankedJson {
                        points: one.points,
                        evidence: &one.evidence,
                        lost: one.lost,
                        brought_by: one.brought_by.as_ref().map(|by| by.record.as_str()),
                        event: (&one.event).into(),
                    })
                    .collect()
            }),
        }
    }
}

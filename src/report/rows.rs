//! The timeline for people: WHEN · WHO · WHAT · WHY · PROOF.
//!
//! ```text
//! WHEN (+01:00)     WHO         WHAT                                            WHY        PROOF
//! 2026-11-20 14:03  Ana Silva   9f2c1ab044 Retry card capture once              PAY-88     ✓ signed
//!            13:58  Bo Chen     11a0c3de52 ⑂ Merge branch 'capture'             #411       · claimed
//!            13:40  Ana Silva   deploy production/api 9f2c1ab044 success        PAY-88     ✓ signed
//! ```
//!
//! The columns are chosen from the width of the terminal before the first row, so that rows can
//! stream. On a terminal a date is printed once for all rows of its day (on a narrow one, above them), and long cells
//! are cut off; in a pipe every row is whole. Where summer time begins or ends, the heading is printed again.

use super::text;
use crate::event::moment::{self, Zone};
use crate::event::{Event, Grade, Kind, What, When};
use crate::ui::{Paint, Style, escape};
use std::io::{self, Write};

/// Widths of the columns. WHAT comes last but two, and takes what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    when: usize,
    who: usize,
    what: usize,
    why: usize,
    proof: usize,
}

/// The width of `2026-11-20 14:03`.
const WHEN: usize = 16;
/// The width of `14:03`: on a narrow terminal the day has a line of its own.
const TIME: usize = 5;
/// References shorter than this are not shown in part: `(master, …`.
const LEAST_REFS: usize = 10;
/// Between two columns.
const GAP: usize = 2;

impl Columns {
    fn new(style: Style) -> Columns {
        let total = style.width.unwrap_or(120);
        // From 110 on, PROOF has room for `✓ signed by ` and most addresses.
        let (when, who, why, proof) = match total {
            0..=89 => (TIME, 13, 6, 9),
            90..=109 => (WHEN, 14, 8, 9),
            110..=139 => (WHEN, 15, 7, 31),
            140..=179 => (WHEN, 22, 14, 30),
            _ => (WHEN, 24, 24, 40),
        };
        let used = when + who + why + proof + 4 * GAP;
        Columns { when, who, what: total.saturating_sub(used).max(12), why, proof }
    }
}

/// Writes rows.
pub struct Rows {
    style: Style,
    columns: Columns,
    last_date: String,
    now: i64,
    /// The offset that stands above the rows.
    zone: Option<Zone>,
}

impl Rows {
    /// Rows in a style; `now` decides which offset from UTC the heading names where the first row has no time.
    pub fn new(style: Style, now: i64) -> Rows {
        Rows { style, columns: Columns::new(style), last_date: String::new(), now, zone: None }
    }

    /// Writes one event as one row, with the heading before the first.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn row(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        self.above(event.when, out)?;
        let columns = self.columns;
        let when = self.when(event.when);
        let who = self.cell(Paint::Blue, &who(event), columns.who, true);
        let what = self.what(event);
        let why = self.cell(Paint::Cyan, &why(event), columns.why, true);
        let (paint, proof) = self.proof(event);
        let proof = self.cell(paint, &proof, columns.proof, false);
        writeln!(out, "{when}  {who}  {what}  {why}  {}", proof.trim_end())
    }

    /// Whether the day has a line of its own.
    fn days_apart(&self) -> bool {
        self.columns.when == TIME
    }

    /// What has to stand above a row of this time: the heading, and on a narrow terminal the day.
    fn above(&mut self, when: Option<When>, out: &mut dyn Write) -> io::Result<()> {
        let known = when.map(|when| Zone::at(when.seconds)).or(self.zone);
        let zone = known.unwrap_or_else(|| Zone::at(self.now));
        if self.zone.is_none() || (self.zone != Some(zone) && !self.days_apart()) {
            self.heading(zone, out)?;
        }
        let moved = self.zone.replace(zone) != Some(zone);
        if let Some(when) = when.filter(|_| self.days_apart()) {
            let (date, _) = moment::local(when);
            if moved || date != self.last_date {
                writeln!(out, "{}", self.style.paint(Paint::Dim, &format!("{date} ({zone})")))?;
                self.last_date = date;
            }
        }
        Ok(())
    }

    fn heading(&self, zone: Zone, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.columns;
        let when = if self.days_apart() { "WHEN".to_owned() } else { zone.heading("WHEN") };
        let line = format!(
            "{}  {}  {}  {}  PROOF",
            text::pad(&when, columns.when),
            text::pad("WHO", columns.who),
            text::pad("WHAT", columns.what),
            text::pad("WHY", columns.why),
        );
        writeln!(out, "{}", self.style.paint(Paint::Bold, &line))
    }

    fn when(&mut self, when: Option<When>) -> String {
        let Some(when) = when else {
            return text::pad("", self.columns.when);
        };
        let (date, time) = moment::local(when);
        let shown = if self.days_apart() {
            text::pad(&time, TIME)
        } else {
            let repeated = self.style.width.is_some() && date == self.last_date;
            let shown = if repeated { " ".repeat(text::width(&date)) } else { date.clone() };
            self.last_date = date;
            text::pad(&format!("{shown} {time}"), WHEN)
        };
        self.style.paint(Paint::Dim, &shown).into_owned()
    }

    /// A cell: made safe, cut off on a terminal, padded, painted.
    fn cell(&self, paint: Paint, content: &str, columns: usize, pad: bool) -> String {
        let safe = escape(content);
        let fitted = match self.style.width {
            Some(_) => text::fit(&safe, columns, self.style.unicode),
            None => safe.into_owned(),
        };
        let padding = if pad { columns.saturating_sub(text::width(&fitted)) } else { 0 };
        format!("{}{}", self.style.paint(paint, &fitted), " ".repeat(padding))
    }

    fn what(&self, event: &Event) -> String {
        let columns = self.columns.what;
        let lead = match &event.what {
            What::Commit(_) => text::short(&event.id).to_owned(),
            What::Tag(_) => String::new(),
            What::Record(_) => event.kind.name().to_owned(),
        };
        let mark = match event.kind {
            Kind::Merge if self.style.unicode => "⑂ ",
            Kind::Merge => "merge: ",
            _ => "",
        };
        let rest = columns.saturating_sub(text::width(&lead) + 1);
        let paint = if event.kind.is_git() { Paint::Yellow } else { Paint::Cyan };
        if lead.is_empty() {
            return self.cell(Paint::Magenta, &summary(event), columns, true);
        }
        let refs = match &event.what {
            What::Commit(facts) if !facts.refs.is_empty() => {
                format!(" ({})", facts.refs.join(", "))
            }
            _ => String::new(),
        };
        let summary = format!("{mark}{}", summary(event));
        if refs.is_empty() {
            return format!(
                "{} {}",
                self.style.paint(paint, &lead),
                self.cell(Paint::Plain, &summary, rest, true)
            );
        }
        // References stand behind the summary, as far as there is room, and may take a third of it.
        // Where less than `LEAST_REFS` is left for them, a stump would only be in the way.
        let free = rest.saturating_sub(text::width(&escape(&summary)));
        let refs_room = match (rest / 3).max(free) {
            room if room < LEAST_REFS && self.style.width.is_some() => 0,
            room => room,
        };
        let refs = self.cell(Paint::Green, &refs, refs_room.min(rest), false);
        let refs_width = match self.style.width {
            Some(_) => text::width(&strip(&refs)),
            None => 0,
        };
        let summary = self.cell(Paint::Plain, &summary, rest.saturating_sub(refs_width), false);
        let used = text::width(&strip(&summary)) + text::width(&strip(&refs));
        let padding = " ".repeat(rest.saturating_sub(used));
        format!("{} {summary}{refs}{padding}", self.style.paint(paint, &lead))
    }

    fn proof(&self, event: &Event) -> (Paint, String) {
        let (paint, mark) = mark(event.proof.grade, self.style.unicode);
        let mut text = format!("{mark} {}", event.proof.grade);
        if let Some(verdict) = &event.proof.signature {
            let more = verdict.signer.as_deref().or(verdict.reason.as_deref());
            if let Some(more) = more {
                let word = match event.proof.grade {
                    Grade::Signed => " by ",
                    _ => ": ",
                };
                if self.columns.proof > 10 {
                    text.push_str(word);
                    text.push_str(more);
                }
            }
        }
        (paint, text)
    }
}

/// Removes the codes that [`Style::paint`] added, to measure what is seen.
fn strip(painted: &str) -> String {
    let mut plain = String::with_capacity(painted.len());
    let mut rest = painted;
    while let Some(at) = rest.find('\x1b') {
        plain.push_str(&rest[..at]);
        rest = match rest[at..].find('m') {
            Some(end) => &rest[at + end + 1..],
            None => "",
        };
    }
    plain.push_str(rest);
    plain
}

/// The mark of a proof grade and its colour.
pub fn mark(grade: Grade, unicode: bool) -> (Paint, &'static str) {
    match (grade, unicode) {
        (Grade::Signed, true) => (Paint::Green, "✓"),
        (Grade::Signed, false) => (Paint::Green, "+"),
        (Grade::Imported, true) => (Paint::Cyan, "↓"),
        (Grade::Imported, false) => (Paint::Cyan, "<"),
        (Grade::Claimed, true) => (Paint::Dim, "·"),
        (Grade::Claimed, false) => (Paint::Dim, "."),
        (Grade::Unknown, _) => (Paint::Magenta, "?"),
        (Grade::Broken, true) => (Paint::Red, "✗"),
        (Grade::Broken, false) => (Paint::Red, "x"),
    }
}

/// The grade of a proof behind its mark: `✓ signed`. It is said of a record that it is late, written down after
/// the time that it states: a signature on that vouches for the writing, not for the time. What was
/// imported is always written later, so that says nothing.
pub fn grade(event: &Event, unicode: bool) -> String {
    let (_, mark) = mark(event.proof.grade, unicode);
    let late = match &event.what {
        _ if event.proof.grade == Grade::Imported => "",
        What::Record(fields) if fields.contains_key("recorded") => ", late",
        _ => "",
    };
    format!("{mark} {}{late}", event.proof.grade)
}

/// The actor's name, else their address.
pub fn who(event: &Event) -> String {
    match &event.who.identity {
        Some(who) if !who.name.is_empty() => who.name.clone(),
        Some(who) => who.email.clone(),
        None => String::new(),
    }
}

/// What happened, in a few words; without the id of a commit.
pub fn summary(event: &Event) -> String {
    match &event.what {
        What::Commit(facts) => facts.summary.clone(),
        What::Tag(facts) => {
            let target = text::short(&facts.target);
            let light = if facts.annotated { "" } else { " (lightweight)" };
            // Somebody moved the object of one tag under the name of another.
            let named = match &facts.header_name {
                Some(name) => format!(" (made as {name})"),
                None => String::new(),
            };
            format!("tag {}{named} → {target}{light}", facts.name)
        }
        What::Record(fields) => {
            let facts = record_facts(event, fields);
            match (facts.as_str(), event.why.body.lines().next().unwrap_or_default()) {
                ("", reason) => reason.to_owned(),
                (_, "") => facts,
                (_, reason) => format!("{facts}: {reason}"),
            }
        }
    }
}

/// What a record states, in a few words, without its reason.
pub fn record_facts(event: &Event, fields: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut parts = Vec::new();
    // That something went wrong is said first, where nobody cuts it off.
    let outcome = fields.get("outcome").and_then(serde_json::Value::as_str);
    let wrong = outcome.filter(|outcome| *outcome != "success");
    parts.extend(wrong.map(str::to_owned));
    if let Some(place) = &event.place {
        let place: Vec<&str> =
            [&place.env, &place.service].into_iter().flatten().map(String::as_str).collect();
        if !place.is_empty() {
            parts.push(place.join("/"));
        }
    }
    for key in [
        "commit", "tag", "number", "name", "key", "change", "incident", "action", "role",
        "grantee", "decision", "state", "outcome", "rule", "subject", "digest",
    ] {
        match fields.get(key) {
            _ if key == "outcome" && wrong.is_some() => {}
            Some(serde_json::Value::String(text)) => parts.push(text::short(text).to_owned()),
            Some(serde_json::Value::Number(number)) => parts.push(format!("#{number}")),
            _ => {}
        }
    }
    if let (Kind::Import, Some(records)) = (event.kind, fields.get("records")) {
        let source = fields.get("source").and_then(serde_json::Value::as_str).unwrap_or_default();
        parts.push(format!("{source} {records} records"));
    }
    // As it stands in the record: whoever reads this may be in another zone than whoever prints it.
    for key in ["from", "until"] {
        if event.kind == Kind::Freeze
            && let Some(serde_json::Value::String(moment)) = fields.get(key)
        {
            parts.push(format!("{key} {moment}"));
        }
    }
    parts.join(" ")
}

/// Tickets and the change request.
pub fn why(event: &Event) -> String {
    let mut parts: Vec<&str> = Vec::new();
    if let What::Commit(facts) = &event.what
        && let Some(change) = &facts.change
    {
        parts.push(&change.id);
    }
    parts.extend(event.why.tickets.iter().map(String::as_str));
    parts.join(" ")
}

/// The proof in words: the grade, and by whom or why not.
pub fn proof_words(event: &Event) -> String {
    let grade = event.proof.grade;
    match &event.proof.signature {
        Some(verdict) => match (&verdict.signer, &verdict.reason) {
            (Some(signer), None) => format!("{grade} by {signer}"),
            (Some(signer), Some(reason)) => format!("{grade} ({reason}) by {signer}"),
            (None, Some(reason)) => format!("{grade} ({reason})"),
            (None, None) => grade.to_string(),
        },
        None => grade.to_string(),
    }
}

//! The timeline for people: WHEN · WHO · WHAT · WHY · PROOF.
//!
//! ```text
//! WHEN (+01:00)     WHO         WHAT                                            WHY        PROOF
//! 2026-11-20 14:03  Ana Silva   9f2c1ab044 Retry card capture once              PAY-88     ✓ signed [1]
//!            13:58  Bo Chen     11a0c3de52 ⑂ Merge branch 'capture'             #411       · claimed
//!            13:40  Ana Silva   deploy production/api 9f2c1ab044 success        PAY-88     ✓ signed [1]
//!
//! [1] signed by ana@example.com
//! ```
//!
//! The columns are chosen from the width of the terminal before the first row, so that rows can
//! stream. On a terminal a date is printed once for all rows of its day (on a narrow one, above them), and long cells
//! are cut off, but never WHY: its row then has less room for WHAT. Where PROOF has no room for who signed, or why a
//! signature could not be judged, a number stands there, and below the rows once what it means.
//!
//! In a pipe every row is whole. Nobody knows how long WHAT will be, so it comes last, and behind it the proof in words:
//!
//! ```text
//! WHEN (+01:00)     WHO         PROOF      WHY     WHAT
//! 2026-11-20 14:03  Ana Silva   ✓ signed   PAY-88  9f2c1ab044 Retry card capture once  [signed by ana@example.com]
//! ```
//!
//! Where summer time begins or ends, the heading is printed again.

use super::text;
use crate::event::moment::{self, Zone};
use crate::event::{Event, Grade, Kind, What, When};
use crate::ui::{Paint, Style, escape};
use std::borrow::Cow;
use std::io::{self, Write};

/// Widths of the columns. On a terminal WHAT takes what is left.
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
/// However long WHY is, WHAT keeps so much.
const LEAST_WHAT: usize = 12;
/// The width of `? unknown [12]`.
const NUMBERED: usize = 14;
/// From here on PROOF has room for who signed.
const NAMES_SIGNER: usize = 30;
/// Between two columns.
const GAP: usize = 2;

impl Columns {
    fn new(style: Style) -> Columns {
        let Some(total) = style.width else {
            // The width of `? unknown` in PROOF.
            return Columns { when: WHEN, who: 20, what: 0, why: 14, proof: 10 };
        };
        let (when, who, why, proof) = match total {
            0..=89 => (TIME, 13, 6, 9),
            90..=109 => (WHEN, 14, 7, NUMBERED),
            110..=139 => (WHEN, 15, 9, NUMBERED),
            140..=179 => (WHEN, 22, 14, NAMES_SIGNER),
            _ => (WHEN, 24, 24, 40),
        };
        let used = when + who + why + proof + 4 * GAP;
        Columns { when, who, what: total.saturating_sub(used).max(LEAST_WHAT), why, proof }
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
    /// What the numbers in PROOF mean: the first is 1.
    proofs: Vec<String>,
}

impl Rows {
    /// Rows in a style; `now` decides which offset from UTC the heading names where the first row has no time.
    pub fn new(style: Style, now: i64) -> Rows {
        let (columns, last_date) = (Columns::new(style), String::new());
        Rows { style, columns, last_date, now, zone: None, proofs: Vec::new() }
    }

    /// Writes one event as one row, with the heading before the first.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn row(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        self.above(event.when, out)?;
        let columns = self.columns;
        let when = self.when(event.when);
        let who = self.cell(Paint::Blue, &who(event), columns.who);
        if self.style.width.is_none() {
            let (paint, grade, words) = self.grade(event);
            let grade = self.cell(paint, &grade, columns.proof);
            let why = self.cell(Paint::Cyan, &why(event), columns.why);
            let what = self.what(event, 0);
            let words = words.map_or_else(String::new, |words| format!("  [{}]", escape(&words)));
            let words = self.style.paint(Paint::Dim, &words);
            return writeln!(out, "{when}  {who}  {grade}  {why}  {what}{words}");
        }
        let why = self.why(event);
        // A longer WHY takes room from WHAT, so that PROOF stays in its column.
        let more = text::width(&why).saturating_sub(columns.why);
        let why = self.cell(Paint::Cyan, &why, columns.why + more);
        let what = self.what(event, columns.what - more);
        let (paint, proof) = self.proof(event);
        let proof = self.cell(paint, &proof, columns.proof);
        writeln!(out, "{when}  {who}  {what}  {why}  {}", proof.trim_end())
    }

    /// Writes what the numbers in PROOF mean, once each.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let proofs = std::mem::take(&mut self.proofs);
        if !proofs.is_empty() {
            writeln!(out)?;
        }
        for (number, words) in (1..).zip(&proofs) {
            self.below(&format!("[{number}] {}", escape(words)), out)?;
        }
        Ok(())
    }

    /// Writes one line below the rows, broken where the terminal ends.
    fn below(&self, line: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in text::wrap(line, self.style.width.unwrap_or(usize::MAX)) {
            writeln!(out, "{}", self.style.paint(Paint::Dim, &line))?;
        }
        Ok(())
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
        let (when, who) = (text::pad(&when, columns.when), text::pad("WHO", columns.who));
        let why = text::pad("WHY", columns.why);
        let line = match self.style.width {
            Some(_) => format!("{when}  {who}  {}  {why}  PROOF", text::pad("WHAT", columns.what)),
            None => format!("{when}  {who}  {}  {why}  WHAT", text::pad("PROOF", columns.proof)),
        };
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
    fn cell(&self, paint: Paint, content: &str, columns: usize) -> String {
        let fitted = self.fitted(content, columns);
        let padding = columns.saturating_sub(text::width(&fitted));
        format!("{}{}", self.style.paint(paint, &fitted), " ".repeat(padding))
    }

    /// Text from strangers, made safe, and cut off on a terminal.
    fn fitted<'t>(&self, content: &'t str, columns: usize) -> Cow<'t, str> {
        let safe = escape(content);
        match self.style.width {
            Some(_) => Cow::Owned(text::fit(&safe, columns, self.style.unicode)),
            None => safe,
        }
    }

    /// What happened, and what points there; on a terminal in exactly so many columns.
    fn what(&self, event: &Event, columns: usize) -> String {
        let (lead, paint) = match &event.what {
            What::Commit(_) => (text::short(&event.id), Paint::Yellow),
            What::Record(_) => (event.kind.name(), Paint::Cyan),
            What::Tag(_) => return self.cell(Paint::Magenta, &summary(event), columns),
        };
        let mark = match event.kind {
            Kind::Merge if self.style.unicode => "⑂ ",
            Kind::Merge => "merge: ",
            _ => "",
        };
        let room = columns.saturating_sub(text::width(lead) + 1);
        // Some begin with spaces.
        let summary = format!("{mark}{}", summary(event).trim_start());
        let refs = event.commit().map(|facts| facts.decorations()).unwrap_or_default();
        let refs = match refs.is_empty() {
            true => Cow::Borrowed(""),
            false => self.fitted_refs(format!(" ({refs})"), &summary, room),
        };
        let summary = self.fitted(&summary, room.saturating_sub(text::width(&refs)));
        let used = text::width(&summary) + text::width(&refs);
        let padding = " ".repeat(room.saturating_sub(used));
        let lead = self.style.paint(paint, lead);
        let (summary, refs) =
            (self.style.paint(Paint::Plain, &summary), self.style.paint(Paint::Green, &refs));
        format!("{lead} {summary}{refs}{padding}")
    }

    /// References stand behind the summary, as far as there is room, and may take a third of it. Where less than
    /// `LEAST_REFS` is left for them, a stump would only be in the way.
    fn fitted_refs(&self, refs: String, summary: &str, room: usize) -> Cow<'static, str> {
        let free = room.saturating_sub(text::width(&escape(summary)));
        let room = match (room / 3).max(free).min(room) {
            room if room < LEAST_REFS && self.style.width.is_some() => 0,
            room => room,
        };
        Cow::Owned(self.fitted(&refs, room).into_owned())
    }

    /// Tickets and the change request on a terminal: as many as there is room for, each whole, and how many more
    /// there are.
    fn why(&self, event: &Event) -> String {
        let reasons = reasons(event);
        let all: String = reasons.join(" ");
        if text::width(&escape(&all)) <= self.columns.why {
            return escape(&all).into_owned();
        }
        let fits = |shown: &usize| {
            let line = format!("{} +{}", reasons[..*shown].join(" "), reasons.len() - shown);
            text::width(&escape(&line)) <= self.columns.why
        };
        let shown = (1..reasons.len()).rev().find(fits).unwrap_or(1);
        let more = match reasons.len() - shown {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        let most = self.columns.why + self.columns.what - LEAST_WHAT;
        let room = most.saturating_sub(text::width(&more));
        format!("{}{more}", self.fitted(&reasons[..shown].join(" "), room))
    }

    /// The grade behind its mark, and by whom or why not, in words.
    fn grade(&self, event: &Event) -> (Paint, String, Option<String>) {
        let (paint, mark) = mark(event.proof.grade, self.style.unicode);
        let verdict = event.proof.signature.as_ref();
        let more = verdict.and_then(|it| it.signer.as_deref().or(it.reason.as_deref()));
        let word = match event.proof.grade {
            Grade::Signed => " by ",
            _ => ": ",
        };
        let words = more.map(|more| format!("{}{word}{more}", event.proof.grade));
        (paint, format!("{mark} {}", event.proof.grade), words)
    }

    /// The proof on a terminal: in words where they are always short enough, else with a number.
    fn proof(&mut self, event: &Event) -> (Paint, String) {
        let (paint, grade, words) = self.grade(event);
        let Some(words) = words else { return (paint, grade) };
        let (_, mark) = mark(event.proof.grade, self.style.unicode);
        let whole = format!("{mark} {words}");
        let is_signed = event.proof.grade == Grade::Signed;
        if is_signed && self.days_apart() {
            return (paint, grade);
        }
        if is_signed && text::width(&escape(&whole)) <= self.columns.proof {
            return (paint, whole);
        }
        let number = match self.proofs.iter().position(|known| *known == words) {
            Some(at) => at + 1,
            None => {
                self.proofs.push(words);
                self.proofs.len()
            }
        };
        let numbered = format!("{grade} [{number}]");
        match text::width(&numbered) <= self.columns.proof {
            true => (paint, numbered),
            // The words below the rows begin with the grade.
            false => (paint, format!("{mark} [{number}]")),
        }
    }
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
    reasons(event).join(" ")
}

/// The change request, then tickets.
fn reasons(event: &Event) -> Vec<&str> {
    let change = event.commit().and_then(|facts| facts.change.as_ref());
    let change = change.map(|change| change.id.as_str());
    change.into_iter().chain(event.why.tickets.iter().map(String::as_str)).collect()
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

//! Things of any sort, each with everything known about it: cards for people, one JSON document, and for the
//! formats that are lists of events, the events.

use super::card::{Cards, Related};
use super::environment::HistoryJson;
use super::events::Events;
use super::json::{self, EventJson};
use super::people::PersonJson;
use super::{Format, rows};
use crate::event::Event;
use crate::evidence::histories::History;
use crate::people::Person;
use serde::Serialize;
use std::io::{self, Write};

/// One thing to show.
pub enum Thing<'d, 'e> {
    /// A commit, a tag or a record, and what it relates to.
    Event(Box<Event>, Vec<Related>),
    /// A person, and what they did.
    Person(Box<Person>, Deeds),
    /// An environment, or a service in one.
    Environment(History<'d, 'e>),
}

/// What a person did, newest first.
pub struct Deeds {
    /// Those to show.
    pub events: Vec<Event>,
    /// How many more there are.
    pub earlier: usize,
    /// Whether only a period is looked at, here and in what is counted.
    pub in_period: bool,
}

#[derive(Serialize)]
struct ShownJson<'a> {
    v: u32,
    events: Vec<EventJson<'a>>,
    people: Vec<PersonJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<HistoryJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deeds: Vec<EventJson<'a>>,
}

/// Writes things. `now` is in seconds since 1970 UTC.
///
/// # Errors
/// When the stream does not take them.
pub fn write(
    things: &[Thing<'_, '_>],
    format: Format,
    cards: &Cards<'_>,
    now: i64,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table(things, cards, now, out),
        Format::Json => json::document(&ShownJson::of(things), out),
        Format::Jsonl | Format::Csv | Format::Markdown => {
            let mut events = Events::new(format, cards.style, now, out)?;
            for event in things.iter().flat_map(listed) {
                events.write(event)?;
            }
            events.finish()
        }
    }
}

/// What an environment and a person did are events, too: for formats that are lists of events.
fn listed<'a>(thing: &'a Thing<'_, '_>) -> Vec<&'a Event> {
    match thing {
        Thing::Event(event, _) => vec![&**event],
        Thing::Person(_, deeds) => deeds.events.iter().collect(),
        Thing::Environment(history) => history.steps.iter().map(|step| &step.event).collect(),
    }
}

impl<'a> ShownJson<'a> {
    fn of(things: &'a [Thing<'_, '_>]) -> ShownJson<'a> {
        let mut shown = ShownJson {
            v: json::VERSION,
            events: Vec::new(),
            people: Vec::new(),
            environments: Vec::new(),
            deeds: Vec::new(),
        };
        for thing in things {
            match thing {
                Thing::Event(event, _) => shown.events.push(EventJson::from(&**event)),
                Thing::Person(person, deeds) => {
                    shown.people.push(PersonJson::from(&**person));
                    shown.deeds.extend(deeds.events.iter().map(EventJson::from));
                }
                Thing::Environment(history) => shown.environments.push(HistoryJson::from(history)),
            }
        }
        shown
    }
}

/// Each thing at length.
fn table(
    things: &[Thing<'_, '_>],
    cards: &Cards<'_>,
    now: i64,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (number, thing) in things.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        match thing {
            Thing::Event(event, related) => cards.event(event, related, out)?,
            Thing::Environment(history) => history.table(cards.style, out)?,
            Thing::Person(person, deeds) => {
                cards.person(person, deeds.in_period, out)?;
                if !deeds.events.is_empty() {
                    writeln!(out)?;
                }
                let mut rows = rows::Rows::new(cards.style, now);
                for event in &deeds.events {
                    rows.row(event, out)?;
                }
                rows.finish(out)?;
                if deeds.earlier > 0 {
                    writeln!(out, "… and {} earlier (-n 0 shows all)", deeds.earlier)?;
                }
            }
        }
    }
    Ok(())
}

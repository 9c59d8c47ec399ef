//! Persons: as a table, JSON, CSV and Markdown.

use super::csv::{defuse, plain};
use super::table::{self, Column};
use super::{Format, json, markdown};
use crate::event::moment;
use crate::event::{Grade, When};
use crate::people::{Parts, Person, Program};
use crate::ui::Style;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// A person as JSON prints them.
#[derive(Debug, Serialize)]
pub struct PersonJson<'a> {
    id: &'a str,
    name: &'a str,
    names: &'a BTreeSet<String>,
    addresses: &'a BTreeSet<String>,
    bot: bool,
    /// The id in the policy.
    person: Option<&'a str>,
    program: Option<ProgramJson>,
    keys: &'a BTreeSet<String>,
    first: Option<String>,
    last: Option<String>,
    authored: u64,
    committed: u64,
    co_authored: u64,
    reviewed: u64,
    tagged: u64,
    recorded: u64,
    proof: GradesJson,
}

#[derive(Debug, Serialize)]
struct ProgramJson {
    kind: &'static str,
    guessed: bool,
}

#[derive(Debug, Serialize)]
struct GradesJson {
    signed: u64,
    imported: u64,
    claimed: u64,
    unknown: u64,
    broken: u64,
}

impl<'a> From<&'a Person> for PersonJson<'a> {
    fn from(person: &'a Person) -> PersonJson<'a> {
        let Parts { authored, committed, co_authored, reviewed, tagged, recorded } = person.parts;
        let grade = |grade| person.grades.get(&grade).copied().unwrap_or(0);
        PersonJson {
            id: &person.id,
            name: &person.name,
            names: &person.names,
            addresses: &person.addresses,
            bot: person.program.is_some_and(|program| program.kind == "bot"),
            person: person.person.as_deref(),
            program: person.program.map(|Program { kind, guessed }| ProgramJson { kind, guessed }),
            keys: &person.keys,
            first: person.seen.and_then(|(first, _)| moment::rfc3339(first)),
            last: person.seen.and_then(|(_, last)| moment::rfc3339(last)),
            authored,
            committed,
            co_authored,
            reviewed,
            tagged,
            recorded,
            proof: GradesJson {
                signed: grade(Grade::Signed),
                imported: grade(Grade::Imported),
                claimed: grade(Grade::Claimed),
                unknown: grade(Grade::Unknown),
                broken: grade(Grade::Broken),
            },
        }
    }
}

#[derive(Debug, Serialize)]
struct PeopleJson<'a> {
    v: u32,
    people: Vec<PersonJson<'a>>,
}

#[derive(Debug, Serialize)]
struct LineJson<'a> {
    v: u32,
    #[serde(flatten)]
    person: PersonJson<'a>,
}

const COLUMNS: [Column<'_>; 10] = [
    Column { title: "PERSON", right: false, wide: false },
    Column { title: "KNOWN AS", right: false, wide: false },
    Column { title: "AUTHORED", right: true, wide: false },
    Column { title: "COMMITTED", right: true, wide: true },
    Column { title: "REVIEWED", right: true, wide: true },
    Column { title: "TAGS", right: true, wide: true },
    Column { title: "RECORDS", right: true, wide: true },
    Column { title: "SIGNED", right: true, wide: false },
    Column { title: "FIRST", right: false, wide: true },
    Column { title: "LAST", right: false, wide: false },
];

/// Writes persons.
///
/// # Errors
/// When the stream does not take it.
pub fn write(
    persons: &[Person],
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => {
            let rows: Vec<Vec<String>> = persons.iter().map(cells).collect();
            table::write(&COLUMNS, &rows, style, out)
        }
        Format::Json => {
            let people = persons.iter().map(PersonJson::from).collect();
            json::document(&PeopleJson { v: json::VERSION, people }, out)
        }
        Format::Jsonl => {
            for person in persons {
                let line = LineJson { v: json::VERSION, person: person.into() };
                json::line(&line, out)?;
            }
            Ok(())
        }
        Format::Csv => {
            let mut csv = ::csv::Writer::from_writer(out);
            csv.write_record([
                "person",
                "name",
                "addresses",
                "keys",
                "authored",
                "committed",
                "co_authored",
                "reviewed",
                "tagged",
                "recorded",
                "signed",
                "first",
                "last",
            ])
            .map_err(plain)?;
            for person in persons {
                let row = PersonJson::from(person);
                let join =
                    |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
                let cells = [
                    row.id.to_owned(),
                    row.name.to_owned(),
                    join(row.addresses),
                    join(row.keys),
                    row.authored.to_string(),
                    row.committed.to_string(),
                    row.co_authored.to_string(),
                    row.reviewed.to_string(),
                    row.tagged.to_string(),
                    row.recorded.to_string(),
                    row.proof.signed.to_string(),
                    row.first.unwrap_or_default(),
                    row.last.unwrap_or_default(),
                ];
                csv.write_record(cells.iter().map(|cell| defuse(cell).into_owned()))
                    .map_err(plain)?;
            }
            csv.flush()
        }
        Format::Markdown => {
            let titles: Vec<&str> = COLUMNS.iter().map(|column| column.title).collect();
            markdown::table(&titles, &persons.iter().map(cells).collect::<Vec<_>>(), out)
        }
    }
}

/// The row of a person: how many of the person's own acts are signed stands as a share.
fn cells(person: &Person) -> Vec<String> {
    let own = person.parts.authored + person.parts.tagged + person.parts.recorded;
    let signed = person.grades.get(&Grade::Signed).copied().unwrap_or(0);
    let share = match (signed * 100).checked_div(own) {
        Some(share) => format!("{share}%"),
        None => "-".to_owned(),
    };
    let date = |seconds: i64| moment::local(When::utc(seconds)).0;
    let more = person.addresses.len().saturating_sub(1);
    let known = match more {
        0 => person.id.clone(),
        _ => format!("{} +{more}", person.id),
    };
    let bot = person.program.map(Program::mark).unwrap_or_default();
    vec![
        format!("{}{bot}", person.name),
        known,
        person.parts.authored.to_string(),
        person.parts.committed.to_string(),
        person.parts.reviewed.to_string(),
        person.parts.tagged.to_string(),
        person.parts.recorded.to_string(),
        share,
        person.seen.map(|(first, _)| date(first)).unwrap_or_default(),
        person.seen.map(|(_, last)| date(last)).unwrap_or_default(),
    ]
}

//! What separates two points of history, for programs.

use crate::compare::{Diff, Diffs, End};
use crate::event::Event;
use crate::event::moment;
use crate::report::json;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn json(diffs: &Diffs, out: &mut dyn Write) -> io::Result<()> {
    match diffs.compared.as_slice() {
        [diff] if !diffs.several => json::document(&DiffJson::from(diff), out),
        several => {
            let document = DiffsJson {
                v: json::VERSION,
                diffs: several.iter().map(DiffJson::from).collect(),
                uncompared: diffs
                    .uncompared
                    .iter()
                    .map(|one| UncomparedJson {
                        place: &one.place,
                        why: &one.why,
                        commit: one.other.as_ref().map(|(_, commit)| commit.as_str()),
                        missing: &one.missing,
                    })
                    .collect(),
            };
            json::document(&document, out)
        }
    }
}

#[derive(Serialize)]
struct DiffsJson<'a> {
    v: u32,
    diffs: Vec<DiffJson<'a>>,
    uncompared: Vec<UncomparedJson<'a>>,
}

#[derive(Serialize)]
struct UncomparedJson<'a> {
    place: &'a str,
    why: &'a str,
    commit: Option<&'a str>,
    missing: &'a [String],
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
    untouched: Vec<UntouchedJson<'a>>,
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
struct UntouchedJson<'a> {
    path: &'a str,
    exists: bool,
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
            untouched: diff
                .untouched
                .iter()
                .map(|one| UntouchedJson { path: &one.path, exists: one.exists })
                .collect(),
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

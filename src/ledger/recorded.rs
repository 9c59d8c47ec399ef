//! An entry as the joins see it: a few of its fields at once, and the whole [`Event`] when somebody looks
//! closer.
//!
//! ```text
//! {"body":{"kind":"deploy",…,"what":{"commit":"9f2c…","outcome":"success"},"where":{"env":"production"},…
//!                                              └── noted ──┘         └ noted ┘           └── noted ──┘
//! ```
//!
//! Who asks what runs in production goes over ten thousand deployments and shows three. What is needed of
//! all of them (where, which commit, whether it went well) is noted while the line is checked and at hand, so that
//! nobody goes through the lines again; other fields are noted as ranges of the line. The event of each that is shown
//! is made from the line when it is first asked for, by `Deref`.

use super::canonical;
use super::entry::{Line, Scratch};
use super::event;
use super::id::{Id, ObjectId};
use crate::event::{Event, Kind, When};
use memchr::memchr;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

/// The outcome of what went well.
const SUCCESS: &str = "success";

/// How many fields of `what` are noted.
const NOTED: usize = 7;

/// Which of them this is.
fn noted(name: &[u8]) -> Option<usize> {
    match name {
        b"action" => Some(0),
        b"artifact" => Some(1),
        b"commit" => Some(2),
        b"decision" => Some(3),
        b"expires" => Some(4),
        b"outcome" => Some(5),
        b"tree" => Some(6),
        _ => None,
    }
}

/// One record of a ledger.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What kind of record.
    pub kind: Kind,
    /// When, as the record claims.
    pub when: Option<When>,
    late: bool,
    links: bool,
    succeeded: bool,
    env: Option<Arc<str>>,
    service: Option<Arc<str>>,
    commit: Option<ObjectId>,
    what: [Noted; NOTED],
    /// Empty where the event was there before this.
    line: Text,
    event: OnceLock<Box<Event>>,
}

/// Texts that many records share, as the names of environments: each is kept once.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<Arc<str>>);

/// How many are known at once; more than there are in a few hundred records of one team.
const KNOWN: usize = 16;

impl Names {
    /// A text to keep.
    pub(super) fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| ***known == *text) {
            return Arc::clone(known);
        }
        let new = Arc::from(text);
        if self.0.len() < KNOWN {
            self.0.push(Arc::clone(&new));
        }
        new
    }

    /// What a text of a line says; `None` where it is no text.
    fn said(&mut self, line: &Line<'_>, value: Range<usize>) -> Option<Arc<str>> {
        canonical::string(line.bytes.get(value)?).map(|text| self.keep(&text))
    }
}

/// The bytes of a line, which it shares with its neighbours in the file.
#[derive(Debug, Clone)]
pub struct Text {
    piece: Arc<Vec<u8>>,
    start: u32,
    end: u32,
}

impl Text {
    /// A line by itself.
    pub fn new(line: &[u8]) -> Text {
        Text::shared(&Arc::new(line.to_vec()), 0..line.len())
    }

    /// A line in a piece of the file, of less than four gigabytes.
    pub(super) fn shared(piece: &Arc<Vec<u8>>, line: Range<usize>) -> Text {
        let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Text { piece: Arc::clone(piece), start: at(line.start), end: at(line.end) }
    }

    /// The line with its `\n`.
    pub fn line(&self) -> &[u8] {
        self.piece.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What was noted of a field: the range of the line that is its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Noted {
    start: u16,
    end: u16,
}

impl Recorded {
    /// An entry, and its line to keep; `names` are those of the entries around it.
    pub fn new(line: &Line<'_>, text: Text, names: &mut Names) -> Recorded {
        let mut recorded = Recorded {
            kind: line.known_kind().unwrap_or(Kind::Note),
            when: Some(When::utc(line.when)),
            late: false,
            links: false,
            succeeded: false,
            env: None,
            service: None,
            commit: None,
            what: [Noted::NOTHING; NOTED],
            line: text,
            event: OnceLock::new(),
        };
        for (key, value, inner) in line.ranges() {
            match key {
                b"what" => {
                    for (key, value) in inner.ranges() {
                        recorded.note(line, key, value);
                    }
                }
                b"where" => {
                    for (key, value) in inner.ranges() {
                        match key {
                            b"env" => recorded.env = names.said(line, value),
                            b"service" => recorded.service = names.said(line, value),
                            _ => {}
                        }
                    }
                }
                b"why" => recorded.links = inner.iter().any(|(key, _)| key == b"links"),
                b"kind" | b"ledger" | b"nonce" | b"prev" | b"v" | b"when" | b"who" => {}
                // Other members of the body stand among the fields of `what`, if it has none of that name; in
                // canonical order they come before it.
                _ => recorded.note(line, key, value),
            }
        }
        recorded
    }

    fn note(&mut self, line: &Line<'_>, key: &[u8], value: Range<usize>) {
        match key {
            b"commit" => self.commit = inside(line, &value).and_then(ObjectId::from_hex),
            b"outcome" => self.succeeded = inside(line, &value) == Some(SUCCESS.as_bytes()),
            b"recorded" => {
                self.late = inside(line, &value).is_some();
                return;
            }
            _ => {}
        }
        if let Some(at) = noted(key) {
            self.what[at] = Noted::value(line, value);
        }
    }

    /// An event that there is already.
    pub fn of(event: Event) -> Recorded {
        Recorded {
            kind: event.kind,
            when: event.when,
            late: event.field("recorded").is_some(),
            links: !event.why.links.is_empty(),
            succeeded: event.field("outcome") == Some(SUCCESS),
            env: event.place.as_ref().and_then(|place| place.env.as_deref()).map(Arc::from),
            service: event.place.as_ref().and_then(|place| place.service.as_deref()).map(Arc::from),
            commit: event.field("commit").and_then(|id| ObjectId::from_hex(id.as_bytes())),
            what: [Noted::ASK; NOTED],
            line: Text::new(&[]),
            event: OnceLock::from(Box::new(event)),
        }
    }

    /// The environment that it is about.
    pub fn env(&self) -> Option<&str> {
        self.env.as_deref()
    }

    /// The service that it is about.
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// The commit that it names, if that is a full id.
    pub fn commit_id(&self) -> Option<ObjectId> {
        self.commit
    }

    /// Whether what it states had the outcome `success`.
    pub fn succeeded(&self) -> bool {
        self.succeeded
    }

    /// A text field of its `what`.
    pub fn field(&self, name: &str) -> Option<&str> {
        let noted = noted(name.as_bytes()).map_or(Noted::ASK, |at| self.what[at]);
        self.noted(noted, |event| event.field(name))
    }

    /// Whether it was written down later than what it states happened.
    pub fn is_late(&self) -> bool {
        self.late
    }

    /// The ids of the records that it is related to in this way: `corrects`, `reverts`.
    pub fn linked(&self, rel: &str) -> impl Iterator<Item = &str> {
        let links = if self.links { self.why.links.as_slice() } else { &[] };
        links.iter().filter(move |link| link.rel == rel).filter_map(|link| link.id.as_deref())
    }

    fn noted<'r>(
        &'r self,
        noted: Noted,
        ask: impl Fn(&'r Event) -> Option<&'r str>,
    ) -> Option<&'r str> {
        match noted {
            Noted::NOTHING => None,
            Noted::ASK => ask(self),
            Noted { start, end } => {
                // Entries are UTF-8.
                str::from_utf8(self.line.line().get(usize::from(start)..usize::from(end))?).ok()
            }
        }
    }
}

impl Noted {
    /// The record doesn't have it, or it is no text.
    const NOTHING: Noted = Noted { start: 0, end: 0 };
    /// Only the event tells: the text has escapes, or there is no line.
    const ASK: Noted = Noted { start: u16::MAX, end: 0 };

    fn value(line: &Line<'_>, value: Range<usize>) -> Noted {
        let Some(inner) = inside(line, &value) else { return Noted::NOTHING };
        match (u16::try_from(value.start + 1), u16::try_from(value.end - 1)) {
            (Ok(start), Ok(end)) if memchr(b'\\', inner).is_none() => Noted { start, end },
            _ => Noted::ASK,
        }
    }
}

/// What stands between the quotes of a text.
fn inside<'l>(line: &Line<'l>, value: &Range<usize>) -> Option<&'l [u8]> {
    match line.bytes.get(value.clone())? {
        [b'"', inner @ .., b'"'] => Some(inner),
        _ => None,
    }
}

impl Deref for Recorded {
    type Target = Event;

    /// The event, graded as a claim where nobody has judged it.
    fn deref(&self) -> &Event {
        self.event.get_or_init(|| {
            let (mut scratch, bytes) = (Scratch::default(), self.line.line());
            let id = Id::of(bytes);
            Box::new(match Line::read(bytes, &mut scratch) {
                Ok(line) => line.event(id),
                // The line was read before.
                Err(_) => event::bare(self.kind, id, self.when.map_or(0, |when| when.seconds)),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Grade, Proof, What, Who, Why};
    use serde_json::{Value, json};

    #[test]
    fn a_field_is_a_text_and_a_list_gives_its_texts() {
        let what = json!({"commit": "c", "number": 7, "commits": ["a", 1, "b"], "exempt": "ana"});
        let Value::Object(what) = what else { unreachable!() };
        let event = Event {
            kind: Kind::Change,
            id: String::new(),
            when: None,
            who: Who::default(),
            what: What::Record(what),
            place: None,
            why: Why::default(),
            proof: Proof {
                grade: Grade::Claimed,
                signature: None,
                notes: Vec::new(),
                vouched: None,
            },
        };
        // A record that is read lazily says the same.
        let recorded = Recorded::of(event.clone());
        for (name, text) in [("commit", Some("c")), ("number", None), ("nothing", None)] {
            assert_eq!((event.field(name), recorded.field(name)), (text, text), "{name}");
        }
        assert_eq!(event.texts("commits"), ["a", "b"]);
        assert!(event.texts("exempt").is_empty() && recorded.texts("commit").is_empty());
        let git = Event { what: What::Commit(Box::default()), ..event };
        assert!(git.field("commit").is_none() && git.texts("commits").is_empty());
    }
}

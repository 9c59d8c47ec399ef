//! The body of a line: what one record states.
//!
//! ```text
//! {"kind":"deploy","ledger":"github.com/acme/pay","nonce":"4abe…","prev":["d4e8…"],"v":1,
//!  "what":{"commit":"9f2c…","outcome":"success","tree":"77aa…"},"when":"2026-09-01T10:01:00Z",
//!  "where":{"env":"production","service":"api"},"who":{"email":"ana@example.com","name":"Ana"},
//!  "why":{"reason":"release 1.4","tickets":["PAY-88"]}}
//! ```
//!
//! The four objects stay as they stand in the file, so that keys which this version doesn't know are
//! kept and shown; methods give the known ones their types. A `recorded` time stands beside `when`
//! in late entries: then `when` is the time of what happened, and `recorded` that of writing it down.

use super::canonical::{self, Refusal};
use super::id::{Id, Nonce};
use super::scan::Fault;
use super::time;
use crate::event::{Kind, Link};
use serde_json::{Map, Value, json};

/// The version of the format that this module writes and reads: the `v` of every body.
pub const VERSION: u64 = 1;

/// How many entries one record may build on.
pub const MAX_PREV: usize = 64;

/// What one record states.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The kind as written. [`Body::known_kind`] gives the ones this version knows.
    pub kind: String,
    /// The name of the ledger that the record was written for.
    pub ledger: String,
    /// What makes the record unique.
    pub nonce: Nonce,
    /// The heads that the writer saw, sorted.
    pub prev: Vec<Id>,
    /// What happened: the fields of the kind.
    pub what: Map<String, Value>,
    /// When it happened, as the writer claims, in seconds since 1970 UTC.
    pub when: i64,
    /// When it was written down, if that was another time; a claim too.
    pub recorded: Option<i64>,
    /// Environment and service; empty when the record names neither.
    pub place: Map<String, Value>,
    /// Who acted.
    pub who: Map<String, Value>,
    /// Reason, tickets and links; empty when the record gives none.
    pub why: Map<String, Value>,
    /// Members of the body that this version doesn't know.
    pub other: Map<String, Value>,
}

impl Body {
    /// A body with nothing in it but its kind, ledger, time and nonce: for a writer to fill in.
    pub fn new(kind: Kind, ledger: impl Into<String>, when: i64, nonce: Nonce) -> Body {
        Body {
            kind: kind.name().to_string(),
            ledger: ledger.into(),
            nonce,
            prev: Vec::new(),
            what: Map::new(),
            when,
            recorded: None,
            place: Map::new(),
            who: Map::new(),
            why: Map::new(),
            other: Map::new(),
        }
    }

    /// Writes the canonical form, without the `\n` that signatures cover too.
    pub fn format(&self) -> Result<String, Refusal> {
        let refuse = |path: &str, what: &str, hint| Refusal {
            path: path.to_string(),
            what: what.to_string(),
            hint,
        };
        let moment = |path: &str, seconds| {
            time::format(seconds).map_err(|failure| {
                refuse(path, &failure.message, "years 0001 to 9999 can be recorded")
            })
        };
        let mut prev = self.prev.clone();
        prev.sort_unstable();
        prev.dedup();
        if prev.len() > MAX_PREV {
            return Err(refuse(
                "prev",
                "a record builds on 64 entries at most",
                "name fewer heads",
            ));
        }
        if self.ledger.is_empty() {
            return Err(refuse("ledger", "the ledger has no name", "give it one in the policy"));
        }
        let mut members = self.other.clone();
        members.insert("kind".into(), json!(self.kind));
        members.insert("ledger".into(), json!(self.ledger));
        members.insert("nonce".into(), json!(self.nonce.to_string()));
        members.insert("prev".into(), prev.iter().map(Id::to_string).collect());
        members.insert("v".into(), json!(VERSION));
        members.insert("what".into(), Value::Object(self.what.clone()));
        members.insert("when".into(), json!(moment("when", self.when)?));
        members.insert("who".into(), Value::Object(self.who.clone()));
        if let Some(recorded) = self.recorded {
            members.insert("recorded".into(), json!(moment("recorded", recorded)?));
        }
        for (key, object) in [("where", &self.place), ("why", &self.why)] {
            if !object.is_empty() {
                members.insert(key.into(), Value::Object(object.clone()));
            }
        }
        canonical::emit(&Value::Object(members))
    }

    /// Reads a body that is known to be canonical, as [`Line::read`](super::entry::Line::read) has
    /// established; faults count bytes from the start of `text`.
    pub(super) fn parse(text: &[u8]) -> Result<Body, Fault> {
        let fault = |what| Fault { at: 0, what };
        let mut members: Map<String, Value> =
            serde_json::from_slice(text).map_err(|_| fault("the body is no JSON object"))?;
        let mut text_of = |key: &str, what| match members.remove(key) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(fault(what)),
        };
        let kind = text_of("kind", "no kind")?;
        let ledger = text_of("ledger", "no ledger")?;
        let nonce =
            Nonce::from_hex(text_of("nonce", "no nonce")?.as_bytes()).ok_or(fault("no nonce"))?;
        let when = time::parse(text_of("when", "no when")?.as_bytes()).ok_or(fault("no when"))?;
        // Only a `recorded` that is a time is one; anything else is kept among the unknown members.
        let recorded = members.get("recorded").and_then(Value::as_str);
        let recorded = recorded.and_then(|text| time::parse(text.as_bytes()));
        if recorded.is_some() {
            members.remove("recorded");
        }
        let prev = match members.remove("prev") {
            Some(Value::Array(ids)) => ids
                .iter()
                .map(|id| id.as_str().and_then(|id| Id::from_hex(id.as_bytes())))
                .collect::<Option<Vec<Id>>>()
                .ok_or(fault("prev holds something else than ids"))?,
            _ => return Err(fault("no prev")),
        };
        if members.remove("v").and_then(|v| v.as_u64()) != Some(VERSION) {
            return Err(fault("a version that this program doesn't know"));
        }
        let mut object_of = |key: &str| match members.remove(key) {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(fault("what, where, who or why is no object")),
        };
        Ok(Body {
            what: object_of("what")?,
            place: object_of("where")?,
            who: object_of("who")?,
            why: object_of("why")?,
            other: members,
            kind,
            ledger,
            nonce,
            prev,
            when,
            recorded,
        })
    }

    /// The kind, if this version knows it. Kinds of git events are not kinds of records.
    pub fn known_kind(&self) -> Option<Kind> {
        self.kind.parse().ok().filter(|kind: &Kind| !kind.is_git())
    }

    /// A text field of `what`.
    pub fn what_text(&self, field: &str) -> Option<&str> {
        text(&self.what, field)
    }

    /// The full id of the commit that the record is about.
    pub fn commit(&self) -> Option<&str> {
        self.what_text("commit")
    }

    /// The environment.
    pub fn env(&self) -> Option<&str> {
        text(&self.place, "env")
    }

    /// The service within the environment.
    pub fn service(&self) -> Option<&str> {
        text(&self.place, "service")
    }

    /// The actor's name.
    pub fn name(&self) -> Option<&str> {
        text(&self.who, "name")
    }

    /// The actor's address.
    pub fn email(&self) -> Option<&str> {
        text(&self.who, "email")
    }

    /// `user`, `bot`, `agent` or `service`.
    pub fn actor_type(&self) -> Option<&str> {
        text(&self.who, "type")
    }

    /// The actor's forge login.
    pub fn login(&self) -> Option<&str> {
        text(&self.who, "login")
    }

    /// The CI system and run that acted for a person.
    pub fn via(&self) -> Option<&Value> {
        self.who.get("via")
    }

    /// Why, in free text.
    pub fn reason(&self) -> Option<&str> {
        text(&self.why, "reason")
    }

    /// The tickets named; members of the list that are no text are passed over here, and stay in
    /// [`Body::why`].
    pub fn tickets(&self) -> Vec<String> {
        let tickets = self.why.get("tickets").and_then(Value::as_array);
        tickets.into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
    }

    /// The lines to other records and pages; members of the list that name no relation are passed
    /// over here, and stay in [`Body::why`].
    pub fn links(&self) -> Vec<Link> {
        let links = self.why.get("links").and_then(Value::as_array);
        let link = |link: &Map<String, Value>| {
            let owned = |key| text(link, key).map(str::to_string);
            Some(Link { rel: owned("rel")?, id: owned("id"), url: owned("url") })
        };
        links.into_iter().flatten().filter_map(Value::as_object).filter_map(link).collect()
    }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

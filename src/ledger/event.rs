//! From a line to a row of the timeline.
//!
//! A command that joins ten thousand records makes as many events before it says a word, so they are
//! made from the very ranges that the check of the line has noted: nothing is parsed a second time.

use super::canonical;
use super::entry::{Fields, Line};
use super::id::Id;
use crate::event::{Event, Grade, Identity, Kind, Link, Proof, What, When, Where, Who, Why};
use serde_json::{Map, Value};

impl Line<'_> {
    /// The event that the entry states, graded as a claim: its signature is judged elsewhere. `id` is
    /// the name of the entry, which the caller has hashed already.
    ///
    /// Members that this version does not know are kept. A record of an unknown kind appears as a
    /// note that names its kind.
    pub fn event(&self, id: Id) -> Event {
        let mut event = bare(Kind::Note, id, self.when);
        let mut what = Map::new();
        // Members of the body that stand among the fields of the record, if it has none of that name.
        let mut beside: Vec<(&str, Value)> = Vec::new();
        match self.known_kind() {
            Some(kind) => event.kind = kind,
            None => {
                event.proof.notes.push("unknown-kind".to_owned());
                beside.push(("kind", Value::from(self.kind())));
            }
        }
        if self.recorded().is_some() {
            event.proof.notes.push("recorded-late".to_owned());
        }
        for (key, written, inner) in self.fields() {
            match key {
                b"kind" | b"ledger" | b"nonce" | b"prev" | b"v" | b"when" => {}
                b"what" => what = fields(inner),
                b"where" => event.place = place(inner),
                b"who" => event.who = who(inner),
                b"why" => event.why = why(inner),
                other => beside.extend(text(other).map(|key| (key, value(written)))),
            }
        }
        for (key, value) in beside {
            what.entry(key).or_insert(value);
        }
        event.what = What::Record(what);
        event
    }
}

/// A record that says nothing.
pub(super) fn bare(kind: Kind, id: Id, when: i64) -> Event {
    Event {
        kind,
        id: id.to_string(),
        when: Some(When::utc(when)),
        who: Who::default(),
        what: What::Record(Map::new()),
        place: None,
        why: Why::default(),
        proof: Proof { grade: Grade::Claimed, signature: None, notes: Vec::new(), vouched: None },
    }
}

/// Keys are ASCII; the scan has seen to that.
fn text(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok()
}

/// A canonical value.
fn value(written: &[u8]) -> Value {
    match canonical::string(written) {
        Some(text) => Value::String(text.into_owned()),
        // What is canonical is JSON.
        None => serde_json::from_slice(written).unwrap_or_default(),
    }
}

fn fields(inner: Fields<'_>) -> Map<String, Value> {
    let pair = |(key, written)| Some((text(key)?.to_owned(), value(written)));
    inner.iter().filter_map(pair).collect()
}

fn place(inner: Fields<'_>) -> Option<Where> {
    let place = || Where { env: inner.text("env"), service: inner.text("service") };
    (!inner.is_empty()).then(place)
}

fn who(inner: Fields<'_>) -> Who {
    let mut who = Who::default();
    let mut identity = Identity::default();
    for (key, written) in inner.iter() {
        let said = || canonical::string(written).map(|text| text.into_owned());
        match key {
            b"name" => identity.name = said().unwrap_or_default(),
            b"email" => identity.email = said().unwrap_or_default(),
            b"type" => who.actor_type = said(),
            b"login" => who.login = said(),
            b"via" => who.via = Some(value(written)),
            _ => {}
        }
    }
    who.identity = Some(identity);
    who
}

/// Members of the lists that are no text, and links without a relation, are passed over; they stay in
/// [`Body::why`](super::Body::why).
fn why(inner: Fields<'_>) -> Why {
    let mut why = Why::default();
    for (key, written) in inner.iter() {
        match (key, value(written)) {
            (b"reason", Value::String(reason)) => why.body = reason,
            (b"tickets", Value::Array(tickets)) => {
                why.tickets = tickets.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            (b"links", Value::Array(links)) => why.links = links.iter().filter_map(link).collect(),
            _ => {}
        }
    }
    why
}

fn link(link: &Value) -> Option<Link> {
    let owned = |key| link.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Link { rel: owned("rel")?, id: owned("id"), url: owned("url") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::entry::{self, Entry, Scratch};
    use super::super::id::Nonce;
    use super::super::recorded::{Names, Recorded, Text};
    use super::super::{Body, time};
    use super::*;
    use serde_json::json;

    fn event(body: &Body) -> (Entry, Event) {
        let bytes = entry::format(&body.format().unwrap(), None).unwrap();
        let mut scratch = Scratch::default();
        let line = Line::read(&bytes, &mut scratch).unwrap();
        (Entry::parse(&bytes).unwrap(), line.event(line.id()))
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    /// Bodies with every member in every form, likely or not.
    fn bodies() -> Vec<Body> {
        let members = [
            json!({}),
            json!({"name": "A\"na\\\n", "email": "ana@example.com", "type": "bot", "login": "ana"}),
            json!({"name": 1, "via": null, "email": ["x"], "type": {"name": "y"}, "login": true}),
            json!({"env": "production", "service": "api", "recorded": "x", "kind": "k", "name": "é"}),
            json!({"env": {"env": "inner"}, "service": null, "via": {"ci": {"name": "x"}}}),
            json!({"reason": "why\tnot", "tickets": ["PAY-88", 3, "PAY-9"], "later": [1, {"a": 2}]}),
            json!({"links": [{"rel": "fixes", "id": "x"}, {"id": "y"}, 7, {"rel": "a", "url": "u"}]}),
            json!({"reason": {"tickets": ["inner"]}, "tickets": "no list", "links": {"rel": "x"}}),
        ];
        let mut bodies = Vec::new();
        for (number, member) in members.iter().enumerate() {
            for (other, fields) in members.iter().enumerate() {
                let mut body =
                    Body::new(Kind::Deploy, "example.com/pay", 1_788_256_860, Nonce([7; 16]));
                body.who = object(member.clone());
                body.why = object(member.clone());
                body.place = object(fields.clone());
                body.what = object(fields.clone());
                if number % 2 == 1 {
                    body.recorded = Some(1_788_256_999);
                }
                if other % 3 == 1 {
                    body.kind = ["wedding", "commit"][number % 2].to_owned();
                    body.other =
                        object(json!({"a": 1, "what_else": {"name": "x"}, "env": [{"b": 1}]}));
                }
                bodies.push(body);
            }
        }
        bodies
    }

    #[test]
    fn what_is_noted_of_a_record_is_what_its_event_says() {
        let fields = [
            json!({"commit": "9f2c", "outcome": "success", "tree": 7, "recorded": "2026"}),
            json!({"commit": ["9f2c"], "outcome": "", "artifact": "a\"b\n", "recorded": 1}),
            json!({"action": "é", "decision": null, "expires": {"commit": "inner"}}),
        ];
        let mut bodies = bodies();
        for what in &fields {
            for other in &fields {
                for mut body in bodies.clone().into_iter().step_by(5) {
                    body.what.extend(object(what.clone()));
                    body.other.extend(object(other.clone()));
                    body.other.remove("recorded");
                    bodies.push(body);
                }
            }
        }
        for body in bodies {
            let bytes = entry::format(&body.format().unwrap(), None).unwrap();
            let mut scratch = Scratch::default();
            let line = Line::read(&bytes, &mut scratch).unwrap();
            let event = line.event(line.id());
            let said = |name: &str| match &event.what {
                What::Record(fields) => fields.get(name).and_then(Value::as_str),
                _ => None,
            };
            let place = event.place.clone().unwrap_or(Where { env: None, service: None });
            for recorded in [
                Recorded::new(&line, Text::new(&bytes), &mut Names::default()),
                Recorded::of(event.clone()),
            ] {
                assert_eq!((recorded.kind, recorded.when), (event.kind, event.when));
                assert_eq!(recorded.env(), place.env.as_deref());
                assert_eq!(recorded.service(), place.service.as_deref());
                assert_eq!(recorded.is_late(), said("recorded").is_some());
                for name in ["commit", "outcome", "tree", "artifact", "action", "decision", "name"]
                {
                    assert_eq!(recorded.field(name), said(name), "{name}");
                }
                let linked: Vec<&str> = recorded.linked("fixes").collect();
                let links = event.why.links.iter().filter(|link| link.rel == "fixes");
                assert!(linked.into_iter().eq(links.filter_map(|link| link.id.as_deref())));
                assert_eq!(*recorded, event);
            }
        }
    }

    #[test]
    fn an_event_says_what_the_parsed_body_says() {
        for body in bodies() {
            let (Entry { id, body, .. }, event) = event(&body);
            assert_eq!((event.id, event.when), (id.to_string(), Some(When::utc(body.when))));
            assert_eq!(event.kind, body.known_kind().unwrap_or(Kind::Note));
            let place = (!body.place.is_empty()).then(|| Where {
                env: body.env().map(str::to_owned),
                service: body.service().map(str::to_owned),
            });
            assert_eq!(event.place, place);
            let identity = event.who.identity.unwrap();
            assert_eq!(identity.name, body.name().unwrap_or_default());
            assert_eq!(identity.email, body.email().unwrap_or_default());
            assert_eq!(event.who.actor_type.as_deref(), body.actor_type());
            assert_eq!(event.who.login.as_deref(), body.login());
            assert_eq!(event.who.via.as_ref(), body.via());
            assert_eq!(event.why.body, body.reason().unwrap_or_default());
            assert_eq!((event.why.tickets, event.why.links), (body.tickets(), body.links()));
            let mut notes = Vec::new();
            let mut what = body.what.clone();
            if body.known_kind().is_none() {
                notes.push("unknown-kind".to_owned());
                what.entry("kind").or_insert(Value::from(body.kind.clone()));
            }
            if let Some(recorded) = body.recorded {
                notes.push("recorded-late".to_owned());
                what.entry("recorded").or_insert(Value::from(time::format(recorded).unwrap()));
            }
            for (key, value) in body.other {
                what.entry(key).or_insert(value);
            }
            assert_eq!((event.what, event.proof.notes), (What::Record(what), notes));
        }
    }
}

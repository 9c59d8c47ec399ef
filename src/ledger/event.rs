//! From an entry to a row of the timeline.

use super::entry::Entry;
use super::time;
use crate::event::{Event, Grade, Identity, Kind, Proof, What, When, Where, Who, Why};
use serde_json::Value;

impl Entry {
    /// The event that the entry states, graded as a claim: its signature is judged elsewhere.
    ///
    /// Members that this version does not know are kept. A record of an unknown kind appears as a
    /// note that names its kind.
    pub fn event(&self) -> Event {
        let body = &self.body;
        let mut notes = Vec::new();
        let mut what = body.what.clone();
        let kind = match body.known_kind() {
            Some(kind) => kind,
            None => {
                notes.push("unknown-kind".to_owned());
                what.entry("kind").or_insert_with(|| Value::from(body.kind.clone()));
                Kind::Note
            }
        };
        if let Some(recorded) = body.recorded.and_then(|recorded| time::format(recorded).ok()) {
            notes.push("recorded-late".to_owned());
            what.entry("recorded").or_insert_with(|| Value::from(recorded));
        }
        for (key, value) in &body.other {
            what.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let place = (!body.place.is_empty()).then(|| Where {
            env: body.env().map(str::to_owned),
            service: body.service().map(str::to_owned),
        });
        Event {
            kind,
            id: self.id.to_string(),
            when: Some(When::utc(body.when)),
            who: Who {
                identity: Some(Identity {
                    name: body.name().unwrap_or_default().to_owned(),
                    email: body.email().unwrap_or_default().to_owned(),
                }),
                actor_type: body.actor_type().map(str::to_owned),
                login: body.login().map(str::to_owned),
                via: body.via().cloned(),
                ..Who::default()
            },
            what: What::Record(what),
            place,
            why: Why {
                body: body.reason().unwrap_or_default().to_owned(),
                tickets: body.tickets(),
                links: body.links(),
                ..Why::default()
            },
            proof: Proof { grade: Grade::Claimed, signature: None, notes },
        }
    }
}

//! A record that an item of a file gives, before it is checked against the repository and the ledger.
//!
//! Drafts of one object have one key, whatever file they came from. They are joined field by field: the form that
//! tells more (the higher rank) is believed, the others fill its gaps.
//!
//! ```text
//! rank 11   gh pr list              no ids of people
//! rank 12   REST, a list            no `merged_by`
//! rank 13   REST, each; a webhook
//! rank 20…  a later stage of the same object, as a review that was dismissed
//! ```

use crate::event::Kind;
use crate::ledger::Provenance;
use serde_json::{Map, Value, json};

/// Ranks of one stage lie in one ten.
const STAGE: u64 = 10;

/// What an item says.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The kind.
    pub kind: Kind,
    /// When it happened, in seconds since 1970 UTC; where only bounds are known, the upper one.
    pub when: i64,
    /// Who acted.
    pub who: Map<String, Value>,
    /// The fields of the kind.
    pub what: Map<String, Value>,
    /// Environment and service.
    pub place: Map<String, Value>,
    /// Reason and tickets.
    pub why: Map<String, Value>,
    /// Where it was taken over from.
    pub from: Provenance,
}

impl Draft {
    /// A draft with nothing in it but its kind, its time and where it is from.
    pub(super) fn new(kind: Kind, when: i64, from: Provenance) -> Draft {
        let unknown = super::who::unknown();
        let (what, place, why) = (Map::new(), Map::new(), Map::new());
        Draft { kind, when, who: unknown, what, place, why, from }
    }

    /// Says who acted.
    pub(super) fn who(mut self, who: Map<String, Value>) -> Draft {
        self.who = who;
        self
    }

    /// Sets a field of `what`, where there is a value.
    pub(super) fn what(mut self, key: &str, value: Option<impl Into<Value>>) -> Draft {
        self.what.extend(value.map(|value| (key.to_owned(), value.into())));
        self
    }

    /// Sets a moment in `what`, where there is one.
    pub(super) fn moment(self, key: &str, seconds: Option<i64>) -> Draft {
        self.what(key, seconds.and_then(|at| crate::ledger::time::format(at).ok()))
    }

    /// Sets the environment, where there is one.
    pub(super) fn env(mut self, env: Option<&str>) -> Draft {
        self.place.extend(env.map(|env| ("env".to_owned(), json!(env))));
        self
    }

    /// Sets the service, where there is one.
    pub(super) fn service(mut self, service: Option<&str>) -> Draft {
        self.place.extend(service.map(|service| ("service".to_owned(), json!(service))));
        self
    }

    /// Sets the reason, where there is one: lines end in `\n`, and blank ends are cut.
    pub(super) fn why(mut self, reason: Option<&str>) -> Draft {
        let reason = reason.map(|text| text.replace("\r\n", "\n").trim().to_owned());
        let reason = reason.filter(|text| !text.is_empty());
        self.why.extend(reason.map(|text| ("reason".to_owned(), json!(text))));
        self
    }

    /// A text field of `what`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.what.get(key).and_then(Value::as_str)
    }

    /// Everything that the item says, as the digest of the item covers it and as drafts are compared.
    pub fn fields(&self) -> Value {
        json!({
            "kind": self.kind.name(),
            "when": self.when,
            "who": self.who,
            "what": self.what,
            "where": self.place,
            "why": self.why,
        })
    }

    /// The stage of the object that this tells of.
    pub fn stage(&self) -> u64 {
        self.from.rank / STAGE
    }

    /// Joins what two drafts of one stage of one object say, in whatever order they came.
    pub(super) fn join(self, other: Draft) -> Draft {
        match self.is_better(&other) {
            true => self.filled(other),
            false => other.filled(self),
        }
    }

    /// Joins it with what the ledger has of the same stage of the same object: of two that tell as much, of one
    /// moment, this is the later word.
    pub fn over(self, recorded: Draft) -> Draft {
        let (item, file) = (self.from.item.clone(), self.from.file.clone());
        let mut joined = match recorded.age() > self.age() {
            true => recorded.filled(self),
            false => self.filled(recorded),
        };
        (joined.from.item, joined.from.file) = (item, file);
        joined
    }

    /// How much it tells, and of which moment.
    fn age(&self) -> (u64, Option<String>) {
        (self.from.rank, self.from.as_of.clone())
    }

    /// Takes over what another draft says beside it.
    fn filled(mut self, lesser: Draft) -> Draft {
        let better = &mut self;
        let bounded = better.what.contains_key("not_before");
        for (key, value) in lesser.what {
            // A lower bound belongs to the time that it bounds.
            if key != "not_before" || (bounded && better.when == lesser.when) {
                better.what.entry(key).or_insert(value);
            }
        }
        for (mine, theirs) in [(&mut better.place, lesser.place), (&mut better.why, lesser.why)] {
            for (key, value) in theirs {
                mine.entry(key).or_insert(value);
            }
        }
        if super::who::is_unknown(&better.who) {
            better.who = lesser.who;
        }
        better.from.as_of = better.from.as_of.take().max(lesser.from.as_of);
        self
    }

    /// Which of two drafts is believed where they differ: the form that tells more, then the younger state. For two
    /// of one moment something must decide that doesn't depend on the order of files.
    fn is_better(&self, other: &Draft) -> bool {
        match self.age().cmp(&other.age()) {
            std::cmp::Ordering::Equal => {
                let (ours, theirs) = (self.fields().to_string(), other.fields().to_string());
                ours >= theirs
            }
            order => order.is_gt(),
        }
    }

    /// Takes over what an earlier stage of the object said: what a dismissed review had been, and whose it was.
    pub fn after(mut self, earlier: &Draft) -> Draft {
        if self.kind == Kind::Review && self.text("state") == Some("dismissed") {
            let was = earlier.text("was").or(earlier.text("state"));
            if let Some(was) = was.filter(|was| *was != "dismissed") {
                self.what.entry("was").or_insert(json!(was));
            }
            if let Some(reviewer) = earlier.what.get("reviewer").or(earlier.who.get("email")) {
                self.what.entry("reviewer").or_insert(reviewer.clone());
            }
        }
        self
    }
}

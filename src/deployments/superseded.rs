//! Records that were taken over from elsewhere and that a later import knows more about.
//!
//! ```text
//! from.key review/80002   dismissed, nobody known      ◀─ supersedes ─  dismissed by carla, at 10:59
//! ```
//!
//! Only a record of the same object supersedes another one, and none that is worse proved: a claim takes nothing away
//! from what was imported.

use crate::event::{Event, Grade, What};
use crate::ledger::Recorded;
use serde_json::Value;
use std::collections::HashMap;

/// What names an object elsewhere: system, host, key.
type Object<'e> = [Option<&'e str>; 3];

/// Which records of a ledger are superseded.
#[derive(Debug, Default)]
pub struct Superseded<'e>(HashMap<&'e str, (Object<'e>, Grade)>);

impl<'e> Superseded<'e> {
    /// Looks for links to records that are superseded. Where nothing is judged yet, all are claims alike.
    pub fn among(records: &'e [Recorded]) -> Superseded<'e> {
        let mut found: HashMap<&str, (Object<'e>, Grade)> = HashMap::new();
        for record in records {
            for id in record.linked("supersedes") {
                let by = (object(record), record.proof.grade);
                let best = found.entry(id).or_insert(by);
                if by.1 < best.1 {
                    *best = by;
                }
            }
        }
        Superseded(found)
    }

    /// Whether a later record of the same object stands in the place of this one.
    pub fn has(&self, record: &Event) -> bool {
        self.0.get(record.id.as_str()).is_some_and(|(by, grade)| {
            *grade <= record.proof.grade && is_known(by) && *by == object(record)
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_known(object: &Object<'_>) -> bool {
    object[2].is_some_and(|key| !key.is_empty())
}

/// The object that a record was taken over from.
pub(super) fn object(record: &Event) -> Object<'_> {
    let What::Record(fields) = &record.what else { return [None; 3] };
    let from = fields.get("from");
    ["system", "host", "key"].map(|member| from?.get(member).and_then(Value::as_str))
}

/// Whether a record says that it was taken over from elsewhere.
pub fn is_taken_over(record: &Event) -> bool {
    is_known(&object(record))
}

/// Whether a record is of the same object elsewhere as another one.
pub(super) fn same_object(one: &Event, other: &Event) -> bool {
    let of = object(one);
    is_known(&of) && of == object(other)
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;
    use crate::event::{Kind, Link};
    use serde_json::json;

    fn review(id: &str, key: &str, supersedes: Option<&str>, grade: Grade) -> Recorded {
        let mut event =
            (*record(id, Kind::Review, 10, json!({"from": {"system": "github", "key": key}})))
                .clone();
        event.proof.grade = grade;
        event.why.links.extend(supersedes.map(|id| Link {
            rel: "supersedes".into(),
            id: Some(id.into()),
            url: None,
        }));
        Recorded::of(event)
    }

    #[test]
    fn a_record_gives_way_only_to_one_of_its_own_object_that_is_no_worse_proved() {
        use Grade::{Claimed, Imported};
        let superseded = |by: Recorded| {
            let records = [review("a", "review/1", None, Imported), by];
            Superseded::among(&records).has(&records[0])
        };
        assert!(superseded(review("b", "review/1", Some("a"), Imported)));
        assert!(!superseded(review("b", "review/1", Some("a"), Claimed)));
        assert!(!superseded(review("b", "review/2", Some("a"), Imported)));
        assert!(!superseded(review("b", "", Some("a"), Imported)));
        assert!(!superseded(review("b", "review/1", None, Imported)));
    }
}

//! Where a record was taken over from: the member `from` of its body.
//!
//! ```text
//! "from":{"file":"9a0c…","got":"api","host":"github.com","id":"80003","item":"77de…",
//!         "key":"review/80003","rank":2,"repo":"acme/pay","system":"github","type":"review"}
//! ```
//!
//! `system`, `host` and `key` together name one object of the foreign system. A record of the same
//! object that knows more has the same key, and a link `supersedes` to the one before. `item` is the
//! digest of what the file said, so that the same file twice adds nothing.

use super::canonical;
use super::entry::Line;
use serde_json::{Map, Value, json};

/// Where a record was taken over from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The kind of system: `github`.
    pub system: String,
    /// Its host: `github.com`; empty where the source names none.
    pub host: String,
    /// The repository or project there: `acme/pay`; empty where the source names none.
    pub repo: String,
    /// The type of the object: `review`.
    pub object: String,
    /// The id of the object, as text.
    pub id: String,
    /// The name of the object within the host; never made of times or names that change.
    pub key: String,
    /// How it was got: `api`, `hook` or `file`.
    pub got: String,
    /// The SHA-256 of the file, in hex.
    pub file: String,
    /// The SHA-256 of what the file said about the object, in hex.
    pub item: String,
    /// When the object was as described, as far as the source says, in the ledger's form of times.
    pub as_of: Option<String>,
    /// How much this form of the object tells: of two forms the higher one is believed.
    pub rank: u64,
}

impl Provenance {
    /// The member as it stands in a body.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        let texts = [
            ("system", &self.system),
            ("host", &self.host),
            ("repo", &self.repo),
            ("type", &self.object),
            ("id", &self.id),
            ("key", &self.key),
            ("got", &self.got),
            ("file", &self.file),
            ("item", &self.item),
        ];
        for (key, text) in texts {
            if !text.is_empty() {
                members.insert(key.to_owned(), json!(text));
            }
        }
        members.extend(self.as_of.as_ref().map(|at| ("as_of".to_owned(), json!(at))));
        members.insert("rank".to_owned(), json!(self.rank));
        Value::Object(members)
    }

    /// Reads the member. What is no text counts as empty: readers show records as they are.
    pub fn from_json(value: &Value) -> Option<Provenance> {
        let members = value.as_object()?;
        let text = |key: &str| {
            members.get(key).and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
        };
        Some(Provenance {
            system: text("system"),
            host: text("host"),
            repo: text("repo"),
            object: text("type"),
            id: text("id"),
            key: text("key"),
            got: text("got"),
            file: text("file"),
            item: text("item"),
            as_of: members.get("as_of").and_then(Value::as_str).map(str::to_owned),
            rank: members.get("rank").and_then(Value::as_u64).unwrap_or(0),
        })
    }

    /// What names the object, whatever repository it is seen from.
    pub fn object_key(&self) -> (&str, &str, &str) {
        (&self.system, &self.host, &self.key)
    }
}

impl Line<'_> {
    /// Where the record was taken over from; `None` for one that was made here.
    pub fn provenance(&self) -> Option<Provenance> {
        let (_, written, _) = self.fields().find(|(key, ..)| *key == b"from")?;
        Provenance::from_json(&serde_json::from_slice(written).ok()?)
    }
}

/// The digest that `item` holds: of the mapped fields in their canonical form.
///
/// # Errors
/// When they can't be written in that form.
pub fn digest(fields: &Value) -> Result<String, canonical::Refusal> {
    Ok(super::Id::of(canonical::emit(fields)?.as_bytes()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let from = Provenance {
            system: "github".into(),
            host: "github.com".into(),
            key: "review/80003".into(),
            as_of: Some("2026-09-01T10:01:00Z".into()),
            rank: 3,
            ..Provenance::default()
        };
        assert_eq!(Provenance::from_json(&from.to_json()), Some(from));
        assert_eq!(Provenance::from_json(&json!("github")), None);
        assert_eq!(Provenance::from_json(&json!({"key": 7})), Some(Provenance::default()));
    }
}

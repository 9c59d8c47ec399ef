//! The kinds of records and the fields that each may and must have: one table, checked at writing.
//!
//! ```text
//! $ audit record deploy --env production --commit 9f2c… --outcome sucess
//! error: what.outcome: 'sucess' is none of success, failure, error, cancelled
//! ```
//!
//! `env` and `service` stand in `where`, all other fields in `what`. Fields that the table doesn't
//! know may be added and are kept. Readers don't hold records to the table: a record that is
//! incomplete is shown as it is.

use super::canonical::Refusal;
use super::id::{self, Id};
use super::record::Body;
use super::time;
use crate::event::Kind;
use serde_json::{Map, Value};

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text that is not empty.
    Text,
    /// A count or size: an integer, 0 or more.
    Count,
    /// Text or an integer: numbers of change requests and runs.
    Number,
    /// The full id of a commit or tree: 40 or 64 lower-case hex digits.
    Object,
    /// Several of those.
    Objects,
    /// `sha256:` and 64 lower-case hex digits, or another algorithm's name and digest.
    Digest,
    /// A SHA-256 digest: what stands for a value that must not be recorded.
    Sha256,
    /// A digest or a package URL (`pkg:…`).
    Artifact,
    /// Several of those.
    Artifacts,
    /// A moment, as [`time::format`] writes it.
    Time,
    /// Whole milliseconds.
    Duration,
    /// An address with its scheme.
    Url,
    /// A list of texts.
    Texts,
    /// The full id of a record: 64 lower-case hex digits.
    Entry,
    /// A list of files, each `{"bytes":…,"sha256":…}`.
    Files,
    /// Counts by name.
    Counts,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// One field of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its key, in `what` or, for `env` and `service`, in `where`.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
}

impl Field {
    /// The object of the body that the field stands in.
    pub fn object(&self) -> &'static str {
        if matches!(self.name, "env" | "service") { "where" } else { "what" }
    }
}

/// One kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// The kind.
    pub kind: Kind,
    /// Of each group, at least one field must be there.
    pub required: &'static [&'static [Field]],
    /// Fields that may be there.
    pub optional: &'static [Field],
}

impl Table {
    /// Every field of the kind, the required ones first.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.required.iter().copied().flatten().chain(self.optional).copied()
    }

    /// The fields that a kind is mostly about, in the order in which people say them: the word for what
    /// happened, and the name of what it happened to. `freeze begins`, `incident opened INC-9`.
    pub fn spoken(&self) -> impl Iterator<Item = Field> {
        let needed = || self.required.iter().filter(|group| group.len() == 1).map(|group| group[0]);
        let word = needed().find(|field| matches!(field.shape, Shape::Word(_)));
        let name = needed().find(|field| {
            let names = matches!(field.shape, Shape::Text | Shape::Number | Shape::Digest);
            names && field.object() == "what"
        });
        word.into_iter().chain(name)
    }
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape }
}

const COMMIT: Field = field("commit", Shape::Object);
const TREE: Field = field("tree", Shape::Object);
const ENV: Field = field("env", Shape::Text);
const SERVICE: Field = field("service", Shape::Text);
const ARTIFACT: Field = field("artifact", Shape::Artifact);
const NAME: Field = field("name", Shape::Text);
const URL: Field = field("url", Shape::Url);
const STARTED: Field = field("started", Shape::Time);
const FINISHED: Field = field("finished", Shape::Time);
const DURATION: Field = field("duration", Shape::Duration);
const HEAD_COMMIT: Field = field("head_commit", Shape::Object);
const NUMBER: Field = field("number", Shape::Number);
const EXPIRES: Field = field("expires", Shape::Time);
const EXIT_CODE: Field = field("exit_code", Shape::Count);
const SIGNAL: Field = field("signal", Shape::Text);
const OUTPUT: Field = field("output", Shape::Digest);

const OUTCOME: Field = field("outcome", Shape::Word(&["success", "failure", "error", "cancelled"]));
const DECISION: Field = field("decision", Shape::Word(&["approved", "rejected"]));
const STATE: Field =
    field("state", Shape::Word(&["approved", "changes_requested", "commented", "dismissed"]));

const RUN_REQUIRED: &[&[Field]] = &[&[COMMIT], &[OUTCOME]];
const RUN_OPTIONAL: &[Field] = &[
    TREE,
    NAME,
    field("run", Shape::Number),
    field("attempt", Shape::Count),
    field("artifacts", Shape::Artifacts),
    field("report", Shape::Digest),
    STARTED,
    FINISHED,
    DURATION,
    EXIT_CODE,
    SIGNAL,
    OUTPUT,
    ENV,
    SERVICE,
];

/// The table, in the order in which documentation lists the kinds.
pub const TABLES: &[Table] = &[
    Table {
        kind: Kind::Deploy,
        required: &[&[COMMIT], &[ENV], &[OUTCOME]],
        optional: &[
            TREE,
            SERVICE,
            ARTIFACT,
            field("tag", Shape::Text),
            field("prev_commit", Shape::Object),
            STARTED,
            FINISHED,
            URL,
            DURATION,
            EXIT_CODE,
            SIGNAL,
            OUTPUT,
        ],
    },
    Table {
        kind: Kind::Rollback,
        required: &[&[COMMIT], &[field("from_commit", Shape::Object)], &[ENV], &[OUTCOME]],
        optional: &[
            TREE,
            SERVICE,
            field("incident", Shape::Text),
            STARTED,
            FINISHED,
            DURATION,
            EXIT_CODE,
            SIGNAL,
            OUTPUT,
        ],
    },
    Table {
        kind: Kind::Approval,
        required: &[&[COMMIT, ARTIFACT], &[ENV], &[DECISION]],
        optional: &[TREE, SERVICE, field("requestor", Shape::Text), EXPIRES],
    },
    Table {
        kind: Kind::Change,
        required: &[
            &[NUMBER],
            &[field("base", Shape::Text)],
            &[HEAD_COMMIT],
            &[field("merge_commit", Shape::Object)],
        ],
        optional: &[
            field("method", Shape::Word(&["merge", "squash", "rebase"])),
            field("author", Shape::Text),
            field("merged_by", Shape::Text),
            field("commits", Shape::Objects),
            URL,
        ],
    },
    Table {
        kind: Kind::Review,
        required: &[&[NUMBER, COMMIT], &[STATE]],
        optional: &[TREE, HEAD_COMMIT, URL],
    },
    Table { kind: Kind::Build, required: RUN_REQUIRED, optional: RUN_OPTIONAL },
    Table { kind: Kind::Test, required: RUN_REQUIRED, optional: RUN_OPTIONAL },
    Table {
        kind: Kind::Artifact,
        required: &[&[field("digest", Shape::Digest)]],
        optional: &[NAME, COMMIT, TREE, field("signature", Shape::Digest)],
    },
    Table {
        kind: Kind::Config,
        required: &[
            &[field("key", Shape::Text)],
            &[field("change", Shape::Word(&["set", "unset", "changed"]))],
        ],
        optional: &[
            field("before", Shape::Sha256),
            field("after", Shape::Sha256),
            ENV,
            SERVICE,
            COMMIT,
            TREE,
        ],
    },
    Table {
        kind: Kind::Environment,
        required: &[&[ENV], &[field("action", Shape::Word(&["created", "modified", "deleted"]))]],
        optional: &[URL],
    },
    Table {
        kind: Kind::Incident,
        required: &[
            &[field("incident", Shape::Text)],
            &[field("action", Shape::Word(&["opened", "resolved"]))],
        ],
        optional: &[
            field("severity", Shape::Text),
            field("caused_by", Shape::Text),
            ENV,
            SERVICE,
            COMMIT,
            TREE,
            URL,
        ],
    },
    Table {
        kind: Kind::Access,
        required: &[
            &[field("action", Shape::Word(&["granted", "revoked"]))],
            &[field("grantee", Shape::Text)],
            &[field("role", Shape::Text)],
        ],
        optional: &[ENV, EXPIRES],
    },
    Table {
        kind: Kind::Freeze,
        required: &[&[field("action", Shape::Word(&["begins", "ends"]))], &[ENV]],
        optional: &[
            SERVICE,
            field("from", Shape::Time),
            field("until", Shape::Time),
            field("exempt", Shape::Texts),
        ],
    },
    Table {
        kind: Kind::Exception,
        required: &[&[field("rule", Shape::Text)], &[field("subject", Shape::Text)]],
        optional: &[
            field("authorised_by", Shape::Text),
            field("review_due", Shape::Time),
            ENV,
            COMMIT,
            TREE,
            EXPIRES,
        ],
    },
    Table {
        kind: Kind::Note,
        required: &[],
        optional: &[COMMIT, TREE, ENV, SERVICE, field("subject", Shape::Text), URL],
    },
    Table {
        kind: Kind::Import,
        required: &[
            &[field("source", Shape::Text)],
            &[field("files", Shape::Files)],
            &[field("records", Shape::Count)],
            &[field("first", Shape::Entry)],
            &[field("last", Shape::Entry)],
        ],
        optional: &[field("left_out", Shape::Counts)],
    },
];

/// The name and the type in `who` of a record about which nobody knows who acted.
pub const UNKNOWN: &str = "unknown";

/// What one record may say about another.
pub const RELATIONS: &[&str] = &[
    "approves",
    "deploys",
    "rolls_back",
    "caused_by",
    "fixes",
    "supersedes",
    "corrects",
    "reviews",
];

/// The kinds that people record by hand; an `import` record is written by `audit import` alone.
pub fn recorded_by_hand() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.kind != Kind::Import)
}

/// The table of a kind; `None` for the kinds of git events.
pub fn table(kind: Kind) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.kind == kind)
}

/// Everything that keeps a record from being written, in the order of the table; empty when it may be.
pub fn validate(body: &Body) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    match body.known_kind().and_then(table) {
        Some(table) => fields(table, body, &mut refusals),
        None => {
            let kinds: Vec<_> = TABLES.iter().map(|table| table.kind.name()).collect();
            refusals.push(Refusal {
                path: "kind".into(),
                what: format!("'{}' is none of {}", body.kind.escape_debug(), kinds.join(", ")),
                hint: "for what fits none of them, record a note",
            });
        }
    }
    // A commit's tree says what the files were, even when the commit itself is lost one day.
    if body.what.contains_key("commit") && !body.what.contains_key("tree") {
        refuse(
            &mut refusals,
            "what.tree",
            "a commit needs its tree beside it",
            "give the tree's full id",
        );
    }
    names(body, &mut refusals);
    periods(body, &mut refusals);
    actor(&body.who, &mut refusals);
    reasons(body, &mut refusals);
    refusals
}

/// An address of a deployment (`production~1`, `production@{yesterday}`) is no name of a place: nobody could
/// ask for it later.
fn names(body: &Body, refusals: &mut Vec<Refusal>) {
    for (key, what) in [("env", "an environment"), ("service", "a service")] {
        let Some(name) = body.place.get(key).and_then(Value::as_str) else { continue };
        let signs = ["~", "@{", ".."].iter().any(|sign| name.contains(sign));
        if signs || name.starts_with("env:") || name.starts_with('^') {
            let hint = "~, @{…}, .., env: and ^ pick a deployment: give the name alone";
            let what = format!("'{}' is no name of {what}", name.escape_debug());
            refuse(refusals, &format!("where.{key}"), what, hint);
        }
    }
}

/// What ends before it begins.
fn periods(body: &Body, refusals: &mut Vec<Refusal>) {
    let moment = |key: &str| {
        let text = body.what.get(key).and_then(Value::as_str)?;
        time::parse(text.as_bytes())
    };
    // What says only when it ends begins with its record; the end of a freeze may be told later.
    let begins = body.what.get("action").and_then(Value::as_str) == Some("begins");
    let from = moment("from").or(begins.then_some(body.when));
    for (begin, ends) in [(from, "until"), (moment("started"), "finished")] {
        if let (Some(begin), Some(end)) = (begin, moment(ends))
            && end < begin
            && let (Ok(begin), Ok(end)) = (time::format(begin), time::format(end))
        {
            let what = format!("it ends at {end}, before it begins at {begin}");
            refuse(refusals, &format!("what.{ends}"), what, "give a later end");
        }
    }
}

fn refuse(refusals: &mut Vec<Refusal>, path: &str, what: impl Into<String>, hint: &'static str) {
    refusals.push(Refusal { path: path.to_string(), what: what.into(), hint });
}

fn value<'a>(body: &'a Body, field: &Field) -> Option<&'a Value> {
    let object = if field.object() == "where" { &body.place } else { &body.what };
    object.get(field.name)
}

fn fields(table: &Table, body: &Body, refusals: &mut Vec<Refusal>) {
    for group in table.required {
        if !group.iter().any(|field| value(body, field).is_some()) {
            let names: Vec<_> = group.iter().map(|field| field.name).collect();
            let what = format!("a record of kind {} needs {}", table.kind, names.join(" or "));
            let path = group
                .first()
                .map_or_else(String::new, |field| format!("{}.{}", field.object(), field.name));
            refuse(refusals, &path, what, "add the field; --help lists what each kind needs");
        }
    }
    for field in table.fields() {
        if let Some(value) = value(body, &field)
            && let Err((what, hint)) = fits(field.shape, value)
        {
            refuse(refusals, &format!("{}.{}", field.object(), field.name), what, hint);
        }
    }
}

fn actor(who: &Map<String, Value>, refusals: &mut Vec<Refusal>) {
    if is_unknown(who) {
        return;
    }
    for key in ["email", "name"] {
        if !matches!(who.get(key), Some(Value::String(text)) if !text.is_empty()) {
            refuse(
                refusals,
                &format!("who.{key}"),
                format!("a record needs the {key} of who acted"),
                "set user.name and user.email in git's configuration",
            );
        }
    }
    if let Some(kind) = who.get("type")
        && let Err((what, hint)) = fits(Shape::Word(&["user", "bot", "agent", "service"]), kind)
    {
        refuse(refusals, "who.type", what, hint);
    }
    if let Some(login) = who.get("login")
        && let Err((what, hint)) = fits(Shape::Text, login)
    {
        refuse(refusals, "who.login", what, hint);
    }
    if let Some(via) = who.get("via")
        && !via.as_object().is_some_and(|via| via.get("system").is_some_and(Value::is_string))
    {
        refuse(
            refusals,
            "who.via",
            "it doesn't name a system",
            "write it as {\"system\":…,\"run\":…}",
        );
    }
}

/// Whether it says that nobody is known: exactly `{"name":"unknown","type":"unknown"}`.
fn is_unknown(who: &Map<String, Value>) -> bool {
    let unknown = |key| who.get(key).and_then(Value::as_str) == Some(UNKNOWN);
    who.len() == 2 && unknown("name") && unknown("type")
}

fn reasons(body: &Body, refusals: &mut Vec<Refusal>) {
    let why = &body.why;
    if body.known_kind() == Some(Kind::Note) && !why.contains_key("reason") {
        refuse(refusals, "why.reason", "a note needs its text", "give it with --why");
    }
    for (key, shape) in [("reason", Shape::Text), ("tickets", Shape::Texts)] {
        if let Some(value) = why.get(key)
            && let Err((what, hint)) = fits(shape, value)
        {
            refuse(refusals, &format!("why.{key}"), what, hint);
        }
    }
    let Some(links) = why.get("links") else { return };
    let hint = "write it as {\"rel\":…,\"id\":…} or {\"rel\":…,\"url\":…}";
    let Some(links) = links.as_array() else {
        return refuse(refusals, "why.links", "it is no list", hint);
    };
    for (number, link) in links.iter().enumerate() {
        if let Err((what, hint)) = relation(link).map_err(|what| (what, hint)) {
            refuse(refusals, &format!("why.links.{}", number + 1), what, hint);
        }
    }
}

fn relation(link: &Value) -> Result<(), String> {
    fits(Shape::Word(RELATIONS), &link["rel"]).map_err(|(what, _)| what)?;
    match (link.get("id"), link.get("url")) {
        (Some(id), None) if id.as_str().is_some_and(|id| Id::from_hex(id.as_bytes()).is_some()) => {
            Ok(())
        }
        (Some(_), None) => Err("its id is not the full id of an entry".into()),
        (None, Some(url)) => fits(Shape::Url, url).map_err(|(what, _)| what),
        _ => Err("it names not exactly one of id and url".into()),
    }
}

/// Whether a value has a shape; if not, what is wrong and what helps.
fn fits(shape: Shape, value: &Value) -> Result<(), (String, &'static str)> {
    let (holds, is_no, hint): (bool, &str, &'static str) = match shape {
        Shape::Text => (text(value).is_some(), "no text", "give it some text"),
        Shape::Count => (value.as_u64().is_some(), "no count", "give a whole number"),
        Shape::Number => (
            text(value).is_some() || value.as_u64().is_some(),
            "no number",
            "write it as 412 or #412",
        ),
        Shape::Object => (object(value), "no full object id", "give all its 40 or 64 hex digits"),
        Shape::Objects => (
            list(value, object),
            "no list of full object ids",
            "give all the 40 or 64 hex digits of each",
        ),
        Shape::Digest => (digest(value), "no digest", "write it as sha256:… in lower-case hex"),
        Shape::Sha256 => (
            text(value).is_some_and(|text| text.starts_with("sha256:")) && digest(value),
            "no SHA-256 digest",
            "write it as sha256:… in lower-case hex, never the value itself",
        ),
        Shape::Artifact => {
            (artifact(value), "no digest and no package URL", "write it as sha256:… or pkg:…")
        }
        Shape::Artifacts => (
            list(value, artifact),
            "no list of digests or package URLs",
            "write each as sha256:… or pkg:…",
        ),
        Shape::Time => (
            text(value).is_some_and(|text| time::parse(text.as_bytes()).is_some()),
            "no moment in UTC",
            "write it as 2026-09-01T10:01:00Z",
        ),
        Shape::Duration => (value.as_u64().is_some(), "no duration", "give whole milliseconds"),
        Shape::Url => {
            (text(value).is_some_and(address), "no address", "write it with its scheme: https://…")
        }
        Shape::Texts => {
            (list(value, |value| text(value).is_some()), "no list of texts", "write it as [\"…\"]")
        }
        Shape::Entry => (
            text(value).is_some_and(|id| Id::from_hex(id.as_bytes()).is_some()),
            "no id of a record",
            "give all its 64 hex digits",
        ),
        Shape::Files => (
            list(value, |file| {
                file["bytes"].is_u64()
                    && file["sha256"]
                        .as_str()
                        .is_some_and(|id| Id::from_hex(id.as_bytes()).is_some())
            }),
            "no list of files",
            "write each as {\"bytes\":…,\"sha256\":…}",
        ),
        Shape::Counts => (
            value.as_object().is_some_and(|counts| counts.values().all(Value::is_u64)),
            "no object of counts",
            "write it as {\"name\":1}",
        ),
        Shape::Word(words) => {
            if text(value).is_some_and(|text| words.contains(&text)) {
                return Ok(());
            }
            return Err((
                format!("{} is none of {}", quoted(value), words.join(", ")),
                "use one of these words",
            ));
        }
    };
    if holds { Ok(()) } else { Err((format!("{} is {is_no}", quoted(value)), hint)) }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.escape_debug()),
        other => other.to_string(),
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn list(value: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|values| values.iter().all(holds))
}

fn object(value: &Value) -> bool {
    text(value).is_some_and(|text| matches!(text.len(), 40 | 64) && id::is_hex(text.as_bytes()))
}

fn digest(value: &Value) -> bool {
    let Some((algorithm, hex)) = text(value).and_then(|text| text.split_once(':')) else {
        return false;
    };
    let length = match algorithm {
        "sha256" | "blake3" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && id::is_hex(hex.as_bytes())
}

fn artifact(value: &Value) -> bool {
    digest(value) || text(value).is_some_and(|text| text.len() > 4 && text.starts_with("pkg:"))
}

fn address(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::id::Nonce;
    use super::*;
    use serde_json::json;

    /// A value that each shape takes.
    fn sample(shape: Shape) -> Value {
        let sha = format!("sha256:{}", "a".repeat(64));
        match shape {
            Shape::Text => json!("text"),
            Shape::Count | Shape::Duration => json!(3),
            Shape::Number => json!("#412"),
            Shape::Object => json!("9".repeat(40)),
            Shape::Objects => json!(["9".repeat(64)]),
            Shape::Digest | Shape::Sha256 => json!(sha),
            Shape::Artifact => json!("pkg:cargo/audit@1"),
            Shape::Artifacts => json!([sha, "pkg:cargo/audit@1"]),
            Shape::Time => json!("2026-09-01T10:01:00Z"),
            Shape::Url => json!("https://example.com/1"),
            Shape::Texts => json!(["PAY-88"]),
            Shape::Entry => json!("b".repeat(64)),
            Shape::Files => json!([{"bytes": 3, "sha256": "c".repeat(64)}]),
            Shape::Counts => json!({"commit_not_here": 1}),
            Shape::Word(words) => json!(words[0]),
        }
    }

    fn full(table: &Table) -> Body {
        let mut body = Body::new(table.kind, "example.com/pay", 0, Nonce([0; 16]));
        body.who = json!({"email": "ana@example.com", "name": "Ana"}).as_object().unwrap().clone();
        body.why.insert("reason".into(), json!("because"));
        for field in table.fields() {
            let object = if field.object() == "where" { &mut body.place } else { &mut body.what };
            object.insert(field.name.into(), sample(field.shape));
        }
        if body.what.contains_key("commit") {
            body.what.insert("tree".into(), sample(Shape::Object));
        }
        body
    }

    /// What a shape takes stands at its edge: the next value beyond is refused.
    #[test]
    fn a_shape_takes_nothing_beyond_its_edge() {
        let hex = |count: usize| "a".repeat(count);
        for (shape, good, bad) in [
            (Shape::Object, vec![hex(40), hex(64)], vec![hex(39), hex(41), "A".repeat(40)]),
            // The value of a setting is a secret, so what only begins as a digest is refused too.
            (
                Shape::Sha256,
                vec![format!("sha256:{}", hex(64))],
                vec!["sha256:hunter2".into(), format!("blake3:{}", hex(64)), "hunter2".into()],
            ),
            (
                Shape::Artifact,
                vec!["pkg:a".into(), format!("sha256:{}", hex(64))],
                vec!["pkg:".into(), "image:latest".into(), "sha256:a".into()],
            ),
            (
                Shape::Url,
                vec!["https://x".into(), "git+ssh://x".into(), "a1.-://x".into()],
                vec![
                    "https://".into(),
                    "://x".into(),
                    "1a://x".into(),
                    "a b://x".into(),
                    "x".into(),
                ],
            ),
        ] {
            for text in good {
                assert!(fits(shape, &json!(text)).is_ok(), "{text}");
            }
            for text in bad {
                assert!(fits(shape, &json!(text)).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn every_kind_of_record_has_a_table_and_every_field_is_held_to_it() {
        assert_eq!(TABLES.len(), Kind::ALL.iter().filter(|kind| !kind.is_git()).count());
        for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_git()) {
            let table = table(kind).unwrap();
            let good = full(table);
            assert_eq!(validate(&good), vec![], "{kind}");
            for field in table.fields() {
                let mut bad = good.clone();
                let object = if field.object() == "where" { &mut bad.place } else { &mut bad.what };
                object.insert(field.name.into(), json!({"no": "shape takes this"}));
                let refusals = validate(&bad);
                assert_eq!(refusals.len(), 1, "{kind} {}", field.name);
                assert_eq!(refusals[0].path, format!("{}.{}", field.object(), field.name));
            }
            for group in table.required {
                let mut bad = good.clone();
                for field in *group {
                    bad.place.remove(field.name);
                    bad.what.remove(field.name);
                }
                assert_eq!(validate(&bad).len(), 1, "{kind} without {}", group[0].name);
            }
        }
    }

    #[test]
    fn refusals_say_what_helps() {
        let mut body = full(table(Kind::Deploy).unwrap());
        body.what.insert("outcome".into(), json!("sucess"));
        let refusal = &validate(&body)[0];
        assert_eq!(
            refusal.to_string(),
            "what.outcome: 'sucess' is none of success, failure, error, cancelled"
        );
        body.what.insert("outcome".into(), json!("success"));
        body.what.insert("commit".into(), json!("9f2c"));
        let refusal = &validate(&body)[0];
        assert_eq!(refusal.to_string(), "what.commit: '9f2c' is no full object id");
        assert_eq!(refusal.hint, "give all its 40 or 64 hex digits");
    }

    #[test]
    fn a_commit_without_its_tree_is_refused() {
        let mut body = full(table(Kind::Deploy).unwrap());
        body.what.remove("tree");
        assert_eq!(validate(&body)[0].path, "what.tree");
    }

    #[test]
    fn links_name_a_relation_and_one_target() {
        let id = "a".repeat(64);
        let mut body = full(table(Kind::Note).unwrap());
        for (link, good) in [
            (json!({"rel": "corrects", "id": id}), true),
            (json!({"rel": "fixes", "url": "https://example.com/1"}), true),
            (json!({"rel": "hates", "id": id}), false),
            (json!({"rel": "fixes", "id": "a1b2"}), false),
            (json!({"rel": "fixes"}), false),
            (json!({"rel": "fixes", "id": id, "url": "https://example.com/1"}), false),
            (json!({"rel": "fixes", "url": "example.com"}), false),
            (json!("PAY-88"), false),
        ] {
            body.why.insert("links".into(), json!([link]));
            assert_eq!(validate(&body).is_empty(), good, "{link}");
        }
        body.why.insert("links".into(), json!([{"rel": "fixes", "id": "a1b2"}]));
        assert_eq!(validate(&body)[0].what, "its id is not the full id of an entry");
    }

    #[test]
    fn a_digest_has_the_length_of_its_algorithm() {
        for (algorithm, length) in
            [("sha256", 64_usize), ("blake3", 64), ("sha384", 96), ("sha512", 128)]
        {
            let of =
                |length| digest(&Value::from(format!("{algorithm}:{}", "0a".repeat(length / 2))));
            assert!(of(length) && !of(length - 2) && !of(length + 2), "{algorithm}");
        }
        for text in ["sha1:00", "sha256:", "sha256", &format!("sha256:{}", "0A".repeat(32))] {
            assert!(!digest(&Value::from(text)), "{text}");
        }
    }
}

//! One line of the ledger: a body, and a signature over it.
//!
//! ```text
//! {"body":{"kind":"note",…,"why":{"reason":"…"}},"sig":"-----BEGIN SSH SIGNATURE-----\n…"}
//! ```
//!
//! The line's name is the SHA-256 of all its bytes with the `\n`. The signature covers the body as it
//! stands, and a `\n`. Nothing stands beside `body` and `sig`: it would be signed by nobody.
//!
//! [`format()`] and [`Line::read`] are the two directions. `Line` only borrows and looks at what the
//! check of a whole file needs; [`Entry`] owns its line and has the typed [`Body`].

use super::canonical;
use super::chain::Part;
use super::id::{Id, Nonce};
use super::record::{Body, MAX_PREV, VERSION};
use super::scan::{Fault, Member, scan};
use super::time;
use crate::event::Kind;
use std::borrow::Cow;
use std::ops::Range;

/// The longest line, in bytes, its `\n` included.
pub const MAX_LINE: usize = 64 * 1024;

/// The namespace of SSH signatures over records (PROTOCOL.sshsig), so that the signature of a commit
/// can't be passed off as a record's.
pub const NAMESPACE: &str = "audit-ledger";

/// Puts a line together from a body, as [`Body::format`] gives it, and the armored signature.
/// The caller checks the result with [`Line::read`] before anything is done with it.
pub fn format(body: &str, signature: Option<&str>) -> Result<Vec<u8>, canonical::Refusal> {
    let signature = match signature {
        Some(armor) => canonical::emit_string(armor)?,
        None => "null".to_string(),
    };
    Ok(format!("{{\"body\":{body},\"sig\":{signature}}}\n").into_bytes())
}

/// What a signature covers: the body as it stands in the line, and a `\n`.
pub fn payload(body: &str) -> Vec<u8> {
    format!("{body}\n").into_bytes()
}

/// [`VERSION`] as it stands in a line.
const VERSION_AS_WRITTEN: &[u8] = b"1";

/// Why a line is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reject {
    /// Longer than [`MAX_LINE`].
    TooLong,
    /// Not the canonical form of anything.
    NotCanonical(Fault),
    /// Canonical, but no entry.
    NotAnEntry(Fault),
    /// An entry of a version that this program doesn't know.
    UnknownVersion,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reject::TooLong => write!(f, "longer than {MAX_LINE} bytes"),
            Reject::NotCanonical(fault) | Reject::NotAnEntry(fault) => fault.fmt(f),
            Reject::UnknownVersion => {
                write!(f, "its version is not {VERSION}; a newer program may read it")
            }
        }
    }
}

/// A line that is an entry: canonical, and with every member that the graph rests on.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The whole line with its `\n`.
    pub bytes: &'a [u8],
    /// When, as the record claims, in seconds since 1970 UTC.
    pub when: i64,
    known_kind: Option<Kind>,
    body: &'a [u8],
    kind: &'a [u8],
    ledger: &'a [u8],
    prev: &'a [u8],
    signature: Option<&'a [u8]>,
    taken_over: bool,
    members: &'a [Member],
}

/// Room that reading one line after another uses again.
#[derive(Debug, Clone, Default)]
pub struct Scratch(Vec<Member>);

impl<'a> Line<'a> {
    /// Reads a line, which is given with its `\n`.
    pub fn read(bytes: &'a [u8], scratch: &'a mut Scratch) -> Result<Line<'a>, Reject> {
        if bytes.len() > MAX_LINE {
            return Err(Reject::TooLong);
        }
        let Some((b'\n', text)) = bytes.split_last() else {
            let at = bytes.len();
            return Err(Reject::NotCanonical(Fault { at, what: "the line doesn't end in \\n" }));
        };
        scan(text, &mut scratch.0).map_err(Reject::NotCanonical)?;
        Line::members(bytes, text, &scratch.0)
    }

    fn members(bytes: &'a [u8], text: &'a [u8], members: &'a [Member]) -> Result<Line<'a>, Reject> {
        let reject = |at: usize, what| Reject::NotAnEntry(Fault { at, what });
        // Canonical order puts the inner members of `body` first, then `body`, then `sig`; before that
        // only what lies deeper in a `sig` that is none.
        let body_at = |before: &[Member]| before.iter().rposition(|member| member.depth < 3);
        let Some((sig, before)) = members.split_last() else {
            return Err(reject(0, "no object of body and sig"));
        };
        let Some((body, inner)) = body_at(before).and_then(|at| before[..=at].split_last()) else {
            return Err(reject(0, "no object of body and sig"));
        };
        let is =
            |member: &Member, key: &[u8]| member.depth == 1 && &text[member.key.clone()] == key;
        if !is(body, b"body") || !is(sig, b"sig") || inner.iter().any(|member| member.depth == 1) {
            return Err(reject(0, "no object of exactly body and sig"));
        }
        if text[body.value.start] != b'{' {
            return Err(reject(body.value.start, "the body is no object"));
        }
        let found = Found::among(inner, text);
        let value = |member: &Member| (member.value.start, &text[member.value.clone()]);
        let need =
            |member: Option<&Member>, what| member.map(value).ok_or(reject(body.value.start, what));
        let (_, version) = need(found.v, "the body has no v")?;
        // Before anything else is held against it: another version may have other members.
        if version != VERSION_AS_WRITTEN {
            return Err(Reject::UnknownVersion);
        }
        let objects =
            [(found.what, true), (found.place, false), (found.who, true), (found.why, false)];
        for (object, needed) in objects {
            match object.map(value) {
                Some((_, [b'{', ..])) => {}
                None if !needed => {}
                _ => return Err(reject(body.value.start, "what, where, who or why is no object")),
            }
        }
        let text_of = |member, what| match need(member, what)? {
            (_, value @ [b'"', _, .., b'"']) => Ok(value),
            (at, _) => Err(reject(at, "no text, or an empty one")),
        };
        let (at, nonce) = need(found.nonce, "the body has no nonce")?;
        if !inside(nonce).is_some_and(Nonce::is_written) {
            return Err(reject(at, "no nonce of 32 hex digits"));
        }
        let (at, when) = need(found.when, "the body has no when")?;
        let when = inside(when).and_then(time::parse).ok_or(reject(at, "no time in UTC"))?;
        if let Some((at, recorded)) = found.recorded.map(value)
            && inside(recorded).and_then(time::parse).is_none()
        {
            return Err(reject(at, "recorded is no time in UTC"));
        }
        let (at, prev) = need(found.prev, "the body has no prev")?;
        sorted_ids(prev).map_err(|what| reject(at, what))?;
        let signature = match &text[sig.value.clone()] {
            b"null" => None,
            armor @ [b'"', _, .., b'"'] => Some(armor),
            _ => {
                return Err(reject(
                    sig.value.start,
                    "sig is neither null nor an armored signature",
                ));
            }
        };
        let kind = text_of(found.kind, "the body has no kind")?;
        Ok(Line {
            bytes,
            when,
            known_kind: inside(kind).and_then(Kind::of_record),
            body: &text[body.value.clone()],
            kind,
            ledger: text_of(found.ledger, "the body has no ledger")?,
            prev,
            signature,
            taken_over: found.from.is_some(),
            members: inner,
        })
    }

    /// The entry's name. Hashes the line.
    pub fn id(&self) -> Id {
        Id::of(self.bytes)
    }

    /// The ids of the entries that this one builds on, sorted.
    pub fn prev(&self) -> impl Iterator<Item = Id> + use<'a> {
        ids(self.prev)
    }

    /// The kind as written.
    pub fn kind(&self) -> Cow<'a, str> {
        canonical::string(self.kind).unwrap_or_default()
    }

    /// The kind, if this version knows it.
    pub fn known_kind(&self) -> Option<Kind> {
        self.known_kind
    }

    /// The name of the ledger that the record was written for.
    pub fn ledger(&self) -> Cow<'a, str> {
        canonical::string(self.ledger).unwrap_or_default()
    }

    /// Its part in a batch of records that were taken over.
    pub(super) fn part(&self) -> Part {
        match self.known_kind {
            Some(Kind::Import) => Part::Closing,
            _ if self.taken_over && self.signature.is_none() => Part::TakenOver,
            _ => Part::None,
        }
    }

    /// Whether there is a signature.
    pub fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// The armored signature.
    pub fn signature(&self) -> Option<Cow<'a, str>> {
        self.signature.and_then(canonical::string)
    }

    /// What the signature covers.
    pub fn payload(&self) -> Vec<u8> {
        [self.body, b"\n"].concat()
    }

    /// When it was written down, where the record says so beside `when`.
    pub fn recorded(&self) -> Option<i64> {
        let mut fields = self.fields();
        let (_, value, _) = fields.find(|(key, ..)| *key == b"recorded")?;
        time::parse(inside(value)?)
    }

    /// The members of the body, as they stand there: key, value, and the members of the value.
    pub(super) fn fields(
        &self,
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8], Fields<'a>)> + use<'a> {
        let bytes = self.bytes;
        self.ranges().map(move |(key, value, inner)| (key, &bytes[value], inner))
    }

    /// As [`Line::fields`], with the ranges of the values in the line.
    pub(super) fn ranges(
        &self,
    ) -> impl Iterator<Item = (&'a [u8], Range<usize>, Fields<'a>)> + use<'a> {
        let (bytes, mut rest) = (self.bytes, self.members);
        std::iter::from_fn(move || {
            // Members of a value stand before the member that holds it.
            let at = rest.iter().position(|member| member.depth == 2)?;
            let (inner, from) = rest.split_at(at);
            let (member, after) = from.split_first()?;
            rest = after;
            let inner = Fields { bytes, members: inner };
            Some((&bytes[member.key.clone()], member.value.clone(), inner))
        })
    }
}

/// The members of an object directly in a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    members: &'a [Member],
}

impl<'a> Fields<'a> {
    /// Keys and values as they stand there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let bytes = self.bytes;
        self.ranges().map(move |(key, value)| (key, &bytes[value]))
    }

    /// As [`Fields::iter`], with the ranges of the values in the line.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (&'a [u8], Range<usize>)> + use<'a> {
        let bytes = self.bytes;
        let of = |member: &'a Member| (&bytes[member.key.clone()], member.value.clone());
        self.members.iter().map(of)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What a text among them says.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let (_, value) = self.iter().find(|(found, _)| *found == key.as_bytes())?;
        canonical::string(value).map(Cow::into_owned)
    }
}

/// The members of a body that every record has, or may have.
#[derive(Default)]
struct Found<'a> {
    kind: Option<&'a Member>,
    ledger: Option<&'a Member>,
    nonce: Option<&'a Member>,
    prev: Option<&'a Member>,
    recorded: Option<&'a Member>,
    v: Option<&'a Member>,
    from: Option<&'a Member>,
    what: Option<&'a Member>,
    when: Option<&'a Member>,
    place: Option<&'a Member>,
    who: Option<&'a Member>,
    why: Option<&'a Member>,
}

impl<'a> Found<'a> {
    fn among(members: &'a [Member], text: &[u8]) -> Found<'a> {
        let mut found = Found::default();
        for member in members.iter().filter(|member| member.depth == 2) {
            let known = match &text[member.key.clone()] {
                b"from" => &mut found.from,
                b"kind" => &mut found.kind,
                b"ledger" => &mut found.ledger,
                b"nonce" => &mut found.nonce,
                b"prev" => &mut found.prev,
                b"recorded" => &mut found.recorded,
                b"v" => &mut found.v,
                b"what" => &mut found.what,
                b"when" => &mut found.when,
                b"where" => &mut found.place,
                b"who" => &mut found.who,
                b"why" => &mut found.why,
                _ => continue,
            };
            *known = Some(member);
        }
        found
    }
}

/// What stands between the quotes.
fn inside(quoted: &[u8]) -> Option<&[u8]> {
    quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// How many bytes an id has in a list, with its quotes and its comma.
const LISTED: usize = 67;

/// The ids of a `prev` that [`sorted_ids`] has passed: `["…","…"]`.
fn ids(prev: &[u8]) -> impl Iterator<Item = Id> + use<'_> {
    prev[1..].chunks(LISTED).filter_map(|chunk| chunk.get(1..65).and_then(Id::from_hex))
}

/// Whether a canonical value is a list of at most 64 ids, strictly ascending.
fn sorted_ids(prev: &[u8]) -> Result<(), &'static str> {
    let not_ids = "prev is no list of ids";
    let inner = prev.strip_prefix(b"[").and_then(|p| p.strip_suffix(b"]")).ok_or(not_ids)?;
    if inner.is_empty() {
        return Ok(());
    }
    let mut before: Option<&[u8]> = None;
    for (number, chunk) in inner.chunks(LISTED).enumerate() {
        if number == MAX_PREV {
            return Err("prev names more than 64 entries");
        }
        // In a canonical list what stands behind a text is a comma, or the end.
        let id = chunk.get(..LISTED - 1).ok_or(not_ids)?;
        if !inside(id).is_some_and(Id::is_written) {
            return Err(not_ids);
        }
        if before >= Some(id) {
            return Err("the ids in prev are not sorted, or one stands there twice");
        }
        before = Some(id);
    }
    Ok(())
}

/// A record as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The entry's name.
    pub id: Id,
    /// What it states.
    pub body: Body,
    /// The armored signature over [`Entry::payload`], if there is one.
    pub signature: Option<String>,
    /// The whole line with its `\n`.
    pub line: Vec<u8>,
    /// What the signature covers.
    pub payload: Vec<u8>,
}

impl Entry {
    /// Reads a line, which is given with its `\n`.
    pub fn parse(bytes: &[u8]) -> Result<Entry, Reject> {
        let mut scratch = Scratch::default();
        let line = Line::read(bytes, &mut scratch)?;
        let body = Body::parse(line.body).map_err(Reject::NotAnEntry)?;
        Ok(Entry {
            id: line.id(),
            body,
            signature: line.signature().map(Cow::into_owned),
            payload: line.payload(),
            line: bytes.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Kind;
    use serde_json::json;

    fn body() -> Body {
        let mut body = Body::new(Kind::Note, "example.com/pay", 1_788_256_860, Nonce([7; 16]));
        body.prev = vec![Id([2; 32]), Id([1; 32])];
        body.who = json!({"email": "ana@example.com", "name": "Ana"}).as_object().unwrap().clone();
        body.why = json!({"reason": "a \"b\"\nc"}).as_object().unwrap().clone();
        body
    }

    fn line(body: &str) -> Vec<u8> {
        format(body, None).unwrap()
    }

    fn reject(bytes: &[u8]) -> String {
        Entry::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut body = body();
        body.recorded = Some(1_788_256_999);
        body.other.insert("later".into(), json!({"a": [1]}));
        body.place.insert("env".into(), json!("production"));
        body.prev.sort();
        let text = body.format().unwrap();
        let bytes = format(&text, Some("-----BEGIN SSH SIGNATURE-----\nAAAA\n")).unwrap();
        let entry = Entry::parse(&bytes).unwrap();
        assert_eq!(entry.body, body);
        assert_eq!(entry.signature.as_deref(), Some("-----BEGIN SSH SIGNATURE-----\nAAAA\n"));
        assert_eq!(entry.payload, payload(&text));
        assert_eq!(entry.id, Id::of(&bytes));
        let mut scratch = Scratch::default();
        let line = Line::read(&bytes, &mut scratch).unwrap();
        assert_eq!(line.prev().collect::<Vec<_>>(), body.prev);
        assert_eq!((line.kind().as_ref(), line.ledger().as_ref()), ("note", "example.com/pay"));
        assert_eq!(line.when, body.when);
    }

    #[test]
    fn keys_that_nobody_knows_are_kept_wherever_they_stand() {
        let text = body()
            .format()
            .unwrap()
            .replace("\"what\":{}", "\"what\":{\"zz\":[{\"q\":1}]},\"whatever\":2");
        let entry = Entry::parse(&line(&text)).unwrap();
        assert_eq!(entry.body.what["zz"], json!([{"q": 1}]));
        assert_eq!(entry.body.other["whatever"], json!(2));
        assert_eq!(entry.body.format().unwrap(), text);
    }

    #[test]
    fn a_line_that_is_no_entry_says_why() {
        let good = body().format().unwrap();
        assert!(Entry::parse(&line(&good)).is_ok());
        let one = Id([1; 32]).to_string();
        let two = Id([2; 32]).to_string();
        for (from, to, why) in [
            ("\"v\":1", "\"v\":2", "version is not 1"),
            ("\"v\":1", "\"v\":\"1\"", "version is not 1"),
            ("\"v\":1,", "", "the body has no v"),
            ("\"kind\":\"note\",", "", "the body has no kind"),
            ("\"kind\":\"note\"", "\"kind\":\"\"", "no text"),
            ("\"kind\":\"note\"", "\"kind\":7", "no text"),
            ("\"what\":{}", "\"what\":[]", "is no object"),
            ("\"what\":{},", "", "is no object"),
            ("10:01:00Z", "10:01:00+", "no time in UTC"),
            ("07070707\"", "0707070G\"", "no nonce"),
            ("07070707\"", "07\"", "no nonce"),
            (&one[..], &two[..], "not sorted"),
            (&one[..], "AA", "prev is no list of ids"),
            (&one[..], "a,b", "prev is no list of ids"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(good, bad);
            let said = reject(&line(&bad));
            assert!(said.contains(why), "{from} -> {to}: {said}");
        }
    }

    #[test]
    fn nothing_may_stand_beside_body_and_signature() {
        let body = body().format().unwrap();
        for bad in [
            format!("{{\"body\":{body},\"extra\":1,\"sig\":null}}\n"),
            format!("{{\"body\":{body}}}\n"),
            "{\"sig\":null}\n".to_string(),
            "{\"body\":[],\"sig\":null}\n".to_string(),
            format!("{{\"body\":{body},\"sig\":\"\"}}\n"),
            format!("{{\"body\":{body},\"sig\":1}}\n"),
            "[]\n".to_string(),
            "null\n".to_string(),
            "\n".to_string(),
            String::new(),
        ] {
            assert!(Entry::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_longest_line_has_sixty_four_kibibytes() {
        let fill = |extra: usize| {
            let mut body = body();
            body.why.insert("reason".into(), json!("x"));
            let length = line(&body.format().unwrap()).len();
            body.why.insert("reason".into(), json!("x".repeat(MAX_LINE - length + 1 + extra)));
            line(&body.format().unwrap())
        };
        assert_eq!(fill(0).len(), MAX_LINE);
        assert!(Entry::parse(&fill(0)).is_ok());
        assert_eq!(Entry::parse(&fill(1)), Err(Reject::TooLong));
    }

    #[test]
    fn sixty_four_heads_fit_and_one_more_does_not() {
        let mut body = body();
        body.prev = (0..64).map(|n| Id([n; 32])).collect();
        let text = body.format().unwrap();
        let entry = Entry::parse(&line(&text)).unwrap();
        assert_eq!(entry.body.prev, body.prev);
        body.prev.push(Id([64; 32]));
        assert!(body.format().is_err());
        let more = text.replace("]", &format!(",\"{}\"]", Id([64; 32])));
        assert!(reject(&line(&more)).contains("more than 64"));
    }
}

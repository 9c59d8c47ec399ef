//! From the bytes of a file to its items: what programs put around the objects that count.
//!
//! ```text
//! {…}                      one object
//! [{…},{…}]                a list; [[{…}],[{…}]] pages of lists; [{…}][{…}] pages back to back
//! {…}\n{…}                 JSON Lines
//! {"total_count":7,"workflow_runs":[…]}   {"data":[…]}   {"kind":"List","items":[…]}
//! {"received":…,"headers":{…},"body":{…}}                a receiver's log of webhooks
//! {"guid":…,"delivered_at":…,"request":{"headers":{…},"payload":{…}}}   GitHub's deliveries
//! ```
//!
//! A file is read as a stream: what is in memory at a time is one item, or one page. UTF-8 with or
//! without a byte order mark, and gzip. The digest is that of the file as it lies there.

use super::item::Item;
use super::json::{self, Look, Strict};
use crate::ledger::id::Digester;
use crate::outcome::Failure;
use flate2::read::MultiGzDecoder;
use serde::de::DeserializeSeed;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// The most bytes of one item or page.
const MAX_ITEM: usize = 32 << 20;

/// The most bytes of a table in CSV.
const MAX_TABLE: u64 = 256 << 20;

/// How deep lists may lie in lists.
const MAX_PAGES: usize = 3;

/// Sizes at which forges cut a list when nobody asks for the next page.
const PAGE_SIZES: [usize; 4] = [20, 30, 50, 100];

/// What a file was, beside its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileFacts {
    /// The SHA-256 of its bytes, in hex.
    pub(super) sha256: String,
    /// How many there are.
    pub(super) bytes: u64,
    /// Why its list may have been cut off.
    pub(super) suspect: Option<String>,
}

/// Reads a file and hands each item on. `name` is for messages; with `csv` a file that is no JSON is a table.
///
/// # Errors
/// When the file can't be read to its end as what it seems to be: then nothing of it counts.
pub(super) fn read(
    name: &str,
    source: impl Read,
    file: usize,
    csv: bool,
    each: &mut dyn FnMut(Item) -> Result<(), Failure>,
) -> Result<FileFacts, Failure> {
    let unreadable = |error: &io::Error| Failure::new(format!("cannot read {name}: {error}"));
    let meter = Rc::new(Meter::default());
    let mut raw = BufReader::with_capacity(1 << 16, Metered { source, meter: Rc::clone(&meter) });
    let start = raw.fill_buf().map_err(|error| unreadable(&error))?;
    let gzip = start.starts_with(&[0x1f, 0x8b]);
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(Failure::new(format!("{name} is UTF-16, as PowerShell's `>` writes it"))
            .hint("write it anew as UTF-8, for instance with `| Out-File -Encoding utf8`"));
    }
    let (lists, rest) = match gzip {
        true => {
            let mut text = BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw));
            let lists = items(name, &mut text, file, csv, each)?;
            (lists, text.into_inner().into_inner())
        }
        false => (items(name, &mut raw, file, csv, each)?, raw),
    };
    // What stands behind the compressed text belongs to the file, too.
    let mut rest = rest;
    io::copy(&mut rest, &mut io::sink()).map_err(|error| unreadable(&error))?;
    Ok(FileFacts {
        sha256: meter.digest.take().finish().trim_start_matches("sha256:").to_owned(),
        bytes: meter.bytes.get(),
        suspect: lists.suspect(name),
    })
}

/// Digest and length of what was read.
#[derive(Default)]
struct Meter {
    digest: RefCell<Digester>,
    bytes: Cell<u64>,
}

struct Metered<R> {
    source: R,
    meter: Rc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        if let Some(read) = buffer.get(..count) {
            self.meter.digest.borrow_mut().update(read);
        }
        self.meter.bytes.set(self.meter.bytes.get() + count as u64);
        Ok(count)
    }
}

/// The lists of a file, for the suspicion that it was cut off.
#[derive(Debug, Default)]
struct Lists {
    /// How many values stand at the top.
    values: usize,
    /// How many items each innermost list had.
    lengths: Vec<usize>,
    /// What pages said there is in all, and how much came.
    total: Option<(u64, u64)>,
    /// Whether the last page said that there is another one.
    more: bool,
}

impl Lists {
    fn suspect(&self, name: &str) -> Option<String> {
        if let Some((total, came)) = self.total.filter(|(total, came)| came < total) {
            return Some(format!("{name} has {came} of {total} items"));
        }
        if self.more {
            return Some(format!("{name} says itself that there is another page"));
        }
        match self.lengths.as_slice() {
            [one] if PAGE_SIZES.contains(one) && self.values == 1 && self.total.is_none() => {
                Some(format!("{name} has exactly {one} items: a page, not all of them?"))
            }
            _ => None,
        }
    }
}

/// JSON; or a table, where one is expected and it does not begin as JSON does.
fn items<R: BufRead>(
    name: &str,
    text: &mut R,
    file: usize,
    csv: bool,
    each: &mut dyn FnMut(Item) -> Result<(), Failure>,
) -> Result<Lists, Failure> {
    let unreadable = |error: io::Error| Failure::new(format!("cannot read {name}: {error}"));
    let start = text.fill_buf().map_err(unreadable)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    if !csv || matches!(first, Some(b'{' | b'[')) {
        return values(name, text, file, each);
    }
    let mut table = Vec::new();
    text.take(MAX_TABLE + 1).read_to_end(&mut table).map_err(unreadable)?;
    if table.len() as u64 > MAX_TABLE {
        let what = format!("{name} is larger than {} MiB", MAX_TABLE >> 20);
        return Err(Failure::new(what).hint("split the table; nothing was imported"));
    }
    super::table::rows(name, &table, file, each)?;
    Ok(Lists::default())
}

/// What may come next in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    ValueOrEnd,
    Value,
    CommaOrEnd,
}

/// Reads values that stand one behind the other: cuts the text into objects, and each is read by itself.
fn values<R: BufRead>(
    name: &str,
    text: &mut R,
    file: usize,
    each: &mut dyn FnMut(Item) -> Result<(), Failure>,
) -> Result<Lists, Failure> {
    let unreadable = |error: io::Error| Failure::new(format!("cannot read {name}: {error}"));
    let mut sink = Sink { file, each, lists: Lists::default() };
    let mut open: Vec<(usize, Next)> = Vec::new();
    let mut object = Vec::new();
    let mut number = 0u64;
    if text.fill_buf().map_err(unreadable)?.starts_with(b"\xef\xbb\xbf") {
        text.consume(3);
    }
    while let Some(byte) = skip_blank(text).map_err(unreadable)? {
        let next = open.last().map(|list| list.1);
        match (byte, next) {
            (b'{', None | Some(Next::ValueOrEnd | Next::Value)) => {
                number += 1;
                let whole = take_object(text, &mut object).map_err(unreadable)?;
                if !whole {
                    return Err(cut_off(name, number));
                }
                sink.object(name, number, &object)?;
                match open.last_mut() {
                    Some(list) => *list = (list.0 + 1, Next::CommaOrEnd),
                    None => sink.lists.values += 1,
                }
                continue;
            }
            (b'[', None | Some(Next::ValueOrEnd | Next::Value)) => {
                if open.len() == MAX_PAGES {
                    return Err(Failure::new(format!(
                        "{name} has lists nested too deeply for pages"
                    ))
                    .hint("nothing was imported"));
                }
                open.push((0, Next::ValueOrEnd));
            }
            (b']', Some(Next::ValueOrEnd | Next::CommaOrEnd)) => {
                let (objects, next) = open.pop().unwrap_or((0, Next::ValueOrEnd));
                // A list of lists is no page itself.
                if objects > 0 || next == Next::ValueOrEnd {
                    sink.lists.lengths.push(objects);
                }
                match open.last_mut() {
                    Some(list) => list.1 = Next::CommaOrEnd,
                    None => sink.lists.values += 1,
                }
            }
            (b',', Some(Next::CommaOrEnd)) => {
                if let Some(list) = open.last_mut() {
                    list.1 = Next::Value;
                }
            }
            _ => return Err(misplaced(name, byte, number)),
        }
        text.consume(1);
    }
    if !open.is_empty() {
        return Err(cut_off(name, number));
    }
    if sink.lists.values == 0 {
        return Err(Failure::new(format!("{name} is empty"))
            .hint("did the command that should have written it fail?"));
    }
    Ok(sink.lists)
}

fn cut_off(name: &str, number: u64) -> Failure {
    Failure::new(format!("{name} ends in the middle, at item {number}"))
        .hint("it was cut off: write it anew; nothing was imported")
}

fn misplaced(name: &str, byte: u8, number: u64) -> Failure {
    let byte = (byte as char).escape_debug().to_string();
    let place = match number {
        0 => "at its beginning".to_owned(),
        _ => format!("behind item {number}"),
    };
    Failure::new(format!("{name} is no JSON of objects or lists of objects: '{byte}' stands {place}"))
        .hint("give what `gh api`, `glab api` or curl printed; a CSV file goes through `audit import table --map`")
}

/// The next byte that is not blank, which stays there.
fn skip_blank(text: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = text.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        // JSON text sequences (RFC 7464) have a record separator before each value.
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e);
        match buffer.iter().position(|byte| !blank(byte)) {
            Some(at) => {
                let byte = buffer[at];
                text.consume(at);
                return Ok(Some(byte));
            }
            None => {
                let length = buffer.len();
                text.consume(length);
            }
        }
    }
}

/// Takes the object that begins here, brackets counted and strings passed over; `false` when the text ends first.
fn take_object(text: &mut impl BufRead, object: &mut Vec<u8>) -> io::Result<bool> {
    object.clear();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    loop {
        let buffer = text.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let end = buffer.iter().position(|&byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let taken = end.map_or(buffer.len(), |end| end + 1);
        object.extend_from_slice(&buffer[..taken]);
        text.consume(taken);
        if end.is_some() {
            return Ok(true);
        }
        if object.len() > MAX_ITEM {
            let what = format!("an item is larger than {} MiB", MAX_ITEM >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
    }
}

/// Where items go.
struct Sink<'s> {
    file: usize,
    each: &'s mut dyn FnMut(Item) -> Result<(), Failure>,
    lists: Lists,
}

impl Sink<'_> {
    fn object(&mut self, name: &str, number: u64, bytes: &[u8]) -> Result<(), Failure> {
        let wrong = |error: serde_json::Error| {
            Failure::new(format!("{name}: item {number}: {error}")).hint("nothing was imported")
        };
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = Strict.deserialize(&mut deserializer).map_err(wrong)?;
        deserializer.end().map_err(wrong)?;
        self.unwrap(Item { value, file: self.file, ..Item::default() }, 0)
    }

    /// Takes an item out of what it is wrapped in.
    fn unwrap(&mut self, mut item: Item, depth: usize) -> Result<(), Failure> {
        if depth > 4 {
            return (self.each)(item);
        }
        if let Some(inner) = hook(&item.value)? {
            return self.unwrap(Item { file: item.file, ..inner }, depth + 1);
        }
        if let Some(event) = cloud_event(&mut item.value) {
            return self.unwrap(Item { value: event, ..item }, depth + 1);
        }
        match page(&mut item.value) {
            Some(items) => {
                self.count_page(&item.value, items.len());
                for value in items {
                    self.unwrap(Item { value, ..item.clone() }, depth + 1)?;
                }
                Ok(())
            }
            None => (self.each)(item),
        }
    }

    fn count_page(&mut self, page: &Value, count: usize) {
        let total = ["total_count", "total"].iter().find_map(|key| page.at(key).as_u64());
        if let Some(total) = total.filter(|_| !page.is("total_is_capped")) {
            let came = self.lists.total.map_or(0, |(_, came)| came);
            self.lists.total = Some((total, came + count as u64));
        } else if depth_is_list(page) {
            self.lists.lengths.push(count);
        }
        self.lists.more = page.is("has_next_page")
            || page.at("isLastPage") == &Value::Bool(false)
            || page.text("next").is_some_and(|next| next.starts_with("http"));
    }
}

/// Whether a page may be one of several; Kubernetes' lists are whole.
fn depth_is_list(page: &Value) -> bool {
    page.at("apiVersion").is_null()
}

/// The items of a page, taken out of it.
fn page(value: &mut Value) -> Option<Vec<Value>> {
    let object = value.as_object_mut()?;
    let kubernetes =
        object.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    let counted = object.contains_key("total_count") || object.contains_key("total");
    let lists = object.iter().filter(|(_, value)| value.is_array()).map(|(key, _)| key.clone());
    let lists: Vec<String> = lists.collect();
    let key = match lists.as_slice() {
        [key] if counted => key.clone(),
        _ if kubernetes && object.contains_key("apiVersion") => "items".to_owned(),
        _ if object.contains_key("attestations") && object.len() == 1 => "attestations".to_owned(),
        _ if lists.iter().any(|key| key == "data") && !object.contains_key("specversion") => {
            "data".to_owned()
        }
        _ if lists.iter().any(|key| key == "values")
            && ["isLastPage", "pagelen", "size"].iter().any(|key| object.contains_key(*key)) =>
        {
            "values".to_owned()
        }
        _ => return None,
    };
    match object.get_mut(&key).map(Value::take) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    }
}

/// A webhook, taken out of a receiver's log line or out of a forge's own list of deliveries.
fn hook(value: &Value) -> Result<Option<Item>, Failure> {
    let delivery = value.has(&["guid", "delivered_at", "request.headers", "request.payload"]);
    let gitlab = value.has(&["request_headers", "request_data"]);
    let logged = value.has(&["headers"]) && (value.has(&["body"]) || value.has(&["payload"]));
    let (headers, body, received) = if delivery {
        ("request.headers", "request.payload", &["delivered_at"][..])
    } else if gitlab {
        ("request_headers", "request_data", &["created_at"][..])
    } else if logged {
        let body = if value.has(&["body"]) { "body" } else { "payload" };
        ("headers", body, &["received", "received_at", "timestamp", "time"][..])
    } else {
        return Ok(None);
    };
    let Value::Object(stated) = value.at(headers) else { return Ok(None) };
    let headers: BTreeMap<String, String> = stated
        .iter()
        .filter_map(|(name, value)| {
            let text = value.as_str().or_else(|| value.get(0)?.as_str())?;
            Some((name.to_ascii_lowercase(), text.to_owned()))
        })
        .collect();
    let value_of = |body: &Value| match body {
        Value::String(text) => json::parse(text).map_err(|error| {
            Failure::new(format!("the body of a webhook is no JSON: {error}")).hint(
                "only JSON bodies are read; set the webhook's content type to application/json",
            )
        }),
        other => Ok(other.clone()),
    };
    let received = received.iter().find_map(|path| value.time(path));
    Ok(Some(Item { value: value_of(value.at(body))?, headers, received, file: 0 }))
}

/// What a CloudEvent carries.
fn cloud_event(value: &mut Value) -> Option<Value> {
    let is_one = value.has(&["specversion", "type", "source", "id", "data"]);
    if !is_one || !value.at("data").is_object() {
        return None;
    }
    value.get_mut("data").map(Value::take)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use std::io::Write;

    fn items(bytes: &[u8]) -> Result<(Vec<Item>, FileFacts), Failure> {
        let mut items = Vec::new();
        let facts = read("file", bytes, 0, false, &mut |item| {
            items.push(item);
            Ok(())
        })?;
        Ok((items, facts))
    }

    fn values_of(text: &str) -> Vec<Value> {
        items(text.as_bytes()).unwrap().0.into_iter().map(|item| item.value).collect()
    }

    #[test]
    fn every_container_gives_the_same_items() {
        let both = [json!({"a": 1}), json!({"b": 2})];
        for text in [
            "[{\"a\":1},{\"b\":2}]",
            "{\"a\":1}{\"b\":2}",
            "{\"a\":1}\n{\"b\":2}\n",
            "\u{feff}{\"a\":1}\r\n\r\n{\"b\":2}",
            "[{\"a\":1}][{\"b\":2}]",
            "[[{\"a\":1}],[{\"b\":2}]]",
            "{\"total_count\":2,\"runs\":[{\"a\":1},{\"b\":2}]}",
            "[{\"total_count\":2,\"runs\":[{\"a\":1}]},{\"total_count\":2,\"runs\":[{\"b\":2}]}]",
            "{\"data\":[{\"a\":1},{\"b\":2}]}",
            "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"a\":1},{\"b\":2}]}",
            "\u{1e}{\"a\":1}\n\u{1e}{\"b\":2}\n",
        ] {
            assert_eq!(values_of(text), both, "{text}");
        }
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"[{\"a\":1},{\"b\":2}]").unwrap();
        let gzip = gzip.finish().unwrap();
        let (read, facts) = items(&gzip).unwrap();
        assert_eq!((read.len(), facts.bytes), (2, gzip.len() as u64));
        assert_eq!(facts.sha256, crate::ledger::Id::of(&gzip).to_string());
    }

    #[test]
    fn webhooks_are_taken_out_of_their_logs() {
        let log = "{\"received\":\"2026-09-01T10:05:01Z\",\"headers\":{\"X-GitHub-Event\":\"ping\"},\"body\":{\"zen\":1}}";
        let delivery = "{\"guid\":\"x\",\"delivered_at\":\"2026-09-01T10:05:01Z\",\"request\":{\"headers\":{\"X-GitHub-Event\":\"ping\"},\"payload\":{\"zen\":1}}}";
        let text = "{\"received\":\"2026-09-01T10:05:01Z\",\"headers\":{\"X-GitHub-Event\":[\"ping\"]},\"body\":\"{\\\"zen\\\":1}\"}";
        for one in [log, delivery, text] {
            let (items, _) = items(one.as_bytes()).unwrap();
            assert_eq!(items[0].value, json!({"zen": 1}), "{one}");
            assert_eq!(items[0].header("x-github-event"), Some("ping"));
            assert_eq!(items[0].received, Some(1_788_257_101));
        }
    }

    #[test]
    fn a_list_that_looks_cut_off_is_suspect() {
        let list = |count: usize| format!("[{}]", vec!["{\"a\":1}"; count].join(","));
        let suspect = |text: &str| items(text.as_bytes()).unwrap().1.suspect;
        for count in [20, 30, 50, 100] {
            assert!(suspect(&list(count)).unwrap().contains("exactly"), "{count}");
            assert_eq!(suspect(&list(count - 1)), None);
            assert_eq!(suspect(&list(count + 1)), None);
            assert_eq!(suspect(&format!("{}{}", list(count), list(7))), None);
            assert_eq!(suspect(&"{\"a\":1}\n".repeat(count)), None);
        }
        assert!(suspect("{\"total_count\":3,\"runs\":[{\"a\":1}]}").unwrap().contains("1 of 3"));
        assert!(suspect("{\"data\":[{\"a\":1}],\"has_next_page\":true}").is_some());
    }

    #[test]
    fn what_is_cut_off_or_none_of_this_is_an_error() {
        let error = |bytes: &[u8]| items(bytes).unwrap_err().message;
        assert!(error(b"[{\"a\":1},{\"b\"").contains("ends in the middle"));
        assert!(error(b"").contains("empty") && error(b" \n").contains("empty"));
        assert!(error(b"number,state\n1,x").contains("no JSON"));
        assert!(error(b"\xff\xfe[\x00").contains("UTF-16"));
        assert!(error(b"[1]").contains("no JSON of objects"));
        assert!(error("[".repeat(100_000).as_bytes()).contains("too deeply"));
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(error(deep.as_bytes()).contains("ends in the middle"));
        assert!(error(b"{\"a\":1,\"a\":2}").contains("stands there twice"));
        assert!(error(b"{\"a\":\"\xff\"}").contains("file"));
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(40 << 20));
        assert!(error(large.as_bytes()).contains("larger than 32 MiB"));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"[{\"a\":1},{\"b\":2}]").unwrap();
        let gzip = gzip.finish().unwrap();
        assert!(items(&gzip[..gzip.len() - 9]).is_err());
    }
}

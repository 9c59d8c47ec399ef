//! Tables that people keep: CSV, JSON, JSON Lines, with a file that says which column is which field.
//!
//! ```text
//! kind = "deploy"                    or { from = "column", words = { … = "deploy" } }
//! system = "spreadsheet"
//! key = ["deployed_at", "stage"]     the columns that name a row
//! [when]
//! from = "deployed_at"
//! format = "%d.%m.%Y %H:%M"          only for times in another form than RFC 3339
//! zone = "+02:00"                    only for times without one; UTC or an offset
//! [what]
//! commit = "git_sha"                 a column; in JSON a path: approved.at
//! outcome = { from = "result", words = { OK = "success", KO = "failure" } }
//! [where]
//! service = { is = "pay" }           a constant
//! ```
//!
//! Nothing is assumed: a time without a zone, or a word that the mapping does not have, is an error with its row.

use super::item::{Item, Out, full_id, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::outcome::Failure;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What a mapping file says.
#[derive(Debug, Clone)]
pub struct Mapping {
    kind: Field,
    system: String,
    key: Vec<String>,
    when: Moment,
    who: Vec<(String, Field)>,
    what: Vec<(String, Field)>,
    place: Vec<(String, Field)>,
    why: Vec<(String, Field)>,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone)]
enum Field {
    Column(String),
    Constant(Value),
    Words(String, HashMap<String, String>),
}

#[derive(Debug, Clone)]
struct Moment {
    from: String,
    format: Option<String>,
    zone: Option<FixedOffset>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn parse(text: &str) -> Result<Mapping, Failure> {
        let fail = |message: String| {
            Failure::new(format!("--map: {message}"))
                .hint("docs/import.md explains the mapping file")
        };
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = text[..error.span().map_or(0, |span| span.start)].lines().count().max(1);
            fail(format!("line {line}: {}", error.message()))
        })?;
        let known = ["kind", "system", "key", "when", "who", "what", "where", "why"];
        if let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(fail(format!("there is no key '{key}'; it knows {}", known.join(", "))));
        }
        let fields = |name: &str| -> Result<Vec<(String, Field)>, Failure> {
            let Some(value) = table.get(name) else { return Ok(Vec::new()) };
            let members = value.as_table().ok_or_else(|| fail(format!("[{name}] is no table")))?;
            let each = members.iter().map(|(key, value)| {
                Ok((key.clone(), field(value).map_err(|why| fail(format!("{name}.{key}: {why}")))?))
            });
            each.collect()
        };
        let kind = table.get("kind").ok_or_else(|| fail("it says no kind".into()))?;
        let kind = match kind {
            // A kind by itself is no column.
            toml::Value::String(name) => Field::Constant(json!(name)),
            other => field(other).map_err(|why| fail(format!("kind: {why}")))?,
        };
        let key: Vec<String> = table
            .get("key")
            .and_then(toml::Value::as_array)
            .map(|list| list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        if key.is_empty() {
            return Err(fail("it names no key: the columns that together name a row".into()));
        }
        let when = table.get("when").and_then(toml::Value::as_table);
        let text_of = |key: &str| {
            let value = when.and_then(|when| when.get(key)).and_then(toml::Value::as_str);
            value.map(str::to_owned)
        };
        let from =
            text_of("from").ok_or_else(|| fail("[when] says no column: from = \"…\"".into()))?;
        let zone = text_of("zone").map(|zone| {
            offset(&zone).ok_or_else(|| {
                fail(format!("'{zone}' is no zone: write UTC, or an offset as +02:00"))
            })
        });
        Ok(Mapping {
            kind,
            system: table.get("system").and_then(toml::Value::as_str).unwrap_or("table").to_owned(),
            key,
            when: Moment { from, format: text_of("format"), zone: zone.transpose()? },
            who: fields("who")?,
            what: fields("what")?,
            place: fields("where")?,
            why: fields("why")?,
        })
    }
}

fn field(value: &toml::Value) -> Result<Field, &'static str> {
    match value {
        toml::Value::String(column) => Ok(Field::Column(column.clone())),
        toml::Value::Table(table) => {
            if let Some(constant) = table.get("is") {
                return match constant {
                    toml::Value::String(text) => Ok(Field::Constant(json!(text))),
                    toml::Value::Integer(number) => Ok(Field::Constant(json!(number))),
                    toml::Value::Boolean(flag) => Ok(Field::Constant(json!(flag))),
                    _ => Err("`is` takes a text, a number or true"),
                };
            }
            let from = table.get("from").and_then(toml::Value::as_str).ok_or("it has no `from`")?;
            let Some(words) = table.get("words") else { return Ok(Field::Column(from.to_owned())) };
            let words = words.as_table().ok_or("`words` is no table")?;
            let pair = |(word, meaning): (&String, &toml::Value)| {
                Some((word.clone(), meaning.as_str()?.to_owned()))
            };
            Ok(Field::Words(from.to_owned(), words.iter().filter_map(pair).collect()))
        }
        _ => Err("it is neither a column nor { from = …, words = … } nor { is = … }"),
    }
}

fn offset(zone: &str) -> Option<FixedOffset> {
    match zone {
        "UTC" | "Z" => FixedOffset::east_opt(0),
        other => other.parse().ok(),
    }
}

/// Rows by a mapping.
pub(super) struct Table {
    mapping: Mapping,
    row: u64,
    /// What each key said, to find two rows that contradict each other.
    seen: HashMap<String, Value>,
}

impl Table {
    pub(super) fn new(mapping: Mapping) -> Table {
        Table { mapping, row: 0, seen: HashMap::new() }
    }

    /// What a field of a row says; `None` where it is empty.
    fn value(&self, field: &Field, row: &Value) -> Result<Option<Value>, String> {
        match field {
            Field::Constant(value) => Ok(Some(value.clone())),
            Field::Column(column) => cell(row, column),
            Field::Words(column, words) => {
                let Some(value) = cell(row, column)? else { return Ok(None) };
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                match words.get(&text) {
                    Some(meaning) => Ok(Some(json!(meaning))),
                    None => Err(format!("'{text}' in {column} is none of the mapping's words")),
                }
            }
        }
    }

    fn fields(
        &self,
        fields: &[(String, Field)],
        row: &Value,
    ) -> Result<Map<String, Value>, String> {
        let mut map = Map::new();
        for (key, field) in fields {
            map.extend(self.value(field, row)?.map(|value| (key.clone(), value)));
        }
        Ok(map)
    }

    fn draft(&self, item: &Item, out: &Out<'_>) -> Result<Draft, String> {
        let row = &item.value;
        let kind = self.value(&self.mapping.kind, row)?.unwrap_or_default();
        let kind = kind.as_str().and_then(|kind| kind.parse::<Kind>().ok());
        let kind = kind.filter(|kind| !kind.is_git() && *kind != Kind::Import);
        let kind = kind.ok_or("it has no kind of record")?;
        let mut key = Vec::new();
        for column in &self.mapping.key {
            let value =
                cell(row, column)?.ok_or_else(|| format!("the key's column {column} is empty"))?;
            key.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        let when = self.moment(row)?;
        let key = key.join("/");
        let mut from = origin(&self.mapping.system, "", "", "row", &key, item);
        from.got = "file".to_owned();
        from.key = key;
        let mut draft = Draft::new(kind, when, from);
        let who = self.fields(&self.mapping.who, row)?;
        let text = |key: &str| who.get(key).and_then(Value::as_str);
        draft.who = who::named(text("name"), text("email"));
        if !who::is_unknown(&draft.who) {
            let more = who.iter().filter(|(key, _)| matches!(key.as_str(), "login" | "type"));
            draft.who.extend(more.map(|(key, value)| (key.clone(), value.clone())));
        }
        draft.what = self.fields(&self.mapping.what, row)?;
        for key in ["commit", "from_commit", "head_commit", "merge_commit", "prev_commit"] {
            let Some(Value::String(id)) = draft.what.get(key) else { continue };
            // A short id counts if it means only one commit here.
            let full = full_id(id).or_else(|| (out.commit)(id).map(|commit| commit.id));
            let full = full.ok_or_else(|| {
                format!("'{id}' in {key} is no full id, and not the beginning of exactly one here")
            })?;
            draft.what.insert(key.to_owned(), json!(full));
        }
        draft.place = self.fields(&self.mapping.place, row)?;
        let why = self.fields(&self.mapping.why, row)?;
        draft = draft.why(why.get("reason").and_then(Value::as_str));
        if let Some(tickets) = why.get("tickets").and_then(Value::as_str) {
            let each = tickets.split([',', ' ', ';']).filter(|ticket| !ticket.is_empty());
            draft.why.insert("tickets".to_owned(), json!(each.collect::<Vec<_>>()));
        }
        Ok(draft)
    }

    fn moment(&self, row: &Value) -> Result<i64, String> {
        let Moment { from, format, zone } = &self.mapping.when;
        let value = cell(row, from)?.ok_or_else(|| format!("the time in {from} is empty"))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let at = match format {
            None => instant(&text, *zone),
            Some(format) => formatted(&text, format, *zone),
        };
        let seconds = at.and_then(super::time::within);
        seconds.ok_or_else(|| match (zone, format) {
            (None, _) => format!("'{text}' in {from} is no time with a zone: the mapping may say which, [when] zone = \"+02:00\", and in which form, format = \"%d.%m.%Y %H:%M\""),
            _ => format!("'{text}' in {from} is no time in the form that the mapping says"),
        })
    }
}

/// What a column or a path of a row holds; `None` where it is empty.
fn cell(row: &Value, column: &str) -> Result<Option<Value>, String> {
    let object = row.as_object().ok_or("the row is no object")?;
    let first = column.split('.').next().unwrap_or(column);
    if !object.contains_key(column) && !object.contains_key(first) {
        return Err(format!("there is no column {column}"));
    }
    let value = object.get(column).unwrap_or_else(|| row.at(column));
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(json!(text.replace("\r\n", "\n").trim()))),
        Value::Number(number) if number.is_f64() => Ok(Some(json!(number.to_string()))),
        other => Ok(Some(other.clone())),
    }
}

/// A time in one of the forms of RFC 3339; without a zone in the mapping's.
fn instant(text: &str, zone: Option<FixedOffset>) -> Option<i64> {
    let with_zone = super::time::parse(text).or_else(|| {
        let moment = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z").ok()?;
        Some(moment.timestamp())
    });
    with_zone.or_else(|| {
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        in_zone(naive?, zone?)
    })
}

fn formatted(text: &str, format: &str, zone: Option<FixedOffset>) -> Option<i64> {
    if let Ok(moment) = DateTime::parse_from_str(text, format) {
        return Some(moment.timestamp());
    }
    let naive = NaiveDateTime::parse_from_str(text, format)
        .ok()
        .or_else(|| Some(NaiveDate::parse_from_str(text, format).ok()?.and_time(NaiveTime::MIN)));
    in_zone(naive?, zone?)
}

fn in_zone(naive: NaiveDateTime, zone: FixedOffset) -> Option<i64> {
    Some(naive.and_local_timezone(zone).single()?.timestamp())
}

impl Source for Table {
    fn takes(&self, _item: &Item) -> bool {
        true
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        self.row += 1;
        let what = format!("row {}", self.row);
        let empty = |value: &Value| {
            value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
        };
        if item.value.as_object().is_some_and(|row| row.values().all(empty)) {
            return out.no_event(item, what, "it is empty");
        }
        if let Ok(None) = cell(&item.value, &self.mapping.when.from) {
            return out.too_little(item, what, "it has no time");
        }
        match self.draft(item, out) {
            Err(why) => {
                out.fail(Failure::new(format!("{what}: {why}")).hint("nothing was imported"))
            }
            Ok(draft) => {
                let fields = draft.fields();
                match self.seen.insert(draft.from.key.clone(), fields.clone()) {
                    Some(other) if other != fields => out.fail(
                        Failure::new(format!(
                            "{what}: another row has the key {}, and says something else",
                            draft.from.key
                        ))
                        .hint("name more columns in key; nothing was imported"),
                    ),
                    _ => out.draft(item, draft),
                }
            }
        }
    }
}

/// Reads a CSV file (RFC 4180), whose first row names the columns; rows go on as objects of texts.
///
/// # Errors
/// When a row has more or fewer cells than there are columns, a name stands there twice, or it is not UTF-8.
pub(super) fn rows(
    name: &str,
    text: &[u8],
    file: usize,
    each: &mut dyn FnMut(Item) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| first.iter().filter(|&&byte| byte == sign).count();
    let delimiter = [b';', b'\t', b','].into_iter().max_by_key(|&sign| count(sign)).unwrap_or(b',');
    let wrong =
        |error: csv::Error| Failure::new(format!("{name}: {error}")).hint("nothing was imported");
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text);
    let columns: Vec<String> =
        reader.headers().map_err(wrong)?.iter().map(|name| name.trim().to_owned()).collect();
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name))
    {
        return Err(Failure::new(format!("{name}: the column '{}' stands there twice", twice.1)));
    }
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let cells = columns.iter().cloned().zip(record.iter().map(|cell| json!(cell)));
        each(Item { value: Value::Object(cells.collect()), file, ..Item::default() })?;
    }
    Ok(())
}

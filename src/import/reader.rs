//! Reading all files of one call: items to their sources, drafts joined by their keys.

use super::item::{Item, Out};
use super::left_out::{LeftOut, Reason};
use super::table::{Mapping, Table};
use super::{CommitLookup, Draft, Row, SOURCES, Source, TABLE, container};
use crate::event::Kind;
use crate::ledger::provenance;
use crate::outcome::Failure;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Read;

/// What sources may ask, and what people asked for.
pub struct Options<'a> {
    /// The one source whose items are read; `None` for every source.
    pub only: Option<&'static Row>,
    /// Commits of the repository, by full or short id.
    pub commit: &'a CommitLookup<'a>,
    /// Where `customData` of CDEvents has the commit.
    pub commit_from: Option<&'a str>,
    /// Whether a run of this name ran tests.
    pub is_test: &'a dyn Fn(&str) -> bool,
    /// How to read tables: then every file is one.
    pub table: Option<Mapping>,
    /// The name of an environment here, from its name there.
    pub env: &'a dyn Fn(&str) -> String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What the user named it.
    pub name: String,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// How many there are.
    pub bytes: u64,
}

/// What all files of one call say.
pub struct Imported {
    /// Drafts, joined: one for each stage of each object, oldest first.
    pub drafts: Vec<Packed>,
    /// What gave no record.
    pub left_out: Vec<LeftOut>,
    /// Lists that look cut off.
    pub suspects: Vec<String>,
    /// The files.
    pub files: Vec<File>,
    /// The sources that found something of their own, by name.
    pub sources: Vec<&'static str>,
}

/// A draft in little room: a large import has a hundred thousand of them.
pub struct Packed {
    /// System, host and key, which name the object.
    pub object: (String, String, String),
    /// When it happened.
    pub when: i64,
    /// The stage of the object that it tells of.
    pub stage: u64,
    /// The repository that it is of.
    pub repo: String,
    /// The digest of what the files say.
    pub item: Box<str>,
    text: Box<str>,
}

impl Packed {
    /// Packs a draft.
    pub fn new(draft: &Draft) -> Packed {
        let (system, host, key) = draft.from.object_key();
        let text = json!([draft.fields(), draft.from.to_json()]).to_string();
        Packed {
            object: (system.to_owned(), host.to_owned(), key.to_owned()),
            when: draft.when,
            stage: draft.stage(),
            repo: draft.from.repo.clone(),
            item: draft.from.item.as_str().into(),
            text: text.into(),
        }
    }

    /// The draft.
    pub fn unpack(&self) -> Draft {
        let mut value: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let from = provenance::Provenance::from_json(&value[1]).unwrap_or_default();
        draft_of(value[0].take(), self.when, from)
    }
}

/// A draft of the fields that [`Draft::fields`] gives.
fn draft_of(mut fields: Value, when: i64, from: provenance::Provenance) -> Draft {
    let kind = fields["kind"].as_str().and_then(|kind| kind.parse().ok()).unwrap_or(Kind::Note);
    let mut object = |key: &str| match fields[key].take() {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    Draft {
        kind,
        when,
        who: object("who"),
        what: object("what"),
        place: object("where"),
        why: object("why"),
        from,
    }
}

/// Puts the digest of what a draft says beside it; refuses what no record can hold.
fn digested(mut draft: Draft, name: &str) -> Result<Draft, Failure> {
    draft.from.item = provenance::digest(&draft.fields()).map_err(|refusal| {
        let what = format!("{} {} in {name}", draft.from.object, draft.from.id);
        Failure::new(format!("{what}: {refusal}"))
            .hint(format!("{}; nothing was imported", refusal.hint))
    })?;
    Ok(draft)
}

/// Reads files, one after the other.
pub struct Reader<'a> {
    options: Options<'a>,
    sources: Vec<(&'static Row, Box<dyn Source>, bool)>,
    out: Out<'a>,
    files: Vec<File>,
    joined: BTreeMap<((String, String, String), u64), Packed>,
}

impl<'a> Reader<'a> {
    /// A reader that has seen no file yet.
    pub fn new(options: Options<'a>) -> Reader<'a> {
        let table = options.table.clone();
        let asked = |row: &&'static Row| options.only.is_none_or(|only| only.name == row.name);
        let rows = SOURCES.iter().filter(asked);
        let out = Out {
            drafts: Vec::new(),
            left_out: Vec::new(),
            failure: None,
            suspects: Vec::new(),
            commit: options.commit,
            is_test: options.is_test,
            commit_from: options.commit_from,
        };
        let mut sources: Vec<(&'static Row, Box<dyn Source>, bool)> =
            rows.map(|row| (row, (row.make)(), false)).collect();
        if let Some(mapping) = table {
            sources = vec![(&TABLE, Box::new(Table::new(mapping)), false)];
        }
        Reader { sources, options, out, files: Vec::new(), joined: BTreeMap::new() }
    }

    /// Reads a file; `name` is for messages, and `count` is called for each item.
    ///
    /// # Errors
    /// When it can't be read to its end, or says something that no record can hold. Nothing of the
    /// call counts then.
    pub fn file(
        &mut self,
        name: &str,
        source: impl Read,
        count: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        let number = self.files.len();
        let csv = self.options.table.is_some();
        let facts = container::read(name, source, number, csv, &mut |item| {
            count();
            self.item(&item);
            if let Some(failure) = self.out.failure.take() {
                return Err(failure);
            }
            if self.out.drafts.len() >= 1024 {
                self.take_drafts(name)?;
            }
            Ok(())
        })?;
        self.out.suspects.extend(facts.suspect);
        self.files.push(File { name: name.to_owned(), sha256: facts.sha256, bytes: facts.bytes });
        self.take_drafts(name)
    }

    fn item(&mut self, item: &Item) {
        let taker = self.sources.iter_mut().find(|(_, source, _)| source.takes(item));
        match taker {
            Some((_, source, found)) => {
                *found = true;
                source.read(item, &mut self.out);
            }
            None => {
                let keys = item.value.as_object().into_iter().flat_map(Map::keys).take(6);
                let keys: Vec<&str> = keys.map(String::as_str).collect();
                let what = format!("an object with {}", keys.join(", "));
                self.out.skip(item.file, what, Reason::Unrecognised, "");
            }
        }
    }

    /// Joins what has come with what there is of the same objects.
    fn take_drafts(&mut self, name: &str) -> Result<(), Failure> {
        for (file, mut draft) in std::mem::take(&mut self.out.drafts) {
            if let Some(env) = draft.place.get("env").and_then(Value::as_str) {
                let env = (self.options.env)(env);
                draft.place.insert("env".to_owned(), json!(env));
            }
            draft.from.file = file.to_string();
            let draft = digested(draft, name)?;
            let (system, host, key) = draft.from.object_key();
            let key = ((system.to_owned(), host.to_owned(), key.to_owned()), draft.stage());
            let joined = match self.joined.remove(&key) {
                Some(other) => digested(other.unpack().join(draft), name)?,
                None => draft,
            };
            self.joined.insert(key, Packed::new(&joined));
        }
        Ok(())
    }

    /// Joins what needs other items, and gives everything back.
    ///
    /// # Errors
    /// As [`Reader::file`].
    pub fn finish(mut self) -> Result<Imported, Failure> {
        for (_, source, _) in &mut self.sources {
            source.finish(&mut self.out);
        }
        self.take_drafts("the files together")?;
        let mut drafts: Vec<Packed> = self.joined.into_values().collect();
        // Oldest first; at one moment by id, shorter numbers before longer ones.
        drafts.sort_by(|a, b| {
            let key = |one: &Packed| (one.when, one.object.2.len());
            key(a).cmp(&key(b)).then_with(|| a.object.cmp(&b.object)).then(a.stage.cmp(&b.stage))
        });
        let found = self.sources.iter().filter(|(_, _, found)| *found);
        Ok(Imported {
            drafts,
            left_out: self.out.left_out,
            suspects: self.out.suspects,
            sources: found.map(|(row, _, _)| row.name).collect(),
            files: self.files,
        })
    }
}

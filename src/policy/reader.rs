//! Strict reading of TOML: every key is asked for by name, and what nobody asked for is an error.
//!
//! ```text
//! .audit/policy.toml:7:1: unknown key 'aprovers' in [environments.production]
//! hint: did you mean 'approvers'?
//! ```
//!
//! The problems of a file are collected, so that one run tells what is to be mended. A file may come
//! from somebody who only wants to keep the reader busy, so after [`MOST`] they are merely counted.

use super::time;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One thing that is wrong in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// The most problems that are told of one file.
pub(super) const MOST: usize = 100;

/// The most words that a hint lists.
const LISTED: usize = 40;

/// The text that is read, and what was found wrong with it so far.
pub(super) struct Reader<'s> {
    text: &'s str,
    problems: RefCell<Vec<Problem>>,
    /// How many more there are.
    untold: Cell<usize>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(text: &'s str) -> Reader<'s> {
        Reader { text, problems: RefCell::new(Vec::new()), untold: Cell::new(0) }
    }

    pub(super) fn problem(
        &self,
        span: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.is_full() {
            self.untold.set(self.untold.get() + 1);
            return;
        }
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let problem = Problem { line, column, message: message.into(), hint: hint.into() };
        self.problems.borrow_mut().push(problem);
    }

    /// Whether a further problem would only be counted.
    fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MOST
    }

    /// What the user may have meant, as a hint.
    pub(super) fn suggest<'a>(
        &self,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> String {
        // Not for a problem that nobody is told of: it may take a look at every name of the policy.
        if self.is_full() { String::new() } else { suggest(word, known) }
    }

    /// What is wrong, in the order of the file; last, how much more there is.
    pub(super) fn finish(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        if let (Some(last), untold @ 1..) = (problems.last(), self.untold.get()) {
            let (line, column) = (last.line, last.column);
            let message = format!("{untold} more problems in this file");
            problems.push(Problem { line, column, message, hint: "mend these first".to_owned() });
        }
        problems
    }
}

/// A table of the file. Keys are asked for one by one; [`Table::finish`] reports the others.
pub(super) struct Table<'r, 's> {
    reader: &'r Reader<'s>,
    table: &'r DeTable<'s>,
    /// As messages call it: `[environments.production]`; empty at the top.
    name: String,
    asked: RefCell<Vec<String>>,
    pub(super) span: Range<usize>,
}

impl<'r, 's> Table<'r, 's> {
    pub(super) fn top(reader: &'r Reader<'s>, table: &'r Spanned<DeTable<'s>>) -> Table<'r, 's> {
        Table::of(reader, table.get_ref(), String::new(), table.span())
    }

    fn of(
        reader: &'r Reader<'s>,
        table: &'r DeTable<'s>,
        name: String,
        span: Range<usize>,
    ) -> Table<'r, 's> {
        Table { reader, table, name, asked: RefCell::new(Vec::new()), span }
    }

    /// The keys, in alphabetical order, for tables whose keys are names that the user chooses.
    pub(super) fn keys(&self) -> Vec<Located<String>> {
        let located = |key: &Spanned<_>| Located { value: text_of(key), span: key.span() };
        self.table.keys().map(located).collect()
    }

    /// Reports every key that was not asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.keys() {
            if asked.contains(&key.value) {
                continue;
            }
            let place = if self.name.is_empty() { "" } else { " in " };
            let message = format!("unknown key '{}'{place}{}", key.value, self.name);
            let hint = self.reader.suggest(&key.value, asked.iter().map(String::as_str));
            self.reader.problem(&key.span, message, hint);
        }
    }

    fn get(&self, key: &str) -> Option<&'r Spanned<DeValue<'s>>> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str, example: &str) {
        let found = value.get_ref().type_str();
        self.reader.problem(
            &value.span(),
            format!("'{key}' is {wanted}, not of type {found}"),
            format!("for instance: {key} = {example}"),
        );
    }

    pub(super) fn text(&self, key: &str, example: &str) -> Option<Located<String>> {
        let value = self.get(key)?;
        match value.get_ref().as_str() {
            Some(text) if !text.is_empty() => {
                Some(Located { value: text.to_owned(), span: value.span() })
            }
            Some(_) => {
                let hint = format!("for instance: {key} = {example}; or leave it out");
                self.reader.problem(&value.span(), format!("'{key}' is empty"), hint);
                None
            }
            None => {
                self.wrong(key, value, "a text", example);
                None
            }
        }
    }

    /// A list of texts. `None` when the key is not there, which is not the same as an empty list.
    pub(super) fn texts(&self, key: &str, example: &str) -> Option<Vec<Located<String>>> {
        let value = self.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of texts", example);
            return Some(Vec::new());
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) if !text.is_empty() => {
                    texts.push(Located { value: text.to_owned(), span: item.span() });
                }
                _ => self.wrong(key, item, "a list of texts that are not empty", example),
            }
        }
        Some(texts)
    }

    pub(super) fn count(&self, key: &str, example: &str) -> Option<u32> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer();
        let read = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        if read.is_none() {
            self.wrong(key, value, "a whole number from 0", example);
        }
        read
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, value, "true or false", "true");
        }
        flag
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let example = words.first().map_or("", |(word, _)| word);
        let text = self.text(key, &format!("\"{example}\""))?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("'{}' is none of {}", text.value, names.join(", "));
            self.reader.problem(&text.span, message, self.reader.suggest(&text.value, names));
        }
        found.map(|(_, value)| *value)
    }

    /// A moment with its zone, in seconds since 1970 UTC: TOML's own date-time, or the same as text.
    pub(super) fn moment(&self, key: &str) -> Option<i64> {
        let example = "2026-12-20T00:00:00Z";
        let value = self.get(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(moment) => moment.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.wrong(key, value, "a moment", example);
                return None;
            }
        };
        let moment = time::moment(&text);
        if moment.is_none() {
            self.reader.problem(
                &value.span(),
                format!("'{text}' is no moment with a zone"),
                format!("for instance: {key} = {example}"),
            );
        }
        moment
    }

    /// A span of time in seconds: `14 days`, `90 minutes`.
    pub(super) fn duration(&self, key: &str, example: &str) -> Option<i64> {
        let text = self.text(key, example)?;
        let seconds = time::duration(&text.value);
        if seconds.is_none() {
            self.reader.problem(
                &text.span,
                format!("'{}' is no span of time", text.value),
                format!("write a number and a unit (seconds, minutes, hours, days, weeks), for instance: {key} = {example}"),
            );
        }
        seconds
    }

    /// Whether a key is there and holds a table.
    pub(super) fn holds_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    pub(super) fn table(&self, key: &str) -> Option<Table<'r, 's>> {
        let value = self.get(key)?;
        let name = if self.name.is_empty() {
            format!("[{key}]")
        } else {
            format!("{}.{key}]", self.name.trim_end_matches(']'))
        };
        match value.get_ref().as_table() {
            Some(table) => Some(Table::of(self.reader, table, name, value.span())),
            None => {
                self.wrong(key, value, "a table", "{ … }");
                None
            }
        }
    }

    /// A list of tables: `[[environments.production.freeze]]`.
    pub(super) fn tables(&self, key: &str) -> Vec<Table<'r, 's>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of tables", "[{ … }]");
            return Vec::new();
        };
        let name = format!("[{}.{key}]", self.name.trim_start_matches('[').trim_end_matches(']'));
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => {
                    tables.push(Table::of(self.reader, table, format!("[{name}]"), item.span()));
                }
                None => self.wrong(key, item, "a list of tables", "[{ … }]"),
            }
        }
        tables
    }

    pub(super) fn reader(&self) -> &'r Reader<'s> {
        self.reader
    }
}

fn text_of(key: &Spanned<std::borrow::Cow<'_, str>>) -> String {
    key.get_ref().to_string()
}

fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None if known.is_empty() => "leave it out".to_owned(),
        None if known.len() > LISTED => {
            format!("it knows {}, and {} more", known[..LISTED].join(", "), known.len() - LISTED)
        }
        None => format!("it knows {}", known.join(", ")),
    }
}

/// The word that is least different, if it is near enough to be a slip.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, in one row. Words longer than 64 characters are no slips.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().max(b.len()) > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("aprovers", ["approvers", "deployers"]), Some("approvers"));
        assert_eq!(nearest("comit-signed", ["commit-signed", "tag-signed"]), Some("commit-signed"));
        assert_eq!(nearest("colour", ["approvers", "deployers"]), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ab", "cda"), 3);
        assert_eq!(distance("sitting", "kitten"), 3);
        assert_eq!(distance(&"x".repeat(64), "x"), 63);
        assert_eq!(distance(&"x".repeat(65), "x"), usize::MAX);
    }

    #[test]
    fn whoever_is_not_understood_is_told_what_would_be() {
        assert_eq!(suggest("aprovers", ["approvers", "deployers"]), "did you mean 'approvers'?");
        assert_eq!(suggest("colour", ["approvers", "deployers"]), "it knows approvers, deployers");
        assert_eq!(suggest("colour", []), "leave it out");
        let words: Vec<String> = (0..=LISTED).map(|n| format!("some-rule-{n}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert!(suggest("x", words[..LISTED].iter().copied()).ends_with(", some-rule-39"));
        let longer = suggest("x", words.iter().copied());
        assert!(longer.ends_with(", some-rule-39, and 1 more"), "{longer}");
    }
}

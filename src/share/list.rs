//! A published list as it lies in a commit, and what must hold of it before anything is done with it.
//!
//! ```text
//! message      the checkpoint, and nothing else
//! tree         edge, ledger/, and in it 000000.jsonl, 000001.jsonl, …; plain files all of them
//! segments     256 lines each, the last 1 to 256; canonical lines of this ledger; none twice;
//!              each behind all that it builds on
//! edge         the roots of the perfect subtrees over all segments but the last
//! ```
//!
//! [`Layout`] reads the tree, [`Reader`] takes one segment after the other. Segments at the beginning that
//! were accepted before need not be read again: then their ids are [`Known`]. What signatures and signers are
//! worth is not asked here: one bad record must not stop everybody.

use super::note::Checkpoint;
use super::segments::{self, EDGE, FOLDER, LINES};
use super::tree::{self, Frontier};
use crate::ledger::entry::{MAX_LINE, Reject};
use crate::ledger::{Id, Line, Scratch};
use std::collections::HashSet;
use std::fmt;

/// The largest segment, in bytes.
pub const MAX_SEGMENT: u64 = (LINES * MAX_LINE) as u64;

/// The largest `edge`, in bytes: 64 lines.
pub const MAX_EDGE: u64 = 64 * 72;

/// The longest message of a commit, in bytes.
pub const MAX_MESSAGE: u64 = 8 * 1024;

/// Why a list is refused. Holds text of strangers: escape it on terminals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw(pub String);

impl Flaw {
    fn new(what: impl Into<String>) -> Flaw {
        Flaw(what.into())
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The objects of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The id of `edge`.
    pub edge: String,
    /// The ids of the segments.
    pub segments: Vec<String>,
}

impl Layout {
    /// Reads what `git ls-tree -r -t -z` prints: `MODE TYPE ID TAB PATH NUL`.
    ///
    /// # Errors
    /// When there is anything beside the files of a list, or one of them is missing.
    pub fn parse(listing: &[u8]) -> Result<Layout, Flaw> {
        let text = std::str::from_utf8(listing)
            .map_err(|_| Flaw::new("a path in the tree is not UTF-8"))?;
        let mut layout = Layout::default();
        let mut wanted =
            vec![("100644 blob", EDGE.to_owned()), ("040000 tree", FOLDER.to_owned())].into_iter();
        for entry in text.split_terminator('\0') {
            let (head, path) =
                entry.split_once('\t').ok_or(Flaw::new("the tree can't be listed"))?;
            let (kind, id) = head.rsplit_once(' ').ok_or(Flaw::new("the tree can't be listed"))?;
            let (expected, name) = wanted.next().unwrap_or_else(|| {
                ("100644 blob", format!("{FOLDER}/{}", segments::name(layout.segments.len())))
            });
            if path != name {
                return Err(Flaw::new(format!(
                    "the tree holds '{path}' where '{name}' should stand"
                )));
            }
            if kind != expected {
                return Err(Flaw::new(format!(
                    "'{path}' is '{kind}' where '{expected}' should stand"
                )));
            }
            match name.as_str() {
                EDGE => layout.edge = id.to_owned(),
                FOLDER => {}
                _ => layout.segments.push(id.to_owned()),
            }
        }
        if layout.edge.is_empty() || layout.segments.is_empty() {
            return Err(Flaw::new(format!(
                "the tree lacks '{EDGE}' or any segment in '{FOLDER}/'"
            )));
        }
        Ok(layout)
    }
}

/// What is known of the beginning of a list before it is read.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// The ids of whole segments that were accepted before; none for a list that is read from its start.
    Ids(&'a [Id]),
    /// Only what `edge` says of all segments but the last, whatever that is worth.
    Edge,
}

/// What every line is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The name of the ledger, if this clone knows one.
    pub ledger: Option<&'a str>,
    /// Whether the armor of a signature is in its canonical form.
    pub armor: fn(&[u8]) -> bool,
}

/// A list that was checked.
#[derive(Debug, Clone)]
pub struct List {
    /// Its state.
    pub checkpoint: Checkpoint,
    /// How many records stand before the first one that was read.
    pub from: usize,
    /// The ids of those that were read.
    pub ids: Vec<Id>,
    /// Those of a version that this program doesn't know, by their number among those that were read.
    pub newer: Vec<usize>,
    text: Vec<u8>,
    /// The offset behind each line.
    ends: Vec<usize>,
    prev: Vec<Vec<Id>>,
}

impl List {
    /// The line of record `number` among those that were read, with its `\n`.
    pub fn line(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
    }

    /// What record `number` among those that were read builds on.
    pub fn prev(&self, number: usize) -> &[Id] {
        &self.prev[number]
    }

    /// The ids among those that were read that nobody there builds on.
    pub fn heads(&self) -> Vec<Id> {
        let built_on: HashSet<&Id> = self.prev.iter().flatten().collect();
        self.ids.iter().filter(|id| !built_on.contains(id)).copied().collect()
    }
}

/// Checks a list while its segments arrive.
pub struct Reader<'a> {
    expected: Expected<'a>,
    edge: String,
    segments: usize,
    /// `None` where only `edge` is known.
    seen: Option<HashSet<Id>>,
    read: HashSet<Id>,
    frontier: Frontier,
    edge_checked: bool,
    /// At which size the root is wanted, and the root there.
    mark: Option<u64>,
    marked: Option<tree::Hash>,
    list: List,
}

impl<'a> Reader<'a> {
    /// Begins with the message of the commit, its `edge` and the number of its segments. `mark` is the size
    /// of which [`Reader::finish`] gives the root.
    ///
    /// # Errors
    /// When the message or `edge` is malformed, or they don't fit one another.
    pub fn new(
        message: &[u8],
        edge: &[u8],
        segments: usize,
        known: Known<'_>,
        mark: Option<u64>,
        expected: Expected<'a>,
    ) -> Result<Reader<'a>, Flaw> {
        let message =
            std::str::from_utf8(message).map_err(|_| Flaw::new("the message is not UTF-8"))?;
        let checkpoint = Checkpoint::parse(message).map_err(|malformed| {
            Flaw(format!("the message of the commit is no checkpoint: {malformed}"))
        })?;
        let edge = String::from_utf8_lossy(edge).into_owned();
        let parsed = segments::parse_edge(&edge).ok_or(Flaw::new("'edge' is malformed"))?;
        if let Some(name) = expected.ledger.filter(|name| *name != checkpoint.origin) {
            return Err(Flaw(format!(
                "it is the ledger '{}', this is '{name}'",
                checkpoint.origin
            )));
        }
        let before = (segments.saturating_sub(1) * LINES) as u64;
        if checkpoint.size <= before || checkpoint.size > before + LINES as u64 {
            return Err(Flaw(format!(
                "the message says {} records, and there are {segments} segments",
                checkpoint.size
            )));
        }
        if parsed.size() != before {
            return Err(Flaw::new("'edge' does not cover all segments but the last"));
        }
        let (frontier, seen, from) = match known {
            Known::Edge => (parsed, None, before as usize),
            Known::Ids(ids) => (Frontier::of(ids), Some(ids.iter().copied().collect()), ids.len()),
        };
        let mut reader = Reader {
            expected,
            edge,
            segments,
            seen,
            read: HashSet::new(),
            frontier,
            edge_checked: false,
            mark,
            marked: None,
            list: List {
                checkpoint,
                from,
                ids: Vec::new(),
                newer: Vec::new(),
                text: Vec::new(),
                ends: Vec::new(),
                prev: Vec::new(),
            },
        };
        reader.at_size()?;
        Ok(reader)
    }

    /// The number of the segment that comes next.
    pub fn next(&self) -> usize {
        self.frontier.size() as usize / LINES
    }

    /// Notes what is wanted at the size that has been reached.
    fn at_size(&mut self) -> Result<(), Flaw> {
        let size = self.frontier.size();
        if self.mark == Some(size) {
            self.marked = Some(self.frontier.root());
        }
        if size == (self.segments.saturating_sub(1) * LINES) as u64 {
            if self.edge != segments::format_edge(&self.frontier) {
                return Err(Flaw::new("'edge' is not that of the segments"));
            }
            self.edge_checked = true;
        }
        Ok(())
    }

    /// Takes the next segment.
    ///
    /// # Errors
    /// The first thing that is wrong in it.
    pub fn segment(&mut self, bytes: &[u8]) -> Result<(), Flaw> {
        let number = self.next();
        let at = |what: String| Flaw(format!("{}: {what}", segments::name(number)));
        if !bytes.ends_with(b"\n") {
            return Err(at("the last line has no end".into()));
        }
        let last = number + 1 == self.segments;
        let wanted = match last {
            true => self.list.checkpoint.size as usize - number * LINES,
            false => LINES,
        };
        let mut lines = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            lines += 1;
            if lines > wanted {
                break;
            }
            self.line(line).map_err(|what| at(format!("line {lines}: {what}")))?;
            self.at_size()?;
        }
        match lines == wanted {
            true => Ok(()),
            false => {
                Err(at(format!("it does not hold the {wanted} lines that the message promises")))
            }
        }
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut scratch = Scratch::default();
        let (ledger, prev) = match Line::read(bytes, &mut scratch) {
            Ok(line) => {
                if let Some(armor) = line.signature()
                    && !(self.expected.armor)(armor.as_bytes())
                {
                    return Err("the armor of the signature is not in its canonical form".into());
                }
                (line.ledger().into_owned(), line.prev().collect())
            }
            // Somebody's newer program wrote it: it travels on, and is not looked into.
            Err(Reject::UnknownVersion) => {
                self.list.newer.push(self.list.ids.len());
                graph(bytes).ok_or("neither a record of this version nor of another")?
            }
            Err(reject) => return Err(reject.to_string()),
        };
        if ledger != self.list.checkpoint.origin {
            return Err(format!("written for the ledger '{ledger}'"));
        }
        let id = Id::of(bytes);
        let before = |id: &Id| {
            self.read.contains(id) || self.seen.as_ref().is_some_and(|seen| seen.contains(id))
        };
        if before(&id) {
            return Err(format!("the record {id} stands there twice"));
        }
        // Where only `edge` is known, what is not among the last may stand before them.
        if self.seen.is_some()
            && let Some(missing) = prev.iter().find(|id| !before(id))
        {
            return Err(format!("builds on {missing}, which does not stand before it"));
        }
        self.read.insert(id);
        self.frontier.push(tree::leaf(&id));
        self.list.text.extend_from_slice(bytes);
        self.list.ends.push(self.list.text.len());
        self.list.ids.push(id);
        self.list.prev.push(prev);
        Ok(())
    }

    /// Ends: there are no more segments. Also gives the root at the size that was asked for, if the list has
    /// so many records.
    ///
    /// # Errors
    /// When the root is not that of the message.
    pub fn finish(self) -> Result<(List, Option<tree::Hash>), Flaw> {
        let Checkpoint { size, root, .. } = &self.list.checkpoint;
        if self.frontier.size() != *size || !self.edge_checked {
            return Err(Flaw(format!(
                "{} records stand there, and the message says {size}",
                self.frontier.size()
            )));
        }
        let computed = self.frontier.root();
        if computed != *root {
            return Err(Flaw(format!("its root is {computed}, and the message says {root}")));
        }
        Ok((self.list, self.marked))
    }
}

/// Ledger and `prev` of a line that is canonical, whatever else it says.
fn graph(line: &[u8]) -> Option<(String, Vec<Id>)> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    let body = value.get("body")?;
    let prev = body.get("prev")?.as_array()?;
    let id = |id: &serde_json::Value| Id::from_hex(id.as_str()?.as_bytes());
    Some((body.get("ledger")?.as_str()?.to_owned(), prev.iter().map(id).collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Kind;
    use crate::ledger::{Body, Nonce, entry};

    const NAME: &str = "example.com/pay";
    const EXPECTED: Expected<'_> = Expected { ledger: None, armor: |_| true };

    fn line(number: u32, prev: Vec<Id>, ledger: &str) -> Vec<u8> {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        let mut body = Body::new(Kind::Note, ledger, 1_788_256_860, Nonce(nonce));
        body.prev = prev;
        body.why.insert("reason".into(), "because".into());
        entry::format(&body.format().unwrap(), None).unwrap()
    }

    fn chain(count: u32) -> Vec<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for number in 0..count {
            lines.push(line(
                number,
                lines.last().map(|line| Id::of(line)).into_iter().collect(),
                NAME,
            ));
        }
        lines
    }

    fn publish(lines: &[Vec<u8>]) -> (String, String, Vec<Vec<u8>>) {
        let ids: Vec<Id> = lines.iter().map(|line| Id::of(line)).collect();
        let root = Frontier::of(&ids).root();
        let message = Checkpoint { origin: NAME.into(), size: ids.len() as u64, root }.to_string();
        let edge = segments::format_edge(&Frontier::of(&ids[..segments::before_last(ids.len())]));
        (message, edge, lines.chunks(LINES).map(<[Vec<u8>]>::concat).collect())
    }

    fn read(message: &str, edge: &str, segments: &[Vec<u8>]) -> Result<List, String> {
        let mark = None;
        let mut reader = Reader::new(
            message.as_bytes(),
            edge.as_bytes(),
            segments.len(),
            Known::Ids(&[]),
            mark,
            EXPECTED,
        )
        .map_err(|flaw| flaw.0)?;
        for segment in segments {
            reader.segment(segment).map_err(|flaw| flaw.0)?;
        }
        Ok(reader.finish().map_err(|flaw| flaw.0)?.0)
    }

    #[test]
    fn lists_of_every_length_around_a_segment_are_read_from_anywhere() {
        let all = chain(600);
        let ids: Vec<Id> = all.iter().map(|line| Id::of(line)).collect();
        for size in [1, 2, 255, 256, 257, 511, 512, 513, 600] {
            let (message, edge, parts) = publish(&all[..size]);
            let list = read(&message, &edge, &parts).unwrap();
            assert_eq!(list.ids, ids[..size]);
            assert_eq!(list.line(size - 1), all[size - 1]);
            assert_eq!(list.heads(), [ids[size - 1]]);
            for skipped in 0..parts.len() {
                let known = Known::Ids(&ids[..skipped * LINES]);
                let (message, edge) = (message.as_bytes(), edge.as_bytes());
                let mark = Some((skipped * LINES) as u64);
                let mut reader =
                    Reader::new(message, edge, parts.len(), known, mark, EXPECTED).unwrap();
                parts[skipped..].iter().for_each(|part| reader.segment(part).unwrap());
                let (list, marked) = reader.finish().unwrap();
                assert_eq!(list.ids, ids[skipped * LINES..size]);
                assert_eq!(marked, Some(Frontier::of(&ids[..skipped * LINES]).root()));
            }
            let mut tail = Reader::new(
                message.as_bytes(),
                edge.as_bytes(),
                parts.len(),
                Known::Edge,
                None,
                EXPECTED,
            )
            .unwrap();
            tail.segment(parts.last().unwrap()).unwrap();
            assert_eq!(tail.finish().unwrap().0.ids.last(), ids[..size].last());
        }
    }

    #[test]
    fn whatever_is_not_so_is_refused() {
        let all = chain(300);
        let (message, edge, parts) = publish(&all);
        let refused = |message: &str, edge: &str, parts: &[Vec<u8>], why: &str| {
            let said = read(message, edge, parts).unwrap_err();
            assert!(said.contains(why), "{said}, not {why}");
        };
        let with = |at: usize, other: Vec<u8>| {
            let mut lines = all.clone();
            lines[at] = other;
            lines.chunks(LINES).map(<[Vec<u8>]>::concat).collect::<Vec<_>>()
        };
        // Contents.
        refused(
            &message,
            &edge,
            &with(299, line(999, vec![Id::of(&all[298])], NAME)),
            "its root is",
        );
        refused(&message, &edge, &with(299, all[298].clone()), "twice");
        refused(&message, &edge, &with(299, all[0].clone()), "twice");
        refused(
            &message,
            &edge,
            &with(0, line(0, vec![Id([1; 32])], NAME)),
            "does not stand before it",
        );
        refused(
            &message,
            &edge,
            &with(299, line(299, vec![], "example.com/other")),
            "written for the ledger",
        );
        let spaced = String::from_utf8(all[299].clone()).unwrap().replacen(':', ": ", 1);
        refused(&message, &edge, &with(299, spaced.into_bytes()), "byte");
        let swapped: Vec<Vec<u8>> = {
            let mut lines = all.clone();
            lines.swap(10, 11);
            lines.chunks(LINES).map(<[Vec<u8>]>::concat).collect()
        };
        refused(&message, &edge, &swapped, "does not stand before it");
        let mut cut = parts.clone();
        cut[1].pop();
        refused(&message, &edge, &cut, "has no end");
        refused(&message, &edge, &parts[..1], "there are 1 segments");
        let mut short = parts.clone();
        short[0] = all[..255].concat();
        refused(&message, &edge, &short, "256 lines");
        let mut long = parts.clone();
        long[0] = all[..257].concat();
        refused(&message, &edge, &long, "256 lines");
        refused(&message, &edge, &[parts[0].clone(), vec![]], "has no end");
        // The message and edge.
        refused(&message.replace("\n300\n", "\n299\n"), &edge, &parts, "43 lines");
        refused(
            &message.replace("\n300\n", "\n301\n"),
            &edge,
            &parts,
            "lines that the message promises",
        );
        refused(&message.replace("pay", "may"), &edge, &parts, "written for the ledger");
        refused(&format!("{message}x\n"), &edge, &parts, "no checkpoint");
        refused(&message, "", &parts, "'edge' does not cover");
        refused(&message, &publish(&chain(257)[1..]).1, &parts, "'edge'");
        let other = Expected { ledger: Some("example.com/other"), ..EXPECTED };
        let read =
            Reader::new(message.as_bytes(), edge.as_bytes(), 2, Known::Ids(&[]), None, other);
        assert!(read.err().unwrap().0.contains("it is the ledger 'example.com/pay'"));
    }

    #[test]
    fn a_line_of_a_newer_version_travels_on_if_it_fits_the_graph() {
        let mut all = chain(2);
        let newer = String::from_utf8(line(7, vec![Id::of(&all[1])], NAME))
            .unwrap()
            .replace("\"v\":1", "\"v\":2");
        all.push(newer.clone().into_bytes());
        let (message, edge, parts) = publish(&all);
        assert_eq!(read(&message, &edge, &parts).unwrap().newer, [2]);
        all[2] = newer.replace("\"prev\":[\"", "\"prev\":[\"0").into_bytes();
        let (message, edge, parts) = publish(&all);
        assert!(read(&message, &edge, &parts).unwrap_err().contains("neither"));
    }

    #[test]
    fn a_tree_holds_the_files_of_a_list_and_nothing_else() {
        let id = "0123456789012345678901234567890123456789";
        let tree = |entries: &[(&str, &str)]| {
            let lines: String =
                entries.iter().map(|(kind, path)| format!("{kind} {id}\t{path}\0")).collect();
            Layout::parse(lines.as_bytes())
        };
        let (file, folder) = ("100644 blob", "040000 tree");
        let good = [
            (file, "edge"),
            (folder, "ledger"),
            (file, "ledger/000000.jsonl"),
            (file, "ledger/000001.jsonl"),
        ];
        assert_eq!(tree(&good).unwrap().segments.len(), 2);
        for (at, other) in [
            (0, ("100755 blob", "edge")),
            (0, (file, "edges")),
            (2, ("120000 blob", "ledger/000000.jsonl")),
            (2, ("160000 commit", "ledger/000000.jsonl")),
            (2, (file, "ledger/000001.jsonl")),
            (3, (file, "ledger/000002.jsonl")),
            (3, (file, "README")),
            (3, (folder, "ledger/x")),
        ] {
            let mut entries = good;
            entries[at] = other;
            assert!(tree(&entries).is_err(), "{other:?}");
        }
        assert!(tree(&good[..2]).is_err() && tree(&[]).is_err());
        assert!(Layout::parse(b"\xff\0").is_err() && Layout::parse(b"nonsense\0").is_err());
    }
}

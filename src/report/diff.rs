//! What separates two points of history: for people, as JSON, CSV and Markdown.

mod data;
mod list;
mod table;

use super::{Format, text, words};
use crate::event::{Event, Identity};
use crate::git::numstat::Touched;
use crate::ui::Style;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What is said of a range in which history ends early.
const CUT_OFF: &str =
    "history is cut off within this range: there may be more, or less (git fetch --unshallow)";

/// One end of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// As the user wrote it.
    pub name: String,
    /// The full id of the commit.
    pub commit: String,
    /// Which moment it stands for, in seconds since 1970 UTC.
    pub moment: Option<i64>,
    /// The deployment record that it names, if it is an address.
    pub record: Option<String>,
}

/// A person and the parts that they had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Involved {
    /// Name and address, as last seen.
    pub who: Identity,
    /// `author`, `co-author`, `committer`, `reviewer`, `approver`, `rejecter`, `deployer`, `actor`.
    pub parts: BTreeSet<&'static str>,
    /// How many commits the person authored.
    pub commits: usize,
}

/// A ranked change.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The event.
    pub event: Event,
    /// Its points.
    pub points: u32,
    /// What they are for.
    pub evidence: Vec<String>,
    /// Whether the change was taken away rather than brought.
    pub lost: bool,
    /// The deployment between the two ends that first had it (of a lost change: that first lacked it).
    pub brought_by: Option<Brought>,
}

/// A path asked about that no commit touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    /// As the user wrote it.
    pub path: String,
    /// Whether it is in the tree of one end at least.
    pub exists: bool,
    /// Whether the paths of all commits are known.
    pub certain: bool,
}

/// A deployment that brought a change, or took it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// The kind of the record: deploy or rollback.
    pub kind: &'static str,
    /// When, in seconds since 1970 UTC.
    pub from: i64,
    /// The id of the record.
    pub record: String,
}

/// The whole comparison.
#[derive(Debug, Clone)]
pub struct Diff {
    /// From here.
    pub from: End,
    /// To here.
    pub to: End,
    /// Commits of `to` that `from` does not have, newest first.
    pub gained: Vec<Event>,
    /// Commits of `from` that `to` does not have, newest first.
    pub lost: Vec<Event>,
    /// Ids of commits for which no review is known.
    pub unreviewed: BTreeSet<String>,
    /// What the ledger has between the two moments, oldest first.
    pub between: Vec<Event>,
    /// Who had a part in it.
    pub people: Vec<Involved>,
    /// Tickets named.
    pub tickets: Vec<String>,
    /// Change requests named.
    pub changes: Vec<String>,
    /// Configuration files touched.
    pub config: Vec<String>,
    /// Files that differ between the two ends; `None` when nobody asked.
    pub touched: Option<Vec<Touched>>,
    /// Likely causes; `None` when nobody asked.
    pub suspects: Option<Vec<Ranked>>,
    /// The paths among those asked about that no commit touches.
    pub untouched: Vec<Untouched>,
    /// Whether history is cut off within the range.
    pub shallow: bool,
}

/// A place that is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncompared {
    /// Its name.
    pub place: String,
    /// Why not.
    pub why: String,
    /// The other end, where that has a commit there: its name, and the full id.
    pub other: Option<(String, String)>,
    /// Full ids of what ran there all the same, and is not in this clone: then what separates the two ends is not
    /// known.
    pub missing: Vec<String>,
}

impl Uncompared {
    fn sentence(&self) -> String {
        let other = match &self.other {
            Some((name, commit)) => format!("; {name} has {}", text::short(commit)),
            None => String::new(),
        };
        format!("{} is not compared: {}{other}", self.place, self.why)
    }
}

/// The comparison of two ends, place by place where they name several.
#[derive(Debug, Clone)]
pub struct Diffs {
    /// One for each place.
    pub compared: Vec<Diff>,
    /// Places that one end has nothing to compare with.
    pub uncompared: Vec<Uncompared>,
    /// Whether an end names several places; else one comparison is all there is.
    pub several: bool,
}

impl Diffs {
    /// Whether all that was asked for is known.
    pub fn is_whole(&self) -> bool {
        !self.compared.iter().any(|diff| diff.shallow)
            && self.uncompared.iter().all(|one| one.missing.is_empty())
    }

    /// Writes the comparison. `now` decides which offset from UTC headings name.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(
        &self,
        format: Format,
        style: Style,
        now: i64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, now, out),
            Format::Markdown => self.markdown(out),
            Format::Json => data::json(self, out),
            Format::Jsonl => list::jsonl(self, out),
            Format::Csv => list::csv(self, out),
        }
    }

    /// What a list of events has no place for: what is not known or not compared, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let of = |diff: &Diff| {
            let cut =
                diff.shallow.then(|| format!("{}, {}: {CUT_OFF}", diff.from.name, diff.to.name));
            let untouched: Vec<String> =
                diff.untouched.iter().map(|one| diff.nothing_touches(one)).collect();
            cut.into_iter().chain(untouched)
        };
        let mut remarks: Vec<String> = self.compared.iter().flat_map(of).collect();
        remarks.extend(self.uncompared.iter().map(Uncompared::sentence));
        remarks
    }
}

impl Diff {
    /// What there is to say of a path that no commit touches: whether it exists comes first.
    fn nothing_touches(&self, Untouched { path, exists, certain }: &Untouched) -> String {
        let touches = match certain {
            true => format!("no commit in between touches {path}"),
            false => format!("no commit in between is known to touch {path}"),
        };
        match exists {
            true => touches,
            false => {
                let (from, to) = (&self.from.name, &self.to.name);
                format!("{path} is neither in {from} nor in {to}; {touches}")
            }
        }
    }

    /// `2 commits gained · 0 lost · 1 person`.
    fn summary(&self) -> String {
        if self.from.commit == self.to.commit {
            return format!("{} and {} are the same commit", self.from.name, self.to.name);
        }
        let mut parts =
            vec![format!("{} gained", words::counted(self.gained.len(), "commit", "commits"))];
        parts.push(format!("{} lost", self.lost.len()));
        parts.push(words::counted(self.people.len(), "person", "people"));
        if !self.changes.is_empty() {
            parts.push(words::counted(self.changes.len(), "change request", "change requests"));
        }
        if !self.tickets.is_empty() {
            parts.push(words::counted(self.tickets.len(), "ticket", "tickets"));
        }
        if !self.config.is_empty() {
            parts.push(words::counted(
                self.config.len(),
                "configuration file",
                "configuration files",
            ));
        }
        if !self.between.is_empty() {
            parts.push(words::counted(self.between.len(), "ledger event", "ledger events"));
        }
        parts.join(" · ")
    }
}

//! What an import did, in figures: for people and as JSON.

use super::{json, text, words};
use crate::event::Kind;
use crate::import::{File, LeftOut, Reason};
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The import record that closes the batch.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// Its full id.
    pub record: String,
    /// Whether somebody signed it.
    pub signed: bool,
}

/// What is reported.
pub struct ImportReport<'a> {
    /// The sources of what was found.
    pub sources: &'a [&'static str],
    /// The files.
    pub files: &'a [File],
    /// What gave no record.
    pub left_out: &'a [LeftOut],
    /// Records written, by kind.
    pub kinds: BTreeMap<Kind, u64>,
    /// Records of objects of which there was none.
    pub new: u64,
    /// Records that supersede another one.
    pub superseding: u64,
    /// What was there already.
    pub known: u64,
    /// How many of those nobody trusted vouches for.
    pub unvouched: u64,
    /// The import record; `None` when nothing was written.
    pub vouched: Option<Vouched>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether each item is to be named.
    pub verbose: bool,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    v: u32,
    dry_run: bool,
    sources: &'a [&'static str],
    files: Vec<FileJson<'a>>,
    new: u64,
    superseding: u64,
    known: u64,
    known_unvouched: u64,
    kinds: BTreeMap<&'static str, u64>,
    left_out: BTreeMap<&'static str, u64>,
    items_left_out: Vec<LeftOutJson<'a>>,
    import: Option<ImportJson<'a>>,
}

#[derive(Serialize)]
struct FileJson<'a> {
    name: &'a str,
    sha256: &'a str,
    bytes: u64,
}

#[derive(Serialize)]
struct LeftOutJson<'a> {
    what: &'a str,
    reason: &'static str,
    detail: &'a str,
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct ImportJson<'a> {
    record: &'a str,
    signed: bool,
}

impl ImportReport<'_> {
    fn count(&self, reason: Reason) -> u64 {
        self.left_out.iter().filter(|one| one.reason == reason).count() as u64
    }

    fn file(&self, one: &LeftOut) -> Option<&str> {
        self.files.get(one.file).map(|file| file.name.as_str())
    }

    /// Writes it as JSON, with every item that was left out.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let files = self.files.iter();
        let left_out = Reason::ALL.into_iter().map(|reason| (reason.key(), self.count(reason)));
        let document = ReportJson {
            v: json::VERSION,
            dry_run: self.dry_run,
            sources: self.sources,
            files: files
                .map(|file| FileJson { name: &file.name, sha256: &file.sha256, bytes: file.bytes })
                .collect(),
            new: self.new,
            superseding: self.superseding,
            known: self.known,
            known_unvouched: self.unvouched,
            kinds: self.kinds.iter().map(|(kind, count)| (kind.name(), *count)).collect(),
            left_out: left_out.filter(|(_, count)| *count > 0).collect(),
            items_left_out: self
                .left_out
                .iter()
                .map(|one| LeftOutJson {
                    what: &one.what,
                    reason: one.reason.key(),
                    detail: &one.detail,
                    file: self.file(one),
                })
                .collect(),
            import: self
                .vouched
                .as_ref()
                .map(|vouched| ImportJson { record: &vouched.record, signed: vouched.signed }),
        };
        json::document(&document, out)
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let files = words::counted(self.files.len() as u64, "file", "files");
        let from = match self.sources {
            [] => String::new(),
            sources => format!(" from {}", sources.join(", ")),
        };
        let written = words::counted(self.new + self.superseding, "record", "records");
        let would = if self.dry_run { "would import" } else { "imported" };
        writeln!(
            out,
            "{}",
            style.paint(Paint::Bold, &format!("{would} {written} out of {files}{from}"))
        )?;
        let mut row = |label: &str, count: u64, more: &str| -> io::Result<()> {
            writeln!(out, "  {} {count:>7}  {}", text::pad(label, 12), escape(more))
        };
        let kinds: Vec<String> =
            self.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        row("new", self.new, &kinds.join(", "))?;
        if self.superseding > 0 {
            row("superseding", self.superseding, "tell more than records that were there")?;
        }
        let unvouched = match self.unvouched {
            0 => String::new(),
            count => {
                format!("{count} of them vouched for by nobody trusted: --again writes them anew")
            }
        };
        row("known", self.known, &unvouched)?;
        let mut label = "left out";
        for reason in Reason::ALL {
            let count = self.count(reason);
            if count > 0 {
                row(label, count, reason.words())?;
                label = "";
            }
        }
        if self.verbose {
            self.name_each(out)?;
        }
        match &self.vouched {
            Some(vouched) if vouched.signed => {
                writeln!(
                    out,
                    "vouched for by your signature on the import record {}",
                    vouched.record
                )
            }
            Some(vouched) => writeln!(
                out,
                "nobody signed the import record {}: what it closes are claims",
                vouched.record
            ),
            None if self.dry_run => writeln!(out, "nothing was written (--dry-run)"),
            None => writeln!(out, "nothing was written: there is nothing new"),
        }
    }

    fn name_each(&self, out: &mut dyn Write) -> io::Result<()> {
        for one in self.left_out {
            let file = self.file(one).unwrap_or_default();
            let detail = match one.detail.as_str() {
                "" => one.reason.words(),
                detail => detail,
            };
            writeln!(out, "    {}", escape(&format!("{file}: {}: {detail}", one.what)))?;
        }
        Ok(())
    }
}

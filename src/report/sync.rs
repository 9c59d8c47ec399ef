//! What a sync came to: for people and as JSON.

use super::{json, text, words};
use crate::ledger::Id;
use crate::share::note::Checkpoint;
use crate::share::remote::Remote;
use crate::share::sync::{Ended, Refusal, Refused, Synced};
use crate::ui::{Paint, Style, escape};
use serde::Serialize;
use std::io::{self, Write};

/// How many records are named; JSON has all.
const MAX_NAMED: usize = 10;

/// The report.
pub struct SyncReport<'a> {
    /// The remote.
    pub remote: &'a Remote,
    /// What came of it.
    pub ended: &'a Ended,
    /// Nothing was changed.
    pub dry_run: bool,
}

#[derive(Serialize)]
struct SyncJson<'a> {
    v: u32,
    remote: &'a str,
    #[serde(rename = "ref")]
    reference: &'a str,
    outcome: &'static str,
    dry_run: bool,
    ledger: Option<&'a str>,
    records: Option<u64>,
    root: Option<String>,
    received: Vec<String>,
    published: Vec<String>,
    held: u64,
    first_contact: bool,
    restored: bool,
    retries: u32,
    why: Option<&'a str>,
    evidence: Option<&'a str>,
    accepted: Option<StateJson>,
}

#[derive(Serialize)]
struct StateJson {
    records: u64,
    root: String,
}

impl SyncReport<'_> {
    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let blank = SyncJson {
            v: json::VERSION,
            remote: &self.remote.name,
            reference: &self.remote.reference,
            outcome: "ok",
            dry_run: self.dry_run,
            ledger: None,
            records: None,
            root: None,
            received: Vec::new(),
            published: Vec::new(),
            held: 0,
            first_contact: false,
            restored: false,
            retries: 0,
            why: None,
            evidence: None,
            accepted: None,
        };
        let state = |checkpoint: Option<&Checkpoint>| {
            (checkpoint.map(|one| one.size), checkpoint.map(|one| one.root.to_string()))
        };
        let document = match self.ended {
            Ended::Synced(synced) => {
                let (records, root) = state(synced.checkpoint.as_ref());
                SyncJson {
                    ledger: synced.checkpoint.as_ref().map(|one| one.origin.as_str()),
                    records,
                    root,
                    received: synced.received.iter().map(Id::to_string).collect(),
                    published: synced.published.iter().map(Id::to_string).collect(),
                    held: synced.held,
                    first_contact: synced.first_contact,
                    restored: synced.restored,
                    retries: synced.late,
                    ..blank
                }
            }
            Ended::Refused(refused) => {
                let (records, root) = state(refused.found.as_ref());
                SyncJson {
                    outcome: refused.refusal.name(),
                    ledger: refused.found.as_ref().map(|one| one.origin.as_str()),
                    records,
                    root,
                    why: Some(&refused.why),
                    evidence: refused.evidence.as_deref(),
                    accepted: refused
                        .seen
                        .as_ref()
                        .map(|seen| StateJson { records: seen.size, root: seen.root.clone() }),
                    ..blank
                }
            }
        };
        json::document(&document, out)
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match self.ended {
            Ended::Synced(synced) => self.synced(synced, style, out),
            Ended::Refused(refused) => self.refused(refused, style, out),
        }
    }

    fn synced(&self, synced: &Synced, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let counted = |count: usize| words::counted(count as u64, "record", "records");
        let would = if self.dry_run { "would be " } else { "" };
        let remote = escape(&self.remote.name);
        if synced.restored {
            writeln!(out, "The accepted list was put back on {remote}.")?;
        }
        let listed = |ids: &[Id]| {
            let short: Vec<String> = ids
                .iter()
                .take(MAX_NAMED)
                .map(|id| text::short(&id.to_string()).to_owned())
                .collect();
            let more = if ids.len() > MAX_NAMED { ", …" } else { "" };
            format!("{}{more}", short.join(", "))
        };
        for (ids, verb, word) in
            [(&synced.received, "received", "from"), (&synced.published, "published", "to")]
        {
            if !ids.is_empty() {
                let ids_named = style.paint(Paint::Dim, &listed(ids)).into_owned();
                writeln!(out, "{} {would}{verb} {word} {remote}: {ids_named}", counted(ids.len()))?;
            }
        }
        let Some(checkpoint) = &synced.checkpoint else {
            return writeln!(
                out,
                "There is nothing to share yet: no record here, none on {remote}."
            );
        };
        if synced.received.is_empty() && synced.published.is_empty() {
            writeln!(out, "Nothing new on either side.")?;
        }
        writeln!(
            out,
            "{} has {} of {}, root {}",
            remote,
            counted(checkpoint.size as usize),
            escape(&checkpoint.origin),
            checkpoint.root
        )?;
        if synced.first_contact {
            writeln!(
                out,
                "First contact: trusted as found. Compare this line with a colleague's."
            )?;
        }
        if synced.held > 0 {
            writeln!(
                out,
                "{} could not be taken over: a newer version of audit wrote them, or what they build on.",
                counted(synced.held as usize)
            )?;
        }
        Ok(())
    }

    fn refused(&self, refused: &Refused, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let word = style.paint(Paint::Red, refused.refusal.name()).into_owned();
        writeln!(out, "{word}: {}", escape(&refused.why))?;
        if let Some(seen) = &refused.seen {
            writeln!(out, "accepted before: {} records, root {}", seen.size, seen.root)?;
        }
        if let Some(found) = &refused.found {
            writeln!(out, "found now:       {} records, root {}", found.size, found.root)?;
        }
        if let Some(evidence) = &refused.evidence {
            writeln!(out, "evidence:        {evidence}")?;
        }
        writeln!(out, "Nothing was changed here or there.")
    }

    /// What helps.
    pub fn hint(&self) -> Option<String> {
        match self.ended {
            Ended::Synced(synced) => (synced.held > 0).then(|| "update audit, then sync again".to_owned()),
            Ended::Refused(refused) => Some(match refused.refusal {
                Refusal::Gone => "git push --mirror from a clone deletes it; `audit sync --restore` puts it back".to_owned(),
                Refusal::RolledBack => {
                    "a server restored from a backup does that, and so does somebody who hides records; ask, then `audit sync --restore`".to_owned()
                }
                Refusal::Rewritten | Refusal::Malformed => match &refused.seen {
                    Some(seen) => format!(
                        "whoever looks after the server puts the last good list back: git push --force {} {}:{}",
                        self.remote.name, seen.tip, self.remote.reference
                    ),
                    None => "compare with a colleague's `audit checkpoint`".to_owned(),
                },
            }),
        }
    }
}

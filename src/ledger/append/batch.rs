//! Appending a batch: all of its lines and the one that closes it, or nothing.
//!
//! The same steps as for one line, with one `write` for all. A crash in the middle leaves whole lines
//! that no `import` record closes: they were acknowledged to nobody, and count as claims.

use super::{NotAppended, PATIENCE, refuse_damage, refuse_stray, with};
use crate::ledger::chain::Part;
use crate::ledger::entry::{Line, Scratch};
use crate::ledger::view::{Ledger, View};
use crate::outcome::Failure;
use std::path::PathBuf;
use std::sync::Mutex;

/// A batch is on the disk.
#[derive(Debug)]
pub struct AppendedBatch {
    /// Where the torn tail of an earlier append was copied to, if there was one.
    pub recovered: Option<PathBuf>,
    /// The ledger with the new entries.
    pub view: View,
}

impl Ledger {
    /// Appends lines, each given with its `\n`, of which each builds on the one before. `view` is the
    /// ledger as it was when they were made.
    ///
    /// # Errors
    /// When a line is no entry, the ledger is damaged, or somebody else has taken records over since: they may
    /// be the same ones. Nothing is written then.
    pub fn append_batch(
        &self,
        view: View,
        lines: &[u8],
        now: i64,
    ) -> Result<AppendedBatch, NotAppended> {
        let no_entry = |reject| Failure::new(format!("this line is no entry: {reject}"));
        let mut scratch = Scratch::default();
        for line in each(lines) {
            Line::read(line, &mut scratch).map_err(no_entry)?;
        }
        self.create_dir()?;
        let _lock = self.lock(PATIENCE)?;
        let mut ledger = self.open_to_write()?;
        let View { path, report, rules, .. } = view;
        let seen = report.chain.len();
        let mut report = ledger.catch_up(report, &rules)?;
        let mut recovered = None;
        if let Some(torn) = report.torn {
            recovered = Some(self.recover(&mut ledger, torn, now)?);
            report = ledger.catch_up(report, &rules)?;
        }
        refuse_damage(&report, &path)?;
        let later = report.chain.nodes().get(seen..).unwrap_or_default();
        if later.iter().any(|node| node.part != Part::None) {
            return Err(Failure::new("somebody else has imported records at the same time")
                .hint("run the command again: it imports only what is not there by then")
                .into());
        }
        let Some(first) = each(lines).next() else {
            return Err(Failure::new("there are no lines to append").into());
        };
        let last = each(lines).next_back().unwrap_or(first);
        refuse_stray(&report, &rules, &Line::read(first, &mut scratch).map_err(no_entry)?)?;
        let closing = Line::read(last, &mut scratch).map_err(no_entry)?;
        if closing.signature().is_some_and(|armor| !(rules.armor)(armor.as_bytes())) {
            return Err(Failure::new("the armor of the signature is not in its canonical form")
                .hint("take `comment` and `emit-version` out of gpg.conf")
                .into());
        }
        ledger.write(lines, report.bytes)?;
        self.sync(&mut ledger, &report, lines)?;
        report = with(report, &rules, lines);
        let view = View { path, file: Some(Mutex::new(ledger.file)), report, rules };
        Ok(AppendedBatch { recovered, view })
    }
}

fn each(lines: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    lines.split_inclusive(|&byte| byte == b'\n')
}

//! Appending many lines at once, as they come from a published list: one lock, one sync.

use super::{Fate, NotAppended, PATIENCE, Writer, refuse_damage, sync_dir, unwritable};
use crate::ledger::check::Checker;
use crate::ledger::{Finding, Id, Ledger, Severity, View};
use crate::outcome::Failure;
use std::path::PathBuf;
use std::sync::Mutex;

/// How much is written at once, in bytes.
const BATCH: usize = 1 << 20;

/// Lines are on the disk.
#[derive(Debug)]
pub struct AppendedMany {
    /// Those that were not there before, in their order.
    pub added: Vec<Id>,
    /// Where the torn tail of an earlier append was copied to, if there was one.
    pub recovered: Option<PathBuf>,
    /// The ledger with them.
    pub view: View,
}

impl Ledger {
    /// Appends those of some lines that are not there yet, in the order in which they are given. Nothing is
    /// written unless the ledger is whole with all of them; after a crash a beginning of them may be there.
    ///
    /// The system calls are those of [`Ledger::append`], with a `write` for each megabyte.
    ///
    /// # Errors
    /// A damaged ledger, a line that would damage it, or a disk that does not take them.
    pub fn append_many(
        &self,
        view: View,
        lines: &[&[u8]],
        now: i64,
    ) -> Result<AppendedMany, NotAppended> {
        self.create_dir()?;
        let _lock = self.lock(PATIENCE)?;
        let mut ledger = self.open_to_write()?;
        let View { path, report, rules, .. } = view;
        let mut report = ledger.catch_up(report, &rules)?;
        let mut recovered = None;
        if let Some(torn) = report.torn {
            recovered = Some(self.recover(&mut ledger, torn, now)?);
            report = ledger.catch_up(report, &rules)?;
        }
        refuse_damage(&report, &path)?;
        let (before, lines_before) = (report.bytes, report.lines);
        let (added, wanted): (Vec<Id>, Vec<&[u8]>) = lines
            .iter()
            .map(|line| (Id::of(line), *line))
            .filter(|(id, _)| report.chain.get(id).is_none())
            .unzip();
        let mut checker = Checker::resume(rules.clone(), report);
        wanted.iter().for_each(|line| checker.feed(line, &mut |_, _| ()));
        let after = checker.finish();
        let stray = |found: &&Finding| {
            found.line > lines_before && found.rule.severity() >= Severity::Problem
        };
        if let Some(why) = after.findings.iter().find(stray) {
            return Err(Failure::new(format!(
                "these lines don't fit the ledger, so none was written: {why}"
            ))
            .into());
        }
        ledger.write_many(&wanted, before)?;
        self.sync_many(&ledger, before)?;
        let view = View { path, file: Some(Mutex::new(ledger.file)), report: after, rules };
        Ok(AppendedMany { added, recovered, view })
    }

    /// Brings what was written to the disk. After a failure the lines are cut off again, so that nobody takes
    /// them for written; whoever published them still has them.
    fn sync_many(&self, ledger: &Writer, end: u64) -> Result<(), NotAppended> {
        let folder = || if ledger.new { sync_dir(self.dir()) } else { Ok(()) };
        ledger.file.sync_data().and_then(|()| folder()).map_err(|error| {
            let fate = if ledger.file.set_len(end).is_ok() { Fate::Absent } else { Fate::Unknown };
            NotAppended { failure: unwritable("sync", &ledger.path, &error), fate }
        })
    }
}

impl Writer {
    /// Writes lines at the end, which is at `end`: all of them, or none.
    fn write_many(&mut self, lines: &[&[u8]], end: u64) -> Result<(), NotAppended> {
        let mut batch = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            batch.extend_from_slice(line);
            if batch.len() >= BATCH || number + 1 == lines.len() {
                self.write(&batch, end)?;
                batch.clear();
            }
        }
        Ok(())
    }
}

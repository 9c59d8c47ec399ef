//! Appending a line so that it is either on the disk and acknowledged, or not there at all.
//!
//! The order of an append, with its system calls:
//!
//! ```text
//! open(audit/lock)  flock(LOCK_EX|LOCK_NB), again until 10 seconds have passed
//! open(audit/ledger.jsonl, O_RDWR|O_APPEND)  read to the end, check
//!     a torn tail: copy it away, ftruncate, fdatasync        see `recover`
//! write(line)                                                one call
//!     short or failed: ftruncate to where it was, fdatasync
//! fdatasync                                                  see `sync`
//!     failed: copy to a new file, fsync, rename, fsync the folder   see `copy_anew`
//! new file: fsync(audit)
//! close(audit/lock)                                          frees the lock; so does a crash
//! ```
//!
//! The lock is on a file of its own, because the ledger itself may be replaced by a rename. The
//! caller signs before it calls: asking for a PIN takes minutes, and if others have written
//! meanwhile, the graph keeps the record valid.

mod batch;
mod many;

pub use batch::AppendedBatch;
pub use many::AppendedMany;

use super::check::{self, Checker, Report, Rule, Rules, Torn};
use super::entry::{Line, Scratch};
use super::id::Id;
use super::time;
use super::view::{Ledger, NOT_YOURS, View, unreadable};
use crate::outcome::Failure;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long a writer waits for another.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A record is on the disk.
#[derive(Debug)]
pub struct Appended {
    /// The entry's name.
    pub id: Id,
    /// The line was there already: somebody submitted it again after an error.
    pub already: bool,
    /// Where the torn tail of an earlier append was copied to, if there was one.
    pub recovered: Option<PathBuf>,
    /// The ledger with the new entry.
    pub view: View,
}

/// What is known about a line that was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is not in the ledger.
    Absent,
    /// It may be there or not: print it, so that it can be submitted again. If it is there, that
    /// does no harm.
    Unknown,
}

/// A record was not acknowledged.
#[derive(Debug)]
pub struct NotAppended {
    /// What failed.
    pub failure: Failure,
    /// What became of the line.
    pub fate: Fate,
}

impl From<Failure> for NotAppended {
    fn from(failure: Failure) -> NotAppended {
        NotAppended { failure, fate: Fate::Absent }
    }
}

impl Ledger {
    /// Appends a line, which is given with its `\n`. `view` is the ledger as the writer saw it when
    /// the record was made, so that only what has come since is read again; `now`, in seconds since
    /// 1970, gives a torn tail its name.
    ///
    /// Refuses lines that are no entries or that build on what is not there, and damaged ledgers.
    pub fn append(&self, view: View, line: &[u8], now: i64) -> Result<Appended, NotAppended> {
        self.append_within(view, line, now, PATIENCE)
    }

    fn append_within(
        &self,
        view: View,
        line: &[u8],
        now: i64,
        patience: Duration,
    ) -> Result<Appended, NotAppended> {
        let mut scratch = Scratch::default();
        let entry = Line::read(line, &mut scratch)
            .map_err(|reject| Failure::new(format!("this line is no entry: {reject}")))?;
        let id = entry.id();
        self.create_dir()?;
        let _lock = self.lock(patience)?;
        let mut ledger = self.open_to_write()?;
        let View { path, report, rules, .. } = view;
        let mut report = ledger.catch_up(report, &rules)?;
        let mut recovered = None;
        if let Some(torn) = report.torn {
            recovered = Some(self.recover(&mut ledger, torn, now)?);
            report = ledger.catch_up(report, &rules)?;
        }
        refuse_damage(&report, &path)?;
        let already = report.chain.look_for(&id).is_some();
        if already {
            // It may have been written by a writer that never got to its sync.
            self.sync(&mut ledger, &report, b"")?;
        } else {
            refuse_stray(&report, &rules, &entry)?;
            ledger.write(line, report.bytes)?;
            self.sync(&mut ledger, &report, line)?;
            report = with(report, &rules, line);
        }
        let view = View { path, file: Some(Mutex::new(ledger.file)), report, rules };
        Ok(Appended { id, already, recovered, view })
    }

    /// Makes the folder of a repository's first record.
    ///
    /// `mkdir(audit)  fsync(its parent)`
    fn create_dir(&self) -> Result<(), Failure> {
        match fs::create_dir(self.dir()) {
            Ok(()) => self.dir().parent().map_or(Ok(()), sync_dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| unwritable("make the folder", self.dir(), &error))
    }

    /// Waits for the writers before this one. The lock is free again when the file is closed, by
    /// whatever end.
    ///
    /// `open(audit/lock, O_RDWR|O_CREAT)  flock(LOCK_EX|LOCK_NB) …`
    fn lock(&self, patience: Duration) -> Result<File, Failure> {
        let path = self.lock_path();
        let fail = |error| unwritable("lock", &path, &error);
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(fail)?;
        let begin = Instant::now();
        let mut pause = Duration::from_micros(200);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if begin.elapsed() < patience => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Failure::new(format!(
                        "another program has been writing to the ledger for {} seconds",
                        patience.as_secs()
                    ))
                    .hint(format!(
                        "see who holds {} (fuser, lsof), then try again",
                        path.display()
                    )));
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => return Err(fail(error)),
            }
        }
    }

    /// Opens the ledger, or makes an empty one. Only under the lock: a writer before this one may have
    /// put another file in its place.
    ///
    /// `open(audit/ledger.jsonl, O_RDWR|O_APPEND|O_CREAT)`
    fn open_to_write(&self) -> Result<Writer, Failure> {
        let path = self.path();
        let open = || {
            match fs::metadata(&path) {
                Ok(metadata) if !metadata.is_file() => {
                    return Err(io::Error::other("not a regular file"));
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = open().map_err(|error| unwritable("write to", &path, &error))?;
        Ok(Writer { path, file, new: length == 0 })
    }

    /// Takes a torn tail away, and keeps a copy: the copy is on the disk before anything is cut.
    ///
    /// `mkdir(audit/torn)  open(audit/torn/<time>, O_CREAT|O_EXCL)  write  fsync  fsync(audit/torn)`
    /// `fsync(audit)  ftruncate(audit/ledger.jsonl)  fdatasync`
    fn recover(&self, ledger: &mut Writer, torn: Torn, now: i64) -> Result<PathBuf, Failure> {
        let dir = self.torn_dir();
        let keep = |file: &mut File| {
            match fs::create_dir(&dir) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            let (mut copy, path) = create_new(&dir, &time::file_name(now))?;
            file.seek(SeekFrom::Start(torn.offset))?;
            io::copy(&mut file.take(torn.bytes), &mut copy)?;
            copy.sync_all()?;
            sync_dir(&dir)?;
            sync_dir(self.dir())?;
            Ok(path)
        };
        let copy = keep(&mut ledger.file)
            .map_err(|error| unwritable("copy the torn end of the ledger to", &dir, &error))?;
        ledger
            .file
            .set_len(torn.offset)
            .and_then(|()| ledger.file.sync_data())
            .map_err(|error| unwritable("cut the torn end off", &ledger.path, &error))?;
        Ok(copy)
    }

    /// Brings what was written to the disk. After a failure the kernel may take the pages for clean,
    /// so a second sync of the same file would lie: everything is copied to a new one instead.
    ///
    /// `fdatasync(audit/ledger.jsonl)`, and for a new file `fsync(audit)`
    fn sync(&self, ledger: &mut Writer, before: &Report, line: &[u8]) -> Result<(), NotAppended> {
        let synced = ledger.file.sync_data().and_then(|()| match ledger.new {
            true => sync_dir(self.dir()),
            false => Ok(()),
        });
        let Err(error) = synced else { return Ok(()) };
        self.copy_anew(ledger, before, line).map_err(|second| NotAppended {
            failure: Failure::new(format!(
                "the record may not be on the disk: syncing {} failed ({error}), and so did copying \
                 the ledger to a new file ({second})",
                ledger.path.display()
            ))
            .hint("see to the disk, then submit the printed line again"),
            fate: Fate::Unknown,
        })
    }

    /// Puts a copy in the place of a ledger whose pages can't be trusted any more.
    ///
    /// `open(audit/ledger.jsonl.new, O_CREAT|O_TRUNC)  write  fsync  read, check`
    /// `rename(audit/ledger.jsonl)  fsync(audit)`
    fn copy_anew(&self, ledger: &mut Writer, before: &Report, line: &[u8]) -> io::Result<()> {
        let path = self.dir().join("ledger.jsonl.new");
        let copied = ledger.copy_to(&path, before, line).and_then(|copy| {
            fs::rename(&path, &ledger.path)?;
            sync_dir(self.dir())?;
            Ok(copy)
        });
        match copied {
            Ok(copy) => {
                ledger.file = copy;
                Ok(())
            }
            Err(error) => {
                // Gone already if the rename was done; and a left-over is overwritten next time.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }
}

/// The ledger, open for a writer that holds the lock.
struct Writer {
    path: PathBuf,
    file: File,
    /// Nothing was ever written to it, so its name may not be on the disk.
    new: bool,
}

impl Writer {
    /// Brings a report up to date by reading what has come since, or everything if what it saw is
    /// no longer there.
    ///
    /// `lseek  read …`
    fn catch_up(&mut self, report: Report, rules: &Rules) -> Result<Report, Failure> {
        let read = || {
            let mut checker = match report.torn.is_none() && self.still_ends(&report)? {
                true => Checker::resume(rules.clone(), report),
                false => Checker::new(rules.clone()),
            };
            self.file.seek(SeekFrom::Start(checker.position()))?;
            check::pour(&mut self.file, &mut checker)?;
            Ok(checker.finish())
        };
        read().map_err(|error| unreadable(&self.path, &error))
    }

    /// Whether the last entry of a report stands where it stood.
    fn still_ends(&mut self, report: &check::Report) -> io::Result<bool> {
        if self.file.metadata()?.len() < report.bytes {
            return Ok(false);
        }
        let Some(node) = report.chain.nodes().last() else { return Ok(report.bytes == 0) };
        let mut line = vec![0; node.place.length];
        self.file.seek(SeekFrom::Start(node.place.offset))?;
        self.file.read_exact(&mut line)?;
        Ok(Id::of(&line) == node.id)
    }

    /// Copies what a report has seen, and these lines more, to a new file; nothing else may come of it,
    /// though it is read through pages of the file that failed.
    ///
    /// `open(O_RDWR|O_CREAT|O_TRUNC)  write  fsync  lseek  read …`
    fn copy_to(&mut self, path: &Path, before: &Report, line: &[u8]) -> io::Result<File> {
        let mut copy =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        self.file.seek(SeekFrom::Start(0))?;
        io::copy(&mut (&mut self.file).take(before.bytes), &mut copy)?;
        copy.write_all(line)?;
        copy.sync_all()?;
        copy.seek(SeekFrom::Start(0))?;
        let mut checker = Checker::new(Rules { ledger: None, armor: |_| true });
        check::pour(&mut copy, &mut checker)?;
        let copied = checker.finish();
        let ids =
            |report: &Report| report.chain.nodes().iter().map(|node| node.id).collect::<Vec<_>>();
        let mut expected = ids(before);
        expected.extend(line.split_inclusive(|&byte| byte == b'\n').map(Id::of));
        if copied.bytes != before.bytes + line.len() as u64 || ids(&copied) != expected {
            return Err(io::Error::other("the copy is not what was read before"));
        }
        Ok(copy)
    }

    /// Writes the line at the end, which is at `end`.
    ///
    /// `write(line)`; when it is cut short `ftruncate(end)  fdatasync`
    fn write(&mut self, line: &[u8], end: u64) -> Result<(), NotAppended> {
        let error = loop {
            match self.file.write(line) {
                Ok(length) if length == line.len() => return Ok(()),
                Ok(length) => {
                    let what = format!("{length} of {} bytes written", line.len());
                    break io::Error::new(io::ErrorKind::StorageFull, what);
                }
                // Nothing was written yet.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break error,
            }
        };
        let undone = self.file.set_len(end).and_then(|()| self.file.sync_data());
        let fate = if undone.is_ok() { Fate::Absent } else { Fate::Unknown };
        Err(NotAppended { failure: unwritable("write to", &self.path, &error), fate })
    }
}

/// The report of a ledger with one line more, which has been checked before it was written.
fn with(report: Report, rules: &Rules, line: &[u8]) -> Report {
    let mut checker = Checker::resume(rules.clone(), report);
    checker.feed(line, &mut |_, _| ());
    checker.finish()
}

impl View {
    /// Whether a record could be appended to this ledger, as far as reading it can tell.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn writable(&self) -> Result<(), Failure> {
        refuse_damage(&self.report, &self.path)
    }
}

fn refuse_damage(report: &Report, path: &Path) -> Result<(), Failure> {
    if let Some(foreign) = report.findings.iter().find(|one| one.rule == Rule::ForeignLedger) {
        return Err(Failure::new(format!(
            "the ledger {} holds a record of another ledger, so nothing was written: {foreign}",
            path.display()
        ))
        .hint("take the line out that doesn't belong there, in a copy; `audit ledger check` lists all that is wrong"));
    }
    let Some(finding) = report.first_damage() else { return Ok(()) };
    Err(Failure::new(format!(
        "the ledger {} is damaged, so nothing was written: {finding}",
        path.display()
    ))
    .hint(
        "put a good copy in its place: the published ledger, that of another clone, or a backup; \
         `audit ledger check` lists all that is wrong",
    ))
}

/// Refuses what would be damage as soon as it was written.
fn refuse_stray(report: &Report, rules: &Rules, entry: &Line<'_>) -> Result<(), Failure> {
    if let Some(missing) = entry.prev().find(|id| report.chain.look_for(id).is_none()) {
        return Err(Failure::new(format!(
            "the record builds on {missing}, which is not in the ledger"
        ))
        .hint("make the record again, from the ledger as it is now"));
    }
    if let Some(name) = &report.ledger
        && *name != entry.ledger()
    {
        let (record, name) = (entry.ledger().escape_debug().to_string(), name.escape_debug());
        return Err(Failure::new(format!(
            "the record is for the ledger '{record}', this is '{name}'"
        ))
        .hint("make the record in this repository"));
    }
    if let Some(armor) = entry.signature()
        && !(rules.armor)(armor.as_bytes())
    {
        return Err(Failure::new("the armor of the signature is not in its canonical form")
            .hint("take `comment` and `emit-version` out of gpg.conf"));
    }
    Ok(())
}

/// The error for something that can't be written, with what helps against it.
fn unwritable(doing: &str, path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("can't {doing} {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => failure.hint(NOT_YOURS),
        io::ErrorKind::ReadOnlyFilesystem => failure.hint("the file system is mounted read-only"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.hint("the disk is full; make room, then try again")
        }
        _ => failure,
    }
}

/// A new file with this name, or with `-2`, `-3`, … behind it.
fn create_new(dir: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let mut path = dir.join(name);
    let mut number = 1u32;
    loop {
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                number += 1;
                path = dir.join(format!("{name}-{number}"));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Elsewhere a folder can't be opened; there the file system keeps names and data in step.
#[cfg(not(unix))]
fn sync_dir(_dir: &Path) -> io::Result<()> {
    Ok(())
}

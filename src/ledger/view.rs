//! Reading the ledger of a repository: never repairing, never locking anybody out.
//!
//! ```text
//! <git common dir>/audit/ledger.jsonl    the records
//!                        lock            whom the next write belongs to; always empty
//!                        torn/<time>     what a crash left of an append, kept for curiosity
//! ```
//!
//! Reading is checking: every [`View`] has gone through [`super::check`], and its report says
//! what is wrong. Entries are read from the file when somebody asks for them, and held against the
//! id that the check gave them.

use super::chain::{Chain, Node};
use super::check::{Checker, Report, Rules};
use super::entry::{Entry, Line, Scratch};
use super::id::Id;
use super::parallel;
use super::recorded::{Names, Text};
use crate::event::Event;
use crate::outcome::Failure;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a reader that sees an unfinished line waits for its writer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The ledger of a repository: where it is.
#[derive(Debug, Clone)]
pub struct Ledger {
    dir: PathBuf,
}

impl Ledger {
    /// The ledger of the repository with this common directory (`git rev-parse --git-common-dir`).
    pub fn new(common_dir: &Path) -> Ledger {
        Ledger { dir: common_dir.join("audit") }
    }

    /// The folder that holds everything of the ledger.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file with the records.
    pub fn path(&self) -> PathBuf {
        self.dir.join("ledger.jsonl")
    }

    /// The file that writers lock.
    pub fn lock_path(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// The folder to which torn tails are copied.
    pub fn torn_dir(&self) -> PathBuf {
        self.dir.join("torn")
    }

    /// Opens the file for reading; `None` when there is none.
    ///
    /// # Errors
    /// When it is no regular file, or can't be read.
    pub fn open(&self) -> Result<Option<File>, Failure> {
        let path = self.path();
        open(&path).map_err(|error| unreadable(&path, &error))
    }

    /// Reads and checks the ledger on all processors. One that doesn't exist has no entries.
    ///
    /// When the end of the file looks torn because somebody is writing it at this moment, everything
    /// is read again.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(&self, rules: Rules) -> Result<View, Failure> {
        Ok(self.read_each(rules, |_, _, _, _| ())?.0)
    }

    /// As [`Ledger::read`], and makes something of each entry on the way: as many as the chain has nodes,
    /// in its order. [`parallel::check`] calls `make`.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_each<T: Send>(
        &self,
        rules: Rules,
        make: impl Fn(&Line<'_>, Id, Text, &mut Names) -> T + Sync,
    ) -> Result<(View, Vec<T>), Failure> {
        let path = self.path();
        let fail = |error| unreadable(&path, &error);
        let Some(mut file) = self.open()? else {
            let report = Checker::new(rules.clone()).finish();
            return Ok((View { path, file: None, report, rules }, Vec::new()));
        };
        let read = |file: &File| {
            let room = usize::try_from(file.metadata()?.len()).unwrap_or(0) / parallel::USUAL_LINE;
            let mut made = Vec::with_capacity(room);
            let report = parallel::check(file, &rules, &make, |one| made.push(one))?;
            Ok((report, made))
        };
        let (mut report, mut made) = read(&file).map_err(fail)?;
        if report.torn.is_some() {
            let lock = self.wait_for_writer();
            file = self
                .open()?
                .ok_or_else(|| Failure::new(format!("{} has just been removed", path.display())))?;
            (report, made) = read(&file).map_err(fail)?;
            drop(lock);
        }
        Ok((View { path, file: Some(Mutex::new(file)), report, rules }, made))
    }

    /// A shared lock, if one can be had soon. A reader without the right to it reads on.
    fn wait_for_writer(&self) -> Option<File> {
        let lock = File::open(self.lock_path()).ok()?;
        let begin = Instant::now();
        while lock.try_lock_shared().is_err() {
            if begin.elapsed() > PATIENCE {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(lock)
    }
}

/// Opens the ledger for reading; `None` when there is none. What is no regular file is refused: a
/// pipe would block, a device never end.
fn open(path: &Path) -> io::Result<Option<File>> {
    match fs::metadata(path) {
        // A link that leads nowhere is something else than no ledger.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().map(fs::symlink_metadata).and_then(Result::ok);
            let linked = folder.is_some_and(|folder| folder.is_symlink()) || path.is_symlink();
            return if linked { Err(error) } else { Ok(None) };
        }
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("not a regular file")),
        Ok(_) => {}
    }
    File::open(path).map(Some)
}

/// What helps where permissions are in the way.
pub(super) const NOT_YOURS: &str = "it belongs to another user, or has lost its permissions (`ls -la` tells); \
                                    ask whoever owns the repository";

/// The error for a ledger that can't be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("can't read the ledger {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => failure.hint(NOT_YOURS),
        _ => failure,
    }
}

/// A ledger as it was when it was read.
#[derive(Debug)]
pub struct View {
    pub(super) path: PathBuf,
    pub(super) file: Option<Mutex<File>>,
    pub(super) report: Report,
    pub(super) rules: Rules,
}

impl View {
    /// The file it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the check found.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The entries, and what builds on what.
    pub fn chain(&self) -> &Chain {
        &self.report.chain
    }

    /// The entries that nobody builds on. Of these one copy alone can't tell whether others have
    /// been cut off behind them.
    pub fn heads(&self) -> Vec<Id> {
        self.chain().heads().map(|node| node.id).collect()
    }

    /// The number of the entry that people mean by `prefix`: 4 or more digits of its id.
    pub fn find(&self, prefix: &str) -> Result<usize, Failure> {
        self.chain().find(prefix).map_err(|not_found| not_found.failure(prefix))
    }

    /// Reads the line of entry `number` (as [`Chain`] counts them) from the file.
    pub fn line(&self, number: usize) -> Result<Stored<'_>, Failure> {
        let (Some(node), Some(file)) = (self.chain().nodes().get(number), &self.file) else {
            return Err(Failure::new(format!("the ledger has no entry number {}", number + 1)));
        };
        let mut bytes = vec![0; node.place.length];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(node.place.offset))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|error| unreadable(&self.path, &error))?;
        Ok(Stored { path: &self.path, node, bytes })
    }

    /// Reads entry `number` (as [`Chain`] counts them) from the file.
    pub fn entry(&self, number: usize) -> Result<Entry, Failure> {
        self.line(number)?.entry()
    }

    /// Reads all entries as they stand in the file; quicker than one by one.
    pub fn entries(&self) -> Result<impl Iterator<Item = Result<Entry, Failure>> + '_, Failure> {
        Ok(self.stored()?.map(|stored| stored?.entry()))
    }

    /// Reads the lines of all entries as they stand in the file, and leaves it to the caller in which
    /// thread they are parsed.
    pub fn stored(
        &self,
    ) -> Result<impl Iterator<Item = Result<Stored<'_>, Failure>> + Send + '_, Failure> {
        let file = open(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        let mut source: Box<dyn Read + Send + '_> = match file {
            Some(file) => Box::new(BufReader::with_capacity(256 * 1024, file)),
            None => Box::new(io::empty()),
        };
        let mut at = 0;
        Ok(self.chain().nodes().iter().map(move |node| {
            let mut bytes = vec![0; node.place.length];
            let skip = node.place.offset - at;
            at = node.place.offset + node.place.length as u64;
            io::copy(&mut source.by_ref().take(skip), &mut io::sink())
                .and_then(|_| source.read_exact(&mut bytes))
                .map_err(|error| unreadable(&self.path, &error))?;
            Ok(Stored { path: &self.path, node, bytes })
        }))
    }
}

/// A line of the ledger, read but not yet held against its id.
#[derive(Debug)]
pub struct Stored<'a> {
    path: &'a Path,
    node: &'a Node,
    bytes: Vec<u8>,
}

impl Stored<'_> {
    /// When, as the record claims; known without parsing the line.
    pub fn when(&self) -> i64 {
        self.node.when
    }

    /// The line, and the id of the entry that it is.
    ///
    /// # Errors
    /// When the file has changed since it was checked.
    pub fn read<'s>(&'s self, scratch: &'s mut Scratch) -> Result<(Line<'s>, Id), Failure> {
        match Line::read(&self.bytes, scratch) {
            Ok(line) if line.id() == self.node.id => Ok((line, self.node.id)),
            _ => Err(self.changed()),
        }
    }

    /// The event that the line states, as [`Line::event`] gives it.
    ///
    /// # Errors
    /// When the file has changed since it was checked.
    pub fn event(&self) -> Result<Event, Failure> {
        let mut scratch = Scratch::default();
        let (line, id) = self.read(&mut scratch)?;
        Ok(line.event(id))
    }

    /// The entry that the line is.
    ///
    /// # Errors
    /// When the file has changed since it was checked.
    pub fn entry(&self) -> Result<Entry, Failure> {
        match Entry::parse(&self.bytes) {
            Ok(entry) if entry.id == self.node.id => Ok(entry),
            _ => Err(self.changed()),
        }
    }

    /// Nobody appends in the middle: somebody else has been at the file since it was checked.
    fn changed(&self) -> Failure {
        Failure::new(format!(
            "line {} of {} has changed while it was read",
            self.node.place.line,
            self.path.display()
        ))
        .hint("run the command again; `audit ledger check` says what is wrong")
    }
}

//! Records of a clone that has no ledger, on their way to the published list.
//!
//! ```text
//! <git common dir>/audit/outbox.jsonl    lines that build on records which are not here
//! ```
//!
//! A ledger file holds everything that its lines build on. A CI job that has fetched only the end of the
//! published list can't write such a file, and its record must be on the disk before it is published all
//! the same. The next full sync moves what is left here into the ledger.

use super::view::Ledger;
use crate::outcome::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

impl Ledger {
    fn outbox_path(&self) -> PathBuf {
        self.dir().join("outbox.jsonl")
    }

    /// Writes a line to the outbox. It is on the disk when this returns.
    ///
    /// `mkdir(audit)  open(audit/outbox.jsonl, O_APPEND|O_CREAT)  flock  write  fsync  fsync(audit)`
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn post(&self, line: &[u8]) -> Result<(), Failure> {
        let path = self.outbox_path();
        let post = || {
            fs::create_dir_all(self.dir())?;
            let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
            file.lock()?;
            let end = file.metadata()?.len();
            if let Err(error) = file.write_all(line).and_then(|()| file.sync_all()) {
                // What is left of the line is passed over by its readers.
                let _ = file.set_len(end);
                return Err(error);
            }
            match cfg!(unix) {
                true => File::open(self.dir())?.sync_all(),
                false => Ok(()),
            }
        };
        post().map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))
    }

    /// The lines in the outbox. What a crash left of one is none.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn posted(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let path = self.outbox_path();
        match fs::read(&path) {
            Ok(bytes) => Ok(bytes
                .split_inclusive(|byte| *byte == b'\n')
                .filter(|line| line.ends_with(b"\n"))
                .map(<[u8]>::to_vec)
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Failure::new(format!("can't read {}: {error}", path.display()))),
        }
    }

    /// Empties the outbox, once its lines are published or in the ledger.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn clear_posted(&self) -> Result<(), Failure> {
        let path = self.outbox_path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::new(format!("can't remove {}: {error}", path.display())))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_posted_stays_until_it_is_cleared_and_half_a_line_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(dir.path());
        assert!(ledger.posted().unwrap().is_empty());
        ledger.post(b"one\n").unwrap();
        ledger.post(b"two\n").unwrap();
        let mut file = OpenOptions::new().append(true).open(ledger.outbox_path()).unwrap();
        file.write_all(b"thr").unwrap();
        assert_eq!(ledger.posted().unwrap(), [b"one\n", b"two\n"]);
        ledger.clear_posted().unwrap();
        ledger.clear_posted().unwrap();
        assert!(ledger.posted().unwrap().is_empty());
    }
}

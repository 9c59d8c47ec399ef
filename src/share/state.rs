//! What this clone remembers of the lists that it has accepted.
//!
//! ```text
//! <git common dir>/audit/seen.json           {"v":1,"remotes":{"origin":{"size":1234,"root":"31Gn…","tip":"9f2c…"}}}
//!                        last-sync.json      how the last attempt ended: for status and verify
//!                        published/origin    the ids of the accepted list in its order, one a line
//!                        sync.lock           held while a sync runs
//! ```
//!
//! `seen.json` is the promise: a list that does not begin with that one is refused. It is written after the
//! lines are on the disk, by rename, never before. `published/…` is a copy of what the lines say and is
//! held against `seen.json` whenever it is read; without it everything is read from git again.

use super::tree::{Frontier, Hash};
use crate::ledger::Id;
use crate::outcome::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a sync waits for another one in the same clone.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest list that was ever accepted from a remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many records.
    pub size: u64,
    /// The root over them, in base64.
    pub root: String,
    /// The commit that held it.
    pub tip: String,
    /// How many of its records this program could not take over: they are of a newer version, or build on
    /// one that is.
    #[serde(default)]
    pub held: u64,
}

impl Seen {
    /// The root.
    pub fn root(&self) -> Option<Hash> {
        Hash::parse(&self.root)
    }
}

/// How the last attempt to sync with a remote ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSync {
    /// When, in RFC 3339.
    pub at: String,
    /// `ok`, or what the remote did to its list: `rolled-back`, `rewritten`, `gone`, `malformed`.
    pub outcome: String,
    /// What was found, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The reference that keeps the refused list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Remotes<T> {
    v: u32,
    remotes: BTreeMap<String, T>,
}

/// The folder with the memory of one clone.
#[derive(Debug, Clone)]
pub struct State {
    dir: PathBuf,
}

impl State {
    /// The memory beside a ledger.
    pub fn new(ledger_dir: &Path) -> State {
        State { dir: ledger_dir.to_owned() }
    }

    /// The list last accepted from each remote.
    ///
    /// # Errors
    /// When the file can't be read: a promise that can't be read is not taken for none.
    pub fn seen(&self) -> Result<BTreeMap<String, Seen>, Failure> {
        self.load("seen.json")
    }

    /// How the last sync with each remote ended.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn last(&self) -> Result<BTreeMap<String, LastSync>, Failure> {
        self.load("last-sync.json")
    }

    /// Remembers an accepted list.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn accept(&self, remote: &str, seen: Seen) -> Result<(), Failure> {
        let mut remotes = self.seen()?;
        if remotes.get(remote) == Some(&seen) {
            return Ok(());
        }
        remotes.insert(remote.to_owned(), seen);
        self.store("seen.json", remotes)
    }

    /// Remembers how a sync ended.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn ended(&self, remote: &str, last: LastSync) -> Result<(), Failure> {
        let mut remotes = self.last()?;
        remotes.insert(remote.to_owned(), last);
        self.store("last-sync.json", remotes)
    }

    /// The ids of the accepted list in its order; `None` when the copy is missing or is not that of `seen`.
    pub fn published(&self, remote: &str, seen: &Seen) -> Option<Vec<Id>> {
        let text = fs::read(self.dir.join("published").join(remote)).ok()?;
        let size = usize::try_from(seen.size).ok()?;
        let ids: Option<Vec<Id>> = text
            .chunks(65)
            .take(size)
            .map(|line| Id::from_hex(line.strip_suffix(b"\n")?))
            .collect();
        let ids = ids.filter(|ids| ids.len() == size)?;
        (Some(Frontier::of(&ids).root()) == seen.root()).then_some(ids)
    }

    /// Keeps a copy of the ids of a list that is about to be accepted.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn publish(&self, remote: &str, ids: &[Id]) -> Result<(), Failure> {
        let folder = self.dir.join("published");
        fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        let mut text = String::with_capacity(ids.len() * 65);
        for id in ids {
            text.push_str(&id.to_string());
            text.push('\n');
        }
        replace(&folder.join(remote), text.as_bytes())
    }

    /// Waits until no other sync runs in this clone. The lock is free again when the file is closed.
    ///
    /// # Errors
    /// When it can't be had.
    pub fn lock(&self) -> Result<File, Failure> {
        fs::create_dir_all(&self.dir).map_err(|error| unwritable(&self.dir, &error))?;
        let path = self.dir.join("sync.lock");
        let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = open.map_err(|error| unwritable(&path, &error))?;
        let begin = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(Failure::new(
                        "another sync has been running in this clone for a minute",
                    )
                    .hint(format!(
                        "see who holds {} (fuser, lsof), then try again",
                        path.display()
                    )));
                }
                Err(fs::TryLockError::Error(error)) => return Err(unwritable(&path, &error)),
            }
        }
    }

    fn load<T: for<'a> Deserialize<'a>>(&self, name: &str) -> Result<BTreeMap<String, T>, Failure> {
        let path = self.dir.join(name);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => {
                return Err(Failure::new(format!("can't read {}: {error}", path.display())));
            }
            Ok(text) => text,
        };
        let damaged = |what: String| {
            Failure::new(format!("{} is damaged: {what}", path.display())).hint(
                "it remembers what was accepted from each remote; if a backup has no good copy, move it away and \
                 compare with a colleague's `audit checkpoint` before the next sync",
            )
        };
        let remotes: Remotes<T> =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        match remotes.v {
            1 => Ok(remotes.remotes),
            v => Err(damaged(format!("version {v} is not known to this program"))),
        }
    }

    fn store<T: Serialize>(&self, name: &str, remotes: BTreeMap<String, T>) -> Result<(), Failure> {
        let path = self.dir.join(name);
        let mut text = serde_json::to_vec(&Remotes { v: 1, remotes })
            .map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))?;
        text.push(b'\n');
        replace(&path, &text)
    }
}

/// Puts a file in the place of another, so that a crash leaves one of them.
///
/// `open(NAME.new, O_CREAT|O_TRUNC)  write  fsync  rename  fsync(folder)`
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        match path.parent() {
            Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("can't write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(ids: &[Id]) -> Seen {
        let root = Frontier::of(ids).root().to_string();
        Seen { size: ids.len() as u64, root, tip: "9f2c".into(), held: 0 }
    }

    #[test]
    fn what_was_accepted_is_remembered_by_remote() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::new(dir.path());
        let ids: Vec<Id> = (0..5_u8).map(|n| Id::of(&[n])).collect();
        assert!(state.seen().unwrap().is_empty());
        state.accept("origin", seen(&ids)).unwrap();
        state.accept("other", seen(&ids[..2])).unwrap();
        let all = state.seen().unwrap();
        assert_eq!((all["origin"].size, all["other"].size), (5, 2));
        // A copy of the ids counts as far as it is that of the promise.
        assert_eq!(state.published("origin", &all["origin"]), None);
        state.publish("origin", &ids).unwrap();
        assert_eq!(state.published("origin", &all["origin"]).unwrap(), ids);
        assert_eq!(state.published("origin", &all["other"]).unwrap(), ids[..2]);
        state.publish("origin", &[&ids[1..], &ids[..1]].concat()).unwrap();
        assert_eq!(state.published("origin", &all["origin"]), None);
    }

    #[test]
    fn a_damaged_promise_is_no_missing_one() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::new(dir.path());
        for text in ["", "{", "{\"v\":2,\"remotes\":{}}", "{\"v\":1}"] {
            fs::write(dir.path().join("seen.json"), text).unwrap();
            assert!(state.seen().is_err(), "{text}");
        }
    }
}

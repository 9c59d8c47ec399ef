//! Loose objects: a file each, `objects/ab/cdef…`, a zlib stream of `commit 123 NUL content`.
//!
//! Why not libgit2: it never returns from an object that is cut short, as after a full disk. So they are read here, strictly.
//! A folder is listed when the first of its objects is asked for.

use super::Oid;
use super::objects::kind::{DAMAGED, HashKind, ObjectKind, RawObject};
use crate::outcome::Failure;
use flate2::read::ZlibDecoder;
use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How deep alternates may name further alternates, as in git.
const MOST_ALTERNATES: usize = 5;

/// The loose objects of a repository and its alternates.
pub(super) struct LooseObjects {
    folders: Vec<PathBuf>,
    hash: HashKind,
    /// For each first byte of an id: the loose objects, and where they are.
    fans: Vec<OnceLock<HashMap<Oid, PathBuf>>>,
}

impl LooseObjects {
    /// The loose objects below these object folders and their alternates.
    pub(super) fn new(folders: &[PathBuf], hash: HashKind) -> LooseObjects {
        let mut all = Vec::new();
        for folder in folders {
            add_with_alternates(folder, &mut all, MOST_ALTERNATES);
        }
        LooseObjects { folders: all, hash, fans: (0..256).map(|_| OnceLock::new()).collect() }
    }

    /// Their folders, alternates among them.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Reads a loose object; `None` when it is not loose.
    pub(super) fn read(&self, oid: Oid) -> Result<Option<RawObject>, Failure> {
        let Some(path) = self.path(oid) else { return Ok(None) };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            // Packed since it was listed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::new(format!("cannot read object {oid}: {error}"))),
        };
        match parse(&bytes) {
            Ok(object) => Ok(Some(object)),
            Err(Bad::Memory(length)) => Err(out_of_memory(oid, length)),
            Err(Bad::Content(why)) => {
                Err(Failure::new(format!("object {oid} is corrupt: {why}")).hint(DAMAGED))
            }
        }
    }

    /// The length of a loose object that its header states, without reading the content; `None` when it is not loose.
    ///
    /// # Errors
    /// When its header can't be read.
    pub(super) fn length(&self, oid: Oid) -> Result<Option<u64>, Failure> {
        let Some(path) = self.path(oid) else { return Ok(None) };
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::new(format!("cannot read object {oid}: {error}"))),
        };
        let header = header(&mut ZlibDecoder::new(file));
        header
            .map(|(_, length)| Some(length))
            .map_err(|why| Failure::new(format!("object {oid} is corrupt: {why}")).hint(DAMAGED))
    }

    /// The file of a loose object.
    fn path(&self, oid: Oid) -> Option<&PathBuf> {
        let first = oid.as_bytes().first().copied().unwrap_or(0);
        self.fans[usize::from(first)].get_or_init(|| self.list(first)).get(&oid)
    }

    fn list(&self, first: u8) -> HashMap<Oid, PathBuf> {
        let mut found = HashMap::new();
        let fan = format!("{first:02x}");
        for folder in &self.folders {
            // Ignore errors here: libgit2 reports them when it looks for the same object.
            let Ok(entries) = fs::read_dir(folder.join(&fan)) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let hex = format!("{fan}{}", name.to_string_lossy());
                if let Some(oid) = self.hash.oid(hex.as_bytes()) {
                    found.entry(oid).or_insert_with(|| entry.path());
                }
            }
        }
        found
    }
}

fn add_with_alternates(folder: &Path, all: &mut Vec<PathBuf>, depth: usize) {
    if all.iter().any(|known| known == folder) {
        return;
    }
    all.push(folder.to_owned());
    if depth == 0 {
        return;
    }
    // As git: a list that can't be read names nothing; what is missing for that reason is reported where it is needed.
    let Ok(list) = fs::read(folder.join("info/alternates")) else { return };
    for alternate in super::alternates::lines(&list) {
        add_with_alternates(&folder.join(alternate), all, depth - 1);
    }
}

/// Why an object can't be had.
enum Bad {
    /// It is not what git writes.
    Content(&'static str),
    /// There is no room for so many bytes.
    Memory(u64),
}

impl From<&'static str> for Bad {
    fn from(why: &'static str) -> Bad {
        Bad::Content(why)
    }
}

/// The error for an object that memory has no room for: it is not damaged.
pub(super) fn out_of_memory(oid: Oid, length: u64) -> Failure {
    Failure::new(format!("not enough memory to read object {oid} of {length} bytes"))
}

/// Reads `commit 123 NUL` off the beginning of a stream: the kind and the length of the content.
fn header(stream: &mut impl Read) -> Result<(ObjectKind, u64), &'static str> {
    let mut header = Vec::with_capacity(32);
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(|_| "it is cut short or no zlib stream")?;
        match byte[0] {
            0 => break,
            _ if header.len() >= 32 => return Err("its header is too long"),
            other => header.push(other),
        }
    }
    let header = std::str::from_utf8(&header).map_err(|_| "its header is malformed")?;
    let (kind, length) = header.split_once(' ').ok_or("its header is malformed")?;
    let kind = match kind {
        "commit" => ObjectKind::Commit,
        "tree" => ObjectKind::Tree,
        "blob" => ObjectKind::Blob,
        "tag" => ObjectKind::Tag,
        _ => return Err("it has no known type"),
    };
    Ok((kind, length.parse().map_err(|_| "its header is malformed")?))
}

/// Inflates an object; the content must have the length that its header announces.
fn parse(bytes: &[u8]) -> Result<RawObject, Bad> {
    let mut stream = ZlibDecoder::new(bytes);
    let (kind, length) = header(&mut stream)?;
    let mut data = Vec::new();
    let read = stream.by_ref().take(length.saturating_add(1)).read_to_end(&mut data);
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::OutOfMemory => Bad::Memory(length),
        _ => Bad::Content("it is cut short, or its zlib stream is damaged"),
    })?;
    if data.len() as u64 != length {
        return Err("its content has another length than its header says".into());
    }
    Ok(RawObject { kind, data })
}

//! Objects that stand whole in a pack, as most commits do.
//!
//! libgit2 would read them, but one thread at a time: its threads wait for each other's locks. Here each
//! reads by itself. What is stored as a delta, is large, or can't be read as it should is left to libgit2.
//!
//! ```text
//! pack-….idx   ids, sorted, and where in the pack each of them stands
//! pack-….pack  type and length │ zlib stream │ type and length │ zlib stream │ …
//! ```
//!
//! The index is mapped, for a search touches few places of it. The pack is not: pages that were read stay with whoever
//! maps it, and all of history is a large part of it. As in git, one that its index was not made of is not used.
//!
//! Source: git's documentation, `gitformat-pack(5)`.
//!
//! Why not gix-odb: it brings 35 more crates and a second object database beside libgit2. Reading here took `audit log` over
//! all of git/git from 0.95 to 0.71 of git's own time.

use super::Oid;
use super::multi_pack_index::MultiPackIndex;
use super::objects::kind::{HashKind, ObjectKind};
use super::objects::sorted_ids::SortedIds;
use filebuffer::FileBuffer;
use libdeflater::Decompressor;
use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Larger objects are left to libgit2, in bytes: what a pack announces is not taken for granted.
const MOST: usize = 1024 * 1024;

/// So many packs are kept open at most: git gathers them into one when there are more (`gc.autoPackLimit`), and a process
/// may not open many files.
const MOST_OPEN: usize = 50;

/// The packs of a repository and its alternates, opened when somebody asks.
pub(super) struct Packs {
    folders: Vec<PathBuf>,
    hash: HashKind,
    listed: OnceLock<Vec<Pack>>,
    /// The multi-pack-indexes, which libgit2 uses.
    multi: OnceLock<Vec<MultiPackIndex>>,
    /// How many may still be opened.
    may_open: AtomicUsize,
    /// The number of the pack that was read from last: the next object mostly stands there, too.
    last: AtomicUsize,
}

/// What came of a request for an object.
pub(super) enum Answer<T, W> {
    /// It was read: what was made of it.
    Read(T),
    /// It is not to be had here, and libgit2 may have it: what was to be done with it.
    Elsewhere(W),
    /// An index says that it stands where its pack has ended. libgit2 would read there.
    Damaged,
}

/// What a thread needs to read an object.
struct Scratch {
    packed: Vec<u8>,
    inflate: Decompressor,
    object: Vec<u8>,
}

thread_local! {
    /// Kept from one object to the next. Whoever reads another one while it works on the first has its own.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Packs {
    /// The packs below these object folders, alternates among them.
    pub(super) fn new(folders: &[PathBuf], hash: HashKind) -> Packs {
        let (folders, listed, multi) = (folders.to_vec(), OnceLock::new(), OnceLock::new());
        Packs { folders, hash, listed, multi, may_open: MOST_OPEN.into(), last: 0.into() }
    }

    /// What `work` makes of an object, whose id is *not* verified.
    pub(super) fn read<T, W>(&self, oid: Oid, work: W) -> Answer<T, W>
    where
        W: FnOnce(ObjectKind, &[u8]) -> T,
    {
        let mut scratch = SCRATCH.take().unwrap_or_else(|| {
            let (packed, object) = (Vec::new(), Vec::new());
            Box::new(Scratch { packed, inflate: Decompressor::new(), object })
        });
        let mut damaged = false;
        let mut whole = None;
        for (number, place) in self.places(oid) {
            match place {
                Place::At(objects, offset) => whole = scratch.read(objects, offset),
                Place::BehindTheEnd => damaged = true,
                Place::Unknown => {}
            }
            if whole.is_some() {
                self.last.store(number, Ordering::Relaxed);
                break;
            }
        }
        let answer = match whole {
            Some((kind, length)) => Answer::Read(work(kind, &scratch.object[..length])),
            None if damaged || self.misleads(oid) => Answer::Damaged,
            None => Answer::Elsewhere(work),
        };
        SCRATCH.set(Some(scratch));
        answer
    }

    /// Whether libgit2 would be led astray by a damaged multi-pack-index.
    pub(super) fn misleads(&self, oid: Oid) -> bool {
        let multi = self.multi.get_or_init(|| {
            let open = |folder: &PathBuf| MultiPackIndex::open(folder, self.hash);
            self.folders.iter().filter_map(open).collect()
        });
        multi.iter().any(|index| index.misleads(oid))
    }

    /// Whether the index of a pack lists an object, wherever libgit2 looks for it.
    pub(super) fn lists(&self, oid: Oid) -> bool {
        self.listed().iter().any(|pack| pack.ids.find(&pack.index, oid.as_bytes()).is_some())
    }

    /// Where an object stands, by the numbers of packs.
    fn places(&self, oid: Oid) -> impl Iterator<Item = (usize, Place<'_>)> {
        let packs = self.listed();
        let last = self.last.load(Ordering::Relaxed);
        let numbers = (last..packs.len()).chain(0..last.min(packs.len()));
        numbers.filter_map(move |number| Some((number, packs[number].place(oid, &self.may_open)?)))
    }

    fn listed(&self) -> &[Pack] {
        self.listed.get_or_init(|| {
            let mut packs = Vec::new();
            for folder in &self.folders {
                // What can't be listed or opened is libgit2's to complain of.
                let Ok(entries) = fs::read_dir(folder.join("pack")) else { continue };
                let paths = entries.flatten().map(|entry| entry.path());
                let indexes = paths.filter(|path| path.extension().is_some_and(|of| of == "idx"));
                packs.extend(indexes.filter_map(|index| Pack::new(&index, self.hash)));
            }
            packs
        })
    }
}

impl Scratch {
    /// Reads the object that stands whole at a place in a pack, into `object`: its kind and its length.
    fn read(&mut self, pack: &File, offset: u64) -> Option<(ObjectKind, usize)> {
        read_at(pack, offset, USUAL, &mut self.packed)?;
        let (kind, length, mut before) = header(&self.packed)?;
        // What can't be made smaller is stored with a few bytes more.
        let most = before + length + length / 1_000 + 64;
        if most > USUAL {
            read_at(pack, offset, most, &mut self.packed)?;
            before = before.min(self.packed.len());
        }
        if self.object.len() < length {
            self.object.resize(length.next_power_of_two(), 0);
        }
        let (stream, object) = (&self.packed[before..], &mut self.object[..length]);
        let inflated = self.inflate.zlib_decompress(stream, object).ok()?;
        (inflated == length).then_some((kind, length))
    }
}

/// Most commits are smaller than this with what stands before them, in bytes.
const USUAL: usize = 2 * 1024;

/// Reads up to so many bytes at a place of a file: fewer at its end.
#[cfg(unix)]
fn read_at(file: &File, offset: u64, length: usize, into: &mut Vec<u8>) -> Option<()> {
    use std::os::unix::fs::FileExt;
    into.resize(length, 0);
    let read = file.read_at(into, offset).ok()?;
    into.truncate(read);
    Some(())
}

/// Elsewhere libgit2 reads everything.
#[cfg(not(unix))]
fn read_at(_: &File, _: u64, _: usize, _: &mut Vec<u8>) -> Option<()> {
    None
}

/// The kind and the length of the object in an entry of a pack, and how many bytes say so: a zlib stream follows. `None`
/// for a delta, and for what is too large.
fn header(entry: &[u8]) -> Option<(ObjectKind, usize, usize)> {
    let mut bytes = entry.iter();
    // The type, the lowest bits of the length, and whether more of them follow.
    let first = *bytes.next()?;
    let kind = match first >> 4 & 7 {
        1 => ObjectKind::Commit,
        2 => ObjectKind::Tree,
        3 => ObjectKind::Blob,
        4 => ObjectKind::Tag,
        _ => return None,
    };
    let mut length = usize::from(first & 15);
    let (mut byte, mut shift) = (first, 4);
    while byte & 0x80 != 0 {
        byte = *bytes.next()?;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if length > MOST || shift > 25 {
            return None;
        }
    }
    Some((kind, length, entry.len() - bytes.len()))
}

/// A pack and its index.
struct Pack {
    /// git puts another file in its place, and never shortens one; so it may be mapped.
    index: FileBuffer,
    ids: SortedIds,
    /// Where the offsets stand, four bytes each, and after them those that need more, eight each.
    offsets: usize,
    path: PathBuf,
    objects: OnceLock<Option<Objects>>,
}

/// A pack that belongs to its index, opened.
struct Objects {
    file: File,
    /// Where the last object ends.
    end: u64,
}

/// Where an object of an index stands in its pack.
enum Place<'p> {
    /// At this offset.
    At(&'p File, u64),
    /// The index is wrong.
    BehindTheEnd,
    /// The pack is not open.
    Unknown,
}

/// What an index of version 2 begins with.
const BEGIN: &[u8] = b"\xfftOc\0\0\0\x02";
/// What a pack of version 2 begins with; the number of its objects follows, four bytes.
const PACK: &[u8] = b"PACK\0\0\0\x02";

impl Pack {
    fn new(path: &Path, hash: HashKind) -> Option<Pack> {
        let index = FileBuffer::open(path).ok()?;
        if !index.starts_with(BEGIN) {
            return None;
        }
        let (fan, id) = (BEGIN.len(), hash.hex_len() / 2);
        let ids = SortedIds::new(&index, fan, fan + SortedIds::TABLE, id)?;
        // Behind the ids stand checksums of four bytes, and at the end the hash of the pack, and that of the index.
        let offsets = ids.range().end + 4 * ids.len();
        let whole = index.len() >= offsets + 4 * ids.len() + 2 * id;
        let (path, objects) = (path.with_extension("pack"), OnceLock::new());
        whole.then_some(Pack { index, ids, offsets, path, objects })
    }

    /// Where an object stands; `None` where the index does not have it.
    fn place(&self, oid: Oid, may_open: &AtomicUsize) -> Option<Place<'_>> {
        let number = self.ids.find(&self.index, oid.as_bytes())?;
        let open = || {
            let less = |left: usize| left.checked_sub(1);
            may_open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
            self.open(oid.as_bytes().len())
        };
        let Some(objects) = self.objects.get_or_init(open) else { return Some(Place::Unknown) };
        let offset = self.offset(number).filter(|offset| (HEADER..objects.end).contains(offset));
        Some(offset.map_or(Place::BehindTheEnd, |offset| Place::At(&objects.file, offset)))
    }

    /// Opens the pack, if it is the one that the index was made of; ids have `id` bytes.
    fn open(&self, id: usize) -> Option<Objects> {
        let file = File::open(&self.path).ok()?;
        let end = file.metadata().ok()?.len().checked_sub(id as u64)?;
        let (mut header, mut hash) = (Vec::new(), Vec::new());
        read_at(&file, 0, HEADER as usize, &mut header)?;
        read_at(&file, end, id, &mut hash)?;
        let count = u32::try_from(self.ids.len()).ok()?.to_be_bytes();
        let hashes = &self.index[self.index.len() - 2 * id..];
        let belongs =
            header == [PACK, &count].concat() && hashes.starts_with(&hash) && hash.len() == id;
        belongs.then_some(Objects { file, end })
    }

    fn offset(&self, number: usize) -> Option<u64> {
        let offset =
            u32::from_be_bytes(*self.index.get(self.offsets + 4 * number..)?.first_chunk()?);
        // The highest bit says that it is the number of one that needs more.
        let Some(large) = offset.checked_sub(1 << 31) else { return Some(u64::from(offset)) };
        let at =
            8_usize.checked_mul(large as usize)?.checked_add(self.offsets + 4 * self.ids.len())?;
        Some(u64::from_be_bytes(*self.index.get(at..)?.first_chunk()?))
    }
}

/// The bytes before the first object of a pack.
const HEADER: u64 = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::git::Repository;
    use crate::git::graph::Commits;
    use crate::git::testing::{self, exchange};
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::fmt::Write as _;

    /// A repository of which everything is in one pack.
    struct Repo {
        folder: tempfile::TempDir,
        hash: HashKind,
        ids: Vec<Oid>,
    }

    /// A line of `git cat-file --batch-check`.
    struct Listed {
        oid: Oid,
        kind: ObjectKind,
        is_delta: bool,
    }

    impl Repo {
        /// Blobs of lengths at which their header grows, and one that is too large; commits and a tag with long messages.
        /// `window` is how many objects are tried as the base of a delta.
        fn new(hash: HashKind, window: &str) -> Repo {
            let folder = tempfile::tempdir().unwrap();
            let mut repo = Repo { folder, hash, ids: Vec::new() };
            let format = if hash == HashKind::Sha1 { "sha1" } else { "sha256" };
            repo.git(&["init", "-q", "--bare", "--object-format", format, "."], "");
            let mut stream = String::new();
            for (number, length) in
                [0, 1, 15, 16, 17, 2_047, 2_048, 40_000, MOST - 1, MOST, MOST + 1]
                    .iter()
                    .enumerate()
            {
                let message = "why\n".repeat(length % 5_000);
                let _ = write!(
                    stream,
                    "commit refs/heads/main\nmark :{}\ncommitter C <c@x> {number} +0000\n\
                     data {}\n{message}\nM 100644 inline f{number}\ndata {length}\n{}\n",
                    number + 1,
                    message.len(),
                    number.to_string().repeat(*length)[..*length].to_owned()
                );
            }
            let _ = write!(stream, "tag v1\nfrom :3\ntagger C <c@x> 1 +0000\ndata 4\nwhat\n");
            repo.git(&["fast-import", "--quiet"], &stream);
            repo.git(&["repack", "-adfq", "--window", window], "");
            repo.ids = repo.all().iter().map(|listed| listed.oid).collect();
            repo
        }

        fn git(&self, args: &[&str], input: &str) -> Vec<u8> {
            testing::git(self.folder.path(), args, input)
        }

        fn packs(&self) -> Packs {
            Packs::new(&[self.folder.path().join("objects")], self.hash)
        }

        /// The pack, without its extension.
        fn pack(&self) -> PathBuf {
            let entries = fs::read_dir(self.folder.path().join("objects/pack")).unwrap();
            let mut paths = entries.map(|entry| entry.unwrap().path());
            paths
                .find(|path| path.extension().is_some_and(|of| of == "idx"))
                .unwrap()
                .with_extension("")
        }

        fn all(&self) -> Vec<Listed> {
            let format = "--batch-check=%(objectname) %(objecttype) %(deltabase)";
            let printed = self.git(&["cat-file", "--batch-all-objects", format], "");
            let listed = |line: &str| {
                let [id, kind, base] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
                let kind = match kind {
                    "commit" => ObjectKind::Commit,
                    "tree" => ObjectKind::Tree,
                    "blob" => ObjectKind::Blob,
                    _ => ObjectKind::Tag,
                };
                let is_delta = base.bytes().any(|byte| byte != b'0');
                Listed { oid: self.hash.oid(id.as_bytes()).unwrap(), kind, is_delta }
            };
            String::from_utf8(printed).unwrap().lines().map(listed).collect()
        }

        /// How many of the objects that were here when it was made are read.
        fn count(&self, packs: &Packs) -> usize {
            self.ids.iter().filter(|&&oid| read(packs, oid).is_some()).count()
        }

        /// Holds what is read against what git says; how many objects were.
        #[track_caller]
        fn agrees(&self, packs: &Packs) -> usize {
            let mut read = 0;
            for Listed { oid, kind, is_delta } in self.all() {
                let expected = self.git(&["cat-file", kind.name(), &oid.to_string()], "");
                let found = read_as(packs, oid, |kind, data| (kind, data.to_vec()));
                assert_eq!(found.is_none(), is_delta || expected.len() > MOST, "{oid}");
                if let Some((found, data)) = found {
                    assert_eq!((found, data.len()), (kind, expected.len()), "{oid}");
                    assert!(data == expected, "{oid}");
                    read += 1;
                }
            }
            read
        }
    }

    fn read(packs: &Packs, oid: Oid) -> Option<Vec<u8>> {
        read_as(packs, oid, |_, data| data.to_vec())
    }

    fn read_as<T>(packs: &Packs, oid: Oid, work: impl FnOnce(ObjectKind, &[u8]) -> T) -> Option<T> {
        match packs.read(oid, work) {
            Answer::Read(done) => Some(done),
            Answer::Elsewhere(_) | Answer::Damaged => None,
        }
    }

    #[test]
    fn what_stands_whole_is_what_git_reads() {
        for hash in [HashKind::Sha1, HashKind::Sha256] {
            let repo = Repo::new(hash, "0");
            // 11 commits, 11 trees, 11 blobs of which one is too large, and a tag.
            assert_eq!(repo.agrees(&repo.packs()), 33);
            // Where nothing is made smaller, entries are the largest.
            let as_is = ["-c", "core.compression=0", "repack", "-adFq", "--window", "0"];
            repo.git(&as_is, "");
            assert_eq!(repo.agrees(&repo.packs()), 33);
            let deltas = Repo::new(hash, "50");
            let read = deltas.agrees(&deltas.packs());
            assert!((11..33).contains(&read), "{read}: some are deltas");
            let nobodys = hash.oid(&b"7".repeat(hash.hex_len())).unwrap();
            assert!(matches!(repo.packs().read(nobodys, |_, _| ()), Answer::Elsewhere(_)));
        }
    }

    /// Writes the index anew.
    fn index(repo: &Repo, version: &str) {
        let pack = repo.pack();
        fs::remove_file(pack.with_extension("idx")).unwrap();
        let option = format!("--index-version={version}");
        repo.git(&["index-pack", &option, pack.with_extension("pack").to_str().unwrap()], "");
    }

    #[test]
    fn offsets_of_eight_bytes_are_read_and_indexes_of_version_1_are_not() {
        let repo = Repo::new(HashKind::Sha1, "0");
        // As for a pack of more than two gigabytes, for everything behind the first 64 bytes.
        index(&repo, "2,0x40");
        assert_eq!(repo.agrees(&repo.packs()), 33);
        index(&repo, "1");
        assert!(repo.packs().listed().is_empty());
    }

    #[test]
    fn all_packs_are_read_as_long_as_they_are_open() {
        let (one, other) = (Repo::new(HashKind::Sha1, "0"), Repo::new(HashKind::Sha1, "0"));
        let new = only_in(&other);
        let folders = [&one, &other].map(|repo| repo.folder.path().join("objects"));
        let packs = Packs::new(&folders, HashKind::Sha1);
        assert_eq!(one.agrees(&packs), 33);
        assert_eq!(other.agrees(&packs), 34);
        // A pack that was opened may go, as `git gc` lets it.
        fs::remove_dir_all(folders[1].join("pack")).unwrap();
        assert_eq!(read(&packs, new).unwrap(), b"only there");
        // One that goes before is not there.
        let packs = Packs::new(&folders, HashKind::Sha1);
        fs::remove_file(one.pack().with_extension("pack")).unwrap();
        assert_eq!(one.count(&packs), 0);
    }

    /// Adds an object to the pack of a repository.
    fn only_in(repo: &Repo) -> Oid {
        let new = repo.git(&["hash-object", "-w", "--stdin"], "only there");
        let new = HashKind::Sha1.oid(new.trim_ascii()).unwrap();
        repo.git(&["tag", "new", &new.to_string()], "");
        repo.git(&["repack", "-adfq", "--window", "0"], "");
        new
    }

    #[test]
    fn no_more_packs_are_kept_open_than_may_be() {
        let (one, other) = (Repo::new(HashKind::Sha1, "0"), Repo::new(HashKind::Sha1, "0"));
        let new = only_in(&other);
        let folders = [&one, &other].map(|repo| repo.folder.path().join("objects"));
        for (may_open, first) in [(2, true), (1, true), (1, false), (0, true)] {
            let packs = Packs { may_open: may_open.into(), ..Packs::new(&folders, HashKind::Sha1) };
            packs.last.store(usize::from(!first), Ordering::Relaxed);
            let (all, is_new) = (one.all(), read(&packs, new).is_some());
            let read = all.iter().filter(|listed| read(&packs, listed.oid).is_some()).count();
            // The second pack has all that the first one has.
            assert_eq!((read, is_new), (if may_open > 0 { 33 } else { 0 }, may_open > 0));
        }
    }

    #[test]
    fn a_repository_reads_its_own_packs_and_those_of_alternates() {
        let (own, alternate) = (Repo::new(HashKind::Sha1, "0"), Repo::new(HashKind::Sha1, "0"));
        let new = only_in(&alternate);
        let line = format!("{}\n", alternate.folder.path().join("objects").display());
        fs::write(own.folder.path().join("objects/info/alternates"), line).unwrap();
        let opened = Repository::open(own.folder.path()).unwrap();
        assert_eq!(opened.packs.listed().len(), 2);
        assert_eq!(read(&opened.packs, new).unwrap(), b"only there");
        assert_eq!(opened.read(new).unwrap().unwrap().data, b"only there");
    }

    /// Lets an index say another offset of an object; what it said before.
    fn point(repo: &Repo, oid: Oid, to: u32) -> u32 {
        let path = repo.pack().with_extension("idx");
        let mut bytes = fs::read(&path).unwrap();
        let ids = SortedIds::new(&bytes, 8, 8 + SortedIds::TABLE, 20).unwrap();
        let at = ids.range().end + 4 * ids.len() + 4 * ids.find(&bytes, oid.as_bytes()).unwrap();
        let before = u32::from_be_bytes(*bytes[at..].first_chunk().unwrap());
        bytes[at..at + 4].copy_from_slice(&to.to_be_bytes());
        exchange(&path, &bytes);
        before
    }

    #[test]
    fn an_object_behind_the_end_of_its_pack_is_an_error() {
        let repo = Repo::new(HashKind::Sha1, "0");
        let tag = repo.all().into_iter().find(|listed| listed.kind == ObjectKind::Tag).unwrap().oid;
        let length = fs::metadata(repo.pack().with_extension("pack")).unwrap().len();
        let end = u32::try_from(length).unwrap() - 20;
        // libgit2 would read there, and crash. The last one is the number of an offset that is not there.
        for offset in [0, 11, end, end + 1, 0x10_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
            let before = point(&repo, tag, offset);
            assert!(matches!(repo.packs().read(tag, |_, _| ()), Answer::Damaged), "{offset:x}");
            let opened = Repository::open(repo.folder.path()).unwrap();
            for failure in [opened.read(tag).unwrap_err(), opened.kind(tag).unwrap_err()] {
                assert!(failure.message.contains("its pack ends before it"), "{}", failure.message);
            }
            point(&repo, tag, before);
        }
        let opened = Repository::open(repo.folder.path()).unwrap();
        assert_eq!(opened.kind(tag).unwrap(), Some(ObjectKind::Tag));
    }

    #[test]
    fn what_is_whole_in_another_pack_is_read_there() {
        let (own, alternate) = (Repo::new(HashKind::Sha1, "0"), Repo::new(HashKind::Sha1, "0"));
        let line = format!("{}\n", alternate.folder.path().join("objects").display());
        fs::write(own.folder.path().join("objects/info/alternates"), line).unwrap();
        let tag = own.all().into_iter().find(|listed| listed.kind == ObjectKind::Tag).unwrap().oid;
        point(&own, tag, u32::MAX);
        for last in [0, 1] {
            let opened = Repository::open(own.folder.path()).unwrap();
            opened.packs.last.store(last, Ordering::Relaxed);
            assert_eq!(opened.kind(tag).unwrap(), Some(ObjectKind::Tag));
            assert_eq!(opened.read(tag).unwrap().unwrap().kind, ObjectKind::Tag);
        }
    }

    #[test]
    fn an_object_under_another_id_is_corrupt_to_whoever_verifies() {
        let repo = Repo::new(HashKind::Sha1, "0");
        let commits = repo.all().into_iter().filter(|listed| listed.kind == ObjectKind::Commit);
        let [one, other] =
            commits.map(|listed| listed.oid).take(2).collect::<Vec<_>>().try_into().unwrap();
        let offset = point(&repo, one, 12);
        point(&repo, other, offset);
        let opened = Repository::open(repo.folder.path()).unwrap();
        let unverified = opened.read_unverified(other).unwrap().unwrap();
        let failure = opened.read(other).unwrap_err();
        let corrupt = format!("object {other} is corrupt: its content has the id {one}");
        assert!(failure.message.contains(&corrupt), "{}", failure.message);
        assert!(opened.verify(one, ObjectKind::Commit, &unverified.data).is_ok());
        for commits in [Commits::verified(&opened), Commits::without_graph(&opened)] {
            assert!(commits.read(other).is_err());
        }
        assert!(Commits::verified(&opened).load(other).is_err());
    }

    #[test]
    fn a_pack_of_another_index_is_not_used() {
        let repo = Repo::new(HashKind::Sha1, "0");
        let (idx, pack) = (repo.pack().with_extension("idx"), repo.pack().with_extension("pack"));
        let [index, objects] = [fs::read(&idx).unwrap(), fs::read(&pack).unwrap()];
        // The kind, the version and the number of objects of a pack; its hash, here and there.
        let places = [
            (&pack, 0),
            (&pack, 7),
            (&pack, 11),
            (&pack, objects.len() - 20),
            (&idx, index.len() - 40),
        ];
        for (path, at) in places {
            let good = fs::read(path).unwrap();
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            exchange(path, &bytes);
            assert_eq!(repo.count(&repo.packs()), 0, "{}", path.display());
            exchange(path, &good);
        }
        assert_eq!(repo.agrees(&repo.packs()), 33);
    }

    #[test]
    fn whoever_works_on_an_object_reads_others() {
        let repo = Repo::new(HashKind::Sha1, "0");
        let packs = repo.packs();
        let all: Vec<Oid> = repo.all().iter().map(|listed| listed.oid).collect();
        let mut read_all = 0;
        for &outer in &all {
            let inner = read_as(&packs, outer, |_, data| {
                let before = data.to_vec();
                let inner = all.iter().filter(|&&inner| read(&packs, inner).is_some()).count();
                assert_eq!(data, before);
                inner
            });
            read_all += usize::from(inner == Some(33));
        }
        assert_eq!(read_all, 33);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

        /// Each zlib stream has a checksum: what is read at all is what somebody once packed, if under another id.
        #[test]
        fn of_damaged_packs_nothing_else_is_read(
            damages in prop::collection::vec(
                (any::<bool>(), prop::collection::vec((any::<Index>(), any::<u8>()), 1..40), any::<Index>()),
                40,
            ),
        ) {
            let repo = Repo::new(HashKind::Sha1, "0");
            let all = repo.all();
            let contents = |packs: &Packs| -> Vec<Option<Vec<u8>>> {
                all.iter().map(|listed| read(packs, listed.oid)).collect()
            };
            let packed = contents(&repo.packs());
            let paths = ["idx", "pack"].map(|extension| repo.pack().with_extension(extension));
            let mut lost = 0;
            for (of_index, damages, length) in damages {
                let path = &paths[usize::from(of_index)];
                let good = fs::read(path).unwrap();
                let mut bytes = good.clone();
                for (at, byte) in &damages {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
                // Half of them are cut short as well.
                if damages.len() % 2 == 0 {
                    bytes.truncate(length.index(bytes.len()));
                }
                exchange(path, &bytes);
                for content in contents(&repo.packs()) {
                    lost += usize::from(content.is_none());
                    prop_assert!(packed.contains(&content));
                }
                exchange(path, &good);
            }
            prop_assert!(lost > 40, "something was damaged");
            prop_assert_eq!(repo.agrees(&repo.packs()), 33);
        }
    }
}

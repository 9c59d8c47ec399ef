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
//! maps it, and all of history is a large part of it.
//!
//! Source: git's documentation, `gitformat-pack(5)`.

use super::Oid;
use super::repository::{HashKind, ObjectKind};
use super::sorted_ids::SortedIds;
use filebuffer::FileBuffer;
use libdeflater::Decompressor;
use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Larger objects are left to libgit2, in bytes: what a pack announces is not taken for granted.
const MOST: usize = 1024 * 1024;

/// The packs of a repository and its alternates, opened when somebody asks.
pub(super) struct Packs {
    folders: Vec<PathBuf>,
    hash: HashKind,
    opened: OnceLock<Vec<Pack>>,
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
        Packs { folders: folders.to_vec(), hash, opened: OnceLock::new() }
    }

    /// What `work` makes of an object, whose id is *not* verified; `work` back where the object is not to be had here.
    pub(super) fn read<T, W>(&self, oid: Oid, work: W) -> Result<T, W>
    where
        W: FnOnce(ObjectKind, &[u8]) -> T,
    {
        let found = self.opened().iter().find_map(|pack| Some((pack, pack.offset(oid)?)));
        let Some((pack, offset)) = found else { return Err(work) };
        let mut scratch = SCRATCH.take().unwrap_or_else(|| {
            let (packed, object) = (Vec::new(), Vec::new());
            Box::new(Scratch { packed, inflate: Decompressor::new(), object })
        });
        let done = match scratch.read(&pack.objects, offset) {
            Some((kind, object)) => Ok(work(kind, object)),
            None => Err(work),
        };
        SCRATCH.set(Some(scratch));
        done
    }

    fn opened(&self) -> &[Pack] {
        self.opened.get_or_init(|| {
            let mut packs = Vec::new();
            for folder in &self.folders {
                // What can't be listed or opened is libgit2's to complain of.
                let Ok(entries) = fs::read_dir(folder.join("pack")) else { continue };
                let paths = entries.flatten().map(|entry| entry.path());
                let indexes = paths.filter(|path| path.extension().is_some_and(|of| of == "idx"));
                packs.extend(indexes.filter_map(|index| Pack::open(&index, self.hash)));
            }
            packs
        })
    }
}

impl Scratch {
    /// Reads the object that stands whole at a place in a pack.
    fn read(&mut self, pack: &File, offset: u64) -> Option<(ObjectKind, &[u8])> {
        read_at(pack, offset, USUAL, &mut self.packed)?;
        let (_, length, stream) = header(&self.packed)?;
        // What can't be made smaller is stored with a few bytes more.
        let most = (self.packed.len() - stream.len()) + length + length / 1_000 + 64;
        if most > USUAL {
            read_at(pack, offset, most, &mut self.packed)?;
        }
        let (kind, _, stream) = header(&self.packed)?;
        if self.object.len() < length {
            self.object.resize(length.next_power_of_two(), 0);
        }
        let object = &mut self.object[..length];
        let inflated = self.inflate.zlib_decompress(stream, object).ok()?;
        (inflated == length).then_some((kind, object))
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

/// The kind and the length of the object that an entry of a pack begins with, and what follows: a zlib stream. `None`
/// for a delta, and for what is too large.
fn header(entry: &[u8]) -> Option<(ObjectKind, usize, &[u8])> {
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
    Some((kind, length, bytes.as_slice()))
}

/// A pack and its index.
struct Pack {
    index: FileBuffer,
    ids: SortedIds,
    /// Where the offsets stand, four bytes each, and after them those that need more, eight each.
    offsets: usize,
    objects: File,
}

/// What an index of version 2 begins with.
const BEGIN: &[u8] = b"\xfftOc\0\0\0\x02";

impl Pack {
    fn open(path: &Path, hash: HashKind) -> Option<Pack> {
        let index = FileBuffer::open(path).ok()?;
        if !index.starts_with(BEGIN) {
            return None;
        }
        let fan = BEGIN.len();
        let ids = SortedIds::new(&index, fan, fan + SortedIds::TABLE, hash.hex_len() / 2)?;
        // Behind the ids stand checksums of four bytes.
        let offsets = ids.range().end + 4 * ids.len();
        let objects = File::open(path.with_extension("pack")).ok()?;
        let whole = index.len() >= offsets + 4 * ids.len();
        whole.then_some(Pack { index, ids, offsets, objects })
    }

    /// Where an object stands in the pack.
    fn offset(&self, oid: Oid) -> Option<u64> {
        let number = self.ids.find(&self.index, oid.as_bytes())?;
        let offset =
            u32::from_be_bytes(*self.index.get(self.offsets + 4 * number..)?.first_chunk()?);
        // The highest bit says that it is the number of one that needs more.
        let Some(large) = offset.checked_sub(1 << 31) else { return Some(u64::from(offset)) };
        let at = (self.offsets + 4 * self.ids.len())
            .checked_add(8_usize.checked_mul(large as usize)?)?;
        Some(u64::from_be_bytes(*self.index.get(at..)?.first_chunk()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::fmt::Write as _;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    /// A repository of which everything is in one pack.
    struct Repo {
        folder: tempfile::TempDir,
        hash: HashKind,
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
            let repo = Repo { folder: tempfile::tempdir().unwrap(), hash };
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
            repo
        }

        fn git(&self, args: &[&str], input: &str) -> Vec<u8> {
            let mut command = Command::new("git");
            command.current_dir(&self.folder).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null");
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let input = input.to_owned();
            let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
            let output = child.wait_with_output().unwrap();
            writer.join().unwrap().unwrap();
            assert!(output.status.success(), "{args:?}");
            output.stdout
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

        /// Holds what is read against what git says; how many objects were.
        #[track_caller]
        fn agrees(&self, packs: &Packs) -> usize {
            let mut read = 0;
            for Listed { oid, kind, is_delta } in self.all() {
                let expected = self.git(&["cat-file", kind.name(), &oid.to_string()], "");
                let found = packs.read(oid, |kind, data| (kind, data.to_vec())).ok();
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
        packs.read(oid, |_, data| data.to_vec()).ok()
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
            assert!(repo.packs().read(nobodys, |_, _| ()).is_err());
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
        assert!(repo.packs().opened().is_empty());
    }

    #[test]
    fn all_packs_are_read_as_long_as_they_are_open() {
        let (one, other) = (Repo::new(HashKind::Sha1, "0"), Repo::new(HashKind::Sha1, "0"));
        let new = other.git(&["hash-object", "-w", "--stdin"], "only there");
        let new = HashKind::Sha1.oid(new.trim_ascii()).unwrap();
        other.git(&["tag", "new", &new.to_string()], "");
        other.git(&["repack", "-adfq", "--window", "0"], "");
        let folders = [&one, &other].map(|repo| repo.folder.path().join("objects"));
        let packs = Packs::new(&folders, HashKind::Sha1);
        assert_eq!(one.agrees(&packs), 33);
        assert_eq!(other.agrees(&packs), 34);
        // A pack that was opened may go, as `git gc` lets it.
        fs::remove_dir_all(folders[1].join("pack")).unwrap();
        assert_eq!(read(&packs, new).unwrap(), b"only there");
        // One that goes before, or has no index, is not there.
        let packs = Packs::new(&folders, HashKind::Sha1);
        fs::remove_file(one.pack().with_extension("pack")).unwrap();
        assert!(packs.opened().is_empty());
    }

    #[test]
    fn whoever_works_on_an_object_reads_others() {
        let repo = Repo::new(HashKind::Sha1, "0");
        let packs = repo.packs();
        let commits: Vec<Oid> = repo.all().iter().map(|listed| listed.oid).collect();
        for &outer in &commits {
            let once = packs.read(outer, |_, data| {
                let before = data.to_vec();
                let inner = commits.iter().filter(|&&inner| read(&packs, inner).is_some()).count();
                assert_eq!(data, before);
                inner
            });
            assert!(once.is_err() || once.is_ok_and(|inner| inner == 33));
        }
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

    /// Writes another file in the place of one that git made read-only.
    fn exchange(path: &Path, bytes: &[u8]) {
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

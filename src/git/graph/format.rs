//! The files of git's commit-graph: the parents, tree, date and generation number of each commit, so that a walk reads
//! no objects.
//!
//! ```text
//! objects/info/commit-graph              one file, or
//! objects/info/commit-graphs/…           a chain of files: each adds commits to those before it
//!
//! header │ table of chunks │ OIDF  number of ids whose first byte is at most 0, 1, … 255
//!                          │ OIDL  the ids, sorted
//!                          │ CDAT  for each commit its tree, its first two parents, its generation number and date
//!                          │ EDGE  the other parents of merges with more than two
//!                          │ BASE  the hashes of the files before it in a chain
//! ```
//!
//! A commit is named by its *position*: the first file of a chain counts from 0, the next file continues from there.
//!
//! The file is a cache that anybody with access to the folder could alter. As in git, its content is trusted for commits
//! that are not shown; [`Commits::confirm`](super::Commits::confirm) compares those that are shown with their objects.
//! Whatever the file contains, the worst result is a wrong answer: no panic, no endless loop.
//!
//! Source: git's documentation, `gitformat-commit-graph(5)`.
//!
//! Why not gix-commitgraph: it was used and dropped. Reading a parent took 40 ns longer, and it needed 16 more crates.

use crate::git::objects::sorted_ids::SortedIds;
use crate::git::{HashKind, Oid};
use filebuffer::FileBuffer;
use smallvec::SmallVec;
use std::ops::Range;
use std::path::Path;

/// The parents of a commit, as positions in the commit-graph or as nodes (see [`super::nodes`]).
pub(super) type Parents = SmallVec<[usize; 2]>;

/// The files of a commit-graph, opened.
pub(super) struct GraphFiles {
    /// At least one.
    files: Vec<GraphFile>,
    commits: usize,
}

/// Marks an absent parent (git's `GRAPH_PARENT_NONE`).
pub(super) const NO_PARENT: u32 = 0x7000_0000;

/// Set in a second parent that is an offset into `EDGE`, and in the last parent of a list there (git's
/// `GRAPH_EXTRA_EDGES_NEEDED` and `GRAPH_LAST_EDGE`).
const EDGE_BIT: u32 = 0x8000_0000;

/// The part of a `CDAT` row that follows the tree.
#[derive(Clone, Copy)]
struct Row<'f>(&'f [u8; Row::LEN]);

impl Row<'_> {
    const LEN: usize = 16;

    fn parents(self) -> [u32; 2] {
        let [a, b, c, d, e, f, g, h, ..] = *self.0;
        [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]
    }

    /// The generation number: the upper 30 bits of a word whose lower two belong to the date.
    fn generation(self) -> u32 {
        let [.., a, b, c, d, _, _, _, _] = *self.0;
        u32::from_be_bytes([a, b, c, d]) >> 2
    }

    /// In seconds since 1970 UTC, 34 bits.
    fn date(self) -> u64 {
        let [.., a, b, c, d, e] = *self.0;
        u64::from_be_bytes([0, 0, 0, a & 3, b, c, d, e])
    }
}

/// What the commit-graph stores about how one commit is linked to others, as needed to search all of them.
pub(super) struct Links {
    /// The positions of the first two parents, [`NO_PARENT`] for an absent one; `None` when there are more than two,
    /// or the row is damaged.
    pub(super) parents: Option<[u32; 2]>,
    /// See [`GraphFiles::generation`].
    pub(super) generation: u32,
}

impl GraphFiles {
    /// Opens the commit-graph of a repository; `info` is its folder `objects/info`. `None` when there is none or it
    /// cannot be read: as in git, it only makes things faster.
    pub(super) fn open(info: &Path, hash: HashKind) -> Option<GraphFiles> {
        let files = match GraphFile::open(&info.join("commit-graph"), hash, 0, &[]) {
            Some(file) => vec![file],
            None => open_chain(&info.join("commit-graphs"), hash)?,
        };
        let commits = files.last()?.positions.end;
        Some(GraphFiles { files, commits })
    }

    /// The number of commits.
    pub(super) fn len(&self) -> usize {
        self.commits
    }

    /// The position of a commit.
    pub(super) fn position(&self, oid: Oid) -> Option<usize> {
        self.files.iter().rev().find_map(|file| file.position(oid.as_bytes()))
    }

    fn file(&self, position: usize) -> Option<&GraphFile> {
        self.files.iter().find(|file| file.positions.contains(&position))
    }

    /// The commit at a position.
    pub(super) fn oid(&self, position: usize) -> Option<Oid> {
        let file = self.file(position)?;
        Oid::from_bytes(file.ids.get(&file.bytes, position - file.positions.start)).ok()
    }

    fn row(&self, position: usize) -> Option<(&[u8], Row<'_>)> {
        let file = self.file(position)?;
        file.row(position - file.positions.start)
    }

    /// The tree of the commit at a position.
    pub(super) fn tree(&self, position: usize) -> Option<Oid> {
        Oid::from_bytes(self.row(position)?.0).ok()
    }

    /// The date that git sorts its walk by, of the commit at a position, in seconds since 1970 UTC.
    pub(super) fn date(&self, position: usize) -> Option<u64> {
        Some(self.row(position)?.1.date())
    }

    /// The generation number of the commit at a position: greater than those of its parents; 0 when it was not
    /// computed.
    pub(super) fn generation(&self, position: usize) -> Option<u32> {
        Some(self.row(position)?.1.generation())
    }

    /// The positions of the parents of the commit at a position; `None` when its row is damaged.
    pub(super) fn parents(&self, position: usize) -> Option<Parents> {
        // Parents are in the same file or in one before it.
        let file = self.file(position)?;
        let end = file.positions.end;
        let valid = |parent: u32| Some(parent as usize).filter(|&parent| parent < end);
        match self.row(position)?.1.parents() {
            [NO_PARENT, NO_PARENT] => Some(Parents::new()),
            [first, NO_PARENT] => Some([valid(first)?].into_iter().collect()),
            [first, second] if second & EDGE_BIT == 0 => {
                Some(Parents::from([valid(first)?, valid(second)?]))
            }
            [first, second] => {
                let edges = file.edges().get((second & !EDGE_BIT) as usize..)?;
                let last = edges.iter().position(|edge| edge[0] & 0x80 != 0)?;
                let others =
                    edges[..=last].iter().map(|edge| u32::from_be_bytes(*edge) & !EDGE_BIT);
                std::iter::once(first).chain(others).map(valid).collect()
            }
        }
    }

    /// The links of all commits, by position. One sequential pass, so that the processor can prefetch.
    pub(super) fn links(&self) -> impl Iterator<Item = Links> {
        self.files.iter().flat_map(|file| {
            // `GraphFile::open` made sure that positions are less than `NO_PARENT`.
            let end = u32::try_from(file.positions.end).unwrap_or(NO_PARENT);
            file.rows().map(move |(_, row)| {
                let parents = match row.parents() {
                    [NO_PARENT, NO_PARENT] => Some([NO_PARENT, NO_PARENT]),
                    [first, NO_PARENT] if first < end => Some([first, NO_PARENT]),
                    [first, second] if first < end && second < end => Some([first, second]),
                    _ => None,
                };
                Links { parents, generation: row.generation() }
            })
        })
    }
}

/// Opens the files that a chain lists by their hashes, one per line.
fn open_chain(folder: &Path, hash: HashKind) -> Option<Vec<GraphFile>> {
    let list = std::fs::read_to_string(folder.join("commit-graph-chain")).ok()?;
    let (mut files, mut bases): (Vec<GraphFile>, Vec<u8>) = (Vec::new(), Vec::new());
    for name in list.lines() {
        let oid = hash.oid(name.as_bytes())?;
        let before = files.last().map_or(0, |file| file.positions.end);
        let path = folder.join(format!("graph-{name}.graph"));
        files.push(GraphFile::open(&path, hash, before, &bases)?);
        bases.extend(oid.as_bytes());
    }
    Some(files)
}

/// One file of a commit-graph.
struct GraphFile {
    /// Safe to map: git replaces the file by another one, and never shortens it.
    bytes: FileBuffer,
    /// The positions of its commits.
    positions: Range<usize>,
    ids: SortedIds,
    /// Where `CDAT` is, and the size of its rows in bytes.
    rows: Range<usize>,
    row: usize,
    /// Where `EDGE` is.
    edges: Range<usize>,
}

/// The first bytes of a file: its kind and the version of the format.
const MAGIC: &[u8] = b"CGPH\x01";
/// The size of the header in bytes; the table of chunks follows.
const HEADER: usize = 8;
/// The size of a row of that table in bytes: a name of four, an offset of eight.
const CHUNK: usize = 12;
/// The name in the last row, whose offset is the end of the last chunk.
const NO_CHUNK: [u8; 4] = [0; 4];

impl GraphFile {
    /// Opens a file. In a chain, `before` is the number of commits in the files before it, and `bases` are the hashes
    /// of those files.
    fn open(path: &Path, hash: HashKind, before: usize, bases: &[u8]) -> Option<GraphFile> {
        let bytes = FileBuffer::open(path).ok()?;
        let header = bytes.get(..HEADER)?;
        let kind = match hash {
            HashKind::Sha1 => 1,
            HashKind::Sha256 => 2,
        };
        if !header.starts_with(MAGIC) || header[5] != kind {
            return None;
        }
        let id = hash.hex_len() / 2;
        // The file ends with its own hash.
        let end = bytes.len().checked_sub(id)?;
        let table = bytes.get(HEADER..HEADER + (usize::from(header[6]) + 1) * CHUNK)?;
        let mut chunks = Vec::new();
        for pair in table.as_chunks::<CHUNK>().0.windows(2) {
            let [(name, from), (_, to)] = [split_chunk(&pair[0])?, split_chunk(&pair[1])?];
            if name == NO_CHUNK || from > to || to > end {
                return None;
            }
            chunks.push((name, from..to));
        }
        if !table.last_chunk::<CHUNK>()?.starts_with(&NO_CHUNK) {
            return None;
        }
        let chunk = |name: &[u8; 4]| {
            let found = chunks.iter().find(|(of, _)| of == name);
            found.map(|(_, range)| range.clone())
        };
        let (fan, oids, rows) = (chunk(b"OIDF")?, chunk(b"OIDL")?, chunk(b"CDAT")?);
        let ids = SortedIds::new(&bytes, fan.start, oids.start, id)?;
        let (row, positions) = (id + Row::LEN, before..before + ids.len());
        let is_sound = bases.len() == id * usize::from(header[7])
            && bases == &bytes[chunk(b"BASE").unwrap_or(0..0)]
            && fan.len() == SortedIds::TABLE
            && oids == ids.range()
            && rows.len() == ids.len() * row
            && positions.end < NO_PARENT as usize;
        let edges = chunk(b"EDGE").unwrap_or(0..0);
        is_sound.then_some(GraphFile { positions, ids, rows, row, edges, bytes })
    }

    fn position(&self, id: &[u8]) -> Option<usize> {
        Some(self.positions.start + self.ids.find(&self.bytes, id)?)
    }

    /// The rows of `CDAT`: the tree, and the rest.
    fn rows(&self) -> impl Iterator<Item = (&[u8], Row<'_>)> {
        self.bytes[self.rows.clone()].chunks_exact(self.row).filter_map(split_row)
    }

    /// The row with a number, counted from 0 in this file.
    fn row(&self, number: usize) -> Option<(&[u8], Row<'_>)> {
        split_row(self.bytes[self.rows.clone()].get(number * self.row..)?.get(..self.row)?)
    }

    fn edges(&self) -> &[[u8; 4]] {
        self.bytes[self.edges.clone()].as_chunks().0
    }
}

/// Splits a row of the table of chunks into name and offset.
fn split_chunk(row: &[u8; CHUNK]) -> Option<([u8; 4], usize)> {
    let (name, offset) = row.split_first_chunk()?;
    Some((*name, usize::try_from(u64::from_be_bytes(offset.try_into().ok()?)).ok()?))
}

/// Splits a row of `CDAT` into the tree and the rest.
fn split_row(row: &[u8]) -> Option<(&[u8], Row<'_>)> {
    let (tree, rest) = row.split_last_chunk()?;
    Some((tree, Row(rest)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{Repo, altered, history};
    use super::*;
    use crate::git::testing::exchange;

    #[test]
    fn the_files_agree_with_git() {
        for hash in [HashKind::Sha1, HashKind::Sha256] {
            let repo = Repo::without_graph(hash, history());
            assert!(repo.open().is_none(), "not written yet");
            repo.write(repo.ids.len(), &[]);
            let read = repo.open().unwrap();
            // Before and after the tables for searches are built.
            for _ in 0..2 {
                repo.agrees(&read);
                read.prepare();
            }
            std::fs::remove_file(repo.info().join("commit-graph")).unwrap();
            for commits in [3, 6, 20, repo.ids.len()] {
                repo.write(commits, &["--split=no-merge"]);
            }
            let chain = repo.open().unwrap();
            assert_eq!(chain.files.files.len(), 4);
            repo.agrees(&chain);
            std::fs::remove_file(repo.info().join("commit-graphs/commit-graph-chain")).unwrap();
            assert!(repo.open().is_none());
        }
    }

    #[test]
    fn an_incomplete_chain_is_not_used() {
        let repo = Repo::without_graph(HashKind::Sha1, history());
        for commits in [3, 20] {
            repo.write(commits, &["--split=no-merge"]);
        }
        assert_eq!(repo.open().unwrap().files.len(), 20);
        let list = repo.info().join("commit-graphs/commit-graph-chain");
        let names = std::fs::read_to_string(&list).unwrap();
        let first = names.lines().next().unwrap();
        std::fs::remove_file(&list).unwrap();
        std::fs::write(&list, names.replace(first, "../somewhere")).unwrap();
        assert!(repo.open().is_none(), "not a hash");
        std::fs::write(&list, names.lines().rev().collect::<Vec<_>>().join("\n")).unwrap();
        assert!(repo.open().is_none(), "wrong order");
        let [one, other] = names.lines().collect::<Vec<_>>().try_into().unwrap();
        for list_of in [&[one, one, other][..], &[one, other, one], &[other], &[one, other, other]]
        {
            std::fs::write(&list, list_of.join("\n")).unwrap();
            assert!(repo.open().is_none(), "{list_of:?}");
        }
        std::fs::write(&list, &names).unwrap();
        assert_eq!(repo.open().unwrap().files.len(), 20);
        std::fs::remove_file(repo.info().join(format!("commit-graphs/graph-{first}.graph")))
            .unwrap();
        assert!(repo.open().is_none(), "missing file");
    }

    #[test]
    fn an_unknown_format_is_not_used() {
        let repo = Repo::new(history());
        assert!(GraphFiles::open(&repo.info(), HashKind::Sha256).is_none());
        let path = repo.info().join("commit-graph");
        let good = std::fs::read(&path).unwrap();
        // The kind of the file, its version, its hash, the number of chunks.
        for at in [0, 4, 5, 6] {
            let mut bytes = good.clone();
            bytes[at] ^= 3;
            exchange(&path, &bytes);
            assert!(repo.open().is_none(), "{at}");
        }
        for name in [b"OIDF", b"OIDL", b"CDAT"] {
            let mut bytes = good.clone();
            let at = memchr::memmem::find(&bytes, name).unwrap();
            bytes[at] = b'X';
            exchange(&path, &bytes);
            assert!(repo.open().is_none(), "{at}");
        }
        for length in 0..good.len() {
            exchange(&path, &good[..length]);
            assert!(repo.open().is_none(), "{length}");
        }
        exchange(&path, &good);
        repo.agrees(&repo.open().unwrap());
    }

    #[test]
    fn a_parent_out_of_bounds_is_damage() {
        let len = u32::try_from(history().len()).unwrap();
        let parents =
            [len, len + 1, NO_PARENT - 1, NO_PARENT + 1, EDGE_BIT - 1, EDGE_BIT, u32::MAX];
        for place in [0, 4] {
            let (_repo, at, graphs) = altered(place, &parents);
            for (graph, parent) in graphs.iter().zip(parents) {
                // A valid offset into `EDGE`.
                if place == 4 && parent == EDGE_BIT {
                    assert!(graph.parents(at).unwrap().len() > 2);
                    continue;
                }
                assert_eq!(graph.parents(at), None, "{place} {parent:x}");
                graph.prepare();
                assert_eq!(graph.parents(at), None, "{place} {parent:x}");
                assert_eq!(graph.containing(0), None);
            }
        }
        let (_repo, at, graphs) = altered(0, &[NO_PARENT, 0]);
        assert_eq!(graphs.iter().map(|graph| graph.parents(at).unwrap().len()).max(), Some(1));
    }
}

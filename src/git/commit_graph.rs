//! git's commit-graph: what the parents, the tree, the date and the generation number of each commit are, so that
//! walking needs no objects.
//!
//! ```text
//! objects/info/commit-graph              one file, or
//! objects/info/commit-graphs/…           a chain of them: each adds commits to those before it
//!
//! header │ table of chunks │ OIDF  how many ids begin with a byte up to 0, 1, … 255
//!                          │ OIDL  the ids, sorted
//!                          │ CDAT  for each its tree, its first two parents, its generation number and date
//!                          │ EDGE  the other parents of merges of more than two
//!                          │ BASE  the hashes of the files before it in a chain
//! ```
//!
//! Commits are named by their *positions*: the first file of a chain counts from 0, the next goes on from there. A
//! search through history comes to positions in no order, and mostly waits for memory. What it needs of all commits is
//! therefore brought close together first ([`Compact`]), in one pass that the processor sees coming.
//!
//! The file is a cache that anybody with access to the folder could alter: what it says is believed as git believes it,
//! for commits that are not shown (see [`Commits::confirm`](super::source::Commits::confirm)), and nothing in it may
//! lead to worse than a wrong answer about those.
//!
//! Source: git's documentation, `gitformat-commit-graph(5)`.

use super::places::Parents;
use super::sorted_ids::SortedIds;
use super::{HashKind, Oid};
use filebuffer::FileBuffer;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

/// A commit-graph that was found.
pub(super) struct CommitGraph {
    /// At least one.
    files: Vec<File>,
    len: usize,
    compact: OnceLock<Compact>,
    /// `None` where a commit has no generation number, or one that can't be.
    sorted: OnceLock<Option<Sorted>>,
}

/// All positions by rising generation numbers.
struct Sorted {
    positions: Vec<u32>,
    /// How many of them have a number up to 0, 1, ….
    up_to: Vec<u32>,
}

/// What a search wants to know of all commits, by their positions.
struct Compact {
    /// The first two parents; in the place of one that there is not, the number of all commits. [`MORE`] for others.
    parents: Vec<[u32; 2]>,
    generations: Vec<u32>,
}

/// Stands for more than two parents, and for a row that is damaged.
const MORE: [u32; 2] = [u32::MAX; 2];

/// What the file has in the place of a parent that there is not.
const NO_PARENT: u32 = 0x7000_0000;

/// Set in a second parent that says where the others stand in `EDGE`, and in the last of those.
const MARK: u32 = 0x8000_0000;

/// A row of `CDAT` behind the tree.
#[derive(Clone, Copy)]
struct Row<'f>(&'f [u8; Row::LEN]);

impl Row<'_> {
    const LEN: usize = 16;

    fn parents(self) -> [u32; 2] {
        let [a, b, c, d, e, f, g, h, ..] = *self.0;
        [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]
    }

    /// The generation number, above two bits of the date.
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

impl CommitGraph {
    /// The commit-graph of a repository, whose folder `objects/info` this is; `None` where there is none, or none that
    /// could be read: as for git, it only makes things faster.
    pub(super) fn open(info: &Path, hash: HashKind) -> Option<CommitGraph> {
        let files = match File::open(&info.join("commit-graph"), hash, 0, &[]) {
            Some(file) => vec![file],
            None => chain(&info.join("commit-graphs"), hash)?,
        };
        let len = files.last()?.positions.end;
        Some(CommitGraph { files, len, compact: OnceLock::new(), sorted: OnceLock::new() })
    }

    /// How many commits it holds.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The position of a commit.
    pub(super) fn position(&self, oid: Oid) -> Option<usize> {
        self.files.iter().rev().find_map(|file| file.position(oid.as_bytes()))
    }

    fn file(&self, position: usize) -> Option<&File> {
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

    /// The date of the commit at a position, by which git walks, in seconds since 1970 UTC.
    pub(super) fn date(&self, position: usize) -> Option<u64> {
        Some(self.row(position)?.1.date())
    }

    /// The generation number of the commit at a position: greater than those of its parents; 0 where it was not
    /// computed.
    pub(super) fn generation(&self, position: usize) -> Option<u32> {
        Some(self.row(position)?.1.generation())
    }

    /// The positions of the parents of the commit at a position; `None` where its row is damaged.
    pub(super) fn parents(&self, position: usize) -> Option<Parents> {
        match self.compact.get().and_then(|compact| compact.parents.get(position)) {
            None | Some(&MORE) => self.read_parents(position),
            Some(&both) => {
                let both = both.map(|parent| parent as usize);
                Some(both.into_iter().filter(|&parent| parent < self.len).collect())
            }
        }
    }

    fn read_parents(&self, position: usize) -> Option<Parents> {
        // They stand in the same file, or in one before it.
        let file = self.file(position)?;
        let end = file.positions.end;
        let sound = |parent: u32| Some(parent as usize).filter(|&parent| parent < end);
        match self.row(position)?.1.parents() {
            [NO_PARENT, NO_PARENT] => Some(Parents::new()),
            [first, NO_PARENT] => Some([sound(first)?].into_iter().collect()),
            [first, second] if second & MARK == 0 => {
                Some(Parents::from([sound(first)?, sound(second)?]))
            }
            [first, second] => {
                let edges = file.edges().get((second & !MARK) as usize..)?;
                let last = edges.iter().position(|edge| edge[0] & 0x80 != 0)?;
                let others = edges[..=last].iter().map(|edge| u32::from_be_bytes(*edge) & !MARK);
                std::iter::once(first).chain(others).map(sound).collect()
            }
        }
    }

    /// As [`CommitGraph::generation`], of all commits by their positions.
    pub(super) fn generations(&self) -> &[u32] {
        &self.compact().generations
    }

    /// Brings together what a search needs, for who has time for it before the search begins.
    pub(super) fn prepare(&self) {
        self.compact();
    }

    fn compact(&self) -> &Compact {
        self.compact.get_or_init(|| {
            let mut parents = Vec::with_capacity(self.len);
            let mut generations = Vec::with_capacity(self.len);
            // As checked when the files were opened, these are less than `NO_PARENT`.
            let position = |position: usize| u32::try_from(position).unwrap_or(NO_PARENT);
            let none = position(self.len);
            for file in &self.files {
                let end = position(file.positions.end);
                for (_, row) in file.rows() {
                    parents.push(match row.parents() {
                        [NO_PARENT, NO_PARENT] => [none, none],
                        [first, NO_PARENT] if first < end => [first, none],
                        [first, second] if first < end && second < end => [first, second],
                        _ => MORE,
                    });
                    generations.push(row.generation());
                }
            }
            Compact { parents, generations }
        })
    }

    /// For each position whether the commit there contains the one at `wanted`; `None` where generation numbers are
    /// missing, or something is damaged.
    ///
    /// All are gone through by rising generation number, so that of each the parents are known before it. That takes a
    /// few instructions for each, and where the next one stands is known long before; a search from commit to commit
    /// waits for memory at each step.
    pub(super) fn containing(&self, wanted: usize) -> Option<Vec<bool>> {
        const UNTOLD: u8 = 2;
        let Compact { parents, generations } = self.compact();
        let above = *generations.get(wanted)?;
        let begin = |&generation: &u32| if generation > above { UNTOLD } else { 0 };
        let mut told: Vec<u8> = generations.iter().map(begin).collect();
        told[wanted] = 1;
        // What a parent that there is not contains.
        told.push(0);
        let mut all = 0;
        for &position in self.above(above)? {
            let position = position as usize;
            let any = match parents[position] {
                MORE => self.parents(position)?.iter().fold(0, |any, &parent| any | told[parent]),
                [first, second] => told[first as usize] | told[second as usize],
            };
            told[position] = any;
            all |= any;
        }
        told.truncate(self.len);
        (all & UNTOLD == 0).then(|| told.into_iter().map(|told| told == 1).collect())
    }

    /// Whether one of `tips` contains each of some commits, by positions; `None` where generation numbers are missing, or
    /// something is damaged.
    ///
    /// All are gone through by falling generation number, children before parents, as [`CommitGraph::containing`] does the other
    /// way.
    pub(super) fn reached(&self, tips: &[usize], of: &[usize]) -> Option<Vec<bool>> {
        let Compact { parents, generations } = self.compact();
        let generation = |&position: &usize| generations.get(position).copied();
        let lowest = of.iter().filter_map(generation).min()?;
        // What a parent that there is not reaches is nobody's.
        let mut reached = vec![false; self.len + 1];
        for &tip in tips {
            *reached.get_mut(tip)? = true;
        }
        for &position in self.above(lowest)?.iter().rev() {
            let position = position as usize;
            if !reached[position] {
                continue;
            }
            let mut reach = |parent: usize| {
                reached[parent] = true;
                // Else it was passed already.
                generations.get(parent).is_none_or(|&number| number < generations[position])
            };
            let all_below = match parents[position] {
                MORE => self.parents(position)?.into_iter().all(reach),
                [first, second] => reach(first as usize) && reach(second as usize),
            };
            if !all_below {
                return None;
            }
        }
        of.iter().map(|&position| reached.get(position).copied()).collect()
    }

    /// The positions of commits with greater generation numbers than this one, by rising numbers; `None` where a commit
    /// has no number, or one that can't be.
    fn above(&self, generation: u32) -> Option<&[u32]> {
        let Sorted { positions, up_to } = self.sorted.get_or_init(|| self.sort()).as_ref()?;
        let first = up_to.get(generation as usize).copied().unwrap_or(u32::MAX);
        Some(positions.get(first as usize..).unwrap_or_default())
    }

    fn sort(&self) -> Option<Sorted> {
        let generations = self.generations();
        // Sorted by counting: a commit of number n ends a line of n commits, so none is greater than their count.
        let most = generations.iter().copied().max()? as usize;
        if most > self.len || generations.contains(&0) {
            return None;
        }
        let mut next = vec![0_u32; most + 1];
        for &generation in generations {
            next[generation as usize] += 1;
        }
        let mut before = 0;
        for count in &mut next {
            before += std::mem::replace(count, before);
        }
        let mut positions = vec![0; self.len];
        for (position, &generation) in (0..).zip(generations) {
            let next = &mut next[generation as usize];
            positions[*next as usize] = position;
            *next += 1;
        }
        // Where the next one of each number would stand, the numbers after it begin.
        Some(Sorted { positions, up_to: next })
    }
}

/// The files that a chain lists by their hashes, a line each.
fn chain(folder: &Path, hash: HashKind) -> Option<Vec<File>> {
    let list = std::fs::read_to_string(folder.join("commit-graph-chain")).ok()?;
    let (mut files, mut bases): (Vec<File>, Vec<u8>) = (Vec::new(), Vec::new());
    for name in list.lines() {
        let oid = hash.oid(name.as_bytes())?;
        let before = files.last().map_or(0, |file| file.positions.end);
        files.push(File::open(&folder.join(format!("graph-{name}.graph")), hash, before, &bases)?);
        bases.extend(oid.as_bytes());
    }
    Some(files)
}

/// A file of a commit-graph.
struct File {
    /// git puts another file in its place, and never shortens one; so it may be mapped.
    bytes: FileBuffer,
    /// Those of its commits.
    positions: Range<usize>,
    ids: SortedIds,
    /// The rows of `CDAT`, and how many bytes each has.
    rows: Range<usize>,
    row: usize,
    edges: Range<usize>,
}

/// What a file begins with: its kind, and the version of the format.
const BEGIN: &[u8] = b"CGPH\x01";
/// The bytes before the table of chunks.
const HEADER: usize = 8;
/// The bytes of a row of that table: a name of four, an offset of eight.
const CHUNK: usize = 12;
/// The name in its last row, of which the offset is the end of the last chunk.
const NO_CHUNK: [u8; 4] = [0; 4];

impl File {
    /// Opens a file that follows so many commits in a chain, those of files with these hashes.
    fn open(path: &Path, hash: HashKind, before: usize, bases: &[u8]) -> Option<File> {
        let bytes = FileBuffer::open(path).ok()?;
        let header = bytes.get(..HEADER)?;
        let kind = match hash {
            HashKind::Sha1 => 1,
            HashKind::Sha256 => 2,
        };
        if !header.starts_with(BEGIN) || header[5] != kind {
            return None;
        }
        let id = hash.hex_len() / 2;
        // The hash of the file ends it.
        let end = bytes.len().checked_sub(id)?;
        let table = bytes.get(HEADER..HEADER + (usize::from(header[6]) + 1) * CHUNK)?;
        let mut chunks = Vec::new();
        for pair in table.as_chunks::<CHUNK>().0.windows(2) {
            let [(name, from), (_, to)] = [chunk(&pair[0])?, chunk(&pair[1])?];
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
        let whole = bases.len() == id * usize::from(header[7])
            && bases == &bytes[chunk(b"BASE").unwrap_or(0..0)]
            && fan.len() == SortedIds::TABLE
            && oids == ids.range()
            && rows.len() == ids.len() * row
            && positions.end < NO_PARENT as usize;
        let edges = chunk(b"EDGE").unwrap_or(0..0);
        whole.then_some(File { positions, ids, rows, row, edges, bytes })
    }

    fn position(&self, id: &[u8]) -> Option<usize> {
        Some(self.positions.start + self.ids.find(&self.bytes, id)?)
    }

    /// The rows of `CDAT`: a tree, and the rest.
    fn rows(&self) -> impl Iterator<Item = (&[u8], Row<'_>)> {
        self.bytes[self.rows.clone()].chunks_exact(self.row).filter_map(split)
    }

    /// The row of its commit with this number.
    fn row(&self, number: usize) -> Option<(&[u8], Row<'_>)> {
        split(self.bytes[self.rows.clone()].get(number * self.row..)?.get(..self.row)?)
    }

    fn edges(&self) -> &[[u8; 4]] {
        self.bytes[self.edges.clone()].as_chunks().0
    }
}

/// Takes a row of the table of chunks apart.
fn chunk(row: &[u8; CHUNK]) -> Option<([u8; 4], usize)> {
    let (name, offset) = row.split_first_chunk()?;
    Some((*name, usize::try_from(u64::from_be_bytes(offset.try_into().ok()?)).ok()?))
}

/// Takes a row of `CDAT` apart.
fn split(row: &[u8]) -> Option<(&[u8], Row<'_>)> {
    let (tree, rest) = row.split_last_chunk()?;
    Some((tree, Row(rest)))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::git::testing::{self, exchange};
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::fmt::Write as _;
    use std::path::PathBuf;

    /// A repository with a commit-graph. Commits are given by their parents, which are named by numbers.
    pub(in crate::git) struct Repo {
        pub(in crate::git) folder: tempfile::TempDir,
        hash: HashKind,
        pub(in crate::git) ids: Vec<Oid>,
        parents: Vec<Vec<usize>>,
    }

    /// The date of a commit. Some need more than 32 bits, and go back from parent to child.
    fn date(number: usize) -> u64 {
        1_700_000_000 + 200_000_000 * (number as u64 % 30)
    }

    impl Repo {
        pub(in crate::git) fn new(parents: Vec<Vec<usize>>) -> Repo {
            let repo = Repo::without_graph(HashKind::Sha1, parents);
            repo.write(repo.ids.len(), &[]);
            repo
        }

        fn without_graph(hash: HashKind, parents: Vec<Vec<usize>>) -> Repo {
            let folder = tempfile::tempdir().unwrap();
            let mut repo = Repo { folder, hash, ids: Vec::new(), parents };
            let format = if hash == HashKind::Sha1 { "sha1" } else { "sha256" };
            repo.git(&["init", "-q", "--bare", "--object-format", format, "."], "");
            let mut stream = String::new();
            for (number, parents) in repo.parents.iter().enumerate() {
                let (mark, date) = (number + 1, date(number));
                let _ = writeln!(stream, "reset refs/heads/b{number}\ncommit refs/heads/b{number}");
                let _ = writeln!(stream, "mark :{mark}\ncommitter C <c@x> {date} +0000\ndata 0");
                for (place, parent) in parents.iter().enumerate() {
                    let word = if place == 0 { "from" } else { "merge" };
                    let _ = writeln!(stream, "{word} :{}", parent + 1);
                }
                let _ = writeln!(
                    stream,
                    "M 100644 inline f\ndata {}\n{number}",
                    number.to_string().len()
                );
                let _ = writeln!(stream, "get-mark :{mark}");
            }
            let printed = repo.git(&["fast-import", "--quiet", "--force"], &stream);
            repo.ids = printed.lines().map(|id| hash.oid(id.as_bytes()).unwrap()).collect();
            assert_eq!(repo.ids.len(), repo.parents.len());
            repo
        }

        pub(in crate::git) fn git(&self, args: &[&str], input: &str) -> String {
            String::from_utf8(testing::git(self.folder.path(), args, input)).unwrap()
        }

        /// Writes a commit-graph of the first so many commits, and of what they build on.
        fn write(&self, commits: usize, options: &[&str]) {
            let of: Vec<String> = self.ids[..commits].iter().map(|id| format!("{id}\n")).collect();
            let args = [&["commit-graph", "write", "--stdin-commits"], options].concat();
            self.git(&args, &of.concat());
        }

        fn info(&self) -> PathBuf {
            self.folder.path().join("objects/info")
        }

        fn open(&self) -> Option<CommitGraph> {
            CommitGraph::open(&self.info(), self.hash)
        }

        /// Whether each commit contains one.
        pub(in crate::git) fn containing(&self, wanted: usize) -> Vec<bool> {
            let mut all: Vec<bool> = Vec::new();
            for (number, parents) in self.parents.iter().enumerate() {
                all.push(number == wanted || parents.iter().any(|&parent| all[parent]));
            }
            all
        }

        /// Holds all that a commit-graph says against what git says.
        #[track_caller]
        fn agrees(&self, graph: &CommitGraph) {
            assert_eq!(graph.len(), self.ids.len());
            let printed = self.git(&["log", "--all", "--format=%H,%T,%ct,%P"], "");
            assert_eq!(printed.lines().count(), self.ids.len());
            for line in printed.lines() {
                let [id, tree, date, parents] =
                    line.splitn(4, ',').collect::<Vec<_>>().try_into().unwrap();
                let oid = |id: &str| self.hash.oid(id.as_bytes()).unwrap();
                let at = graph.position(oid(id)).unwrap();
                assert_eq!(graph.oid(at), Some(oid(id)));
                assert_eq!(graph.tree(at), Some(oid(tree)), "{id}");
                assert_eq!(graph.date(at), date.parse().ok(), "{id}");
                let found = graph.parents(at).unwrap().into_iter();
                let found: Vec<Oid> = found.map(|parent| graph.oid(parent).unwrap()).collect();
                assert_eq!(found, parents.split_whitespace().map(oid).collect::<Vec<_>>(), "{id}");
            }
            // git prints no generation numbers; gitformat-commit-graph(5) defines them.
            let mut generations: Vec<u32> = Vec::new();
            for (number, parents) in self.parents.iter().enumerate() {
                let below = parents.iter().map(|&parent| generations[parent]).max();
                generations.push(below.unwrap_or(0) + 1);
                let at = graph.position(self.ids[number]).unwrap();
                assert_eq!(graph.generation(at), Some(generations[number]));
                assert_eq!(graph.generations()[at], generations[number]);
            }
            for wanted in 0..self.ids.len() {
                let place = |oid: &Oid| graph.position(*oid).unwrap();
                let found = graph.containing(place(&self.ids[wanted])).unwrap();
                let found: Vec<bool> = self.ids.iter().map(|oid| found[place(oid)]).collect();
                assert_eq!(found, self.containing(wanted), "{wanted}");
                let all: Vec<usize> = (0..graph.len()).collect();
                for (tip, contains) in self.ids.iter().zip(found) {
                    let reached = graph.reached(&[place(tip)], &all).unwrap();
                    assert_eq!(reached[place(&self.ids[wanted])], contains, "{tip}");
                    let alone = graph.reached(&[place(tip)], &[place(&self.ids[wanted])]).unwrap();
                    assert_eq!(alone, [contains], "{tip}");
                }
            }
            let nobodys = self.hash.oid(&b"7".repeat(self.hash.hex_len())).unwrap();
            assert_eq!(graph.position(nobodys), None);
            assert_eq!((graph.oid(graph.len()), graph.parents(graph.len())), (None, None));
        }
    }

    pub(in crate::git) fn histories() -> impl Strategy<Value = Vec<Vec<usize>>> {
        let parents = prop_oneof![
            1 => prop::collection::vec(any::<Index>(), 0..1),
            8 => prop::collection::vec(any::<Index>(), 1..2),
            4 => prop::collection::vec(any::<Index>(), 2..5),
        ];
        prop::collection::vec(parents, 1..60).prop_map(|history| numbered(&history))
    }

    /// Parents are near.
    fn numbered(history: &[Vec<Index>]) -> Vec<Vec<usize>> {
        let mut parents: Vec<Vec<usize>> = Vec::new();
        for (number, of) in history.iter().enumerate() {
            let mut own: Vec<usize> = Vec::new();
            for parent in of.iter().filter(|_| number > 0) {
                let parent = number - 1 - parent.index(number.min(6));
                if !own.contains(&parent) {
                    own.push(parent);
                }
            }
            parents.push(own);
        }
        parents
    }

    /// Two roots, merges of two, three and four, and a line.
    fn history() -> Vec<Vec<usize>> {
        let line = |number: usize| vec![number - 1];
        let mut parents = vec![vec![], vec![0], vec![], vec![1, 2], vec![1], vec![3, 4, 2]];
        parents.push(vec![5, 0, 4, 2]);
        parents.extend((7..40).map(line));
        parents
    }

    #[test]
    fn what_it_says_is_what_git_says() {
        for hash in [HashKind::Sha1, HashKind::Sha256] {
            let repo = Repo::without_graph(hash, history());
            assert!(repo.open().is_none(), "there is none yet");
            repo.write(repo.ids.len(), &[]);
            let read = repo.open().unwrap();
            // Before and after what a search needs was brought together.
            for _ in 0..2 {
                repo.agrees(&read);
                read.prepare();
            }
            std::fs::remove_file(repo.info().join("commit-graph")).unwrap();
            for commits in [3, 6, 20, repo.ids.len()] {
                repo.write(commits, &["--split=no-merge"]);
            }
            let chain = repo.open().unwrap();
            assert_eq!(chain.files.len(), 4);
            repo.agrees(&chain);
            std::fs::remove_file(repo.info().join("commit-graphs/commit-graph-chain")).unwrap();
            assert!(repo.open().is_none());
        }
    }

    #[test]
    fn a_chain_without_one_of_its_files_is_none() {
        let repo = Repo::without_graph(HashKind::Sha1, history());
        for commits in [3, 20] {
            repo.write(commits, &["--split=no-merge"]);
        }
        assert_eq!(repo.open().unwrap().len(), 20);
        let list = repo.info().join("commit-graphs/commit-graph-chain");
        let names = std::fs::read_to_string(&list).unwrap();
        let first = names.lines().next().unwrap();
        std::fs::remove_file(&list).unwrap();
        std::fs::write(&list, names.replace(first, "../somewhere")).unwrap();
        assert!(repo.open().is_none(), "no hash");
        std::fs::write(&list, names.lines().rev().collect::<Vec<_>>().join("\n")).unwrap();
        assert!(repo.open().is_none(), "in another order");
        let [one, other] = names.lines().collect::<Vec<_>>().try_into().unwrap();
        for list_of in [&[one, one, other][..], &[one, other, one], &[other], &[one, other, other]]
        {
            std::fs::write(&list, list_of.join("\n")).unwrap();
            assert!(repo.open().is_none(), "{list_of:?}");
        }
        std::fs::write(&list, &names).unwrap();
        assert_eq!(repo.open().unwrap().len(), 20);
        std::fs::remove_file(repo.info().join(format!("commit-graphs/graph-{first}.graph")))
            .unwrap();
        assert!(repo.open().is_none(), "not there");
    }

    #[test]
    fn another_format_is_none() {
        let repo = Repo::new(history());
        assert!(CommitGraph::open(&repo.info(), HashKind::Sha256).is_none());
        let path = repo.info().join("commit-graph");
        let good = std::fs::read(&path).unwrap();
        // The kind of the file, its version, its hash, its number of chunks.
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

    /// Commit-graphs with these numbers at a place behind the tree in the row of a commit, and its position.
    fn altered(place: usize, numbers: &[u32]) -> (Repo, usize, Vec<CommitGraph>) {
        let repo = Repo::new(history());
        let path = repo.info().join("commit-graph");
        let good = std::fs::read(&path).unwrap();
        let row = memchr::memmem::find(&good, b"CDAT").unwrap();
        let rows = usize::from(u16::from_be_bytes([good[row + 10], good[row + 11]]));
        let at = repo.open().unwrap().position(repo.ids[9]).unwrap();
        let place = rows + at * (20 + Row::LEN) + 20 + place;
        let write = |number: &u32| {
            let mut bytes = good.clone();
            bytes[place..place + 4].copy_from_slice(&number.to_be_bytes());
            exchange(&path, &bytes);
            repo.open().unwrap()
        };
        let graphs = numbers.iter().map(write).collect();
        (repo, at, graphs)
    }

    #[test]
    fn parents_that_are_not_there_are_damage() {
        let len = u32::try_from(history().len()).unwrap();
        let parents = [len, len + 1, NO_PARENT - 1, NO_PARENT + 1, MARK - 1, MARK, u32::MAX];
        for place in [0, 4] {
            let (_repo, at, graphs) = altered(place, &parents);
            for (graph, parent) in graphs.iter().zip(parents) {
                // That is where the other parents of a merge begin.
                if place == 4 && parent == MARK {
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

    #[test]
    fn where_a_parent_has_no_lower_number_nothing_is_said_to_be_reached() {
        let number = |graph: &CommitGraph, at: usize| graph.generation(at).unwrap();
        let (repo, at, _) = altered(8, &[]);
        let good = repo.open().unwrap();
        let child = (0..good.len()).find(|&child| good.parents(child).unwrap().contains(&at));
        let (child, first) = (child.unwrap(), good.position(repo.ids[0]).unwrap());
        let [above, own] = [number(&good, child), number(&good, at)];
        assert_eq!(good.reached(&[child], &[first, at]), Some(vec![true, true]));
        // The two lowest bits belong to the date.
        let (_repo, _, graphs) = altered(8, &[own << 2, above << 2]);
        assert_eq!(graphs[0].reached(&[child], &[first]), Some(vec![true]));
        assert_eq!(graphs[1].reached(&[child], &[first]), None);
    }

    #[test]
    fn without_generation_numbers_nothing_is_told_all_at_once() {
        let numbers = [0, !3_u32];
        let (repo, at, graphs) = altered(8, &numbers);
        for (graph, written) in graphs.iter().zip(numbers) {
            assert_eq!(graph.generation(at), Some(written >> 2));
            let first = graph.position(repo.ids[0]).unwrap();
            assert_eq!(graph.containing(first), None);
            assert_eq!(graph.reached(&[at], &[first]), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn all_histories_are_read_as_git_made_them(history in histories()) {
            let repo = Repo::new(history);
            repo.agrees(&repo.open().unwrap());
        }

        #[test]
        fn a_damaged_file_is_none_or_says_something(
            history in histories(),
            damages in prop::collection::vec(prop::collection::vec((any::<Index>(), any::<u8>()), 1..6), 60),
        ) {
            let repo = Repo::new(history);
            let path = repo.info().join("commit-graph");
            let good = std::fs::read(&path).unwrap();
            for damages in damages {
                let mut bytes = good.clone();
                for (at, byte) in damages {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                exchange(&path, &bytes);
                let Some(graph) = repo.open() else { continue };
                let parents = || (0..=graph.len()).map(|at| graph.parents(at)).collect::<Vec<_>>();
                let read = parents();
                graph.prepare();
                prop_assert_eq!(parents(), read);
                for at in 0..=graph.len() {
                    let own = graph.oid(at).map(|oid| (graph.position(oid), graph.tree(at)));
                    prop_assert_eq!(own.is_some(), at < graph.len());
                    let parents = graph.parents(at).unwrap_or_default();
                    prop_assert!(parents.iter().all(|&parent| parent < graph.len()));
                    prop_assert_eq!(graph.date(at).is_some(), graph.generation(at).is_some());
                    let all = graph.containing(at);
                    prop_assert!(all.is_none_or(|all| all.len() == graph.len() && all[at]));
                }
            }
        }
    }
}

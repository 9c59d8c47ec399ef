//! Repositories with a commit-graph, for the tests of this folder.

#![allow(clippy::unwrap_used)]

use super::search::CommitGraph;
use crate::git::testing::{self, exchange};
use crate::git::{HashKind, Oid};
use proptest::prelude::*;
use proptest::sample::Index;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The size of a row of `CDAT` behind the tree, in bytes.
const ROW: usize = 16;

/// A repository with a commit-graph. Commits are numbered in the order of creation.
pub(super) struct Repo {
    pub(super) folder: tempfile::TempDir,
    pub(super) hash: HashKind,
    pub(super) ids: Vec<Oid>,
    parents: Vec<Vec<usize>>,
}

/// The date of a commit. Some need more than 32 bits, and some children are older than their parents.
fn date(number: usize) -> u64 {
    1_700_000_000 + 200_000_000 * (number as u64 % 30)
}

impl Repo {
    pub(super) fn new(parents: Vec<Vec<usize>>) -> Repo {
        let repo = Repo::without_graph(HashKind::Sha1, parents);
        repo.write(repo.ids.len(), &[]);
        repo
    }

    pub(super) fn without_graph(hash: HashKind, parents: Vec<Vec<usize>>) -> Repo {
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
            let _ =
                writeln!(stream, "M 100644 inline f\ndata {}\n{number}", number.to_string().len());
            let _ = writeln!(stream, "get-mark :{mark}");
        }
        let printed = repo.git(&["fast-import", "--quiet", "--force"], &stream);
        repo.ids = printed.lines().map(|id| hash.oid(id.as_bytes()).unwrap()).collect();
        assert_eq!(repo.ids.len(), repo.parents.len());
        repo
    }

    pub(super) fn git(&self, args: &[&str], input: &str) -> String {
        String::from_utf8(testing::git(self.folder.path(), args, input)).unwrap()
    }

    /// Writes a commit-graph of the first `commits` commits and their ancestors.
    pub(super) fn write(&self, commits: usize, options: &[&str]) {
        let of: Vec<String> = self.ids[..commits].iter().map(|id| format!("{id}\n")).collect();
        let args = [&["commit-graph", "write", "--stdin-commits"], options].concat();
        self.git(&args, &of.concat());
    }

    pub(super) fn info(&self) -> PathBuf {
        self.folder.path().join("objects/info")
    }

    pub(super) fn open(&self) -> Option<CommitGraph> {
        CommitGraph::open(&self.info(), self.hash)
    }

    /// For each commit, whether it contains the one with this number.
    pub(super) fn containing(&self, wanted: usize) -> Vec<bool> {
        let mut all: Vec<bool> = Vec::new();
        for (number, parents) in self.parents.iter().enumerate() {
            all.push(number == wanted || parents.iter().any(|&parent| all[parent]));
        }
        all
    }

    /// Requires that a commit-graph and git agree about every commit.
    #[track_caller]
    pub(super) fn agrees(&self, graph: &CommitGraph) {
        assert_eq!(graph.files.len(), self.ids.len());
        let printed = self.git(&["log", "--all", "--format=%H,%T,%ct,%P"], "");
        assert_eq!(printed.lines().count(), self.ids.len());
        for line in printed.lines() {
            let [id, tree, date, parents] =
                line.splitn(4, ',').collect::<Vec<_>>().try_into().unwrap();
            let oid = |id: &str| self.hash.oid(id.as_bytes()).unwrap();
            let at = graph.files.position(oid(id)).unwrap();
            assert_eq!(graph.files.oid(at), Some(oid(id)));
            assert_eq!(graph.files.tree(at), Some(oid(tree)), "{id}");
            assert_eq!(graph.files.date(at), date.parse().ok(), "{id}");
            let found = graph.parents(at).unwrap().into_iter();
            let found: Vec<Oid> = found.map(|parent| graph.files.oid(parent).unwrap()).collect();
            assert_eq!(found, parents.split_whitespace().map(oid).collect::<Vec<_>>(), "{id}");
        }
        // git prints no generation numbers; gitformat-commit-graph(5) defines them.
        let mut generations: Vec<u32> = Vec::new();
        for (number, parents) in self.parents.iter().enumerate() {
            let below = parents.iter().map(|&parent| generations[parent]).max();
            generations.push(below.unwrap_or(0) + 1);
            let at = graph.files.position(self.ids[number]).unwrap();
            assert_eq!(graph.files.generation(at), Some(generations[number]));
            assert_eq!(graph.generations()[at], generations[number]);
        }
        for wanted in 0..self.ids.len() {
            let place = |oid: &Oid| graph.files.position(*oid).unwrap();
            let found = graph.containing(place(&self.ids[wanted])).unwrap();
            let found: Vec<bool> = self.ids.iter().map(|oid| found[place(oid)]).collect();
            assert_eq!(found, self.containing(wanted), "{wanted}");
            let all: Vec<usize> = (0..graph.files.len()).collect();
            for (tip, contains) in self.ids.iter().zip(found) {
                let reached = graph.reached(&[place(tip)], &all).unwrap();
                assert_eq!(reached[place(&self.ids[wanted])], contains, "{tip}");
                let alone = graph.reached(&[place(tip)], &[place(&self.ids[wanted])]).unwrap();
                assert_eq!(alone, [contains], "{tip}");
            }
        }
        let absent = self.hash.oid(&b"7".repeat(self.hash.hex_len())).unwrap();
        assert_eq!(graph.files.position(absent), None);
        assert_eq!(
            (graph.files.oid(graph.files.len()), graph.parents(graph.files.len())),
            (None, None)
        );
    }
}

pub(super) fn histories() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let parents = prop_oneof![
        1 => prop::collection::vec(any::<Index>(), 0..1),
        8 => prop::collection::vec(any::<Index>(), 1..2),
        4 => prop::collection::vec(any::<Index>(), 2..5),
    ];
    prop::collection::vec(parents, 1..60).prop_map(|history| numbered(&history))
}

/// Picks parents among the few commits before each one.
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
pub(super) fn history() -> Vec<Vec<usize>> {
    let line = |number: usize| vec![number - 1];
    let mut parents = vec![vec![], vec![0], vec![], vec![1, 2], vec![1], vec![3, 4, 2]];
    parents.push(vec![5, 0, 4, 2]);
    parents.extend((7..40).map(line));
    parents
}

/// For each number a commit-graph that has it at an offset behind the tree in the row of one commit, and the position
/// of that commit.
pub(super) fn altered(offset: usize, numbers: &[u32]) -> (Repo, usize, Vec<CommitGraph>) {
    let repo = Repo::new(history());
    let path = repo.info().join("commit-graph");
    let good = std::fs::read(&path).unwrap();
    let row = memchr::memmem::find(&good, b"CDAT").unwrap();
    let rows = usize::from(u16::from_be_bytes([good[row + 10], good[row + 11]]));
    let at = repo.open().unwrap().files.position(repo.ids[9]).unwrap();
    let place = rows + at * (20 + ROW) + 20 + offset;
    let write = |number: &u32| {
        let mut bytes = good.clone();
        bytes[place..place + 4].copy_from_slice(&number.to_be_bytes());
        exchange(&path, &bytes);
        repo.open().unwrap()
    };
    let graphs = numbers.iter().map(write).collect();
    (repo, at, graphs)
}

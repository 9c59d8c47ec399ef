//! Loads commits: their parents, tree and date come from git's commit-graph file when there is one (some 10 times
//! faster), else from the object itself.
//!
//! The commit-graph is a cache that anybody with access to the folder could alter. Callers that show a commit read its
//! object and compare both; see [`Commits::confirm`].

use super::format::Parents;
use super::memory::{Memory, Remembered};
use super::search::CommitGraph;
use crate::git::object::{self, CommitObject, Links};
use crate::git::objects::kind::ObjectKind;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Loads the commits of one repository.
#[derive(Clone)]
pub struct Commits<'r> {
    repo: &'r Repository,
    graph: Option<Arc<CommitGraph>>,
    /// The number of commits in the commit-graph.
    pub(super) in_graph: usize,
    memory: Arc<Mutex<Memory>>,
    /// Whether [`Commits::find`] keeps what it reads from objects.
    remembers: bool,
    /// Whether each object read must have the id under which it is stored.
    verified: bool,
}

/// A commit as the walk sees it, with its bytes if they had to be read.
#[derive(Debug)]
pub struct Loaded {
    /// Parents (none where a shallow clone ends), tree and date.
    pub links: Links,
    /// The object's bytes, if it was read. Their id is not verified yet.
    pub raw: Option<Vec<u8>>,
}

/// An object that was expected to be a commit.
pub(super) enum Found<T> {
    /// It is one: its links, and what the caller kept of its bytes.
    Commit(Links, T),
    /// It is of another kind.
    Other(ObjectKind),
}

impl<'r> Commits<'r> {
    /// Commits of `repo`, through the commit-graph if git would use one, too: not in a shallow clone, and not when
    /// `core.commitGraph` is off. A commit-graph that cannot be read is ignored, as in git: it only makes things faster.
    pub fn new(repo: &'r Repository) -> Commits<'r> {
        let info = repo.common_dir().join("objects/info");
        let present = info.join("commit-graph").exists() || info.join("commit-graphs").exists();
        let usable = present
            && repo.shallow().is_empty()
            && repo.config().is_ok_and(|config| {
                config.bool("core.commitgraph").unwrap_or(None).unwrap_or(true)
            });
        let graph = if usable { CommitGraph::open(&info, repo.hash()) } else { None };
        let in_graph = graph.as_ref().map_or(0, |graph| graph.files.len());
        Commits { graph: graph.map(Arc::new), in_graph, ..Commits::without_graph(repo) }
    }

    /// As [`Commits::new`], for several questions about the same history: each commit outside the commit-graph is read
    /// once and remembered, and the tables for searches through the commit-graph are built now.
    pub fn remembering(repo: &'r Repository) -> Commits<'r> {
        let commits = Commits { remembers: true, ..Commits::new(repo) };
        if let Some(graph) = commits.graph() {
            graph.prepare();
        }
        commits
    }

    /// Commits read from their objects only.
    pub fn without_graph(repo: &'r Repository) -> Commits<'r> {
        Commits {
            repo,
            graph: None,
            in_graph: 0,
            memory: Arc::default(),
            remembers: false,
            verified: false,
        }
    }

    /// Commits read from their objects only, with the id of each one verified: for verdicts. An altered commit-graph or
    /// object could otherwise change *which* commits are judged.
    pub fn verified(repo: &'r Repository) -> Commits<'r> {
        Commits { verified: true, ..Commits::without_graph(repo) }
    }

    /// The repository that they come from.
    pub fn repository(&self) -> &'r Repository {
        self.repo
    }

    /// Whether a commit-graph is used, so that commits are cheap to load and their bytes are not read.
    pub fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// The commit-graph, for searches by position.
    pub(super) fn graph(&self) -> Option<&CommitGraph> {
        self.graph.as_deref()
    }

    /// A commit's position in the commit-graph.
    pub(in crate::git) fn position(&self, oid: Oid) -> Option<usize> {
        self.graph.as_ref()?.files.position(oid)
    }

    /// A commit's generation number from the commit-graph: greater than that of each of its ancestors. `None` when the
    /// commit-graph does not have it.
    pub fn generation(&self, oid: Oid) -> Option<u32> {
        let graph = self.graph.as_ref()?;
        graph.files.generation(graph.files.position(oid)?).filter(|&generation| generation > 0)
    }

    /// Whether a commit is in this repository.
    pub fn has(&self, oid: Oid) -> bool {
        self.position(oid).is_some() || self.repo.contains(oid)
    }

    /// Loads one commit.
    ///
    /// # Errors
    /// When it is missing, corrupt, or not a commit.
    pub fn load(&self, oid: Oid) -> Result<Loaded, Failure> {
        self.find(oid)?.ok_or_else(|| missing(oid))
    }

    /// Loads one commit; `None` when it is not in this repository.
    ///
    /// # Errors
    /// When it is corrupt, or not a commit.
    pub fn find(&self, oid: Oid) -> Result<Option<Loaded>, Failure> {
        if let Some(links) = self.graph_links(oid) {
            return Ok(Some(Loaded { links, raw: None }));
        }
        if self.remembers
            && let Some(links) = self.recall(oid)
        {
            return Ok(Some(Loaded { links, raw: None }));
        }
        let (mut links, raw) = match self.read_links(oid, <[u8]>::to_vec)? {
            Some(Found::Commit(links, raw)) => (links, raw),
            Some(Found::Other(kind)) => return Err(not_a_commit(oid, kind)),
            None => return Ok(None),
        };
        if self.repo.shallow().contains(&oid) {
            // Its parents exist but are not here. Not remembered: it is no root.
            links.parents.clear();
        } else if self.remembers {
            self.remember(oid, &links);
        }
        Ok(Some(Loaded { links, raw: Some(raw) }))
    }

    /// Reads a commit's object: its links, and what `keep` takes of its bytes. `None` when it is not in this repository.
    pub(super) fn read_links<T>(
        &self,
        oid: Oid,
        keep: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<Found<T>>, Failure> {
        let read = |kind, raw: &[u8]| {
            if kind != ObjectKind::Commit {
                return Ok(Found::Other(kind));
            }
            if self.verified {
                self.repo.verify(oid, ObjectKind::Commit, raw)?;
            }
            let links = object::links(raw, self.repo.hash())
                .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
            Ok(Found::Commit(links, keep(raw)))
        };
        self.repo.with_unverified(oid, read)?.transpose()
    }

    /// The bytes of a commit, with their id verified.
    ///
    /// # Errors
    /// As [`Commits::load`], and when the bytes have another id.
    pub fn read(&self, oid: Oid) -> Result<Vec<u8>, Failure> {
        self.skim(oid, |raw| {
            self.repo.verify(oid, ObjectKind::Commit, raw)?;
            Ok(raw.to_vec())
        })?
    }

    /// What `look` takes of the bytes of a commit, whose id is *not* verified: for searches through many commits, which
    /// [read](Commits::read) those that they show.
    ///
    /// # Errors
    /// As [`Commits::load`].
    pub fn skim<T>(&self, oid: Oid, look: impl FnOnce(&[u8]) -> T) -> Result<T, Failure> {
        let read = |kind, raw: &[u8]| match kind {
            ObjectKind::Commit => Ok(look(raw)),
            other => Err(not_a_commit(oid, other)),
        };
        self.repo.with_unverified(oid, read)?.unwrap_or_else(|| Err(missing(oid)))
    }

    /// As [`Commits::skim`], with the object split.
    ///
    /// # Errors
    /// As [`Commits::load`].
    pub fn skim_object<T>(
        &self,
        oid: Oid,
        look: impl FnOnce(CommitObject<'_>) -> T,
    ) -> Result<T, Failure> {
        self.skim(oid, |raw| {
            let commit = object::commit(raw, self.repo.hash())
                .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
            Ok(look(commit))
        })?
    }

    /// Reads a commit that the walk took from the commit-graph, and requires that both agree on its parents and tree.
    ///
    /// # Errors
    /// As [`Commits::load`], and when the commit-graph contradicts the object.
    pub fn confirm(&self, oid: Oid, parents: &[Oid], tree: Oid) -> Result<Vec<u8>, Failure> {
        let raw = self.read(oid)?;
        let links = object::links(&raw, self.repo.hash())
            .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
        if links.tree != tree || links.parents != parents {
            return Err(Failure::new(format!("the commit-graph file disagrees with commit {oid} about its parents or tree"))
                .hint("the commit-graph file was altered; `git commit-graph verify` shows where, `git commit-graph write --reachable` renews it"));
        }
        Ok(raw)
    }

    fn graph_links(&self, oid: Oid) -> Option<Links> {
        let graph = self.graph.as_ref()?;
        let position = graph.files.position(oid)?;
        // A damaged row is ignored; the object has the answer.
        let parents = graph.parents(position)?;
        let parents =
            parents.iter().map(|&parent| graph.files.oid(parent)).collect::<Option<_>>()?;
        Some(Links {
            tree: graph.files.tree(position)?,
            parents,
            date: graph.files.date(position)?,
        })
    }

    /// The node of a commit, which need not be in this repository; see [`super::nodes`].
    pub(in crate::git) fn node(&self, oid: Oid) -> usize {
        match self.position(oid) {
            Some(position) => position,
            None => self.in_graph + self.memory().number(oid),
        }
    }

    /// The commit of a node; `None` when there is no such node.
    pub(in crate::git) fn oid_of(&self, node: usize) -> Option<Oid> {
        match self.graph().filter(|_| node < self.in_graph) {
            Some(graph) => graph.files.oid(node),
            None => self.memory().oid(node.checked_sub(self.in_graph)?),
        }
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a commit says, and returns its parents as nodes.
    pub(super) fn remember(&self, oid: Oid, links: &Links) -> Parents {
        let mut memory = self.memory();
        let mut node = |&parent: &Oid| match self.position(parent) {
            Some(position) => position,
            None => self.in_graph + memory.number(parent),
        };
        let parents: Parents = links.parents.iter().map(&mut node).collect();
        let number = memory.number(oid);
        memory.set(
            number,
            Remembered { tree: links.tree, parents: parents.clone(), date: links.date },
        );
        parents
    }

    /// What a commit says, if that is remembered.
    fn recall(&self, oid: Oid) -> Option<Links> {
        let Remembered { tree, parents, date } = self.memory().find(oid)?.clone();
        let parents = parents.iter().map(|&node| self.oid_of(node)).collect::<Option<_>>()?;
        Some(Links { tree, parents, date })
    }
}

fn not_a_commit(oid: Oid, kind: ObjectKind) -> Failure {
    Failure::new(format!("object {oid} is a {}, not a commit", kind.name()))
}

fn missing(oid: Oid) -> Failure {
    Failure::new(format!("commit {oid} is not in this repository")).hint(
        "history is incomplete here: `git fetch` (or `git fetch --unshallow`) may bring it; `git fsck` tells what is missing",
    )
}

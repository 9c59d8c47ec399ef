//! Where the walk gets a commit's parents, tree and date from: git's commit-graph file when there is
//! one (some 10 times faster), else the object itself.
//!
//! The commit-graph is a cache that anybody with access to the folder could alter. Whoever shows a
//! commit reads the object itself and compares; see [`Commits::confirm`].

use super::commit_graph::CommitGraph;
use super::object::{self, Links};
use super::places::Remembered;
use super::repository::ObjectKind;
use super::{Oid, Repository};
use crate::outcome::Failure;
use std::sync::{Arc, Mutex};

/// Loads commits for the walk.
#[derive(Clone)]
pub struct Commits<'r> {
    repo: &'r Repository,
    graph: Option<Arc<CommitGraph>>,
    /// How many commits that holds.
    pub(super) in_graph: usize,
    /// What [`Commits::parents_at`] has read from objects.
    pub(super) memory: Arc<Mutex<Remembered>>,
    /// Whether [`Commits::find`] keeps what it reads there, too.
    remembers: bool,
    /// Whether each commit must have the id under which it is stored.
    verified: bool,
}

/// A commit as the walk sees it, with its bytes where they had to be read.
#[derive(Debug)]
pub struct Loaded {
    /// Parents (none where a shallow clone ends), tree and date.
    pub links: Links,
    /// The object's bytes, if it was read. That they have the id asked for is not verified yet.
    pub raw: Option<Vec<u8>>,
}

/// What an object is that somebody took for a commit.
pub(super) enum Found<T> {
    /// One indeed: what it says, and what was kept of its bytes.
    Commit(Links, T),
    /// Something else.
    Other(ObjectKind),
}

impl<'r> Commits<'r> {
    /// Commits of `repo`, through the commit-graph if there is one that git would use too: not in a
    /// shallow clone, and not when `core.commitGraph` is off. A commit-graph that cannot be read is
    /// passed over, as git does: it only makes things faster.
    pub fn new(repo: &'r Repository) -> Commits<'r> {
        let info = repo.common_dir().join("objects/info");
        let present = info.join("commit-graph").exists() || info.join("commit-graphs").exists();
        let wanted = present
            && repo.shallow().is_empty()
            && repo.config().is_ok_and(|config| {
                config.bool("core.commitgraph").unwrap_or(None).unwrap_or(true)
            });
        let graph = if wanted { CommitGraph::open(&info, repo.hash()) } else { None };
        let in_graph = graph.as_ref().map_or(0, CommitGraph::len);
        Commits { graph: graph.map(Arc::new), in_graph, ..Commits::without_graph(repo) }
    }

    /// As [`Commits::new`], for who asks several times about the same history: the parents, the tree and the
    /// date of a commit that the commit-graph does not hold are read once, and kept; and what a search needs of those
    /// that it holds is brought together now.
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

    /// Commits read from their objects only, each held against its id: for verdicts. What a commit-graph or
    /// an exchanged object says of commits that are *not* shown decides, too, which ones are.
    pub fn verified(repo: &'r Repository) -> Commits<'r> {
        Commits { verified: true, ..Commits::without_graph(repo) }
    }

    /// The repository that they come from.
    pub fn repository(&self) -> &'r Repository {
        self.repo
    }

    /// Whether a commit-graph is used, so that commits are cheap to load and bytes are not read.
    pub fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// The commit-graph, for walks that need no objects: those go from place to place in it instead of
    /// looking for ids.
    pub(super) fn graph(&self) -> Option<&CommitGraph> {
        self.graph.as_deref()
    }

    /// A commit's place in the commit-graph.
    pub(super) fn position(&self, oid: Oid) -> Option<usize> {
        self.graph.as_ref()?.position(oid)
    }

    /// A commit's generation number from the commit-graph: greater than that of each of its
    /// ancestors. `None` when the graph does not hold it.
    pub fn generation(&self, oid: Oid) -> Option<u32> {
        let graph = self.graph.as_ref()?;
        graph.generation(graph.position(oid)?).filter(|&generation| generation > 0)
    }

    /// Whether a commit is here.
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

    /// Loads one commit; `None` when it is not here.
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
            Some(Found::Other(kind)) => return Err(no_commit(oid, kind)),
            None => return Ok(None),
        };
        if self.repo.shallow().contains(&oid) {
            // Its parents are known, but not here: that is not to be remembered as having none.
            links.parents.clear();
        } else if self.remembers {
            self.remember(oid, &links);
        }
        Ok(Some(Loaded { links, raw: Some(raw) }))
    }

    /// What a commit's object says, and what `keep` takes of its bytes; `None` when it is not here.
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

    /// The bytes of a commit, whose id has been verified.
    ///
    /// # Errors
    /// As [`Commits::load`], and when the content has another id.
    pub fn read(&self, oid: Oid) -> Result<Vec<u8>, Failure> {
        self.skim(oid, |raw| {
            self.repo.verify(oid, ObjectKind::Commit, raw)?;
            Ok(raw.to_vec())
        })?
    }

    /// What `look` takes of the bytes of a commit, whose id is *not* verified: for who goes through many of
    /// them, and reads those that it shows.
    ///
    /// # Errors
    /// As [`Commits::load`].
    pub fn skim<T>(&self, oid: Oid, look: impl FnOnce(&[u8]) -> T) -> Result<T, Failure> {
        let read = |kind, raw: &[u8]| match kind {
            ObjectKind::Commit => Ok(look(raw)),
            other => Err(no_commit(oid, other)),
        };
        self.repo.with_unverified(oid, read)?.unwrap_or_else(|| Err(missing(oid)))
    }

    /// Reads a commit that the walk took from the commit-graph, and requires that both agree on its
    /// parents and tree.
    ///
    /// # Errors
    /// As [`Commits::load`], and when the commit-graph says something else than the object.
    pub fn confirm(&self, oid: Oid, parents: &[Oid], tree: Oid) -> Result<Vec<u8>, Failure> {
        let raw = self.read(oid)?;
        let links = object::links(&raw, self.repo.hash())
            .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
        if links.tree != tree || links.parents != parents {
            return Err(Failure::new(format!("the commit-graph file disagrees with commit {oid} about its parents or tree"))
                .hint("somebody or something altered .git/objects/info/commit-graph; `git commit-graph verify` tells more, `git commit-graph write --reachable` renews it"));
        }
        Ok(raw)
    }

    fn graph_links(&self, oid: Oid) -> Option<Links> {
        let graph = self.graph.as_ref()?;
        let position = graph.position(oid)?;
        // A damaged entry is no answer: the object itself then gives it.
        let parents = graph.parents(position)?;
        let parents = parents.iter().map(|&parent| graph.oid(parent)).collect::<Option<_>>()?;
        Some(Links { tree: graph.tree(position)?, parents, date: graph.date(position)? })
    }
}

fn no_commit(oid: Oid, kind: ObjectKind) -> Failure {
    Failure::new(format!("object {oid} is a {}, not a commit", kind.name()))
}

/// What no history can be: somebody or something altered it.
pub(super) fn own_ancestor(oid: impl std::fmt::Display) -> Failure {
    Failure::new(format!("commit {oid} is made out to be its own ancestor"))
        .hint("somebody or something altered .git/objects/info/commit-graph or the objects; `git commit-graph verify` and `git fsck` tell more, `git commit-graph write --reachable` renews the file")
}

fn missing(oid: Oid) -> Failure {
    Failure::new(format!("commit {oid} is not in this repository")).hint(
        "history is incomplete here: `git fetch` (or `git fetch --unshallow`) may bring it; `git fsck` tells what is missing",
    )
}

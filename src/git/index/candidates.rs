//! Which commits to read in a search: those that an index names, or all that a walk finds. Callers need not know which.

use super::CommitIndex;
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::graph::beyond::newest_first;
use crate::git::graph::contains::{any_contains, each_contained};
use crate::git::object::CommitObject;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_LOOKUPS, FEW_READS};
use std::collections::HashSet;

/// The most matches taken from an index, each of which costs a search. An import may give all its commits one author line.
const MAX_MATCHES: usize = 64;

/// The most commits missing from an index that are read beside its matches.
const MAX_MISSING: usize = 1_000;

/// The histories that are searched.
#[derive(Clone, Copy)]
pub struct Histories<'a, 'c, 'r> {
    /// Loads commits.
    pub commits: &'c Commits<'r>,
    /// An index of commits, if there is one.
    pub index: Option<&'a CommitIndex>,
    /// The commits whose histories are searched.
    pub tips: &'a [Oid],
}

/// Commits that may be what a search looks for, newest first.
pub struct Candidates<'a, 'c, 'r> {
    histories: Histories<'a, 'c, 'r>,
    oids: Vec<Oid>,
    /// Whether they come from an index: it also has commits that no tip contains.
    from_index: bool,
}

impl<'a, 'c, 'r> Histories<'a, 'c, 'r> {
    /// The commits that `matches` takes from the index, and those that the index lacks. Without an index, or when these are
    /// so many that reading history is cheaper, the commits that `walk` finds, which must be newest first.
    ///
    /// # Errors
    /// When a commit on the way is here but cannot be read.
    pub fn candidates<I: Iterator<Item = Oid>>(
        &self,
        matches: impl FnOnce(&'a CommitIndex) -> Result<I, Failure>,
        walk: impl FnOnce() -> Result<Vec<Oid>, Failure>,
    ) -> Result<Candidates<'a, 'c, 'r>, Failure> {
        if let Some(index) = self.index
            && let Some(oids) = self.matching(index, matches(index)?)?
        {
            let oids = newest_first(self.commits, oids.into_iter());
            return Ok(Candidates { histories: *self, oids, from_index: true });
        }
        Ok(Candidates { histories: *self, oids: walk()?, from_index: false })
    }

    /// The matches, and the commits that the index lacks; `None` when either are too many.
    fn matching(
        &self,
        index: &CommitIndex,
        matches: impl Iterator<Item = Oid>,
    ) -> Result<Option<Vec<Oid>>, Failure> {
        let mut oids: Vec<Oid> = matches.take(MAX_MATCHES + 1).collect();
        if oids.len() > MAX_MATCHES {
            return Ok(None);
        }
        let Some(missing) = self.missing_from(index)? else { return Ok(None) };
        oids.extend(missing);
        Ok(Some(oids))
    }

    /// The commits that the index lacks; `None` for more than [`MAX_MISSING`]. Tips that are missing or no commits are
    /// ignored.
    fn missing_from(&self, index: &CommitIndex) -> Result<Option<Vec<Oid>>, Failure> {
        let &Histories { commits, tips, .. } = self;
        let has = pipeline::each(tips, FEW_LOOKUPS, |&tip| index.has(tip));
        let new = tips.iter().zip(has).filter(|(_, has)| !has);
        let mut pending: Vec<Oid> = new.map(|(&tip, _)| tip).collect();
        let (mut missing, mut seen) = (Vec::new(), HashSet::new());
        while let Some(oid) = pending.pop() {
            if seen.insert(oid)
                && let Some(parents) = commits.parents_of(commits.node(oid))?
            {
                if missing.len() == MAX_MISSING {
                    return Ok(None);
                }
                missing.push(oid);
                let parents = parents.into_iter().filter_map(|parent| commits.oid_of(parent));
                pending.extend(parents.filter(|&parent| !index.has(parent)));
            }
        }
        Ok(Some(missing))
    }
}

impl Candidates<'_, '_, '_> {
    /// Keeps the newest `most`, and returns whether there were more.
    pub fn limit(&mut self, most: usize) -> bool {
        let cut = self.oids.len() > most;
        self.oids.truncate(most);
        cut
    }

    /// Keeps those for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&Oid) -> bool) {
        self.oids.retain(keep);
    }

    /// Reads the candidates, without verifying their ids, and collects what `look` returns, newest first. Commits that
    /// were deleted, but are still in an index, are skipped.
    ///
    /// # Errors
    /// When a commit of the searched histories cannot be read.
    pub fn read<T: Send>(
        &self,
        look: impl Fn(Oid, CommitObject<'_>) -> Option<T> + Sync,
    ) -> Result<Vec<T>, Failure> {
        let Histories { commits, tips, .. } = self.histories;
        let read = |&oid: &Oid| commits.skim_object(oid, |commit| look(oid, commit));
        let mut found = Vec::new();
        for (&oid, result) in self.oids.iter().zip(pipeline::each(&self.oids, FEW_READS, read)) {
            match result {
                Ok(commit) => found.extend(commit),
                Err(failure) => {
                    if any_contains(commits, tips, oid)? {
                        return Err(failure);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Of commits among these candidates, those that the searched histories contain.
    ///
    /// # Errors
    /// When a commit on the way is here but cannot be read.
    pub fn contained(&self, oids: &[Oid]) -> Result<HashSet<Oid>, Failure> {
        let Histories { commits, tips, .. } = self.histories;
        if !self.from_index {
            return Ok(oids.iter().copied().collect());
        }
        let contained = each_contained(commits, tips, oids)?;
        Ok(oids.iter().copied().zip(contained).filter(|(_, is)| *is).map(|(oid, _)| oid).collect())
    }
}

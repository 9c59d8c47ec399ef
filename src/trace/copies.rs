//! Other commits that make the same change: what a rebase, a squash, a cherry-pick or a backport leaves.
//!
//! | how | what is compared |
//! |---|---|
//! | `cherry-pick` | the line `(cherry picked from commit …)`, in either commit; of the commit, or of the merge that brought it: a claim |
//! | `change` | a `change` record of the ledger: the commits of a request and its merge commit |
//! | `tree` | all files are the same: a rebase or squash onto the same base |
//! | `patch` | the diff is the same, except for line numbers: a rebase, a backport |
//! | `squash` | the diff of a whole branch that holds the commit is that of one commit |
//! | `hydrated` | Argo CD's `Argocd-reference-commit-sha` names it: a claim |
//!
//! A revert is no copy of a commit that is not a revert, whatever its message quotes.

use super::branches::{Branch, Branches};
use super::commit::Commit;
use crate::event::{Event, Kind};
use crate::evidence::patches::same_patch;
use crate::git::claims::Named;
use crate::git::graph::Commits;
use crate::git::graph::beyond::{beyond, is_since};
use crate::git::graph::contains::{Containing, Contains};
use crate::git::index::{Candidates, Claim, CommitIndex, Histories};
use crate::git::{Oid, Repository, patches};
use crate::ledger::Recorded;
use crate::outcome::Failure;

/// The most commits that are compared with one: an old branch that was never merged would otherwise be compared with all
/// of history. The result says when there were more.
const MAX_COMPARED: usize = 20_000;

/// How far clocks may differ, in seconds: a copy may be this much older than the change, and so may the deployment of one.
const CLOCK_SKEW_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The most commits whose diff is compared with that of a whole branch.
const MAX_SQUASHES: usize = 1_000;

/// The fewest hex digits of an id that count as naming a commit.
const MIN_ID_DIGITS: usize = 7;

/// A commit that makes the same change as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitCopy {
    /// The commit.
    pub(crate) oid: Oid,
    /// How it is known: a word of the table above.
    pub(crate) how: &'static str,
}

/// Copies of a commit, and whether all of history that could hold one was searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Copies {
    /// The copies.
    pub(crate) found: Vec<CommitCopy>,
    /// Whether there were more commits than are compared.
    pub(crate) cut: bool,
    /// Whether no branch here holds the commit: then a squash of its branch cannot be recognised.
    pub(crate) branch_gone: bool,
}

impl Copies {
    fn add(&mut self, oid: Oid, how: &'static str) {
        if !self.has(oid) {
            self.found.push(CommitCopy { oid, how });
        }
    }

    fn has(&self, oid: Oid) -> bool {
        self.found.iter().any(|copy| copy.oid == oid)
    }
}

/// The earliest date of a copy of a commit, in seconds since 1970 UTC.
pub(crate) fn earliest(commit: &Event) -> i64 {
    // The author's clock may have been ahead of the committer's.
    let authored = commit.commit().and_then(|facts| facts.authored);
    let written = [authored, commit.when].into_iter().flatten().map(|when| when.seconds).min();
    written.map_or(i64::MIN, |written| written.saturating_sub(CLOCK_SKEW_SECONDS))
}

/// Where copies are looked for.
#[derive(Clone, Copy)]
pub(crate) struct CopySearch<'a, 'r> {
    /// The histories of deployed commits.
    pub(crate) deployed: Histories<'a, 'a, 'r>,
    /// The events of the ledger.
    pub(crate) records: &'a [Recorded],
    /// The tip of the branch that changes are merged into.
    pub(crate) default_branch: Option<Oid>,
}

impl CopySearch<'_, '_> {
    /// Finds the copies of a commit among the ancestors of deployed commits that are not its own ancestors. `since` is its
    /// [`earliest`] date; `containing` answers for it.
    ///
    /// # Errors
    /// When history cannot be read, or git fails.
    pub(crate) fn find(
        &self,
        oid: Oid,
        since: i64,
        containing: &mut Containing<'_, '_>,
    ) -> Result<Copies, Failure> {
        let mut comparison = Comparison::new(*self, oid, since, containing)?;
        comparison.add_claimed()?;
        comparison.add_recorded();
        let claimed = comparison.copies.found.len();
        let candidates = comparison.candidates(containing)?;
        for (oid, commit) in candidates.read(|oid, commit| Some((oid, Commit::new(commit))))? {
            comparison.classify(oid, commit, containing)?;
        }
        comparison.drop_undeployed(claimed, &candidates)?;
        comparison.add_same_patch()?;
        comparison.add_squashes()?;
        comparison.drop_ancestors(claimed)?;
        Ok(comparison.copies)
    }
}

/// A search for the copies of one commit, step by step. Steps that take `containing` ask it about the original.
struct Comparison<'a, 'r> {
    search: CopySearch<'a, 'r>,
    original: Original,
    branches: Branches,
    copies: Copies,
    /// Commits with the same author line, whose patches are compared.
    same_author: Vec<Oid>,
    /// Commits with the files of a branch.
    same_files: Vec<Oid>,
    /// Commits whose diffs are compared with those of branches.
    squashes: Vec<Oid>,
}

/// The commit whose copies are looked for.
struct Original {
    oid: Oid,
    /// Its full id as text.
    id: String,
    commit: Commit,
    /// See [`Commit::changes_files`].
    changes_files: bool,
    /// See [`earliest`]; 0 for a commit older than 1970.
    since: u64,
}

impl Original {
    /// Whether an id, as a message has it, is that of this commit.
    fn is_named_by(&self, id: &str) -> bool {
        id.len() >= MIN_ID_DIGITS && self.id.starts_with(id)
    }
}

impl<'a, 'r> Comparison<'a, 'r> {
    fn new(
        search: CopySearch<'a, 'r>,
        oid: Oid,
        since: i64,
        containing: &mut Containing<'_, '_>,
    ) -> Result<Self, Failure> {
        let commits = search.deployed.commits;
        let commit = Commit::read(commits.repository(), oid)?;
        let changes_files = commit.changes_files(commits.repository())?;
        let since = u64::try_from(since).unwrap_or(0);
        let branches = Branches::holding(oid, &commit, commits, search.default_branch, containing)?;
        Ok(Comparison {
            search,
            original: Original { oid, id: oid.to_string(), commit, changes_files, since },
            branches,
            copies: Copies::default(),
            same_author: Vec::new(),
            same_files: Vec::new(),
            squashes: Vec::new(),
        })
    }

    fn commits(&self) -> &'a Commits<'r> {
        self.search.deployed.commits
    }

    fn repo(&self) -> &'r Repository {
        self.commits().repository()
    }

    fn add(&mut self, oid: Oid, how: &'static str) {
        if oid != self.original.oid {
            self.copies.add(oid, how);
        }
    }

    /// Adds the commits from which the original says that it was picked.
    fn add_claimed(&mut self) -> Result<(), Failure> {
        let repo = self.repo();
        let is_revert = self.original.commit.is_revert();
        for id in std::mem::take(&mut self.original.commit.names.picked_from) {
            if let Ok(oid) = repo.commit_id(&id)
                && (!is_revert || Commit::read(repo, oid)?.is_revert())
            {
                self.add(oid, "cherry-pick");
            }
        }
        Ok(())
    }

    /// Adds the merge commits of change records that list the original.
    fn add_recorded(&mut self) {
        let id = self.original.id.as_str();
        let lists = |event: &&Recorded| {
            event.field("head_commit") == Some(id) || event.texts("commits").contains(&id)
        };
        let changes = self.search.records.iter().filter(|event| event.kind == Kind::Change);
        let merged: Vec<Oid> = changes
            .filter(lists)
            .filter_map(|event| self.repo().hash().oid(event.field("merge_commit")?.as_bytes()))
            .filter(|&oid| self.repo().contains(oid))
            .collect();
        for oid in merged {
            self.add(oid, "change");
        }
    }

    /// The commits to compare: those that an index names, or all that are deployed without being in the original's history.
    fn candidates(
        &mut self,
        containing: &mut Containing<'_, '_>,
    ) -> Result<Candidates<'a, 'a, 'r>, Failure> {
        let Histories { commits, tips, .. } = self.search.deployed;
        // An index cannot tell which commits have the diff of a whole branch.
        let needs_all = !self.branches.found.is_empty() || self.branches.gone;
        let index = self.search.deployed.index.filter(|_| !needs_all);
        let original = &self.original;
        let mut candidates = Histories { index, ..self.search.deployed }.candidates(
            |index| matches(commits, index, containing, original),
            || beyond(commits, tips, original.oid, original.since),
        )?;
        self.copies.cut = candidates.limit(MAX_COMPARED);
        candidates.retain(|&oid| oid != original.oid && !self.copies.has(oid));
        Ok(candidates)
    }

    /// Adds a candidate to the copies, or to the lists of those that are compared by their diffs.
    fn classify(
        &mut self,
        oid: Oid,
        other: Commit,
        containing: &mut Containing<'_, '_>,
    ) -> Result<(), Failure> {
        let picked = self.claims_to_be_picked(&other.names, containing)?;
        let original = &self.original;
        if picked {
            self.add(oid, "cherry-pick");
        } else if other.names.hydrates.as_ref().is_some_and(|id| original.is_named_by(id)) {
            self.add(oid, "hydrated");
        } else if other.parents.len() > 1 {
            // A merge makes no change of its own.
        } else if original.changes_files
            && other.tree == original.commit.tree
            && other.changes_files(self.repo())?
        {
            self.add(oid, "tree");
        } else {
            if original.changes_files && other.author == original.commit.author {
                self.same_author.push(oid);
            }
            self.classify_squash(oid, &other);
        }
        Ok(())
    }

    /// Whether a message says that its commit was picked from the original, or from the merge that brought it.
    fn claims_to_be_picked(
        &self,
        names: &Named,
        containing: &mut Containing<'_, '_>,
    ) -> Result<bool, Failure> {
        let Named { reverts, picked_from, .. } = names;
        if !reverts.is_empty() && !self.original.commit.is_revert() {
            return Ok(false);
        }
        if picked_from.iter().any(|id| self.original.is_named_by(id)) {
            return Ok(true);
        }
        let (commits, hash) = (self.commits(), self.repo().hash());
        for merge in picked_from.iter().filter_map(|id| hash.oid(id.as_bytes())) {
            if brought(commits, containing, merge)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lists a candidate that may be the squash of a branch. It may have the author line of the original, too.
    fn classify_squash(&mut self, oid: Oid, other: &Commit) {
        let branches = &self.branches.found;
        if branches.iter().any(|branch| branch.tree == other.tree) {
            self.same_files.push(oid);
        } else if other.date < self.original.commit.date {
            // Older than the commit that it would contain.
        } else if branches.is_empty() {
            self.copies.branch_gone |= self.branches.gone;
        } else if self.squashes.len() < MAX_SQUASHES {
            self.squashes.push(oid);
        } else {
            self.copies.cut = true;
        }
    }

    /// Drops what was found among the candidates, but is not deployed: an index also has other commits.
    fn drop_undeployed(
        &mut self,
        claimed: usize,
        candidates: &Candidates<'_, '_, '_>,
    ) -> Result<(), Failure> {
        let found = self.copies.found.split_off(claimed);
        let mut oids: Vec<Oid> = found.iter().map(|copy| copy.oid).collect();
        oids.extend(&self.same_author);
        let deployed = candidates.contained(&oids)?;
        self.copies.found.extend(found.into_iter().filter(|copy| deployed.contains(&copy.oid)));
        self.same_author.retain(|oid| deployed.contains(oid));
        Ok(())
    }

    /// Adds the commits with the same author line and the same patch.
    fn add_same_patch(&mut self) -> Result<(), Failure> {
        for oid in same_patch(self.repo(), self.original.oid, &self.same_author)? {
            self.add(oid, "patch");
        }
        Ok(())
    }

    /// Adds the commits with the files, or the diff, of a whole branch.
    fn add_squashes(&mut self) -> Result<(), Failure> {
        for oid in std::mem::take(&mut self.same_files) {
            self.add(oid, "squash");
        }
        let patches_of = patches::of_commits(self.repo(), &self.squashes)?;
        for &Branch { base, tip, .. } in &self.branches.found {
            let Some(whole) = patches::between(self.repo(), base, tip)? else { continue };
            for &oid in self.squashes.iter().filter(|oid| patches_of.get(oid) == Some(&whole)) {
                self.copies.add(oid, "squash");
            }
        }
        Ok(())
    }

    /// Drops ancestors of the original: where a commit is older than its parent, they may be among the candidates.
    fn drop_ancestors(&mut self, claimed: usize) -> Result<(), Failure> {
        for copy in self.copies.found.split_off(claimed) {
            let mut containing = Containing::new(self.commits(), copy.oid);
            if containing.ask(self.original.oid)? != Contains::Yes {
                self.copies.found.push(copy);
            }
        }
        Ok(())
    }
}

/// What an index has that may be a copy: commits that name the original or have its author line, whatever their date, and
/// commits that have its tree.
fn matches<'i>(
    commits: &'i Commits<'_>,
    index: &'i CommitIndex,
    containing: &mut Containing<'_, '_>,
    original: &'i Original,
) -> Result<impl Iterator<Item = Oid> + use<'i>, Failure> {
    let mut of_merges = Vec::new();
    for (by, merge) in index.picked_from_merges() {
        if brought(commits, containing, merge)? {
            of_merges.push(by);
        }
    }
    let claims = [Claim::PickedFrom, Claim::Hydrates].into_iter();
    let naming = claims.flat_map(|claim| index.claiming(claim, &original.id));
    // An unreadable commit stays: reading it reports the error.
    let is_young = |oid: &Oid| is_since(commits, *oid, original.since).unwrap_or(true);
    let own = Some(&original.commit).filter(|_| original.changes_files).into_iter();
    let alike = own.flat_map(move |own| {
        index.authored(&own.author).chain(index.with_tree(own.tree).filter(is_young))
    });
    Ok(alike.chain(naming).chain(of_merges))
}

/// Whether a merge brought the commit that `containing` answers for: the merge contains it, its first parent does not.
fn brought(
    commits: &Commits<'_>,
    containing: &mut Containing<'_, '_>,
    merge: Oid,
) -> Result<bool, Failure> {
    Ok(containing.ask(merge)? == Contains::Yes
        && match commits.load(merge)?.links.parents.as_slice() {
            [line, _, ..] => containing.ask(*line)? == Contains::No,
            _ => false,
        })
}

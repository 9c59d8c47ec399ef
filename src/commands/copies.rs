//! Other commits that make the same change: what a rebase, a squash, a cherry-pick or a backport leaves.
//!
//! | how | what is compared |
//! |---|---|
//! | `cherry-pick` | the line `(cherry picked from commit …)`, either way; of the commit, or of the merge that brought it: a claim |
//! | `change` | a `change` record of the ledger: the commits of a request and its merge commit |
//! | `tree` | all files are the same: a rebase or squash onto the same base |
//! | `patch` | the diff is the same, but for where its lines stand: a rebase, a backport |
//! | `squash` | the diff of the whole branch that holds the commit is that of one commit |
//! | `hydrated` | Argo CD's `Argocd-reference-commit-sha` names it: a claim |
//!
//! A commit that takes another back makes no change that is not a revert, whatever it quotes.

use super::history;
use crate::deployments::Deployments;
use crate::event::{Event, Kind};
use crate::git::claims::Named;
use crate::git::commit_index::{Claim, CommitIndex};
use crate::git::graph::Commits;
use crate::git::graph::beyond::{beyond, is_since, newest_first};
use crate::git::graph::contains::{Containing, Contains, any_contains, each_contained};
use crate::git::paths::is_empty_tree;
use crate::git::{Oid, Repository, object, patches};
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use std::collections::{HashMap, HashSet};

/// The most commits that are compared with one: an old branch that was never merged would otherwise be
/// held against all of history. More than that is said.
const MOST: usize = 20_000;

/// A copy is no older than the change, and nothing that holds one was deployed before, but clocks go wrong:
/// by so much, in seconds, it may seem to be.
const CLOCKS: i64 = 7 * 24 * 60 * 60;

/// The most commits whose diff is held against that of a whole branch.
const MOST_SQUASHES: usize = 1_000;

/// A commit that makes the same change as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    /// The commit.
    pub(crate) oid: Oid,
    /// How it is known: a word of the table above.
    pub(crate) how: &'static str,
}

/// Copies of a commit, and whether all of history that could hold one was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Copies {
    /// The copies.
    pub(crate) found: Vec<Copy>,
    /// Whether there were more commits than are compared.
    pub(crate) cut: bool,
    /// Whether no branch here holds the commit: one that was squashed would have to be known to be compared.
    pub(crate) branch_gone: bool,
}

/// What a commit says about itself, as far as copies are concerned.
struct Commit {
    tree: Oid,
    parents: Vec<Oid>,
    /// The author line with its date: a rebase and a cherry-pick keep it.
    author: Vec<u8>,
    date: u64,
    names: Named,
}

/// A commit whose copies are looked for.
struct Wanted {
    oid: Oid,
    name: String,
    says: Commit,
    /// Whether it makes a change: see [`makes_change`].
    alters: bool,
    /// See [`earliest`]; 0 for what is older than 1970.
    since: u64,
}

/// Commits to look at.
struct Others {
    /// The newest first.
    oids: Vec<Oid>,
    /// Whether an index has chosen them: then they may be deployed nowhere.
    by_index: bool,
}

/// The moment before which there is no copy of a commit, in seconds since 1970 UTC.
pub(crate) fn earliest(commit: &Event) -> i64 {
    // A clock that was ahead when the change was written may be right when it is committed.
    let authored = commit.commit().and_then(|facts| facts.authored);
    let written = [authored, commit.when].into_iter().flatten().map(|when| when.seconds).min();
    written.map_or(i64::MIN, |written| written.saturating_sub(CLOCKS))
}

/// Finds the copies of `wanted` among the commits that are deployed somewhere and that it is no ancestor
/// of. `records` are the events of the ledger; `since` is its [`earliest`]; `containing` answers for `wanted`. With an
/// index, only those are read that may be some.
///
/// # Errors
/// When history cannot be read, or git fails.
pub(crate) fn find(
    commits: &Commits<'_>,
    index: Option<&CommitIndex>,
    records: &[Recorded],
    wanted: Oid,
    since: i64,
    containing: &mut Containing<'_, '_>,
    deployed: &[Oid],
) -> Result<Copies, Failure> {
    let repo = commits.repository();
    let says = read(repo, wanted)?;
    let (name, alters) = (wanted.to_string(), makes_change(repo, &says)?);
    let since = u64::try_from(since).unwrap_or(0);
    let wanted = Wanted { oid: wanted, name, says, alters, since };
    let Wanted { name, says: own, .. } = &wanted;
    let mut copies = Copies::default();
    let add = |oid: Oid, how: &'static str, copies: &mut Copies| {
        if oid != wanted.oid && copies.found.iter().all(|copy| copy.oid != oid) {
            copies.found.push(Copy { oid, how });
        }
    };
    let is_revert = !own.names.reverts.is_empty();
    for picked in &own.names.picked_from {
        if let Ok(oid) = repo.commit_id(picked)
            && (!is_revert || !read(repo, oid)?.names.reverts.is_empty())
        {
            add(oid, "cherry-pick", &mut copies);
        }
    }
    for merged in merged_by_records(repo, records, name) {
        add(merged, "change", &mut copies);
    }
    let Branches { found: branches, gone } =
        branches_with(repo, commits, wanted.oid, containing, own)?;
    let (mut same_author, mut same_files, mut squashes) = (Vec::new(), Vec::new(), Vec::new());
    let named = copies.found.len();
    // The diff of a whole branch can be that of any commit.
    let index = index.filter(|_| branches.is_empty() && !gone);
    let Others { oids: mut others, by_index } =
        others(commits, index, containing, &wanted, deployed)?;
    copies.cut = others.len() > MOST;
    others.truncate(MOST);
    // Those that are known are none to look for.
    others.retain(|oid| *oid != wanted.oid && copies.found.iter().all(|copy| copy.oid != *oid));
    // Whoever shows a copy reads it once more, and verifies it.
    let read = |oid: &Oid| commits.skim(*oid, |raw| said(repo, *oid, raw)).flatten();
    for (&oid, other) in others.iter().zip(pipeline::each(&others, FEW_READS, read)) {
        let other = match other {
            Ok(other) => other,
            // An index may remember what was cleared away long ago.
            Err(_) if by_index && !any_contains(commits, deployed, oid)? => continue,
            Err(failure) => return Err(failure),
        };
        let names_us = |id: &String| id.len() >= 7 && name.starts_with(id.as_str());
        let Named { reverts, picked_from, hydrates } = &other.names;
        if !picked_from.is_empty()
            && (reverts.is_empty() || is_revert)
            && (picked_from.iter().any(names_us) || any_brought(commits, containing, picked_from)?)
        {
            add(oid, "cherry-pick", &mut copies);
        } else if hydrates.as_ref().is_some_and(names_us) {
            add(oid, "hydrated", &mut copies);
        } else if other.parents.len() > 1 {
            continue;
        } else if wanted.alters && other.tree == own.tree && makes_change(repo, &other)? {
            add(oid, "tree", &mut copies);
        } else {
            if wanted.alters && other.author == own.author {
                same_author.push(oid);
            }
            // A squash may keep the author of the first commit, too.
            if branches.iter().any(|branch| branch.tree == other.tree) {
                same_files.push(oid);
            } else if other.date < own.date {
                continue;
            } else if branches.is_empty() {
                copies.branch_gone |= gone;
            } else {
                copies.cut |= squashes.len() == MOST_SQUASHES;
                if squashes.len() < MOST_SQUASHES {
                    squashes.push(oid);
                }
            }
        }
    }
    if by_index {
        // What the index has may be deployed nowhere.
        let found = copies.found[named..].iter().map(|copy| copy.oid);
        let oids: Vec<Oid> = found.chain(same_author.iter().copied()).collect();
        let deployed_here = each_contained(commits, deployed, &oids)?;
        let here: HashSet<Oid> =
            oids.into_iter().zip(deployed_here).filter(|(_, is)| *is).map(|(oid, _)| oid).collect();
        let later = copies.found.split_off(named).into_iter();
        copies.found.extend(later.filter(|copy| here.contains(&copy.oid)));
        same_author.retain(|oid| here.contains(oid));
    }
    for oid in same_patch(repo, wanted.oid, &same_author)? {
        add(oid, "patch", &mut copies);
    }
    for oid in same_files {
        add(oid, "squash", &mut copies);
    }
    let of = patches::of_commits(repo, &squashes)?;
    for branch in &branches {
        let Some(whole) = patches::between(repo, branch.base, branch.tip)? else { continue };
        for &oid in squashes.iter().filter(|oid| of.get(oid) == Some(&whole)) {
            add(oid, "squash", &mut copies);
        }
    }
    // Where clocks went back, what the commit builds on may be among the others.
    for copy in copies.found.split_off(named) {
        if Containing::new(commits, copy.oid).ask(wanted.oid)? != Contains::Yes {
            copies.found.push(copy);
        }
    }
    Ok(copies)
}

/// What may be a copy: what an index chooses, if there is one and it can; else all that is deployed beside the commit.
fn others(
    commits: &Commits<'_>,
    index: Option<&CommitIndex>,
    containing: &mut Containing<'_, '_>,
    wanted: &Wanted,
    deployed: &[Oid],
) -> Result<Others, Failure> {
    if let Some(index) = index {
        let may_be = may_be_copies(commits, index, containing, wanted)?;
        if let Some(list) = index.list(commits, may_be, deployed)? {
            return Ok(Others { oids: newest_first(commits, list.into_iter()), by_index: true });
        }
    }
    let oids = beyond(commits, deployed, wanted.oid, wanted.since)?;
    Ok(Others { oids, by_index: false })
}

/// What an index has that may be a copy: what names the commit or has its author line, however old its clock makes it,
/// and what has its tree.
fn may_be_copies<'i>(
    commits: &'i Commits<'_>,
    index: &'i CommitIndex,
    containing: &mut Containing<'_, '_>,
    wanted: &'i Wanted,
) -> Result<impl Iterator<Item = Oid> + 'i, Failure> {
    let mut of_merges = Vec::new();
    for (by, merge) in index.picked_from_merges() {
        if brought(commits, containing, merge)? {
            of_merges.push(by);
        }
    }
    let claims = [Claim::PickedFrom, Claim::Hydrates].into_iter();
    let naming = claims.flat_map(|claim| index.claiming(claim, &wanted.name));
    // What can't be read is judged by whoever reads it.
    let young = |oid: &Oid| is_since(commits, *oid, wanted.since).unwrap_or(true);
    let own = Some(&wanted.says).filter(|_| wanted.alters).into_iter();
    let alike = own.flat_map(move |own| {
        index.authored(&own.author).chain(index.with_tree(own.tree).filter(young))
    });
    Ok(alike.chain(naming).chain(of_merges))
}

/// Whether a commit is a merge that brought the one that `containing` answers for: it holds it, and the line that it was
/// merged into does not.
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

/// Whether one of some commits, by their full ids, [`brought`] the one that `containing` answers for.
fn any_brought(
    commits: &Commits<'_>,
    containing: &mut Containing<'_, '_>,
    ids: &[String],
) -> Result<bool, Failure> {
    for merge in ids.iter().filter_map(|id| commits.repository().hash().oid(id.as_bytes())) {
        if brought(commits, containing, merge)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those of `others` that make the same change as `commit`.
///
/// # Errors
/// When git fails.
pub(crate) fn same_patch(
    repo: &Repository,
    commit: Oid,
    others: &[Oid],
) -> Result<Vec<Oid>, Failure> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    // Git takes its time to start. It may know paths that can't be had here.
    let paths = patches::paths(repo, commit);
    let may_be = |&other: &Oid| match (&paths, patches::paths(repo, other)) {
        (Some(paths), Some(other)) => *paths == other,
        _ => true,
    };
    let others: Vec<Oid> = others.iter().copied().filter(may_be).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = vec![commit];
    asked.extend(&others);
    let ids = patches::of_commits(repo, &asked)?;
    let Some(own) = ids.get(&commit) else { return Ok(Vec::new()) };
    Ok(others.into_iter().filter(|other| ids.get(other) == Some(own)).collect())
}

/// Answers whether approvals of other commits cover one, by patch.
pub(crate) struct SamePatch<'r, 'e> {
    repo: &'r Repository,
    commit: Option<Oid>,
    /// The approvals of commits that were deployed themselves are theirs.
    deployments: &'r Deployments<'e>,
    answers: HashMap<String, bool>,
}

impl<'r, 'e> SamePatch<'r, 'e> {
    /// Asks about a commit by its full id.
    pub(crate) fn new(
        repo: &'r Repository,
        commit: &str,
        deployments: &'r Deployments<'e>,
    ) -> SamePatch<'r, 'e> {
        let commit = repo.hash().oid(commit.as_bytes()).filter(|&oid| repo.contains(oid));
        SamePatch { repo, commit, deployments, answers: HashMap::new() }
    }

    /// Whether another commit makes the same change, by the same author at the same time. What can't be
    /// read doesn't.
    pub(crate) fn is(&mut self, other: &str) -> bool {
        let Some(commit) = self.commit else { return false };
        if self.deployments.has_commit(other) {
            return false;
        }
        if let Some(&known) = self.answers.get(other) {
            return known;
        }
        let same = self.repo.hash().oid(other.as_bytes()).is_some_and(|oid| {
            let authors = (read(self.repo, commit), read(self.repo, oid));
            matches!(authors, (Ok(a), Ok(b)) if a.author == b.author)
                && same_patch(self.repo, commit, &[oid]).is_ok_and(|found| !found.is_empty())
        });
        self.answers.insert(other.to_owned(), same);
        same
    }
}

/// The code commit that a commit of rendered manifests names, if it does and it is here.
///
/// # Errors
/// When the commit can't be read.
pub(crate) fn hydrates(
    repo: &Repository,
    index: Option<&CommitIndex>,
    oid: Oid,
) -> Result<Option<Oid>, Failure> {
    if index.and_then(|index| index.hydrates(oid)) == Some(false) {
        return Ok(None);
    }
    let commits = Commits::without_graph(repo);
    let named = commits.skim(oid, |raw| said(repo, oid, raw))??.names.hydrates;
    Ok(named.and_then(|named| repo.commit_id(&named).ok()))
}

/// The merge commits of change records that list a commit.
fn merged_by_records(repo: &Repository, records: &[Recorded], name: &str) -> Vec<Oid> {
    let lists = |event: &&Recorded| {
        event.field("head_commit") == Some(name) || event.texts("commits").contains(&name)
    };
    records
        .iter()
        .filter(|event| event.kind == Kind::Change)
        .filter(lists)
        .filter_map(|event| repo.hash().oid(event.field("merge_commit")?.as_bytes()))
        .filter(|&oid| repo.contains(oid))
        .collect()
}

/// A branch that holds a commit, from where it left the default branch.
struct Branch {
    base: Oid,
    tip: Oid,
    tree: Oid,
}

/// Branches that hold a commit.
#[derive(Default)]
struct Branches {
    /// Those that hold more than it.
    found: Vec<Branch>,
    /// Whether there is none at all, nor is it on the default branch.
    gone: bool,
}

/// Branches that hold the commit and more than it; none where the default branch has it already.
fn branches_with(
    repo: &Repository,
    commits: &Commits<'_>,
    wanted: Oid,
    containing: &mut Containing<'_, '_>,
    own: &Commit,
) -> Result<Branches, Failure> {
    let Some((_, main)) = history::default_branch(repo)? else { return Ok(Branches::default()) };
    if containing.ask(main)? == Contains::Yes {
        return Ok(Branches::default());
    }
    let mut branches = Branches { found: Vec::new(), gone: true };
    let mut tips = Vec::from_iter(history::head(repo)?);
    for prefix in ["refs/heads/", "refs/remotes/", "refs/pull/", "refs/merge-requests/"] {
        tips.extend(repo.refs(prefix)?.iter().map(|reference| reference.target));
    }
    let mut seen = HashSet::new();
    for tip in tips {
        if !seen.insert(tip) || !commits.has(tip) || containing.ask(tip)? != Contains::Yes {
            continue;
        }
        branches.gone = false;
        // The commit alone on its branch: its own patch says it all.
        let alone = tip == wanted
            && own.parents.iter().any(|&parent| {
                Containing::new(commits, parent).ask(main).is_ok_and(|found| found == Contains::Yes)
            });
        if let (false, Some(&base)) = (alone, commits.merge_bases(main, tip)?.first()) {
            // One that took its changes back has the files of many a commit.
            let tree = repo.tree_of(tip)?;
            if tree != repo.tree_of(base)? {
                branches.found.push(Branch { base, tip, tree });
            }
        }
    }
    Ok(branches)
}

/// Whether a commit changes a file. An empty commit has the files of every other one there, and a merge makes no change
/// of its own that could be compared.
fn makes_change(repo: &Repository, commit: &Commit) -> Result<bool, Failure> {
    Ok(match commit.parents.as_slice() {
        [] => !is_empty_tree(commit.tree),
        &[parent] => !repo.contains(parent) || repo.tree_of(parent)? != commit.tree,
        _ => false,
    })
}

fn read(repo: &Repository, oid: Oid) -> Result<Commit, Failure> {
    said(repo, oid, &Commits::without_graph(repo).read(oid)?)
}

/// What the bytes of a commit say.
fn said(repo: &Repository, oid: Oid, raw: &[u8]) -> Result<Commit, Failure> {
    let commit = object::commit(raw, repo.hash())
        .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
    Ok(Commit {
        tree: commit.tree,
        author: commit.author.unwrap_or_default().to_vec(),
        date: commit.walk_date,
        parents: commit.parents,
        names: Named::by(commit.message),
    })
}

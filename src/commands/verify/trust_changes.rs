//! Commits that change `.audit/`, each judged by what stood there before it.
//!
//! A commit changes it when its `.audit/` is another than its first parent's. A merge that only brings
//! in what the other side changed, while the first parent's side left it alone since they parted, is no
//! change of its own: the commits of that side are judged instead.

use super::bench::Bench;
use super::commits::Seen;
use crate::commands::judge::Judge;
use crate::commands::{judge, trusted};
use crate::git::source::Commits;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::facts::{self, TrustChange};
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, Policy};
use std::collections::HashMap;
use trusted::TrustRoot;

/// Judges every change of `.audit/` among the commits. `base` is what commits without a predecessor
/// are judged by, where there is a trusted root that is not itself among them.
pub(super) fn judge(
    bench: &Bench<'_>,
    seen: &[Seen],
    base: Option<&TrustRoot>,
) -> Result<Judgement, Failure> {
    let known: HashMap<Oid, Option<Oid>> = seen.iter().map(|seen| (seen.oid, seen.audit)).collect();
    let folder = |oid: Oid| -> Result<Option<Option<Oid>>, Failure> {
        match known.get(&oid) {
            Some(folder) => Ok(Some(*folder)),
            None => folder_of(bench.repo, oid),
        }
    };
    let mut judgement = Judgement::default();
    for commit in seen {
        let before = match commit.parents.first() {
            None => None,
            Some(&parent) => match folder(parent)? {
                Some(before) => before,
                // The end of a shallow clone: nothing to compare with.
                None => continue,
            },
        };
        if before == commit.audit || brought_by_merge(bench.repo, commit, before, &folder)? {
            continue;
        }
        let root = match (before, commit.parents.first()) {
            (Some(_), Some(&parent)) => TrustRoot::at(bench.repo, parent, "its parent")?,
            _ => base.cloned(),
        };
        one(bench, commit, root.as_ref(), &mut judgement)?;
    }
    Ok(judgement)
}

/// The id of `.audit/` in a commit's tree; the outer `None` when the commit is not here.
fn folder_of(repo: &Repository, oid: Oid) -> Result<Option<Option<Oid>>, Failure> {
    if !repo.contains(oid) {
        return Ok(None);
    }
    let tree = Commits::without_graph(repo).load(oid)?.links.tree;
    repo.entry_of(tree, trusted::FOLDER).map(Some)
}

/// Whether a merge only takes over what its second parent's side changed.
fn brought_by_merge(
    repo: &Repository,
    commit: &Seen,
    before: Option<Oid>,
    folder: &impl Fn(Oid) -> Result<Option<Option<Oid>>, Failure>,
) -> Result<bool, Failure> {
    let [first, second] = commit.parents.as_slice() else { return Ok(false) };
    if folder(*second)? != Some(commit.audit) {
        return Ok(false);
    }
    for base in repo.merge_bases(*first, *second)? {
        if folder(base)? == Some(before) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn one(
    bench: &Bench<'_>,
    commit: &Seen,
    root: Option<&TrustRoot>,
    judgement: &mut Judgement,
) -> Result<(), Failure> {
    let Some(event) = bench.commit(commit.oid)? else { return Ok(()) };
    // By the trust before it, not by the one in force.
    let before: Option<Result<Judge, String>> = root.map(|root| {
        let read = || -> Result<Judge, Failure> {
            let policy = judge::policy(bench.repo, root)?.unwrap_or_default();
            Ok(Judge::of(root.trust(bench.repo, bench.now)?, policy))
        };
        read().map_err(|failure| failure.message)
    });
    let verdict = match &before {
        Some(Ok(judge)) => {
            let earlier = Bench { judge, ..*bench };
            earlier
                .commit(commit.oid)?
                .and_then(|event| event.proof.signature)
                .map(|verdict| *verdict)
        }
        _ => None,
    };
    let before: Option<Result<&Policy, String>> =
        before.as_ref().map(|before| before.as_ref().map(Judge::policy).map_err(String::clone));
    let change = TrustChange {
        commit: &event,
        before,
        verdict,
        unreadable: unreadable(bench, commit)?,
        removed: commit.audit.is_none(),
    };
    rules::judge(Case::Trust(&change), &facts::subject(&event), bench.terms(), judgement);
    Ok(())
}

/// Why what a commit leaves behind can't be understood.
fn unreadable(bench: &Bench<'_>, commit: &Seen) -> Result<Option<String>, Failure> {
    let id = commit.oid.to_string();
    let Some(root) = TrustRoot::at(bench.repo, commit.oid, &id)? else { return Ok(None) };
    let read = root.policy().and_then(|_| root.trust(bench.repo, bench.now));
    Ok(read.err().map(|failure| failure.message))
}

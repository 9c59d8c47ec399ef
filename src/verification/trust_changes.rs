//! Commits that change `.audit/`, each judged by what stood there before it.
//!
//! A commit changes it when its `.audit/` is another than a parent's, each parent's: a merge of an old branch
//! and the trusted one must not keep the old branch's, whichever comes first. A merge that only brings in
//! what another side changed, while that parent's side left it alone since they parted, is no change of its
//! own: the commits of that side are judged instead.

use super::basis::Basis;
use super::commits::Seen;
use super::push::{self, Push};
use crate::event::short;
use crate::evidence::judge::{self, Judge};
use crate::evidence::root;
use crate::git::graph::Commits;
use crate::git::repository::ObjectKind;
use crate::git::walk::{Order, Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::pipeline;
use crate::policy::facts::{self, TrustChange};
use crate::policy::finding::Answer;
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, Level, Policy};
use root::TrustRoot;
use std::collections::HashMap;

/// Judges every change of `.audit/` among the commits. `base` is what commits without a predecessor
/// are judged by, where there is a trusted root that is not itself among them.
pub(super) fn judge(
    basis: &Basis<'_>,
    seen: &[Seen],
    base: Option<&TrustRoot>,
) -> Result<Judgement, Failure> {
    let known: HashMap<Oid, Option<Oid>> = seen.iter().map(|seen| (seen.oid, seen.audit)).collect();
    let folder = |oid: Oid| -> Result<Option<Option<Oid>>, Failure> {
        match known.get(&oid) {
            Some(folder) => Ok(Some(*folder)),
            None => folder_of(basis.repo, oid),
        }
    };
    let mut judgement = Judgement::default();
    for commit in seen {
        if commit.parents.is_empty() && commit.audit.is_some() {
            one(basis, commit, Ok(base), &mut judgement)?;
        }
        if basis.repo.shallow().contains(&commit.oid) {
            let id = facts::nameless(&commit.oid.to_string());
            let (rule, missing) = ("trust-change-authorised", "the history is cut off behind it");
            rules::undecided(rule, missing, &id, basis.terms(), &mut judgement);
            continue;
        }
        for &parent in &commit.parents {
            let Some(before) = folder(parent)? else { continue };
            if before == commit.audit || brought_by_merge(basis.repo, commit, parent, &folder)? {
                continue;
            }
            match before {
                Some(_) => {
                    let root = TrustRoot::at(basis.repo, parent, "its parent");
                    let root = root.as_ref().map(Option::as_ref);
                    one(basis, commit, root, &mut judgement)?;
                }
                None => one(basis, commit, Ok(base), &mut judgement)?,
            }
        }
    }
    Ok(judgement)
}

/// The id of `.audit/` in a commit's tree; the outer `None` when the commit is not here.
fn folder_of(repo: &Repository, oid: Oid) -> Result<Option<Option<Oid>>, Failure> {
    if !repo.contains(oid) {
        return Ok(None);
    }
    let tree = Commits::verified(repo).load(oid)?.links.tree;
    repo.folder_of(tree, root::FOLDER).map(Some)
}

/// Whether `.audit/` ever stood on the line of first parents of what is trusted. Only there it was in force.
pub(super) fn ever_had_folder(repo: &Repository) -> Result<bool, Failure> {
    let Some((oid, _)) = root::trusted_ref(repo)? else { return Ok(false) };
    let plan = Plan {
        tips: vec![Tip { oid, exclude: false }],
        first_parent: true,
        order: Order::Topological,
        ..Plan::default()
    };
    let mut had = false;
    let work = |walked: Result<Walked, Failure>| folder_of(repo, walked?.oid);
    pipeline::try_each(Walk::new(Commits::verified(repo), plan)?, work, |folder| {
        had |= folder.flatten().is_some();
    })?;
    Ok(had)
}

/// Whether a merge only takes over what another side than that of `left` changed, while `left` left it alone
/// since they parted.
fn brought_by_merge(
    repo: &Repository,
    commit: &Seen,
    left: Oid,
    folder: &impl Fn(Oid) -> Result<Option<Option<Oid>>, Failure>,
) -> Result<bool, Failure> {
    let Some(before) = folder(left)? else { return Ok(false) };
    for &other in commit.parents.iter().filter(|other| **other != left) {
        if folder(other)? == Some(commit.audit)
            && parted(repo, left, other, folder)? == Some(before)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What `.audit/` was where two lines parted. Where they did so in several places, it is what merging those
/// would make of it; `None` when they contradict each other. Otherwise an old `.audit/` could come back
/// through a line that parted in one place before it was replaced, and in another after.
fn parted(
    repo: &Repository,
    left: Oid,
    right: Oid,
    folder: &impl Fn(Oid) -> Result<Option<Option<Oid>>, Failure>,
) -> Result<Option<Option<Oid>>, Failure> {
    let bases = repo.merge_bases(left, right)?;
    let Some((&first, rest)) = bases.split_first() else {
        // Lines that have nothing in common began without one.
        return Ok(Some(None));
    };
    let Some(mut all) = folder(first)? else { return Ok(None) };
    for &base in rest {
        let Some(one) = folder(base)? else { return Ok(None) };
        if one == all {
            continue;
        }
        match parted(repo, first, base, folder)? {
            Some(earlier) if earlier == all => all = one,
            Some(earlier) if earlier == one => {}
            _ => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Judges a push that puts another `.audit/` in the place of the trusted one without a commit on top of it
/// that says so: by deleting the branch, by leading it elsewhere, or by a reference that
/// goes before it.
pub(super) fn replaced(
    basis: &Basis<'_>,
    push: &Push,
    root: &TrustRoot,
) -> Result<Judgement, Failure> {
    let mut judgement = Judgement::default();
    let rule = rules::find("trust-change-authorised");
    if rule.is_none_or(|rule| basis.judge.policy().level(rule, None) == Level::Off) {
        return Ok(judgement);
    }
    for update in push.updates.iter().filter(|update| push.trusted.contains(&update.name)) {
        let Some(old) = update.old else {
            // A name that is new goes before the trusted one: a tag that is called like the branch.
            if let Some(trusted) = root.commit {
                let name = push::short(&update.name);
                let why = format!("the push makes {name}, which would be trusted from then on");
                taken(basis, trusted, &why, &mut judgement)?;
            }
            continue;
        };
        let (old, ObjectKind::Commit) = basis.repo.peel(old)? else { continue };
        let Some(Some(trusted)) = folder_of(basis.repo, old)? else { continue };
        let name = push::short(&update.name);
        let Some(new) = update.new else {
            taken(basis, old, &format!("the push deletes {name}"), &mut judgement)?;
            continue;
        };
        let (new, ObjectKind::Commit) = basis.repo.peel(new)? else {
            taken(basis, old, &format!("the push leads {name} to no commit"), &mut judgement)?;
            continue;
        };
        let now = folder_of(basis.repo, new)?.flatten();
        // On the way up each change was judged by itself.
        if now != Some(trusted) && !basis.repo.merge_bases(old, new)?.contains(&old) {
            let new = new.to_string();
            let short = short(&new);
            let why =
                format!("the push leads {name} back or aside to {short}, where .audit/ is another");
            taken(basis, old, &why, &mut judgement)?;
        }
    }
    Ok(judgement)
}

fn taken(basis: &Basis<'_>, old: Oid, why: &str, judgement: &mut Judgement) -> Result<(), Failure> {
    let subject = match basis.commit(old)? {
        Some(event) => facts::subject(&event),
        None => facts::nameless(&old.to_string()),
    };
    let answer = Answer::fails(format!("{why}; no commit on top of it says so"))
        .mend("change .audit/ in a commit on top of the branch, signed by one of the managers");
    rules::answered("trust-change-authorised", answer, &subject, basis.terms(), judgement);
    Ok(())
}

fn one(
    basis: &Basis<'_>,
    commit: &Seen,
    root: Result<Option<&TrustRoot>, &Failure>,
    judgement: &mut Judgement,
) -> Result<(), Failure> {
    let Some(event) = basis.commit(commit.oid)? else { return Ok(()) };
    // By the trust before it, not by the one in force.
    let before: Option<Result<Judge, String>> = root.transpose().map(|root| {
        let root = root.map_err(|failure| failure.message.clone())?;
        let read = || -> Result<Judge, Failure> {
            let policy = judge::policy(basis.repo, root)?.unwrap_or_default();
            Ok(Judge::of(root.trust(basis.repo, basis.now)?, policy))
        };
        read().map_err(|failure| failure.message)
    });
    let verdict = match &before {
        Some(Ok(judge)) => {
            let earlier = Basis { judge, ..*basis };
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
        unreadable: unreadable(basis, commit)?,
        removed: commit.audit.is_none(),
    };
    rules::judge(Case::Trust(&change), &facts::subject(&event), basis.terms(), judgement);
    Ok(())
}

/// Why what a commit leaves behind can't be understood.
fn unreadable(basis: &Basis<'_>, commit: &Seen) -> Result<Option<String>, Failure> {
    let id = commit.oid.to_string();
    let root = match TrustRoot::at(basis.repo, commit.oid, &id) {
        Ok(Some(root)) => root,
        Ok(None) => return Ok(None),
        Err(failure) => return Ok(Some(failure.message)),
    };
    let read = root.policy().and_then(|_| root.trust(basis.repo, basis.now));
    Ok(read.err().map(|failure| failure.message))
}

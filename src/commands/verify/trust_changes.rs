//! Commits that change `.audit/`, each judged by what stood there before it.
//!
//! A commit changes it when its `.audit/` is another than its first parent's. A merge that only brings
//! in what the other side changed, while the first parent's side left it alone since they parted, is no
//! change of its own: the commits of that side are judged instead.

use super::bench::Bench;
use super::commits::Seen;
use super::push::{self, Push};
use crate::commands::judge::Judge;
use crate::commands::{judge, trusted};
use crate::git::repository::ObjectKind;
use crate::git::source::Commits;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::facts::{self, TrustChange};
use crate::policy::finding::Answer;
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, Level, Policy};
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
        if before == commit.audit {
            continue;
        }
        if let [first, second] = commit.parents.as_slice()
            && brought_by_merge(bench.repo, commit, *first, *second, &folder)?
        {
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

/// Whether a merge only takes over what the side of one parent changed, while that of the other left it
/// alone since they parted.
fn brought_by_merge(
    repo: &Repository,
    commit: &Seen,
    left: Oid,
    changed: Oid,
    folder: &impl Fn(Oid) -> Result<Option<Option<Oid>>, Failure>,
) -> Result<bool, Failure> {
    if folder(changed)? != Some(commit.audit) {
        return Ok(false);
    }
    let before = folder(left)?;
    for base in repo.merge_bases(left, changed)? {
        if folder(base)? == before {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Judges a push that puts another `.audit/` in the place of the trusted one without a commit on top of it
/// that says so: by deleting the branch, by leading it elsewhere, or behind a merge that has the trusted
/// branch for its side line.
pub(super) fn replaced(
    bench: &Bench<'_>,
    push: &Push,
    seen: &[Seen],
) -> Result<Judgement, Failure> {
    let mut judgement = Judgement::default();
    let rule = rules::find("trust-change-authorised");
    if rule.is_none_or(|rule| bench.judge.policy().level(rule, None) == Level::Off) {
        return Ok(judgement);
    }
    for update in &push.updates {
        let Some(old) = update.old.filter(|_| push.trusted.contains(&update.name)) else {
            continue;
        };
        let (old, ObjectKind::Commit) = bench.repo.peel(old)? else { continue };
        let Some(Some(trusted)) = folder_of(bench.repo, old)? else { continue };
        let name = push::short(&update.name);
        let Some(new) = update.new else {
            taken(bench, old, &format!("the push deletes {name}"), &mut judgement)?;
            continue;
        };
        let (new, ObjectKind::Commit) = bench.repo.peel(new)? else {
            taken(bench, old, &format!("the push leads {name} to no commit"), &mut judgement)?;
            continue;
        };
        let now = folder_of(bench.repo, new)?.flatten();
        let Some(road) = road(seen, old, new) else {
            if now != Some(trusted) {
                let short = &new.to_string()[..10];
                let why = format!(
                    "the push leads {name} back or aside to {short}, where .audit/ is another"
                );
                taken(bench, old, &why, &mut judgement)?;
            }
            continue;
        };
        side_lines(bench, seen, &road, &mut judgement)?;
    }
    Ok(judgement)
}

/// The commits from `new` down to, but without, `old`, each with the parent that leads there; `None` when
/// `new` does not build on `old`.
fn road(seen: &[Seen], old: Oid, new: Oid) -> Option<Vec<(usize, Oid)>> {
    let places: HashMap<Oid, usize> =
        seen.iter().enumerate().map(|(place, seen)| (seen.oid, place)).collect();
    // Each commit on the way, and the child from which it was reached.
    let mut child: HashMap<Oid, Oid> = HashMap::new();
    let mut open = vec![new];
    while let Some(at) = open.pop() {
        if at == old {
            break;
        }
        let parents = places.get(&at).and_then(|&place| seen.get(place));
        for &parent in parents.iter().flat_map(|seen| seen.parents.iter().rev()) {
            if parent != new && !child.contains_key(&parent) {
                child.insert(parent, at);
                open.push(parent);
            }
        }
    }
    let mut road = Vec::new();
    let mut at = old;
    while at != new {
        let above = *child.get(&at)?;
        road.push((*places.get(&above)?, at));
        at = above;
    }
    road.reverse();
    Some(road)
}

/// Judges the merges on a road whose first parent is another line than the road: against the parent on it.
fn side_lines(
    bench: &Bench<'_>,
    seen: &[Seen],
    road: &[(usize, Oid)],
    judgement: &mut Judgement,
) -> Result<(), Failure> {
    let folder = |oid: Oid| folder_of(bench.repo, oid);
    for (commit, parent) in road.iter().filter_map(|(place, to)| Some((seen.get(*place)?, *to))) {
        let Some(first) = commit.parents.first().filter(|first| **first != parent) else {
            continue;
        };
        if folder(parent)? == Some(folder_of(bench.repo, commit.oid)?.flatten())
            || brought_by_merge(bench.repo, commit, parent, *first, &folder)?
        {
            continue;
        }
        let root = TrustRoot::at(bench.repo, parent, "what it merged")?;
        one(bench, commit, root.as_ref(), judgement)?;
    }
    Ok(())
}

fn taken(bench: &Bench<'_>, old: Oid, why: &str, judgement: &mut Judgement) -> Result<(), Failure> {
    let subject = match bench.commit(old)? {
        Some(event) => facts::subject(&event),
        None => facts::nameless(&old.to_string()),
    };
    let answer = Answer::fails(format!("{why}; no commit on top of it says so"))
        .mend("change .audit/ in a commit on top of the branch, signed by one of the managers");
    rules::answered("trust-change-authorised", answer, &subject, bench.terms(), judgement);
    Ok(())
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

//! Which of the changes between two ends most likely broke some paths, and with which deployment they came.

use super::side::Side;
use super::{Brought, Ranked, Untouched};
use crate::deployments::suspects::{self, Failing};
use crate::deployments::{Deployment, Deployments};
use crate::event::{Event, Kind, What};
use crate::git::Repository;
use crate::git::graph::Commits;
use crate::git::graph::contains::{Containing, Contains};
use crate::git::paths::Pathspec;
use crate::outcome::Failure;
use std::collections::{BTreeSet, HashSet};

/// Ranks what was gained, lost and configured.
pub(super) fn rank(
    repo: &Repository,
    paths: &[String],
    (gained, lost): (&[Event], &[Event]),
    between: &[Event],
    unreviewed: &BTreeSet<String>,
) -> Result<Vec<Ranked>, Failure> {
    let meant = Pathspec::parse(paths, repo.prefix())?;
    let is_meant = |path: &str| meant.matches(path.as_bytes());
    let named: Vec<String> = paths.iter().map(|path| format!("{}{path}", repo.prefix())).collect();
    let failing = Failing { paths: &named, is_meant: &is_meant };
    let mut candidates: Vec<Event> = gained.to_vec();
    candidates.extend(between.iter().filter(|event| event.kind == Kind::Config).cloned());
    let first_lost = candidates.len();
    candidates.extend(lost.iter().cloned());
    leave_to_commits(&mut candidates);
    let reviewed = |number: usize| !unreviewed.contains(&candidates[number].id);
    Ok(suspects::rank(&candidates, reviewed, &failing)
        .into_iter()
        .map(|suspect| Ranked {
            event: candidates[suspect.event].clone(),
            points: suspect.points,
            evidence: suspect.evidence,
            lost: suspect.event >= first_lost,
            brought_by: None,
        })
        .collect())
}

/// Takes from merges the paths that a commit among the candidates touches: the commit answers for them.
fn leave_to_commits(candidates: &mut [Event]) {
    let touched: HashSet<String> = candidates
        .iter()
        .filter(|event| event.kind == Kind::Commit)
        .filter_map(|event| event.commit()?.paths.clone())
        .flatten()
        .collect();
    for event in candidates.iter_mut().filter(|event| event.kind == Kind::Merge) {
        if let What::Commit(facts) = &mut event.what {
            for paths in [&mut facts.paths, &mut facts.config].into_iter().flatten() {
                paths.retain(|path| !touched.contains(path));
            }
        }
    }
}

/// The paths that no commit in between touches, and whether they are in either tree at all: a slip of the finger, or
/// the cause lies elsewhere.
pub(super) fn untouched(
    repo: &Repository,
    paths: &[String],
    commits: (&[Event], &[Event]),
    (from, to): (&Side<'_>, &Side<'_>),
) -> Result<Vec<Untouched>, Failure> {
    let commits = || commits.0.iter().chain(commits.1);
    let all_known = |event: &Event| {
        let cut = event.proof.notes.iter().any(|note| note == "paths-cut");
        !cut && event.commit().is_some_and(|facts| facts.paths.is_some())
    };
    let certain = commits().all(all_known);
    let trees = [repo.tree_of(from.oid)?, repo.tree_of(to.oid)?];
    let mut untouched = Vec::new();
    for path in paths {
        let meant = Pathspec::parse(std::slice::from_ref(path), repo.prefix())?;
        let touches = |event: &Event| {
            let paths = event.commit().and_then(|facts| facts.paths.as_deref()).unwrap_or_default();
            paths.iter().any(|path| meant.matches(path.as_bytes()))
        };
        if commits().any(touches) {
            continue;
        }
        let mut exists = false;
        for tree in trees {
            exists |= meant.differs(repo, None, Some(tree))?;
        }
        untouched.push(Untouched { path: path.clone(), exists, certain });
    }
    Ok(untouched)
}

/// Says of each suspect which deployment first had it (or first lacked it), up to the one compared with: of those
/// since the other end, where that is of the same place; of all that the place has seen, where it is not.
pub(super) fn with_deployments(
    repo: &Repository,
    deployments: &Deployments<'_>,
    (from, to): (&Side<'_>, &Side<'_>),
    mut suspects: Vec<Ranked>,
) -> Result<Vec<Ranked>, Failure> {
    let Some(place) = to.deployment.or(from.deployment).map(|one| one.place) else {
        return Ok(suspects);
    };
    let in_history = |side: &Side<'_>| {
        let named = side.deployment?;
        deployments.history(&place).position(|one| std::ptr::eq(one.event, named.event))
    };
    let first = in_history(from).map(|from| from + 1);
    let end = in_history(to).map_or(usize::MAX, |to| to + 1);
    let steps: Vec<&Deployment<'_>> =
        deployments.history(&place).take(end).skip(first.unwrap_or(0)).collect();
    let commits = Commits::new(repo);
    for suspect in &mut suspects {
        let Some(oid) = repo.hash().oid(suspect.event.id.as_bytes()) else { continue };
        if !matches!(suspect.event.what, What::Commit(_)) {
            continue;
        }
        let mut containing = Containing::new(&commits, oid);
        // What never was there, nothing took away.
        let mut there = suspect.lost && first.is_some();
        for step in &steps {
            let Some(tip) = repo.hash().oid(step.commit().as_bytes()) else { continue };
            let found = containing.ask(tip)?;
            if found == Contains::Unknown {
                // It may have been this one.
                break;
            }
            let taken = there && found == Contains::No;
            there |= found == Contains::Yes;
            if if suspect.lost { taken } else { there } {
                suspect.brought_by = Some(Brought {
                    kind: step.event.kind.name(),
                    from: step.from,
                    record: step.event.id.clone(),
                });
                break;
            }
        }
    }
    Ok(suspects)
}

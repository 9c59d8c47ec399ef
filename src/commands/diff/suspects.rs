//! Which of the changes between two ends most likely broke some paths, and with which deployment they came.

use super::side::Side;
use crate::deployments::suspects::{self, Failing};
use crate::deployments::{Deployment, Deployments};
use crate::event::{Event, Kind, What};
use crate::git::Repository;
use crate::git::contains::{Containing, Contains};
use crate::git::paths::Pathspec;
use crate::git::source::Commits;
use crate::outcome::Failure;
use crate::report::diff::{Brought, Ranked};
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

/// Says of each suspect which deployment between the two ends first had it (or first lacked it).
pub(super) fn with_deployments(
    repo: &Repository,
    deployments: &Deployments<'_>,
    (from, to): (&Side<'_>, &Side<'_>),
    mut suspects: Vec<Ranked>,
) -> Result<Vec<Ranked>, Failure> {
    let Some(place) = to.deployment.or(from.deployment).map(|one| &one.place) else {
        return Ok(suspects);
    };
    let (start, end) = (from.deployment.map(|one| one.from), to.deployment.map(|one| one.from));
    let steps: Vec<&Deployment<'_>> = deployments
        .history(place)
        .filter(|one| start.is_none_or(|start| one.from > start))
        .filter(|one| end.is_none_or(|end| one.from <= end))
        .collect();
    let commits = Commits::new(repo);
    for suspect in &mut suspects {
        let Some(oid) = repo.hash().oid(suspect.event.id.as_bytes()) else { continue };
        if !matches!(suspect.event.what, What::Commit(_)) {
            continue;
        }
        let mut containing = Containing::new(&commits, oid);
        let wanted = if suspect.lost { Contains::No } else { Contains::Yes };
        for step in &steps {
            let Some(tip) = repo.hash().oid(step.commit().as_bytes()) else { continue };
            if containing.ask(tip)? == wanted {
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

//! The history of environments, for `audit show production`.

use super::deployed::{count, summary};
use super::judge::Judge;
use super::{now, records};
use crate::deployments::{Deployment, Deployments, Place, Target};
use crate::git::Repository;
use crate::ledger::View;
use crate::outcome::Failure;
use crate::report::environment::{History, Step};

/// The histories of the places that are meant, `most` deployments each (0 for all).
///
/// # Errors
/// When history or the ledger cannot be read.
pub(crate) fn histories<'d, 'e>(
    repo: &Repository,
    view: &View,
    judge: &Judge,
    deployments: &'d Deployments<'e>,
    target: &Target<'_>,
    most: usize,
) -> Result<Vec<History<'d, 'e>>, Failure> {
    let mut places: Vec<&'d Place> = Vec::new();
    for one in deployments.all() {
        let place = &one.place;
        if target.has(place) && !places.contains(&place) {
            places.push(place);
        }
    }
    if places.is_empty() {
        return Ok(vec![History {
            place: target.place().to_string(),
            steps: Vec::new(),
            earlier: 0,
        }]);
    }
    places.sort();
    places.into_iter().map(|place| history(repo, view, judge, deployments, place, most)).collect()
}

fn history<'d, 'e>(
    repo: &Repository,
    view: &View,
    judge: &Judge,
    deployments: &'d Deployments<'e>,
    place: &Place,
    most: usize,
) -> Result<History<'d, 'e>, Failure> {
    let mut all: Vec<&'d Deployment<'e>> = deployments.listed(place);
    all.reverse();
    let shown = if most == 0 { all.len() } else { most.min(all.len()) };
    let mut steps = Vec::new();
    for &deployment in &all[..shown] {
        let here = repo.here(deployment.commit());
        steps.push(Step {
            deployment,
            event: records::judged(view, judge, &deployment.event.id)?,
            summary: here.map(|oid| summary(repo, oid)).transpose()?,
            change: change(repo, deployments, deployment)?,
            clock: deployment.clock(now()),
        });
    }
    Ok(History { place: place.to_string(), steps, earlier: all.len() - shown })
}

/// Commits gained and lost against what ran before.
fn change(
    repo: &Repository,
    deployments: &Deployments<'_>,
    one: &Deployment<'_>,
) -> Result<Option<(usize, usize)>, Failure> {
    if !one.ran() || !repo.shallow().is_empty() {
        return Ok(None);
    }
    let before = deployments.before(one, 1).and_then(|before| repo.here(before.commit()));
    let (Some(old), Some(new)) = (before, repo.here(one.commit())) else { return Ok(None) };
    Ok(Some((count(repo, old, new)?, count(repo, new, old)?)))
}

//! The history of environments: every deployment of a place, with what it gained and lost.

use super::Evidence;
use super::deployed::{count, summary};
use crate::address::Target;
use crate::deployments::{Clock, Deployment, Deployments, Place};
use crate::event::Event;
use crate::git::Repository;
use crate::outcome::Failure;

/// One deployment in the history of its place.
#[derive(Debug, Clone)]
pub struct Step<'d, 'e> {
    /// The deployment.
    pub deployment: &'d Deployment<'e>,
    /// The record, judged.
    pub event: Event,
    /// The summary of the commit; `None` when it is not in this clone.
    pub summary: Option<String>,
    /// Commits gained and lost against what ran before; `None` for the first known, for one that never
    /// ran, and where a commit is not in this clone.
    pub change: Option<(usize, usize)>,
    /// How its time stands to what else is known.
    pub clock: Clock,
}

/// The history of one place, newest first.
#[derive(Debug, Clone)]
pub struct History<'d, 'e> {
    /// Its name.
    pub place: String,
    /// Its deployments, those that failed or were corrected among them.
    pub steps: Vec<Step<'d, 'e>>,
    /// How many more there are.
    pub earlier: usize,
}

/// The histories of the places that are meant, `most` deployments each (0 for all).
///
/// # Errors
/// When history or the ledger cannot be read.
pub(crate) fn histories<'e>(
    evidence: &Evidence<'e>,
    target: &Target<'_>,
    most: usize,
) -> Result<Vec<History<'e, 'e>>, Failure> {
    let mut places: Vec<&'e Place> = Vec::new();
    for one in evidence.deployments.all() {
        let place = &one.place;
        if target.has(place) && !places.contains(&place) {
            places.push(place);
        }
    }
    if places.is_empty() {
        let place = target.place().to_string();
        return Ok(vec![History { place, steps: Vec::new(), earlier: 0 }]);
    }
    places.sort();
    places.into_iter().map(|place| history(evidence, place, most)).collect()
}

fn history<'e>(
    evidence: &Evidence<'e>,
    place: &Place,
    most: usize,
) -> Result<History<'e, 'e>, Failure> {
    let &Evidence { repo, deployments, .. } = evidence;
    let mut all: Vec<&'e Deployment<'e>> = deployments.listed(place);
    all.reverse();
    let shown = if most == 0 { all.len() } else { most.min(all.len()) };
    let mut steps = Vec::new();
    for &deployment in &all[..shown] {
        let here = repo.here(deployment.commit());
        steps.push(Step {
            deployment,
            event: evidence.judged(&deployment.event.id)?,
            summary: here.map(|oid| summary(repo, oid)).transpose()?,
            change: change(repo, deployments, deployment)?,
            clock: deployment.clock(evidence.now),
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

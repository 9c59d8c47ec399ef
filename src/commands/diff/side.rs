//! One end of a comparison: the commit, and the moments of the ledger that go with it.

use crate::commands::address::{Addresses, Moment, Point};
use crate::commands::history;
use crate::deployments::{Deployment, Deployments};
use crate::git::source::Commits;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::report::diff::End;

/// One end of the comparison.
pub(super) struct Side<'d> {
    end: End,
    pub(super) oid: Oid,
    /// The deployment, for an address.
    pub(super) deployment: Option<&'d Deployment<'d>>,
    moment: Moment,
}

impl<'d> Side<'d> {
    /// What a revision or an address names.
    pub(super) fn new(
        repo: &Repository,
        addresses: &Addresses<'_>,
        deployments: &'d Deployments<'d>,
        name: &str,
    ) -> Result<Side<'d>, Failure> {
        let point: Option<Point<'d, 'd>> = addresses.point(deployments, name)?;
        let (oid, deployment, moment) = match &point {
            Some(point) => {
                let oid = repo.commit_id(&addresses.commit(point)?)?;
                (oid, Some(point.deployment), point.moment)
            }
            None => (repo.commit_id(name)?, None, Moment::Start),
        };
        let end = End {
            name: name.to_owned(),
            commit: oid.to_string(),
            moment: None,
            record: deployment.map(|one| one.event.id.clone()),
        };
        let side = Side { end, oid, deployment, moment };
        match deployment {
            Some(_) => Ok(side),
            None => side.dated(repo),
        }
    }

    /// The branch that changes are merged into.
    pub(super) fn default_branch(repo: &Repository) -> Result<Side<'d>, Failure> {
        let (name, oid) = history::default_branch(repo)?
            .ok_or_else(|| Failure::new("there are no commits here yet"))?;
        let end = End { name, commit: oid.to_string(), moment: None, record: None };
        Side { end, oid, deployment: None, moment: Moment::Start }.dated(repo)
    }

    /// The moment of a revision is the date of its commit.
    fn dated(mut self, repo: &Repository) -> Result<Side<'d>, Failure> {
        let date = Commits::new(repo).load(self.oid)?.links.date;
        self.end.moment = i64::try_from(date).ok();
        Ok(self)
    }

    /// The moments between which the ledger's events are asked for: what runs, runs until now.
    pub(super) fn span(&self, now: i64) -> (Option<i64>, Option<i64>) {
        match (self.deployment, self.moment) {
            (Some(one), Moment::Now) => (Some(one.from), Some(now)),
            (Some(_), Moment::Date(date)) => (Some(date), Some(date)),
            (Some(one), Moment::Start) => (Some(one.from), Some(one.from)),
            (None, _) => (self.end.moment, self.end.moment),
        }
    }

    /// The environment, for an address.
    pub(super) fn env(&self) -> Option<&str> {
        self.deployment.map(|one| one.place.env)
    }

    /// The full id of its commit.
    pub(super) fn commit(&self) -> &str {
        &self.end.commit
    }

    /// The record that it names, for an address.
    pub(super) fn record(&self) -> Option<&str> {
        self.end.record.as_deref()
    }

    /// The end as the report names it.
    pub(super) fn end(self, now: i64) -> End {
        let moment = match (self.deployment, self.moment) {
            (Some(one), Moment::Now) => Some(one.from.min(now)),
            (Some(_), Moment::Date(date)) => Some(date),
            (Some(one), Moment::Start) => Some(one.from),
            (None, _) => self.end.moment,
        };
        End { moment, ..self.end }
    }
}

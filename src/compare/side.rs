//! One end of a comparison: the commit, and the moments of the ledger that go with it.

use super::End;
use crate::deployments::Deployment;
use crate::evidence::addresses::{Addresses, Moment, Point};
use crate::evidence::history;
use crate::git::graph::Commits;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;

/// One end of the comparison.
#[derive(Clone)]
pub(crate) struct Side<'d> {
    end: End,
    pub(super) oid: Oid,
    /// The deployment, for an address.
    pub(super) deployment: Option<&'d Deployment<'d>>,
    /// Which moment is meant; [`Moment::Start`] of a revision is the date of its commit.
    pub(super) moment: Moment,
    /// Whether an address names the environment as a whole, no service of it.
    pub(super) whole: bool,
}

impl<'d> Side<'d> {
    /// What a revision names.
    pub(super) fn new(repo: &Repository, name: &str) -> Result<Side<'d>, Failure> {
        let oid = repo.commit_id(name)?;
        Side::revision(name.to_owned(), oid, Moment::Start).dated(repo)
    }

    /// What a deployment put there. `whole` says whether its environment is meant as a whole.
    pub(super) fn at(
        repo: &Repository,
        addresses: &Addresses<'_>,
        point: &Point<'d, 'd>,
        name: String,
        whole: bool,
    ) -> Result<Side<'d>, Failure> {
        let oid = repo.commit_id(&addresses.commit(point)?)?;
        let mut side = Side::revision(name, oid, point.moment);
        side.end.record = Some(point.deployment.event.id.clone());
        Ok(Side { deployment: Some(point.deployment), whole, ..side })
    }

    fn revision(name: String, oid: Oid, moment: Moment) -> Side<'d> {
        let end = End { name, commit: oid.to_string(), moment: None, record: None };
        Side { end, oid, deployment: None, moment, whole: false }
    }

    /// The branch that changes are merged into, as it is now.
    pub(crate) fn default_branch(repo: &Repository) -> Result<Side<'d>, Failure> {
        let (name, oid) = history::default_branch(repo)?
            .ok_or_else(|| Failure::new("there are no commits here yet"))?;
        Side::revision(name, oid, Moment::Now).dated(repo)
    }

    /// The moment of a revision is the date of its commit.
    fn dated(mut self, repo: &Repository) -> Result<Side<'d>, Failure> {
        let date = Commits::new(repo).load(self.oid)?.links.date;
        self.end.moment = i64::try_from(date).ok();
        Ok(self)
    }

    /// As the user wrote it, or the place of theirs.
    pub(super) fn name(&self) -> &str {
        &self.end.name
    }

    /// The full id of its commit.
    pub(super) fn commit(&self) -> &str {
        &self.end.commit
    }

    /// The moment of a revision: the date of its commit.
    pub(super) fn date(&self) -> Option<i64> {
        self.end.moment
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

//! The options of `audit log`, checked once: where the walk goes, and which tags and records belong to it.

use super::LogArgs;
use crate::commands::filter::Filter;
use crate::evidence::addresses::Addresses;
use crate::evidence::history;
use crate::evidence::period::Period;
use crate::git::Repository;
use crate::git::paths::Pathspec;
use crate::git::revision::Start;
use crate::git::walk::{Order, Plan, Tip};
use crate::ledger::View;
use crate::outcome::Failure;

/// Options after checking: what to walk, and what to show of it.
pub(super) struct Query {
    pub(super) plan: Plan,
    pub(super) filter: Filter,
    pub(super) period: Period,
    /// Which tags and records belong to the result.
    pub(super) others: Others,
}

/// Which events beside commits are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// All, each at its own time.
    All,
    /// Those that concern a commit of the range, each at its own time.
    InRange,
    /// Those that concern a commit that the walk reaches, each at its commit: the walk has no end that is
    /// known before.
    AtCommits,
    /// None: paths are a question about commits.
    None,
}

impl LogArgs {
    /// Checks the options.
    ///
    /// # Errors
    /// Unknown revisions and dates, patterns that are none.
    pub(super) fn check(&self, repo: &Repository, view: &View, now: i64) -> Result<Query, Failure> {
        // clap hands over what stands behind `--` apart; `audit log --` without paths still separates.
        let separated = !self.paths.is_empty();
        let starts = Addresses::new(repo, view, now).starts(&self.starts.0)?;
        let selection = repo.select(&starts, &self.paths, separated)?;
        let whole = !selection.started || starts.contains(&Start::All);
        let mut tips = selection.tips;
        if !selection.started {
            tips.extend(history::head(repo)?.map(|oid| Tip { oid, exclude: false }));
        }
        let filtered = self.since_as_filter.as_deref();
        let period = Period::read(repo, self.since.as_deref().or(filtered), self.until.as_deref())?;
        let (since, since_as_filter) = match filtered {
            Some(_) => (None, period.since),
            None => (period.since, None),
        };
        let paths = match selection.paths.is_empty() {
            true => None,
            false => Some(Pathspec::parse(&selection.paths, repo.prefix())?),
        };
        let others = if paths.is_some() || self.merges {
            Others::None
        } else if tips.iter().any(|tip| tip.exclude) {
            Others::InRange
        } else if whole {
            Others::All
        } else {
            Others::AtCommits
        };
        Ok(Query {
            filter: self.filters.check(repo.config()?, view)?,
            plan: Plan {
                tips,
                order: self.order(),
                first_parent: self.first_parent,
                since,
                since_as_filter,
                until: period.until,
                min_parents: if self.merges { 2 } else { 0 },
                max_parents: self.no_merges.then_some(1),
                paths,
            },
            period,
            others,
        })
    }

    fn order(&self) -> Order {
        if self.topo_order {
            Order::Topological
        } else if self.date_order {
            Order::CommitterDate
        } else if self.author_date_order {
            Order::AuthorDate
        } else {
            Order::Walk
        }
    }
}

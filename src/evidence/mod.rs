//! What every answer rests on: the repository, whose signatures count, and what the ledger records.
//!
//! ```text
//! root      where trust and policy come from: never from what is judged
//! judge     signatures to verdicts, actors to persons
//! records   the ledger's entries, as records and as judged events
//! history   where to start, and what a reader of commits needs to know
//! actors    one person behind several addresses
//! ```
//!
//! Commands [`gather`] once, join the deployments, and hand one [`Evidence`] to the modules that answer questions.

pub(crate) mod actors;
pub(crate) mod addresses;
pub(crate) mod default_branch;
pub(crate) mod deployed;
pub(crate) mod histories;
pub(crate) mod history;
pub(crate) mod judge;
pub(crate) mod patches;
pub(crate) mod period;
pub(crate) mod records;
pub(crate) mod root;
pub(crate) mod vouched;

use crate::deployments::Deployments;
use crate::event::Event;
use crate::git::Repository;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use judge::{Judge, JudgeOptions};
use std::mem::ManuallyDrop;

/// Everything that a question about one repository is answered from.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'e> {
    /// The repository.
    pub(crate) repo: &'e Repository,
    /// Judges signatures, by the trust and the policy in force.
    pub(crate) judge: &'e Judge,
    /// The checked ledger.
    pub(crate) view: &'e View,
    /// Its records, oldest first in the order of reports, not judged.
    pub(crate) records: &'e [Recorded],
    /// What ran where, by these records.
    pub(crate) deployments: &'e Deployments<'e>,
    /// The present, in seconds since 1970 UTC.
    pub(crate) now: i64,
}

impl Evidence<'_> {
    /// A record as a judged event, by its full id.
    ///
    /// # Errors
    /// When the ledger has no such entry, or the file has changed since it was checked.
    pub(crate) fn judged(&self, id: &str) -> Result<Event, Failure> {
        records::judged(self.view, self.judge, id)
    }
}

/// What was read of a repository before deployments are joined.
pub(crate) struct Gathered {
    /// Judges signatures.
    pub(crate) judge: Judge,
    /// The checked ledger.
    pub(crate) view: View,
    /// Never freed: a command needs the records to its end, and freeing 100,000 one by one would only delay its exit.
    records: ManuallyDrop<Vec<Recorded>>,
}

/// Reads the ledger while the trust is found that its records are judged by.
///
/// # Errors
/// As [`records::read_all`] and [`Judge::new`].
pub(crate) fn gather(
    repo: &Repository,
    options: &JudgeOptions,
    now: i64,
) -> Result<Gathered, Failure> {
    let (gathered, ()) = gather_with(repo, options, now, |_| Ok(()))?;
    Ok(gathered)
}

/// [`gather`], with something else that needs the judge done meanwhile.
///
/// # Errors
/// As [`gather`] and `other`.
pub(crate) fn gather_with<T>(
    repo: &Repository,
    options: &JudgeOptions,
    now: i64,
    other: impl FnOnce(&Judge) -> Result<T, Failure>,
) -> Result<(Gathered, T), Failure> {
    let ((judge, other), view, records) = records::read_meanwhile(repo, || {
        let judge = Judge::new(repo, options, now)?;
        let other = other(&judge)?;
        Ok((judge, other))
    })?;
    Ok((Gathered { judge, view, records: ManuallyDrop::new(records) }, other))
}

impl Gathered {
    /// The records, oldest first in the order of reports, not judged.
    pub(crate) fn records(&self) -> &[Recorded] {
        &self.records
    }

    /// Everything, once the deployments are joined.
    pub(crate) fn evidence<'e>(
        &'e self,
        repo: &'e Repository,
        deployments: &'e Deployments<'e>,
        now: i64,
    ) -> Evidence<'e> {
        Evidence {
            repo,
            judge: &self.judge,
            view: &self.view,
            records: &self.records,
            deployments,
            now,
        }
    }
}

//! The published ledger on a server: git's own settings protect branches, and nothing beside them.
//!
//! A push that deletes its reference, leaves out or changes a record of the list, or brings something that
//! is no list is refused. The commits on it carry records and no code, so no other rule is asked about them.

use crate::evidence::records;
use crate::git::Repository;
use crate::ledger::Id;
use crate::outcome::Failure;
use crate::share::list::{Expected, Flaw};
use crate::share::remote::Remote;
use crate::share::segments::LINES;
use crate::share::sync::read_list;
use crate::verification::Update;

/// Whether a reference is the ledger's own, or a copy of one that a clone keeps.
fn is_ours(name: &str, ledger: &str) -> bool {
    name == ledger || name.starts_with("refs/audit/")
}

/// Takes the ledger's references out of what is pushed.
///
/// # Errors
/// When `audit.ref` names no reference.
pub(super) fn take_out(
    repo: &Repository,
    updates: Vec<Update>,
) -> Result<(Vec<Update>, Vec<Update>), Failure> {
    let ledger = Remote::here(repo)?.reference;
    Ok(updates.into_iter().partition(|update| is_ours(&update.name, &ledger)))
}

/// Why an update of the published ledger is refused, for those that are.
///
/// # Errors
/// When the lists can't be read.
pub(super) fn refusals(repo: &Repository, updates: &[Update]) -> Result<Vec<String>, Failure> {
    let here = Remote::here(repo)?;
    let mut refusals = Vec::new();
    for update in updates.iter().filter(|update| update.name == here.reference) {
        if let Err(flaw) = judge(&here, update)? {
            refusals.push(format!("{}: {flaw}", update.name));
        }
    }
    Ok(refusals)
}

/// As [`refusals`], before a push: the lists are the server's to judge, but a deletion is seen from here.
///
/// # Errors
/// When `audit.ref` names no reference.
pub(super) fn deletions(repo: &Repository, updates: &[Update]) -> Result<Vec<String>, Failure> {
    let ledger = Remote::here(repo)?.reference;
    let gone = updates.iter().filter(|update| update.name == ledger && update.new.is_none());
    Ok(gone.map(|update| format!("{}: {}", update.name, DELETED)).collect())
}

const DELETED: &str = "the push would delete the published ledger (git push --mirror does)";

fn judge(here: &Remote, update: &Update) -> Result<Result<(), Flaw>, Failure> {
    let Some(new) = update.new else { return Ok(Err(Flaw(DELETED.to_owned()))) };
    let mut expected = Expected { ledger: None, armor: records::rules().armor };
    let Some(old) = update.old else {
        return Ok(read_list(here, &new.to_string(), (&[], &[]), expected)?.map(drop));
    };
    // What stands there may be damaged; then any list is better.
    let Ok((old, layout)) = read_list(here, &old.to_string(), (&[], &[]), expected)? else {
        return Ok(read_list(here, &new.to_string(), (&[], &[]), expected)?.map(drop));
    };
    expected.ledger = Some(&old.checkpoint.origin);
    let full = old.ids.len() / LINES * LINES;
    let known = (&old.ids[..full], &layout.segments[..full / LINES]);
    let new = match read_list(here, &new.to_string(), known, expected)? {
        Ok((new, _)) => new,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let ids: Vec<&Id> = old.ids[..new.from].iter().chain(&new.ids).collect();
    let same = old.ids.iter().zip(&ids).take_while(|(old, new)| old == *new).count();
    Ok(match same == old.ids.len() {
        true => Ok(()),
        false => Err(Flaw(format!(
            "the push would take away or change record {} of {}; a published list only grows",
            same + 1,
            old.ids.len()
        ))),
    })
}

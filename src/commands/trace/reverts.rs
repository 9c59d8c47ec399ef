//! Whether a change that was deployed was taken back: `git revert` says so in its message, `This reverts commit …`.
//!
//! ```text
//! X ─── o ─── R ─── o ─── P     P holds X, and R, which takes X back: X is not in force there
//!                    ╲── Q      Q holds R2, which takes R back: X is in force there again
//!                   R2
//! ```
//!
//! A claim, as every message is. A change is taken back by what reverts the commit, a copy of it, or the merge that
//! brought it; one that was picked again on top of the revert is back.
//!
//! To read all messages since would take longer than all else: of more than [`MOST`], those are read that came first
//! after it, and those that came last, unless all are asked for. That others were not is said. An index of commits knows
//! which to read of all.

use crate::git::Oid;
use crate::git::claims::Named;
use crate::git::graph::contains::{Brought, Containing, Contains, Located};
use crate::git::graph::later;
use crate::git::index::{Claim, Histories};
use crate::outcome::Failure;
use crate::report::trace::Unread;

/// The most commits that are read by default.
pub(super) const MOST: usize = 64;

/// The most commits that take one another back. Whoever writes messages can write a chain of thousands, and each costs
/// a search of its own.
const LONGEST: usize = 100;

/// Commits that take a change back, or one another.
#[derive(Default)]
pub(super) struct Reverts<'c, 'r> {
    found: Vec<Revert<'c, 'r>>,
    /// Why there may be more.
    pub(super) unread: Option<Unread>,
}

struct Revert<'c, 'r> {
    oid: Oid,
    /// The ids by which another one may name it: its own, and those of what it was picked from.
    names: Vec<String>,
    /// Whether it takes the change back.
    of_change: bool,
    /// The numbers of those before it that it takes back.
    of: Vec<usize>,
    containing: Containing<'c, 'r>,
}

/// Where to look for them.
pub(super) struct Search<'a, 'c, 'r> {
    /// The histories of what was deployed.
    pub(super) histories: Histories<'a, 'c, 'r>,
    /// The most commits that are read without an index.
    pub(super) most: usize,
}

impl<'c, 'r> Reverts<'c, 'r> {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The commit of one, by its number.
    pub(super) fn oid(&self, number: usize) -> Option<Oid> {
        self.found.get(number).map(|revert| revert.oid)
    }

    /// Adds those of a change, which these commits make or brought, and those of the reverts themselves. `brought` is how
    /// they came to what is searched.
    ///
    /// # Errors
    /// When a commit can't be read.
    pub(super) fn look_for(
        &mut self,
        search: &Search<'_, 'c, 'r>,
        change: &[Oid],
        brought: &[Brought],
    ) -> Result<(), Failure> {
        let mut at = self.found.len();
        let names: Vec<String> = change.iter().map(Oid::to_string).collect();
        self.add(search, change, brought, &names, None)?;
        while let Some(revert) = self.found.get_mut(at) {
            let brought = brought_by(&mut revert.containing, search.histories.tips)?;
            let (oid, names) = (revert.oid, revert.names.clone());
            self.add(search, &[oid], brought.as_slice(), &names, Some(at))?;
            at += 1;
        }
        Ok(())
    }

    fn add(
        &mut self,
        search: &Search<'_, 'c, 'r>,
        wanted: &[Oid],
        brought: &[Brought],
        names: &[String],
        number: Option<usize>,
    ) -> Result<(), Failure> {
        for (oid, Named { picked_from, .. }) in self.read(search, wanted, brought, names)? {
            let known = self.found.iter().position(|revert| revert.oid == oid);
            if known.is_none() && self.found.len() == LONGEST {
                self.unread.get_or_insert(Unread::Reverts(LONGEST));
                break;
            }
            let at = if let Some(at) = known {
                at
            } else {
                let Histories { commits, tips, .. } = search.histories;
                let mut containing = Containing::new(commits, oid);
                if brought_by(&mut containing, tips)?.is_none() {
                    continue;
                }
                let mut names = picked_from;
                names.push(oid.to_string());
                let (of_change, of) = (false, Vec::new());
                self.found.push(Revert { oid, names, of_change, of, containing });
                self.found.len() - 1
            };
            match number {
                None => self.found[at].of_change = true,
                // None takes back what comes behind it: whatever messages claim, they end somewhere.
                Some(number) if number < at && !self.found[at].of.contains(&number) => {
                    self.found[at].of.push(number);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// The commits that say that they revert one with such a name, newest first, and what else they name.
    fn read(
        &mut self,
        search: &Search<'_, 'c, 'r>,
        wanted: &[Oid],
        brought: &[Brought],
        names: &[String],
    ) -> Result<Vec<(Oid, Named)>, Failure> {
        let Histories { commits, tips, .. } = search.histories;
        let candidates = search.histories.candidates(
            |index| Ok(names.iter().flat_map(|name| index.claiming(Claim::Reverts, name))),
            || {
                let later = later::than(commits, tips, wanted, brought, search.most)?;
                if !later.all {
                    let index = commits.repository().shallow().is_empty();
                    let read = later.commits.len();
                    self.unread.get_or_insert(Unread::Later { read, index });
                }
                Ok(later.commits)
            },
        )?;
        let is_meant = |id: &String| names.iter().any(|name| name.starts_with(id));
        let mut found = candidates.read(|oid, commit| {
            let named = Named::by(commit.message);
            named.reverts.iter().any(is_meant).then_some((oid, named))
        })?;
        // A single one is checked when it is added, at the same price.
        if found.len() > 1 {
            let oids: Vec<Oid> = found.iter().map(|(oid, _)| *oid).collect();
            let deployed = candidates.contained(&oids)?;
            found.retain(|(oid, _)| deployed.contains(oid));
        }
        Ok(found)
    }

    /// Whether a commit stands on one that takes the change back.
    ///
    /// # Errors
    /// When history can't be read.
    pub(super) fn any_before(&mut self, commit: Oid) -> Result<bool, Failure> {
        for revert in self.found.iter_mut().filter(|revert| revert.of_change) {
            if revert.containing.ask(commit)? == Contains::Yes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What became of `carrier` in the history of `tip`, which holds it.
    ///
    /// # Errors
    /// When history can't be read.
    pub(super) fn told(&mut self, carrier: Oid, tip: Located) -> Result<Told, Failure> {
        // Behind each stand those that take it back.
        let mut in_force = vec![false; self.found.len()];
        let mut told = Told::default();
        for at in (0..self.found.len()).rev() {
            let by = (at + 1..self.found.len())
                .find(|&by| in_force[by] && self.found[by].of.contains(&at));
            let revert = &mut self.found[at];
            if revert.containing.ask_located(tip)? != Contains::Yes {
                continue;
            }
            in_force[at] = by.is_none();
            // What was picked again stands on it.
            if revert.of_change && revert.containing.ask(carrier)? != Contains::Yes {
                match by {
                    None => told.taken_back_by = Some(at),
                    Some(_) => told.restored_by = by,
                }
            }
        }
        Ok(told)
    }

    /// The revert of the change that one takes back.
    pub(super) fn restores(&self, number: usize) -> Option<Oid> {
        let of = &self.found.get(number)?.of;
        of.iter().filter_map(|&at| self.found.get(at)).find(|one| one.of_change).map(|one| one.oid)
    }
}

/// What became of a change, by the numbers of reverts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    /// The one that takes it back.
    pub(super) taken_back_by: Option<usize>,
    /// The one that takes a revert of it back.
    pub(super) restored_by: Option<usize>,
}

/// How a commit came to one of the tips: the first that contains it.
///
/// # Errors
/// When history can't be read.
pub(super) fn brought_by(
    containing: &mut Containing<'_, '_>,
    tips: &[Oid],
) -> Result<Option<Brought>, Failure> {
    for &tip in tips {
        if containing.ask(tip)? == Contains::Yes {
            return containing.brought_by(tip).map(Some);
        }
    }
    Ok(None)
}

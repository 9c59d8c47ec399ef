//! Whether a deployed change was reverted: `git revert` writes `This reverts commit …` into its message.
//!
//! ```text
//! X ─── o ─── R ─── o ─── P     P contains X, and R, which reverts X: X is not in force there
//!                    ╲── Q      Q contains R2, which reverts R: X is in force there again
//!                   R2
//! ```
//!
//! Messages are claims, and so is this one. A change is reverted by a commit that reverts the commit itself, a copy of it,
//! or the merge that brought it. If it was picked again on top of the revert, it is in force.
//!
//! Reading all later messages would take longer than everything else. Of more than [`MAX_READ_COMMITS`], only the first
//! after the change and the latest ones are read, unless the user asks for all; the report says that others were not read.
//! An index of commits knows the few commits to read among all.

use super::Unread;
use crate::git::Oid;
use crate::git::claims::Named;
use crate::git::graph::contains::{Brought, Containing, Contains, Located};
use crate::git::graph::later;
use crate::git::index::{Claim, Histories};
use crate::outcome::Failure;

/// The most commits that are read by default.
pub(super) const MAX_READ_COMMITS: usize = 64;

/// The most reverts in a trace. Messages can form a chain of thousands that revert each other, and each costs a search of
/// its own.
const MAX_REVERTS: usize = 100;

/// Commits that revert a change, or each other.
#[derive(Default)]
pub(super) struct Reverts<'c, 'r> {
    found: Vec<Revert<'c, 'r>>,
    /// Why there may be more.
    pub(super) unread: Option<Unread>,
}

struct Revert<'c, 'r> {
    oid: Oid,
    /// The ids by which another revert may name it: its own, and those that it was picked from.
    names: Vec<String>,
    /// Whether it reverts the change.
    of_change: bool,
    /// The numbers of the earlier reverts that it reverts.
    of: Vec<usize>,
    /// How it came to what is searched.
    brought: Brought,
    containing: Containing<'c, 'r>,
}

/// Where to look for reverts.
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

    /// The commit of the revert with a number.
    pub(super) fn oid(&self, number: usize) -> Option<Oid> {
        self.found.get(number).map(|revert| revert.oid)
    }

    /// Adds the reverts of a change, which the commits `change` make or brought, and the reverts of those reverts.
    /// `brought` is how these commits came to what is searched.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub(super) fn look_for(
        &mut self,
        search: &Search<'_, 'c, 'r>,
        change: &[Oid],
        brought: &[Brought],
    ) -> Result<(), Failure> {
        let mut at = self.found.len();
        let names: Vec<String> = change.iter().map(Oid::to_string).collect();
        self.add(search, change, brought, &names, None)?;
        while let Some(revert) = self.found.get(at) {
            let (oid, names, brought) = (revert.oid, revert.names.clone(), revert.brought);
            self.add(search, &[oid], &[brought], &names, Some(at))?;
            at += 1;
        }
        Ok(())
    }

    /// Adds the commits that revert one with such a name. `number` is that of the revert that they revert; `None` for the
    /// change.
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
            if known.is_none() && self.found.len() == MAX_REVERTS {
                self.unread.get_or_insert(Unread::Reverts(MAX_REVERTS));
                break;
            }
            let at = if let Some(at) = known {
                at
            } else {
                let Histories { commits, tips, .. } = search.histories;
                let mut containing = Containing::new(commits, oid);
                let Some(brought) = brought_by(&mut containing, tips)? else { continue };
                let mut names = picked_from;
                names.push(oid.to_string());
                let (of_change, of) = (false, Vec::new());
                self.found.push(Revert { oid, names, of_change, of, brought, containing });
                self.found.len() - 1
            };
            match number {
                None => self.found[at].of_change = true,
                // A revert reverts only earlier ones, so that chains end whatever messages claim.
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
        // A single one is checked when it is added, at the same cost.
        if found.len() > 1 {
            let oids: Vec<Oid> = found.iter().map(|(oid, _)| *oid).collect();
            let deployed = candidates.contained(&oids)?;
            found.retain(|(oid, _)| deployed.contains(oid));
        }
        Ok(found)
    }

    /// Whether a commit contains a revert of the change.
    ///
    /// # Errors
    /// When history cannot be read.
    pub(super) fn any_before(&mut self, commit: Oid) -> Result<bool, Failure> {
        for revert in self.found.iter_mut().filter(|revert| revert.of_change) {
            if revert.containing.ask(commit)? == Contains::Yes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether `carrier` is reverted in the history of `tip`, which contains it.
    ///
    /// # Errors
    /// When history cannot be read.
    pub(super) fn state(&mut self, carrier: Oid, tip: Located) -> Result<RevertState, Failure> {
        // The reverts of each one come after it.
        let mut in_force = vec![false; self.found.len()];
        let mut state = RevertState::default();
        for at in (0..self.found.len()).rev() {
            let by = (at + 1..self.found.len())
                .find(|&by| in_force[by] && self.found[by].of.contains(&at));
            let revert = &mut self.found[at];
            if revert.containing.ask_located(tip)? != Contains::Yes {
                continue;
            }
            in_force[at] = by.is_none();
            // A commit that was picked again contains the revert.
            if revert.of_change && revert.containing.ask(carrier)? != Contains::Yes {
                match by {
                    None => state.taken_back_by = Some(at),
                    Some(_) => state.restored_by = by,
                }
            }
        }
        Ok(state)
    }

    /// The revert of the change that the revert with a number reverts.
    pub(super) fn restores(&self, number: usize) -> Option<Oid> {
        let of = &self.found.get(number)?.of;
        of.iter().filter_map(|&at| self.found.get(at)).find(|one| one.of_change).map(|one| one.oid)
    }
}

/// Whether a change is reverted, by the numbers of reverts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RevertState {
    /// The revert in force.
    pub(super) taken_back_by: Option<usize>,
    /// The commit that reverted a revert of it.
    pub(super) restored_by: Option<usize>,
}

/// How a commit came to the first of the tips that contains it.
///
/// # Errors
/// When history cannot be read.
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

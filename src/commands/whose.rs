//! Whose an identity is, whichever of their addresses it names: by the mailmap, then by the policy's people.

use super::history;
use super::judge::Judge;
use crate::event::{Event, Identity};
use crate::git::Repository;
use crate::git::mailmap::Mailmap;
use crate::outcome::Failure;
use crate::policy::{People, Somebody};

/// Tells persons apart.
pub(crate) struct Whose<'j> {
    mailmap: Mailmap,
    people: &'j People,
}

impl<'j> Whose<'j> {
    /// By the repository's mailmap and the policy in force.
    ///
    /// # Errors
    /// When the mailmap can't be read.
    pub(crate) fn new(repo: &Repository, judge: &'j Judge) -> Result<Whose<'j>, Failure> {
        Ok(Whose { mailmap: history::mailmap(repo)?, people: &judge.policy().people })
    }

    /// The name and address that the mailmap gives.
    pub(crate) fn identity(&self, who: &Identity) -> Identity {
        self.mailmap.identity(who)
    }

    /// The person.
    pub(crate) fn person(&self, who: &Identity, login: Option<&str>) -> Somebody {
        self.people.of(&self.identity(who), login)
    }

    /// Who acted, if an event names somebody.
    pub(crate) fn actor(&self, event: &Event) -> Option<Somebody> {
        let who = event.who.identity.as_ref()?;
        Some(self.person(who, event.who.login.as_deref()))
    }
}

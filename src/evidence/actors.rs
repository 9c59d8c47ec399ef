//! Whose an identity is, whichever of their addresses it names: by the mailmap, then by the policy's people.

use super::history;
use super::judge::Judge;
use crate::event::{Event, Grade, Identity};
use crate::git::Repository;
use crate::git::mailmap::Mailmap;
use crate::outcome::Failure;
use crate::people::{Known, PolicyPerson, Role};
use crate::policy::{People, Person, PersonKind, Somebody};
use std::collections::BTreeSet;

/// Tells persons apart.
#[derive(Debug, Default)]
pub(crate) struct Actors {
    mailmap: Mailmap,
    people: People,
}

impl Actors {
    /// By the repository's mailmap and the policy in force.
    ///
    /// # Errors
    /// When the mailmap can't be read.
    pub(crate) fn new(repo: &Repository, judge: &Judge) -> Result<Actors, Failure> {
        Ok(Actors { mailmap: history::mailmap(repo)?, people: judge.policy().people.clone() })
    }

    /// By the policy in force alone.
    pub(crate) fn without_mailmap(judge: &Judge) -> Actors {
        Actors { people: judge.policy().people.clone(), ..Actors::default() }
    }

    /// The ids of the policy's persons of whom a name or an address contains `text`, in lower case, or whose id
    /// it is.
    pub(crate) fn called(&self, text: &str) -> BTreeSet<String> {
        let is_called = |person: &&Person| {
            let mut names = person.emails.iter().chain([&person.name]);
            person.id.to_lowercase() == text || names.any(|name| name.to_lowercase().contains(text))
        };
        self.people.persons().iter().filter(is_called).map(|person| person.id.clone()).collect()
    }

    /// Who somebody is whom an event names: by the mailmap and the policy; where neither knows the address and
    /// the signature is theirs to make, by the key.
    pub(crate) fn known(&self, event: &Event, role: &Role<'_>) -> Known {
        let mapped = self.identity(role.who);
        let mut somebody = self.people.of(&mapped, role.login);
        if role.signs
            && somebody.id().is_none()
            && event.proof.grade == Grade::Signed
            && let Some(signer) =
                event.proof.signature.as_ref().and_then(|verdict| self.people.signer(verdict))
            && !self.people.is_program(&signer)
            && !self.people.may_act_for_others(&signer)
            && signer.id().is_some()
        {
            somebody = signer;
        }
        let person = somebody.id().and_then(|id| self.people.get(id));
        let person = person.map(|person| PolicyPerson {
            id: person.id.clone(),
            name: person.name.clone(),
            email: person.emails.first().cloned(),
            program: Some(person.kind)
                .filter(|kind| *kind != PersonKind::Human)
                .map(PersonKind::name),
        });
        Known { mapped, person }
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

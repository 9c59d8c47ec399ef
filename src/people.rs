//! Who acts here: persons with their addresses, keys, and what they did.
//!
//! Events are added with the identities as they stand in the objects; the mailmap and the policy decide which of
//! them are one person. Nothing else is merged: two people who share a name stay two, and a name that one
//! address carries twice stays one person.

mod programs;

pub use programs::Program;

use crate::event::{Event, Grade, Identity, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// One human, bot or agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// What the person is known by, in lower case: the first address in the policy or the id there; for
    /// whom the policy doesn't know, the address after mailmap, or the name where there is no address.
    pub id: String,
    /// The id in the policy.
    pub person: Option<String>,
    /// The name after mailmap that was used last.
    pub name: String,
    /// Every name that the person used.
    pub names: BTreeSet<String>,
    /// Every address that the person used, as written.
    pub addresses: BTreeSet<String>,
    /// Set where this is no human.
    pub program: Option<Program>,
    /// Keys whose valid signatures stand on what the person committed, tagged or recorded.
    pub keys: BTreeSet<String>,
    /// When the person was first and last seen, in seconds since 1970 UTC: claimed dates.
    pub seen: Option<(i64, i64)>,
    /// How often the person acted, by part.
    pub parts: Parts,
    /// The proof of what the person authored, tagged or recorded, by grade.
    pub grades: BTreeMap<Grade, u64>,
}

/// How often a person took which part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// Commits and merges authored.
    pub authored: u64,
    /// Commits and merges committed.
    pub committed: u64,
    /// Commits co-authored, as trailers claim.
    pub co_authored: u64,
    /// Reviews, as trailers and notes claim.
    pub reviewed: u64,
    /// Tags made.
    pub tagged: u64,
    /// Records made.
    pub recorded: u64,
}

impl Person {
    /// Whether a piece of text, in lower case, names this person.
    pub fn is_called(&self, text: &str) -> bool {
        self.id.contains(text)
            || self.person.as_ref().is_some_and(|id| id.to_lowercase() == text)
            || self
                .names
                .iter()
                .chain(&self.addresses)
                .any(|name| name.to_lowercase().contains(text))
    }

    fn see(&mut self, raw: &Identity, known: &Known, when: Option<i64>) {
        let mapped = &known.mapped;
        for name in [&raw.name, &mapped.name] {
            if !name.is_empty() {
                self.names.insert(name.clone());
            }
        }
        for address in [&raw.email, &mapped.email] {
            if !address.is_empty() {
                self.addresses.insert(address.clone());
            }
        }
        if let Some(person) = &known.person {
            self.names.extend(Some(&person.name).filter(|name| !name.is_empty()).cloned());
            self.person = Some(person.id.clone());
            self.program = person.program.map(|kind| Program { kind, guessed: false });
            self.name.clone_from(&person.name);
            return self.date(when);
        }
        self.program = self.program.or_else(|| Program::guess(raw));
        if self.name.is_empty() {
            self.name.clone_from(&mapped.name);
        }
        if when >= self.seen.map(|(_, last)| last) && when.is_some() && !mapped.name.is_empty() {
            self.name.clone_from(&mapped.name);
        }
        self.date(when);
    }

    fn date(&mut self, when: Option<i64>) {
        if let Some(when) = when {
            let (first, last) = self.seen.unwrap_or((when, when));
            self.seen = Some((first.min(when), last.max(when)));
        }
    }
}

/// What the person with an identity is known by, after the mailmap.
pub fn id_of(mapped: &Identity) -> String {
    let id = if mapped.email.is_empty() { &mapped.name } else { &mapped.email };
    id.to_lowercase()
}

/// What somebody did in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Wrote a commit.
    Authored,
    /// Committed it.
    Committed,
    /// Wrote it with others, as a trailer claims.
    CoAuthored,
    /// Reviewed it, as a trailer or note claims.
    Reviewed,
    /// Made a tag.
    Tagged,
    /// Made a record.
    Recorded,
}

/// One of those whom an event names.
#[derive(Debug, Clone, Copy)]
pub struct Role<'e> {
    /// As the event names them.
    pub who: &'e Identity,
    /// The login, where the event has one.
    pub login: Option<&'e str>,
    /// What they did.
    pub part: Part,
    /// Whether the event's signature is theirs to make: the committer signs a commit; a tagger or an actor
    /// signs for themselves.
    pub signs: bool,
}

/// Those whom an event names.
pub fn roles(event: &Event) -> impl Iterator<Item = Role<'_>> {
    let part = match event.kind {
        Kind::Commit | Kind::Merge => Part::Authored,
        Kind::Tag => Part::Tagged,
        _ => Part::Recorded,
    };
    let who = &event.who;
    let alone = who.committer.is_none();
    let plain = |part| move |who| Role { who, login: None, part, signs: false };
    let first = who.identity.iter().map(move |identity| Role {
        signs: alone || Some(identity) == who.committer.as_ref(),
        login: who.login.as_deref(),
        ..plain(part)(identity)
    });
    let committer = who.committer.iter().map(plain(Part::Committed));
    let reviews = event.reviews().iter().map(move |review| Role {
        // A bare name may be a login.
        login: Some(review.by.name.as_str()).filter(|_| review.by.email.is_empty()),
        ..plain(Part::Reviewed)(&review.by)
    });
    first
        .chain(committer.map(|role| Role { signs: true, ..role }))
        .chain(who.co_authors.iter().map(plain(Part::CoAuthored)))
        .chain(reviews)
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// After the mailmap.
    pub mapped: Identity,
    /// The person of the policy, if it is one.
    pub person: Option<PolicyPerson>,
}

/// A person of the policy, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPerson {
    /// The id in the policy.
    pub id: String,
    /// What they are called there.
    pub name: String,
    /// Their first address there.
    pub email: Option<String>,
    /// What they are.
    pub program: Option<&'static str>,
}

impl Known {
    /// What the person is known by: see [`Person::id`].
    pub fn id(&self) -> String {
        match &self.person {
            Some(person) => person.email.as_ref().unwrap_or(&person.id).to_lowercase(),
            None => id_of(&self.mapped),
        }
    }
}

impl From<Identity> for Known {
    fn from(mapped: Identity) -> Known {
        Known { mapped, person: None }
    }
}

/// All persons of a stretch of history.
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: BTreeMap<String, Person>,
}

impl People {
    /// Adds what an event says about people. `whose` tells who somebody is: by the mailmap, and by the policy.
    pub fn add(&mut self, event: &Event, whose: impl Fn(&Event, &Role<'_>) -> Known) {
        let when = event.when.map(|when| when.seconds);
        let key = event
            .proof
            .signature
            .as_ref()
            .filter(|_| event.proof.grade == Grade::Signed)
            .and_then(|verdict| verdict.key.as_ref());
        for role in roles(event) {
            let known = whose(event, &role);
            let id = known.id();
            let person = self
                .persons
                .entry(id.clone())
                .or_insert_with(|| Person { id, ..Person::default() });
            person.see(role.who, &known, when);
            let parts = &mut person.parts;
            *match role.part {
                Part::Authored => &mut parts.authored,
                Part::Committed => &mut parts.committed,
                Part::CoAuthored => &mut parts.co_authored,
                Part::Reviewed => &mut parts.reviewed,
                Part::Tagged => &mut parts.tagged,
                Part::Recorded => &mut parts.recorded,
            } += 1;
            if matches!(role.part, Part::Authored | Part::Tagged | Part::Recorded) {
                *person.grades.entry(event.proof.grade).or_default() += 1;
            }
            let own = role.part == Part::Committed || event.who.committer.is_none();
            person.keys.extend(key.filter(|_| own && role.signs).cloned());
        }
    }

    /// All persons, those who authored most first.
    pub fn sorted(self) -> Vec<Person> {
        let mut persons: Vec<Person> = self.persons.into_values().collect();
        let weight = |parts: Parts| {
            (
                parts.authored + parts.tagged + parts.recorded,
                parts.committed,
                parts.reviewed + parts.co_authored,
            )
        };
        persons.sort_by(|a, b| weight(b.parts).cmp(&weight(a.parts)).then_with(|| a.id.cmp(&b.id)));
        persons
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::{Proof, What, When, Who, Why};

    fn identity(name: &str, email: &str) -> Identity {
        Identity { name: name.to_owned(), email: email.to_owned() }
    }

    fn commit(author: Identity, committer: Identity, seconds: i64) -> Event {
        Event {
            kind: Kind::Commit,
            id: "1".repeat(40),
            when: Some(When::utc(seconds)),
            who: Who { identity: Some(author), committer: Some(committer), ..Who::default() },
            what: What::Commit(Box::default()),
            place: None,
            why: Why::default(),
            proof: Proof {
                grade: Grade::Claimed,
                signature: None,
                notes: Vec::new(),
                vouched: None,
            },
        }
    }

    #[test]
    fn the_mailmap_alone_merges() {
        let map = |_: &Event, role: &Role<'_>| {
            Known::from(if role.who.email == "ana@old.example" {
                identity("Ana Silva", "Ana@example.com")
            } else {
                role.who.clone()
            })
        };
        let mut people = People::default();
        people.add(
            &commit(identity("ana", "ana@old.example"), identity("Bo", "bo@example.com"), 10),
            map,
        );
        people.add(
            &commit(identity("Ana Silva", "ana@example.com"), identity("Bo", "bo@example.com"), 5),
            map,
        );
        people.add(&commit(identity("Ana Silva", "other@example.com"), identity("", ""), 7), map);
        let persons = people.sorted();
        assert_eq!(persons.len(), 4);
        let ana = &persons[0];
        assert_eq!(
            (ana.id.as_str(), ana.parts.authored, ana.seen),
            ("ana@example.com", 2, Some((5, 10)))
        );
        assert_eq!(ana.addresses.len(), 3);
        assert!(ana.is_called("silva") && ana.is_called("ana@old"));
        assert!(
            persons
                .iter()
                .any(|person| person.parts.committed == 2 && person.id == "bo@example.com")
        );
    }
}

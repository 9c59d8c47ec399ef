//! Who acts here: persons with their addresses, keys, and what they did.
//!
//! Events are added with the identities as they stand in the objects; the mailmap decides which of them
//! are one person, the mapped address being what a person is known by. Nothing else is merged: two
//! people who share a name stay two, and a name that one address carries twice stays one person.

use crate::event::{Event, Grade, Identity, Kind, What};
use std::collections::{BTreeMap, BTreeSet};

/// One human, bot or agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// What the person is known by: the address after mailmap in lower case, or the name where there
    /// is no address.
    pub id: String,
    /// The name after mailmap that was used last.
    pub name: String,
    /// Every name that the person used.
    pub names: BTreeSet<String>,
    /// Every address that the person used, as written.
    pub addresses: BTreeSet<String>,
    /// Whether the names or addresses say that this is a program (`dependabot[bot]`). A claim.
    pub bot: bool,
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
            || self
                .names
                .iter()
                .chain(&self.addresses)
                .any(|name| name.to_lowercase().contains(text))
    }

    fn see(&mut self, raw: &Identity, mapped: &Identity, when: Option<i64>) {
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
        self.bot |= raw.name.ends_with("[bot]") || raw.email.contains("[bot]@");
        if self.name.is_empty() {
            self.name.clone_from(&mapped.name);
        }
        if let Some(when) = when {
            let (first, last) = self.seen.unwrap_or((when, when));
            if when >= last && !mapped.name.is_empty() {
                self.name.clone_from(&mapped.name);
            }
            self.seen = Some((first.min(when), last.max(when)));
        }
    }
}

/// What the person with an identity is known by, after the mailmap.
pub fn id_of(mapped: &Identity) -> String {
    let id = if mapped.email.is_empty() { &mapped.name } else { &mapped.email };
    id.to_lowercase()
}

/// All persons of a stretch of history.
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: BTreeMap<String, Person>,
}

impl People {
    /// Adds what an event says about people. `map` is the mailmap.
    pub fn add(&mut self, event: &Event, map: impl Fn(&Identity) -> Identity) {
        let when = event.when.map(|when| when.seconds);
        let key = event
            .proof
            .signature
            .as_ref()
            .filter(|_| event.proof.grade == Grade::Signed)
            .and_then(|verdict| verdict.key.clone());
        if let Some(who) = &event.who.identity {
            let person = self.person(who, &map, when);
            match event.kind {
                Kind::Commit | Kind::Merge => person.parts.authored += 1,
                Kind::Tag => person.parts.tagged += 1,
                _ => person.parts.recorded += 1,
            }
            *person.grades.entry(event.proof.grade).or_default() += 1;
            // The committer signs a commit; a tagger or an actor signs for themselves.
            if event.who.committer.is_none() {
                person.keys.extend(key.clone());
            }
        }
        if let Some(who) = &event.who.committer {
            let person = self.person(who, &map, when);
            person.parts.committed += 1;
            person.keys.extend(key);
        }
        for who in &event.who.co_authors {
            self.person(who, &map, when).parts.co_authored += 1;
        }
        if let What::Commit(facts) = &event.what {
            for review in &facts.reviews {
                self.person(&review.by, &map, when).parts.reviewed += 1;
            }
        }
    }

    fn person(
        &mut self,
        who: &Identity,
        map: impl Fn(&Identity) -> Identity,
        when: Option<i64>,
    ) -> &mut Person {
        let mapped = map(who);
        let id = id_of(&mapped);
        let person =
            self.persons.entry(id.clone()).or_insert_with(|| Person { id, ..Person::default() });
        person.see(who, &mapped, when);
        person
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
    use crate::event::{Proof, When, Who, Why};

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
            proof: Proof { grade: Grade::Claimed, signature: None, notes: Vec::new() },
        }
    }

    #[test]
    fn the_mailmap_alone_merges() {
        let map = |who: &Identity| {
            if who.email == "ana@old.example" {
                identity("Ana Silva", "Ana@example.com")
            } else {
                who.clone()
            }
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

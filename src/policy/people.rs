//! Persons as the policy names them: whose an address, a login or a key is.
//!
//! ```text
//! [people.ana]
//! name = "Ana Silva"
//! emails = ["ana@example.com", "ana@old.example"]
//! logins = ["ana-silva"]
//! keys = ["SHA256:6W4PE6hk…"]
//! kind = "human"
//! ```
//!
//! Rules compare persons, never addresses: the same human under a second address is the same
//! [`Somebody`]. Whoever the policy doesn't name is known by their address (after mailmap), or by their
//! name where they have none.

use crate::event::{Event, Grade, Identity, Status, Verdict};
use crate::ledger::kinds::UNKNOWN;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// What a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PersonKind {
    /// A human.
    #[default]
    Human,
    /// A program that does what it was told: CI, a forge, a dependency updater.
    Bot,
    /// A program that decides by itself.
    Agent,
}

impl PersonKind {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        match self {
            PersonKind::Human => "human",
            PersonKind::Bot => "bot",
            PersonKind::Agent => "agent",
        }
    }
}

/// One person of the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The id: the key in the policy.
    pub id: String,
    /// The name.
    pub name: String,
    /// Addresses.
    pub emails: Vec<String>,
    /// Logins at forges.
    pub logins: Vec<String>,
    /// Fingerprints of keys: `SHA256:…` for SSH, hex for OpenPGP.
    pub keys: Vec<String>,
    /// Principals of `allowed_signers` that are not addresses of theirs.
    pub principals: Vec<String>,
    /// What they are.
    pub kind: PersonKind,
    /// Whether they may sign what others did: a CI system that records deploys for people.
    pub acts_for_others: bool,
}

/// A person, known to the policy or not. Two of them are equal when they are one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Somebody {
    /// The id of a person in the policy.
    Known(String),
    /// An address (or, without one, a name) in lower case that the policy doesn't know.
    Stranger(String),
}

impl Somebody {
    /// The id, if the policy knows the person.
    pub fn id(&self) -> Option<&str> {
        match self {
            Somebody::Known(id) => Some(id),
            Somebody::Stranger(_) => None,
        }
    }
}

impl fmt::Display for Somebody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Somebody::Known(text) | Somebody::Stranger(text) => f.write_str(text),
        }
    }
}

/// Who acted, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// By a valid signature of their own, of a program that may act for them, or by a forge's data.
    Proven(Somebody),
    /// By text that anyone could have typed.
    Claimed(Somebody),
}

impl Actor {
    /// Whoever it is.
    pub fn somebody(&self) -> &Somebody {
        match self {
            Actor::Proven(who) | Actor::Claimed(who) => who,
        }
    }
}

/// All persons and roles of a policy.
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: Vec<Person>,
    roles: BTreeMap<String, BTreeSet<String>>,
    by_id: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
    by_login: HashMap<String, usize>,
    by_key: HashMap<String, usize>,
    by_principal: HashMap<String, usize>,
}

impl People {
    /// Adds a person. Returns what another person has already: an address, a login, a key.
    pub(super) fn add(&mut self, person: Person) -> Vec<(String, String)> {
        let number = self.persons.len();
        let mut taken = Vec::new();
        let mut index = |map: &mut HashMap<String, usize>, key: String, text: &str| {
            let owner = *map.entry(key).or_insert(number);
            if owner != number {
                taken.push((text.to_owned(), self.persons[owner].id.clone()));
            }
        };
        for email in &person.emails {
            index(&mut self.by_email, email.to_lowercase(), email);
        }
        for login in &person.logins {
            index(&mut self.by_login, login.to_lowercase(), login);
        }
        for key in &person.keys {
            index(&mut self.by_key, fingerprint(key), key);
        }
        for principal in &person.principals {
            index(&mut self.by_principal, principal.to_lowercase(), principal);
        }
        self.by_id.entry(person.id.clone()).or_insert(number);
        self.persons.push(person);
        taken
    }

    pub(super) fn add_role(&mut self, role: String, members: BTreeSet<String>) {
        self.roles.insert(role, members);
    }

    /// All persons, in the order of their ids.
    pub fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// All roles and the ids of their members.
    pub fn roles(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.roles
    }

    /// The person with an id.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.by_id.get(id).and_then(|number| self.persons.get(*number))
    }

    /// Adds the addresses that a mailmap makes of the policy's own, so that it doesn't matter which of
    /// a person's addresses each of the two names.
    pub fn map(&mut self, map: impl Fn(&Identity) -> Identity) {
        for (number, person) in self.persons.iter().enumerate() {
            for email in &person.emails {
                let mapped = map(&Identity { name: person.name.clone(), email: email.clone() });
                self.by_email.entry(mapped.email.to_lowercase()).or_insert(number);
            }
        }
    }

    fn known(&self, number: usize) -> Somebody {
        Somebody::Known(self.persons[number].id.clone())
    }

    /// Whose an identity is: by its address, then by the login.
    pub fn of(&self, identity: &Identity, login: Option<&str>) -> Somebody {
        let email = identity.email.to_lowercase();
        let found = self
            .by_email
            .get(&email)
            .or_else(|| self.by_login.get(&login?.to_lowercase()))
            .or_else(|| self.by_login.get(&noreply_login(&email)?));
        match found {
            Some(&number) => self.known(number),
            None if email.is_empty() => Somebody::Stranger(identity.name.to_lowercase()),
            None => Somebody::Stranger(email),
        }
    }

    /// Who made a signature that counts: by the key, then by the principal or user id that the trust
    /// names. `None` when the signature is not good.
    pub fn signer(&self, verdict: &Verdict) -> Option<Somebody> {
        if verdict.status != Status::Good {
            return None;
        }
        if let Some(&number) =
            verdict.key.as_ref().and_then(|key| self.by_key.get(&fingerprint(key)))
        {
            return Some(self.known(number));
        }
        let signer = verdict.signer.as_deref()?;
        if let Some(&number) = self.by_principal.get(&signer.to_lowercase()) {
            return Some(self.known(number));
        }
        let email = match signer.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')) {
            Some((email, _)) => email,
            None => signer,
        };
        Some(self.of(&Identity { name: String::new(), email: email.to_owned() }, None))
    }

    /// The person that an event names as its author or actor.
    pub fn actor(&self, event: &Event) -> Option<Somebody> {
        // Nobody is known: no two of them are one person, and none counts.
        if event.who.actor_type.as_deref() == Some(UNKNOWN) {
            return None;
        }
        let identity = event.who.identity.as_ref()?;
        Some(self.of(identity, event.who.login.as_deref()))
    }

    /// Who is behind a record. A valid signature counts before what the record says; a program that may
    /// act for others stands back for the person that it names.
    pub fn behind(&self, record: &Event) -> Option<Actor> {
        let claimed = self.actor(record);
        let signer = record.proof.signature.as_ref().and_then(|verdict| self.signer(verdict));
        match (signer, claimed) {
            (Some(signer), Some(claimed)) if self.may_act_for_others(&signer) => {
                Some(Actor::Proven(claimed))
            }
            (Some(signer), _) => Some(Actor::Proven(signer)),
            (None, Some(claimed)) if record.proof.grade == Grade::Imported => {
                Some(Actor::Proven(claimed))
            }
            (None, Some(claimed)) => Some(Actor::Claimed(claimed)),
            (None, None) => None,
        }
    }

    /// Whether a signer may sign what others did.
    pub fn may_act_for_others(&self, who: &Somebody) -> bool {
        who.id().and_then(|id| self.get(id)).is_some_and(|person| person.acts_for_others)
    }

    /// Everybody who wrote a commit: its author, its co-authors, and whoever signed it (who had it in
    /// their hands, whatever name stands in it).
    pub fn writers(&self, commit: &Event) -> BTreeSet<Somebody> {
        let signer = commit.proof.signature.as_ref().and_then(|verdict| self.signer(verdict));
        let programs = |who: &Somebody| !self.is_program(who);
        commit
            .who
            .identity
            .iter()
            .chain(&commit.who.co_authors)
            .map(|identity| self.of(identity, None))
            .chain(signer.into_iter().filter(programs))
            .collect()
    }

    /// Whether the record itself, or the system that it was taken over from, says that a program acted.
    pub fn names_program(record: &Event) -> bool {
        matches!(record.who.actor_type.as_deref(), Some("bot" | "agent" | "service"))
    }

    /// Whether the policy says that somebody is a bot or an agent.
    pub fn is_program(&self, who: &Somebody) -> bool {
        let person = who.id().and_then(|id| self.get(id));
        person.is_some_and(|person| person.kind != PersonKind::Human)
    }
}

/// One spelling of a fingerprint: OpenPGP's in upper case without blanks.
fn fingerprint(key: &str) -> String {
    match key.split_once(':') {
        Some(_) => key.to_owned(),
        None => key.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase(),
    }
}

/// The login in the address that GitHub and GitLab make for who hides theirs:
/// `1234+ana-silva@users.noreply.github.com`, `24-lena@users.noreply.gitlab.com`.
pub(super) fn noreply_login(email: &str) -> Option<String> {
    let (local, host) = email.split_once('@')?;
    if !host.starts_with("users.noreply.") {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let login = match (local.split_once('+'), local.split_once('-')) {
        (Some((_, login)), _) => login,
        // A login of GitHub may itself begin with digits.
        (None, Some((number, login))) if digits(number) && host != "users.noreply.github.com" => {
            login
        }
        _ => local,
    };
    Some(login.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Format;

    pub(in crate::policy) fn person(id: &str) -> Person {
        Person {
            id: id.to_owned(),
            name: id.to_owned(),
            emails: vec![format!("{id}@example.com")],
            logins: vec![format!("{id}-login")],
            keys: vec![format!("SHA256:{id}")],
            ..Person::default()
        }
    }

    pub(in crate::policy) fn good(key: &str, signer: &str) -> Verdict {
        Verdict {
            status: Status::Good,
            format: Format::Ssh,
            key: Some(key.to_owned()),
            signer: Some(signer.to_owned()),
            made: None,
            reason: None,
            marks: Vec::new(),
        }
    }

    fn identity(email: &str) -> Identity {
        Identity { name: "Somebody Else".into(), email: email.into() }
    }

    fn people() -> People {
        let mut people = People::default();
        let mut ana = person("ana");
        ana.emails.push("Ana@Old.example".into());
        ana.principals.push("laptop-7".into());
        assert!(people.add(ana).is_empty());
        assert!(people.add(person("bruno")).is_empty());
        people
    }

    #[test]
    fn every_address_login_and_key_leads_to_the_person() {
        let people = people();
        let ana = Somebody::Known("ana".into());
        assert_eq!(people.of(&identity("ANA@old.example"), None), ana);
        assert_eq!(people.of(&identity("x@y"), Some("Ana-Login")), ana);
        assert_eq!(people.of(&identity("77+ana-login@users.noreply.github.com"), None), ana);
        assert_eq!(people.of(&identity("77-ana-login@users.noreply.gitlab.com"), None), ana);
        assert_ne!(people.of(&identity("77-ana-login@users.noreply.github.com"), None), ana);
        assert_eq!(people.signer(&good("SHA256:ana", "whoever")).unwrap(), ana);
        assert_eq!(people.signer(&good("SHA256:zz", "Laptop-7")).unwrap(), ana);
        assert_eq!(people.signer(&good("SHA256:zz", "A <ana@example.com>")).unwrap(), ana);
        assert_eq!(people.of(&identity("x@y"), None), Somebody::Stranger("x@y".into()));
    }

    #[test]
    fn a_fingerprint_of_openpgp_is_found_in_any_spelling_and_one_of_ssh_only_in_its_own() {
        let mut people = People::default();
        let keys = vec!["89ab CDEF 0123".into(), "SHA256:aBc".into()];
        assert!(people.add(Person { keys, ..person("ana") }).is_empty());
        let signer = |key| people.signer(&good(key, "x")).unwrap();
        for key in ["89ABCDEF0123", "89abcdef0123", "89AB CDEF 0123", "SHA256:aBc"] {
            assert_eq!(signer(key), Somebody::Known("ana".into()), "{key}");
        }
        for key in ["SHA256:abc", "SHA256:ABC", "89ABCDEF"] {
            assert_ne!(signer(key), Somebody::Known("ana".into()), "{key}");
        }
    }

    /// An import is as good as its source; what anybody could have typed names somebody only.
    #[test]
    fn who_is_behind_a_record_is_proven_by_a_signature_or_an_import() {
        use crate::policy::rules::testing::{NOON, policy, record, signed_by};
        let policy = policy("");
        let behind = |signer, grade, email| {
            let what = serde_json::json!({});
            let mut record = record(crate::event::Kind::Approval, email, signer, NOON, what);
            record.proof.grade = grade;
            match policy.people.behind(&record) {
                Some(Actor::Proven(who)) => format!("proven {who}"),
                Some(Actor::Claimed(who)) => format!("claimed {who}"),
                None => "nobody".to_owned(),
            }
        };
        let (ana, bruno) = ("ana@example.com", "bruno@example.com");
        assert_eq!(behind(None, Grade::Claimed, ana), "claimed ana");
        assert_eq!(behind(None, Grade::Imported, ana), "proven ana");
        assert_eq!(behind(Some("ana"), Grade::Signed, bruno), "proven ana");
        assert_eq!(behind(Some("ana"), Grade::Imported, bruno), "proven ana");
        assert_eq!(behind(Some("ci"), Grade::Signed, bruno), "proven bruno");
        assert_eq!(policy.people.signer(&signed_by("ana")), Some(Somebody::Known("ana".into())));
    }

    #[test]
    fn a_name_alone_makes_nobody_a_person_of_the_policy() {
        let people = people();
        let who = Identity { name: "ana".into(), email: String::new() };
        assert_eq!(people.of(&who, None), Somebody::Stranger("ana".into()));
        let mut bad = good("SHA256:ana", "ana@example.com");
        bad.status = Status::Bad;
        assert_eq!(people.signer(&bad), None);
    }

    #[test]
    fn an_address_belongs_to_one_person() {
        let mut people = people();
        let mut eve = person("eve");
        eve.emails.push("ana@EXAMPLE.com".into());
        assert_eq!(people.add(eve), [("ana@EXAMPLE.com".to_owned(), "ana".to_owned())]);
    }

    #[test]
    fn the_mailmap_may_name_another_address_than_the_policy() {
        let mut people = people();
        people.map(|who| match who.email.as_str() {
            "ana@example.com" => identity("ana@new.example"),
            _ => who.clone(),
        });
        assert_eq!(people.of(&identity("ana@new.example"), None), Somebody::Known("ana".into()));
    }
}

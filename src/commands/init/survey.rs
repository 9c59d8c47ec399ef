//! What history shows: who was active, which keys signed, which messages name tickets.
//!
//! One walk from HEAD over everything. Names and addresses are taken from all commits, so that a person's
//! older addresses are found too; signatures are judged only where somebody may still be active, by what git
//! itself trusts here.

use crate::commands::Context;
use crate::event::{Event, Format, Grade, Identity, Status, Verdict};
use crate::evidence::history;
use crate::evidence::judge::Judge;
use crate::git::commits::CommitReader;
use crate::git::graph::Commits;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::people::{Known, People, Person, Role};
use crate::pipeline;
use crate::signature::ssh;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

/// How long before HEAD somebody counts as active, in seconds: a year.
const ACTIVE: i64 = 365 * 86_400;

/// How many persons are named at most.
const MOST: usize = 30;

/// How many commits make somebody worth naming where many were active.
const REGULAR: u64 = 3;

/// A key that made valid signatures, or might have, and that nobody vouches for.
#[derive(Debug, Clone)]
pub(super) struct Stranger {
    /// The fingerprint, or what the signature names.
    pub(super) key: String,
    pub(super) format: Format,
    pub(super) status: Status,
    /// How many commits it signed.
    pub(super) commits: u64,
    /// The committers of these, with how many each.
    pub(super) committers: BTreeMap<String, u64>,
    /// The key itself, where the signature carries it.
    pub(super) line: Option<String>,
    pub(super) reason: Option<String>,
}

/// What a walk gave.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Who is to be named, those who did most first.
    pub(super) persons: Vec<Person>,
    /// How many others were active.
    pub(super) others: usize,
    /// Keys whose signatures are good by what git trusts.
    pub(super) trusted: BTreeSet<String>,
    /// Those of them that are OpenPGP keys.
    pub(super) openpgp: BTreeSet<String>,
    /// Every address of somebody active.
    pub(super) addresses: BTreeSet<String>,
    pub(super) strangers: Vec<Stranger>,
    /// Of how many of the newest messages how many name a ticket.
    pub(super) tickets: (u64, u64),
    /// Signatures that do not hold.
    pub(super) broken: u64,
}

/// Walks the history of `head`; signatures are judged from `since` on, or from a year before HEAD.
pub(super) fn survey(
    context: &Context,
    repo: &Repository,
    head: Oid,
    since: Option<i64>,
    me: Option<&Identity>,
) -> anyhow::Result<Survey> {
    let mailmap = history::mailmap(repo)?;
    let map = |who: &Identity| -> Identity {
        let (name, email) = mailmap.map(who.name.as_bytes(), who.email.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Identity { name: text(name), email: text(email) }
    };
    let trust =
        crate::evidence::root::TrustRoot::of_git().trust(repo, context.now)?.with_nobody_else()?;
    let judge = Judge::of(trust, crate::policy::Policy::default());
    let reader = CommitReader::default();
    let last = i64::try_from(Commits::new(repo).load(head)?.links.date).unwrap_or(i64::MAX);
    let begin = since.unwrap_or(last).min(last.saturating_sub(ACTIVE));
    let plan = Plan { tips: vec![Tip { oid: head, exclude: false }], ..Plan::default() };
    let walk = Walk::new(Commits::new(repo), plan)?;
    let progress = context.ui.progress("commits");
    let work = |walked: Result<Walked, Failure>| -> Result<(Event, Option<String>), Failure> {
        let unjudged = reader.event(repo, &walked?)?;
        let recent = unjudged.event.when.is_some_and(|when| when.seconds >= begin);
        if !recent {
            return Ok((unjudged.event, None));
        }
        let line = unjudged.signed.as_ref().and_then(|signed| ssh::key_in(&signed.signature));
        Ok((judge.event(unjudged), line))
    };
    let (mut all, mut active, mut found) = (People::default(), People::default(), Found::default());
    let failed = pipeline::ordered(walk, work, |item| match item {
        Ok((event, line)) => {
            progress.add(1);
            let known = |_: &Event, role: &Role<'_>| Known::from(map(role.who));
            all.add(&event, known);
            if event.when.is_some_and(|when| when.seconds >= begin) {
                active.add(&event, known);
                found.add(&event, line);
            }
            ControlFlow::Continue(())
        }
        Err(failure) => ControlFlow::Break(failure),
    });
    if let Some(failure) = failed {
        return Err(failure.into());
    }
    Ok(found.survey(all.sorted(), active.sorted(), me.map(map)))
}

#[derive(Default)]
struct Found {
    survey: Survey,
    strangers: HashMap<String, Stranger>,
}

impl Found {
    fn add(&mut self, event: &Event, line: Option<String>) {
        if self.survey.tickets.1 < 100 {
            self.survey.tickets.1 += 1;
            self.survey.tickets.0 += u64::from(!event.why.tickets.is_empty());
        }
        self.survey.broken += u64::from(event.proof.grade == Grade::Broken);
        let Some(verdict) = event.proof.signature.as_deref() else { return };
        let Some(key) = &verdict.key else { return };
        match verdict.status {
            Status::Good => {
                self.survey.trusted.insert(key.clone());
                if verdict.format == Format::OpenPgp {
                    self.survey.openpgp.insert(key.clone());
                }
            }
            Status::Bad | Status::None => {}
            _ => self.stranger(event, verdict, key, line),
        }
    }

    fn stranger(&mut self, event: &Event, verdict: &Verdict, key: &str, line: Option<String>) {
        let stranger = self.strangers.entry(key.to_owned()).or_insert_with(|| Stranger {
            key: key.to_owned(),
            format: verdict.format,
            status: verdict.status,
            commits: 0,
            committers: BTreeMap::new(),
            // Only a signature that was verified shows that its key made it.
            line: line.filter(|_| verdict.status == Status::Untrusted),
            reason: verdict.reason.clone(),
        });
        stranger.commits += 1;
        if let Some(committer) = &event.who.committer {
            *stranger.committers.entry(committer.email.to_lowercase()).or_default() += 1;
        }
    }

    /// Chooses who is named: whoever runs this, who signed, and who comes back.
    fn survey(self, all: Vec<Person>, active: Vec<Person>, me: Option<Identity>) -> Survey {
        let mut survey = self.survey;
        survey.strangers = self.strangers.into_values().collect();
        survey.strangers.sort_by(|a, b| b.commits.cmp(&a.commits).then(a.key.cmp(&b.key)));
        let mut acted: Vec<Person> = active
            .into_iter()
            .filter(|person| person.parts.authored + person.parts.committed > 0)
            .collect();
        let weight = |person: &Person| person.parts.authored + person.parts.committed;
        acted.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.id.cmp(&b.id)));
        for person in &acted {
            survey.addresses.extend(person.addresses.iter().map(|one| one.to_lowercase()));
        }
        let me = me.map(|me| (me.email.to_lowercase(), me));
        survey.addresses.extend(me.iter().map(|(id, _)| id.clone()));
        let few = acted.len() <= MOST / 2;
        let mut named: Vec<String> = me.iter().map(|(id, _)| id.clone()).collect();
        let regulars = acted
            .iter()
            .filter(|person| few || !person.keys.is_empty() || weight(person) >= REGULAR);
        for person in regulars {
            if named.len() < MOST && !named.contains(&person.id) {
                named.push(person.id.clone());
            }
        }
        survey.others = acted.iter().filter(|person| !named.contains(&person.id)).count();
        let mut known: HashMap<String, Person> =
            all.into_iter().map(|person| (person.id.clone(), person)).collect();
        for id in named {
            let fresh = me.as_ref().filter(|(mine, _)| *mine == id).map(|(_, me)| Person {
                id: id.clone(),
                name: me.name.clone(),
                addresses: BTreeSet::from([me.email.clone()]),
                ..Person::default()
            });
            survey.persons.extend(known.remove(&id).or(fresh));
        }
        survey
    }
}

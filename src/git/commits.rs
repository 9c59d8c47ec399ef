//! From a commit's bytes to an event.
//!
//! [`CommitReader`] holds what is the same for all commits of a run: the mailmap, the references that
//! point at commits, notes, replacements, what counts as configuration. It is shared by several threads.

use super::encoding::{Decoder, Loss};
use super::graph::Commits;
use super::identity::{self, DateDoubt};
use super::lightweight_tags::LightweightTags;
use super::mailmap::Mailmap;
use super::message::Message;
use super::notes_tree::ReviewNotes;
use super::object::{self, Signed};
use super::paths::Pathspec;
use super::repository::ObjectKind;
use super::tickets::TicketFinder;
use super::trailers::trailers;
use super::walk::Walked;
use super::{Oid, Repository, change_requests, claims, phabricator};
use crate::event::{CommitFacts, Event, Grade, Identity, Kind, Proof, What, When, Who, Why};
use crate::outcome::Failure;
use std::collections::{HashMap, HashSet};

/// The most paths that an event lists.
const MOST_PATHS: usize = 1000;

/// An event that has not been judged yet, with the signature that judging needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The event, graded as a claim.
    pub event: Event,
    /// The signature and what it covers; `None` when there is none.
    pub signed: Option<Signed>,
}

/// Which paths of commits to find out.
#[derive(Debug, Clone, Default)]
pub enum Paths {
    /// None: trees are not read.
    #[default]
    None,
    /// Those that match, into `what.config`.
    Config(Pathspec),
    /// All, into `what.paths`, and those that match into `what.config`.
    All(Pathspec),
}

/// Makes events of commits.
#[derive(Default)]
pub struct CommitReader {
    /// Names and addresses to replace; empty to leave them as they are.
    pub mailmap: Mailmap,
    /// Branches that point at a commit: `main`, `origin/main`.
    pub refs: HashMap<Oid, Vec<String>>,
    /// Lightweight tags that name a commit; `None` where nobody looks at them.
    pub tags: Option<LightweightTags>,
    /// Objects that `refs/replace/` replaces.
    pub replaced: HashSet<String>,
    /// Reviews in notes.
    pub notes: ReviewNotes,
    /// What tickets look like.
    pub tickets: TicketFinder,
    /// Which paths to find out.
    pub paths: Paths,
    /// Whether the message is kept whole, for `--grep`.
    pub keep_message: bool,
}

impl CommitReader {
    /// Makes the event of one commit.
    ///
    /// # Errors
    /// When the object is no commit that git would read, or its trees cannot be read where paths are
    /// asked for.
    pub fn event(&self, repo: &Repository, walked: &Walked) -> Result<Unjudged, Failure> {
        let Walked { oid, raw } = walked;
        repo.verify(*oid, ObjectKind::Commit, raw)?;
        let commit = object::commit(raw, repo.hash())
            .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
        let mut notes: Vec<String> =
            commit.oddities.iter().map(|oddity| oddity.name().to_owned()).collect();
        let decoder = Decoder::new(commit.encoding);
        let mut loss = Loss::default();
        let text = decoder.decode(commit.message, &mut loss);
        let message = Message::parse(&text);
        let trailers = trailers(&message);
        let author = self.person(commit.author, decoder, &mut loss, "author", &mut notes);
        let committer = self.person(commit.committer, decoder, &mut loss, "committer", &mut notes);
        if loss.lossy {
            notes.push("encoding-lossy".to_owned());
        }
        if decoder.is_unknown() {
            notes.push("encoding-unknown".to_owned());
        }
        let id = oid.to_string();
        if repo.shallow().contains(oid) {
            notes.push("shallow".to_owned());
        }
        if self.replaced.contains(&id) {
            notes.push("replaced".to_owned());
        }
        let change = change_requests::change_request(&message, &trailers, commit.parents.len());
        let mut reviews = claims::reviews(&message, &trailers);
        reviews.extend(self.notes.of(repo, *oid)?);
        let mut tickets = self.tickets.find(message.text(), change.as_ref());
        tickets.extend(phabricator::tasks(message.body()).map(str::to_owned));
        let (paths, config) = self.paths(repo, *oid, &commit.parents, commit.tree, &mut notes)?;
        let event = Event {
            kind: if commit.parents.len() > 1 { Kind::Merge } else { Kind::Commit },
            id,
            when: committer.when,
            who: Who {
                identity: author.identity,
                committer: committer.identity,
                co_authors: claims::co_authors(&trailers)
                    .into_iter()
                    .map(|who| self.map(who))
                    .collect(),
                ..Who::default()
            },
            why: Why {
                body: message.body().to_owned(),
                tickets,
                trailers: trailers
                    .iter()
                    .map(|t| (t.key.to_owned(), t.value.clone().into_owned()))
                    .collect(),
                reverts: claims::reverts(&message),
                links: Vec::new(),
            },
            what: What::Commit(Box::new(CommitFacts {
                summary: message.summary().into_owned(),
                message: if self.keep_message { message.text().to_owned() } else { String::new() },
                parents: commit.parents.iter().map(Oid::to_string).collect(),
                tree: commit.tree.to_string(),
                authored: author.when,
                refs: self.refs.get(oid).cloned().unwrap_or_default(),
                tags: match &self.tags {
                    Some(tags) => tags.of(repo, *oid)?,
                    None => Vec::new(),
                },
                change,
                paths,
                config,
                reviews,
                cherry_picked_from: claims::cherry_picks(&message),
            })),
            place: None,
            proof: Proof { grade: Grade::Claimed, signature: None, notes, vouched: None },
        };
        let signed =
            if commit.has_signature { object::signed_commit(raw, repo.hash()) } else { None };
        Ok(Unjudged { event, signed })
    }

    /// Splits an identity header, decodes and maps it.
    pub(super) fn person(
        &self,
        header: Option<&[u8]>,
        decoder: Decoder,
        loss: &mut Loss,
        role: &str,
        notes: &mut Vec<String>,
    ) -> Person {
        let Some(header) = header else { return Person::default() };
        let Some(ident) = identity::split(header) else {
            notes.push(format!("{role}-malformed"));
            return Person::default();
        };
        match ident.doubt {
            None => {}
            Some(DateDoubt::Absent) => notes.push(format!("{role}-date-absent")),
            Some(DateDoubt::Overflow) => notes.push(format!("{role}-date-overflow")),
            Some(DateDoubt::Zone) => notes.push(format!("{role}-zone-malformed")),
            Some(DateDoubt::Form) => notes.push(format!("{role}-date-form")),
        }
        let name = decoder.decode(ident.name, loss).into_owned();
        let email = decoder.decode(ident.email, loss).into_owned();
        Person { identity: Some(self.map(Identity { name, email })), when: ident.when }
    }

    fn map(&self, who: Identity) -> Identity {
        if self.mailmap.is_empty() {
            return who;
        }
        let (name, email) = self.mailmap.map(who.name.as_bytes(), who.email.as_bytes());
        if name == who.name.as_bytes() && email == who.email.as_bytes() {
            return who;
        }
        Identity {
            name: String::from_utf8_lossy(name).into_owned(),
            email: String::from_utf8_lossy(email).into_owned(),
        }
    }

    /// What a commit touches compared with its first parent. At the end of a shallow clone nothing can
    /// be compared.
    fn paths(
        &self,
        repo: &Repository,
        oid: Oid,
        parents: &[Oid],
        tree: Oid,
        notes: &mut Vec<String>,
    ) -> Result<TouchedPaths, Failure> {
        let (listed, config) = match &self.paths {
            Paths::None => return Ok((None, None)),
            _ if repo.shallow().contains(&oid) => return Ok((None, None)),
            Paths::Config(config) => {
                (config.changed(repo, self.first(repo, parents)?, Some(tree), MOST_PATHS)?, config)
            }
            Paths::All(config) => {
                let all = Pathspec::default();
                (all.changed(repo, self.first(repo, parents)?, Some(tree), MOST_PATHS)?, config)
            }
        };
        if listed.len() == MOST_PATHS {
            notes.push("paths-cut".to_owned());
        }
        let text = |path: &Vec<u8>| String::from_utf8_lossy(path).into_owned();
        let config = listed.iter().filter(|path| config.matches(path)).map(text).collect();
        let all = matches!(self.paths, Paths::All(_)).then(|| listed.iter().map(text).collect());
        Ok((all, Some(config)))
    }

    fn first(&self, repo: &Repository, parents: &[Oid]) -> Result<Option<Oid>, Failure> {
        match parents.first() {
            Some(&parent) => Ok(Some(Commits::without_graph(repo).load(parent)?.links.tree)),
            None => Ok(None),
        }
    }
}

type TouchedPaths = (Option<Vec<String>>, Option<Vec<String>>);

/// What an identity header says.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) identity: Option<Identity>,
    pub(super) when: Option<When>,
}

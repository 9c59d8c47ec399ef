//! What all parts of a verification share: the repository, the judge, and how an event is made.

use crate::event::Event;
use crate::evidence::judge::Judge;
use crate::git::commits::CommitReader;
use crate::git::repository::ObjectKind;
use crate::git::walk::Walked;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::facts::Terms;

/// What judging needs.
pub(super) struct Basis<'a> {
    pub(super) repo: &'a Repository,
    pub(super) judge: &'a Judge,
    pub(super) reader: &'a CommitReader,
    /// Whether the trust says all there is.
    pub(super) closed_trust: bool,
    pub(super) now: i64,
}

impl Basis<'_> {
    /// What every rule may ask.
    pub(super) fn terms(&self) -> Terms<'_> {
        Terms { policy: self.judge.policy(), closed_trust: self.closed_trust, now: self.now }
    }

    /// A commit, judged; `None` when it is not here.
    pub(super) fn commit(&self, oid: Oid) -> Result<Option<Event>, Failure> {
        match self.repo.read(oid)? {
            Some(object) if object.kind == ObjectKind::Commit => {
                let walked = Walked { oid, raw: object.data };
                Ok(Some(self.judge.event(self.reader.event(self.repo, &walked)?)))
            }
            _ => Ok(None),
        }
    }
}

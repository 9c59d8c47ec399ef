//! What relates to a commit or a record: parents, tags, the records that name it.

use super::Finder;
use crate::deployments::named_commits;
use crate::event::Event;
use crate::event::moment;
use crate::git::message::Message;
use crate::git::{Repository, object};
use crate::outcome::Failure;
use crate::report::card::Related;
use crate::report::{rows, text};

impl Finder<'_> {
    /// Records about a commit, oldest first.
    pub(super) fn about(&self, commit: &str) -> Result<Vec<Related>, Failure> {
        let records = self
            .evidence
            .records
            .iter()
            .filter(|event| named_commits(event).any(|named| named == commit));
        Ok(records.map(|event| Related { how: "record", what: described(event) }).collect())
    }

    /// What other records say of this one, and what it says of them.
    pub(super) fn linked(&self, event: &Event) -> Result<Vec<Related>, Failure> {
        let points = |from: &Event, to: &str| {
            from.why
                .links
                .iter()
                .find(|link| link.id.as_deref() == Some(to))
                .map(|link| link.rel.clone())
        };
        let back = self.evidence.records.iter().filter_map(|other| {
            let rel = points(other, &event.id)?;
            Some(Related { how: "named by", what: format!("{} ({rel} this)", described(other)) })
        });
        Ok(back.collect())
    }
}

/// A record in one line, with its id.
fn described(event: &Event) -> String {
    let when =
        event.when.map_or_else(String::new, |when| format!("{} ", moment::minute(when.seconds)));
    format!(
        "{} {when}{} {}, {}",
        text::short(&event.id),
        event.kind,
        rows::summary(event),
        rows::who(event)
    )
}

/// Parents with their summaries, and tags that name the commit.
pub(super) fn related(repo: &Repository, event: &Event) -> Result<Vec<Related>, Failure> {
    let Some(facts) = event.commit() else { return Ok(Vec::new()) };
    let mut related = Vec::new();
    for parent in &facts.parents {
        related.push(Related { how: "parent", what: parent_of(repo, event, parent)? });
    }
    let annotated = repo.annotated_tags(|reference, tag| {
        let name = reference.tag_name().filter(|_| tag.target.to_string() == event.id);
        name.map(str::to_owned)
    })?;
    let mut tags = [annotated, facts.tags.clone()].concat();
    tags.sort();
    related.extend(tags.into_iter().map(|what| Related { how: "tag", what }));
    Ok(related)
}

/// The id and summary of a parent, or why there is none to show.
fn parent_of(repo: &Repository, child: &Event, parent: &str) -> Result<String, Failure> {
    let found = repo.here(parent).map(|oid| repo.read(oid)).transpose()?.flatten();
    Ok(match found {
        Some(object) => match object::commit(&object.data, repo.hash()) {
            Ok(commit) => {
                let message = String::from_utf8_lossy(commit.message);
                format!("{} {}", text::short(parent), Message::parse(&message).summary())
            }
            Err(bogus) => format!("{parent} ({})", bogus.0),
        },
        None if repo.shallow().iter().any(|oid| oid.to_string() == child.id) => {
            format!("{parent} (not here: this clone is shallow)")
        }
        None => format!("{parent} (not here)"),
    })
}

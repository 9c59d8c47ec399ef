//! Judging commits: each by itself in several threads, their dates once all of them are known.

use super::Counted;
use super::basis::Basis;
use super::scope::Walks;
use crate::event::{Event, What, Why};
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::walk::Walked;
use crate::outcome::Failure;
use crate::pipeline;
use crate::policy::facts::{self, Dates};
use crate::policy::rules::{self, Case};
use crate::policy::{Judgement, Level};
use std::collections::HashMap;

/// What is looked at beside each commit itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// How commits came to their branch.
    pub(super) landings: bool,
    /// What changes `.audit/`.
    pub(super) trust: bool,
}

/// What is left of a commit after it was judged.
pub(super) struct Seen {
    pub(super) oid: Oid,
    pub(super) parents: Vec<Oid>,
    committed: Option<i64>,
    authored: Option<i64>,
    /// The id of `.audit/` in its tree, where it was asked for.
    pub(super) audit: Option<Oid>,
}

/// All commits of a verification.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) judgement: Judgement,
    pub(super) seen: Vec<Seen>,
    /// The commits without their messages, where landings were asked for.
    pub(super) kept: Vec<Event>,
}

/// Judges everything that walks yield.
pub(super) fn judge(
    basis: &Basis<'_>,
    walks: Walks<'_>,
    wanted: Wanted,
    counted: Counted<'_>,
) -> Result<Judged, Failure> {
    let work =
        |walked: Result<Walked, Failure>| -> Result<(Seen, Option<Event>, Judgement), Failure> {
            let walked = walked?;
            let oid = walked.oid;
            let event = basis.judge.event(basis.reader.event(basis.repo, &walked)?);
            let mut judgement = Judgement::default();
            let subject = facts::subject(&event);
            rules::judge(Case::Commit(&event), &subject, basis.terms(), &mut judgement);
            let seen = seen(basis, oid, &event, wanted)?;
            let kept = wanted.landings.then(|| without_message(event));
            Ok((seen, kept, judgement))
        };
    let mut judged = Judged::default();
    pipeline::try_each(walks, work, |(seen, kept, judgement)| {
        judged.seen.push(seen);
        judged.kept.extend(kept);
        judged.judgement.merge(judgement);
        counted(1);
    })?;
    dates(basis, &mut judged)?;
    Ok(judged)
}

fn seen(basis: &Basis<'_>, oid: Oid, event: &Event, wanted: Wanted) -> Result<Seen, Failure> {
    let hash = basis.repo.hash();
    let What::Commit(facts) = &event.what else {
        return Err(Failure::new(format!("{oid} is no commit")));
    };
    let ids = facts.parents.iter().filter_map(|parent| hash.oid(parent.as_bytes()));
    let audit = match hash.oid(facts.tree.as_bytes()) {
        Some(tree) if wanted.trust => basis.repo.folder_of(tree, crate::evidence::root::FOLDER)?,
        _ => None,
    };
    Ok(Seen {
        oid,
        parents: ids.collect(),
        committed: event.when.map(|when| when.seconds),
        authored: facts.authored.map(|when| when.seconds),
        audit,
    })
}

/// A commit as landings need it: a whole history of messages would fill the memory.
fn without_message(event: Event) -> Event {
    let why = Why { reverts: Vec::new(), trailers: Vec::new(), ..event.why };
    Event { why: Why { body: String::new(), ..why }, ..event }
}

/// Judges the order of dates, for which the parents must be known.
fn dates(basis: &Basis<'_>, judged: &mut Judged) -> Result<(), Failure> {
    let rule = rules::find("date-order");
    if rule.is_none_or(|rule| basis.judge.policy().level(rule, None) == Level::Off) {
        return Ok(());
    }
    let known: HashMap<Oid, Option<i64>> =
        judged.seen.iter().map(|seen| (seen.oid, seen.committed)).collect();
    let commits = Commits::verified(basis.repo);
    for seen in &judged.seen {
        let mut parents = Vec::with_capacity(seen.parents.len());
        for parent in &seen.parents {
            let date = match known.get(parent) {
                Some(date) => *date,
                // At the end of a shallow clone there is nothing to compare.
                None if !basis.repo.contains(*parent) => None,
                None => i64::try_from(commits.load(*parent)?.links.date).ok(),
            };
            parents.extend(date.map(|date| (parent.to_string(), date)));
        }
        let dates = Dates { committed: seen.committed, authored: seen.authored, parents: &parents };
        let mut one = Judgement::default();
        let mut subject = facts::nameless(&seen.oid.to_string());
        rules::judge(Case::Dates(&dates), &subject, basis.terms(), &mut one);
        if !one.findings.is_empty()
            && let Some(event) = basis.commit(seen.oid)?
        {
            subject = facts::subject(&event);
            one.findings.iter_mut().for_each(|finding| finding.subject = subject.clone());
        }
        judged.judgement.merge(one);
    }
    Ok(())
}

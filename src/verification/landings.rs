//! How commits came to their branches: which merge brought which commit, and what records say of it.
//!
//! ```text
//! main    A ── M ── D         M brought X and Y; D stands on the branch itself
//!           ╲ ╱
//!         X ─ Y
//! ```
//!
//! A commit was brought by the oldest commit of the first-parent line from which it can be reached.

use super::basis::Basis;
use crate::deployments::merged::{self, parents};
use crate::event::{Event, Kind};
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::merges::Merges;
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::policy::facts::{self, Landing};
use crate::policy::rules::{self, Case};
use crate::policy::{Evidence, Judgement, Somebody};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Judges how each commit came to its branch. `tips` are the tips of protected branches.
pub(super) fn judge(
    basis: &Basis<'_>,
    commits: &[Event],
    tips: &[Oid],
    records: &[Recorded],
) -> Result<Judgement, Failure> {
    let by_id: HashMap<&str, &Event> = commits.iter().map(|event| (&*event.id, event)).collect();
    let line = first_parents(basis, &by_id, tips)?;
    let on_line: HashSet<&str> = line.iter().map(|event| &*event.id).collect();
    let brought = merged::brought(&by_id, &line);
    let merges = Merges::new(basis.repo);
    let mut writers: HashMap<&str, BTreeSet<Somebody>> = HashMap::new();
    for event in commits {
        let road = brought.get(&*event.id).map_or(&*event.id, |merge| &*merge.id);
        if event.kind != Kind::Merge || road != event.id {
            let people = &basis.judge.policy().people;
            writers.entry(road).or_default().extend(people.writers(event));
        }
    }
    let records = Records::new(records);
    let mut heads: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut judgement = Judgement::default();
    for event in commits {
        let landed_by = brought.get(&*event.id).copied();
        let mut changes = records.changes(event);
        if let Some(merge) = landed_by {
            // A request that was merged speaks for what its head held, not for what came with it.
            let spoken = records.changes(merge).into_iter().filter(|change| {
                change.field("head_commit").is_none_or(|head| {
                    heads.entry(head).or_insert_with(|| held(&by_id, head)).contains(&*event.id)
                })
            });
            changes.extend(spoken);
        }
        let own_changes = match (event.kind, basis.repo.hash().oid(event.id.as_bytes())) {
            (Kind::Merge, Some(oid)) => merges.own_changes(basis.repo, oid)?,
            _ => None,
        };
        let road = landed_by.map_or(&*event.id, |merge| &*merge.id);
        let mut reviews = records.reviews(event, &changes);
        if basis.judge.policy().evidence == Evidence::Claims
            && let Some(request) = landed_by.unwrap_or(event).request_number()
        {
            reviews.extend(records.numbered(&request));
        }
        let landing = Landing {
            commit: event,
            on_branch: on_line.contains(&*event.id),
            landed_by,
            own_changes,
            changes,
            reviews,
            writers: writers
                .get(road)
                .cloned()
                .unwrap_or_else(|| basis.judge.policy().people.writers(event)),
        };
        rules::judge(
            Case::Landing(&landing),
            &facts::subject(event),
            basis.terms(),
            &mut judgement,
        );
    }
    Ok(judgement)
}

/// The judged commits on the first-parent lines of these tips, oldest last. What is judged may begin
/// below a tip, so a line is followed from there until it has left the judged commits again.
fn first_parents<'a>(
    basis: &Basis<'_>,
    by_id: &HashMap<&str, &'a Event>,
    tips: &[Oid],
) -> Result<Vec<&'a Event>, Failure> {
    let commits = Commits::verified(basis.repo);
    let mut line = Vec::new();
    let mut seen = HashSet::new();
    for tip in tips {
        let mut at = Some(*tip);
        let mut inside = false;
        while let Some(oid) = at.filter(|oid| seen.insert(*oid)) {
            let judged = by_id.get(&*oid.to_string());
            if inside && judged.is_none() {
                break;
            }
            inside = judged.is_some();
            line.extend(judged);
            let parent = commits.load(oid)?.links.parents.first().copied();
            at = parent.filter(|parent| basis.repo.contains(*parent));
        }
    }
    Ok(line)
}

/// The commits among these to which one leads, itself too.
fn held<'a>(by_id: &HashMap<&str, &'a Event>, head: &str) -> HashSet<&'a str> {
    let mut held = HashSet::new();
    let mut open = vec![head];
    while let Some(id) = open.pop() {
        if let Some(&event) = by_id.get(id)
            && held.insert(&*event.id)
        {
            open.extend(parents(event).iter().map(|parent| &**parent));
        }
    }
    held
}

/// Records of changes and reviews, by what they name.
struct Records<'a> {
    changes: HashMap<&'a str, Vec<&'a Event>>,
    by_commit: HashMap<&'a str, Vec<&'a Event>>,
    by_number: HashMap<String, Vec<&'a Event>>,
}

impl<'a> Records<'a> {
    fn new(records: &'a [Recorded]) -> Records<'a> {
        let mut found = Records {
            changes: HashMap::new(),
            by_commit: HashMap::new(),
            by_number: HashMap::new(),
        };
        for record in records {
            match record.kind {
                Kind::Change => {
                    let one = ["merge_commit", "head_commit"];
                    let named = one.iter().filter_map(|name| record.field(name));
                    let ids: BTreeSet<&str> = named.chain(record.texts("commits")).collect();
                    for id in ids {
                        found.changes.entry(id).or_default().push(record);
                    }
                }
                Kind::Review => {
                    if let Some(number) = record.request_number() {
                        found.by_number.entry(number).or_default().push(record);
                    } else if let Some(commit) = record.field("commit") {
                        found.by_commit.entry(commit).or_default().push(record);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn changes(&self, event: &Event) -> Vec<&'a Event> {
        self.changes.get(&*event.id).cloned().unwrap_or_default()
    }

    fn reviews(&self, event: &Event, changes: &[&Event]) -> Vec<&'a Event> {
        let numbers: BTreeSet<String> =
            changes.iter().filter_map(|change| change.request_number()).collect();
        let mut reviews = self.by_commit.get(&*event.id).cloned().unwrap_or_default();
        reviews.extend(numbers.iter().filter_map(|number| self.by_number.get(number)).flatten());
        reviews
    }

    fn numbered(&self, request: &str) -> Vec<&'a Event> {
        self.by_number.get(request).cloned().unwrap_or_default()
    }
}

//! From the plan to the lines of the ledger: each on top of the one before, the import record last.

use super::plan::{Plan, Prior};
use crate::commands::draft::Draft as Statement;
use crate::commands::recorder::Recorder;
use crate::event::Kind;
use crate::import::{Draft, Imported, LeftOut, Reason};
use crate::ledger::entry::{self, MAX_LINE};
use crate::ledger::{Body, Id, Nonce, View, kinds};
use crate::outcome::Failure;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The lines of a batch, without the one that closes it.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The lines.
    pub(super) bytes: Vec<u8>,
    /// How many say something new.
    pub(super) new: u64,
    /// How many supersede another record.
    pub(super) superseding: u64,
    /// How many there are of each kind.
    pub(super) kinds: BTreeMap<Kind, u64>,
    /// How many of them name a commit, which is here.
    pub(super) commits: u64,
    first: Option<Id>,
    last: Option<Id>,
}

impl Lines {
    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.new + self.superseding
    }
}

/// Makes the lines. What can't be a record here is added to what was left out.
///
/// # Errors
/// When the ledger has no name, or the system gives no random bytes.
pub(super) fn write(
    recorder: &Recorder,
    view: &View,
    plan: &Plan,
    imported: &mut Imported,
    now: i64,
) -> Result<Lines, Failure> {
    let ledger = recorder.ledger_name(view)?;
    let mut lines = Lines::default();
    let mut ids: Vec<Option<Id>> = vec![None; plan.steps.len()];
    for &number in &plan.order {
        let step = &plan.steps[number];
        let draft = step.draft.unpack();
        let prior = match step.prior {
            Prior::None => None,
            Prior::Recorded(id) => Some(id),
            Prior::Step(before) => ids[before],
        };
        let file: usize = draft.from.file.parse().unwrap_or(0);
        let leave = |reason, detail: String| LeftOut { what: name(&draft), reason, detail, file };
        if let Err(detail) = commit_here(recorder, &draft) {
            imported.left_out.push(leave(Reason::CommitNotHere, detail));
            continue;
        }
        if draft.when > now {
            let detail = "it lies in the future".to_owned();
            imported.left_out.push(leave(Reason::SaysTooLittle, detail));
            continue;
        }
        let sha256 = imported.files.get(file).map(|file| file.sha256.clone());
        let prev = lines.last.map_or_else(|| view.chain().prev(), |last| vec![last]);
        let body = body(recorder, &draft, prior, sha256, &ledger, prev, now)?;
        if let Some(refusal) = kinds::validate(&body).first() {
            imported.left_out.push(leave(Reason::SaysTooLittle, refusal.to_string()));
            continue;
        }
        let line = entry::format(&body.format()?, None)?;
        if line.len() > MAX_LINE {
            let detail = format!("longer than the {MAX_LINE} bytes of a record");
            imported.left_out.push(leave(Reason::SaysTooLittle, detail));
            continue;
        }
        let id = Id::of(&line);
        ids[number] = Some(id);
        lines.first.get_or_insert(id);
        lines.last = Some(id);
        lines.bytes.extend_from_slice(&line);
        *lines.kinds.entry(draft.kind).or_default() += 1;
        *if prior.is_some() { &mut lines.superseding } else { &mut lines.new } += 1;
        lines.commits += u64::from(commits(&draft).next().is_some());
    }
    Ok(lines)
}

fn name(draft: &Draft) -> String {
    let env = draft.place.get("env").and_then(Value::as_str);
    let env = env.map(|env| format!(" ({env})")).unwrap_or_default();
    format!("{} {} {}{env}", draft.kind, draft.from.object, draft.from.id)
}

/// The commits that must be here: those that a record rests on.
fn commits(draft: &Draft) -> impl Iterator<Item = &str> {
    ["commit", "merge_commit"].into_iter().filter_map(|key| draft.text(key))
}

fn commit_here(recorder: &Recorder, draft: &Draft) -> Result<(), String> {
    let gone = |id: &&str| recorder.repo().here(id).is_none();
    match commits(draft).find(gone) {
        Some(id) => Err(format!("{id}; {}", fetch(&draft.from.system))),
        None => Ok(()),
    }
}

/// How to get what is not there.
fn fetch(system: &str) -> &'static str {
    match system {
        "gitlab" => {
            "`git fetch origin 'refs/merge-requests/*/head:refs/remotes/origin/mr/*'` may bring it"
        }
        _ => "`git fetch origin 'refs/pull/*/head:refs/remotes/origin/pr/*'` may bring it",
    }
}

fn body(
    recorder: &Recorder,
    draft: &Draft,
    prior: Option<Id>,
    sha256: Option<String>,
    ledger: &str,
    prev: Vec<Id>,
    now: i64,
) -> Result<Body, Failure> {
    let mut body = Body::new(draft.kind, ledger, draft.when, Nonce::random()?);
    body.recorded = Some(now);
    body.prev = prev;
    body.who = draft.who.clone();
    body.what = draft.what.clone();
    body.place = draft.place.clone();
    body.why = draft.why.clone();
    if let Some(commit) = draft.text("commit")
        && let Some(oid) = recorder.repo().here(commit)
    {
        let tree = recorder.repo().tree_of(oid)?;
        body.what.insert("tree".to_owned(), json!(tree.to_string()));
    }
    if let Some(prior) = prior {
        let link = json!({"rel": "supersedes", "id": prior.to_string()});
        match body.why.get_mut("links") {
            Some(Value::Array(links)) => links.push(link),
            _ => {
                body.why.insert("links".to_owned(), json!([link]));
            }
        }
    }
    let mut from = draft.from.clone();
    from.file = sha256.unwrap_or_default();
    body.other.insert("from".to_owned(), from.to_json());
    Ok(body)
}

/// The import record that closes the batch.
///
/// # Errors
/// As [`Recorder::body`]; and when nobody says who imports.
pub(super) fn closing(
    recorder: &Recorder,
    view: &View,
    lines: &Lines,
    imported: &Imported,
    now: i64,
) -> Result<Body, Failure> {
    let mut statement = Statement::new(Kind::Import);
    let mut left_out: Map<String, Value> = Map::new();
    for reason in Reason::ALL {
        let count = imported.left_out.iter().filter(|one| one.reason == reason).count();
        if count > 0 {
            left_out.insert(reason.key().to_owned(), json!(count));
        }
    }
    let files = imported.files.iter();
    let files: Vec<Value> =
        files.map(|file| json!({"bytes": file.bytes, "sha256": file.sha256})).collect();
    let id = |id: Option<Id>| id.map(|id| id.to_string());
    statement.what = [
        ("source", json!(imported.sources.join(","))),
        ("files", json!(files)),
        ("records", json!(lines.count())),
        ("first", json!(id(lines.first))),
        ("last", json!(id(lines.last))),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    if !left_out.is_empty() {
        statement.what.insert("left_out".to_owned(), Value::Object(left_out));
    }
    let mut body = recorder.body(&statement, view, now)?;
    body.prev = lines.last.into_iter().collect();
    Ok(body)
}

//! GitHub: what its REST API answers and what `gh` prints.
//!
//! | item | record |
//! |---|---|
//! | pull request that was merged (REST, `gh pr list`, commit → pulls) | `change` |
//! | review, but a pending one | `review` |
//! | deployment and each final status of it | `deploy` or `rollback` |
//! | approval of a run, wrapped as `{run_id, approvals}` | `approval` |
//! | workflow run that ended, each attempt | `build` or `test` |
//! | check run that the policy calls a test | `test` |
//! | environment | `environment` |
//! | forced push; bypassed rule | `note` |
//!
//! What GitHub doesn't say: when an approval was given (only that its job began later), who dismissed
//! a review, how a request was merged. See `docs/import.md`.

use super::item::{Item, Out, as_of, full_id, host_and_path, origin};
use super::json::{self, Look};
use super::left_out::Reason;
use super::{Draft, who};
use crate::event::Kind;
use crate::ledger::Provenance;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What GitHub's items say, and what is kept of them to be joined.
#[derive(Default)]
pub(super) struct GitHub {
    pub(super) deployments: BTreeMap<(Place, String), Deployment>,
    pub(super) statuses: BTreeMap<(Place, String), BTreeMap<u64, Status>>,
    approvals: Vec<Approval>,
    pub(super) pulls_of_commits: BTreeMap<(Place, String), (Item, Vec<String>)>,
}

/// Host and path of a repository: `github.com`, `acme/pay`.
pub(super) type Place = (String, String);

/// A deployment, as its statuses need it.
#[derive(Debug, Clone)]
pub(super) struct Deployment {
    file: usize,
    sha: String,
    env: String,
    task: Option<String>,
    came_from: Option<String>,
    reason: Option<String>,
    creator: Map<String, Value>,
    transient: bool,
}

/// A status of a deployment.
#[derive(Debug, Clone)]
pub(super) struct Status {
    file: usize,
    hook: bool,
    state: String,
    env: Option<String>,
    at: i64,
    as_of: Option<String>,
    run: Option<String>,
    url: Option<String>,
}

/// One person's word on the environments of a run.
struct Approval {
    item: Item,
    place: Place,
    run: String,
    value: Value,
}

pub(super) fn is_pull(value: &Value) -> bool {
    value.has(&["number", "head.sha", "base.ref", "merged_at"])
}

pub(super) fn is_gh_pull(value: &Value) -> bool {
    value.has(&["number", "headRefOid", "mergedAt"])
}

pub(super) fn is_review(value: &Value) -> bool {
    value.has(&["state", "pull_request_url", "user"]) && !value.has(&["diff_hunk"])
}

pub(super) fn is_deployment(value: &Value) -> bool {
    value.has(&["sha", "task", "environment", "statuses_url"])
}

pub(super) fn is_status(value: &Value) -> bool {
    value.has(&["state", "deployment_url"])
}

pub(super) fn is_run(value: &Value) -> bool {
    value.has(&["run_attempt", "workflow_id", "head_sha"])
}

pub(super) fn is_check(value: &Value) -> bool {
    value.has(&["check_suite", "head_sha", "conclusion"])
}

pub(super) fn is_environment(value: &Value) -> bool {
    value.has(&["name", "url", "created_at"])
        && value.text("url").is_some_and(|url| url.contains("/environments/"))
}

pub(super) fn is_approvals(value: &Value) -> bool {
    value.has(&["run_id", "approvals"]) || value.has(&["state", "environments", "user", "comment"])
}

/// The repository that an address of GitHub's site or API lies in.
pub(super) fn place(value: &Value, paths: &[&str]) -> Place {
    paths.iter().find_map(|path| place_of(value.text(path)?)).unwrap_or_default()
}

fn place_of(url: &str) -> Option<Place> {
    let (host, path) = host_and_path(url)?;
    let path = path.strip_prefix("api/v3/").unwrap_or(path);
    let path = path.strip_prefix("repos/").unwrap_or(path);
    let mut parts = path.split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let host = if host == "api.github.com" { "github.com" } else { host };
    Some((host.to_lowercase(), format!("{owner}/{name}")))
}

/// Where an object of this place is from.
pub(super) fn from(place: &Place, object: &str, id: &str, item: &Item) -> Provenance {
    origin("github", &place.0, &place.1, object, id, item)
}

/// A merged pull request; `landed` are the commits that GitHub says it brought.
pub(super) fn pull(item: &Item, value: &Value, landed: Option<&[String]>, out: &mut Out<'_>) {
    let number = value.id("number").unwrap_or_default();
    let what = format!("pull request #{number}");
    let Some(when) = value.time("merged_at") else {
        return out.no_event(item, what, "it was not merged");
    };
    let Some(merge) = value.text("merge_commit_sha").and_then(full_id) else {
        return out.too_little(
            item,
            what,
            "it doesn't name the commit that merged it: since its version 2026-03-10 the API leaves it out; ask with `gh pr list --json mergeCommit`",
        );
    };
    let place = place(value, &["html_url", "url"]);
    let parents = (out.commit)(&merge).map(|commit| commit.parents);
    let joined = value.at("commits").as_u64().is_some_and(|count| count > 1);
    let base = value.text("base.sha");
    let rebased = landed.filter(|landed| is_rebase(&merge, landed, out));
    let method = match parents.as_deref() {
        Some([_, _, ..]) => Some("merge"),
        Some([_]) if rebased.is_some() => Some("rebase"),
        // Several commits, and the one that landed stands right on the base: it holds them all.
        Some([parent]) if joined && base == Some(parent) => Some("squash"),
        _ => None,
    };
    let mut from = from(&place, "pull", &number, item);
    from.key = format!("pull/{}/{number}", place.1);
    from.rank = if value.has(&["merged_by"]) { 13 } else { 12 };
    from.as_of = as_of(value, "updated_at", item);
    let draft = Draft::new(Kind::Change, when, from)
        .who(who::github(value.at("merged_by"), &place.0))
        .what("number", Some(format!("#{number}")))
        .what("base", value.text("base.ref"))
        .what("head_commit", value.text("head.sha").and_then(full_id))
        .what("merge_commit", Some(merge))
        .what("method", method)
        .what("commits", rebased.map(<[String]>::to_vec))
        .what("author", login(value.at("user"), &place.0))
        .what("merged_by", login(value.at("merged_by"), &place.0))
        .what("url", value.text("html_url"));
    out.draft(item, draft);
}

/// Whether these commits stand one behind the other, and the merge commit is the last of them.
fn is_rebase(merge: &str, landed: &[String], out: &Out<'_>) -> bool {
    let mut at = merge.to_owned();
    for _ in 1..landed.len() {
        let Some([parent]) = (out.commit)(&at)
            .map(|commit| commit.parents)
            .as_deref()
            .map(|parents| <[String; 1]>::try_from(parents.to_vec()).unwrap_or_default())
        else {
            return false;
        };
        if !landed.contains(&parent) {
            return false;
        }
        at = parent;
    }
    landed.len() > 1 && landed.iter().any(|commit| commit == merge)
}

/// The login of a user as records name them in a field.
fn login(user: &Value, host: &str) -> Option<Value> {
    who::github(user, host).get("login").cloned()
}

/// A pull request as `gh pr list --json` prints it, with its reviews.
pub(super) fn gh_pull(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let number = value.id("number").unwrap_or_default();
    let place = place(value, &["url"]);
    for list in ["reviews", "commits"] {
        if value.items(list).len() == 100 {
            out.suspects
                .push(format!("pull request #{number} has exactly 100 {list}: gh cuts there"));
        }
    }
    for review in value.items("reviews") {
        gh_review(item, review, &place, &number, out);
    }
    let what = format!("pull request #{number}");
    let Some(when) = value.time("mergedAt") else {
        return out.no_event(item, what, "it was not merged");
    };
    let Some(merge) = value.text("mergeCommit.oid").and_then(full_id) else {
        return out.too_little(item, what, "it doesn't name the commit that merged it");
    };
    let parents = (out.commit)(&merge).map(|commit| commit.parents.len());
    let mut from = from(&place, "pull", &number, item);
    from.key = format!("pull/{}/{number}", place.1);
    from.rank = 11;
    let draft = Draft::new(Kind::Change, when, from)
        .who(who::github(value.at("mergedBy"), &place.0))
        .what("number", Some(format!("#{number}")))
        .what("base", value.text("baseRefName"))
        .what("head_commit", value.text("headRefOid").and_then(full_id))
        .what("merge_commit", Some(merge))
        .what("method", parents.filter(|&count| count > 1).map(|_| "merge"))
        .what("author", login(value.at("author"), &place.0))
        .what("merged_by", login(value.at("mergedBy"), &place.0))
        .what("url", value.text("url"));
    out.draft(item, draft);
}

fn gh_review(item: &Item, review: &Value, place: &Place, number: &str, out: &mut Out<'_>) {
    let node = review.text("id").unwrap_or_default();
    let id = node_number(node).unwrap_or_else(|| node.to_owned());
    let fields = Reviewed {
        id,
        number: number.to_owned(),
        state: review.text("state").unwrap_or_default(),
        user: review.at("author"),
        head: review.text("commit.oid").and_then(full_id),
        at: review.time("submittedAt"),
        url: None,
        rank: 11,
    };
    fields.draft(item, place, out);
}

/// The number of an object in the id of its node: `PRR_kwDO…` is a list of numbers (MessagePack) behind a
/// prefix, the old form `017:PullRequestReview80`, both in base64.
pub(super) fn node_number(node: &str) -> Option<String> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let digits = |text: &str| {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
    };
    if let Some((_, inner)) = node.split_once('_') {
        if let Some(number) = digits(inner) {
            return Some(number);
        }
        let bytes = URL_SAFE_NO_PAD.decode(inner.trim_end_matches('=')).ok()?;
        return last_number(&bytes).map(|number| number.to_string());
    }
    let bytes = STANDARD.decode(node).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (_, name) = text.split_once(':')?;
    digits(name.trim_start_matches(|c: char| c.is_ascii_alphabetic()))
}

/// The last whole number of a MessagePack array of them.
fn last_number(bytes: &[u8]) -> Option<u64> {
    let (&first, mut rest) = bytes.split_first()?;
    let count = first.checked_sub(0x90).filter(|count| *count < 16)?;
    let mut last = None;
    for _ in 0..count {
        let (&tag, after) = rest.split_first()?;
        let width = match tag {
            0x00..=0x7f => 0,
            0xcc => 1,
            0xcd => 2,
            0xce => 4,
            0xcf => 8,
            _ => return None,
        };
        let (number, after) = after.split_at_checked(width)?;
        last = Some(match width {
            0 => u64::from(tag),
            _ => number.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)),
        });
        rest = after;
    }
    last.filter(|_| rest.is_empty())
}

/// What a review says, whatever form it came in.
struct Reviewed<'v> {
    id: String,
    number: String,
    state: &'v str,
    user: &'v Value,
    head: Option<String>,
    at: Option<i64>,
    url: Option<&'v str>,
    rank: u64,
}

impl Reviewed<'_> {
    fn draft(self, item: &Item, place: &Place, out: &mut Out<'_>) {
        let what = format!("review {} of #{}", self.id, self.number);
        let state = self.state.to_ascii_lowercase();
        if state == "pending" {
            return out.no_event(item, what, "it is pending");
        }
        if !matches!(&*state, "approved" | "changes_requested" | "commented" | "dismissed") {
            return out.too_little(item, what, "its state is none that is known");
        }
        let Some(at) = self.at else {
            return out.too_little(item, what, "it has no time");
        };
        let user = who::github(self.user, &place.0);
        let mut from = from(place, "review", &self.id, item);
        from.rank = self.rank + if state == "dismissed" { 10 } else { 0 };
        let reviewer = user.get("email").filter(|_| state == "dismissed").cloned();
        let draft = Draft::new(Kind::Review, at, from)
            .who(user)
            .what("number", Some(format!("#{}", self.number)))
            .what("state", Some(state))
            .what("head_commit", self.head)
            .what("reviewer", reviewer)
            .what("url", self.url);
        out.draft(item, draft);
    }
}

/// A review; `dismissed` is who dismissed it and when, where a webhook says so.
pub(super) fn review(
    item: &Item,
    value: &Value,
    dismissed: Option<(Map<String, Value>, i64)>,
    out: &mut Out<'_>,
) {
    let place = place(value, &["html_url", "pull_request_url"]);
    let number = value.text("pull_request_url").or(value.text("_links.pull_request.href"));
    let number = number.and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned();
    let fields = Reviewed {
        id: value.id("id").unwrap_or_default(),
        number,
        state: value.text("state").unwrap_or_default(),
        user: value.at("user"),
        head: value.text("commit_id").and_then(full_id),
        at: value.time("submitted_at"),
        url: value.text("html_url"),
        rank: 12,
    };
    let before = out.drafts.len();
    fields.draft(item, &place, out);
    if let (Some((who, at)), Some((_, draft))) = (dismissed, out.drafts.get_mut(before)) {
        draft.who = who;
        draft.when = at;
        draft.from.rank += 1;
    }
}

/// A run of a workflow that ended.
pub(super) fn run(item: &Item, value: &Value, out: &mut Out<'_>) {
    let (id, attempt) = (value.id("id").unwrap_or_default(), value.at("run_attempt").as_u64());
    let attempt = attempt.unwrap_or(1);
    let what = format!("run {id}, attempt {attempt}");
    let outcome = match value.text("conclusion") {
        Some("success") => "success",
        Some("failure" | "timed_out" | "startup_failure") => "failure",
        Some("cancelled") => "cancelled",
        _ => return out.no_event(item, what, "it has not ended with a result"),
    };
    let Some(commit) = value.text("head_sha").and_then(full_id) else {
        return out.too_little(item, what, "it names no commit");
    };
    let Some(when) = value.time("updated_at") else {
        return out.too_little(item, what, "it has no time");
    };
    let place = place(value, &["html_url", "url"]);
    let mut from = from(&place, "run", &id, item);
    from.key = format!("run/{id}/{attempt}");
    from.as_of = as_of(value, "updated_at", item);
    let actor = if attempt > 1 { "triggering_actor" } else { "actor" };
    let name = value.text("name").unwrap_or_default();
    let kind = if (out.is_test)(name) { Kind::Test } else { Kind::Build };
    let draft = Draft::new(kind, when, from)
        .who(who::github(value.at(actor), &place.0))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("name", value.text("name"))
        .what("run", Some(id))
        .what("attempt", Some(attempt))
        .what("event", value.text("event"))
        .moment("started", value.time("run_started_at"));
    out.draft(item, draft);
}

/// A check run; only the policy can say that it was a test.
pub(super) fn check(item: &Item, value: &Value, out: &mut Out<'_>) {
    let id = value.id("id").unwrap_or_default();
    let name = value.text("name").unwrap_or_default();
    let what = format!("check run {id}");
    if !(out.is_test)(name) {
        return out.no_event(item, what, "no pattern of the policy's tests matches its name");
    }
    let outcome = match value.text("conclusion") {
        Some("success") => "success",
        Some("failure" | "timed_out") => "failure",
        Some("cancelled") => "cancelled",
        _ => return out.no_event(item, what, "it has not ended with a result"),
    };
    let (commit, when) = (value.text("head_sha").and_then(full_id), value.time("completed_at"));
    let (Some(commit), Some(when)) = (commit, when) else {
        return out.too_little(item, what, "it names no commit, or no time");
    };
    let place = place(value, &["html_url", "url"]);
    let draft = Draft::new(Kind::Test, when, from(&place, "check_run", &id, item))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("name", Some(name))
        .moment("started", value.time("started_at"));
    out.draft(item, draft);
}

pub(super) fn environment(item: &Item, value: &Value, out: &mut Out<'_>) {
    let id = value.id("id").unwrap_or_default();
    let (Some(name), Some(when)) = (value.text("name"), value.time("created_at")) else {
        return out.too_little(item, format!("environment {id}"), "it has no name, or no time");
    };
    let place = place(value, &["html_url", "url"]);
    let draft = Draft::new(Kind::Environment, when, from(&place, "environment", &id, item))
        .what("action", Some("created"))
        .what("url", value.text("html_url"))
        .env(Some(name));
    out.draft(item, draft);
}

/// Activity of the repository, and rules that somebody bypassed.
pub(super) fn other(item: &Item, value: &Value, out: &mut Out<'_>) {
    let (activity, id) = (value.has(&["push_type"]), value.id("id").unwrap_or_default());
    let reference = value.text("ref").unwrap_or("a reference");
    let (before, after) = match activity {
        true => (value.text("before"), value.text("after")),
        false => (value.text("before_sha"), value.text("after_sha")),
    };
    let what = format!("{} {id}", if activity { "activity" } else { "rule suite" });
    let told = match (value.text("push_type"), value.text("result")) {
        (Some("force_push"), _) => "forced",
        (_, Some("bypass")) => "a rule of the repository was bypassed by a push of",
        _ => return out.no_event(item, what, "an ordinary push"),
    };
    let (Some(when), Some(before), Some(after)) = (value.time("pushed_at"), before, after) else {
        return out.too_little(item, what, "it lacks a time or a commit");
    };
    let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
    let object = if activity { "activity" } else { "rule_suite" };
    let text = format!("{told} {reference} from {} to {}", short(before), short(after));
    let user = match activity {
        true => who::github(value.at("pusher"), "github.com"),
        false => match value.text("actor_name") {
            Some(login) => {
                who::github(&json!({"login": login, "id": value.at("actor_id")}), "github.com")
            }
            None => who::unknown(),
        },
    };
    let place = place(value, &["html_url", "url"]);
    let draft = Draft::new(Kind::Note, when, from(&place, object, &id, item))
        .who(user)
        .what("subject", Some(reference))
        .why(Some(&text));
    out.draft(item, draft);
}

impl GitHub {
    pub(super) fn pulls_of_commit(&mut self, item: &Item) {
        let Some(commit) = item.value.text("commit").and_then(full_id) else { return };
        for pull in item.value.items("pulls") {
            let key = (place(pull, &["html_url", "url"]), pull.id("number").unwrap_or_default());
            let item = Item { value: pull.clone(), ..item.clone() };
            let entry = self.pulls_of_commits.entry(key).or_insert((item, Vec::new()));
            if !entry.1.contains(&commit) {
                entry.1.push(commit.clone());
                entry.1.sort();
            }
        }
    }

    /// Keeps a deployment.
    pub(super) fn deployment(&mut self, item: &Item, value: &Value, out: &mut Out<'_>) {
        let id = value.id("id").unwrap_or_default();
        let (Some(sha), Some(env)) =
            (value.text("sha").and_then(full_id), value.text("environment"))
        else {
            return out.too_little(
                item,
                format!("deployment {id}"),
                "it names no full commit or no environment",
            );
        };
        // The payload is free: an object, a text of JSON, or nothing.
        let payload = match value.at("payload") {
            Value::String(text) => json::parse(text).unwrap_or_default(),
            other => other.clone(),
        };
        let place = place(value, &["url", "repository_url"]);
        let deployment = Deployment {
            file: item.file,
            sha,
            env: env.to_owned(),
            task: value.text("task").map(str::to_owned),
            came_from: payload.text("from").and_then(full_id),
            reason: payload.text("reason").map(str::to_owned),
            creator: who::github(value.at("creator"), &place.0),
            transient: value.is("transient_environment"),
        };
        self.deployments.insert((place, id), deployment);
    }

    /// Keeps a status of a deployment; `run` is the run that it belongs to, where a webhook says so.
    pub(super) fn status(
        &mut self,
        item: &Item,
        value: &Value,
        run: Option<String>,
        out: &mut Out<'_>,
    ) {
        let id = value.id("id").unwrap_or_default();
        let what = format!("deployment status {id}");
        let deployment = value.text("deployment_url").and_then(|url| url.rsplit('/').next());
        let (Some(deployment), Ok(number), Some(at)) =
            (deployment, id.parse::<u64>(), value.time("created_at"))
        else {
            return out.too_little(item, what, "it names no deployment, or no time");
        };
        let url = value.text("log_url").or(value.text("target_url"));
        let run = run.or_else(|| {
            let (_, rest) = url?.split_once("/actions/runs/")?;
            Some(rest.split('/').next()?.to_owned())
        });
        let status = Status {
            file: item.file,
            hook: item.is_hook(),
            state: value.text("state").unwrap_or_default().to_owned(),
            env: value.text("environment").map(str::to_owned),
            at,
            as_of: as_of(value, "updated_at", item),
            run,
            url: url.map(str::to_owned),
        };
        let key = (place(value, &["deployment_url", "url"]), deployment.to_owned());
        self.statuses.entry(key).or_default().insert(number, status);
    }

    /// Keeps the approvals of a run.
    pub(super) fn approvals(&mut self, item: &Item, out: &mut Out<'_>) {
        let Some(run) = item.value.id("run_id") else {
            return out.too_little(
                item,
                "approvals of a run".to_owned(),
                "the answer doesn't say of which run: wrap it, `gh api …/runs/ID/approvals --jq '{run_id: ID, approvals: .}'`",
            );
        };
        for value in item.value.items("approvals") {
            let place = value.items("environments").first();
            let place = place.map_or_else(Place::default, place_of_env);
            let item = Item { value: Value::Null, ..item.clone() };
            self.approvals.push(Approval { item, place, run: run.clone(), value: value.clone() });
        }
    }

    pub(super) fn join_approvals(&mut self, out: &mut Out<'_>) {
        for Approval { item, place, run, value } in std::mem::take(&mut self.approvals) {
            let state = value.text("state").unwrap_or_default();
            let what = format!("approval of run {run}");
            if !matches!(state, "approved" | "rejected") {
                out.no_event(&item, what, "a comment, no decision");
                continue;
            }
            for environment in value.items("environments") {
                let env = environment.text("name").unwrap_or_default();
                let Some(waited) = self.waited(&place, &run, env) else {
                    let detail = "no status of a deployment in the files names the run and the environment: give deployments and their statuses, too";
                    out.skip(item.file, what.clone(), Reason::Incomplete, detail);
                    continue;
                };
                let draft =
                    approval(&item, &place, &run, env, state, value.at("user"), waited.when)
                        .what("commit", Some(waited.sha))
                        .moment("not_before", waited.not_before)
                        .why(value.text("comment"));
                out.draft(&item, draft);
            }
        }
    }

    /// The deployment for which a run waited in an environment.
    pub(super) fn waited(&self, place: &Place, run: &str, env: &str) -> Option<Waited> {
        let mut found: Option<Waited> = None;
        for (key, statuses) in &self.statuses {
            let named = statuses.values().any(|status| status.run.as_deref() == Some(run));
            let Some(deployment) = self.deployments.get(key).filter(|_| named && key.0 == *place)
            else {
                continue;
            };
            if deployment.env != env
                && !statuses.values().any(|one| one.env.as_deref() == Some(env))
            {
                continue;
            }
            let first = |states: &[&str]| {
                let mut of = statuses.values().filter(|one| states.contains(&&*one.state));
                of.next().map(|status| status.at)
            };
            let began = first(&["in_progress"]).or(first(&["success", "failure", "error"]));
            let Some(when) = began else { continue };
            let not_before = first(&["queued", "waiting", "pending"]).filter(|at| *at <= when);
            // A second attempt waits again; the first one is what the approval was for.
            if found.as_ref().is_none_or(|one| when < one.when) {
                found = Some(Waited { sha: deployment.sha.clone(), when, not_before });
            }
        }
        found
    }

    pub(super) fn join_statuses(&mut self, out: &mut Out<'_>) {
        let statuses = std::mem::take(&mut self.statuses);
        let in_force = in_force(&self.deployments, &statuses);
        for (key, deployment) in &self.deployments {
            if !statuses.contains_key(key) {
                let what = format!("deployment {}", key.1);
                let detail = "its statuses are in none of the files";
                out.skip(deployment.file, what, Reason::Incomplete, detail);
            }
        }
        for (key, statuses) in &statuses {
            let Some(deployment) = self.deployments.get(key) else {
                let file = statuses.values().next().map_or(0, |status| status.file);
                let what = format!("statuses of deployment {}", key.1);
                out.skip(file, what, Reason::Incomplete, "the deployment is in none of the files");
                continue;
            };
            let started =
                statuses.values().find(|status| status.state == "in_progress").map(|one| one.at);
            let mut ended = false;
            for (id, status) in statuses {
                let item = Item {
                    file: status.file,
                    received: status.hook.then_some(status.at),
                    ..Item::default()
                };
                if !matches!(&*status.state, "success" | "failure" | "error") {
                    let what = format!("deployment status {id}");
                    out.no_event(&item, what, "no final state of a deployment");
                    continue;
                }
                ended = true;
                let before = in_force.get(&(key.clone(), *id)).cloned().flatten();
                let draft = deployed(&item, key, deployment, *id, status, started, before);
                out.draft(&item, draft);
            }
            if !ended {
                let item = Item { file: deployment.file, ..Item::default() };
                out.no_event(&item, format!("deployment {}", key.1), "it has no final status");
            }
        }
        self.deployments.clear();
    }
}

/// What a run waited for: until when at the latest, and since when.
pub(super) struct Waited {
    pub(super) sha: String,
    when: i64,
    not_before: Option<i64>,
}

fn place_of_env(environment: &Value) -> Place {
    place(environment, &["html_url", "url"])
}

/// The approval of a run in an environment. The key names the environment by its name: a webhook gives no id.
pub(super) fn approval(
    item: &Item,
    place: &Place,
    run: &str,
    env: &str,
    state: &str,
    user: &Value,
    when: i64,
) -> Draft {
    let id = user.id("id").unwrap_or_else(|| "unknown".to_owned());
    let mut from = from(place, "approval", run, item);
    from.key = format!("run/{run}/{env}/{id}/{state}");
    from.rank = 11;
    Draft::new(Kind::Approval, when, from)
        .who(who::github(user, &place.0))
        .what("decision", Some(state))
        .what("run", Some(run))
        .env(Some(env))
}

/// For each successful status, by deployment and id, the commit that was in force there before.
type InForce = BTreeMap<((Place, String), u64), Option<String>>;

fn in_force(
    deployments: &BTreeMap<(Place, String), Deployment>,
    statuses: &BTreeMap<(Place, String), BTreeMap<u64, Status>>,
) -> InForce {
    let mut all = Vec::new();
    for (key, statuses) in statuses {
        let Some(deployment) = deployments.get(key) else { continue };
        all.extend(statuses.iter().map(|(id, status)| (status, *id, key, deployment)));
    }
    all.sort_by_key(|(status, id, ..)| (status.at, *id));
    let mut current: BTreeMap<(&Place, &str), &str> = BTreeMap::new();
    let mut before = InForce::new();
    for (status, id, key, deployment) in all {
        let env = status.env.as_deref().unwrap_or(&deployment.env);
        let place = (&key.0, env);
        before.insert((key.clone(), id), current.get(&place).map(|sha| (*sha).to_owned()));
        if status.state == "success" {
            current.insert(place, &deployment.sha);
        }
    }
    before
}

fn deployed(
    item: &Item,
    key: &(Place, String),
    deployment: &Deployment,
    id: u64,
    status: &Status,
    started: Option<i64>,
    before: Option<String>,
) -> Draft {
    let mut from = from(&key.0, "deployment_status", &id.to_string(), item);
    from.as_of = status.as_of.clone();
    let task = deployment.task.as_deref();
    let came_from = deployment.came_from.clone().or(before).filter(|from| *from != deployment.sha);
    let rollback = came_from.filter(|_| task == Some("rollback"));
    let kind = if rollback.is_some() { Kind::Rollback } else { Kind::Deploy };
    let url = status.url.as_deref().filter(|url| url.contains("://"));
    Draft::new(kind, status.at, from)
        .who(deployment.creator.clone())
        .what("commit", Some(deployment.sha.clone()))
        .what("from_commit", rollback)
        .what("outcome", Some(status.state.clone()))
        .what("task", task.filter(|task| *task != "deploy"))
        .what("transient", deployment.transient.then_some(true))
        .what("deployment", Some(key.1.clone()))
        .what("run", status.run.clone())
        .what("url", url)
        .moment("started", started.filter(|started| *started <= status.at))
        .env(Some(status.env.as_deref().unwrap_or(&deployment.env)))
        .why(deployment.reason.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_in_every_form_of_a_nodes_id() {
        assert_eq!(node_number("MDE3OlB1bGxSZXF1ZXN0UmV2aWV3ODA=").as_deref(), Some("80"));
        assert_eq!(node_number("PRR_80005").as_deref(), Some("80005"));
        // [0, 0x2B7BE1, 0x0BADF00D] behind the prefix.
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let packed = [0x93, 0x00, 0xce, 0, 0x2b, 0x7b, 0xe1, 0xce, 0x0b, 0xad, 0xf0, 0x0d];
        let node = format!("PRR_{}", URL_SAFE_NO_PAD.encode(packed));
        assert_eq!(node_number(&node), Some(0x0bad_f00d_u64.to_string()));
        for nothing in ["", "PRR_", "PRR_!!", "kaputt", "PRR_k8"] {
            assert_eq!(node_number(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_repository_is_read_from_addresses_of_site_and_api() {
        let github = ("github.com".to_owned(), "acme/pay".to_owned());
        assert_eq!(
            place_of("https://api.github.com/repos/acme/pay/pulls/12"),
            Some(github.clone())
        );
        assert_eq!(place_of("https://github.com/acme/pay/pull/12"), Some(github));
        let own = place_of("https://ghe.acme.example/api/v3/repos/acme/pay/deployments/1");
        assert_eq!(own, Some(("ghe.acme.example".to_owned(), "acme/pay".to_owned())));
    }
}

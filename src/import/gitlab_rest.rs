//! GitLab: what its REST API answers through `glab` or curl.
//!
//! | item | record |
//! |---|---|
//! | merge request that was merged | `change` |
//! | approvals of a merge request, with its versions | `review`, of the version that was the newest then |
//! | deployment that ended | `deploy` |
//! | approvals of a deployment | `approval` |
//! | pipeline that ended | `build` or `test` |
//! | environment | `environment` |
//! | audit event | `access`, `config` |
//!
//! GitLab doesn't say which commit an approval saw: the version that was the newest at its time tells, else
//! nothing does. Approvals are today's state: what was taken back, or reset by a push, is gone.

use super::item::{Item, Out, as_of, full_id, host_and_path, origin};
use super::json::Look;
use super::left_out::Reason;
use super::{Draft, who};
use crate::event::Kind;
use crate::ledger::{Id, Provenance};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What GitLab's items say, and what is kept of them to be joined.
#[derive(Default)]
pub(super) struct GitLab {
    /// For each merge request its versions: when, and which head.
    versions: BTreeMap<String, Vec<(i64, String)>>,
    pub(super) approvals: Vec<Item>,
    pub(super) audit_events: Vec<Item>,
    /// Usernames by number, of the one host that audit events may be of.
    users: BTreeMap<String, Value>,
}

pub(super) fn is_request(value: &Value) -> bool {
    value.has(&["iid", "project_id", "source_branch", "target_branch"])
}

pub(super) fn is_version(value: &Value) -> bool {
    value.has(&["head_commit_sha", "start_commit_sha", "merge_request_id"])
}

pub(super) fn is_deployment(value: &Value) -> bool {
    value.has(&["iid", "environment", "sha", "deployable", "status"])
}

pub(super) fn is_pipeline(value: &Value) -> bool {
    value.has(&["iid", "sha", "source", "status", "project_id"])
}

pub(super) fn is_audit_event(value: &Value) -> bool {
    value.has(&["author_id", "entity_type", "details", "created_at"])
}

pub(super) fn is_environment(value: &Value) -> bool {
    value.has(&["name", "slug", "state", "created_at"]) && !value.has(&["sha"])
}

/// Freeze periods and protected environments.
pub(super) fn is_state(value: &Value) -> bool {
    value.has(&["freeze_start", "freeze_end"]) || value.has(&["name", "deploy_access_levels"])
}

/// Host and path of a project, from an address within it: `https://HOST/acme/shop/-/jobs/501`.
pub(super) fn project(url: Option<&str>) -> (String, String) {
    let Some((host, path)) = url.and_then(host_and_path) else { return Default::default() };
    let path = path.split("/-/").next().unwrap_or(path);
    (host.to_lowercase(), path.trim_matches('/').to_owned())
}

/// The host of a user's page.
fn host_of(user: &Value) -> String {
    user.text("web_url")
        .and_then(host_and_path)
        .map(|(host, _)| host.to_lowercase())
        .unwrap_or_default()
}

/// Where an object of a project is from.
pub(super) fn from(place: &(String, String), object: &str, id: &str, item: &Item) -> Provenance {
    let mut from = origin("gitlab", &place.0, &place.1, object, id, item);
    from.rank = if item.is_hook() { 11 } else { 12 };
    from
}

fn login(user: &Value) -> Option<Value> {
    user.text("username").filter(|name| *name != "ghost").map(|name| json!(name))
}

pub(super) fn request(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let number = value.id("iid").unwrap_or_default();
    let what = format!("merge request !{number}");
    let Some(when) = value.time("merged_at") else {
        return out.no_event(item, what, "it was not merged");
    };
    let sha = |key: &str| value.text(key).and_then(full_id);
    let (merge, squash) = (sha("merge_commit_sha"), sha("squash_commit_sha"));
    // Fast-forward: neither is there, and the head itself landed.
    let Some(landed) = merge.clone().or(squash.clone()).or(sha("sha")) else {
        return out.too_little(item, what, "it names no commit that landed");
    };
    let parents = (out.commit)(&landed).map_or(0, |commit| commit.parents.len());
    let method = match (&squash, &merge) {
        (Some(_), _) => Some("squash"),
        (None, Some(_)) if parents > 1 => Some("merge"),
        _ => None,
    };
    let place = project(value.text("web_url"));
    let merger = if value.at("merge_user").is_object() { "merge_user" } else { "merged_by" };
    let mut from = from(&place, "merge_request", &value.id("id").unwrap_or_default(), item);
    from.as_of = as_of(value, "updated_at", item);
    let draft = Draft::new(Kind::Change, when, from)
        .who(who::gitlab(value.at(merger), &place.0))
        .what("number", Some(format!("!{number}")))
        .what("base", value.text("target_branch"))
        .what("head_commit", sha("sha").or_else(|| Some(landed.clone())))
        .what("squash_commit", squash.filter(|squash| *squash != landed))
        .what("merge_commit", Some(landed))
        .what("method", method)
        .what("author", login(value.at("author")))
        .what("merged_by", login(value.at(merger)))
        .what("url", value.text("web_url"));
    out.draft(item, draft);
}

pub(super) fn deployment(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let what = format!("deployment {id}");
    let status = value.text("status").unwrap_or_default();
    let job = value.text("deployable.web_url");
    let mut place = project(job);
    if place.0.is_empty() {
        place.0 = host_of(value.at("user"));
    }
    let (commit, env) = (value.text("sha").and_then(full_id), value.text("environment.name"));
    let (Some(commit), Some(env)) = (commit, env) else {
        return out.too_little(item, what, "it names no full commit or no environment");
    };
    let last_approval = approvals(item, &place, &id, &commit, env, out);
    let Some(outcome) = outcome(status) else {
        return out.no_event(item, what, "it has not ended");
    };
    let Some(when) = value.time("deployable.finished_at").or_else(|| value.time("updated_at"))
    else {
        return out.too_little(item, what, "it has no time");
    };
    // A job that waits for approvals does not begin before the last of them, whatever it states.
    let started = value.time("deployable.started_at");
    let started = started.filter(|at| last_approval.is_none_or(|last| *at >= last) && *at <= when);
    let mut from = from(&place, "deployment", &id, item);
    from.key = format!("deployment/{id}/{status}");
    from.as_of = as_of(value, "updated_at", item);
    let draft = Draft::new(Kind::Deploy, when, from)
        .who(who::gitlab(value.at("user"), &place.0))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("deployment", Some(id))
        .what("run", value.id("deployable.pipeline.id"))
        .what("url", job)
        .moment("started", started)
        .env(Some(env));
    out.draft(item, draft);
}

/// The outcome of a final status; none for every other.
pub(super) fn outcome(status: &str) -> Option<&'static str> {
    match status {
        "success" => Some("success"),
        "failed" => Some("failure"),
        "canceled" | "cancelled" => Some("cancelled"),
        _ => None,
    }
}

/// The approvals of a deployment, which may stand in it twice; the time of the last one.
fn approvals(
    item: &Item,
    place: &(String, String),
    id: &str,
    commit: &str,
    env: &str,
    out: &mut Out<'_>,
) -> Option<i64> {
    let value = &item.value;
    let rules = value.items("approval_summary.rules").iter();
    let in_rules = rules.flat_map(|rule| rule.items("deployment_approvals"));
    let mut last = None;
    for approval in value.items("approvals").iter().chain(in_rules) {
        let at = approval.time("created_at");
        last = last.max(at);
        let status = approval.text("status").unwrap_or_default();
        approved(
            item,
            place,
            id,
            (commit, env),
            (approval.at("user"), status, at, approval.text("comment")),
            out,
        );
    }
    last
}

/// One approval of a deployment: who, which way, when, and in which words.
pub(super) fn approved(
    item: &Item,
    place: &(String, String),
    id: &str,
    (commit, env): (&str, &str),
    (user, status, at, comment): (&Value, &str, Option<i64>, Option<&str>),
    out: &mut Out<'_>,
) {
    let what = format!("approval of deployment {id}");
    if !matches!(status, "approved" | "rejected") {
        return out.no_event(item, what, "no decision");
    }
    let Some(at) = at else { return out.too_little(item, what, "it has no time") };
    let number = user.id("id").unwrap_or_else(|| "unknown".to_owned());
    let mut from = from(place, "approval", id, item);
    from.key = format!("deployment/{id}/approval/{number}/{status}");
    let draft = Draft::new(Kind::Approval, at, from)
        .who(who::gitlab(user, &place.0))
        .what("commit", Some(commit))
        .what("decision", Some(status))
        .what("deployment", Some(id))
        .env(Some(env))
        .why(comment);
    out.draft(item, draft);
}

pub(super) fn pipeline(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let place = project(value.text("web_url"));
    let mut from = from(&place, "pipeline", &value.id("id").unwrap_or_default(), item);
    if !value.has(&["user"]) {
        from.rank = 11;
    }
    from.as_of = as_of(value, "updated_at", item);
    let when = value.time("finished_at").or_else(|| value.time("updated_at"));
    let run = Run { value, user: who::gitlab(value.at("user"), &place.0), when, from };
    run.draft(item, out);
}

/// A pipeline that ended, by API or webhook.
pub(super) struct Run<'v> {
    pub(super) value: &'v Value,
    pub(super) user: Map<String, Value>,
    pub(super) when: Option<i64>,
    pub(super) from: Provenance,
}

impl Run<'_> {
    pub(super) fn draft(self, item: &Item, out: &mut Out<'_>) {
        let Run { value, user, when, from } = self;
        let what = format!("pipeline {}", from.id);
        let Some(outcome) = outcome(value.text("status").unwrap_or_default()) else {
            return out.no_event(item, what, "it has not ended with a result");
        };
        let (Some(commit), Some(when)) = (value.text("sha").and_then(full_id), when) else {
            return out.too_little(item, what, "it names no commit, or no time");
        };
        let name = value.text("name");
        let kind =
            if name.is_some_and(|name| (out.is_test)(name)) { Kind::Test } else { Kind::Build };
        let run = from.id.clone();
        let draft = Draft::new(kind, when, from)
            .who(user)
            .what("commit", Some(commit))
            .what("outcome", Some(outcome))
            .what("name", name)
            .what("run", Some(run))
            .what("event", value.text("source"))
            .moment("started", value.time("started_at").filter(|at| *at <= when));
        out.draft(item, draft);
    }
}

pub(super) fn environment(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let (Some(name), Some(when)) = (value.text("name"), value.time("created_at")) else {
        return out.too_little(item, format!("environment {id}"), "it has no name, or no time");
    };
    // The answer names no host and no project.
    let from = from(&Default::default(), "environment", &id, item);
    let draft = Draft::new(Kind::Environment, when, from)
        .what("action", Some("created"))
        .what("url", value.text("external_url"))
        .env(Some(name));
    out.draft(item, draft);
}

impl GitLab {
    pub(super) fn remember(&mut self, user: &Value) {
        // Webhooks leave the page out, and with it the host.
        if let (Some(id), true) = (user.id("id"), user.has(&["username", "web_url"])) {
            self.users.entry(id).or_insert_with(|| {
                json!({"id": user.at("id"), "username": user.at("username"), "name": user.at("name"), "web_url": user.at("web_url")})
            });
        }
    }

    pub(super) fn version(&mut self, value: &Value) {
        let head = value.text("head_commit_sha").and_then(full_id);
        if let (Some(request), Some(head), Some(at)) =
            (value.id("merge_request_id"), head, value.time("created_at"))
        {
            self.versions.entry(request).or_default().push((at, head));
        }
    }

    /// The reviews that the approvals of a merge request are.
    pub(super) fn reviews(&self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let (request, number) =
            (value.id("id").unwrap_or_default(), value.id("iid").unwrap_or_default());
        for approval in value.items("approved_by") {
            let user = approval.at("user");
            let what =
                format!("approval of !{number} by {}", user.text("username").unwrap_or("somebody"));
            let Some(at) = approval.time("approved_at") else {
                let detail = "it has no time, so nothing says which commit it saw (GitLab before 18 gives none)";
                out.too_little(item, what, detail);
                continue;
            };
            let versions = self.versions.get(&request);
            let newest = versions.into_iter().flatten().filter(|(made, _)| *made <= at).max();
            let Some((_, head)) = newest else {
                let detail = "GitLab doesn't say which commit an approval saw: give the versions of the merge request, too";
                out.skip(item.file, what, Reason::Incomplete, detail);
                continue;
            };
            review(item, &(host_of(user), String::new()), (&request, &number), head, user, at, out);
        }
    }

    pub(super) fn audit_event(&self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let id = value.id("id").unwrap_or_default();
        let details = value.at("details");
        let Some(when) = value.time("created_at") else {
            return out.too_little(item, format!("audit event {id}"), "it has no time");
        };
        let known = |id: Option<String>| self.users.get(&id?);
        let author = known(value.id("author_id"));
        let mut from = from(&Default::default(), "audit_event", &id, item);
        from.rank = if author.is_some() { 12 } else { 11 };
        let mut user = who::named(details.text("author_name"), details.text("author_email"));
        user.extend(author.and_then(login).map(|login| ("login".to_owned(), login)));
        user.extend(value.id("author_id").map(|id| ("id".to_owned(), json!(id))));
        let draft = |kind| Draft::new(kind, when, from).who(user);
        let target = details.text("target_details");
        let add = details.text("add").filter(|what| what.contains("access"));
        let remove = details.text("remove").filter(|what| what.contains("access"));
        if add.is_some() || remove.is_some() {
            let grantee = known(details.id("target_id"));
            let grantee = grantee.map(|user| who::gitlab(user, &host_of(user)));
            let grantee = grantee.and_then(|user| user.get("email").cloned());
            let draft = draft(Kind::Access)
                .what("action", Some(if add.is_some() { "granted" } else { "revoked" }))
                .what("grantee", grantee.or(target.map(|name| json!(name))))
                .what("role", Some(details.text("as").unwrap_or("member")));
            return out.draft(item, draft);
        }
        if let Some(key) = details.text("change") {
            let draft = draft(Kind::Config)
                .what("key", Some(key))
                .what("change", Some("changed"))
                .what("before", digest(details.at("from")))
                .what("after", digest(details.at("to")));
            return out.draft(item, draft);
        }
        match details.text("custom_message") {
            Some(text) => {
                out.draft(item, draft(Kind::Note).what("subject", target).why(Some(text)))
            }
            None => {
                out.no_event(item, format!("audit event {id}"), "nothing that a record could state")
            }
        }
    }
}

/// What stands for a value that must not be recorded.
fn digest(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(format!("sha256:{}", Id::of(text.as_bytes())))
}

/// An approval of a merge request in the state in which it stood then.
pub(super) fn review(
    item: &Item,
    place: &(String, String),
    (request, number): (&str, &str),
    head: &str,
    user: &Value,
    at: i64,
    out: &mut Out<'_>,
) {
    let id = user.id("id").unwrap_or_else(|| "unknown".to_owned());
    let mut from = from(place, "review", request, item);
    from.key = format!("merge_request/{request}/approval/{id}/{head}");
    let draft = Draft::new(Kind::Review, at, from)
        .who(who::gitlab(user, &place.0))
        .what("number", Some(format!("!{number}")))
        .what("state", Some("approved"))
        .what("head_commit", Some(head));
    out.draft(item, draft);
}

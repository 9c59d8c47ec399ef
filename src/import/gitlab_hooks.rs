//! GitLab's webhooks: merge requests, deployments, pipelines, members.
//!
//! They say which commit an approval saw, and that approvals were taken back. They don't say which commit a squash
//! made; a deployment's approvals come as its "status", which is no outcome.

use super::gitlab_rest::{Run, approved, from, outcome, project, review};
use super::item::{Item, Out, full_id};
use super::json::Look;
use super::{Draft, who};
use crate::event::Kind;
use serde_json::Value;

pub(super) fn takes(item: &Item) -> bool {
    let value = &item.value;
    let kind = value.text("object_kind").is_some()
        && (value.has(&["project"]) || value.has(&["object_attributes"]));
    kind || is_member(value) || item.header("x-gitlab-event").is_some()
}

fn is_member(value: &Value) -> bool {
    let event = value.text("event_name").unwrap_or_default();
    (event.starts_with("user_") && value.has(&["user_id", "group_access"]))
        || (event.starts_with("user_") && value.has(&["user_id", "access_level"]))
}

pub(super) fn read(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    match value.text("object_kind") {
        Some("merge_request") => request(item, out),
        Some("deployment") => deployment(item, out),
        Some("pipeline") => pipeline(item, out),
        _ if is_member(value) => member(item, out),
        kind => {
            let what = format!("webhook {}", kind.unwrap_or("of GitLab"));
            out.no_event(item, what, "nothing that a record could state");
        }
    }
}

fn request(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let request = value.at("object_attributes");
    let (id, number) =
        (request.id("id").unwrap_or_default(), request.id("iid").unwrap_or_default());
    let action = request.text("action").unwrap_or_default();
    let what = format!("webhook merge_request {action} of !{number}");
    let place = project(value.text("project.web_url"));
    let head = request.text("last_commit.id").and_then(full_id);
    let at = request.time("updated_at").or(item.received);
    let (Some(at), Some(head)) = (at, head) else {
        return out.too_little(item, what, "it names no time, or no commit");
    };
    match action {
        "approved" | "approval" => {
            review(item, &place, (&id, &number), &head, value.at("user"), at, out);
        }
        "unapproved" | "unapproval" => unapproved(item, &place, (&id, &number), &head, at, out),
        "merge" => merged(item, &place, (&id, &number), head, at, out),
        _ => out.no_event(item, what, "nothing that a record could state"),
    }
}

/// Somebody took an approval back; or a push took all of them, which names nobody.
fn unapproved(
    item: &Item,
    place: &(String, String),
    (id, number): (&str, &str),
    head: &str,
    at: i64,
    out: &mut Out<'_>,
) {
    let value = &item.value;
    let system = value.is("object_attributes.system");
    let user = who::gitlab(value.at("user"), &place.0);
    let reviewer = user.get("email").filter(|_| !system).cloned();
    let pusher = value.text("user.username").filter(|_| system);
    let person = value.id("user.id").filter(|_| !system).unwrap_or_else(|| "system".to_owned());
    let mut from = from(place, "review", id, item);
    from.key = format!("merge_request/{id}/unapproval/{person}/{head}");
    let draft = Draft::new(Kind::Review, at, from)
        .who(if system { who::unknown() } else { user })
        .what("number", Some(format!("!{number}")))
        .what("state", Some("dismissed"))
        .what("head_commit", Some(head))
        .what("reviewer", reviewer)
        .what("pushed_by", pusher);
    out.draft(item, draft);
}

fn merged(
    item: &Item,
    place: &(String, String),
    (id, number): (&str, &str),
    head: String,
    at: i64,
    out: &mut Out<'_>,
) {
    let value = &item.value;
    let request = value.at("object_attributes");
    let sha = |key: &str| request.text(key).and_then(full_id);
    let Some(merge) = sha("merge_commit_sha").or_else(|| sha("squash_commit_sha")) else {
        let detail =
            "the commit that landed isn't in the webhook: GitLab leaves out that of a squash";
        return out.too_little(item, format!("merge request !{number}"), detail);
    };
    let parents = (out.commit)(&merge).map_or(0, |commit| commit.parents.len());
    let user = who::gitlab(value.at("user"), &place.0);
    let merger = user.get("login").cloned();
    let draft = Draft::new(Kind::Change, at, from(place, "merge_request", id, item))
        .who(user)
        .what("number", Some(format!("!{number}")))
        .what("base", request.text("target_branch"))
        .what("head_commit", Some(head))
        .what("merge_commit", Some(merge))
        .what("method", (parents > 1).then_some("merge"))
        .what("merged_by", merger)
        .what("url", request.text("url"));
    out.draft(item, draft);
}

fn deployment(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("deployment_id").unwrap_or_default();
    let status = value.text("status").unwrap_or_default();
    let what = format!("webhook deployment {id} {status}");
    let commit = value.text("commit_url").and_then(|url| url.rsplit('/').next()).and_then(full_id);
    let (Some(commit), Some(env)) = (commit, value.text("environment")) else {
        return out.too_little(item, what, "it names no full commit or no environment");
    };
    let place = project(value.text("project.web_url"));
    let changed = value.time("status_changed_at").or(item.received);
    if value.at("approval").is_object() {
        let at = value.time("approval.created_at").or(changed);
        let status = value.text("approval.status").unwrap_or(status);
        let said = (value.at("approver"), status, at, value.text("approval.comment"));
        return approved(item, &place, &id, (&commit, env), said, out);
    }
    let Some(outcome) = outcome(status) else {
        return out.no_event(item, what, "no final state of a deployment");
    };
    let Some(when) = changed else { return out.too_little(item, what, "it has no time") };
    let mut from = from(&place, "deployment", &id, item);
    from.key = format!("deployment/{id}/{status}");
    let draft = Draft::new(Kind::Deploy, when, from)
        .who(who::gitlab(value.at("user"), &place.0))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("deployment", Some(id))
        .what("url", value.text("deployable_url"))
        .env(Some(env));
    out.draft(item, draft);
}

fn pipeline(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let pipeline = value.at("object_attributes");
    let place = project(value.text("project.web_url"));
    let from = from(&place, "pipeline", &pipeline.id("id").unwrap_or_default(), item);
    let user = who::gitlab(value.at("user"), &place.0);
    Run { value: pipeline, user, when: pipeline.time("finished_at"), from }.draft(item, out);
}

/// A member of a group or project; who added them is not said.
fn member(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let event = value.text("event_name").unwrap_or_default();
    let what = format!("webhook {event}");
    let Some(action) = (match event {
        _ if event.starts_with("user_add_to") => Some("granted"),
        _ if event.starts_with("user_update_for") => Some("granted"),
        _ if event.starts_with("user_remove_from") => Some("revoked"),
        _ => None,
    }) else {
        return out.no_event(item, what, "no change of access");
    };
    let Some(when) = value.time("updated_at").or(item.received) else {
        return out.too_little(item, what, "it has no time");
    };
    let user = value.id("user_id").unwrap_or_default();
    let scope = value.text("group_path").or(value.text("project_path_with_namespace"));
    let scope = scope.unwrap_or_default();
    let role = value.text("group_access").or(value.text("access_level")).unwrap_or("member");
    let mut from = from(&Default::default(), "member", &user, item);
    from.key = format!("member/{scope}/{user}/{event}/{role}");
    let address = value.text("user_email").filter(|email| email.contains('@'));
    let draft = Draft::new(Kind::Access, when, from)
        .what("action", Some(action))
        .what("grantee", address.or(value.text("user_username")))
        .what("role", Some(format!("{role} of {scope}")))
        .moment("expires", value.time("expires_at"));
    out.draft(item, draft);
}

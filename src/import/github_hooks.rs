//! GitHub's webhooks: the same objects as REST gives, at the moment when they changed.
//!
//! They say what REST does not: who dismissed a review and when, what it had been, when an approval
//! was given (that it was received then), whose access changed. A delivery has an id of its own, which is the same
//! when it is delivered again; the key is always that of the object.

use super::github_rest::{self, GitHub, Place, approval, place};
use super::item::{Item, Out, full_id};
use super::json::Look;
use super::{Draft, who};
use crate::event::Kind;
use crate::ledger::Id;
use serde_json::Value;

/// Whether it is a webhook of GitHub: Gitea and Forgejo send its header, too, but no `node_id`.
pub(super) fn takes(item: &Item) -> bool {
    let value = &item.value;
    let theirs = ["x-gitea-event", "x-forgejo-event", "x-gogs-event"];
    if theirs.iter().any(|name| item.header(name).is_some()) {
        return false;
    }
    let node =
        ["repository.node_id", "sender.node_id", "organization.node_id", "pull_request.node_id"];
    let node = node.iter().any(|path| value.has(&[path])) || value.has(&["merge_group.head_sha"]);
    match item.header("x-github-event") {
        Some(_) => node,
        None => node && event(item).is_some(),
    }
}

/// The name of the event: by the header, else by what is in it.
fn event(item: &Item) -> Option<&str> {
    if let Some(name) = item.header("x-github-event") {
        return Some(name);
    }
    let value = &item.value;
    let shapes: [(&str, &[&str]); 15] = [
        ("pull_request_review", &["action", "review", "pull_request"]),
        ("pull_request", &["action", "pull_request", "number"]),
        ("deployment_status", &["deployment_status", "deployment"]),
        ("deployment_review", &["action", "workflow_run", "since"]),
        ("deployment", &["action", "deployment", "repository"]),
        ("workflow_run", &["action", "workflow_run", "workflow"]),
        ("check_run", &["action", "check_run", "repository"]),
        ("member", &["action", "member", "repository"]),
        ("membership", &["action", "member", "team"]),
        ("team", &["action", "team", "organization"]),
        ("branch_protection_rule", &["action", "rule", "repository"]),
        ("repository_ruleset", &["action", "repository_ruleset"]),
        ("merge_group", &["action", "merge_group"]),
        ("push", &["ref", "before", "after", "pusher"]),
        ("ping", &["zen", "hook_id"]),
    ];
    shapes.iter().find(|(_, keys)| value.has(keys)).map(|(name, _)| *name)
}

pub(super) fn read(github: &mut GitHub, item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let event = event(item).unwrap_or_default();
    let action = value.text("action").unwrap_or_default();
    let sender = || who::github(value.at("sender"), &repository(value).0);
    match (event, action) {
        ("pull_request", "closed") => github_rest::pull(item, value.at("pull_request"), None, out),
        ("pull_request_review", "dismissed") => {
            let at = item.received.map(|at| (sender(), at));
            github_rest::review(item, value.at("review"), at, out);
        }
        ("pull_request_review", "submitted" | "edited") => {
            github_rest::review(item, value.at("review"), None, out);
        }
        ("deployment_status", _) => {
            github.deployment(item, value.at("deployment"), out);
            let run = value.id("workflow_run.id");
            github.status(item, value.at("deployment_status"), run, out);
        }
        ("deployment_review", "approved" | "rejected") => approved(item, action, out),
        ("workflow_run", "completed") => github_rest::run(item, value.at("workflow_run"), out),
        ("member", "added" | "removed") => member(item, action, out),
        ("membership", "added" | "removed") => member(item, action, out),
        ("team", "added_to_repository" | "removed_from_repository") => team(item, action, out),
        ("branch_protection_rule", "created" | "edited" | "deleted") => {
            rule(item, "rule", "branch protection", action, out);
        }
        ("repository_ruleset", "created" | "edited" | "deleted") => {
            rule(item, "repository_ruleset", "ruleset", action, out);
        }
        ("push", _) if value.is("forced") => forced(item, out),
        _ => {
            let what = format!("webhook {event} {action}");
            out.no_event(item, what.trim_end().to_owned(), "nothing that a record could state");
        }
    }
}

fn repository(value: &Value) -> Place {
    place(value, &["repository.html_url", "repository.url", "workflow_run.html_url"])
}

/// When it was received; without that nothing can be said of these events.
fn received(item: &Item, what: &str, out: &mut Out<'_>) -> Option<i64> {
    if item.received.is_none() {
        let detail = "nothing says when it was received, and it has no time of its own";
        out.too_little(item, what.to_owned(), detail);
    }
    item.received
}

fn approved(item: &Item, state: &str, out: &mut Out<'_>) {
    let value = &item.value;
    let run = value.id("workflow_run.id").unwrap_or_default();
    let what = format!("approval of run {run}");
    let Some(when) = received(item, &what, out) else { return };
    // These run on the head of the default branch, whatever they deploy.
    let elsewhere = ["workflow_dispatch", "workflow_run", "schedule", "pull_request"];
    let event = value.text("workflow_run.event").unwrap_or_default();
    let sha = value.text("workflow_run.head_sha").and_then(full_id);
    let Some(sha) = sha.filter(|_| !elsewhere.contains(&event)) else {
        return out.too_little(item, what, "it doesn't say which commit was to be deployed");
    };
    let place = repository(value);
    let mut jobs =
        value.items("workflow_job_runs").iter().filter_map(|job| job.text("environment"));
    let one = value.text("workflow_job_run.environment").or(value.text("environment"));
    let mut envs: Vec<&str> = jobs.by_ref().chain(one).collect();
    envs.sort_unstable();
    envs.dedup();
    if envs.is_empty() {
        return out.too_little(item, what, "it names no environment");
    }
    for env in envs {
        let mut draft = approval(item, &place, &run, env, state, value.at("approver"), when)
            .what("commit", Some(sha.clone()))
            .why(value.text("comment"));
        draft.from.rank = 12;
        out.draft(item, draft);
    }
}

/// A collaborator, or a member of a team.
fn member(item: &Item, action: &str, out: &mut Out<'_>) {
    let value = &item.value;
    let place = repository(value);
    let login = value.text("member.login").unwrap_or_default();
    let Some(when) = received(item, &format!("access of {login}"), out) else { return };
    let member = who::github(value.at("member"), &place.0);
    let team = value.text("team.slug").map(|team| format!("team {team}"));
    let role = team.or_else(|| {
        let role = value.text("changes.role_name.to").or(value.text("changes.permission.to"));
        Some(role?.to_owned())
    });
    let granted = if action == "added" { "granted" } else { "revoked" };
    let delivery = item.header("x-github-delivery").unwrap_or_default().to_owned();
    let mut from = github_rest::from(&place, "access", &delivery, item);
    if delivery.is_empty() {
        let id = value.id("member.id").unwrap_or_default();
        from.key = format!("access/{id}/{granted}/{}", role.as_deref().unwrap_or_default());
    }
    let draft = Draft::new(Kind::Access, when, from)
        .who(who::github(value.at("sender"), &place.0))
        .what("action", Some(granted))
        .what("grantee", member.get("email").or(member.get("name")).cloned())
        .what("role", Some(role.unwrap_or_else(|| "collaborator".to_owned())));
    out.draft(item, draft);
}

/// What a whole team may do in the repository.
fn team(item: &Item, action: &str, out: &mut Out<'_>) {
    let value = &item.value;
    let place = repository(value);
    let slug = value.text("team.slug").unwrap_or_default();
    let Some(when) = received(item, &format!("access of team {slug}"), out) else { return };
    let delivery = item.header("x-github-delivery").unwrap_or(slug).to_owned();
    let granted = if action.starts_with("added") { "granted" } else { "revoked" };
    let draft =
        Draft::new(Kind::Access, when, github_rest::from(&place, "access", &delivery, item))
            .who(who::github(value.at("sender"), &place.0))
            .what("action", Some(granted))
            .what("grantee", Some(format!("team {slug}")))
            .what("role", Some(value.text("team.permission").unwrap_or("member")));
    out.draft(item, draft);
}

/// A rule of the repository: its content as a digest.
fn rule(item: &Item, member: &str, name: &str, action: &str, out: &mut Out<'_>) {
    let value = &item.value;
    let place = repository(value);
    let rule = value.at(member);
    let id = rule.id("id").unwrap_or_default();
    let Some(when) = rule.time("updated_at").or_else(|| received(item, name, out)) else { return };
    let label = rule.text("name").unwrap_or(&id).to_owned();
    let change = match action {
        "created" => "set",
        "deleted" => "unset",
        _ => "changed",
    };
    let mut from = github_rest::from(&place, member, &id, item);
    let digest = Id::of(rule.to_string().as_bytes());
    // Each state of a rule is a fact of its own.
    from.key = format!("{member}/{id}/{change}/{digest}");
    let after = (change != "unset").then(|| format!("sha256:{digest}"));
    let draft = Draft::new(Kind::Config, when, from)
        .who(who::github(value.at("sender"), &place.0))
        .what("key", Some(format!("{name} {label}")))
        .what("change", Some(change))
        .what("after", after);
    out.draft(item, draft);
}

fn forced(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let place = repository(value);
    let reference = value.text("ref").unwrap_or("a reference");
    let (before, after) =
        (value.text("before").unwrap_or_default(), value.text("after").unwrap_or_default());
    let Some(when) = received(item, &format!("push to {reference}"), out) else { return };
    let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
    let mut from = github_rest::from(&place, "push", after, item);
    from.key = format!("push/{reference}/{before}/{after}");
    let draft = Draft::new(Kind::Note, when, from)
        .who(who::github(value.at("sender"), &place.0))
        .what("subject", Some(reference))
        .why(Some(&format!("forced {reference} from {} to {}", short(before), short(after))));
    out.draft(item, draft);
}

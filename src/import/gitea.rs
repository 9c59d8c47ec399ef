//! Gitea and Forgejo: what their API answers, and their webhooks.
//!
//! They look like GitHub without `node_id`. A webhook about a review has no id, no time and no commit: the commit is the
//! head of the request, the time that of receipt; so reviews are named by request, person, commit and verdict.

use super::item::{Item, Out, as_of, full_id, host_and_path, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::Provenance;
use serde_json::Value;

#[derive(Default)]
pub(super) struct Gitea;

type Place = (String, String);

impl Source for Gitea {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        let headers = ["x-gitea-event", "x-forgejo-event", "x-gogs-event"];
        if headers.iter().any(|name| item.header(name).is_some()) {
            return true;
        }
        !value.has(&["node_id"])
            && (is_pull(value)
                || is_review(value)
                || is_run(value)
                || is_status(value)
                || is_hook(value))
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        if is_hook(value) || item.is_hook() {
            hook(item, out);
        } else if is_pull(value) {
            pull(item, value, out);
        } else if is_review(value) {
            review(item, out);
        } else if is_run(value) {
            run(item, out);
        } else {
            status(item, out);
        }
    }
}

fn is_pull(value: &Value) -> bool {
    value.has(&["number", "merge_base", "merged", "base.ref"])
}

fn is_review(value: &Value) -> bool {
    value.has(&["state", "official", "stale", "pull_request_url"])
}

fn is_run(value: &Value) -> bool {
    value.has(&["head_sha", "run_number", "run_attempt", "html_url"])
        && !value.has(&["workflow_id", "node_id"])
}

fn is_status(value: &Value) -> bool {
    value.has(&["context", "target_url", "creator", "created_at"])
}

fn is_hook(value: &Value) -> bool {
    value.has(&["action", "pull_request.merge_base", "repository"])
}

/// The repository that an address lies in: `https://HOST/acme/pay/pulls/12`, or below `/api/v1/repos/`.
fn place(url: Option<&str>) -> Place {
    let Some((host, path)) = url.and_then(host_and_path) else { return Place::default() };
    let path = path.strip_prefix("api/v1/repos/").or(path.strip_prefix("api/v1/")).unwrap_or(path);
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some(owner), Some(name)) => (host.to_lowercase(), format!("{owner}/{name}")),
        _ => Place::default(),
    }
}

fn from(place: &Place, object: &str, id: &str, item: &Item) -> Provenance {
    origin("gitea", &place.0, &place.1, object, id, item)
}

fn pull(item: &Item, value: &Value, out: &mut Out<'_>) {
    let number = value.id("number").unwrap_or_default();
    let what = format!("pull request #{number}");
    let Some(when) = value.time("merged_at").filter(|_| value.is("merged")) else {
        return out.no_event(item, what, "it was not merged");
    };
    let Some(merge) = value.text("merge_commit_sha").and_then(full_id) else {
        return out.too_little(item, what, "it doesn't name the commit that merged it");
    };
    let place = place(value.text("html_url").or(value.text("url")));
    let parents = (out.commit)(&merge).map_or(0, |commit| commit.parents.len());
    let user = |path: &str| who::gitea(value.at(path), &place.0);
    let mut from = from(&place, "pull", &number, item);
    from.key = format!("pull/{}/{number}", place.1);
    from.as_of = as_of(value, "updated_at", item);
    let draft = Draft::new(Kind::Change, when, from)
        .who(user("merged_by"))
        .what("number", Some(format!("#{number}")))
        .what("base", value.text("base.ref"))
        .what("head_commit", value.text("head.sha").and_then(full_id))
        .what("merge_commit", Some(merge))
        .what("method", (parents > 1).then_some("merge"))
        .what("author", user("user").get("login").cloned())
        .what("merged_by", user("merged_by").get("login").cloned())
        .what("url", value.text("html_url"));
    out.draft(item, draft);
}

/// What a review says, by API or webhook.
struct Reviewed<'v> {
    number: String,
    state: &'v str,
    dismissed: bool,
    user: &'v Value,
    head: Option<String>,
    at: Option<i64>,
    marks: [Option<bool>; 2],
}

impl Reviewed<'_> {
    fn draft(self, item: &Item, place: &Place, out: &mut Out<'_>) {
        let what = format!("review of #{}", self.number);
        let was = match self.state.to_ascii_lowercase().as_str() {
            "approved" | "pull_request_review_approved" => "approved",
            "request_changes" | "rejected" | "pull_request_review_rejected" => "changes_requested",
            "comment" | "pull_request_review_comment" => "commented",
            "request_review" | "pending" => {
                return out.no_event(item, what, "a request, no verdict");
            }
            _ => return out.too_little(item, what, "its state is none that is known"),
        };
        let Some(at) = self.at else { return out.too_little(item, what, "it has no time") };
        let user = who::gitea(self.user, &place.0);
        let person = self.user.id("id").unwrap_or_else(|| "unknown".to_owned());
        let head = self.head.unwrap_or_default();
        let mut from = from(place, "review", &self.number, item);
        from.key = format!("review/{}/{}/{person}/{head}/{was}", place.1, self.number);
        from.rank = match (item.is_hook(), self.dismissed) {
            (true, false) => 11,
            (false, false) => 12,
            (_, true) => 22,
        };
        let reviewer = user.get("email").filter(|_| self.dismissed).cloned();
        let draft = Draft::new(Kind::Review, at, from)
            .who(user)
            .what("number", Some(format!("#{}", self.number)))
            .what("state", Some(if self.dismissed { "dismissed" } else { was }))
            .what("was", self.dismissed.then_some(was))
            .what("reviewer", reviewer)
            .what("head_commit", Some(head).filter(|head| !head.is_empty()))
            .what("stale", self.marks[0])
            .what("official", self.marks[1]);
        out.draft(item, draft);
    }
}

fn review(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let url = value.text("pull_request_url").unwrap_or_default();
    let reviewed = Reviewed {
        number: url.rsplit('/').next().unwrap_or_default().to_owned(),
        state: value.text("state").unwrap_or_default(),
        dismissed: value.is("dismissed"),
        user: value.at("user"),
        head: value.text("commit_id").and_then(full_id),
        at: value.time("submitted_at"),
        marks: [value.at("stale").as_bool(), value.at("official").as_bool()],
    };
    reviewed.draft(item, &place(Some(url)), out);
}

fn run(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let attempt = value.at("run_attempt").as_u64().unwrap_or(1).max(1);
    let what = format!("run {id}, attempt {attempt}");
    let outcome = match value.text("conclusion").or(value.text("status")) {
        Some("success") => "success",
        Some("failure" | "timed_out") => "failure",
        Some("cancelled") => "cancelled",
        _ => return out.no_event(item, what, "it has not ended with a result"),
    };
    let times = ["completed_at", "stopped", "updated_at"];
    let (commit, when) =
        (value.text("head_sha").and_then(full_id), times.iter().find_map(|path| value.time(path)));
    let (Some(commit), Some(when)) = (commit, when) else {
        return out.too_little(item, what, "it names no commit, or no time");
    };
    let place = place(value.text("html_url"));
    let mut from = from(&place, "run", &id, item);
    from.key = format!("run/{id}/{attempt}");
    let name = value.text("name").or(value.text("path")).or(value.text("display_title"));
    let kind = if name.is_some_and(|name| (out.is_test)(name)) { Kind::Test } else { Kind::Build };
    let actor = if value.at("trigger_actor").is_object() { "trigger_actor" } else { "actor" };
    let draft = Draft::new(kind, when, from)
        .who(who::gitea(value.at(actor), &place.0))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("name", name)
        .what("run", Some(id))
        .what("attempt", Some(attempt))
        .what("event", value.text("event"))
        .moment("started", value.time("started_at").filter(|at| *at <= when));
    out.draft(item, draft);
}

/// The status that a program gave a commit.
fn status(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let what = format!("status {id}");
    let outcome = match value.text("status").or(value.text("state")) {
        Some("success") => "success",
        Some("failure" | "error") => "failure",
        _ => return out.no_event(item, what, "it has not ended with a result"),
    };
    let url = value.text("url").unwrap_or_default();
    let commit = url.rsplit('/').next().and_then(full_id);
    let (Some(commit), Some(when)) = (commit, value.time("updated_at")) else {
        return out.too_little(item, what, "it names no commit, or no time");
    };
    let place = place(Some(url));
    let name = value.text("context");
    let kind = if name.is_some_and(|name| (out.is_test)(name)) { Kind::Test } else { Kind::Build };
    let draft = Draft::new(kind, when, from(&place, "status", &id, item))
        .who(who::gitea(value.at("creator"), &place.0))
        .what("commit", Some(commit))
        .what("outcome", Some(outcome))
        .what("name", name);
    out.draft(item, draft);
}

fn hook(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let action = value.text("action").unwrap_or_default();
    let event = ["x-forgejo-event-type", "x-gitea-event-type", "x-forgejo-event", "x-gitea-event"];
    let event = event.iter().find_map(|name| item.header(name)).unwrap_or("pull_request");
    let pull_request = value.at("pull_request");
    match action {
        "closed" if pull_request.is_object() => pull(item, pull_request, out),
        "reviewed" => {
            let reviewed = Reviewed {
                number: value.id("number").or(pull_request.id("number")).unwrap_or_default(),
                state: value.text("review.type").unwrap_or(event),
                dismissed: false,
                user: value.at("sender"),
                head: pull_request.text("head.sha").and_then(full_id),
                at: item.received,
                marks: [None, None],
            };
            reviewed.draft(item, &place(pull_request.text("html_url")), out);
        }
        _ => {
            let what = format!("webhook {event} {action}");
            out.no_event(item, what.trim_end().to_owned(), "nothing that a record could state");
        }
    }
}

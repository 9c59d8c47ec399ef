//! Bitbucket Cloud and Data Center: webhooks about pull requests.
//!
//! Cloud gives twelve digits of a commit, which count if they mean one commit here. Data Center gives whole ids, and which
//! commit a reviewer saw last.

use super::item::{Item, Out, full_id, host_and_path, origin};
use super::json::Look;
use super::left_out::Reason;
use super::{Draft, Source, who};
use crate::event::Kind;
use serde_json::{Map, Value, json};

#[derive(Default)]
pub(super) struct Bitbucket;

impl Source for Bitbucket {
    fn takes(&self, item: &Item) -> bool {
        item.value.has(&["pullrequest", "actor"]) || item.value.has(&["eventKey", "pullRequest"])
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        if item.value.has(&["eventKey"]) { data_center(item, out) } else { cloud(item, out) }
    }
}

fn cloud(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let request = value.at("pullrequest");
    let number = request.id("id").unwrap_or_default();
    let what = format!("pull request #{number}");
    let repo = request.text("destination.repository.full_name").unwrap_or_default();
    let host = request.text("links.html.href").and_then(host_and_path).map_or("", |(host, _)| host);
    let commit =
        |path: &str, out: &Out<'_>| (out.commit)(request.text(path)?).map(|commit| commit.id);
    let head = commit("source.commit.hash", out);
    let from = |key: String, object: &str| {
        let mut from = origin("bitbucket", host, repo, object, &number, item);
        from.key = key;
        from
    };
    let event = item.header("x-event-key").unwrap_or_default();
    let (approval, changes) = (value.at("approval"), value.at("changes_request"));
    if approval.is_object() || changes.is_object() {
        let (said, state) = match (approval.is_object(), event) {
            (true, "pullrequest:unapproved") => (approval, "dismissed"),
            (true, _) => (approval, "approved"),
            (false, _) => (changes, "changes_requested"),
        };
        let Some(when) = said.time("date").or(item.received) else {
            return out.too_little(item, format!("review of #{number}"), "it has no time");
        };
        let user = cloud_user(said.at("user"));
        let id = said.text("user.uuid").unwrap_or("unknown");
        let hash = request.text("source.commit.hash").unwrap_or_default();
        let reviewer = user.get("email").filter(|_| state == "dismissed").cloned();
        let draft = Draft::new(
            Kind::Review,
            when,
            from(format!("review/{repo}/{number}/{id}/{hash}/{state}"), "review"),
        )
        .who(user)
        .what("number", Some(format!("#{number}")))
        .what("state", Some(state))
        .what("reviewer", reviewer)
        .what("head_commit", head);
        return out.draft(item, draft);
    }
    if request.text("state") != Some("MERGED") {
        return out.no_event(item, what, "it was not merged");
    }
    let Some(merge) = commit("merge_commit.hash", out) else {
        let hash = request.text("merge_commit.hash").unwrap_or("its merge commit");
        let detail = format!(
            "{hash}, which are too few digits to look for elsewhere: `git fetch` may bring it"
        );
        return out.skip(item.file, what, Reason::CommitNotHere, &detail);
    };
    let Some(when) = request.time("updated_on") else {
        return out.too_little(item, what, "it has no time");
    };
    let parents = (out.commit)(&merge).map(|commit| commit.parents).unwrap_or_default();
    // The head of a merged branch is a parent of the merge.
    let head = head.or_else(|| {
        let short = request.text("source.commit.hash")?;
        parents.iter().find(|parent| parent.starts_with(short)).cloned()
    });
    let Some(head) = head else {
        let detail = "the head of the branch isn't here, and twelve digits of it are no id";
        return out.too_little(item, what, detail);
    };
    let closer = cloud_user(request.at("closed_by"));
    let draft = Draft::new(Kind::Change, when, from(format!("pull/{repo}/{number}"), "pull"))
        .what("number", Some(format!("#{number}")))
        .what("base", request.text("destination.branch.name"))
        .what("head_commit", Some(head))
        .what("merge_commit", Some(merge))
        .what("method", (parents.len() > 1).then_some("merge"))
        .what("author", cloud_user(request.at("author")).get("login").cloned())
        .what("merged_by", closer.get("login").cloned())
        .what("url", request.text("links.html.href"))
        .who(closer);
    out.draft(item, draft);
}

/// A user of Cloud: accounts have no address, and names change.
fn cloud_user(user: &Value) -> Map<String, Value> {
    let Some(login) = user.text("nickname").or(user.text("username")).or(user.text("account_id"))
    else {
        return who::unknown();
    };
    who::members([
        ("name", Some(user.text("display_name").unwrap_or(login).to_owned())),
        ("email", Some(format!("{login}@users.noreply.bitbucket.org"))),
        ("login", Some(login.to_owned())),
        ("id", user.text("account_id").or(user.text("uuid")).map(str::to_owned)),
        (
            "type",
            Some(if user.text("type") == Some("app_user") { "bot" } else { "user" }.to_owned()),
        ),
    ])
}

fn data_center(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let request = value.at("pullRequest");
    let number = request.id("id").unwrap_or_default();
    let event = value.text("eventKey").unwrap_or_default();
    let what = format!("webhook {event} of #{number}");
    let target = request.at("toRef.repository");
    let (project, slug) =
        (target.text("project.key").unwrap_or_default(), target.text("slug").unwrap_or_default());
    let repo = format!("{}/{slug}", project.to_lowercase());
    let Some(when) = value.time("date").or(item.received) else {
        return out.too_little(item, what, "it has no time");
    };
    let actor = user(value.at("actor"));
    let from = |key: String, object: &str| {
        let mut from = origin("bitbucket-dc", "", &repo, object, &number, item);
        from.key = key;
        from
    };
    let head = request.text("fromRef.latestCommit").and_then(full_id);
    match event {
        "pr:merged" => {
            let Some(merge) = request.text("properties.mergeCommit.id").and_then(full_id) else {
                return out.too_little(item, what, "it doesn't name the commit that merged it");
            };
            let parents = (out.commit)(&merge).map_or(0, |commit| commit.parents.len());
            let draft =
                Draft::new(Kind::Change, when, from(format!("pull/{repo}/{number}"), "pull"))
                    .what("number", Some(format!("#{number}")))
                    .what("base", request.text("toRef.displayId"))
                    .what("head_commit", head)
                    .what("merge_commit", Some(merge))
                    .what("method", (parents > 1).then_some("merge"))
                    .what("author", request.text("author.user.name"))
                    .what("merged_by", value.text("actor.name"))
                    .who(actor);
            out.draft(item, draft);
        }
        "pr:reviewer:approved" | "pr:reviewer:needs_work" | "pr:reviewer:unapproved" => {
            let state = match event {
                "pr:reviewer:approved" => "approved",
                "pr:reviewer:needs_work" => "changes_requested",
                _ => "dismissed",
            };
            let seen = value.text("participant.lastReviewedCommit").and_then(full_id);
            let id = value.id("participant.user.id").unwrap_or_else(|| "unknown".to_owned());
            let commit = seen.clone().unwrap_or_default();
            let reviewer = actor.get("email").filter(|_| state == "dismissed").cloned();
            let draft = Draft::new(
                Kind::Review,
                when,
                from(format!("review/{repo}/{number}/{id}/{commit}/{state}"), "review"),
            )
            .what("number", Some(format!("#{number}")))
            .what("state", Some(state))
            .what("reviewer", reviewer)
            .what("head_commit", seen)
            .who(actor);
            out.draft(item, draft);
        }
        _ => out.no_event(item, what, "nothing that a record could state"),
    }
}

/// A user of Data Center.
fn user(user: &Value) -> Map<String, Value> {
    let Some(login) = user.text("name") else { return who::unknown() };
    let mut found = who::named(user.text("displayName").or(Some(login)), user.text("emailAddress"));
    let bot = user.text("type") == Some("SERVICE");
    found.insert("login".to_owned(), json!(login));
    found.insert("type".to_owned(), json!(if bot { "bot" } else { "user" }));
    found.extend(user.id("id").map(|id| ("id".to_owned(), json!(id))));
    found
}

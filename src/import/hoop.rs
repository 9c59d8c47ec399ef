//! hoop, an access gateway: sessions, reviews of sessions, its audit log, and the standalone inspector's lines.
//!
//! A review approves a *session*, never a deploy: each group that approved is `access` granted. Scripts, event streams
//! and payloads are not taken over, for secrets live there; their digests are.

use super::item::{Item, Out, full_id, origin};
use super::json::Look;
use super::left_out::Reason;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::{Id, Provenance};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What hoop's items say, and what is kept of them to be joined.
#[derive(Default)]
pub(super) struct Hoop {
    /// Who may be granted access by a review: address and connection of its session.
    sessions: BTreeMap<String, (String, String, Option<String>)>,
    reviews: Vec<Item>,
}

impl Source for Hoop {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        is_session(value) || is_review(value) || is_log(value) || is_inspected(value)
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        if is_session(value) {
            let user = value.text("user").unwrap_or_default().to_owned();
            let role = value.text("connection").unwrap_or_default().to_owned();
            let env = value.text("connection_tags.env").map(str::to_owned);
            self.sessions.insert(value.id("id").unwrap_or_default(), (user, role, env));
            session(item, out);
            if value.at("review").is_object() {
                let mut review = value.at("review").clone();
                review["session"] = value.at("id").clone();
                self.reviews.push(Item { value: review, ..item.clone() });
            }
        } else if is_review(value) {
            self.reviews.push(item.clone());
        } else if is_log(value) {
            log(item, out);
        } else {
            inspected(item, out);
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        for item in std::mem::take(&mut self.reviews) {
            self.review(&item, out);
        }
    }
}

fn is_session(value: &Value) -> bool {
    value.has(&["connection", "verb", "start_date"])
}

fn is_review(value: &Value) -> bool {
    value.has(&["review_groups_data", "access_duration"])
}

fn is_log(value: &Value) -> bool {
    value.has(&["actor_subject", "resource_type", "action", "outcome"])
}

fn is_inspected(value: &Value) -> bool {
    value.has(&["kind", "session_id", "principal", "timestamp"])
}

fn from(object: &str, id: &str, item: &Item) -> Provenance {
    origin("hoop", "", "", object, id, item)
}

/// A person or machine by address and name.
fn person(email: Option<&str>, name: Option<&str>, machine: bool) -> Map<String, Value> {
    let mut who = who::named(name.or(email), email);
    if machine && !who::is_unknown(&who) {
        who.insert("type".to_owned(), json!("service"));
    }
    who
}

/// A session that ended, as a note.
fn session(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let Some(when) = value.time("end_date") else {
        return out.no_event(item, format!("session {id}"), "it has not ended");
    };
    let machine = value.text("identity_type") == Some("machine");
    let script =
        value.text("script.data").map(|text| format!("sha256:{}", Id::of(text.as_bytes())));
    // −100 means that it is not known.
    let exit = value.at("exit_code").as_i64().filter(|code| *code >= 0);
    let connection = value.text("connection").unwrap_or_default();
    let text = format!("{} session on {connection}", value.text("verb").unwrap_or("a"));
    let mut draft = Draft::new(Kind::Note, when, from("session", &id, item))
        .who(person(value.text("user"), value.text("user_name"), machine))
        .what("subject", Some(format!("session {id}")))
        .what("script", script)
        .what("exit_code", exit)
        .moment("started", value.time("start_date"))
        .env(value.text("connection_tags.env"))
        .service(value.text("role_name").or(value.text("connection")))
        .why(Some(&text));
    let commit = value.text("metadata.commit").and_then(full_id);
    // A session is a fact without its commit, too.
    draft = draft.what("commit", commit.filter(|id| (out.commit)(id).is_some()));
    let tickets =
        [value.text("metadata.ticket"), value.text("integrations_metadata.jira_issue_key")];
    let mut tickets: Vec<&str> = tickets.into_iter().flatten().collect();
    tickets.dedup();
    if !tickets.is_empty() {
        draft.why.insert("tickets".to_owned(), json!(tickets));
    }
    out.draft(item, draft);
}

impl Hoop {
    /// Each group's word on a session.
    fn review(&self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let id = value.id("id").unwrap_or_default();
        let session = value.id("session").unwrap_or_default();
        for group in value.items("review_groups_data") {
            let name = group.text("group").unwrap_or_default();
            let what = format!("review {id} by {name}");
            let status = group.text("status").unwrap_or_default();
            if !matches!(status, "APPROVED" | "REJECTED" | "REVOKED") {
                out.no_event(item, what, "the group has not decided");
                continue;
            }
            let Some(when) = group.time("review_date") else {
                out.too_little(item, what, "it has no time");
                continue;
            };
            let Some((grantee, role, env)) = self.sessions.get(&session) else {
                let detail =
                    "its session is in none of the files, so nothing says whose access it is";
                out.skip(item.file, what, Reason::Incomplete, detail);
                continue;
            };
            let reviewer =
                person(group.text("reviewed_by.email"), group.text("reviewed_by.name"), false);
            let mut from = from("review", &id, item);
            from.key = format!("review/{id}/{name}/{status}");
            let said =
                |kind, from| Draft::new(kind, when, from).who(reviewer.clone()).env(env.as_deref());
            if status == "REJECTED" {
                let text = value.text("rejection_reason").unwrap_or("rejected");
                let draft =
                    said(Kind::Note, from).what("subject", Some(format!("session {session}")));
                out.draft(item, draft.why(Some(&format!("{name} rejected the session: {text}"))));
                continue;
            }
            let lasts = value.at("access_duration").as_i64().filter(|nanoseconds| *nanoseconds > 0);
            let expires = lasts.filter(|_| value.text("type") == Some("jit"));
            let expires = expires.map(|nanoseconds| when + nanoseconds / 1_000_000_000);
            let granted = if status == "APPROVED" { "granted" } else { "revoked" };
            let draft = said(Kind::Access, from.clone())
                .what("action", Some(granted))
                .what("grantee", Some(grantee.clone()))
                .what("role", Some(role.clone()))
                .what("session", Some(session.clone()))
                .moment("expires", expires);
            out.draft(item, draft);
            if group.is("forced_review") {
                // Break glass: somebody alone stood in for all groups.
                from.key = format!("review/{id}/{name}/forced");
                let draft = said(Kind::Exception, from)
                    .what("rule", Some("hoop-review"))
                    .what("subject", Some(format!("session {session}")));
                out.draft(item, draft.why(Some(&format!("forced by {name}"))));
            }
        }
    }
}

fn log(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let id = value.id("id").unwrap_or_default();
    let what = format!("audit log {id}");
    let Some(when) = value.time("created_at") else {
        return out.too_little(item, what, "it has no time");
    };
    let resource = value.text("resource_type").unwrap_or_default();
    let action = value.text("action").unwrap_or_default();
    let actor = person(value.text("actor_email"), value.text("actor_name"), false);
    let draft = |kind| Draft::new(kind, when, from("audit_log", &id, item)).who(actor);
    let payload = value.at("request_payload_redacted");
    let name = payload.text("name").or(payload.text("email"));
    let named = value.text("http_path").and_then(|path| path.rsplit('/').next());
    let name = name.or(named).unwrap_or(resource);
    if !value.is("outcome") {
        let text = format!(
            "refused: {action} of {resource} ({})",
            value.text("error_message").unwrap_or("no reason given")
        );
        return out.draft(item, draft(Kind::Note).what("subject", Some(name)).why(Some(&text)));
    }
    let draft = match resource {
        "users" | "user_groups" | "service_accounts" | "api_keys" => {
            let revoked = matches!(action, "delete" | "revoke");
            draft(Kind::Access)
                .what("action", Some(if revoked { "revoked" } else { "granted" }))
                .what("grantee", Some(name))
                .what("role", Some(resource))
        }
        _ => {
            let change = match action {
                "create" => "set",
                "delete" => "unset",
                _ => "changed",
            };
            let after = (!payload.is_null())
                .then(|| format!("sha256:{}", Id::of(payload.to_string().as_bytes())));
            draft(Kind::Config)
                .what("key", Some(format!("{resource} {name}")))
                .what("change", Some(change))
                .what("after", after.filter(|_| change != "unset"))
        }
    };
    out.draft(item, draft);
}

/// A line of the inspector: what was refused, and that a session ended.
fn inspected(item: &Item, out: &mut Out<'_>) {
    let value = &item.value;
    let kind = value.text("kind").unwrap_or_default();
    let session = value.text("session_id").unwrap_or_default();
    let what = format!("inspector {kind} of {session}");
    let Some(when) = value.time("timestamp") else {
        return out.too_little(item, what, "it has no time");
    };
    let text = match kind {
        "violation" => format!("refused by {}", value.text("rule").unwrap_or("a rule")),
        "session_end" => "session ended".to_owned(),
        _ => return out.no_event(item, what, "nothing that a record could state"),
    };
    let statement =
        value.text("statement").map(|text| format!("sha256:{}", Id::of(text.as_bytes())));
    let mut from = from("inspector", session, item);
    let digest = statement.clone().unwrap_or_default();
    from.key = format!("inspector/{session}/{kind}/{digest}");
    let draft = Draft::new(Kind::Note, when, from)
        .who(person(value.text("principal"), None, false))
        .what("subject", Some(format!("session {session}")))
        .what("script", statement)
        .service(value.text("connection"))
        .why(Some(&text));
    out.draft(item, draft);
}

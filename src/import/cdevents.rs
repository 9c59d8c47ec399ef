//! CDEvents 0.4 and 0.5 (and what of the 0.6 draft is the same), bare or in CloudEvents.
//!
//! ```text
//! {"context":{"specversion":"0.5.1","id":"…","source":"/ci/1","type":"dev.cdevents.service.deployed.0.3.0",
//!             "timestamp":"2026-09-01T11:54:40.3Z"},"subject":{"id":"pay","content":{"environment":{"id":"production"},
//!             "artifactId":"pkg:github/acme/pay@2e5220bf…"}}}
//! ```
//!
//! Read by subject and predicate; the last digits of versions don't matter. No event has an actor or a commit: the commit
//! is in the artifact's package URL, or where `--commit-from` says in `customData`. `source` and `id` together
//! name an event, by the specification.

use super::item::{Item, Out, full_id, origin};
use super::json::Look;
use super::{Draft, Source};
use crate::event::Kind;
use serde_json::Value;

#[derive(Default)]
pub(super) struct CdEvents;

impl Source for CdEvents {
    fn takes(&self, item: &Item) -> bool {
        let kind = item.value.text("context.type").unwrap_or_default();
        kind.starts_with("dev.cdevents.") && item.value.has(&["subject.content"])
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let mut parts = value.text("context.type").unwrap_or_default().split('.').skip(2);
        let (subject, predicate) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let (id, source) = (value.id("context.id"), value.text("context.source"));
        let what = format!("event {subject}.{predicate} {}", id.as_deref().unwrap_or_default());
        let (Some(id), Some(source)) = (id, source) else {
            return out.too_little(item, what, "it has no id, or no source");
        };
        let Some(when) = value.time("context.timestamp") else {
            return out.too_little(item, what, "it has no time");
        };
        let event = Event { item, value, what, when, source, id };
        match (subject, predicate) {
            ("service", "deployed" | "upgraded") => event.deployed(out),
            ("service", "rolledback") => event.rolled_back(out),
            ("service", "removed" | "published") => {
                event.note(&format!("service {predicate}"), out)
            }
            ("build" | "pipelinerun", "finished") => event.ran(Kind::Build, out),
            ("testsuiterun" | "testcaserun", "finished") => event.ran(Kind::Test, out),
            ("artifact", "packaged" | "published" | "signed") => event.artifact(predicate, out),
            ("environment", "created" | "modified" | "deleted") => {
                event.environment(predicate, out)
            }
            ("incident", "detected" | "resolved") => event.incident(predicate, out),
            ("change", "merged") => event.merged(out),
            ("change", "reviewed") => {
                event.note("change reviewed, with what verdict the event doesn't say", out)
            }
            ("approval", "closed") => event.approved(out),
            _ => out.no_event(item, event.what.clone(), "nothing that a record could state"),
        }
    }
}

struct Event<'v> {
    item: &'v Item,
    value: &'v Value,
    what: String,
    when: i64,
    source: &'v str,
    id: String,
}

impl Event<'_> {
    fn draft(&self, kind: Kind) -> Draft {
        let mut from = origin("cdevents", "", "", "event", &self.id, self.item);
        from.key = format!("{}#{}", self.source, self.id);
        let content = self.value.at("subject.content");
        Draft::new(kind, self.when, from)
            .env(content.text("environment.id"))
            .service(content.text("service.id"))
    }

    fn content(&self) -> &Value {
        self.value.at("subject.content")
    }

    /// The artifact: a package URL.
    fn artifact_id(&self) -> Option<&str> {
        let subject = self.value.text("subject.id");
        let id = self.content().text("artifactId").or(subject);
        id.filter(|id| id.starts_with("pkg:"))
    }

    /// The commit: where the user says, else the version of the package URL if it is a full id.
    fn commit(&self, out: &Out<'_>) -> Option<String> {
        if let Some(path) = out.commit_from {
            return self.value.at("customData").text(path).and_then(full_id);
        }
        let (_, version) = self.artifact_id()?.rsplit_once('@')?;
        full_id(version.split(['?', '#']).next()?)
    }

    fn commit_or_leave(&self, out: &mut Out<'_>) -> Option<String> {
        let commit = self.commit(out);
        if commit.is_none() {
            let detail = "it names no commit: CDEvents have none; --commit-from PATH takes it from customData";
            out.too_little(self.item, self.what.clone(), detail);
        }
        commit
    }

    fn deployed(self, out: &mut Out<'_>) {
        let Some(commit) = self.commit_or_leave(out) else { return };
        let draft =
            self.draft(Kind::Deploy).what("commit", Some(commit)).what("outcome", Some("success"));
        out.draft(self.item, draft.what("artifact", self.artifact_id()).service(self.service()));
    }

    /// Events about a service have it as their subject.
    fn service(&self) -> Option<&str> {
        let name = self.value.text("subject.id")?;
        (!name.starts_with("pkg:")).then_some(name)
    }

    /// What it ran before is not said, and a rollback needs that: it is a deploy that says so.
    fn rolled_back(self, out: &mut Out<'_>) {
        let Some(commit) = self.commit_or_leave(out) else { return };
        let before = self.value.at("customData").text("from_commit").and_then(full_id);
        let kind = if before.is_some() { Kind::Rollback } else { Kind::Deploy };
        let draft = self.draft(kind).what("commit", Some(commit)).what("from_commit", before);
        let draft = draft.what("outcome", Some("success")).what("task", Some("rollback"));
        out.draft(self.item, draft.service(self.service()));
    }

    fn ran(self, kind: Kind, out: &mut Out<'_>) {
        let outcome = match self.content().text("outcome") {
            Some("success" | "pass") => "success",
            Some("failure" | "fail") => "failure",
            Some("cancel") => "cancelled",
            Some("error") => "error",
            // A build that has finished has made its artifact.
            None if self.artifact_id().is_some() => "success",
            _ => return out.too_little(self.item, self.what.clone(), "it has no outcome"),
        };
        let Some(commit) = self.commit_or_leave(out) else { return };
        let content = self.content();
        let name = content.text("pipelineName").or(content.text("testSuite.name"));
        let draft = self
            .draft(kind)
            .what("commit", Some(commit))
            .what("outcome", Some(outcome))
            .what("name", name.or(self.value.text("subject.id")))
            .why(content.text("reason").or(content.text("errors")));
        out.draft(self.item, draft);
    }

    fn artifact(self, predicate: &str, out: &mut Out<'_>) {
        let id = self.artifact_id().unwrap_or_default().to_owned();
        let Some(digest) = digest_of(&id) else {
            return out.too_little(self.item, self.what.clone(), "its package URL has no digest");
        };
        let draft = self.draft(Kind::Artifact).what("digest", Some(digest)).what("name", Some(id));
        out.draft(self.item, draft.what("event", Some(predicate)).what("commit", self.commit(out)));
    }

    fn environment(self, predicate: &str, out: &mut Out<'_>) {
        let content = self.content();
        let draft = self
            .draft(Kind::Environment)
            .what("action", Some(predicate))
            .what("url", content.text("uri").or(content.text("url")))
            .env(content.text("name").or(self.value.text("subject.id")));
        out.draft(self.item, draft);
    }

    fn incident(self, predicate: &str, out: &mut Out<'_>) {
        let action = if predicate == "detected" { "opened" } else { "resolved" };
        let content = self.content();
        let draft = self
            .draft(Kind::Incident)
            .what("incident", self.value.text("subject.id"))
            .what("action", Some(action))
            .what("commit", self.commit(out))
            .why(content.text("description"));
        out.draft(self.item, draft);
    }

    fn merged(self, out: &mut Out<'_>) {
        let custom = self.value.at("customData");
        let sha = |key: &str| custom.text(key).and_then(full_id);
        let (number, base) = (custom.id("number"), custom.text("base"));
        let (Some(head), Some(merge)) = (sha("head_commit"), sha("merge_commit")) else {
            let detail =
                "it names no commits: a change needs head_commit and merge_commit in customData";
            return out.too_little(self.item, self.what.clone(), detail);
        };
        let number = number.or_else(|| self.value.id("subject.id"));
        let draft = self
            .draft(Kind::Change)
            .what("number", number)
            .what("base", base)
            .what("head_commit", Some(head))
            .what("merge_commit", Some(merge));
        out.draft(self.item, draft);
    }

    fn approved(self, out: &mut Out<'_>) {
        let content = self.content();
        let decision = match content.text("decision").or(content.text("status")) {
            Some("approved") => "approved",
            Some("rejected" | "denied") => "rejected",
            _ => return self.note("approval closed without a decision", out),
        };
        if content.text("environment.id").is_none() {
            let text = format!("approval {decision}, of what environment the event doesn't say");
            return self.note(&text, out);
        }
        let Some(commit) = self.commit_or_leave(out) else { return };
        let draft = self
            .draft(Kind::Approval)
            .who(super::who::named(content.text("responder"), None))
            .what("decision", Some(decision))
            .what("commit", Some(commit));
        out.draft(self.item, draft);
    }

    fn note(self, text: &str, out: &mut Out<'_>) {
        let draft =
            self.draft(Kind::Note).what("subject", self.value.text("subject.id")).why(Some(text));
        out.draft(self.item, draft);
    }
}

/// The digest in a package URL: `pkg:oci/app@sha256%3A…`.
fn digest_of(purl: &str) -> Option<String> {
    let (_, version) = purl.rsplit_once('@')?;
    let version = version.split(['?', '#']).next()?.replace("%3A", ":").replace("%3a", ":");
    let hex = version.strip_prefix("sha256:")?;
    (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then(|| version.to_lowercase())
}

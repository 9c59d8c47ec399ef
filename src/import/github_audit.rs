//! GitHub's audit log: JSON or JSON Lines, as an organisation exports or streams it. Times are milliseconds.

use super::item::{Item, Out, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::Id;
use serde_json::json;

#[derive(Default)]
pub(super) struct GitHubAudit;

impl Source for GitHubAudit {
    fn takes(&self, item: &Item) -> bool {
        item.value.has(&["@timestamp", "action", "_document_id"])
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let id = value.id("_document_id").unwrap_or_default();
        let action = value.text("action").unwrap_or_default();
        let what = format!("audit log {action} {id}");
        let Some(when) = value.at("@timestamp").as_i64().and_then(super::time::milliseconds) else {
            return out.too_little(item, what, "it has no time");
        };
        let login = |path: &str| {
            value
                .text(path)
                .map(|login| json!({"login": login, "id": value.at(&format!("{path}_id"))}))
        };
        let actor =
            login("actor").map_or_else(who::unknown, |user| who::github(&user, "github.com"));
        let repo = value.text("repo").unwrap_or_default();
        let from = origin("github-audit", "github.com", repo, "audit_log", &id, item);
        let draft = |kind| Draft::new(kind, when, from).who(actor);
        let (subject, verb) = action.split_once('.').unwrap_or((action, ""));
        let scope =
            value.text("team").or(value.text("repo")).or(value.text("org")).unwrap_or_default();
        match (subject, verb) {
            ("org" | "repo" | "team", "add_member" | "remove_member" | "update_member") => {
                let user = login("user").map(|user| who::github(&user, "github.com"));
                let grantee = user.and_then(|user| user.get("email").cloned());
                let role = value.text("permission").unwrap_or("member");
                let action = if verb == "remove_member" { "revoked" } else { "granted" };
                let draft = draft(Kind::Access)
                    .what("action", Some(action))
                    .what("grantee", grantee)
                    .what("role", Some(format!("{role} of {scope}")));
                out.draft(item, draft);
            }
            ("protected_branch", "policy_override") => {
                let branch = value.text("branch").unwrap_or(scope);
                let draft = draft(Kind::Exception)
                    .what("rule", Some("github-branch-protection"))
                    .what("subject", Some(branch))
                    .why(Some("branch protection was overridden"));
                out.draft(item, draft);
            }
            ("protected_branch" | "repository_ruleset" | "environment", _) => {
                let change = match verb {
                    "create" => "set",
                    "destroy" | "delete" => "unset",
                    _ => "changed",
                };
                let name = value.text("name").or(value.text("branch")).unwrap_or(scope);
                let digest = format!("sha256:{}", Id::of(value.to_string().as_bytes()));
                let draft = draft(Kind::Config)
                    .what("key", Some(format!("{action} {name}")))
                    .what("change", Some(change))
                    .what("after", (change != "unset").then_some(digest));
                out.draft(item, draft);
            }
            _ => out.no_event(item, what, "nothing that a record could state"),
        }
    }
}

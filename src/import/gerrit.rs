//! Gerrit: `ssh … gerrit query --format=JSON --all-approvals --submit-records`, one change a line.
//!
//! A change is merged under the id of its last patch set; each vote names the patch set that it saw. `SUBM` is the submit, no vote.

use super::item::{Item, Out, full_id, host_and_path, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::Provenance;
use serde_json::{Map, Value, json};

#[derive(Default)]
pub(super) struct Gerrit;

impl Source for Gerrit {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        value.has(&["project", "branch", "id", "number", "status"])
            || (value.text("type") == Some("stats") && value.has(&["rowCount"]))
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        if value.has(&["rowCount"]) {
            if value.is("moreChanges") {
                out.suspects
                    .push("gerrit query says itself that there are more changes".to_owned());
            }
            return;
        }
        let change = Change { item, value };
        let current = value.at("currentPatchSet");
        for set in
            value.items("patchSets").iter().chain(Some(current).filter(|set| set.is_object()))
        {
            change.votes(set, out);
        }
        change.merged(current, out);
    }
}

struct Change<'v> {
    item: &'v Item,
    value: &'v Value,
}

impl Change<'_> {
    fn id(&self) -> String {
        self.value.id("id").unwrap_or_default()
    }

    fn from(&self, object: &str, key: String) -> Provenance {
        let host = self.value.text("url").and_then(host_and_path).map_or("", |(host, _)| host);
        let project = self.value.text("project").unwrap_or_default();
        let number = self.value.id("number").unwrap_or_default();
        let mut from = origin("gerrit", host, project, object, &number, self.item);
        from.key = key;
        from
    }

    fn votes(&self, set: &Value, out: &mut Out<'_>) {
        let number = self.value.id("number").unwrap_or_default();
        let head = set.text("revision").and_then(full_id);
        for vote in set.items("approvals") {
            let label = vote.text("type").unwrap_or_default();
            let (by, score) = (person(vote.at("by")), vote.id("value").unwrap_or_default());
            let what = format!("{label} {score} of change {number}");
            let state = match (label, score.as_str()) {
                ("SUBM", _) => continue,
                ("Code-Review", "2" | "+2") => "approved",
                ("Code-Review", "-1" | "-2") => "changes_requested",
                ("Code-Review", "1" | "+1" | "0") => "commented",
                _ => {
                    out.no_event(self.item, what, "a vote of another label");
                    continue;
                }
            };
            let Some(when) = vote.at("grantedOn").as_i64().and_then(super::time::within) else {
                out.too_little(self.item, what, "it has no time");
                continue;
            };
            let (patch, login) = (
                set.id("number").unwrap_or_default(),
                vote.text("by.username").unwrap_or_default(),
            );
            let from = self.from("review", format!("change/{number}/{patch}/{label}/{login}"));
            let draft = Draft::new(Kind::Review, when, from)
                .who(by)
                .what("number", Some(self.id()))
                .what("state", Some(state))
                .what("head_commit", head.clone())
                .what("url", self.value.text("url"));
            out.draft(self.item, draft);
        }
    }

    fn merged(&self, current: &Value, out: &mut Out<'_>) {
        let number = self.value.id("number").unwrap_or_default();
        let what = format!("change {number}");
        if self.value.text("status") != Some("MERGED") {
            return out.no_event(self.item, what, "it was not merged");
        }
        let submit =
            current.items("approvals").iter().find(|vote| vote.text("type") == Some("SUBM"));
        let submitted = submit.and_then(|vote| vote.at("grantedOn").as_i64());
        let when =
            submitted.or(self.value.at("lastUpdated").as_i64()).and_then(super::time::within);
        let (Some(commit), Some(when)) = (current.text("revision").and_then(full_id), when) else {
            return out.too_little(
                self.item,
                what,
                "it names no commit, or no time: query with --current-patch-set",
            );
        };
        let submitter = submit.map_or_else(who::unknown, |vote| person(vote.at("by")));
        let draft = Draft::new(Kind::Change, when, self.from("change", format!("change/{number}")))
            .what("number", Some(self.id()))
            .what("base", self.value.text("branch"))
            .what("head_commit", Some(commit.clone()))
            .what("merge_commit", Some(commit))
            .what("author", self.value.text("owner.username"))
            .what("merged_by", submitter.get("login").cloned())
            .what("url", self.value.text("url"))
            .who(submitter);
        out.draft(self.item, draft);
    }
}

fn person(user: &Value) -> Map<String, Value> {
    let mut who = who::named(user.text("name").or(user.text("username")), user.text("email"));
    who.extend(user.text("username").map(|login| ("login".to_owned(), json!(login))));
    who
}

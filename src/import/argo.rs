//! Argo CD: applications as `kubectl get applications.argoproj.io -o json` or `argocd app get -o json` print them.
//!
//! Each entry of `status.history` is a deployment that succeeded; the last operation, if it failed, one that did not. Only
//! the last ten are kept there. A chart's version is no commit. The commit is one of the repository that holds the
//! *configuration*: where that is another repository, nothing is taken over.

use super::item::{Item, Out, full_id, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::{Provenance, name};
use serde_json::{Map, Value};

#[derive(Default)]
pub(super) struct Argo;

impl Source for Argo {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        let api = value.text("apiVersion").unwrap_or_default();
        (api.starts_with("argoproj.io/") && value.text("kind") == Some("Application"))
            || value.has(&["deployedAt", "id", "revision"])
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let (Some(uid), Some(app)) = (value.id("metadata.uid"), value.text("metadata.name")) else {
            let detail = "it doesn't say of which application: give the application (argocd app get APP -o json)";
            return out.too_little(item, "history of an application".to_owned(), detail);
        };
        let app = App { item, value, uid, app };
        let history = value.items("status.history");
        for entry in history {
            app.deployed(entry, out);
        }
        app.operation(out);
    }
}

struct App<'v> {
    item: &'v Item,
    value: &'v Value,
    uid: String,
    app: &'v str,
}

impl App<'_> {
    /// The environment: by its label, else where it runs. The cluster's own address says nothing.
    fn env(&self) -> Option<&str> {
        let labels = ["metadata.labels.env", "metadata.labels.environment"];
        let label = labels.iter().find_map(|path| self.value.text(path));
        label
            .or(self.value.text("spec.destination.name").filter(|name| *name != "in-cluster"))
            .or(self.value.text("spec.destination.namespace"))
    }

    fn from(&self, key: String, repo: &str) -> Provenance {
        let mut from = origin("argocd", "", "", "application", &self.uid, self.item);
        if let Some((host, path)) =
            name::from_url(repo).as_deref().and_then(|name| name.split_once('/'))
        {
            from.repo = path.to_owned();
            // The host of the repository is no host of Argo's: the key stays that of the application.
            let _ = host;
        }
        from.key = format!("application/{}/{key}", self.uid);
        from
    }

    /// The revision that is a commit of ours, and its repository.
    fn commit(&self, entry: &Value, out: &Out<'_>) -> Option<(String, String)> {
        let single = [(entry.text("revision"), entry.text("source.repoURL"))];
        let revisions = entry.items("revisions").iter().map(Value::as_str);
        let urls = entry.items("sources").iter().map(|source| source.text("repoURL"));
        let all: Vec<(String, String)> = single
            .into_iter()
            .chain(revisions.zip(urls))
            .filter_map(|(revision, url)| {
                Some((full_id(revision?)?, url.unwrap_or_default().to_owned()))
            })
            .collect();
        let here = all.iter().find(|(revision, _)| (out.commit)(revision).is_some());
        here.or(all.first()).cloned()
    }

    fn deployed(&self, entry: &Value, out: &mut Out<'_>) {
        let id = entry.id("id").unwrap_or_default();
        let what = format!("history {id} of {}", self.app);
        let Some((commit, repo)) = self.commit(entry, out) else {
            return out.too_little(
                self.item,
                what,
                "its revision is no commit: a chart's version is none",
            );
        };
        let Some(when) = entry.time("deployedAt") else {
            return out.too_little(self.item, what, "it has no time");
        };
        let draft = self
            .draft(when, self.from(id, &repo), initiator(entry.at("initiatedBy")))
            .what("commit", Some(commit))
            .what("outcome", Some("success"))
            .moment("started", entry.time("deployStartedAt").filter(|at| *at <= when));
        out.draft(self.item, draft);
    }

    fn draft(&self, when: i64, from: Provenance, who: Map<String, Value>) -> Draft {
        Draft::new(Kind::Deploy, when, from).who(who).env(self.env()).service(Some(self.app))
    }

    /// The last operation; one that succeeded stands in the history.
    fn operation(&self, out: &mut Out<'_>) {
        let state = self.value.at("status.operationState");
        if !matches!(state.text("phase"), Some("Failed" | "Error")) {
            return;
        }
        let what = format!("failed operation of {}", self.app);
        let result = state.at("syncResult");
        let result = if result.is_object() { result } else { self.value.at("status.sync") };
        let (Some((commit, repo)), Some(when)) =
            (self.commit(result, out), state.time("finishedAt"))
        else {
            return out.too_little(self.item, what, "it names no commit, or no time");
        };
        let from = self.from(format!("failed/{commit}"), &repo);
        let draft = self
            .draft(when, from, initiator(state.at("operation.initiatedBy")))
            .what("commit", Some(commit))
            .what("outcome", Some("failure"))
            .moment("started", state.time("startedAt").filter(|at| *at <= when))
            .why(state.text("message"));
        out.draft(self.item, draft);
    }
}

fn initiator(by: &Value) -> Map<String, Value> {
    if by.is("automated") {
        return who::members([
            ("name", Some("Argo CD".to_owned())),
            ("email", Some("argocd".to_owned())),
            ("type", Some("service".to_owned())),
        ]);
    }
    let user = by.text("username").filter(|name| !name.is_empty());
    who::named(user, user.filter(|name| name.contains('@')))
}

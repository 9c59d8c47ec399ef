//! GitLab: which of its items is which; `gitlab_rest` reads those of the API, `gitlab_hooks` webhooks.

use super::gitlab_rest::{
    GitLab, deployment, environment, is_audit_event, is_deployment, is_environment, is_pipeline,
    is_request, is_state, is_version, pipeline, request,
};
use super::item::{Item, Out};
use super::json::Look;
use super::{Source, gitlab_hooks};

impl Source for GitLab {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        gitlab_hooks::takes(item)
            || is_request(value)
            || value.has(&["iid", "approved_by"])
            || is_version(value)
            || is_deployment(value)
            || is_pipeline(value)
            || is_audit_event(value)
            || is_environment(value)
            || is_state(value)
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        for path in ["user", "author", "merge_user", "approver"] {
            self.remember(value.at(path));
        }
        if gitlab_hooks::takes(item) {
            gitlab_hooks::read(item, out);
        } else if value.has(&["iid", "approved_by"]) {
            for approval in value.items("approved_by") {
                self.remember(approval.at("user"));
            }
            self.approvals.push(item.clone());
        } else if is_request(value) {
            request(item, out);
        } else if is_version(value) {
            self.version(value);
        } else if is_deployment(value) {
            deployment(item, out);
        } else if is_pipeline(value) {
            pipeline(item, out);
        } else if is_audit_event(value) {
            self.audit_events.push(item.clone());
        } else if is_environment(value) {
            environment(item, out);
        } else {
            out.no_event(
                item,
                "a rule of the project".to_owned(),
                "a state without a time; it belongs in the policy",
            );
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        for item in std::mem::take(&mut self.approvals) {
            self.reviews(&item, out);
        }
        for item in std::mem::take(&mut self.audit_events) {
            self.audit_event(&item, out);
        }
    }
}

//! GitHub: which of its items is which; `github_rest` reads those of the API and of `gh`, `github_hooks` webhooks.

use super::github_rest::{
    GitHub, check, environment, gh_pull, is_approvals, is_check, is_deployment, is_environment,
    is_gh_pull, is_pull, is_review, is_run, is_status, other, pull, review, run,
};
use super::item::{Item, Out};
use super::json::Look;
use super::{Source, github_hooks};

impl Source for GitHub {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        if github_hooks::takes(item) {
            return true;
        }
        let rest = value.has(&["node_id"]);
        is_gh_pull(value)
            || is_approvals(value)
            || value.has(&["commit", "pulls"])
            || value.has(&["push_type", "before", "after"])
            || value.has(&["after_sha", "before_sha", "result", "repository_name"])
            || (rest && (is_pull(value) || is_review(value) || is_deployment(value)))
            || (rest && (is_status(value) || is_run(value) || is_check(value)))
            || (rest && is_environment(value))
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        if github_hooks::takes(item) {
            github_hooks::read(self, item, out);
        } else if is_gh_pull(value) {
            gh_pull(item, out);
        } else if is_approvals(value) {
            self.approvals(item, out);
        } else if value.has(&["commit", "pulls"]) {
            self.pulls_of_commit(item);
        } else if is_pull(value) {
            pull(item, value, None, out);
        } else if is_review(value) {
            review(item, value, None, out);
        } else if is_deployment(value) {
            self.deployment(item, value, out);
        } else if is_status(value) {
            self.status(item, value, None, out);
        } else if is_run(value) {
            run(item, value, out);
        } else if is_check(value) {
            check(item, value, out);
        } else if is_environment(value) {
            environment(item, value, out);
        } else {
            other(item, value, out);
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        for (item, commits) in std::mem::take(&mut self.pulls_of_commits).into_values() {
            pull(&item, &item.value, Some(&commits), out);
        }
        self.join_approvals(out);
        self.join_statuses(out);
    }
}

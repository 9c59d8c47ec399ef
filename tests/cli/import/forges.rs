//! `audit import github` and `gitlab` without a file, with a `gh` and a `glab` that replay the stories.

#![allow(clippy::unwrap_used)]

use super::{NOW, bodies, facts, file, import, story};
use crate::common::{Output, Repo, World};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Values of a file of a story, whatever container they are in.
fn values(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(file(name)).unwrap();
    let mut found = Vec::new();
    let mut open: Vec<Value> = serde_json::Deserializer::from_str(&text)
        .into_iter::<Value>()
        .map(Result::unwrap)
        .collect();
    open.reverse();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list.into_iter().rev()),
            Value::Object(ref object) if object.contains_key("total_count") => {
                let list = object.values().find_map(Value::as_array).unwrap();
                open.extend(list.iter().rev().cloned());
            }
            other => found.push(other),
        }
    }
    found
}

/// A program that answers each path with a file, page by page, and writes down what it was asked.
struct Stub {
    folder: PathBuf,
}

impl Stub {
    fn new(world: &World, program: &str) -> Stub {
        let folder = world.root().join("stub");
        fs::create_dir_all(folder.join("answers")).unwrap();
        let script = format!(
            "#!/bin/sh\nd={0}\nfor last; do :; done\nprintf '%s\\n' \"$*\" >>$d/asked\nif [ -f $d/fails ]; then cat $d/fails >&2; exit 1; fi\nf=$d/answers/$(printf '%s' \"$last\" | tr '/?&=%' '_____')\nif [ -f \"$f\" ]; then cat \"$f\"; else printf '[]'; fi\n",
            folder.display()
        );
        let path = folder.join(program);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Stub { folder }
    }

    /// The answer to a path: pages of two items, back to back.
    fn answer(&self, path: &str, items: &[Value]) {
        let pages: String =
            items.chunks(2).map(|page| Value::from(page.to_vec()).to_string()).collect();
        self.raw(path, &pages);
    }

    fn raw(&self, path: &str, text: &str) {
        let name: String =
            path.chars().map(|c| if "/?&=%".contains(c) { '_' } else { c }).collect();
        fs::write(self.folder.join("answers").join(name), text).unwrap();
    }

    fn run(&self, repo: &Repo<'_>, args: &[&str]) -> Output {
        let mut command = repo.audit_command();
        let path = format!("{}:{}", self.folder.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("AUDIT_NOW", NOW.to_string()).arg("import").args(args);
        Output::of(&mut command)
    }

    fn asked(&self) -> String {
        fs::read_to_string(self.folder.join("asked")).unwrap_or_default()
    }
}

/// A `gh` that knows the story.
fn gh(world: &World) -> Stub {
    let stub = Stub::new(world, "gh");
    let repo = "repos/acme/pay";
    let pulls: Vec<Value> =
        values("github/pulls.json").into_iter().filter(|pull| pull["state"] == "closed").collect();
    stub.answer(
        &format!("{repo}/pulls?state=closed&sort=updated&direction=desc&per_page=100"),
        &pulls,
    );
    for pull in values("github/pull-each.json") {
        stub.raw(&format!("{repo}/pulls/{}", pull["number"]), &pull.to_string());
    }
    for number in [12, 13, 15] {
        let url = format!("/pulls/{number}");
        let reviews: Vec<Value> = values("github/reviews.json")
            .into_iter()
            .filter(|review| review["pull_request_url"].as_str().unwrap().ends_with(&url))
            .collect();
        stub.answer(&format!("{repo}/pulls/{number}/reviews?per_page=100"), &reviews);
    }
    stub.answer(&format!("{repo}/deployments?per_page=100"), &values("github/deployments.json"));
    for id in 501..=508 {
        let url = format!("/deployments/{id}");
        let statuses: Vec<Value> = values("github/statuses.json")
            .into_iter()
            .filter(|one| one["deployment_url"].as_str().unwrap().ends_with(&url))
            .collect();
        stub.answer(&format!("{repo}/deployments/{id}/statuses?per_page=100"), &statuses);
    }
    let runs = values("github/runs.json");
    let pages: String = runs
        .chunks(2)
        .map(|page| {
            serde_json::json!({"total_count": runs.len(), "workflow_runs": page}).to_string()
        })
        .collect();
    stub.raw(&format!("{repo}/actions/runs?per_page=100"), &pages);
    for approval in values("github/approvals.jsonl") {
        let path = format!("{repo}/actions/runs/{}/approvals", approval["run_id"]);
        stub.raw(&path, &approval["approvals"].to_string());
    }
    let environments = fs::read_to_string(file("github/environments.json")).unwrap();
    stub.raw(&format!("{repo}/environments?per_page=100"), &environments);
    stub
}

#[test]
fn gh_gives_what_the_files_give() {
    let world = World::new();
    let by_hand = story(&world, "by-hand", "github/repo.fast-import");
    import(
        &by_hand,
        &[
            "github/pulls.json",
            "github/pull-each.json",
            "github/reviews.json",
            "github/deployments.json",
            "github/statuses.json",
            "github/runs.json",
            "github/approvals.jsonl",
            "github/environments.json",
        ],
    );
    let repo = story(&world, "asked", "github/repo.fast-import");
    repo.git(["remote", "add", "origin", "git@github.com:acme/pay.git"]);
    let stub = gh(&world);
    let kept = world.root().join("kept");
    stub.run(&repo, &["github", "--keep", kept.to_str().unwrap()]).code(3);
    assert_eq!(facts(&repo), facts(&by_hand));
    assert!(kept.join("gh-pulls.json").exists() && kept.join("gh-approvals.json").exists());
    assert!(stub.asked().lines().all(|line| line.starts_with("api --paginate repos/acme/pay/")));
    // Again: nothing new; and of what is older nothing is asked in detail.
    fs::remove_file(stub.folder.join("asked")).unwrap();
    let before = bodies(&repo).len();
    stub.run(&repo, &["github", "--since", "2026-09-03T00:00:00Z"]);
    assert_eq!(bodies(&repo).len(), before);
    assert!(!stub.asked().contains("pulls/12"), "{}", stub.asked());
}

#[test]
fn what_gh_refuses_is_said_and_nothing_is_imported() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let stub = gh(&world);
    for (says, hint) in [
        ("gh: API rate limit exceeded for user ID 1. (HTTP 403)", "wait until"),
        ("gh: Bad credentials (HTTP 401)", "gh auth login"),
        ("error: broken pipe", "nothing was imported"),
    ] {
        fs::write(stub.folder.join("fails"), says).unwrap();
        let output = stub.run(&repo, &["github", "--repo", "acme/pay"]).code(2);
        assert!(output.stderr.contains(says) && output.stderr.contains(hint), "{}", output.stderr);
    }
    fs::remove_file(stub.folder.join("fails")).unwrap();
    stub.raw("repos/acme/pay/deployments?per_page=100", "[{\"id\":1");
    let output = stub.run(&repo, &["github", "--repo", "acme/pay"]).code(2);
    assert!(output.stderr.contains("no JSON"), "{}", output.stderr);
    assert!(bodies(&repo).is_empty());
    let output = stub.run(&repo, &["gitlab"]).code(2);
    assert!(output.stderr.contains("--repo"), "{}", output.stderr);
    let output = stub.run(&repo, &["hoop"]).code(2);
    assert!(output.stderr.contains("give files"), "{}", output.stderr);
}

#[test]
fn the_commands_can_be_seen_before_they_run() {
    let world = World::new();
    let repo = story(&world, "story", "github/repo.fast-import");
    let stub = gh(&world);
    let output = stub.run(&repo, &["github", "--repo", "acme/pay", "--print-commands"]).success();
    assert!(
        output.stdout.contains("gh api --paginate 'repos/acme/pay/deployments?per_page=100'"),
        "{}",
        output.stdout
    );
    assert_eq!(stub.asked(), "");
}

#[test]
fn glab_gives_what_the_files_give() {
    let world = World::new();
    let by_hand = story(&world, "by-hand", "gitlab/repo.fast-import");
    import(
        &by_hand,
        &[
            "gitlab/merge_requests.json",
            "gitlab/approvals.json",
            "gitlab/versions.json",
            "gitlab/deployments.json",
            "gitlab/pipelines.json",
            "gitlab/pipeline-each.json",
            "gitlab/environments.json",
        ],
    );
    let repo = story(&world, "asked", "gitlab/repo.fast-import");
    repo.git(["remote", "add", "origin", "https://gitlab.acme.example/acme/shop.git"]);
    let stub = Stub::new(&world, "glab");
    let base = "projects/acme%2Fshop";
    stub.answer(
        &format!("{base}/merge_requests?state=merged&order_by=updated_at&per_page=100"),
        &values("gitlab/merge_requests.json"),
    );
    for one in values("gitlab/approvals.json") {
        stub.raw(&format!("{base}/merge_requests/{}/approvals", one["iid"]), &one.to_string());
        let versions: Vec<Value> = values("gitlab/versions.json")
            .into_iter()
            .filter(|version| version["merge_request_id"] == one["id"])
            .collect();
        stub.answer(
            &format!("{base}/merge_requests/{}/versions?per_page=100", one["iid"]),
            &versions,
        );
    }
    let deployments = values("gitlab/deployments.json");
    stub.answer(
        &format!("{base}/deployments?order_by=updated_at&sort=desc&per_page=100"),
        &deployments,
    );
    for one in deployments {
        stub.raw(&format!("{base}/deployments/{}", one["id"]), &one.to_string());
    }
    stub.answer(&format!("{base}/pipelines?per_page=100"), &values("gitlab/pipelines.json"));
    for one in values("gitlab/pipeline-each.json") {
        stub.raw(&format!("{base}/pipelines/{}", one["id"]), &one.to_string());
    }
    stub.answer(&format!("{base}/environments?per_page=100"), &values("gitlab/environments.json"));
    stub.run(&repo, &["gitlab"]).code(3);
    assert_eq!(facts(&repo), facts(&by_hand));
    assert!(stub.asked().contains("--hostname gitlab.acme.example"), "{}", stub.asked());
}

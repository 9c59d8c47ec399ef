//! `audit import`: whole stories, whose files and git stream belong together, and what hostile files do.

#![allow(clippy::unwrap_used)]

mod forges;
mod github;
mod gitlab;
mod hostile;
mod others;
mod pays_off;

use crate::common::{Key, Output, Repo, World};
use std::path::{Path, PathBuf};

/// After everything that the stories tell.
const NOW: i64 = 1_796_000_000;

/// A file of a story: `github/pulls.json`.
fn file(name: &str) -> String {
    folder().join(name).to_str().unwrap().to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import")
}

/// A repository of a story, in which ana imports and is trusted.
fn story<'w>(world: &'w World, name: &str, stream: &str) -> Repo<'w> {
    let repo = world.init(name).create();
    let stream = std::fs::File::open(file(stream)).unwrap();
    let mut import = repo.git_command();
    Output::of(import.args(["fast-import", "--quiet"]).stdin(stream)).success();
    repo.git(["checkout", "-q", "main"]);
    let ana = world.ssh_key("ana");
    let Key::Ssh { secret, .. } = &ana else { unreachable!() };
    repo.config("gpg.format", "ssh").config("user.signingKey", secret.to_str().unwrap());
    repo.config("gpg.ssh.allowedSignersFile", world.allowed_signers(&[&ana]));
    repo
}

/// Runs `audit` in the present of the stories.
fn audit(repo: &Repo<'_>, args: &[&str]) -> Output {
    let mut command = repo.audit_command();
    command.args(args).env("AUDIT_NOW", NOW.to_string());
    Output::of(&mut command)
}

/// Imports files of a story; the report.
fn import(repo: &Repo<'_>, names: &[&str]) -> serde_json::Value {
    let files: Vec<String> = names.iter().map(|name| file(name)).collect();
    let mut args = vec!["import", "auto", "--format", "json"];
    args.extend(files.iter().map(String::as_str));
    audit(repo, &args).json()
}

/// The bodies of all records but the import records, as they stand in the ledger.
fn bodies(repo: &Repo<'_>) -> Vec<serde_json::Value> {
    let path = repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.map(|line| line["body"].clone()).filter(|body| body["kind"] != "import").collect()
}

/// The facts in force, one a line: what was superseded is left out, and whatever differs with the time of
/// writing.
fn facts(repo: &Repo<'_>) -> Vec<String> {
    let mut latest = std::collections::BTreeMap::new();
    for body in bodies(repo) {
        let from = &body["from"];
        let key = format!("{} {} {}", from["system"], from["host"], from["key"]);
        latest.insert(key, line(&body));
    }
    let mut lines: Vec<String> = latest.into_values().collect();
    lines.sort();
    lines
}

/// A record in one line: what somebody would compare by eye.
fn line(body: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let mut what = body["what"].clone();
    let fields = what.as_object_mut().unwrap();
    for noise in ["tree", "url", "deployment", "run", "event", "task"] {
        fields.remove(noise);
    }
    let short = |value: String| match value.len() == 40 && !value.contains(' ') {
        true => value[..10].to_owned(),
        false => value,
    };
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key}={}", short(text(value)))).collect();
    let who = body["who"]["login"].as_str().or(body["who"]["name"].as_str()).unwrap_or("-");
    let env = text(&body["where"]["env"]);
    format!("{} {} {who} {env} {}", text(&body["kind"]), text(&body["when"]), fields.join(" "))
}

/// Copies a file of a story in another form; its path.
fn written(world: &World, name: &str, bytes: &[u8]) -> String {
    let path = world.root().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

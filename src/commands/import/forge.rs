//! `audit import github` and `gitlab` without a file: runs the user's own `gh` or `glab`, whose credentials and
//! network these are, and imports what they print.
//!
//! ```text
//! gh api --paginate repos/O/R/pulls?state=closed&sort=updated&direction=desc&per_page=100
//! gh api --paginate repos/O/R/deployments?per_page=100
//!   for each: gh api --paginate repos/O/R/deployments/ID/statuses?per_page=100
//! …
//! ```
//!
//! Lists come first; for what they name, the details: reviews, statuses, approvals. With `--since` only what is younger is
//! asked about in detail.

use super::ImportArgs;
use crate::outcome::Failure;
use crate::ui::Ui;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A list to ask for, and what to ask about each of its items.
struct Call {
    /// The name of the answer's file.
    name: &'static str,
    /// The path of the API, `{repo}` in it.
    path: &'static str,
    /// When an item is young enough to be asked about.
    dated: &'static str,
    /// What to ask about each item.
    each: &'static [Detail],
}

/// What to ask about an item of a list.
struct Detail {
    name: &'static str,
    /// The path of the API, `{repo}` and `{id}` in it.
    path: &'static str,
    /// The member of the item that stands for `{id}`.
    id: &'static str,
    /// A member that must be there, and not `null`.
    only: &'static str,
    /// What to put around an answer that doesn't say what it is about: `run_id`, `approvals`.
    wrap: Option<(&'static str, &'static str)>,
}

const fn detail(
    name: &'static str,
    path: &'static str,
    id: &'static str,
    only: &'static str,
) -> Detail {
    Detail { name, path, id, only, wrap: None }
}

const GITHUB: &[Call] = &[
    Call {
        name: "pulls",
        path: "repos/{repo}/pulls?state=closed&sort=updated&direction=desc&per_page=100",
        dated: "updated_at",
        each: &[
            detail("pull-each", "repos/{repo}/pulls/{id}", "number", "merged_at"),
            detail(
                "reviews",
                "repos/{repo}/pulls/{id}/reviews?per_page=100",
                "number",
                "merged_at",
            ),
        ],
    },
    Call {
        name: "deployments",
        path: "repos/{repo}/deployments?per_page=100",
        dated: "updated_at",
        each: &[detail(
            "statuses",
            "repos/{repo}/deployments/{id}/statuses?per_page=100",
            "id",
            "id",
        )],
    },
    Call {
        name: "runs",
        path: "repos/{repo}/actions/runs?per_page=100",
        dated: "updated_at",
        each: &[Detail {
            name: "approvals",
            path: "repos/{repo}/actions/runs/{id}/approvals",
            id: "id",
            only: "id",
            wrap: Some(("run_id", "approvals")),
        }],
    },
    Call {
        name: "environments",
        path: "repos/{repo}/environments?per_page=100",
        dated: "",
        each: &[],
    },
];

const GITLAB: &[Call] = &[
    Call {
        name: "merge_requests",
        path: "projects/{repo}/merge_requests?state=merged&order_by=updated_at&per_page=100",
        dated: "updated_at",
        each: &[
            detail(
                "approvals",
                "projects/{repo}/merge_requests/{id}/approvals",
                "iid",
                "merged_at",
            ),
            detail(
                "versions",
                "projects/{repo}/merge_requests/{id}/versions?per_page=100",
                "iid",
                "merged_at",
            ),
        ],
    },
    Call {
        name: "deployments",
        path: "projects/{repo}/deployments?order_by=updated_at&sort=desc&per_page=100",
        dated: "updated_at",
        each: &[detail("deployment-each", "projects/{repo}/deployments/{id}", "id", "id")],
    },
    Call {
        name: "pipelines",
        path: "projects/{repo}/pipelines?per_page=100",
        dated: "updated_at",
        each: &[detail("pipeline-each", "projects/{repo}/pipelines/{id}", "id", "id")],
    },
    Call {
        name: "environments",
        path: "projects/{repo}/environments?per_page=100",
        dated: "",
        each: &[],
    },
];

/// Runs a forge's program.
pub(super) struct Forge<'a> {
    program: &'static str,
    calls: &'static [Call],
    /// As it stands in paths of the API.
    repo: String,
    host: Option<String>,
    /// Only what is younger is asked about in detail.
    since: Option<String>,
    folder: &'a Path,
}

impl<'a> Forge<'a> {
    /// The program of a source; answers are kept in `folder`.
    ///
    /// # Errors
    /// When the source has no program, or nothing says which repository it is.
    pub(super) fn new(
        args: &ImportArgs,
        origin: Option<&str>,
        since: Option<String>,
        folder: &'a Path,
    ) -> Result<Forge<'a>, Failure> {
        let (program, calls) = match args.source.as_str() {
            "github" => ("gh", GITHUB),
            "gitlab" => ("glab", GITLAB),
            other => {
                return Err(Failure::new(format!(
                    "import what? give files: audit import {other} FILE…"
                ))
                .hint("only github and gitlab can be asked by themselves, through gh and glab"));
            }
        };
        let named = origin.and_then(|origin| origin.split_once('/'));
        let path = args.repo.clone().or_else(|| named.map(|(_, path)| path.to_owned()));
        let path = path.ok_or_else(|| {
            Failure::new("nothing says which repository to ask about: there is no remote 'origin'")
                .hint("name it: --repo OWNER/NAME")
        })?;
        let safe = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        if !path.chars().all(safe) || path.starts_with('-') {
            return Err(Failure::new(format!(
                "'{}' is no name of a repository",
                path.escape_debug()
            )));
        }
        let host = named.map(|(host, _)| host.to_owned());
        let host = host.filter(|host| host != "github.com" && host != "gitlab.com");
        let repo = if program == "glab" { path.replace('/', "%2F") } else { path };
        Ok(Forge { program, calls, repo, host, since, folder })
    }

    /// The command lines, one a line, as `--print-commands` shows them.
    pub(super) fn commands(&self) -> Vec<String> {
        let line = |path: &str| {
            let words: Vec<String> = self.words(path).iter().map(|word| quoted(word)).collect();
            format!("{} {}", self.program, words.join(" "))
        };
        let mut lines = Vec::new();
        for call in self.calls {
            lines.push(line(&self.path(call.path, "")));
            for detail in call.each {
                lines.push(format!("  for each: {}", line(&self.path(detail.path, "ID"))));
            }
        }
        lines
    }

    fn path(&self, path: &str, id: &str) -> String {
        path.replace("{repo}", &self.repo).replace("{id}", id)
    }

    fn words(&self, path: &str) -> Vec<String> {
        let mut words = vec!["api".to_owned(), "--paginate".to_owned()];
        if let Some(host) = &self.host {
            words.extend(["--hostname".to_owned(), host.clone()]);
        }
        words.push(path.to_owned());
        words
    }

    /// Asks for everything; the files with the answers.
    ///
    /// # Errors
    /// When the program is not there, or refuses. What came until then is in the folder, and is not imported.
    pub(super) fn ask(&self, ui: &Ui) -> Result<Vec<PathBuf>, Failure> {
        let progress = ui.progress("answers");
        let mut files = Vec::new();
        for call in self.calls {
            let answer = self.run(&self.path(call.path, ""))?;
            progress.add(1);
            let items = items(&answer)?;
            files.push(self.keep(call.name, &answer)?);
            for detail in call.each {
                let mut answers = Vec::new();
                for item in items.iter().filter(|item| self.wanted(item, call, detail)) {
                    let id = match item.get(detail.id) {
                        Some(Value::Number(id)) => id.to_string(),
                        _ => continue,
                    };
                    let answer = self.run(&self.path(detail.path, &id))?;
                    progress.add(1);
                    match detail.wrap {
                        None => answers.extend_from_slice(&answer),
                        Some((key, member)) => {
                            let text = String::from_utf8_lossy(&answer);
                            let text = format!("{{\"{key}\":{id},\"{member}\":{}}}", text.trim());
                            answers.extend_from_slice(text.as_bytes());
                        }
                    }
                    answers.push(b'\n');
                }
                if !answers.is_empty() {
                    files.push(self.keep(detail.name, &answers)?);
                }
            }
        }
        Ok(files)
    }

    fn wanted(&self, item: &Value, call: &Call, detail: &Detail) -> bool {
        let is_there = item.get(detail.only).is_some_and(|value| !value.is_null());
        let stated = item.get(call.dated).and_then(Value::as_str);
        // Both are RFC 3339 in UTC, so that they compare as texts; without a time it is asked about.
        let young = match (&self.since, stated) {
            (Some(since), Some(stated)) => stated >= since.as_str(),
            _ => true,
        };
        is_there && young
    }

    fn keep(&self, name: &str, answer: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.folder.join(format!("{}-{name}.json", self.program));
        fs::write(&path, answer)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        Ok(path)
    }

    fn run(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let words = self.words(path);
        let command = format!("{} {}", self.program, words.join(" "));
        let output = Command::new(self.program)
            .args(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| {
                Failure::new(format!("cannot run {}: {error}", self.program))
                    .hint("install it, or fetch the files yourself: --print-commands shows how")
            })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().last().unwrap_or("it said nothing").to_owned();
        let failure = Failure::new(format!("{command} failed: {said}"));
        let lower = said.to_lowercase();
        Err(failure.hint(if lower.contains("rate limit") {
            "wait until the limit is lifted, then run it again: what is known by then is not imported twice; --since DATE asks for less; nothing was imported"
        } else if lower.contains("auth") || lower.contains("401") || lower.contains("token") {
            "log in again (gh auth login, glab auth login); nothing was imported"
        } else {
            "nothing was imported"
        }))
    }
}

/// The items of an answer: pages back to back, of lists or of objects with one list.
fn items(answer: &[u8]) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    for page in serde_json::Deserializer::from_slice(answer).into_iter::<Value>() {
        let page = page.map_err(|error| {
            Failure::new(format!("the answer is no JSON: {error}"))
                .hint("was the program interrupted? nothing was imported")
        })?;
        match page {
            Value::Array(list) => items.extend(list),
            Value::Object(object) => {
                items.extend(
                    object
                        .into_iter()
                        .filter_map(|(_, value)| match value {
                            Value::Array(list) => Some(list),
                            _ => None,
                        })
                        .flatten(),
                );
            }
            _ => {}
        }
    }
    Ok(items)
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-%".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

//! What commands that read history share: where to start, and what a reader of commits needs to know.

use super::default_branch::DefaultBranch;
use crate::git::commits::CommitReader;
use crate::git::lightweight_tags::LightweightTags;
use crate::git::mailmap::Mailmap;
use crate::git::notes_tree::ReviewNotes;
use crate::git::paths::Pathspec;
use crate::git::refs::Head;
use crate::git::tickets::TicketFinder;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::Policy;
use std::collections::HashMap;

/// Paths that hold configuration in most repositories, as pathspecs.
const CONFIG_PATHS: [&str; 30] = [
    ":(top,glob).github/workflows/**",
    ":(top,glob).github/actions/**",
    ":(top,glob)**/.gitlab-ci.yml",
    ":(top,glob).gitlab/ci/**",
    ":(top,glob).circleci/**",
    ":(top,glob).buildkite/**",
    ":(top,glob)**/Jenkinsfile*",
    ":(top,glob)azure-pipelines*.yml",
    ":(top,glob).azure-pipelines/**",
    ":(top,glob).travis.yml",
    ":(top,glob).cirrus.yml",
    ":(top,glob)**/*.tf",
    ":(top,glob)**/*.tfvars",
    ":(top,glob)**/*.hcl",
    ":(top,glob)**/Chart.yaml",
    ":(top,glob)**/values*.yaml",
    ":(top,glob)**/kustomization.y*ml",
    ":(top,glob)**/k8s/**",
    ":(top,glob)**/kubernetes/**",
    ":(top,glob)**/helm/**",
    ":(top,glob)**/manifests/**",
    ":(top,glob)**/Dockerfile*",
    ":(top,glob)**/docker-compose*.y*ml",
    ":(top,glob)**/compose.y*ml",
    ":(top,glob)**/ansible/**",
    ":(top,glob)**/playbooks/**",
    ":(top,glob)**/config/**",
    ":(top,glob)**/conf/**",
    ":(top,glob)**/.env*",
    ":(top,glob).audit/**",
];

/// What counts as configuration: what the policy says, else the list above.
pub(crate) fn config_paths(policy: &Policy) -> Result<Pathspec, Failure> {
    let patterns = match &policy.config {
        Some(patterns) => patterns.clone(),
        None => CONFIG_PATHS.iter().map(|&pattern| pattern.to_owned()).collect(),
    };
    Pathspec::parse(&patterns, "")
}

/// What tickets look like: the built-in forms, and the policy's.
pub(crate) fn tickets(policy: &Policy) -> Result<TicketFinder, Failure> {
    let finder = TicketFinder::new(&policy.tickets)
        .map_err(|error| Failure::new(format!("a pattern of tickets in the policy: {error}")))?;
    Ok(match &policy.ticket_keys {
        Some(keys) => finder.with_keys(keys.iter().cloned()),
        None => finder,
    })
}

/// The commit of HEAD; `None` on a branch without one.
pub(crate) fn head(repo: &Repository) -> Result<Option<Oid>, Failure> {
    Ok(repo.head()?.commit())
}

/// The branch that changes are merged into, with its name for people. `None` where there is no commit.
pub(crate) fn default_branch(repo: &Repository) -> Result<Option<(String, Oid)>, Failure> {
    let DefaultBranch { label, tip, .. } = DefaultBranch::find(repo)?;
    Ok(tip.map(|tip| (label, tip)))
}

/// Why there are no commits to walk.
pub(crate) fn why_empty(repo: &Repository) -> Result<String, Failure> {
    Ok(match repo.head()? {
        Head::Unborn(name) => {
            format!(
                "there are no commits yet on {}",
                name.strip_prefix("refs/heads/").unwrap_or(&name)
            )
        }
        Head::Branch(_) | Head::Detached(_) => "nothing to start from".to_owned(),
    })
}

/// A reader that knows this repository's mailmap, references, notes and replacements.
pub(crate) fn reader(repo: &Repository, use_mailmap: bool) -> Result<CommitReader, Failure> {
    let mut reader = CommitReader {
        refs: branches(repo)?,
        tags: Some(LightweightTags::default()),
        replaced: repo.replacements()?.replaced.into_iter().collect(),
        notes: notes(repo)?,
        ..CommitReader::default()
    };
    if use_mailmap {
        reader.mailmap = mailmap(repo)?;
    }
    Ok(reader)
}

/// Reviews in notes.
pub(crate) fn notes(repo: &Repository) -> Result<ReviewNotes, Failure> {
    ReviewNotes::find(repo)
}

/// Branches by their short names, and the commits that they point at.
fn branches(repo: &Repository) -> Result<HashMap<Oid, Vec<String>>, Failure> {
    let mut names: HashMap<Oid, Vec<String>> = HashMap::new();
    for reference in repo.refs("refs/")? {
        let name = &reference.name;
        let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/"));
        if let Some(short) = short {
            names.entry(reference.target).or_default().push(short.to_owned());
        }
    }
    Ok(names)
}

/// The mailmap as git puts it together: `.mailmap` of the work tree (of HEAD in a bare repository),
/// `mailmap.blob`, `mailmap.file`; later ones win.
pub(crate) fn mailmap(repo: &Repository) -> Result<Mailmap, Failure> {
    let mut mailmap = Mailmap::default();
    let config = repo.config()?;
    let blob = config.get("mailmap.blob");
    match repo.work_dir() {
        Some(top) => add_file(&mut mailmap, &top.join(".mailmap"))?,
        None if blob.is_none() => {
            if let Some(commit) = head(repo)?
                && let Some(bytes) = repo.file_at(commit, ".mailmap")?
            {
                mailmap.add_blob(&bytes);
            }
        }
        None => {}
    }
    if let Some(spec) = blob
        && let Ok(oid) = repo.resolve(spec)
        && let Some(object) = {
            repo.require_readable_length(oid, "mailmap.blob")?;
            repo.read(oid)?
        }
    {
        mailmap.add_blob(&object.data);
    }
    if let Some(path) = config.path("mailmap.file") {
        add_file(&mut mailmap, &path)?;
    }
    Ok(mailmap)
}

fn add_file(mailmap: &mut Mailmap, path: &std::path::Path) -> Result<(), Failure> {
    match std::fs::read(path) {
        Ok(bytes) => {
            mailmap.add_file(&bytes);
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::new(format!("cannot read '{}': {error}", path.display()))),
    }
}

//! What a shell offers at the tab key: environments, branches and tags beside commands and options.
//!
//! ```text
//! $ audit trace pro<TAB>
//! production/api   production/web
//! ```
//!
//! The scripts of `audit completions` run the program with `AUDIT_COMPLETE` set, so that what they offer
//! is never older than the program or the ledger. Whatever goes wrong meanwhile, nothing is offered and
//! nothing is said: the user is in the middle of a line.

use super::nushell::Nushell;
use crate::address::forced;
use crate::deployments::{Deployments, Place};
use crate::event::Kind;
use crate::evidence::records;
use crate::git::Repository;
use crate::git::refs::Ref;
use crate::outcome::Failure;
use crate::policy::rules;
use clap_complete::CompletionCandidate;
use clap_complete::engine::{PathCompleter, ValueCompleter};
use clap_complete::env::{Bash, CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The variable that asks for candidates instead of a run; its value is the name of the shell.
pub(super) const VARIABLE: &str = "AUDIT_COMPLETE";

/// The shells that completion is written for.
pub(super) const SHELLS: Shells<'static> =
    Shells(&[&Bash, &Elvish, &Fish, &Nushell, &Powershell, &Zsh]);

/// Answers a shell that asks for candidates. `false` when this is an ordinary run.
pub(crate) fn answered(args: &[OsString]) -> bool {
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(super::command)
        .shells(SHELLS)
        .var(VARIABLE)
        .bin("audit")
        .completer("audit")
        .try_complete(args.iter().cloned(), folder.as_deref())
        // What can't be completed is not worth an error in the middle of a line.
        .unwrap_or(true)
}

/// Environments and their services, branches and tags.
pub(crate) fn revisions(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    // Behind the dots of a range or the mark of exclusion begins another revision.
    let start = typed.rfind("..").map_or(0, |at| at + 2).max(usize::from(typed.starts_with('^')));
    let (before, typed) = typed.split_at(start);
    let names = match typed.rsplit_once('~') {
        Some((name, _)) => steps_back(name).unwrap_or_default(),
        None => {
            let mut names = spelled().unwrap_or_default();
            names.extend(references().unwrap_or_default());
            names
        }
    };
    offer(before, typed, names)
}

/// [`revisions`], and where there is none like what was typed, files and folders.
pub(crate) fn revisions_or_paths(typed: &OsStr) -> Vec<CompletionCandidate> {
    let found = revisions(typed);
    if found.is_empty() { PathCompleter::any().complete(typed) } else { found }
}

/// Environments and their services.
pub(crate) fn places(typed: &OsStr) -> Vec<CompletionCandidate> {
    offer("", &typed.to_string_lossy(), spelled().unwrap_or_default())
}

/// Environments alone, where a service has a flag of its own.
pub(crate) fn environments(typed: &OsStr) -> Vec<CompletionCandidate> {
    let names = of_deployments(|deployments| {
        deployments.names().environments().map(str::to_owned).collect()
    });
    offer("", &typed.to_string_lossy(), names.unwrap_or_default())
}

/// Kinds of events.
pub(crate) fn kinds(typed: &OsStr) -> Vec<CompletionCandidate> {
    // The engine gives what stands behind the last comma.
    offer(
        "",
        &typed.to_string_lossy(),
        Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect(),
    )
}

/// Rules of `audit verify`.
pub(crate) fn rules(typed: &OsStr) -> Vec<CompletionCandidate> {
    offer("", &typed.to_string_lossy(), rules::all().map(|rule| rule.id.to_owned()).collect())
}

fn offer(before: &str, typed: &str, names: BTreeSet<String>) -> Vec<CompletionCandidate> {
    let names = names.into_iter().filter(|name| name.starts_with(typed));
    names.map(|name| CompletionCandidate::new(format!("{before}{name}"))).collect()
}

/// The names of environments and places in the ledger of the repository that the user stands in.
fn spelled() -> Result<BTreeSet<String>, Failure> {
    of_deployments(|deployments| {
        let spelled = |place: &Place<'_>| deployments.names().spelled(place);
        let mut names: BTreeSet<String> = deployments.places().map(spelled).collect();
        names.extend(deployments.environments().map(|env| spelled(&Place { env, service: None })));
        names
    })
}

/// How many deployments before the one that runs are offered.
const STEPS: usize = 9;

/// Addresses of the deployments before the one that runs in a place: `production~1`, …
fn steps_back(name: &str) -> Result<BTreeSet<String>, Failure> {
    of_deployments(|deployments| {
        let (forced, bare) = forced(name);
        let target = deployments.target(bare, forced).ok().flatten();
        let place = target.map(|target| target.place());
        let before =
            place.as_ref().map_or(0, |place| deployments.history(place).count().saturating_sub(1));
        (1..=before.min(STEPS)).map(|step| format!("{name}~{step}")).collect()
    })
}

/// Something of the deployments of the repository that the user stands in.
fn of_deployments<T>(take: impl FnOnce(&Deployments<'_>) -> T) -> Result<T, Failure> {
    let repo = Repository::open(Path::new("."))?;
    let (_, events) = records::read_all(&repo)?;
    Ok(take(&Deployments::new(&events)))
}

/// Branches and tags by the names that people type.
fn references() -> Result<BTreeSet<String>, Failure> {
    let repo = Repository::open(Path::new("."))?;
    let mut names = BTreeSet::from(["HEAD".to_owned()]);
    for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] {
        let short = |reference: &Ref| reference.name.strip_prefix(prefix).map(str::to_owned);
        names.extend(repo.refs(prefix)?.iter().filter_map(short));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_revision_stays() {
        let names = BTreeSet::from(["main".to_owned(), "production".to_owned()]);
        let values = |before, typed| -> Vec<OsString> {
            let offered = offer(before, typed, names.clone());
            offered.iter().map(|candidate| candidate.get_value().to_owned()).collect()
        };
        assert_eq!(values("v1..", "pro"), ["v1..production"]);
        assert_eq!(values("^", ""), ["^main", "^production"]);
        assert!(values("", "x").is_empty());
    }
}

//! The right repository: what the files are about, against what this one is.

use super::ImportArgs;
use crate::commands::recorder::Recorder;
use crate::import::{Imported, LeftOut, Reason};
use crate::ledger::name;
use crate::outcome::Failure;
use std::collections::BTreeSet;

/// Leaves out what is about another repository.
///
/// # Errors
/// When nothing is about this one, or nothing says which of several it is.
pub(super) fn keep_own(
    recorder: &Recorder,
    asked: Option<&str>,
    imported: &mut Imported,
) -> Result<(), Failure> {
    let stated: BTreeSet<String> = imported
        .drafts
        .iter()
        .map(|draft| draft.repo.to_lowercase())
        .filter(|repo| !repo.is_empty())
        .collect();
    let origin = recorder.ask_git(&["remote", "get-url", "origin"]);
    let origin = origin.as_deref().and_then(name::from_url);
    let own = match (asked, &origin) {
        (Some(asked), _) => Some(asked.trim_matches('/').to_lowercase()),
        (None, Some(origin)) => origin.split_once('/').map(|(_, path)| path.to_lowercase()),
        (None, None) => None,
    };
    let Some(own) = own else {
        if stated.len() > 1 {
            let all: Vec<&str> = stated.iter().map(String::as_str).collect();
            return Err(Failure::new(format!("the files are about {}", all.join(", "))).hint(
                "there is no remote 'origin' to compare with: say which with --repo OWNER/NAME",
            ));
        }
        return Ok(());
    };
    // Somebody may have said the host as well.
    let is_own = |repo: &str| repo == own || own.ends_with(&format!("/{repo}"));
    if let Some(first) = stated.first()
        && !stated.iter().any(|repo| is_own(repo))
    {
        return Err(Failure::new(format!("the files are about {first}, this repository is {own}"))
            .hint(format!(
                "if it was renamed or is a fork: --repo {first}; nothing was imported"
            )));
    }
    let left_out = &mut imported.left_out;
    imported.drafts.retain(|draft| {
        let keep = draft.repo.is_empty() || is_own(&draft.repo.to_lowercase());
        if !keep {
            let what = format!("{} of {}", draft.object.2, draft.repo);
            let detail = String::new();
            left_out.push(LeftOut { what, reason: Reason::OtherRepository, detail, file: 0 });
        }
        keep
    });
    Ok(())
}

/// Refuses files of which no commit is here: they are about another repository, whatever it is called. `here` is how
/// many drafts do name one that is, or are known.
///
/// # Errors
/// When there are commits, and none of them is here.
pub(super) fn refuse_strangers(
    args: &ImportArgs,
    here: u64,
    imported: &Imported,
) -> Result<(), Failure> {
    let missing =
        imported.left_out.iter().filter(|one| one.reason == Reason::CommitNotHere).count();
    if args.repo.is_some() || here > 0 || missing == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "none of the commits that the files name is here ({missing} looked for)"
    ))
    .hint("is this the right repository, and is its history complete (`git fetch`)? if so, say --repo OWNER/NAME"))
}

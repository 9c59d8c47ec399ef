//! Warnings that commands share: a damaged ledger, records without a place, references that can't be read.

use super::Context;
use crate::deployments::Deployments;
use crate::git::Repository;
use crate::ledger::{Severity, View};
use crate::outcome::{Failure, Outcome};
use crate::report::text;
use crate::report::words::counted;
use crate::ui::escape;

/// Says which deploy records can't be placed.
pub(crate) fn unplaced(context: &Context, deployments: &Deployments<'_>) {
    let unplaced = deployments.unplaced();
    if let Some(first) = unplaced.first() {
        context.ui.warn(&format!(
            "{} too little to be placed: {} ({})",
            counted(
                unplaced.len(),
                "deploy or rollback record says",
                "deploy or rollback records say"
            ),
            text::short(first.id),
            first.lacks
        ));
    }
}

/// Says what is wrong with the ledger, and what that means for the exit code: damage is an error,
/// whatever else could be shown.
pub(crate) fn ledger(context: &Context, view: &View) -> Outcome {
    let report = view.report();
    if let Some(torn) = &report.torn {
        context.ui.warn(&format!(
            "the ledger ends in {} never acknowledged; the next record clears this away",
            counted(torn.bytes, "byte that was", "bytes that were")
        ));
    }
    let problems =
        report.findings.iter().filter(|finding| finding.rule.severity() == Severity::Problem);
    for finding in problems.take(3) {
        context.ui.warn(&format!("the ledger, {finding}"));
    }
    let Some(damage) = report.first_damage() else { return Outcome::Yes };
    context.ui.warn(&format!(
        "the ledger is damaged (findings: {}), {damage}; entries that could be read are shown; `audit ledger check` lists all",
        report.damage
    ));
    Outcome::Failed
}

/// Says which references can't be read: what they lead to is missing from the list.
pub(crate) fn unreadable_refs(context: &Context, repo: &Repository) -> Result<(), Failure> {
    let mut unreadable = repo.unreadable_refs("refs/")?;
    for one in unreadable.by_ref().take(3) {
        let (name, why) = (escape(&one.name), &one.why);
        context.ui.warn(&format!("the reference {name} can't be read and is left out: {why}"));
    }
    let more = unreadable.count();
    if more > 0 {
        context.ui.warn(&format!("{more} more can't be read; `git fsck` reports them"));
    }
    Ok(())
}

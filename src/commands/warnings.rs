//! What commands say about a ledger that is damaged, and about records that can't be placed.

use super::Context;
use crate::deployments::Deployments;
use crate::ledger::{Severity, View};
use crate::outcome::Outcome;
use crate::report::text;

/// Says which deploy records can't be placed.
pub(crate) fn unplaced(context: &Context, deployments: &Deployments<'_>) {
    let unplaced = deployments.unplaced();
    if let Some(first) = unplaced.first() {
        context.ui.warn(&format!(
            "{} deploy or rollback records say too little to be placed: {} ({})",
            unplaced.len(),
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
            "the ledger ends in {} bytes that were never acknowledged; the next record clears them away",
            torn.bytes
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

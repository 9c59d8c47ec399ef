//! `audit index`: remembers what commits say of one another.

use super::{Context, warnings};
use crate::deployments::Deployments;
use crate::evidence::{history, records};
use crate::git::index::{self, CommitIndex, Update};
use crate::git::refs::Ref;
use crate::git::repository::ObjectKind;
use crate::git::{Oid, Repository};
use crate::outcome::{Failure, Outcome};
use crate::pipeline::{self, FEW_READS};
use crate::report::words::counted;
use clap::Args;

/// Remember what commits say of one another, so that `audit trace` finds copies and reverts without reading history
///
/// Writes an index beside the ledger, of all that branches, tags and deployments hold: which commit says that it was
/// picked from another, reverts it or was rendered from it, who has which author line and which tree. With it, `audit
/// trace` looks for reverts in all of history instead of a few commits, and is faster. Run again it reads only what is
/// new. Nothing in it is evidence: commits that it points at are read, and `audit verify` does without it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IndexArgs {
    /// Read everything again, instead of what is new
    #[arg(long)]
    full: bool,
}

const EXAMPLES: &str = "\
Examples:
  audit index            from a hook, or at night
  audit index --full     one that is damaged, or holds what was cleared away";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: IndexArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    if !repo.shallow().is_empty() {
        return Err(Failure::new("history is cut off here (a shallow clone): an index has whole histories")
            .hint("`git fetch --unshallow` brings the rest; without an index, audit trace reads what is here")
            .into());
    }
    let (view, events) = records::read_all(&repo)?;
    let ledger_state = warnings::ledger(context, &view);
    let old = if args.full { None } else { CommitIndex::open(&repo)? };
    let tips = tips(context, &repo, old.as_ref(), &Deployments::new(&events))?;
    let progress = context.ui.progress("commits");
    let done = index::update(&repo, old.as_ref(), &tips, || progress.add(1))?;
    drop(progress);
    let Update { commits, read, left_out } = done;
    if let Some((count, why)) = left_out {
        let count = counted(count, "commit is", "commits are");
        context.ui.warn(&format!("{why}: {count} left out that build on it, and read as before"));
    }
    let commits = counted(commits, "commit", "commits");
    let line = format!("{commits} in the index, {read} of them new\n");
    context.ui.out().write_all(line.as_bytes())?;
    Ok(ledger_state)
}

/// What an index lacks of references, HEAD and deployments. A reference that leads to nothing that can be read is said.
fn tips(
    context: &Context,
    repo: &Repository,
    old: Option<&CommitIndex>,
    deployments: &Deployments<'_>,
) -> Result<Vec<Oid>, Failure> {
    let is_new = |oid: &Oid| old.is_none_or(|old| !old.has(*oid));
    let refs: Vec<&Ref> =
        repo.refs("refs/")?.iter().filter(|reference| is_new(&reference.target)).collect();
    let peeled = pipeline::each(&refs, FEW_READS, |reference| repo.peel(reference.target));
    let mut tips = Vec::from_iter(history::head(repo)?);
    for (reference, peeled) in refs.into_iter().zip(peeled) {
        match peeled {
            Ok((oid, ObjectKind::Commit)) => tips.push(oid),
            Ok(_) => {}
            Err(failure) => context.ui.warn(&format!("{} is left out: {failure}", reference.name)),
        }
    }
    let commits = deployments.commits().iter();
    let deployed = commits.filter_map(|commit| repo.hash().of_bytes(commit.as_bytes()));
    tips.extend(deployed.filter(is_new).filter(|&oid| repo.has_commit(oid)));
    Ok(tips)
}

//! Judging the signatures of a run: `--trust`, `--no-signatures`.

use crate::event::{Event, Format, Status, Verdict};
use crate::git::Repository;
use crate::git::commits::Unjudged;
use crate::outcome::Failure;
use crate::signature;
use clap::Args;

/// How signatures are judged.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signatures")]
pub(crate) struct JudgeArgs {
    /// Do not judge signatures: faster; what is signed is then `unknown`
    #[arg(long)]
    pub(crate) no_signatures: bool,
}

/// Judges events.
pub(crate) struct Judge<'r> {
    #[allow(dead_code)]
    repo: &'r Repository,
    skip: bool,
}

impl<'r> Judge<'r> {
    pub(crate) fn new(
        repo: &'r Repository,
        args: &JudgeArgs,
        _now: i64,
    ) -> Result<Judge<'r>, Failure> {
        Ok(Judge { repo, skip: args.no_signatures })
    }

    pub(crate) fn event(&self, unjudged: Unjudged) -> Event {
        let Unjudged { mut event, signed } = unjudged;
        if let Some(signed) = signed {
            let reason = if self.skip { "not judged" } else { "later" };
            let verdict =
                Verdict::undecided(Status::Unjudged, signature::format(&signed.signature), reason);
            event.proof.grade = verdict.status.grade();
            event.proof.signature = Some(verdict);
        }
        let _ = Format::Ssh;
        event
    }
}

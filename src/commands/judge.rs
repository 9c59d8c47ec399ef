//! `--trust` and `--no-signatures`, for every command that shows how well something is proved.

use crate::evidence::judge::JudgeOptions;
use clap::Args;

/// How signatures are judged.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Signatures")]
pub(crate) struct JudgeArgs {
    /// Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or
    /// by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote's default branch
    /// or HEAD, else git's own configuration and the GnuPG keyring
    #[arg(long, value_name = "PATH|REV", global = true)]
    trust: Option<String>,

    /// Do not judge signatures: faster; what is signed is then `unknown`
    #[arg(long, global = true)]
    no_signatures: bool,
}

impl JudgeArgs {
    /// The checked options.
    pub(super) fn options(&self) -> JudgeOptions {
        JudgeOptions { trust: self.trust.clone(), no_signatures: self.no_signatures }
    }
}

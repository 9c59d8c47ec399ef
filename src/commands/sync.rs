//! `audit sync`: one ledger for the whole team, through any git remote.

use super::Context;
use super::format::DocumentFormat;
use super::signing::{self, SignArgs};
use crate::evidence::records;
use crate::evidence::root::TrustRoot;
use crate::git::Repository;
use crate::ledger::{Ledger, Rules};
use crate::outcome::{Failure, Outcome};
use crate::report::sync::SyncReport;
use crate::share::note::{Checkpoint, Note};
use crate::share::remote::Remote;
use crate::share::sync::{Ended, Options, Sync};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Share the ledger through a git remote: take over what others recorded, publish what was recorded here
///
/// The published list lives on the remote's reference refs/audit/ledger (audit.ref names another) and only
/// grows: a list that is malformed, shorter than one that was accepted before, or begins otherwise is refused,
/// kept as evidence, and nothing is changed here or there. Records travel byte for byte. Network access is
/// your own git's: its credentials, proxies and URL rewrites apply.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SyncArgs {
    /// The remote, or a URL; audit.remote, else origin, else the only remote without it
    #[arg(value_name = "REMOTE")]
    remote: Option<String>,

    /// Say what would be received and published, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Put the accepted list back on a remote that has lost it or gone back behind it, by a plain push
    #[arg(long)]
    restore: bool,

    /// What the list must begin with when this clone has never synced: a checkpoint that came another way
    #[arg(long, value_name = "FILE")]
    from_checkpoint: Option<PathBuf>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: DocumentFormat,

    #[command(flatten)]
    sign: SignArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit sync                          with origin
  audit sync --dry-run                what would be received and published?
  audit sync git@example.com:acme/pay-ledger.git
  audit sync --restore                after somebody deleted refs/audit/ledger on the server

Exit codes: 0 both sides have the same records · 1 the remote's list is refused · 2 it could not run: no
network, no permission, a full disk · 3 it holds records of a newer version of audit";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: SyncArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let floor = args.from_checkpoint.as_deref().map(read_checkpoint).transpose()?;
    let options = Options {
        dry_run: args.dry_run,
        restore: args.restore,
        sign: signing::settings(&repo, &args.sign)?.is_some(),
        floor: floor.map(|note| note.checkpoint),
    };
    let mut remote = Remote::find(&repo, args.remote.as_deref())?;
    let ended = sync(context, &repo, &mut remote, options, None)?;
    let report = SyncReport { remote: &remote, ended: &ended, dry_run: args.dry_run };
    let outcome = outcome(&ended);
    context.ui.decided(outcome);
    let style = context.ui.style;
    match args.format {
        DocumentFormat::Table => report.text(style, context.ui.out())?,
        DocumentFormat::Json => report.json(context.ui.out())?,
    }
    context.ui.out().flush()?;
    if let Some(hint) = report.hint() {
        context.ui.note(&format!("hint: {hint}"));
    }
    Ok(outcome)
}

/// What a sync means for the exit code.
pub(crate) fn outcome(ended: &Ended) -> Outcome {
    match ended {
        Ended::Refused(_) => Outcome::No,
        Ended::Synced(synced) if synced.held > 0 => Outcome::Undecided,
        Ended::Synced(_) => Outcome::Yes,
    }
}

/// Syncs the ledger of a repository, within `limit` if there is one.
///
/// # Errors
/// When it could not run.
pub(crate) fn sync(
    context: &Context,
    repo: &Repository,
    remote: &mut Remote,
    options: Options,
    limit: Option<Duration>,
) -> Result<Ended, Failure> {
    if std::env::var_os("GIT_QUARANTINE_PATH").is_some() {
        return Err(Failure::new("a server's hook must not sync: what is pushed is not taken yet")
            .hint("sync in post-receive, or in a job of its own"));
    }
    remote.deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    remote.progress =
        (limit.is_none() && std::io::stderr().is_terminal()).then_some(show as fn(&[u8]));
    let ledger = Ledger::new(repo.common_dir());
    let sync = Sync { remote, ledger: &ledger, rules: rules(repo)?, options, now: context.now };
    sync.run()
}

/// What lines are held against: the policy may name the ledger.
pub(crate) fn rules(repo: &Repository) -> Result<Rules, Failure> {
    let policy = TrustRoot::find(repo, None)?.policy()?.unwrap_or_default();
    Ok(Rules { ledger: policy.ledger.name, ..records::rules() })
}

/// Reads a checkpoint from a file, with the signature lines below it.
///
/// # Errors
/// When it can't be read, or is none.
pub(crate) fn read_checkpoint(file: &Path) -> Result<Note, Failure> {
    let name = file.display();
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => std::fs::read_to_string(file),
    };
    let text = text.map_err(|error| Failure::new(format!("cannot read '{name}': {error}")))?;
    Note::parse(&text).map_err(|malformed| {
        Failure::new(format!("'{name}' is no checkpoint: {malformed}"))
            .hint("`audit checkpoint` prints one: name of the ledger, number of records, root")
    })
}

/// Where checkpoints name another ledger than this one, nothing can be compared.
///
/// # Errors
/// When they do.
pub(crate) fn same_ledger(checkpoint: &Checkpoint, name: &str) -> Result<(), Failure> {
    match checkpoint.origin == name {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "the checkpoint is of the ledger '{}', this is '{name}'",
            checkpoint.origin
        ))),
    }
}

/// Shows what git says of its progress, once a transfer takes long.
fn show(bytes: &[u8]) {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let long = BEGIN.get_or_init(Instant::now).elapsed() > Duration::from_millis(500);
    if long && bytes.contains(&b'%') {
        // A terminal that went away needs no progress.
        let _ = std::io::stderr().write_all(bytes);
    }
}

//! One file a command: its arguments, whose doc comments are the help, and its four beats: gather,
//! decide, report, outcome.

mod checkpoint;
mod child;
mod ci;
mod complete;
pub mod completions;
mod diff;
mod draft;
mod editor;
mod fields;
mod filter;
mod format;
mod hook;
mod import;
mod index;
mod init;
mod judge;
mod ledger;
mod log;
mod nushell;
mod people;
mod policy;
mod prove;
mod publish;
mod record;
mod recorder;
mod run;
mod show;
mod signing;
mod starts;
mod status;
mod sync;
mod trace;
mod verify;
mod warnings;

use crate::evidence::addresses;
use crate::git::Repository;
use crate::outcome::{Failure, Outcome};
use crate::ui::{ColorChoice, Ui};
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Who changed what, when and why in this repository, and the proof of it
///
/// audit reads the history, signatures and tags of one git repository, joins them with an append-only
/// ledger of deploys, approvals, builds and other events, and says who did what, when, where and why,
/// and how we know. It needs no server, no account and no setup.
#[derive(Debug, Parser)]
#[command(name = "audit", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// Run as if started in PATH; several add up, as in git
    #[arg(short = 'C', value_name = "PATH", global = true, action = clap::ArgAction::Append, help_heading = EVERYWHERE)]
    folders: Vec<PathBuf>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true, help_heading = EVERYWHERE)]
    color: ColorChoice,

    /// Print to the terminal without a pager
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    no_pager: bool,

    #[command(subcommand)]
    command: Command,
}

/// What `audit` alone says.
const FIRST_COMMANDS: &str = "\
audit: who changed what, when and why in this git repository, and the proof of it

  audit log           the timeline: commits, tags and records, newest first
  audit show THING    everything known about a commit, tag, record, person or environment
  audit record KIND   write down a deploy, an approval, an incident, … in the ledger
  audit verify        check signatures, tags, approvals and the ledger; exit 1 on findings
  audit init          propose whose signatures count, and a policy

`audit --help` lists all commands, `audit COMMAND --help` explains one with examples.
";

/// What every command takes stands behind what it alone takes.
const EVERYWHERE: &str = "For every command";

const EXIT_CODES: &str = "\
Exit codes: 0 yes or clean · 1 a negative answer or findings · 2 it could not run · 3 it could not decide

Start with: audit log";

#[derive(Debug, Subcommand)]
enum Command {
    Log(Box<log::LogArgs>),
    Show(show::ShowArgs),
    Status(status::StatusArgs),
    Trace(trace::TraceArgs),
    Diff(diff::DiffArgs),
    Record(Box<record::RecordArgs>),
    Run(Box<run::RunArgs>),
    Import(Box<import::ImportArgs>),
    People(people::PeopleArgs),
    Init(init::InitArgs),
    Index(index::IndexArgs),
    Ledger(ledger::LedgerArgs),
    Sync(sync::SyncArgs),
    Checkpoint(checkpoint::CheckpointArgs),
    Prove(prove::ProveArgs),
    Verify(Box<verify::VerifyArgs>),
    Policy(policy::PolicyArgs),
    Hook(hook::HookArgs),
    Completions(completions::CompletionsArgs),
    Man(completions::ManArgs),
}

/// What every command gets.
pub(crate) struct Context {
    folder: PathBuf,
    /// The streams.
    pub(crate) ui: Ui,
    no_pager: bool,
    /// The present, in seconds since 1970 UTC. Read once, so that one run has one present.
    pub(crate) now: i64,
}

impl Context {
    /// Opens the repository that the user means.
    pub(crate) fn open(&self) -> Result<Repository, Failure> {
        Repository::open(&self.folder)
    }

    /// Starts the pager, unless the user wants none.
    pub(crate) fn page(&mut self, repo: &Repository) -> Result<(), Failure> {
        if !self.no_pager && self.ui.is_terminal() {
            let core_pager = repo.config()?.get("core.pager").map(str::to_owned);
            self.ui.page(core_pager.as_deref());
        }
        Ok(())
    }
}

/// Reads the arguments. What clap has to say (help, the version, a usage error) is printed here.
///
/// # Errors
/// The outcome to exit with, when there is no command to run.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Outcome> {
    let args: Vec<OsString> = args.into_iter().collect();
    if complete::answered(&args) {
        return Err(Outcome::Yes);
    }
    if args.len() < 2 {
        // Nothing is left to do if even this cannot be printed.
        let _ = io::stderr().write_all(FIRST_COMMANDS.as_bytes());
        return Err(Outcome::Failed);
    }
    // What stands behind `--` is not ours to read: paths, or the command of `audit run`.
    let mut ours = true;
    let args = args.into_iter().map(|arg| {
        ours &= arg != "--";
        if ours { number_shorthand(arg) } else { arg }
    });
    Cli::try_parse_from(args).map_err(|error| {
        // Nothing is left to do if even this cannot be printed.
        let _ = error.print();
        if error.use_stderr() { Outcome::Failed } else { Outcome::Yes }
    })
}

/// `-5` means `-n5`, as in git.
fn number_shorthand(arg: OsString) -> OsString {
    match arg.to_str().and_then(|text| text.strip_prefix('-')) {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("-n{digits}").into()
        }
        _ => arg,
    }
}

/// Runs the command that was read.
pub fn run(cli: Cli) -> Outcome {
    let folder = cli.folders.iter().fold(PathBuf::from("."), |folder, next| folder.join(next));
    let mut context =
        Context { folder, ui: Ui::new(cli.color), no_pager: cli.no_pager, now: now() };
    let result = match cli.command {
        Command::Log(args) => log::run(&mut context, *args),
        Command::Show(args) => show::run(&mut context, args),
        Command::Status(args) => status::run(&mut context, args),
        Command::Trace(args) => trace::run(&mut context, args),
        Command::Diff(args) => diff::run(&mut context, args),
        Command::Record(args) => record::run(&mut context, *args),
        Command::Run(args) => run::run(&mut context, *args),
        Command::Import(args) => import::run(&mut context, *args),
        Command::People(args) => people::run(&mut context, args),
        Command::Init(args) => init::run(&mut context, args),
        Command::Index(args) => index::run(&mut context, args),
        Command::Ledger(args) => ledger::run(&mut context, args),
        Command::Sync(args) => sync::run(&mut context, args),
        Command::Checkpoint(args) => checkpoint::run(&mut context, args),
        Command::Prove(args) => prove::run(&mut context, args),
        Command::Policy(args) => policy::run(&mut context, args),
        Command::Hook(args) => hook::run(&mut context, args),
        Command::Verify(args) => verify::run(&mut context, *args),
        Command::Completions(args) => completions::run(&mut context, args),
        Command::Man(args) => completions::run_man(&mut context, args),
    };
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(mut error) => {
            // What was printed before the error comes before it.
            let _ = std::io::Write::flush(context.ui.out());
            if let Some(failure) = error.downcast_mut::<Failure>()
                && let Some(revision) = &failure.unknown
                && let Some(hint) =
                    context.open().ok().and_then(|repo| addresses::suggestion(&repo, revision))
            {
                failure.hint = Some(hint);
            }
            context.ui.report(&error)
        }
    };
    finish(context.ui, outcome)
}

fn finish(ui: Ui, outcome: Outcome) -> Outcome {
    let mut errors = Ui::new(ColorChoice::Never);
    errors.decided(outcome);
    match ui.finish() {
        Ok(()) => outcome,
        Err(error) => {
            let error = anyhow::Error::new(error).context("cannot write to standard output");
            errors.report(&error)
        }
    }
}

/// The present, which one run has but once. `AUDIT_NOW` (seconds since 1970 UTC) sets it, for tests and for
/// reproducible reports.
pub(crate) fn now() -> i64 {
    static NOW: OnceLock<i64> = OnceLock::new();
    *NOW.get_or_init(read_clock)
}

fn read_clock() -> i64 {
    if let Some(now) = std::env::var("AUDIT_NOW").ok().and_then(|now| now.parse().ok()) {
        return now;
    }
    match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

/// The parser itself, for completions, man pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

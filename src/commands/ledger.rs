//! `audit ledger`: where the ledger is and what is in it, and whether a file is one.

use super::format::DocumentFormat;
use super::judge::{Judge, JudgeArgs};
use super::{Context, records};
use crate::event::Grade;
use crate::ledger::{self, Entry, Report, Severity};
use crate::outcome::{Failure, Outcome};
use crate::report::ledger::{LedgerReport, Signatures};
use clap::{Args, Subcommand};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    command: Option<LedgerCommand>,

    #[command(flatten)]
    judge: JudgeArgs,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, global = true)]
    format: DocumentFormat,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong
    Check {
        /// The file, or - for standard input; this repository's ledger without it
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

const EXAMPLES: &str = "\
Examples:
  audit ledger                        path, records, heads, size, first and last
  audit ledger check                  is this repository's ledger whole?
  audit ledger check ledger.jsonl     is this file?
  ssh host cat ledger.jsonl | audit ledger check -";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: LedgerArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let judge = Judge::new(&repo, &args.judge, context.now)?;
    let mut signatures = Signatures::default();
    let mut count = |entry: &Entry| signatures.add(&judge.entry(entry));
    let own = ledger::Ledger::new(repo.common_dir());
    let (name, check, report) = match args.command {
        None => (own.path().display().to_string(), false, count_own(&own, &mut count)?),
        Some(LedgerCommand::Check { file: None }) => {
            (own.path().display().to_string(), true, count_own(&own, &mut count)?)
        }
        Some(LedgerCommand::Check { file: Some(file) }) => {
            let (name, source) = open(file)?;
            let report = check_source(&name, source, &mut count)?;
            (name, true, report)
        }
    };
    let outcome = match check {
        true => verdict(&report, &signatures),
        false => Outcome::Yes,
    };
    let trust = judge.trust().map(|trust| trust.source());
    let shown =
        LedgerReport { name: &name, report: &report, signatures: &signatures, check, trust };
    let style = context.ui.style;
    match args.format {
        DocumentFormat::Table => shown.text(style, context.ui.out())?,
        DocumentFormat::Json => shown.json(context.ui.out())?,
    }
    Ok(outcome)
}

/// Damage and broken signatures are a negative answer; what could not be judged leaves it open.
fn verdict(report: &Report, signatures: &Signatures) -> Outcome {
    let bad = report.findings.iter().any(|finding| finding.rule.severity() != Severity::Note);
    if bad || signatures.count(Grade::Broken) > 0 {
        Outcome::No
    } else if signatures.count(Grade::Unknown) > 0 {
        Outcome::Undecided
    } else {
        Outcome::Yes
    }
}

fn count_own(own: &ledger::Ledger, count: &mut impl FnMut(&Entry)) -> Result<Report, Failure> {
    match File::open(own.path()) {
        Ok(file) => check_source(&own.path().display().to_string(), Box::new(file), count),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Report::default()),
        Err(error) => Err(Failure::new(format!("cannot read '{}': {error}", own.path().display()))),
    }
}

fn open(file: PathBuf) -> Result<(String, Box<dyn Read>), Failure> {
    if file.as_os_str() == "-" {
        return Ok(("standard input".to_owned(), Box::new(io::stdin())));
    }
    let name = file.display().to_string();
    match File::open(&file) {
        Ok(source) => Ok((name, Box::new(source))),
        Err(error) => Err(Failure::new(format!("cannot read '{name}': {error}"))),
    }
}

fn check_source(
    name: &str,
    source: Box<dyn Read>,
    count: &mut impl FnMut(&Entry),
) -> Result<Report, Failure> {
    let mut each = |_: usize, line: &ledger::entry::Line<'_>| {
        // The checker hands on only lines that are entries.
        if let Ok(entry) = Entry::parse(line.bytes) {
            count(&entry);
        }
    };
    ledger::check::check(source, records::rules(), &mut each)
        .map_err(|error| Failure::new(format!("cannot read {name}: {error}")))
}

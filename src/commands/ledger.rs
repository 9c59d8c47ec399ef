//! `audit ledger`: where the ledger is and what is in it, and whether a file is one.

use super::Context;
use super::format::DocumentFormat;
use super::judge::JudgeArgs;
use crate::event::{Event, Grade, Kind, What};
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::git::Repository;
use crate::ledger::{self, Batch, Line, Report, Severity, parallel};
use crate::outcome::{Failure, Outcome};
use crate::report::ledger::{Import, LedgerReport, Signatures};
use crate::share::publication::Publication;
use crate::share::shared::Shared;
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

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, global = true)]
    format: DocumentFormat,

    #[command(flatten)]
    judge: JudgeArgs,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong
    Check {
        /// The file, or - for standard input; this repository's ledger without it
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Take over lines that somebody sent, byte for byte: those of a clone that is gone, or of a failed --sync
    Add {
        /// The file, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Where lines come from.
type Source = Box<dyn Read + Send>;

const EXAMPLES: &str = "\
Examples:
  audit ledger                        path, records, heads, size, first and last
  audit ledger check                  is this repository's ledger whole?
  audit ledger check ledger.jsonl     is this file? It needs no repository
  ssh host cat ledger.jsonl | audit ledger check -
  audit ledger add lines.jsonl        what a CI job could not publish, from its log";

/// Runs the command.
pub(crate) fn run(context: &mut Context, mut args: LedgerArgs) -> anyhow::Result<Outcome> {
    let options = args.judge.options();
    let repo = match (context.open(), args.command) {
        // A file that somebody sent is checked anywhere.
        (Err(_), Some(LedgerCommand::Check { file: Some(file) })) => {
            let judge = Judge::without_repository(&options, context.now)?;
            let (name, source) = open(file)?;
            return check_file(context, &judge, &name, source, args.format);
        }
        (repo, command) => {
            args.command = command;
            repo?
        }
    };
    let judge = Judge::new(&repo, &options, context.now)?;
    let own = ledger::Ledger::new(repo.common_dir());
    let (file, check) = match args.command {
        None => (None, false),
        Some(LedgerCommand::Check { file }) => (file, true),
        Some(LedgerCommand::Add { file }) => return add(context, &repo, &own, file),
    };
    let of_clone = file.is_none();
    let (name, source) = match file {
        None => {
            let file = own.open()?;
            // A ledger that does not exist has no records.
            let source: Source = file.map_or(Box::new(io::empty()), |file| Box::new(file));
            (own.path().display().to_string(), source)
        }
        Some(file) => open(file)?,
    };
    let (report, signatures, imports) = read(&name, source, &judge)?;
    let outcome = match check {
        true => verdict(&report, &signatures, &imports),
        false => Outcome::Yes,
    };
    context.ui.decided(outcome);
    let trust = judge.trust().map(|trust| trust.source());
    let shared = match of_clone {
        true => Some(Shared::of(&Publication::of_repo(&repo)?, &report.chain)),
        false => None,
    };
    let shown = LedgerReport {
        name: &name,
        report: &report,
        signatures: &signatures,
        imports: &imports,
        check,
        trust,
        shared: shared.as_ref(),
    };
    let style = context.ui.style;
    match args.format {
        DocumentFormat::Table => shown.text(style, context.ui.out())?,
        DocumentFormat::Json => shown.json(context.ui.out())?,
    }
    Ok(outcome)
}

/// Checks a file that belongs to no repository.
fn check_file(
    context: &mut Context,
    judge: &Judge,
    name: &str,
    source: Source,
    format: DocumentFormat,
) -> anyhow::Result<Outcome> {
    let (report, signatures, imports) = read(name, source, judge)?;
    let outcome = verdict(&report, &signatures, &imports);
    context.ui.decided(outcome);
    let shown = LedgerReport {
        name,
        report: &report,
        signatures: &signatures,
        imports: &imports,
        check: true,
        trust: judge.trust().map(|trust| trust.source()),
        shared: None,
    };
    let style = context.ui.style;
    match format {
        DocumentFormat::Table => shown.text(style, context.ui.out())?,
        DocumentFormat::Json => shown.json(context.ui.out())?,
    }
    Ok(outcome)
}

/// Appends lines that somebody sent. They say themselves who made them, so anybody may carry them.
fn add(
    context: &mut Context,
    repo: &Repository,
    own: &ledger::Ledger,
    file: PathBuf,
) -> anyhow::Result<Outcome> {
    let (name, mut source) = open(file)?;
    let mut bytes = Vec::new();
    source
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
    // Copied from a terminal, the last line may have lost its end.
    if !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let view = own.read(super::sync::rules(repo)?)?;
    let added = own.append_many(view, &lines, context.now).map_err(|not_appended| {
        let failure = not_appended.failure;
        match failure.hint {
            Some(_) => failure,
            None => failure
                .hint("what they build on must be here before them: `audit sync` may bring it"),
        }
    })?;
    for id in &added.added {
        writeln!(context.ui.out(), "{id}")?;
    }
    let there = lines.len() - added.added.len();
    context.ui.note(&format!("{} added, {there} there already", added.added.len()));
    Ok(Outcome::Yes)
}

/// Damage, broken signatures and batches that are not whole are a negative answer; what could not be judged leaves
/// it open.
fn verdict(report: &Report, signatures: &Signatures, imports: &[Import]) -> Outcome {
    let bad = report.findings.iter().any(|finding| finding.rule.severity() != Severity::Note);
    if bad || signatures.count(Grade::Broken) > 0 || imports.iter().any(|one| one.records.is_err())
    {
        Outcome::No
    } else if signatures.count(Grade::Unknown) > 0 {
        Outcome::Undecided
    } else {
        Outcome::Yes
    }
}

fn open(file: PathBuf) -> Result<(String, Source), Failure> {
    if file.as_os_str() == "-" {
        return Ok(("standard input".to_owned(), Box::new(io::stdin())));
    }
    let name = file.display().to_string();
    match File::open(&file) {
        Ok(source) => Ok((name, Box::new(source))),
        Err(error) => Err(Failure::new(format!("cannot read '{name}': {error}"))),
    }
}

/// Checks the lines, judges their signatures, and finds what is vouched for.
fn read(
    name: &str,
    source: Source,
    judge: &Judge,
) -> Result<(Report, Signatures, Vec<Import>), Failure> {
    let mut signatures = Signatures::default();
    let mut closing: Vec<(usize, Event)> = Vec::new();
    let mut count = 0;
    let judged = |line: &Line<'_>, id, _, _: &mut _| judge.entry(line, id);
    let report = parallel::check(source, &records::rules(), judged, |event| {
        signatures.add(&event);
        if event.kind == Kind::Import {
            closing.push((count, event));
        }
        count += 1;
    })
    .map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
    let imports: Vec<Import> =
        closing.iter().map(|(number, event)| import(&report, *number, event)).collect();
    let vouched = imports.iter().filter(|one| one.grade == Grade::Signed);
    signatures.vouched(vouched.filter_map(|one| one.records.ok()).sum());
    Ok((report, signatures, imports))
}

/// What an `import` record closes, and who vouches for it.
fn import(report: &Report, number: usize, event: &Event) -> Import {
    let nothing = serde_json::Map::new();
    let what = match &event.what {
        What::Record(fields) => fields,
        _ => &nothing,
    };
    let batch = Batch::of(&report.chain, number, what);
    let signature = event.proof.signature.as_ref();
    Import {
        id: event.id.clone(),
        source: what.get("source").and_then(|source| source.as_str()).unwrap_or("?").to_owned(),
        grade: event.proof.grade,
        signer: signature.and_then(|verdict| verdict.signer.clone()),
        records: batch.records.map(|records| records.len() as u64),
    }
}

//! `audit import`: records out of files that forges, pipelines and gateways gave.

mod forge;
mod known;
mod lines;
mod places;
mod plan;

use super::format::DocumentFormat;
use super::judge::JudgeArgs;
use super::recorder::Recorder;
use super::signing::SignArgs;
use super::{Context, fields};
use crate::evidence::judge::Judge;
use crate::git::{Repository, object};
use crate::import::{self, FoundCommit, Imported, Mapping, Options, Reader};
use crate::ledger::{name, time};
use crate::outcome::{Failure, Outcome};
use crate::policy::Policy;
use crate::report::import::{ImportReport, Vouched};
use clap::Args;
use clap::builder::PossibleValuesParser;
use forge::Forge;
use known::Known;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Take over pull requests, reviews, approvals, deployments and pipeline runs from files that forges and
/// pipelines give
///
/// The files are what `gh api`, `glab api` or curl print, or webhooks that a receiver kept: JSON, JSON Lines,
/// pages back to back, gzip. What is there already is not written again; what tells more about the same object
/// supersedes it. All or nothing is written: one chain of records, closed by an import record that you
/// sign. Without that signature they are claims.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArgs {
    /// Where the files are from; auto finds out for each item
    #[arg(value_name = "SOURCE", value_parser = PossibleValuesParser::new(names()))]
    source: String,

    /// Files, or - for standard input; without one, github and gitlab are asked through your own gh or glab
    #[arg(value_name = "FILE")]
    files: Vec<String>,

    /// Report what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Name each item that gave no record
    #[arg(short, long)]
    verbose: bool,

    /// The repository that the files are about, where its address here is another one or there is none: acme/pay
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Option<String>,

    /// The name of an environment here, for its name there: prod=production; several
    #[arg(long, value_name = "THERE=HERE", value_delimiter = ',')]
    env_map: Vec<String>,

    /// Where customData of CDEvents has the commit: git.sha
    #[arg(long, value_name = "PATH")]
    commit_from: Option<String>,

    /// For tables: which column is which field
    #[arg(long, value_name = "FILE.toml")]
    map: Option<String>,

    /// Asking a forge: leave out the details of what has not changed since then (git's date language)
    #[arg(long, value_name = "DATE")]
    since: Option<String>,

    /// Asking a forge: keep its answers in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,

    /// Asking a forge: print the commands that would be run, and run none
    #[arg(long)]
    print_commands: bool,

    /// The lists are whole, though they look cut off
    #[arg(long)]
    complete: bool,

    /// Write again what is there, but nobody trusted vouches for
    #[arg(long)]
    again: bool,

    /// How to print the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: DocumentFormat,

    #[command(flatten)]
    sign: SignArgs,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  gh pr list --state merged --limit 100000 --json number,author,baseRefName,headRefOid,mergedAt,mergedBy,mergeCommit,reviews,commits,url > prs.json
  audit import github prs.json
  audit import github --since '3 months ago' --keep answers/
  audit import auto deployments.json statuses.json approvals.jsonl webhooks.jsonl
  audit import auto dump.json.gz --dry-run -v

docs/import.md has the commands for each source, and says what can't be known.";

fn names() -> Vec<&'static str> {
    let named = import::SOURCES.iter().chain([&import::TABLE]).map(|row| row.name);
    std::iter::once("auto").chain(named).collect()
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: ImportArgs) -> anyhow::Result<Outcome> {
    let recorder = Recorder::new(context.open()?, context.now)?;
    let repo = recorder.repo();
    let judge = Judge::new(repo, &args.judge.options(), context.now)?;
    // Kept until the answers have been read.
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("cannot make a folder for answers: {error}")))?;
    let mut files = args.files.clone();
    if files.is_empty() {
        let asked = ask(context, &args, &recorder, folder.path())?;
        let Some(asked) = asked else { return Ok(Outcome::Yes) };
        files = asked;
    }
    let mut imported = read(context, &args, &files, &recorder)?;
    // What gh and glab fetched page by page is whole.
    let whole = args.complete || args.files.is_empty();
    if !imported.suspects.is_empty() && !whole {
        return cut_off(context, &imported);
    }
    places::keep_own(&recorder, args.repo.as_deref(), &mut imported)?;
    let (view, known) = Known::read(&recorder, &judge, &args)?;
    let plan = plan::plan(&view, &known, std::mem::take(&mut imported.drafts))?;
    let lines = lines::write(&recorder, &view, &plan, &mut imported, context.now)?;
    places::refuse_strangers(&args, lines.commits + plan.known, &imported)?;
    let mut report = ImportReport {
        sources: &imported.sources,
        files: &imported.files,
        left_out: &imported.left_out,
        kinds: lines.kinds.clone(),
        new: lines.new,
        superseding: lines.superseding,
        known: plan.known,
        unvouched: plan.unvouched,
        vouched: None,
        dry_run: args.dry_run,
        verbose: args.verbose,
    };
    if lines.count() > 0 && !args.dry_run {
        report.vouched = Some(append(context, &args, &recorder, view, &lines, &imported)?);
    }
    let style = context.ui.style;
    match args.format {
        DocumentFormat::Table => report.text(style, context.ui.out())?,
        DocumentFormat::Json => report.json(context.ui.out())?,
    }
    let gap = imported.left_out.iter().any(|one| one.reason.is_a_gap());
    Ok(if gap { Outcome::Undecided } else { Outcome::Yes })
}

/// Reads all files.
fn read(
    context: &Context,
    args: &ImportArgs,
    files: &[String],
    recorder: &Recorder,
) -> Result<Imported, Failure> {
    let repo = recorder.repo();
    let policy = recorder.policy();
    let map = env_map(args)?;
    let commit = |id: &str| commit(repo, id);
    let is_test = |name: &str| policy.is_test_run(name);
    let env = |name: &str| environment(policy, &map, name);
    let options = Options {
        only: import::source(&args.source),
        commit: &commit,
        is_test: &is_test,
        commit_from: args.commit_from.as_deref(),
        table: mapping(args)?,
        env: &env,
    };
    let mut reader = Reader::new(options);
    let progress = context.ui.progress("items read");
    for name in files {
        let mut count = || progress.add(1);
        match name.as_str() {
            "-" => reader.file("standard input", io::stdin().lock(), &mut count)?,
            path => {
                let file = File::open(path)
                    .map_err(|error| Failure::new(format!("cannot read '{path}': {error}")))?;
                reader.file(path, file, &mut count)?;
            }
        }
    }
    reader.finish()
}

/// Asks a forge through its own program; the files with the answers, or `None` when only the commands were wanted.
fn ask(
    context: &mut Context,
    args: &ImportArgs,
    recorder: &Recorder,
    folder: &Path,
) -> anyhow::Result<Option<Vec<String>>> {
    let origin = recorder.ask_git(&["remote", "get-url", "origin"]);
    let origin = origin.as_deref().and_then(name::from_url);
    let since = match &args.since {
        Some(date) => Some(time::format(fields::moment(recorder.repo(), date)?)?),
        None => None,
    };
    if let Some(keep) = &args.keep {
        std::fs::create_dir_all(keep)
            .map_err(|error| Failure::new(format!("--keep: {}: {error}", keep.display())))?;
    }
    let folder = args.keep.as_deref().unwrap_or(folder);
    let forge = Forge::new(args, origin.as_deref(), since, folder)?;
    if args.print_commands {
        for line in forge.commands() {
            writeln!(context.ui.out(), "{line}")?;
        }
        return Ok(None);
    }
    let files = forge.ask(&context.ui)?;
    Ok(Some(files.iter().map(|file| file.display().to_string()).collect()))
}

/// How to read tables, if it is tables that are imported.
fn mapping(args: &ImportArgs) -> Result<Option<Mapping>, Failure> {
    match (args.source == import::TABLE.name, &args.map) {
        (true, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("--map: cannot read '{path}': {error}")))?;
            Mapping::parse(&text).map(Some)
        }
        (true, None) => Err(Failure::new("a table needs a mapping: --map FILE.toml")
            .hint("docs/import.md has one to start from")),
        (false, Some(_)) => {
            Err(Failure::new("--map is for tables: audit import table FILE --map FILE.toml"))
        }
        (false, None) => Ok(None),
    }
}

/// A commit of the repository, by its full id or by one that is short and means only one.
fn commit(repo: &Repository, id: &str) -> Option<FoundCommit> {
    let hex = id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let oid = match repo.here(id) {
        Some(oid) => oid,
        None if hex && id.len() < repo.hash().hex_len() => repo.commit_id(id).ok()?,
        None => return None,
    };
    let raw = repo.read(oid).ok()??;
    let links = object::links(&raw.data, repo.hash()).ok()?;
    Some(FoundCommit {
        id: oid.to_string(),
        tree: links.tree.to_string(),
        parents: links.parents.iter().map(ToString::to_string).collect(),
    })
}

fn env_map(args: &ImportArgs) -> Result<Vec<(&str, &str)>, Failure> {
    let pair = |text: &'_ String| -> Result<(String, String), Failure> {
        match text.split_once('=') {
            Some((there, here)) if !there.is_empty() && !here.is_empty() => {
                Ok((there.to_owned(), here.to_owned()))
            }
            _ => Err(Failure::new(format!("--env-map: '{text}' is not of the form THERE=HERE"))
                .hint("for instance: --env-map prod=production")),
        }
    };
    for text in &args.env_map {
        pair(text)?;
    }
    Ok(args.env_map.iter().filter_map(|text| text.split_once('=')).collect())
}

/// The name of an environment here: as the user says, else as the policy's aliases do, else its own.
fn environment(policy: &Policy, map: &[(&str, &str)], name: &str) -> String {
    if let Some((_, here)) = map.iter().find(|(there, _)| *there == name) {
        return (*here).to_owned();
    }
    let aliased = policy.environments.iter().find(|(_, env)| env.aliases.iter().any(|a| a == name));
    aliased.map_or(name, |(here, _)| here).to_owned()
}

/// A list that looks cut off may hide what happened: nothing is written until somebody says that it is whole.
fn cut_off(context: &Context, imported: &Imported) -> anyhow::Result<Outcome> {
    for suspect in &imported.suspects {
        context.ui.warn(suspect);
    }
    context.ui.note(
        "nothing was imported: fetch every page (gh api --paginate, --limit 100000), or say --complete",
    );
    Ok(Outcome::Undecided)
}

/// Closes the batch with its import record, and appends all of it.
fn append(
    context: &Context,
    args: &ImportArgs,
    recorder: &Recorder,
    view: crate::ledger::View,
    lines: &lines::Lines,
    imported: &Imported,
) -> Result<Vouched, Failure> {
    let closing = lines::closing(recorder, &view, lines, imported, context.now)?;
    let entry = recorder.line(&closing, &args.sign)?;
    let mut bytes = lines.bytes.clone();
    bytes.extend_from_slice(&entry.line);
    let appended = recorder
        .ledger()
        .append_batch(view, &bytes, context.now)
        .map_err(|not_appended| not_appended.failure)?;
    if let Some(copy) = &appended.recovered {
        context.ui.warn(&format!(
            "the ledger ended in an unfinished line that nobody was told is recorded; it is kept in {}",
            copy.display()
        ));
    }
    Ok(Vouched { record: entry.id.to_string(), signed: entry.signature.is_some() })
}

//! `audit record`: one record into the ledger.

use super::Context;
use super::draft::{Draft, ReasonArgs};
use super::publish::{Publish, PublishArgs};
use super::recorder::{self, Recorder};
use super::signing::SignArgs;
use super::{editor, fields};
use crate::event::Kind;
use crate::ledger::entry::MAX_LINE;
use crate::ledger::kinds::{self, Table};
use crate::outcome::{Failure, Outcome};
use clap::{ArgMatches, Args, FromArgMatches};
use serde_json::json;
use std::fs::File;
use std::io::{IsTerminal, Read};

const ABOUT: &str =
    "Append a record of what happened to the ledger, signed with your git signing key";

const LONG_ABOUT: &str = "\
Append a record of what happened to the ledger, signed with your git signing key

Who acts is whom git names as the author (user.name, user.email, GIT_AUTHOR_NAME, …); where git has \
not been told, the person for whom CI runs. GitHub Actions, GitLab CI, Jenkins, Buildkite, CircleCI and \
Azure Pipelines are recognised, and named in who.via. The full id is printed on standard output, and \
one line for people on standard error. A record that was acknowledged is on the disk; it is never \
changed: mend a mistake with a new one, and --link corrects=ID.";

const EXAMPLES: &str = "\
Examples:
  audit record deploy --env production --outcome success --why 'release 1.4' --ticket PAY-88
  audit record approval approved --env production --commit v1.4
  audit record incident opened INC-9 --env production
  audit record note --why 'key rotated after the offsite' --when 'yesterday 18:00'
  audit record note --why 'wrong environment in the last record' --link corrects=d4e8a6f0
  audit record --json record.json --dry-run
  audit record deploy --env production --outcome success --sync    in CI: recorded and published, or exit 2

Each kind has flags of its own, and takes what it is mostly about without a flag: audit record KIND --help";

const HOW: &str = "How to record";

/// Flags of every kind.
#[derive(Debug, Clone, Args)]
struct RecordFlags {
    #[command(flatten, next_help_heading = "Who and why")]
    reasons: ReasonArgs,

    #[command(flatten, next_help_heading = "Signature")]
    sign: SignArgs,

    #[command(flatten, next_help_heading = "Publishing")]
    publish: PublishArgs,

    /// Write the reason in your editor (the one that git uses)
    #[arg(long, global = true, help_heading = "Who and why")]
    edit: bool,

    /// When it happened, if not now, in git's date language; the time of writing is kept beside it
    #[arg(long, value_name = "DATE", global = true, help_heading = HOW, allow_hyphen_values = true)]
    when: Option<String>,

    /// Take the record from JSON, from FILE or - for standard input: an object with kind, what, where,
    /// who, why, when; flags override it
    #[arg(long, value_name = "FILE", global = true, help_heading = HOW)]
    json: Option<String>,

    /// Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input
    #[arg(long, value_name = "FILE", global = true, help_heading = HOW, conflicts_with_all = ["json", "when", "edit", "why", "tickets", "links", "fields"])]
    line: Option<String>,

    /// Print the line that would be appended, and append nothing
    #[arg(long, global = true, help_heading = HOW)]
    dry_run: bool,
}

/// What to record, as the command line says it.
#[derive(Debug, Clone)]
pub(crate) struct RecordArgs {
    kind: Option<Kind>,
    flags: RecordFlags,
    /// Of the kind's command: its fields.
    matches: ArgMatches,
}

impl Args for RecordArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        RecordFlags::augment_args(command)
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXAMPLES)
            .subcommand_value_name("KIND")
            .subcommand_help_heading("Kinds")
            .disable_help_subcommand(true)
            .subcommands(kinds::recorded_by_hand().map(kind_command))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RecordArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (kind, matches) = match matches.subcommand() {
            Some((name, matches)) => (name.parse::<Kind>().ok(), matches),
            None => (None, matches),
        };
        let flags = RecordFlags::from_arg_matches(matches)?;
        Ok(RecordArgs { kind, flags, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The command of one kind: its fields as flags, those that it is mostly about as words, too.
fn kind_command(table: &'static Table) -> clap::Command {
    let needed = |name: &str| {
        table.required.iter().any(|group| group.len() == 1 && group[0].name == name)
            && name != "commit"
    };
    let flags = table.fields().filter(|field| field.name != "tree");
    clap::Command::new(table.kind.name())
        .about(about(table.kind))
        .after_help(format!("Example:\n  {}", example(table.kind)))
        .args(fields::spoken_args(table))
        .args(flags.map(|field| fields::arg(field, needed(field.name))))
}

fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Deploy => "Code was put into an environment",
        Kind::Rollback => "An environment went back to code that it ran before",
        Kind::Approval => "Somebody approved or rejected a deployment",
        Kind::Change => "A pull or merge request was merged",
        Kind::Review => "Somebody reviewed a change",
        Kind::Build => "A build ran",
        Kind::Test => "Tests ran",
        Kind::Artifact => "An artifact was made",
        Kind::Config => "A configuration key changed; never record its value",
        Kind::Environment => "An environment was created, modified or deleted",
        Kind::Incident => "An incident was opened or resolved",
        Kind::Access => "Access was granted or revoked",
        Kind::Freeze => "A change freeze begins or ends",
        Kind::Exception => "An exception from a rule was granted",
        Kind::Note => "Anything else, in your own words: --why",
        Kind::Import => "`audit import` records these",
        Kind::Commit | Kind::Merge | Kind::Tag => "Git itself records these",
    }
}

/// A command line that records something of a kind.
pub(crate) fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Deploy => {
            "audit record deploy --env production --outcome success --why 'release 1.4' --ticket PAY-88"
        }
        Kind::Rollback => {
            "audit record rollback --commit v1.3 --from-commit v1.4 --env production --outcome success"
        }
        Kind::Approval => {
            "audit record approval approved --commit v1.4 --env production --expires 2026-12-01"
        }
        Kind::Change => {
            "audit record change --number 412 --base main --head-commit 9f2c1ab0 --merge-commit HEAD --method merge"
        }
        Kind::Review => "audit record review --number 412 --head-commit topic --state approved",
        Kind::Build => {
            "audit record build --outcome success --artifacts sha256:5891b5b5… --run 1658"
        }
        Kind::Test => "audit record test --outcome failure --name integration --duration 90s",
        Kind::Artifact => {
            "audit record artifact --digest sha256:5891b5b5… --name pay-1.4.tar.gz --commit v1.4"
        }
        Kind::Config => {
            "audit record config --key payments.retries --change changed --env production --after sha256:5891b5b5…"
        }
        Kind::Environment => "audit record environment --env staging --action created",
        Kind::Incident => "audit record incident opened INC-7 --severity high --env production",
        Kind::Access => {
            "audit record access --action granted --grantee bruno@example.com --role deployer --env production"
        }
        Kind::Freeze => {
            "audit record freeze begins --env production --until 2027-01-07T00:00:00Z --exempt hotfix"
        }
        Kind::Exception => {
            "audit record exception --rule four-eyes --subject 5d0bd5f1a2 --why 'outage at night'"
        }
        Kind::Note | Kind::Import | Kind::Commit | Kind::Merge | Kind::Tag => {
            "audit record note --why 'keys were rotated'"
        }
    }
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: RecordArgs) -> anyhow::Result<Outcome> {
    let mut recorder = Recorder::new(context.open()?, context.now)?;
    let flags = &args.flags;
    // What can't be published at all is said before anything is recorded.
    let mut publish = Publish::new(recorder.repo(), &flags.publish, &flags.sign)?;
    if !flags.dry_run {
        let base = publish.before(context, recorder.repo())?;
        recorder.base_on(base);
    }
    let view = recorder.read()?;
    let entry = match &flags.line {
        Some(file) => submitted(file, &args)?,
        None => {
            let draft = args.draft(&recorder, &view, context.now)?;
            let body = recorder.body(&draft, &view, context.now)?;
            recorder.line(&body, &flags.sign)?
        }
    };
    if flags.dry_run {
        context.ui.out().write_all(&entry.line)?;
        context
            .ui
            .note(&format!("nothing was written; would record {}", recorder::summary(&entry)));
        return Ok(Outcome::Yes);
    }
    recorder.keep(&context.ui, view, &entry, context.now)?;
    publish.after(context, recorder.repo(), &entry)?;
    writeln!(context.ui.out(), "{}", entry.id)?;
    Ok(Outcome::Yes)
}

impl RecordArgs {
    fn draft(
        &self,
        recorder: &Recorder,
        view: &crate::ledger::View,
        now: i64,
    ) -> Result<Draft, Failure> {
        let flags = &self.flags;
        let mut draft = match (&flags.json, self.kind) {
            (Some(file), kind) => {
                let text = String::from_utf8(read(file, "--json")?)
                    .map_err(|_| Failure::new("--json: the text is not UTF-8"))?;
                Draft::from_json(recorder, &text, kind)?
            }
            (None, Some(kind)) => Draft::new(kind),
            (None, None) => {
                let kinds = kinds::recorded_by_hand().map(|table| table.kind.name());
                let kinds: Vec<_> = kinds.collect();
                return Err(Failure::new(format!("record what? one of {}", kinds.join(", ")))
                    .hint(format!("for instance: {}", example(Kind::Deploy))));
            }
        };
        draft.fields(recorder, &self.matches)?;
        draft.reasons(&flags.reasons, view)?;
        draft.commit(recorder)?;
        if let Some(date) = &flags.when {
            draft.happened(recorder, date, now)?;
        }
        let asked = recorder.lacks_reason(&draft) && !flags.edit;
        if asked && !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return Err(Failure::new("the policy asks why (deploy-has-why)")
                .hint("say it with --why TEXT or --ticket ID; on a terminal, an editor opens"));
        }
        if flags.edit || asked {
            // Everything else is checked before somebody takes the trouble to write.
            let mut trial = draft.clone();
            trial.why.entry("reason").or_insert(json!("…"));
            recorder.body(&trial, view, now)?;
            let begin = draft.why.get("reason").and_then(|reason| reason.as_str()).unwrap_or("");
            let reason = editor::ask(recorder.repo(), begin, draft.kind)?;
            draft.why.insert("reason".into(), json!(reason));
        }
        Ok(draft)
    }
}

/// A line that was made before.
fn submitted(file: &str, args: &RecordArgs) -> Result<crate::ledger::Entry, Failure> {
    if args.kind.is_some() {
        return Err(Failure::new("--line: the line says by itself what kind it is")
            .hint("audit record --line FILE"));
    }
    let mut line = read(file, "--line")?;
    // Copied from a terminal, it may have lost its end.
    if !line.ends_with(b"\n") {
        line.push(b'\n');
    }
    recorder::parse(&line)
}

/// Reads a file or standard input; nothing that is read here can be longer than a line.
fn read(file: &str, flag: &str) -> Result<Vec<u8>, Failure> {
    let fail =
        |error: std::io::Error| Failure::new(format!("{flag}: cannot read '{file}': {error}"));
    let limit = 4 * MAX_LINE as u64;
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = match file {
        "-" => Box::new(std::io::stdin().lock()),
        path => Box::new(File::open(path).map_err(fail)?),
    };
    source.take(limit + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(format!("{flag}: '{file}' is longer than any record can be"))
            .hint("a record has at most 64 KiB; long text belongs behind a --link"));
    }
    Ok(bytes)
}

//! `audit run`: run a command, and record that it ran as a side effect.

use super::child::{self, Copied, Ended};
use super::draft::{Draft, ReasonArgs};
use super::publish::{Publish, PublishArgs};
use super::recorder::{self, Recorder};
use super::signing::SignArgs;
use super::verify;
use super::{Context, fields};
use crate::address::Place;
use crate::event::Kind;
use crate::ledger::kinds::{Field, TABLES, Table};
use crate::ledger::{Body, Entry, entry, time};
use crate::outcome::{Failure, Outcome};
use crate::ui::Ui;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Args, FromArgMatches};
use serde_json::json;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

const ABOUT: &str = "Run a command, record how it went, and exit as it did";

const LONG_ABOUT: &str = "\
Run a command, record how it went, and exit as it did

The record gets its start, end and duration, the outcome (success: exit code 0; failure: another; \
cancelled: it was told to stop; error: it could not be started, or a signal killed it), the exit code \
or signal, and digests of what it printed. What can be refused (an unknown commit, a missing --env, a \
damaged ledger) is refused before the command starts.

Its input and output are left untouched. A stream that is a terminal stays one for the command, and has \
no digest; any other is copied through byte for byte while it is hashed: what.output is the SHA-256 of \
standard output, what.error_output that of standard error; when both go to one file or pipe, \
what.output covers both in their order.

When a stream can't be handed on (a full disk, a reader that has left), it is closed for the command too. \
The record then has no digest of it, and what.output_lost names it.

A stream that is copied through is served until every process that holds it has closed it, as a shell's \
pipe is: a background process that the command leaves behind keeps `audit run` waiting, and the record \
unwritten, until it ends. Start it with its output elsewhere: daemon >daemon.log 2>&1 &

Of the command line only the program's name is recorded: arguments may hold secrets. SIGINT, SIGTERM, \
SIGHUP and SIGQUIT are handed on to the command. SIGKILL can't be: if it kills `audit run`, nothing is \
recorded, and the command goes on without it until it writes to a stream that was copied through, which \
is a closed pipe then. If it kills the command, that is recorded.

The record goes where it was to go when the command began. If the ledger or the repository has been \
removed or replaced meanwhile, nothing is written there: the line is printed on standard error, for \
`audit record --line FILE` once the ledger is back.

Exit codes: that of the command, 128 + the number of the signal that killed it, 127 when there is no \
such program, 126 when it could not be started. When the command succeeded and some of its output was \
lost: 141 when the reader of the output had left, as for a command that SIGPIPE ends, else 2. In any case \
2 when the record could not be written, after the command has ended.";

const EXAMPLES: &str = "\
Examples:
  audit run --kind build -- make release
  audit run --kind test --name integration -- cargo test
  audit run --kind deploy --env production --why 'release 1.4' -- ./deploy.sh production
  audit run --kind rollback --env production --commit v1.3 --from-commit v1.4 -- ./deploy.sh v1.3";

/// Fields that this command finds out by itself.
const MEASURED: [&str; 8] =
    ["outcome", "started", "finished", "duration", "exit_code", "signal", "output", "tree"];

/// Flags whatever the kind.
#[derive(Debug, Clone, Args)]
struct RunFlags {
    #[command(flatten, next_help_heading = "Who and why")]
    reasons: ReasonArgs,

    #[command(flatten, next_help_heading = "Signature")]
    sign: SignArgs,

    #[command(flatten, next_help_heading = "Publishing")]
    publish: PublishArgs,

    /// Run nothing that may not go: first ask what `audit verify --candidate` asks about this commit and
    /// environment, and leave with its exit code unless the answer is yes
    #[arg(long, help_heading = fields::HEADING)]
    approve_first: bool,

    /// Record all arguments of the command, in what.command; they must hold no secrets
    #[arg(long, help_heading = fields::HEADING)]
    record_args: bool,
}

/// What to run, and what to record of it.
#[derive(Debug, Clone)]
pub(crate) struct RunArgs {
    table: &'static Table,
    flags: RunFlags,
    program: OsString,
    arguments: Vec<OsString>,
    matches: ArgMatches,
}

impl Args for RunArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        let kinds = tables().map(|table| table.kind.name());
        let command = command
            .after_help(EXAMPLES)
            .arg(
                Arg::new("kind")
                    .long("kind")
                    .value_name("KIND")
                    .required(true)
                    .value_parser(PossibleValuesParser::new(kinds))
                    .help("What the command does")
                    .help_heading(fields::HEADING),
            )
            .args(asked().map(|field| fields::arg(field, false)))
            .arg(
                Arg::new("command")
                    .value_name("CMD")
                    .last(true)
                    .num_args(1..)
                    .required(true)
                    .value_parser(clap::value_parser!(OsString))
                    .help("The command and its arguments, behind --"),
            );
        // Behind the flags: clap takes their doc comments for the description of the command.
        RunFlags::augment_args(command).about(ABOUT).long_about(LONG_ABOUT)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RunArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingRequiredArgument);
        let kind = matches.get_one::<String>("kind").ok_or_else(missing)?;
        let table = tables().find(|table| table.kind.name() == kind).ok_or_else(missing)?;
        let mut command = matches.get_many::<OsString>("command").ok_or_else(missing)?.cloned();
        let program = command.next().ok_or_else(missing)?;
        Ok(RunArgs {
            table,
            flags: RunFlags::from_arg_matches(matches)?,
            program,
            arguments: command.collect(),
            matches: matches.clone(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The kinds of what runs: those with an outcome.
fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.fields().any(|field| field.name == "outcome"))
}

/// The fields that are asked of the user, each once.
fn asked() -> impl Iterator<Item = Field> {
    let mut seen: BTreeSet<&str> = MEASURED.into();
    tables().flat_map(|table| table.fields()).filter(move |field| seen.insert(field.name))
}

/// A command line that runs something of a kind.
fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Deploy => "audit run --kind deploy --env production -- ./deploy.sh production",
        Kind::Rollback => {
            "audit run --kind rollback --env production --commit v1.3 --from-commit v1.4 -- ./deploy.sh v1.3"
        }
        Kind::Test => "audit run --kind test --name integration -- cargo test",
        _ => "audit run --kind build -- make release",
    }
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: RunArgs) -> anyhow::Result<Outcome> {
    let mut recorder = Recorder::new(context.open()?, context.now)?;
    let mut publish = Publish::new(recorder.repo(), &args.flags.publish, &args.flags.sign)?;
    let base = publish.before(context, recorder.repo())?;
    recorder.base_on(base);
    let mut body = args.plan(&recorder, context.now)?;
    if args.flags.approve_first {
        let outcome = args.ask_first(context, &recorder, &body)?;
        if outcome != Outcome::Yes {
            context.ui.note("the command was not run");
            return Ok(outcome);
        }
    }
    let begin = Instant::now();
    let ended = child::run(&args.program, &args.arguments);
    let elapsed = begin.elapsed();
    say(&context.ui, &args, &ended);
    measure(&mut body, &ended, context.now, elapsed)?;
    let recorded = record(&recorder, &context.ui, &args, body)
        .and_then(|entry| publish.after(context, recorder.repo(), &entry));
    recorded.map_err(|failure| Failure {
        message: format!("the command has run ({}), but {failure}", how(&ended)),
        ..failure
    })?;
    Ok(Outcome::Child(exit_code(&ended)))
}

impl RunArgs {
    /// Whether the policy lets the commit go to the environment.
    fn ask_first(
        &self,
        context: &Context,
        recorder: &Recorder,
        body: &Body,
    ) -> anyhow::Result<Outcome> {
        let (Some(commit), Some(env)) = (body.commit(), body.env()) else {
            return Err(Failure::new("--approve-first needs a commit and an environment")
                .hint("name them with --commit and --env")
                .into());
        };
        verify::may_go(context, recorder.repo(), commit, Place { env, service: body.service() })
    }

    /// Everything that can be said before the command runs, checked as if it had succeeded.
    fn plan(&self, recorder: &Recorder, now: i64) -> Result<Body, Failure> {
        let kind: Kind = self.table.kind;
        let view = recorder.read()?;
        let mut draft = Draft::new(kind);
        draft.example = example(kind);
        for field in asked() {
            let given = self.matches.value_source(field.name).is_some();
            if given && field.name != "name" && !self.table.fields().any(|known| known == field) {
                let flag = fields::flag(field.name);
                return Err(Failure::new(format!("{flag}: a {kind} has no {}", field.name)));
            }
        }
        draft.fields(recorder, &self.matches)?;
        draft.reasons(&self.flags.reasons, &view)?;
        draft.commit(recorder)?;
        if recorder.lacks_reason(&draft) {
            return Err(Failure::new("the policy asks why (deploy-has-why)")
                .hint("say it with --why TEXT or --ticket ID"));
        }
        let name = match self.matches.get_one::<String>("name") {
            Some(name) => name.clone(),
            None => {
                let path = Path::new(&self.program);
                path.file_name().unwrap_or(&self.program).to_string_lossy().into_owned()
            }
        };
        draft.what.insert("name".into(), json!(name));
        if self.flags.record_args {
            let words = std::iter::once(&self.program).chain(&self.arguments);
            let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
            draft.what.insert("command".into(), json!(words));
        }
        draft.what.insert("outcome".into(), json!("success"));
        recorder.body(&draft, &view, now)
    }
}

/// Says what went wrong around the command.
fn say(ui: &Ui, args: &RunArgs, ended: &io::Result<Ended>) {
    match ended {
        Err(error) => {
            let program = args.program.to_string_lossy();
            ui.report(&Failure::new(format!("cannot run '{program}': {error}")).into());
        }
        Ok(ended) => {
            for (stream, error) in ended.lost() {
                // A command that its reader left early says nothing of it either.
                if error.kind() != io::ErrorKind::BrokenPipe || ended.status.success() {
                    let name = stream.name;
                    let message = format!(
                        "what the command wrote to {name} is lost, at least in part: {error}"
                    );
                    ui.report(&Failure::new(message).into());
                }
            }
        }
    }
}

/// Adds what is known now that the command has ended.
fn measure(
    body: &mut Body,
    ended: &io::Result<Ended>,
    started: i64,
    elapsed: Duration,
) -> Result<(), Failure> {
    let finished = started + whole_seconds(elapsed);
    body.when = finished;
    let what = &mut body.what;
    what.insert("started".into(), json!(time::format(started)?));
    what.insert("finished".into(), json!(time::format(finished)?));
    what.insert("duration".into(), json!(u64::try_from(elapsed.as_millis()).unwrap_or(0)));
    let outcome = match ended {
        Err(_) => "error",
        Ok(ended) if ended.status.success() => "success",
        Ok(ended) if ended.asked_to_stop => "cancelled",
        Ok(ended) if ended.status.code().is_none() => "error",
        Ok(_) => "failure",
    };
    what.insert("outcome".into(), json!(outcome));
    let Ok(ended) = ended else { return Ok(()) };
    if let Some(code) = ended.status.code() {
        what.insert("exit_code".into(), json!(code));
    }
    if let Some(signal) = killed_by(ended.status) {
        what.insert("signal".into(), json!(signal_name(signal)));
    }
    for stream in ended.streams() {
        if let Copied::Whole(digest) = stream.copied {
            what.insert(stream.key.into(), json!(digest));
        }
    }
    let lost: Vec<&str> = ended.lost().map(|(stream, _)| stream.key).collect();
    if !lost.is_empty() {
        what.insert("output_lost".into(), json!(lost));
    }
    Ok(())
}

/// One of the streams of a command that has ended.
struct Stream<'a> {
    /// The field that holds its digest.
    key: &'static str,
    /// What people call it.
    name: &'static str,
    copied: &'a Copied,
}

impl Ended {
    fn streams(&self) -> [Stream<'_>; 2] {
        [
            Stream { key: "output", name: "standard output", copied: &self.output },
            Stream { key: "error_output", name: "standard error", copied: &self.errors },
        ]
    }

    /// The streams of which some is lost, and why.
    fn lost(&self) -> impl Iterator<Item = (Stream<'_>, &io::Error)> {
        self.streams().into_iter().filter_map(|stream| match stream.copied {
            Copied::Lost(error) => Some((stream, error)),
            Copied::Untouched | Copied::Whole(_) => None,
        })
    }
}

/// Writes the record, on top of the ledger as it is now. A record that can't be written is printed, on
/// top of what was there when the command began: it fits when that is back.
fn record(recorder: &Recorder, ui: &Ui, args: &RunArgs, mut body: Body) -> Result<Entry, Failure> {
    let now = body.when;
    let there = recorder.build_on(&mut body);
    match (there, recorder.line(&body, &args.flags.sign)) {
        (Ok(view), Ok(entry)) => {
            recorder.keep(ui, view, &entry, now)?;
            Ok(entry)
        }
        (Err(failure), Ok(entry)) => {
            recorder::hand_back(ui, &entry.line);
            Err(failure)
        }
        (there, Err(unsigned)) => {
            ui.note("the record could not be signed");
            recorder::hand_back(ui, &entry::format(&body.format()?, None)?);
            Err(there.err().unwrap_or(unsigned))
        }
    }
}

fn whole_seconds(elapsed: Duration) -> i64 {
    i64::try_from(elapsed.as_secs()).unwrap_or(0)
}

/// The exit code of a command that writes to a pipe that nobody reads, as a shell gives it: 128 and
/// the number of SIGPIPE.
const BROKEN_PIPE: u8 = 141;

/// The exit code of this program, as a shell would give it. A command that doesn't know that its output
/// is lost has not succeeded.
fn exit_code(ended: &io::Result<Ended>) -> u8 {
    match ended {
        Err(error) if error.kind() == io::ErrorKind::NotFound => 127,
        Err(_) => 126,
        Ok(ended) if ended.status.success() => match ended.lost().next() {
            None => 0,
            Some((_, error)) if error.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
            Some(_) => Outcome::Failed.code(),
        },
        Ok(ended) => {
            let code = ended.status.code().or(killed_by(ended.status).map(|signal| 128 + signal));
            // Elsewhere than on Unix codes may be larger; all but 0 are failures.
            code.and_then(|code| u8::try_from(code).ok()).unwrap_or(255)
        }
    }
}

fn how(ended: &io::Result<Ended>) -> String {
    match ended {
        Ok(ended) => ended.status.to_string(),
        Err(_) => "it could not be started".into(),
    }
}

#[cfg(unix)]
fn killed_by(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    let name = signal_hook::low_level::signal_name(signal);
    name.map_or_else(|| format!("SIG{signal}"), str::to_string)
}

#[cfg(not(unix))]
fn killed_by(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(not(unix))]
fn signal_name(signal: i32) -> String {
    signal.to_string()
}

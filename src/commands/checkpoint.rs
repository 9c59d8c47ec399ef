//! `audit checkpoint`: the state of the published ledger in three lines, to keep elsewhere and to compare.

use super::Context;
use super::judge::JudgeArgs;
use super::signing::{self, SignArgs};
use super::sync::{self, read_checkpoint};
use crate::event::{Grade, Verdict};
use crate::evidence::judge::Judge;
use crate::evidence::records;
use crate::git::Repository;
use crate::ledger::{Id, Ledger, View, sign};
use crate::outcome::{Failure, Outcome};
use crate::report::words;
use crate::share::note::{Checkpoint, is_origin};
use crate::share::publication::{Held, Publication, begins_with};
use crate::share::remote::Remote;
use crate::share::sync::{Options, Sync};
use crate::share::tree::Frontier;
use crate::signature::Claim;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The namespace of SSH signatures over checkpoints.
const NAMESPACE: &str = "audit-checkpoint";

/// The state of the published ledger in three lines: its name, how many records, the root over them
///
/// Whoever keeps these lines can tell later whether the ledger still begins with the same records: in another
/// clone, in a signed tag (--trailer), in a repository of a witness, or under a time stamp. What is printed is
/// the list that this clone accepted at its last sync.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckpointArgs {
    /// Of the ledger file of this clone, in its own order, published or not
    #[arg(long, conflicts_with_all = ["check", "compare", "trailer"])]
    local: bool,

    /// Print it as a trailer for the message of a signed tag; `audit verify` checks those
    #[arg(long, conflicts_with_all = ["check", "compare", "output"])]
    trailer: bool,

    /// Write it to FILE, and its signature (--sign) to FILE.sig
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Does the published ledger begin with what FILE describes? Also checks FILE.sig and the time stamp
    /// FILE.tsr (RFC 3161, with openssl and the authority in audit.tsaCAFile) where they are
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "compare"])]
    check: Option<PathBuf>,

    /// Do this remote and REMOTE agree? Asks REMOTE now, and takes nothing over
    #[arg(long, value_name = "REMOTE", conflicts_with = "output")]
    compare: Option<String>,

    /// The remote whose list is meant; audit.remote, else origin, else the only one without it
    #[arg(long, value_name = "REMOTE")]
    remote: Option<String>,

    #[command(flatten)]
    sign: SignArgs,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit checkpoint                                    three lines
  audit checkpoint -o cp --sign                       cp and cp.sig
  ssh-keygen -Y verify -n audit-checkpoint -I ana@example.com -f allowed_signers -s cp.sig < cp
  audit checkpoint --check cp                         does the ledger still begin like that?
  audit checkpoint --compare mirror                   do origin and mirror agree?
  git tag -s v1.4 -m 'Release 1.4' -m \"$(audit checkpoint --trailer)\"

Exit codes: 0 yes · 1 no: another list · 2 it could not run · 3 this clone has never synced, or knows less than FILE";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: CheckpointArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    if let Some(other) = &args.compare {
        return compare(context, &repo, &args, other);
    }
    let view = records::read(&repo)?;
    if let Some(file) = &args.check {
        return check(context, &repo, &view, file, &args);
    }
    let checkpoint = match args.local {
        true => local(&view)?,
        false => match published(&repo, &view, args.remote.as_deref())? {
            Some(checkpoint) => checkpoint,
            None => return Ok(never(context)),
        },
    };
    let Some(output) = &args.output else {
        let text = match args.trailer {
            true => format!("Audit-Checkpoint: {} {}\n", checkpoint.size, checkpoint.root),
            false => checkpoint.to_string(),
        };
        context.ui.out().write_all(text.as_bytes())?;
        return Ok(Outcome::Yes);
    };
    write(context, &repo, &args, &checkpoint, output)?;
    Ok(Outcome::Yes)
}

/// Says that nothing is known.
fn never(context: &Context) -> Outcome {
    context.ui.note("note: this clone has never synced, so it knows of no published list");
    context.ui.note("hint: audit sync; or --local for the file of this clone");
    Outcome::Undecided
}

/// The key of the remote that is meant, as far as there is one.
pub(crate) fn key(repo: &Repository, remote: Option<&str>) -> Result<Option<String>, Failure> {
    match remote {
        Some(_) => Ok(Some(Remote::find(repo, remote)?.key)),
        None => Ok(Remote::find(repo, None).ok().map(|remote| remote.key)),
    }
}

/// The name of a ledger, which must fit on a line.
fn name(view: &View) -> Result<String, Failure> {
    match &view.report().ledger {
        Some(name) if is_origin(name) => Ok(name.clone()),
        Some(_) => Err(Failure::new(
            "the name of this ledger has a line break, and can stand in no checkpoint",
        )),
        None => {
            Err(Failure::new("the ledger has no record yet").hint("audit record, or audit sync"))
        }
    }
}

fn local(view: &View) -> Result<Checkpoint, Failure> {
    view.writable()?;
    let ids: Vec<Id> = view.chain().nodes().iter().map(|node| node.id).collect();
    Ok(Checkpoint { origin: name(view)?, size: ids.len() as u64, root: Frontier::of(&ids).root() })
}

fn published(
    repo: &Repository,
    view: &View,
    remote: Option<&str>,
) -> Result<Option<Checkpoint>, Failure> {
    let publication = Publication::of_repo(repo)?;
    let key = key(repo, remote)?;
    let one = publication
        .of(key.as_deref())
        .or_else(|| publication.of(None).filter(|_| remote.is_none()));
    Ok(match one {
        Some(one) => one.checkpoint(&name(view)?),
        None => None,
    })
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(extension);
    PathBuf::from(name)
}

/// Writes a checkpoint, and its signature if that was asked for.
fn write(
    context: &Context,
    repo: &Repository,
    args: &CheckpointArgs,
    checkpoint: &Checkpoint,
    output: &Path,
) -> Result<(), Failure> {
    let failed =
        |path: &Path, error| Failure::new(format!("cannot write '{}': {error}", path.display()));
    let text = checkpoint.to_string();
    let armor = match args.sign.is_asked() {
        true => match signing::settings(repo, &args.sign)? {
            Some(settings) => Some(sign::sign_as(&settings, text.as_bytes(), NAMESPACE)?),
            None => None,
        },
        false => None,
    };
    fs::write(output, &text).map_err(|error| failed(output, error))?;
    let mut wrote = output.display().to_string();
    if let Some(armor) = armor {
        let path = beside(output, ".sig");
        fs::write(&path, armor).map_err(|error| failed(&path, error))?;
        wrote.push_str(&format!(" and {}", path.display()));
    }
    context.ui.note(&format!("wrote {wrote}"));
    Ok(())
}

/// Whether the published list begins with what a file describes.
fn check(
    context: &mut Context,
    repo: &Repository,
    view: &View,
    file: &Path,
    args: &CheckpointArgs,
) -> anyhow::Result<Outcome> {
    let note = read_checkpoint(file)?;
    let theirs = &note.checkpoint;
    if let Some(name) = &view.report().ledger {
        sync::same_ledger(theirs, name)?;
    }
    let publication = Publication::of_repo(repo)?;
    let held = match key(repo, args.remote.as_deref())?.filter(|_| args.remote.is_some()) {
        Some(key) => publication
            .of(Some(&key))
            .and_then(|one| Some(begins_with(one.ids.as_ref()?, theirs.size, &theirs.root))),
        None => publication.held(theirs.size, &theirs.root),
    };
    let counted = words::counted(theirs.size, "record", "records");
    let (mut outcome, text) = match held {
        Some(Held::Yes) => {
            (Outcome::Yes, format!("holds: the published list begins with these {counted}"))
        }
        Some(Held::No) => {
            (Outcome::No, format!("does not hold: the published list has another first {counted}"))
        }
        Some(Held::Longer) => (
            Outcome::Undecided,
            format!(
                "unknown: the published list that this clone has is shorter than {counted}; `audit sync`"
            ),
        ),
        None => {
            (Outcome::Undecided, "unknown: this clone has never synced; `audit sync`".to_owned())
        }
    };
    writeln!(context.ui.out(), "checkpoint {text}")?;
    if let Some(verdict) = signature(context, repo, file, &args.judge)? {
        let grade = verdict.status.grade();
        writeln!(context.ui.out(), "signature  {}", words::verdict(&verdict))?;
        outcome = match grade {
            Grade::Broken => Outcome::No,
            Grade::Unknown => outcome.or(Outcome::Undecided),
            _ => outcome,
        };
    }
    if let Some((holds, said)) = time_stamp(repo, file)? {
        writeln!(context.ui.out(), "time stamp {}", crate::ui::escape(&said))?;
        outcome = match holds {
            Some(true) => outcome,
            Some(false) => Outcome::No,
            None => outcome.or(Outcome::Undecided),
        };
    }
    context.ui.decided(outcome);
    Ok(outcome)
}

/// The verdict on `FILE.sig`, if it is there.
pub(crate) fn signature(
    context: &Context,
    repo: &Repository,
    file: &Path,
    args: &JudgeArgs,
) -> Result<Option<Verdict>, Failure> {
    let Ok(armor) = fs::read(beside(file, ".sig")) else { return Ok(None) };
    let text = fs::read(file)
        .map_err(|error| Failure::new(format!("cannot read '{}': {error}", file.display())))?;
    let judge = Judge::new(repo, &args.options(), context.now)?;
    let claim =
        Claim { payload: &text, signature: &armor, at: Some(context.now), namespace: NAMESPACE };
    Ok(Some(judge.verdict(&claim)))
}

/// What openssl says of `FILE.tsr`, if it is there: whether it holds, `None` where that can't be told.
fn time_stamp(repo: &Repository, file: &Path) -> Result<Option<(Option<bool>, String)>, Failure> {
    let token = beside(file, ".tsr");
    if !token.is_file() {
        return Ok(None);
    }
    let Some(authority) = repo.config()?.path("audit.tsacafile") else {
        let said = format!(
            "unknown: {} is not checked; set audit.tsaCAFile to the authority's certificates",
            token.display()
        );
        return Ok(Some((None, said)));
    };
    let mut command = Command::new("openssl");
    command
        .args(["ts", "-verify", "-data"])
        .arg(file)
        .arg("-in")
        .arg(&token)
        .arg("-CAfile")
        .arg(&authority);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Ok(Some((None, format!("unknown: cannot run openssl: {error}")))),
    };
    if !output.status.success() {
        return Ok(Some((
            Some(false),
            format!("does not hold: openssl refuses {}", token.display()),
        )));
    }
    let mut command = Command::new("openssl");
    let told = command.args(["ts", "-reply", "-text", "-in"]).arg(&token).output();
    let told =
        told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let when = told
        .lines()
        .find_map(|line| line.strip_prefix("Time stamp: "))
        .unwrap_or("an unknown time");
    Ok(Some((Some(true), format!("holds: all of it existed before {when}"))))
}

/// Whether two remotes of one ledger have the same list as far as both go.
fn compare(
    context: &mut Context,
    repo: &Repository,
    args: &CheckpointArgs,
    other: &str,
) -> anyhow::Result<Outcome> {
    let ledger = Ledger::new(repo.common_dir());
    let rules = sync::rules(repo)?;
    let look = |name: Option<&str>| -> Result<(String, String, Vec<Id>), Failure> {
        let remote = Remote::find(repo, name)?;
        let options = Options::default();
        let sync = Sync {
            remote: &remote,
            ledger: &ledger,
            rules: rules.clone(),
            options,
            now: context.now,
        };
        let (tip, ids) = sync.look()?.map_err(|refused| {
            Failure::new(refused.why).hint("`audit sync` with it says more, and keeps the evidence")
        })?;
        Ok((remote.name, tip, ids))
    };
    let (one, two) = (look(args.remote.as_deref())?, look(Some(other))?);
    let same = one.2.iter().zip(&two.2).take_while(|(one, two)| one == two).count();
    let [mine, theirs] = [&one, &two].map(|(name, _, ids)| format!("{name} has {}", ids.len()));
    if same == one.2.len().min(two.2.len()) {
        writeln!(context.ui.out(), "agree up to {same}: {mine}, {theirs}")?;
        return Ok(Outcome::Yes);
    }
    writeln!(context.ui.out(), "fork at {}: {mine}, {theirs}; {same} are the same", same + 1)?;
    for (name, tip, _) in [&one, &two] {
        let remote = Remote::find(repo, Some(name))?;
        let kept = remote.keep_evidence(tip, &crate::ledger::time::file_name(context.now))?;
        writeln!(context.ui.out(), "evidence: {kept} ({name})")?;
    }
    Ok(Outcome::No)
}

//! `audit prove`: that a record stands in the published ledger, for somebody who has neither.

use super::Context;
use super::checkpoint;
use super::judge::JudgeArgs;
use super::sync::{read_checkpoint, same_ledger};
use crate::event::Grade;
use crate::evidence::records;
use crate::ledger::{Id, View};
use crate::outcome::{Failure, Outcome};
use crate::report::{text, words};
use crate::share::note::Note;
use crate::share::proof::{Consistency, Inclusion};
use crate::share::publication::{Held, Publication, Standing, begins_with};
use crate::share::tree;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Prove to somebody outside that a record stands in the published ledger, without giving them the ledger
///
/// Writes a folder with the record, a C2SP tlog-proof, the checkpoint and the commands that check them with
/// sha256sum alone. It proves that the record stands in that list: neither that it is true nor that the list is
/// complete.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ProveArgs {
    /// The record: four digits of its id or more
    #[arg(value_name = "ID", required_unless_present_any = ["check", "since"])]
    id: Option<String>,

    /// The folder to write; proof-ID without it. With --since, the file
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Prove by this checkpoint, which has fewer records perhaps but signatures (FILE.sig, FILE.tsr go with it)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "since"])]
    checkpoint: Option<PathBuf>,

    /// Check a folder that this command wrote
    #[arg(long, value_name = "DIR", conflicts_with_all = ["id", "since", "output"])]
    check: Option<PathBuf>,

    /// Prove that the published list goes on from the checkpoint in FILE: the body of a request to a witness
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    since: Option<PathBuf>,

    #[command(flatten)]
    judge: JudgeArgs,
}

const EXAMPLES: &str = "\
Examples:
  audit prove 9f2c1ab0 -o for-the-auditor       a folder to send
  audit prove --check for-the-auditor           does it hold?
  audit prove --since last-checkpoint           for a witness

Exit codes: 0 proved · 1 it does not hold, or the record is not published · 2 it could not run · 3 the proof
holds, but nothing here vouches for its checkpoint";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: ProveArgs) -> anyhow::Result<Outcome> {
    match (&args.check, &args.since, &args.id) {
        (Some(dir), _, _) => check(context, dir, &args.judge),
        (None, Some(file), _) => since(context, file, args.output.as_deref()),
        (None, None, Some(id)) => prove(context, id, &args),
        (None, None, None) => Err(Failure::new("prove which record?").into()),
    }
}

fn prove(context: &mut Context, prefix: &str, args: &ProveArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let view = records::read(&repo)?;
    let number = view.find(prefix)?;
    let entry = view.entry(number)?;
    let publication = Publication::of_repo(&repo)?;
    let short = text::short(&entry.id.to_string()).to_owned();
    let (index, one) = match publication.standing(&entry.id) {
        Standing::Published(index, one) => (index, one),
        Standing::Here => {
            context.ui.note(&format!("record {short} is not published, so there is no proof"));
            context.ui.note("hint: audit sync");
            return Ok(Outcome::No);
        }
        Standing::Unknown => {
            context.ui.note("this clone has never synced, so nothing can be proved");
            context.ui.note("hint: audit sync");
            return Ok(Outcome::No);
        }
    };
    let ids = one.ids.as_deref().unwrap_or_default();
    let note = match &args.checkpoint {
        Some(file) => chosen(file, &view, ids, index)?,
        None => Note { checkpoint: own(&publication, &view, &one.key)?, signatures: Vec::new() },
    };
    let size = note.checkpoint.size as usize;
    let leaves: Vec<tree::Hash> = ids[..size].iter().map(tree::leaf).collect();
    let hashes = tree::inclusion(&leaves, index).unwrap_or_default();
    let proof = Inclusion { index: index as u64, hashes, note };
    let dir = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("proof-{short}")));
    write(&dir, &entry.line, &proof, args.checkpoint.as_deref())?;
    writeln!(context.ui.out(), "{}", dir.display())?;
    context.ui.note(&format!(
        "record {short} is {} of {} in {}; README.txt in the folder says how to check it",
        index + 1,
        size,
        crate::ui::escape(&proof.note.checkpoint.origin)
    ));
    Ok(Outcome::Yes)
}

/// The checkpoint of what was accepted from a remote.
fn own(
    publication: &Publication,
    view: &View,
    key: &str,
) -> Result<crate::share::note::Checkpoint, Failure> {
    let name = view.report().ledger.clone().unwrap_or_default();
    let one = publication.of(Some(key)).and_then(|one| one.checkpoint(&name));
    one.ok_or_else(|| Failure::new("this clone has never synced").hint("audit sync"))
}

/// A checkpoint that somebody kept, which must be one of this list and hold the record.
fn chosen(file: &Path, view: &View, ids: &[Id], index: usize) -> Result<Note, Failure> {
    let note = read_checkpoint(file)?;
    same_ledger(&note.checkpoint, view.report().ledger.as_deref().unwrap_or_default())?;
    if begins_with(ids, note.checkpoint.size, &note.checkpoint.root) != Held::Yes {
        return Err(Failure::new(format!(
            "'{}' is no checkpoint of the list that was accepted",
            file.display()
        ))
        .hint("audit checkpoint --check FILE says how it differs"));
    }
    if note.checkpoint.size <= index as u64 {
        return Err(Failure::new(format!("'{}' is older than the record", file.display())));
    }
    Ok(note)
}

/// Writes the folder, which must not be there.
fn write(dir: &Path, line: &[u8], proof: &Inclusion, kept: Option<&Path>) -> Result<(), Failure> {
    let failed =
        |path: &Path, error| Failure::new(format!("cannot write '{}': {error}", path.display()));
    fs::create_dir(dir).map_err(|error| failed(dir, error).hint("name another folder with -o"))?;
    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("record.jsonl", line.to_vec()),
        ("record.tlog-proof", proof.to_string().into_bytes()),
        ("checkpoint", proof.note.to_string().into_bytes()),
        ("README.txt", readme(proof).into_bytes()),
    ];
    for (extension, name) in [(".sig", "checkpoint.sig"), (".tsr", "checkpoint.tsr")] {
        let path = kept.map(|kept| {
            let mut path = kept.as_os_str().to_owned();
            path.push(extension);
            PathBuf::from(path)
        });
        files.extend(path.and_then(|path| fs::read(path).ok()).map(|bytes| (name, bytes)));
    }
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::write(&path, bytes).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

fn readme(proof: &Inclusion) -> String {
    format!(
        "\
This folder shows that the record in record.jsonl is number {} of the {} records
in the published ledger '{}'.

  record.jsonl         the record, one line of JSON
  record.tlog-proof    the proof (C2SP tlog-proof, RFC 6962)
  checkpoint           the state of the list that it is proved for
  checkpoint.sig       a signature over it, where there is one
  checkpoint.tsr       a time stamp over it (RFC 3161), where there is one

To check it with audit:        audit prove --check .
To check it without, in a POSIX shell with sha256sum, base64 and xxd:
                               sh check-proof.sh record.jsonl record.tlog-proof
  (check-proof.sh stands in docs/ of the audit repository; 20 lines)
The signature:                 ssh-keygen -Y verify -n audit-checkpoint -I WHO -f allowed_signers \\
                                 -s checkpoint.sig < checkpoint
The time stamp:                openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile tsa.pem

What it shows: the record stands in that list, byte for byte.
What it does not show: that what the record says is true, that the list is complete, or that you were given the
same checkpoint as everybody else. For the last, compare the checkpoint with one that came another way: a
signed tag, a witness, another member of the team.
",
        proof.index + 1,
        proof.note.checkpoint.size,
        proof.note.checkpoint.origin,
    )
}

fn check(context: &mut Context, dir: &Path, judge: &JudgeArgs) -> anyhow::Result<Outcome> {
    let read = |name: &str| {
        let path = dir.join(name);
        fs::read(&path)
            .map_err(|error| Failure::new(format!("cannot read '{}': {error}", path.display())))
    };
    let id = Id::of(&read("record.jsonl")?);
    let parsed = String::from_utf8(read("record.tlog-proof")?)
        .map_err(|_| "it is not UTF-8".to_owned())
        .and_then(|text| Inclusion::parse(&text).map_err(|malformed| malformed.to_string()));
    let proof = match parsed {
        Ok(proof) => proof,
        Err(why) => {
            writeln!(context.ui.out(), "proof      does not hold: {why}")?;
            return Ok(Outcome::No);
        }
    };
    let holds = proof.holds(&id) && read("checkpoint")? == proof.note.to_string().as_bytes();
    let state = &proof.note.checkpoint;
    let origin = crate::ui::escape(&state.origin).into_owned();
    if !holds {
        writeln!(
            context.ui.out(),
            "proof      does not hold: the record is not where it says in {origin}"
        )?;
        return Ok(Outcome::No);
    }
    writeln!(
        context.ui.out(),
        "proof      holds: record {id} is {} of {} in {origin}",
        proof.index + 1,
        state.size
    )?;
    // Who vouches for the checkpoint: this clone's own list, or a signature.
    let (mut vouched, mut denied) = (false, false);
    if let Ok(repo) = context.open() {
        let view = records::read(&repo)?;
        let own = view.report().ledger.as_deref() == Some(state.origin.as_str());
        match Publication::of_repo(&repo)?.held(state.size, &state.root).filter(|_| own) {
            Some(Held::Yes) => vouched = true,
            Some(Held::No) => denied = true,
            Some(Held::Longer) | None => {}
        }
        let said = match (vouched, denied) {
            (true, _) => "holds: the list of this clone begins with it",
            (_, true) => "does not hold: the list of this clone is another one",
            _ => "unknown: this clone has no list that is long enough, or that of another ledger",
        };
        writeln!(context.ui.out(), "checkpoint {said}")?;
        if let Some(verdict) =
            checkpoint::signature(context, &repo, &dir.join("checkpoint"), judge)?
        {
            writeln!(context.ui.out(), "signature  {}", words::verdict(&verdict))?;
            vouched |= verdict.status.grade() == Grade::Signed;
            denied |= verdict.status.grade() == Grade::Broken;
        }
    }
    let outcome = match (denied, vouched) {
        (true, _) => Outcome::No,
        (false, true) => Outcome::Yes,
        (false, false) => {
            context.ui.note("note: nothing here vouches for the checkpoint: compare it with one that came another way");
            Outcome::Undecided
        }
    };
    context.ui.decided(outcome);
    Ok(outcome)
}

fn since(context: &mut Context, file: &Path, output: Option<&Path>) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let view = records::read(&repo)?;
    let old = read_checkpoint(file)?.checkpoint;
    same_ledger(&old, view.report().ledger.as_deref().unwrap_or_default())?;
    let publication = Publication::of_repo(&repo)?;
    let key = checkpoint::key(&repo, None)?;
    let Some(one) = publication.of(key.as_deref()) else {
        context.ui.note("this clone has never synced, so nothing can be proved");
        context.ui.note("hint: audit sync");
        return Ok(Outcome::Undecided);
    };
    let ids = one.ids.as_deref().unwrap_or_default();
    match begins_with(ids, old.size, &old.root) {
        Held::Yes => {}
        Held::No => {
            context.ui.note("the published list does not go on from this checkpoint: it has other records there");
            return Ok(Outcome::No);
        }
        Held::Longer => {
            context.ui.note("the checkpoint is newer than the list of this clone");
            context.ui.note("hint: audit sync");
            return Ok(Outcome::Undecided);
        }
    }
    let leaves: Vec<tree::Hash> = ids.iter().map(tree::leaf).collect();
    let hashes = tree::consistency(&leaves, old.size as usize).unwrap_or_default();
    let note = Note { checkpoint: own(&publication, &view, &one.key)?, signatures: Vec::new() };
    let text = Consistency { old: old.size, hashes, note }.to_string();
    match output {
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::new(format!("cannot write '{}': {error}", path.display())))?,
        None => context.ui.out().write_all(text.as_bytes())?,
    }
    Ok(Outcome::Yes)
}

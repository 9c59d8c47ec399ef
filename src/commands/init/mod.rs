//! `audit init`: a first `.audit/`, from what is there already.
//!
//! It surveys history, proposes files, asks the rules themselves what recent history passes, shows everything,
//! and writes only when told to, and only what is not there yet. Trust is never made here: keys are taken over
//! from what the user's git trusts; all others are shown and left out.

mod keys;
mod report;
mod survey;
mod write;

pub(super) use keys::own_key;

use super::Context;
use super::format::DocumentFormat;
use crate::deployments::Deployments;
use crate::evidence::default_branch::REMOTE_HEAD;
use crate::evidence::root::{self, FOLDER, POLICY, TrustRoot};
use crate::evidence::{history, records};
use crate::git::graph::Commits;
use crate::git::{Oid, Repository, author};
use crate::ledger::Id;
use crate::outcome::{Failure, Outcome};
use crate::policy::proposal::{self, Proposal, Weight};
use crate::policy::rules::{self, Check};
use crate::policy::{Level, Tally};
use crate::report::words::counted;
use crate::verification::{self, Request, RuleLine, Verification};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use survey::Survey;

/// Propose people, keys and rules for .audit/ from the history, so that adoption starts green
///
/// Shows every file in full, what was left out and why, and what the last hundred commits of the checked-out
/// branch pass: that starts as deny, the rest as warn. Keys are proposed only when git's configuration or the GnuPG keyring
/// trusts them already, or when they are yours. What is there already is never overwritten. On a terminal it
/// asks before it writes; otherwise it writes only with --write.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InitArgs {
    /// Write the files without asking
    #[arg(long, visible_alias = "yes")]
    write: bool,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: DocumentFormat,
}

const EXAMPLES: &str = "\
Examples:
  audit init                  see what is proposed; on a terminal, decide
  audit init --write          write it
  audit init --format json    for programs

Exit codes: 0 shown, or written · 1 something was there already and was left as it is, or the files would not pass
            2 it could not run";

/// How many steps back from HEAD the rules are tried on.
const STEPS: usize = 100;

/// A file to write, named relative to `.audit/`.
#[derive(Debug, Clone)]
struct File {
    path: String,
    content: Vec<u8>,
    /// Where it comes from.
    why: String,
}

/// What is not proposed, and why.
#[derive(Debug, Default)]
struct Left(Vec<String>);

impl Left {
    fn say(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }
}

/// Everything that is proposed.
struct Proposed {
    head: Oid,
    files: Vec<File>,
    /// Names of files that are there already.
    present: BTreeSet<String>,
    left: Left,
    weights: Vec<Weight>,
    /// How many commits the rules were tried on.
    tried: u64,
    /// The verdict that the files give once they are in force.
    after: Verification,
    next: [String; 3],
    /// Why nothing can be written here.
    nowhere: Option<&'static str>,
}

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: InitArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let folder = repo.work_dir().map(|top| top.join(FOLDER));
    if let Some(folder) = &folder {
        write::check(folder)?;
    }
    if let Some(place) = already(&repo, folder.as_ref())? {
        writeln!(context.ui.out(), "There is a policy already ({place}): nothing is proposed.")?;
        writeln!(context.ui.out(), "See it with: audit policy show")?;
        return Ok(Outcome::No);
    }
    let Some(head) = history::head(&repo)? else {
        let failure = Failure::new(history::why_empty(&repo)?);
        return Err(failure
            .hint("a proposal needs a history: make the first commit, then audit init")
            .into());
    };
    let proposed = propose(context, &repo, head, folder.as_ref())?;
    let asks = !args.write
        && folder.is_some()
        && args.format == DocumentFormat::Table
        && context.ui.is_terminal()
        && std::io::stdin().is_terminal();
    let Some(folder) = folder.filter(|_| args.write || asks) else {
        if args.write {
            let failure = Failure::new("there is no work tree to write into");
            return Err(failure
                .hint("run it in a clone, commit .audit/ there, and push it")
                .into());
        }
        report::show(context, &proposed, args.format, None)?;
        return Ok(proposed.outcome());
    };
    if asks {
        report::show(context, &proposed, args.format, None)?;
        if !agreed(context, proposed.missing().len())? {
            context.ui.note("nothing was written");
            return Ok(proposed.outcome());
        }
    }
    let written = write::write(&folder, &proposed.missing())?;
    match asks {
        true => report::written(context, &proposed, &written)?,
        false => report::show(context, &proposed, args.format, Some(&written))?,
    }
    Ok(proposed.outcome())
}

impl Proposed {
    /// The files that are not there yet.
    fn missing(&self) -> Vec<&File> {
        self.files.iter().filter(|file| !self.present.contains(&file.path)).collect()
    }

    fn outcome(&self) -> Outcome {
        match self.present.is_empty() && self.after.outcome == Outcome::Yes {
            true => Outcome::Yes,
            false => Outcome::No,
        }
    }
}

/// Where a policy stands already. A file that can't be read is an error, not a reason to propose another.
fn already(repo: &Repository, folder: Option<&PathBuf>) -> Result<Option<String>, Failure> {
    if let Some(folder) = folder.filter(|folder| folder.join(POLICY).symlink_metadata().is_ok()) {
        let place = format!("{FOLDER}/{POLICY}");
        let files = root::read_folder(folder)?;
        TrustRoot { files: Some(files), ..TrustRoot::of_git() }.policy()?;
        return Ok(Some(place));
    }
    let root = TrustRoot::find(repo, None)?;
    Ok(root.policy()?.map(|_| format!("{POLICY} in {}", root.source)))
}

fn propose(
    context: &Context,
    repo: &Repository,
    head: Oid,
    folder: Option<&PathBuf>,
) -> anyhow::Result<Proposed> {
    let me = author::configured(repo)?;
    let back = format!("HEAD~{STEPS}");
    let base = repo.commit_id(&back).ok();
    let since = base.map(|oid| Commits::new(repo).load(oid)).transpose()?;
    let since = since.and_then(|base| i64::try_from(base.links.date).ok());
    let survey = survey::survey(context, repo, head, since, me.as_ref())?;
    let mut left = Left::default();
    if me.is_none() {
        left.say(
            "you: git has no user.name and user.email, so nobody is named as manager of .audit/",
        );
    }
    let mut files = keys::files(repo, &survey, me.as_ref(), &mut left)?;
    let existing = match folder.filter(|folder| folder.is_dir()) {
        Some(folder) => root::read_folder(folder)?,
        None => Vec::new(),
    };
    let present: BTreeSet<String> = files
        .iter()
        .filter(|file| existing.iter().any(|(name, _)| *name == file.path))
        .map(|file| file.path.clone())
        .collect();
    let mut trust = existing;
    let new = files.iter().filter(|file| !present.contains(&file.path));
    trust.extend(new.map(|file| (file.path.clone(), file.content.clone())));

    let (mut proposal, before) = facts(repo, &survey, head, me.is_some())?;
    let range = base.map_or_else(|| "HEAD".to_owned(), |_| format!("{back}..HEAD"));
    let trial = Trial { context, repo, trust: &trust };
    let (weights, tried) = trial.weigh(&proposal, &range)?;
    proposal.weights = weights;
    proposal.ledger_adopted = before;
    let after = trial.verify(&proposal, None)?;
    if survey.broken > 0 {
        left.say(format!(
            "{} (audit log --proof broken): such are refused from now on, the old ones are not judged",
            counted(
                survey.broken,
                "signature of the last year does not hold",
                "signatures of the last year do not hold"
            )
        ));
    }
    if !repo.shallow().is_empty() {
        left.say(
            "whoever acted before this shallow clone's end: git fetch --unshallow brings them",
        );
    }
    let content = proposal.text().into_bytes();
    let why = format!(
        "{}, {}",
        counted(proposal.members.len(), "person", "people"),
        counted(proposal.weights.len(), "rule", "rules")
    );
    files.insert(0, File { path: POLICY.to_owned(), content, why });
    let nowhere = folder.is_none().then_some(
        "This repository is bare: there is no work tree to write into. Run audit init in a clone, and push.",
    );
    let must_sign = proposal
        .weights
        .iter()
        .any(|one| one.rule.id == "commit-signed" && one.level == Level::Deny);
    let signs = me.is_some() && signs(repo)?;
    if must_sign && !signs {
        left.say(
            "your next commit has to be signed (commit-signed denies): set user.signingKey first",
        );
    }
    let next = next(repo, signs || must_sign)?;
    let weights = proposal.weights;
    Ok(Proposed { head, files, present, left, weights, tried, after, next, nowhere })
}

/// What history, branches and ledger say; and the record after which records are judged.
fn facts(
    repo: &Repository,
    survey: &Survey,
    head: Oid,
    has_me: bool,
) -> Result<(Proposal, Option<String>), Failure> {
    let members = proposal::members(&survey.persons);
    let branch = history::default_branch(repo)?.map(|(name, _)| name);
    let branch = branch
        .map(|name| name.strip_prefix("origin/").unwrap_or(&name).to_owned())
        // A name that means more as a pattern is left to the default, which is the same branch.
        .filter(|name| name != "HEAD" && !name.contains(['*', '?', '[', ']', '{', '}', '\\', '!']));
    let view = records::read(repo)?;
    let events = records::unjudged(&view)?;
    let deployments = Deployments::new(&events);
    let environments: BTreeSet<String> = deployments.environments().map(str::to_owned).collect();
    let heads: Vec<String> = view.heads().iter().map(Id::to_string).collect();
    let adopted = match heads.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let proposal = Proposal {
        adopted: Some(head.to_string()),
        branch,
        ledger_name: view.report().ledger.clone(),
        ledger_adopted: None,
        // Whoever runs this comes first.
        manager: members.first().filter(|_| has_me).map(|member| member.id.clone()),
        others: survey.others,
        members,
        environments: environments.into_iter().collect(),
        tickets: survey.tickets,
        weights: Vec::new(),
    };
    Ok((proposal, adopted))
}

/// The rules, asked by the engine of `audit verify` under files that are not written yet.
struct Trial<'a> {
    context: &'a Context,
    repo: &'a Repository,
    trust: &'a [(String, Vec<u8>)],
}

impl Trial<'_> {
    fn verify(&self, proposal: &Proposal, range: Option<&str>) -> anyhow::Result<Verification> {
        let mut files = self.trust.to_vec();
        files.push((POLICY.to_owned(), proposal.text().into_bytes()));
        let root = TrustRoot {
            files: Some(files),
            source: format!("{FOLDER}/ as proposed"),
            commit: None,
            named: true,
        };
        let subjects = range.map(str::to_owned).into_iter().collect();
        let request = Request { subjects, ..Request::default() };
        let progress = self.context.ui.progress("commits judged");
        let counted = |count| progress.add(count);
        Ok(verification::judged_by(self.repo, &request, root, self.context.now, &counted)?)
    }

    /// Levels for the rules: from a range of history as if nothing were adopted, and from what stays to be
    /// judged when it is (other branches' tags, records, deploys).
    fn weigh(&self, proposal: &Proposal, range: &str) -> anyhow::Result<(Vec<Weight>, u64)> {
        let strict = Proposal { weights: proposal::strictest(), ..proposal.clone() };
        let recent = self.verify(&Proposal { adopted: None, ..strict.clone() }, Some(range))?;
        let rest = self.verify(&strict, None)?;
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        // Records are judged in both: all of them in the second.
        let of_history = |line: &&RuleLine| {
            !matches!(line.rule.check, Check::Record(_) | Check::Ledger(_) | Check::Deploy(_))
        };
        for line in recent.rules.iter().filter(of_history).chain(&rest.rules) {
            let sum = tallies.entry(line.rule.id).or_default();
            sum.held += line.tally.held;
            sum.failed += line.tally.failed;
            sum.unknown += line.tally.unknown;
        }
        let weights = rules::all().filter_map(|rule| {
            proposal::weigh(rule, tallies.get(rule.id).copied().unwrap_or_default())
        });
        Ok((weights.collect(), recent.commits))
    }
}

/// Whether a key is configured to sign with.
fn signs(repo: &Repository) -> Result<bool, Failure> {
    let config = repo.config()?;
    Ok(config.get("user.signingkey").or(config.get("gpg.ssh.defaultkeycommand")).is_some())
}

/// The three commands that come next.
fn next(repo: &Repository, signs: bool) -> Result<[String; 3], Failure> {
    let sign = if signs { " -S" } else { "" };
    // With a remote its default branch is what is trusted, once this is pushed.
    let remote = repo.reference(REMOTE_HEAD)?.is_some();
    Ok([
        format!(
            "git add {FOLDER} && git commit{sign} -m 'Adopt audit' -m 'Who is who, whose keys count, what is asked for.'"
        ),
        if remote { "audit verify --trust HEAD".to_owned() } else { "audit verify".to_owned() },
        "audit hook install".to_owned(),
    ])
}

/// Asks the person at the terminal.
fn agreed(context: &mut Context, count: usize) -> anyhow::Result<bool> {
    context.ui.out().flush()?;
    let files = if count == 1 { "this file".to_owned() } else { format!("these {count} files") };
    std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("write {files}? [y/N] "))?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

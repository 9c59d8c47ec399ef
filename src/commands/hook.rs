//! `audit hook`: judging pushes before they are done, and putting the hooks in place that ask for it.

mod folder;
mod install;
mod ledger;
mod lines;
mod remote;
mod script;

use super::Context;
use crate::evidence::root::TrustRoot;
use crate::git::Repository;
use crate::git::refs::{Head, Ref};
use crate::outcome::{Failure, Outcome};
use crate::report::verify::{Format, write};
use crate::ui::{Style, escape};
use crate::verification::{self, Push, Update, Verification};
use clap::{Args, Subcommand};
use lines::Form;
use std::ffi::OsString;

/// Judge what is pushed, before it is: install git's hooks, and what they run
///
/// A push is judged as `audit verify` judges a range, by the policy that stood on the trusted ref before it:
/// commits that are new to the receiver, every tag that is made, moved or deleted, and what a deleted or
/// rewritten branch takes away. Git refuses the push on every exit code but 0.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HookArgs {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Debug, Subcommand)]
enum HookCommand {
    /// Put hooks in place beside those that are there, or take them away again
    Install(install::InstallArgs),
    /// Which hooks are in place
    Status,
    /// Git's pre-push: judge what is about to be pushed; reads git's lines on standard input
    PrePush {
        /// The name of the remote, as git gives it
        remote: OsString,
        /// Its URL
        url: Option<OsString>,

        /// Standard input is git's own: when it is empty, nothing is pushed. Without it, an input that somebody
        /// forgot to hand on can't be told from that, and the branch that is checked out is judged
        #[arg(long)]
        from_git: bool,
    },
    /// Git's pre-receive, on a server: judge a whole push; reads git's lines on standard input
    PreReceive,
    /// Git's update, on a server: judge one reference of a push
    Update {
        /// The reference
        reference: OsString,
        /// What it names
        old: OsString,
        /// What it would name
        new: OsString,
    },
    /// Git's post-receive, on a server: judge a push that was taken. It reports, and can't refuse
    PostReceive,
}

const EXAMPLES: &str = "\
Examples:
  audit hook install                    pre-push, in your clone; pre-receive, in a bare repository
  audit hook install update             one reference at a time: the others of a push may pass
  audit hook install --uninstall        as it was before
  audit hook status                     which are in place

Exit codes: 0 nothing is refused · 1 findings · 2 it could not run · 3 it could not decide";

/// Runs the command.
pub(crate) fn run(context: &mut Context, args: HookArgs) -> anyhow::Result<Outcome> {
    match args.command {
        HookCommand::Install(args) => install::run(context, &args),
        HookCommand::Status => install::status(context),
        HookCommand::PrePush { remote, url, from_git } => {
            let remote = remote.to_string_lossy();
            let url = url.unwrap_or_default();
            pre_push(context, &remote, &url.to_string_lossy(), from_git)
        }
        HookCommand::PreReceive => receive(context, false),
        HookCommand::PostReceive => receive(context, true),
        HookCommand::Update { reference, old, new } => update(context, &reference, &old, &new),
    }
}

/// The verdict about a push, with its progress shown.
fn judged(
    context: &Context,
    repo: Repository,
    push: Push,
    root: TrustRoot,
) -> Result<Verification, Failure> {
    let progress = context.ui.progress("commits judged");
    verification::pushed(repo, push, root, context.now, &|count| progress.add(count))
}

fn pre_push(context: &Context, remote: &str, url: &str, from_git: bool) -> anyhow::Result<Outcome> {
    if remote.is_empty() {
        return Err(Failure::new("the remote has no name")
            .hint("git gives a pre-push hook two arguments, its name and its URL: hand both on")
            .into());
    }
    let repo = context.open()?;
    let mut updates = lines::read(Form::PrePush, repo.hash())?;
    if updates.is_empty() && from_git {
        return Ok(Outcome::Yes);
    }
    let (ours, code) = ledger::take_out(&repo, updates)?;
    if let Some(refused) =
        refused(context, &ledger::deletions(&repo, &ours)?, "Nothing was pushed.")
    {
        return Ok(refused);
    }
    if code.is_empty() && !ours.is_empty() {
        return Ok(Outcome::Yes);
    }
    updates = code;
    let mut known = remote::Remote::find(&repo, remote, url)?;
    if updates.is_empty() {
        updates.extend(known.checked_out(&repo)?);
        context.ui.warn(
            "nothing on standard input says what is pushed, so the branch that is checked out is judged; whatever \
             calls this hook must hand git's lines on (lefthook: use_stdin: true)",
        );
        if updates.iter().all(|update| update.old == update.new) {
            return Ok(Outcome::Yes);
        }
    }
    let root = known.root(&repo)?;
    let name = format!("{} to {remote}", told(&updates));
    let mut push = Push::new(&repo, name, known.refs, updates, known.head);
    trusted_by_name(&repo, &root, &mut push)?;
    let verification = judged(context, repo, push, root)?;
    Ok(answer(context, &verification, "Nothing was pushed."))
}

fn receive(context: &Context, afterwards: bool) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let updates = lines::read(Form::Receive, repo.hash())?;
    if updates.is_empty() {
        return Err(Failure::new("no reference is pushed")
            .hint("git says which on standard input")
            .into());
    }
    let end = match afterwards {
        true => "It was taken all the same: post-receive comes afterwards.",
        false => "Nothing of this push was taken.",
    };
    received(context, repo, updates, end)
}

fn update(
    context: &Context,
    reference: &OsString,
    old: &OsString,
    new: &OsString,
) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let words = [reference, old, new].map(|word| word.as_encoded_bytes());
    let update = lines::update(words[0], words[1], words[2], repo.hash()).ok_or_else(|| {
        Failure::new("these are not the arguments of an update hook")
            .hint("expected: REF OLD-ID NEW-ID")
    })?;
    received(context, repo, vec![update], "This reference was left as it is.")
}

/// Judges what a push brings to this repository.
fn received(
    context: &Context,
    mut repo: Repository,
    updates: Vec<Update>,
    end: &str,
) -> anyhow::Result<Outcome> {
    let (ours, updates) = ledger::take_out(&repo, updates)?;
    if let Some(refused) = refused(context, &ledger::refusals(&repo, &ours)?, end) {
        return Ok(refused);
    }
    if updates.is_empty() {
        return Ok(Outcome::Yes);
    }
    let head = match repo.head()? {
        Head::Branch(Ref { name, .. }) | Head::Unborn(name) => Some(name),
        Head::Detached(_) => None,
    };
    let name = told(&updates);
    let refs = repo.refs("refs/")?.to_vec();
    let mut push = Push::new(&repo, name, refs, updates, head);
    let before = push.before();
    // Whoever pushes can make `refs/remotes/origin/HEAD` here: the trusted branch is that of HEAD alone.
    let own = before.iter().filter(|reference| !reference.name.starts_with("refs/remotes/"));
    repo.suppose(own.cloned().collect());
    let root = TrustRoot::find(&repo, None)?;
    remote::has_trusted_head(&repo, &root, &before)?;
    trusted_by_name(&repo, &root, &mut push)?;
    let verification = judged(context, repo, push, root)?;
    Ok(answer(context, &verification, end))
}

/// Says why the published ledger must not be changed so, if it must not.
fn refused(context: &Context, refusals: &[String], end: &str) -> Option<Outcome> {
    for why in refusals {
        context.ui.note(&format!("audit: refused: {}", escape(why)));
    }
    (!refusals.is_empty()).then(|| {
        context.ui.note(end);
        Outcome::No
    })
}

/// Where the configuration names a revision, that is what must not be led elsewhere.
fn trusted_by_name(repo: &Repository, root: &TrustRoot, push: &mut Push) -> Result<(), Failure> {
    if let Some(name) = repo.config()?.get("audit.trust").filter(|_| root.commit.is_some()) {
        push.trusted_by_name(name);
    }
    Ok(())
}

/// `the push of main, tag v1.4 and 3 more`.
fn told(updates: &[Update]) -> String {
    let names: Vec<String> =
        updates.iter().take(3).map(|update| verification::short_name(&update.name)).collect();
    let names = names.join(", ");
    match updates.len().saturating_sub(3) {
        0 => format!("the push of {names}"),
        more => format!("the push of {names} and {more} more"),
    }
}

/// Tells people; standard output stays free.
fn answer(context: &Context, verification: &Verification, end: &str) -> Outcome {
    if verification.outcome == Outcome::Yes {
        context.ui.note(&format!("audit: {}", verification.sentence()));
        return Outcome::Yes;
    }
    let mut text = Vec::new();
    let plain = Style { color: false, ..context.ui.style };
    // A vector takes everything.
    let _ = write(verification, Format::Table, plain, &mut text);
    context.ui.note(String::from_utf8_lossy(&text).trim_end());
    let rule =
        verification.findings.iter().find(|finding| finding.level == crate::policy::Level::Deny);
    let rule = rule.map_or("RULE", |finding| finding.rule);
    context.ui.note(&format!(
        "{end} Mend what is refused, then push again; audit verify --explain {rule} says what it is about."
    ));
    verification.outcome
}

//! `--sync`: publishing a record as soon as it is made.

use super::Context;
use super::signing::{self, SignArgs};
use super::sync;
use crate::git::Repository;
use crate::ledger::{Entry, Id, Ledger};
use crate::outcome::Failure;
use crate::share::list::Expected;
use crate::share::remote::Remote;
use crate::share::state::State;
use crate::share::sync::{Ended, Options};
use crate::share::tail::Tail;
use clap::{Args, ValueEnum};
use std::time::{Duration, Instant};

/// How long a record that may wait keeps anyone waiting.
const SHORT: Duration = Duration::from_secs(5);

/// Whether the record must be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// It must be published, else exit code 2; the id is printed only then
    Now,
    /// It is tried for five seconds; if that fails, the next sync publishes it
    Later,
}

/// Whether to publish.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PublishArgs {
    /// Publish the record at once, as `audit sync` does. With `later`, a record that can't be published now is no
    /// error (audit.autoSync = true or later does so always)
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        global = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "now"
    )]
    sync: Option<When>,

    /// Do not publish the record, whatever is configured
    #[arg(long, global = true, overrides_with = "sync")]
    no_sync: bool,
}

/// Publishes a record after it was made.
pub(crate) struct Publish {
    when: Option<When>,
    remote: Option<Remote>,
    sign: bool,
    /// The end of the published list, where the rest need not be here.
    tail: Option<Tail>,
}

impl Publish {
    /// As flags and configuration say.
    ///
    /// # Errors
    /// When the record must be published and there is nowhere to, or the configuration can't be understood.
    pub(crate) fn new(
        repo: &Repository,
        args: &PublishArgs,
        sign: &SignArgs,
    ) -> Result<Publish, Failure> {
        let config = repo.config()?;
        let when = match args.sync {
            _ if args.no_sync => None,
            Some(when) => Some(when),
            None if config.get("audit.autosync") == Some("later") => Some(When::Later),
            None => config.bool("audit.autosync")?.unwrap_or(false).then_some(When::Now),
        };
        let remote = match when {
            None => None,
            Some(When::Now) => Some(Remote::find(repo, None)?),
            Some(When::Later) => Remote::find(repo, None).ok(),
        };
        let sign = when.is_some() && signing::settings(repo, sign)?.is_some();
        Ok(Publish { when, remote, sign, tail: None })
    }

    /// In a clone that has never synced, takes over what is published, so that the new record builds on it. Where the end
    /// of the list is enough, gives the ledger's name and what the record builds on. If that fails, the record is made all the same; what failed is said when it is published.
    ///
    /// # Errors
    /// When the published list is malformed, or this clone's memory can't be read.
    pub(crate) fn before(
        &mut self,
        context: &Context,
        repo: &Repository,
    ) -> Result<Option<(String, Vec<Id>)>, Failure> {
        let (Some(when), Some(remote)) = (self.when, &mut self.remote) else { return Ok(None) };
        let ledger = Ledger::new(repo.common_dir());
        let synced = State::new(ledger.dir()).seen()?.contains_key(&remote.key);
        if synced || ledger.open()?.is_some() {
            return Ok(None);
        }
        if !end_is_enough(repo)? {
            let _ = self.sync(context, repo, when);
            return Ok(None);
        }
        remote.deadline = (when == When::Later).then(|| Instant::now() + SHORT);
        let rules = sync::rules(repo)?;
        let expected = Expected { ledger: rules.ledger.as_deref(), armor: rules.armor };
        // Without a network the record is kept here, as in any clone.
        if let Ok(Some(found)) = Tail::fetch(remote, expected) {
            let tail = found.map_err(|flaw| {
                Failure::new(format!(
                    "{} on '{}' is no list that can be continued: {flaw}",
                    remote.reference, remote.name
                ))
                .hint(
                    "`audit sync` in a clone that has the ledger says more, and keeps the evidence",
                )
            })?;
            let base = (tail.name().to_owned(), tail.prev());
            self.tail = Some(tail);
            return Ok(Some(base));
        }
        Ok(None)
    }

    /// Publishes a record that has been acknowledged.
    ///
    /// # Errors
    /// When it must be published and is not.
    pub(crate) fn after(
        mut self,
        context: &Context,
        repo: &Repository,
        entry: &Entry,
    ) -> Result<(), Failure> {
        let Some(when) = self.when else { return Ok(()) };
        if let Some(tail) = self.tail.take() {
            return match self.publish_tail(repo, tail, when) {
                Ok(size) => {
                    context.ui.note(&format!("published; the list has {size} records now"));
                    Ok(())
                }
                Err(failure) => self.failed(context, entry, when, failure),
            };
        }
        let failure = match self.sync(context, repo, when) {
            Ok(Ended::Synced(synced)) => {
                let place = self.remote.as_ref().map_or("", |remote| remote.name.as_str());
                let size = synced.checkpoint.map_or(0, |checkpoint| checkpoint.size);
                context.ui.note(&format!("published to {place}, which has {size} records now"));
                return Ok(());
            }
            Ok(Ended::Refused(refused)) => Failure::new(refused.why),
            Err(failure) => failure,
        };
        self.failed(context, entry, when, failure)
    }

    /// Says that a record is not published: an error where it had to be.
    fn failed(
        &self,
        context: &Context,
        entry: &Entry,
        when: When,
        failure: Failure,
    ) -> Result<(), Failure> {
        if when == When::Later {
            context
                .ui
                .warn(&format!("recorded in this clone, not published yet: {}", failure.message));
            context.ui.note("hint: the next `audit sync` publishes it");
            return Ok(());
        }
        // The clone of a CI job dies with it.
        if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
            context.ui.note("the record, for `audit ledger add -` in another clone:");
            context.ui.note(String::from_utf8_lossy(&entry.line).trim_end());
        }
        let message =
            format!("recorded as {} in this clone, not published: {}", entry.id, failure.message);
        let hint = failure.hint.map_or(String::new(), |hint| format!("{hint}; "));
        Err(Failure::new(message).hint(format!("{hint}then run `audit sync`")))
    }

    /// Publishes what waits in this clone behind the end of the list; how many records that has then.
    fn publish_tail(&self, repo: &Repository, tail: Tail, when: When) -> Result<u64, Failure> {
        let Some(remote) = &self.remote else { return Err(Failure::new("there is no remote")) };
        let ledger = Ledger::new(repo.common_dir());
        let rules = sync::rules(repo)?;
        let expected = Expected { ledger: rules.ledger.as_deref(), armor: rules.armor };
        debug_assert!(when == When::Now || remote.deadline.is_some());
        let published = tail.publish(remote, &ledger.posted()?, self.sign, expected)?;
        ledger.clear_posted()?;
        // What is here of the list has holes; the next full fetch must not take it for a whole one.
        remote.forget(&remote.fetched_ref())?;
        Ok(published.size)
    }

    fn sync(&mut self, context: &Context, repo: &Repository, when: When) -> Result<Ended, Failure> {
        let Some(remote) = &mut self.remote else {
            return Err(Failure::new("there is no remote to publish to"));
        };
        let options = Options { sign: self.sign, ..Options::default() };
        sync::sync(context, repo, remote, options, (when == When::Later).then_some(SHORT))
    }
}

/// Whether a record is published with the end of the list alone: in a CI job's clone that has only part of the
/// history itself. `audit.fetch` says `all` or `tail` for good.
fn end_is_enough(repo: &Repository) -> Result<bool, Failure> {
    let config = repo.config()?;
    match config.get("audit.fetch") {
        Some("tail") => return Ok(true),
        Some("all") => return Ok(false),
        Some(other) => {
            return Err(Failure::new(format!(
                "audit.fetch: '{}' is neither all nor tail",
                other.escape_debug()
            )));
        }
        None => {}
    }
    let partial =
        config.of_subsections("remote", "promisor").iter().any(|(_, value)| *value == "true");
    let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    Ok(ci && (partial || !repo.shallow().is_empty()))
}

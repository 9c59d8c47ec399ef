//! Which events to show: the filters of `audit log`, checked once.

mod nothing;
mod pattern;

use super::complete;
use crate::address::{Target, forced};
use crate::deployments;
use crate::event::{Event, Grade, Identity, Kind, Status, What, Where, Who};
use crate::evidence::actors::Actors;
use crate::evidence::records;
use crate::git::Config;
use crate::ledger::View;
use crate::outcome::Failure;
use crate::policy::Somebody;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;
use pattern::Syntax;
use regex::Regex;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

/// Filters on events; an event must pass all of them.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Only what somebody matching PATTERN authored: commits, tags, records (as in git; several: any of them)
    #[arg(long, value_name = "PATTERN")]
    author: Vec<String>,

    /// Only what somebody matching PATTERN committed
    #[arg(long, value_name = "PATTERN")]
    committer: Vec<String>,

    /// Only messages and reasons matching PATTERN (as in git; several: any of them)
    #[arg(long, value_name = "PATTERN")]
    grep: Vec<String>,

    /// With several --grep: all of them must match
    #[arg(long)]
    all_match: bool,

    /// Only messages that no --grep matches
    #[arg(long)]
    invert_grep: bool,

    /// Patterns regardless of case
    #[arg(short = 'i', long)]
    regexp_ignore_case: bool,

    /// Patterns are extended regular expressions; without it basic ones, as in git
    #[arg(short = 'E', long)]
    extended_regexp: bool,

    /// Patterns are fixed strings
    #[arg(short = 'F', long)]
    fixed_strings: bool,

    /// Only what involves WHO in any part: author, committer, co-author, tagger, reviewer, actor. A piece of
    /// a name or an address, regardless of case
    #[arg(long, value_name = "WHO")]
    who: Vec<String>,

    /// Only these kinds, separated by commas: commit, merge, tag, deploy, … ; `config`, `change` and `review`
    /// also find commits that touch configuration, merged a change request, or claim a review
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = one_of::<Kind>(Kind::ALL.map(Kind::name)), hide_possible_values = true, add = ArgValueCompleter::new(complete::kinds))]
    kind: Vec<Kind>,

    /// Only events in this environment, or about one service of it (production/api)
    #[arg(long, value_name = "ENV", add = ArgValueCompleter::new(complete::places))]
    env: Vec<String>,

    /// Only events of this service
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,

    /// Only events that name this ticket
    #[arg(long, value_name = "TICKET")]
    ticket: Vec<String>,

    /// Only what carries no signature
    #[arg(long)]
    unsigned: bool,

    /// Only these proof grades, separated by commas: signed, imported, claimed, unknown, broken
    #[arg(long, value_name = "GRADE", value_delimiter = ',', value_parser = one_of::<Grade>(Grade::ALL.map(Grade::name)), hide_possible_values = true)]
    proof: Vec<Grade>,
}

/// Checked filters.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    author: Vec<Regex>,
    committer: Vec<Regex>,
    grep: Vec<Regex>,
    all_match: bool,
    invert_grep: bool,
    who: Vec<Called>,
    whose: Actors,
    kinds: Vec<Kind>,
    env: Vec<Wanted>,
    service: Vec<String>,
    tickets: Vec<String>,
    unsigned: bool,
    grades: Vec<Grade>,
}

/// An environment, or one service of it.
#[derive(Debug)]
struct Wanted {
    env: String,
    /// The service; `Some("")` for what names none.
    service: Option<String>,
}

impl Wanted {
    fn of(target: Target<'_>) -> Wanted {
        let service = match target {
            Target::Environment(_) => None,
            Target::Place(place) => Some(place.service.unwrap_or_default().to_owned()),
        };
        Wanted { env: target.env().to_owned(), service }
    }

    fn has(&self, place: &Where) -> bool {
        place.env.as_deref() == Some(&*self.env)
            && self
                .service
                .as_deref()
                .is_none_or(|service| place.service.as_deref().unwrap_or_default() == service)
    }
}

/// Somebody who is looked for.
#[derive(Debug)]
struct Called {
    /// A piece of a name or an address, in lower case.
    text: String,
    /// The persons of the policy who are called so.
    persons: BTreeSet<String>,
    /// Whether somebody was.
    seen: AtomicBool,
}

/// A parser that knows all its words, and says them.
fn one_of<T: FromStr<Err = String> + Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = &'static str>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

impl FilterArgs {
    /// Checks the filters.
    ///
    /// # Errors
    /// A pattern that is no regular expression; a name of an environment that means two things.
    pub(crate) fn check(&self, config: &Config, view: &View) -> Result<Filter, Failure> {
        let syntax = match (self.fixed_strings, self.extended_regexp) {
            (true, _) => Syntax::Fixed,
            (_, true) => Syntax::Extended,
            _ => Syntax::configured(config)?,
        };
        let compile = |patterns: &[String]| -> Result<Vec<Regex>, Failure> {
            patterns
                .iter()
                .map(|pattern| syntax.compile(pattern, self.regexp_ignore_case))
                .collect()
        };
        Ok(Filter {
            author: compile(&self.author)?,
            committer: compile(&self.committer)?,
            grep: compile(&self.grep)?,
            all_match: self.all_match,
            invert_grep: self.invert_grep,
            who: self.who.iter().map(|who| Called::new(who)).collect(),
            whose: Actors::default(),
            kinds: self.kind.clone(),
            env: self.environments(view)?,
            service: self.service.clone(),
            tickets: self.ticket.iter().map(|ticket| ticket.to_lowercase()).collect(),
            unsigned: self.unsigned,
            grades: self.proof.clone(),
        })
    }

    /// What the names of environments mean; one that no record knows is taken for an environment.
    fn environments(&self, view: &View) -> Result<Vec<Wanted>, Failure> {
        // Without a slash it can't be a service, and the ledger need not be read for it.
        let may_be_service = |name: &String| name.contains('/');
        let records = match self.env.iter().any(may_be_service) {
            true => records::unjudged(view)?,
            false => Vec::new(),
        };
        let names = deployments::names(&records);
        let mut wanted = Vec::new();
        for name in &self.env {
            let (forced, bare) = forced(name);
            let reading = names.read(bare, forced)?;
            let target = reading.map_or(Target::Environment(bare), |reading| reading.target);
            wanted.push(Wanted::of(target));
        }
        Ok(wanted)
    }

    /// Whether a filter looks at which configuration paths a commit touches.
    pub(crate) fn wants_config(&self) -> bool {
        self.kind.contains(&Kind::Config)
    }

    /// Whether only records of the ledger can pass.
    pub(crate) fn wants_records_only(&self) -> bool {
        let claimed_by_commits = [Kind::Config, Kind::Change, Kind::Review];
        let of_ledger = |kind: &Kind| !kind.is_git() && !claimed_by_commits.contains(kind);
        !self.kind.is_empty() && self.kind.iter().all(of_ledger)
    }

    /// Whether a filter looks at whole messages.
    pub(crate) fn wants_message(&self) -> bool {
        !self.grep.is_empty()
    }

    /// Whether this kind is asked for by its name.
    pub(crate) fn names(&self, kind: Kind) -> bool {
        self.kind.contains(&kind)
    }

    /// Whether events of this kind can pass.
    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.kind.is_empty() || self.kind.contains(&kind)
    }
}

impl Filter {
    /// Learns to tell persons apart.
    pub(crate) fn know(&mut self, whose: Actors) {
        for called in &mut self.who {
            called.persons = whose.called(&called.text);
        }
        self.whose = whose;
    }

    /// Those looked for whom no event named so far.
    pub(crate) fn unseen(&self) -> impl Iterator<Item = &str> {
        let unseen = self.who.iter().filter(|called| !called.seen.load(Ordering::Relaxed));
        unseen.map(|called| called.text.as_str())
    }

    /// Whether an event passes every filter.
    pub(crate) fn passes(&self, event: &Event) -> bool {
        // First, so that whoever has a part in anything is seen.
        self.who_passes(event)
            && self.kind_passes(event)
            && any(&self.author, |pattern| self.is_author(event, pattern))
            && any(&self.committer, |pattern| is_match(pattern, event.who.committer.as_ref()))
            && self.grep_passes(event)
            && any(&self.env, |wanted| event.place.as_ref().is_some_and(|place| wanted.has(place)))
            && any(&self.service, |service| {
                event.place.as_ref().and_then(|place| place.service.as_ref()) == Some(service)
            })
            && any(&self.tickets, |ticket| {
                event.why.tickets.iter().any(|named| named.to_lowercase() == *ticket)
            })
            && (!self.unsigned || is_unsigned(event))
            && any(&self.grades, |grade| event.proof.grade == *grade)
    }

    fn who_passes(&self, event: &Event) -> bool {
        let mut passes = self.who.is_empty();
        for called in self.who.iter().filter(|called| called.involved(event, &self.whose)) {
            called.seen.store(true, Ordering::Relaxed);
            passes = true;
        }
        passes
    }

    /// In records names and addresses stand as they were written.
    fn is_author(&self, event: &Event, pattern: &Regex) -> bool {
        let who = event.who.identity.as_ref();
        is_match(pattern, who)
            || (matches!(event.what, What::Record(_))
                && is_match(pattern, who.map(|who| self.whose.identity(who)).as_ref()))
    }

    fn kind_passes(&self, event: &Event) -> bool {
        any(&self.kinds, |kind| {
            event.kind == *kind
                || match (&event.what, kind) {
                    (What::Commit(facts), Kind::Config) => {
                        facts.config.as_ref().is_some_and(|paths| !paths.is_empty())
                    }
                    (What::Commit(facts), Kind::Change) => facts.change.is_some(),
                    (What::Commit(facts), Kind::Review) => !facts.reviews.is_empty(),
                    _ => false,
                }
        })
    }

    fn grep_passes(&self, event: &Event) -> bool {
        if self.grep.is_empty() {
            return true;
        }
        let text = match &event.what {
            What::Commit(facts) => &facts.message,
            What::Tag(facts) => &facts.message,
            What::Record(_) => &event.why.body,
        };
        let found = if self.all_match {
            self.grep.iter().all(|pattern| pattern.is_match(text))
        } else {
            self.grep.iter().any(|pattern| pattern.is_match(text))
        };
        found != self.invert_grep
    }
}

/// Whether any of these holds, or nothing is asked for.
fn any<T>(wanted: &[T], holds: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(holds)
}

fn is_match(pattern: &Regex, who: Option<&Identity>) -> bool {
    who.is_some_and(|who| pattern.is_match(&format!("{} <{}>", who.name, who.email)))
}

impl Called {
    fn new(who: &str) -> Called {
        let text = who.to_lowercase();
        Called { text, persons: BTreeSet::new(), seen: AtomicBool::new(false) }
    }

    fn is(&self, identity: &Identity) -> bool {
        [&identity.name, &identity.email]
            .iter()
            .any(|word| word.to_lowercase().contains(&self.text))
    }

    /// Whether they have a part in an event, under any of their names and addresses.
    fn involved(&self, event: &Event, whose: &Actors) -> bool {
        let is_theirs = |identity: &Identity| {
            self.is(identity)
                || self.is(&whose.identity(identity))
                || (!self.persons.is_empty() && self.has(&whose.person(identity, None)))
        };
        let Who { person, login, .. } = &event.who;
        person
            .as_ref()
            .is_some_and(|id| id.to_lowercase() == self.text || self.persons.contains(id))
            || login.as_ref().is_some_and(|login| login.to_lowercase() == self.text)
            || event.everybody().any(is_theirs)
    }

    fn has(&self, somebody: &Somebody) -> bool {
        somebody.id().is_some_and(|id| self.persons.contains(id))
    }
}

fn is_unsigned(event: &Event) -> bool {
    event.proof.signature.as_ref().is_none_or(|verdict| verdict.status == Status::None)
}

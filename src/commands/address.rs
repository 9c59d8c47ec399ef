//! Addresses of environments, wherever a revision is taken.
//!
//! ```text
//! production                       what runs there now: one commit, be it in several services
//! production/api                   … of one service
//! production/                      … without a service, where there are services as well
//! production~2                     the deployment two before it
//! production@{yesterday 14:00}     what ran there then; dates as in git, and not in the future
//! production@{last friday 18:00}~1 the deployment before that
//! env:production                   the environment, where a branch or tag has the same name
//! ```
//!
//! They stand inside ranges, too: `production..main`, `^staging/web`. An address is replaced by the full
//! id of its commit before git sees the revision.

use super::shell::word;
use super::{Context, period, records};
use crate::deployments::{Deployment, Deployments, Place, State};
use crate::event::When;
use crate::git::Repository;
use crate::git::revision::Start;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use crate::policy::nearest;
use crate::report::moment;
use std::borrow::Cow;
use std::cell::OnceCell;

/// What forces the reading as an environment.
pub(crate) const FORCED: &str = "env:";

/// What brings a commit that is not in this clone.
pub(crate) const FETCH: &str =
    "`git fetch` may bring it; if its branch was deleted, `git fetch origin <commit>`";

/// What git puts before and behind a name to make a reference of it (gitrevisions(7)), the first that is there.
const GIT_RULES: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// Resolves addresses by the records of one ledger.
pub(crate) struct Addresses<'a> {
    repo: &'a Repository,
    view: &'a View,
    /// Where the caller has joined the records already.
    deployments: Option<&'a Deployments<'a>>,
    events: OnceCell<Vec<Recorded>>,
}

/// The moment that an address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The present: `production`.
    Now,
    /// A date: `production@{yesterday}`.
    Date(i64),
    /// The time of the deployment itself: `production~1`.
    Start,
}

/// A deployment that an address names.
#[derive(Debug, Clone)]
pub(crate) struct Point<'d, 'e> {
    /// The deployment.
    pub(crate) deployment: &'d Deployment<'e>,
    /// Which moment was meant.
    pub(crate) moment: Moment,
}

/// What an address names in each of its places.
pub(crate) struct Named<'t, 'd, 'e> {
    /// The address.
    pub(crate) address: Address<'t>,
    /// The places, and the deployment in each, or why there is none.
    pub(crate) points: Vec<(Place<'e>, Result<Point<'d, 'e>, Failure>)>,
}

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<'t> {
    /// The environment, and behind a slash the service.
    pub name: &'t str,
    /// The date within `@{…}`, as typed.
    pub date: Option<&'t str>,
    /// How many deployments before that one.
    pub back: usize,
    /// Whether `env:` forces the reading.
    pub forced: bool,
}

impl<'a> Addresses<'a> {
    /// Addresses by the ledger that `view` shows; its records are read when one is needed.
    pub(crate) fn new(repo: &'a Repository, view: &'a View) -> Addresses<'a> {
        Addresses { repo, view, deployments: None, events: OnceCell::new() }
    }

    /// Addresses among deployments that have been joined already.
    pub(crate) fn among(
        repo: &'a Repository,
        view: &'a View,
        deployments: &'a Deployments<'a>,
    ) -> Addresses<'a> {
        Addresses { deployments: Some(deployments), ..Addresses::new(repo, view) }
    }

    /// Replaces the addresses in each of the revisions and ranges among these.
    ///
    /// # Errors
    /// As [`Addresses::revision`].
    pub(crate) fn starts(&self, starts: &[Start]) -> Result<Vec<Start>, Failure> {
        let replace = |start: &Start| match start {
            Start::Revision(arg) => Ok(Start::Revision(self.revision(arg)?.into_owned())),
            other => Ok(other.clone()),
        };
        starts.iter().map(replace).collect()
    }

    /// Replaces the addresses in a revision or range; what is none stays as it is.
    ///
    /// # Errors
    /// An address that means several things, or nothing: an environment that no record names, a time at
    /// which nothing ran, a commit that is not in this clone.
    pub(crate) fn revision<'t>(&self, arg: &'t str) -> Result<Cow<'t, str>, Failure> {
        if self.view.chain().is_empty() && !arg.contains(FORCED) {
            return Ok(Cow::Borrowed(arg));
        }
        if let Some((left, dots, right)) = split_range(arg) {
            let (left, right) = (self.side(left)?, self.side(right)?);
            return Ok(Cow::Owned(format!("{left}{dots}{right}")));
        }
        if let Some(excluded) = arg.strip_prefix('^') {
            return Ok(Cow::Owned(format!("^{}", self.side(excluded)?)));
        }
        self.side(arg)
    }

    fn side<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Failure> {
        let point = match self.deployments {
            Some(deployments) => self.point(deployments, text)?.map(|point| self.commit(&point)),
            None => {
                let deployments = Deployments::new(self.events()?);
                self.point(&deployments, text)?.map(|point| self.commit(&point))
            }
        };
        match point {
            None => Ok(Cow::Borrowed(text)),
            Some(commit) => Ok(Cow::Owned(commit?)),
        }
    }

    /// The records, unjudged, oldest first.
    fn events(&self) -> Result<&[Recorded], Failure> {
        if let Some(events) = self.events.get() {
            return Ok(events);
        }
        let events = records::unjudged(self.view)?;
        Ok(self.events.get_or_init(|| events))
    }

    /// The id of the commit that a deployment put there, which is in this clone.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn commit(&self, point: &Point<'_, '_>) -> Result<String, Failure> {
        let (commit, place) = (point.deployment.commit(), point.deployment.place);
        match self.repo.here(commit).is_some() {
            true => Ok(commit.to_owned()),
            false => Err(Failure::new(format!("{place} ran {commit}, which is not in this clone"))
                .hint(FETCH)),
        }
    }

    /// The deployment that an address names; `None` when the text is no address.
    ///
    /// # Errors
    /// As [`Addresses::revision`], but for commits that are not here.
    pub(crate) fn point<'d, 'e>(
        &self,
        deployments: &'d Deployments<'e>,
        text: &str,
    ) -> Result<Option<Point<'d, 'e>>, Failure> {
        let Some(address) = self.address(deployments, text)? else { return Ok(None) };
        let date = self.date(&address)?;
        find(deployments, &address, &deployments.named(address.name), date).map(Some)
    }

    /// What an address names, place by place; `None` when the text is no address.
    ///
    /// # Errors
    /// As [`Addresses::point`], but for places in which it names nothing: they have their own.
    pub(crate) fn by_place<'d, 't, 'e>(
        &self,
        deployments: &'d Deployments<'e>,
        text: &'t str,
    ) -> Result<Option<Named<'t, 'd, 'e>>, Failure> {
        let Some(address) = self.address(deployments, text)? else { return Ok(None) };
        let date = self.date(&address)?;
        let places = deployments.named(address.name);
        if places.is_empty() {
            return Err(nothing(deployments, &places, &address, date));
        }
        let alone = places.len() == 1;
        let in_place = |place: &Place<'e>| {
            let name = if alone { address.name.to_owned() } else { place.alone() };
            let address = Address { name: &name, ..address };
            (*place, find(deployments, &address, &[place], date))
        };
        let points = places.iter().map(|place| in_place(place)).collect();
        Ok(Some(Named { address, points }))
    }

    /// Takes an address apart that means an environment, and nothing else.
    fn address<'t>(
        &self,
        deployments: &Deployments<'_>,
        text: &'t str,
    ) -> Result<Option<Address<'t>>, Failure> {
        let Some(address) = parse(text) else {
            return match text.strip_prefix(FORCED) {
                Some(_) => {
                    Err(Failure::new(format!("'{text}' is no address of an environment"))
                        .hint(FORMS))
                }
                None => Ok(None),
            };
        };
        let name = address.name;
        if !deployments.knows(name) {
            return match address.forced {
                true => Err(unknown(deployments, name)),
                false => Ok(None),
            };
        }
        if !address.forced
            && let Some(revision) = self.git_name(text, name)?
        {
            return Err(ambiguous(text, name, &revision));
        }
        match two_environments(deployments, &address) {
            Some(why) => Err(why),
            None => Ok(Some(address)),
        }
    }

    /// The moment of its date.
    fn date(&self, address: &Address<'_>) -> Result<Option<i64>, Failure> {
        address.date.map(|text| period::past(self.repo, text)).transpose()
    }

    /// The environment or place that a text means as a whole, without a deployment picked out of it:
    /// `production`, `env:production/api`.
    ///
    /// # Errors
    /// A name that git knows, too; with `env:`, one that no record names.
    pub(crate) fn environment<'t>(
        &self,
        deployments: &Deployments<'_>,
        text: &'t str,
    ) -> Result<Option<&'t str>, Failure> {
        let Some(Address { name, date: None, back: 0, forced }) = parse(text) else {
            return Ok(None);
        };
        if text.ends_with('~') || !deployments.knows(name) {
            return if forced { Err(unknown(deployments, name)) } else { Ok(None) };
        }
        if !forced && let Some(revision) = self.git_name(text, name)? {
            return Err(ambiguous(text, name, &revision));
        }
        Ok(Some(name))
    }

    /// The spelling that git alone reads, where git knows the name in this text, too: a reference (by the rules of
    /// gitrevisions(7)), HEAD, `FETCH_HEAD` and their like, an id.
    ///
    /// # Errors
    /// When git knows several objects by it.
    fn git_name(&self, text: &str, name: &str) -> Result<Option<String>, Failure> {
        let references = self.repo.refs("refs/")?;
        let full = GIT_RULES
            .iter()
            .map(|(before, behind)| format!("{before}{name}{behind}"))
            .find(|full| references.iter().any(|reference| reference.name == *full));
        if full.is_some() {
            return Ok(full);
        }
        // The rest (files beside `refs`, abbreviated ids, what `git describe` prints) is for git to say.
        match self.repo.resolve(name) {
            Ok(_) if name == "HEAD" => Ok(Some("@".to_owned())),
            Ok(oid) => Ok(Some(oid.to_string())),
            Err(_) if self.repo.abbreviates(name)? => Err(Failure::new(format!(
                "'{name}' is the name of an environment, and the beginning of several ids in git"
            ))
            .hint(format!("write {FORCED}{text} for the environment, more of the id for git's"))),
            Err(_) => Ok(None),
        }
    }
}

/// The deployment that an address names in these places.
fn find<'d, 'e>(
    deployments: &'d Deployments<'e>,
    address: &Address<'_>,
    places: &[&Place<'e>],
    date: Option<i64>,
) -> Result<Point<'d, 'e>, Failure> {
    let at = |place: &Place| match date {
        // What is in force is what runs now, whatever its clock says.
        Some(date) if date < super::now() => deployments.at(place, date),
        _ => deployments.current(place),
    };
    let running: Vec<&Deployment<'e>> = places.iter().filter_map(|place| at(place)).collect();
    let one = match running.as_slice() {
        [] => return Err(nothing(deployments, places, address, date)),
        [one] => *one,
        [first, rest @ ..]
            if address.back == 0 && rest.iter().all(|one| one.commit() == first.commit()) =>
        {
            *first
        }
        several => return Err(undecided(address, several)),
    };
    let deployment = deployments.before(one, address.back).ok_or_else(|| {
        let until = deployments.history(&one.place).rev();
        let count = until.skip_while(|other| !std::ptr::eq(other.event, one.event)).count();
        let then = if date.is_some() { " until then" } else { "" };
        Failure::new(format!(
            "{} has no deployment so far back: the ledger knows {count} successful{then}",
            one.place
        ))
        .hint(format!("audit show {FORCED}{} lists them", one.place))
    })?;
    let moment = match (date, address.back) {
        (_, 1..) => Moment::Start,
        (Some(date), 0) => Moment::Date(date),
        (None, 0) => Moment::Now,
    };
    Ok(Point { deployment, moment })
}

/// Which environment may have been meant by what git doesn't know as a revision.
pub(crate) fn suggestion(context: &Context, revision: &str) -> Option<String> {
    // Without a ledger that can be read, git's own word has to do.
    let (_, events) = records::read_all(&context.open().ok()?).ok()?;
    let deployments = Deployments::new(&events);
    let end = revision.find(['~', '@', '^', ':']).unwrap_or(revision.len());
    let name = &revision[..end];
    if deployments.knows(name) {
        return Some(format!("an environment is written as {FORMS}"));
    }
    let places = deployments.places().map(Place::to_string);
    let known: Vec<String> = deployments.environments().map(str::to_owned).chain(places).collect();
    let known = || known.iter().map(String::as_str).filter(|_| name.len() >= LEAST_NAME);
    let begins = |known: &&str| known.starts_with(name);
    let near = known().find(begins).or_else(|| nearest(name, known()))?;
    Some(format!("did you mean the environment '{near}'?"))
}

/// Shorter names are near to everything.
const LEAST_NAME: usize = 4;

/// The forms of an address, for hints.
const FORMS: &str =
    "env:NAME, env:NAME/SERVICE, and behind them ~2 or @{DATE}, as in env:production@{yesterday}";

fn ambiguous(text: &str, name: &str, revision: &str) -> Failure {
    let suffix = &text[name.len()..];
    Failure::new(format!("'{name}' is the name of an environment and of a git revision"))
        .hint(format!("write {FORCED}{text} for the environment, {revision}{suffix} for git's"))
}

/// `eu/prod` is an environment, and the service `prod` of another.
fn two_environments(deployments: &Deployments<'_>, address: &Address<'_>) -> Option<Failure> {
    let places = deployments.named(address.name);
    let service = places.iter().find(|place| place.env != address.name && place.service.is_some());
    let Place { env, service: Some(service) } = service? else { return None };
    let mut own = places.iter().filter(|place| place.env == address.name).peekable();
    own.peek()?;
    let spelled =
        |name: &str| format!("{}{}", Address { name, ..*address }.named(), address.suffix());
    let own: Vec<String> = own.map(|place| spelled(&place.alone())).collect();
    let message =
        format!("'{}' is an environment, and the service {service} of '{env}'", address.name);
    Some(Failure::new(message).hint(format!(
        "of the environment there is {}; for the service, ask for a commit that `audit log --env {} --service {}` \
         lists",
        own.join(", "),
        word(env),
        word(service)
    )))
}

fn unknown(deployments: &Deployments<'_>, name: &str) -> Failure {
    let known: Vec<&str> = deployments.environments().collect();
    let failure = Failure::new(format!("no record names an environment '{name}'"));
    match known.is_empty() {
        true => failure.hint(
            "nothing was deployed as far as the ledger knows; audit record deploy --env NAME",
        ),
        false => failure.hint(format!("environments are {}", known.join(", "))),
    }
}

/// Several places are meant, and they don't run the same.
fn undecided(address: &Address<'_>, several: &[&Deployment<'_>]) -> Failure {
    let name = address.name;
    let behind = address.suffix();
    let spelled: Vec<String> = several
        .iter()
        .map(|one| match one.place.to_string() {
            alone if alone == name => format!("{}{behind}", one.place.alone()),
            place => format!("{place}{behind}"),
        })
        .collect();
    Failure::new(format!("'{name}' runs several services"))
        .hint(format!("name one of them: {}", spelled.join(", ")))
}

fn nothing(
    deployments: &Deployments<'_>,
    places: &[&Place<'_>],
    address: &Address<'_>,
    moment: Option<i64>,
) -> Failure {
    let name = address.name;
    let first = places.iter().filter_map(|place| deployments.first(place)).min();
    let (message, hint) = match (address.date, moment, first) {
        // What ran before the first record, nobody has told.
        (Some(date), Some(moment), Some(first)) if moment < first => {
            let first = moment::long(When::utc(first));
            let message = format!("what ran in '{name}' at {date} is not known");
            return Failure::new(message)
                .hint(format!("the first deployment on record is of {first}"));
        }
        (Some(date), ..) => (format!("nothing ran in '{name}' at {date}"), ""),
        (None, ..) => (format!("nothing runs in '{name}'"), "its deployments failed: "),
    };
    let listed = || deployments.all().iter().filter(|one| one.place.answers_to(name));
    let failed = listed().any(|one| one.state == State::Failed);
    let hint = if failed { hint } else { "" };
    let about = match listed().next().map(|one| one.place) {
        Some(Place { env, service: Some(service) }) if env != name => {
            format!("--env {} --service {}", word(env), word(service))
        }
        Some(Place { env, .. }) => format!("--env {}", word(env)),
        None => format!("--env {}", word(name)),
    };
    Failure::new(format!("as far as the ledger knows, {message}"))
        .hint(format!("{hint}audit log {about} lists what is recorded about it"))
}

impl Address<'_> {
    /// The name as it was typed, without a moment behind it.
    pub(crate) fn named(&self) -> String {
        let forced = if self.forced { FORCED } else { "" };
        format!("{forced}{}", self.name)
    }

    /// What stands behind the name.
    fn suffix(&self) -> String {
        let date = self.date.map(|date| format!("@{{{date}}}")).unwrap_or_default();
        match self.back {
            0 => date,
            back => format!("{date}~{back}"),
        }
    }
}

/// Takes an address apart; `None` when the text has not its form.
pub fn parse(text: &str) -> Option<Address<'_>> {
    let (forced, rest) = match text.strip_prefix(FORCED) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = rest.find(['~', '@', '^', ':', ' ']).unwrap_or(rest.len());
    let (name, mut suffix) = rest.split_at(end);
    if name.is_empty() {
        return None;
    }
    let mut date = None;
    if let Some(inner) = suffix.strip_prefix("@{") {
        let (inside, behind) = inner.split_once('}')?;
        date = Some(inside);
        suffix = behind;
    }
    let mut back = 0usize;
    while let Some(behind) = suffix.strip_prefix('~') {
        let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = behind.split_at(digits);
        let number = if number.is_empty() { 1 } else { number.parse().ok()? };
        back = back.checked_add(number)?;
        suffix = behind;
    }
    suffix.is_empty().then_some(Address { name, date, back, forced })
}

/// Splits `left..right` and `left...right` outside of braces: left, dots, right.
pub fn split_range(arg: &str) -> Option<(&str, &str, &str)> {
    let mut depth = 0usize;
    for (at, c) in arg.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && arg[at..].starts_with("..") => {
                let dots = if arg[at..].starts_with("...") { 3 } else { 2 };
                return Some((&arg[..at], &arg[at..at + dots], &arg[at + dots..]));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let of = |text| parse(text).map(|a| (a.name, a.date, a.back, a.forced));
        assert_eq!(of("production"), Some(("production", None, 0, false)));
        assert_eq!(of("production/api~"), Some(("production/api", None, 1, false)));
        assert_eq!(of("env:p~2~1"), Some(("p", None, 3, true)));
        assert_eq!(of("p@{2026-11-20 14:00}~1"), Some(("p", Some("2026-11-20 14:00"), 1, false)));
        for no in ["", "env:", "p^", "p^{tree}", "p:path", "p~x", "p@{x", "p@", "a b"] {
            assert_eq!(of(no), None, "{no}");
        }
    }

    #[test]
    fn dots_in_a_date_make_no_range() {
        assert_eq!(split_range("a..b"), Some(("a", "..", "b")));
        assert_eq!(split_range("a...b"), Some(("a", "...", "b")));
        assert_eq!(split_range("..b"), Some(("", "..", "b")));
        assert_eq!(split_range("p@{1..2}"), None);
        assert_eq!(split_range("p@{1..2}..main"), Some(("p@{1..2}", "..", "main")));
    }
}

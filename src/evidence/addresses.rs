//! Addresses of environments, wherever a revision is taken: the commit that is meant. What names mean is read in
//! [`crate::address`].
//!
//! They stand inside ranges, too: `production..main`, `^staging/web`. An address is replaced by the full
//! id of its commit before git sees the revision.

use super::{Evidence, period, records};
use crate::address::{Address, FORCED, Place, Target, forced, parse, split_range};
use crate::deployments::{Deployment, Deployments, State};
use crate::event::When;
use crate::event::moment;
use crate::git::Repository;
use crate::git::revision::Start;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use crate::policy::nearest;
use crate::ui::shell::word;
use std::borrow::Cow;
use std::cell::OnceCell;

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
    /// The present, in seconds since 1970 UTC.
    now: i64,
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
    /// What its name means.
    pub(crate) target: Target<'t>,
    /// The places, and the deployment in each, or why there is none.
    pub(crate) points: Vec<(Place<'e>, Result<Point<'d, 'e>, Failure>)>,
}

impl<'a> Addresses<'a> {
    /// Addresses by the ledger that `view` shows; its records are read when one is needed.
    pub(crate) fn new(repo: &'a Repository, view: &'a View, now: i64) -> Addresses<'a> {
        Addresses { repo, view, now, deployments: None, events: OnceCell::new() }
    }

    /// Addresses among deployments that have been joined already.
    pub(crate) fn among(evidence: &Evidence<'a>) -> Addresses<'a> {
        let &Evidence { repo, view, deployments, now, .. } = evidence;
        Addresses { deployments: Some(deployments), ..Addresses::new(repo, view, now) }
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
        let Some((address, target)) = self.address(deployments, text)? else { return Ok(None) };
        let date = self.date(&address)?;
        let asked = Asked { deployments, address, target, date, now: self.now };
        asked.find(&deployments.meant(&target)).map(Some)
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
        let Some((address, target)) = self.address(deployments, text)? else { return Ok(None) };
        let date = self.date(&address)?;
        let places = deployments.meant(&target);
        if places.is_empty() {
            return Err(
                Asked { deployments, address, target, date, now: self.now }.nothing(&places)
            );
        }
        let alone = places.len() == 1;
        let in_place = |place: &Place<'e>| {
            let name =
                if alone { address.name.to_owned() } else { deployments.names().alone(place) };
            let address = Address { name: &name, ..address };
            let target = Target::Place(*place);
            (*place, Asked { deployments, address, target, date, now: self.now }.find(&[place]))
        };
        let points = places.iter().map(|place| in_place(place)).collect();
        Ok(Some(Named { address, target, points }))
    }

    /// Takes an address apart that means an environment, and nothing else.
    fn address<'t>(
        &self,
        deployments: &Deployments<'_>,
        text: &'t str,
    ) -> Result<Option<(Address<'t>, Target<'t>)>, Failure> {
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
        let target = deployments
            .target(name, address.forced)
            .map_err(|ambiguous| ambiguous.failure(&address.suffix()))?;
        let Some(target) = target else {
            return match address.forced {
                true => Err(unknown(deployments, name)),
                false => Ok(None),
            };
        };
        if !address.forced
            && let Some(revision) = self.git_name(text, name)?
        {
            return Err(ambiguous(text, name, &revision));
        }
        Ok(Some((address, target)))
    }

    /// The moment of its date.
    fn date(&self, address: &Address<'_>) -> Result<Option<i64>, Failure> {
        address.date.map(|text| period::past(self.repo, text, self.now)).transpose()
    }

    /// The environment or place that a text means as a whole, without a deployment picked out of it:
    /// `production`, `env:production/api`.
    ///
    /// # Errors
    /// A name that git knows, too, or that means two things; with `env:`, one that no record names.
    pub(crate) fn environment<'t>(
        &self,
        deployments: &Deployments<'_>,
        text: &'t str,
    ) -> Result<Option<Target<'t>>, Failure> {
        match parse(text) {
            Some(Address { date: None, back: 0, .. }) if !text.ends_with('~') => {
                Ok(self.address(deployments, text)?.map(|(_, target)| target))
            }
            _ => Ok(None),
        }
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

/// An address that is looked up.
struct Asked<'d, 'e, 't> {
    deployments: &'d Deployments<'e>,
    address: Address<'t>,
    target: Target<'t>,
    /// The moment of its date.
    date: Option<i64>,
    /// The present.
    now: i64,
}

impl<'d, 'e> Asked<'d, 'e, '_> {
    /// The deployment that is meant in these places.
    fn find(&self, places: &[&Place<'e>]) -> Result<Point<'d, 'e>, Failure> {
        let Asked { deployments, address, date, now, .. } = self;
        let at = |place: &Place| match *date {
            // What is in force is what runs now, whatever its clock says.
            Some(date) if date < *now => deployments.at(place, date),
            _ => deployments.current(place),
        };
        let running: Vec<&Deployment<'e>> = places.iter().filter_map(|place| at(place)).collect();
        let one = match running.as_slice() {
            [] => return Err(self.nothing(places)),
            [one] => *one,
            [first, rest @ ..]
                if address.back == 0 && rest.iter().all(|one| one.commit() == first.commit()) =>
            {
                *first
            }
            several => return Err(self.undecided(several)),
        };
        let deployment =
            deployments.before(one, address.back).ok_or_else(|| self.too_far_back(one))?;
        let moment = match (*date, address.back) {
            (_, 1..) => Moment::Start,
            (Some(date), 0) => Moment::Date(date),
            (None, 0) => Moment::Now,
        };
        Ok(Point { deployment, moment })
    }

    fn too_far_back(&self, one: &Deployment<'e>) -> Failure {
        let until = self.deployments.history(&one.place).rev();
        let count = until.skip_while(|other| !std::ptr::eq(other.event, one.event)).count();
        let then = if self.date.is_some() { " until then" } else { "" };
        let spelled = self.deployments.names().spelled(&one.place);
        let (_, name) = forced(&spelled);
        Failure::new(format!(
            "{} has no deployment so far back: the ledger knows {count} successful{then}",
            one.place
        ))
        .hint(format!("audit show {FORCED}{name} lists them"))
    }

    /// Several places are meant, and they don't run the same.
    fn undecided(&self, several: &[&Deployment<'_>]) -> Failure {
        let (name, behind) = (self.address.name, self.address.suffix());
        let names = self.deployments.names();
        let spelled: Vec<String> =
            several.iter().map(|one| format!("{}{behind}", names.alone(&one.place))).collect();
        Failure::new(format!("'{name}' runs several services"))
            .hint(format!("name one of them: {}", spelled.join(", ")))
    }

    fn nothing(&self, places: &[&Place<'_>]) -> Failure {
        let Asked { deployments, address, target, date, .. } = self;
        let name = address.name;
        let first = places.iter().filter_map(|place| deployments.first(place)).min();
        let (message, hint) = match (address.date, *date, first) {
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
        let listed = || deployments.all().iter().filter(|one| target.has(&one.place));
        let failed = listed().any(|one| one.state == State::Failed);
        let hint = if failed { hint } else { "" };
        let about = match *target {
            Target::Place(Place { env, service: Some(service) }) => {
                format!("--env {} --service {}", word(env), word(service))
            }
            target => format!("--env {}", word(target.env())),
        };
        Failure::new(format!("as far as the ledger knows, {message}"))
            .hint(format!("{hint}audit log {about} lists what is recorded about it"))
    }
}

/// Which environment may have been meant by what git doesn't know as a revision.
pub(crate) fn suggestion(repo: &Repository, revision: &str) -> Option<String> {
    // Without a ledger that can be read, git's own word has to do.
    let (_, events) = records::read_all(repo).ok()?;
    let deployments = Deployments::new(&events);
    let end = revision.find(['~', '@', '^', ':']).unwrap_or(revision.len());
    let name = &revision[..end];
    if deployments.target(name, false).is_ok_and(|target| target.is_some()) {
        return Some(format!("an environment is written as {FORMS}"));
    }
    let places = deployments.places().map(|place| deployments.names().spelled(place));
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

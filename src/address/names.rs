//! What a name means: an environment as a whole, or one place in it.
//!
//! Names of environments may hold slashes (`prod/eu-west`), as those of forges do, and so may names of services. A text
//! is read by the names that are known:
//!
//! ```text
//! known: eu/prod, eu with the service web
//!
//! eu/prod        the environment eu/prod
//! eu/web         the service web of eu
//! eu/prod/api    a service api of eu/prod, which nobody has deployed yet: the longest environment is meant
//! eu//prod       a service prod of eu: what stands before // is the environment
//! eu/prod/       what is in eu/prod without a service
//! ```
//!
//! Where two readings are known, or one is known and an environment with a longer name fits as well, the text is
//! ambiguous: `env:` in front picks the longest environment, `//` separates environment and service.

use super::FORCED;
use crate::outcome::Failure;
use std::collections::BTreeSet;
use std::fmt;

/// Where code runs: an environment, and the service within it where records name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place<'a> {
    /// The environment: `production`.
    pub env: &'a str,
    /// The service: `api`.
    pub service: Option<&'a str>,
}

impl Place<'_> {
    /// The spelling that means nothing else: `production//api`.
    fn exact(&self) -> String {
        format!("{}//{}", self.env, self.service.unwrap_or_default())
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.service {
            Some(service) => write!(f, "{}/{service}", self.env),
            None => f.write_str(self.env),
        }
    }
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// An environment with everything in it.
    Environment(&'a str),
    /// One place: a service, or what is in an environment without one.
    Place(Place<'a>),
}

impl<'a> Target<'a> {
    /// The environment that it is, or lies in.
    pub fn env(&self) -> &'a str {
        match self {
            Target::Environment(env) => env,
            Target::Place(place) => place.env,
        }
    }

    /// Whether a place is meant, by itself or with its whole environment.
    pub fn has(&self, place: &Place<'_>) -> bool {
        match self {
            Target::Environment(env) => place.env == *env,
            Target::Place(own) => own == place,
        }
    }

    /// Whether a record about an environment, and a service within it if it names one, is about this. One that
    /// names no service is about all of them.
    pub fn is_concerned(&self, env: Option<&str>, service: Option<&str>) -> bool {
        env == Some(self.env())
            && match self {
                Target::Environment(_) => true,
                Target::Place(place) => service.is_none() || service == place.service,
            }
    }

    /// The place that a deployment goes to which is asked for by this name: without a service, where it names none.
    pub fn place(&self) -> Place<'a> {
        match self {
            Target::Environment(env) => Place { env, service: None },
            Target::Place(place) => *place,
        }
    }

    /// The spelling that means nothing else.
    fn exact(&self) -> String {
        match self {
            Target::Environment(env) => format!("{FORCED}{env}"),
            Target::Place(place) => place.exact(),
        }
    }
}

/// As people say it: `an environment`, `the service api of 'production'`.
impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Environment(_) => f.write_str("an environment"),
            Target::Place(Place { env, service: Some(service) }) => {
                write!(f, "the service {service} of '{env}'")
            }
            Target::Place(Place { env, service: None }) => {
                write!(f, "what is in '{env}' without a service")
            }
        }
    }
}

/// A name that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading<'t> {
    /// What it means.
    pub target: Target<'t>,
    /// Whether that is known itself, and not its environment alone.
    pub known: bool,
    /// Whether `//` says where the environment ends.
    explicit: bool,
}

/// Two readings of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous<'t> {
    name: &'t str,
    readings: [Target<'t>; 2],
}

impl Ambiguous<'_> {
    /// The error that prints both spellings, with what stood behind the name.
    pub fn failure(&self, suffix: &str) -> Failure {
        let [one, other] = &self.readings;
        Failure::new(format!("'{}' is {one}, and {other}", self.name)).hint(format!(
            "write {}{suffix} for the one, {}{suffix} for the other",
            one.exact(),
            other.exact()
        ))
    }
}

impl From<Ambiguous<'_>> for Failure {
    fn from(ambiguous: Ambiguous<'_>) -> Failure {
        ambiguous.failure("")
    }
}

/// The names that are known: of records, and where a gate asks, of the policy.
#[derive(Debug, Clone, Default)]
pub struct Names<'n> {
    environments: BTreeSet<&'n str>,
    places: BTreeSet<Place<'n>>,
}

impl<'n> Names<'n> {
    /// Makes an environment known.
    pub fn environment(&mut self, env: &'n str) {
        self.environments.insert(env);
    }

    /// Makes a place known, and its environment.
    pub fn place(&mut self, place: Place<'n>) {
        self.environments.insert(place.env);
        self.places.insert(place);
    }

    /// The environments, by name.
    pub fn environments(&self) -> impl Iterator<Item = &'n str> {
        self.environments.iter().copied()
    }

    /// Reads a name, without `env:`; `None` when no environment that is known fits. `forced` picks the longest.
    ///
    /// # Errors
    /// When it means two things.
    pub fn read<'t>(
        &self,
        name: &'t str,
        forced: bool,
    ) -> Result<Option<Reading<'t>>, Ambiguous<'t>> {
        let readings = self.readings(name);
        // The longest environment comes first.
        let Some(first) = readings.first().copied() else { return Ok(None) };
        let mut strong = readings.iter().filter(|reading| reading.known || reading.explicit);
        let ambiguous = |one: &Reading<'t>, other: &Reading<'t>| Ambiguous {
            name,
            readings: [one.target, other.target],
        };
        match (strong.next(), strong.next()) {
            _ if forced => Ok(Some(first)),
            (Some(one), Some(other)) => Err(ambiguous(one, other)),
            (Some(one), None) if *one != first => Err(ambiguous(&first, one)),
            _ => Ok(Some(first)),
        }
    }

    /// The shortest spelling that means a place, and that alone.
    pub fn spelled(&self, place: &Place<'_>) -> String {
        let short = place.to_string();
        let wanted = match place.service {
            Some(_) => Target::Place(*place),
            None => Target::Environment(place.env),
        };
        match self.read(&short, false) {
            Ok(Some(reading)) if reading.target == wanted => short,
            _ => wanted.exact(),
        }
    }

    /// The spelling that means a place without what lies beside it: `production/`.
    pub fn alone(&self, place: &Place<'_>) -> String {
        let short = format!("{}/", place.env);
        match (place.service, self.read(&short, false)) {
            (Some(_), _) => self.spelled(place),
            (None, Ok(Some(reading))) if reading.target == Target::Place(*place) => short,
            (None, _) => place.exact(),
        }
    }

    /// Every reading by an environment that is known, that with the longest name first.
    fn readings<'t>(&self, name: &'t str) -> Vec<Reading<'t>> {
        let mut readings = Vec::new();
        if self.environments.contains(name) {
            let target = Target::Environment(name);
            readings.push(Reading { target, known: true, explicit: false });
        }
        for (at, _) in name.rmatch_indices('/') {
            let (env, rest) = (&name[..at], &name[at + 1..]);
            if !self.environments.contains(env) {
                continue;
            }
            let (explicit, service) = match rest.strip_prefix('/') {
                Some(service) => (true, service),
                None => (false, rest),
            };
            let place = Place { env, service: Some(service).filter(|service| !service.is_empty()) };
            let known = self.places.contains(&place);
            readings.push(Reading { target: Target::Place(place), known, explicit });
        }
        readings
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(
        environments: &[&'static str],
        places: &[(&'static str, &'static str)],
    ) -> Names<'static> {
        let mut names = Names::default();
        environments.iter().for_each(|env| names.environment(env));
        places.iter().for_each(|(env, service)| names.place(of(env, service)));
        names
    }

    fn of<'a>(env: &'a str, service: &'a str) -> Place<'a> {
        Place { env, service: Some(service).filter(|service| !service.is_empty()) }
    }

    /// What a name means, `None` for nothing, `Err` with the hint for two things.
    fn read<'t>(names: &Names<'_>, name: &'t str) -> Result<Option<Target<'t>>, String> {
        let (forced, name) = super::super::forced(name);
        match names.read(name, forced) {
            Ok(reading) => Ok(reading.map(|reading| reading.target)),
            Err(ambiguous) => Err(ambiguous.failure("").to_string()),
        }
    }

    #[test]
    fn the_longest_environment_is_meant() {
        let names = names(&["eu", "eu/prod"], &[("eu", "web")]);
        let is = |name, target| assert_eq!(read(&names, name).unwrap(), target, "{name}");
        is("eu", Some(Target::Environment("eu")));
        is("eu/prod", Some(Target::Environment("eu/prod")));
        is("eu/web", Some(Target::Place(of("eu", "web"))));
        is("eu/new", Some(Target::Place(of("eu", "new"))));
        is("eu/prod/api", Some(Target::Place(of("eu/prod", "api"))));
        is("eu/prod/", Some(Target::Place(of("eu/prod", ""))));
        is("eu//prod", Some(Target::Place(of("eu", "prod"))));
        is("eu/prod//a/b", Some(Target::Place(of("eu/prod", "a/b"))));
        is("us", None);
        is("us/eu", None);
        is("e", None);
        is("", None);
    }

    #[test]
    fn two_readings_are_an_error_with_a_spelling_for_each() {
        let both = names(&["eu/prod"], &[("eu", "prod")]);
        let why = read(&both, "eu/prod").unwrap_err();
        assert_eq!(why, "'eu/prod' is an environment, and the service prod of 'eu'");
        let hint = both.read("eu/prod", false).unwrap_err().failure("~1").hint.unwrap();
        assert_eq!(hint, "write env:eu/prod~1 for the one, eu//prod~1 for the other");
        assert_eq!(read(&both, "env:eu/prod").unwrap(), Some(Target::Environment("eu/prod")));
        assert_eq!(read(&both, "eu//prod").unwrap(), Some(Target::Place(of("eu", "prod"))));

        // A service that is known does not hide an environment whose name is longer.
        let longer = names(&["eu/prod"], &[("eu", "prod/api")]);
        assert!(read(&longer, "eu/prod/api").is_err());
        assert_eq!(
            read(&longer, "eu/prod//api").unwrap(),
            Some(Target::Place(of("eu/prod", "api")))
        );
        assert_eq!(
            read(&longer, "eu//prod/api").unwrap(),
            Some(Target::Place(of("eu", "prod/api")))
        );
        // An environment that is known does not give way to a service that nobody knows.
        let one = names(&["eu", "eu/prod"], &[]);
        assert_eq!(read(&one, "eu/prod").unwrap(), Some(Target::Environment("eu/prod")));
    }

    #[test]
    fn a_spelling_means_what_was_spelled() {
        let places = [("eu", "prod"), ("eu", "web"), ("eu/prod", ""), ("eu/prod", "a"), ("us", "")];
        let names = names(&[], &places);
        let spelled: Vec<String> =
            places.iter().map(|(env, service)| names.spelled(&of(env, service))).collect();
        assert_eq!(spelled, ["eu//prod", "eu/web", "env:eu/prod", "eu/prod/a", "us"]);
        for (spelled, (env, service)) in spelled.iter().zip(places) {
            assert_eq!(read(&names, spelled).unwrap().unwrap().place(), of(env, service));
        }
    }

    #[test]
    fn records_are_about_what_they_name() {
        let api = Target::Place(of("production", "api"));
        assert!(api.is_concerned(Some("production"), None));
        assert!(api.is_concerned(Some("production"), Some("api")));
        assert!(!api.is_concerned(Some("production"), Some("web")));
        assert!(!api.is_concerned(Some("staging"), None) && !api.is_concerned(None, None));
        assert!(Target::Environment("production").is_concerned(Some("production"), Some("web")));
    }
}

//! Which ends are compared with each other: one with one, or place by place.
//!
//! ```text
//! production@{yesterday}      production
//!   api     9f2c1ab  ───────    api     11a0c3d
//!   web     77aa020  ───────    web     77aa020
//!                     worker    5ce9312          nothing ran there yesterday: said, not compared
//! ```
//!
//! An environment with several services is several places, whether or not they run the same commit. Each is
//! compared with the same service of the other end; with a revision, or a place without a service, all are.

use super::side::Side;
use crate::commands::address::{self, Addresses};
use crate::deployments::{Deployments, Place};
use crate::git::Repository;
use crate::outcome::Failure;
use crate::report::diff::Uncompared;
use std::collections::BTreeSet;

/// What the name of an end stands for.
pub(super) enum Named<'d> {
    /// A revision, or one place.
    One(Box<Side<'d>>),
    /// The places of an environment, by name.
    Places(String, Vec<Member<'d>>),
}

/// A place of an environment.
pub(super) struct Member<'d> {
    place: Place<'d>,
    side: Result<Side<'d>, Missing>,
}

/// Why nothing is there to compare.
struct Missing {
    why: String,
    /// Whether something ran there all the same, which is not in this clone.
    ran: bool,
}

/// What is compared with what.
pub(super) struct Pairs<'d> {
    pub(super) pairs: Vec<(Side<'d>, Side<'d>)>,
    pub(super) uncompared: Vec<Uncompared>,
    /// Whether an end names several places.
    pub(super) several: bool,
}

impl<'d> Named<'d> {
    /// What a revision or an address names.
    ///
    /// # Errors
    /// When that can't be told, or is nothing.
    pub(super) fn new(
        repo: &Repository,
        addresses: &Addresses<'_>,
        deployments: &'d Deployments<'d>,
        text: &str,
    ) -> Result<Named<'d>, Failure> {
        let address = address::parse(text);
        let places = address.as_ref().map_or_else(Vec::new, |it| deployments.named(it.name));
        let (Some(address), [_, _, ..]) = (address, places.as_slice()) else {
            let side = Side::new(repo, addresses, deployments, text)?;
            return Ok(Named::One(Box::new(side)));
        };
        let forced = text.len() - text.strip_prefix(address::FORCED).unwrap_or(text).len();
        let (name, suffix) = text.split_at(forced + address.name.len());
        // A branch may have this name.
        addresses.environment(deployments, name)?;
        let mut members = Vec::new();
        for &place in places {
            let alone = format!("{}{}{suffix}", address::FORCED, place.alone());
            let side = match addresses.point(deployments, &alone) {
                Ok(Some(point)) => {
                    Side::at(repo, addresses, &point, format!("{place}{suffix}"), true)
                        .map_err(|why| Missing { why: why.message, ran: true })
                }
                Ok(None) => continue,
                Err(why) => Err(Missing { why: why.message, ran: false }),
            };
            members.push(Member { place, side });
        }
        match members.first().map(|first| (first.place, &first.side)) {
            Some((place, Err(first))) if members.iter().all(|member| member.side.is_err()) => {
                let message =
                    format!("nothing of {text} is there to compare: {place}: {}", first.why);
                return Err(
                    Failure::new(message).hint(format!("audit show {name} lists its deployments"))
                );
            }
            _ => {}
        }
        // What has ended, and did not run at the moment either, is no part of the environment.
        members.retain(|Member { place, side }| match side {
            Ok(_) => true,
            Err(missing) => missing.ran || deployments.current(place).is_some(),
        });
        Ok(match <[Member<'d>; 1]>::try_from(members) {
            Ok([Member { side: Ok(side), .. }]) => Named::One(Box::new(side)),
            Ok(one) => Named::Places(text.to_owned(), one.into()),
            Err(several) => Named::Places(text.to_owned(), several),
        })
    }

    /// A place without a service, and a revision, stand for every service.
    fn stands_for_all(&self) -> bool {
        match self {
            Named::One(side) => side.deployment.is_none_or(|one| one.place.service.is_none()),
            Named::Places(..) => false,
        }
    }

    /// What stands for a service: the place where the address names one, and its end.
    fn of(
        &self,
        service: Option<&str>,
    ) -> Option<(Option<Place<'d>>, Result<&Side<'d>, &Missing>)> {
        match self {
            Named::One(side) if self.stands_for_all() => Some((None, Ok(side))),
            Named::One(side) => {
                let place = side.deployment.map(|one| one.place)?;
                (place.service == service).then_some((Some(place), Ok(side)))
            }
            Named::Places(_, members) => {
                let member = members.iter().find(|member| member.place.service == service)?;
                Some((Some(member.place), member.side.as_ref()))
            }
        }
    }

    fn services(&self) -> Vec<Option<&'d str>> {
        match self {
            Named::One(side) => side.deployment.iter().map(|one| one.place.service).collect(),
            Named::Places(_, members) => {
                members.iter().map(|member| member.place.service).collect()
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Named::One(side) => side.name(),
            Named::Places(name, _) => name,
        }
    }
}

impl<'d> Pairs<'d> {
    /// Pairs the places of two ends.
    ///
    /// # Errors
    /// When there is nothing to compare.
    pub(super) fn new(from: Named<'d>, to: Named<'d>) -> Result<Pairs<'d>, Failure> {
        let (from, to) = match (from, to) {
            (Named::One(from), Named::One(to)) => {
                let pairs = vec![(*from, *to)];
                return Ok(Pairs { pairs, uncompared: Vec::new(), several: false });
            }
            ends => ends,
        };
        let mut pairs = Pairs { pairs: Vec::new(), uncompared: Vec::new(), several: true };
        let services = |end: &Named<'d>| match end.stands_for_all() {
            true => Vec::new(),
            false => end.services(),
        };
        let all: BTreeSet<Option<&str>> =
            services(&from).into_iter().chain(services(&to)).collect();
        for service in all {
            let lacking = |end: &Named<'_>| format!("{} has no such service", end.name());
            let (place, why, ran, side) = match (from.of(service), to.of(service)) {
                (Some((_, Ok(from))), Some((_, Ok(to)))) => {
                    pairs.pairs.push((from.clone(), to.clone()));
                    continue;
                }
                (Some((place, Err(missing))), other) | (other, Some((place, Err(missing)))) => {
                    // What stands for every service has no place there.
                    let there = other.filter(|(place, _)| place.is_some());
                    let side = there.and_then(|(_, side)| side.ok());
                    (place, missing.why.clone(), missing.ran, side)
                }
                (Some((place, Ok(side))), None) => (place, lacking(&to), false, Some(side)),
                (None, Some((place, Ok(side)))) => (place, lacking(&from), false, Some(side)),
                (None, None) => continue,
            };
            let place = place.map_or_else(String::new, |place| place.to_string());
            let other = side.map(|side| (side.name().to_owned(), side.commit().to_owned()));
            pairs.uncompared.push(Uncompared { place, why, other, ran });
        }
        match (pairs.pairs.is_empty(), pairs.uncompared.first()) {
            (true, first) => {
                let why =
                    first.map_or_else(String::new, |one| format!(": {}: {}", one.place, one.why));
                let (from, to) = (from.name(), to.name());
                Err(Failure::new(format!("nothing of {from} can be compared with {to}{why}"))
                    .hint("name one place of each: ENV/SERVICE"))
            }
            _ => Ok(pairs),
        }
    }
}

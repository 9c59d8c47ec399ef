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
//! A place that runs a commit which is not in this clone leaves the comparison open, be it the only one.

use super::Uncompared;
use super::side::Side;
use crate::address::{FORCED, Target};
use crate::deployments::{Deployments, Place};
use crate::evidence::addresses::{Addresses, Named as Deployed};
use crate::git::Repository;
use crate::outcome::Failure;
use std::collections::BTreeSet;

/// What the name of an end stands for: a revision, a place, or the places of an environment.
pub(crate) struct Named<'d> {
    /// As the user wrote it.
    name: String,
    members: Vec<Member<'d>>,
}

/// A place of an environment, or a revision.
struct Member<'d> {
    place: Option<Place<'d>>,
    /// What the place is called: `production/` without a service, where there are services beside it.
    label: String,
    side: Result<Side<'d>, Missing>,
}

/// Why nothing is there to compare.
struct Missing {
    why: String,
    /// The commit that ran there all the same, which is not in this clone.
    commit: Option<String>,
}

/// What is compared with what.
pub(crate) struct Pairs<'d> {
    pub(crate) pairs: Vec<(Side<'d>, Side<'d>)>,
    pub(crate) uncompared: Vec<Uncompared>,
    /// Whether an end names several places.
    pub(crate) several: bool,
}

impl<'d> Named<'d> {
    /// What a revision or an address names.
    ///
    /// # Errors
    /// When that can't be told, or is nothing.
    pub(crate) fn new(
        repo: &Repository,
        addresses: &Addresses<'_>,
        deployments: &'d Deployments<'d>,
        text: &str,
    ) -> Result<Named<'d>, Failure> {
        let Some(Deployed { address, target, mut points }) =
            addresses.by_place(deployments, text)?
        else {
            return Side::new(repo, text).map(Named::from);
        };
        if let [(_, point)] = points.as_mut_slice()
            && let Err(why) = point
        {
            return Err(why.clone());
        }
        let forced = if address.forced { FORCED } else { "" };
        let suffix = text.strip_prefix(&address.named()).unwrap_or_default();
        let alone = points.len() == 1;
        let mut members = Vec::new();
        for (place, point) in points {
            let label = match alone {
                true => place.to_string(),
                false => deployments.names().alone(&place),
            };
            let side = match point {
                Ok(point) => {
                    let name = match alone {
                        true => text.to_owned(),
                        false => format!("{forced}{label}{suffix}"),
                    };
                    let whole = target == Target::Environment(place.env);
                    Side::at(repo, addresses, &point, name, whole).map_err(|why| Missing {
                        why: why.message,
                        commit: Some(point.deployment.commit().to_owned()),
                    })
                }
                Err(why) => Err(Missing { why: why.message, commit: None }),
            };
            members.push(Member { place: Some(place), label, side });
        }
        let nowhere = |member: &Member<'_>| {
            let missing = member.side.as_ref().err()?;
            missing.commit.is_none().then(|| missing.why.clone())
        };
        if let Some(reasons) = members.iter().map(nowhere).collect::<Option<Vec<String>>>() {
            let reasons = reasons.join("; ");
            return Err(Failure::new(format!("nothing of {text} is there to compare: {reasons}"))
                .hint(format!("audit show {} lists its deployments", address.named())));
        }
        // What has ended, and did not run at the moment either, is no part of the environment.
        members.retain(|member| {
            nowhere(member).is_none()
                || member.place.is_some_and(|place| deployments.current(&place).is_some())
        });
        Ok(Named { name: text.to_owned(), members })
    }

    /// A place without a service, and a revision, stand for every service.
    fn stands_for_all(&self) -> bool {
        let whole = |place: &Place<'_>| place.service.is_none();
        matches!(self.members.as_slice(), [one] if one.place.as_ref().is_none_or(whole))
    }

    /// What stands for a service.
    fn of(&self, service: Option<&str>) -> Option<&Member<'d>> {
        match self.stands_for_all() {
            true => self.members.first(),
            false => self.members.iter().find(|member| member.service() == service),
        }
    }

    /// The services that it names one by one.
    fn services(&self) -> impl Iterator<Item = Option<&'d str>> {
        let members = if self.stands_for_all() { &[] } else { self.members.as_slice() };
        members.iter().map(Member::service)
    }
}

impl<'d> From<Side<'d>> for Named<'d> {
    fn from(revision: Side<'d>) -> Named<'d> {
        let name = revision.name().to_owned();
        let member = Member { place: None, label: name.clone(), side: Ok(revision) };
        Named { name, members: vec![member] }
    }
}

impl<'d> Member<'d> {
    fn service(&self) -> Option<&'d str> {
        self.place.and_then(|place| place.service)
    }
}

impl<'d> Pairs<'d> {
    /// Pairs the places of two ends.
    ///
    /// # Errors
    /// When there is nothing to compare.
    pub(crate) fn new(from: &Named<'d>, to: &Named<'d>) -> Result<Pairs<'d>, Failure> {
        let matched = match (from.members.as_slice(), to.members.as_slice()) {
            // Whatever their services are.
            ([from], [to]) => vec![(Some(from), Some(to))],
            _ => {
                let all: BTreeSet<Option<&str>> = from.services().chain(to.services()).collect();
                all.into_iter().map(|service| (from.of(service), to.of(service))).collect()
            }
        };
        let one_each = from.members.len() == 1 && to.members.len() == 1;
        let mut pairs = Pairs { pairs: Vec::new(), uncompared: Vec::new(), several: !one_each };
        for (one, other) in matched {
            match (one.map(|one| &one.side), other.map(|other| &other.side)) {
                (Some(Ok(one)), Some(Ok(other))) => pairs.pairs.push((one.clone(), other.clone())),
                _ => pairs.uncompared.push(uncompared([(from, one), (to, other)])),
            }
        }
        let open = pairs.uncompared.iter().any(|one| !one.missing.is_empty());
        if !pairs.pairs.is_empty() || open {
            return Ok(pairs);
        }
        let why = match pairs.uncompared.first() {
            Some(first) => format!(": {}: {}", first.place, first.why),
            None => String::new(),
        };
        Err(Failure::new(format!("nothing of {} can be compared with {}{why}", from.name, to.name))
            .hint("name one place of each: ENV/SERVICE"))
    }
}

/// What one end has, or both have, no commit for.
fn uncompared(ends: [(&Named<'_>, Option<&Member<'_>>); 2]) -> Uncompared {
    let serviceless =
        ends.iter().any(|(_, member)| member.is_some_and(|one| one.service().is_none()));
    let why = ends.iter().filter_map(|(end, member)| match member {
        Some(member) => member.side.as_ref().err().map(|missing| missing.why.clone()),
        None if serviceless => Some(format!("{} has nothing without a service", end.name)),
        None => Some(format!("{} has no such service", end.name)),
    });
    let why = why.collect::<Vec<String>>().join("; ");
    let missing = ends.iter().filter_map(|(_, member)| member.as_ref()?.side.as_ref().err());
    let missing = missing.filter_map(|missing| missing.commit.clone()).collect();
    // What stands for every service has no place there.
    let own = ends.iter().filter(|(end, _)| !end.stands_for_all());
    let own: Vec<&Member<'_>> = own.filter_map(|(_, member)| *member).collect();
    let mut lacking = ends.iter().filter_map(|(_, member)| member.filter(|one| one.side.is_err()));
    let place = own.first().copied().or_else(|| lacking.next());
    let place = place.map_or_else(String::new, |member| member.label.clone());
    let other = own.iter().find_map(|member| member.side.as_ref().ok());
    let other = other.map(|side| (side.name().to_owned(), side.commit().to_owned()));
    Uncompared { place, why, other, missing }
}

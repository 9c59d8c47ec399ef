//! What to trace, as people name it: a revision, an address, a line of a file, a path, a ticket, a change request.

use super::road::Tracer;
use crate::commands::address::Addresses;
use crate::commands::records;
use crate::commands::shell::word;
use crate::event::{Event, Kind};
use crate::git::graph::Commits;
use crate::git::paths::Pathspec;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, blame};
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_LOOKUPS};
use crate::report::text;
use crate::report::trace::Asked;

const PATHS: &str = "paths are read from the folder that you stand in, as in git";
pub(super) const CUT_OFF: &str =
    "history is cut off here (a shallow clone): `git fetch --unshallow` brings the rest";

/// A commit to trace.
pub(super) struct Wanted {
    pub(super) oid: Oid,
    /// How it was found; `None` where it was named.
    pub(super) asked: Option<Asked>,
}

impl From<Oid> for Wanted {
    fn from(oid: Oid) -> Wanted {
        Wanted { oid, asked: None }
    }
}

/// The commits that a name means.
pub(super) struct Found {
    pub(super) commits: Vec<Wanted>,
    /// Whether others may mean it, behind the end of a shallow clone.
    pub(super) may_be_more: bool,
}

impl From<Vec<Wanted>> for Found {
    fn from(commits: Vec<Wanted>) -> Found {
        Found { commits, may_be_more: false }
    }
}

impl Tracer<'_> {
    /// The commits that a name means.
    pub(super) fn find(&self, name: &str) -> Result<Found, Failure> {
        let revision = Addresses::among(self.repo, self.view, self.deployments).revision(name)?;
        let unknown = match self.repo.commit_id(&revision) {
            Ok(oid) => return Ok(vec![oid.into()].into()),
            Err(failure) => failure,
        };
        if let Some((path, number)) = line_of(name) {
            let line = blame::line(self.repo, path, number)?;
            let asked = self.asked(name, line.commit, Some(line.text));
            return Ok(vec![Wanted { oid: line.commit, asked: Some(asked) }].into());
        }
        // What looks like a ticket may be a file as well.
        let ticket = !self.reader.tickets.find(name, None).is_empty();
        if !ticket
            && self.is_path(name)?
            && let Some(changed) = self.guessed(name)?
        {
            return Ok(vec![changed].into());
        }
        let commits: Vec<Wanted> = self.naming(name)?.into_iter().map(Wanted::from).collect();
        if !commits.is_empty() {
            return Ok(Found { commits, may_be_more: !self.repo.shallow().is_empty() });
        }
        let mut named = self.recorded(name)?;
        if named.is_empty() && name.contains(['/', '.']) {
            // A file that is gone was last changed by what removed it.
            named.extend(self.guessed(name)?);
        }
        if named.is_empty() {
            return Err(Failure::new(format!(
                "'{name}' is no revision and no path, and neither a commit that is here nor a record names it as its ticket or change request"
            ))
            .hint(
                unknown
                    .hint
                    .filter(|_| self.repo.shallow().is_empty())
                    .unwrap_or_else(|| self.elsewhere(name)),
            )
            .unknown(name));
        }
        Ok(named.into())
    }

    /// Where else to look for a name that nothing here has.
    fn elsewhere(&self, name: &str) -> String {
        match self.repo.shallow().is_empty() {
            true => {
                format!("audit log --ticket {} shows what names a ticket", word(name))
            }
            // What lies behind its end may name it.
            false => CUT_OFF.to_owned(),
        }
    }

    /// The last commit of a revision that touched paths.
    pub(super) fn last_change(&self, revision: &str, paths: &[String]) -> Result<Wanted, Failure> {
        self.touched(revision, paths)?.ok_or_else(|| {
            let what = paths.join(", ");
            Failure::new(format!("no commit at {revision} touched {what}")).hint(
                match self.repo.shallow().is_empty() {
                    true => PATHS,
                    false => CUT_OFF,
                },
            )
        })
    }

    /// As [`Tracer::last_change`]; `None` where no commit touched them.
    fn touched(&self, revision: &str, paths: &[String]) -> Result<Option<Wanted>, Failure> {
        let resolved =
            Addresses::among(self.repo, self.view, self.deployments).revision(revision)?;
        let tip = Tip { oid: self.repo.commit_id(&resolved)?, exclude: false };
        let paths_meant = Pathspec::parse(paths, self.repo.prefix())?;
        let plan = Plan { tips: vec![tip], paths: Some(paths_meant), ..Plan::default() };
        let Some(walked) = Walk::new(Commits::new(self.repo), plan)?.next() else {
            return Ok(None);
        };
        let oid = walked?.oid;
        let what = paths.join(", ");
        Ok(Some(Wanted { oid, asked: Some(self.asked(&what, oid, None)) }))
    }

    /// As [`Tracer::touched`], for what was not said to be a path, and may be none.
    fn guessed(&self, path: &str) -> Result<Option<Wanted>, Failure> {
        let literal = [literally(path)];
        if Pathspec::parse(&literal, self.repo.prefix()).is_err()
            || self.repo.commit_id("HEAD").is_err()
        {
            return Ok(None);
        }
        Ok(self.touched("@", &literal)?.map(|mut wanted| {
            if let Some(asked) = &mut wanted.asked {
                asked.guessed = true;
                asked.what = path.to_owned();
            }
            wanted
        }))
    }

    fn asked(&self, what: &str, found: Oid, line: Option<String>) -> Asked {
        Asked {
            what: what.to_owned(),
            guessed: false,
            line,
            named_by: Vec::new(),
            may_lie_before: self.repo.shallow().contains(&found),
        }
    }

    /// Whether HEAD has a file or folder of this name.
    fn is_path(&self, name: &str) -> Result<bool, Failure> {
        let path = Pathspec::parse(&[literally(name)], self.repo.prefix());
        let (Ok(path), Ok(head)) = (path, self.repo.commit_id("HEAD")) else {
            return Ok(false);
        };
        path.are_in(self.repo, self.repo.tree_of(head)?)
    }

    /// The commits that name a ticket or change request, newest first: those of all branches and tags, and what
    /// was deployed.
    fn naming(&self, name: &str) -> Result<Vec<Oid>, Failure> {
        let wanted = name.to_lowercase();
        // Making an event of every commit would take longer than looking for the one word.
        let word: String = wanted.chars().filter(|c| c.is_alphanumeric()).collect();
        let tail = wanted.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or(&word).to_owned();
        if tail.is_empty() {
            return Ok(Vec::new());
        }
        let mut tips = self.repo.all_tips()?;
        let deployed = self.deployed.iter().filter_map(|deployed| deployed.tip);
        let deployed = deployed.filter(|tip| self.repo.has_commit(tip.oid));
        tips.extend(deployed.map(|tip| Tip { oid: tip.oid, exclude: false }));
        let plan = Plan { tips, ..Plan::default() };
        let work = |walked: Result<Walked, Failure>| -> Result<Option<Oid>, Failure> {
            let walked = walked?;
            if !String::from_utf8_lossy(&walked.raw).to_lowercase().contains(&tail) {
                return Ok(None);
            }
            let event = self.reader.event(self.repo, &walked)?.event;
            let change = event.commit().and_then(|facts| facts.change.as_ref());
            let mut names = event.why.tickets.iter().chain(change.map(|change| &change.id));
            Ok(names.any(|name| name.to_lowercase() == wanted).then_some(walked.oid))
        };
        let mut found = Vec::new();
        let walk = Walk::new(Commits::new(self.repo), plan)?;
        pipeline::try_each(walk, work, |oid| found.extend(oid))?;
        found.extend(self.recorded_as(&wanted));
        Ok(found)
    }

    /// The merge commits that change records give for the number of a request.
    fn recorded_as(&self, wanted: &str) -> Vec<Oid> {
        let number = wanted.trim_start_matches(['#', '!']);
        let changes = self.events.iter().filter(|event| event.kind == Kind::Change);
        changes
            .filter(|event| event.request_number().as_deref() == Some(number))
            .filter_map(|event| self.repo.here(event.field("merge_commit")?))
            .collect()
    }

    /// The commits that records tell of which name a ticket or incident: what they deployed, merged, built; of a
    /// rollback because of an incident, what it took away.
    fn recorded(&self, name: &str) -> Result<Vec<Wanted>, Failure> {
        let wanted = name.to_lowercase();
        let named = pipeline::each(self.events, FEW_LOOKUPS, |event| names(event, &wanted));
        let records: Vec<(&Recorded, Named)> = self
            .events
            .iter()
            .zip(named)
            .filter_map(|(event, named)| Some((event, named?)))
            .collect();
        let Some((last, _)) = records.last() else { return Ok(Vec::new()) };
        let mut found: Vec<Wanted> = Vec::new();
        for (record, named) in &records {
            let fields: &[&str] = match named {
                Named::Incident if record.kind == Kind::Rollback => &["from_commit"],
                Named::Incident | Named::Ticket => &["commit", "merge_commit"],
            };
            let Some(id) = fields.iter().find_map(|name| record.field(name)) else { continue };
            let Some(oid) = self.repo.here(id) else { continue };
            let at = found.iter().position(|one| one.oid == oid).unwrap_or_else(|| {
                found.push(Wanted { oid, asked: Some(self.asked(name, oid, None)) });
                found.len() - 1
            });
            if let Some(asked) = &mut found[at].asked {
                // Whoever deployed it did not ask for a last change.
                asked.may_lie_before = false;
                asked.named_by.push(records::judged(self.view, self.judge, &record.id)?);
            }
        }
        if found.is_empty() {
            let count = records.len();
            let name_it = if count == 1 { "record names" } else { "records name" };
            return Err(Failure::new(format!(
                "{count} {name_it} '{name}', but no commit that is here"
            ))
            .hint(format!(
                "audit show {} shows the last of them; audit log --ticket {} lists those that name it as their ticket",
                text::short(&last.id),
                word(name)
            )));
        }
        Ok(found)
    }
}

/// A path that is not read as a pattern.
fn literally(path: &str) -> String {
    format!(":(literal){path}")
}

/// How a record names what somebody asks for.
#[derive(Clone, Copy)]
enum Named {
    Ticket,
    Incident,
}

fn names(event: &Event, wanted: &str) -> Option<Named> {
    let is = |name: &str| name.to_lowercase() == wanted;
    if event.why.tickets.iter().any(|ticket| is(ticket)) {
        return Some(Named::Ticket);
    }
    event.field("incident").is_some_and(is).then_some(Named::Incident)
}

/// `PATH:LINE` taken apart; `None` for another text.
fn line_of(text: &str) -> Option<(&str, u32)> {
    let (path, line) = text.rsplit_once(':')?;
    let line = line.parse().ok().filter(|&line| line > 0)?;
    (!path.is_empty()).then_some((path, line))
}

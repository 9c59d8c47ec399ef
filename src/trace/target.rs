//! What to trace, as people name it: a revision, an address, a line of a file, a path, a ticket, a change request.

use super::tracer::Tracer;
use super::{Asked, TraceTarget};
use crate::event::{Event, Kind, short};
use crate::evidence::addresses::Addresses;
use crate::git::graph::Commits;
use crate::git::paths::Pathspec;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, blame};
use crate::ledger::Recorded;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_LOOKUPS};
use crate::ui::shell::word;

const PATHS: &str = "paths are read from the folder that you stand in, as in git";
pub(crate) const CUT_OFF: &str =
    "history is cut off here (a shallow clone): `git fetch --unshallow` brings the rest";

/// The commits that a name means.
pub(crate) struct Found {
    pub(crate) commits: Vec<TraceTarget>,
    /// Whether others may mean it, behind the end of a shallow clone.
    pub(crate) may_be_more: bool,
}

impl From<Vec<TraceTarget>> for Found {
    fn from(commits: Vec<TraceTarget>) -> Found {
        Found { commits, may_be_more: false }
    }
}

impl Tracer<'_> {
    /// The commits that a name means.
    pub(crate) fn find(&self, name: &str) -> Result<Found, Failure> {
        let revision = Addresses::among(&self.evidence).revision(name)?;
        let unknown = match self.evidence.repo.commit_id(&revision) {
            Ok(oid) => return Ok(vec![oid.into()].into()),
            Err(failure) => failure,
        };
        if let Some((path, number)) = line_of(name) {
            let line = blame::line(self.evidence.repo, path, number)?;
            let asked = self.asked(name, line.commit, Some(line.text));
            return Ok(vec![TraceTarget { oid: line.commit, asked: Some(asked) }].into());
        }
        // What looks like a ticket may be a file as well.
        let ticket = !self.reader.tickets.find(name, None).is_empty();
        if !ticket
            && self.is_path(name)?
            && let Some(changed) = self.guessed(name)?
        {
            return Ok(vec![changed].into());
        }
        let commits = self.naming(name)?;
        if !commits.is_empty() {
            return Ok(Found { commits, may_be_more: !self.evidence.repo.shallow().is_empty() });
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
                    .filter(|_| self.evidence.repo.shallow().is_empty())
                    .unwrap_or_else(|| self.elsewhere(name)),
            )
            .unknown(name));
        }
        Ok(named.into())
    }

    /// Where else to look for a name that nothing here has.
    fn elsewhere(&self, name: &str) -> String {
        match self.evidence.repo.shallow().is_empty() {
            true => {
                format!("audit log --ticket {} shows what names a ticket", word(name))
            }
            // What lies behind its end may name it.
            false => CUT_OFF.to_owned(),
        }
    }

    /// The last commit of a revision that touched paths.
    pub(crate) fn last_change(
        &self,
        revision: &str,
        paths: &[String],
    ) -> Result<TraceTarget, Failure> {
        self.touched(revision, paths)?.ok_or_else(|| {
            let what = paths.join(", ");
            Failure::new(format!("no commit at {revision} touched {what}")).hint(
                match self.evidence.repo.shallow().is_empty() {
                    true => PATHS,
                    false => CUT_OFF,
                },
            )
        })
    }

    /// As [`Tracer::last_change`]; `None` where no commit touched them.
    fn touched(&self, revision: &str, paths: &[String]) -> Result<Option<TraceTarget>, Failure> {
        let resolved = Addresses::among(&self.evidence).revision(revision)?;
        let tip = Tip { oid: self.evidence.repo.commit_id(&resolved)?, exclude: false };
        let paths_meant = Pathspec::parse(paths, self.evidence.repo.prefix())?;
        let plan = Plan { tips: vec![tip], paths: Some(paths_meant), ..Plan::default() };
        let Some(walked) = Walk::new(Commits::new(self.evidence.repo), plan)?.next() else {
            return Ok(None);
        };
        let oid = walked?.oid;
        let what = paths.join(", ");
        Ok(Some(TraceTarget { oid, asked: Some(self.asked(&what, oid, None)) }))
    }

    /// As [`Tracer::touched`], for what was not said to be a path, and may be none.
    fn guessed(&self, path: &str) -> Result<Option<TraceTarget>, Failure> {
        let literal = [literally(path)];
        if Pathspec::parse(&literal, self.evidence.repo.prefix()).is_err()
            || self.evidence.repo.commit_id("HEAD").is_err()
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
            may_lie_before: self.evidence.repo.shallow().contains(&found),
        }
    }

    /// Whether HEAD has a file or folder of this name.
    fn is_path(&self, name: &str) -> Result<bool, Failure> {
        let path = Pathspec::parse(&[literally(name)], self.evidence.repo.prefix());
        let (Ok(path), Ok(head)) = (path, self.evidence.repo.commit_id("HEAD")) else {
            return Ok(false);
        };
        path.are_in(self.evidence.repo, self.evidence.repo.tree_of(head)?)
    }

    /// The commits that name a ticket or change request, newest first: those of all branches and tags, and what
    /// was deployed; and those that change records say it was merged by.
    fn naming(&self, name: &str) -> Result<Vec<TraceTarget>, Failure> {
        let wanted = name.to_lowercase();
        // Making an event of every commit would take longer than looking for the one word.
        let word: String = wanted.chars().filter(|c| c.is_alphanumeric()).collect();
        let tail = wanted.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or(&word).to_owned();
        if tail.is_empty() {
            return Ok(Vec::new());
        }
        let mut tips = self.evidence.repo.all_tips()?;
        let deployed = self.deployed.iter().filter_map(|deployed| deployed.tip);
        let deployed = deployed.filter(|tip| self.evidence.repo.has_commit(tip.oid));
        tips.extend(deployed.map(|tip| Tip { oid: tip.oid, exclude: false }));
        let plan = Plan { tips, ..Plan::default() };
        let work = |walked: Result<Walked, Failure>| -> Result<Option<Oid>, Failure> {
            let walked = walked?;
            if !String::from_utf8_lossy(&walked.raw).to_lowercase().contains(&tail) {
                return Ok(None);
            }
            let event = self.reader.event(self.evidence.repo, &walked)?.event;
            let change = event.commit().and_then(|facts| facts.change.as_ref());
            let mut names = event.why.tickets.iter().chain(change.map(|change| &change.id));
            Ok(names.any(|name| name.to_lowercase() == wanted).then_some(walked.oid))
        };
        let mut found = Vec::new();
        let walk = Walk::new(Commits::new(self.evidence.repo), plan)?;
        pipeline::try_each(walk, work, |oid| found.extend(oid))?;
        let mut wanted_commits: Vec<TraceTarget> =
            found.into_iter().map(TraceTarget::from).collect();
        for (oid, record) in self.recorded_as(&wanted) {
            self.add_record(&mut wanted_commits, name, oid, record)?;
        }
        Ok(wanted_commits)
    }

    /// Says of a commit that a record names it, too.
    fn add_record(
        &self,
        found: &mut Vec<TraceTarget>,
        name: &str,
        oid: Oid,
        record: &Recorded,
    ) -> Result<(), Failure> {
        let at = found.iter().position(|one| one.oid == oid).unwrap_or_else(|| {
            found.push(oid.into());
            found.len() - 1
        });
        let asked = found[at].asked.get_or_insert_with(|| self.asked(name, oid, None));
        // Whoever recorded it did not ask for a last change.
        asked.may_lie_before = false;
        asked.named_by.push(self.evidence.judged(&record.id)?);
        Ok(())
    }

    /// The change records with the number of a request, and the merge commits that they give.
    fn recorded_as(&self, wanted: &str) -> Vec<(Oid, &Recorded)> {
        let number = wanted.trim_start_matches(['#', '!']);
        let changes = self.evidence.records.iter().filter(|event| event.kind == Kind::Change);
        changes
            .filter(|event| event.request_number().as_deref() == Some(number))
            .filter_map(|event| {
                Some((self.evidence.repo.here(event.field("merge_commit")?)?, event))
            })
            .collect()
    }

    /// The commits that records tell of which name a ticket or incident: what they deployed, merged, built; of a
    /// rollback because of an incident, what it took away.
    fn recorded(&self, name: &str) -> Result<Vec<TraceTarget>, Failure> {
        let wanted = name.to_lowercase();
        let named =
            pipeline::each(self.evidence.records, FEW_LOOKUPS, |event| names(event, &wanted));
        let records: Vec<(&Recorded, Named)> = self
            .evidence
            .records
            .iter()
            .zip(named)
            .filter_map(|(event, named)| Some((event, named?)))
            .collect();
        let Some((last, _)) = records.last() else { return Ok(Vec::new()) };
        let mut found: Vec<TraceTarget> = Vec::new();
        for (record, named) in &records {
            let fields: &[&str] = match named {
                Named::Incident if record.kind == Kind::Rollback => &["from_commit"],
                Named::Incident | Named::Ticket => &["commit", "merge_commit"],
            };
            let Some(id) = fields.iter().find_map(|name| record.field(name)) else { continue };
            let Some(oid) = self.evidence.repo.here(id) else { continue };
            self.add_record(&mut found, name, oid, record)?;
        }
        if found.is_empty() {
            let count = records.len();
            let name_it = if count == 1 { "record names" } else { "records name" };
            return Err(Failure::new(format!(
                "{count} {name_it} '{name}', but no commit that is here"
            ))
            .hint(format!(
                "audit show {} shows the last of them; audit log --ticket {} lists those that name it as their ticket",
                short(&last.id),
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

//! What to trace, as people name it: a revision, an address, a line of a file, a ticket, a change request.

use super::road::Tracer;
use crate::commands::address::Addresses;
use crate::deployments::field;
use crate::event::Kind;
use crate::git::paths::Pathspec;
use crate::git::source::Commits;
use crate::git::walk::{Plan, Tip, Walk, Walked};
use crate::git::{Oid, Repository, blame};
use crate::outcome::Failure;
use crate::pipeline;

impl Tracer<'_> {
    /// The commits that a name means.
    pub(super) fn find(&self, name: &str) -> Result<Vec<Oid>, Failure> {
        let revision = Addresses::among(self.repo, self.view, self.deployments).revision(name)?;
        let unknown = match self.repo.commit_id(&revision) {
            Ok(oid) => return Ok(vec![oid]),
            Err(failure) => failure,
        };
        if let Some((path, line)) = line_of(name) {
            return Ok(vec![blame::last_change(self.repo, path, line)?]);
        }
        let named = self.naming(name)?;
        if named.is_empty() {
            return Err(Failure::new(format!(
                "'{name}' is no revision, and no commit names it as its ticket or change request"
            ))
            .hint(
                unknown
                    .hint
                    .unwrap_or_else(|| "audit log --ticket shows what names a ticket".to_owned()),
            )
            .unknown(name));
        }
        Ok(named)
    }

    /// The commits that name a ticket or change request, newest first.
    fn naming(&self, name: &str) -> Result<Vec<Oid>, Failure> {
        let wanted = name.to_lowercase();
        // Making an event of every commit would take longer than looking for the one word.
        let word: String = wanted.chars().filter(|c| c.is_alphanumeric()).collect();
        let tail = wanted.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or(&word).to_owned();
        if tail.is_empty() {
            return Ok(Vec::new());
        }
        let plan = Plan { tips: self.repo.all_tips()?, ..Plan::default() };
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
            .filter_map(|event| self.repo.here(field(event, "merge_commit")?))
            .collect()
    }
}

/// The last commit at HEAD that touched paths.
pub(super) fn last_change(repo: &Repository, paths: &[String]) -> Result<Oid, Failure> {
    let tip = Tip { oid: repo.commit_id("HEAD")?, exclude: false };
    let paths_meant = Pathspec::parse(paths, repo.prefix())?;
    let plan = Plan { tips: vec![tip], paths: Some(paths_meant), ..Plan::default() };
    match Walk::new(Commits::new(repo), plan)?.next() {
        Some(walked) => Ok(walked?.oid),
        None => Err(Failure::new(format!("no commit at HEAD touched {}", paths.join(", ")))
            .hint("paths are read from the folder that you stand in, as in git")),
    }
}

/// `PATH:LINE` taken apart; `None` for another text.
fn line_of(text: &str) -> Option<(&str, u32)> {
    let (path, line) = text.rsplit_once(':')?;
    let line = line.parse().ok().filter(|&line| line > 0)?;
    (!path.is_empty()).then_some((path, line))
}

//! A push, judged before it is done: what each reference was, and what it would be.
//!
//! ```text
//! refs/heads/main     9f2c1ab0 → 5d0bd5f1    commits between: judged
//! refs/heads/topic    none     → 77a1c9e2    what no other reference leads to: judged
//! refs/tags/v1.4      none     → 1b0bd5f1    judged, though its commit be an old one
//! refs/tags/v1.3      0c55e1d7 → none        was it released? judged
//! ```
//!
//! What is new is found by a walk of its own for each reference that moves, from its new place to its old
//! one: a commit that another branch brought before is new where it arrives (`direct-push` asks). For
//! references that come into being, what the receiver has already is old; for a protected branch, what its
//! protected branches have. One judgement over all of that follows.

use crate::git::graph::Commits;
use crate::git::refs::Ref;
use crate::git::repository::ObjectKind;
use crate::git::walk::{Plan, Tip, Walk};
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use crate::policy::Policy;
use crate::policy::file::matches;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Notes are remarks about commits: what leads to them is no history of the project.
const NOTES: &str = "refs/notes/";

/// A reference that a push creates, moves or deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    /// The full name at the receiver.
    pub(crate) name: String,
    /// What it names there; `None` when it is not there yet.
    pub(crate) old: Option<Oid>,
    /// What it would name; `None` when it is deleted.
    pub(crate) new: Option<Oid>,
}

/// A push and its receiver.
#[derive(Debug)]
pub(crate) struct Push {
    /// What reports call it.
    pub(super) name: String,
    pub(super) updates: Vec<Update>,
    /// The receiver's references before it.
    before: BTreeMap<String, Oid>,
    /// The full name of the receiver's default branch.
    pub(super) head: Option<String>,
    /// The full names under which the trust root may be meant.
    pub(super) trusted: Vec<String>,
}

impl Push {
    /// A push of `updates` to a receiver that has `refs`. An old object that is not here is left aside.
    pub(crate) fn new(
        repo: &Repository,
        name: String,
        refs: Vec<Ref>,
        mut updates: Vec<Update>,
        head: Option<String>,
    ) -> Push {
        let mut before: BTreeMap<String, Oid> =
            refs.into_iter().map(|reference| (reference.name, reference.target)).collect();
        for update in &mut updates {
            match update.old {
                Some(old) if repo.contains(old) => {
                    before.insert(update.name.clone(), old);
                }
                // Somebody else moved it meanwhile: what was known of it is all there is.
                Some(_) => update.old = before.get(&update.name).copied(),
                None => {
                    before.remove(&update.name);
                }
            }
        }
        let trusted = head.iter().cloned().collect();
        Push { name, updates, before, head, trusted }
    }

    /// Says by which name the trust root is meant where git's configuration names a revision.
    pub(crate) fn trusted_by_name(&mut self, name: &str) {
        let full =
            ["", "refs/", "refs/tags/", "refs/heads/"].map(|folder| format!("{folder}{name}"));
        self.trusted = full.into();
    }

    /// The receiver's references before the push.
    pub(crate) fn before(&self) -> Vec<Ref> {
        list(&self.before)
    }

    /// The receiver's references after it.
    pub(super) fn after(&self) -> Vec<Ref> {
        let mut after = self.before.clone();
        for update in &self.updates {
            match update.new {
                Some(new) => after.insert(update.name.clone(), new),
                None => after.remove(&update.name),
            };
        }
        list(&after)
    }

    /// The patterns of protected branches.
    pub(super) fn protected(&self, policy: &Policy) -> Vec<String> {
        let default = self.head.iter().filter_map(|head| head.strip_prefix("refs/heads/"));
        policy.branches.clone().unwrap_or_else(|| default.map(str::to_owned).collect())
    }

    /// The new tips of the protected branches that it moves.
    pub(super) fn protected_tips(
        &self,
        repo: &Repository,
        policy: &Policy,
    ) -> Result<Vec<Oid>, Failure> {
        let patterns = self.protected(policy);
        let moved = self.updates.iter().filter(|update| is_branch(&patterns, &update.name));
        let mut tips = Vec::new();
        for new in moved.filter_map(|update| update.new) {
            tips.extend(commit(repo, new)?);
        }
        Ok(tips)
    }

    /// Walks over what is new to the receiver.
    ///
    /// # Errors
    /// When what is pushed is not here.
    pub(super) fn plans(&self, repo: &Repository, policy: &Policy) -> Result<Vec<Plan>, Failure> {
        let patterns = self.protected(policy);
        let (mut created, mut protected, mut plans) = (Vec::new(), Vec::new(), Vec::new());
        for update in &self.updates {
            // Whatever it is, what is pushed must be here.
            let Some(new) = update.new.map(|new| commit(repo, new)).transpose()? else { continue };
            let Some(new) = new.filter(|_| !update.name.starts_with(NOTES)) else { continue };
            let old = update.old.map(|old| commit(repo, old)).transpose()?.flatten();
            match old {
                _ if update.name.starts_with("refs/tags/") => created.push(new),
                Some(old) => plans.push(plan(&[new], &[old])),
                None if is_branch(&patterns, &update.name) => protected.push(new),
                None => created.push(new),
            }
        }
        if !protected.is_empty() {
            let known = self.known(repo, |name| is_branch(&patterns, name))?;
            plans.push(plan(&protected, &known));
        }
        if !created.is_empty() {
            plans.push(plan(&created, &self.known(repo, |_| true)?));
        }
        Ok(plans)
    }

    /// The commits that references of the receiver lead to.
    fn known(&self, repo: &Repository, wanted: impl Fn(&str) -> bool) -> Result<Vec<Oid>, Failure> {
        let commits = Commits::new(repo);
        let meant = |name: &str| !name.starts_with(NOTES) && wanted(name);
        let named = self.before.iter().filter(|(name, _)| meant(name));
        let targets: BTreeSet<Oid> = named.map(|(_, &target)| target).collect();
        let targets = Vec::from_iter(targets);
        // What the commit-graph holds is a commit: thousands of references are not read for that. One
        // that is broken already keeps nobody from pushing; it only excludes nothing.
        let peel = |&target: &Oid| match commits.generation(target) {
            Some(_) => Ok(Some(target)),
            None => match repo.kind(target)? {
                Some(ObjectKind::Commit) => Ok(Some(target)),
                Some(_) => commit(repo, target),
                None => Ok(None),
            },
        };
        let known = pipeline::each(&targets, FEW_READS, peel);
        known.into_iter().filter_map(Result::transpose).collect()
    }

    /// The references whose old commit the new one does not build on, with that commit.
    pub(super) fn taken_back(&self, repo: &Repository) -> Result<Vec<(&Update, Oid)>, Failure> {
        let mut taken = Vec::new();
        for update in self.updates.iter().filter(|update| !update.name.starts_with(NOTES)) {
            let Some(old) = update.old.map(|old| commit(repo, old)).transpose()?.flatten() else {
                continue;
            };
            let new = update.new.map(|new| commit(repo, new)).transpose()?.flatten();
            let kept = match new {
                Some(new) => selected(repo, plan(&[old], &[new]))?.is_empty(),
                None => false,
            };
            if !kept {
                taken.push((update, old));
            }
        }
        Ok(taken)
    }

    /// What no reference leads to any more once these old commits are gone.
    pub(super) fn lost(&self, repo: &Repository, old: &[Oid]) -> Result<HashSet<Oid>, Failure> {
        if old.is_empty() {
            return Ok(HashSet::new());
        }
        let mut left = Vec::new();
        for reference in self.after() {
            if repo.contains(reference.target) {
                left.extend(commit(repo, reference.target)?);
            }
        }
        selected(repo, plan(old, &left))
    }
}

/// `main` of `refs/heads/main`, `tag v1` of `refs/tags/v1`.
pub(crate) fn short(name: &str) -> String {
    match (name.strip_prefix("refs/heads/"), name.strip_prefix("refs/tags/")) {
        (Some(branch), _) => branch.to_owned(),
        (_, Some(tag)) => format!("tag {tag}"),
        _ => name.to_owned(),
    }
}

fn list(refs: &BTreeMap<String, Oid>) -> Vec<Ref> {
    refs.iter().map(|(name, &target)| Ref::new(name, target)).collect()
}

/// Whether a reference is a branch that one of the patterns means.
fn is_branch(patterns: &[String], name: &str) -> bool {
    name.strip_prefix("refs/heads/").is_some_and(|name| matches(patterns, name))
}

/// The commit that an object leads to; `None` when it leads to a tree or a blob.
fn commit(repo: &Repository, oid: Oid) -> Result<Option<Oid>, Failure> {
    Ok(match repo.peel(oid)? {
        (commit, ObjectKind::Commit) => Some(commit),
        _ => None,
    })
}

fn plan(new: &[Oid], known: &[Oid]) -> Plan {
    let tip = |exclude| move |&oid: &Oid| Tip { oid, exclude };
    // What is known comes first: it marks what is reached from both sides at once.
    let tips = known.iter().map(tip(true)).chain(new.iter().map(tip(false))).collect();
    Plan { tips, ..Plan::default() }
}

/// The commits of a walk.
fn selected(repo: &Repository, plan: Plan) -> Result<HashSet<Oid>, Failure> {
    // Only a limited walk knows beforehand what it selects.
    if !plan.tips.iter().any(|tip| tip.exclude) {
        let mut all = HashSet::new();
        for walked in Walk::new(Commits::verified(repo), plan)? {
            all.insert(walked?.oid);
        }
        return Ok(all);
    }
    Ok(Walk::new(Commits::verified(repo), plan)?.selected().unwrap_or_default())
}

//! From where a commit can be reached: each question about a branch costs one pass over its history,
//! however many commits are asked about.

use crate::git::graph::Commits;
use crate::git::repository::ObjectKind;
use crate::git::{Oid, Repository};
use crate::outcome::Failure;
use crate::policy::file::matches;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Answers for one repository.
pub(super) struct Reach<'r> {
    repo: &'r Repository,
    everything: Option<HashSet<Oid>>,
    branches: HashMap<String, HashSet<Oid>>,
}

impl<'r> Reach<'r> {
    pub(super) fn new(repo: &'r Repository) -> Reach<'r> {
        Reach { repo, everything: None, branches: HashMap::new() }
    }

    /// Whether any reference leads to a commit; `None` when the history that would tell is not here.
    pub(super) fn anything_leads_to(&mut self, oid: Oid) -> Result<Option<bool>, Failure> {
        if self.everything.is_none() {
            let mut tips = Vec::new();
            for reference in self.repo.refs("refs/")? {
                if let Ok((commit, ObjectKind::Commit)) = self.repo.peel(reference.target) {
                    tips.push(commit);
                }
            }
            self.everything = Some(ancestors(self.repo, tips)?);
        }
        let found = self.everything.as_ref().is_some_and(|all| all.contains(&oid));
        Ok(self.certain(found))
    }

    /// The branches, here and at remotes, that match a pattern and lead to a commit; `None` when none
    /// matches, or the history that would tell is not here.
    pub(super) fn branches(
        &mut self,
        oid: Oid,
        patterns: &[String],
    ) -> Result<Option<Vec<String>>, Failure> {
        let mut any = false;
        let mut found = BTreeSet::new();
        for (name, full, target) in branches(self.repo)? {
            if !matches(patterns, &name) {
                continue;
            }
            any = true;
            if !self.branches.contains_key(&full) {
                self.branches.insert(full.clone(), ancestors(self.repo, vec![target])?);
            }
            if self.branches.get(&full).is_some_and(|set| set.contains(&oid)) {
                found.insert(name);
            }
        }
        let decided = any && self.certain(!found.is_empty()).is_some();
        Ok(decided.then(|| found.into_iter().collect()))
    }

    /// In a history that is cut off, only a yes is certain.
    fn certain(&self, found: bool) -> Option<bool> {
        (found || self.repo.shallow().is_empty()).then_some(found)
    }
}

/// All branches, here and at remotes: short name (without the remote's), full name, commit.
pub(super) fn branches(repo: &Repository) -> Result<Vec<(String, String, Oid)>, Failure> {
    let mut branches = Vec::new();
    for reference in repo.refs("refs/")? {
        let full = reference.name.clone();
        let name = match full.strip_prefix("refs/heads/") {
            Some(name) => Some(name),
            None => full
                .strip_prefix("refs/remotes/")
                .and_then(|rest| rest.split_once('/'))
                .map(|(_, name)| name),
        };
        if let Some(name) = name.filter(|name| *name != "HEAD") {
            branches.push((name.to_owned(), full.clone(), reference.target));
        }
    }
    Ok(branches)
}

fn ancestors(repo: &Repository, tips: Vec<Oid>) -> Result<HashSet<Oid>, Failure> {
    let commits = Commits::verified(repo);
    let mut seen: HashSet<Oid> = tips.iter().copied().collect();
    let mut open = tips;
    while let Some(oid) = open.pop() {
        for parent in commits.load(oid)?.links.parents {
            if seen.insert(parent) {
                open.push(parent);
            }
        }
    }
    Ok(seen)
}

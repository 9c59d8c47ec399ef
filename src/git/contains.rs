//! Whether commits contain another one: the question of `git tag --contains` and
//! `git merge-base --is-ancestor`, for many commits at once.
//!
//! Each commit is looked at once, however many are asked about: what was found out about it is kept.
//! The commit-graph, where there is one, ends the search at generation numbers no greater than that of
//! the commit looked for (git's `contains_tag_algo`). Where history ends early (a shallow clone, a
//! commit that is not here), the answer is neither yes nor no.

use super::Oid;
use super::source::Commits;
use crate::outcome::Failure;
use std::collections::HashMap;

/// Whether a commit contains another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contains {
    /// It is the commit, or a descendant of it.
    Yes,
    /// It is neither.
    No,
    /// The history that would tell is not here.
    Unknown,
}

/// Answers for one commit.
pub struct Containing<'c, 'r> {
    commits: &'c Commits<'r>,
    /// Nothing with a generation number up to this one can contain the commit.
    cutoff: Option<u32>,
    known: HashMap<Oid, Contains>,
}

impl<'c, 'r> Containing<'c, 'r> {
    /// Which commits contain `wanted`.
    pub fn new(commits: &'c Commits<'r>, wanted: Oid) -> Containing<'c, 'r> {
        let cutoff = commits.generation(wanted);
        Containing { commits, cutoff, known: HashMap::from([(wanted, Contains::Yes)]) }
    }

    /// Whether `tip` does.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn ask(&mut self, tip: Oid) -> Result<Contains, Failure> {
        // Depth first, without recursion: histories are deeper than stacks. A commit's answer is known
        // once that of its parents is; a `yes` needs no further parent.
        let mut path: Vec<(Oid, Vec<Oid>, Contains)> = Vec::new();
        let mut answer = self.look(tip, &mut path)?;
        while let Some((oid, parents, so_far)) = path.last_mut() {
            if let Some(found) = answer.take() {
                *so_far = match (*so_far, found) {
                    (_, Contains::Yes) => Contains::Yes,
                    (Contains::Unknown, _) | (_, Contains::Unknown) => Contains::Unknown,
                    (so_far, Contains::No) => so_far,
                };
            }
            let next = if *so_far == Contains::Yes { None } else { parents.pop() };
            match next {
                Some(parent) => answer = self.look(parent, &mut path)?,
                None => {
                    let (oid, found) = (*oid, *so_far);
                    path.pop();
                    self.known.insert(oid, found);
                    answer = Some(found);
                }
            }
        }
        // The path is empty, so the answer is that of the tip.
        Ok(answer.unwrap_or(Contains::Unknown))
    }

    /// What is known of a commit; else puts it on the path, so that its parents are asked first.
    fn look(
        &mut self,
        oid: Oid,
        path: &mut Vec<(Oid, Vec<Oid>, Contains)>,
    ) -> Result<Option<Contains>, Failure> {
        if let Some(&known) = self.known.get(&oid) {
            return Ok(Some(known));
        }
        if let Some(cutoff) = self.cutoff
            && self.commits.generation(oid).is_some_and(|generation| generation <= cutoff)
        {
            self.known.insert(oid, Contains::No);
            return Ok(Some(Contains::No));
        }
        let repo = self.commits.repository();
        if !self.commits.has(oid) {
            self.known.insert(oid, Contains::Unknown);
            return Ok(Some(Contains::Unknown));
        }
        let parents = self.commits.load(oid)?.links.parents;
        let ends = repo.shallow().contains(&oid);
        let start = if ends { Contains::Unknown } else { Contains::No };
        path.push((oid, parents, start));
        Ok(None)
    }
}

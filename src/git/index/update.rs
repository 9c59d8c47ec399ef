//! Adds commits to the commit index: reads those that it lacks, and replaces the file.

use super::format::{
    Claim, ClaimEntry, CommitIndex, Entry, HYDRATES, MERGE, encode, path, tree_bits,
};
use crate::git::claims::Named;
use crate::git::graph::Commits;
use crate::git::objects::kind::ObjectKind;
use crate::git::{Oid, Repository, object};
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_READS};
use std::collections::{HashMap, HashSet};
use std::io::Write as _;

/// The result of an update.
#[derive(Debug)]
pub struct Update {
    /// The number of commits in the index.
    pub commits: usize,
    /// How many of them are new.
    pub read: usize,
    /// How many commits were left out because an ancestor is missing or cannot be read, and the first such failure.
    pub left_out: Option<(usize, Failure)>,
}

/// Adds what an index lacks of the histories of `tips`, or writes the first one. `progress` is called after each commit
/// read, whose id is then verified.
///
/// # Errors
/// When the file cannot be written.
pub fn update(
    repo: &Repository,
    old: Option<&CommitIndex>,
    tips: &[Oid],
    progress: impl Fn(),
) -> Result<Update, Failure> {
    let New { commits: mut new, failed } = read_new(repo, old, tips, progress);
    let read = new.len();
    drop_descendants(&mut new, failed.iter().map(|(oid, _)| *oid));
    let left_out = failed.into_iter().next().map(|(_, failure)| (read - new.len(), failure));
    let commits = new.len() + old.map_or(0, CommitIndex::len);
    let update = Update { commits, read: new.len(), left_out };
    if old.is_some() && update.read == 0 {
        return Ok(update);
    }
    save(repo, &merged(repo, old, new))?;
    Ok(update)
}

/// Commits that an index lacks.
struct New {
    commits: Vec<Commit>,
    failed: Vec<(Oid, Failure)>,
}

/// Reads the commits that an index lacks, generation by generation.
fn read_new(
    repo: &Repository,
    old: Option<&CommitIndex>,
    tips: &[Oid],
    progress: impl Fn(),
) -> New {
    let is_new = |oid: &Oid| old.is_none_or(|old| !old.has(*oid));
    let mut new = New { commits: Vec::new(), failed: Vec::new() };
    let mut seen = HashSet::new();
    let mut next: Vec<Oid> = tips.to_vec();
    loop {
        next.retain(|oid| is_new(oid) && seen.insert(*oid));
        if next.is_empty() {
            return new;
        }
        let read = pipeline::each(&next, FEW_READS, |oid: &Oid| Commit::read(repo, *oid));
        for (oid, commit) in std::mem::take(&mut next).into_iter().zip(read) {
            match commit {
                Ok(commit) => {
                    next.extend(&commit.parents);
                    new.commits.push(commit);
                }
                Err(failure) => new.failed.push((oid, failure)),
            }
            progress();
        }
    }
}

/// The bytes of an index of old and new commits.
fn merged(repo: &Repository, old: Option<&CommitIndex>, new: Vec<Commit>) -> Vec<u8> {
    let (mut entries, mut claims) = (Vec::new(), Vec::new());
    for commit in new {
        entries.push(commit.entry);
        claims.extend(commit.claims);
    }
    entries.sort_unstable_by_key(|entry: &Entry| entry.oid);
    for claim in claims.iter_mut().filter(|claim| claim.is(Claim::PickedFrom)) {
        claim.of_merge = claim.target(repo.hash()).is_some_and(|target| {
            find(&entries, target).map_or_else(|| is_merge(repo, old, target), Entry::is_merge)
        });
    }
    if let Some(old) = old {
        for mut claim in old.claims() {
            let target = claim.target(repo.hash()).and_then(|target| find(&entries, target));
            claim.of_merge = target.map_or(claim.of_merge, Entry::is_merge);
            claims.push(claim);
        }
        entries.extend(old.entries());
    }
    encode(repo.hash(), entries, claims)
}

/// Finds a commit among sorted ones.
fn find(entries: &[Entry], oid: Oid) -> Option<&Entry> {
    entries.get(entries.binary_search_by_key(&oid, |entry| entry.oid).ok()?)
}

/// Whether a commit is a merge: one in the index, or one that no branch contains any more. An unreadable commit counts as
/// none; no commit in the index has it as an ancestor.
fn is_merge(repo: &Repository, old: Option<&CommitIndex>, oid: Oid) -> bool {
    if let Some((old, number)) = old.and_then(|old| Some((old, old.number(oid)?))) {
        return old.facts_of(number) & MERGE != 0;
    }
    let found = Commits::without_graph(repo).find(oid);
    found.is_ok_and(|found| found.is_some_and(|loaded| loaded.links.parents.len() > 1))
}

/// Drops the descendants of some commits.
fn drop_descendants(commits: &mut Vec<Commit>, of: impl Iterator<Item = Oid>) {
    let mut pending: Vec<Oid> = of.collect();
    if pending.is_empty() {
        return;
    }
    let mut children: HashMap<Oid, Vec<Oid>> = HashMap::new();
    for commit in &*commits {
        for &parent in &commit.parents {
            children.entry(parent).or_default().push(commit.entry.oid);
        }
    }
    let mut dropped = HashSet::new();
    while let Some(oid) = pending.pop() {
        for &child in children.get(&oid).into_iter().flatten() {
            if dropped.insert(child) {
                pending.push(child);
            }
        }
    }
    commits.retain(|commit| !dropped.contains(&commit.entry.oid));
}

/// What the index stores about a commit, and its parents.
struct Commit {
    entry: Entry,
    claims: Vec<ClaimEntry>,
    parents: Vec<Oid>,
}

impl Commit {
    fn read(repo: &Repository, oid: Oid) -> Result<Commit, Failure> {
        Commits::without_graph(repo).skim(oid, |raw| {
            repo.verify(oid, ObjectKind::Commit, raw)?;
            let commit = object::commit(raw, repo.hash())
                .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
            let named = Named::by(commit.message);
            let mut facts = tree_bits(commit.tree);
            facts |= if commit.parents.len() > 1 { MERGE } else { 0 };
            facts |= if named.hydrates.is_some() { HYDRATES } else { 0 };
            let author = libdeflater::crc32(commit.author.unwrap_or_default());
            let claims = [
                (Claim::Reverts, named.reverts),
                (Claim::PickedFrom, named.picked_from),
                (Claim::Hydrates, Vec::from_iter(named.hydrates)),
            ];
            let claims = claims
                .into_iter()
                .flat_map(|(claim, ids)| ids.into_iter().map(move |id| (claim, id)))
                .map(|(claim, id)| ClaimEntry::new(claim, &id, oid))
                .collect();
            Ok(Commit { entry: Entry { oid, author, facts }, claims, parents: commit.parents })
        })?
    }
}

/// Replaces the index of a repository, if there is one.
fn save(repo: &Repository, bytes: &[u8]) -> Result<(), Failure> {
    let path = path(repo);
    let write = || {
        let folder = repo.common_dir().join("audit");
        std::fs::create_dir_all(&folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix("commits.index.");
        // Readable as other files there: the umask decides.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
    })
}

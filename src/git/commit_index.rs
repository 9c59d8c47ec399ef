//! An index of what commits say, beside the ledger: who names which other commit, and who has which author line and
//! which tree. With it, whoever looks for the copies of a commit or for what takes it back reads those that may be
//! some, instead of all that came later.
//!
//! ```text
//! <git common dir>/audit/commits.index
//!
//! header   "AUDITIDX" │ version 1 │ hash, 1 for SHA-1, 2 for SHA-256 │ two zeros │ how many claims
//! ids      how many ids begin with a byte up to 0, 1, … 255 │ the ids, sorted
//! authors  for each commit the CRC-32 of its author line
//! facts    for each whether it is a merge, whether it names what it was rendered from, and 30 bits of its tree's id
//! claims   an id as a message has it, filled up with zeros to 32 bytes │ how many digits │ what is claimed │
//!          1 where it is the full id of a merge │ a zero │ the number of the commit that claims it
//! CRC-32   of all before it
//! ```
//!
//! Numbers have four bytes, the highest first; claims are sorted. A commit that the index has it has with all its
//! ancestors: behind it nothing needs to be read.
//!
//! It is a cache, as the commit-graph is, that anybody with access to the folder could alter. What it points at is read
//! before it is believed, but what it keeps silent about is not looked for. No verdict of `audit verify` hangs on it.

use super::claims::Named;
use super::graph::Commits;
use super::repository::ObjectKind;
use super::sorted_ids::SortedIds;
use super::{HashKind, Oid, Repository, object};
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_LOOKUPS, FEW_READS};
use filebuffer::FileBuffer;
use std::collections::{HashMap, HashSet};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

/// With the version: another one whenever [`Named::by`] finds other claims than it did.
const BEGIN: &[u8] = b"AUDITIDX\x01";
const HEADER: usize = 16;
/// Set in the facts of a commit of several parents.
const MERGE: u32 = 1 << 31;
/// Set in the facts of one that names the code commit of its rendered manifests.
const HYDRATES: u32 = 1 << 30;

/// So many commits may be found, each of which takes a search. An import may give all its commits one author and one date.
const MOST_FOUND: usize = 64;

/// So many commits may be lacking.
const MOST_LACKING: usize = 1_000;

/// What a message claims about another commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// `This reverts commit …`
    Reverts = 1,
    /// `(cherry picked from commit …)`
    PickedFrom = 2,
    /// `Argocd-reference-commit-sha: …`
    Hydrates = 3,
}

/// An index that was found.
pub struct CommitIndex {
    /// Another is put in its place, never written into it; so it may be mapped.
    file: FileBuffer,
    hash: HashKind,
    ids: SortedIds,
    authors: usize,
    facts: usize,
    claims: usize,
    claims_end: usize,
}

/// Where the index of a repository is.
fn path(repo: &Repository) -> PathBuf {
    repo.common_dir().join("audit/commits.index")
}

impl CommitIndex {
    /// The index of a repository; `None` where there is none, and in a shallow clone, where history ends early.
    ///
    /// # Errors
    /// When it can't be read, or is damaged.
    pub fn open(repo: &Repository) -> Result<Option<CommitIndex>, Failure> {
        if !repo.shallow().is_empty() {
            return Ok(None);
        }
        let path = path(repo);
        let file = match FileBuffer::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::new(format!("cannot read {}: {error}", path.display())));
            }
        };
        let index = CommitIndex::parse(file, repo.hash());
        index.map(Some).ok_or_else(|| {
            Failure::new(format!(
                "{} is damaged, or was written by another version",
                path.display()
            ))
            .hint("audit index --full writes it anew")
        })
    }

    fn parse(file: FileBuffer, hash: HashKind) -> Option<CommitIndex> {
        let header = file.get(..HEADER)?;
        let id = hash.hex_len() / 2;
        if !header.starts_with(BEGIN) || header[9] != kind_of(hash) {
            return None;
        }
        let claims = u32::from_be_bytes(*header.last_chunk()?) as usize;
        let ids = SortedIds::new(&file, HEADER, HEADER + SortedIds::TABLE, id)?;
        let authors = ids.range().end;
        let facts = authors + 4 * ids.len();
        let claims_begin = facts + 4 * ids.len();
        let claims_end = claims_begin.saturating_add(Row::LEN.saturating_mul(claims));
        let sum = u32::from_be_bytes(file.get(claims_end..)?.try_into().ok()?);
        if libdeflater::crc32(&file[..claims_end]) != sum {
            return None;
        }
        Some(CommitIndex { file, hash, ids, authors, facts, claims: claims_begin, claims_end })
    }

    /// How many commits it has.
    fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it has a commit, and so all its ancestors.
    pub fn has(&self, oid: Oid) -> bool {
        self.number(oid).is_some()
    }

    fn number(&self, oid: Oid) -> Option<usize> {
        self.ids.find(&self.file, oid.as_bytes())
    }

    /// The commit with a number.
    fn oid(&self, number: usize) -> Option<Oid> {
        if number >= self.len() {
            return None;
        }
        self.hash.of_bytes(self.ids.get(&self.file, number))
    }

    /// A column of numbers, one for each commit.
    fn column(&self, begin: usize) -> &[[u8; 4]] {
        self.file[begin..begin + 4 * self.len()].as_chunks().0
    }

    fn facts(&self, number: usize) -> u32 {
        self.column(self.facts).get(number).map_or(0, |&facts| u32::from_be_bytes(facts))
    }

    /// Whether a commit names the code commit of its rendered manifests; `None` where the index does not have it.
    pub fn hydrates(&self, oid: Oid) -> Option<bool> {
        Some(self.facts(self.number(oid)?) & HYDRATES != 0)
    }

    /// The commits that may have this author line: what follows `author `.
    pub fn authored(&self, line: &[u8]) -> impl Iterator<Item = Oid> {
        let sum = libdeflater::crc32(line);
        self.alike(self.authors, move |author| author == sum)
    }

    /// The commits that are no merges and may have this tree.
    pub fn with_tree(&self, tree: Oid) -> impl Iterator<Item = Oid> {
        let wanted = tree_bits(tree);
        self.alike(self.facts, move |facts| facts & !HYDRATES == wanted)
    }

    /// The commits that have such a number in a column.
    fn alike(&self, column: usize, is: impl Fn(u32) -> bool + Copy) -> impl Iterator<Item = Oid> {
        const AT_ONCE: usize = 64;
        let is = move |number: &[u8; 4]| is(u32::from_be_bytes(*number));
        let parts = self.column(column).chunks(AT_ONCE).enumerate();
        // Few have it: looking through many without a branch for each is faster.
        let parts =
            parts.filter(move |(_, part)| part.iter().fold(false, |any, one| any | is(one)));
        let found = parts.flat_map(move |(part, numbers)| {
            let found = numbers.iter().enumerate().filter(move |(_, number)| is(number));
            found.map(move |(at, _)| part * AT_ONCE + at)
        });
        found.filter_map(|number| self.oid(number))
    }

    fn rows(&self) -> &[[u8; Row::LEN]] {
        self.file[self.claims..self.claims_end].as_chunks().0
    }

    /// The commits that claim this of another, by an id or the beginning of one with which its name begins.
    pub fn claiming(&self, claim: Claim, name: &str) -> impl Iterator<Item = Oid> {
        let shortest = Row::shortest(name);
        let rows = self.rows();
        let from = rows.partition_point(|row| Row(row).begin() < shortest);
        let rows = rows[from..].iter().take_while(move |row| Row(row).begin() == shortest);
        let of = rows.filter(move |row| row[Row::CLAIM] == claim as u8 && Row(row).begins(name));
        of.filter_map(|row| self.oid(Row(row).number()))
    }

    /// The commits that claim to be picked from a merge, by its full id, and that merge. One that came here after them is
    /// known for one once the index has it.
    pub fn picked_from_merges(&self) -> impl Iterator<Item = (Oid, Oid)> {
        let of = self
            .rows()
            .iter()
            .filter(|row| row[Row::CLAIM] == Claim::PickedFrom as u8 && row[Row::OF_MERGE] != 0);
        let id = self.hash.hex_len() / 2;
        of.filter_map(move |row| {
            Some((self.oid(Row(row).number())?, self.hash.of_bytes(&row[..id])?))
        })
    }

    /// What was `found` in the index, and what it lacks of the histories of `tips`: all that is to be read. `None` where
    /// that is so much that looking through history costs less than to ask of each whether the tips hold it.
    ///
    /// # Errors
    /// When a commit on the way is here but can't be read.
    pub fn list(
        &self,
        commits: &Commits<'_>,
        found: impl Iterator<Item = Oid>,
        tips: &[Oid],
    ) -> Result<Option<Vec<Oid>>, Failure> {
        let mut list: Vec<Oid> = found.take(MOST_FOUND + 1).collect();
        if list.len() > MOST_FOUND {
            return Ok(None);
        }
        let Some(lacks) = self.lacks(commits, tips)? else { return Ok(None) };
        list.extend(lacks);
        Ok(Some(list))
    }

    /// The commits of some histories that the index does not have; `None` for more than [`MOST_LACKING`]. What is not
    /// here, or no commit, is for others to complain about.
    fn lacks(&self, commits: &Commits<'_>, tips: &[Oid]) -> Result<Option<Vec<Oid>>, Failure> {
        let has = pipeline::each(tips, FEW_LOOKUPS, |&tip| self.has(tip));
        let lacking = tips.iter().zip(has).filter(|(_, has)| !has);
        let mut pending: Vec<Oid> = lacking.map(|(&tip, _)| tip).collect();
        let (mut lacks, mut seen) = (Vec::new(), HashSet::new());
        while let Some(oid) = pending.pop() {
            if seen.insert(oid)
                && let Some(parents) = commits.parents_of(commits.node(oid))?
            {
                if lacks.len() == MOST_LACKING {
                    return Ok(None);
                }
                lacks.push(oid);
                let parents = parents.into_iter().filter_map(|parent| commits.oid_of(parent));
                pending.extend(parents.filter(|&parent| !self.has(parent)));
            }
        }
        Ok(Some(lacks))
    }
}

/// A claim in the file.
struct Row<'f>(&'f [u8; Row::LEN]);

impl Row<'_> {
    const LEN: usize = 40;
    const DIGITS: usize = 32;
    const CLAIM: usize = 33;
    const OF_MERGE: usize = 34;

    /// The first seven digits: no claim has fewer.
    fn begin(&self) -> u32 {
        self.0.first_chunk().map_or(0, |begin| u32::from_be_bytes(*begin) >> 4)
    }

    /// The first seven digits of a name.
    fn shortest(name: &str) -> u32 {
        name.get(..7).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(u32::MAX)
    }

    /// Whether a name begins with its digits.
    fn begins(&self, name: &str) -> bool {
        let digits = usize::from(self.0[Row::DIGITS]);
        let same = |(at, digit): (usize, u8)| {
            let byte = self.0[at / 2];
            let own = if at % 2 == 0 { byte >> 4 } else { byte & 15 };
            char::from(digit).to_digit(16) == Some(u32::from(own))
        };
        digits <= 64 && digits <= name.len() && name.bytes().take(digits).enumerate().all(same)
    }

    /// The number of the commit that claims it.
    fn number(&self) -> usize {
        self.0.last_chunk().map_or(usize::MAX, |number| u32::from_be_bytes(*number) as usize)
    }
}

/// The facts of a commit of one parent or none with this tree, that names no code commit.
fn tree_bits(tree: Oid) -> u32 {
    let begin = tree.as_bytes().first_chunk().map_or(0, |begin| u32::from_be_bytes(*begin));
    begin & !(MERGE | HYDRATES)
}

fn kind_of(hash: HashKind) -> u8 {
    match hash {
        HashKind::Sha1 => 1,
        HashKind::Sha256 => 2,
    }
}

/// A commit to be written.
struct Entry {
    oid: Oid,
    author: u32,
    facts: u32,
}

impl Entry {
    fn is_merge(&self) -> bool {
        self.facts & MERGE != 0
    }
}

/// The commit with an id, of commits that are sorted.
fn find(entries: &[Entry], oid: Oid) -> Option<&Entry> {
    entries.get(entries.binary_search_by_key(&oid, |entry| entry.oid).ok()?)
}

/// What a message claims, to be written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    id: [u8; 32],
    digits: u8,
    claim: u8,
    by: Oid,
    of_merge: bool,
}

/// What came of writing an index.
#[derive(Debug)]
pub struct Update {
    /// How many commits it has.
    pub commits: usize,
    /// How many of them were read.
    pub read: usize,
    /// How many were read in vain, because they build on what can't be read or is not here; and the first failure.
    pub left_out: Option<(usize, Failure)>,
}

/// Adds to an index what it lacks of the histories of `tips`, or writes the first one. `read` is told of every commit
/// that was read, whose id is verified.
///
/// # Errors
/// When the file can't be written.
pub fn write(
    repo: &Repository,
    old: Option<&CommitIndex>,
    tips: &[Oid],
    read: impl Fn(),
) -> Result<Update, Failure> {
    let is_new = |oid: &Oid| old.is_none_or(|old| !old.has(*oid));
    let (mut new, mut failed) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut next: Vec<Oid> = tips.to_vec();
    loop {
        next.retain(|oid| is_new(oid) && seen.insert(*oid));
        if next.is_empty() {
            break;
        }
        let looked_at = pipeline::each(&next, FEW_READS, |oid: &Oid| Read::new(repo, *oid));
        let looked_at: Vec<_> = std::mem::take(&mut next).into_iter().zip(looked_at).collect();
        for (oid, looked_at) in looked_at {
            match looked_at {
                Ok(looked_at) => {
                    next.extend(&looked_at.parents);
                    new.push(looked_at);
                }
                Err(failure) => failed.push((oid, failure)),
            }
            read();
        }
    }
    let all = new.len();
    leave_out(&mut new, failed.iter().map(|(oid, _)| *oid));
    let left_out = failed.into_iter().next().map(|(_, failure)| (all - new.len(), failure));
    let commits = new.len() + old.map_or(0, CommitIndex::len);
    let update = Update { commits, read: new.len(), left_out };
    if old.is_some() && update.read == 0 {
        return Ok(update);
    }
    let (mut entries, mut claims) = (Vec::new(), Vec::new());
    for Read { entry, claims: made, .. } in new {
        entries.push(entry);
        claims.extend(made);
    }
    entries.sort_unstable_by_key(|entry: &Entry| entry.oid);
    let is_pick = |claim: &&mut Written| claim.claim == Claim::PickedFrom as u8;
    for claim in claims.iter_mut().filter(is_pick) {
        claim.of_merge = claim.of(repo.hash()).is_some_and(|of| {
            find(&entries, of).map_or_else(|| is_merge(repo, old, of), Entry::is_merge)
        });
    }
    if let Some(old) = old {
        for mut claim in old.written() {
            let now = claim.of(repo.hash()).and_then(|of| find(&entries, of));
            claim.of_merge = now.map_or(claim.of_merge, Entry::is_merge);
            claims.push(claim);
        }
        entries.extend(old.entries());
    }
    save(repo, &file(repo.hash(), entries, claims))?;
    Ok(update)
}

/// Whether a commit is a merge that an index has, or one that no branch holds any more. What can't be read is taken for none:
/// nothing here builds on it.
fn is_merge(repo: &Repository, old: Option<&CommitIndex>, oid: Oid) -> bool {
    if let Some((old, number)) = old.and_then(|old| Some((old, old.number(oid)?))) {
        return old.facts(number) & MERGE != 0;
    }
    let found = Commits::without_graph(repo).find(oid);
    found.is_ok_and(|found| found.is_some_and(|loaded| loaded.links.parents.len() > 1))
}

/// Drops the commits that build on some others.
fn leave_out(new: &mut Vec<Read>, failed: impl Iterator<Item = Oid>) {
    let mut pending: Vec<Oid> = failed.collect();
    if pending.is_empty() {
        return;
    }
    let mut children: HashMap<Oid, Vec<Oid>> = HashMap::new();
    for one in &*new {
        for &parent in &one.parents {
            children.entry(parent).or_default().push(one.entry.oid);
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
    new.retain(|one| !dropped.contains(&one.entry.oid));
}

impl CommitIndex {
    fn entries(&self) -> impl Iterator<Item = Entry> {
        let columns = self.column(self.authors).iter().zip(self.column(self.facts)).enumerate();
        columns.filter_map(|(number, (&author, &facts))| {
            let (author, facts) = (u32::from_be_bytes(author), u32::from_be_bytes(facts));
            Some(Entry { oid: self.oid(number)?, author, facts })
        })
    }

    fn written(&self) -> impl Iterator<Item = Written> {
        self.rows().iter().filter_map(|row| {
            let (id, digits, claim) = (*row.first_chunk()?, row[Row::DIGITS], row[Row::CLAIM]);
            let of_merge = row[Row::OF_MERGE] != 0;
            Some(Written { id, digits, claim, by: self.oid(Row(row).number())?, of_merge })
        })
    }
}

/// What the index has of a commit, and where its history goes on.
struct Read {
    entry: Entry,
    claims: Vec<Written>,
    parents: Vec<Oid>,
}

impl Read {
    fn new(repo: &Repository, oid: Oid) -> Result<Read, Failure> {
        Commits::without_graph(repo).skim(oid, |raw| {
            repo.verify(oid, ObjectKind::Commit, raw)?;
            let commit = object::commit(raw, repo.hash())
                .map_err(|bogus| Failure::new(format!("commit {oid}: {}", bogus.0)))?;
            let named = Named::by(commit.message);
            let mut facts = tree_bits(commit.tree);
            facts |= if commit.parents.len() > 1 { MERGE } else { 0 };
            facts |= if named.hydrates.is_some() { HYDRATES } else { 0 };
            let author = libdeflater::crc32(commit.author.unwrap_or_default());
            let made = [
                (Claim::Reverts, named.reverts),
                (Claim::PickedFrom, named.picked_from),
                (Claim::Hydrates, Vec::from_iter(named.hydrates)),
            ];
            let made = made
                .into_iter()
                .flat_map(|(claim, ids)| ids.into_iter().map(move |id| (claim, id)));
            let claims = made.map(|(claim, id)| Written::new(claim, &id, oid)).collect();
            Ok(Read { entry: Entry { oid, author, facts }, claims, parents: commit.parents })
        })?
    }
}

impl Written {
    /// A claim by an id of up to 64 digits.
    fn new(claim: Claim, id: &str, by: Oid) -> Written {
        let (mut packed, mut digits) = ([0; 32], 0);
        for (at, digit) in id.chars().take(64).filter_map(|digit| digit.to_digit(16)).enumerate() {
            packed[at / 2] |= (digit as u8) << if at % 2 == 0 { 4 } else { 0 };
            digits += 1;
        }
        Written { id: packed, digits, claim: claim as u8, by, of_merge: false }
    }

    /// The commit that it is about, where it has its full id.
    fn of(&self, hash: HashKind) -> Option<Oid> {
        let full = usize::from(self.digits) == hash.hex_len();
        self.id.get(..hash.hex_len() / 2).and_then(|id| hash.of_bytes(id)).filter(|_| full)
    }
}

/// The bytes of an index.
fn file(hash: HashKind, mut entries: Vec<Entry>, mut claims: Vec<Written>) -> Vec<u8> {
    entries.sort_unstable_by_key(|entry| entry.oid);
    claims.sort_unstable();
    let mut file = BEGIN.to_vec();
    file.extend([kind_of(hash), 0, 0]);
    let mut push = |number: usize| file.extend((number as u32).to_be_bytes());
    push(claims.len());
    for byte in 0..=u8::MAX {
        push(entries.partition_point(|entry| entry.oid.as_bytes()[0] <= byte));
    }
    for entry in &entries {
        file.extend(entry.oid.as_bytes());
    }
    for entry in &entries {
        file.extend(entry.author.to_be_bytes());
    }
    for entry in &entries {
        file.extend(entry.facts.to_be_bytes());
    }
    for claim in claims {
        file.extend(claim.id);
        file.extend([claim.digits, claim.claim, claim.of_merge.into(), 0]);
        let by = entries.binary_search_by_key(&claim.by, |entry| entry.oid);
        file.extend(by.map_or(u32::MAX, |number| number as u32).to_be_bytes());
    }
    let sum = libdeflater::crc32(&file);
    file.extend(sum.to_be_bytes());
    file
}

/// Puts an index in the place of the one that there may be.
fn save(repo: &Repository, bytes: &[u8]) -> Result<(), Failure> {
    let path = path(repo);
    let write = || {
        let folder = repo.common_dir().join("audit");
        std::fs::create_dir_all(&folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix("commits.index.");
        // As other files there: for those that the umask allows it.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn oid(number: u8) -> Oid {
        let mut bytes = [0; 20];
        // Some begin with the same digits.
        bytes[0] = 0xab;
        bytes[3] = number / 4;
        bytes[19] = number;
        Oid::from_bytes(&bytes).unwrap()
    }

    /// A commit, whether it is a merge, and what it claims of others by so many digits of their ids.
    type Made = (bool, Vec<(Claim, u8, usize)>);

    fn made() -> impl Strategy<Value = Vec<Made>> {
        let claim =
            prop_oneof![Just(Claim::Reverts), Just(Claim::PickedFrom), Just(Claim::Hydrates)];
        let claims = prop::collection::vec((claim, 0..24_u8, 7..=40_usize), 0..4);
        prop::collection::vec((any::<bool>(), claims), 0..20)
    }

    /// Whether a claim by so many digits is that of a merge that was picked.
    fn is_picked_merge(all: &[Made], claim: Claim, of: u8, digits: usize) -> bool {
        let merge = all.get(usize::from(of)).is_some_and(|(merge, _)| *merge);
        claim == Claim::PickedFrom && digits == 40 && merge
    }

    fn bytes(all: &[Made]) -> Vec<u8> {
        let (mut entries, mut claims) = (Vec::new(), Vec::new());
        for (number, (merge, made)) in (0..).zip(all) {
            let facts = tree_bits(oid(number % 5)) | if *merge { MERGE } else { 0 };
            entries.push(Entry {
                oid: oid(number),
                author: libdeflater::crc32(&[number % 3]),
                facts,
            });
            for &(claim, of, digits) in made {
                let written = Written::new(claim, &oid(of).to_string()[..digits], oid(number));
                let of_merge = is_picked_merge(all, claim, of, digits);
                claims.push(Written { of_merge, ..written });
            }
        }
        file(HashKind::Sha1, entries, claims)
    }

    fn open(bytes: &[u8]) -> Option<CommitIndex> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        std::fs::write(&path, bytes).unwrap();
        CommitIndex::parse(FileBuffer::open(&path).unwrap(), HashKind::Sha1)
    }

    fn sorted(oids: impl Iterator<Item = Oid>) -> Vec<Oid> {
        let mut oids: Vec<Oid> = oids.collect();
        oids.sort_unstable();
        oids
    }

    proptest! {
        #[test]
        fn it_says_what_was_put_into_it(made in made()) {
            let index = open(&bytes(&made)).unwrap();
            let all = || (0..).zip(&made);
            prop_assert_eq!(index.len(), made.len());
            for number in 0..24 {
                prop_assert_eq!(index.has(oid(number)), usize::from(number) < made.len());
                let name = oid(number).to_string();
                for claim in [Claim::Reverts, Claim::PickedFrom, Claim::Hydrates] {
                    let begins = |&(of_claim, of, digits): &(Claim, u8, usize)| {
                        of_claim == claim && name.starts_with(&oid(of).to_string()[..digits])
                    };
                    let by = all().flat_map(|(by, (_, claims))| claims.iter().filter(|one| begins(one)).map(move |_| oid(by)));
                    prop_assert_eq!(sorted(index.claiming(claim, &name)), sorted(by));
                }
            }
            for number in 0..5 {
                let authored = all().filter(|(by, _)| by % 3 == number).map(|(by, _)| oid(by));
                prop_assert_eq!(sorted(index.authored(&[number])), sorted(authored));
                let same = all().filter(|(by, (merge, _))| by % 5 == number && !merge);
                // The trees differ in bits that the index does not have.
                let like = |by: u8| tree_bits(oid(by % 5)) == tree_bits(oid(number));
                let same = same.map(|(by, _)| by).chain(all().filter(|(by, (merge, _))| by % 5 != number && like(*by) && !merge).map(|(by, _)| by));
                prop_assert_eq!(sorted(index.with_tree(oid(number))), sorted(same.map(oid)));
            }
            let mut of_merges = Vec::new();
            for (by, (_, claims)) in all() {
                for &(claim, of, digits) in claims {
                    if is_picked_merge(&made, claim, of, digits) {
                        of_merges.push((oid(by), oid(of)));
                    }
                }
            }
            let mut found: Vec<(Oid, Oid)> = index.picked_from_merges().collect();
            found.sort_unstable();
            of_merges.sort_unstable();
            prop_assert_eq!(found, of_merges);
            // What is taken over from an index makes the same one.
            prop_assert_eq!(file(HashKind::Sha1, index.entries().collect(), index.written().collect()), bytes(&made));
        }

        #[test]
        fn whatever_stands_in_the_file_nothing_worse_comes_of_it(
            made in made(),
            exchanged in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
            end in prop::option::of(any::<Index>()),
        ) {
            let mut bytes = bytes(&made);
            prop_assert!(open(&bytes[..bytes.len() - 1]).is_none());
            bytes.truncate(bytes.len() - 4);
            if let Some(end) = end {
                bytes.truncate(end.index(bytes.len()));
            }
            for (at, byte) in &exchanged {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            // Whoever wants to do harm gets the sum right.
            let sum = libdeflater::crc32(&bytes);
            bytes.extend(sum.to_be_bytes());
            if let Some(index) = open(&bytes) {
                for number in 0..24 {
                    let name = oid(number).to_string();
                    index.hydrates(oid(number));
                    let _ = index.claiming(Claim::Reverts, &name).count();
                    let _ = index.authored(&[number]).chain(index.with_tree(oid(number))).count();
                }
                let _ = index.picked_from_merges().count();
                let _ = file(HashKind::Sha1, index.entries().collect(), index.written().collect());
            }
        }
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let whole = bytes(&[(false, vec![(Claim::Reverts, 1, 40)]), (true, vec![])]);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 4;
            assert!(open(&changed).is_none(), "{at}");
        }
        assert!(open(&whole).is_some());
    }
}

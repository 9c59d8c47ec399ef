//! The file of the commit index: its layout, reading it, and its bytes for writing.
//!
//! ```text
//! <git common dir>/audit/commits.index
//!
//! header   "AUDITIDX" │ version 1 │ hash, 1 for SHA-1, 2 for SHA-256 │ two zeros │ number of claims
//! ids      number of ids whose first byte is at most 0, 1, … 255 │ the ids, sorted
//! authors  for each commit the CRC-32 of its author line
//! facts    for each commit whether it is a merge, whether it is rendered from another, and 30 bits of its tree's id
//! claims   an id as the message has it, padded with zeros to 32 bytes │ its number of digits │ the kind of claim │
//!          1 if it is the full id of a merge │ a zero │ the number of the commit that claims it
//! CRC-32   of all bytes before it
//! ```
//!
//! Numbers are big-endian and have four bytes; claims are sorted. When the index has a commit, it has all its ancestors.
//!
//! Like the commit-graph, the file is a cache that anybody with access to the folder could alter. Commits that it names
//! are read before they are believed, but commits that it leaves out are not looked for. No verdict of `audit verify`
//! depends on it.
//!
//! The format is ours: git has no such index. With it `audit trace` finds the reverts in all of history instead of among 64
//! commits, in 0.68 of git's time instead of 0.79 (`git tag --contains`, git/git).

use crate::git::objects::sorted_ids::SortedIds;
use crate::git::{HashKind, Oid, Repository};
use crate::outcome::Failure;
use filebuffer::FileBuffer;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The first bytes of the file. The last one is the version: raise it whenever
/// [`Named::by`](crate::git::claims::Named::by) finds other claims than before.
const MAGIC: &[u8] = b"AUDITIDX\x01";
const HEADER: usize = 16;
/// Set in the facts of a commit with several parents.
pub(super) const MERGE: u32 = 1 << 31;
/// Set in the facts of a commit that names the code commit of its rendered manifests.
pub(super) const HYDRATES: u32 = 1 << 30;

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

/// An index, opened.
pub struct CommitIndex {
    /// Safe to map: the file is replaced by another one, never written into.
    file: FileBuffer,
    pub(super) hash: HashKind,
    ids: SortedIds,
    authors: usize,
    facts: usize,
    claims: usize,
    claims_end: usize,
}

/// Where the index of a repository is.
pub(super) fn path(repo: &Repository) -> PathBuf {
    repo.common_dir().join("audit/commits.index")
}

impl CommitIndex {
    /// Opens the index of a repository; `None` when there is none, and in a shallow clone, where history ends early.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
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
        if !header.starts_with(MAGIC) || header[9] != hash_byte(hash) {
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

    /// The number of commits.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The number of a commit: its place in the sorted ids.
    pub(super) fn number(&self, oid: Oid) -> Option<usize> {
        self.ids.find(&self.file, oid.as_bytes())
    }

    /// The commit with a number.
    pub(super) fn oid(&self, number: usize) -> Option<Oid> {
        if number >= self.len() {
            return None;
        }
        self.hash.of_bytes(self.ids.get(&self.file, number))
    }

    /// A column with a number for each commit.
    fn column(&self, begin: usize) -> &[[u8; 4]] {
        self.file[begin..begin + 4 * self.len()].as_chunks().0
    }

    /// The checksums of author lines.
    pub(super) fn authors(&self) -> &[[u8; 4]] {
        self.column(self.authors)
    }

    /// The facts of all commits.
    pub(super) fn facts(&self) -> &[[u8; 4]] {
        self.column(self.facts)
    }

    /// The facts of one commit.
    pub(super) fn facts_of(&self, number: usize) -> u32 {
        self.facts().get(number).map_or(0, |&facts| u32::from_be_bytes(facts))
    }

    /// All claims, sorted.
    pub(super) fn rows(&self) -> &[[u8; Row::LEN]] {
        self.file[self.claims..self.claims_end].as_chunks().0
    }

    /// All commits, for writing them again.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        let columns = self.authors().iter().zip(self.facts()).enumerate();
        columns.filter_map(|(number, (&author, &facts))| {
            let (author, facts) = (u32::from_be_bytes(author), u32::from_be_bytes(facts));
            Some(Entry { oid: self.oid(number)?, author, facts })
        })
    }

    /// All claims, for writing them again.
    pub(super) fn claims(&self) -> impl Iterator<Item = ClaimEntry> {
        self.rows().iter().filter_map(|row| {
            let (id, digits, claim) = (*row.first_chunk()?, row[Row::DIGITS], row[Row::CLAIM]);
            let of_merge = row[Row::OF_MERGE] != 0;
            Some(ClaimEntry { id, digits, claim, by: self.oid(Row(row).number())?, of_merge })
        })
    }
}

/// A claim in the file.
pub(super) struct Row<'f>(pub(super) &'f [u8; Row::LEN]);

impl Row<'_> {
    const LEN: usize = 40;
    const DIGITS: usize = 32;
    const CLAIM: usize = 33;
    const OF_MERGE: usize = 34;

    /// The first seven digits of its id: no claim has fewer.
    pub(super) fn prefix(&self) -> u32 {
        self.0.first_chunk().map_or(0, |begin| u32::from_be_bytes(*begin) >> 4)
    }

    /// The first seven digits of an id.
    pub(super) fn prefix_of(id: &str) -> u32 {
        id.get(..7).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(u32::MAX)
    }

    /// Whether it claims this.
    pub(super) fn is(&self, claim: Claim) -> bool {
        self.0[Row::CLAIM] == claim as u8
    }

    /// Whether it has the full id of a merge.
    pub(super) fn is_of_merge(&self) -> bool {
        self.0[Row::OF_MERGE] != 0
    }

    /// Whether its id is an abbreviation of this one, or the same.
    pub(super) fn abbreviates(&self, id: &str) -> bool {
        let digits = usize::from(self.0[Row::DIGITS]);
        let same = |(at, digit): (usize, u8)| {
            let byte = self.0[at / 2];
            let own = if at % 2 == 0 { byte >> 4 } else { byte & 15 };
            char::from(digit).to_digit(16) == Some(u32::from(own))
        };
        digits <= 64 && digits <= id.len() && id.bytes().take(digits).enumerate().all(same)
    }

    /// The number of the commit that claims it.
    pub(super) fn number(&self) -> usize {
        self.0.last_chunk().map_or(usize::MAX, |number| u32::from_be_bytes(*number) as usize)
    }
}

/// The facts of a commit that has this tree, is no merge and is not rendered from another.
pub(super) fn tree_bits(tree: Oid) -> u32 {
    let begin = tree.as_bytes().first_chunk().map_or(0, |begin| u32::from_be_bytes(*begin));
    begin & !(MERGE | HYDRATES)
}

fn hash_byte(hash: HashKind) -> u8 {
    match hash {
        HashKind::Sha1 => 1,
        HashKind::Sha256 => 2,
    }
}

/// A commit to be written.
pub(super) struct Entry {
    pub(super) oid: Oid,
    /// The CRC-32 of its author line.
    pub(super) author: u32,
    pub(super) facts: u32,
}

impl Entry {
    pub(super) fn is_merge(&self) -> bool {
        self.facts & MERGE != 0
    }
}

/// A claim to be written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClaimEntry {
    id: [u8; 32],
    digits: u8,
    claim: u8,
    by: Oid,
    pub(super) of_merge: bool,
}

impl ClaimEntry {
    /// A claim about an id of up to 64 hex digits.
    pub(super) fn new(claim: Claim, id: &str, by: Oid) -> ClaimEntry {
        let (mut packed, mut digits) = ([0; 32], 0);
        for (at, digit) in id.chars().take(64).filter_map(|digit| digit.to_digit(16)).enumerate() {
            packed[at / 2] |= (digit as u8) << if at % 2 == 0 { 4 } else { 0 };
            digits += 1;
        }
        ClaimEntry { id: packed, digits, claim: claim as u8, by, of_merge: false }
    }

    /// Whether it claims this.
    pub(super) fn is(&self, claim: Claim) -> bool {
        self.claim == claim as u8
    }

    /// The commit that it is about, if it has its full id.
    pub(super) fn target(&self, hash: HashKind) -> Option<Oid> {
        let is_full = usize::from(self.digits) == hash.hex_len();
        self.id.get(..hash.hex_len() / 2).and_then(|id| hash.of_bytes(id)).filter(|_| is_full)
    }
}

/// The bytes of an index.
pub(super) fn encode(
    hash: HashKind,
    mut entries: Vec<Entry>,
    mut claims: Vec<ClaimEntry>,
) -> Vec<u8> {
    entries.sort_unstable_by_key(|entry| entry.oid);
    claims.sort_unstable();
    let mut file = MAGIC.to_vec();
    file.extend([hash_byte(hash), 0, 0]);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn oid(number: u8) -> Oid {
        let mut bytes = [0; 20];
        // Several ids share their first digits.
        bytes[0] = 0xab;
        bytes[3] = number / 4;
        bytes[19] = number;
        Oid::from_bytes(&bytes).unwrap()
    }

    /// A commit: whether it is a merge, and its claims about others: the kind, the commit, the number of digits of its id.
    type Made = (bool, Vec<(Claim, u8, usize)>);

    fn made() -> impl Strategy<Value = Vec<Made>> {
        let claim =
            prop_oneof![Just(Claim::Reverts), Just(Claim::PickedFrom), Just(Claim::Hydrates)];
        let claims = prop::collection::vec((claim, 0..24_u8, 7..=40_usize), 0..4);
        prop::collection::vec((any::<bool>(), claims), 0..20)
    }

    /// Whether a claim with so many digits is one of having picked a merge.
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
                let entry = ClaimEntry::new(claim, &oid(of).to_string()[..digits], oid(number));
                let of_merge = is_picked_merge(all, claim, of, digits);
                claims.push(ClaimEntry { of_merge, ..entry });
            }
        }
        encode(HashKind::Sha1, entries, claims)
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
        fn everything_written_is_found_again(made in made()) {
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
                // Other trees with the same bits match, too.
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
            // Written again, an index is the same.
            prop_assert_eq!(encode(HashKind::Sha1, index.entries().collect(), index.claims().collect()), bytes(&made));
        }

        #[test]
        fn no_content_of_the_file_leads_to_a_panic(
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
            // An attacker gets the checksum right.
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
                let _ = encode(HashKind::Sha1, index.entries().collect(), index.claims().collect());
            }
        }
    }

    #[test]
    fn a_changed_byte_is_detected() {
        let whole = bytes(&[(false, vec![(Claim::Reverts, 1, 40)]), (true, vec![])]);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 4;
            assert!(open(&changed).is_none(), "{at}");
        }
        assert!(open(&whole).is_some());
    }
}

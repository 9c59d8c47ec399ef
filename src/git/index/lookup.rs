//! Questions to the commit index. Author lines and trees are compared by a part of their bits only, so that an answer may
//! include commits that do not match: callers read them.

use super::format::{Claim, CommitIndex, HYDRATES, Row, tree_bits};
use crate::git::Oid;

impl CommitIndex {
    /// Whether it has a commit, and so all its ancestors.
    pub fn has(&self, oid: Oid) -> bool {
        self.number(oid).is_some()
    }

    /// Whether a commit names the code commit of its rendered manifests; `None` when the index does not have it.
    pub fn hydrates(&self, oid: Oid) -> Option<bool> {
        Some(self.facts_of(self.number(oid)?) & HYDRATES != 0)
    }

    /// The commits that may have this author line: the text after `author `.
    pub fn authored(&self, line: &[u8]) -> impl Iterator<Item = Oid> {
        let sum = libdeflater::crc32(line);
        self.rows_where(self.authors(), move |author| author == sum)
    }

    /// The commits that are no merges and may have this tree.
    pub fn with_tree(&self, tree: Oid) -> impl Iterator<Item = Oid> {
        let bits = tree_bits(tree);
        self.rows_where(self.facts(), move |facts| facts & !HYDRATES == bits)
    }

    /// The commits whose number in a column satisfies `is`.
    fn rows_where<'i>(
        &'i self,
        column: &'i [[u8; 4]],
        is: impl Fn(u32) -> bool + Copy + 'i,
    ) -> impl Iterator<Item = Oid> + 'i {
        const BLOCK: usize = 64;
        let is = move |number: &[u8; 4]| is(u32::from_be_bytes(*number));
        let blocks = column.chunks(BLOCK).enumerate();
        // Matches are rare: comparing a block without a branch for each number is faster.
        let blocks =
            blocks.filter(move |(_, block)| block.iter().fold(false, |any, one| any | is(one)));
        let found = blocks.flat_map(move |(block, numbers)| {
            let found = numbers.iter().enumerate().filter(move |(_, number)| is(number));
            found.map(move |(at, _)| block * BLOCK + at)
        });
        found.filter_map(|number| self.oid(number))
    }

    /// The commits that claim this about another one, by its full id `id` or an abbreviation of it.
    pub fn claiming(&self, claim: Claim, id: &str) -> impl Iterator<Item = Oid> {
        let prefix = Row::prefix_of(id);
        let rows = self.rows();
        let from = rows.partition_point(|row| Row(row).prefix() < prefix);
        let rows = rows[from..].iter().take_while(move |row| Row(row).prefix() == prefix);
        let rows = rows.filter(move |row| Row(row).is(claim) && Row(row).abbreviates(id));
        rows.filter_map(|row| self.oid(Row(row).number()))
    }

    /// The commits that claim to be picked from a merge, by its full id, with that merge. A merge that was not in the
    /// repository when the claim was indexed counts from the update that adds it.
    pub fn picked_from_merges(&self) -> impl Iterator<Item = (Oid, Oid)> {
        let rows = self.rows().iter();
        let rows = rows.filter(|row| Row(row).is(Claim::PickedFrom) && Row(row).is_of_merge());
        let id = self.hash.hex_len() / 2;
        rows.filter_map(move |row| {
            Some((self.oid(Row(row).number())?, self.hash.of_bytes(&row[..id])?))
        })
    }
}

//! Sorted object ids in a file, with a table that says how many ids begin with a byte up to 0, 1, … 255. The commit-graph,
//! the index of a pack and our index of commits have such tables.

use std::cmp::Ordering;
use std::ops::Range;

/// The number of entries in the table, one for each first byte.
const FAN: usize = 256;

/// Where the ids are in a file.
pub(in crate::git) struct SortedIds {
    /// For each byte, how many ids begin with it or a lower one.
    fan: Box<[u32; FAN]>,
    /// The offset of the first id.
    start: usize,
    /// The size of an id in bytes.
    length: usize,
}

impl SortedIds {
    /// The size of the table in bytes.
    pub(in crate::git) const TABLE: usize = 4 * FAN;

    /// Ids of `length` bytes each, from offset `start`, with their table at offset `fan`. `None` when the file is too short
    /// or the table is not sorted.
    pub(in crate::git) fn new(
        file: &[u8],
        fan: usize,
        start: usize,
        length: usize,
    ) -> Option<SortedIds> {
        let table = file.get(fan..)?.get(..SortedIds::TABLE)?;
        let mut fan = Box::new([0; FAN]);
        for (count, number) in fan.iter_mut().zip(table.as_chunks::<4>().0) {
            *count = u32::from_be_bytes(*number);
        }
        let ids = SortedIds { fan, start, length };
        (ids.fan.is_sorted() && ids.range().end <= file.len()).then_some(ids)
    }

    /// The number of ids.
    pub(in crate::git) fn len(&self) -> usize {
        self.fan[FAN - 1] as usize
    }

    /// The bytes of the file that hold them.
    pub(in crate::git) fn range(&self) -> Range<usize> {
        self.start..self.start.saturating_add(self.len().saturating_mul(self.length))
    }

    /// The id with a number, which must be less than [`SortedIds::len`].
    pub(in crate::git) fn get<'f>(&self, file: &'f [u8], number: usize) -> &'f [u8] {
        &file[self.start + number * self.length..][..self.length]
    }

    /// The number of an id.
    ///
    /// Hashes are spread evenly, so the search starts where the id should be by its value, and continues in growing steps
    /// until the id lies between two of them; then it bisects. Bisecting from the start would touch some ten distant
    /// places of the file.
    pub(in crate::git) fn find(&self, file: &[u8], id: &[u8]) -> Option<usize> {
        let begin = u64::from_be_bytes(*id.first_chunk()?);
        let first = usize::from(*id.first()?);
        let from = first.checked_sub(1).map_or(0, |before| self.fan[before]);
        let to = self.fan[first];
        // The second to the fifth byte, as a fraction of their range.
        let part = begin << 8 >> 32;
        let guess = from + ((u64::from(to - from) * part) >> 32) as u32;
        let (mut from, mut to, mut at) = (from as usize, to as usize, guess as usize);
        let (mut step, mut side, mut between) = (8, None, false);
        while from < to {
            let other = self.get(file, at);
            // Two ids hardly ever share their first eight bytes.
            let other_begin = other.first_chunk().map_or(0, |other| u64::from_be_bytes(*other));
            let order = other_begin.cmp(&begin).then_with(|| other.cmp(id));
            match order {
                Ordering::Less => from = at + 1,
                Ordering::Equal => return Some(at),
                Ordering::Greater => to = at,
            }
            between |= *side.get_or_insert(order) != order;
            at = match order {
                _ if between => usize::midpoint(from, to),
                Ordering::Less => (from + step).min(to - 1),
                _ => to.saturating_sub(step).max(from),
            };
            step *= if between { 1 } else { 2 };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// A file with a table and ids.
    fn file(ids: &[Vec<u8>]) -> Vec<u8> {
        let mut file = b"begin".to_vec();
        for byte in 0..=u8::MAX {
            let count = ids.iter().filter(|id| id[0] <= byte).count();
            file.extend(u32::try_from(count).unwrap().to_be_bytes());
        }
        file.extend(ids.concat());
        file
    }

    /// Some are spread evenly as hashes are, some are close together, some differ only in their last bytes.
    fn ids(length: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
        let id =
            (0..4_u8, prop::collection::vec(any::<u8>(), length)).prop_map(|(alike, mut id)| {
                let alike = [0, 2, 4, 12][usize::from(alike)];
                id[..alike].fill(7);
                id
            });
        prop::collection::vec(id, 0..600).prop_map(|mut ids| {
            ids.sort();
            ids.dedup();
            ids
        })
    }

    fn check(ids: &[Vec<u8>], others: &[Vec<u8>], length: usize) {
        let file = file(ids);
        let sorted = SortedIds::new(&file, 5, 5 + SortedIds::TABLE, length).unwrap();
        assert_eq!(sorted.len(), ids.len());
        for (number, id) in ids.iter().enumerate() {
            assert_eq!(sorted.get(&file, number), id);
            assert_eq!(sorted.find(&file, id), Some(number));
        }
        for other in others {
            assert_eq!(sorted.find(&file, other), ids.iter().position(|id| id == other));
        }
    }

    proptest! {
        #[test]
        fn each_id_is_found_and_no_other(ids in ids(20), others in ids(20), long in ids(32)) {
            check(&ids, &others, 20);
            check(&long, &[], 32);
        }
    }

    #[test]
    fn the_file_must_hold_them_all() {
        let file = file(&[vec![1; 20], vec![2; 20]]);
        for end in 0..file.len() {
            assert!(SortedIds::new(&file[..end], 5, 5 + SortedIds::TABLE, 20).is_none());
        }
        let mut falling = file.clone();
        falling[5 + 3] = 9;
        assert!(SortedIds::new(&falling, 5, 5 + SortedIds::TABLE, 20).is_none());
    }
}

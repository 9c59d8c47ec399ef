//! Ids of objects in a file, sorted, with a table of how many begin with which byte: a commit-graph and the index of a
//! pack have both.

use std::cmp::Ordering;
use std::ops::Range;

/// How many numbers the table has.
const FAN: usize = 256;

/// Where the ids stand in a file.
pub(super) struct SortedIds {
    /// How many ids begin with a byte up to this one.
    fan: Box<[u32; FAN]>,
    /// Where the first one stands.
    start: usize,
    /// How many bytes each has.
    length: usize,
}

impl SortedIds {
    /// The bytes of the table.
    pub(super) const TABLE: usize = 4 * FAN;

    /// Ids of so many bytes from `start` on, of which the table stands at `fan`; `None` where the file has not so many.
    pub(super) fn new(file: &[u8], fan: usize, start: usize, length: usize) -> Option<SortedIds> {
        let table = file.get(fan..)?.get(..SortedIds::TABLE)?;
        let mut fan = Box::new([0; FAN]);
        for (count, number) in fan.iter_mut().zip(table.as_chunks::<4>().0) {
            *count = u32::from_be_bytes(*number);
        }
        let ids = SortedIds { fan, start, length };
        (ids.fan.is_sorted() && ids.range().end <= file.len()).then_some(ids)
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.fan[FAN - 1] as usize
    }

    /// Where they stand in the file.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start.saturating_add(self.len().saturating_mul(self.length))
    }

    /// The one with this number, which there must be.
    pub(super) fn get<'f>(&self, file: &'f [u8], number: usize) -> &'f [u8] {
        &file[self.start + number * self.length..][..self.length]
    }

    /// The number of an id.
    ///
    /// Hashes are spread evenly, so that it stands near where its bytes say: there the search begins, and goes on in
    /// steps that grow until the id must lie between two of them. Halving from the beginning would touch some ten
    /// places of the file, far from each other.
    pub(super) fn find(&self, file: &[u8], id: &[u8]) -> Option<usize> {
        let begin = u64::from_be_bytes(*id.first_chunk()?);
        let first = usize::from(*id.first()?);
        let from = first.checked_sub(1).map_or(0, |before| self.fan[before]);
        let to = self.fan[first];
        // The second to the fifth byte, as a part of all that there can be.
        let part = begin << 8 >> 32;
        let guess = from + ((u64::from(to - from) * part) >> 32) as u32;
        let (mut from, mut to, mut at) = (from as usize, to as usize, guess as usize);
        let (mut step, mut side, mut between) = (8, None, false);
        while from < to {
            let other = self.get(file, at);
            // Hardly two ids begin with the same eight bytes.
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

    /// A file of a table and ids.
    fn file(ids: &[Vec<u8>]) -> Vec<u8> {
        let mut file = b"begin".to_vec();
        for byte in 0..=u8::MAX {
            let count = ids.iter().filter(|id| id[0] <= byte).count();
            file.extend(u32::try_from(count).unwrap().to_be_bytes());
        }
        file.extend(ids.concat());
        file
    }

    /// Some are spread as hashes are, some stand close to each other, some differ in their last bytes alone.
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

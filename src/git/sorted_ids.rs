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
    pub(super) fn find(&self, file: &[u8], id: &[u8]) -> Option<usize> {
        let begin = *id.first_chunk()?;
        let first = usize::from(begin[0]);
        let from = first.checked_sub(1).map_or(0, |before| self.fan[before]);
        let (mut from, mut to) = (from as usize, self.fan[first] as usize);
        // Hardly two ids begin with the same eight bytes.
        let begin = u64::from_be_bytes(begin);
        while from < to {
            let middle = usize::midpoint(from, to);
            let other = self.get(file, middle);
            let other_begin = other.first_chunk().map_or(0, |other| u64::from_be_bytes(*other));
            match other_begin.cmp(&begin).then_with(|| other.cmp(id)) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => to = middle,
            }
        }
        None
    }
}

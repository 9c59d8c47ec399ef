//! The order of things: that of the ledger, and of what was written down late the time that it states.
//!
//! ```text
//! ledger   deploy 10:00   config 10:05   deploy 10:10   deploy 10:02 (late)
//! order    deploy 10:00   deploy 10:02 (late)   config 10:05   deploy 10:10
//! ```
//!
//! A record that builds on another one came after it, whatever the clocks of two machines said. Where the ledger can't
//! tell, because one of two was written down late, the times that they state do.

use crate::ledger::Recorded;
use std::cmp::Ordering;

/// Where a record stands in the order of things: by time, then as in the ledger; corrections behind what they correct.
/// Sorted by the derived order, in which nothing is older than what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The time that sorts it: no earlier than that of the records before it, but for a late one.
    pub(super) time: i64,
    /// The number of the record in the ledger's order.
    pub(super) sequence: usize,
    /// How many corrections stand between it and the record at that place.
    pub(super) step: usize,
    /// Whether it was written down late, and stands where it states.
    pub(super) late: bool,
}

impl Position {
    /// Whether it comes before or after another one. Of two that were written down in time the ledger alone tells:
    /// a clock that is wrong moves nothing.
    pub fn compare(&self, other: &Position) -> Ordering {
        let in_ledger = (self.sequence, self.step).cmp(&(other.sequence, other.step));
        match self.late || other.late {
            true => self.time.cmp(&other.time).then(in_ledger),
            false => in_ledger,
        }
    }
}

/// The positions of records, given in the order of reports. Records without a time have none.
pub struct Positions<'e> {
    records: std::iter::Enumerate<std::slice::Iter<'e, Recorded>>,
    latest: i64,
}

impl<'e> Positions<'e> {
    /// The positions of all records of a ledger.
    pub fn new(records: &'e [Recorded]) -> Positions<'e> {
        Positions { records: records.iter().enumerate(), latest: i64::MIN }
    }
}

impl<'e> Iterator for Positions<'e> {
    type Item = (&'e Recorded, Position);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (sequence, record) = self.records.next()?;
            let Some(stated) = record.when.map(|when| when.seconds) else { continue };
            let late = record.is_late();
            if !late {
                self.latest = self.latest.max(stated);
            }
            let time = if late { stated } else { self.latest };
            return Some((record, Position { time, sequence, step: 0, late }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::record;
    use super::*;
    use crate::event::Kind;
    use serde_json::json;

    #[test]
    fn the_ledger_tells_the_order_and_the_time_that_of_late_records() {
        let late = json!({"recorded": "2026-01-01T00:00:00Z"});
        let events = [
            record("a", Kind::Note, 10, json!({})),
            record("ahead", Kind::Note, 900, json!({})),
            record("b", Kind::Note, 10, json!({})),
            record("late", Kind::Note, 9, late.clone()),
            record("later", Kind::Note, 11, late),
        ];
        let positions: Vec<Position> = Positions::new(&events).map(|(_, at)| at).collect();
        let [a, ahead, b, late, later] = positions.as_slice() else { panic!("five positions") };
        assert_eq!(a.compare(b), Ordering::Less);
        assert_eq!(ahead.compare(b), Ordering::Less);
        assert_eq!(late.compare(a), Ordering::Less);
        assert_eq!(later.compare(ahead), Ordering::Less);
        assert!(later < ahead && ahead < b && late < a);
        assert_eq!(b.compare(b), Ordering::Equal);
    }
}

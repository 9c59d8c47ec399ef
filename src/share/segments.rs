//! How a published list lies in a git tree.
//!
//! ```text
//! ledger/000000.jsonl    256 lines
//! ledger/000001.jsonl    256 lines
//! ledger/000002.jsonl    the rest: 1 to 256
//! edge                   512 TnKKVHLX…    roots of the perfect subtrees over all segments but the last
//! ```
//!
//! Each sync stores the last segment and `edge` anew; all others stay the same objects. With those two
//! a writer knows the root of the whole, so that a machine which publishes one record need not have the rest.

use super::note::number;
use super::tree::{Frontier, Hash};

/// How many lines a segment holds; only the last may hold fewer.
pub const LINES: usize = 256;

/// The folder of the segments.
pub const FOLDER: &str = "ledger";

/// The file with the roots of what stands before the last segment.
pub const EDGE: &str = "edge";

/// The name of a segment in its folder.
pub fn name(number: usize) -> String {
    format!("{number:06}.jsonl")
}

/// How many segments a list has.
pub fn count(records: usize) -> usize {
    records.div_ceil(LINES)
}

/// How many records stand before the last segment.
pub fn before_last(records: usize) -> usize {
    count(records).saturating_sub(1) * LINES
}

/// Writes `edge`.
pub fn format_edge(frontier: &Frontier) -> String {
    frontier.parts().map(|(size, root)| format!("{size} {root}\n")).collect()
}

/// Reads `edge`; `None` unless it is exactly what [`format_edge`] writes for whole segments.
pub fn parse_edge(text: &str) -> Option<Frontier> {
    let lines = match text.strip_suffix('\n') {
        Some(lines) => lines.split('\n').collect(),
        None if text.is_empty() => Vec::new(),
        None => return None,
    };
    let part = |line: &str| {
        let (size, root) = line.split_once(' ')?;
        Some((number(size)?, Hash::parse(root)?))
    };
    let parts: Option<Vec<(u64, Hash)>> = lines.into_iter().map(part).collect();
    Frontier::from_parts(&parts?).filter(|frontier| frontier.size().is_multiple_of(LINES as u64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ledger::Id;
    use crate::share::tree;

    #[test]
    fn lists_are_cut_where_they_should_be() {
        for (records, segments, before) in [
            (0, 0, 0),
            (1, 1, 0),
            (255, 1, 0),
            (256, 1, 0),
            (257, 2, 256),
            (512, 2, 256),
            (513, 3, 512),
        ] {
            assert_eq!((count(records), before_last(records)), (segments, before), "{records}");
        }
        assert_eq!(name(7), "000007.jsonl");
    }

    #[test]
    fn edge_and_the_last_segment_give_the_root() {
        let ids: Vec<Id> = (0..3_000_u32).map(|n| Id::of(&n.to_be_bytes())).collect();
        for records in [1, 255, 256, 257, 511, 512, 513, 1_024, 1_025, 2_999, 3_000] {
            let before = before_last(records);
            let edge = format_edge(&Frontier::of(&ids[..before]));
            let mut frontier = parse_edge(&edge).unwrap();
            assert_eq!(frontier.size(), before as u64);
            ids[before..records].iter().for_each(|id| frontier.push(tree::leaf(id)));
            assert_eq!(frontier.root(), Frontier::of(&ids[..records]).root(), "{records}");
        }
    }

    #[test]
    fn only_whole_segments_have_an_edge() {
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert!(parse_edge("").is_some());
        assert!(parse_edge(&format!("512 {hash}\n256 {hash}\n")).is_some());
        for bad in [
            "\n".to_owned(),
            format!("512 {hash}"),
            format!("128 {hash}\n"),
            format!("256 {hash}\n512 {hash}\n"),
            format!("256 {hash}\n256 {hash}\n"),
            format!("0256 {hash}\n"),
            format!("256  {hash}\n"),
            format!("256 {hash} \n"),
        ] {
            assert_eq!(parse_edge(&bad), None, "{bad:?}");
        }
    }
}

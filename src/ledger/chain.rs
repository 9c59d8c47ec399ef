//! The graph that entries make: each names the heads that its writer saw.
//!
//! ```text
//!   a ── b ── c ── e        c and d both name b: a fork, as when two clones write;
//!          └─ d ─┘          e names both and closes it. Heads: e. Roots: a.
//! ```
//!
//! A name is a hash of everything under it, so a line that others build on can't be changed, taken
//! out, put in or moved behind them. Entries are numbered as they stand in the file; memory holds
//! one small node for each and its edges. The index from id to number is made when somebody needs it:
//! nearly always each entry builds on the one before it, and then a check needs none.

use super::id::Id;
use super::record::MAX_PREV;
use crate::outcome::Failure;
use foldhash::fast::RandomState;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The number of its line, from 1.
    pub line: u64,
    /// The offset of its first byte in the file.
    pub offset: u64,
    /// The length of the line in bytes, with its `\n`.
    pub length: usize,
}

/// What an entry has to do with records that were taken over from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Nothing.
    #[default]
    None,
    /// It was taken over: it says where from, and nobody signed it.
    TakenOver,
    /// It closes a batch of those: a record of kind `import`.
    Closing,
}

/// One entry of the graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name.
    pub id: Id,
    /// Where it stands.
    pub place: Place,
    /// When, as the record claims.
    pub when: i64,
    /// Whether a later entry names it.
    pub built_on: bool,
    /// Whether it names nothing: it starts a ledger.
    pub root: bool,
    /// Its part in a batch of records that were taken over.
    pub part: Part,
    edges: Range<usize>,
}

/// All entries of a ledger and what builds on what.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    nodes: Vec<Node>,
    edges: Vec<usize>,
    index: OnceLock<HashMap<Id, usize, RandomState>>,
    /// Whether an entry names one that is not there before it.
    has_missing: bool,
}

/// Why no single entry has a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// It is no prefix of at least four lower-case hex digits.
    NotAPrefix,
    /// No entry has it.
    None,
    /// Several have it.
    Ambiguous(Vec<Id>),
}

impl NotFound {
    /// The error for people: `prefix` is what they typed.
    pub fn failure(&self, prefix: &str) -> Failure {
        let prefix = prefix.escape_debug();
        match self {
            NotFound::NotAPrefix => Failure::new(format!("'{prefix}' is not the id of an entry"))
                .hint("give 4 or more of its digits out of 0-9 and a-f"),
            NotFound::None => Failure::new(format!("no entry of the ledger has the id {prefix}")),
            NotFound::Ambiguous(ids) => {
                let ids: Vec<_> = ids.iter().map(|id| id.to_string()[..16].to_string()).collect();
                Failure::new(format!("the id {prefix} is ambiguous"))
                    .hint(format!("it could be {}", ids.join(", ")))
            }
        }
    }
}

impl Chain {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The entries as they stand in the file.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The number of the entry with an id.
    pub fn get(&self, id: &Id) -> Option<usize> {
        let numbered = || self.nodes.iter().enumerate().map(|(number, node)| (node.id, number));
        self.index.get_or_init(|| numbered().collect()).get(id).copied()
    }

    /// As [`Chain::get`], by one look at the entries from the newest on: of a few lookups the index would be
    /// the dearest part.
    pub fn look_for(&self, id: &Id) -> Option<usize> {
        self.nodes.iter().rposition(|node| node.id == *id)
    }

    /// The number of the entry with an id, which is known to build on `prev`.
    pub(super) fn get_among(&self, id: &Id, prev: &[Id]) -> Option<usize> {
        // What builds on the last entry is none of those that are there: it would have named what came
        // after it.
        let last = self.nodes.last()?;
        let after_last = !self.has_missing && prev.contains(&last.id);
        if after_last { None } else { self.get(id) }
    }

    /// Adds an entry. Returns the ids in `prev` that name no earlier entry. The caller has made sure
    /// that no entry has this id yet.
    pub(super) fn push(
        &mut self,
        id: Id,
        place: Place,
        when: i64,
        prev: impl Iterator<Item = Id>,
    ) -> Vec<Id> {
        let start = self.edges.len();
        let mut root = true;
        let mut missing = Vec::new();
        for id in prev {
            root = false;
            let last = self.nodes.len().checked_sub(1).filter(|&last| self.nodes[last].id == id);
            match last.or_else(|| self.get(&id)) {
                Some(number) => {
                    self.nodes[number].built_on = true;
                    self.edges.push(number);
                }
                None => missing.push(id),
            }
        }
        self.has_missing |= !missing.is_empty();
        let edges = start..self.edges.len();
        if let Some(index) = self.index.get_mut() {
            index.insert(id, self.nodes.len());
        }
        let part = Part::None;
        self.nodes.push(Node { id, place, when, built_on: false, root, part, edges });
        missing
    }

    /// Says what part the newest entry has in a batch.
    pub(super) fn mark_newest(&mut self, part: Part) {
        if let Some(node) = self.nodes.last_mut() {
            node.part = part;
        }
    }

    /// The entries that entry `number` builds on directly.
    pub fn depends_on(&self, number: usize) -> &[usize] {
        self.nodes.get(number).map_or(&[], |node| &self.edges[node.edges.clone()])
    }

    /// The entries that build directly on entry `number`. Looks at every edge.
    pub fn depended_on_by(&self, number: usize) -> Vec<usize> {
        (0..self.len()).filter(|later| self.depends_on(*later).contains(&number)).collect()
    }

    /// The entries that nobody builds on, as they stand in the file.
    pub fn heads(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| !node.built_on)
    }

    /// The entries that start a ledger: one, or one for each clone that started on its own.
    pub fn roots(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.root)
    }

    /// The entries on which two or more others build directly: where writers did not see each other.
    pub fn forks(&self) -> Vec<usize> {
        let mut named = vec![0u32; self.len()];
        self.edges.iter().for_each(|number| named[*number] += 1);
        (0..self.len()).filter(|number| named[*number] > 1).collect()
    }

    /// The `prev` of a record written now: the ids of the heads, sorted. Of more than 64 heads the
    /// oldest 64; the next records take up the rest.
    pub fn prev(&self) -> Vec<Id> {
        // The newest in the order of reports, where there are more.
        let is_head = |number: &usize| self.nodes.get(*number).is_some_and(|node| !node.built_on);
        let heads: Vec<usize> = match self.heads().nth(MAX_PREV) {
            Some(_) => self.order().into_iter().filter(is_head).collect(),
            None => (0..self.nodes.len()).filter(is_head).collect(),
        };
        let newest = heads.iter().rev().take(MAX_PREV);
        let mut ids: Vec<Id> = newest.filter_map(|at| Some(self.nodes.get(*at)?.id)).collect();
        ids.sort_unstable();
        ids
    }

    /// The number of the one entry whose id begins with `prefix`, of which 4 to 64 digits are given.
    pub fn find(&self, prefix: &str) -> Result<usize, NotFound> {
        if !(4..=64).contains(&prefix.len()) || !super::id::is_hex(prefix.as_bytes()) {
            return Err(NotFound::NotAPrefix);
        }
        // The range of ids with the prefix: its digits followed by all 0, and by all f.
        let bound = |fill: &str| {
            Id::from_hex(format!("{prefix}{}", fill.repeat(64 - prefix.len())).as_bytes())
        };
        let (Some(first), Some(last)) = (bound("0"), bound("f")) else {
            return Err(NotFound::NotAPrefix);
        };
        let within = |number: &usize| (first..=last).contains(&self.nodes[*number].id);
        let found: Vec<usize> = (0..self.len()).filter(within).collect();
        match found.as_slice() {
            [] => Err(NotFound::None),
            [number] => Ok(*number),
            several => {
                let mut ids: Vec<Id> =
                    several.iter().map(|number| self.nodes[*number].id).collect();
                ids.sort_unstable();
                Err(NotFound::Ambiguous(ids))
            }
        }
    }

    /// The numbers of all entries in the order of reports, oldest first: what an entry builds on
    /// comes before it; among those that may come next, the earliest `when`, then the smallest id.
    pub fn order(&self) -> Vec<usize> {
        // Nearly always each entry builds on the one before it, and then there is nothing to choose.
        let follows = |number: usize| self.depends_on(number).contains(&(number - 1));
        if (1..self.len()).all(follows) {
            return (0..self.len()).collect();
        }
        let mut waiting_for: Vec<usize> = self.nodes.iter().map(|node| node.edges.len()).collect();
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for number in 0..self.len() {
            self.depends_on(number).iter().for_each(|earlier| after[*earlier].push(number));
        }
        let next =
            |number: usize| Reverse((self.nodes[number].when, self.nodes[number].id, number));
        let mut ready: BinaryHeap<_> =
            (0..self.len()).filter(|number| waiting_for[*number] == 0).map(next).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(Reverse((_, _, number))) = ready.pop() {
            order.push(number);
            for later in &after[number] {
                waiting_for[*later] -= 1;
                if waiting_for[*later] == 0 {
                    ready.push(next(*later));
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use std::collections::HashSet;

    /// Entry `n` has the id `[n; 32]`.
    fn chain(entries: &[(u8, i64, &[u8])]) -> Chain {
        let mut chain = Chain::default();
        for (line, (n, when, prev)) in (1..).zip(entries) {
            let place = Place { line, offset: 0, length: 0 };
            let missing = chain.push(Id([*n; 32]), place, *when, prev.iter().map(|n| Id([*n; 32])));
            assert!(missing.is_empty());
        }
        chain
    }

    fn names(chain: &Chain, numbers: &[usize]) -> Vec<u8> {
        numbers.iter().map(|number| chain.nodes()[*number].id.0[0]).collect()
    }

    #[test]
    fn heads_roots_and_forks_of_the_picture() {
        let chain =
            chain(&[(1, 0, &[]), (2, 1, &[1]), (3, 2, &[2]), (4, 2, &[2]), (5, 3, &[3, 4])]);
        assert_eq!(chain.heads().map(|node| node.id.0[0]).collect::<Vec<_>>(), [5]);
        assert_eq!(chain.roots().map(|node| node.id.0[0]).collect::<Vec<_>>(), [1]);
        assert_eq!(names(&chain, &chain.forks()), [2]);
        assert_eq!(names(&chain, chain.depends_on(4)), [3, 4]);
        assert_eq!(names(&chain, &chain.depended_on_by(1)), [3, 4]);
        assert_eq!(chain.prev(), [Id([5; 32])]);
    }

    #[test]
    fn order_is_causal_then_by_time_then_by_id() {
        // 2 claims to be older than 1, on which it builds; 9 and 3 are concurrent; 4 and 5 too, at
        // the same moment.
        let chain = chain(&[
            (1, 100, &[]),
            (2, 50, &[1]),
            (9, 60, &[2]),
            (3, 70, &[2]),
            (5, 80, &[3, 9]),
            (4, 80, &[3, 9]),
        ]);
        assert_eq!(names(&chain, &chain.order()), [1, 2, 9, 3, 4, 5]);
    }

    #[test]
    fn more_heads_than_fit_are_taken_up_oldest_first() {
        let entries: Vec<(u8, i64, &[u8])> = (0..70).rev().map(|n| (n, 0, &[][..])).collect();
        let chain = chain(&entries);
        let prev = chain.prev();
        assert_eq!(prev.len(), 64);
        assert_eq!(prev[0], Id([6; 32]));
        assert!(prev.is_sorted());
    }

    #[test]
    fn a_prefix_of_four_digits_finds_its_entry() {
        let mut chain = chain(&[(0x11, 0, &[]), (0x22, 0, &[])]);
        let mut close = [0x11; 32];
        close[2] = 0x12;
        chain.push(Id(close), Place { line: 3, offset: 0, length: 0 }, 0, std::iter::empty());
        assert_eq!(chain.find("2222"), Ok(1));
        assert_eq!(chain.find("111112"), Ok(2));
        assert_eq!(chain.find(&"1".repeat(64)), Ok(0));
        assert_eq!(chain.find("1111"), Err(NotFound::Ambiguous(vec![Id([0x11; 32]), Id(close)])));
        assert_eq!(chain.find("3333"), Err(NotFound::None));
        for bad in ["222", "", "22zz", "2222é", "22AA", &"1".repeat(65)] {
            assert_eq!(chain.find(bad), Err(NotFound::NotAPrefix), "{bad}");
        }
    }

    /// An entry out of an index: `when`, and the entries before it that it builds on.
    type Drawn = (i64, Vec<Index>);

    fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
        // Few moments, so that ids have to decide.
        prop::collection::vec((0..4_i64, prop::collection::vec(any::<Index>(), 0..4)), 1..40)
    }

    /// The id of an entry: in another order than the entries are drawn.
    fn id(number: usize) -> Id {
        Id([(number * 101 % 251) as u8; 32])
    }

    fn prev(number: usize, drawn: &Drawn) -> Vec<usize> {
        let earlier = drawn.1.iter().filter(|_| number > 0).map(|index| index.index(number));
        let mut earlier: Vec<usize> = earlier.collect();
        earlier.sort_unstable();
        earlier.dedup();
        earlier
    }

    /// A file in which the entries stand so that each comes behind what it builds on; `choices` says
    /// which of those that may come next does.
    fn file(drawn: &[Drawn], choices: &[Index]) -> Chain {
        let mut chain = Chain::default();
        let mut left: Vec<usize> = (0..drawn.len()).collect();
        for (line, choice) in (1..).zip(choices) {
            let written = |number: &usize| chain.get(&id(*number)).is_some();
            let may: Vec<usize> = left
                .iter()
                .copied()
                .filter(|&number| prev(number, &drawn[number]).iter().all(written))
                .collect();
            let Some(&next) = may.get(choice.index(may.len().max(1))) else { break };
            left.retain(|number| *number != next);
            let place = Place { line, offset: 0, length: 0 };
            let prev = prev(next, &drawn[next]).into_iter().map(id);
            assert!(chain.push(id(next), place, drawn[next].0, prev).is_empty());
        }
        assert!(left.is_empty(), "the choices write every entry");
        chain
    }

    /// The order as it is defined, without a queue: again and again the least of those that may come.
    fn slowly(drawn: &[Drawn]) -> Vec<Id> {
        let mut left: Vec<usize> = (0..drawn.len()).collect();
        let mut order = Vec::new();
        while let Some(&next) = left
            .iter()
            .filter(|&&number| prev(number, &drawn[number]).iter().all(|e| order.contains(&id(*e))))
            .min_by_key(|&&number| (drawn[number].0, id(number)))
        {
            left.retain(|number| *number != next);
            order.push(id(next));
        }
        order
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_graph_however_the_lines_stand_in_the_file(
            drawn in drawn(),
            choices in prop::collection::vec(any::<Index>(), 40),
        ) {
            let chain = file(&drawn, &choices);
            let order: Vec<Id> = chain.order().iter().map(|&n| chain.nodes()[n].id).collect();
            prop_assert_eq!(order, slowly(&drawn));

            let named: Vec<usize> =
                drawn.iter().enumerate().flat_map(|(number, one)| prev(number, one)).collect();
            let times = |number: usize| named.iter().filter(|&&other| other == number).count();
            let those = |which: &dyn Fn(usize) -> bool| -> HashSet<Id> {
                (0..drawn.len()).filter(|&number| which(number)).map(id).collect()
            };
            let heads: HashSet<Id> = chain.heads().map(|node| node.id).collect();
            prop_assert_eq!(&heads, &those(&|number| times(number) == 0));
            let roots: HashSet<Id> = chain.roots().map(|node| node.id).collect();
            prop_assert_eq!(roots, those(&|number| prev(number, &drawn[number]).is_empty()));
            let forks: HashSet<Id> = chain.forks().iter().map(|&n| chain.nodes()[n].id).collect();
            prop_assert_eq!(forks, those(&|number| times(number) > 1));
            let mut prev = heads.into_iter().collect::<Vec<_>>();
            prev.sort_unstable();
            prop_assert_eq!(chain.prev(), prev);
        }
    }
}

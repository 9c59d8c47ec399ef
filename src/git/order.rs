//! Orders in which children come before their parents: git's `sort_in_topological_order`.

use memchr::memmem;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Counts, for each commit of the list, how many children in the list still wait to be shown.
struct Children(HashMap<u32, u32>);

impl Children {
    fn count(list: &[u32], parents: &impl Fn(u32) -> Vec<u32>) -> Children {
        let mut waiting: HashMap<u32, u32> = list.iter().map(|&node| (node, 0)).collect();
        for &node in list {
            for parent in parents(node) {
                if let Some(count) = waiting.get_mut(&parent) {
                    *count += 1;
                }
            }
        }
        Children(waiting)
    }

    fn is_tip(&self, node: u32) -> bool {
        self.0.get(&node) == Some(&0)
    }

    /// Notes that a child was shown. Returns whether `parent` waited for no other child.
    fn release(&mut self, parent: u32) -> bool {
        match self.0.get_mut(&parent) {
            Some(count) => {
                *count -= 1;
                *count == 0
            }
            None => false,
        }
    }
}

/// Lines of history kept together: of the commits whose children have been shown, the one that
/// became free last comes next.
pub(super) fn topological(list: &[u32], parents: impl Fn(u32) -> Vec<u32>) -> Vec<u32> {
    let mut children = Children::count(list, &parents);
    let mut stack: Vec<u32> =
        list.iter().copied().filter(|&node| children.is_tip(node)).rev().collect();
    let mut sorted = Vec::with_capacity(list.len());
    while let Some(node) = stack.pop() {
        for parent in parents(node) {
            if children.release(parent) {
                stack.push(parent);
            }
        }
        sorted.push(node);
    }
    sorted
}

/// Of the commits whose children have been shown, the one with the latest date comes next; ties in
/// the order in which they became free.
pub(super) fn by_date(
    list: &[u32],
    parents: impl Fn(u32) -> Vec<u32>,
    date: impl Fn(u32) -> u64,
) -> Vec<u32> {
    let mut children = Children::count(list, &parents);
    let mut arrivals = 0u32;
    let mut queue = BinaryHeap::new();
    let mut put = |queue: &mut BinaryHeap<_>, node: u32| {
        queue.push((date(node), Reverse(arrivals), node));
        arrivals += 1;
    };
    for &node in list {
        if children.is_tip(node) {
            put(&mut queue, node);
        }
    }
    let mut sorted = Vec::with_capacity(list.len());
    while let Some((_, _, node)) = queue.pop() {
        for parent in parents(node) {
            if children.release(parent) {
                put(&mut queue, parent);
            }
        }
        sorted.push(node);
    }
    sorted
}

/// The author date that `--author-date-order` sorts by: of the first `author` header, 0 where git
/// reads none (`record_author_date`).
pub(super) fn author_date(raw: &[u8]) -> u64 {
    let headers = &raw[..memmem::find(raw, b"\n\n").unwrap_or(raw.len())];
    let line = headers.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"author "));
    let Some(line) = line else { return 0 };
    match super::identity::split(line).and_then(|ident| ident.when) {
        Some(when) => u64::try_from(when.seconds).unwrap_or(0),
        None => 0,
    }
}

//! The Merkle tree over a published list: its root, and proofs that anyone can check.
//!
//! ```text
//!            root                 leaf = SHA-256(00 ‖ id in hex ‖ 0a)      RFC 6962, section 2.1
//!         ┌───┴────┐              node = SHA-256(01 ‖ left ‖ right)
//!       n01         ┊             A tree of n leaves splits at the largest power of two below n.
//!     ┌──┴──┐       ┊
//!   leaf0 leaf1   leaf2           proof for leaf 0: leaf1, leaf2
//! ```
//!
//! [`inclusion`] proves that a leaf stands at an index, [`consistency`] that a longer list begins with
//! a shorter one. The checks follow RFC 9162, sections 2.1.3.2 and 2.1.4.2: they take a proof from a
//! stranger, never fail to end, and accept no hash too many or too few.
//!
//! [`Frontier`] computes the root while leaves arrive, and remembers no more than one hash for each bit
//! of the size.

use crate::ledger::Id;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;

/// The hash of a leaf or of an inner node; written in base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Reads the 44 characters of standard base64; `None` for anything else.
    pub fn parse(text: &str) -> Option<Hash> {
        let bytes = STANDARD.decode(text).ok()?;
        Some(Hash(bytes.try_into().ok()?)).filter(|_| text.len() == 44)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The hash of the leaf that stands for a record: its id and a line feed, so that the list of ids as
/// `sha256sum` prints them is the list of leaves.
pub fn leaf(id: &Id) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(format!("{id}\n")).finalize().into())
}

/// The hash of an inner node.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// The roots of the perfect subtrees of a tree, largest first: enough to add leaves and to know the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One for each bit of the size, the highest first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier over the leaves of some ids.
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a Id>) -> Frontier {
        let mut frontier = Frontier::default();
        ids.into_iter().for_each(|id| frontier.push(leaf(id)));
        frontier
    }

    /// A frontier from its parts, size and root of each perfect subtree; `None` unless the sizes are
    /// different powers of two, largest first.
    pub fn from_parts(parts: &[(u64, Hash)]) -> Option<Frontier> {
        let mut size = 0u64;
        for (leaves, _) in parts {
            let fits = leaves.is_power_of_two()
                && (size == 0 || size.trailing_zeros() > leaves.trailing_zeros());
            size = size.checked_add(*leaves).filter(|_| fits)?;
        }
        Some(Frontier { size, roots: parts.iter().map(|(_, root)| *root).collect() })
    }

    /// Size and root of each perfect subtree, largest first.
    pub fn parts(&self) -> impl Iterator<Item = (u64, Hash)> + '_ {
        let bits = (0..64).rev().map(|bit| 1u64 << bit).filter(|bit| self.size & bit != 0);
        bits.zip(self.roots.iter().copied())
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Each bit that carries joins two subtrees of one size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the tree. That of no leaves is the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Hash(Sha256::digest([]).into()),
            Some(last) => roots.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// The root of the tree over some leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// Where a tree of `size` leaves, of which there are two at least, splits.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The proof that leaf `index` is one of `leaves`: its sibling first. `None` when there is no such leaf.
///
/// RFC 6962, section 2.1.1.
pub fn inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    let (mut leaves, mut index, mut path) = (leaves, index, Vec::new());
    if index >= leaves.len() {
        return None;
    }
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether a proof shows that `leaf` stands at `index` of the tree with this size and root.
///
/// RFC 9162, section 2.1.3.2.
pub fn includes(size: u64, tree: &Hash, index: u64, leaf: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut this, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if this & 1 == 1 || this == last {
            hash = node(sibling, &hash);
            while this & 1 == 0 && this != 0 {
                (this, last) = (this >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (this, last) = (this >> 1, last >> 1);
    }
    last == 0 && hash == *tree
}

/// The proof that the list of `leaves` begins with its first `old` ones, of which there is one at
/// least. `None` when there are not so many.
///
/// RFC 6962, section 2.1.2.
pub fn consistency(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    let (mut leaves, mut old, mut path, mut whole) = (leaves, old, Vec::new(), true);
    while old < leaves.len() {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            old -= left.len();
            leaves = right;
            whole = false;
        }
    }
    // The old tree itself is known to whoever checks.
    if !whole {
        path.push(root(leaves));
    }
    path.reverse();
    Some(path)
}

/// Whether a proof shows that the tree of size `new` with root `new_root` begins with the leaves of the one of
/// size `old` with root `old_root`.
///
/// RFC 9162, section 2.1.4.2.
pub fn extends(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let mut proof = proof.iter();
    let (mut this, mut last) = (old - 1, new - 1);
    while this & 1 == 1 {
        (this, last) = (this >> 1, last >> 1);
    }
    // A perfect old tree is the first hash itself.
    let first = if this == 0 { Some(old_root) } else { proof.next() };
    let Some(first) = first else { return false };
    let (mut from_old, mut from_new) = (*first, *first);
    for hash in proof {
        if last == 0 {
            return false;
        }
        if this & 1 == 1 || this == last {
            from_old = node(hash, &from_old);
            from_new = node(hash, &from_new);
            while this & 1 == 0 && this != 0 {
                (this, last) = (this >> 1, last >> 1);
            }
        } else {
            from_new = node(&from_new, hash);
        }
        (this, last) = (this >> 1, last >> 1);
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf(&Id::of(format!("{n}\n").as_bytes()))).collect()
    }

    /// The definition of the root, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash(Sha256::digest([]).into()),
            [one] => *one,
            more => {
                let mut k = 1;
                while 2 * k < more.len() {
                    k *= 2;
                }
                node(&defined(&more[..k]), &defined(&more[k..]))
            }
        }
    }

    #[test]
    fn the_first_roots_are_those_of_other_programs() {
        // sha256sum of nothing; and printf '\0%s\n' ID | sha256sum, in base64.
        assert_eq!(root(&[]).to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let id = Id([0x5a; 32]);
        assert_eq!(leaf(&id).to_string(), "pIi21y7i9RWrIY1M3NScxOdzId08OSY5J9CQc8SssNI=");
        assert_eq!(root(&[leaf(&id)]), leaf(&id));
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_no_hash_may_change() {
        let all = leaves(300);
        // All 300 take half a minute without optimisation.
        let long = std::env::var_os("AUDIT_TESTS_LONG").is_some();
        let near = |size: usize| [127, 128, 129, 255, 256, 257, 300].contains(&size);
        for size in (1..=all.len()).filter(|size| long || *size <= 70 || near(*size)) {
            let these = &all[..size];
            let top = root(these);
            assert_eq!(top, defined(these), "{size}");
            for index in 0..size {
                let proof = inclusion(these, index).unwrap();
                let holds = |index: usize, leaf: &Hash, proof: &[Hash]| {
                    includes(size as u64, &top, index as u64, leaf, proof)
                };
                assert!(holds(index, &these[index], &proof), "{index} of {size}");
                for at in 0..proof.len() {
                    let mut other = proof.clone();
                    other[at].0[index % 32] ^= 1;
                    assert!(!holds(index, &these[index], &other), "{index} of {size}, hash {at}");
                }
                assert!(
                    !holds(index, &all[(index + 1) % 300], &proof) || size == 1 && index == 299
                );
                let more = [proof.clone(), vec![top]].concat();
                assert!(!holds(index, &these[index], &more), "{index} of {size}, one too many");
                if let Some((_, fewer)) = proof.split_last() {
                    assert!(!holds(index, &these[index], fewer), "{index} of {size}, one too few");
                }
            }
            assert_eq!(inclusion(these, size), None);
        }
    }

    #[test]
    fn every_beginning_of_every_small_tree_is_proved_and_no_hash_may_change() {
        let all = leaves(if std::env::var_os("AUDIT_TESTS_LONG").is_some() { 130 } else { 66 });
        let roots: Vec<Hash> = (0..=all.len()).map(|size| root(&all[..size])).collect();
        for new in 1..=all.len() {
            for old in 1..=new {
                let proof = consistency(&all[..new], old).unwrap();
                let holds = |old_root: &Hash, new_root: &Hash, proof: &[Hash]| {
                    extends(old as u64, old_root, new as u64, new_root, proof)
                };
                assert!(holds(&roots[old], &roots[new], &proof), "{old} of {new}");
                assert!(
                    !holds(&roots[old - 1], &roots[new], &proof),
                    "{old} of {new}, another old root"
                );
                assert!(
                    !holds(&roots[old], &roots[new - 1], &proof),
                    "{old} of {new}, another new root"
                );
                for at in 0..proof.len() {
                    let mut other = proof.clone();
                    other[at].0[at % 32] ^= 1;
                    assert!(!holds(&roots[old], &roots[new], &other), "{old} of {new}, hash {at}");
                }
                let more = [proof.clone(), vec![roots[1]]].concat();
                assert!(!holds(&roots[old], &roots[new], &more), "{old} of {new}, one too many");
                if let Some((_, fewer)) = proof.split_last() {
                    assert!(!holds(&roots[old], &roots[new], fewer), "{old} of {new}, one too few");
                }
            }
            assert_eq!(consistency(&all[..new], new + 1), None);
            assert_eq!(consistency(&all[..new], 0), None);
        }
    }

    #[test]
    fn a_frontier_goes_on_where_another_stopped() {
        let all = leaves(300);
        for size in 0..=all.len() {
            let mut frontier = Frontier::default();
            all[..size].iter().for_each(|leaf| frontier.push(*leaf));
            let parts: Vec<_> = frontier.parts().collect();
            let mut again = Frontier::from_parts(&parts).unwrap();
            assert_eq!(again, frontier);
            all[size..].iter().for_each(|leaf| again.push(*leaf));
            assert_eq!((again.size(), again.root()), (300, root(&all)));
        }
        let hash = all[0];
        for bad in
            [&[(3, hash)][..], &[(0, hash)], &[(1, hash), (2, hash)], &[(2, hash), (2, hash)]]
        {
            assert_eq!(Frontier::from_parts(bad), None);
        }
    }

    #[test]
    fn sizes_that_a_stranger_makes_up_prove_nothing() {
        let all = leaves(5);
        let (top, proof) = (root(&all), inclusion(&all, 2).unwrap());
        assert!(includes(5, &top, 2, &all[2], &proof));
        for (size, index) in [(0, 0), (2, 2), (5, 5), (u64::MAX, 2), (u64::MAX, u64::MAX), (1, 0)] {
            assert!(!includes(size, &top, index, &all[2], &proof), "{index} of {size}");
        }
        for (old, new) in [(0, 5), (6, 5), (1, u64::MAX), (u64::MAX, u64::MAX)] {
            assert!(!extends(old, &top, new, &top, &proof), "{old} of {new}");
        }
    }
}

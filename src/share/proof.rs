//! Proofs as files: that a record stands in a published list, and that one list goes on from another.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 700                                       counted from 0
//! JQk8WW9lP7gv/iLpod7Ek9HPJaabrzuExJPcYuhF/Ow=    sibling of the leaf first
//! …
//!                                                 an empty line, then a checkpoint
//! github.com/acme/pay
//! 1234
//! 31GnkccDN4bOVGgixew1ZEEiy0U+bU64tMeYnJGaJjA=
//! ```
//!
//! That is a C2SP tlog-proof without its optional `extra` line. A consistency proof is the body of a
//! request to a C2SP witness: `old N`, hashes, an empty line, the newer checkpoint.

use super::note::{Checkpoint, Malformed, Note, number};
use super::tree::{self, Hash};
use crate::ledger::Id;
use std::fmt;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// How many hashes a proof can have: one for each bit of a size, twice for consistency.
const MAX_HASHES: usize = 128;

/// A proof that a record stands in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Where it stands, from 0.
    pub index: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
    /// The list, with signatures where there are any.
    pub note: Note,
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\nindex {}\n", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

impl Inclusion {
    /// Reads a proof.
    ///
    /// # Errors
    /// What is not as it should be.
    pub fn parse(text: &str) -> Result<Inclusion, Malformed> {
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix("\nindex "));
        let rest = rest.ok_or(Malformed("it does not begin as a tlog-proof"))?;
        let (index, hashes, note) = parts(rest)?;
        Ok(Inclusion { index, hashes, note })
    }

    /// Whether it proves that the record with this id stands where it says.
    pub fn holds(&self, id: &Id) -> bool {
        let Checkpoint { size, root, .. } = &self.note.checkpoint;
        tree::includes(*size, root, self.index, &tree::leaf(id), &self.hashes)
    }
}

/// A proof that a list goes on from an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The size of the older list.
    pub old: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
    /// The newer list.
    pub note: Note,
}

impl fmt::Display for Consistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

impl Consistency {
    /// Reads a proof.
    ///
    /// # Errors
    /// What is not as it should be.
    pub fn parse(text: &str) -> Result<Consistency, Malformed> {
        let rest = text.strip_prefix("old ").ok_or(Malformed("it does not begin with 'old'"))?;
        let (old, hashes, note) = parts(rest)?;
        Ok(Consistency { old, hashes, note })
    }

    /// Whether it proves that the newer list goes on from `old`.
    pub fn holds(&self, old: &Checkpoint) -> bool {
        let Checkpoint { origin, size, root } = &self.note.checkpoint;
        old.size == self.old
            && old.origin == *origin
            && (old.size == 0 && self.hashes.is_empty()
                || tree::extends(old.size, &old.root, *size, root, &self.hashes))
    }
}

/// A number, hashes, an empty line and a note.
fn parts(text: &str) -> Result<(u64, Vec<Hash>, Note), Malformed> {
    let (head, note) =
        text.split_once("\n\n").ok_or(Malformed("no empty line before the checkpoint"))?;
    let mut lines = head.split('\n');
    let first = lines.next().and_then(number).ok_or(Malformed("the index is no number"))?;
    let hashes: Option<Vec<Hash>> = lines.take(MAX_HASHES + 1).map(Hash::parse).collect();
    let hashes = hashes.ok_or(Malformed("a line of the proof is no SHA-256 in base64"))?;
    if hashes.len() > MAX_HASHES {
        return Err(Malformed("more hashes than any proof has"));
    }
    Ok((first, hashes, Note::parse(note)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ids(count: u32) -> Vec<Id> {
        (0..count).map(|n| Id::of(&n.to_be_bytes())).collect()
    }

    fn note(leaves: &[Hash]) -> Note {
        let checkpoint = Checkpoint {
            origin: "example.com/pay".into(),
            size: leaves.len() as u64,
            root: tree::root(leaves),
        };
        Note { checkpoint, signatures: Vec::new() }
    }

    #[test]
    fn a_proof_survives_its_file_and_no_changed_byte() {
        let ids = ids(37);
        let leaves: Vec<Hash> = ids.iter().map(tree::leaf).collect();
        let proof = Inclusion {
            index: 20,
            hashes: tree::inclusion(&leaves, 20).unwrap(),
            note: note(&leaves),
        };
        let text = proof.to_string();
        assert_eq!(Inclusion::parse(&text).unwrap(), proof);
        assert!(proof.holds(&ids[20]) && !proof.holds(&ids[21]));
        // Name and size are what the signature on a checkpoint is for: the root says neither.
        let signed = text.find("example.com").unwrap()..text.find("\n37\n").unwrap() + 3;
        for at in (0..text.len()).filter(|at| !signed.contains(at)) {
            let mut other = text.clone().into_bytes();
            other[at] ^= 1;
            let other = String::from_utf8(other).unwrap();
            let holds = Inclusion::parse(&other).is_ok_and(|proof| proof.holds(&ids[20]));
            assert!(!holds, "byte {at} of {text}");
        }
    }

    #[test]
    fn what_goes_on_from_a_checkpoint_is_proved_to() {
        let leaves: Vec<Hash> = ids(37).iter().map(tree::leaf).collect();
        let old = note(&leaves[..9]).checkpoint;
        let hashes = tree::consistency(&leaves, 9).unwrap();
        let proof = Consistency { old: 9, hashes, note: note(&leaves) };
        assert_eq!(Consistency::parse(&proof.to_string()).unwrap(), proof);
        assert!(proof.holds(&old));
        assert!(!proof.holds(&note(&leaves[1..10]).checkpoint));
        assert!(!proof.holds(&Checkpoint { origin: "example.com/other".into(), ..old.clone() }));
        assert!(!proof.holds(&Checkpoint { size: 8, ..old }));
    }

    #[test]
    fn hostile_files_are_refused() {
        for bad in [
            "",
            "c2sp.org/tlog-proof@v1\nindex \n\n",
            "c2sp.org/tlog-proof@v1\nindex 01\n\na\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "c2sp.org/tlog-proof@v2\nindex 0\n\na\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        ] {
            assert!(Inclusion::parse(bad).is_err(), "{bad:?}");
        }
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        let long = format!("old 1\n{}\na\n1\n{hash}", hash.repeat(200));
        assert_eq!(Consistency::parse(&long).unwrap_err().0, "more hashes than any proof has");
    }
}

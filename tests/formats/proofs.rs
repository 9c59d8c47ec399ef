//! Merkle trees and proofs held against another implementation: PyPI's `pymerkle`, where it is installed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::ledger_support::have;
use audit::ledger::Id;
use audit::share::tree::{self, Hash};
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads a tree a line, its root and that of some beginnings, index and path of inclusion proofs; builds the same with pymerkle.
const SCRIPT: &str = r#"
import json, sys
from pymerkle import InmemoryTree
trees = proofs = 0
for line in sys.stdin:
    given = json.loads(line)
    tree = InmemoryTree(algorithm="sha256")
    for id in given["ids"]:
        tree.append_entry(id.encode() + b"\n")
    assert tree.get_state().hex() == given["root"], len(given["ids"])
    trees += 1
    for index, leaf, path in given["inclusion"]:
        proof = tree.prove_inclusion(index + 1).serialize()
        assert proof["path"][0] == leaf and sorted(proof["path"][1:]) == sorted(path), (len(given["ids"]), index)
        proofs += 1
    for old, root in given["roots"].items():
        assert tree.get_state(int(old)).hex() == root, (len(given["ids"]), old)
print(trees, proofs)
"#;

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_implementation_builds_the_same_trees_and_proofs() {
    let python = std::env::var("AUDIT_TESTS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let able = Command::new(&python).args(["-c", "import pymerkle"]).stderr(Stdio::null()).status();
    if !able.is_ok_and(|status| status.success()) {
        // Says so.
        assert!(!have(
            "a-python3-with-pymerkle",
            "another_implementation_builds_the_same_trees_and_proofs"
        ));
        return;
    }
    let mut input = String::new();
    for size in (1..=300).step_by(7).chain([2, 64, 128, 255, 256, 257]) {
        let ids: Vec<Id> = (0..size).map(|n| Id::of(format!("{size} {n}\n").as_bytes())).collect();
        let leaves: Vec<Hash> = ids.iter().map(tree::leaf).collect();
        let picked = |count: usize| (0..count).map(move |n| (n * 7_919 + size) % size);
        let inclusion: Vec<_> = picked(25)
            .map(|index| {
                let path = tree::inclusion(&leaves, index).unwrap();
                (index, hex(&leaves[index]), path.iter().map(hex).collect::<Vec<_>>())
            })
            .collect();
        let olds: Vec<usize> = picked(5).map(|index| index + 1).collect();
        let roots: serde_json::Map<_, _> = olds
            .iter()
            .map(|old| (old.to_string(), hex(&tree::root(&leaves[..*old])).into()))
            .collect();
        let document = serde_json::json!({
            "ids": ids.iter().map(Id::to_string).collect::<Vec<_>>(),
            "root": hex(&tree::root(&leaves)),
            "inclusion": inclusion,
            "roots": roots,
        });
        input.push_str(&format!("{document}\n"));
    }
    let mut child = Command::new(&python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let counts: Vec<usize> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    assert!(counts[0] > 40 && counts[1] > 1_000, "{said}");
}

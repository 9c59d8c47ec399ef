//! What the fuzz targets look for holds for every file of their corpus: once, without libFuzzer.
//!
//! The properties are those of `fuzz/src`; a finding of a run becomes a file of `fuzz/corpus/TARGET`, and
//! from then on fails here, named.

#![allow(clippy::unwrap_used, clippy::expect_used)]

// Public for the crate of the targets.
#[allow(unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod properties;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Runs each file of a folder, and some changes to it that a fuzzer would try first.
fn run(target: &str, property: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 3, "{} holds a few files", folder.display());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let check = |what: &str, bytes: &[u8]| {
            let failed = catch_unwind(|| property(bytes)).is_err();
            assert!(!failed, "{}: {what}", file.display());
        };
        check("as it stands", &bytes);
        // At most some dozens of each, spread over the file.
        for at in (0..bytes.len()).step_by(bytes.len() / 24 + 1) {
            check(&format!("cut at {at}"), &bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            check(&format!("a bit changed at {at}"), &changed);
        }
    }
}

macro_rules! targets {
    ($($target:ident)*) => {
        $(#[test] fn $target() { run(stringify!($target), properties::$target); })*

        #[test]
        fn every_target_has_its_corpus_and_its_test() {
            let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            let names = |folder: &str| {
                let folder = fs::read_dir(fuzz.join(folder)).unwrap();
                let name = |file: fs::DirEntry| file.path().file_stem().unwrap().to_os_string();
                let mut names: Vec<_> = folder.map(|file| name(file.unwrap())).collect();
                names.sort();
                names
            };
            assert_eq!(names("targets"), names("corpus"));
            assert_eq!(names("targets"), [$(stringify!($target)),*]);
            let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for target in [$(stringify!($target)),*] {
                assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target}");
            }
        }
    };
}

targets! { allowed_signers armor import krl ledger object policy table trailers words }

//! Reading and checking is quicker than the tools that people would use by hand.
//!
//! Run with `cargo test --release --test formats ledger_speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

use crate::ledger_support::*;
use audit::ledger::{Id, Ledger};
use std::fs;
use std::time::Instant;

#[test]
#[ignore = "measures; needs --release"]
fn a_hundred_thousand_records_are_checked_quicker_than_jq_and_sha256sum_do_it() {
    if !have("jq", "the speed of the check") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path());
    fs::create_dir(ledger.dir()).unwrap();
    let bytes = chain(100_000, unsigned).concat();
    fs::write(ledger.path(), &bytes).unwrap();
    let time = |what: &str, run: &mut dyn FnMut()| {
        run();
        let begin = Instant::now();
        run();
        println!("{what}: {:?}", begin.elapsed());
        begin.elapsed()
    };
    println!("{} bytes", bytes.len());
    let by_hand = time("sha256sum and jq", &mut || {
        shell(ledger.dir(), "sha256sum ledger.jsonl; jq -c . ledger.jsonl > /dev/null").unwrap();
    });
    time("sha256sum", &mut || {
        shell(ledger.dir(), "sha256sum ledger.jsonl").unwrap();
    });
    let ours = time("read and check", &mut || {
        assert_eq!(ledger.read(rules()).unwrap().report().found, 0);
    });
    let view = ledger.read(rules()).unwrap();
    time("every entry, typed", &mut || {
        assert!(view.entries().unwrap().all(|entry| entry.is_ok()));
    });
    time("order", &mut || assert_eq!(view.chain().order().len(), 100_000));
    time("hashing alone", &mut || {
        bytes.split_inclusive(|byte| *byte == b'\n').for_each(|line| {
            std::hint::black_box(Id::of(line));
        });
    });
    assert!(ours.as_secs_f64() < 1.5 * by_hand.as_secs_f64());
}

#[test]
#[ignore = "measures; needs --release"]
fn an_append_costs_little_beside_its_sync() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path());
    let line = unsigned(&deploy(0, vec![]));
    let begin = Instant::now();
    let mut file = fs::File::create(dir.path().join("bare")).unwrap();
    for _ in 0..100 {
        std::io::Write::write_all(&mut file, &line).unwrap();
        file.sync_data().unwrap();
    }
    println!("bare append and sync: {:?}", begin.elapsed() / 100);
    let begin = Instant::now();
    for number in 0..100 {
        let view = ledger.read(rules()).unwrap();
        let line = unsigned(&deploy(number, view.chain().prev()));
        ledger.append(view, &line, BEGIN).unwrap();
    }
    println!("read, make, append: {:?}", begin.elapsed() / 100);
}

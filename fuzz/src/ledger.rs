//! Lines of the ledger, alone and as a file.

use audit::ledger::check::{Checker, Report, Rules};
use audit::ledger::entry::{self, Entry, Line, Scratch};
use audit::ledger::{Id, canonical, check, parallel};
use audit::signature::armor_is_canonical;
use serde_json::Value;
use sha2::{Digest, Sha256};

const RULES: Rules = Rules { ledger: None, armor: armor_is_canonical };

/// A whole file.
pub fn ledger(bytes: &[u8]) {
    let mut entries = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        canonical_text(line.strip_suffix(b"\n").unwrap_or(line));
        entries.extend(read(line));
    }
    file(bytes);
    linked(entries, bytes);
}

/// Canonical is what serde_json reads and the library, and JCS, write in the same way.
fn canonical_text(text: &[u8]) {
    let value: Option<Value> = serde_json::from_slice(text).ok();
    let emitted = value.as_ref().and_then(|value| canonical::emit(value).ok());
    let is_canonical = emitted.as_deref().map(str::as_bytes) == Some(text);
    assert_eq!(canonical::check(text).is_ok(), is_canonical);
    if let (true, Some(value)) = (is_canonical, value) {
        let jcs = serde_json_canonicalizer::to_vec(&value).expect("a value has a JCS form");
        assert_eq!(jcs, text);
    }
}

/// A line that is an entry says the same in both readings, and is written again as it stands.
fn read(bytes: &[u8]) -> Option<Entry> {
    let mut scratch = Scratch::default();
    let line = Line::read(bytes, &mut scratch);
    let entry = Entry::parse(bytes);
    let (Ok(line), Ok(entry)) = (&line, &entry) else {
        assert_eq!(line.err(), entry.err());
        return None;
    };
    assert_eq!(line.id(), entry.id);
    assert_eq!(line.id(), Id(Sha256::digest(bytes).into()));
    assert!(line.prev().eq(entry.body.prev.iter().copied()));
    assert!(entry.body.prev.is_sorted());
    assert_eq!((&*line.kind(), &*line.ledger()), (&*entry.body.kind, &*entry.body.ledger));
    assert_eq!(line.when, entry.body.when);
    assert_eq!(line.recorded(), entry.body.recorded);
    assert_eq!(line.signature().as_deref(), entry.signature.as_deref());
    assert_eq!(line.is_signed(), entry.signature.is_some());
    assert_eq!(line.payload(), entry.payload);

    // A writer leaves out an object that is empty; one that stands there is kept by readers.
    let value: Value = serde_json::from_slice(bytes).expect("an entry is JSON");
    let empty = |key: &str| value["body"][key].as_object().is_some_and(|object| object.is_empty());
    if !empty("where") && !empty("why") {
        let body = entry.body.format().expect("what was read can be written");
        assert_eq!(entry::payload(&body), entry.payload);
        let again = entry::format(&body, entry.signature.as_deref()).expect("and its signature");
        assert_eq!(again, bytes);
    }
    let _ = (entry.body.tickets(), entry.body.links(), entry.body.known_kind());
    Some(entry.clone())
}

/// A check finds the same whatever the pieces it is fed in, on one processor and on all.
fn file(bytes: &[u8]) -> Report {
    let report = check::check(bytes, RULES).expect("memory can be read");
    let torn = report.torn.map_or(0, |torn| torn.bytes);
    assert_eq!(report.bytes + torn, bytes.len() as u64);
    assert!(report.torn.is_none_or(|torn| torn.offset == report.bytes && torn.bytes > 0));
    assert!(report.found >= report.findings.len() as u64 && report.found >= report.damage);
    assert!(report.chain.len() as u64 + report.damage >= report.lines);
    assert!(report.findings.iter().all(|finding| finding.line <= report.lines + 1));
    let mut order = report.chain.order();
    order.sort_unstable();
    assert!(order.into_iter().eq(0..report.chain.len()));

    let size = usize::from(bytes.first().copied().unwrap_or(0)) % 7 + 1;
    let mut pieces = Checker::new(RULES);
    bytes.chunks(size).for_each(|piece| pieces.feed(piece, &mut |_, _| ()));
    same(&report, &pieces.finish());
    let mut ids = Vec::new();
    let parallel = parallel::check(bytes, &RULES, |_, id, _, _| id, |id| ids.push(id));
    same(&report, &parallel.expect("memory can be read"));
    assert!(ids.into_iter().eq(report.chain.nodes().iter().map(|node| node.id)));
    report
}

fn same(one: &Report, other: &Report) {
    assert_eq!(one.findings, other.findings);
    assert_eq!(
        (one.found, one.damage, one.torn, one.lines, one.bytes, one.signed, &one.ledger),
        (
            other.found,
            other.damage,
            other.torn,
            other.lines,
            other.bytes,
            other.signed,
            &other.ledger
        )
    );
    let ids = |report: &Report| report.chain.nodes().iter().map(|node| node.id).collect::<Vec<_>>();
    assert_eq!(ids(one), ids(other));
    assert_eq!(one.chain.order(), other.chain.order());
}

/// The entries, each made to build on the one before it, are a ledger without damage; with any bit
/// changed they are not, or their newest entry has another id.
fn linked(entries: Vec<Entry>, bytes: &[u8]) {
    let mut whole = Vec::new();
    let mut prev = Vec::new();
    for mut entry in entries.into_iter().take(16) {
        entry.body.prev = prev;
        let body = entry.body.format().expect("an entry can be written");
        let line = entry::format(&body, None).expect("without a signature");
        if line.len() > entry::MAX_LINE {
            return;
        }
        prev = vec![Id::of(&line)];
        whole.extend_from_slice(&line);
    }
    let Some(newest) = prev.first() else { return };
    let report = file(&whole);
    assert_eq!((report.damage, report.torn), (0, None), "{:?}", report.findings);
    assert_eq!(report.chain.prev(), prev);

    // Which bit follows from the input, so that a finding can be run again.
    let digest = Sha256::digest(bytes);
    let number =
        usize::from(digest[0]) << 16 | usize::from(digest[1]) << 8 | usize::from(digest[2]);
    let bit = number % (whole.len() * 8);
    whole[bit / 8] ^= 1 << (bit % 8);
    let report = file(&whole);
    let known = report.chain.get(newest).is_some();
    assert!(report.damage > 0 || report.torn.is_some() || !known, "bit {bit} changed nothing");
}

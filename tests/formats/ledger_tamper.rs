//! What somebody can do to a ledger of 200 signed records without being found out: next to nothing.
//!
//! Found out means: the check has a finding, or a signature does not hold, or the newest head is
//! another one than an honest copy has kept. The last is needed only where the format says so, and
//! those cases have a test of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

use crate::ledger_support::*;
use audit::ledger::check::{Checker, Report};
use audit::ledger::{Entry, Id, Ledger, NAMESPACE, Rule, Rules, entry};
use ssh_key::SshSig;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

const LENGTH: usize = 200;

fn ledger() -> Vec<Vec<u8>> {
    chain(LENGTH as u64, signed)
}

/// A check, and whether every entry is signed by Ana.
fn judge(bytes: &[u8]) -> (Report, bool) {
    let mut all_hold = true;
    let mut checker = Checker::new(rules());
    checker.feed(bytes, &mut |_, line| {
        all_hold &= line.signature().is_some_and(|armor| holds(&line.payload(), &armor));
    });
    (checker.finish(), all_hold)
}

fn found_out(bytes: &[u8]) -> bool {
    let (report, all_hold) = judge(bytes);
    report.found > 0 || !all_hold
}

fn rules_of(report: &Report) -> Vec<Rule> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_untouched_ledger_has_nothing_to_find() {
    let (report, all_hold) = judge(&ledger().concat());
    assert_eq!((report.found, report.chain.len(), report.signed), (0, LENGTH, LENGTH as u64));
    assert!(all_hold);
    assert_eq!(report.chain.heads().count(), 1);
    assert_eq!(report.chain.order(), (0..LENGTH).collect::<Vec<_>>());
}

/// The check of one line, or of what became of it, and of the lines before and behind it. A line rests
/// on the one before and is held in its place by the one behind, so this shows what the check of the
/// whole file would, in a hundredth of the time. Returns the rules that do not hold.
fn around(lines: &[Vec<u8>], number: usize, bytes: &[u8]) -> Vec<Rule> {
    before(lines, number).with(bytes, lines.get(number + 1))
}

/// The state of a check before a line, having seen only the one before that.
struct Before(Checker, usize);

fn before(lines: &[Vec<u8>], number: usize) -> Before {
    let mut checker = Checker::new(Rules { armor: armor_or_known, ..rules() });
    if let Some(before) = number.checked_sub(1) {
        checker.feed(&lines[before], &mut |_, _| ());
    }
    // What the line before builds on has not been seen.
    Before(checker, usize::from(number > 1))
}

impl Before {
    fn with(&self, bytes: &[u8], behind: Option<&Vec<u8>>) -> Vec<Rule> {
        let mut checker = self.0.clone();
        checker.feed(bytes, &mut |_, _| ());
        checker.feed(behind.map_or(&[], Vec::as_slice), &mut |_, _| ());
        rules_of(&checker.finish()).into_iter().skip(self.1).collect()
    }
}

/// The armor rule, with the honest signatures known by heart: a million checks of them take minutes.
fn armor_or_known(armor: &[u8]) -> bool {
    static KNOWN: OnceLock<HashSet<Vec<u8>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let armors =
            ledger().into_iter().map(|line| Entry::parse(&line).unwrap().signature.unwrap());
        armors.map(String::into_bytes).inspect(|armor| assert!((rules().armor)(armor))).collect()
    });
    known.contains(armor) || (rules().armor)(armor)
}

/// In every ninth line, and in the newest; [`every_single_bit_flip_of_all_is_found`] takes them all.
#[test]
fn every_single_bit_flip_is_found() {
    flip_lines((0..LENGTH).step_by(9).chain([LENGTH - 1]).collect());
}

#[test]
#[ignore = "takes a minute or two without --release"]
fn every_single_bit_flip_of_all_is_found() {
    assert!(flip_lines((0..LENGTH).collect()) > 1_000_000);
}

/// Flips every bit of these lines, in several threads. Returns how many that were.
fn flip_lines(numbers: Vec<usize>) -> u64 {
    let lines = ledger();
    let bits: u64 = numbers.iter().map(|number| 8 * lines[*number].len() as u64).sum();
    let counts = std::thread::scope(|scope| {
        let parts: Vec<_> = numbers
            .chunks(numbers.len().div_ceil(4))
            .map(|numbers| scope.spawn(|| flip(&lines, numbers)))
            .collect();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for part in parts {
            part.join()
                .unwrap()
                .into_iter()
                .for_each(|(how, n)| *counts.entry(how).or_default() += n);
        }
        counts
    });
    println!("{bits} bits flipped, all found: {counts:?}");
    assert_eq!(counts.values().sum::<u64>(), bits);
    bits
}

fn flip(lines: &[Vec<u8>], numbers: &[usize]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for &number in numbers {
        assert_eq!(around(lines, number, &lines[number]), []);
        let before = before(lines, number);
        let mut bytes = lines[number].clone();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            let how = match before.with(&bytes, lines.get(number + 1)).first() {
                Some(rule) => rule.name(),
                // Only the newest line has nobody behind it to vouch for it.
                None if number == LENGTH - 1 && !signed_by_ana(&bytes) => "signature",
                None => panic!("line {} bit {bit} was not found", number + 1),
            };
            *counts.entry(how).or_default() += 1;
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
    counts
}

fn signed_by_ana(line: &[u8]) -> bool {
    let entry = Entry::parse(line).unwrap();
    entry.signature.is_some_and(|armor| holds(&entry.payload, &armor))
}

#[test]
fn every_deletion_but_that_of_the_newest_is_found() {
    let lines = ledger();
    for gone in 0..LENGTH - 1 {
        let mut lines = lines.clone();
        lines.remove(gone);
        let report = check(&lines.concat());
        assert_eq!(rules_of(&report), [Rule::PrevMissing]);
        assert_eq!(report.findings[0].line, gone as u64 + 1);
    }
    println!("{} deletions, all found", LENGTH - 1);
}

#[test]
fn every_duplication_is_found_wherever_the_copy_stands() {
    let lines = ledger();
    let mut tried = 0;
    for line in (0..LENGTH).step_by(7).chain([LENGTH - 1]) {
        for to in (0..=LENGTH).step_by(7).chain([LENGTH, line, line + 1]) {
            let mut copied = lines.clone();
            copied.insert(to, lines[line].clone());
            assert!(rules_of(&check(&copied.concat())).contains(&Rule::DuplicateLine));
            tried += 1;
        }
    }
    println!("{tried} duplications, all found");
}

#[test]
fn every_swap_of_two_lines_is_found() {
    let lines = ledger();
    let mut tried = 0;
    for one in 0..LENGTH {
        for other in (one + 1..LENGTH).step_by(if one % 100 == 0 { 1 } else { 67 }) {
            let mut swapped = lines.clone();
            swapped.swap(one, other);
            assert!(
                rules_of(&check(&swapped.concat())).contains(&Rule::PrevLater),
                "{one} {other}"
            );
            tried += 1;
        }
    }
    println!("{tried} swaps, all found");
}

#[test]
fn every_insertion_is_found() {
    let lines = ledger();
    let mut tried = 0;
    for to in 0..=LENGTH {
        let prev: Vec<Id> =
            to.checked_sub(1).map(|before| Id::of(&lines[before])).into_iter().collect();
        let forged = deploy(9999, prev.clone());
        let mut foreign = deploy(9999, prev.clone());
        foreign.ledger = "example.com/other/pay".into();
        for stranger in [
            unsigned(&forged),
            signed_by(&forged, &other_key(), NAMESPACE),
            signed_by(&forged, &key(), "git"),
            signed(&foreign),
            b"\n".to_vec(),
            b"{}\n".to_vec(),
            b"{\"body\":{},\"sig\":null}\n".to_vec(),
        ] {
            let found = before(&lines, to).with(&stranger, lines.get(to));
            assert!(!found.is_empty() || !signed_by_ana(&stranger), "{to}");
            tried += 1;
        }
    }
    println!("{tried} insertions, all found");
}

/// The line with another signature in the place of its own.
fn with_signature(line: &[u8], armor: Option<&str>) -> Vec<u8> {
    let body = Entry::parse(line).unwrap().body.format().unwrap();
    entry::format(&body, armor).unwrap()
}

/// Ways to write one signature differently.
fn rearmored(armor: &str) -> Vec<String> {
    let body: String = armor.lines().filter(|line| !line.starts_with('-')).collect();
    let wrap = |width: usize, end: &str| {
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(width)
            .map(|chunk| std::str::from_utf8(chunk).unwrap())
            .collect();
        format!(
            "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----{end}",
            lines.join("\n")
        )
    };
    vec![
        wrap(70, ""),
        wrap(70, "\n\n"),
        wrap(64, "\n"),
        wrap(76, "\n"),
        wrap(10_000, "\n"),
        armor.replace("SIGNATURE-----\n", "SIGNATURE-----\n\n"),
        format!("{armor} "),
        format!("\n{armor}"),
        format!("Comment: hello\n{armor}"),
    ]
}

#[test]
fn every_stripped_swapped_or_rearmored_signature_is_found() {
    let lines = ledger();
    let armor = |line: &[u8]| Entry::parse(line).unwrap().signature.unwrap();
    let mut tried = 0;
    for number in 0..LENGTH {
        let own = armor(&lines[number]);
        let payload = Entry::parse(&lines[number]).unwrap().payload;
        let other = armor(&lines[(number + 1) % LENGTH]);
        let git = key().sign("git", ssh_key::HashAlg::Sha512, &payload).unwrap();
        let mallory = other_key().sign(NAMESPACE, ssh_key::HashAlg::Sha512, &payload).unwrap();
        let pem = |sig: SshSig| sig.to_pem(ssh_key::LineEnding::LF).unwrap();
        let mut others = rearmored(&own);
        others.extend([other, pem(git), pem(mallory)]);
        for armor in others.iter().map(|armor| Some(armor.as_str())).chain([None]) {
            assert_ne!(armor, Some(own.as_str()));
            let changed = with_signature(&lines[number], armor);
            let found = around(&lines, number, &changed);
            // All but the newest line show by the chain alone; for the newest the armor rule and the
            // signature itself speak.
            match number == LENGTH - 1 {
                false => assert!(found.contains(&Rule::PrevMissing), "{number} {armor:?}"),
                true => assert!(!found.is_empty() || !signed_by_ana(&changed), "{armor:?}"),
            }
            tried += 1;
        }
    }
    println!("{tried} changed signatures, all found");
}

#[test]
fn a_record_from_another_ledger_is_found_even_when_it_is_well_signed() {
    let mut lines = ledger();
    let mut foreign = deploy(200, vec![Id::of(lines.last().unwrap())]);
    foreign.ledger = "example.com/acme/billing".into();
    lines.push(signed(&foreign));
    let (report, all_hold) = judge(&lines.concat());
    assert!(all_hold);
    assert_eq!(rules_of(&report), [Rule::ForeignLedger]);
}

/// The format's own list of what one copy alone can't show.
#[test]
fn what_one_copy_can_not_show_shows_in_the_head_that_somebody_kept() {
    let lines = ledger();
    let head = |lines: &[Vec<u8>]| {
        let report = check(&lines.concat());
        assert_eq!(report.found, 0);
        report.chain.heads().map(|node| node.id).collect::<Vec<_>>()
    };
    let kept = head(&lines);
    // Cutting off the newest records, at every length.
    for length in 0..LENGTH {
        // All that is left is as it was, so its signatures hold too.
        assert_eq!(check(&lines[..length].concat()).found, 0);
        assert_ne!(head(&lines[..length]), kept);
    }
    // The holder of a key may sign again what he signed himself, if nobody has built on it.
    let last = Entry::parse(&lines[LENGTH - 1]).unwrap();
    let mut other = last.body.clone();
    other.why.insert("reason".into(), "another reason".into());
    let rewritten = [&lines[..LENGTH - 1], &[signed(&other)]].concat();
    assert!(!found_out(&rewritten.concat()));
    assert_ne!(head(&rewritten), kept);
    // The order of two records that did not see each other says nothing, and changes nothing.
    let tip = Id::of(&lines[LENGTH - 1]);
    let (left, right) = (signed(&deploy(500, vec![tip])), signed(&deploy(501, vec![tip])));
    let join = signed(&deploy(502, vec![Id::of(&left), Id::of(&right)]));
    let one = [&lines[..], &[left.clone(), right.clone(), join.clone()]].concat();
    let other = [&lines[..], &[right, left, join]].concat();
    assert_eq!(head(&one), head(&other));
    let names = |lines: &[Vec<u8>]| {
        let report = check(&lines.concat());
        let order = report.chain.order();
        order.into_iter().map(|number| report.chain.nodes()[number].id).collect::<Vec<_>>()
    };
    assert_eq!(names(&one), names(&other));
}

#[test]
fn the_check_finds_the_same_whatever_the_pieces_it_is_fed_in() {
    let mut bytes = chain(5, unsigned).concat();
    bytes.extend(vec![b'x'; 200_000]);
    bytes.extend(b"\n\0\0\n");
    bytes.extend(unsigned(&deploy(77, vec![Id([9; 32])])));
    bytes.extend(b"{\"torn");
    let whole = check(&bytes);
    assert_eq!(
        rules_of(&whole),
        [Rule::TooLong, Rule::NotCanonical, Rule::PrevMissing, Rule::TornTail]
    );
    for size in [1, 7, 4096, 65_536] {
        let mut checker = Checker::new(rules());
        bytes.chunks(size).for_each(|piece| checker.feed(piece, &mut |_, _| ()));
        assert_eq!(checker.finish().findings, whole.findings, "{size}");
    }
}

/// A thousand findings are kept, and whatever their weight the first damage is among them: a writer
/// goes by that, and a ledger in which somebody has hidden it is not written to.
#[test]
fn damage_does_not_hide_behind_a_thousand_findings() {
    let roots = |count: u64| (0..count).map(|n| unsigned(&deploy(n, vec![]))).collect::<Vec<_>>();
    let broken = b"{\"no\":\"entry\"}\n".to_vec();
    for (notes, kept) in [(998, 1_000), (999, 1_000), (1_000, 1_001), (1_500, 1_001)] {
        let mut lines = roots(notes + 1);
        let report = check(&lines.concat());
        assert_eq!((report.found, report.damage), (notes, 0));
        assert_eq!(report.findings.len() as u64, notes.min(1_000));
        assert_eq!(report.first_damage(), None);
        lines.extend([broken.clone(), broken.clone(), broken.clone()]);
        let report = check(&lines.concat());
        assert_eq!((report.found, report.damage), (notes + 3, 3), "{notes}");
        assert_eq!(report.first_damage().unwrap().line, notes + 2, "{notes}");
        assert_eq!(report.findings.len(), kept, "{notes}");
    }
}

/// What nobody acknowledged is told from damage: by the end of the file, and by NULs with nothing behind.
#[test]
fn a_torn_end_is_no_damage_and_nothing_else_is_a_torn_end() {
    let lines = chain(3, unsigned);
    let (whole, next) = (lines[..2].concat(), &lines[2]);
    let long = vec![b'x'; 3 << 20];
    let zeros = vec![0; 3 << 20];
    for (tail, torn) in [
        (&b"{\"torn"[..], true),
        (b"\0", true),
        (b"\0\0\n", true),
        (b"\0\nrest\n", true),
        (b"x\0y\n\0", true),
        (&long, true),
        (&[&zeros[..], b"\n"].concat(), true),
        (&[&long[..], b"\n"].concat(), false),
        (&[&b"\0\n"[..], next].concat(), false),
        (&[&zeros[..], b"\n", next].concat(), false),
        (b"rest\n", false),
        (b"\n", false),
        (b"\n\0\n", false),
    ] {
        let report = check(&[&whole[..], tail].concat());
        let shown = String::from_utf8_lossy(&tail[..tail.len().min(20)]).into_owned();
        assert_eq!(report.damage == 0, torn, "{shown:?}: {:?}", rules_of(&report));
        assert_eq!(report.first_damage().is_none(), torn, "{shown:?}");
        if torn {
            let found = report.torn.unwrap();
            assert_eq!((found.offset, found.bytes), (whole.len() as u64, tail.len() as u64));
            assert_eq!(rules_of(&report), [Rule::TornTail], "{shown:?}");
            assert_eq!((report.findings[0].line, report.findings[0].offset), (3, found.offset));
            assert_eq!((report.lines, report.bytes, report.found), (2, found.offset, 1));
        }
    }
}

/// Whoever exchanges a line after the check, for another that is as well formed, is found out by
/// whoever reads it then.
#[test]
fn what_is_exchanged_between_the_check_and_the_reading_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path());
    std::fs::create_dir_all(ledger.dir()).unwrap();
    let lines = chain(3, unsigned);
    std::fs::write(ledger.path(), lines.concat()).unwrap();
    let view = ledger.read(rules()).unwrap();
    let read = |number: usize| {
        let entry = view.entry(number).map(|entry| entry.id);
        let event = view.line(number).and_then(|line| line.event());
        let stored = view.stored().unwrap().nth(number).unwrap().and_then(|line| line.entry());
        assert_eq!((event.is_ok(), stored.is_ok()), (entry.is_ok(), entry.is_ok()));
        entry
    };
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(read(number).unwrap(), Id::of(line));
    }
    let text = String::from_utf8(lines[1].clone()).unwrap();
    let other = text.replace("\"env\":\"production\"", "\"env\":\"predicting\"");
    assert!(other != text && Entry::parse(other.as_bytes()).is_ok());
    std::fs::write(ledger.path(), [&lines[0], other.as_bytes(), &lines[2]].concat()).unwrap();
    assert!(read(1).unwrap_err().message.contains("line 2"));
    assert!(read(0).is_ok() && read(2).is_ok());
}

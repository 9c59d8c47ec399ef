//! Whatever happens to an append, what was acknowledged is there, and nothing else is half there.
//!
//! Several of these tests run this test program itself as the writer (see [`writer`]), so that it can
//! be killed, and so that `strace` can make its system calls fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

use crate::ledger_support::*;
use audit::ledger::append::Fate;
use audit::ledger::check::Severity;
use audit::ledger::{Id, Ledger, NotAppended, Rule, View};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A repository's common directory, and the ledger in it with so many records.
fn ledger(length: u64) -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(dir.path());
    if length > 0 {
        fs::create_dir(ledger.dir()).unwrap();
        fs::write(ledger.path(), chain(length, unsigned).concat()).unwrap();
    }
    (dir, ledger)
}

fn read(ledger: &Ledger) -> View {
    ledger.read(rules()).unwrap()
}

/// Appends the `number`th record on top of the heads.
fn append(ledger: &Ledger, number: u64) -> Result<Id, NotAppended> {
    let view = read(ledger);
    let line = unsigned(&deploy(number, view.chain().prev()));
    ledger.append(view, &line, BEGIN).map(|appended| appended.id)
}

#[test]
fn the_first_record_makes_folder_and_file() {
    let (_dir, ledger) = ledger(0);
    assert!(read(&ledger).chain().is_empty());
    assert!(!ledger.dir().exists(), "reading makes nothing");
    let first = append(&ledger, 1).unwrap();
    let second = append(&ledger, 2).unwrap();
    let view = read(&ledger);
    assert_eq!(view.report().found, 0);
    assert_eq!(view.heads(), [second]);
    assert_eq!(view.entry(1).unwrap().body.prev, [first]);
    let ids: Vec<Id> = view.entries().unwrap().map(|entry| entry.unwrap().id).collect();
    assert_eq!(ids, [first, second]);
    assert_eq!(view.find(&first.to_string()[..12]).unwrap(), 0);
    assert!(view.entry(2).is_err());
}

#[test]
fn a_line_that_would_be_damage_is_not_written() {
    let (_dir, ledger) = ledger(3);
    let before = fs::read(ledger.path()).unwrap();
    let mut foreign = deploy(9, read(&ledger).chain().prev());
    foreign.ledger = "example.com/other".into();
    let good = unsigned(&deploy(9, read(&ledger).chain().prev()));
    for (line, said) in [
        (unsigned(&deploy(9, vec![Id([1; 32])])), "which is not in the ledger"),
        (unsigned(&foreign), "for the ledger 'example.com/other'"),
        (good[..good.len() - 1].to_vec(), "no entry"),
        ([&good[..], &good[..]].concat(), "no entry"),
        (b"{}\n".to_vec(), "no entry"),
    ] {
        let refused = ledger.append(read(&ledger), &line, BEGIN).unwrap_err();
        assert!(refused.failure.message.contains(said), "{}", refused.failure);
        assert_eq!(refused.fate, Fate::Absent);
    }
    assert_eq!(fs::read(ledger.path()).unwrap(), before);
}

#[test]
fn a_line_submitted_again_is_written_once() {
    let (_dir, ledger) = ledger(3);
    let line = unsigned(&deploy(9, read(&ledger).chain().prev()));
    assert!(!ledger.append(read(&ledger), &line, BEGIN).unwrap().already);
    let again = ledger.append(read(&ledger), &line, BEGIN).unwrap();
    assert!(again.already);
    assert_eq!(again.view.chain().len(), 4);
    assert_eq!(read(&ledger).chain().len(), 4);
}

#[test]
fn heads_that_moved_while_somebody_typed_a_pin_make_a_fork_and_the_next_record_closes_it() {
    let (_dir, ledger) = ledger(3);
    let old = read(&ledger);
    let slow = unsigned(&deploy(9, old.chain().prev()));
    append(&ledger, 10).unwrap();
    let view = ledger.append(old, &slow, BEGIN).unwrap().view;
    assert_eq!(view.heads().len(), 2);
    assert_eq!(view.chain().len(), 5);
    assert_eq!(view.entry(4).unwrap().line, slow);
    append(&ledger, 11).unwrap();
    assert_eq!(read(&ledger).heads().len(), 1);
}

#[test]
fn damage_is_left_alone_and_named() {
    let (_dir, ledger) = ledger(5);
    let good = fs::read_to_string(ledger.path()).unwrap();
    let line = unsigned(&deploy(9, read(&ledger).chain().prev()));
    let three = good.lines().nth(2).unwrap();
    for bad in [
        good.replace("release 1.2", "release 1.9"),
        good.replacen("\"v\":1", "\"v\":2", 1),
        good.replacen(three, &format!("{three}\n{three}"), 1),
        good.replacen(three, &format!(" {three}"), 1),
        good.replacen(three, &three.replace("release", "rel\0ase"), 1),
        format!("{good}<<<<<<< HEAD\n"),
    ] {
        fs::write(ledger.path(), &bad).unwrap();
        let refused = ledger.append(read(&ledger), &line, BEGIN).unwrap_err();
        assert!(refused.failure.message.contains("is damaged, so nothing was written: line "));
        assert!(refused.failure.hint.unwrap().contains("good copy"));
        assert_eq!(fs::read_to_string(ledger.path()).unwrap(), bad);
    }
}

/// What a crash can leave of a line: any prefix, any prefix filled up with NUL to any length, any
/// stretch of it NUL; and the same with more NUL behind it.
fn torn_states(line: &[u8]) -> Vec<Vec<u8>> {
    let mut states = Vec::new();
    for length in 0..line.len() {
        states.push(line[..length].to_vec());
        for fill in [1, 2, 13, line.len() - length, line.len(), 4096] {
            states.push([&line[..length], &vec![0; fill]].concat());
        }
        for to in (length + 1..=line.len()).step_by(if length % 4 == 0 { 2 } else { 11 }) {
            let mut holes = line.to_vec();
            holes[length..to].fill(0);
            states.push(holes.clone());
            holes.extend([0; 16]);
            states.push(holes);
        }
    }
    states
}

#[test]
fn every_prefix_and_every_tail_of_nul_recovers_to_exactly_before_or_after() {
    let lines = chain(4, unsigned);
    let before = lines[..3].concat();
    let states = torn_states(&lines[3]);
    for state in &states {
        let bytes = [&before[..], state].concat();
        let report = check(&bytes);
        assert_eq!((report.bytes, report.chain.len()), (before.len() as u64, 3));
        assert_eq!(report.damage, 0, "{}", state.escape_ascii());
        if state.is_empty() {
            assert_eq!(report.found, 0);
        } else {
            let torn = report.torn.unwrap();
            assert_eq!((torn.offset, torn.bytes), (before.len() as u64, state.len() as u64));
            assert_eq!(report.findings.len(), 1);
            assert_eq!(report.findings[0].rule, Rule::TornTail);
        }
    }
    let after = check(&lines.concat());
    assert_eq!((after.found, after.chain.len()), (0, 4));
    println!("{} states, each recovers to exactly before", states.len());
    assert!(states.len() > 50_000);
}

#[test]
fn a_writer_copies_the_torn_tail_away_and_a_reader_leaves_it() {
    let lines = chain(4, unsigned);
    let states = torn_states(&lines[3]);
    let mut tried = 0;
    for state in states.iter().skip(1).step_by(states.len() / 150) {
        let (_dir, ledger) = ledger(3);
        let torn = [fs::read(ledger.path()).unwrap(), state.clone()].concat();
        fs::write(ledger.path(), &torn).unwrap();
        let view = read(&ledger);
        assert_eq!(view.report().findings[0].rule.severity(), Severity::Torn);
        assert_eq!(fs::read(ledger.path()).unwrap(), torn, "readers never repair");
        let appended = ledger.append(view, &lines[3], BEGIN).unwrap();
        assert_eq!(fs::read(ledger.path()).unwrap(), lines.concat());
        let copy = appended.recovered.unwrap();
        assert!(copy.ends_with("audit/torn/20260901T100100Z"), "{}", copy.display());
        assert_eq!(fs::read(copy).unwrap(), *state);
        assert_eq!(appended.view.heads(), [Id::of(&lines[3])]);
        tried += 1;
    }
    println!("{tried} torn files mended");
    assert!(tried >= 150);
}

#[test]
fn two_torn_tails_of_one_second_are_both_kept() {
    let (_dir, ledger) = ledger(2);
    for number in 1..4 {
        OpenOptions::new().append(true).open(ledger.path()).unwrap().write_all(b"{\"torn").unwrap();
        append(&ledger, 10 + number).unwrap();
        assert_eq!(fs::read_dir(ledger.torn_dir()).unwrap().count() as u64, number);
    }
}

#[test]
fn what_is_in_the_way_is_named() {
    let (dir, ledger) = ledger(0);
    fs::write(ledger.dir(), "a file in the place of the folder").unwrap();
    assert!(ledger.read(rules()).is_err());
    fs::remove_file(ledger.dir()).unwrap();
    fs::create_dir_all(ledger.path()).unwrap();
    assert!(ledger.read(rules()).unwrap_err().message.contains("not a regular file"));
    fs::remove_dir(ledger.path()).unwrap();
    symlink("/dev/zero", ledger.path()).unwrap();
    assert!(ledger.read(rules()).unwrap_err().message.contains("not a regular file"));
    fs::remove_file(ledger.path()).unwrap();
    let line = unsigned(&deploy(1, vec![]));
    let nowhere = Ledger::new(&dir.path().join("nowhere"));
    let refused = nowhere.append(read(&nowhere), &line, BEGIN).unwrap_err();
    assert!(refused.failure.message.contains("can't make the folder"), "{}", refused.failure);
}

#[test]
fn a_writer_waits_for_the_lock_and_a_reader_does_not_need_it() {
    let (_dir, ledger) = ledger(2);
    let lock = File::create(ledger.lock_path()).unwrap();
    lock.lock().unwrap();
    assert_eq!(read(&ledger).chain().len(), 2);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| append(&ledger, 5));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!writer.is_finished());
        drop(lock);
        writer.join().unwrap().unwrap();
    });
    assert_eq!(read(&ledger).chain().len(), 3);
}

/// A line that is being written looks torn; it is not, and whoever reads then waits for its end.
#[test]
fn a_reader_waits_for_the_line_that_is_being_written() {
    let (_dir, ledger) = ledger(2);
    let line = unsigned(&deploy(7, read(&ledger).chain().prev()));
    let lock = File::create(ledger.lock_path()).unwrap();
    lock.lock().unwrap();
    let mut file = OpenOptions::new().append(true).open(ledger.path()).unwrap();
    file.write_all(&line[..40]).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(&ledger));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!reader.is_finished());
        file.write_all(&line[40..]).unwrap();
        drop(lock);
        let view = reader.join().unwrap();
        assert_eq!((view.report().found, view.chain().len()), (0, 3));
    });
}

/// Not a test: what the tests below run as a process of its own. Appends records to the ledger in the
/// folder that the environment names, and prints each id as it is acknowledged.
#[test]
#[ignore = "the writer that other tests run"]
fn writer() {
    let Ok(dir) = std::env::var("LEDGER_TEST_DIR") else { return };
    let from: u64 = std::env::var("LEDGER_TEST_FROM").unwrap().parse().unwrap();
    let count: u64 = std::env::var("LEDGER_TEST_COUNT").unwrap().parse().unwrap();
    let ledger = Ledger::new(Path::new(&dir));
    let mut view = read(&ledger);
    for number in from..from + count {
        let line = unsigned(&deploy(number, view.chain().prev()));
        match ledger.append(view, &line, BEGIN) {
            Ok(appended) => {
                println!("acknowledged {}", appended.id);
                view = appended.view;
            }
            Err(error) => {
                println!("refused {} {:?} {}", Id::of(&line), error.fate, error.failure);
                std::process::exit(2);
            }
        }
    }
}

/// The command that runs [`writer`], behind another program if need be.
fn writer_command(wrapper: &[&str], dir: &Path, from: u64, count: u64) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut words: Vec<&std::ffi::OsStr> = wrapper.iter().map(|word| (*word).as_ref()).collect();
    words.push(this.as_os_str());
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args(["--exact", "ledger_append::writer", "--ignored", "--nocapture", "--test-threads=1"])
        .env("LEDGER_TEST_DIR", dir)
        .env("LEDGER_TEST_FROM", from.to_string())
        .env("LEDGER_TEST_COUNT", count.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The ids that a writer has acknowledged.
fn acknowledged(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let ids = said.lines().filter_map(|line| line.split_once("acknowledged "));
    ids.map(|(_, id)| id.to_string()).collect()
}

fn ids(view: &View) -> HashSet<String> {
    view.chain().nodes().iter().map(|node| node.id.to_string()).collect()
}

#[test]
fn sixteen_writers_lose_nothing_and_tear_nothing() {
    let (dir, ledger) = ledger(0);
    let writers: Vec<Child> =
        (0..16).map(|n| writer_command(&[], dir.path(), n * 1000, 200).spawn().unwrap()).collect();
    let acknowledged: Vec<String> = writers.into_iter().flat_map(acknowledged).collect();
    assert_eq!(acknowledged.len(), 3200);
    let view = read(&ledger);
    // Writers that started on an empty ledger at once are several roots; nothing else may be found.
    assert!(view.report().findings.iter().all(|finding| finding.rule == Rule::SecondRoot));
    assert_eq!((view.report().lines, view.chain().len()), (3200, 3200));
    assert_eq!(ids(&view), acknowledged.into_iter().collect());
    let roots = view.chain().roots().count();
    println!("3200 lines by 16 writers: {roots} roots, {} forks", view.chain().forks().len());
}

#[test]
fn a_thousand_kills_lose_nothing_that_was_acknowledged() {
    let (dir, ledger) = ledger(1);
    let mut known: HashSet<String> = HashSet::new();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut submitted = 0;
    for round in 0..250 {
        // Four at a time, each killed at a moment of its own.
        let mut writers: Vec<Child> = (0..4)
            .map(|n| {
                writer_command(&[], dir.path(), 10_000 * (round * 4 + n), 1000).spawn().unwrap()
            })
            .collect();
        let mut first = BufReader::new(writers[0].stdout.take().unwrap());
        std::thread::sleep(Duration::from_micros(random() % 25_000));
        writers.iter_mut().for_each(|writer| writer.kill().unwrap());
        let mut line = String::new();
        while first.read_line(&mut line).unwrap() > 0 {
            known.extend(line.trim().split_once("acknowledged ").map(|(_, id)| id.to_string()));
            line.clear();
        }
        writers.into_iter().for_each(|writer| known.extend(acknowledged(writer)));
        submitted += 4;
        if round % 10 == 9 {
            let view = read(&ledger);
            assert_eq!(view.report().damage, 0, "{:?}", view.report().findings);
            assert!(known.is_subset(&ids(&view)), "something acknowledged is lost");
        }
    }
    append(&ledger, 9_999_999).unwrap();
    let view = read(&ledger);
    assert_eq!(view.report().found, 0, "{:?}", view.report().findings);
    assert!(known.is_subset(&ids(&view)));
    println!(
        "{submitted} writers killed; {} records acknowledged, {} there",
        known.len(),
        view.chain().len()
    );
}

/// Each system call of an append made to fail, at each of its first occurrences.
#[test]
fn failing_system_calls_lose_nothing_and_are_told_truly() {
    if !have("strace", "failing system calls") {
        return;
    }
    if !Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|s| s.success())
    {
        eprintln!("NOT TESTED: failing system calls: strace may not trace here");
        return;
    }
    let (mut tried, mut failed) = (0, 0);
    for torn in [false, true] {
        for (call, faults) in [
            ("openat", &["error=EIO", "error=ENOSPC", "error=EACCES"][..]),
            ("read", &["error=EIO", "error=EINTR"]),
            ("write", &["error=EIO", "error=ENOSPC", "error=EINTR", "retval=7"]),
            ("fdatasync", &["error=EIO", "error=ENOSPC", "error=EINTR"]),
            ("fsync", &["error=EIO"]),
            ("ftruncate", &["error=EIO"]),
            ("rename", &["error=EIO"]),
            ("flock", &["error=EIO", "error=EINTR"]),
        ] {
            for fault in faults {
                for occurrence in ["1", "2", "3", "1+"] {
                    // EINTR for ever is a program that waits for ever, as it should.
                    if *fault == "error=EINTR" && occurrence == "1+" {
                        continue;
                    }
                    let (dir, ledger) = ledger(3);
                    File::create(ledger.lock_path()).unwrap();
                    if torn {
                        let mut file = OpenOptions::new().append(true).open(ledger.path()).unwrap();
                        file.write_all(b"{\"torn").unwrap();
                    }
                    let inode = fs::metadata(ledger.path()).unwrap().ino();
                    let inject = format!("inject={call}:{fault}:when={occurrence}");
                    // Only calls on the files of the ledger: the test harness has its own.
                    let paths = [
                        "ledger.jsonl",
                        "ledger.jsonl.new",
                        "lock",
                        "torn",
                        "torn/20260901T100100Z",
                    ]
                    .map(|name| ledger.dir().join(name).display().to_string());
                    let mut strace = vec!["strace", "-f", "-o", "/dev/null", "-e", &inject];
                    let audit = ledger.dir().display().to_string();
                    paths.iter().chain([&audit]).for_each(|path| strace.extend(["-P", path]));
                    let output = writer_command(&strace, dir.path(), 100, 1).output().unwrap();
                    let said = String::from_utf8_lossy(&output.stdout).into_owned();
                    let case = format!("torn {torn}, {call} {fault} {occurrence}: {said}");
                    if *fault == "error=EINTR" {
                        assert!(said.contains("acknowledged "), "{case}");
                    }
                    // The kernel may have taken the pages for clean, so a second sync of the same file
                    // would prove nothing: what is acknowledged is another file.
                    if *call == *"fdatasync"
                        && *fault != "error=EINTR"
                        && *occurrence == *"1"
                        && !torn
                    {
                        assert!(said.contains("acknowledged "), "{case}");
                        assert_ne!(fs::metadata(ledger.path()).unwrap().ino(), inode, "{case}");
                    }
                    let bytes = fs::read(ledger.path()).unwrap();
                    let report = check(&bytes);
                    assert_eq!(report.damage, 0, "{case}");
                    assert!((3..=4).contains(&report.chain.len()), "{case}");
                    let there = report.chain.len() == 4;
                    tried += 1;
                    if said.contains("acknowledged ") {
                        assert!(
                            there && report.torn.is_none() && output.status.success(),
                            "{case}"
                        );
                    } else {
                        failed += 1;
                        assert!(!output.status.success(), "{case}");
                        assert!(!there || !said.contains(" Absent "), "{case}");
                    }
                    // Afterwards all is as if nothing had been.
                    append(&ledger, 200).unwrap();
                    assert_eq!(read(&ledger).report().found, 0, "{case}");
                }
            }
        }
    }
    println!("{tried} faults injected, {failed} of them refused the record");
    assert!(failed > tried / 4 && failed < tried);
}

//! Checks a whole ledger in one pass, whatever its size.
//!
//! ```text
//! line 41: prev-missing: builds on d4e8…, which is not in the ledger before it
//! line 90: torn-tail: 212 bytes that were never acknowledged
//! ```
//!
//! The strategy: bytes come in pieces of any size and are cut into lines; each line is held against
//! the format and named by its hash (what it is by itself: [`seen`](super::seen)), and added to the
//! [`Chain`] when all that it builds on is there before it. What is kept is the [`Chain`] and the
//! [`Finding`]s. One pass over bytes decides on the canonical form, so the whole costs little
//! more than hashing the file; [`parallel`](super::parallel) does all but the chain on all processors.
//!
//! Only a line that is an entry enters the chain, so whoever builds on a damaged line is found too.
//!
//! **Torn tail.** An acknowledged line ends in `\n` and holds no NUL. Bytes after the last `\n` were
//! never acknowledged, nor were those from the first line with a NUL on, which is what a file system
//! leaves when it had made the file longer but not yet written it. Such a line is a torn *tail* only
//! if no entry stands behind it: entries behind it were acknowledged, so then the line is damage.

use super::chain::{Chain, Place};
use super::entry::{Line, MAX_LINE, Reject, Scratch};
use super::id::Id;
use super::recorded::Names;
use super::seen::{Refused, Seen};
use foldhash::fast::RandomState;
use memchr::memchr;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};

/// How many findings are kept; beyond that they are counted. A file of another sort would fill the
/// memory with them.
pub const MAX_FINDINGS: usize = 1000;

/// How much is read at once, in bytes.
pub(super) const PIECE: usize = 256 * 1024;

/// What can be wrong in a ledger. Whether a signature holds is not judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The end of the file was never acknowledged.
    TornTail,
    /// A line is longer than 64 KiB.
    TooLong,
    /// A line is not in its canonical form.
    NotCanonical,
    /// A line is canonical, but no entry.
    NotAnEntry,
    /// A line has a version that this program doesn't know.
    UnknownVersion,
    /// A line stands there twice.
    DuplicateLine,
    /// An entry builds on one that is not there.
    PrevMissing,
    /// An entry builds on one that stands behind it.
    PrevLater,
    /// The armor of a signature is not in its canonical form.
    ArmorNotCanonical,
    /// A record was written for another ledger.
    ForeignLedger,
    /// A record has a kind that this program doesn't know.
    UnknownKind,
    /// A second record builds on nothing.
    SecondRoot,
}

/// What a finding means for the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The ledger is whole; a reader should know.
    Note,
    /// The ledger is whole, but this doesn't belong there.
    Problem,
    /// An append was cut short. The next writer mends it; nothing acknowledged is touched.
    Torn,
    /// The ledger is not what was written. No writer touches it.
    Damage,
}

impl Rule {
    /// The word that reports print.
    pub fn name(self) -> &'static str {
        match self {
            Rule::TornTail => "torn-tail",
            Rule::TooLong => "too-long",
            Rule::NotCanonical => "not-canonical",
            Rule::NotAnEntry => "not-an-entry",
            Rule::UnknownVersion => "unknown-version",
            Rule::DuplicateLine => "duplicate-line",
            Rule::PrevMissing => "prev-missing",
            Rule::PrevLater => "prev-later",
            Rule::ArmorNotCanonical => "armor-not-canonical",
            Rule::ForeignLedger => "foreign-ledger",
            Rule::UnknownKind => "unknown-kind",
            Rule::SecondRoot => "second-root",
        }
    }

    /// What it means for the ledger.
    pub fn severity(self) -> Severity {
        match self {
            Rule::TornTail => Severity::Torn,
            Rule::ForeignLedger => Severity::Problem,
            Rule::UnknownKind | Rule::SecondRoot => Severity::Note,
            _ => Severity::Damage,
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule does not hold.
    pub rule: Rule,
    /// The number of the line, from 1.
    pub line: u64,
    /// The offset of the line's first byte.
    pub offset: u64,
    /// The name of the entry, where the line is one.
    pub id: Option<Id>,
    /// Why, for people. Holds text of the file: escape it on terminals.
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.rule.name(), self.why)
    }
}

/// Bytes at the end that were never acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Where they begin.
    pub offset: u64,
    /// How many there are.
    pub bytes: u64,
}

/// What a ledger is held against beside the format.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The name that every record must carry; `None` for that of the first record.
    pub ledger: Option<String>,
    /// Whether the armor of a signature is in its canonical form. Judging signatures is another
    /// module's subject, so the answer comes from the caller.
    pub armor: fn(&[u8]) -> bool,
}

/// What a check gave.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The entries, and what builds on what.
    pub chain: Chain,
    /// What is wrong, in the order of lines; 1,000 at most.
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
    /// How many of them are damage.
    pub damage: u64,
    /// Bytes at the end that were never acknowledged.
    pub torn: Option<Torn>,
    /// Complete lines, good or bad, without the torn tail.
    pub lines: u64,
    /// The length of those lines.
    pub bytes: u64,
    /// Entries with a signature, judged or not.
    pub signed: u64,
    /// The name of the ledger: the one asked for, else that of the first entry.
    pub ledger: Option<String>,
}

impl Report {
    /// The first finding that keeps a writer from touching the file.
    pub fn first_damage(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.rule.severity() == Severity::Damage)
    }

    fn find(&mut self, rule: Rule, place: Place, id: Option<Id>, why: String) {
        self.found += 1;
        let damage = rule.severity() == Severity::Damage;
        self.damage += u64::from(damage);
        // The first damage is kept even when findings of less weight have taken all the room.
        if self.findings.len() < MAX_FINDINGS || (damage && self.damage == 1) {
            let (line, offset) = (place.line, place.offset);
            self.findings.push(Finding { rule, line, offset, id, why });
        }
    }
}

/// A check on its way through a ledger.
#[derive(Debug, Clone)]
pub struct Checker {
    rules: Rules,
    report: Report,
    scratch: Scratch,
    names: Names,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// The number of bytes of that line that were passed over because it is too long.
    passed_over: u64,
    /// Whether a NUL was among them.
    passed_over_nul: bool,
    /// The state before the first line with a NUL, while no entry has come behind it.
    nul: Option<Mark>,
    /// Ids that were looked for and not found, and the finding that says so.
    missing: HashMap<Id, Vec<usize>, RandomState>,
}

#[derive(Debug, Clone)]
struct Mark {
    findings: usize,
    found: u64,
    damage: u64,
    lines: u64,
    bytes: u64,
}

impl Checker {
    /// A check that has seen nothing yet.
    pub fn new(rules: Rules) -> Checker {
        let report = Report { ledger: rules.ledger.clone(), ..Report::default() };
        Checker::resume(rules, report)
    }

    /// A check that goes on at the end of an earlier one, which found no torn tail.
    pub(super) fn resume(rules: Rules, report: Report) -> Checker {
        Checker {
            rules,
            report,
            scratch: Scratch::default(),
            names: Names::default(),
            rest: Vec::new(),
            passed_over: 0,
            passed_over_nul: false,
            nul: None,
            missing: HashMap::default(),
        }
    }

    /// The offset at which the next bytes belong.
    pub(super) fn position(&self) -> u64 {
        self.report.bytes + self.passed_over + self.rest.len() as u64
    }

    /// Takes the next bytes of the file. `each` is called with every entry as it enters the chain,
    /// and its number there: the place to judge signatures.
    pub fn feed(&mut self, mut bytes: &[u8], each: &mut impl FnMut(usize, &Line<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, after) = bytes.split_at(end + 1);
            if self.passed_over > 0 || self.rest.len() + line.len() > MAX_LINE {
                self.pass_over(line);
                self.too_long();
            } else if self.rest.is_empty() {
                self.line(line, each);
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole, each);
                whole.clear();
                self.rest = whole;
            }
            bytes = after;
        }
        if self.passed_over > 0 || self.rest.len() + bytes.len() > MAX_LINE {
            self.pass_over(bytes);
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }

    /// Ends the check: there are no more bytes.
    pub fn finish(mut self) -> Report {
        let end = self.position();
        if let Some(mark) = self.nul.take() {
            self.report.findings.truncate(mark.findings);
            self.report.found = mark.found;
            self.report.damage = mark.damage;
            self.report.lines = mark.lines;
            self.report.bytes = mark.bytes;
        }
        let offset = self.report.bytes;
        if end > offset {
            let bytes = end - offset;
            self.report.torn = Some(Torn { offset, bytes });
            let place = Place { line: self.report.lines + 1, offset, length: 0 };
            let why = match bytes {
                1 => "1 byte at the end that was never acknowledged".to_owned(),
                _ => format!("{bytes} bytes at the end that were never acknowledged"),
            };
            self.report.find(Rule::TornTail, place, None, why);
        }
        self.report.findings.sort_by_key(|finding| finding.line);
        self.report
    }

    /// Remembers of a line that is too long only what the torn tail needs.
    fn pass_over(&mut self, bytes: &[u8]) {
        self.passed_over_nul |= self.rest.contains(&0) || bytes.contains(&0);
        self.passed_over += (self.rest.len() + bytes.len()) as u64;
        self.rest.clear();
    }

    fn too_long(&mut self) {
        if std::mem::take(&mut self.passed_over_nul) {
            self.mark();
        }
        let length = std::mem::take(&mut self.passed_over);
        let place = self.next_place(length);
        self.report.find(Rule::TooLong, place, None, Reject::TooLong.to_string());
    }

    /// A line with a NUL has come: everything from it on may be a torn tail.
    fn mark(&mut self) {
        let report = &self.report;
        self.nul.get_or_insert(Mark {
            findings: report.findings.len(),
            found: report.found,
            damage: report.damage,
            lines: report.lines,
            bytes: report.bytes,
        });
    }

    /// The place of the line that comes next, and one line further.
    fn next_place(&mut self, length: u64) -> Place {
        let offset = self.report.bytes;
        self.report.lines += 1;
        self.report.bytes += length;
        Place {
            line: self.report.lines,
            offset,
            length: usize::try_from(length).unwrap_or(MAX_LINE),
        }
    }

    fn line(&mut self, bytes: &[u8], each: &mut impl FnMut(usize, &Line<'_>)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        match Line::read(bytes, &mut scratch) {
            Ok(line) => {
                let seen = Seen::entry(&line, self.rules.armor, &mut self.names);
                if let Some(number) = self.link(seen) {
                    each(number, &line);
                }
            }
            Err(reject) => self.refuse(&Refused::new(bytes, reject)),
        }
        self.scratch = scratch;
    }

    /// Takes the next line, which is no entry.
    pub(super) fn refuse(&mut self, refused: &Refused) {
        if refused.may_be_a_record {
            // Somebody's record may stand behind a NUL, of a version that is not known here: nothing is to be cut off.
            self.nul = None;
        } else if refused.nul {
            self.mark();
        }
        let place = self.next_place(refused.length as u64);
        let rule = match refused.reject {
            Reject::TooLong => Rule::TooLong,
            Reject::NotCanonical(_) => Rule::NotCanonical,
            Reject::NotAnEntry(_) => Rule::NotAnEntry,
            Reject::UnknownVersion => Rule::UnknownVersion,
        };
        self.report.find(rule, place, None, refused.reject.to_string());
    }

    /// Takes the next line, which is an entry, and returns its number in the chain; `None` when it is
    /// there already. Between two lines only: what was fed has ended in `\n`.
    pub(super) fn link(&mut self, seen: Seen) -> Option<usize> {
        // Something that was acknowledged stands behind the NUL: so it is no torn tail.
        self.nul = None;
        let place = self.next_place(seen.length as u64);
        let id = seen.id;
        if let Some(number) = self.report.chain.get_among(&id, &seen.prev) {
            let first = self.report.chain.nodes()[number].place.line;
            let why = format!("the same as line {first}");
            self.report.find(Rule::DuplicateLine, place, Some(id), why);
            return None;
        }
        self.later(&id);
        let missing = self.report.chain.push(id, place, seen.when, seen.prev.iter().copied());
        self.report.chain.mark_newest(seen.part);
        for wanted in missing {
            if self.report.findings.len() < MAX_FINDINGS {
                self.missing.entry(wanted).or_default().push(self.report.findings.len());
            }
            let why = format!("builds on {wanted}, which is not in the ledger before it");
            self.report.find(Rule::PrevMissing, place, Some(id), why);
        }
        let number = self.report.chain.len() - 1;
        if number > 0 && self.report.chain.nodes()[number].root {
            let why = "builds on nothing, as if it started a ledger".to_string();
            self.report.find(Rule::SecondRoot, place, Some(id), why);
        }
        self.held_against_the_rules(seen, place);
        Some(number)
    }

    /// An entry comes that earlier ones have named: they were moved before it.
    fn later(&mut self, id: &Id) {
        for number in self.missing.remove(id).into_iter().flatten() {
            if let Some(finding) = self.report.findings.get_mut(number) {
                finding.rule = Rule::PrevLater;
                finding.why =
                    format!("builds on {id}, which stands behind it in line {}", self.report.lines);
            }
        }
    }

    fn held_against_the_rules(&mut self, seen: Seen, place: Place) {
        let id = Some(seen.id);
        match &self.report.ledger {
            None => self.report.ledger = Some(seen.ledger.as_ref().to_owned()),
            Some(expected) if **expected == *seen.ledger => {}
            Some(expected) => {
                let ledger = seen.ledger;
                let why =
                    format!("written for the ledger '{ledger}', and this one is '{expected}'");
                self.report.find(Rule::ForeignLedger, place, id, why);
            }
        }
        if let Some(kind) = seen.unknown_kind {
            let why = format!("the kind '{kind}', which this program doesn't know");
            self.report.find(Rule::UnknownKind, place, id, why);
        }
        self.report.signed += u64::from(seen.armor.is_some());
        if seen.armor == Some(false) {
            let why = "the armor of the signature is not in its canonical form".to_string();
            self.report.find(Rule::ArmorNotCanonical, place, id, why);
        }
    }
}

/// Checks everything that `source` gives; memory grows by the chain only.
pub fn check(mut source: impl Read, rules: Rules) -> io::Result<Report> {
    let mut checker = Checker::new(rules);
    pour(&mut source, &mut checker)?;
    Ok(checker.finish())
}

/// Feeds a checker with everything that `source` gives.
pub(super) fn pour(source: &mut impl Read, checker: &mut Checker) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        match fill(source, &mut buffer)? {
            0 => return Ok(()),
            length => checker.feed(&buffer[..length], &mut |_, _| ()),
        }
    }
}

pub(super) fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

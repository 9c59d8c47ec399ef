//! Checks a whole ledger on all processors, and makes something of each entry on the way.
//!
//! ```text
//! file ──▶ pieces of whole lines ──▶ each line scanned, hashed, and made something of   (all processors)
//!                                ──▶ linked to the lines before it                      (in order)
//! ```
//!
//! The file is read once, so that nobody can change it between its check and its use, and each line
//! is scanned and hashed once. What is no whole line, or too long for one, goes to the [`Checker`] as
//! bytes; it decides as it does when it is alone.

use super::check::{Checker, Report, Rules};
use super::entry::{Line, MAX_LINE, Scratch};
use super::id::Id;
use super::recorded::{Names, Text};
use super::seen::{Refused, Seen};
use crate::pipeline;
use memchr::{memchr, memchr_iter, memrchr};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

/// How much is read at first, in bytes: few enough that a short ledger keeps every processor busy. Each
/// time it is twice as much, up to [`MOST`].
const AT_FIRST: usize = MOST / 4;

/// How much a piece has in the end. A megabyte would be read no faster, and what comes of its lines would
/// lie in the way of the next.
const MOST: usize = 128 * 1024;

/// A usual line has more bytes than this; from it the room for what comes of the lines is guessed.
pub(super) const USUAL_LINE: usize = 256;

/// Checks everything that `source` gives. `make` is called with each line that is an entry, its id, its
/// bytes to keep and the names that it may share, in any thread, and `sink` with what came of it in the order of the chain, once for each of its nodes.
///
/// ```
/// use audit::ledger::check::Rules;
/// let rules = Rules { ledger: None, armor: |_| true };
/// let report = audit::ledger::parallel::check(&b"{}\n"[..], &rules, |_, id, _, _| id, |_| ())?;
/// assert_eq!((report.chain.len(), report.damage), (0, 1));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// When the source can't be read.
pub fn check<T: Send>(
    source: impl Read + Send,
    rules: &Rules,
    make: impl Fn(&Line<'_>, Id, Text, &mut Names) -> T + Sync,
    mut sink: impl FnMut(T) + Send,
) -> io::Result<Report> {
    let mut checker = Checker::new(rules.clone());
    let work = |piece: io::Result<Piece>| -> io::Result<Done<T>> {
        Ok(match piece? {
            Piece::Lines(bytes) => Done::Lines(look(bytes, rules, &make)),
            Piece::Odd(bytes) => Done::Odd(bytes),
        })
    };
    let failed = pipeline::ordered_singly(Pieces::new(source), work, |done| {
        match done {
            Ok(Done::Lines(lines)) => {
                for line in lines {
                    match line {
                        Ok((seen, made)) => {
                            if checker.link(seen).is_some() {
                                sink(made);
                            }
                        }
                        Err(refused) => checker.refuse(&refused),
                    }
                }
            }
            Ok(Done::Odd(bytes)) => checker.feed(&bytes, &mut |_, _| ()),
            Err(error) => return ControlFlow::Break(error),
        }
        ControlFlow::Continue(())
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(checker.finish()),
    }
}

/// What was found out about a piece.
enum Done<T> {
    Lines(Vec<Result<(Seen, T), Refused>>),
    Odd(Vec<u8>),
}

fn look<T>(
    piece: Vec<u8>,
    rules: &Rules,
    make: &impl Fn(&Line<'_>, Id, Text, &mut Names) -> T,
) -> Vec<Result<(Seen, T), Refused>> {
    let piece = Arc::new(piece);
    let bytes: &[u8] = &piece;
    let mut scratch = Scratch::default();
    let mut names = Names::default();
    let mut lines = Vec::with_capacity(memchr_iter(b'\n', bytes).count());
    let mut from = 0;
    while let Some(end) = memchr(b'\n', &bytes[from..]) {
        let range = from..from + end + 1;
        from = range.end;
        let line = &bytes[range.clone()];
        lines.push(match Line::read(line, &mut scratch) {
            Ok(entry) => {
                let seen = Seen::entry(&entry, rules.armor, &mut names);
                let made = make(&entry, seen.id, Text::shared(&piece, range), &mut names);
                Ok((seen, made))
            }
            Err(reject) => Err(Refused::new(line, reject)),
        });
    }
    lines
}

/// Bytes of the file, one after the other.
#[derive(Debug)]
enum Piece {
    /// Whole lines.
    Lines(Vec<u8>),
    /// Part of a line that is too long, or the end of a file that doesn't end in `\n`.
    Odd(Vec<u8>),
}

/// Cuts a source into pieces.
struct Pieces<R> {
    source: R,
    /// What was read and not handed out.
    read: Vec<u8>,
    /// How much is read next.
    at_once: usize,
    /// Whether it goes on with a line of which the beginning was handed out.
    inside: bool,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    fn new(source: R) -> Pieces<R> {
        Pieces { source, read: Vec::new(), at_once: AT_FIRST, inside: false, ended: false }
    }

    /// Reads on; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        let mut read = Vec::with_capacity(self.at_once.max(2 * self.read.len()));
        read.append(&mut self.read);
        let room = (read.capacity() - read.len()) as u64;
        let count = self.source.by_ref().take(room).read_to_end(&mut read)?;
        self.read = read;
        self.at_once = (self.at_once * 2).min(MOST);
        Ok(count > 0)
    }

    /// Hands out the first so many bytes.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.read.split_off(count);
        std::mem::replace(&mut self.read, rest)
    }

    fn piece(&mut self) -> io::Result<Option<Piece>> {
        loop {
            if self.inside && !self.read.is_empty() {
                let end = memchr(b'\n', &self.read);
                self.inside = end.is_none();
                let count = end.map_or(self.read.len(), |end| end + 1);
                return Ok(Some(Piece::Odd(self.take(count))));
            }
            if let Some(end) = memrchr(b'\n', &self.read) {
                return Ok(Some(Piece::Lines(self.take(end + 1))));
            }
            if self.read.len() > MAX_LINE {
                self.inside = true;
                continue;
            }
            if self.ended || !self.more()? {
                self.ended = true;
                let rest = std::mem::take(&mut self.read);
                return Ok((!rest.is_empty()).then_some(Piece::Odd(rest)));
            }
        }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<io::Result<Piece>> {
        self.piece().transpose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::check;
    use super::*;

    /// Reads as little at once as it may.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    fn pieces(bytes: &[u8], at_once: usize) -> Vec<Piece> {
        Pieces::new(Slow(bytes, at_once)).map(Result::unwrap).collect()
    }

    #[test]
    fn pieces_are_whole_lines_whatever_is_read_at_once() {
        let text = b"one\ntwo\n\nthree\nrest";
        for at_once in 1..=text.len() {
            let mut joined: Vec<u8> = Vec::new();
            for piece in pieces(text, at_once) {
                match piece {
                    Piece::Lines(lines) => {
                        assert!(lines.ends_with(b"\n"));
                        joined.extend_from_slice(&lines);
                    }
                    Piece::Odd(rest) => {
                        assert_eq!(&*rest, b"rest");
                        joined.extend_from_slice(&rest);
                    }
                }
            }
            assert_eq!(joined, text, "{at_once}");
        }
    }

    #[test]
    fn a_line_without_end_is_handed_on_in_parts() {
        let long = [vec![b'x'; 3 * MAX_LINE], b"\nshort\n".to_vec()].concat();
        let parts = pieces(&long, usize::MAX);
        assert!(parts.len() > 2);
        let odd = |piece: &Piece| matches!(piece, Piece::Odd(_));
        assert_eq!(parts.iter().filter(|piece| !odd(piece)).count(), 1);
        assert!(matches!(parts.last(), Some(Piece::Lines(line)) if **line == *b"short\n"));
        assert!(parts.iter().all(|piece| match piece {
            Piece::Odd(bytes) | Piece::Lines(bytes) => bytes.len() <= MAX_LINE + MOST,
        }));
    }

    #[test]
    fn the_findings_are_those_of_one_thread() {
        let long = "x".repeat(MAX_LINE);
        let longer = "x".repeat(MAX_LINE + MOST);
        let parts = ["{}\n", "\n", "\0\n", "\0", "torn", &long, &longer, "\n"];
        let rules = Rules { ledger: None, armor: |_| true };
        // Every sequence of three of them.
        for number in 0..parts.len().pow(3) {
            let pick = |place: u32| parts[number / parts.len().pow(place) % parts.len()];
            let text = [pick(0), pick(1), pick(2)].concat();
            let alone = check::check(text.as_bytes(), rules.clone()).unwrap();
            let both = check(text.as_bytes(), &rules, |_, _, _, _| (), |()| ()).unwrap();
            assert_eq!(both.findings, alone.findings, "{number}");
            assert_eq!((both.lines, both.bytes, both.torn), (alone.lines, alone.bytes, alone.torn));
        }
    }
}

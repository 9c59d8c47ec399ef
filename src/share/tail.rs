//! Publishing from a machine that has no ledger and is soon gone: a CI job in a shallow or partial clone.
//!
//! ```text
//! git fetch --depth=1 --filter=blob:none    the tip and its tree
//! edge, ledger/000390.jsonl                 the two files that a writer needs: some 200 KB of 100,000 records
//! ```
//!
//! With the roots in `edge` and the last segment the root of the next list is known, so the rest stays where
//! it is. What stands before the last segment is trusted as found; every full reader checks it. The
//! new record names as `prev` the heads among the last segment.

use super::list::{Expected, Flaw, Known, Layout, List, MAX_EDGE, MAX_SEGMENT, Reader};
use super::note::Checkpoint;
use super::remote::{Depth, Fetched, Pushed, Remote};
use super::segments::{self, LINES};
use super::sync::{TRIES, wait};
use super::tree;
use crate::ledger::Id;
use crate::ledger::record::MAX_PREV;
use crate::outcome::Failure;

/// The end of a published list.
pub struct Tail {
    tip: String,
    layout: Layout,
    edge: String,
    list: List,
}

impl Tail {
    /// Fetches the end of a list; `None` when there is none yet.
    ///
    /// # Errors
    /// When the remote can't be asked; inside, when what it has is no list.
    pub fn fetch(
        remote: &Remote,
        expected: Expected<'_>,
    ) -> Result<Option<Result<Tail, Flaw>>, Failure> {
        let Fetched::Tip(tip) = remote.fetch(Depth::Tip)? else { return Ok(None) };
        let (message, layout) = match remote.layout(&tip)? {
            Ok(read) => read,
            Err(flaw) => return Ok(Some(Err(flaw))),
        };
        let last = layout.segments.last().cloned().unwrap_or_default();
        let wanted = [layout.edge.clone(), last];
        let mut objects = remote.objects(wanted.iter().map(String::as_str))?;
        let missing = || Flaw("a file is missing, or larger than a list allows".into());
        let Some(edge) = objects.next("blob", MAX_EDGE)? else { return Ok(Some(Err(missing()))) };
        let Some(last) = objects.next("blob", MAX_SEGMENT)? else {
            return Ok(Some(Err(missing())));
        };
        let read = || {
            let count = layout.segments.len();
            let mut reader = Reader::new(&message, &edge, count, Known::Edge, None, expected)?;
            reader.segment(&last)?;
            Ok(reader.finish()?.0)
        };
        Ok(Some(read().map(|list| {
            let edge = String::from_utf8_lossy(&edge).into_owned();
            Tail { tip, layout, edge, list }
        })))
    }

    /// The name of the ledger.
    pub fn name(&self) -> &str {
        &self.list.checkpoint.origin
    }

    /// What a new record builds on: the newest of the heads, sorted.
    pub fn prev(&self) -> Vec<Id> {
        let heads = self.list.heads();
        let mut prev = heads[heads.len().saturating_sub(MAX_PREV)..].to_vec();
        prev.sort_unstable();
        prev
    }

    /// Publishes lines behind the list, and fetches its end again as often as somebody else is first. Gives the
    /// state of the list that holds them.
    ///
    /// # Errors
    /// When the remote can't be asked, refuses, or shows what is no list.
    pub fn publish(
        mut self,
        remote: &Remote,
        lines: &[Vec<u8>],
        sign: bool,
        expected: Expected<'_>,
    ) -> Result<Checkpoint, Failure> {
        for late in 1..=TRIES {
            let own: Vec<&[u8]> = lines
                .iter()
                .map(Vec::as_slice)
                .filter(|line| !self.list.ids.contains(&Id::of(line)))
                .collect();
            if own.is_empty() {
                return Ok(self.list.checkpoint);
            }
            let (layout, checkpoint) = self.next(remote, &own)?;
            let tree = remote.write_tree(&layout)?;
            let message = checkpoint.to_string();
            let commit = remote.write_commit(&tree, Some(&self.tip), &message, sign)?;
            if remote.push(&commit)? == Pushed::Done {
                return Ok(checkpoint);
            }
            std::thread::sleep(wait(late));
            let before = self.list;
            self = match Tail::fetch(remote, expected)? {
                Some(Ok(tail)) => tail,
                Some(Err(flaw)) => {
                    return Err(Failure::new(format!(
                        "'{}' has no list any more: {flaw}",
                        remote.name
                    )));
                }
                None => {
                    return Err(Failure::new(format!("'{}' has no list any more", remote.name)));
                }
            };
            let (from, list) = (before.from, &self.list);
            let shorter = list.checkpoint.size < before.checkpoint.size;
            if shorter || list.from == from && !list.ids.starts_with(&before.ids) {
                return Err(Failure::new(format!(
                    "'{}' took records away that it had a moment ago",
                    remote.name
                ))
                .hint(
                    "`audit sync` in a clone that has the ledger says more, and keeps the evidence",
                ));
            }
        }
        Err(Failure::new(format!("others published first {TRIES} times")))
    }

    /// The next list with `own` lines behind it: its tree, and its state.
    fn next(&self, remote: &Remote, own: &[&[u8]]) -> Result<(Layout, Checkpoint), Failure> {
        let broken = || Failure::new("the end of the list can't be continued");
        let (from, old) = (self.list.from, self.list.ids.len());
        // A last segment that is full stays as it is.
        let first = if old == LINES { from + LINES } else { from };
        let mut lines: Vec<&[u8]> = (0..old).map(|number| self.list.line(number)).collect();
        lines.extend(own);
        let total = from + lines.len();
        let mut frontier = segments::parse_edge(&self.edge).ok_or_else(broken)?;
        let mut edge = self.edge.clone();
        for (number, line) in lines.iter().enumerate() {
            frontier.push(tree::leaf(&Id::of(line)));
            if from + number + 1 == segments::before_last(total) {
                edge = segments::format_edge(&frontier);
            }
        }
        let mut files: Vec<Vec<u8>> =
            lines[first - from..].chunks(LINES).map(<[&[u8]]>::concat).collect();
        files.push(edge.into_bytes());
        let mut blobs = remote.write_blobs(&files)?;
        let edge = blobs.pop().ok_or_else(broken)?;
        let mut segments = self.layout.segments[..first / LINES].to_vec();
        segments.extend(blobs);
        let origin = self.list.checkpoint.origin.clone();
        let checkpoint = Checkpoint { origin, size: total as u64, root: frontier.root() };
        Ok((Layout { edge, segments }, checkpoint))
    }
}

//! One sync: fetch, judge, take over, publish; and from the start when somebody else was first.
//!
//! ```text
//! fetch ─▶ is it a list? ─▶ does it begin with all that was ever accepted? ─▶ append what is missing here
//!              no: evidence        no: rolled back, rewritten, gone          ─▶ remember what was accepted
//!        ◀──── wait ◀──── somebody was first ──── push ◀──── commit own records on top of the list
//! ```
//!
//! The order is the promise. Nothing is appended before the whole list was judged; nothing is remembered
//! before it is on the disk; nothing is pushed on top of what was not accepted, and never with force. Whatever
//! the remote does, the local file only grows. A crash between two steps leaves a state from which the next
//! sync goes on.

use super::list::{Expected, Flaw, Known, Layout, List, MAX_EDGE, MAX_SEGMENT, Reader};
use super::note::Checkpoint;
use super::remote::{Depth, Fetched, Pushed, Remote};
use super::segments::{self, LINES};
use super::state::{LastSync, Seen, State};
use super::tree::{Frontier, Hash};
use crate::ledger::{Id, Ledger, Rules, View, time};
use crate::outcome::Failure;
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often a push is tried.
pub(super) const TRIES: u32 = 20;

/// How long a push is tried.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What to do beside taking over and publishing.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only say what would be done. The remote is asked all the same.
    pub dry_run: bool,
    /// Put the accepted list back on a remote that lost it or went behind it.
    pub restore: bool,
    /// Sign the commit.
    pub sign: bool,
    /// What the list must begin with where nothing was ever accepted: a checkpoint that came another way.
    pub floor: Option<Checkpoint>,
}

/// What a sync came to.
#[derive(Debug)]
pub enum Ended {
    /// This clone and the remote have the same records.
    Synced(Box<Synced>),
    /// The remote's list is refused. Nothing was appended, nothing pushed.
    Refused(Box<Refused>),
}

/// A sync that went through.
#[derive(Debug)]
pub struct Synced {
    /// The state of the list; `None` when it has no record.
    pub checkpoint: Option<Checkpoint>,
    /// Records that came from the remote, in published order.
    pub received: Vec<Id>,
    /// Records that were published, in published order.
    pub published: Vec<Id>,
    /// Records that this program could not take over: they are of a newer version, or build on one that is.
    pub held: u64,
    /// Nothing was ever accepted from this remote before.
    pub first_contact: bool,
    /// The accepted list was put back.
    pub restored: bool,
    /// How often somebody else was first.
    pub late: u32,
    /// Where a torn tail of the local file was copied to.
    pub recovered: Option<PathBuf>,
}

/// Why a list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no list, or that of another ledger.
    Malformed,
    /// It has fewer records than were accepted.
    RolledBack,
    /// It begins otherwise than what was accepted.
    Rewritten,
    /// There is none, and one was accepted.
    Gone,
}

impl Refusal {
    /// The word that machine formats and `last-sync.json` have.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::RolledBack => "rolled-back",
            Refusal::Rewritten => "rewritten",
            Refusal::Gone => "gone",
        }
    }
}

/// A list that is refused.
#[derive(Debug)]
pub struct Refused {
    /// In one word.
    pub refusal: Refusal,
    /// What was found. Holds text of strangers: escape it on terminals.
    pub why: String,
    /// What was accepted before.
    pub seen: Option<Seen>,
    /// What the refused list says of itself.
    pub found: Option<Checkpoint>,
    /// The reference that keeps it.
    pub evidence: Option<String>,
}

/// A sync of one clone with one remote.
pub struct Sync<'a> {
    /// The remote.
    pub remote: &'a Remote,
    /// The local ledger.
    pub ledger: &'a Ledger,
    /// What lines are held against.
    pub rules: Rules,
    /// What is to be done.
    pub options: Options,
    /// The present, in seconds since 1970 UTC.
    pub now: i64,
}

/// The remote's list, judged.
struct Theirs {
    tip: Option<String>,
    layout: Layout,
    /// All of its ids.
    ids: Vec<Id>,
    /// What was read of it; nothing when it is the accepted one.
    list: Option<List>,
    checkpoint: Option<Checkpoint>,
}

/// Whether to go on.
enum Step {
    Ended(Ended),
    /// Somebody else was first.
    Late,
    /// The accepted list was put back.
    Restored,
}

impl Sync<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// When it could not run: the network, the disk, a damaged local ledger, a push that the remote refuses.
    pub fn run(&self) -> Result<Ended, Failure> {
        let state = State::new(self.ledger.dir());
        let _lock = state.lock()?;
        let first_contact =
            self.options.floor.is_none() && !state.seen()?.contains_key(&self.remote.key);
        let begin = Instant::now();
        let mut sum = Synced {
            checkpoint: None,
            received: Vec::new(),
            published: Vec::new(),
            held: 0,
            first_contact,
            restored: false,
            late: 0,
            recovered: None,
        };
        loop {
            match self.attempt(&state, &mut sum)? {
                Step::Ended(Ended::Refused(refused)) => {
                    self.remember(&state, Some(&refused))?;
                    return Ok(Ended::Refused(refused));
                }
                Step::Ended(ended) => {
                    self.remember(&state, None)?;
                    return Ok(ended);
                }
                Step::Restored => continue,
                Step::Late => {}
            }
            sum.late += 1;
            let tried = begin.elapsed();
            if sum.late >= TRIES || tried > PATIENCE {
                return Err(Failure::new(format!(
                    "others published first {} times in {} seconds",
                    sum.late,
                    tried.as_secs()
                ))
                .hint("your records are safe in this clone; run `audit sync` again"));
            }
            std::thread::sleep(wait(sum.late));
        }
    }

    /// The tip and the ids of the remote's list as it is now, judged by itself. Nothing is taken over.
    ///
    /// # Errors
    /// When the remote can't be asked, or has no list; inside, when it is malformed.
    pub fn look(&self) -> Result<Result<(String, Vec<Id>), Refused>, Failure> {
        let view = self.ledger.read(self.rules.clone())?;
        let fetched = self.remote.fetch(Depth::All)?;
        let theirs = self.judge(&State::new(self.ledger.dir()), None, &fetched, &view)?;
        match theirs {
            Ok(Theirs { tip: Some(tip), ids, .. }) => Ok(Ok((tip, ids))),
            Ok(_) => Err(Failure::new(format!(
                "'{}' has no {}",
                self.remote.name, self.remote.reference
            ))),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn remember(&self, state: &State, refused: Option<&Refused>) -> Result<(), Failure> {
        if self.options.dry_run {
            return Ok(());
        }
        let last = LastSync {
            at: time::format(self.now)?,
            outcome: refused.map_or("ok", |refused| refused.refusal.name()).to_owned(),
            why: refused.map(|refused| refused.why.clone()),
            evidence: refused.and_then(|refused| refused.evidence.clone()),
        };
        state.ended(&self.remote.key, last)
    }

    fn attempt(&self, state: &State, sum: &mut Synced) -> Result<Step, Failure> {
        let floor = self.options.floor.as_ref();
        let floor = floor.map(|Checkpoint { size, root, .. }| Seen {
            size: *size,
            root: root.to_string(),
            tip: String::new(),
            held: 0,
        });
        let seen = state.seen()?.get(&self.remote.key).cloned().or(floor);
        let mut view = self.ledger.read(self.rules.clone())?;
        view.writable()?;
        let fetched = self.remote.fetch(Depth::All)?;
        let theirs = match self.judge(state, seen.as_ref(), &fetched, &view)? {
            Ok(theirs) => theirs,
            Err(refused) => {
                let behind = matches!(refused.refusal, Refusal::Gone | Refusal::RolledBack);
                if let Some(seen) =
                    seen.filter(|_| self.options.restore && behind && !self.options.dry_run)
                {
                    return self.restore(&seen, sum);
                }
                return Ok(Step::Ended(Ended::Refused(Box::new(refused))));
            }
        };
        view = self.take_over(state, seen.as_ref(), &theirs, view, sum)?;
        if !self.options.dry_run {
            view = self.empty_outbox(view)?;
        }
        let published: HashSet<&Id> = theirs.ids.iter().collect();
        let own: Vec<usize> = (0..view.chain().len())
            .filter(|number| !published.contains(&view.chain().nodes()[*number].id))
            .collect();
        sum.checkpoint = theirs.checkpoint.clone();
        sum.first_contact &= theirs.tip.is_some();
        if own.is_empty() || self.options.dry_run {
            sum.published = own.iter().map(|number| view.chain().nodes()[*number].id).collect();
            return Ok(Step::Ended(Ended::Synced(Box::new(std::mem::replace(sum, nothing())))));
        }
        self.publish(state, &theirs, &view, &own, sum)
    }

    /// Reads what the remote has, and holds it against what was accepted.
    fn judge(
        &self,
        state: &State,
        seen: Option<&Seen>,
        fetched: &Fetched,
        view: &View,
    ) -> Result<Result<Theirs, Refused>, Failure> {
        let tip = match fetched {
            Fetched::Tip(tip) => tip,
            Fetched::Nothing => {
                let nothing = || Theirs {
                    tip: None,
                    layout: Layout::default(),
                    ids: Vec::new(),
                    list: None,
                    checkpoint: None,
                };
                let why = |seen: &Seen| {
                    format!(
                        "'{}' has no {} any more; {} records were accepted from it",
                        self.remote.name, self.remote.reference, seen.size
                    )
                };
                return Ok(match seen {
                    None => Ok(nothing()),
                    Some(seen) => {
                        Err(self.refused(Refusal::Gone, why(seen), Some(seen), None, None)?)
                    }
                });
            }
        };
        let known =
            seen.and_then(|seen| state.published(&self.remote.key, seen)).unwrap_or_default();
        let here = |ids: &[Id]| ids.iter().all(|id| view.chain().get(id).is_some());
        // What was accepted and is here need not be read again; what is lacking here must be.
        let whole = match seen {
            Some(seen) if seen.held == 0 && !known.is_empty() && here(&known) => {
                known.len() / LINES * LINES
            }
            _ => 0,
        };
        let refuse = |flaw: Flaw, found| {
            let why = format!(
                "{} on '{}' is no list that can be accepted: {flaw}",
                self.remote.reference, self.remote.name
            );
            self.refused(Refusal::Malformed, why, seen, found, Some(tip))
        };
        let (message, layout) = match self.remote.layout(tip)? {
            Ok(read) => read,
            Err(flaw) => return Ok(Err(refuse(flaw, None)?)),
        };
        let found =
            std::str::from_utf8(&message).ok().and_then(|text| Checkpoint::parse(text).ok());
        // Segments are skipped only where they are the very objects that were accepted.
        let same = match seen.filter(|_| whole > 0) {
            Some(seen) if seen.tip == *tip => whole / LINES,
            Some(seen) if self.remote.has(&seen.tip) => match self.remote.layout(&seen.tip)? {
                Ok((_, before)) => {
                    let pairs = before.segments.iter().zip(&layout.segments).take(whole / LINES);
                    pairs.take_while(|(before, now)| before == now).count()
                }
                Err(_) => 0,
            },
            _ => 0,
        };
        let skip = same.min(layout.segments.len().saturating_sub(1)) * LINES;
        let mark = seen.map(|seen| seen.size);
        let read = self.read(&message, &layout, &known[..skip], mark, view)?;
        let (list, marked) = match read {
            Ok(read) => read,
            Err(flaw) => return Ok(Err(refuse(flaw, found)?)),
        };
        if let Some(seen) = seen.filter(|seen| list.checkpoint.size < seen.size) {
            let size = list.checkpoint.size;
            let why = format!(
                "'{}' went back from {} records, of which the root was {}, to {size}",
                self.remote.name, seen.size, seen.root
            );
            return Ok(Err(self.refused(
                Refusal::RolledBack,
                why,
                Some(seen),
                Some(list.checkpoint),
                Some(tip),
            )?));
        }
        if let Some(seen) = seen
            && marked != seen.root()
        {
            let why = format!(
                "'{}' has another list of the first {} records than was accepted: its root is {}, and {} was",
                self.remote.name,
                seen.size,
                marked.map_or("unknown".to_owned(), |root| root.to_string()),
                seen.root
            );
            return Ok(Err(self.refused(
                Refusal::Rewritten,
                why,
                Some(seen),
                Some(list.checkpoint),
                Some(tip),
            )?));
        }
        let ids = [&known[..skip], &list.ids].concat();
        let checkpoint = Some(list.checkpoint.clone());
        Ok(Ok(Theirs { tip: Some(tip.clone()), layout, ids, list: Some(list), checkpoint }))
    }

    fn refused(
        &self,
        refusal: Refusal,
        why: String,
        seen: Option<&Seen>,
        found: Option<Checkpoint>,
        tip: Option<&String>,
    ) -> Result<Refused, Failure> {
        let evidence = match tip {
            Some(tip) if !self.options.dry_run => {
                Some(self.remote.keep_evidence(tip, &time::file_name(self.now))?)
            }
            _ => None,
        };
        Ok(Refused { refusal, why, seen: seen.cloned(), found, evidence })
    }

    fn read(
        &self,
        message: &[u8],
        layout: &Layout,
        known: &[Id],
        mark: Option<u64>,
        view: &View,
    ) -> Result<Result<(List, Option<Hash>), Flaw>, Failure> {
        let ledger = self.rules.ledger.as_deref().or(view.report().ledger.as_deref());
        let expected = Expected { ledger, armor: self.rules.armor };
        read_segments(self.remote, message, layout, known, mark, expected)
    }

    /// Appends what is missing here, then remembers the list.
    fn take_over(
        &self,
        state: &State,
        seen: Option<&Seen>,
        theirs: &Theirs,
        view: View,
        sum: &mut Synced,
    ) -> Result<View, Failure> {
        let (Some(tip), Some(list)) = (&theirs.tip, &theirs.list) else { return Ok(view) };
        let (wanted, held) = self.wanted(list, &view);
        sum.held = held;
        let missing: Vec<Id> = wanted.iter().map(|number| list.ids[*number]).collect();
        if self.options.dry_run {
            sum.received.extend(missing);
            return Ok(view);
        }
        let view = match missing.is_empty() {
            true => view,
            false => {
                let lines: Vec<&[u8]> = wanted.iter().map(|number| list.line(*number)).collect();
                let appended = self.ledger.append_many(view, &lines, self.now);
                let appended = appended.map_err(|not_appended| not_appended.failure)?;
                sum.recovered = appended.recovered.or(sum.recovered.take());
                sum.received.extend(appended.added);
                appended.view
            }
        };
        let next = Seen {
            size: list.checkpoint.size,
            root: list.checkpoint.root.to_string(),
            tip: tip.clone(),
            held,
        };
        if seen != Some(&next) {
            self.accept(state, &theirs.ids, next)?;
        }
        Ok(view)
    }

    /// Moves what this clone recorded while it had no ledger into the file.
    fn empty_outbox(&self, view: View) -> Result<View, Failure> {
        let posted = self.ledger.posted()?;
        if posted.is_empty() {
            return Ok(view);
        }
        let lines: Vec<&[u8]> = posted.iter().map(Vec::as_slice).collect();
        let appended = self.ledger.append_many(view, &lines, self.now);
        let view = appended.map_err(|not_appended| not_appended.failure)?.view;
        self.ledger.clear_posted()?;
        Ok(view)
    }

    /// Remembers a list whose lines are all on the disk.
    fn accept(&self, state: &State, ids: &[Id], seen: Seen) -> Result<(), Failure> {
        state.publish(&self.remote.key, ids)?;
        self.remote.point(&self.remote.accepted_ref(), &seen.tip)?;
        state.accept(&self.remote.key, seen)
    }

    /// The records that are missing here and can be taken over, by their number in the list; and how many
    /// can't, because they are of a newer version or build on one that is.
    fn wanted(&self, list: &List, view: &View) -> (Vec<usize>, u64) {
        let (mut wanted, mut held) = (Vec::new(), HashSet::new());
        for number in 0..list.ids.len() {
            let id = list.ids[number];
            if list.newer.binary_search(&number).is_ok()
                || list.prev(number).iter().any(|prev| held.contains(prev))
            {
                held.insert(id);
            } else if view.chain().get(&id).is_none() {
                wanted.push(number);
            }
        }
        (wanted, held.len() as u64)
    }

    /// Publishes the records of this clone on top of the remote's list.
    fn publish(
        &self,
        state: &State,
        theirs: &Theirs,
        view: &View,
        own: &[usize],
        sum: &mut Synced,
    ) -> Result<Step, Failure> {
        let next = self.next(theirs, view, own)?;
        let files: Vec<Vec<u8>> =
            next.segments.iter().cloned().chain([next.edge.clone().into_bytes()]).collect();
        let mut blobs = self.remote.write_blobs(&files)?;
        let edge = blobs.pop().unwrap_or_default();
        let mut layout = Layout { edge, segments: theirs.layout.segments[..next.first].to_vec() };
        layout.segments.extend(blobs);
        let tree = self.remote.write_tree(&layout)?;
        let message = next.checkpoint.to_string();
        let commit =
            self.remote.write_commit(&tree, theirs.tip.as_deref(), &message, self.options.sign)?;
        if self.remote.push(&commit)? == Pushed::Late {
            return Ok(Step::Late);
        }
        self.remote.point(&self.remote.fetched_ref(), &commit)?;
        let Checkpoint { size, root, .. } = &next.checkpoint;
        let seen = Seen { size: *size, root: root.to_string(), tip: commit, held: sum.held };
        self.accept(state, &next.ids, seen)?;
        sum.published = own.iter().map(|number| view.chain().nodes()[*number].id).collect();
        sum.checkpoint = Some(next.checkpoint);
        Ok(Step::Ended(Ended::Synced(Box::new(std::mem::replace(sum, nothing())))))
    }

    /// The remote's list and the records of this clone behind it, read back by the same rules: nobody
    /// publishes what others would refuse.
    fn next(&self, theirs: &Theirs, view: &View, own: &[usize]) -> Result<Next, Failure> {
        let lines: Vec<Vec<u8>> = own
            .iter()
            .map(|number| view.entry(*number).map(|entry| entry.line))
            .collect::<Result<_, Failure>>()?;
        let first = theirs.ids.len() / LINES;
        let mut text = Vec::new();
        if !theirs.ids.len().is_multiple_of(LINES)
            && let Some(id) = theirs.layout.segments.get(first)
        {
            let last =
                self.remote.objects(std::iter::once(id.as_str()))?.next("blob", MAX_SEGMENT)?;
            text.push(last.ok_or(Failure::new("the last segment of the list is not here"))?);
        }
        text.extend(lines.iter().cloned());
        let text = text.concat();
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let segments: Vec<Vec<u8>> = lines.chunks(LINES).map(<[&[u8]]>::concat).collect();
        let mut ids = theirs.ids.clone();
        ids.extend(own.iter().map(|number| view.chain().nodes()[*number].id));
        let origin = theirs.checkpoint.as_ref().map(|theirs| theirs.origin.clone());
        let origin = origin.or(view.report().ledger.clone()).unwrap_or_default();
        let edge = segments::format_edge(&Frontier::of(&ids[..segments::before_last(ids.len())]));
        let checkpoint =
            Checkpoint { origin, size: ids.len() as u64, root: Frontier::of(&ids).root() };
        let known = Known::Ids(&ids[..first * LINES]);
        let expected = Expected { ledger: None, armor: self.rules.armor };
        let message = checkpoint.to_string();
        let (message, count) = (message.as_bytes(), segments::count(ids.len()));
        let read_back = || -> Result<(), Flaw> {
            let mut reader = Reader::new(message, edge.as_bytes(), count, known, None, expected)?;
            segments.iter().try_for_each(|segment| reader.segment(segment))?;
            reader.finish().map(drop)
        };
        read_back().map_err(|flaw| {
            Failure::new(format!("the records of this clone can't be published: {flaw}"))
                .hint("`audit ledger check` says what is in the ledger that does not belong there")
        })?;
        Ok(Next { first, segments, edge, ids, checkpoint })
    }

    /// Puts the accepted list back, by a plain push.
    fn restore(&self, seen: &Seen, sum: &mut Synced) -> Result<Step, Failure> {
        if sum.restored {
            return Err(Failure::new(format!(
                "'{}' did not keep what was put back",
                self.remote.name
            )));
        }
        let kept = if self.remote.has(&seen.tip) { &seen.tip } else { &self.remote.accepted_ref() };
        if self.remote.push(kept)? == Pushed::Late {
            return Err(Failure::new(format!(
                "'{}' does not take the accepted list by a plain push: what it has is no beginning of its history",
                self.remote.name
            ))
            .hint(format!(
                "whoever looks after the server puts it back: git push --force {} {}:{}",
                self.remote.name, seen.tip, self.remote.reference
            )));
        }
        sum.restored = true;
        Ok(Step::Restored)
    }
}

/// Reads the list of a commit, and the tree that it lies in. Of the ids that are known, those are not read again that
/// lie in the same objects as `known` says.
///
/// # Errors
/// When git can't be asked; inside, when it is no list.
pub fn read_list(
    remote: &Remote,
    tip: &str,
    known: (&[Id], &[String]),
    expected: Expected<'_>,
) -> Result<Result<(List, Layout), Flaw>, Failure> {
    let (message, layout) = match remote.layout(tip)? {
        Ok(read) => read,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let pairs = known.1.iter().zip(&layout.segments);
    let same = pairs.take_while(|(known, now)| known == now).count();
    let skip = same.min(layout.segments.len().saturating_sub(1)) * LINES;
    let read = read_segments(remote, &message, &layout, &known.0[..skip], None, expected)?;
    Ok(read.map(|(list, _)| (list, layout)))
}

/// Reads the segments behind the ids that are known.
fn read_segments(
    remote: &Remote,
    message: &[u8],
    layout: &Layout,
    known: &[Id],
    mark: Option<u64>,
    expected: Expected<'_>,
) -> Result<Result<(List, Option<Hash>), Flaw>, Failure> {
    let skip = known.len() / LINES;
    let wanted = std::iter::once(&layout.edge).chain(&layout.segments[skip..]);
    let mut objects = remote.objects(wanted.map(String::as_str))?;
    let too_large = || Ok(Err(Flaw("a file is missing, or larger than a list allows".into())));
    let Some(edge) = objects.next("blob", MAX_EDGE)? else { return too_large() };
    let count = layout.segments.len();
    let mut reader = match Reader::new(message, &edge, count, Known::Ids(known), mark, expected) {
        Ok(reader) => reader,
        Err(flaw) => return Ok(Err(flaw)),
    };
    for _ in skip..count {
        let Some(segment) = objects.next("blob", MAX_SEGMENT)? else { return too_large() };
        if let Err(flaw) = reader.segment(&segment) {
            return Ok(Err(flaw));
        }
    }
    Ok(reader.finish())
}

/// The next list, as far as it differs from the last.
struct Next {
    /// The first segment that is other than before.
    first: usize,
    segments: Vec<Vec<u8>>,
    edge: String,
    ids: Vec<Id>,
    checkpoint: Checkpoint,
}

fn nothing() -> Synced {
    Synced {
        checkpoint: None,
        received: Vec::new(),
        published: Vec::new(),
        held: 0,
        first_contact: false,
        restored: false,
        late: 0,
        recovered: None,
    }
}

/// How long to wait after being late: twice as long each time, and a random share, so that two who meet once
/// don't meet again.
pub(super) fn wait(late: u32) -> Duration {
    let longest = Duration::from_millis(50).saturating_mul(1 << late.min(10)).min(LONGEST_WAIT);
    let mut byte = [128];
    // Without chance it is half of it.
    let _ = getrandom::fill(&mut byte);
    longest.mul_f64(0.25 + 0.75 * f64::from(byte[0]) / 255.0)
}

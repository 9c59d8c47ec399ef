//! The ledger as commands read it: entries as judged events, and what is wrong with the file.

use super::judge::Judge;
use crate::event::Event;
use crate::git::Repository;
use crate::ledger::view::Stored;
use crate::ledger::{Id, Ledger, Names, Recorded, Rules, Scratch, Text, View};
use crate::outcome::Failure;
use crate::pipeline;
use crate::signature;

/// Reads and checks the ledger of a repository; one that does not exist has no entries.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read(repo: &Repository) -> Result<View, Failure> {
    Ledger::new(repo.common_dir()).read(rules())
}

/// Reads and checks the ledger, and gives all its records, oldest first in the order of reports, not judged:
/// a signature on them has been looked at by nobody, and they are graded as claims. [`judged`] gives one of
/// them its verdict.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_all(repo: &Repository) -> Result<(View, Vec<Recorded>), Failure> {
    let (view, mut records) = Ledger::new(repo.common_dir())
        .read_each(rules(), |line, _, text, names| Recorded::new(line, text, names))?;
    let order = view.chain().order();
    if !order.is_sorted() {
        records = in_order(&order, records.into_iter().map(Some).collect());
    }
    Ok((view, records))
}

/// [`read_all`] on another thread, while `other` runs on this one.
///
/// # Errors
/// As [`read_all`] and `other`, whose failure is reported first.
pub(crate) fn read_meanwhile<T>(
    repo: &Repository,
    other: impl FnOnce() -> Result<T, Failure>,
) -> Result<(T, View, Vec<Recorded>), Failure> {
    let (other, read) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| read_all(repo));
        let other = other();
        (other, reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let other = other?;
    let (view, records) = read?;
    Ok((other, view, records))
}

/// What a ledger is held against: canonical armor, and the name of its first record.
pub(crate) fn rules() -> Rules {
    Rules { ledger: None, armor: signature::armor_is_canonical }
}

/// The entries of a period that pass `keep` as events, oldest first in the order of reports, judged by
/// the same trust as commits, on all processors. What lies outside of the period is not judged.
///
/// # Errors
/// When the file changes while it is read.
pub(crate) fn events(
    view: &View,
    judge: &Judge,
    in_period: impl Fn(i64) -> bool + Sync,
    keep: impl Fn(&Event) -> bool + Sync,
) -> Result<Vec<Event>, Failure> {
    let vouched = judge.vouched(view)?;
    from_file(view, |number, stored| {
        if !in_period(stored.when()) {
            return Ok(None);
        }
        let mut scratch = Scratch::default();
        let (line, id) = stored.read(&mut scratch)?;
        let mut event = judge.entry(&line, id);
        vouched.grade(number, &mut event);
        Ok(Some(event).filter(|event| keep(event)))
    })
}

/// The records of [`read_all`], of a ledger that has been read before.
///
/// # Errors
/// When the file changes while it is read.
pub(crate) fn unjudged(view: &View) -> Result<Vec<Recorded>, Failure> {
    from_file(view, |_, stored| {
        let mut scratch = Scratch::default();
        let (line, _) = stored.read(&mut scratch)?;
        Ok(Some(Recorded::new(&line, Text::new(line.bytes), &mut Names::default())))
    })
}

/// Makes something of entries on all processors, in the order of reports.
fn from_file<T: Send>(
    view: &View,
    make: impl Fn(usize, Stored<'_>) -> Result<Option<T>, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let mut events: Vec<Option<T>> = Vec::with_capacity(view.chain().len());
    let work = |(number, stored): (usize, Result<Stored<'_>, Failure>)| make(number, stored?);
    pipeline::try_each(view.stored()?.enumerate(), work, |event| events.push(event))?;
    Ok(in_order(&view.chain().order(), events))
}

/// Brings what was made of the entries, as they stand in the file, into the order of reports.
fn in_order<T>(order: &[usize], mut events: Vec<Option<T>>) -> Vec<T> {
    order.iter().filter_map(|&number| events.get_mut(number)?.take()).collect()
}

/// One entry as a judged event, by its full id.
///
/// # Errors
/// When the ledger has no such entry, or the file has changed since it was checked.
pub(crate) fn judged(view: &View, judge: &Judge, id: &str) -> Result<Event, Failure> {
    let number = Id::from_hex(id.as_bytes()).and_then(|id| view.chain().look_for(&id));
    let unknown = || Failure::new(format!("the ledger has no entry {id}"));
    judged_at(view, judge, number.ok_or_else(unknown)?)
}

/// One entry as a judged event, by its number in the chain.
///
/// # Errors
/// When the file has changed since it was checked.
pub(crate) fn judged_at(view: &View, judge: &Judge, number: usize) -> Result<Event, Failure> {
    let stored = view.line(number)?;
    let mut scratch = Scratch::default();
    let (line, id) = stored.read(&mut scratch)?;
    let mut event = judge.entry(&line, id);
    judge.vouched(view)?.grade(number, &mut event);
    Ok(event)
}

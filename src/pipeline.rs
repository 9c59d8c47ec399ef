//! An ordered parallel map: items are read in one thread, worked on in several, and arrive in order.
//!
//! Batches start at one item and double, so that the first result comes at once and the later ones
//! cost little to hand over. All channels are bounded: a slow consumer stops the reader.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

/// The largest batch.
const BATCH: usize = 128;
/// Batches that wait for a worker.
const WAITING: usize = 8;

/// Maps `items` through `work` on as many threads as there are processors, and hands the results to
/// `sink` in their original order, until it breaks or there are no more. Returns what `sink` broke with.
pub fn ordered<T, U, B>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> U + Sync,
    sink: impl FnMut(U) -> ControlFlow<B>,
) -> Option<B>
where
    T: Send,
    U: Send,
{
    in_batches(BATCH, items, work, sink)
}

/// As [`ordered`], for work that may fail: `each` takes the results until the first failure.
///
/// # Errors
/// The first failure, in the order of the items.
pub fn try_each<T, U, E>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> Result<U, E> + Sync,
    mut each: impl FnMut(U),
) -> Result<(), E>
where
    T: Send,
    U: Send,
    E: Send,
{
    let failed = ordered(items, work, |done| match done {
        Ok(done) => {
            each(done);
            ControlFlow::Continue(())
        }
        Err(failure) => ControlFlow::Break(failure),
    });
    failed.map_or(Ok(()), Err)
}

/// As [`ordered`], for items that are large: they are handed over one by one.
pub fn ordered_singly<T, U, B>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> U + Sync,
    sink: impl FnMut(U) -> ControlFlow<B>,
) -> Option<B>
where
    T: Send,
    U: Send,
{
    in_batches(1, items, work, sink)
}

fn in_batches<T, U, B>(
    most: usize,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> U + Sync,
    mut sink: impl FnMut(U) -> ControlFlow<B>,
) -> Option<B>
where
    T: Send,
    U: Send,
{
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (to_workers, batches) = mpsc::sync_channel::<(usize, Vec<T>)>(WAITING);
    let batches = Mutex::new(batches);
    let (to_sink, results) = mpsc::sync_channel::<(usize, Vec<U>)>(WAITING);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop = &stop;
        scope.spawn(move || read(most, items, &to_workers, stop));
        for _ in 0..workers {
            let to_sink = to_sink.clone();
            let (batches, work) = (&batches, &work);
            scope.spawn(move || {
                loop {
                    let next = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, batch)) = next else { return };
                    let done = batch.into_iter().map(work).collect();
                    if to_sink.send((number, done)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to_sink);
        let mut early = BTreeMap::new();
        let mut next = 0;
        let mut outcome = None;
        'results: for (number, batch) in &results {
            early.insert(number, batch);
            while let Some(batch) = early.remove(&next) {
                next += 1;
                for item in batch {
                    if let ControlFlow::Break(value) = sink(item) {
                        outcome = Some(value);
                        break 'results;
                    }
                }
            }
        }
        // Without a taker for their results the workers end; the reader ends at its next item, and must
        // not be left waiting for room in the channel until then.
        stop.store(true, Ordering::Relaxed);
        drop(results);
        if outcome.is_some() {
            let rest = batches.lock().unwrap_or_else(PoisonError::into_inner);
            while rest.recv().is_ok() {}
        }
        outcome
    })
}

fn read<T>(
    most: usize,
    items: impl Iterator<Item = T>,
    to_workers: &mpsc::SyncSender<(usize, Vec<T>)>,
    stop: &AtomicBool,
) {
    let mut size = 1;
    let mut batch = Vec::with_capacity(size);
    let mut number = 0;
    for item in items {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        batch.push(item);
        if batch.len() == size {
            size = (size * 2).min(most);
            let full = std::mem::replace(&mut batch, Vec::with_capacity(size));
            if to_workers.send((number, full)).is_err() {
                return;
            }
            number += 1;
        }
    }
    if !batch.is_empty() {
        // Nobody listens any more only when the sink has enough.
        let _ = to_workers.send((number, batch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let mut seen = Vec::new();
        let end: Option<()> = ordered(
            0..10_000,
            |n| {
                if n % 7 == 0 {
                    std::thread::yield_now();
                }
                n * 2
            },
            |n| {
                seen.push(n);
                ControlFlow::Continue(())
            },
        );
        assert_eq!(end, None);
        assert_eq!(seen, (0..10_000).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn breaking_ends_an_endless_reader() {
        let mut count = 0;
        let end = ordered(
            0u64..,
            |n| n,
            |n| {
                count += 1;
                if n == 500 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!((end, count), (Some("enough"), 501));
    }
}

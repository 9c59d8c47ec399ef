//! An ordered parallel map: items are worked on in several threads, and their results arrive in order.
//!
//! Whichever thread is free reads the next batch of items itself. Batches start at one item and double,
//! so that the first result comes at once and the later ones cost little to hand over. The channel of
//! results is bounded: a slow consumer stops the reading.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};

/// The largest batch.
const BATCH: usize = 128;
/// So many lookups in memory are done before a thread has started.
pub const FEW_LOOKUPS: usize = 500;
/// So many objects are read before a thread has started.
pub const FEW_READS: usize = 16;
/// Batches of results that wait for their consumer.
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

/// Looks at each of many items that are there already, on all processors, and gives what came of them in
/// order. Up to `few` are looked at in this thread: [`FEW_LOOKUPS`], [`FEW_READS`].
pub fn each<'t, T, U>(items: &'t [T], few: usize, work: impl Fn(&'t T) -> U + Sync) -> Vec<U>
where
    T: Sync,
    U: Send,
{
    if items.len() <= few {
        return items.iter().map(work).collect();
    }
    let (here, others) = items.split_at(items.len().div_ceil(workers()));
    let size = here.len();
    let work = &work;
    let done = |items: &'t [T]| items.iter().map(work).collect::<Vec<U>>();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            others.chunks(size).map(|items| scope.spawn(move || done(items))).collect();
        let mut all = done(here);
        for thread in threads {
            all.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

/// How many threads share work: as many as there are processors.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
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
    let source = Mutex::new(Source { items: items.fuse(), number: 0, size: 1, most });
    let (to_sink, results) = mpsc::sync_channel::<(usize, Vec<U>)>(WAITING);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            let to_sink = to_sink.clone();
            let (source, work, stop) = (&source, &work, &stop);
            scope.spawn(move || {
                loop {
                    let next = source.lock().unwrap_or_else(PoisonError::into_inner).next(stop);
                    let Some((number, batch)) = next else { return };
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
        for (number, batch) in &results {
            early.insert(number, batch);
            while let Some(batch) = early.remove(&next) {
                next += 1;
                for item in batch {
                    if let ControlFlow::Break(value) = sink(item) {
                        // Without a taker for their results the workers end.
                        stop.store(true, Ordering::Relaxed);
                        drop(results);
                        return Some(value);
                    }
                }
            }
        }
        None
    })
}

/// Where workers get their batches, one worker at a time.
struct Source<I> {
    items: I,
    /// The number of the next batch.
    number: usize,
    /// How many items it has.
    size: usize,
    /// How many items a batch has at most.
    most: usize,
}

impl<I: Iterator> Source<I> {
    /// The next batch and its number; `None` at the end, or once nobody wants more.
    fn next(&mut self, stop: &AtomicBool) -> Option<(usize, Vec<I::Item>)> {
        let mut batch = Vec::with_capacity(self.size);
        while batch.len() < self.size && !stop.load(Ordering::Relaxed) {
            let Some(item) = self.items.next() else { break };
            batch.push(item);
        }
        let number = self.number;
        self.number += 1;
        self.size = (self.size * 2).min(self.most);
        (!batch.is_empty()).then_some((number, batch))
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
    fn each_item_is_looked_at_once_however_many_there_are() {
        let few = FEW_READS;
        for count in [0, 1, few, few + 1, few + 2, 10_007] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(
                each(&items, few, |item| item * 2),
                (0..count).map(|n| n * 2).collect::<Vec<_>>()
            );
        }
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

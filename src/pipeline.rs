//! An ordered parallel map: items are processed on several threads, and their results arrive in order.
//!
//! Choose [`ordered`] (or [`try_each`]) for a stream of many small items, [`ordered_singly`] for a stream of large ones,
//! and [`each`] for a slice. rayon has no ordered streaming.
//!
//! A free thread reads the next items itself. Small items travel in batches, which start at one item and double: the
//! first result arrives at once, and later ones cost little to hand over to the calling thread. The channel is bounded, so
//! a slow consumer stops the reading. Large items travel one by one, and the worker that finished one passes it on in its
//! turn, so that no other thread has to wake up.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// The largest batch.
const BATCH: usize = 128;
/// Number of lookups in memory that take as long as starting a thread.
pub const FEW_LOOKUPS: usize = 500;
/// Number of object reads that take as long as starting a thread.
pub const FEW_READS: usize = 50;
/// Maximum number of batches that wait for the consumer.
const WAITING: usize = 8;

/// Maps `items` through `work` on as many threads as there are processors, and hands the results to
/// `sink` in their original order, until it breaks or there are no more. Returns what `sink` broke with.
pub fn ordered<T, U, B>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> U + Sync,
    mut sink: impl FnMut(U) -> ControlFlow<B>,
) -> Option<B>
where
    T: Send,
    U: Send,
{
    let source = Mutex::new(Source { items: items.fuse(), number: 0, size: 1 });
    let (to_sink, results) = mpsc::sync_channel::<(usize, Vec<U>)>(WAITING);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            let to_sink = to_sink.clone();
            let (source, work, stop) = (&source, &work, &stop);
            scope.spawn(move || {
                loop {
                    let next = locked(source).next(stop);
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
                        // The workers end once nobody receives their results.
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

/// As [`ordered`], for items that are large: they come one by one, and `sink` is called in the thread that worked
/// on the item.
pub fn ordered_singly<T, U, B>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> U + Sync,
    sink: impl FnMut(U) -> ControlFlow<B> + Send,
) -> Option<B>
where
    T: Send,
    U: Send,
    B: Send,
{
    let source = Mutex::new(items.fuse().enumerate());
    let turns = Turns {
        now: Mutex::new(Turn { next: Some(0), sink, broke: None }),
        passed: Condvar::new(),
    };
    let worker = || {
        let _ends = EndsOnPanic(&turns);
        while turns.go_on() {
            let Some((number, item)) = locked(&source).next() else { return };
            turns.hand_on(number, work(item));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers() {
            scope.spawn(worker);
        }
        worker();
    });
    turns.now.into_inner().unwrap_or_else(PoisonError::into_inner).broke
}

/// Maps a slice on all processors, in order. Up to `few` items are processed on the calling thread.
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

/// Locks, even if a thread panicked with the lock held: the panic is propagated elsewhere.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whose turn it is to pass on a result.
struct Turns<S, B> {
    now: Mutex<Turn<S, B>>,
    passed: Condvar,
}

struct Turn<S, B> {
    /// The number of the item whose result comes next; `None` once nobody wants more.
    next: Option<usize>,
    sink: S,
    /// What the sink broke with.
    broke: Option<B>,
}

impl<S, B> Turns<S, B> {
    fn go_on(&self) -> bool {
        locked(&self.now).next.is_some()
    }

    fn end(&self) {
        locked(&self.now).next = None;
        self.passed.notify_all();
    }

    /// Waits for the turn of an item, and passes its result to the sink unless that has broken off.
    fn hand_on<U>(&self, number: usize, done: U)
    where
        S: FnMut(U) -> ControlFlow<B>,
    {
        let early = |turn: &mut Turn<S, B>| turn.next.is_some_and(|next| next < number);
        let waited = self.passed.wait_while(locked(&self.now), early);
        let mut turn = waited.unwrap_or_else(PoisonError::into_inner);
        if turn.next.is_none() {
            return;
        }
        turn.next = match (turn.sink)(done) {
            ControlFlow::Continue(()) => Some(number + 1),
            ControlFlow::Break(value) => {
                turn.broke = Some(value);
                None
            }
        };
        drop(turn);
        self.passed.notify_all();
    }
}

/// Ends the waiting for the turn of a thread that panicked.
struct EndsOnPanic<'t, S, B>(&'t Turns<S, B>);

impl<S, B> Drop for EndsOnPanic<'_, S, B> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end();
        }
    }
}

/// Where workers get their batches, one worker at a time.
struct Source<I> {
    items: I,
    /// The number of the next batch.
    number: usize,
    /// How many items it has.
    size: usize,
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
        self.size = (self.size * 2).min(BATCH);
        (!batch.is_empty()).then_some((number, batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
        let few = 16;
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

    #[test]
    fn large_items_come_in_order_until_the_sink_breaks() {
        let slow = |n: usize| {
            std::thread::sleep(Duration::from_micros((n * 7 % 5) as u64 * 20));
            n
        };
        let mut seen = Vec::new();
        let end = ordered_singly(0.., slow, |n| {
            seen.push(n);
            if n == 300 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
        });
        assert_eq!(end, Some("enough"));
        assert_eq!(seen, (0..=300).collect::<Vec<_>>());
        let end: Option<()> = ordered_singly(0..0, slow, |_| ControlFlow::Continue(()));
        assert_eq!(end, None);
    }

    #[test]
    fn a_panic_ends_the_wait_of_the_others() {
        for in_sink in [false, true] {
            let passed = std::panic::catch_unwind(|| {
                let work = |n| if n == 5 && !in_sink { panic!("in the work") } else { n };
                ordered_singly(0.., work, |n: u64| -> ControlFlow<()> {
                    assert!(n < 5, "in the sink");
                    ControlFlow::Continue(())
                })
            });
            assert!(passed.is_err());
        }
    }
}

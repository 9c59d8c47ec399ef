//! A progress count on standard error.

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// A count of the work done so far.
pub struct Progress {
    bar: indicatif::ProgressBar,
    what: &'static str,
    started: Instant,
    count: Cell<u64>,
}

impl Progress {
    /// Counts `what`, in the plural: commits.
    pub(super) fn new(what: &'static str) -> Progress {
        let bar = match io::stderr().is_terminal() {
            true => indicatif::ProgressBar::new_spinner(),
            false => indicatif::ProgressBar::hidden(),
        };
        Progress { bar, what, started: Instant::now(), count: Cell::new(0) }
    }

    /// Adds to the count.
    pub fn add(&self, count: u64) {
        let total = self.count.get() + count;
        self.count.set(total);
        if total.is_multiple_of(256) && self.started.elapsed() > Duration::from_millis(500) {
            self.bar.set_message(format!("{total} {}", self.what));
            self.bar.tick();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

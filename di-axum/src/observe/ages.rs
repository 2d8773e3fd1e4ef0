//! How old the oldest of several things is.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// When each of several things that live began.
#[derive(Default)]
pub(crate) struct Ages(Mutex<State>);

#[derive(Default)]
struct State {
    next: u64,
    began: BTreeMap<u64, Instant>,
}

impl Ages {
    /// One more, until what this returns is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Age {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.began.insert(number, Instant::now());
        Age {
            ages: self.clone(),
            number,
        }
    }

    /// Those that live began in the order of their numbers.
    pub(crate) fn oldest(&self) -> Option<Duration> {
        self.lock().began.values().next().map(Instant::elapsed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them.
pub(crate) struct Age {
    ages: Arc<Ages>,
    number: u64,
}

impl Drop for Age {
    fn drop(&mut self) {
        self.ages.lock().began.remove(&self.number);
    }
}

impl fmt::Debug for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Age")
    }
}

//! How old the oldest of several things is.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use super::desk::lock;

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
        let mut state = lock(&self.0);
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
        lock(&self.0).began.values().next().map(Instant::elapsed)
    }
}

/// One of them.
pub(crate) struct Age {
    ages: Arc<Ages>,
    number: u64,
}

impl Drop for Age {
    fn drop(&mut self) {
        lock(&self.ages.0).began.remove(&self.number);
    }
}

impl fmt::Debug for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Age")
    }
}

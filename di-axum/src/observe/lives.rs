//! The scopes that live, listed: a leak is a number with a name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use super::{live::Live, shards::Sharded};

/// A scope that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveScope {
    /// What it is for: `GET /users/{id}`, `handler show` where no layer has seen the route, `task confirm`, `service poll`, or `scope opened at src/main.rs:12`.
    pub what: String,
    /// How long it has lived.
    pub age: Duration,
}

/// All of them.
#[derive(Clone)]
pub(super) struct Lives(Arc<Sharded<Mutex<Shard>>>);

/// By their addresses.
type Shard = HashMap<usize, Weak<Live>>;

impl Lives {
    pub(super) fn new() -> Self {
        Self(Arc::new(Sharded::new(Mutex::default)))
    }

    /// Where this thread lists what begins now.
    pub(super) fn place(&self) -> usize {
        self.0.place()
    }

    pub(super) fn enter(&self, live: &Arc<Live>, place: usize) {
        let key = Arc::as_ptr(live).addr();
        lock(self.0.at(place)).insert(key, Arc::downgrade(live));
    }

    /// Its last handle is gone.
    pub(super) fn leave(&self, live: &Live, place: usize) {
        lock(self.0.at(place)).remove(&std::ptr::from_ref(live).addr());
    }

    pub(super) fn all(&self) -> Vec<Arc<Live>> {
        let shards = self.0.all();
        // One that is found here may be dropped here, which takes the lock.
        let found = shards.map(|shard| lock(shard).values().cloned().collect::<Vec<_>>());
        let found = found.collect::<Vec<_>>().into_iter().flatten();
        found.filter_map(|live| live.upgrade()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

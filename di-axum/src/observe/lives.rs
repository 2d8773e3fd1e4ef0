//! The scopes that live, listed: a leak is a number with a name.

use std::{
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

/// Places, and those of them that are free.
#[derive(Default)]
struct Shard {
    places: Vec<Option<Weak<Live>>>,
    free: Vec<usize>,
}

/// Where one is listed.
#[derive(Clone, Copy)]
pub(super) struct Listed {
    shard: usize,
    place: usize,
}

impl Lives {
    pub(super) fn new() -> Self {
        Self(Arc::new(Sharded::new(Mutex::default)))
    }

    /// Lists it, which knows its place from the beginning.
    pub(super) fn enter(&self, live: impl FnOnce(Listed) -> Live) -> Arc<Live> {
        let shard = self.0.place();
        let mut listed = lock(self.0.at(shard));
        let place = listed.free.pop().unwrap_or_else(|| {
            listed.places.push(None);
            listed.places.len() - 1
        });
        drop(listed);
        let live = Arc::new(live(Listed { shard, place }));
        lock(self.0.at(shard)).places[place] = Some(Arc::downgrade(&live));
        live
    }

    /// Its last handle is gone.
    pub(super) fn leave(&self, Listed { shard, place }: Listed) {
        let mut shard = lock(self.0.at(shard));
        shard.places[place] = None;
        shard.free.push(place);
    }

    pub(super) fn all(&self) -> Vec<Arc<Live>> {
        let shards = self.0.all();
        // One that is found here may be dropped here, which takes the lock.
        let found = shards.map(|shard| lock(shard).places.clone());
        let found = found.collect::<Vec<_>>().into_iter().flatten();
        found.filter_map(|live| live?.upgrade()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

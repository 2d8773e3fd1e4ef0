//! The scopes that live, listed: a leak is a number with a name.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use axum::http::Extensions;
use smallvec::{SmallVec, smallvec};

use super::{live::Live, observation::Observed, shards::Sharded};

/// A scope that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveScope {
    /// What it is for: `GET /users/{id}`, `handler show` where no layer has seen the route, `task confirm`, `service poll`, or `scope opened at src/main.rs:12`.
    pub what: String,
    /// How long it has lived.
    pub age: Duration,
}

/// Who sees a request: one for each app that does, in the extensions of its head, where it does not keep the scope open.
#[derive(Clone)]
pub(crate) struct Known(SmallVec<[Weak<Live>; 1]>);

impl Known {
    /// That of this app.
    pub(crate) fn of(extensions: &Extensions, observed: &Arc<Observed>) -> Option<Arc<Live>> {
        let known = extensions.get::<Self>()?;
        let mut lives = known.0.iter().filter_map(Weak::upgrade);
        lives.find(|live| live.is_of(observed))
    }

    pub(crate) fn add(extensions: &mut Extensions, live: &Arc<Live>) {
        let live = Arc::downgrade(live);
        match extensions.get_mut::<Self>() {
            Some(known) => known.0.push(live),
            None => drop(extensions.insert(Known(smallvec![live]))),
        }
    }
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

/// How many places are kept when all are free.
const FEW: usize = 64;

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
        Arc::new_cyclic(|this| {
            let mut listed = lock(self.0.at(shard));
            let place = match listed.free.pop() {
                Some(free) => free,
                None => {
                    listed.places.push(None);
                    listed.places.len() - 1
                }
            };
            listed.places[place] = Some(this.clone());
            drop(listed);
            live(Listed { shard, place })
        })
    }

    /// Its last handle is gone.
    pub(super) fn leave(&self, Listed { shard, place }: Listed) {
        let mut shard = lock(self.0.at(shard));
        shard.places[place] = None;
        shard.free.push(place);
        // What a peak has left is looked through each time.
        if shard.places.len() > FEW && shard.free.len() == shard.places.len() {
            *shard = Shard::default();
        }
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

//! The scopes that live, listed: a leak is a number with a name.

use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{
            AtomicU64,
            Ordering::{Acquire, Relaxed},
        },
    },
    time::Duration,
};

use axum::http::Extensions;
use smallvec::{SmallVec, smallvec};

use super::{
    live::Live,
    observation::Observed,
    shards::{Sharded, lock},
};

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
    places: Vec<Place>,
    free: Vec<usize>,
}

/// Where one is listed, and another after it.
#[derive(Default)]
struct Place {
    live: Option<Weak<Live>>,
    polled: Arc<Polled>,
}

/// When the poll of a scope began that runs, in nanoseconds from the start of the app; 0 when none does. Apart from the scope, so that nobody who looks for
/// what is stuck keeps one for a moment.
pub(super) type Polled = AtomicU64;

/// How many places are kept when all are free.
const FEW: usize = 64;

/// Where one is listed.
pub(super) struct Listed {
    shard: usize,
    place: usize,
    pub(super) polled: Arc<Polled>,
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
                    listed.places.push(Place::default());
                    listed.places.len() - 1
                }
            };
            listed.places[place].live = Some(this.clone());
            let polled = Arc::clone(&listed.places[place].polled);
            drop(listed);
            live(Listed {
                shard,
                place,
                polled,
            })
        })
    }

    /// Its last handle is gone.
    pub(super) fn leave(&self, listed: &Listed) {
        let mut shard = lock(self.0.at(listed.shard));
        shard.places[listed.place].live = None;
        listed.polled.store(0, Relaxed);
        shard.free.push(listed.place);
        // What a peak has left is looked through each time.
        if shard.places.len() > FEW && shard.free.len() == shard.places.len() {
            *shard = Shard::default();
        }
    }

    /// Those whose poll has run for so long, and for how long.
    pub(super) fn stuck(&self, now: u64, threshold: u64) -> Vec<(Arc<Live>, u64)> {
        let mut stuck = Vec::new();
        for shard in self.0.all() {
            for place in &lock(shard).places {
                let since = place.polled.load(Acquire);
                let polled = now.saturating_sub(since);
                if since > 0 && polled >= threshold {
                    stuck.push((place.live.clone(), polled));
                }
            }
        }
        let found = stuck.into_iter();
        found
            .filter_map(|(live, polled)| Some((live?.upgrade()?, polled)))
            .collect()
    }

    pub(super) fn all(&self) -> Vec<Arc<Live>> {
        let shards = self.0.all();
        // One that is found here may be dropped here, which takes the lock.
        let found = shards.map(|shard| {
            let shard = lock(shard);
            let lives = shard.places.iter().filter_map(|place| place.live.clone());
            lives.collect::<Vec<_>>()
        });
        let found = found.collect::<Vec<_>>().into_iter().flatten();
        found.filter_map(|live| live.upgrade()).collect()
    }
}

//! What each thread has of its own, so that cores share neither cache lines nor locks, nor the counts of handles.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::MatchedPath,
    http::{Extensions, Method},
};
use thread_local::ThreadLocal;

use super::{
    live::Live,
    lives::{Listed, Slots},
    observation::Common,
    routes::{NO_ROUTE, Route, Seat, method_name},
    what::What,
};

/// What one thread has of its own: the scopes that begin on it, and what they hold. Its lines are no other thread's; a processor fetches two at once.
#[repr(align(128))]
pub(crate) struct Desk {
    pub(super) common: Arc<Common>,
    kept: Mutex<Kept>,
}

/// Under one lock, since a request needs both.
#[derive(Default)]
struct Kept {
    slots: Slots,
    /// Of the routes that it has served, by the pattern of the path; a path has few methods.
    seats: Seats,
}

type Seats = HashMap<Box<str>, Vec<Arc<Seat>>, foldhash::fast::RandomState>;

impl Desk {
    fn new(common: Arc<Common>) -> Self {
        Desk {
            common,
            kept: Mutex::default(),
        }
    }

    /// A scope, which is listed until it is dropped.
    pub(crate) fn scope(self: &Arc<Self>, what: What) -> Arc<Live> {
        Arc::new_cyclic(|live| {
            let listed = lock(&self.kept).slots.enter(live);
            Live::new(self.clone(), what, listed)
        })
    }

    /// The scope of a request that begins now.
    pub(super) fn request(self: &Arc<Self>, method: &Method, extensions: &Extensions) -> Arc<Live> {
        let (method, path) = route(method, extensions);
        Arc::new_cyclic(|live| {
            let mut kept = lock(&self.kept);
            let seat = find(&kept.seats, method, path).unwrap_or_else(|| {
                let route = self.common.routes.route(method, path);
                add(&mut kept.seats, route)
            });
            let listed = kept.slots.enter(live);
            drop(kept);
            seat.route.begin();
            Live::new(self.clone(), What::Routed(seat), listed)
        })
    }

    /// The same, where a layer has seen the route.
    pub(super) fn known_seat(&self, method: &Method, extensions: &Extensions) -> Option<Arc<Seat>> {
        extensions.get::<MatchedPath>()?;
        let (method, path) = route(method, extensions);
        let mut kept = lock(&self.kept);
        find(&kept.seats, method, path).or_else(|| {
            let route = self.common.routes.known(method, path)?;
            Some(add(&mut kept.seats, route))
        })
    }

    /// The last handle of a scope is gone.
    pub(super) fn leave(&self, listed: Listed) {
        lock(&self.kept).slots.leave(listed);
    }

    /// Scopes that began here whose poll has run for so many nanoseconds, and for how many.
    pub(super) fn stuck(&self, threshold: u64) -> Vec<(Arc<Live>, u64)> {
        let found = lock(&self.kept).slots.stuck(&self.common.clock, threshold);
        // One that is found here may be dropped here, which takes the lock.
        let found = found.into_iter();
        found
            .filter_map(|(live, polled)| Some((live.upgrade()?, polled)))
            .collect()
    }

    /// Those that began here.
    pub(super) fn lives(&self) -> Vec<Arc<Live>> {
        let all = lock(&self.kept).slots.all();
        all.iter().filter_map(|live| live.upgrade()).collect()
    }
}

fn route<'e>(method: &Method, extensions: &'e Extensions) -> (&'static str, &'e str) {
    let path = extensions.get::<MatchedPath>();
    let path = path.map_or(NO_ROUTE, MatchedPath::as_str);
    (method_name(method), path)
}

fn find(seats: &Seats, method: &'static str, path: &str) -> Option<Arc<Seat>> {
    let mut known = seats.get(path)?.iter();
    known.find(|seat| seat.route.method == method).cloned()
}

fn add(seats: &mut Seats, route: Arc<Route>) -> Arc<Seat> {
    let path = route.path.clone();
    let seat = Arc::new(Seat { route });
    seats.entry(path).or_default().push(seat.clone());
    seat
}

/// One for each thread that has begun a scope.
pub(super) struct Desks(ThreadLocal<Arc<Desk>>);

impl Desks {
    pub(super) fn new() -> Self {
        Desks(ThreadLocal::new())
    }

    /// This thread's.
    pub(super) fn mine(&self, common: &Arc<Common>) -> &Arc<Desk> {
        self.0.get_or(|| Arc::new(Desk::new(common.clone())))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Desk> {
        self.0.iter().map(|desk| &**desk)
    }
}

/// What is counted, which is whole also where somebody has panicked. No code of an app runs under such a lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

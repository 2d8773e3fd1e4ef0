//! Requests that are being answered.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::{Duration, Instant},
};

use di_core::Meta;

use super::{routes::Route, shards::Sharded};

/// A request that is being answered.
pub(crate) struct Live {
    pub(super) route: Arc<Route>,
    pub(super) began: Instant,
    /// Nanoseconds from `began` until the poll that runs; 0 when none does.
    polled: AtomicU64,
    /// Whether the poll that runs was found to be slow.
    pub(super) is_told: AtomicBool,
    /// The handler, once it is known.
    handler: OnceLock<&'static Meta>,
}

impl Live {
    pub(super) fn new(route: Arc<Route>) -> Self {
        Self {
            route,
            began: Instant::now(),
            polled: AtomicU64::new(0),
            is_told: AtomicBool::new(false),
            handler: OnceLock::new(),
        }
    }

    /// This handler answers it.
    pub(crate) fn handled_by(&self, handler: &'static Meta) {
        // Middleware may call another one after it; the first is the outermost.
        let _ = self.handler.set(handler);
    }

    pub(super) fn handler(&self) -> Option<&'static Meta> {
        self.handler.get().copied()
    }

    pub(super) fn begin_poll(&self) -> Instant {
        let now = Instant::now();
        self.is_told.store(false, Relaxed);
        let since = now.duration_since(self.began).as_nanos() as u64;
        self.polled.store(since.max(1), Release);
        now
    }

    pub(super) fn end_poll(&self) {
        self.polled.store(0, Release);
    }

    /// For how long a poll has run that is not over.
    pub(super) fn stuck(&self) -> Option<Duration> {
        match self.polled.load(Acquire) {
            0 => None,
            since => self
                .began
                .elapsed()
                .checked_sub(Duration::from_nanos(since)),
        }
    }
}

/// Something that lives: a request, by its route.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveScope {
    /// Its route: `GET /users/{id}`.
    pub what: String,
    /// How long it has lived.
    pub age: Duration,
}

/// All of them.
pub(super) struct Lives(Sharded<Mutex<HashMap<usize, Arc<Live>>>>);

impl Lives {
    pub(super) fn new() -> Self {
        Self(Sharded::new(Mutex::default))
    }

    /// Adds it, until what this returns is dropped.
    pub(super) fn enter(self: &Arc<Self>, live: Arc<Live>) -> Listed {
        let place = self.0.place();
        lock(self.0.at(place)).insert(key(&live), live.clone());
        Listed {
            lives: self.clone(),
            live,
            place,
        }
    }

    pub(super) fn all(&self) -> Vec<Arc<Live>> {
        let shards = self.0.all();
        shards
            .flat_map(|shard| lock(shard).values().cloned().collect::<Vec<_>>())
            .collect()
    }
}

/// A listed request.
pub(super) struct Listed {
    lives: Arc<Lives>,
    pub(super) live: Arc<Live>,
    /// Its shard: it may end on another thread.
    place: usize,
}

impl Drop for Listed {
    fn drop(&mut self) {
        lock(self.lives.0.at(self.place)).remove(&key(&self.live));
    }
}

fn key(live: &Arc<Live>) -> usize {
    Arc::as_ptr(live) as usize
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No user's code runs under it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

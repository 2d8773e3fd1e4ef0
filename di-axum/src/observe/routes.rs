//! Routes, by method and pattern: never by what a client has written, of which there is no end.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};
use thread_local::ThreadLocal;

use crate::seen::Root;

use super::{
    desk::lock,
    nodes::RouteNode,
    shares::Share,
    timing::{Tally, Timing},
};

/// What is known of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteStats {
    /// The method; `OTHER` for one that is no standard's.
    pub method: &'static str,
    /// The pattern of the path: `/users/{id}`.
    pub path: String,
    /// The handler that answers it; none, when that is none of ours.
    pub handler: Option<&'static str>,
    /// How many requests are being answered.
    pub in_flight: u64,
    /// How many answers there were of each class, from 1xx to 5xx.
    pub status: [u64; 5],
    /// How many were given up, mostly because the client went away.
    pub cancelled: u64,
    /// From the arrival of a request to its answer, which may still have to be sent.
    pub latency: Timing,
    /// The same of the answers of each class, since a failure is often quicker or slower.
    pub by_class: [Timing; 5],
    /// What that went to.
    pub spent: Spent,
    /// What is built for it, in the order of the graph.
    pub nodes: Vec<RouteNode>,
}

/// What the time of a route's requests went to, summed up. What is left of the latency are extractors and layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Constructors; while async ones wait, too.
    pub constructors: Duration,
    /// The handler.
    pub handler: Duration,
    /// Teardowns, which come after the handler, and go on where the client went away.
    pub teardown: Duration,
}

/// A route, however many threads serve it.
pub(crate) struct Route {
    pub(super) method: &'static str,
    pub(super) path: Box<str>,
    /// The first one that answered it.
    pub(super) handler: OnceLock<Root>,
    counts: ThreadLocal<Counts>,
}

/// What one thread counts of a route. Its lines are no other thread's.
#[derive(Default)]
#[repr(align(128))]
struct Counts {
    begun: AtomicU64,
    ended: Mutex<Ended>,
}

/// A route, for the scopes that begin on one thread: who counts these handles are cores that share nothing.
#[repr(align(128))]
pub(crate) struct Seat {
    pub(super) route: Arc<Route>,
}

/// What has ended, of some requests.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) share: Share,
    /// By class. Most routes have two.
    latency: [Option<Box<Tally>>; 5],
    cancelled: u64,
}

impl Ended {
    /// A request was answered with this, after so many nanoseconds, or not at all.
    pub(super) fn add(&mut self, answer: Option<(StatusCode, u64)>) {
        match answer {
            Some((status, nanos)) => {
                let class = usize::from(status.as_u16() / 100).clamp(1, 5);
                self.latency[class - 1].get_or_insert_default().add(nanos);
            }
            None => self.cancelled += 1,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.share.merge(&other.share);
        for (sum, answers) in self.latency.iter_mut().zip(&other.latency) {
            if let Some(answers) = answers {
                sum.get_or_insert_default().merge(answers);
            }
        }
        self.cancelled += other.cancelled;
    }
}

/// What no route matched is one, whatever it was that was asked for.
pub(super) const NO_ROUTE: &str = "(no route)";

impl Route {
    fn new(method: &'static str, path: &str) -> Self {
        Route {
            method,
            path: path.into(),
            handler: OnceLock::new(),
            counts: ThreadLocal::new(),
        }
    }

    fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && *self.path == *path
    }

    pub(super) fn is_none(&self) -> bool {
        *self.path == *NO_ROUTE
    }

    fn counts(&self) -> &Counts {
        self.counts.get_or_default()
    }

    pub(super) fn begin(&self) {
        // Written by this thread alone.
        let begun = &self.counts().begun;
        begun.store(begun.load(Relaxed) + 1, Relaxed);
    }

    /// Where this thread counts what has ended, wherever it began.
    pub(super) fn ended(&self) -> MutexGuard<'_, Ended> {
        lock(&self.counts().ended)
    }

    /// What it has done, and what is built for it.
    pub(super) fn read(&self) -> (RouteStats, Share) {
        let mut sum = Ended::default();
        let counts = || self.counts.iter();
        counts().for_each(|counts| sum.merge(&lock(&counts.ended)));
        // After what has ended: a request that ends meanwhile is counted as one in flight, and not missed.
        let begun: u64 = counts().map(|counts| counts.begun.load(Relaxed)).sum();
        let by_class = sum
            .latency
            .map(|answers| answers.map_or_else(Timing::default, |tally| tally.read()));
        let mut latency = Timing::default();
        by_class.iter().for_each(|answers| latency.merge(answers));
        sum.share.sort();
        let stats = RouteStats {
            method: self.method,
            path: self.path.to_string(),
            handler: self.handler.get().map(|root| root.meta.name),
            in_flight: begun.saturating_sub(latency.count + sum.cancelled),
            status: by_class.map(|answers| answers.count),
            cancelled: sum.cancelled,
            latency,
            by_class,
            spent: sum.share.spent(),
            nodes: sum.share.built(),
        };
        (stats, sum.share)
    }
}

/// All routes that were asked for.
#[derive(Default)]
pub(super) struct Routes(Mutex<Vec<Arc<Route>>>);

impl Routes {
    pub(super) fn route(&self, method: &'static str, path: &str) -> Arc<Route> {
        let mut all = lock(&self.0);
        find(&all, method, path).unwrap_or_else(|| {
            let route = Arc::new(Route::new(method, path));
            all.push(route.clone());
            route
        })
    }

    /// The same, where it was asked for before.
    pub(super) fn known(&self, method: &'static str, path: &str) -> Option<Arc<Route>> {
        find(&lock(&self.0), method, path)
    }

    /// In the order of their paths.
    pub(super) fn all(&self) -> Vec<Arc<Route>> {
        let mut routes = lock(&self.0).clone();
        routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
        routes
    }
}

fn find(all: &[Arc<Route>], method: &str, path: &str) -> Option<Arc<Route>> {
    all.iter().find(|route| route.is(method, path)).cloned()
}

/// A client may write any word where the method is.
pub(super) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        _ => "OTHER",
    }
}

//! Routes, by method and pattern: never by what a client has written, of which there is no end.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{
            AtomicI64, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};

use crate::seen::Root;

use super::{
    nodes::RouteNode,
    shards::{Sharded, lock},
    shares::{Share, Shares},
    timing::{Counted, Timing},
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

/// The same while it is counted.
pub(crate) struct Route {
    pub(super) method: &'static str,
    pub(super) path: Box<str>,
    tally: Sharded<Tally>,
    /// By class. Most routes have two, and what is counted takes some cache lines for each core.
    latency: [OnceLock<Counted>; 5],
    pub(super) shares: Shares,
    /// The first one that answered it.
    pub(super) handler: OnceLock<Root>,
}

#[derive(Default)]
struct Tally {
    /// Begun less ended: one that began on another thread makes it negative.
    in_flight: AtomicI64,
    cancelled: AtomicU64,
}

/// What no route matched is one, whatever it was that was asked for.
pub(super) const NO_ROUTE: &str = "(no route)";

impl Route {
    pub(super) fn is_none(&self) -> bool {
        *self.path == *NO_ROUTE
    }

    pub(super) fn begin(&self) {
        self.tally.mine().in_flight.fetch_add(1, Relaxed);
    }

    /// It was answered with this, after this time, or not at all.
    pub(super) fn end(&self, answer: Option<(StatusCode, Duration)>) {
        let tally = self.tally.mine();
        match answer {
            Some((status, took)) => {
                let class = usize::from(status.as_u16() / 100).clamp(1, 5);
                let latency = &self.latency[class - 1];
                latency.get_or_init(Counted::new).add(took);
            }
            None => drop(tally.cancelled.fetch_add(1, Relaxed)),
        }
        // Last, so that whoever reads this first misses none.
        tally.in_flight.fetch_sub(1, Release);
    }

    pub(super) fn read(&self, share: &Share) -> RouteStats {
        let (mut in_flight, mut cancelled) = (0, 0);
        // Before what they become: one that ends meanwhile is counted twice, and not missed.
        for tally in self.tally.all() {
            in_flight += tally.in_flight.load(Acquire);
        }
        for tally in self.tally.all() {
            cancelled += tally.cancelled.load(Relaxed);
        }
        let of_class = |class: usize| self.latency[class].get().map(Counted::read);
        let by_class = std::array::from_fn(|class| of_class(class).unwrap_or_default());
        let mut latency = Timing::default();
        by_class.iter().for_each(|answers| latency.merge(answers));
        RouteStats {
            method: self.method,
            path: self.path.to_string(),
            handler: self.handler.get().map(|root| root.meta.name),
            in_flight: u64::try_from(in_flight).unwrap_or(0),
            status: by_class.map(|answers| answers.count),
            cancelled,
            latency,
            by_class,
            spent: share.spent(),
            nodes: share.built(),
        }
    }
}

/// All routes that were asked for. Each thread finds them in a table of its own, nearly, so that cores do not share the lines of one lock.
pub(super) struct Routes {
    all: Mutex<Vec<Arc<Route>>>,
    near: Sharded<Mutex<ByPath>>,
}

type ByPath = HashMap<Box<str>, Vec<Arc<Route>>>;

impl Routes {
    pub(super) fn new() -> Self {
        Routes {
            all: Mutex::default(),
            near: Sharded::new(Mutex::default),
        }
    }

    pub(super) fn of(&self, method: &Method, path: &str) -> Arc<Route> {
        let method = name(method);
        let mut near = lock(self.near.mine());
        let known = near.get(path).and_then(|routes| find(routes, method, path));
        known.unwrap_or_else(|| {
            let route = self.listed(method, path);
            near.entry(path.into()).or_default().push(route.clone());
            route
        })
    }

    fn listed(&self, method: &'static str, path: &str) -> Arc<Route> {
        let mut all = lock(&self.all);
        find(&all, method, path).unwrap_or_else(|| {
            let route = Arc::new(Route {
                method,
                path: path.into(),
                tally: Sharded::new(Tally::default),
                latency: Default::default(),
                shares: Shares::new(),
                handler: OnceLock::new(),
            });
            all.push(route.clone());
            route
        })
    }

    /// In the order of their paths.
    pub(super) fn all(&self) -> Vec<Arc<Route>> {
        let mut routes = lock(&self.all).clone();
        routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
        routes
    }
}

fn find(routes: &[Arc<Route>], method: &str, path: &str) -> Option<Arc<Route>> {
    let mut routes = routes.iter();
    let found = routes.find(|route| route.method == method && *route.path == *path);
    found.cloned()
}

/// A client may write any word where the method is.
fn name(method: &Method) -> &'static str {
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

//! Routes, by method and pattern: never by what a client has written, of which there is no end.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::{Method, StatusCode};

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
}

impl Route {
    pub(super) fn is_none(&self) -> bool {
        *self.path == *NO_ROUTE
    }
}

/// Where one thread counts what a route does. Its lines are no other thread's.
#[repr(align(128))]
pub(crate) struct Seat {
    pub(super) route: Arc<Route>,
    begun: AtomicU64,
    ended: Mutex<Ended>,
}

/// What has ended, of the requests that began on one thread.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) share: Share,
    /// By class. Most routes have two.
    latency: [Option<Box<Tally>>; 5],
    cancelled: u64,
}

impl Seat {
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Relaxed);
    }

    pub(super) fn ended(&self) -> MutexGuard<'_, Ended> {
        lock(&self.ended)
    }
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

/// A route, and where it is counted.
#[derive(Clone)]
pub(super) struct Counted {
    pub(super) route: Arc<Route>,
    seats: Vec<Arc<Seat>>,
}

impl Counted {
    fn seat(&mut self) -> Arc<Seat> {
        let seat = Arc::new(Seat {
            route: self.route.clone(),
            begun: AtomicU64::new(0),
            ended: Mutex::default(),
        });
        self.seats.push(seat.clone());
        seat
    }

    /// What it has done, and what is built for it.
    pub(super) fn read(&self) -> (RouteStats, Share) {
        let mut sum = Ended::default();
        self.seats.iter().for_each(|seat| sum.merge(&seat.ended()));
        // After what has ended: a request that ends meanwhile is counted as one in flight, and not missed.
        let begun: u64 = self.seats.iter().map(|seat| seat.begun.load(Relaxed)).sum();
        let by_class = sum
            .latency
            .map(|answers| answers.map_or_else(Timing::default, |tally| tally.read()));
        let mut latency = Timing::default();
        by_class.iter().for_each(|answers| latency.merge(answers));
        sum.share.sort();
        let stats = RouteStats {
            method: self.route.method,
            path: self.route.path.to_string(),
            handler: self.route.handler.get().map(|root| root.meta.name),
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
pub(super) struct Routes(Mutex<Vec<Counted>>);

impl Routes {
    /// Where another thread counts this one.
    pub(super) fn seat(&self, method: &'static str, path: &str) -> Arc<Seat> {
        let mut all = lock(&self.0);
        let place = position(&all, method, path).unwrap_or_else(|| {
            let route = Route {
                method,
                path: path.into(),
                handler: OnceLock::new(),
            };
            all.push(Counted {
                route: Arc::new(route),
                seats: Vec::new(),
            });
            all.len() - 1
        });
        all[place].seat()
    }

    /// The same, where another thread counts it already.
    pub(super) fn known_seat(&self, method: &'static str, path: &str) -> Option<Arc<Seat>> {
        let mut all = lock(&self.0);
        position(&all, method, path).map(|place| all[place].seat())
    }

    /// In the order of their paths.
    pub(super) fn all(&self) -> Vec<Counted> {
        let mut routes = lock(&self.0).clone();
        routes.sort_by(|a, b| {
            let (a, b) = (&a.route, &b.route);
            (&a.path, a.method).cmp(&(&b.path, b.method))
        });
        routes
    }
}

fn position(all: &[Counted], method: &str, path: &str) -> Option<usize> {
    let mut routes = all.iter().map(|counted| &counted.route);
    routes.position(|route| route.method == method && *route.path == *path)
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

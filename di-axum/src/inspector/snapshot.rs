//! What the page is told of a running app, as JSON. Every section may be missing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::request::Parts;
use di_core::{__private::quoted, Container};

use crate::observe::{
    LiveScope, Observation, RouteStats, SlowPolls, StartUp, Started, TaskStats, Timing,
};

/// `{"total_ms": 12.3, "nodes": [{"row", "start_ms", "end_ms", "critical"}]}`
pub(super) fn startup<C: Container<Request = Parts>>(app: &C) -> String {
    let start = StartUp::of(app);
    let node = |one: &Started| {
        format!(
            r#"{{"row":{},"start_ms":{},"end_ms":{},"critical":{}}}"#,
            one.row,
            ms(one.began),
            ms(one.began + one.took),
            one.is_critical
        )
    };
    let nodes = list(&start.singletons, node);
    format!(r#"{{"total_ms":{},"nodes":{nodes}}}"#, ms(start.took))
}

/// `{"at_ms", "routes", "slow", "tasks", "scopes", "pools"}`
pub(super) fn snapshot<C: Container<Request = Parts>>(app: &C) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let at_ms = now.map_or(0, |since| since.as_millis());
    let observed = Observation::of(app);
    format!(
        r#"{{"at_ms":{at_ms},"routes":{},"slow":{},"tasks":{},"scopes":{},"pools":{}}}"#,
        list(&observed.routes, route),
        list(&observed.slow_polls, slow),
        list(&observed.tasks, task),
        list(&observed.live, scope),
        pools(&observed),
    )
}

fn route(route: &RouteStats) -> String {
    format!(
        r#"{{"method":{},"path":{},"in_flight":{},"status":{:?},"latency":{}}}"#,
        quoted(route.method),
        quoted(&route.path),
        route.in_flight,
        route.status,
        timing(&route.latency),
    )
}

fn timing(timing: &Timing) -> String {
    format!(
        r#"{{"count":{},"sum_ns":{},"buckets":{:?}}}"#,
        timing.count,
        timing.sum.as_nanos(),
        timing.buckets
    )
}

fn slow(slow: &SlowPolls) -> String {
    let (file, line) = match slow.place {
        Some((file, line)) => (quoted(file), line.to_string()),
        None => ("null".to_string(), "null".to_string()),
    };
    format!(
        r#"{{"route":{},"what":{},"file":{file},"line":{line},"count":{},"longest_ms":{},"stuck_ms":{}}}"#,
        quoted(&slow.route),
        quoted(slow.what.unwrap_or_default()),
        slow.count,
        ms(slow.longest),
        or_null(slow.stuck),
    )
}

fn task(task: &TaskStats) -> String {
    format!(
        r#"{{"name":{},"queued":{},"running":{},"done":{},"failed":{},"oldest_ms":{}}}"#,
        quoted(task.name),
        task.counts.waiting,
        task.counts.running,
        task.counts.done,
        task.counts.failed,
        or_null(task.oldest),
    )
}

fn scope(scope: &LiveScope) -> String {
    format!(
        r#"{{"what":{},"age_ms":{}}}"#,
        quoted(&scope.what),
        ms(scope.age)
    )
}

#[cfg(feature = "_sql")]
fn pools(observed: &Observation) -> String {
    list(&observed.pools, |pool| {
        let counts = &pool.counts;
        format!(
            r#"{{"name":{},"max":{},"size":{},"idle":{},"in_use":{},"waiting":{},"acquired":{},"timed_out":{},"failed":{},"waited_ms":{},"longest_ms":{}}}"#,
            quoted(&pool.name),
            counts.max,
            counts.size,
            counts.idle,
            counts.in_use,
            counts.waiting,
            counts.acquired,
            counts.timed_out,
            counts.failed,
            ms(counts.waited),
            ms(counts.longest),
        )
    })
}

#[cfg(not(feature = "_sql"))]
fn pools(_: &Observation) -> String {
    "[]".to_string()
}

fn list<T>(all: &[T], write: impl Fn(&T) -> String) -> String {
    let written: Vec<String> = all.iter().map(write).collect();
    format!("[{}]", written.join(","))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn or_null(time: Option<Duration>) -> String {
    time.map_or_else(|| "null".to_string(), |time| ms(time).to_string())
}

//! What the page is told of a running app, as JSON. Every section may be missing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::request::Parts;
use di_core::{__private::quoted, Container};

use crate::observe::{
    Finding, LiveScope, NodeStats, Observation, RouteNode, RouteStats, SlowPolls, StartUp, Started,
    TaskStats, Timing,
};

/// How many open scopes are told one by one, the oldest first; of a busy server there are thousands.
const TOLD: usize = 100;

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

/// `{"at_ms", "nodes", "routes", "slow", "tasks", "scopes", "open", "pools", "findings"}`
pub(super) fn snapshot<C: Container<Request = Parts>>(app: &C) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let at_ms = now.map_or(0, |since| since.as_millis());
    let observed = Observation::of(app);
    let open = observed.live.len();
    format!(
        r#"{{"at_ms":{at_ms},"nodes":{},"routes":{},"slow":{},"tasks":{},"scopes":{},"open":{open},"pools":{},"findings":{}}}"#,
        list(&observed.nodes, node),
        list(&observed.routes, route),
        list(&observed.slow_polls, slow),
        list(&observed.tasks, task),
        list(&observed.live[..open.min(TOLD)], scope),
        pools(&observed),
        list(&observed.findings, finding),
    )
}

fn node(node: &NodeStats) -> String {
    format!(
        r#"{{"row":{},"built":{},"live":{},"failed":{},"build":{},"teardown":{}}}"#,
        node.row,
        node.constructions,
        node.live,
        node.failures,
        timing(&node.build),
        timing(&node.teardown),
    )
}

fn route(route: &RouteStats) -> String {
    format!(
        r#"{{"method":{},"path":{},"handler":{},"in_flight":{},"status":{:?},"cancelled":{},"latency":{},"constructors_ns":{},"handler_ns":{},"teardown_ns":{},"nodes":{}}}"#,
        quoted(route.method),
        quoted(&route.path),
        route.handler.map_or_else(|| "null".to_string(), quoted),
        route.in_flight,
        route.status,
        route.cancelled,
        timing(&route.latency),
        route.spent.constructors.as_nanos(),
        route.spent.handler.as_nanos(),
        route.spent.teardown.as_nanos(),
        list(&route.nodes, route_node),
    )
}

fn route_node(node: &RouteNode) -> String {
    format!(
        r#"{{"row":{},"built":{},"ns":{},"in_vain":{}}}"#,
        node.row,
        node.constructions,
        node.took.as_nanos(),
        node.in_vain,
    )
}

/// Edges of which both ends are in the graph; the text names the others, too.
fn finding(finding: &Finding) -> String {
    let froms = finding.edges.iter().filter_map(|edge| edge.row);
    let edges: Vec<[usize; 2]> = froms
        .filter_map(|from| Some([from, finding.row?]))
        .collect();
    format!(
        r#"{{"kind":{},"what":{},"text":{},"row":{},"edges":{edges:?}}}"#,
        quoted(finding.kind.name()),
        quoted(&finding.what),
        quoted(&finding.text),
        finding
            .row
            .map_or_else(|| "null".to_string(), |row| row.to_string()),
    )
}

/// Without the buckets behind the last that has any: of most nodes that is nearly all.
fn timing(timing: &Timing) -> String {
    let filled = timing.buckets.iter().rposition(|count| *count > 0);
    let buckets = &timing.buckets[..filled.map_or(0, |last| last + 1)];
    format!(
        r#"{{"count":{},"sum_ns":{},"buckets":{}}}"#,
        timing.count,
        timing.sum.as_nanos(),
        list(buckets, u64::to_string),
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

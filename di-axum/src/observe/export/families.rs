//! Which metrics there are.
//!
//! Names follow Prometheus (<https://prometheus.io/docs/practices/naming/>). The one that OpenTelemetry has too has its name from there; the others
//! begin with `di_`, so that they meet none of the user's.

use std::{collections::BTreeMap, time::Duration};

use super::family::{Family, Labels, Spread};
#[cfg(feature = "_sql")]
use crate::observe::PoolStats;
use crate::observe::{
    Finding, LiveScope, NodeStats, Observation, RouteStats, SlowPolls, TaskStats, Timing,
};

/// All of them, as they are now.
pub(super) fn families(seen: &Observation) -> Vec<Family> {
    let mut all = vec![Family::gauge(
        "di_uptime_seconds",
        "How long the app has been observed",
        [(Vec::new(), seen.uptime.as_secs_f64())],
    )];
    all.extend(of_nodes(&seen.nodes));
    all.extend(of_routes(&seen.routes));
    all.push(of_slow_polls(&seen.slow_polls));
    all.extend(of_scopes(&seen.live));
    all.extend(of_tasks(&seen.tasks));
    #[cfg(feature = "_sql")]
    all.extend(of_pools(&seen.pools));
    all.push(of_findings(&seen.findings));
    all
}

fn of_nodes(nodes: &[NodeStats]) -> [Family; 5] {
    let labels = |node: &NodeStats| {
        vec![
            ("node", node.name.to_string()),
            ("scope", node.scope.name().to_string()),
        ]
    };
    let timed = |of: fn(&NodeStats) -> &Timing| {
        let timed = nodes.iter().filter(move |node| of(node).count > 0);
        timed.map(move |node| (labels(node), Spread::of(of(node))))
    };
    [
        Family::counter(
            "di_node_constructions_total",
            "Values that were built",
            nodes.iter().map(|node| (labels(node), node.constructions)),
        ),
        Family::counter(
            "di_node_failures_total",
            "Constructors that failed or panicked",
            nodes.iter().map(|node| (labels(node), node.failures)),
        ),
        Family::gauge(
            "di_node_live",
            "Values that live, in open scopes and in the app",
            nodes.iter().map(|node| (labels(node), node.live as f64)),
        ),
        Family::histogram(
            "di_node_build_seconds",
            "How long a constructor takes, without what it needs",
            timed(|node| &node.build),
        )
        .coarse(),
        Family::histogram(
            "di_node_teardown_seconds",
            "How long a teardown takes",
            timed(|node| &node.teardown),
        )
        .coarse(),
    ]
}

fn of_routes(routes: &[RouteStats]) -> [Family; 4] {
    [
        Family::histogram(
            "http_server_request_duration_seconds",
            "From the arrival of a request to its answer, by the class of the answer",
            routes.iter().flat_map(by_class),
        ),
        Family::gauge(
            "di_requests_in_flight",
            "Requests that are being answered",
            routes.iter().map(|one| (route(one), one.in_flight as f64)),
        ),
        Family::counter(
            "di_requests_cancelled_total",
            "Requests that were given up, mostly because the client went away",
            routes.iter().map(|one| (route(one), one.cancelled)),
        ),
        Family::histogram(
            "di_request_phase_seconds",
            "What the time of answered requests went to: their number and the sum, in one bucket",
            routes.iter().flat_map(by_phase),
        ),
    ]
}

fn route(route: &RouteStats) -> Labels {
    vec![
        ("method", route.method.to_string()),
        ("route", route.path.clone()),
    ]
}

/// A class that no answer had has no buckets: each would be a time series.
fn by_class(of: &RouteStats) -> impl Iterator<Item = (Labels, Spread)> {
    let classes = (1..).zip(&of.by_class);
    let answered = classes.filter(|(_, timing)| timing.count > 0);
    answered.map(|(class, timing)| {
        let mut labels = route(of);
        labels.push(("status", format!("{class}xx")));
        (labels, Spread::of(timing))
    })
}

fn by_phase(of: &RouteStats) -> impl Iterator<Item = (Labels, Spread)> {
    let phases = [
        ("constructors", of.spent.constructors),
        ("handler", of.spent.handler),
        ("teardown", of.spent.teardown),
    ];
    phases.into_iter().map(|(phase, spent)| {
        let mut labels = route(of);
        labels.push(("phase", phase.to_string()));
        (labels, Spread::open(of.latency.count, spent))
    })
}

fn of_slow_polls(slow: &[SlowPolls]) -> Family {
    // What is stuck for the first time has not been counted yet.
    let counted = slow.iter().filter(|slow| slow.count > 0);
    Family::counter(
        "di_slow_polls_total",
        "Polls that kept their thread for longer than the threshold",
        counted.map(|slow| {
            let labels = vec![
                ("scope", slow.route.clone()),
                ("what", slow.what.unwrap_or_default().to_string()),
            ];
            (labels, slow.count)
        }),
    )
}

fn of_scopes(live: &[LiveScope]) -> [Family; 2] {
    let mut scopes: BTreeMap<&str, (u64, Duration)> = BTreeMap::new();
    for LiveScope { what, age } in live {
        let (count, oldest) = scopes.entry(what).or_default();
        *count += 1;
        *oldest = (*oldest).max(*age);
    }
    let labels = |what: &str| vec![("scope", what.to_string())];
    [
        Family::gauge(
            "di_scopes_open",
            "Scopes that are open, by what they were opened for",
            scopes
                .iter()
                .map(|(what, (count, _))| (labels(what), *count as f64)),
        ),
        Family::gauge(
            "di_scope_oldest_seconds",
            "The age of the oldest scope that is open",
            scopes
                .iter()
                .map(|(what, (_, oldest))| (labels(what), oldest.as_secs_f64())),
        ),
    ]
}

fn of_findings(findings: &[Finding]) -> Family {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in findings {
        *kinds.entry(finding.kind.name()).or_default() += 1;
    }
    Family::gauge(
        "di_findings",
        "What costs time or memory for nothing, by the kind of finding",
        kinds.into_iter().map(|(kind, count)| {
            let labels = vec![("kind", kind.to_string())];
            (labels, count as f64)
        }),
    )
}

fn of_tasks(tasks: &[TaskStats]) -> [Family; 3] {
    let labels = |task: &TaskStats| vec![("task", task.name.to_string())];
    let with = |task: &TaskStats, name, value: &str| {
        let mut labels = labels(task);
        labels.push((name, value.to_string()));
        labels
    };
    [
        Family::gauge(
            "di_task_jobs",
            "Jobs that wait or run",
            tasks.iter().flat_map(|task| {
                let counts = &task.counts;
                [
                    (with(task, "state", "waiting"), counts.waiting as f64),
                    (with(task, "state", "running"), counts.running as f64),
                ]
            }),
        ),
        Family::counter(
            "di_task_jobs_ended_total",
            "Jobs that ended: done, failed, or dropped without having begun",
            tasks.iter().flat_map(|task| {
                let counts = &task.counts;
                [
                    (with(task, "outcome", "done"), counts.done),
                    (with(task, "outcome", "failed"), counts.failed),
                    (with(task, "outcome", "dropped"), counts.dropped),
                ]
            }),
        ),
        Family::gauge(
            "di_task_oldest_seconds",
            "The age of the oldest job that waits or runs, and 0 without one",
            tasks.iter().map(|task| {
                let oldest = task.oldest.unwrap_or_default();
                (labels(task), oldest.as_secs_f64())
            }),
        ),
    ]
}

#[cfg(feature = "_sql")]
fn of_pools(pools: &[PoolStats]) -> [Family; 6] {
    let labels = |pool: &PoolStats| vec![("pool", pool.name.clone())];
    let with = |pool: &PoolStats, name, value: &str| {
        let mut labels = labels(pool);
        labels.push((name, value.to_string()));
        labels
    };
    [
        Family::gauge(
            "di_pool_connections",
            "Connections that there are",
            pools.iter().flat_map(|pool| {
                let counts = &pool.counts;
                [
                    (with(pool, "state", "idle"), counts.idle as f64),
                    (with(pool, "state", "in_use"), counts.in_use as f64),
                ]
            }),
        ),
        Family::gauge(
            "di_pool_connections_max",
            "Connections that there may be",
            pools
                .iter()
                .map(|pool| (labels(pool), pool.counts.max as f64)),
        ),
        Family::gauge(
            "di_pool_waiting",
            "Requests and tasks that wait for a connection",
            pools
                .iter()
                .map(|pool| (labels(pool), pool.counts.waiting as f64)),
        ),
        Family::counter(
            "di_pool_acquires_total",
            "How asking for a connection ended: acquired, timed_out or failed",
            pools.iter().flat_map(|pool| {
                let counts = &pool.counts;
                [
                    (with(pool, "outcome", "acquired"), counts.acquired),
                    (with(pool, "outcome", "timed_out"), counts.timed_out),
                    (with(pool, "outcome", "failed"), counts.failed),
                ]
            }),
        ),
        Family::histogram(
            "di_pool_acquire_seconds",
            "How long those that got a connection have waited: their number and sum, in one bucket",
            pools.iter().map(|pool| {
                let counts = &pool.counts;
                (labels(pool), Spread::open(counts.acquired, counts.waited))
            }),
        ),
        Family::gauge(
            "di_pool_acquire_longest_seconds",
            "How long the one that waited longest and got a connection has waited, since the start",
            pools
                .iter()
                .map(|pool| (labels(pool), pool.counts.longest.as_secs_f64())),
        ),
    ]
}

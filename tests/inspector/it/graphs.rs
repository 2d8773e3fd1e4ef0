//! Graphs of any size, and counters for them, shaped like those of services: many handlers, on fewer and fewer types the deeper one goes.

use serde_json::{Value, json};

/// What the page gets.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) graph: Value,
    pub(crate) startup: Value,
    pub(crate) snapshot: Value,
}

const NOUNS: [&str; 24] = [
    "User", "Order", "Invoice", "Cart", "Product", "Payment", "Shipment", "Refund", "Coupon",
    "Review", "Account", "Session", "Address", "Ledger", "Ticket", "Report", "Tenant", "Webhook",
    "Catalog", "Stock", "Price", "Message", "Audit", "Export",
];
const VERBS: [&str; 9] = [
    "list", "show", "create", "update", "remove", "search", "archive", "import", "approve",
];

/// What there is on a level, how many of a hundred nodes, and its scope.
struct Level {
    names: &'static [&'static str],
    share: usize,
    scope: Option<&'static str>,
}

const LEVELS: [Level; 5] = [
    Level {
        names: &VERBS,
        share: 36,
        scope: None,
    },
    Level {
        names: &["Service", "Workflow", "Policy", "Editor"],
        share: 24,
        scope: Some("request"),
    },
    Level {
        names: &["Repository", "Guard", "Lookup"],
        share: 18,
        scope: Some("request"),
    },
    Level {
        names: &["Id", "Clock", "Nonce"],
        share: 8,
        scope: Some("transient"),
    },
    Level {
        names: &["Client", "Cache", "Config", "Pool"],
        share: 14,
        scope: Some("singleton"),
    },
];

/// A generator of numbers, the same each time: xorshift, after Marsaglia (2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound.max(1)
    }
}

/// A sample of about this many nodes.
pub(crate) fn sample(size: usize) -> Sample {
    let mut numbers = Numbers(0x9e37_79b9);
    let mut nodes = Vec::new();
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for level in &LEVELS {
        let count = (size * level.share / 100).max(1);
        levels.push((nodes.len()..nodes.len() + count).collect());
        nodes.extend((0..count).map(|k| node(level, k)));
    }
    let mut edges = Vec::new();
    for (depth, level) in levels.iter().enumerate().take(LEVELS.len() - 1) {
        for (at, from) in level.iter().enumerate() {
            let mut asked = Vec::new();
            for _ in 0..1 + numbers.below(3) {
                let below = depth
                    + 1
                    + if numbers.below(4) == 0 {
                        numbers.below(LEVELS.len() - 1 - depth)
                    } else {
                        0
                    };
                let next = &levels[below];
                // Neighbours ask for neighbours, as the modules of a service do, and all for the first few.
                let near = (at * next.len() / level.len() + numbers.below(3))
                    .min(next.len().saturating_sub(1));
                let Some(to) = next.get(if numbers.below(5) == 0 {
                    numbers.below(3.min(next.len()))
                } else {
                    near
                }) else {
                    continue;
                };
                if !asked.contains(to) {
                    asked.push(*to);
                    let param = snake(&nodes[*to]["name"]);
                    edges.push(json!({ "from": from, "to": to, "param": param, "lazy": numbers.below(12) == 0 }));
                }
            }
        }
    }
    let startup = startup(levels.last().map_or(&[][..], Vec::as_slice), &mut numbers);
    let snapshot = snapshot(&nodes, &edges, &levels, &mut numbers);
    let graph = json!({ "nodes": nodes, "edges": edges, "missing": [] });
    Sample {
        graph,
        startup,
        snapshot,
    }
}

fn node(level: &Level, k: usize) -> Value {
    let noun = NOUNS[k % NOUNS.len()];
    let word = level.names[(k / NOUNS.len() + k) % level.names.len()];
    let round = match k / (NOUNS.len() * level.names.len()) {
        0 => String::new(),
        round => round.to_string(),
    };
    let name = match level.scope {
        None => format!("{word}_{}{round}", noun.to_lowercase()),
        Some(_) => format!("{noun}{word}{round}"),
    };
    let kind = match (level.scope, k % 12) {
        (None, 2) => "task",
        (None, _) => "handler",
        (Some(_), _) => "constructed",
    };
    json!({
        "name": name, "kind": kind, "scope": level.scope,
        "file": format!("src/{}.rs", noun.to_lowercase()), "line": 12 + k, "async": k.is_multiple_of(3), "lazy": false, "root": level.scope.is_none(),
    })
}

/// `UserRepository` as a parameter: `user_repository`
fn snake(name: &Value) -> String {
    let mut out = String::new();
    for c in name.as_str().unwrap_or_default().chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn times(numbers: &mut Numbers) -> Value {
    let peak = 4 + numbers.below(8);
    let buckets: Vec<usize> = (0..24_usize)
        .map(|k| match k.abs_diff(peak) {
            far @ 0..=3 => (1 + numbers.below(90)) >> far,
            _ => 0,
        })
        .collect();
    let count: usize = buckets.iter().sum();
    json!({ "count": count, "sum_ns": count * (1000 << peak) * 2 / 3, "buckets": buckets })
}

/// Those that are needed by more are built more often.
fn counters(row: usize, edges: &[Value], numbers: &mut Numbers) -> Value {
    let asked = edges.iter().filter(|edge| edge["to"] == row).count();
    json!({ "row": row, "built": asked * (1 + numbers.below(2_000)), "live": numbers.below(4), "failed": 0, "build": times(numbers), "teardown": times(numbers) })
}

fn startup(singletons: &[usize], numbers: &mut Numbers) -> Value {
    // Every third waits for the one three before it; the others are quick.
    let mut at = 0.0;
    let nodes: Vec<Value> = singletons
        .iter()
        .enumerate()
        .map(|(k, row)| {
            let critical = k.is_multiple_of(3);
            let took = (1 + numbers.below(100)) as f64 / if critical { 12.0 } else { 60.0 };
            let begun = at;
            at += if critical { took } else { 0.0 };
            json!({ "row": row, "start_ms": begun, "end_ms": begun + took, "critical": critical })
        })
        .collect();
    let total = nodes
        .iter()
        .filter_map(|node| node["end_ms"].as_f64())
        .fold(0.0, f64::max);
    json!({ "total_ms": total, "nodes": nodes })
}

fn snapshot(
    nodes: &[Value],
    edges: &[Value],
    levels: &[Vec<usize>],
    numbers: &mut Numbers,
) -> Value {
    let name = |row: usize| nodes[row]["name"].as_str().unwrap_or_default();
    let is_handler = |row: &&usize| nodes[**row]["kind"] == "handler";
    let routes = levels[0].iter().filter(is_handler).enumerate();
    let routes: Vec<Value> = routes
        .map(|(k, row)| route(k, name(*row), &below(*row, nodes, edges), numbers))
        .collect();
    let is_task = |row: &&usize| nodes[**row]["kind"] == "task";
    let tasks: Vec<Value> = levels[0].iter().filter(is_task)
        .map(|row| json!({ "name": name(*row), "queued": numbers.below(3), "running": 1, "done": numbers.below(400), "failed": 0, "oldest_ms": 1_200 }))
        .collect();
    let built = (0..nodes.len()).filter(|row| !nodes[*row]["scope"].is_null());
    let built: Vec<Value> = built.map(|row| counters(row, edges, numbers)).collect();
    json!({
        "at_ms": 1, "nodes": built, "routes": routes,
        "slow": [{ "route": "GET /list/user/{id}", "what": "list_user", "file": "src/user.rs", "line": 12, "count": 3, "longest_ms": 31.0, "stuck_ms": null }],
        "tasks": tasks,
        "scopes": [{ "what": "GET /stream", "age_ms": 754_000 }, { "what": "GET /stream", "age_ms": 12_000 }], "open": 2,
        "pools": [{ "name": "Pool<Postgres>", "max": 5, "size": 5, "idle": 2, "in_use": 3, "waiting": 0, "acquired": 4_210, "timed_out": 0, "failed": 0, "waited_ms": 3.0, "longest_ms": 1.0 }],
        "findings": findings(nodes, edges, &levels[3]),
    })
}

/// The rows that are built when a row is asked for.
fn below(row: usize, nodes: &[Value], edges: &[Value]) -> Vec<usize> {
    let mut rows = vec![row];
    let mut next = 0;
    while let Some(from) = rows.get(next).copied() {
        let asked = edges.iter().filter(|edge| edge["from"] == from);
        for to in asked.filter_map(|edge| edge["to"].as_u64()) {
            let to = to as usize;
            if !rows.contains(&to) && nodes[to]["scope"] != "singleton" {
                rows.push(to);
            }
        }
        next += 1;
    }
    rows.split_off(1)
}

fn route(k: usize, handler: &str, rows: &[usize], numbers: &mut Numbers) -> Value {
    let path = handler.replace('_', "/");
    let latency = times(numbers);
    let part = latency["sum_ns"].as_u64().unwrap_or_default() as usize / 4;
    let requests = latency["count"].as_u64().unwrap_or_default() as usize;
    let nodes: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "row": row, "built": requests, "ns": numbers.below(2 * part / rows.len()), "in_vain": 0 }))
        .collect();
    let constructors: u64 = nodes.iter().filter_map(|node| node["ns"].as_u64()).sum();
    let failed = usize::from(k == 4) * 3;
    json!({
        "method": if k.is_multiple_of(2) { "GET" } else { "POST" }, "path": format!("/{path}/{{id}}"), "handler": handler, "in_flight": numbers.below(3),
        "status": [0, requests - failed.min(requests), 0, 0, failed], "cancelled": 0, "latency": latency,
        "constructors_ns": constructors, "handler_ns": part + numbers.below(part), "teardown_ns": numbers.below(part / 3), "nodes": nodes,
    })
}

/// Of the transient that most ask for.
fn findings(nodes: &[Value], edges: &[Value], transients: &[usize]) -> Vec<Value> {
    let name = |row: &Value| {
        let row = row.as_u64().unwrap_or_default() as usize;
        nodes[row]["name"].as_str().unwrap_or_default()
    };
    let asked = |to: usize| edges.iter().filter(move |edge| edge["to"] == to);
    let most = transients.iter().max_by_key(|row| asked(**row).count());
    let found = most.map(|row| {
        let causes: Vec<&Value> = asked(*row).take(2).collect();
        let to = name(&json!(row));
        let written = |edge: &&Value| {
            let (from, param) = (name(&edge["from"]), &edge["param"]);
            format!("`{from}({}: {to})`", param.as_str().unwrap_or_default())
        };
        let written: Vec<String> = causes.iter().map(written).collect();
        let text = format!(
            "`{to}`, a transient, is built 2.0 times for each `GET /show/stock/{{id}}`: {} each have one of their own. Where they may share it, make it request-scoped.",
            written.join(" and ")
        );
        let edges: Vec<_> = causes.iter().map(|edge| [&edge["from"], &edge["to"]]).collect();
        json!({ "kind": "built more than once a request", "what": to, "text": text, "row": row, "edges": edges })
    });
    found.into_iter().collect()
}

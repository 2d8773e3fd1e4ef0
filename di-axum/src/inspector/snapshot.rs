//! What the page is told of a running app, as JSON. Every section may be missing.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::request::Parts;
use di_core::{__private::quoted, Container};

use crate::runtime::AppRuntime;

/// `{"total_ms": 12.3, "nodes": [{"row", "start_ms", "end_ms", "critical"}]}`
pub(super) fn startup<C: Container<Request = Parts>>(_app: &C) -> String {
    "{\"nodes\":[]}".to_string()
}

/// `{"at_ms", "nodes", "routes", "slow", "tasks", "scopes", "pools", "findings"}`
pub(super) fn snapshot<C: Container<Request = Parts>>(app: &C) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let at_ms = now.map_or(0, |since| since.as_millis());
    format!("{{\"at_ms\":{at_ms},\"tasks\":[{}]}}", tasks(app))
}

/// `{"name", "running"}` of each that runs.
fn tasks<C: Container>(app: &C) -> String {
    let Some(AppRuntime { background, .. }) = app.handle().runtime_as() else {
        return String::new();
    };
    let running = background.running().into_iter();
    let tasks =
        running.map(|(name, count)| format!("{{\"name\":{},\"running\":{count}}}", quoted(name)));
    tasks.collect::<Vec<_>>().join(",")
}

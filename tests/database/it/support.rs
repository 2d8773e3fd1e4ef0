//! Databases, a log, and a client.

use std::{future::Future, time::Duration};

use axum::{Router, body::Body, http::Request, response::Response};
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::ServiceExt as _;

/// A database of one test, gone when it is dropped.
pub(crate) struct Database {
    pub(crate) url: String,
    _dir: Option<TempDir>,
}

/// A file.
pub(crate) fn sqlite() -> Option<Database> {
    sqlx::any::install_default_drivers();
    let dir = tempfile::tempdir().expect("a directory can be made");
    let file = dir.path().join("test.db");
    Some(Database {
        url: format!("sqlite:{}?mode=rwc", file.display()),
        _dir: Some(dir),
    })
}

/// One on this process's own server, if there can be one.
pub(crate) fn postgres() -> Option<Database> {
    sqlx::any::install_default_drivers();
    match di_test_postgres::server() {
        Ok(server) => Some(Database {
            url: server.database(),
            _dir: None,
        }),
        Err(absent) => {
            absent.skip(std::thread::current().name().unwrap_or("a test"));
            None
        }
    }
}

/// How a test and a handler of its app wait for each other.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) arrived: Notify,
    pub(crate) go_on: Notify,
}

pub(crate) async fn send(router: &Router, path: &str) -> Response {
    let request = Request::get(path).body(Body::empty());
    let request = request.expect("a valid path");
    let answer = router.clone().oneshot(request);
    within(answer).await.expect("a router always answers")
}

pub(crate) async fn status(router: &Router, path: &str) -> u16 {
    send(router, path).await.status().as_u16()
}

/// No test takes longer than this.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, future)
        .await
        .expect("this does not take a minute")
}

//! Transients with a teardown: owned by a request, or by a singleton, and torn down at the end of its scope.

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{Outcome, Transient, container, guard, handler, injectable};

use crate::support::{Log, fetch, poll_once, request, within};
use tower::ServiceExt as _;

/// On the heap, and each of its own.
struct Dir {
    name: String,
    log: Arc<Log>,
}

#[injectable(transient, teardown = remove)]
impl Dir {
    fn new(log: Arc<Log>) -> Self {
        let name = format!("dir{}", log.count("new"));
        log.note("new");
        Dir { name, log }
    }

    async fn remove(&self, outcome: Outcome) -> Result<(), String> {
        tokio::task::yield_now().await;
        self.log
            .note(format_args!("down:{} {outcome:?}", self.name));
        match self.log.count("refuse") {
            0 => Ok(()),
            _ => Err("refused".to_string()),
        }
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        self.log.note(format_args!("drop:{}", self.name));
    }
}

/// Borrows, and is made by an async provider.
struct Batch<'r>(&'r Unit<'r>);

#[injectable(transient, teardown = send)]
async fn batch<'r>(unit: &'r Unit<'r>) -> Batch<'r> {
    tokio::task::yield_now().await;
    Batch(unit)
}

async fn send(batch: &Batch<'_>) {
    let unit = batch.0;
    unit.log.note(format_args!("send:{}", unit.dir.name));
}

struct Unit<'r> {
    log: &'r Log,
    dir: Transient<Dir>,
}

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(log: &'r Log, dir: Transient<Dir>) -> Result<Self, StatusCode> {
        match log.count("fail") {
            0 => Ok(Unit { log, dir }),
            _ => Err(StatusCode::IM_A_TEAPOT),
        }
    }
    async fn close(self) {
        self.log
            .note(format_args!("down:Unit of {}", self.dir.name));
    }
}

struct Cache {
    log: Arc<Log>,
    dir: Transient<Dir>,
}

#[injectable(singleton, teardown = close)]
impl Cache {
    fn new(log: Arc<Log>, dir: Transient<Dir>) -> Result<Self, std::io::Error> {
        match log.count("fail start-up") {
            0 => Ok(Cache { log, dir }),
            _ => Err(std::io::Error::other("failed")),
        }
    }
    async fn close(&self) {
        self.log
            .note(format_args!("down:Cache of {}", self.dir.name));
    }
}

struct Everyone;

#[injectable(request)]
fn everyone(_dir: Transient<Dir>) -> Everyone {
    Everyone
}

#[container(Dir, Batch<'_> = batch, Unit<'_>, Cache, Everyone = everyone)]
struct App {
    log: Arc<Log>,
}

#[handler]
async fn show(own: Transient<Dir>, batch: Transient<Batch<'_>>, unit: &Unit<'_>) -> String {
    assert!(std::ptr::eq(batch.0, unit));
    unit.log.note("handler");
    if unit.log.count("wait") > 0 {
        std::future::pending::<()>().await;
    }
    format!("{} {}", own.name, unit.dir.name)
}

async fn run() -> (App, Arc<Log>, Router) {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    assert_eq!(log.take(), ["new"]);
    let router = Router::new().route("/", get(show)).with_state(app.clone());
    (app, log, router)
}

#[tokio::test]
async fn each_is_torn_down_at_the_end_of_its_request_and_its_app() {
    let (app, log, router) = run().await;
    let (status, body) = fetch(&router, "/").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "dir0 dir1"));
    assert_eq!(
        log.take(),
        [
            "new",
            "new",
            "handler",
            "send:dir1",
            "down:Unit of dir1",
            "down:dir1 Success",
            "drop:dir1",
            "down:dir0 Success",
            "drop:dir0",
        ]
    );
    let cache = std::ptr::from_ref(&*app.get::<Cache>().dir);
    app.shutdown().await.expect("nothing fails");
    assert_eq!(log.take(), ["down:Cache of dir0", "down:dir0 Success"]);
    assert!(std::ptr::eq(cache, &*app.get::<Cache>().dir));
    drop((app, router));
    assert_eq!(log.take(), ["drop:dir0"]);
}

#[tokio::test]
async fn a_taker_that_fails() {
    let (app, log, router) = run().await;
    log.note("fail");
    let (status, _) = fetch(&router, "/").await;
    assert_eq!(status, StatusCode::IM_A_TEAPOT);
    let teapot = "Failed { status: 418 }";
    assert_eq!(
        log.take(),
        [
            "fail".to_string(),
            "new".to_string(),
            "new".to_string(),
            format!("down:dir1 {teapot}"),
            "drop:dir1".to_string(),
            format!("down:dir0 {teapot}"),
            "drop:dir0".to_string(),
        ]
    );
    log.note("refuse");
    let (status, _) = fetch(&router, "/").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    app.shutdown().await.expect_err("refused");
}

#[tokio::test]
async fn a_request_that_is_given_up() {
    let (app, log, router) = run().await;
    log.note("wait");
    let mut future = Box::pin(router.oneshot(request("/")));
    assert!(poll_once(&mut future).is_pending());
    assert!(poll_once(&mut future).is_pending());
    assert_eq!(log.count("handler"), 1);
    drop(future);
    log.take();
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(
        log.take(),
        [
            "send:dir1",
            "down:Unit of dir1",
            "down:dir1 Cancelled",
            "drop:dir1",
            "down:dir0 Cancelled",
            "drop:dir0",
            "down:Cache of dir0",
            "down:dir0 Success",
        ]
    );
}

#[tokio::test]
async fn start_up_that_fails() {
    let log = Log::new();
    log.note("fail start-up");
    App::build(log.clone()).await.expect_err("`Cache` fails");
    assert_eq!(
        log.take(),
        [
            "fail start-up",
            "new",
            "down:dir0 Failed { status: 500 }",
            "drop:dir0"
        ]
    );
}

#[tokio::test]
async fn in_a_scope_that_is_filled_at_run_time() {
    let (app, log, _) = run().await;
    let scope = app.scope();
    let unit = scope.get::<Unit<'_>>().await.expect("nothing fails");
    assert_eq!(unit.dir.name, "dir0");
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(
        log.take(),
        ["new", "down:Unit of dir0", "down:dir0 Success", "drop:dir0"]
    );
    let router = Router::new()
        .route("/", get(show))
        .layer(guard::<Everyone, _>(app.clone()))
        .with_state(app.clone());
    let (status, body) = fetch(&router, "/").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "dir2 dir1"));
    let events = log.take();
    let down = events.iter().filter(|event| event.starts_with("down:dir"));
    let dropped = events.iter().filter(|event| event.starts_with("drop:dir"));
    assert_eq!((down.count(), dropped.count()), (3, 3), "{events:?}");
}

//! Scopes that are opened at run time: by layers, for middleware and extractors, which the handler joins; and by the app.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, Request},
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{HasContainer, Outcome, RequestScope, container, guard, handler, injectable, scoped};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::support::{Log, poll_once, within};

struct Caller(String);

#[injectable(request)]
impl Caller {
    async fn new(#[extract] headers: HeaderMap, log: &Log) -> Result<Self, StatusCode> {
        log.note("new:Caller");
        tokio::task::yield_now().await;
        match headers.get("caller").and_then(|name| name.to_str().ok()) {
            Some(name) => Ok(Caller(name.to_string())),
            None => Err(StatusCode::UNAUTHORIZED),
        }
    }
}

/// Torn down by value, and borrows.
struct Unit<'r> {
    caller: &'r Caller,
    stamp: Stamp,
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(caller: &'r Caller, stamp: Stamp, log: &'r Log) -> Self {
        log.note("new:Unit");
        Unit { caller, stamp, log }
    }

    async fn close(self, outcome: Outcome) -> Result<(), String> {
        tokio::task::yield_now().await;
        self.log
            .note(format_args!("down:Unit of {} {outcome:?}", self.caller.0));
        match self.caller.0.as_str() {
            "refused" => Err("refused".to_string()),
            _ => Ok(()),
        }
    }
}

/// A value of its owner's own, on the heap, which is made of another one.
struct Stamp(Box<str>, Arc<Log>);

#[injectable(transient)]
fn stamp(part: Part, log: Arc<Log>) -> Stamp {
    Stamp(part.0.into(), log)
}

impl Drop for Stamp {
    fn drop(&mut self) {
        self.1.note("drop:Stamp");
    }
}

struct Part(String);

#[injectable(transient)]
async fn part() -> Part {
    Part("stamp".to_string())
}

trait Repo: Send + Sync {
    fn describe(&self) -> String;
}

struct Users<'r>(&'r Unit<'r>);

#[injectable(request)]
impl<'r> Users<'r> {
    fn new(unit: &'r Unit<'r>) -> Self {
        unit.log.note("new:Users");
        Users(unit)
    }
}

impl Repo for Users<'_> {
    fn describe(&self) -> String {
        format!("{}, {}", self.0.caller.0, self.0.stamp.0)
    }
}

impl Drop for Users<'_> {
    fn drop(&mut self) {
        self.0
            .log
            .note(format_args!("drop:Users of {}", self.0.caller.0));
    }
}

/// Needs no request.
struct Report<'r>(&'r Log, &'r Settings);

#[injectable(request, teardown = close)]
impl<'r> Report<'r> {
    async fn new(log: &'r Log, settings: &'r Settings, gate: &Semaphore) -> Result<Self, NotYet> {
        log.note("new:Report");
        if settings.0 {
            gate.acquire().await.expect("nobody closes it").forget();
        }
        match log.count("ready") {
            0 => Err(NotYet),
            _ => Ok(Report(log, settings)),
        }
    }

    async fn close(&self, outcome: Outcome) {
        self.0.note(format_args!("down:Report {outcome:?}"));
    }
}

#[derive(Debug)]
struct NotYet;

impl std::fmt::Display for NotYet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not yet")
    }
}

impl std::error::Error for NotYet {}

impl IntoResponse for NotYet {
    fn into_response(self) -> Response {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

struct Settings(bool);

#[injectable(singleton)]
fn settings() -> Settings {
    Settings(false)
}

struct RequireAda;

#[injectable(request)]
fn require_ada(caller: &Caller, log: &Log) -> Result<RequireAda, StatusCode> {
    log.note("guard");
    match caller.0.as_str() {
        "ada" => Ok(RequireAda),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

#[container(
    Caller, Unit<'_>, Stamp = stamp, Part = part, Users<'_>, dyn Repo = Users<'_>, Report<'_>,
    Settings = settings, RequireAda = require_ada,
)]
struct App {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

#[handler]
async fn show(repo: &dyn Repo, caller: &Caller, #[inject] own: Stamp, log: &Log) -> String {
    log.note("handler");
    assert!(caller.0 != "panics", "a handler panics");
    format!("{}, {}", repo.describe(), own.0)
}

#[handler(guard(RequireAda))]
async fn guarded(_by: Peek, unit: &Unit<'_>) -> String {
    unit.caller.0.clone()
}

async fn plain(scope: RequestScope<App>, mut request: Request) -> Result<String, Response> {
    let mut head = std::mem::take(&mut request).into_parts().0;
    let repo: &dyn Repo = scope.get::<dyn Repo>(&mut head).await?;
    Ok(repo.describe())
}

/// An extractor that looks into the scope, if there is one.
struct Peek;

impl<S: HasContainer<Container = App>> FromRequestParts<S> for Peek {
    type Rejection = Response;
    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Response> {
        let log = state.container().get::<Log>();
        let scope = RequestScope::<App>::from_request_parts(head, state).await?;
        let caller = scope.get::<Caller>(head).await?;
        log.note(format_args!("peek:{}", caller.0));
        Ok(Peek)
    }
}

async fn audit(
    scope: RequestScope<App>,
    request: Request,
    next: Next,
) -> Result<Response, Response> {
    let (mut head, body) = request.into_parts();
    let caller = &scope.get::<Caller>(&mut head).await?.0;
    let unit = scope.get::<Unit<'_>>(&mut head).await?;
    unit.log.note(format_args!("audit:{caller}"));
    let response = next.run(Request::from_parts(head, body)).await;
    unit.log.note(format_args!("audited:{}", unit.caller.0));
    Ok(response)
}

struct Running {
    app: App,
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

async fn run() -> Running {
    let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
    let app = App::build(log.clone(), gate.clone()).await;
    let app = app.expect("nothing fails");
    Running { app, log, gate }
}

impl Running {
    fn router(&self) -> Router {
        Router::new()
            .route("/", get(show))
            .route("/guarded", get(guarded))
            .route("/plain", get(plain))
            .layer(from_fn_with_state(self.app.clone(), audit))
            .layer(scoped(self.app.clone()))
            .with_state(self.app.clone())
    }

    async fn answer(&self, router: &Router, path: &str, caller: &str) -> Response {
        let request = Request::get(path).header("caller", caller);
        let request = request.body(Body::empty()).expect("a valid request");
        let response = router.clone().oneshot(request).await;
        let response = response.expect("a router always answers");
        self.log
            .note(format_args!("resp {}", response.status().as_u16()));
        response
    }
}

async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 10).await;
    String::from_utf8(bytes.expect("in memory").to_vec()).expect("the tests answer in UTF-8")
}

#[tokio::test]
async fn the_handler_joins_the_scope_of_the_middleware() {
    let running = run().await;
    let router = running.router();
    let response = running.answer(&router, "/", "ada").await;
    assert_eq!(
        running.log.take(),
        [
            "new:Caller",
            "new:Unit",
            "audit:ada",
            "new:Users",
            "handler",
            "drop:Stamp",
            "audited:ada",
            "drop:Users of ada",
            "down:Unit of ada Success",
            "drop:Stamp",
            "resp 200",
        ]
    );
    assert_eq!(body(response).await, "ada, stamp, stamp");
    running.app.shutdown().await.expect("nothing fails");
}

#[tokio::test]
async fn a_plain_handler_uses_the_scope_too() {
    let running = run().await;
    let router = running.router();
    let response = running.answer(&router, "/plain", "ada").await;
    let events = running.log.take();
    assert_eq!(
        events.iter().filter(|event| *event == "new:Unit").count(),
        1
    );
    assert_eq!(events.last().map(String::as_str), Some("resp 200"));
    assert_eq!(body(response).await, "ada, stamp");
}

#[tokio::test]
async fn an_extractor_and_a_guard_share_the_scope() {
    let running = run().await;
    let router = running.router();
    running.answer(&router, "/guarded", "ada").await;
    assert_eq!(
        running.log.take(),
        [
            "new:Caller",
            "new:Unit",
            "audit:ada",
            "guard",
            "peek:ada",
            "audited:ada",
            "down:Unit of ada Success",
            "drop:Stamp",
            "resp 200",
        ]
    );
    running.answer(&router, "/guarded", "bob").await;
    assert_eq!(
        running.log.take(),
        [
            "new:Caller",
            "new:Unit",
            "audit:bob",
            "guard",
            "audited:bob",
            "down:Unit of bob Failed { status: 403 }",
            "drop:Stamp",
            "resp 403",
        ]
    );
}

#[tokio::test]
async fn a_joined_request_ends_as_any_other() {
    let running = run().await;
    let router = running.router();
    let outcome = |events: Vec<String>| {
        let mut down = events.into_iter().filter(|event| event.starts_with("down"));
        (down.next(), down.next())
    };
    let response = running.answer(&router, "/", "panics").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        outcome(running.log.take()),
        (
            Some("down:Unit of panics Failed { status: 500 }".to_string()),
            None
        )
    );
    let response = running.answer(&router, "/", "refused").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let response = running.answer(&router, "/nowhere", "ada").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    running.log.take();
    // Without a caller, the middleware's own failure is the answer.
    let request = Request::get("/")
        .body(Body::empty())
        .expect("a valid request");
    let response = router
        .oneshot(request)
        .await
        .expect("a router always answers");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(running.log.take(), ["new:Caller"]);
}

#[tokio::test]
async fn a_guard_for_a_whole_router() {
    let running = run().await;
    let router = Router::new()
        .route("/", get(show))
        .layer(guard::<RequireAda, _>(running.app.clone()))
        .with_state(running.app.clone());
    running.answer(&router, "/", "ada").await;
    let events = running.log.take();
    assert_eq!(
        events[..4],
        ["new:Caller", "guard", "new:Unit", "new:Users"]
    );
    running.answer(&router, "/", "bob").await;
    assert_eq!(running.log.take(), ["new:Caller", "guard", "resp 403"]);
}

#[tokio::test]
async fn where_no_scope_is_open_the_answer_is_500() {
    let running = run().await;
    let router = Router::new()
        .route("/", get(plain))
        .with_state(running.app.clone());
    let response = running.answer(&router, "/", "ada").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn two_apps_have_two_scopes() {
    let (one, two) = (run().await, run().await);
    let router = Router::new()
        .route("/", get(show))
        .with_state(two.app.clone())
        .layer(scoped(one.app.clone()))
        .layer(scoped(two.app.clone()));
    one.answer(&router, "/", "ada").await;
    assert_eq!(one.log.take(), ["resp 200"]);
    assert_eq!(two.log.count("new:Unit"), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_the_scope() {
    let running = run().await;
    let router = running.router();
    let mut future = Box::pin(running.answer(&router, "/", "ada"));
    // In the constructor of the caller, and then in the teardown.
    assert!(poll_once(&mut future).is_pending());
    assert_eq!(running.log.take(), ["new:Caller"]);
    assert!(poll_once(&mut future).is_pending());
    assert!(running.log.count("handler") == 1);
    drop(future);
    running.log.take();
    within(running.app.shutdown()).await.expect("nothing fails");
    // Its answer was there: it goes on to be torn down as a success.
    assert_eq!(
        running.log.take(),
        ["down:Unit of ada Success", "drop:Stamp"]
    );
}

#[tokio::test]
async fn a_scope_of_the_app() {
    let running = run().await;
    let scope = running.app.scope();
    let failed = scope.get::<Report<'_>>().await;
    assert_eq!(
        failed.err().map(|error| error.to_string()).as_deref(),
        Some("`App` could not be built: Report: not yet")
    );
    running.log.note("ready");
    let (one, two) = (
        scope.get::<Report<'_>>().await,
        scope.get::<Report<'_>>().await,
    );
    let (one, two): (&Report<'_>, &Report<'_>) = (one.expect("ready"), two.expect("ready"));
    assert!(std::ptr::eq(one, two) && std::ptr::eq(one.1, running.app.get::<Settings>()));
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Report", "ready", "new:Report", "down:Report Success"]
    );
}

#[tokio::test]
async fn a_scope_that_is_dropped_is_torn_down_by_a_task_that_shutdown_waits_for() {
    let running = run().await;
    running.log.note("ready");
    let scope = running.app.scope();
    scope.get::<Report<'_>>().await.expect("ready");
    let mut shutdown = Box::pin(running.app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending(), "it is open");
    drop(scope);
    within(shutdown).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["ready", "new:Report", "down:Report Cancelled"]
    );
    let _ = &running.gate;
}

//! `#[handler(guard(A, B))]`: the order of a request, and what a rejection stops.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use di_axum::{HasContainer, container, handler, injectable};
use http_body_util::channel::Channel;
use tower::ServiceExt as _;

use crate::support::{Log, poll_once};

/// Taken from the request by a guard.
struct Caller(String);

#[injectable(request)]
impl Caller {
    async fn new(#[extract] headers: HeaderMap, log: &Log) -> Self {
        log.note("new:Caller");
        let caller = headers.get("caller").and_then(|name| name.to_str().ok());
        Caller(caller.unwrap_or("nobody").to_string())
    }
}

struct Forbidden(&'static str);

impl IntoResponse for Forbidden {
    fn into_response(self) -> Response {
        (StatusCode::FORBIDDEN, self.0).into_response()
    }
}

struct RequireLogin<'r> {
    caller: &'r Caller,
}

#[injectable(request)]
impl<'r> RequireLogin<'r> {
    fn new(caller: &'r Caller, log: &'r Log) -> Result<Self, Forbidden> {
        log.note("guard:RequireLogin");
        match caller.0.as_str() {
            "nobody" => Err(Forbidden("log in")),
            _ => Ok(RequireLogin { caller }),
        }
    }
}

struct RequireAdmin;

#[injectable(request)]
async fn require_admin(
    login: &RequireLogin<'_>,
    session: Session,
    log: &Log,
) -> Result<RequireAdmin, Forbidden> {
    log.note("guard:RequireAdmin");
    assert_eq!(session.0, "session");
    match login.caller.0.as_str() {
        "admin" => Ok(RequireAdmin),
        "panics" => panic!("a guard panics"),
        _ => Err(Forbidden("admins only")),
    }
}

/// Owned by the guard, with drop glue.
struct Session(String, Arc<Log>);

#[injectable(transient)]
fn session(log: Arc<Log>) -> Session {
    log.note("new:Session");
    Session("session".to_string(), log)
}

impl Drop for Session {
    fn drop(&mut self) {
        self.1.note("drop:Session");
    }
}

/// Needs an extractor, and is built after the body.
struct Path(#[expect(dead_code, reason = "only built")] String);

#[injectable(request)]
impl Path {
    fn new(#[extract] uri: Seen, caller: &Caller, log: &Log) -> Self {
        log.note("new:Path");
        Path(format!("{}{}", uri.0, caller.0))
    }
}

/// An extractor of the graph.
struct Seen(String);

impl<S: HasContainer<Container = App> + Sync> FromRequestParts<S> for Seen {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        state.container().get::<Log>().note("extract:Seen");
        Ok(Seen(parts.uri.path().to_string()))
    }
}

/// An extractor of the handler.
struct Head;

impl<S: HasContainer<Container = App> + Sync> FromRequestParts<S> for Head {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        state.container().get::<Log>().note("extract:Head");
        Ok(Head)
    }
}

/// The body.
struct Text(Bytes);

impl<S: HasContainer<Container = App> + Sync> FromRequest<S> for Text {
    type Rejection = StatusCode;
    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        state.container().get::<Log>().note("body");
        let bytes = Bytes::from_request(request, state).await;
        bytes.map(Text).map_err(|_| StatusCode::BAD_REQUEST)
    }
}

struct Shown(Arc<Log>);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        self.0.note("into_response");
        ().into_response()
    }
}

/// Torn down after the response is made.
struct Unit(Arc<Log>);

#[injectable(request, teardown = close)]
impl Unit {
    fn new(log: Arc<Log>) -> Self {
        log.note("new:Unit");
        Unit(log)
    }
    async fn close(&self) {
        self.0.note("down:Unit");
    }
}

#[container(
    Caller, RequireLogin<'_>, RequireAdmin = require_admin, Session = session, Path, Unit,
)]
struct App {
    log: Arc<Log>,
}

#[handler(guard(RequireLogin<'_>, RequireAdmin))]
async fn edit(_: Head, _path: &Path, _unit: &Unit, log: Arc<Log>, Text(text): Text) -> Shown {
    log.note(format_args!("handler:{}", text.len()));
    Shown(log)
}

async fn app() -> (Arc<Log>, Router) {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    (log, Router::new().route("/", post(edit)).with_state(app))
}

fn request(caller: &str, body: Body) -> Request {
    Request::post("/")
        .header("caller", caller)
        .body(body)
        .expect("a valid request")
}

#[tokio::test]
async fn the_order_of_a_request() {
    let (log, router) = app().await;
    let response = router.oneshot(request("admin", Body::from("four"))).await;
    log.note(response.expect("a router always answers").status());
    assert_eq!(
        log.take(),
        [
            "new:Caller",
            "guard:RequireLogin",
            "new:Session",
            "guard:RequireAdmin",
            "drop:Session",
            "extract:Head",
            "extract:Seen",
            "body",
            "new:Path",
            "new:Unit",
            "handler:4",
            "into_response",
            "down:Unit",
            "200 OK",
        ]
    );
}

#[tokio::test]
async fn a_guard_that_rejects_stops_everything_after_it() {
    let (log, router) = app().await;
    for (caller, status, events) in [
        (
            "nobody",
            StatusCode::FORBIDDEN,
            &["new:Caller", "guard:RequireLogin"][..],
        ),
        (
            "someone",
            StatusCode::FORBIDDEN,
            &[
                "new:Caller",
                "guard:RequireLogin",
                "new:Session",
                "guard:RequireAdmin",
                "drop:Session",
            ],
        ),
        (
            "panics",
            StatusCode::INTERNAL_SERVER_ERROR,
            &[
                "new:Caller",
                "guard:RequireLogin",
                "new:Session",
                "guard:RequireAdmin",
                "drop:Session",
            ],
        ),
    ] {
        let response = router.clone().oneshot(request(caller, Body::empty())).await;
        let response = response.expect("a router always answers");
        assert_eq!(response.status(), status, "{caller}");
        assert_eq!(log.take(), events, "{caller}");
    }
}

#[tokio::test]
async fn a_slow_upload_holds_nothing_that_no_guard_needs() {
    let (log, router) = app().await;
    let (_sender, body) = Channel::<Bytes>::new(1);
    let mut future = Box::pin(router.oneshot(request("admin", Body::new(body))));
    assert!(poll_once(&mut future).is_pending());
    let events = log.take();
    assert_eq!(events.last().map(String::as_str), Some("body"));
    assert!(!events.iter().any(|event| event == "new:Unit"));
}

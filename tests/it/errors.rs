//! What is known of a constructor that fails during a request: its answer, the path to it, and its error.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    extract::{FromRequestParts, Request},
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{ConstructError, RequestScope, container, handler, injectable, scoped};
use tower::ServiceExt as _;

use crate::support::{Events, NEVER, request};

/// An error that can be cloned.
#[derive(Clone, Debug)]
struct Expired(u32);

impl fmt::Display for Expired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token expired {} s ago", self.0)
    }
}

impl Error for Expired {}

impl IntoResponse for Expired {
    fn into_response(self) -> Response {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// An error that cannot be cloned, with a source.
#[derive(Debug)]
struct Unreachable(Expired);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody is there")
    }
}

impl Error for Unreachable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl IntoResponse for Unreachable {
    fn into_response(self) -> Response {
        StatusCode::BAD_GATEWAY.into_response()
    }
}

/// Says nothing of itself.
struct Mute;

impl IntoResponse for Mute {
    fn into_response(self) -> Response {
        StatusCode::CONFLICT.into_response()
    }
}

/// Which node is to fail, and how often the caller was looked up.
struct Plot(String);

#[injectable(request)]
impl Plot {
    fn new(#[extract] headers: HeaderMap) -> Self {
        let plot = headers.get("fail").and_then(|fail| fail.to_str().ok());
        Plot(plot.unwrap_or_default().to_string())
    }
}

struct Caller;

#[injectable(request)]
impl Caller {
    async fn new(plot: &Plot, tries: &AtomicUsize) -> Result<Self, Expired> {
        tries.fetch_add(1, Relaxed);
        match plot.0.as_str() {
            "caller" => Err(Expired(7)),
            _ => Ok(Caller),
        }
    }
}

trait Directory: Send + Sync {}
#[injectable(request)]
struct Users<'r> {
    _caller: &'r Caller,
}
impl Directory for Users<'_> {}

#[injectable(request)]
struct Audit<'r> {
    _caller: &'r Caller,
}

struct Link;

#[injectable(transient)]
fn link(plot: &Plot) -> Result<Link, Unreachable> {
    match plot.0.as_str() {
        "link" => Err(Unreachable(Expired(8))),
        _ => Ok(Link),
    }
}

#[injectable(request)]
struct Mailbox {
    _link: Link,
}

struct Lock<T>(T);

#[injectable(request)]
impl<T: Default + Send + Sync> Lock<T> {
    fn new(plot: &Plot) -> Result<Self, Mute> {
        match plot.0.as_str() {
            "lock" => Err(Mute),
            _ => Ok(Lock(T::default())),
        }
    }
}

struct Quota;

#[injectable(request)]
impl Quota {
    fn new(plot: &Plot) -> Result<Self, StatusCode> {
        match plot.0.as_str() {
            "quota" => Err(StatusCode::TOO_MANY_REQUESTS),
            _ => Ok(Quota),
        }
    }
}

struct Version;

impl<S: Sync> FromRequestParts<S> for Version {
    type Rejection = StatusCode;
    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        match head.headers.get("fail") {
            Some(fail) if fail == "version" => Err(StatusCode::BAD_REQUEST),
            _ => Ok(Version),
        }
    }
}

struct Client;

#[injectable(request)]
impl Client {
    fn new(#[extract] _version: Version) -> Self {
        Client
    }
}

#[container(
    Plot, Caller, Users<'_>, dyn Directory = Users<'_>, Audit<'_>, Link = link, Mailbox, Lock<u8>, Quota, Client,
)]
struct App {
    tries: Arc<AtomicUsize>,
}

#[handler]
async fn show(
    directory: &dyn Directory,
    audit: &Audit<'_>,
    mailbox: &Mailbox,
    lock: &Lock<u8>,
    quota: &Quota,
    client: &Client,
) -> StatusCode {
    let _ = (directory, audit, mailbox, lock.0, quota, client);
    StatusCode::OK
}

struct Running {
    tries: Arc<AtomicUsize>,
    router: Router,
}

async fn run() -> Running {
    let tries = Arc::new(AtomicUsize::new(0));
    // Its log is compared.
    let app = App::builder(tries.clone()).slow_poll(NEVER).build().await;
    let app = app.expect("nothing fails");
    let router = Router::new().route("/", get(show)).with_state(app);
    Running { tries, router }
}

async fn answer(router: &Router, fail: &str) -> Response {
    let mut request = request("/");
    let fail = fail.parse().expect("a valid header");
    request.headers_mut().insert("fail", fail);
    let response = router.clone().oneshot(request).await;
    response.expect("a router always answers")
}

fn error(response: &Response) -> Arc<ConstructError> {
    let error = response.extensions().get::<Arc<ConstructError>>();
    error.expect("what failed is among the extensions").clone()
}

#[tokio::test]
async fn a_constructor_that_fails_is_found_with_its_path_and_its_own_error() {
    let running = run().await;
    let response = answer(&running.router, "caller").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let error = error(&response);
    // The shortest way.
    assert_eq!(error.path(), ["show", "Audit", "Caller"]);
    assert_eq!((error.handler(), error.node()), (Some("show"), "Caller"));
    let own = error.source().and_then(|source| source.downcast_ref());
    assert!(matches!(own, Some(Expired(7))));
    assert_eq!(
        error.to_string(),
        "`Caller` could not be constructed: show -> Audit -> Caller: the token expired 7 s ago"
    );
}

#[tokio::test]
async fn an_error_that_cannot_be_cloned_leaves_its_text_and_that_of_its_sources() {
    let running = run().await;
    let response = answer(&running.router, "link").await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let error = error(&response);
    assert_eq!(error.path(), ["show", "Mailbox", "Link"]);
    let source = error.source().expect("it is an error");
    assert_eq!(source.to_string(), "nobody is there");
    let source = source.source().expect("it has a source");
    assert_eq!(source.to_string(), "the token expired 8 s ago");
    assert!(source.source().is_none());
}

#[tokio::test]
async fn an_error_that_is_none_leaves_its_text_or_the_name_of_its_type() {
    let running = run().await;
    for (fail, status, text) in [
        (
            "quota",
            StatusCode::TOO_MANY_REQUESTS,
            "429 Too Many Requests",
        ),
        (
            "lock",
            StatusCode::CONFLICT,
            "an error of type `it::errors::Mute`",
        ),
    ] {
        let response = answer(&running.router, fail).await;
        assert_eq!(response.status(), status);
        let source = error(&response);
        assert_eq!(
            source.source().map(ToString::to_string).as_deref(),
            Some(text)
        );
    }
}

#[tokio::test]
async fn a_rejection_has_a_path_and_no_source() {
    let running = run().await;
    let response = answer(&running.router, "version").await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let error = error(&response);
    assert_eq!(error.path(), ["show", "Client"]);
    assert!(error.source().is_none());
    let response = answer(&running.router, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.extensions().get::<Arc<ConstructError>>().is_none());
}

#[tokio::test]
async fn what_is_needed_twice_fails_once_and_the_next_request_tries_again() {
    let running = run().await;
    answer(&running.router, "caller").await;
    assert_eq!(running.tries.load(Relaxed), 1);
    answer(&running.router, "caller").await;
    assert_eq!(running.tries.load(Relaxed), 2);
    assert_eq!(answer(&running.router, "").await.status(), StatusCode::OK);
    assert_eq!(running.tries.load(Relaxed), 3);
}

async fn look(
    scope: RequestScope<App>,
    request: Request,
    next: Next,
) -> Result<Response, Response> {
    let (mut head, body) = request.into_parts();
    scope.get::<dyn Directory>(&mut head).await?;
    Ok(next.run(Request::from_parts(head, body)).await)
}

#[tokio::test]
async fn in_an_open_scope_the_path_starts_with_who_asked() {
    let app = App::build(Arc::default()).await.expect("nothing fails");
    let handled = Router::new().route("/", get(show)).with_state(app.clone());
    let joined = handled.clone().layer(scoped(app.clone()));
    let response = answer(&joined, "link").await;
    assert_eq!(error(&response).path(), ["show", "Mailbox", "Link"]);
    let looked = handled.layer(from_fn_with_state(app.clone(), look));
    let response = answer(&looked.layer(scoped(app)), "caller").await;
    let error = error(&response);
    assert_eq!(error.path(), ["dyn Directory", "Users", "Caller"]);
    assert_eq!(error.handler(), None);
}

#[tokio::test]
async fn the_log_has_the_path_and_the_error() {
    let running = run().await;
    let (events, subscribed) = Events::heard();
    for fail in ["link", "caller", "version"] {
        answer(&running.router, fail).await;
    }
    drop(subscribed);
    assert_eq!(
        events.take(),
        [
            "ERROR handler=show node=Link path=show -> Mailbox -> Link error=nobody is there",
            "DEBUG handler=show node=Caller path=show -> Audit -> Caller error=the token expired 7 s ago",
            "DEBUG handler=show node=Client path=show -> Client",
        ]
    );
}

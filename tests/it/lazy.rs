//! Lazy values of a request: built when they are asked for, once, and torn down in their turn.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{Lazy, LazyError, Outcome, container, handler, injectable};

use crate::support::{Log, fetch, text};

/// Borrows, and is torn down.
struct Audit<'r> {
    log: &'r Log,
    caller: &'r Caller,
}

#[injectable(request, teardown = close)]
impl<'r> Audit<'r> {
    async fn new(log: &'r Log, caller: &'r Caller) -> Result<Self, Down> {
        tokio::task::yield_now().await;
        log.note("new:Audit");
        match log.count("fail Audit") {
            0 => Ok(Audit { log, caller }),
            _ => Err(Down),
        }
    }

    async fn close(self, outcome: Outcome) {
        self.log
            .note(format_args!("down:Audit of {} {outcome:?}", self.caller.0));
    }
}

#[derive(Clone, Debug)]
struct Down;

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

impl IntoResponse for Down {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "down").into_response()
    }
}

struct Caller(&'static str);

#[injectable(request)]
fn caller(log: &Log) -> Caller {
    log.note("new:Caller");
    Caller("ada")
}

trait Clock: Send + Sync {
    fn now(&self) -> String;
}

struct Ticker<'r>(&'r Log);

#[injectable(request)]
impl<'r> Ticker<'r> {
    fn new(log: &'r Log) -> Self {
        log.note("new:Ticker");
        Ticker(log)
    }
}

impl Clock for Ticker<'_> {
    fn now(&self) -> String {
        self.0.note("now");
        "noon".to_string()
    }
}

struct Primary;

/// Holds some, and has a teardown.
struct Transfers<'r> {
    audit: Lazy<'r, Audit<'r>>,
    clock: Lazy<'r, dyn Clock>,
    primary: Lazy<'r, Caller>,
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Transfers<'r> {
    fn new(
        audit: Lazy<'r, Audit<'r>>,
        clock: Lazy<'r, dyn Clock>,
        #[inject(Primary)] primary: Lazy<'r, Caller>,
        log: &'r Log,
    ) -> Self {
        log.note("new:Transfers");
        Transfers {
            audit,
            clock,
            primary,
            log,
        }
    }

    async fn close(self) {
        // What was built after this is gone already.
        let late = self.audit.get().await;
        let late = late.err().map(|error| error.to_string());
        self.log.note(format_args!(
            "down:Transfers {:?} {}",
            late,
            self.audit.built().is_some()
        ));
    }
}

impl<'r> Transfers<'r> {
    async fn send(&self, is_large: bool) -> Result<&'r str, LazyError> {
        if is_large {
            Ok(self.audit.get().await?.caller.0)
        } else {
            Ok("nobody")
        }
    }
}

#[injectable(request)]
fn primary(log: &Log) -> Caller {
    log.note("new:Primary");
    Caller("bob")
}

#[container(
    Audit<'_>, Caller = caller, #[qualifier(Primary)] Caller = primary,
    Ticker<'_>, dyn Clock = Ticker<'_>, Transfers<'_>,
    handlers(small, large, twice, others),
)]
struct App {
    log: Arc<Log>,
}

#[handler]
async fn small(transfers: &Transfers<'_>, log: &Log) -> Result<String, Response> {
    log.note("handler");
    Ok(transfers.send(false).await?.to_string())
}

#[handler]
async fn large(transfers: &Transfers<'_>, log: &Log) -> Result<String, LazyError> {
    log.note("handler");
    let caller = transfers.send(true).await?;
    log.note("asked");
    Ok(caller.to_string())
}

#[handler]
async fn twice(audit: Lazy<'_, Audit<'_>>, transfers: &Transfers<'_>, caller: &Caller) -> String {
    let (one, two) = tokio::join!(audit.get(), transfers.audit.get());
    let (one, two) = (one.expect("it is there"), two.expect("it is there"));
    let three = audit.get().await.expect("it is there");
    assert!(std::ptr::eq(one, two) && std::ptr::eq(one, three));
    assert!(std::ptr::eq(one.caller, caller));
    one.caller.0.to_string()
}

#[handler]
async fn others(transfers: &Transfers<'_>) -> Result<String, LazyError> {
    let clock: &dyn Clock = transfers.clock.get().await?;
    let primary = transfers.primary.get().await?;
    Ok(format!("{} {}", clock.now(), primary.0))
}

async fn run() -> (App, Arc<Log>, Router) {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    let router = Router::new()
        .route("/small", get(small))
        .route("/large", get(large))
        .route("/twice", get(twice))
        .route("/others", get(others))
        .with_state(app.clone());
    (app, log, router)
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_built() {
    let (_app, log, router) = run().await;
    assert_eq!(text(&router, "/small").await, "nobody");
    assert_eq!(
        log.take(),
        [
            "new:Transfers",
            "handler",
            "down:Transfers Some(\"`Audit` could not be constructed: Audit: it was asked for when its scope was over\") false",
        ]
    );
}

#[tokio::test]
async fn what_is_asked_for_is_torn_down_in_its_turn() {
    let (_app, log, router) = run().await;
    assert_eq!(text(&router, "/large").await, "ada");
    assert_eq!(
        log.take(),
        [
            "new:Transfers",
            "handler",
            "new:Caller",
            "new:Audit",
            "asked",
            "down:Audit of ada Success",
            "down:Transfers Some(\"`Audit` could not be constructed: Audit: it was asked for when its scope was over\") false",
        ]
    );
}

#[tokio::test]
async fn all_who_ask_get_the_same() {
    let (_app, log, router) = run().await;
    assert_eq!(text(&router, "/twice").await, "ada");
    assert_eq!(log.count("new:Audit"), 1);
    log.take();
    assert_eq!(text(&router, "/others").await, "noon bob");
    assert_eq!(
        log.take()[..4],
        ["new:Transfers", "new:Ticker", "new:Primary", "now"]
    );
}

#[tokio::test]
async fn a_failure_answers_as_any_other() {
    let (_app, log, router) = run().await;
    log.note("fail Audit");
    let (status, body) = fetch(&router, "/large").await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "down")
    );
}

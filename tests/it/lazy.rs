//! Lazy values of a request: built when they are asked for, once, and torn down in their turn.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{Lazy, LazyError, Outcome, container, handler, injectable};

use crate::support::{Log, fetch, text, within};

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
pub(crate) struct Down;

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

/// A cycle that a lazy value breaks: each can reach the other.
mod broken_cycle {
    use super::*;

    struct Parent<'r> {
        child: Lazy<'r, Child<'r>>,
        log: &'r Log,
    }

    struct Child<'r>(&'r Parent<'r>);

    #[injectable(request)]
    fn parent<'r>(child: Lazy<'r, Child<'r>>, log: &'r Log) -> Parent<'r> {
        log.note("new:Parent");
        Parent { child, log }
    }

    #[injectable(request)]
    fn child<'r>(parent: &'r Parent<'r>) -> Child<'r> {
        parent.log.note("new:Child");
        Child(parent)
    }

    impl Drop for Child<'_> {
        fn drop(&mut self) {
            self.0.log.note("drop:Child");
        }
    }

    impl Drop for Parent<'_> {
        fn drop(&mut self) {
            // While it is dropped, what was built after it is not there.
            let is_built = self.child.built().is_some();
            self.log.note(format_args!("drop:Parent {is_built}"));
        }
    }

    #[container(Parent<'_> = parent, Child<'_> = child, handlers(show))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn show(parent: &Parent<'_>) -> Result<String, LazyError> {
        let child = parent.child.get().await?;
        Ok(std::ptr::eq(child.0, parent).to_string())
    }

    #[tokio::test]
    async fn is_built_and_dropped_in_order() {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new().route("/", get(show)).with_state(app);
        assert_eq!(text(&router, "/").await, "true");
        assert_eq!(
            log.take(),
            ["new:Parent", "new:Child", "drop:Child", "drop:Parent false"]
        );
    }
}

/// A constructor asks, and keeps what it got; in async ones, in blocking ones, and through a transient.
mod in_constructors {
    use super::*;

    struct Session(Arc<Log>);

    #[injectable(request, teardown = close)]
    impl Session {
        async fn new(log: Arc<Log>) -> Self {
            tokio::task::yield_now().await;
            log.note("new:Session");
            Session(log)
        }
        async fn close(&self) {
            self.0.note("down:Session");
        }
    }

    /// Found by a transient, which is its owner's.
    #[injectable(transient)]
    struct Finder<'r> {
        session: Lazy<'r, Session>,
    }

    struct Kept<'r>(&'r Session);

    #[injectable(request, teardown = close)]
    impl<'r> Kept<'r> {
        async fn new(finder: Finder<'r>) -> Result<Self, LazyError> {
            Ok(Kept(finder.session.get().await?))
        }
        async fn close(self) {
            self.0.0.note("down:Kept");
        }
    }

    struct Blocking(bool);

    #[injectable(request, blocking)]
    fn blocking<'r>(session: Lazy<'r, Session>, kept: Lazy<'r, Kept<'r>>) -> Blocking {
        let runtime = tokio::runtime::Handle::current();
        let (session, kept) = runtime.block_on(async { (session.get().await, kept.get().await) });
        let (Ok(session), Ok(kept)) = (session, kept) else {
            return Blocking(false);
        };
        Blocking(std::ptr::eq(session, kept.0))
    }

    #[container(Session, Finder<'_>, Kept<'_>, Blocking = blocking, handlers(show, blocks))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn show(kept: &Kept<'_>, #[inject] finder: Finder<'_>) -> Result<String, LazyError> {
        let session = finder.session.get().await?;
        Ok(std::ptr::eq(kept.0, session).to_string())
    }

    #[handler]
    async fn blocks(blocking: &Blocking) -> String {
        blocking.0.to_string()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_they_keep_outlives_them() {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/", get(show))
            .route("/blocks", get(blocks))
            .with_state(app);
        for path in ["/", "/blocks"] {
            assert_eq!(within(text(&router, path)).await, "true");
            assert_eq!(log.take(), ["new:Session", "down:Kept", "down:Session"]);
        }
    }
}

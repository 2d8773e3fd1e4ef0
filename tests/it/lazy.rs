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

/// Constructors that would wait for each other for ever.
mod circles {
    use super::*;

    struct Left;
    struct Middle;
    struct Right;

    #[injectable(request)]
    async fn left(middle: Lazy<'_, Middle>, log: &Log) -> Result<Left, LazyError> {
        log.note("begin:Left");
        tokio::task::yield_now().await;
        middle.get().await?;
        Ok(Left)
    }

    /// Needs at once what asks for it in its constructor.
    #[injectable(request)]
    fn middle(_right: &Right) -> Middle {
        Middle
    }

    #[injectable(request)]
    async fn right(left: Lazy<'_, Left>, log: &Log) -> Result<Right, LazyError> {
        log.note("begin:Right");
        tokio::task::yield_now().await;
        left.get().await?;
        Ok(Right)
    }

    #[container(Left = left, Middle = middle, Right = right, handlers(one, both))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn one(_left: &Left) {}

    #[handler]
    async fn both(left: Lazy<'_, Left>, middle: Lazy<'_, Middle>) -> String {
        let (left, middle) = tokio::join!(left.get(), middle.get());
        let texts = [left.map(drop), middle.map(drop)].map(|result| match result {
            Ok(()) => "ok".to_string(),
            Err(error) => error.to_string(),
        });
        texts.join("\n")
    }

    async fn run() -> (Arc<Log>, Router) {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/", get(one))
            .route("/both", get(both))
            .with_state(app);
        (log, router)
    }

    #[tokio::test]
    async fn are_errors() {
        let (log, router) = run().await;
        let (status, _) = within(fetch(&router, "/")).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(log.take(), ["begin:Left", "begin:Right"]);
    }

    #[tokio::test]
    async fn are_errors_for_several_who_ask() {
        let (_log, router) = run().await;
        let text = within(text(&router, "/both")).await;
        assert!(
            text.contains("Left -> Middle -> Right -> Left")
                || text.contains("Right -> Left -> Middle -> Right"),
            "{text}"
        );
    }
}

/// What is extracted below a lazy value is taken from the request while there is one.
mod extracted {
    use super::*;
    use axum::{
        body::Body,
        extract::Request,
        middleware::{Next, from_fn_with_state},
    };
    use di_axum::{RequestScope, guard, scoped};

    struct Named(String);

    /// Notes when it runs.
    struct Name(String);

    impl<S: Sync> axum::extract::FromRequestParts<S> for Name {
        type Rejection = (StatusCode, &'static str);
        async fn from_request_parts(
            head: &mut axum::http::request::Parts,
            _: &S,
        ) -> Result<Self, Self::Rejection> {
            let log = head.extensions.get::<Arc<Log>>().cloned();
            log.expect("every request has one").note("extract");
            match head.headers.get("name").and_then(|name| name.to_str().ok()) {
                Some(name) => Ok(Name(name.to_string())),
                None => Err((StatusCode::UNAUTHORIZED, "no name")),
            }
        }
    }

    #[injectable(request)]
    fn named(#[extract] name: Name, log: &Log) -> Named {
        log.note("new:Named");
        Named(name.0)
    }

    struct Everyone;

    #[injectable(request)]
    fn everyone(_named: Lazy<'_, Named>) -> Everyone {
        Everyone
    }

    #[container(Named = named, Everyone = everyone, handlers(asks, never, guarded))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn asks(named: Lazy<'_, Named>, log: &Log, body: String) -> Result<String, LazyError> {
        log.note(format_args!("handler {body}"));
        Ok(named.get().await?.0.clone())
    }

    #[handler]
    async fn never(_named: Lazy<'_, Named>) {}

    #[handler(guard(Everyone))]
    async fn guarded(named: Lazy<'_, Named>) -> Result<String, LazyError> {
        Ok(named.get().await?.0.clone())
    }

    async fn layer(
        scope: RequestScope<App>,
        request: Request,
        next: Next,
    ) -> Result<Response, Response> {
        let (mut head, body) = request.into_parts();
        scope.get::<Everyone>(&mut head).await?;
        Ok(next.run(Request::from_parts(head, body)).await)
    }

    async fn run() -> (App, Arc<Log>, Router) {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/asks", get(asks))
            .route("/never", get(never))
            .route("/guarded", get(guarded))
            .with_state(app.clone());
        (app, log, router)
    }

    async fn answer(
        log: &Arc<Log>,
        router: &Router,
        path: &str,
        name: &str,
    ) -> (StatusCode, String) {
        let request = Request::get(path).extension(Arc::clone(log));
        let request = match name {
            "" => request,
            name => request.header("name", name),
        };
        let request = request.body(Body::from("body")).expect("a valid request");
        crate::support::send(router, request).await
    }

    #[tokio::test]
    async fn before_the_handler() {
        let (_app, log, router) = run().await;
        let (_, body) = answer(&log, &router, "/asks", "ada").await;
        assert_eq!(body, "ada");
        assert_eq!(log.take(), ["extract", "handler body", "new:Named"]);
        answer(&log, &router, "/never", "ada").await;
        assert_eq!(log.take(), ["extract"]);
    }

    #[tokio::test]
    async fn a_rejection_turns_the_request_away() {
        let (_app, log, router) = run().await;
        let (status, body) = answer(&log, &router, "/never", "").await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::UNAUTHORIZED, "no name")
        );
    }

    #[tokio::test]
    async fn once_for_guards_layers_and_the_handler() {
        let (app, log, router) = run().await;
        let layered = router
            .clone()
            .layer(from_fn_with_state(app.clone(), layer))
            .layer(scoped(app.clone()));
        let for_all = router.clone().layer(guard::<Everyone, _>(app.clone()));
        for router in [router, layered, for_all] {
            let (_, body) = answer(&log, &router, "/guarded", "ada").await;
            assert_eq!(body, "ada");
            assert_eq!(log.take(), ["extract", "new:Named"]);
        }
    }
}

/// Several ask at once, in a scope of the app.
mod at_once {
    use super::*;
    use tokio::sync::Semaphore;

    use crate::support::poll_once;

    struct Slow<'r>(#[expect(dead_code, reason = "only there")] &'r Log);

    #[injectable(request)]
    async fn slow<'r>(log: &'r Log, gate: &Semaphore) -> Result<Slow<'r>, Down> {
        log.note("begin:Slow");
        gate.acquire().await.expect("nobody closes it").forget();
        match log.count("fail") {
            0 => {
                log.note("new:Slow");
                Ok(Slow(log))
            }
            _ => Err(Down),
        }
    }

    struct Other;

    #[injectable(request)]
    fn other(log: &Log) -> Other {
        log.note("new:Other");
        assert!(log.count("panic") == 0, "a constructor panics");
        Other
    }

    #[injectable(request)]
    struct Holder<'r> {
        slow: Lazy<'r, Slow<'r>>,
        other: Lazy<'r, Other>,
    }

    #[container(Slow<'_> = slow, Other = other, Holder<'_>, handlers(waits, panics))]
    struct App {
        log: Arc<Log>,
        gate: Arc<Semaphore>,
    }

    #[handler]
    async fn waits(holder: &Holder<'_>) -> Result<(), LazyError> {
        holder.other.get().await?;
        holder.slow.get().await.map(drop)
    }

    #[handler]
    async fn panics(holder: &Holder<'_>) -> Result<(), LazyError> {
        holder.other.get().await.map(drop)
    }

    async fn run() -> (App, Arc<Log>, Arc<Semaphore>) {
        let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
        let app = App::build(log.clone(), gate.clone()).await;
        (app.expect("nothing fails"), log, gate)
    }

    #[tokio::test]
    async fn no_lock_is_held_meanwhile() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let mut slow = Box::pin(scope.get::<Slow<'_>>());
        assert!(poll_once(&mut slow).is_pending());
        assert!(poll_once(&mut Box::pin(scope.get::<Other>())).is_ready());
        gate.add_permits(1);
        within(slow).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Other", "new:Slow"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hundred_tasks_share_one_construction() {
        let (app, log, gate) = run().await;
        let scope = Arc::new(app.scope());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let scope = Arc::clone(&scope);
            tasks.spawn(async move {
                let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
                let slow = holder.slow.get().await.expect("nothing fails");
                let other = scope.get::<Slow<'_>>().await.expect("nothing fails");
                assert!(std::ptr::eq(slow, other));
            });
        }
        gate.add_permits(1);
        within(tasks.join_all()).await;
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn it_goes_on_when_the_first_is_given_up() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
        let (mut one, mut two) = (Box::pin(holder.slow.get()), Box::pin(holder.slow.get()));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        drop(one);
        gate.add_permits(1);
        within(two).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn another_tries_again_when_it_fails() {
        let (app, log, gate) = run().await;
        let scope = app.scope();
        let holder = scope.get::<Holder<'_>>().await.expect("nothing fails");
        log.note("fail");
        let (mut one, mut two) = (Box::pin(holder.slow.get()), Box::pin(holder.slow.get()));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        gate.add_permits(2);
        let error = within(one).await.map(drop).expect_err("it fails");
        assert_eq!(error.path(), ["Slow"]);
        assert_eq!(log.take(), ["fail", "begin:Slow"]);
        within(two).await.map(drop).expect("nothing fails");
        assert_eq!(log.take(), ["begin:Slow", "new:Slow"]);
    }

    #[tokio::test]
    async fn a_client_that_goes_away_and_one_that_panics() {
        let (app, log, gate) = run().await;
        let router = Router::new()
            .route("/waits", get(waits))
            .route("/panics", get(panics))
            .with_state(app.clone());
        let mut future = Box::pin(text(&router, "/waits"));
        assert!(poll_once(&mut future).is_pending());
        drop(future);
        assert_eq!(log.take(), ["new:Other", "begin:Slow"]);
        log.note("panic");
        let (status, _) = fetch(&router, "/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        log.take();
        gate.add_permits(1);
        text(&router, "/waits").await;
        assert_eq!(log.take(), ["new:Other", "begin:Slow", "new:Slow"]);
        within(app.shutdown()).await.expect("nothing fails");
    }
}

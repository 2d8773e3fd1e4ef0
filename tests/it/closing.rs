//! Teardown: async, in reverse order of construction, exactly once, told of the outcome, however a request ends.

use std::{fmt, sync::Arc};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{Outcome, OwnAnswer, Panic, TeardownError, container, handler, injectable};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::support::{Log, poll_once, request, within};

/// What the request is to do.
#[derive(Clone, Default)]
struct Plot(String);

impl Plot {
    fn is(&self, scene: &str) -> bool {
        self.0.split('+').any(|part| part == scene)
    }
}

#[injectable(request)]
impl Plot {
    fn read(headers: &HeaderMap) -> Self {
        let plot = headers.get("plot").and_then(|plot| plot.to_str().ok());
        Plot(plot.unwrap_or_default().to_string())
    }

    #[constructor]
    fn new(#[extract] headers: HeaderMap) -> Self {
        Self::read(&headers)
    }
}

/// Where a request waits until the test lets it go on.
struct Gate(Semaphore);

impl Gate {
    async fn pass(&self) {
        let permit = self.0.acquire().await;
        permit.expect("nobody closes it").forget();
    }
}

/// Torn down by value, and told.
struct Unit<'r> {
    name: String,
    plot: &'r Plot,
    gate: &'r Gate,
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(plot: &'r Plot, gate: &'r Gate, log: &'r Log) -> Self {
        log.note("new:Unit");
        Unit {
            name: "Unit".to_string(),
            plot,
            gate,
            log,
        }
    }

    async fn close(self, outcome: Outcome) -> Result<(), Refused> {
        self.log
            .note(format_args!("closing:{} {outcome:?}", self.name));
        if self.plot.is("wait-in-teardown") {
            self.gate.pass().await;
        }
        assert!(!self.plot.is("panic-in-teardown"), "teardown panics");
        self.log.note(format_args!("down:{}", self.name));
        match self.plot.is("refuse") {
            true => Err(Refused("commit")),
            false => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused", self.0)
    }
}

impl std::error::Error for Refused {}

trait Store: Send + Sync {
    fn name(&self) -> String;
}

/// Torn down by reference, and then dropped; also provided as a trait object.
struct Repo<'r> {
    unit: &'r Unit<'r>,
}

#[injectable(request, teardown = Self::flush)]
impl<'r> Repo<'r> {
    async fn new(unit: &'r Unit<'r>) -> Self {
        unit.log.note("new:Repo");
        if unit.plot.is("wait-in-constructor") {
            unit.gate.pass().await;
        }
        assert!(
            !unit.plot.is("panic-in-constructor"),
            "a constructor panics"
        );
        Repo { unit }
    }

    async fn flush(&self) {
        // What it borrows is still there.
        self.unit
            .log
            .note(format_args!("down:Repo of {}", self.unit.name));
    }
}

impl Drop for Repo<'_> {
    fn drop(&mut self) {
        self.unit.log.note("drop:Repo");
    }
}

impl Store for Repo<'_> {
    fn name(&self) -> String {
        self.unit.name.clone()
    }
}

/// A provider's value, with a free fn as its teardown.
struct Batch<'r>(&'r Log, bool);

#[injectable(request, teardown = send_batch)]
fn batch<'r>(repo: &'r Repo<'r>) -> Result<Batch<'r>, Teapot> {
    if repo.unit.plot.is("fail") {
        return Err(Teapot);
    }
    repo.unit.log.note("new:Batch");
    Ok(Batch(repo.unit.log, repo.unit.plot.is("refuse-batch")))
}

async fn send_batch(batch: &Batch<'_>, outcome: Outcome) -> Result<u32, String> {
    batch.0.note(format_args!("down:Batch {outcome:?}"));
    match batch.1 {
        true => Err("the batch is lost".to_string()),
        false => Ok(1),
    }
}

struct Teapot;

impl IntoResponse for Teapot {
    fn into_response(self) -> Response {
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

/// A singleton with a teardown, which needs another one.
struct Pool(Arc<Log>);

#[injectable(singleton, teardown = close)]
impl Pool {
    fn new(log: Arc<Log>) -> Self {
        log.note("new:Pool");
        Pool(log)
    }

    async fn close(&self) {
        self.0.note("down:Pool");
    }
}

struct Cache(Arc<Log>, Arc<Pool>);

#[injectable(singleton, teardown = Cache::close)]
async fn cache(log: Arc<Log>, pool: Arc<Pool>) -> Cache {
    log.note("new:Cache");
    Cache(log, pool)
}

impl Cache {
    async fn close(&self, outcome: Outcome) -> Result<(), Refused> {
        self.0.note(format_args!("down:Cache {outcome:?}"));
        let _ = &self.1;
        Err(Refused("flush"))
    }
}

#[container(
    Plot, Unit<'_>, Repo<'_>, dyn Store = Repo<'_>, Batch<'_> = batch, Pool, Cache = cache,
)]
struct App {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[handler]
async fn show(
    plot: &Plot,
    store: &dyn Store,
    _batch: &Batch<'_>,
    _repo: &Repo<'_>,
    gate: &Gate,
    log: &Log,
) -> StatusCode {
    log.note(format_args!("handler:{}", store.name()));
    if plot.is("wait") {
        gate.pass().await;
    }
    assert!(!plot.is("panic"), "a handler panics");
    match plot.is("not-found") {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::OK,
    }
}

struct Running {
    app: App,
    log: Arc<Log>,
    gate: Arc<Gate>,
    router: Router,
}

async fn run() -> Running {
    let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(0))));
    let app = App::build(log.clone(), gate.clone())
        .await
        .expect("nothing fails");
    assert_eq!(log.take(), ["new:Pool", "new:Cache"]);
    let router = Router::new().route("/", get(show)).with_state(app.clone());
    Running {
        app,
        log,
        gate,
        router,
    }
}

impl Running {
    async fn answer(&self, plot: &str) -> Response {
        let mut request = request("/");
        request
            .headers_mut()
            .insert("plot", plot.parse().expect("a valid header"));
        let response = self.router.clone().oneshot(request).await;
        let response = response.expect("a router always answers");
        self.log.note(format_args!("resp {}", response.status()));
        response
    }
}

const BUILT: [&str; 4] = ["new:Unit", "new:Repo", "new:Batch", "handler:Unit"];

fn after(built: &[&'static str], rest: &[&'static str]) -> Vec<&'static str> {
    [built, rest].concat()
}

#[tokio::test]
async fn a_success_commits_before_the_response_leaves() {
    let running = run().await;
    running.answer("").await;
    let rest = [
        "down:Batch Success",
        "down:Repo of Unit",
        "drop:Repo",
        "closing:Unit Success",
        "down:Unit",
        "resp 200 OK",
    ];
    assert_eq!(running.log.take(), after(&BUILT, &rest));
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn an_error_status_is_a_failure() {
    let running = run().await;
    running.answer("not-found").await;
    let rest = [
        "down:Batch Failed { status: 404 }",
        "down:Repo of Unit",
        "drop:Repo",
        "closing:Unit Failed { status: 404 }",
        "down:Unit",
        "resp 404 Not Found",
    ];
    assert_eq!(running.log.take(), after(&BUILT, &rest));
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn a_constructor_that_fails_tears_down_what_was_built() {
    let running = run().await;
    running.answer("fail").await;
    assert_eq!(
        running.log.take(),
        [
            "new:Unit",
            "new:Repo",
            "down:Repo of Unit",
            "drop:Repo",
            "closing:Unit Failed { status: 418 }",
            "down:Unit",
            "resp 418 I'm a teapot",
        ]
    );
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn a_panic_answers_500_and_the_app_goes_on() {
    let running = run().await;
    running.answer("panic").await;
    let rest = [
        "down:Batch Panicked",
        "down:Repo of Unit",
        "drop:Repo",
        "closing:Unit Panicked",
        "down:Unit",
        "resp 500 Internal Server Error",
    ];
    assert_eq!(running.log.take(), after(&BUILT, &rest));
    running.answer("panic-in-constructor").await;
    assert_eq!(
        running.log.take(),
        [
            "new:Unit",
            "new:Repo",
            "closing:Unit Panicked",
            "down:Unit",
            "resp 500 Internal Server Error",
        ]
    );
    assert_eq!(running.answer("").await.status(), StatusCode::OK);
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn a_commit_that_fails_answers_500() {
    let running = run().await;
    let response = running.answer("refuse").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let error = response
        .extensions()
        .get::<Arc<TeardownError>>()
        .expect("what failed is in the response's extensions");
    assert_eq!(
        error.to_string(),
        "`Unit` could not be torn down: commit was refused"
    );
    let source = std::error::Error::source(&**error).expect("one failure is itself");
    assert_eq!(
        source.downcast_ref::<Refused>().map(|it| it.0),
        Some("commit")
    );
    let own = response.extensions().get();
    assert_eq!(own, Some(&OwnAnswer::NotTornDown));
    let response = running.answer("panic-in-constructor").await;
    let own = response.extensions().get();
    assert_eq!(own, Some(&OwnAnswer::Panicked));
    // A handler's own error stays the answer.
    let response = running.answer("refuse+not-found").await;
    assert_eq!(response.extensions().get::<OwnAnswer>(), None);
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn a_teardown_that_fails_or_panics_does_not_stop_the_others() {
    let running = run().await;
    let response = running.answer("refuse-batch+panic-in-teardown").await;
    let rest = [
        "down:Batch Success",
        "down:Repo of Unit",
        "drop:Repo",
        // The batch is lost: nothing is committed any more.
        "closing:Unit Failed { status: 500 }",
        "resp 500 Internal Server Error",
    ];
    assert_eq!(running.log.take(), after(&BUILT, &rest));
    let error = response
        .extensions()
        .get::<Arc<TeardownError>>()
        .expect("what failed is in the response's extensions");
    let [batch, unit] = error.failures() else {
        panic!("two failed: {error}");
    };
    assert_eq!(
        (batch.node(), batch.error().to_string().as_str()),
        ("Batch", "the batch is lost")
    );
    let panic = unit.error().downcast_ref::<Panic>().expect("a panic");
    assert_eq!((unit.node(), panic.message()), ("Unit", "teardown panics"));
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

/// Polls a request until it waits, and then lets its client go away.
async fn go_away(running: &Running, plot: &str) {
    let mut future = Box::pin(running.answer(plot));
    assert!(poll_once(&mut future).is_pending(), "it waits");
}

#[tokio::test]
async fn when_the_client_goes_away_the_teardown_runs_on_a_task() {
    let running = run().await;
    for (scene, built) in [("wait", &BUILT[..]), ("wait-in-constructor", &BUILT[..2])] {
        go_away(&running, scene).await;
        assert_eq!(running.log.take(), built, "nothing is torn down in a drop");
        within(async {
            while running.log.count("down:Unit") == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let events = running.log.take();
        let expected = [
            "down:Batch Cancelled",
            "down:Repo of Unit",
            "drop:Repo",
            "closing:Unit Cancelled",
            "down:Unit",
        ];
        let skipped = if scene == "wait" { 0 } else { 3 };
        assert_eq!(events, expected[skipped..], "{scene}");
    }
    running.app.shutdown().await.expect_err("`Cache` refuses");
}

#[tokio::test]
async fn a_teardown_that_lost_its_client_goes_on() {
    let running = run().await;
    go_away(&running, "wait-in-teardown").await;
    let begun = [
        "down:Batch Success",
        "down:Repo of Unit",
        "drop:Repo",
        "closing:Unit Success",
    ];
    assert_eq!(running.log.take(), after(&BUILT, &begun));
    // Shutdown waits for it.
    let mut shutdown = Box::pin(running.app.shutdown());
    for _ in 0..10 {
        assert!(poll_once(&mut shutdown).is_pending());
        tokio::task::yield_now().await;
    }
    assert!(running.log.take().is_empty());
    running.gate.0.add_permits(1);
    within(shutdown).await.expect_err("`Cache` refuses");
    assert_eq!(
        running.log.take(),
        ["down:Unit", "down:Cache Success", "down:Pool"]
    );
}

#[tokio::test]
async fn shutdown_tears_singletons_down_in_reverse_and_once() {
    let running = run().await;
    let error = running.app.shutdown().await.expect_err("`Cache` refuses");
    assert_eq!(
        error.to_string(),
        "`Cache` could not be torn down: flush was refused"
    );
    assert_eq!(running.log.take(), ["down:Cache Success", "down:Pool"]);
    running
        .app
        .shutdown()
        .await
        .expect("there is no second one");
    drop(running.router);
    drop(running.app);
    assert!(running.log.take().is_empty());
}

#[tokio::test]
async fn an_app_that_nobody_shuts_down_is_torn_down_by_a_task() {
    let Running {
        app, log, router, ..
    } = run().await;
    drop((app, router));
    assert!(log.take().is_empty());
    within(async {
        while log.count("down:Pool") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(log.take(), ["down:Cache Cancelled", "down:Pool"]);
}

#[derive(Debug)]
struct Broken;

#[injectable(singleton)]
impl Broken {
    async fn new(cache: &Cache, gate: &Gate) -> Result<Self, Refused> {
        cache.0.note("new:Broken");
        gate.pass().await;
        assert!(gate.0.available_permits() == 0, "start-up panics");
        Err(Refused("start-up"))
    }
}

#[container(Pool, Cache = cache, Broken)]
struct Unlucky {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[tokio::test]
async fn start_up_that_fails_tears_down_what_it_built() {
    for (permits, text) in [
        (
            1,
            "`Unlucky` could not be built: Broken: start-up was refused",
        ),
        (
            2,
            "`Unlucky` could not be built: Broken: panicked: start-up panics",
        ),
    ] {
        let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(permits))));
        let error = within(Unlucky::build(log.clone(), gate)).await;
        let error = error.expect_err("`Broken` fails");
        assert_eq!(error.to_string(), text);
        assert_eq!(
            log.take(),
            [
                "new:Pool",
                "new:Cache",
                "new:Broken",
                "down:Cache Failed { status: 500 }",
                "down:Pool",
            ]
        );
    }
}

#[tokio::test]
async fn start_up_that_is_given_up_is_torn_down_by_a_task() {
    let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(0))));
    let mut building = Box::pin(Unlucky::build(log.clone(), gate));
    assert!(poll_once(&mut building).is_pending());
    drop(building);
    within(async {
        while log.count("down:Pool") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        log.take(),
        [
            "new:Pool",
            "new:Cache",
            "new:Broken",
            "down:Cache Cancelled",
            "down:Pool"
        ]
    );
}

#[test]
fn without_a_runtime_values_are_only_dropped() {
    let (log, router) = {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime without drivers needs nothing of the system");
        let Running { log, router, .. } = runtime.block_on(run());
        (log, router)
    };
    let mut request = request("/");
    request
        .headers_mut()
        .insert("plot", "wait".parse().expect("a valid header"));
    let mut future = Box::pin(router.oneshot(request));
    assert!(poll_once(&mut future).is_pending());
    log.take();
    drop(future);
    assert_eq!(log.take(), ["drop:Repo"]);
}

/// The type has a teardown where the container constructs it, and here it does not.
#[container()]
struct HandedIn {
    pool: Pool,
    cache: Arc<Cache>,
}

#[tokio::test]
async fn what_is_handed_in_is_never_torn_down() {
    let log = Log::new();
    let cache = Arc::new(Cache(log.clone(), Arc::new(Pool(log.clone()))));
    let app = HandedIn::build(Pool(log.clone()), cache).await;
    let app = app.expect("nothing fails");
    app.shutdown().await.expect("there is nothing to do");
    drop(app);
    assert_eq!(log.take(), [""; 0]);
}

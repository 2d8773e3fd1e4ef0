//! What nobody should write, and safe code can: none of it is undefined behaviour, a leak, or a second teardown.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc, task::Poll};

use axum::{Router, http::StatusCode, response::Response, routing::get};
use di_axum::{
    __private::{AnyRoot, Ended, Flow, Memory, Mounts, Plan, RootFlow, RootMemory, ScopeFuture},
    Meta, Outcome, Panic, TeardownError, container, handler, injectable,
};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt as _;

use crate::support::{Log, poll_once, request, within};

/// Its teardown fails with a part of itself.
struct Lender {
    text: String,
}

#[injectable(request, teardown = close)]
impl Lender {
    fn new() -> Self {
        Lender {
            text: "the text is the value's own".to_string(),
        }
    }

    async fn close(&self) -> Result<(), &str> {
        Err(&self.text)
    }
}

/// Its teardown succeeds with what looks at it when it is dropped.
struct Watched<'r> {
    text: String,
    log: &'r Log,
}

struct Watcher<'w>(&'w Watched<'w>);

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.0.log.note(&self.0.text);
    }
}

#[injectable(request, teardown = close)]
impl<'r> Watched<'r> {
    fn new(log: &'r Log) -> Self {
        Watched {
            text: "still there".to_string(),
            log,
        }
    }

    async fn close<'s>(&'s self) -> Result<Watcher<'s>, std::fmt::Error> {
        Ok(Watcher(self))
    }
}

#[container(Lender, Watched<'_>)]
struct App {
    log: Arc<Log>,
}

#[handler]
async fn lend(_lender: &Lender, _watched: &Watched<'_>) -> StatusCode {
    StatusCode::OK
}

#[tokio::test]
async fn what_a_teardown_returns_may_borrow_the_value() {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    let router = Router::new().route("/", get(lend)).with_state(app);
    let response = router.oneshot(request("/")).await;
    let response = response.expect("a router always answers");
    let error = response.extensions().get::<Arc<TeardownError>>();
    assert_eq!(
        error.expect("`Lender` fails").to_string(),
        "`Lender` could not be torn down: the text is the value's own"
    );
    assert_eq!(log.take(), ["still there"]);
}

/// Torn down last.
struct Base(Arc<Log>);

#[injectable(singleton, teardown = close)]
impl Base {
    fn new(log: Arc<Log>) -> Self {
        Base(log)
    }

    async fn close(&self) {
        self.0.note("down:Base");
    }
}

/// Its teardown waits.
struct Slow(Arc<Base>, Arc<Semaphore>);

#[injectable(singleton, teardown = close)]
impl Slow {
    fn new(base: Arc<Base>, gate: Arc<Semaphore>) -> Self {
        Slow(base, gate)
    }

    async fn close(&self) {
        self.0.0.note("closing:Slow");
        let _passed = self.1.acquire().await;
        self.0.0.note("down:Slow");
    }
}

#[container(Base, Slow)]
struct Stubborn {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

async fn stubborn() -> (Stubborn, Arc<Log>, Arc<Semaphore>) {
    let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
    let app = Stubborn::build(log.clone(), gate.clone()).await;
    (app.expect("nothing fails"), log, gate)
}

#[tokio::test]
async fn a_shutdown_that_is_given_up_is_gone_on_with() {
    let (app, log, _gate) = stubborn().await;
    let mut shutdown = Box::pin(app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending());
    drop(shutdown);
    app.shutdown().await.expect("nothing fails");
    assert_eq!(log.take(), ["closing:Slow", "down:Base"]);
    app.shutdown().await.expect("nothing fails");
    assert!(log.take().is_empty());
    // The same without a second call.
    let (app, log, _gate) = stubborn().await;
    let mut shutdown = Box::pin(app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending());
    drop(shutdown);
    drop(app);
    within(async {
        while log.count("down:Base") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(log.take(), ["closing:Slow", "down:Base"]);
}

#[tokio::test]
async fn a_second_shutdown_waits_for_the_first() {
    let (app, log, gate) = stubborn().await;
    let mut first = Box::pin(app.shutdown());
    let mut second = Box::pin(app.shutdown());
    assert!(poll_once(&mut first).is_pending());
    assert!(poll_once(&mut second).is_pending());
    gate.add_permits(1);
    within(async { (first.await, second.await) })
        .await
        .0
        .expect("nothing fails");
    assert_eq!(log.take(), ["closing:Slow", "down:Slow", "down:Base"]);
}

/// A payload that panics once more when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a payload panics");
        }
    }
}

struct Explosive<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Explosive<'r> {
    fn new(log: &'r Log) -> Self {
        Explosive(log)
    }

    async fn close(self) {
        self.0.note("closing:Explosive");
        std::panic::panic_any(Bomb);
    }
}

struct Plain<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Plain<'r> {
    fn new(log: &'r Log) -> Self {
        Plain(log)
    }

    async fn close(self, outcome: Outcome) {
        self.0.note(format_args!("down:Plain {outcome:?}"));
    }
}

#[container(Plain<'_>, Explosive<'_>)]
struct Armed {
    log: Arc<Log>,
}

#[handler]
async fn explode(_plain: &Plain<'_>, _explosive: &Explosive<'_>) -> StatusCode {
    std::panic::panic_any(Bomb)
}

#[tokio::test]
async fn a_panic_whose_payload_panics_stops_nothing() {
    let log = Log::new();
    let app = Armed::build(log.clone()).await.expect("nothing fails");
    let router = Router::new().route("/", get(explode)).with_state(app);
    let response = router.oneshot(request("/")).await;
    let response = response.expect("a router always answers");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(log.take(), ["closing:Explosive", "down:Plain Panicked"]);
}

/// Its constructor's future is in a list of the semaphore's while it waits.
struct Waiting;

#[injectable(request)]
impl Waiting {
    async fn new(_plain: &Plain<'_>, gate: &Semaphore) -> Self {
        let _passed = gate.acquire().await;
        Waiting
    }
}

#[container(Plain<'_>, Waiting)]
struct Forgetful {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

#[handler]
async fn wait(_waiting: &Waiting) {}

/// Forgets what fills the frame.
struct Forgets;

impl<P: Plan<Container = Forgetful>> Flow<P> for Forgets {
    type State = Forgetful;
    type Output = ();

    async fn run<'m>(self, _: &'m Forgetful, memory: Memory<'m, P>) {
        let mut frame = memory.open();
        let mut building = Box::pin(frame.build());
        assert!(poll_once(&mut building).is_pending());
        std::mem::forget(building);
    }

    fn outcome((): &()) -> Outcome {
        Outcome::Success
    }

    fn panicked(panic: Panic) {
        panic!("{panic}");
    }

    fn ended((): (), _: Ended) {}
}

/// The memory of a future that is pinned and forgotten must not be used again, not even for a teardown. Leaks that memory.
#[tokio::test]
async fn a_driver_that_is_forgotten_keeps_its_memory() {
    let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
    let app = Forgetful::build(log.clone(), gate.clone()).await;
    let app = app.expect("nothing fails");
    ScopeFuture::new::<<Forgetful as Mounts<wait>>::Plan, _>(Forgets, app).await;
    // Goes through the list in which the future still is.
    gate.add_permits(1);
    assert!(log.take().is_empty());
}

#[container()]
struct Ringing {
    bell: Arc<Notify>,
}

/// Waits in a list that goes through the futures that are in it.
#[handler]
async fn hear(bell: &Notify) {
    bell.notified().await;
}

/// Forgets the handler that waits.
struct ForgetsHandler;

impl RootFlow<Ringing> for ForgetsHandler {
    type State = Ringing;
    type Output = Response;

    fn run<'m>(
        self,
        _: &'m Ringing,
        memory: RootMemory<'m, Ringing, Response>,
    ) -> impl Future<Output = Response> + Send + use<'m> {
        let mut handled = Box::pin(memory.open());
        assert!(poll_once(&mut handled).is_pending());
        std::mem::forget(handled);
        std::future::ready(Response::default())
    }

    fn outcome(_: &Response) -> Outcome {
        Outcome::Success
    }

    fn panicked(_: &'static Meta, panic: Panic) -> Response {
        panic!("{panic}");
    }

    fn ended(response: Response, _: Ended) -> Response {
        response
    }
}

/// The same of a handler's future, behind the frame.
#[tokio::test]
async fn a_handler_that_is_forgotten_keeps_its_memory() {
    static HEAR: AnyRoot<ForgetsHandler, Ringing> =
        AnyRoot::of::<<Ringing as Mounts<hear>>::Plan, hear, _>();
    let bell = Arc::new(Notify::new());
    let app = Ringing::build(bell.clone()).await.expect("nothing fails");
    let counted = allocation_counter::measure(|| {
        let mut handled = Box::pin(HEAR.future(ForgetsHandler, app.clone()));
        assert!(poll_once(&mut handled).is_ready());
    });
    // What was forgotten, and the memory in which the handler's future is.
    assert_eq!(counted.count_current, 2);
    bell.notify_waiters();
}

/// What is moved into a constructor that fails.
struct Moved(String);

#[injectable(transient)]
impl Moved {
    fn new() -> Self {
        Moved("moved once".to_string())
    }
}

struct Fails;

#[injectable(request)]
impl Fails {
    async fn new(moved: Moved, log: &Log) -> Result<Self, StatusCode> {
        log.note(&moved.0);
        Err(StatusCode::CONFLICT)
    }
}

#[container(Moved, Fails)]
struct Failing {
    log: Arc<Log>,
}

#[handler]
async fn fail(_fails: &Fails) {}

/// Polls what fills the frame once more than it may be.
struct PollsAgain;

impl<P: Plan<Container = Failing>> Flow<P> for PollsAgain {
    type State = Failing;
    type Output = String;

    async fn run<'m>(self, _: &'m Failing, memory: Memory<'m, P>) -> String {
        let mut frame = memory.open();
        let mut building = Box::pin(frame.build());
        assert!(matches!(poll_once(&mut building), Poll::Ready(Err(_))));
        let again = AssertUnwindSafe(|| poll_once(&mut building).is_ready());
        let panic = std::panic::catch_unwind(again).expect_err("it is through");
        let ready = AssertUnwindSafe(|| {
            let _ready = Pin::into_inner(building).into_ready();
        });
        assert!(std::panic::catch_unwind(ready).is_err());
        Panic::caught(panic).message().to_string()
    }

    fn outcome(_: &String) -> Outcome {
        Outcome::Success
    }

    fn panicked(panic: Panic) -> String {
        panic!("{panic}");
    }

    fn ended(output: String, _: Ended) -> String {
        output
    }
}

/// A step that failed has taken what it owns, and must not be run again.
#[tokio::test]
async fn a_driver_that_has_failed_runs_no_step_again() {
    let log = Log::new();
    let app = Failing::build(log.clone()).await.expect("nothing fails");
    let future = ScopeFuture::new::<<Failing as Mounts<fail>>::Plan, _>(PollsAgain, app);
    assert_eq!(future.await, "a driver is polled after its end");
    assert_eq!(log.take(), ["moved once"]);
}

/// Blocks its thread while it borrows another value of its scope.
struct Pacer<'r>(#[expect(dead_code, reason = "only borrowed")] &'r Ground);

/// On the heap.
struct Ground(String);

#[injectable(request)]
fn ground(log: &Log) -> Ground {
    log.note("new:Ground");
    Ground("borrowed by another thread".to_string())
}

impl Drop for Ground {
    fn drop(&mut self) {
        panic!("`{}` is dropped while it is borrowed", self.0);
    }
}

#[injectable(request, blocking)]
fn pacer<'r>(ground: &'r Ground, door: &std::sync::Barrier, log: &Log) -> Pacer<'r> {
    // Begun; and then the scope is gone.
    door.wait();
    door.wait();
    log.note(&ground.0);
    Pacer(ground)
}

#[container(Ground = ground, Pacer<'_> = pacer)]
struct PacerApp {
    log: Arc<Log>,
    door: Arc<std::sync::Barrier>,
}

/// Leaks, on purpose: what another thread borrows cannot be dropped, and nobody waits for it any more.
#[tokio::test]
async fn a_forgotten_wait_for_a_blocking_constructor() {
    let (log, door) = (Log::new(), Arc::new(std::sync::Barrier::new(2)));
    let app = PacerApp::build(log.clone(), door.clone()).await;
    let app = app.expect("nothing fails");
    let scope = app.scope();
    let mut asked = Box::pin(scope.get::<Pacer<'_>>());
    assert!(poll_once(&mut asked).is_pending());
    door.wait();
    std::mem::forget(asked);
    drop((scope, app));
    door.wait();
    within(async {
        while log.count("borrowed by another thread") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(log.take(), ["new:Ground", "borrowed by another thread"]);
}

/// Waits inside of its constructor, with something that it drops.
struct Paused;

#[injectable(request)]
async fn paused(log: Arc<Log>, gate: &Semaphore) -> Paused {
    let _guard = crate::support::Traced::new("guard", log);
    gate.acquire().await.expect("nobody closes it").forget();
    Paused
}

#[container(Paused = paused)]
struct PausedApp {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

/// The constructor's future is the scope's: only what waited for it is leaked.
#[tokio::test]
async fn a_forgotten_wait_ends_with_its_scope() {
    let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
    let app = PausedApp::build(log.clone(), gate.clone()).await;
    let app = app.expect("nothing fails");
    let scope = app.scope();
    let mut asked = Box::pin(scope.get::<Paused>());
    assert!(poll_once(&mut asked).is_pending());
    std::mem::forget(asked);
    assert_eq!(log.take(), ["+guard"]);
    drop(scope);
    assert_eq!(log.take(), ["-guard"]);
    gate.add_permits(1);
    assert_eq!(gate.available_permits(), 1);
}

//! Services, and the end of an app: in order, by a deadline, with every failure told.

use std::{fmt, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{
    NodeKind, Opener, Outcome, Shutdown, TaskQueue, Tasks, container, handler, injectable, service,
    task,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, oneshot},
};

use crate::support::{Events, Log, NEVER, within};

#[derive(Debug, PartialEq)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken: {}", self.0)
    }
}

impl std::error::Error for Broken {}

/// What the tests do with services.
#[derive(Default)]
struct Stage {
    /// Ends `failing` with an error.
    breaks: Notify,
    /// Lets a request go on.
    goes_on: Notify,
    /// A request has begun.
    has_begun: Notify,
}

/// A singleton with a teardown.
struct Pool {
    log: Arc<Log>,
}

#[injectable(singleton, teardown = close)]
impl Pool {
    fn new(log: Arc<Log>) -> Self {
        log.note("pool");
        Pool { log }
    }

    async fn close(&self) {
        self.log.note("pool closed");
    }
}

#[service]
async fn first(shutdown: &Shutdown, log: &Log, _pool: &Pool) {
    log.note("first begins");
    shutdown.requested().await;
    log.note("first ends");
}

#[service]
async fn second(log: &Log, shutdown: &Shutdown) -> Result<(), Broken> {
    log.note("second begins");
    shutdown.requested().await;
    // It takes its time, and the first one is not told before it is through.
    tokio::task::yield_now().await;
    log.note("second ends");
    Ok(())
}

#[task]
async fn record(job: &'static str, log: &Log) {
    log.note(format_args!("task {job}"));
}

#[handler]
async fn slow(log: &Log, stage: &Stage, tasks: &Tasks<&'static str>) -> &'static str {
    stage.has_begun.notify_one();
    stage.goes_on.notified().await;
    log.note("request");
    tasks.push("of the request").expect("there is room");
    "slow"
}

#[container(Pool, Tasks<&'static str> = record, services(first, second))]
struct App {
    log: Arc<Log>,
    stage: Arc<Stage>,
}

/// A future that is ready when the test says so.
fn signal() -> (
    oneshot::Sender<()>,
    impl Future<Output = ()> + Send + 'static,
) {
    let (tell, told) = oneshot::channel::<()>();
    (tell, async move {
        let _ = told.await;
    })
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    (listener, address)
}

/// Sends a request and returns the answer as it came.
async fn get_raw(address: &str, path: &str) -> std::io::Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut socket = tokio::net::TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn build() -> (App, Arc<Log>, Arc<Stage>) {
    let (log, stage) = (Log::new(), Arc::new(Stage::default()));
    let app = App::build(Arc::clone(&log), Arc::clone(&stage)).await;
    (app.expect("nothing fails"), log, stage)
}

#[tokio::test]
async fn an_app_ends_in_order() {
    let (app, log, stage) = build().await;
    let (listener, address) = listener().await;
    let router = Router::new().route("/", get(slow)).with_state(app.clone());
    let (tell, told) = signal();
    let served = tokio::spawn(
        di_axum::serve(listener, router, app)
            .signal(told)
            .into_future(),
    );
    let answer = tokio::spawn(async move { get_raw(&address, "/").await });
    within(stage.has_begun.notified()).await;
    tell.send(()).expect("it listens");
    tokio::task::yield_now().await;
    stage.goes_on.notify_one();
    let answer = within(answer).await.expect("no panic").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
    assert_eq!(
        log.take(),
        [
            "pool",
            "first begins",
            "second begins",
            "request",
            "task of the request",
            "second ends",
            "first ends",
            "pool closed",
        ]
    );
}

/// Takes its time to be dropped, in a request whose client goes away: the server's task says that it is through before that.
struct DropsSlowly(Arc<Log>);

impl Drop for DropsSlowly {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(100));
        self.0.note("dropped");
    }
}

struct Noted<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Noted<'r> {
    fn new(log: &'r Log) -> Self {
        Noted(log)
    }
    async fn close(self, outcome: Outcome) {
        self.0.note(format_args!("noted: {outcome:?}"));
    }
}

#[handler]
async fn never(noted: &Noted<'_>, log: Arc<Log>, arrived: &Notify) {
    let _slowly = DropsSlowly(log);
    noted.0.note("arrived");
    arrived.notify_one();
    std::future::pending::<()>().await;
}

#[container(Noted<'_>, handlers(never))]
struct Slow {
    log: Arc<Log>,
    arrived: Arc<Notify>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_given_up_at_the_end_is_torn_down_before_it() {
    use tokio::io::AsyncWriteExt as _;
    let (log, arrived) = (Log::new(), Arc::new(Notify::new()));
    let app = Slow::build(Arc::clone(&log), Arc::clone(&arrived)).await;
    let app = app.expect("nothing fails");
    let (listener, address) = listener().await;
    let router = Router::new().route("/", get(never)).with_state(app.clone());
    let (tell, told) = signal();
    let served = di_axum::serve(listener, router, app).signal(told);
    let served = tokio::spawn(served.into_future());
    let client = tokio::net::TcpStream::connect(&address).await;
    let mut client = client.expect("it listens");
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    client.write_all(request).await.expect("it reads");
    within(arrived.notified()).await;
    tell.send(()).expect("it listens");
    drop(client);
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
    assert_eq!(log.take(), ["arrived", "dropped", "noted: Cancelled"]);
}

#[tokio::test]
async fn after_the_signal_nothing_is_accepted() {
    let (app, _, _) = build().await;
    let (listener, address) = listener().await;
    let router = Router::new().with_state::<()>(());
    let (tell, told) = signal();
    let served = tokio::spawn(
        di_axum::serve(listener, router, app)
            .signal(told)
            .into_future(),
    );
    let answer = within(get_raw(&address, "/")).await.expect("it is served");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    tell.send(()).expect("it listens");
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
    assert!(within(get_raw(&address, "/")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_end_is_left_at_the_deadline() {
    let (log, stage) = (Log::new(), Arc::new(Stage::default()));
    let builder = App::builder(Arc::clone(&log), Arc::clone(&stage));
    let builder = builder.shutdown_deadline(Duration::from_secs(7));
    let app = builder.build().await.expect("nothing fails");
    let (listener, address) = listener().await;
    let router = Router::new().route("/", get(slow)).with_state(app.clone());
    let (tell, told) = signal();
    let served = di_axum::serve(listener, router, app).signal(told);
    let served = tokio::spawn(served.into_future());
    let _waits = tokio::spawn(async move { get_raw(&address, "/").await });
    stage.has_begun.notified().await;
    let begun = tokio::time::Instant::now();
    tell.send(()).expect("it listens");
    served.await.expect("no panic").expect("nothing fails");
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    assert_eq!(
        log.take()[3..],
        ["second ends", "first ends", "pool closed"]
    );
}

#[tokio::test]
async fn shutdown_twice_is_a_no_op() {
    let (app, log, _) = build().await;
    let (tell, told) = signal();
    tell.send(()).expect("it listens");
    within(di_axum::work(app.clone()).signal(told).into_future())
        .await
        .expect("nothing fails");
    log.take();
    within(app.shutdown()).await.expect("nothing fails");
    within(di_axum::work(app.clone()).into_future())
        .await
        .expect("it ends at once");
    assert_eq!(log.take(), [""; 0]);
}

#[service]
async fn failing(stage: &Stage, log: &Log) -> Result<(), Broken> {
    stage.breaks.notified().await;
    log.note("failing fails");
    Err(Broken("failing"))
}

#[service]
async fn fails_at_the_end(shutdown: &Shutdown, log: &Log) -> Result<(), Broken> {
    shutdown.requested().await;
    log.note("the other fails");
    Err(Broken("at the end"))
}

#[service(on_failure = log)]
async fn harmless(stage: &Stage, log: &Log) -> Result<(), Broken> {
    log.note("harmless fails");
    stage.breaks.notify_one();
    Err(Broken("harmless"))
}

#[container(Pool, services(fails_at_the_end, failing, harmless))]
struct Failing {
    log: Arc<Log>,
    stage: Arc<Stage>,
}

#[tokio::test]
async fn a_failure_stops_the_app_in_order_and_serve_returns_all_of_them() {
    let (log, stage) = (Log::new(), Arc::new(Stage::default()));
    let app = Failing::build(Arc::clone(&log), stage)
        .await
        .expect("nothing fails");
    let (listener, _) = listener().await;
    let served = di_axum::serve(listener, Router::new(), app).signal(std::future::pending());
    let error = within(served.into_future())
        .await
        .expect_err("services fail");
    let failures = error.failures().iter();
    let failures: Vec<_> = failures
        .map(|failure| (failure.name(), failure.error().downcast_ref::<Broken>()))
        .collect();
    assert_eq!(
        failures,
        [
            ("failing", Some(&Broken("failing"))),
            ("fails_at_the_end", Some(&Broken("at the end"))),
        ]
    );
    assert_eq!(
        error.to_string(),
        "`failing` failed: broken: failing; `fails_at_the_end` failed: broken: at the end"
    );
    assert_eq!(
        log.take(),
        [
            "pool",
            "harmless fails",
            "failing fails",
            "the other fails",
            "pool closed"
        ]
    );
}

#[task(on_failure = stop)]
async fn fatal(_job: u8) -> Result<(), Broken> {
    Err(Broken("fatal"))
}

#[service]
async fn pushes(tasks: &TaskQueue<u8>, shutdown: &Shutdown) {
    tasks.push(1).expect("there is room");
    shutdown.requested().await;
}

#[container(Tasks<u8> = fatal, services(pushes))]
struct Fatal;

#[tokio::test]
async fn a_task_stops_the_app_when_it_is_asked_to() {
    let app = Fatal::build().await.expect("nothing fails");
    let served = di_axum::work(app).signal(std::future::pending());
    let error = within(served.into_future())
        .await
        .expect_err("the task fails");
    let source = std::error::Error::source(&error).expect("the error itself");
    assert_eq!(source.downcast_ref::<Broken>(), Some(&Broken("fatal")));
}

#[service]
async fn deaf(log: &Log) {
    log.note("deaf begins");
    struct Noted<'a>(&'a Log);
    impl Drop for Noted<'_> {
        fn drop(&mut self) {
            self.0.note("deaf is cut off");
        }
    }
    let _noted = Noted(log);
    std::future::pending::<()>().await;
}

#[container(Pool, services(first, deaf))]
struct Deaf {
    log: Arc<Log>,
}

#[tokio::test(start_paused = true)]
async fn a_service_that_ignores_the_signal_is_cut_off_at_the_deadline() {
    let log = Log::new();
    let builder = Deaf::builder(Arc::clone(&log))
        .shutdown_deadline(Duration::from_secs(20))
        .slow_poll(NEVER);
    let app = builder.build().await.expect("nothing fails");
    let (tell, told) = signal();
    let served = tokio::spawn(di_axum::work(app).signal(told).into_future());
    while log.count("deaf begins") == 0 {
        tokio::task::yield_now().await;
    }
    let (events, _subscribed) = Events::heard();
    let begun = tokio::time::Instant::now();
    tell.send(()).expect("it listens");
    served.await.expect("no panic").expect("nothing fails");
    assert_eq!(begun.elapsed(), Duration::from_secs(20));
    assert_eq!(events.take(), ["ERROR service=deaf", "DEBUG service=first"]);
    assert_eq!(
        log.take(),
        [
            "pool",
            "first begins",
            "deaf begins",
            "deaf is cut off",
            "first ends",
            "pool closed",
        ]
    );
}

/// Blocks the thread that polls it until the test lets it go on.
struct Door(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);

#[service]
async fn blocks(door: &Door, log: &Log) {
    log.note("blocks");
    door.0
        .lock()
        .expect("nobody panics")
        .recv()
        .expect("the test opens it");
}

#[handler]
async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[container(services(blocks, first), Pool)]
struct Blocked {
    log: Arc<Log>,
    door: Arc<Door>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_service_that_blocks_its_thread_holds_up_nothing() {
    let (open, door) = std::sync::mpsc::channel();
    let (log, door) = (Log::new(), Arc::new(Door(door.into())));
    let app = Blocked::build(Arc::clone(&log), door)
        .await
        .expect("nothing fails");
    let (listener, address) = listener().await;
    let router = Router::new().route("/", get(alive)).with_state(app.clone());
    let (tell, told) = signal();
    let served = tokio::spawn(
        di_axum::serve(listener, router, app)
            .signal(told)
            .into_future(),
    );
    within(async {
        while log.count("blocks") == 0 || log.count("first begins") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let answer = within(get_raw(&address, "/")).await.expect("it is served");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    open.send(()).expect("it waits");
    tell.send(()).expect("it listens");
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
}

/// A value of each message's own scope.
struct Unit<'r> {
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(log: &'r Log) -> Self {
        Unit { log }
    }

    async fn close(self, outcome: Outcome) {
        self.log.note(format_args!("unit ends: {outcome:?}"));
    }
}

/// Messages, and how many there are.
struct Queue(Semaphore);

#[service]
async fn consumer(
    shutdown: &Shutdown,
    queue: &Queue,
    scopes: &Opener<Consumer>,
) -> Result<(), di_axum::BoxError> {
    while let Some(message) = shutdown.or(queue.0.acquire()).await {
        message?.forget();
        let scope = scopes.open()?;
        scope.get::<Unit<'_>>().await?.log.note("message");
        scope.close(Outcome::Success).await?;
    }
    Ok(())
}

#[container(Unit<'_>, services(consumer))]
struct Consumer {
    log: Arc<Log>,
    queue: Arc<Queue>,
}

#[tokio::test]
async fn a_service_opens_a_scope_for_each_message() {
    let (log, queue) = (Log::new(), Arc::new(Queue(Semaphore::new(2))));
    let app = Consumer::build(Arc::clone(&log), queue)
        .await
        .expect("nothing fails");
    let (tell, told) = signal();
    let served = tokio::spawn(di_axum::work(app).signal(told).into_future());
    within(async {
        while log.count("unit ends: Success") < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    tell.send(()).expect("it listens");
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
    assert_eq!(
        log.take(),
        [
            "message",
            "unit ends: Success",
            "message",
            "unit ends: Success"
        ]
    );
}

/// Holds the opener, as a singleton may.
#[injectable(singleton)]
struct Holder {
    scopes: Arc<Opener<Held>>,
}

#[container(Holder, Unit<'_>)]
struct Held {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_singleton_that_holds_the_opener_does_not_keep_the_app() {
    let log = Log::new();
    let app = Held::build(Arc::clone(&log)).await.expect("nothing fails");
    let scopes = Arc::clone(&app.get::<Holder>().scopes);
    let scope = scopes.open().expect("the app is there");
    scope
        .get::<Unit<'_>>()
        .await
        .expect("nothing fails")
        .log
        .note("used");
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(log.take(), ["used", "unit ends: Success"]);
    drop(app);
    assert_eq!(Arc::strong_count(&log), 1, "the app is gone");
    let error = scopes.open().err().expect("the app is gone");
    assert_eq!(error.to_string(), "the app is shut down");
}

#[tokio::test]
async fn after_shutdown_an_opener_says_so() {
    let app = Held::build(Log::new()).await.expect("nothing fails");
    within(app.shutdown()).await.expect("nothing fails");
    let error = app
        .get::<Holder>()
        .scopes
        .open()
        .err()
        .expect("it is shut down");
    assert_eq!(error.to_string(), "the app is shut down");
}

/// A singleton that uses the opener too early.
#[injectable(singleton)]
async fn early(scopes: &Opener<Early>) -> String {
    scopes
        .open()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[container(String = early)]
struct Early;

#[tokio::test]
async fn before_the_app_is_built_an_opener_says_so() {
    let app = Early::build().await.expect("nothing fails");
    assert_eq!(app.get::<String>(), "the app is not built yet");
}

/// Tasks and services of another crate.
#[container(..di_fixture_billing::Bookkeeping, handlers(di_fixture_billing::invoice_later))]
#[allow(unused)]
struct Books;

#[tokio::test]
async fn tasks_and_services_of_a_module_are_those_of_the_app() {
    let app = Books::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/{plan}", get(di_fixture_billing::invoice_later))
        .with_state(app.clone());
    let (tell, told) = signal();
    let (listener, address) = listener().await;
    let served = di_axum::serve(listener, router, app.clone()).signal(told);
    let served = tokio::spawn(served.into_future());
    let answer = within(get_raw(&address, "/small"))
        .await
        .expect("it is served");
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    tell.send(()).expect("it listens");
    within(served)
        .await
        .expect("no panic")
        .expect("nothing fails");
    let roots = Books::graph().nodes().filter(|node| node.is_root);
    let roots: Vec<_> = roots.map(|node| (node.name, node.kind)).collect();
    assert_eq!(
        roots,
        [
            ("di_fixture_billing::invoice_later", NodeKind::Handler),
            ("write_later", NodeKind::Task),
            ("closing_of_books", NodeKind::Service),
        ]
    );
    let entries = app.get::<di_fixture_billing::Ledger>().entries();
    assert_eq!(entries, ["small", "closed"]);
}

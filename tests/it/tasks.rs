//! Tasks: what a request leaves to be done when it is over.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, http::StatusCode, routing::get};
use di_axum::{
    Lazy, LazyError, Outcome, OwnAnswer, PushError, TaskCounts, TaskEnd, TaskError, TaskQueue,
    Tasks, container, handler, injectable, task,
};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::support::{Events, Log, NEVER, fetch, poll_once, request, within};

/// What a task is to do.
#[derive(Debug, PartialEq)]
pub(crate) struct Note(&'static str);

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// Where tasks wait until the test lets them go on.
struct Gate(Semaphore);

impl Gate {
    fn closed() -> Arc<Self> {
        Arc::new(Gate(Semaphore::new(0)))
    }

    async fn pass(&self) {
        self.0.acquire().await.expect("nobody closes it").forget();
    }

    fn open(&self, for_how_many: usize) {
        self.0.add_permits(for_how_many);
    }
}

/// A value of the scope in which it is asked for.
struct Unit<'r> {
    log: &'r Log,
}

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    fn new(log: &'r Log) -> Self {
        log.note("unit");
        Unit { log }
    }

    async fn close(self, outcome: Outcome) {
        self.log.note(format_args!("unit ends: {outcome:?}"));
    }
}

#[task]
async fn note(job: Note, unit: &Unit<'_>, gate: Arc<Gate>) -> Result<(), Refused> {
    unit.log.note(format_args!("{} begins", job.0));
    match job.0 {
        "wait" => gate.pass().await,
        "panic" => panic!("on purpose"),
        "refuse" => return Err(Refused),
        _ => {}
    }
    unit.log.note(format_args!("{} ends", job.0));
    Ok(())
}

/// Pushes, and answers with this status.
#[handler]
async fn push(
    tasks: &Tasks<Note>,
    unit: &Unit<'_>,
    axum::extract::Path((what, status)): axum::extract::Path<(String, u16)>,
) -> (StatusCode, Body) {
    unit.log.note("handler");
    let pushed = match what.as_str() {
        "always" => tasks.push_always(Note("always")),
        "wait" => tasks.push(Note("wait")),
        "panic" => tasks.push(Note("panic")),
        "refuse" => tasks.push(Note("refuse")),
        _ => tasks.push(Note("note")),
    };
    pushed.expect("there is room");
    if what == "broken" {
        panic!("after it pushed");
    }
    let status = StatusCode::from_u16(status).expect("a status");
    (status, Body::from("answer"))
}

#[container(Unit<'_>, Tasks<Note> = note)]
struct App {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

struct Fixture {
    app: App,
    log: Arc<Log>,
    router: Router,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// Hears of tasks that end.
    async fn with(hook: impl Fn(&TaskEnd<'_>) + Send + Sync + 'static) -> Self {
        let (log, gate) = (Log::new(), Gate::closed());
        let builder = App::builder(Arc::clone(&log), gate);
        let app = builder
            .on_task_end(hook)
            // Its log is compared.
            .slow_poll(NEVER)
            .build()
            .await
            .expect("nothing fails");
        let router = Router::new()
            .route("/{what}/{status}", get(push))
            .with_state(app.clone());
        Fixture { app, log, router }
    }

    fn counts(&self) -> TaskCounts {
        self.app.get::<TaskQueue<Note>>().counts()
    }

    /// Waits until nothing runs.
    async fn end(&self) -> Vec<String> {
        within(self.app.shutdown()).await.expect("nothing fails");
        self.log.take()
    }
}

#[tokio::test]
async fn a_task_runs_after_the_body_in_a_scope_of_its_own() {
    let fixture = Fixture::new().await;
    let response = fixture.router.clone().oneshot(request("/note/200")).await;
    let response = response.expect("a router does not fail");
    assert_eq!(
        fixture.log.take(),
        ["unit", "handler", "unit ends: Success"]
    );
    assert_eq!(fixture.counts().waiting, 1, "the body was not sent yet");
    let body = response.into_body().collect().await.expect("a body");
    assert_eq!(body.to_bytes(), "answer");
    assert_eq!(
        fixture.end().await,
        ["unit", "note begins", "note ends", "unit ends: Success"]
    );
    assert_eq!(fixture.counts().done, 1);
}

#[tokio::test]
async fn a_dropped_body_is_as_good_as_a_sent_one() {
    let fixture = Fixture::new().await;
    drop(fixture.router.clone().oneshot(request("/note/200")).await);
    fixture.log.take();
    assert_eq!(
        fixture.end().await,
        ["unit", "note begins", "note ends", "unit ends: Success"]
    );
}

#[tokio::test]
async fn tasks_of_an_unsuccessful_request_are_dropped_and_counted() {
    let fixture = Fixture::new().await;
    for path in ["/note/400", "/note/500", "/broken/200"] {
        fetch(&fixture.router, path).await;
    }
    let ends: Vec<String> = fixture.log.take();
    assert_eq!(
        ends,
        [
            "unit",
            "handler",
            "unit ends: Failed { status: 400 }",
            "unit",
            "handler",
            "unit ends: Failed { status: 500 }",
            "unit",
            "handler",
            "unit ends: Panicked",
        ]
    );
    assert_eq!(fixture.end().await, [""; 0]);
    let counts = fixture.counts();
    assert_eq!((counts.dropped, counts.done, counts.waiting), (3, 0, 0));
}

#[tokio::test]
async fn what_is_pushed_as_always_runs_anyway() {
    let fixture = Fixture::new().await;
    fetch(&fixture.router, "/always/500").await;
    fixture.log.take();
    assert_eq!(
        fixture.end().await,
        ["unit", "always begins", "always ends", "unit ends: Success"]
    );
}

/// A request whose client goes away.
#[injectable(request)]
async fn never(gate: &Gate, tasks: &Tasks<Note>) -> Never {
    tasks.push(Note("dropped")).expect("there is room");
    tasks.push_always(Note("always")).expect("there is room");
    gate.pass().await;
    Never
}

struct Never;

#[handler]
async fn wait(_never: &Never) {}

#[container(Unit<'_>, Tasks<Note> = note, Never = never)]
struct Cancelled {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_only_what_is_always_run() {
    let (log, gate) = (Log::new(), Gate::closed());
    let app = Cancelled::build(Arc::clone(&log), gate)
        .await
        .expect("nothing fails");
    let router = Router::new().route("/", get(wait)).with_state(app.clone());
    let mut answer = Box::pin(router.oneshot(request("/")));
    assert!(poll_once(&mut answer).is_pending());
    drop(answer);
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(
        log.take(),
        ["unit", "always begins", "always ends", "unit ends: Success"]
    );
    assert_eq!(app.get::<TaskQueue<Note>>().counts().dropped, 1);
}

#[tokio::test]
async fn a_failed_or_panicked_task_is_told_and_the_app_goes_on() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let fixture = Fixture::with({
        let told = Arc::clone(&told);
        move |end| {
            let result = end.result.map_err(ToString::to_string);
            told.lock().expect("nobody panics").push((end.name, result));
        }
    })
    .await;
    let (events, _subscribed) = Events::heard();
    for path in ["/refuse/200", "/panic/200", "/note/200"] {
        let (status, _) = fetch(&fixture.router, path).await;
        assert_eq!(status, StatusCode::OK);
        tokio::task::yield_now().await;
    }
    let log = fixture.end().await;
    assert_eq!(
        log.iter()
            .filter(|event| *event == "unit ends: Failed { status: 500 }")
            .count(),
        1
    );
    assert_eq!(
        log.iter()
            .filter(|event| *event == "unit ends: Panicked")
            .count(),
        1
    );
    assert_eq!(
        *told.lock().expect("nobody panics"),
        [
            ("note", Err("refused".to_string())),
            ("note", Err("panicked: on purpose".to_string())),
            ("note", Ok(()))
        ]
    );
    let counts = fixture.counts();
    assert_eq!((counts.done, counts.failed), (1, 2));
    assert_eq!(
        events.take(),
        [
            "ERROR task=note error=refused",
            "ERROR task=note error=panicked: on purpose",
        ]
    );
}

#[tokio::test]
async fn one_runs_directly_and_returns_its_very_error() {
    let fixture = Fixture::new().await;
    fixture.app.run(Note("note")).await.expect("it succeeds");
    assert_eq!(
        fixture.log.take(),
        ["unit", "note begins", "note ends", "unit ends: Success"]
    );
    let error = fixture.app.run(Note("refuse")).await.expect_err("it fails");
    let TaskError::Failed(error) = error else {
        panic!("{error}");
    };
    assert!(error.is::<Refused>());
    let error = fixture.app.run(Note("panic")).await;
    assert!(matches!(error, Err(TaskError::Panicked(_))));
    fixture.end().await;
    let error = within(fixture.app.run(Note("note")))
        .await
        .expect_err("the app is shut down");
    assert_eq!(error.to_string(), "the app is shut down");
    let refused = fixture.app.get::<TaskQueue<Note>>().push(Note("late"));
    let refused = refused.expect_err("the app is shut down");
    assert_eq!(
        refused.to_string(),
        "the task `note` cannot run: the app is shut down"
    );
    assert_eq!(
        (refused.is_full(), refused.into_job()),
        (false, Note("late"))
    );
}

#[tokio::test]
async fn a_task_that_nobody_waits_for_any_longer_is_torn_down() {
    let fixture = Fixture::new().await;
    let mut running = Box::pin(fixture.app.run(Note("wait")));
    assert!(poll_once(&mut running).is_pending());
    drop(running);
    assert_eq!(
        fixture.end().await,
        ["unit", "wait begins", "unit ends: Cancelled"]
    );
}

/// Two run, one waits.
#[task(concurrency = 2, queue = 1)]
async fn narrow(job: usize, log: &Log, gate: &Gate) {
    log.note(format_args!("{job} begins"));
    gate.pass().await;
    log.note(format_args!("{job} ends"));
}

#[handler]
async fn push_number(
    tasks: &Tasks<usize>,
    axum::extract::Path(job): axum::extract::Path<usize>,
) -> Result<(), PushError<usize>> {
    tasks.push(job)
}

#[container(Tasks<usize> = narrow)]
struct Narrow {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[tokio::test]
async fn concurrency_and_queue_are_bounded_and_what_is_too_much_is_refused() {
    let (log, gate) = (Log::new(), Gate::closed());
    let app = Narrow::build(Arc::clone(&log), Arc::clone(&gate))
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/{job}", get(push_number))
        .with_state(app.clone());
    for job in 1..=3 {
        let (status, _) = fetch(&router, &format!("/{job}")).await;
        assert_eq!(status, StatusCode::OK);
    }
    let queue = app.get::<TaskQueue<usize>>();
    within(async {
        while queue.counts().running < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let counts = queue.counts();
    assert_eq!((counts.running, counts.waiting), (2, 1));
    let response = router
        .clone()
        .oneshot(request("/4"))
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.extensions().get(), Some(&OwnAnswer::Error));
    assert_eq!(response.headers()["retry-after"], "1");
    let body = response.into_body().collect().await.expect("a body");
    assert_eq!(
        body.to_bytes(),
        "the queue of the task `narrow` is full: 3 run or wait"
    );
    gate.open(3);
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(
        log.take(),
        [
            "1 begins", "2 begins", "1 ends", "2 ends", "3 begins", "3 ends"
        ]
    );
    assert_eq!(queue.counts().done, 3);
}

#[task(timeout = Duration::from_secs(5))]
async fn slow(_job: char, unit: &Unit<'_>, gate: &Gate) {
    unit.log.note("begins");
    gate.pass().await;
}

#[container(Unit<'_>, Tasks<char> = slow)]
struct Slow {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_ends_a_task() {
    let log = Log::new();
    let app = Slow::build(Arc::clone(&log), Gate::closed())
        .await
        .expect("nothing fails");
    let begun = tokio::time::Instant::now();
    let error = app.run('a').await.expect_err("it takes too long");
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
    assert_eq!(error.to_string(), "it took longer than 5s");
    app.shutdown().await.expect("nothing fails");
    assert_eq!(log.take(), ["unit", "begins", "unit ends: Cancelled"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_through_by_the_deadline_is_cut_off() {
    let (log, gate) = (Log::new(), Gate::closed());
    let ends = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&ends);
    let app = App::builder(Arc::clone(&log), gate)
        .shutdown_deadline(Duration::from_secs(10))
        .slow_poll(NEVER)
        .on_task_end(move |end| {
            let result = end.result.map_err(ToString::to_string);
            told.lock().expect("nobody panics").push((end.name, result));
        })
        .build()
        .await
        .expect("nothing fails");
    app.get::<TaskQueue<Note>>()
        .push(Note("wait"))
        .expect("there is room");
    let (events, _subscribed) = Events::heard();
    let begun = tokio::time::Instant::now();
    app.shutdown().await.expect("nothing fails");
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
    assert_eq!(log.take(), ["unit", "wait begins", "unit ends: Cancelled"]);
    assert_eq!(
        events.take(),
        [
            "ERROR tasks=note waiting=1",
            "ERROR task=note error=the app was shut down before it was through",
        ]
    );
    let expected = "the app was shut down before it was through".to_string();
    assert_eq!(
        *ends.lock().expect("nobody panics"),
        [("note", Err(expected))]
    );
}

/// A task that pushes to itself.
#[task]
async fn countdown(job: u8, tasks: &Tasks<u8>, log: &Log) -> Result<(), PushError<u8>> {
    log.note(job);
    match job.checked_sub(1) {
        Some(next) => tasks.push(next),
        None => Ok(()),
    }
}

#[container(Tasks<u8> = countdown)]
struct Countdown {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_task_may_push_to_its_own_queue() {
    let log = Log::new();
    let app = Countdown::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    app.run(3u8).await.expect("it succeeds");
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(log.take(), ["3", "2", "1", "0"]);
}

/// A task that puts something off.
#[task]
async fn lazy(job: bool, unit: Lazy<'_, Unit<'_>>, log: &Log) -> Result<(), LazyError> {
    log.note("lazy begins");
    if job {
        unit.get().await?.log.note("unit is used");
    }
    Ok(())
}

#[container(Unit<'_>, Tasks<bool> = lazy)]
struct Deferring {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_task_may_put_off_what_it_needs() {
    let log = Log::new();
    let app = Deferring::build(Arc::clone(&log))
        .await
        .expect("nothing fails");
    app.run(false).await.expect("it succeeds");
    assert_eq!(log.take(), ["lazy begins"]);
    app.run(true).await.expect("it succeeds");
    assert_eq!(
        log.take(),
        ["lazy begins", "unit", "unit is used", "unit ends: Success"]
    );
}

/// The fn is still there.
#[tokio::test]
async fn a_unit_test_calls_the_fn() {
    let (log, gate) = (Log::new(), Gate::closed());
    note(Note("note"), &Unit { log: &log }, gate)
        .await
        .expect("it succeeds");
    assert_eq!(log.take(), ["note begins", "note ends"]);
}

#[tokio::test]
async fn in_a_scope_that_middleware_opened_tasks_wait_for_the_body_too() {
    let fixture = Fixture::new().await;
    let router = fixture
        .router
        .clone()
        .layer(di_axum::scoped(fixture.app.clone()));
    let response = router.clone().oneshot(request("/note/200")).await;
    assert_eq!(
        fixture.log.take(),
        ["unit", "handler", "unit ends: Success"]
    );
    assert_eq!(fixture.counts().waiting, 1);
    drop(response);
    fetch(&router, "/note/500").await;
    assert_eq!(fixture.counts().dropped, 1);
    fixture.log.take();
    assert_eq!(
        fixture.end().await,
        ["unit", "note begins", "note ends", "unit ends: Success"]
    );
}

/// A scope that is opened by hand.
#[tokio::test]
async fn tasks_of_an_opened_scope_run_when_it_ends_well() {
    let fixture = Fixture::new().await;
    for (outcome, job) in [(Outcome::Success, "kept"), (Outcome::Cancelled, "dropped")] {
        let scope = fixture.app.scope();
        let tasks = scope.get::<Tasks<Note>>().await.expect("nothing fails");
        tasks.push(Note(job)).expect("there is room");
        scope.close(outcome).await.expect("nothing fails");
    }
    assert_eq!(
        fixture.end().await,
        ["unit", "kept begins", "kept ends", "unit ends: Success"]
    );
}

trait Mailer: Send + Sync {
    fn send(&self, log: &Log);
}

struct SmtpMailer;

#[injectable(singleton)]
impl SmtpMailer {
    fn new() -> Self {
        unreachable!("it is replaced")
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, _: &Log) {}
}

struct FakeMailer;

impl Mailer for FakeMailer {
    fn send(&self, log: &Log) {
        log.note("fake");
    }
}

#[task]
async fn mail(_job: i8, mailer: &dyn Mailer, log: &Log) {
    mailer.send(log);
}

#[container(SmtpMailer, dyn Mailer = SmtpMailer, Tasks<i8> = mail)]
struct Mailing {
    log: Arc<Log>,
}

#[tokio::test]
async fn a_test_replaces_what_a_task_needs() {
    let log = Log::new();
    let builder = Mailing::builder(Arc::clone(&log)).replace::<dyn Mailer>(Arc::new(FakeMailer));
    let app = builder.build().await.expect("nothing fails");
    app.run(1i8).await.expect("it succeeds");
    assert_eq!(log.take(), ["fake"]);
}

/// Counts how many are alive.
struct Counted(Arc<()>);

#[task(queue = 10_000)]
async fn count(job: Counted) {
    assert!(Arc::strong_count(&job.0) > 1);
}

#[container(Tasks<Counted> = count)]
struct Many;

/// Pushes as many as the queue takes, and waits for their end.
async fn run_many(queue: &TaskQueue<Counted>, alive: &Arc<()>) {
    let before = queue.counts().done;
    for _ in 0..10_000 {
        let pushed = queue.push(Counted(Arc::clone(alive)));
        pushed.expect("there is room");
    }
    assert_eq!(Arc::strong_count(alive), 10_001);
    within(async {
        while queue.counts().done < before + 10_000 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// On one thread, so that what it allocates and frees can be counted.
#[test]
fn finished_tasks_are_freed_at_once() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let app = runtime.block_on(Many::build()).expect("nothing fails");
    let (queue, alive) = (app.get::<TaskQueue<Counted>>(), Arc::new(()));
    // Whatever grows once, for all that follow.
    runtime.block_on(run_many(queue, &alive));
    let counted = allocation_counter::measure(|| runtime.block_on(run_many(queue, &alive)));
    assert!(counted.count_total > 10_000, "{counted:?}");
    assert_eq!((counted.count_current, counted.bytes_current), (0, 0));
    let counts = queue.counts();
    assert_eq!((counts.running, counts.waiting, counts.failed), (0, 0, 0));
    assert_eq!(Arc::strong_count(&alive), 1);
    runtime
        .block_on(within(app.shutdown()))
        .expect("nothing fails");
}

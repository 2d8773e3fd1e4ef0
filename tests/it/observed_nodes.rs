//! What is counted of each node, of each route that builds it, and of the scopes that live.

use std::{sync::Arc, time::Duration};

use crate::support::{Hold, Log, Refused, fetch, request, send, text, within};
use axum::{Router, http::StatusCode, routing::get};
use di_axum::{
    Lazy, OpenScope, Outcome, TaskQueue, Tasks, container, handler, injectable,
    observe::{NodeStats, Observation, RouteNode, RouteStats, observe},
    task,
};

/// Two milliseconds at least: a lower bound that a test can rely on.
fn take_time() {
    std::thread::sleep(Duration::from_millis(2));
}

#[injectable(singleton)]
struct Settings;

struct Pool;
#[injectable(singleton)]
impl Pool {
    async fn new(_settings: &Settings) -> Self {
        tokio::task::yield_now().await;
        Pool
    }
}

trait Store: Send + Sync {}
impl Store for Pool {}

/// One for each place that asks.
#[injectable(transient)]
struct Stamp;

struct Session<'r> {
    log: &'r Log,
}

#[injectable(request, teardown = end)]
impl<'r> Session<'r> {
    async fn new(log: &'r Log, _store: &'r dyn Store) -> Self {
        tokio::task::yield_now().await;
        take_time();
        Session { log }
    }

    async fn end(self, outcome: Outcome) {
        self.log.note(format_args!("{outcome:?}"));
        take_time();
    }
}

#[injectable(request)]
struct Report<'r> {
    session: &'r Session<'r>,
    stamp: Stamp,
}

struct Fails;
#[injectable(request)]
impl Fails {
    fn new(_report: &Report<'_>) -> Result<Self, Refused> {
        Err(Refused)
    }
}

struct Panics;
#[injectable(request)]
impl Panics {
    fn new() -> Self {
        panic!("a constructor")
    }
}

#[handler]
async fn show(report: &Report<'_>, #[inject] _own: Stamp) -> String {
    take_time();
    let Report { session, stamp } = report;
    let _ = (session.log, stamp);
    String::new()
}

macro_rules! sheet {
    ($name:ident: $($field:ident)+) => {
        #[injectable(request)]
        #[expect(dead_code, reason = "nobody reads a stamp")]
        struct $name { $($field: Stamp,)+ }
    };
}

// Together more values than are told at once.
sheet!(Sheet: a b c d e f g h);
sheet!(Sheets: a b c d e f g h i j k l);

#[handler]
async fn many(_sheet: &Sheet, _report: &Report<'_>, _sheets: &Sheets) {}

#[handler]
async fn waits(report: &Report<'_>, hold: &Hold) {
    let _ = report;
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

#[handler]
async fn fails(_fails: &Fails) {}

#[handler]
async fn panics(_panics: &Panics) {}

#[handler]
async fn later(report: Lazy<'_, Report<'_>>, number: axum::extract::Query<Number>) -> StatusCode {
    match number.0.asks {
        true => match report.get().await {
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        },
        false => StatusCode::NO_CONTENT,
    }
}

#[derive(serde::Deserialize)]
struct Number {
    asks: bool,
}

struct Letter;

#[task]
async fn deliver(_letter: Letter, report: &Report<'_>, hold: &Hold) {
    let _ = report;
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

#[handler]
async fn push(letters: &Tasks<Letter>) {
    let _ = letters.push(Letter);
}

#[container(
    Settings,
    Pool,
    dyn Store = Pool,
    Stamp,
    Session<'_>,
    Report<'_>,
    Sheet,
    Sheets,
    Fails,
    Panics,
    Tasks<Letter> = deliver,
    handlers(show, many, waits, fails, panics, later, push)
)]
struct App {
    log: Arc<Log>,
    hold: Arc<Hold>,
}

struct Running {
    app: App,
    router: Router,
    hold: Arc<Hold>,
    log: Arc<Log>,
}

async fn run() -> Running {
    let (log, hold) = (Log::new(), Arc::new(Hold::default()));
    let app = App::build(log.clone(), hold.clone()).await;
    let app = app.expect("nothing fails");
    let router = Router::new()
        .route("/show/{id}", get(show))
        .route("/again", get(show))
        .route("/many", get(many))
        .route(
            "/elsewhere",
            get(show).layer(axum::middleware::from_fn(elsewhere)),
        )
        .route("/waits", get(waits))
        .route("/fails", get(fails))
        .route("/panics", get(panics))
        .route("/later", get(later))
        .route("/push", get(push))
        .layer(observe(&app))
        .route("/unseen", get(waits))
        .with_state(app.clone());
    Running {
        app,
        router,
        hold,
        log,
    }
}

/// Has another task answer.
async fn elsewhere(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let answer = tokio::spawn(next.run(request));
    answer.await.expect("it does not panic")
}

fn node(app: &App, name: &str) -> NodeStats {
    let mut nodes = Observation::of(app).nodes.into_iter();
    nodes.find(|node| node.name == name).expect("it is listed")
}

/// Constructions, live ones and failures.
fn counts(app: &App, name: &str) -> (u64, u64, u64) {
    let node = node(app, name);
    (node.constructions, node.live, node.failures)
}

fn route(app: &App, path: &str) -> RouteStats {
    let mut routes = Observation::of(app).routes.into_iter();
    let found = routes.find(|route| route.path == path);
    found.expect("it was asked for")
}

/// What a route has built: names, and how many.
fn built(app: &App, path: &str) -> Vec<(&'static str, u64)> {
    let names: Vec<_> = App::graph().nodes().map(|node| node.name).collect();
    let built = |node: &RouteNode| (names[node.row], node.constructions);
    route(app, path).nodes.iter().map(built).collect()
}

#[tokio::test]
async fn constructions_are_counted_by_node_and_by_route() {
    let Running { app, router, .. } = run().await;
    for _ in 0..3 {
        text(&router, "/show/1").await;
    }
    text(&router, "/again").await;
    assert_eq!(counts(&app, "Settings"), (1, 1, 0));
    assert_eq!(counts(&app, "Pool"), (1, 1, 0));
    assert_eq!(counts(&app, "Session"), (4, 0, 0));
    assert_eq!(counts(&app, "Report"), (4, 0, 0));
    // In the report, and the handler's own.
    assert_eq!(counts(&app, "Stamp"), (8, 0, 0));
    assert_eq!(counts(&app, "Fails"), (0, 0, 0));
    // A binding is its implementation under another name, and a task is no value.
    assert_eq!(node(&app, "dyn Store").constructions, 0);
    let names: Vec<_> = Observation::of(&app).nodes;
    assert!(!names.iter().any(|node| node.name == "deliver"));
    assert_eq!(
        built(&app, "/show/{id}"),
        [("Stamp", 6), ("Session", 3), ("Report", 3)]
    );
    assert_eq!(
        built(&app, "/again"),
        [("Stamp", 2), ("Session", 1), ("Report", 1)]
    );
    assert_eq!(route(&app, "/again").handler, Some("show"));
}

fn slow_value() -> u8 {
    take_time();
    1
}

/// In whose fields somebody's code runs.
#[injectable(request)]
struct Valued<'r> {
    session: &'r Session<'r>,
    #[inject(value = slow_value())]
    value: u8,
}

#[handler]
async fn values(valued: &Valued<'_>, report: &Report<'_>) -> String {
    format!(
        "{} {}",
        valued.value,
        std::ptr::eq(valued.session, report.session)
    )
}

#[container(Settings, Pool, dyn Store = Pool, Stamp, Session<'_>, Report<'_>, Valued<'_>, handlers(values))]
struct Assembling {
    log: Arc<Log>,
}

/// No clock is read for what is only put together: its time is none, and nobody else's is longer for it.
#[tokio::test]
async fn what_is_put_together_is_counted_and_takes_no_time() {
    let app = Assembling::build(Log::new()).await.expect("nothing fails");
    let router = Router::new()
        .route("/", get(values))
        .layer(observe(&app))
        .with_state(app.clone());
    for _ in 0..3 {
        assert_eq!(text(&router, "/").await, "1 true");
    }
    let nodes = Observation::of(&app).nodes;
    let build = |name: &str| {
        let node = nodes.iter().find(|node| node.name == name);
        let build = node.expect("it is listed").build;
        assert_eq!(build.count, 3, "{name}");
        build.sum
    };
    assert_eq!(build("Report"), Duration::ZERO);
    let at_least = Duration::from_millis(6);
    assert!(build("Valued") >= at_least && build("Session") >= at_least);
}

#[tokio::test]
async fn more_values_than_are_told_at_once_are_counted_all() {
    let Running { app, router, .. } = run().await;
    for _ in 0..2 {
        text(&router, "/many").await;
    }
    assert_eq!(
        built(&app, "/many"),
        [
            ("Stamp", 42),
            ("Session", 2),
            ("Report", 2),
            ("Sheet", 2),
            ("Sheets", 2)
        ]
    );
    assert_eq!(counts(&app, "Stamp"), (42, 0, 0));
    // Each took its own time, and not that of what was told before it.
    assert!(node(&app, "Stamp").build.sum < node(&app, "Session").build.sum);
    assert_eq!(node(&app, "Session").teardown.count, 2);
}

#[tokio::test]
async fn what_a_layer_has_another_task_do_is_done_for_the_route() {
    let Running { app, router, .. } = run().await;
    text(&router, "/elsewhere").await;
    assert_eq!(
        built(&app, "/elsewhere"),
        [("Stamp", 2), ("Session", 1), ("Report", 1)]
    );
    let stats = route(&app, "/elsewhere");
    assert_eq!((stats.status, stats.in_flight), ([0, 1, 0, 0, 0], 0));
    assert!(stats.spent.handler >= Duration::from_millis(2));
    assert_eq!(stats.handler, Some("show"));
    assert_eq!(Observation::of(&app).live, []);
}

#[tokio::test]
async fn routes_are_seen_inside_of_a_scope_that_another_layer_opens() {
    let Running { app, router, .. } = run().await;
    let router = router.layer(di_axum::scoped(app.clone()));
    text(&router, "/show/1").await;
    let stats = route(&app, "/show/{id}");
    assert_eq!((stats.status, stats.in_flight), ([0, 1, 0, 0, 0], 0));
    assert_eq!(counts(&app, "Session"), (1, 0, 0));
    assert_eq!(Observation::of(&app).live, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_threads_count_adds_up() {
    let Running { app, router, .. } = run().await;
    let tasks = (0..8).map(|_| {
        let router = router.clone();
        async move {
            for _ in 0..5 {
                text(&router, "/show/1").await;
                text(&router, "/again").await;
            }
        }
    });
    let tasks: tokio::task::JoinSet<()> = tasks.collect();
    within(tasks.join_all()).await;
    assert_eq!(counts(&app, "Session"), (80, 0, 0));
    assert_eq!(counts(&app, "Stamp"), (160, 0, 0));
    for path in ["/show/{id}", "/again"] {
        let stats = route(&app, path);
        assert_eq!((stats.status, stats.in_flight), ([0, 40, 0, 0, 0], 0));
        assert_eq!(
            built(&app, path),
            [("Stamp", 80), ("Session", 40), ("Report", 40)]
        );
    }
    assert_eq!(Observation::of(&app).live, []);
}

#[tokio::test]
async fn what_a_request_spends_its_time_on_adds_up() {
    let Running { app, router, .. } = run().await;
    for _ in 0..2 {
        text(&router, "/show/1").await;
    }
    let two = Duration::from_millis(4);
    let stats = route(&app, "/show/{id}");
    let spent = stats.spent;
    assert!(
        spent.constructors >= two && spent.handler >= two && spent.teardown >= two,
        "{spent:?}"
    );
    let all = spent.constructors + spent.handler + spent.teardown;
    assert!(all <= stats.latency.sum, "{spent:?} of {:?}", stats.latency);
    let session = node(&app, "Session");
    assert_eq!((session.build.count, session.teardown.count), (2, 2));
    assert!(session.build.sum >= two && session.teardown.sum >= two);
    // What it needs is not counted once more.
    assert!(node(&app, "Report").build.sum < session.build.sum);
    assert_eq!(node(&app, "Report").teardown.count, 0);
    let of_route = stats.nodes.iter().find(|node| node.row == session.row);
    let of_route = of_route.expect("the route builds it");
    assert_eq!(of_route.took, session.build.sum);
}

#[tokio::test]
async fn values_live_until_their_request_has_ended() {
    let Running {
        app, router, hold, ..
    } = run().await;
    for path in ["/waits", "/unseen"] {
        let mut waiting = std::pin::pin!(fetch(&router, path));
        tokio::select! {
            _ = &mut waiting => panic!("nothing lets it go on"),
            () = hold.arrived.notified() => {}
        }
        assert_eq!(node(&app, "Session").live, 1, "{path}");
        assert_eq!(node(&app, "Stamp").live, 1, "{path}");
        let [scope] = &Observation::of(&app).live[..] else {
            panic!("one is open")
        };
        let what = match path {
            "/waits" => "GET /waits",
            // No layer has seen its route.
            _ => "handler waits",
        };
        assert_eq!(scope.what, what);
        hold.go_on.notify_one();
        within(waiting).await;
        assert_eq!(node(&app, "Session").live, 0, "{path}");
        assert_eq!(Observation::of(&app).live, []);
    }
    assert_eq!(node(&app, "Session").constructions, 2);
    assert_eq!(built(&app, "/waits").len(), 3);
}

#[tokio::test]
async fn a_request_that_is_given_up_is_open_until_it_is_torn_down() {
    let Running {
        app,
        router,
        hold,
        log,
    } = run().await;
    {
        let waiting = std::pin::pin!(fetch(&router, "/waits"));
        tokio::select! {
            _ = waiting => panic!("nothing lets it go on"),
            () = hold.arrived.notified() => {}
        }
    }
    assert_eq!(Observation::of(&app).live[0].what, "GET /waits");
    assert_eq!(node(&app, "Session").live, 1);
    log.until("Cancelled", 1).await;
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(Observation::of(&app).live, []);
    let session = node(&app, "Session");
    assert_eq!((session.live, session.teardown.count), (0, 1));
    let stats = route(&app, "/waits");
    assert_eq!(stats.cancelled, 1);
    assert!(stats.spent.teardown >= Duration::from_millis(2));
}

#[tokio::test]
async fn failures_and_panics_are_counted_where_they_happen() {
    let Running { app, router, .. } = run().await;
    assert_eq!(fetch(&router, "/fails").await.0, StatusCode::CONFLICT);
    let panicked = fetch(&router, "/panics").await.0;
    assert_eq!(panicked, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(counts(&app, "Fails"), (0, 0, 1));
    assert_eq!(counts(&app, "Panics"), (0, 0, 1));
    // It was built for the one that failed, which has had it.
    assert_eq!(counts(&app, "Report"), (1, 0, 0));
    assert!(
        route(&app, "/fails")
            .nodes
            .iter()
            .all(|node| node.in_vain == 0)
    );
    assert_eq!(route(&app, "/fails").spent.handler, Duration::ZERO);
}

#[tokio::test]
async fn lazy_values_are_counted_when_they_are_built() {
    let Running { app, router, .. } = run().await;
    let (status, _) = fetch(&router, "/later?asks=false").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(counts(&app, "Report"), (0, 0, 0));
    assert_eq!(fetch(&router, "/later?asks=true").await.0, StatusCode::OK);
    assert_eq!(counts(&app, "Report"), (1, 0, 0));
    assert_eq!(counts(&app, "Stamp"), (1, 0, 0));
    let session = node(&app, "Session");
    assert_eq!((session.constructions, session.live), (1, 0));
    assert_eq!(session.teardown.count, 1);
    assert_eq!(built(&app, "/later").len(), 3);
    assert!(route(&app, "/later").spent.handler > Duration::ZERO);
}

#[tokio::test]
async fn a_scope_that_is_opened_by_hand_has_the_name_of_its_place() {
    let Running { app, .. } = run().await;
    let scope: OpenScope<App> = app.scope();
    let line = line!() - 1;
    let report: &Report<'_> = scope.get::<Report<'_>>().await.expect("nothing fails");
    let _ = report;
    let [open] = &Observation::of(&app).live[..] else {
        panic!("one is open")
    };
    let name = format!("tests/it/observed_nodes.rs:{line}");
    let name = name.trim_start_matches("tests/");
    assert!(open.what.ends_with(name), "{}", open.what);
    assert_eq!(counts(&app, "Report"), (1, 1, 0));
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(Observation::of(&app).live, []);
    assert_eq!(counts(&app, "Session"), (1, 0, 0));
    assert_eq!(node(&app, "Session").teardown.count, 1);
}

#[tokio::test]
async fn jobs_are_scopes_with_the_name_of_their_task() {
    let Running {
        app, hold, router, ..
    } = run().await;
    text(&router, "/push").await;
    within(hold.arrived.notified()).await;
    let [open] = &Observation::of(&app).live[..] else {
        panic!("one is open")
    };
    assert_eq!(open.what, "task deliver");
    assert_eq!(counts(&app, "Session"), (1, 1, 0));
    hold.go_on.notify_one();
    within(app.shutdown()).await.expect("nothing fails");
    assert_eq!(counts(&app, "Session"), (1, 0, 0));
    assert_eq!(app.get::<TaskQueue<Letter>>().counts().done, 1);
}

#[tokio::test]
async fn requests_at_once_are_all_counted() {
    let Running { app, router, .. } = run().await;
    let requests = (0..40).map(|_| {
        let router = router.clone();
        tokio::spawn(async move { send(&router, request("/show/7")).await })
    });
    for answer in requests.collect::<Vec<_>>() {
        let (status, _) = within(answer).await.expect("it does not panic");
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(counts(&app, "Session"), (40, 0, 0));
    assert_eq!(counts(&app, "Stamp"), (80, 0, 0));
    assert_eq!(node(&app, "Session").teardown.count, 40);
}

mod elsewhere {
    use di_axum::task;

    pub(super) struct Parcel;

    /// Of the same name as another task.
    #[task]
    pub(super) async fn deliver(_parcel: Parcel) {}
}

mod both {
    use std::sync::Arc;

    use di_axum::{TaskCounts, TaskQueue, Tasks, container, observe::Observation};

    use super::elsewhere::{self, Parcel};
    use super::{Hold, Letter, Log, Pool, Report, Session, Settings, Stamp, Store, deliver};

    #[container(
        Settings, Pool, dyn Store = Pool, Stamp, Session<'_>, Report<'_>,
        Tasks<Letter> = deliver,
        Tasks<Parcel> = elsewhere::deliver,
    )]
    struct App {
        log: Arc<Log>,
        hold: Arc<Hold>,
    }

    #[tokio::test]
    async fn tasks_of_one_name_are_counted_apart() {
        let app = App::build(Log::new(), Arc::default()).await;
        let app = app.expect("nothing fails");
        let parcels = app.get::<TaskQueue<Parcel>>();
        parcels.run(Parcel).await.expect("nothing fails");
        // What is run at once is counted, too.
        let pushed = parcels.push(Parcel);
        assert!(pushed.is_ok());
        super::within(app.shutdown()).await.expect("nothing fails");
        let tasks = Observation::of(&app).tasks;
        let [letters, parcels] = &tasks[..] else {
            panic!("two are listed: {tasks:?}")
        };
        assert_eq!(
            (letters.name, letters.counts),
            ("deliver", TaskCounts::default())
        );
        assert_eq!((parcels.name, parcels.counts.done), ("deliver", 2));
    }
}

mod ended {
    use std::{sync::Arc, time::Duration};

    use di_axum::{TaskQueue, Tasks, container, injectable, observe::Observation, task};

    use crate::support::{Hold, within};

    /// Whose end takes its time, without a thread.
    struct Slowly<'r> {
        hold: &'r Hold,
    }
    #[injectable(request, teardown = close)]
    impl<'r> Slowly<'r> {
        fn new(hold: &'r Hold) -> Self {
            Slowly { hold }
        }
        async fn close(self) {
            self.hold.arrived.notify_one();
            self.hold.go_on.notified().await;
        }
    }

    struct Bad;

    #[task]
    async fn panics(_job: Bad, _slowly: &Slowly<'_>) {
        panic!("a job")
    }

    /// Made for a singleton that fails.
    #[injectable(transient)]
    struct Part;

    struct Broken;
    #[injectable(singleton, lazy)]
    impl Broken {
        fn new(_part: Part) -> Result<Self, std::io::Error> {
            Err(std::io::Error::other("broken"))
        }
    }

    #[injectable(request)]
    struct Asks<'r> {
        broken: di_axum::Lazy<'r, Broken>,
    }

    #[container(Slowly<'_>, Part, Broken, Asks<'_>, Tasks<Bad> = panics)]
    struct App {
        hold: Arc<Hold>,
    }

    #[tokio::test]
    async fn a_job_that_has_panicked_keeps_no_thread() {
        let hold = Arc::new(Hold::default());
        let app = App::builder(hold.clone())
            .slow_poll(Duration::from_millis(1))
            .build()
            .await
            .expect("nothing fails");
        let pushed = app.get::<TaskQueue<Bad>>().push(Bad);
        assert!(pushed.is_ok());
        within(hold.arrived.notified()).await;
        // It would be found to be stuck by now.
        std::thread::sleep(Duration::from_millis(3));
        let observation = Observation::of(&app);
        assert_eq!(observation.live.len(), 1);
        let stuck = observation
            .slow_polls
            .iter()
            .find(|slow| slow.stuck.is_some());
        assert_eq!(stuck, None);
        hold.go_on.notify_one();
        within(app.shutdown()).await.expect("nothing fails");
        assert_eq!(Observation::of(&app).live, []);
    }

    #[tokio::test]
    async fn what_was_made_for_a_singleton_that_failed_does_not_live() {
        let app = App::build(Arc::default()).await.expect("nothing fails");
        let scope = app.scope();
        let asks: &Asks<'_> = scope.get::<Asks<'_>>().await.expect("nothing fails");
        for _ in 0..2 {
            assert!(asks.broken.get().await.is_err());
        }
        let nodes = Observation::of(&app).nodes;
        let of = |name: &str| {
            let found = nodes
                .iter()
                .find(|node| node.name == name)
                .expect("it is listed");
            (found.constructions, found.failures, found.live)
        };
        assert_eq!((of("Broken"), of("Part")), ((0, 2, 0), (2, 0, 0)));
    }
}

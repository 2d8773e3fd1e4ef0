//! What is seen of an app that runs.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts, Path},
    http::{Method, Request, StatusCode, request::Parts},
    routing::get,
};
use di_axum::{
    TaskQueue, Tasks, container, handler, injectable,
    observe::{Observation, RouteStats, StartUp, observe},
    task,
};
use tokio::sync::Notify;

use crate::support::{fetch, request, send, within};

/// What a test holds a handler with.
#[derive(Default)]
struct Hold {
    arrived: Notify,
    go_on: Notify,
    thread: Mutex<Option<mpsc::Receiver<()>>>,
}

#[injectable(request)]
struct Caller;

#[handler]
async fn user(_caller: &Caller, Path(id): Path<u32>) -> StatusCode {
    StatusCode::from_u16(u16::try_from(id).unwrap_or(200)).unwrap_or_default()
}

#[handler]
async fn waits(hold: &Hold) {
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

/// Keeps its thread until the test lets it go.
#[handler]
async fn blocks(hold: &Hold) {
    let thread = hold.thread.lock().expect("nobody panics here").take();
    hold.arrived.notify_one();
    if let Some(thread) = thread {
        let _ = thread.recv();
    }
}
const BLOCKS: u32 = line!() - 7;

/// What a start is made of: one waits for another, and a third for nobody.
#[injectable(singleton)]
struct Settings;

struct Pool;
#[injectable(singleton)]
impl Pool {
    async fn new(_settings: &Settings) -> Self {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Pool
    }
}

trait Store: Send + Sync {}
impl Store for Pool {}

#[injectable(singleton)]
struct Clock;

struct Letter;

#[task(concurrency = 1)]
async fn send_letter(_letter: Letter, hold: &Hold) {
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

#[task]
async fn never(_nothing: ()) {}

#[handler]
async fn parts(_clock: &Clock, _store: &dyn Store, _letters: &Tasks<Letter>, _none: &Tasks<()>) {}

#[container(
    Caller,
    Clock,
    Settings,
    Pool,
    dyn Store = Pool,
    Tasks<Letter> = send_letter,
    Tasks<()> = never,
    handlers(user, waits, blocks, parts)
)]
struct App {
    hold: Arc<Hold>,
}

async fn run() -> (App, Router, Arc<Hold>) {
    let hold = Arc::new(Hold::default());
    let app = App::build(hold.clone()).await.expect("nothing fails");
    let router = Router::new()
        .route("/users/{id}", get(user))
        .route("/waits", get(waits))
        .route("/blocks", get(blocks))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(observe(&app))
        .with_state(app.clone());
    (app, router, hold)
}

fn route(app: &App, method: &str, path: &str) -> RouteStats {
    let mut routes = Observation::of(app).routes.into_iter();
    let found = routes.find(|route| route.method == method && route.path == path);
    found.expect("it was asked for")
}

#[tokio::test]
async fn answers_are_counted_by_route_and_class() {
    let (app, router, _) = run().await;
    for path in [
        "/users/200",
        "/users/204",
        "/users/302",
        "/users/404",
        "/users/500",
        "/nowhere",
        "/no/where",
    ] {
        fetch(&router, path).await;
    }
    let odd = Request::builder().method(Method::from_bytes(b"BREW").expect("a token"));
    let odd = odd.uri("/users/1").body(Body::empty()).expect("a request");
    send(&router, odd).await;
    let users = route(&app, "GET", "/users/{id}");
    assert_eq!(
        (users.status, users.in_flight, users.cancelled),
        ([0, 2, 1, 1, 1], 0, 0)
    );
    assert_eq!(users.latency.count, 5);
    assert!(users.latency.sum > Duration::ZERO);
    assert_eq!(route(&app, "GET", "(no route)").status, [0, 0, 0, 2, 0]);
    assert_eq!(route(&app, "OTHER", "/users/{id}").status, [0, 0, 0, 1, 0]);
    assert_eq!(Observation::of(&app).slow_polls, []);
}

#[tokio::test]
async fn requests_in_flight_are_seen_with_their_age() {
    let (app, router, hold) = run().await;
    {
        let mut first = std::pin::pin!(fetch(&router, "/waits"));
        tokio::select! {
            _ = &mut first => panic!("nothing lets it go on"),
            () = hold.arrived.notified() => {}
        }
        let observed = Observation::of(&app);
        assert_eq!(route(&app, "GET", "/waits").in_flight, 1);
        assert_eq!(observed.live.len(), 1);
        assert_eq!(observed.live[0].what, "GET /waits");
        assert!(observed.live[0].age > Duration::ZERO);
        hold.go_on.notify_one();
        within(first).await;
    }
    // Another one is given up.
    {
        let second = std::pin::pin!(fetch(&router, "/waits"));
        tokio::select! {
            _ = second => panic!("nothing lets it go on"),
            () = hold.arrived.notified() => {}
        }
    }
    let ended = route(&app, "GET", "/waits");
    assert_eq!(
        (ended.in_flight, ended.cancelled, ended.latency.count),
        (0, 1, 1)
    );
    assert_eq!(Observation::of(&app).live, []);
    within(app.shutdown()).await.expect("nothing fails");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_blocks_is_named_while_it_does_and_after() {
    let (app, router, hold) = run().await;
    let (let_go, thread) = mpsc::channel();
    *hold.thread.lock().expect("nobody panics here") = Some(thread);
    let blocked = tokio::spawn(async move { send(&router, request("/blocks")).await });
    within(hold.arrived.notified()).await;
    let stuck = within(async {
        loop {
            let slow = Observation::of(&app).slow_polls;
            if let [one] = &slow[..] {
                break one.clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_eq!(
        (stuck.route.as_str(), stuck.what, stuck.count),
        ("GET /blocks", Some("blocks"), 0)
    );
    let (file, line) = stuck.place.expect("it is one of ours");
    assert!(
        file.ends_with("observe.rs") && line == BLOCKS,
        "{file}:{line}"
    );
    assert!(stuck.stuck >= Some(Duration::from_millis(10)));
    let_go.send(()).expect("it waits");
    within(blocked).await.expect("it does not panic");
    let [after] = &Observation::of(&app).slow_polls[..] else {
        panic!("it is still known")
    };
    assert_eq!(
        (after.count, after.stuck, after.what),
        (1, None, Some("blocks"))
    );
    assert!(after.longest >= Duration::from_millis(10));
}

#[tokio::test]
async fn a_start_is_a_waterfall_with_what_it_depends_on() {
    let (app, ..) = run().await;
    let start = StartUp::of(&app);
    let mut names: Vec<_> = start.singletons.iter().map(|one| one.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["Clock", "Pool", "Settings"]);
    let one = |name| {
        *start
            .singletons
            .iter()
            .find(|one| one.name == name)
            .expect("it was built")
    };
    let (clock, settings, pool) = (one("Clock"), one("Settings"), one("Pool"));
    assert!(pool.took >= Duration::from_millis(20));
    assert!(pool.began >= settings.began + settings.took);
    assert_eq!(
        (settings.is_critical, pool.is_critical, clock.is_critical),
        (true, true, false)
    );
    assert_eq!(start.took, pool.began + pool.took);
    let text = start.to_string();
    let marked = text.lines().filter(|line| line.starts_with("* "));
    assert_eq!(marked.count(), 2, "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[tokio::test]
async fn tasks_are_seen_with_the_age_of_the_oldest() {
    let (app, _, hold) = run().await;
    let none = Observation::of(&app).tasks;
    let names: Vec<_> = none.iter().map(|task| task.name).collect();
    assert_eq!(names, ["send_letter", "never"]);
    assert!(
        none.iter()
            .all(|task| task.oldest.is_none() && task.counts == di_axum::TaskCounts::default())
    );
    let queue = app.get::<TaskQueue<Letter>>();
    for _ in 0..3 {
        queue
            .push(Letter)
            .map_err(|error| error.to_string())
            .expect("there is room");
    }
    within(hold.arrived.notified()).await;
    let [letters, _] = Observation::of(&app).tasks[..] else {
        panic!("two are listed")
    };
    assert_eq!((letters.counts.running, letters.counts.waiting), (1, 2));
    assert!(letters.oldest > Some(Duration::ZERO));
    for _ in 0..3 {
        hold.go_on.notify_one();
        if Observation::of(&app).tasks[0].counts.waiting > 0 {
            within(hold.arrived.notified()).await;
        }
    }
    within(app.shutdown()).await.expect("nothing fails");
    let [letters, _] = Observation::of(&app).tasks[..] else {
        panic!("two are listed")
    };
    assert_eq!(
        (letters.counts.done, letters.counts.running, letters.oldest),
        (3, 0, None)
    );
}

struct Visitor;
#[injectable(request)]
impl Visitor {
    fn new() -> Self {
        Visitor
    }
}

/// Put together, after what has a constructor.
#[injectable(request)]
struct Admin<'r> {
    visitor: &'r Visitor,
}

/// An extractor that keeps its thread for longer than it should.
struct Slow;

impl<S: Sync> FromRequestParts<S> for Slow {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        std::thread::sleep(Duration::from_millis(12));
        // The poll ends here.
        tokio::task::yield_now().await;
        Ok(Slow)
    }
}

#[handler(guard(Admin<'_>))]
async fn guarded(_slow: Slow, admin: &Admin<'_>) {
    let Admin { visitor: Visitor } = admin;
}

#[container(Visitor, Admin<'_>, handlers(guarded))]
struct Guarded;

#[tokio::test]
async fn what_was_built_before_is_not_blamed_for_a_slow_extractor() {
    let app = Guarded::build().await.expect("nothing fails");
    let router = Router::new()
        .route("/", get(guarded))
        .layer(observe(&app))
        .with_state(app.clone());
    assert_eq!(send(&router, request("/")).await.0, StatusCode::OK);
    let slow = Observation::of(&app).slow_polls;
    let [slow] = &slow[..] else {
        panic!("{slow:?}")
    };
    assert_eq!((slow.what, slow.count), (None, 1));
}

//! Blocking handlers: on threads of their own, bounded in number, while async ones go on.

use std::{
    collections::HashSet,
    sync::{Arc, Condvar, Mutex},
    thread::{self, ThreadId},
};

use axum::{
    Router,
    http::{StatusCode, header::RETRY_AFTER},
    routing::get,
};
use di_axum::{Outcome, OwnAnswer, container, handler, injectable};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::support::{Log, fetch, poll_once, request, text, within};

/// Blocks threads until it is opened, and counts those that are blocked.
#[derive(Default)]
struct Door {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
    threads: Mutex<HashSet<ThreadId>>,
}

impl Door {
    fn wait(&self) {
        self.note();
        let mut state = self.state.lock().expect("nobody panics here");
        state.0 += 1;
        self.changed.notify_all();
        while !state.1 {
            state = self.changed.wait(state).expect("nobody panics here");
        }
    }

    fn open(&self) {
        self.state.lock().expect("nobody panics here").1 = true;
        self.changed.notify_all();
    }

    fn waiting(&self) -> usize {
        self.state.lock().expect("nobody panics here").0
    }

    /// Notes the thread that blocks.
    fn note(&self) {
        let mut threads = self.threads.lock().expect("nobody panics here");
        threads.insert(thread::current().id());
    }
}

struct Unit<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Unit<'r> {
    async fn new(log: &'r Log, door: &'r Door) -> Self {
        // A constructor of a blocking handler is on its thread, too.
        door.note();
        tokio::task::yield_now().await;
        Unit(log)
    }
    async fn close(self, outcome: Outcome) {
        self.0.note(format_args!("down {outcome:?}"));
    }
}

#[container(Unit<'_>)]
struct App {
    log: Arc<Log>,
    door: Arc<Door>,
}

#[handler(blocking)]
fn block(door: &Door, _unit: &Unit<'_>) -> &'static str {
    door.wait();
    "blocked"
}

#[handler(blocking)]
fn panics(_unit: &Unit<'_>) {
    panic!("a blocking handler panics");
}

#[handler]
async fn alive(log: &Log) -> String {
    log.note("alive");
    format!("{:?}", thread::current().id())
}

struct Running {
    app: App,
    log: Arc<Log>,
    door: Arc<Door>,
    router: Router,
}

async fn run() -> Running {
    let (log, door) = (Log::new(), Arc::new(Door::default()));
    let app = App::build(log.clone(), door.clone())
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/block", get(block))
        .route("/panics", get(panics))
        .route("/alive", get(alive))
        .with_state(app.clone());
    Running {
        app,
        log,
        door,
        router,
    }
}

async fn until(condition: impl Fn() -> bool) {
    within(async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn async_handlers_go_on_while_200_blocking_ones_wait() {
    let running = run().await;
    let mut blocked = JoinSet::new();
    for _ in 0..200 {
        let router = running.router.clone();
        blocked.spawn(async move { text(&router, "/block").await });
    }
    until(|| running.door.waiting() == 200).await;
    let mut workers = HashSet::new();
    for _ in 0..50 {
        let router = running.router.clone();
        let answered = tokio::spawn(async move { text(&router, "/alive").await });
        workers.insert(within(answered).await.expect("nothing panics"));
    }
    running.door.open();
    let answers = within(blocked.join_all()).await;
    assert!(answers.iter().all(|answer| answer == "blocked"));
    let threads = running.door.threads.lock().expect("nobody panics here");
    assert_eq!(threads.len(), 200, "each blocks a thread of its own");
    for thread in threads.iter() {
        assert!(!workers.contains(&format!("{thread:?}")), "a worker blocks");
    }
    assert!(!workers.is_empty());
    assert_eq!(running.log.count("down Success"), 200);
}

#[tokio::test]
async fn when_all_places_are_taken_the_answer_is_503() {
    let running = run().await;
    let mut blocked = JoinSet::new();
    for _ in 0..256 {
        let router = running.router.clone();
        blocked.spawn(async move { text(&router, "/block").await });
    }
    until(|| running.door.waiting() == 256).await;
    let response = running.router.clone().oneshot(request("/block")).await;
    let response = response.expect("a router always answers");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.extensions().get(), Some(&OwnAnswer::NoPlace));
    assert_eq!(response.headers()[RETRY_AFTER], "1");
    running.door.open();
    within(blocked.join_all()).await;
    assert_eq!(text(&running.router, "/block").await, "blocked");
}

#[tokio::test]
async fn a_panic_answers_500() {
    let running = run().await;
    let (status, _) = within(fetch(&running.router, "/panics")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(running.log.take(), ["down Panicked"]);
    running.door.open();
    assert_eq!(text(&running.router, "/block").await, "blocked");
}

#[tokio::test]
async fn what_blocks_goes_on_to_its_end_when_the_client_goes_away() {
    let running = run().await;
    let mut future = Box::pin(running.router.clone().oneshot(request("/block")));
    assert!(poll_once(&mut future).is_pending());
    drop(future);
    until(|| running.door.waiting() == 1).await;
    // Shutdown waits for it.
    let mut shutdown = Box::pin(running.app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending());
    assert!(running.log.take().is_empty());
    running.door.open();
    within(shutdown).await.expect("nothing fails");
    assert_eq!(running.log.take(), ["down Success"]);
}

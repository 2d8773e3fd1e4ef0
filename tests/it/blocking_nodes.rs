//! `#[injectable(.., blocking)]`: constructors on threads that may be blocked.

use std::{
    sync::{Arc, Condvar, Mutex},
    thread,
};

use axum::{
    Router,
    http::{StatusCode, header::RETRY_AFTER},
    routing::get,
};
use di_axum::{Outcome, container, handler, injectable};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::support::{Log, fetch, poll_once, request, text, within};

/// Blocks threads until it is opened.
#[derive(Default)]
struct Door {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Door {
    fn wait(&self) {
        let mut state = self.state.lock().expect("nobody panics here");
        state.0 += 1;
        while !state.1 {
            state = self.changed.wait(state).expect("nobody panics here");
        }
    }

    fn set(&self, is_open: bool) {
        self.state.lock().expect("nobody panics here").1 = is_open;
        self.changed.notify_all();
    }

    fn waited(&self) -> usize {
        self.state.lock().expect("nobody panics here").0
    }
}

/// The thread that a value was constructed on.
fn this() -> String {
    format!("{:?}", thread::current().id())
}

struct Key(String);

#[injectable(singleton, blocking)]
fn key(log: &Log, salt: Salt) -> Result<Key, std::io::Error> {
    log.note("new:Key");
    match salt.0.as_str() {
        "" => Err(std::io::Error::other("no salt")),
        _ => Ok(Key(this())),
    }
}

struct Salt(String);

#[injectable(transient, blocking)]
fn salt() -> Salt {
    Salt(this())
}

struct Base<'r>(&'r Log);

#[injectable(request, teardown = close)]
impl<'r> Base<'r> {
    fn new(log: &'r Log) -> Self {
        Base(log)
    }
    async fn close(self, outcome: Outcome) {
        self.0.note(format_args!("down:Base {outcome:?}"));
    }
}

/// Borrows another value of the request while it blocks.
struct Hash<'r> {
    base: &'r Base<'r>,
    thread: String,
    salt: Box<str>,
}

#[injectable(request, blocking)]
impl<'r> Hash<'r> {
    fn new(base: &'r Base<'r>, door: &Door, salt: Salt) -> Result<Self, StatusCode> {
        door.wait();
        base.0.note("new:Hash");
        match base.0.count("panic") + 2 * base.0.count("fail") {
            0 => Ok(Hash {
                base,
                thread: this(),
                salt: salt.0.into(),
            }),
            1 => panic!("a blocking constructor panics"),
            _ => Err(StatusCode::IM_A_TEAPOT),
        }
    }
}

impl Drop for Hash<'_> {
    fn drop(&mut self) {
        self.base.0.note("drop:Hash");
    }
}

#[handler]
async fn show(hash: &Hash<'_>, key: &Key) -> String {
    assert!(!hash.salt.is_empty());
    format!("{} {} {}", hash.thread, key.0, this())
}

#[container(Key = key, Salt = salt, Base<'_>, Hash<'_>)]
struct App {
    log: Arc<Log>,
    door: Arc<Door>,
}

struct Running {
    app: App,
    log: Arc<Log>,
    door: Arc<Door>,
    router: Router,
}

/// A runtime waits for its blocking threads, also when a test has failed.
impl Drop for Running {
    fn drop(&mut self) {
        self.door.set(true);
    }
}

async fn run(limit: usize) -> Running {
    let (log, door) = (Log::new(), Arc::new(Door::default()));
    let builder = App::builder(log.clone(), door.clone()).blocking_limit(limit);
    let app = within(builder.build()).await.expect("nothing fails");
    assert_eq!(log.take(), ["new:Key"]);
    let router = Router::new().route("/", get(show)).with_state(app.clone());
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

#[tokio::test]
async fn they_run_on_other_threads() {
    let running = run(2).await;
    running.door.set(true);
    let shown = within(text(&running.router, "/")).await;
    let threads: Vec<&str> = shown.split(' ').collect();
    let [hash, key, handler] = threads[..] else {
        panic!("{shown}");
    };
    assert!(hash != handler && key != handler);
    assert_eq!(handler, this(), "the only worker of this runtime");
    assert_eq!(
        running.log.take(),
        ["new:Hash", "drop:Hash", "down:Base Success"]
    );
}

#[tokio::test]
async fn errors_and_panics_end_as_those_of_others() {
    let running = run(2).await;
    running.door.set(true);
    running.log.note("fail");
    let (status, _) = within(fetch(&running.router, "/")).await;
    assert_eq!(status, StatusCode::IM_A_TEAPOT);
    assert_eq!(
        running.log.take(),
        ["fail", "new:Hash", "down:Base Failed { status: 418 }"]
    );
    running.log.note("panic");
    let (status, _) = within(fetch(&running.router, "/")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        running.log.take(),
        ["panic", "new:Hash", "down:Base Panicked"]
    );
}

#[tokio::test]
async fn when_all_places_are_taken_the_answer_is_503() {
    let running = run(2).await;
    let mut blocked = JoinSet::new();
    for _ in 0..2 {
        let router = running.router.clone();
        blocked.spawn(async move { fetch(&router, "/").await.0 });
    }
    until(|| running.door.waited() == 2).await;
    let response = running.router.clone().oneshot(request("/")).await;
    let response = response.expect("a router always answers");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[RETRY_AFTER], "1");
    // Others go on meanwhile: the transient of those two found a place, too.
    running.door.set(true);
    for status in within(blocked.join_all()).await {
        assert_eq!(status, StatusCode::OK);
    }
}

/// Who is told that a constructor is through finds its place free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_place_is_enough_for_one_after_the_other() {
    let running = run(1).await;
    running.door.set(true);
    for _ in 0..500 {
        assert_eq!(fetch(&running.router, "/").await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_the_constructor_what_it_borrows() {
    let running = run(4).await;
    let mut future = Box::pin(running.router.clone().oneshot(request("/")));
    within(async {
        while running.door.waited() == 0 {
            assert!(poll_once(&mut future).is_pending());
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Does not wait for the other thread.
    drop(future);
    tokio::task::yield_now().await;
    assert_eq!(running.log.take(), [""; 0]);
    let mut shutdown = Box::pin(running.app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending());
    running.door.set(true);
    within(shutdown).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Hash", "drop:Hash", "down:Base Cancelled"]
    );
}

#[tokio::test]
async fn in_a_scope_of_the_app() {
    let running = run(4).await;
    running.door.set(true);
    let scope = running.app.scope();
    let hash = within(scope.get::<Hash<'_>>())
        .await
        .expect("nothing fails");
    assert_ne!(hash.thread, this());
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Hash", "drop:Hash", "down:Base Success"]
    );
}

//! Identity and counts: who shares a value with whom, also when requests run at the same time.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use di_axum::{container, handler, injectable};
use tokio::sync::Barrier;

use crate::support::{Log, Traced, at_once, fetch, send, text, within};

/// Gives out every number once.
#[injectable(singleton)]
pub(crate) struct Numbers {
    #[inject(default)]
    last: AtomicUsize,
}

impl Numbers {
    pub(crate) fn next(&self) -> usize {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }
}

struct Pool {
    number: usize,
    _trace: Traced,
}

#[injectable(singleton)]
impl Pool {
    async fn new(numbers: &Numbers, log: Arc<Log>) -> Self {
        tokio::task::yield_now().await;
        Pool {
            number: numbers.next(),
            _trace: Traced::new("pool", log),
        }
    }
}

struct Session {
    number: usize,
    _trace: Traced,
}

#[injectable(request)]
impl Session {
    fn new(numbers: &Numbers, log: Arc<Log>) -> Self {
        Session {
            number: numbers.next(),
            _trace: Traced::new("session", log),
        }
    }
}

#[injectable(request)]
struct Reader<'r> {
    session: &'r Session,
    pool: &'r Pool,
}

#[injectable(request)]
struct Writer<'r> {
    session: &'r Session,
    reader: &'r Reader<'r>,
}

#[container(Writer<'_>, Reader<'_>, Session, Pool, Numbers)]
struct App {
    log: Arc<Log>,
    /// Where concurrent requests wait for each other.
    meeting: Arc<Barrier>,
}

/// Holds its values until all requests of the test hold theirs.
#[handler]
async fn meet(
    meeting: &Barrier,
    writer: &Writer<'_>,
    session: &Session,
    reader: &Reader<'_>,
    pool: Arc<Pool>,
) -> Json<[usize; 2]> {
    meeting.wait().await;
    assert!(std::ptr::eq(session, reader.session));
    assert!(std::ptr::eq(session, writer.session));
    assert!(std::ptr::eq(reader, writer.reader));
    assert!(std::ptr::eq(&*pool, reader.pool));
    Json([session.number, reader.pool.number])
}

async fn app(log: &Arc<Log>, meeting: usize) -> App {
    App::build(log.clone(), Arc::new(Barrier::new(meeting)))
        .await
        .expect("nothing fails")
}

const REQUESTS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_requests_share_singletons_and_nothing_else() {
    let log = Log::new();
    let app = app(&log, REQUESTS).await;
    assert_eq!(log.take(), ["+pool"]);

    let router = Router::new().route("/", get(meet)).with_state(app.clone());
    let answers = at_once(&router, "/", REQUESTS).await;

    let mut sessions = HashSet::new();
    for answer in answers {
        let [session, pool]: [usize; 2] = serde_json::from_str(&answer).expect("two numbers");
        assert!(
            sessions.insert(session),
            "the session {session} was seen by two requests"
        );
        assert_eq!(pool, app.get::<Pool>().number);
    }
    assert_eq!(log.count("+session"), REQUESTS);
    assert_eq!(log.count("-session"), REQUESTS);
    assert_eq!(log.count("+pool"), 0);
    assert_eq!(log.count("-pool"), 0);

    drop((router, app));
    assert_eq!(log.count("-pool"), 1);
}

#[tokio::test]
async fn clones_of_an_app_are_the_same_app_and_builds_are_not() {
    let log = Log::new();
    let (first, second) = (app(&log, 1).await, app(&log, 1).await);
    assert!(std::ptr::eq(
        first.get::<Pool>(),
        first.clone().get::<Pool>()
    ));
    assert!(!std::ptr::eq(first.get::<Pool>(), second.get::<Pool>()));
    assert_eq!(log.count("+pool"), 2);
}

struct Base(Traced);

#[injectable(request)]
impl Base {
    fn new(log: Arc<Log>) -> Self {
        Base(Traced::new("base", log))
    }
}

struct Left<'r> {
    base: &'r Base,
    _trace: Traced<&'r Log>,
}

#[injectable(request)]
impl<'r> Left<'r> {
    fn new(base: &'r Base, log: &'r Log) -> Self {
        Left {
            base,
            _trace: Traced::new("left", log),
        }
    }
}

struct Right<'r> {
    base: &'r Base,
    _trace: Traced<&'r Log>,
}

#[injectable(request)]
impl<'r> Right<'r> {
    async fn new(base: &'r Base, log: &'r Log) -> Self {
        tokio::task::yield_now().await;
        Right {
            base,
            _trace: Traced::new("right", log),
        }
    }
}

#[injectable(request)]
struct Top<'r> {
    left: &'r Left<'r>,
    right: &'r Right<'r>,
}

#[container(Base, Left<'_>, Right<'_>, Top<'_>)]
struct Diamond {
    log: Arc<Log>,
}

#[handler]
async fn both_sides(Top { left, right }: &Top<'_>, base: &Base) -> &'static str {
    assert!(std::ptr::eq(left.base, right.base));
    assert!(std::ptr::eq(&left.base.0, &base.0));
    "top"
}

#[handler]
async fn left_side(_: &Left<'_>) -> &'static str {
    "left"
}

#[handler]
async fn right_side(_: &Right<'_>) -> &'static str {
    "right"
}

#[handler]
async fn nothing() -> &'static str {
    "nothing"
}

async fn diamond(log: &Arc<Log>) -> Router {
    Router::new()
        .route("/top", get(both_sides))
        .route("/left", get(left_side))
        .route("/right", get(right_side))
        .route("/nothing", get(nothing))
        .with_state(Diamond::build(log.clone()).await.expect("nothing fails"))
}

#[tokio::test]
async fn a_diamond_builds_its_base_once() {
    let log = Log::new();
    let router = diamond(&log).await;
    for _ in 0..2 {
        assert_eq!(text(&router, "/top").await, "top");
        assert_eq!(
            log.take(),
            ["+base", "+left", "+right", "-right", "-left", "-base"]
        );
    }
}

#[tokio::test]
async fn only_what_the_matched_route_needs_is_built() {
    let log = Log::new();
    let router = diamond(&log).await;

    assert_eq!(text(&router, "/left").await, "left");
    assert_eq!(log.take(), ["+base", "+left", "-left", "-base"]);

    assert_eq!(within(text(&router, "/right")).await, "right");
    assert_eq!(log.take(), ["+base", "+right", "-right", "-base"]);

    assert_eq!(text(&router, "/nothing").await, "nothing");
    assert_eq!(fetch(&router, "/elsewhere").await.0, StatusCode::NOT_FOUND);
    let posted = Request::post("/top")
        .body(Body::empty())
        .expect("a valid path");
    assert_eq!(
        send(&router, posted).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(log.take(), [""; 0]);
}

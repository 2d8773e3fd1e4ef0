//! Lazy singletons: built when they are first needed, once, however many ask, and torn down with the others.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{
    Circle, Early, Lazy, LazyArc, LazyError, Outcome, Over, container, handler, injectable,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::support::{Log, at_once, fetch, poll_once, text, within};

/// What a test lets through, one at a time.
struct Gate(Semaphore);

impl Gate {
    async fn pass(&self) {
        self.0.acquire().await.expect("nobody closes it").forget();
    }

    fn open(&self, times: usize) {
        self.0.add_permits(times);
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

/// On the heap; made of a transient, and slow.
struct Index {
    name: String,
    stamp: Stamp,
    log: Arc<Log>,
}

struct Stamp(Box<str>);

#[injectable(transient)]
fn stamp(settings: &Settings) -> Stamp {
    Stamp(settings.0.into())
}

struct Settings(&'static str);

#[injectable(singleton)]
fn settings(log: &Log) -> Settings {
    log.note("new:Settings");
    Settings("stamp")
}

#[injectable(singleton, lazy, teardown = close)]
impl Index {
    async fn new(log: Arc<Log>, gate: &Gate, stamp: Stamp) -> Result<Self, Down> {
        log.note("begin:Index");
        gate.pass().await;
        match log.count("fail") {
            0 => {}
            1 if log.count("failed") > 0 => {}
            _ => {
                log.note("failed");
                return Err(Down);
            }
        }
        log.note("new:Index");
        let name = "index".to_string();
        Ok(Index { name, stamp, log })
    }

    async fn close(&self, outcome: Outcome) {
        tokio::task::yield_now().await;
        self.log.note(format_args!("down:Index {outcome:?}"));
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.log.note("drop:Index");
    }
}

trait Store: Send + Sync {
    fn describe(&self) -> String;
}

impl Store for Index {
    fn describe(&self) -> String {
        format!("{} {}", self.name, self.stamp.0)
    }
}

/// Of another lazy one, without a gate.
struct Cache {
    log: Arc<Log>,
}

#[injectable(singleton, lazy, teardown = close)]
impl Cache {
    fn new(log: Arc<Log>) -> Self {
        log.note("new:Cache");
        Cache { log }
    }

    async fn close(&self) {
        self.log.note("down:Cache");
    }
}

/// Is there from the beginning, and holds both.
struct Search {
    store: LazyArc<dyn Store>,
    index: LazyArc<Index>,
    cache: LazyArc<Cache>,
    log: Arc<Log>,
}

#[injectable(singleton, teardown = close)]
impl Search {
    fn new(
        store: LazyArc<dyn Store>,
        index: LazyArc<Index>,
        cache: LazyArc<Cache>,
        log: Arc<Log>,
    ) -> Self {
        log.note("new:Search");
        Search {
            store,
            index,
            cache,
            log,
        }
    }

    async fn close(&self) {
        let late = self.cache.get().await;
        self.log.note(format_args!("down:Search {}", late.is_ok()));
    }
}

/// In a request, beside a reference.
#[injectable(request)]
struct Query<'r> {
    index: Lazy<'r, Index>,
    settings: &'r Settings,
}

#[container(
    Index, Stamp = stamp, Settings = settings, dyn Store = Index, Cache, Search, Query<'_>,
    handlers(show, find, none),
)]
struct App {
    log: Arc<Log>,
    gate: Arc<Gate>,
}

#[handler]
async fn show(query: &Query<'_>, index: Lazy<'_, Index>) -> Result<String, Response> {
    let (one, two) = (query.index.get().await?, index.get().await?);
    assert!(std::ptr::eq(one, two));
    Ok(format!("{} {}", one.name, query.settings.0))
}

#[handler]
async fn find(store: Lazy<'_, dyn Store>, search: &Search) -> Result<String, LazyError> {
    let (one, two) = (store.get().await?, search.store.get().await?);
    assert!(std::ptr::addr_eq(one, &*two));
    Ok(one.describe())
}

#[handler]
async fn none(_index: Lazy<'_, Index>, search: Arc<Search>) -> String {
    format!("{:?}", search.index)
}

#[test]
fn the_graph_shows_what_is_lazy() {
    let nodes: Vec<_> = App::graph().nodes().collect();
    let lazy: Vec<_> = nodes.iter().filter(|node| node.is_lazy).collect();
    let names: Vec<_> = lazy.iter().map(|node| node.name).collect();
    assert_eq!(names, ["Index", "dyn Store", "Cache"]);
    let edges = App::graph().edges().filter(|edge| edge.is_lazy);
    let edges: Vec<_> = edges
        .map(|edge| (nodes[edge.from].name, nodes[edge.to].name))
        .collect();
    assert_eq!(edges[..2], [("Search", "dyn Store"), ("Search", "Index")]);
    assert!(
        App::graph()
            .to_dot()
            .contains("[label=\"store\", style=dotted]")
    );
    assert!(App::graph().to_mermaid().contains("-.->|\"store\"|"));
}

struct Running {
    app: App,
    log: Arc<Log>,
    gate: Arc<Gate>,
    router: Router,
}

async fn run() -> Running {
    let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(0))));
    let app = App::build(log.clone(), gate.clone()).await;
    let app = app.expect("nothing fails");
    let events = log.take();
    assert_eq!(events.len(), 2, "{events:?}");
    let router = Router::new()
        .route("/show", get(show))
        .route("/store", get(find))
        .route("/none", get(none))
        .with_state(app.clone());
    Running {
        app,
        log,
        gate,
        router,
    }
}

/// Until something has happened.
async fn until(log: &Log, event: &str, times: usize) {
    log.until(event, times).await;
}

#[tokio::test]
async fn it_is_not_built_before_it_is_needed() {
    let running = run().await;
    let text = text(&running.router, "/none").await;
    assert_eq!(text, "LazyArc { is_built: false }");
    running.app.shutdown().await.expect("nothing fails");
    assert_eq!(running.log.take(), ["down:Search false"]);
    let index = running.app.get::<Search>().index.get().await;
    let error = index.err().expect("the app was shut down");
    let source = std::error::Error::source(&error);
    assert!(source.is_some_and(|source| source.is::<Over>()), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_construction_under_a_race() {
    let running = run().await;
    let answers = async {
        let answers = at_once(&running.router, "/show", 100);
        let (answers, ()) = tokio::join!(answers, async {
            until(&running.log, "begin:Index", 1).await;
            running.gate.open(1);
        });
        answers
    };
    let answers = within(answers).await;
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().all(|answer| answer == "index stamp"));
    assert_eq!(text(&running.router, "/store").await, "index stamp");
    assert_eq!(running.log.take(), ["begin:Index", "new:Index"]);
    running.app.shutdown().await.expect("nothing fails");
    let Running {
        app, log, router, ..
    } = running;
    drop((app, router));
    assert_eq!(
        log.take(),
        ["down:Index Success", "down:Search false", "drop:Index",]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_tried_again_after_a_failure() {
    let running = run().await;
    running.log.note("fail");
    running.gate.open(100);
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let router = running.router.clone();
        tasks.spawn(async move { fetch(&router, "/show").await });
    }
    let answers = within(tasks.join_all()).await;
    let (ok, failed): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|(status, _)| *status == StatusCode::OK);
    assert_eq!((ok.len(), failed.len()), (99, 1));
    assert_eq!(failed[0].0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        running.log.take(),
        ["fail", "begin:Index", "failed", "begin:Index", "new:Index"]
    );
}

#[tokio::test]
async fn it_is_finished_for_others_when_the_first_is_given_up() {
    let running = run().await;
    let index = &running.app.get::<Search>().index;
    let (mut first, mut second) = (Box::pin(index.get()), Box::pin(index.get()));
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    drop(first);
    running.gate.open(1);
    let index = within(second).await.expect("nothing fails");
    assert_eq!(index.name, "index");
    assert_eq!(running.log.take(), ["begin:Index", "new:Index"]);
}

#[tokio::test]
async fn it_goes_on_when_the_first_is_not_polled_any_more() {
    let running = run().await;
    let index = &running.app.get::<Search>().index;
    let mut first = Box::pin(index.get());
    assert!(poll_once(&mut first).is_pending());
    running.gate.open(1);
    within(index.get()).await.expect("nothing fails");
    assert!(poll_once(&mut first).is_ready());
    assert_eq!(running.log.take(), ["begin:Index", "new:Index"]);
}

#[tokio::test]
async fn when_nobody_waits_any_more_it_is_given_up() {
    let running = run().await;
    let index = &running.app.get::<Search>().index;
    let mut first = Box::pin(index.get());
    assert!(poll_once(&mut first).is_pending());
    drop(first);
    running.gate.open(1);
    within(index.get()).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["begin:Index", "begin:Index", "new:Index"]
    );
}

#[tokio::test]
async fn unrelated_ones_do_not_wait_for_each_other() {
    let running = run().await;
    let search = running.app.get::<Search>();
    let mut index = Box::pin(search.index.get());
    assert!(poll_once(&mut index).is_pending());
    let cache = poll_once(&mut Box::pin(search.cache.get()));
    assert!(matches!(cache, std::task::Poll::Ready(Ok(_))));
    running.gate.open(1);
    within(index).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["begin:Index", "new:Cache", "new:Index"]
    );
    within(running.app.shutdown()).await.expect("nothing fails");
    // In reverse order of construction; what is torn down already is still there, as other singletons are.
    assert_eq!(
        running.log.take(),
        ["down:Index Success", "down:Cache", "down:Search true"]
    );
}

#[tokio::test]
async fn a_construction_during_shutdown_is_given_up() {
    let running = run().await;
    let search = running.app.get::<Search>();
    let mut index = Box::pin(search.index.get());
    assert!(poll_once(&mut index).is_pending());
    within(running.app.shutdown()).await.expect("nothing fails");
    running.gate.open(1);
    let error = within(index).await.err().expect("it is over");
    assert_eq!(
        error.to_string(),
        "`Index` could not be constructed: Index: it was asked for when its scope was over"
    );
    assert_eq!(running.log.count("new:Index"), 0);
}

#[tokio::test]
async fn a_handle_does_not_keep_the_app() {
    let running = run().await;
    let index = running.app.get::<Search>().index.clone();
    let Running {
        app, log, router, ..
    } = running;
    within(app.shutdown()).await.expect("nothing fails");
    drop((app, router));
    log.take();
    assert!(index.built().is_none());
    assert!(within(index.get()).await.is_err());
}

#[tokio::test]
async fn a_scope_of_the_app_has_it_too() {
    let running = run().await;
    running.gate.open(1);
    let scope = running.app.scope();
    let index: &Index = scope.get::<Index>().await.expect("nothing fails");
    let store: &dyn Store = scope.get::<dyn Store>().await.expect("nothing fails");
    assert!(std::ptr::addr_eq(index, store));
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(running.log.take(), ["begin:Index", "new:Index"]);
}

#[tokio::test]
async fn a_test_replaces_it() {
    struct Fake;
    impl Store for Fake {
        fn describe(&self) -> String {
            "fake".to_string()
        }
    }
    let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(0))));
    let app = App::builder(log.clone(), gate)
        .replace::<dyn Store>(Arc::new(Fake))
        .build()
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/store", get(find))
        .with_state(app.clone());
    assert_eq!(text(&router, "/store").await, "fake");
    assert_eq!(log.count("begin:Index"), 0);
}

/// Two that ask for each other while they are built.
mod each_other {
    use super::*;

    struct Left;
    struct Right;

    #[injectable(singleton, lazy)]
    async fn left(right: LazyArc<Right>, log: &Log, gate: &Gate) -> Result<Left, LazyError> {
        log.note("begin:Left");
        gate.pass().await;
        right.get().await?;
        Ok(Left)
    }

    #[injectable(singleton, lazy)]
    async fn right(left: Lazy<'_, Left>, log: &Log, gate: &Gate) -> Result<Right, LazyError> {
        log.note("begin:Right");
        gate.pass().await;
        left.get().await?;
        Ok(Right)
    }

    #[injectable(singleton)]
    struct Both {
        left: LazyArc<Left>,
        right: LazyArc<Right>,
    }

    #[container(Left = left, Right = right, Both)]
    struct App {
        log: Arc<Log>,
        gate: Arc<Gate>,
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_an_error_and_no_deadlock() {
        for _ in 0..50 {
            let (log, gate) = (Log::new(), Arc::new(Gate(Semaphore::new(0))));
            let app = App::build(log.clone(), gate.clone()).await;
            let app = app.expect("nothing fails");
            let both = app.get::<Both>();
            let (left, right) = (both.left.clone(), both.right.clone());
            let left = tokio::spawn(async move { left.get().await.map(drop) });
            let right = tokio::spawn(async move { right.get().await.map(drop) });
            until(&log, "begin:Left", 1).await;
            until(&log, "begin:Right", 1).await;
            gate.open(100);
            let (left, right) = within(async { tokio::join!(left, right) }).await;
            let errors =
                [left, right].map(|result| result.expect("no panic").expect_err("they wait"));
            let text = format!("{} {}", errors[0], errors[1]);
            assert!(
                text.contains("Left -> Right -> Left") || text.contains("Right -> Left -> Right"),
                "{text}"
            );
        }
    }
}

/// Asked for by constructors of start-up.
mod at_start_up {
    use super::*;

    struct Base;
    struct Late(&'static str);
    struct Asks;

    #[injectable(singleton)]
    async fn base(log: &Log) -> Base {
        tokio::task::yield_now().await;
        log.note("new:Base");
        Base
    }

    #[injectable(singleton, lazy)]
    fn late(_base: &Base, log: &Log) -> Late {
        log.note("new:Late");
        Late("late")
    }

    #[injectable(singleton)]
    async fn asks(late: Lazy<'_, Late>, log: &Log) -> Result<Asks, LazyError> {
        let late = late.get().await?.0;
        log.note(format_args!("new:Asks of {late}"));
        Ok(Asks)
    }

    #[container(Asks = asks, Late = late, Base = base)]
    struct App {
        log: Arc<Log>,
    }

    #[tokio::test]
    async fn what_it_needs_comes_first() {
        let log = Log::new();
        App::build(log.clone()).await.expect("nothing fails");
        assert_eq!(log.take(), ["new:Base", "new:Late", "new:Asks of late"]);
    }

    mod circle {
        use super::*;

        struct First;
        struct Second;
        struct Third;

        #[injectable(singleton)]
        async fn first(second: Lazy<'_, Second>) -> Result<First, LazyError> {
            second.get().await?;
            Ok(First)
        }

        #[injectable(singleton, lazy)]
        fn second(_third: &Third) -> Second {
            Second
        }

        #[injectable(singleton)]
        fn third(_first: &First) -> Third {
            Third
        }

        #[container(First = first, Second = second, Third = third)]
        struct App;

        #[tokio::test]
        async fn is_an_error() {
            let error = within(App::build()).await.expect_err("it is refused");
            assert_eq!(error.path(), ["Third", "First"]);
            let source = std::error::Error::source(&error).and_then(std::error::Error::source);
            assert!(source.is_some_and(|source| source.is::<Early>()), "{error}");
        }
    }
}

/// A constructor that needs itself, through another.
mod itself {
    use super::*;

    struct Outer;
    struct Inner;

    #[injectable(singleton, lazy)]
    async fn outer(inner: Lazy<'_, Inner>) -> Result<Outer, LazyError> {
        inner.get().await?;
        Ok(Outer)
    }

    #[injectable(singleton, lazy)]
    async fn inner(outer: Lazy<'_, Outer>) -> Result<Inner, LazyError> {
        outer.get().await?;
        Ok(Inner)
    }

    #[container(Outer = outer, Inner = inner)]
    struct App;

    #[tokio::test]
    async fn names_who_waits_for_whom() {
        let app = App::build().await.expect("nothing is built");
        let scope = app.scope();
        let error = within(scope.get::<Outer>()).await.err();
        let error = error.expect("it would wait for ever");
        assert_eq!(
            error.to_string(),
            "`App` could not be built: Outer: `Inner` could not be constructed: Inner: `Outer` could not be constructed: Outer: \
             its constructor would wait for itself: Inner -> Outer -> Inner"
        );
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        let mut circle = None;
        while let Some(error) = source {
            circle = circle.or(error.downcast_ref::<Circle>());
            source = error.source();
        }
        assert!(circle.is_none() || circle.is_some_and(|circle| circle.path().len() == 3));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_in_which_every_other_is_given_up() {
    let running = run().await;
    let mut tasks = JoinSet::new();
    for task in 0..100 {
        let index = running.app.get::<Search>().index.clone();
        tasks.spawn(async move {
            let given_up = async {
                for _ in 0..task % 7 {
                    tokio::task::yield_now().await;
                }
                if task % 2 == 0 {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                index = index.get() => index.is_ok_and(|index| index.name == "index"),
                () = given_up => task % 2 == 1,
            }
        });
    }
    until(&running.log, "begin:Index", 1).await;
    running.gate.open(100);
    let answers = within(tasks.join_all()).await;
    assert!(answers.into_iter().all(|is_right| is_right));
    assert_eq!(running.log.count("new:Index"), 1);
}

/// On a thread that may be blocked, in the derive form, and handed to what outlives its request.
mod other_forms {
    use super::*;
    use di_axum::Injectable;

    struct Heavy(std::thread::ThreadId);

    #[injectable(singleton, lazy, blocking)]
    fn heavy(plain: Lazy<'_, Plain>) -> Result<Heavy, LazyError> {
        let plain = tokio::runtime::Handle::current().block_on(plain.get())?;
        plain.log.note("new:Heavy");
        Ok(Heavy(std::thread::current().id()))
    }

    #[derive(Injectable)]
    #[injectable(singleton, lazy)]
    struct Plain {
        log: Arc<Log>,
    }

    #[container(Heavy = heavy, Plain, handlers(spawns))]
    struct App {
        log: Arc<Log>,
    }

    #[handler]
    async fn spawns(heavy: LazyArc<Heavy>) -> String {
        let task = tokio::spawn(async move { heavy.get().await.map(|heavy| heavy.0) });
        let thread = task.await.expect("no panic").expect("nothing fails");
        (thread != std::thread::current().id()).to_string()
    }

    #[tokio::test]
    async fn are_the_same() {
        let log = Log::new();
        let app = App::build(log.clone()).await.expect("nothing fails");
        let router = Router::new()
            .route("/", get(spawns))
            .with_state(app.clone());
        assert_eq!(within(text(&router, "/")).await, "true");
        assert_eq!(within(text(&router, "/")).await, "true");
        assert_eq!(log.take(), ["new:Heavy"]);
        within(app.shutdown()).await.expect("nothing fails");
    }
}

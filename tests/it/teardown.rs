//! Drops: every value once, in reverse order of construction, however a request ends.

use std::{pin::Pin, sync::Arc, task::Poll};

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use di_axum::{container, handler, injectable};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::support::{Log, Traced, fetch, poll_once, request, text, within};

/// On the heap, so that a sanitizer sees a second drop, or a borrow that outlives it.
struct One<'r> {
    name: String,
    log: &'r Log,
}

#[injectable(request)]
impl<'r> One<'r> {
    fn new(log: &'r Log) -> Self {
        log.note("+one");
        One {
            name: "one".to_string(),
            log,
        }
    }
}

impl Drop for One<'_> {
    fn drop(&mut self) {
        self.log.note(format_args!("-{}", self.name));
    }
}

/// A value of its owner's own.
struct Label(Traced);

#[injectable(transient)]
impl Label {
    fn new(log: Arc<Log>) -> Self {
        Label(Traced::new("label", log))
    }
}

struct Two<'r> {
    one: &'r One<'r>,
    label: Label,
}

#[injectable(request)]
impl<'r> Two<'r> {
    async fn new(one: &'r One<'r>, label: Label) -> Self {
        one.log.note("+two");
        Two { one, label }
    }
}

impl Drop for Two<'_> {
    fn drop(&mut self) {
        assert_eq!(
            (self.one.name.as_str(), self.label.0.name()),
            ("one", "label")
        );
        self.one.log.note("-two");
    }
}

trait Describe: Send + Sync {
    fn describe(&self) -> &str;
}

struct Three<'r>(&'r Two<'r>, Box<dyn Describe + 'r>);

struct Described<'r>(&'r Two<'r>);

impl Describe for Described<'_> {
    fn describe(&self) -> &str {
        &self.0.one.name
    }
}

#[injectable(request)]
impl<'r> Three<'r> {
    fn new(two: &'r Two<'r>) -> Self {
        two.one.log.note("+three");
        Three(two, Box::new(Described(two)))
    }
}

impl Describe for Three<'_> {
    fn describe(&self) -> &str {
        self.1.describe()
    }
}

impl Drop for Three<'_> {
    fn drop(&mut self) {
        assert_eq!(self.describe(), "one", "what it borrows is still there");
        self.0.one.log.note("-three");
    }
}

struct Teapot;

impl IntoResponse for Teapot {
    fn into_response(self) -> Response {
        (StatusCode::IM_A_TEAPOT, "teapot").into_response()
    }
}

struct Failing;

#[injectable(request)]
impl Failing {
    fn new(three: &dyn Describe, label: Label) -> Result<Self, Teapot> {
        if three.describe() == label.0.name() {
            Ok(Failing)
        } else {
            Err(Teapot)
        }
    }
}

/// Waits, inside its constructor, for a permit.
struct Waiting;

#[injectable(request)]
impl Waiting {
    async fn new(three: &dyn Describe, gate: &Semaphore, log: &Log, label: Label) -> Self {
        let _trace = Traced::new("waiting", log);
        gate.acquire().await.expect("never closed").forget();
        assert_eq!((three.describe(), label.0.name()), ("one", "label"));
        Waiting
    }
}

struct Panicking;

#[injectable(request)]
impl Panicking {
    fn new(three: &dyn Describe, _: Label) -> Self {
        panic!("the constructor panics, after {}", three.describe())
    }
}

#[container(
    Label,
    One<'_>,
    Two<'_>,
    Three<'_>,
    dyn Describe = Three<'_>,
    Failing,
    Waiting,
    Panicking,
)]
struct App {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
}

#[handler]
async fn succeed(log: &Log, three: &dyn Describe, #[inject] _label: Label) -> String {
    log.note("handler");
    three.describe().to_string()
}

#[handler]
async fn fail(_: &Failing, log: &Log, #[inject] _label: Label) {
    log.note("handler");
}

#[handler]
async fn wait_in_constructor(#[inject] _label: Label, _: &Waiting, log: &Log) {
    log.note("handler");
}

#[handler]
async fn wait(three: &dyn Describe, gate: &Semaphore, log: &Log, #[inject] label: Label) {
    log.note("handler");
    gate.acquire().await.expect("never closed").forget();
    assert_eq!((three.describe(), label.0.name()), ("one", "label"));
}

#[handler]
async fn panic_in_handler(three: &dyn Describe, _: &One<'_>, #[inject] _label: Label) {
    panic!("the handler panics, after {}", three.describe());
}

#[handler]
async fn panic_in_constructor(#[inject] _label: Label, _: &Panicking) {}

struct Running {
    log: Arc<Log>,
    gate: Arc<Semaphore>,
    router: Router,
}

async fn run() -> Running {
    let (log, gate) = (Log::new(), Arc::new(Semaphore::new(0)));
    let app = App::build(log.clone(), gate.clone())
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/succeed", get(succeed))
        .route("/fail", get(fail))
        .route("/wait", get(wait))
        .route("/wait-in-constructor", get(wait_in_constructor))
        .route("/panic", get(panic_in_handler))
        .route("/panic-in-constructor", get(panic_in_constructor))
        .with_state(app);
    Running { log, gate, router }
}

/// What the chain notes when it is built, and when it is dropped.
const BUILT: [&str; 4] = ["+one", "+label", "+two", "+three"];
const DROPPED: [&str; 4] = ["-three", "-two", "-label", "-one"];

#[track_caller]
fn assert_events(log: &Log, between: &[&str]) {
    assert_eq!(log.take(), [&BUILT[..], between, &DROPPED[..]].concat());
}

#[tokio::test]
async fn after_success() {
    let Running { log, router, .. } = run().await;
    assert_eq!(text(&router, "/succeed").await, "one");
    assert_events(&log, &["+label", "handler", "-label"]);
}

#[tokio::test]
async fn after_a_constructor_that_fails() {
    let Running { log, router, .. } = run().await;
    let answer = fetch(&router, "/fail").await;
    assert_eq!(answer, (StatusCode::IM_A_TEAPOT, "teapot".to_string()));
    // The label is that of the constructor: the rest, the handler's own included, is not built.
    assert_events(&log, &["+label", "-label"]);
}

type Answering = Pin<Box<dyn Future<Output = Response>>>;

/// Begins to answer, up to the first await that has to wait.
fn begin(router: &Router, path: &'static str) -> Answering {
    let router = router.clone();
    let mut answering: Answering = Box::pin(async move {
        router
            .oneshot(request(path))
            .await
            .expect("a router always answers")
    });
    assert!(poll_once(&mut answering).is_pending());
    answering
}

#[tokio::test]
async fn after_a_request_that_is_dropped_half_way() {
    let Running { log, router, gate } = run().await;
    let answering = begin(&router, "/wait");
    assert_eq!(
        log.take(),
        [&BUILT[..], &["+label", "handler"][..]].concat()
    );
    drop(answering);
    assert_eq!(log.take(), [&["-label"][..], &DROPPED[..]].concat());

    gate.add_permits(1);
    assert_eq!(within(fetch(&router, "/wait")).await.0, StatusCode::OK);
    assert_events(&log, &["+label", "handler", "-label"]);
}

#[tokio::test]
async fn after_a_request_that_is_dropped_in_a_constructor() {
    let Running { log, router, gate } = run().await;
    let answering = begin(&router, "/wait-in-constructor");
    let begun = log.take();
    assert_eq!(begun.last().map(String::as_str), Some("+waiting"));
    drop(answering);
    let mut dropped = log.take();
    dropped.retain(|event| event != "-label");
    assert_eq!(dropped, ["-waiting", "-three", "-two", "-one"]);

    let mut answering = begin(&router, "/wait-in-constructor");
    gate.add_permits(1);
    let Poll::Ready(response) = poll_once(&mut answering) else {
        panic!("the gate is open")
    };
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!((log.count("+label"), log.count("-label")), (3, 3));
    assert_eq!(log.count("handler"), 1);
}

#[tokio::test]
async fn after_a_panic() {
    let Running { log, router, .. } = run().await;
    for path in ["/panic", "/panic-in-constructor"] {
        let router = router.clone();
        // How a panic is answered is not the subject here.
        let _ = tokio::spawn(async move { fetch(&router, path).await }).await;
        let events = log.take();
        let of_chain = events.iter().filter(|event| !event.ends_with("label"));
        assert_eq!(
            of_chain.collect::<Vec<_>>(),
            ["+one", "+two", "+three", "-three", "-two", "-one"],
            "{path}"
        );
        let count = |name| events.iter().filter(|event| *event == name).count();
        assert!(count("+label") > 1, "{path}");
        assert_eq!(count("+label"), count("-label"), "{path}");
    }
}

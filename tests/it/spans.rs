//! The spans of a request, as a subscriber sees them.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{Outcome, container, handler, injectable, observe::observe};
use tokio::sync::Notify;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::support::{Log, fetch, text, within};

#[derive(Default)]
struct Hold {
    arrived: Notify,
    go_on: Notify,
}

#[injectable(transient)]
struct Stamp;

struct Session<'r> {
    log: &'r Log,
}

#[injectable(request, teardown = end)]
impl<'r> Session<'r> {
    async fn new(log: &'r Log) -> Self {
        tracing::info!("connects");
        tokio::task::yield_now().await;
        tracing::info!("connected");
        Session { log }
    }

    async fn end(self, outcome: Outcome) {
        tracing::info!("ends");
        self.log.note(format_args!("{outcome:?}"));
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
    fn new() -> Result<Self, StatusCode> {
        Err(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

#[handler]
async fn show(report: &Report<'_>) {
    let _ = (report.session.log, &report.stamp);
    tracing::info!("shows");
    tokio::task::yield_now().await;
    tracing::info!("has shown");
}

#[handler]
async fn waits(report: &Report<'_>, hold: &Hold) {
    let _ = report;
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

#[handler]
async fn fails(_fails: &Fails) {}

#[handler]
async fn panics(_report: &Report<'_>) {
    panic!("a handler")
}

#[container(Stamp, Session<'_>, Report<'_>, Fails, handlers(show, waits, fails, panics))]
struct App {
    log: Arc<Log>,
    hold: Arc<Hold>,
}

/// What a subscriber is told: each span with its parents, its fields, and what is said in it.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    /// The name in `otel.name`, the fields, and the parent.
    spans: Vec<(String, String, Option<u64>)>,
    /// The spans that this thread is in.
    stack: Vec<u64>,
    /// Each event, after the spans that it is in.
    said: Vec<String>,
}

impl Told {
    fn name(&self, id: u64) -> &str {
        &self.spans[id as usize - 1].0
    }

    fn path(&self, id: u64) -> String {
        match self.spans[id as usize - 1].2 {
            Some(parent) => format!("{} > {}", self.path(parent), self.name(id)),
            None => self.name(id).to_string(),
        }
    }
}

#[derive(Default)]
struct Fields(String, Option<String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "otel.name" => self.1 = Some(format!("{value:?}")),
            "message" => self.0 += &format!("{value:?}"),
            name => self.0 += &format!(" {name}={value:?}"),
        }
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut told = self.0.lock().expect("nobody panics here");
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if attributes.is_contextual() => told.stack.last().copied(),
            None => None,
        };
        let name = fields
            .1
            .unwrap_or_else(|| attributes.metadata().name().to_string());
        told.spans.push((name, fields.0, parent));
        Id::from_u64(told.spans.len() as u64)
    }
    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let mut told = self.0.lock().expect("nobody panics here");
        told.spans[id.into_u64() as usize - 1].1 += &fields.0;
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target().starts_with("di_axum") {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut told = self.0.lock().expect("nobody panics here");
        let within = told.stack.last().map_or(String::new(), |id| told.path(*id));
        told.said.push(format!("{within}: {}", fields.0));
    }
    fn enter(&self, id: &Id) {
        self.0
            .lock()
            .expect("nobody panics here")
            .stack
            .push(id.into_u64());
    }
    fn exit(&self, id: &Id) {
        let left = self.0.lock().expect("nobody panics here").stack.pop();
        assert_eq!(left, Some(id.into_u64()), "spans are left in reverse order");
    }
}

impl Spans {
    fn heard() -> (Self, tracing::subscriber::DefaultGuard) {
        let spans = Self::default();
        let subscribed = tracing::subscriber::set_default(spans.clone());
        (spans, subscribed)
    }

    fn paths(&self) -> Vec<String> {
        let told = self.0.lock().expect("nobody panics here");
        assert!(
            told.stack.is_empty(),
            "all spans are left: {:?}",
            told.stack
        );
        (1..=told.spans.len() as u64)
            .map(|id| told.path(id))
            .collect()
    }

    fn fields(&self, name: &str) -> String {
        let told = self.0.lock().expect("nobody panics here");
        let found = told.spans.iter().find(|span| span.0 == name);
        found.expect("there is one").1.trim().to_string()
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("nobody panics here").said)
    }
}

async fn run() -> (App, Router, Arc<Log>, Arc<Hold>) {
    let (log, hold) = (Log::new(), Arc::new(Hold::default()));
    let app = App::build(log.clone(), hold.clone()).await;
    let app = app.expect("nothing fails");
    let router = Router::new()
        .route("/show/{id}", get(show))
        .route("/waits", get(waits))
        .route("/fails", get(fails))
        .route("/panics", get(panics))
        .layer(observe(&app))
        .with_state(app.clone());
    (app, router, log, hold)
}

const SHOW: [&str; 6] = [
    "GET /show/{id}",
    "GET /show/{id} > construct:Session",
    "GET /show/{id} > construct:Stamp",
    "GET /show/{id} > construct:Report",
    "GET /show/{id} > handler:show",
    "GET /show/{id} > teardown:Session",
];

#[tokio::test]
async fn a_request_is_a_span_with_its_constructors_handler_and_teardowns_inside() {
    let (_app, router, ..) = run().await;
    let (spans, _heard) = Spans::heard();
    text(&router, "/show/5").await;
    let mut paths = spans.paths();
    // Transients come where the plan has them, before what takes them.
    assert_eq!(paths.remove(0), SHOW[0]);
    assert_eq!(paths.last().map(String::as_str), Some(SHOW[5]));
    paths.sort_unstable();
    let mut expected = SHOW[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(paths, expected);
    assert_eq!(
        spans.said(),
        [
            "GET /show/{id} > construct:Session: connects",
            "GET /show/{id} > construct:Session: connected",
            "GET /show/{id} > handler:show: shows",
            "GET /show/{id} > handler:show: has shown",
            "GET /show/{id} > teardown:Session: ends",
        ]
    );
    assert_eq!(
        spans.fields("GET /show/{id}"),
        "otel.kind=server http.request.method=GET http.route=/show/{id} http.response.status_code=200"
    );
    assert_eq!(
        spans.fields("construct:Session"),
        "node=Session scope=request"
    );
    assert_eq!(
        spans.fields("teardown:Session"),
        "node=Session scope=request"
    );
    let handler = spans.fields("handler:show");
    assert!(
        handler.starts_with("handler=show code.file.path="),
        "{handler}"
    );
}

#[tokio::test]
async fn what_fails_says_so_in_its_span() {
    let (_app, router, ..) = run().await;
    let (spans, _heard) = Spans::heard();
    let (status, _) = fetch(&router, "/fails").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        spans.paths(),
        ["GET /fails", "GET /fails > construct:Fails"]
    );
    assert_eq!(
        spans.fields("construct:Fails"),
        "node=Fails scope=request otel.status_code=ERROR"
    );
    let request = spans.fields("GET /fails");
    assert!(
        request.ends_with("http.response.status_code=500 otel.status_code=ERROR"),
        "{request}"
    );
}

#[tokio::test]
async fn all_spans_are_left_where_a_handler_panics() {
    let (_app, router, log, _) = run().await;
    let (spans, _heard) = Spans::heard();
    let (status, _) = fetch(&router, "/panics").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(log.count("Panicked"), 1);
    let paths = spans.paths();
    assert!(
        paths.contains(&"GET /panics > handler:panics".to_string()),
        "{paths:?}"
    );
    assert!(
        paths.contains(&"GET /panics > teardown:Session".to_string()),
        "{paths:?}"
    );
}

#[tokio::test]
async fn a_teardown_after_its_request_was_given_up_is_in_that_request() {
    let (app, router, log, hold) = run().await;
    let (spans, _heard) = Spans::heard();
    {
        let waiting = std::pin::pin!(fetch(&router, "/waits"));
        tokio::select! {
            _ = waiting => panic!("nothing lets it go on"),
            () = hold.arrived.notified() => {}
        }
    }
    log.until("Cancelled", 1).await;
    within(app.shutdown()).await.expect("nothing fails");
    let paths = spans.paths();
    assert_eq!(
        paths.last().map(String::as_str),
        Some("GET /waits > teardown:Session")
    );
    assert_eq!(
        spans.said().last().map(String::as_str),
        Some("GET /waits > teardown:Session: ends")
    );
}

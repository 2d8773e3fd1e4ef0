//! The spans of a request, as a subscriber sees them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{Outcome, container, handler, injectable, observe::observe};
use tracing::{
    Event, Instrument as _, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::support::{Hold, Log, fetch, text, within};

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
    /// The name in `otel.name`, the fields, and the parent's place here.
    spans: Vec<(String, String, Option<usize>)>,
    /// Where each is, by its number, which is given again when it is closed.
    places: HashMap<u64, usize>,
    /// The spans that this thread is in.
    stack: Vec<usize>,
    /// Each event, after the spans that it is in.
    said: Vec<String>,
    /// The spans that were closed, in this order.
    closed: Vec<String>,
}

impl Told {
    fn path(&self, place: usize) -> String {
        let (name, _, parent) = &self.spans[place];
        match parent {
            Some(parent) => format!("{} > {name}", self.path(*parent)),
            None => name.clone(),
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

impl<S: Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut told = self.0.lock().expect("nobody panics here");
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let parent = match attributes.parent() {
            Some(parent) => Some(told.places[&parent.into_u64()]),
            None if attributes.is_contextual() => told.stack.last().copied(),
            None => None,
        };
        let name = attributes.metadata().name();
        let name = fields.1.unwrap_or_else(|| name.to_string());
        let place = told.spans.len();
        told.spans.push((name, fields.0, parent));
        told.places.insert(id.into_u64(), place);
    }
    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let mut told = self.0.lock().expect("nobody panics here");
        let place = told.places[&id.into_u64()];
        told.spans[place].1 += &fields.0;
    }
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("di_axum") {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut told = self.0.lock().expect("nobody panics here");
        let within = told.stack.last().map_or(String::new(), |id| told.path(*id));
        told.said.push(format!("{within}: {}", fields.0));
    }
    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        let mut told = self.0.lock().expect("nobody panics here");
        let place = told.places[&id.into_u64()];
        told.stack.push(place);
    }
    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        let mut told = self.0.lock().expect("nobody panics here");
        let left = told.stack.pop();
        let place = told.places[&id.into_u64()];
        assert_eq!(left, Some(place), "spans are left in reverse order");
    }
    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut told = self.0.lock().expect("nobody panics here");
        let place = told.places[&id.into_u64()];
        let name = told.spans[place].0.clone();
        told.closed.push(name);
    }
}

impl Spans {
    fn heard() -> (Self, tracing::subscriber::DefaultGuard) {
        let spans = Self::default();
        let listens = tracing_subscriber::registry().with(spans.clone());
        let subscribed = tracing::subscriber::set_default(listens);
        (spans, subscribed)
    }

    fn paths(&self) -> Vec<String> {
        let told = self.0.lock().expect("nobody panics here");
        assert!(
            told.stack.is_empty(),
            "all spans are left: {:?}",
            told.stack
        );
        (0..told.spans.len())
            .map(|place| told.path(place))
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

/// A layer with a span of its own.
async fn tenant(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    let span = tracing::info_span!("tenant");
    next.run(request).instrument(span).await
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
        .route(
            "/layered",
            get(show).layer(axum::middleware::from_fn(tenant)),
        )
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

#[tokio::test]
async fn the_span_of_a_layer_is_between() {
    let (_app, router, ..) = run().await;
    let (spans, _heard) = Spans::heard();
    text(&router, "/layered").await;
    let said = spans.said();
    assert_eq!(
        said[0],
        "GET /layered > tenant > construct:Session: connects"
    );
    assert_eq!(said[2], "GET /layered > tenant > handler:show: shows");
    assert!(
        spans
            .paths()
            .contains(&"GET /layered > tenant > teardown:Session".to_string())
    );
}

#[tokio::test]
async fn each_span_is_closed_when_what_it_is_of_has_ended() {
    let (_app, router, ..) = run().await;
    let (spans, _heard) = Spans::heard();
    text(&router, "/show/5").await;
    let closed = std::mem::take(&mut spans.0.lock().expect("nobody panics here").closed);
    let order = [
        "construct:Session",
        "construct:Report",
        "handler:show",
        "teardown:Session",
        "GET /show/{id}",
    ];
    let at = order.map(|name| closed.iter().position(|closed| closed == name));
    assert!(at.is_sorted() && at[0].is_some(), "{closed:?}");
    assert_eq!(closed.len(), SHOW.len());
}

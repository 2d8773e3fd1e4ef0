//! What the tests share: an event log, and a client that drives a router without a socket.

use std::{
    fmt::{self, Display},
    ops::Deref,
    pin::Pin,
    sync::{Arc, LazyLock, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;
use tokio::{sync::Notify, task::JoinSet};
use tower::ServiceExt as _;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// What happened, in order. Every test hands a log of its own to its app.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<String>>, tokio::sync::Notify);

impl Log {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn note(&self, event: impl Display) {
        self.0
            .lock()
            .expect("nobody panics here")
            .push(event.to_string());
        self.1.notify_waiters();
    }

    /// Waits until this has happened so many times since the last call of `take`.
    pub(crate) async fn until(&self, event: &str, times: usize) {
        within(async {
            loop {
                let mut noted = std::pin::pin!(self.1.notified());
                noted.as_mut().enable();
                if self.count(event) >= times {
                    break;
                }
                noted.await;
            }
        })
        .await;
    }

    /// What happened since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics here"))
    }

    /// How often this happened since the last call of `take`.
    pub(crate) fn count(&self, event: &str) -> usize {
        let events = self.0.lock().expect("nobody panics here");
        events.iter().filter(|noted| *noted == event).count()
    }
}

/// Notes `+name` when it is made and `-name` when it is dropped. `Traced` shares the log, `Traced<&Log>` borrows it.
#[derive(Debug)]
pub(crate) struct Traced<L: Deref<Target = Log> = Arc<Log>> {
    name: &'static str,
    log: L,
}

impl<L: Deref<Target = Log>> Traced<L> {
    pub(crate) fn new(name: &'static str, log: L) -> Self {
        log.note(format_args!("+{name}"));
        Traced { name, log }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl<L: Deref<Target = Log>> Drop for Traced<L> {
    fn drop(&mut self) {
        self.log.note(format_args!("-{}", self.name));
    }
}

/// The answer to a request without a body.
pub(crate) async fn fetch(router: &Router, path: &str) -> (StatusCode, String) {
    send(router, request(path)).await
}

/// The body of the answer, which has to be a 200.
pub(crate) async fn text(router: &Router, path: &str) -> String {
    let (status, body) = fetch(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path} answered {body:?}");
    body
}

/// The answer to a request.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router
        .clone()
        .oneshot(request)
        .await
        .expect("a router always answers");
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .expect("the body is in memory")
        .to_bytes();
    (
        status,
        String::from_utf8(body.to_vec()).expect("the tests answer in UTF-8"),
    )
}

/// The answers to requests that are sent at once, each from a task of its own.
pub(crate) async fn at_once(router: &Router, path: &'static str, requests: usize) -> Vec<String> {
    let mut tasks = JoinSet::new();
    for _ in 0..requests {
        let router = router.clone();
        tasks.spawn(async move { text(&router, path).await });
    }
    within(tasks.join_all()).await
}

/// `GET path`
pub(crate) fn request(path: &str) -> Request<Body> {
    Request::get(path)
        .body(Body::empty())
        .expect("a valid path")
}

/// `POST path` with a JSON body.
pub(crate) fn post_json(path: &str, json: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(json.into())
        .expect("a valid path")
}

/// Fails a test that would hang.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("something waits for ever")
}

/// Polls once, with nobody to wake.
pub(crate) fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

/// A threshold that no machine is slow enough for: what takes time there is not what a test is about.
pub(crate) const NEVER: Duration = Duration::from_secs(3_600);

/// What a test holds something with, until it lets it go on.
#[derive(Default)]
pub(crate) struct Hold {
    pub(crate) arrived: Notify,
    pub(crate) go_on: Notify,
}

/// An error that answers 409.
#[derive(Debug)]
pub(crate) struct Refused;

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        StatusCode::CONFLICT.into_response()
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// Keeps what is said to the log as text: the level, and the fields but the message.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("di_axum")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = Fields(event.metadata().level().to_string());
        event.record(&mut text);
        self.0.lock().expect("nobody panics here").push(text.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            self.0 += &format!(" {}={value:?}", field.name());
        }
    }
}

impl Events {
    /// Listens to this thread until the guard is dropped.
    pub(crate) fn heard() -> (Self, tracing::subscriber::DefaultGuard) {
        // Where there is one subscriber alone, tracing asks that of the thread which reaches an event first whether it interests anybody, for all threads:
        // of another test that has none. With a second one, which hears nothing, it asks all.
        static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Events::default()));
        LazyLock::force(&SECOND);
        let events = Self::default();
        let subscribed = tracing::subscriber::set_default(events.clone());
        (events, subscribed)
    }

    /// What was said since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics here"))
    }
}

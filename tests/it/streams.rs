//! Streams that own a scope: its end at the last chunk, at the disconnect, and when the app stops.

use std::sync::Arc;

use async_stream::{stream, try_stream};
use axum::{Router, body::Body, extract::State, routing::get};
use di_axum::{BoxError, Outcome, container, handler, injectable, stop, stopping};
use futures_util::{Stream, StreamExt as _};
use http_body_util::BodyExt as _;
use tokio::sync::broadcast::{Receiver, Sender, error::RecvError};
use tower::ServiceExt as _;

use crate::support::{Log, poll_once, request, within};

/// Where lines come from, with a teardown that has to wait for the streams.
struct Source(Arc<Log>);

#[injectable(singleton, teardown = close)]
impl Source {
    fn new(log: Arc<Log>) -> Self {
        Source(log)
    }
    async fn close(&self) {
        self.0.note("down:Source");
    }
}

/// What a stream needs for its whole life.
struct Feed<'r> {
    source: &'r Source,
    lines: tokio::sync::Mutex<Receiver<&'static str>>,
}

#[injectable(request, teardown = close)]
impl<'r> Feed<'r> {
    fn new(source: &'r Source, lines: &Sender<&'static str>) -> Self {
        source.0.note("new:Feed");
        let lines = lines.subscribe().into();
        Feed { source, lines }
    }

    /// None after the last line.
    async fn next(&self) -> Option<&'static str> {
        match self.lines.lock().await.recv().await {
            Ok("last") | Err(RecvError::Closed) => None,
            Ok(line) => Some(line),
            Err(RecvError::Lagged(lines)) => panic!("{lines} lines are lost"),
        }
    }

    async fn close(self, outcome: Outcome) {
        tokio::task::yield_now().await;
        self.source.0.note(format_args!("down:Feed {outcome:?}"));
    }
}

/// Ends by itself.
fn lines_of(app: App) -> impl Stream<Item = Result<&'static str, BoxError>> {
    try_stream! {
        let scope = app.scope();
        let mut stopping = stopping(&app);
        let feed: &Feed<'_> = scope.get::<Feed<'_>>().await?;
        yield "first";
        while let Some(line) = tokio::select! {
            line = feed.next() => line,
            () = &mut stopping => None,
        } {
            yield line;
        }
        scope.close(Outcome::Success).await?;
    }
}

#[handler]
async fn listen(State(app): State<App>) -> Body {
    Body::from_stream(lines_of(app))
}

/// Is cut off, without a word to it.
#[handler]
async fn cut(State(app): State<App>) -> Body {
    let stopping = stopping(&app);
    let lines = stream! {
        let scope = app.scope();
        let feed = scope.get::<Feed<'_>>().await.expect("nothing fails");
        while let Some(line) = feed.next().await {
            yield Ok::<_, BoxError>(line);
        }
    };
    Body::from_stream(lines.take_until(stopping))
}

#[container(Source, Feed<'_>)]
struct App {
    log: Arc<Log>,
    lines: Sender<&'static str>,
}

struct Running {
    app: App,
    log: Arc<Log>,
}

async fn run() -> Running {
    let log = Log::new();
    let app = App::build(log.clone(), Sender::new(8)).await;
    let app = app.expect("nothing fails");
    Running { app, log }
}

impl Running {
    /// A stream.
    async fn open(&self, path: &str) -> Body {
        let router = Router::new()
            .route("/", get(listen))
            .route("/cut", get(cut))
            .with_state(self.app.clone());
        let response = router.oneshot(request(path)).await;
        response.expect("a router always answers").into_body()
    }

    fn send(&self, line: &'static str) {
        let sent = self.app.get::<Sender<&'static str>>().send(line);
        sent.expect("a stream is open");
    }
}

async fn next(body: &mut Body) -> Option<String> {
    let frame = within(body.frame()).await?.expect("nothing fails");
    let chunk = frame.into_data().expect("no trailers");
    Some(String::from_utf8(chunk.to_vec()).expect("the tests send UTF-8"))
}

#[tokio::test]
async fn it_ends_at_the_last_chunk() {
    let running = run().await;
    let mut body = running.open("/").await;
    assert_eq!(running.log.take(), [""; 0], "nobody reads yet");
    assert_eq!(next(&mut body).await.as_deref(), Some("first"));
    running.send("second");
    assert_eq!(next(&mut body).await.as_deref(), Some("second"));
    running.send("last");
    assert_eq!(running.log.take(), ["new:Feed"]);
    assert_eq!(next(&mut body).await, None);
    assert_eq!(running.log.take(), ["down:Feed Success"]);
    within(running.app.shutdown()).await.expect("nothing fails");
}

#[tokio::test]
async fn it_ends_at_the_disconnect() {
    let running = run().await;
    let mut body = running.open("/").await;
    next(&mut body).await;
    drop(body);
    within(running.app.shutdown()).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Feed", "down:Feed Cancelled", "down:Source"]
    );
}

#[tokio::test]
async fn it_ends_when_the_app_stops() {
    let running = run().await;
    let mut body = running.open("/").await;
    next(&mut body).await;
    stop(&running.app);
    stop(&running.app);
    assert_eq!(next(&mut body).await, None);
    assert_eq!(running.log.take(), ["new:Feed", "down:Feed Success"]);
    // One that is opened late ends at once, and the app still answers.
    let mut late = running.open("/").await;
    assert_eq!(next(&mut late).await.as_deref(), Some("first"));
    assert_eq!(next(&mut late).await, None);
    assert_eq!(running.log.take(), ["new:Feed", "down:Feed Success"]);
}

#[tokio::test]
async fn shutdown_stops_streams_and_waits_for_them() {
    let running = run().await;
    let mut body = running.open("/").await;
    next(&mut body).await;
    let mut shutdown = Box::pin(running.app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending(), "a scope is open");
    assert_eq!(next(&mut body).await, None);
    within(shutdown).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Feed", "down:Feed Success", "down:Source"]
    );
}

#[tokio::test]
async fn one_that_is_cut_off_is_cancelled() {
    let running = run().await;
    let mut body = running.open("/cut").await;
    assert!(poll_once(&mut Box::pin(body.frame())).is_pending());
    running.send("one");
    assert_eq!(next(&mut body).await.as_deref(), Some("one"));
    let mut shutdown = Box::pin(running.app.shutdown());
    assert!(poll_once(&mut shutdown).is_pending(), "a scope is open");
    assert_eq!(next(&mut body).await, None);
    drop(body);
    within(shutdown).await.expect("nothing fails");
    assert_eq!(
        running.log.take(),
        ["new:Feed", "down:Feed Cancelled", "down:Source"]
    );
}

#[tokio::test]
async fn to_wait_for_it_does_not_keep_the_app_alive() {
    let Running { app, log } = run().await;
    let mut stopping = stopping(&app);
    let other = {
        let Running { app, .. } = run().await;
        stop(&app);
        di_axum::stopping(&app)
    };
    within(other).await;
    let mut waits = Box::pin(&mut stopping);
    assert!(poll_once(&mut waits).is_pending(), "another app stopped");
    drop(app);
    within(async {
        while log.count("down:Source") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

//! The router without a socket. The audit is replaced: the tests' own one says what was recorded, and can stop a request half-way.

use std::task::{Context, Waker};
use std::{pin::pin, sync::Arc, time::Duration};

use axum::body::Bytes;
use axum::http::{Request, header};
use axum::response::Response;
use http_body_util::{BodyExt, channel::Channel};
use tokio::{sync::Notify, time::timeout};
use tower::ServiceExt;

use super::*;

/// Stands in for the console; the entry's first word says what it does.
#[derive(Default)]
struct Recorder {
    entries: Mutex<Vec<String>>,
    is_reached: Notify,
}

#[async_trait]
impl Audit for Recorder {
    async fn record(&self, entry: String) {
        let is_broken = entry.starts_with("broken");
        let is_slow = entry.starts_with("slow");
        self.entries
            .lock()
            .expect("no panic while locked")
            .push(entry);
        assert!(!is_broken, "the audit is broken");
        if is_slow {
            self.is_reached.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

struct Bank {
    app: App,
    recorder: Arc<Recorder>,
}

/// The app as in production, but for the audit. `Console` is not constructed.
async fn bank() -> Bank {
    let recorder = Arc::<Recorder>::default();
    let app = App::builder().replace::<dyn Audit>(recorder.clone());
    let app = app.build().await.expect("nothing fails");
    Bank { app, recorder }
}

impl Bank {
    async fn send(&self, request: Request<Body>) -> Response {
        let response = within(router(self.app.clone()).oneshot(request)).await;
        response.expect("a router cannot fail")
    }

    async fn transfer(&self, teller: &str, to: &str, amount: u32) -> StatusCode {
        self.send(order(teller, to, amount)).await.status()
    }

    fn sums(&self) -> [i64; 2] {
        let accounts = self.app.get::<Accounts>().all();
        ["ada", "bob"].map(|name| accounts[name])
    }

    fn recorded(&self) -> Vec<String> {
        std::mem::take(&mut self.recorder.entries.lock().expect("no panic while locked"))
    }

    /// Waits for what still goes on: teardowns of requests and streams that lost their clients.
    async fn shutdown(&self) {
        within(self.app.shutdown()).await.expect("nothing fails");
    }
}

fn order(teller: &str, to: &str, amount: u32) -> Request<Body> {
    let request = Request::post("/transfers").header("x-teller", teller);
    let body = format!(r#"{{"from":"ada","to":"{to}","amount":{amount}}}"#);
    let request = request
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into());
    request.expect("a valid request")
}

async fn within<F: Future>(future: F) -> F::Output {
    let result = timeout(Duration::from_secs(20), future).await;
    result.expect("something waits for ever")
}

#[tokio::test]
async fn a_success_commits_before_the_response_leaves() {
    let bank = bank().await;
    assert_eq!(
        bank.transfer("tess", "bob", 30).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(bank.sums(), [70, 30]);
    assert_eq!(bank.recorded(), ["tess moves 30 from ada to bob"]);
}

#[tokio::test]
async fn an_error_status_rolls_back() {
    let bank = bank().await;
    assert_eq!(
        bank.transfer("tess", "eve", 30).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(bank.sums(), [100, 0]);
}

#[tokio::test]
async fn a_commit_that_is_refused_answers_500() {
    let bank = bank().await;
    assert_eq!(
        bank.transfer("tess", "bob", 130).await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(bank.sums(), [100, 0]);
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let bank = bank().await;
    assert_eq!(
        bank.transfer("broken", "bob", 30).await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(bank.sums(), [100, 0]);
    assert_eq!(
        bank.transfer("tess", "bob", 30).await,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_client_that_goes_away_rolls_back() {
    let bank = bank().await;
    within(async {
        tokio::select! {
            status = bank.transfer("slow", "bob", 30) => panic!("{status} comes before the audit is done"),
            () = bank.recorder.is_reached.notified() => {} // Money was staged by now; the request is dropped here.
        }
    })
    .await;
    bank.shutdown().await;
    assert_eq!(bank.sums(), [100, 0]);
    assert_eq!(bank.recorded(), ["slow moves 30 from ada to bob"]);
}

#[tokio::test]
async fn the_guard_turns_away_before_the_body_is_read() {
    let bank = bank().await;
    let (_sender, body) = Channel::<Bytes>::new(1); // One that never comes.
    let request = Request::post("/transfers")
        .body(Body::new(body))
        .expect("a valid request");
    assert_eq!(bank.send(request).await.status(), StatusCode::FORBIDDEN);
    assert!(bank.recorded().is_empty());
}

#[tokio::test]
async fn a_part_of_the_request_is_replaced() {
    let recorder = Arc::<Recorder>::default();
    let app = App::builder().replace::<dyn Audit>(recorder.clone());
    let app =
        app.replace_with::<Teller>(|head| Box::new(Teller(format!("somebody at {}", head.uri))));
    let app = app.build().await.expect("nothing fails");
    let bank = Bank { app, recorder };
    let mut request = order("", "bob", 1);
    request.headers_mut().remove("x-teller");
    assert_eq!(bank.send(request).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        bank.recorded(),
        ["somebody at /transfers moves 1 from ada to bob"]
    );
}

async fn listing(bank: &Bank) -> Body {
    let request = Request::get("/accounts")
        .header("x-teller", "tess")
        .body(Body::empty());
    bank.send(request.expect("a valid request"))
        .await
        .into_body()
}

#[tokio::test]
async fn a_stream_ends_its_scope_at_the_last_chunk() {
    let bank = bank().await;
    let body = listing(&bank).await;
    assert!(bank.recorded().is_empty(), "the listing goes on");
    let body = within(body.collect())
        .await
        .expect("nothing fails")
        .to_bytes();
    assert_eq!(body, "ada 100\nbob 0\n");
    assert_eq!(bank.recorded(), ["a listing ends: Success"]);
}

#[tokio::test]
async fn a_stream_ends_its_scope_when_the_client_goes_away() {
    let bank = bank().await;
    let mut body = listing(&bank).await;
    let first = within(body.frame())
        .await
        .expect("a first line")
        .expect("nothing fails");
    assert_eq!(first.into_data().expect("a line"), "ada 100\n");
    let mut shutdown = pin!(bank.app.shutdown());
    let mut nobody = Context::from_waker(Waker::noop());
    let polled = shutdown.as_mut().poll(&mut nobody);
    assert!(polled.is_pending(), "it waits for the listing");
    drop(body);
    within(shutdown).await.expect("nothing fails");
    assert_eq!(bank.recorded(), ["a listing ends: Cancelled"]);
}

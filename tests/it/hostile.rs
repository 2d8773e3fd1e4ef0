//! What nobody should write, and safe code can: none of it is undefined behaviour, a leak, or a second teardown.

use std::sync::Arc;

use axum::{Router, http::StatusCode, routing::get};
use di_axum::{TeardownError, container, handler, injectable};
use tower::ServiceExt as _;

use crate::support::{Log, request};

/// Its teardown fails with a part of itself.
struct Lender {
    text: String,
}

#[injectable(request, teardown = close)]
impl Lender {
    fn new() -> Self {
        Lender {
            text: "the text is the value's own".to_string(),
        }
    }

    async fn close(&self) -> Result<(), &str> {
        Err(&self.text)
    }
}

/// Its teardown succeeds with what looks at it when it is dropped.
struct Watched<'r> {
    text: String,
    log: &'r Log,
}

struct Watcher<'w>(&'w Watched<'w>);

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.0.log.note(&self.0.text);
    }
}

#[injectable(request, teardown = close)]
impl<'r> Watched<'r> {
    fn new(log: &'r Log) -> Self {
        Watched {
            text: "still there".to_string(),
            log,
        }
    }

    async fn close<'s>(&'s self) -> Result<Watcher<'s>, std::fmt::Error> {
        Ok(Watcher(self))
    }
}

#[container(Lender, Watched<'_>)]
struct App {
    log: Arc<Log>,
}

#[handler]
async fn lend(_lender: &Lender, _watched: &Watched<'_>) -> StatusCode {
    StatusCode::OK
}

#[tokio::test]
async fn what_a_teardown_returns_may_borrow_the_value() {
    let log = Log::new();
    let app = App::build(log.clone()).await.expect("nothing fails");
    let router = Router::new().route("/", get(lend)).with_state(app);
    let response = router.oneshot(request("/")).await;
    let response = response.expect("a router always answers");
    let error = response.extensions().get::<Arc<TeardownError>>();
    assert_eq!(
        error.expect("`Lender` fails").to_string(),
        "`Lender` could not be torn down: the text is the value's own"
    );
    assert_eq!(log.take(), ["still there"]);
}

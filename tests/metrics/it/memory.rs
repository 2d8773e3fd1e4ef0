//! What is kept while nobody scrapes.

use axum::{Router, body::Body, http::Request};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::app::run;

fn requests(runtime: &Runtime, router: &Router, number: usize) {
    runtime.block_on(async {
        for _ in 0..number {
            let request = Request::get("/status/200")
                .body(Body::empty())
                .expect("a request");
            let answer = router
                .clone()
                .oneshot(request)
                .await
                .expect("a router always answers");
            drop(answer);
        }
    });
}

#[test]
fn nothing_grows_with_requests_when_nobody_scrapes() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let running = runtime.block_on(run(|metrics| metrics));
    requests(&runtime, &running.router, 100);
    let grown = |number| {
        let info = allocation_counter::measure(|| requests(&runtime, &running.router, number));
        info.bytes_current
    };
    assert_eq!([grown(10), grown(1_000)], [0, 0]);
}

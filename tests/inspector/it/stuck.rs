//! What blocks or does not end, planted, is named on the page by the right report.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use di_axum::{PushError, Tasks, container, handler, injectable, observe::observe, task};
use serde_json::json;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::{
    app::Server,
    browser::Page,
    page::{assert_clean, send, shown},
};

/// What a test holds them with.
#[injectable(singleton)]
struct Gate {
    #[inject(default)]
    thread: Mutex<Option<mpsc::Receiver<()>>>,
    #[inject(default)]
    job: Notify,
}

/// Keeps its thread until the test lets it go.
#[handler]
async fn block(gate: &Gate) {
    let thread = gate.thread.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(thread) = &*thread {
        let _ = thread.recv();
    }
}
const BLOCK: u32 = line!() - 6;

struct Wait;

#[task]
async fn wait(_job: Wait, gate: &Gate) {
    gate.job.notified().await;
}

#[handler]
async fn leave(waiting: &Tasks<Wait>) -> Result<StatusCode, PushError<Wait>> {
    waiting.push(Wait)?;
    Ok(StatusCode::ACCEPTED)
}

#[container(Gate, Tasks<Wait> = wait, handlers(block, leave))]
struct Rail;

/// All that is open is so for too long. The router has its routes alone, the server the page, too.
async fn serve() -> (Rail, Router, Server) {
    let rail = Rail::builder()
        .overdue(Duration::ZERO)
        .build()
        .await
        .expect("nothing fails");
    let router = Router::new()
        .route("/block", get(block))
        .route("/leave", get(leave))
        .layer(observe(&rail));
    let served = router
        .clone()
        .nest("/_di", di_axum::inspector(&rail))
        .with_state(rail.clone());
    let server = Server::of(served).await;
    (rail.clone(), router.with_state(rail), server)
}

/// Waits until these are the texts of all that a selector finds.
async fn until_texts(page: &mut Page, selector: &str, texts: &[&str]) {
    page.until(&format!(
        "JSON.stringify([...document.querySelectorAll({})].map((found) => found.textContent)) === {}",
        json!(selector),
        json!(json!(texts).to_string())
    ))
    .await;
}

#[tokio::test]
async fn what_blocks_is_named_while_it_does_and_after() {
    let (rail, router, server) = serve().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let (go_on, thread) = mpsc::channel();
    let gate = rail.get::<Gate>();
    *gate.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    // On a thread of its own: what it keeps might else be the one that serves the page.
    let blocked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let request = Request::get("/block").body(Body::empty());
        let answer = router.oneshot(request.expect("a request"));
        runtime.expect("it can be made").block_on(answer)
    });
    let place = format!("tests/inspector/it/stuck.rs:{BLOCK}");
    page.until(
        "document.querySelector('#panel-slow tbody td:last-child')?.textContent.match(/^\\d/)",
    )
    .await;
    let named = "#panel-slow tbody :is(th, td:nth-child(2), td:nth-child(3))";
    until_texts(&mut page, named, &["block", &place, "GET /block"]).await;

    page.click("#tab-findings").await;
    let kinds = "#panel-findings tbody th";
    until_texts(
        &mut page,
        kinds,
        &["keeps its thread", "a scope that does not end"],
    )
    .await;
    let text = page.text("#panel-findings .prose").await;
    assert!(
        text.starts_with(&format!("block ({place}) has kept")),
        "{text}"
    );
    page.click("#panel-findings tbody button").await;
    page.until("document.querySelector('.node.focused')").await;
    assert_eq!(page.text("#details-title").await, "block");

    go_on.send(()).expect("it waits");
    let answer = blocked.join().expect("it does not panic");
    assert_eq!(
        answer.expect("a router always answers").status(),
        StatusCode::OK
    );
    let after = "#panel-slow tbody :is(td:nth-child(4), td:last-child)";
    until_texts(&mut page, after, &["1", "–"]).await;
    until_texts(&mut page, kinds, &["keeps its thread"]).await;
    assert_clean(&page, &server);
}

#[tokio::test]
async fn what_does_not_end_is_named_until_it_does() {
    let (rail, _, server) = serve().await;
    let Some(mut page) = shown(&server, "/_di").await else {
        return;
    };
    let (scope, line) = (rail.scope(), line!());
    let opened = format!("scope opened at tests/inspector/it/stuck.rs:{line}");
    send(&mut page, "/leave").await;
    let open = "#panel-scopes tbody th";
    until_texts(&mut page, open, &[&opened, "task wait"]).await;
    until_texts(&mut page, "#tab-scopes", &["Scopes 2"]).await;
    let found = ["a job that does not end", "a scope that does not end"];
    until_texts(&mut page, "#panel-findings tbody th", &found).await;
    let text = page.text("#panel-findings .prose").await;
    assert!(text.starts_with("a job of wait has been there"), "{text}");
    let said = page.text("#said").await;
    assert!(
        said.ends_with(" finding") || said.ends_with(" findings"),
        "{said}"
    );

    drop(scope);
    rail.get::<Gate>().job.notify_one();
    until_texts(&mut page, open, &[]).await;
    until_texts(&mut page, "#panel-findings tbody th", &[]).await;
    assert_clean(&page, &server);
}

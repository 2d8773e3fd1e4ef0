//! A request's session: what is committed, and what is not.

use axum::http::{StatusCode, header::RETRY_AFTER};
use di_axum::{
    Outcome, OwnAnswer,
    sql::{Connections, Session, SessionError},
};

use super::{
    Db, NAME,
    app::{Notes, Running, SIZE},
};
use crate::support::{send, status, within};

macro_rules! running {
    () => {
        match Running::start().await {
            Some(running) => running,
            None => return,
        }
    };
}

#[tokio::test]
async fn a_request_that_does_not_use_its_session_takes_no_connection() {
    let running = running!();
    assert_eq!(status(&running.router, "/untouched").await, 200);
    assert_eq!(running.acquired(), 0);
}

#[tokio::test]
async fn repositories_share_one_connection_and_one_transaction() {
    let running = running!();
    let answer = send(&running.router, "/reads_and_writes").await;
    let body = axum::body::to_bytes(answer.into_body(), 100).await;
    assert_eq!(body.expect("a short body"), "0, 1, 1");
    assert_eq!(running.acquired(), 1);
    assert_eq!(running.notes().await, ["shared"]);
}

#[tokio::test]
async fn a_success_is_committed_before_the_response() {
    let running = running!();
    assert_eq!(status(&running.router, "/add/one").await, 200);
    assert_eq!(running.notes().await, ["one"]);
}

#[tokio::test]
async fn what_is_no_success_is_rolled_back() {
    let running = running!();
    assert_eq!(status(&running.router, "/refused").await, 409);
    assert_eq!(status(&running.router, "/failed").await, 500);
    assert_eq!(status(&running.router, "/panics").await, 500);
    assert_eq!(running.notes().await, [""; 0]);
    assert_eq!(status(&running.router, "/add/after").await, 200);
    assert_eq!(running.notes().await, ["after"]);
}

#[tokio::test]
async fn a_request_whose_client_goes_away_is_rolled_back() {
    let running = running!();
    {
        let mut request = std::pin::pin!(status(&running.router, "/waits"));
        let arrived = running.shared.arrived.notified();
        tokio::select! {
            _ = &mut request => panic!("nothing lets it go on"),
            () = arrived => {}
        }
    }
    within(running.app.shutdown()).await.expect("nothing fails");
    assert_eq!(running.notes().await, [""; 0]);
}

#[tokio::test]
async fn what_is_committed_early_stays() {
    let running = running!();
    assert_eq!(status(&running.router, "/early").await, 418);
    assert_eq!(running.notes().await, ["early"]);
    assert_eq!(status(&running.router, "/rolled_back").await, 200);
    assert_eq!(running.notes().await, ["early", "kept"]);
}

#[tokio::test]
async fn a_commit_that_fails_answers_500() {
    let running = running!();
    assert_eq!(status(&running.router, "/late_rule").await, 500);
    assert_eq!(running.notes().await, [""; 0]);
}

/// PostgreSQL gives the transaction up with its first failed statement, and says so to nobody who does not ask. SQLite does not.
#[tokio::test]
async fn a_statement_that_fails_unnoticed_is_never_a_lost_success() {
    let running = running!();
    let (status, notes) = (status(&running.router, "/careless").await, running.notes().await);
    if NAME.ends_with("postgres") {
        assert_eq!((status, notes), (500, Vec::new()));
    } else {
        assert_eq!((status, notes), (200, vec!["careless".to_string()]));
    }
}

#[tokio::test]
async fn no_free_connection_answers_503_and_is_counted() {
    let running = running!();
    let connections = running.app.get::<Connections<Db>>();
    let mut taken = Vec::new();
    for _ in 0..SIZE {
        taken.push(connections.acquire().await.expect("there are enough"));
    }
    let answer = send(&running.router, "/add/one").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()[RETRY_AFTER], "1");
    assert_eq!(answer.extensions().get(), Some(&OwnAnswer::Error));
    let counts = connections.counts();
    assert_eq!((counts.timed_out, counts.failed), (1, 0));
    drop(taken);
    assert_eq!(status(&running.router, "/add/one").await, 200);
}

#[tokio::test]
async fn waiting_for_ones_own_guard_is_an_error_that_names_it() {
    let running = running!();
    let scope = running.app.scope();
    let session = scope.get::<Session<Db>>().await.expect("nothing fails");
    let first = session.transaction().await.expect("there are enough");
    let line = line!() - 1;
    let error = session.connection().await.expect_err("it is held");
    let text = error.to_string();
    assert!(text.contains(&format!("session.rs:{line}:")), "{text}");
    drop(first);
    session.connection().await.expect("it is free again");
    scope.close(Outcome::Success).await.expect("nothing fails");
    assert_eq!(status(&running.router, "/holds_two").await, 500);
}

#[tokio::test]
async fn a_released_connection_is_taken_again() {
    let running = running!();
    let answer = send(&running.router, "/releases").await;
    let body = axum::body::to_bytes(answer.into_body(), 100).await;
    assert_eq!(body.expect("a short body"), "1, 2");
}

#[tokio::test]
async fn tasks_and_opened_scopes_have_sessions_of_their_own() {
    let running = running!();
    for (text, outcome) in [
        ("by a scope", Outcome::Success),
        ("by a failed scope", Outcome::of_status(500)),
        ("by a scope given up", Outcome::Cancelled),
    ] {
        let scope = running.app.scope();
        let notes = scope.get::<Notes<'_>>().await.expect("nothing fails");
        notes.add(text).await.expect("nothing fails");
        scope.close(outcome).await.expect("nothing fails");
    }
    assert_eq!(running.notes().await, ["by a scope"]);
    assert_eq!(status(&running.router, "/later").await, 200);
    within(running.app.shutdown()).await.expect("nothing fails");
    assert_eq!(running.notes().await, ["by a scope", "by a task"]);
}

#[tokio::test]
async fn the_pool_is_closed_after_the_last_request_and_task() {
    let running = running!();
    let connections = running.app.get::<Connections<Db>>();
    let request = tokio::spawn({
        let router = running.router.clone();
        async move { status(&router, "/waits").await }
    });
    within(running.shared.arrived.notified()).await;
    assert_eq!(status(&running.router, "/later").await, 200);
    let shutdown = tokio::spawn({
        let app = running.app.clone();
        async move { app.shutdown().await }
    });
    assert!(!connections.pool().is_closed());
    running.shared.go_on.notify_one();
    assert_eq!(within(request).await.expect("it does not panic"), 200);
    within(shutdown).await.expect("it does not panic").expect("nothing fails");
    assert!(connections.pool().is_closed());
    assert_eq!(running.notes().await, ["by a task", "waits"]);
    let error = connections.acquire().await.expect_err("it is closed");
    assert!(matches!(error, SessionError::Closed), "{error}");
}

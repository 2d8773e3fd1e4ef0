//! A request's session: what is committed, and what is not.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header::RETRY_AFTER},
    response::IntoResponse,
    routing::get,
};
use di_axum::{
    Outcome, OwnAnswer, Tasks, container, handler, injectable,
    sql::{Connections, Session, SessionError},
    task,
};
use sqlx::{Pool, pool::PoolOptions};

use super::{Db, NAME, database};
use crate::support::{Database, Shared, send, status, within};

struct Settings {
    url: String,
    shared: Arc<Shared>,
}

const SIZE: u32 = 2;

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<Pool<Db>, sqlx::Error> {
    PoolOptions::new()
        .max_connections(SIZE)
        .acquire_timeout(Duration::from_millis(300))
        .connect(&settings.url)
        .await
}

#[injectable(request)]
struct Notes<'r> {
    session: &'r Session<Db>,
}

impl Notes<'_> {
    async fn add(&self, text: &str) -> Result<(), SessionError> {
        let mut transaction = self.session.transaction().await?;
        let insert = sqlx::query("INSERT INTO notes (text) VALUES ($1)").bind(text);
        insert.execute(&mut *transaction).await?;
        Ok(())
    }
}

/// A second repository, on the same session.
#[injectable(request)]
struct Counts<'r> {
    session: &'r Session<Db>,
}

impl Counts<'_> {
    async fn notes(&self) -> Result<i64, SessionError> {
        let mut connection = self.session.connection().await?;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM notes");
        Ok(count.fetch_one(&mut *connection).await?)
    }
}

#[handler]
async fn untouched(_notes: &Notes<'_>, _counts: &Counts<'_>) {}

#[handler]
async fn add(notes: &Notes<'_>, Path(text): Path<String>) -> Result<(), SessionError> {
    notes.add(&text).await
}

/// Reads, writes, and reads what was written.
#[handler]
async fn reads_and_writes(
    notes: &Notes<'_>,
    counts: &Counts<'_>,
    connections: &Connections<Db>,
) -> Result<String, SessionError> {
    let before = counts.notes().await?;
    notes.add("shared").await?;
    let after = counts.notes().await?;
    let in_use = connections.counts().in_use;
    Ok(format!("{before}, {after}, {in_use}"))
}

#[handler]
async fn refused(notes: &Notes<'_>) -> Result<StatusCode, SessionError> {
    notes.add("refused").await?;
    Ok(StatusCode::CONFLICT)
}

#[handler]
async fn failed(notes: &Notes<'_>) -> Result<(), SessionError> {
    notes.add("failed").await?;
    Err(sqlx::Error::RowNotFound.into())
}

#[handler]
async fn panics(notes: &Notes<'_>) -> Result<(), SessionError> {
    notes.add("panics").await?;
    panic!("on purpose");
}

#[handler]
async fn waits(notes: &Notes<'_>, settings: &Settings) -> Result<(), SessionError> {
    notes.add("waits").await?;
    settings.shared.arrived.notify_one();
    settings.shared.go_on.notified().await;
    Ok(())
}

/// The first is kept, the second is not.
#[handler]
async fn early(notes: &Notes<'_>, session: &Session<Db>) -> Result<StatusCode, SessionError> {
    notes.add("early").await?;
    session.commit().await?;
    notes.add("late").await?;
    Ok(StatusCode::IM_A_TEAPOT)
}

#[handler]
async fn rolled_back(notes: &Notes<'_>, session: &Session<Db>) -> Result<(), SessionError> {
    notes.add("taken back").await?;
    session.rollback().await?;
    notes.add("kept").await
}

/// What breaks a rule that is looked at when the transaction is committed.
#[handler]
async fn late_rule(notes: &Notes<'_>, session: &Session<Db>) -> Result<(), SessionError> {
    notes.add("with it").await?;
    let mut transaction = session.transaction().await?;
    let insert = sqlx::query("INSERT INTO marks (note) VALUES ('there is none')");
    insert.execute(&mut *transaction).await?;
    Ok(())
}

/// A statement fails, and nobody cares.
#[handler]
async fn careless(notes: &Notes<'_>, session: &Session<Db>) -> Result<(), SessionError> {
    notes.add("careless").await?;
    let mut transaction = session.transaction().await?;
    let insert = sqlx::query("INSERT INTO no_such_table (text) VALUES ('a')");
    let _ = insert.execute(&mut *transaction).await;
    Ok(())
}

/// Waits for itself.
#[handler]
async fn holds_two(session: &Session<Db>) -> Result<(), SessionError> {
    let first = session.transaction().await?;
    let second = session.connection().await.map(drop);
    drop(first);
    second
}

/// Hands the connection back for something slow.
#[handler]
async fn releases(
    counts: &Counts<'_>,
    session: &Session<Db>,
    connections: &Connections<Db>,
) -> Result<String, SessionError> {
    counts.notes().await?;
    let held = connections.counts().in_use;
    session.release().await?;
    counts.notes().await?;
    Ok(format!("{held}, {}", connections.counts().acquired))
}

struct Remember {
    text: &'static str,
    well: bool,
}

#[task]
async fn remember(job: Remember, notes: &Notes<'_>) -> Result<(), SessionError> {
    notes.add(job.text).await?;
    if job.well {
        return Ok(());
    }
    Err(SessionError::Closed)
}

#[handler]
async fn later(tasks: &Tasks<Remember>) -> Result<(), impl IntoResponse + use<>> {
    let done = Remember { text: "by a task", well: true };
    let undone = Remember { text: "by a failed task", well: false };
    tasks.push(done).and_then(|()| tasks.push(undone))
}

#[container(
    Pool<Db> = connect,
    Connections<Db>,
    Session<Db>,
    Notes<'_>,
    Counts<'_>,
    Tasks<Remember> = remember,
    handlers(
        untouched, add, reads_and_writes, refused, failed, panics, waits, early, rolled_back, late_rule, careless, holds_two, releases, later
    )
)]
struct App {
    settings: Settings,
}

/// An app on a database of its own.
struct Running {
    app: App,
    router: Router,
    shared: Arc<Shared>,
    database: Database,
}

impl Running {
    async fn start() -> Option<Self> {
        let database = database()?;
        let pool: Pool<Db> = one_connection(&database.url).await;
        for statement in [
            "CREATE TABLE notes (text TEXT PRIMARY KEY)",
            "CREATE TABLE marks (note TEXT REFERENCES notes (text) DEFERRABLE INITIALLY DEFERRED)",
        ] {
            let created = sqlx::query(statement).execute(&pool).await;
            created.expect("a table can be made");
        }
        pool.close().await;
        let shared = Arc::<Shared>::default();
        let settings = Settings {
            url: database.url.clone(),
            shared: shared.clone(),
        };
        let app = App::build(settings).await.expect("nothing fails");
        let router = Router::new()
            .route("/untouched", get(untouched))
            .route("/add/{text}", get(add))
            .route("/reads_and_writes", get(reads_and_writes))
            .route("/refused", get(refused))
            .route("/failed", get(failed))
            .route("/panics", get(panics))
            .route("/waits", get(waits))
            .route("/early", get(early))
            .route("/rolled_back", get(rolled_back))
            .route("/late_rule", get(late_rule))
            .route("/careless", get(careless))
            .route("/holds_two", get(holds_two))
            .route("/releases", get(releases))
            .route("/later", get(later))
            .with_state(app.clone());
        Some(Running {
            app,
            router,
            shared,
            database,
        })
    }

    /// What another connection sees, now.
    async fn notes(&self) -> Vec<String> {
        let pool: Pool<Db> = one_connection(&self.database.url).await;
        let notes = sqlx::query_scalar("SELECT text FROM notes ORDER BY text");
        let notes = notes.fetch_all(&pool).await.expect("it can be read");
        pool.close().await;
        notes
    }

    fn acquired(&self) -> u64 {
        self.app.get::<Connections<Db>>().counts().acquired
    }
}

async fn one_connection(url: &str) -> Pool<Db> {
    let options = PoolOptions::new().max_connections(1);
    options.connect(url).await.expect("the database is there")
}

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

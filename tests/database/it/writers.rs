//! Requests of SQLite that read and then write, at once: each waits for its turn, and none fails.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, routing::get};
use di_axum::{
    OpenScope, Outcome, container, handler, injectable,
    sql::{Connections, Session, SessionError},
};
use sqlx::{
    Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use tokio::task::JoinSet;

use crate::support::{Database, sqlite, status, within};

struct Settings {
    url: String,
    size: u32,
}

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<SqlitePool, sqlx::Error> {
    let options: SqliteConnectOptions = settings.url.parse()?;
    let options = options.journal_mode(SqliteJournalMode::Wal);
    SqlitePoolOptions::new()
        .max_connections(settings.size)
        .acquire_timeout(Duration::from_secs(20))
        .connect_with(options)
        .await
}

#[handler]
async fn draw(session: &Session<Sqlite>) -> Result<(), SessionError> {
    let mut transaction = session.transaction().await?;
    let next: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM tickets")
        .fetch_one(&mut *transaction)
        .await?;
    tokio::task::yield_now().await;
    let insert = sqlx::query("INSERT INTO tickets (number) VALUES ($1)").bind(next);
    insert.execute(&mut *transaction).await?;
    Ok(())
}

#[container(SqlitePool = connect, Connections<Sqlite>, Session<Sqlite>, handlers(draw))]
struct App {
    settings: Settings,
}

async fn start(database: &Database, size: u32) -> App {
    let url = database.url.clone();
    let app = App::build(Settings { url, size }).await;
    app.expect("nothing fails")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_read_first_wait_for_each_other() {
    let Some(database) = sqlite() else { return };
    let app = start(&database, 10).await;
    let pool = app.get::<Connections<Sqlite>>().pool();
    let created = sqlx::query("CREATE TABLE tickets (number BIGINT PRIMARY KEY)").execute(pool);
    created.await.expect("a table can be made");
    let router = Router::new().route("/", get(draw)).with_state(app.clone());
    let mut requests = JoinSet::new();
    for _ in 0..50 {
        let router = router.clone();
        requests.spawn(async move { status(&router, "/").await });
    }
    let answers = within(requests.join_all()).await;
    assert_eq!(answers, [200; 50]);
    let numbers: Vec<i64> = sqlx::query_scalar("SELECT number FROM tickets ORDER BY number")
        .fetch_all(pool)
        .await
        .expect("it can be read");
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    within(app.shutdown()).await.expect("nothing fails");
}

/// Two connections: one that writes, and, while five wait for it, one that reads.
#[tokio::test]
async fn writers_wait_in_order_and_without_connections() {
    let Some(database) = sqlite() else { return };
    let app = start(&database, 2).await;
    let connections = app.get::<Connections<Sqlite>>();
    let first = app.scope();
    write(&first).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut writers = JoinSet::new();
    for number in 0..5 {
        let (scope, order) = (app.scope(), order.clone());
        writers.spawn(async move {
            if number == 3 {
                // Has a connection, and gives it back before it waits. It asks later than the others.
                read(&scope).await;
            }
            write(&scope).await;
            order.lock().expect("nobody panics here").push(number);
            scope.close(Outcome::Success).await.expect("nothing fails");
        });
    }
    within(async {
        while connections.counts().waiting < 5 {
            tokio::task::yield_now().await;
        }
        let reader = app.scope();
        read(&reader).await;
        reader.close(Outcome::Success).await.expect("nothing fails");
        first.close(Outcome::Success).await.expect("nothing fails");
        writers.join_all().await;
    })
    .await;
    assert_eq!(*order.lock().expect("nobody panics here"), [0, 1, 2, 4, 3]);
    within(app.shutdown()).await.expect("nothing fails");
}

async fn read(scope: &OpenScope<App>) {
    let session = scope.get::<Session<Sqlite>>().await.expect("nothing fails");
    drop(session.connection().await.expect("one is free"));
}

async fn write(scope: &OpenScope<App>) {
    let session = scope.get::<Session<Sqlite>>().await.expect("nothing fails");
    drop(session.transaction().await.expect("its turn comes"));
}

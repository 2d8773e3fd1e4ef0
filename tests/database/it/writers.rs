//! Requests of SQLite that read and then write, at once: each waits for its turn, and none fails.

use axum::{Router, routing::get};
use di_axum::{
    container, handler, injectable,
    sql::{Connections, Session, SessionError},
};
use sqlx::{
    Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use tokio::task::JoinSet;

use crate::support::{sqlite, status, within};

struct Settings {
    url: String,
}

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<SqlitePool, sqlx::Error> {
    let options: SqliteConnectOptions = settings.url.parse()?;
    let options = options.journal_mode(SqliteJournalMode::Wal);
    SqlitePoolOptions::new()
        .max_connections(10)
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_read_first_wait_for_each_other() {
    let Some(database) = sqlite() else { return };
    let url = database.url.clone();
    let app = App::build(Settings { url }).await.expect("nothing fails");
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

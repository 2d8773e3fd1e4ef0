//! An app whose requests do everything that can be done with a session.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::IntoResponse,
    routing::get,
};
use di_axum::{
    Tasks, container, handler, injectable,
    sql::{Connections, Session, SessionError},
    task,
};
use sqlx::{Pool, pool::PoolOptions};

use super::{Db, database};
use crate::support::{Database, Shared};

pub(super) struct Settings {
    url: String,
    shared: Arc<Shared>,
}

pub(super) const SIZE: u32 = 2;

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<Pool<Db>, sqlx::Error> {
    PoolOptions::new()
        .max_connections(SIZE)
        .acquire_timeout(Duration::from_millis(300))
        .connect(&settings.url)
        .await
}

#[injectable(request)]
pub(super) struct Notes<'r> {
    session: &'r Session<Db>,
}

impl Notes<'_> {
    pub(super) async fn add(&self, text: &str) -> Result<(), SessionError> {
        let mut transaction = self.session.transaction().await?;
        let insert = sqlx::query("INSERT INTO notes (text) VALUES ($1)").bind(text);
        insert.execute(&mut *transaction).await?;
        Ok(())
    }
}

/// A second repository, on the same session.
#[injectable(request)]
pub(super) struct Counts<'r> {
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

pub(super) struct Remember {
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
pub(super) struct App {
    settings: Settings,
}

/// An app on a database of its own.
pub(super) struct Running {
    pub(super) app: App,
    pub(super) router: Router,
    pub(super) shared: Arc<Shared>,
    pub(super) database: Database,
}

impl Running {
    pub(super) async fn start() -> Option<Self> {
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
    pub(super) async fn notes(&self) -> Vec<String> {
        let pool: Pool<Db> = one_connection(&self.database.url).await;
        let notes = sqlx::query_scalar("SELECT text FROM notes ORDER BY text");
        let notes = notes.fetch_all(&pool).await.expect("it can be read");
        pool.close().await;
        notes
    }

    pub(super) fn acquired(&self) -> u64 {
        self.app.get::<Connections<Db>>().counts().acquired
    }
}

async fn one_connection(url: &str) -> Pool<Db> {
    let options = PoolOptions::new().max_connections(1);
    options.connect(url).await.expect("the database is there")
}

//! One database session for each request, on [sqlx](https://docs.rs/sqlx). With the feature `sqlite`, `postgres` or `any`.
//!
//! ```
//! # #[cfg(feature = "sqlite")] mod example {
//! use di_axum::{container, handler, injectable, sql::{Connections, Session, SessionError}};
//! use sqlx::{Sqlite, SqlitePool};
//!
//! pub struct Settings { database: String }
//!
//! #[injectable(singleton)] // The pool is yours: how it is made, and how many connections it has.
//! async fn connect(settings: &Settings) -> Result<SqlitePool, sqlx::Error> {
//!     SqlitePool::connect(&settings.database).await
//! }
//!
//! #[injectable(request)] // However many repositories share the session, it has one connection.
//! pub struct Notes<'r> {
//!     session: &'r Session<Sqlite>,
//! }
//!
//! impl Notes<'_> {
//!     async fn add(&self, text: &str) -> Result<(), SessionError> {
//!         let mut transaction = self.session.transaction().await?;
//!         let insert = sqlx::query("INSERT INTO notes (text) VALUES ($1)");
//!         insert.bind(text).execute(&mut *transaction).await?;
//!         Ok(())
//!     }
//! }
//!
//! #[handler] // What was written is committed before the answer leaves; after an error, it is rolled back.
//! async fn add(notes: &Notes<'_>, text: String) -> Result<(), SessionError> {
//!     notes.add(&text).await
//! }
//!
//! #[container(SqlitePool = connect, Connections<Sqlite>, Session<Sqlite>, Notes<'_>, handlers(add))]
//! pub struct App {
//!     settings: Settings,
//! }
//! # }
//! ```
//!
//! # Two databases, or two pools of one
//! `Session<Postgres, Replica>` takes its connection from the pool that is listed under the qualifier `Replica`:
//!
//! ```
//! # #[cfg(feature = "sqlite")] mod example {
//! # use di_axum::{container, injectable, sql::{Connections, Session}};
//! # use sqlx::{Sqlite, SqlitePool};
//! # #[injectable(singleton)]
//! # async fn connect() -> Result<SqlitePool, sqlx::Error> { SqlitePool::connect("sqlite:notes.db").await }
//! # #[injectable(singleton)]
//! # async fn connect_replica() -> Result<SqlitePool, sqlx::Error> { SqlitePool::connect("sqlite:notes.db?mode=ro").await }
//! pub struct Replica;
//!
//! #[injectable(request)]
//! pub struct Reports<'r> {
//!     session: &'r Session<Sqlite, Replica>,
//! }
//!
//! #[container(
//!     SqlitePool = connect, Connections<Sqlite>, Session<Sqlite>,
//!     #[qualifier(Replica)] SqlitePool = connect_replica, Connections<Sqlite, Replica>, Session<Sqlite, Replica>,
//!     Reports<'_>,
//! )]
//! pub struct App;
//! # }
//! ```

//!
//! # What does not compile
//! A session in a task that outlives its request: it is held as a reference (E0521). A `#[task]` takes one of its own.
//!
//! ```compile_fail,E0521
//! # use di_axum::{handler, sql::Session};
//! # use sqlx::Sqlite;
//! #[handler]
//! async fn leak(session: &Session<Sqlite>) {
//!     tokio::spawn(async move { session.transaction().await.is_ok() });
//! }
//! ```

mod backend;
mod connections;
mod error;
mod session;

pub use self::{
    backend::Backend,
    connections::{Connections, PoolCounts},
    error::SessionError,
    session::{Session, SessionGuard},
};

//! What differs between databases.

use std::future::Future;

use sqlx::{Connection, Database};

/// A database that a [`Session`](super::Session) can be of. Here for SQLite, PostgreSQL and `Any`; for another one the
/// defaults are those of the standard.
pub trait Backend: Database {
    /// The statement that begins a transaction which will write; sqlx's own if there is none.
    fn begin(connection: &Self::Connection) -> Option<&'static str> {
        let _ = connection;
        None
    }

    /// Whether one transaction writes at a time. Sessions then wait for each other in the order in which they ask, without a connection, and not in the
    /// database, which may have no order.
    fn has_one_writer(options: &<Self::Connection as Connection>::Options) -> bool {
        let _ = options;
        false
    }

    /// Whether a transaction can still be committed, asked before it is.
    ///
    /// # Errors
    /// It cannot, and `COMMIT` would not say so.
    fn committable(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        let _ = connection;
        std::future::ready(Ok(()))
    }
}

/// A transaction of SQLite that reads before it writes fails at once when another one has written meanwhile, whatever the
/// busy timeout is (<https://sqlite.org/isolation.html>). One that says at its beginning that it will write waits for its turn.
#[cfg(any(feature = "sqlite", feature = "any"))]
const IMMEDIATE: &str = "BEGIN IMMEDIATE";

/// PostgreSQL answers `COMMIT` with success where it rolls back: a statement of the transaction failed, and nobody said so. Any
/// statement tells.
#[cfg(any(feature = "postgres", feature = "any"))]
const IS_ABORTED: &str = "SELECT 1";

#[cfg(feature = "sqlite")]
impl Backend for sqlx::Sqlite {
    fn begin(_: &sqlx::SqliteConnection) -> Option<&'static str> {
        Some(IMMEDIATE)
    }

    fn has_one_writer(_: &sqlx::sqlite::SqliteConnectOptions) -> bool {
        true
    }
}

#[cfg(feature = "postgres")]
impl Backend for sqlx::Postgres {
    async fn committable(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(IS_ABORTED).execute(connection).await?;
        Ok(())
    }
}

#[cfg(feature = "any")]
impl Backend for sqlx::Any {
    fn begin(connection: &sqlx::AnyConnection) -> Option<&'static str> {
        (connection.backend_name() == "SQLite").then_some(IMMEDIATE)
    }

    fn has_one_writer(options: &sqlx::any::AnyConnectOptions) -> bool {
        options.database_url.scheme() == "sqlite"
    }

    async fn committable(connection: &mut sqlx::AnyConnection) -> Result<(), sqlx::Error> {
        if connection.backend_name() == "PostgreSQL" {
            sqlx::raw_sql(IS_ABORTED).execute(connection).await?;
        }
        Ok(())
    }
}

//! The database: a pool that is migrated before anything uses it, and the request's session with it.

#![forbid(unsafe_code)]

use std::time::Duration;

use di_axum::{
    injectable, module,
    sql::{Connections, Session},
};
use sqlx::{
    Any, AnyConnection, AnyPool, Executor,
    any::{AnyPoolOptions, install_default_drivers},
};

/// Which database, handed in. The address may contain a password, so there is no `Debug`.
pub struct Database {
    /// `sqlite:conduit.db` or `postgres://..`
    pub url: String,
    /// How many connections at most.
    pub connections: u32,
}

/// Connects, and brings the tables up to date.
///
/// # Errors
/// There is no such database, or its tables are not those of a former version.
#[injectable(singleton)]
pub async fn connect(database: &Database) -> Result<AnyPool, sqlx::Error> {
    install_default_drivers();
    let options = AnyPoolOptions::new()
        .max_connections(database.connections)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| Box::pin(set_up(connection)));
    let pool = options.connect(&creating(&database.url)).await?;
    sqlx::migrate!().run(&pool).await?;
    Ok(pool)
}

/// With a write-ahead log, who reads does not wait for who writes. Foreign keys are checked only by connections that say so.
async fn set_up(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if connection.backend_name() == "SQLite" {
        // The first of them, as to become a write-ahead log the file is locked, too.
        connection.execute("PRAGMA busy_timeout = 5000").await?;
        connection.execute("PRAGMA journal_mode = WAL").await?;
        connection.execute("PRAGMA synchronous = NORMAL").await?;
        connection.execute("PRAGMA foreign_keys = ON").await?;
    }
    Ok(())
}

/// The address of a file says that it may be created, unless it says otherwise.
fn creating(url: &str) -> String {
    match url.starts_with("sqlite:") && !url.contains('?') {
        true => format!("{url}?mode=rwc"),
        false => url.to_string(),
    }
}

/// The pool, and the request's session.
#[module(AnyPool = connect, Connections<Any>, Session<Any>)]
pub struct StorageModule;

//! The databases, an empty one for each test.

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;

/// What kind of database the program is started on.
pub(crate) trait Backend {
    /// An empty database for this test; nothing, and a word about it, where this machine has no such server.
    fn database(test: &str) -> Option<Database>;
}

/// An empty database.
pub(crate) struct Database {
    /// What the program gets as `DATABASE_URL`.
    pub(crate) url: String,
    /// Where its file is, if it is one.
    directory: Option<TempDir>,
}

impl Database {
    /// Makes room for those of other tests. A test that fails leaves its database until the server ends.
    pub(crate) async fn remove(self) {
        if self.directory.is_none() {
            let (address, parameters) = self.url.split_once('?').expect("parameters");
            let (server, name) = address.rsplit_once('/').expect("a name");
            let url = format!("{server}/postgres?{parameters}");
            let mut connection = connect(&url).await;
            let drop = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
            let dropped = sqlx::raw_sql(drop).execute(&mut connection).await;
            dropped.expect("it is dropped");
            connection.close().await.expect("it closes");
        }
    }
}

/// A connection for what the API does not offer.
pub(crate) async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.expect("a connection")
}

/// A file of its own.
pub(crate) struct Sqlite;

impl Backend for Sqlite {
    fn database(_: &str) -> Option<Database> {
        let directory = tempfile::tempdir().expect("a directory");
        Some(Database {
            url: format!("sqlite:{}", directory.path().join("conduit.db").display()),
            directory: Some(directory),
        })
    }
}

/// A database of its own on a throwaway server that the tests share.
pub(crate) struct Postgres;

impl Backend for Postgres {
    fn database(test: &str) -> Option<Database> {
        match di_test_postgres::server() {
            Ok(server) => Some(Database {
                url: server.database(),
                directory: None,
            }),
            Err(absent) => {
                absent.skip(test);
                None
            }
        }
    }
}

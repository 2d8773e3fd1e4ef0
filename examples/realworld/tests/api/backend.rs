//! The databases, an empty one for each test.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// What kind of database the program is started on.
pub(crate) trait Backend {
    /// An empty database for this test; nothing, and a word about it, where this machine has no such server.
    fn database(test: &str) -> Option<Database>;
}

/// An empty database.
pub(crate) struct Database {
    /// What the program gets as `DATABASE_URL`.
    pub(crate) url: String,
    directory: Option<PathBuf>,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(directory) = &self.directory
            && let Err(error) = fs::remove_dir_all(directory)
        {
            eprintln!("{} stays: {error}", directory.display());
        }
    }
}

/// A file of its own.
pub(crate) struct Sqlite;

impl Backend for Sqlite {
    fn database(_: &str) -> Option<Database> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("realworld-api-{}-{number}", process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir(&directory).expect("a directory");
        Some(Database {
            url: format!("sqlite:{}", directory.join("conduit.db").display()),
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

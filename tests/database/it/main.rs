//! One session for each request, on real databases: the same tests on SQLite, on PostgreSQL, and on both behind sqlx's `Any`.
//!
//! Where there is no PostgreSQL, its tests say that they are skipped; CI refuses that.

#![allow(
    clippy::duplicate_mod,
    reason = "the same tests, each time with another `Db`"
)]

mod load;
mod support;
mod writers;

/// `session.rs` with another `Db`, and how a new database of that kind is made.
macro_rules! on {
    ($($name:ident, $db:ty, $made:path;)*) => {$(
        #[path = "each"]
        mod $name {
            pub(crate) type Db = $db;
            pub(crate) use $made as database;
            pub(crate) const NAME: &str = stringify!($name);

            #[path = "app.rs"]
            mod app;
            #[path = "session.rs"]
            mod session;
            #[path = "pools.rs"]
            mod pools;
        }
    )*};
}

on! {
    sqlite, sqlx::Sqlite, crate::support::sqlite;
    postgres, sqlx::Postgres, crate::support::postgres;
    any_of_sqlite, sqlx::Any, crate::support::sqlite;
    any_of_postgres, sqlx::Any, crate::support::postgres;
}

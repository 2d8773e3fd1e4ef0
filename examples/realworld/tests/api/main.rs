//! The whole API as a black box: the program as a process of its own, over HTTP, on both databases.
//!
//! A case is written once, as an async function of a [`Server`]; [`on_both!`] makes a test of it on
//! SQLite and one on PostgreSQL. What holds for every answer is not said in the cases: the shape of
//! each object and error is checked wherever one is received ([`shape`]), and the end of each case
//! looks through what the program wrote ([`Server::finish`]).
#![cfg(unix)]

/// Each case as a test on SQLite and as one on PostgreSQL.
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod on_sqlite { on_both!(crate::backend::Sqlite: $($case)+); }
        mod on_postgres { on_both!(crate::backend::Postgres: $($case)+); }
    };
    ($backend:ty: $($case:ident)+) => {
        $(#[tokio::test]
        async fn $case() {
            let name = concat!(module_path!(), "::", stringify!($case));
            crate::run::<$backend>(name, super::$case).await;
        })+
    };
}

mod backend;
mod client;
mod half;
mod moment;
mod process;
mod shape;

mod articles;
mod bodies;
mod comments;
mod favorites;
mod feed;
mod filters;
mod injection;
mod load;
mod login;
mod pages;
mod profiles;
mod races;
mod registration;
mod rights;
mod secrets;
mod shutdown;
mod slugs;
mod start;
mod tags;
mod tokens;
mod user;

use std::time::Duration;

use tokio::time::timeout;

use crate::{backend::Backend, process::Server};

/// Longer than anything here takes, on any machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs a case on a server of its own, with a database of its own.
async fn run<B: Backend>(name: &str, case: impl AsyncFnOnce(&Server)) {
    let Some(database) = B::database(name) else {
        return;
    };
    let server = Server::start(&database.url, &[]).await;
    timeout(LIMIT, case(&server)).await.expect("in time");
    server.finish().await;
    database.remove().await;
}

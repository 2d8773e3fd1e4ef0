//! What the log has: the statements of a list, counted, and none of the secrets.
//!
//! A process has one log, so this is a binary of its own, and its tests take turns.

#[path = "../parts/support.rs"]
mod support;

use std::{
    io,
    sync::{Mutex, OnceLock, PoisonError},
};

use axum::http::{Method, StatusCode};
use realworld::App;
use realworld_accounts::Secret;
use realworld_storage::Database;
use serde_json::{Value, json};
use tokio::sync::{MutexGuard, mpsc};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use self::support::{Api, SECRET};

/// Everything that is logged, at every level.
struct Log;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl Log {
    /// Nobody else writes as long as the guard is there.
    async fn own() -> MutexGuard<'static, Log> {
        static OWN: OnceLock<tokio::sync::Mutex<Log>> = OnceLock::new();
        let own = OWN.get_or_init(|| {
            let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE);
            log.with_writer(Log).init();
            tokio::sync::Mutex::new(Log)
        });
        own.lock().await
    }

    /// What was written since the last call.
    fn take(&self) -> String {
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&std::mem::take(&mut *written)).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        Log
    }
}

/// sqlx logs each statement.
fn statements(log: &str) -> usize {
    log.matches("sqlx::query").count()
}

#[tokio::test]
async fn a_list_takes_the_same_few_statements_however_long_it_is() {
    let log = Log::own().await;
    let (ended, mut ends) = mpsc::unbounded_channel();
    let api = Api::with(|builder| {
        builder.on_task_end(move |_| {
            let _ = ended.send(());
        })
    })
    .await;
    let ada = api.register("ada").await;
    let bob = api.register("bob").await;
    api.post("/api/profiles/ada/follow", &bob, Value::Null)
        .await;
    for number in 0..30 {
        let slug = api
            .publish(&ada, &format!("Dragon {number}"), &["one", "two", "three"])
            .await;
        let path = format!("/api/articles/{slug}/favorite");
        api.post(&path, &bob, Value::Null).await;
    }
    for _ in 0..30 {
        ends.recv().await; // A task that each of them left.
    }

    for (path, token, expected) in [
        ("/api/articles?", "", 1),
        ("/api/articles?", &bob, 2), // One of them asks who bob is.
        ("/api/articles?tag=two&author=ada&favorited=bob&", &bob, 2),
        ("/api/articles/feed?", &bob, 2),
    ] {
        for length in [1, 30] {
            log.take();
            let (status, body) = api.get(&format!("{path}limit={length}"), token).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            let articles = body["articles"].as_array().expect("a list");
            assert_eq!(
                (articles.len(), &body["articlesCount"]),
                (length, &json!(30))
            );
            for article in articles {
                assert_eq!(article["tagList"], json!(["one", "two", "three"]));
                assert_eq!(article["favorited"], !token.is_empty());
                assert_eq!(article["favoritesCount"], 1);
            }
            let written = log.take();
            assert_eq!(statements(&written), expected, "{path}{length}: {written}");
        }
    }
}

#[tokio::test]
async fn no_secret_is_logged() {
    let log = Log::own().await;
    log.take();
    let api = Api::with(|builder| builder).await;
    let ada = api.register("ada").await;
    let login = json!({ "user": { "email": "ada@home", "password": "ada's password" } });
    let guess = json!({ "user": { "email": "ada@home", "password": "a guess" } });
    let (status, body) = api.post("/api/users/login", "", login).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = api.post("/api/users/login", "", guess).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let another = json!({ "user": { "password": "another password" } });
    let (status, _) = api.send(Method::PUT, "/api/user", &ada, another).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = api.get("/api/user", "a token of somebody's").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    // A taken name, and an error of the database.
    let taken =
        json!({ "user": { "username": "ada", "email": "a@b", "password": "a third password" } });
    let (status, _) = api.post("/api/users", "", taken.clone()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let pool = api.app.get::<sqlx::AnyPool>();
    let broken = sqlx::query("DROP TABLE follows").execute(pool).await;
    broken.expect("it can be broken");
    let (status, _) = api
        .post("/api/profiles/ada/follow", &ada, Value::Null)
        .await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    api.app.shutdown().await.expect("it ends");

    let written = log.take();
    assert!(
        written.contains("no such table"),
        "errors are logged: {written}"
    );
    let token = body["user"]["token"].as_str().expect("a token");
    for secret in [
        "ada's password",
        "a guess",
        "another password",
        "a third password",
        "argon2id",
        "a token of somebody's",
        SECRET,
        &ada,
        token,
    ] {
        assert!(
            !written.contains(secret),
            "{secret} is in the log: {written}"
        );
    }
}

#[tokio::test]
async fn no_secret_is_in_the_error_of_a_start_that_fails() {
    let log = Log::own().await;
    log.take();
    for url in [
        "postgres://ada:hunter2@127.0.0.1:1/conduit",
        "postgres://ada:hunter2@127.0.0.1:port/conduit",
        "mysql://ada:hunter2@127.0.0.1:1/conduit",
    ] {
        let database = Database {
            url: url.to_string(),
            connections: 1,
        };
        let error = App::build(database, Secret::new("hunter3")).await.err();
        let error = error.expect("there is no such database");
        let said = format!("{error}\n{error:?}\n{}", log.take());
        assert!(!said.contains("hunter"), "{said}");
    }
}

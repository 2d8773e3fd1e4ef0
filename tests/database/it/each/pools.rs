//! Two pools of one app, and what is counted of each.

use std::time::Duration;

use axum::{Router, extract::Path, routing::get};
use di_axum::{
    container, handler, injectable,
    observe::Observation,
    sql::{Connections, Session, SessionError},
};
use sqlx::{Database as _, Pool, pool::PoolOptions};

use super::{Db, database};
use crate::support::{status, within};

struct Settings {
    url: String,
}

/// Where reports are read from. In production another server, here the same one.
struct Replica;

#[injectable(singleton)]
async fn connect(settings: &Settings) -> Result<Pool<Db>, sqlx::Error> {
    pool(&settings.url, 3).await
}

#[injectable(singleton)]
async fn connect_replica(settings: &Settings) -> Result<Pool<Db>, sqlx::Error> {
    pool(&settings.url, 1).await
}

async fn pool(url: &str, size: u32) -> Result<Pool<Db>, sqlx::Error> {
    let options = PoolOptions::new().max_connections(size);
    let options = options.acquire_timeout(Duration::from_secs(20));
    options.connect(url).await
}

#[injectable(request)]
struct Reports<'r> {
    session: &'r Session<Db, Replica>,
}

#[handler]
async fn report(reports: &Reports<'_>) -> Result<String, SessionError> {
    let mut connection = reports.session.connection().await?;
    let one: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM notes")
        .fetch_one(&mut *connection)
        .await?;
    Ok(one.to_string())
}

#[handler]
async fn add(session: &Session<Db>, Path(text): Path<String>) -> Result<(), SessionError> {
    let mut transaction = session.transaction().await?;
    let insert = sqlx::query("INSERT INTO notes (text) VALUES ($1)").bind(text);
    insert.execute(&mut *transaction).await?;
    Ok(())
}

#[container(
    Pool<Db> = connect,
    Connections<Db>,
    Session<Db>,
    #[qualifier(Replica)] Pool<Db> = connect_replica,
    Connections<Db, Replica>,
    Session<Db, Replica>,
    Reports<'_>,
    handlers(report, add)
)]
struct App {
    settings: Settings,
}

async fn start(url: &str) -> (App, Router) {
    let settings = Settings { url: url.into() };
    let app = App::build(settings).await.expect("nothing fails");
    let pool = app.get::<Connections<Db>>().pool();
    let created = sqlx::query("CREATE TABLE notes (text TEXT)").execute(pool);
    created.await.expect("a table can be made");
    let router = Router::new()
        .route("/report", get(report))
        .route("/add/{text}", get(add))
        .with_state(app.clone());
    (app, router)
}

#[tokio::test]
async fn each_pool_has_sessions_of_its_own() {
    let Some(database) = database() else { return };
    let (app, router) = start(&database.url).await;
    assert_eq!(status(&router, "/add/one").await, 200);
    assert_eq!(status(&router, "/report").await, 200);
    assert_eq!(status(&router, "/report").await, 200);
    let primary = app.get::<Connections<Db>>().counts();
    let replica = app.get::<Connections<Db, Replica>>().counts();
    assert_eq!((primary.acquired, primary.max), (1, 3));
    assert_eq!((replica.acquired, replica.max), (2, 1));
    let pools = Observation::of(&app).pools;
    let seen: Vec<_> = pools.iter().map(|pool| (&*pool.name, pool.counts.acquired)).collect();
    let (name, qualified) = (Db::NAME, format!("{} (Replica)", Db::NAME));
    assert!(seen.contains(&(name, 1)) && seen.contains(&(&qualified, 2)), "{seen:?}");
    within(app.shutdown()).await.expect("nothing fails");
    assert!(app.get::<Connections<Db>>().pool().is_closed());
    assert!(app.get::<Connections<Db, Replica>>().pool().is_closed());
}

#[tokio::test]
async fn who_waits_and_how_long_is_counted() {
    let Some(database) = database() else { return };
    let (app, router) = start(&database.url).await;
    let replica = app.get::<Connections<Db, Replica>>();
    let held = replica.acquire().await.expect("it is free");
    let began = replica.counts();
    assert_eq!((began.size, began.in_use, began.idle), (1, 1, 0));

    // Polled once, each has asked.
    let mut requests: Vec<_> = (0..5)
        .map(|_| Box::pin(status(&router, "/report")))
        .collect();
    for request in &mut requests {
        let now = tokio::time::timeout(Duration::ZERO, request.as_mut()).await;
        assert!(now.is_err(), "nothing is free");
    }
    assert_eq!(replica.counts().waiting, 5);
    requests.truncate(4);
    within(async {
        // The one that was given up goes on in a task until it has what it asked for.
        drop(held);
        for request in requests {
            assert_eq!(request.await, 200);
        }
    })
    .await;
    let counts = replica.counts();
    assert_eq!((counts.waiting, counts.acquired), (0, began.acquired + 4));
    assert!(counts.longest > Duration::ZERO && counts.waited >= counts.longest);
    within(app.shutdown()).await.expect("nothing fails");
}

#[tokio::test]
async fn a_database_that_is_gone_is_an_error_of_the_start_or_of_the_request() {
    let Some(database) = database() else { return };
    let (app, router) = start(&database.url).await;
    let connections = app.get::<Connections<Db>>();
    connections.pool().close().await;
    assert_eq!(status(&router, "/add/one").await, 503);
    assert_eq!(connections.counts().failed, 1);

    let settings = Settings {
        url: match database.url.split_once('?') {
            Some((url, host)) if url.starts_with("postgres") => format!("{url}_not_there?{host}"),
            _ => "sqlite:/no/such/directory/test.db".to_string(),
        },
    };
    let error = App::build(settings).await.expect_err("it is not there");
    let text = error.to_string();
    assert!(text.contains("Pool<Db>"), "{text}");
}

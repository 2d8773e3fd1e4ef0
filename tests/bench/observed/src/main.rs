//! What `di-bench -- observe` loads, once built with the feature `observe` and once without: a request of ten values that do nothing, one of them
//! async and torn down; and one that reads a row, too, with the session of the request. It says its address on standard output, and serves until
//! standard input ends.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::{Json, Router, extract::Path, routing::get};
use di_axum::{
    BoxError, Outcome, container, handler, injectable,
    sql::{Connections, Session, SessionError},
};
use sqlx::{
    Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tokio::io::AsyncReadExt as _;

#[injectable(singleton)]
struct Settings {
    #[inject(default)]
    answers: AtomicU64,
}

/// A unit of work: begun with the request, ended with it.
struct Unit<'r> {
    settings: &'r Settings,
}

#[injectable(request, teardown = end)]
impl<'r> Unit<'r> {
    async fn new(settings: &'r Settings) -> Self {
        Unit { settings }
    }

    async fn end(self, _: Outcome) {
        let answers = &self.settings.answers;
        answers.fetch_add(1, Relaxed);
    }
}

macro_rules! services {
    ($($name:ident($($needs:ident),+);)+) => {$(
        #[injectable(request)]
        #[allow(non_snake_case, dead_code, reason = "one field for each that it needs")]
        struct $name<'r> {
            $($needs: &'r $needs<'r>,)+
        }
    )+};
}

services! {
    Users(Unit);
    Orders(Unit);
    Items(Unit);
    Prices(Unit);
    Carts(Orders, Items);
    Totals(Items, Prices);
    Invoices(Orders, Totals);
    Letters(Users, Invoices);
    Checkout(Carts, Letters, Totals);
}

#[handler]
async fn order(checkout: &Checkout<'_>, Path(id): Path<u64>) -> String {
    let answers = &checkout.Letters.Users.Unit.settings.answers;
    format!("order {id}, {}", answers.load(Relaxed))
}

/// How many orders are stored.
const ORDERS: i64 = 1_000;

#[derive(serde::Serialize, sqlx::FromRow)]
struct Order {
    id: i64,
    item: String,
    amount: i64,
}

#[handler]
async fn stored(
    _checkout: &Checkout<'_>,
    session: &Session<Sqlite>,
    Path(id): Path<i64>,
) -> Result<Json<Order>, SessionError> {
    let mut connection = session.connection().await?;
    let select = sqlx::query_as("SELECT id, item, amount FROM orders WHERE id = $1");
    let select = select.bind(id % ORDERS + 1);
    Ok(Json(select.fetch_one(&mut *connection).await?))
}

#[container(
    Settings, Connections<Sqlite>, Session<Sqlite>, Unit<'_>, Users<'_>, Orders<'_>, Items<'_>, Prices<'_>, Carts<'_>, Totals<'_>, Invoices<'_>,
    Letters<'_>, Checkout<'_>, handlers(order, stored)
)]
struct App {
    pool: SqlitePool,
}

async fn database(folder: &tempfile::TempDir) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("orders.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    let create =
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL, amount INTEGER NOT NULL)";
    sqlx::query(create).execute(&pool).await?;
    for id in 1..=ORDERS {
        let insert = sqlx::query("INSERT INTO orders VALUES ($1, $2, $3)");
        let insert = insert.bind(id).bind(format!("item {id}")).bind(id * 7);
        insert.execute(&pool).await?;
    }
    Ok(pool)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let folder = tempfile::tempdir()?;
    let app = App::build(database(&folder).await?).await?;
    let router = Router::new()
        .route("/orders/{id}", get(order))
        .route("/stored/{id}", get(stored));
    #[cfg(feature = "observe")]
    let router = router.layer(di_axum::observe::observe(&app));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let served = di_axum::serve(listener, router.with_state(app.clone()), app);
    let ended = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    served.signal(ended).await?;
    Ok(())
}

//! An app that is observed, on a socket.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use di_axum::{
    Prometheus, PushError, Tasks, container, handler, injectable,
    observe::observe,
    sql::{Connections, Session, SessionError},
    task,
};
use sqlx::{
    Sqlite,
    sqlite::{SqlitePool, SqlitePoolOptions},
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

/// What a test holds a handler and a task with.
#[derive(Default)]
pub(crate) struct Hold {
    pub(crate) arrived: Notify,
    pub(crate) go_on: Notify,
}

pub(crate) struct User;

/// Its name has signs that a label may have.
#[injectable(request)]
pub(crate) struct Repository<T: Send + Sync + 'static> {
    #[inject(default)]
    _of: std::marker::PhantomData<T>,
}

#[injectable(singleton)]
async fn connect() -> Result<SqlitePool, sqlx::Error> {
    let one = SqlitePoolOptions::new().max_connections(1);
    one.connect("sqlite::memory:").await
}

/// The code for which the handler keeps its thread, for longer than all around it.
pub(crate) const KEPT: u16 = 299;

fn keep_thread() {
    std::thread::sleep(Duration::from_millis(50));
}

#[handler]
async fn status(_users: &Repository<User>, Path(code): Path<u16>) -> StatusCode {
    if code == KEPT {
        keep_thread();
    }
    StatusCode::from_u16(code).unwrap_or_default()
}

/// One of each request whose code is odd cannot be built.
struct Even;
#[injectable(request, teardown = close)]
impl Even {
    fn new(#[extract] Path(code): Path<u16>) -> Result<Self, StatusCode> {
        match code % 2 {
            0 => Ok(Even),
            _ => Err(StatusCode::UNPROCESSABLE_ENTITY),
        }
    }

    async fn close(self) -> Result<(), std::convert::Infallible> {
        Ok(())
    }
}

#[handler]
async fn even(_even: &Even) {}

#[handler]
async fn waits(hold: &Hold) {
    hold.arrived.notify_one();
    hold.go_on.notified().await;
}

#[handler]
async fn ask_one(session: &Session<Sqlite>) -> Result<String, SessionError> {
    let mut connection = session.connection().await?;
    let one: i64 = sqlx::query_scalar("select 1")
        .fetch_one(&mut *connection)
        .await?;
    Ok(one.to_string())
}

pub(crate) struct Letter;

#[task]
async fn send_letter(_letter: Letter) {}

#[handler]
async fn write(letters: &Tasks<Letter>) -> Result<(), PushError<Letter>> {
    letters.push(Letter)
}

#[handler]
async fn odd() {}

#[container(
    Even,
    Repository<User>,
    SqlitePool = connect,
    Connections<Sqlite>,
    Session<Sqlite>,
    Tasks<Letter> = send_letter,
    handlers(status, even, waits, ask_one, write, odd)
)]
pub(crate) struct App {
    hold: Arc<Hold>,
}

/// A path with all that has to be escaped in a label.
pub(crate) const ODD: &str = r#"/say/"a\b""#;

pub(crate) struct Running {
    pub(crate) app: App,
    pub(crate) hold: Arc<Hold>,
    pub(crate) router: Router,
}

/// The app, and its router with the endpoint at `/metrics`, which is not observed itself.
pub(crate) async fn run(with: impl FnOnce(Prometheus) -> Prometheus) -> Running {
    // On a busy machine, any poll may take long.
    run_with(Duration::from_secs(3600), with).await
}

/// The same, whose polls are slow from so long on.
pub(crate) async fn run_with(
    slow_poll: Duration,
    with: impl FnOnce(Prometheus) -> Prometheus,
) -> Running {
    let hold = Arc::new(Hold::default());
    let app = App::builder(hold.clone()).slow_poll(slow_poll).build();
    let app = app.await.expect("nothing fails");
    let metrics = with(Prometheus::new(&app)).into_router();
    let router = Router::new()
        .route("/status/{code}", get(status))
        .route("/even/{code}", get(even))
        .route("/waits", get(waits))
        .route("/one", get(ask_one))
        .route("/write", get(write))
        .route(ODD, get(odd))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(observe(&app))
        .nest("/metrics", metrics)
        .with_state(app.clone());
    Running { app, hold, router }
}

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Server {
    pub(crate) async fn of(router: Router) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let serve = async move { axum::serve(listener, router).await.expect("it serves") };
        Server {
            address,
            server: tokio::spawn(serve),
        }
    }
}

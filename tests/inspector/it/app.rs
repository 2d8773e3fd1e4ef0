//! An app with the inspector, on a socket.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use di_axum::{
    Inspector, PushError, Tasks, container, handler, injectable, observe::observe, task,
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::graphs::Sample;

/// A singleton: how often something was asked, and what lets the task end.
#[injectable(singleton)]
pub(crate) struct Desk {
    #[inject(default)]
    pub(crate) asked: AtomicU64,
    #[inject(default)]
    pub(crate) closed: Notify,
}

/// A name that would be markup, if anybody took it for that.
#[injectable(request)]
pub(crate) struct Visit<'r> {
    desk: &'r Desk,
}

pub(crate) struct Wait;

#[task]
async fn wait(_job: Wait, desk: &Desk) {
    desk.closed.notified().await;
}

#[handler]
async fn greet(visit: &Visit<'_>) -> String {
    visit.desk.asked.fetch_add(1, Relaxed).to_string()
}

#[handler]
async fn leave(waiting: &Tasks<Wait>) -> Result<StatusCode, PushError<Wait>> {
    waiting.push(Wait)?;
    Ok(StatusCode::ACCEPTED)
}

#[handler]
async fn close(State(app): State<App>) {
    app.get::<Desk>().closed.notify_one();
}

#[container(Desk, Visit<'_>, Tasks<Wait> = wait, handlers(greet, leave, close))]
pub(crate) struct App;

/// Its routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/ask", get(greet))
        .route("/leave", get(leave))
        .route("/close", get(close))
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
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), router).await
    }

    pub(crate) async fn at(address: SocketAddr, router: Router) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let serve = async move { axum::serve(listener, router).await.expect("it serves") };
        Server {
            address,
            server: tokio::spawn(serve),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// The app, with the inspector under a path.
pub(crate) async fn serve_at(path: &str) -> Server {
    let app = App::build().await.expect("nothing fails");
    let router = routes()
        .nest(path, di_axum::inspector(&app))
        .with_state(app);
    Server::of(router).await
}

/// The same, with its routes observed.
pub(crate) async fn serve_counting() -> Server {
    let app = App::build().await.expect("nothing fails");
    let router = routes()
        .layer(observe(&app))
        .nest("/_di", di_axum::inspector(&app))
        .with_state(app);
    Server::of(router).await
}

/// An inspector that shows a sample.
pub(crate) async fn serve_sample(sample: &Sample) -> Server {
    let app = App::build().await.expect("nothing fails");
    let (startup, snapshot) = (
        sample.startup.to_string(),
        Arc::new(sample.snapshot.to_string()),
    );
    let inspector = Inspector::new(&app).guarded(|_| true).showing(
        sample.graph.to_string(),
        move || startup.clone(),
        move || snapshot.to_string(),
    );
    Server::of(Router::new().nest("/_di", inspector.into_router())).await
}

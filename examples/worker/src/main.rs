//! Work outside of requests: a task that a request leaves behind, a service that runs beside the requests, and a command that
//! runs one job. Run with
//!
//! ```sh
//! cargo run -p worker                             # serves on PORT, 3000 by default, until ctrl-c or SIGTERM
//! cargo run -p worker -- confirm 17 ada@home      # runs one job, and exits
//! ```
//!
//! and order something:
//!
//! ```sh
//! curl http://127.0.0.1:3000/orders -H 'content-type: application/json' -d '{"item": "kite", "email": "ada@home"}'
//! curl http://127.0.0.1:3000/work
//! ```
//!
//! Ended, it finishes its requests, runs the tasks that they left, and sends every letter that these wrote.

use std::{
    env,
    error::Error,
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get, routing::post};
use di_axum::{
    Outcome, PushError, Shutdown, TaskQueue, Tasks, container, handler, injectable, service, task,
};
use serde::Deserialize;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
};

/// A singleton: letters that are written and not sent yet.
struct Outbox {
    written: mpsc::UnboundedSender<String>,
    unsent: Mutex<mpsc::UnboundedReceiver<String>>,
}

#[injectable(singleton)]
impl Outbox {
    fn new() -> Self {
        let (written, unsent) = mpsc::unbounded_channel();
        Self {
            written,
            unsent: unsent.into(),
        }
    }
}

/// A singleton: the numbers of the orders.
#[injectable(singleton)]
struct Orders {
    #[inject(default)]
    last: AtomicU64,
}

/// Request-scoped, and so of each job: letters become part of the outbox when the scope ends well, all or none.
struct Desk<'r> {
    outbox: &'r Outbox,
    letters: std::sync::Mutex<Vec<String>>,
}

#[injectable(request, teardown = close)]
impl<'r> Desk<'r> {
    fn new(outbox: &'r Outbox) -> Self {
        Self {
            outbox,
            letters: std::sync::Mutex::default(),
        }
    }

    fn write(&self, letter: String) -> Result<(), JobError> {
        let mut letters = self
            .letters
            .lock()
            .map_err(|_| JobError("a desk is broken"))?;
        letters.push(letter);
        Ok(())
    }

    async fn close(self, outcome: Outcome) -> Result<(), JobError> {
        let letters = self
            .letters
            .into_inner()
            .map_err(|_| JobError("a desk is broken"))?;
        for letter in letters.into_iter().filter(|_| outcome.is_success()) {
            let put = self.outbox.written.send(letter);
            put.map_err(|_| JobError("the outbox is closed"))?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct JobError(&'static str);

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for JobError {}

/// The payload of a task: what it needs of the request, owned.
struct Confirm {
    order: u64,
    email: String,
}

/// Runs when the response is sent, in a scope of its own. Eight at once, and a thousand that wait; a push beyond that is a 503.
#[task(concurrency = 8, queue = 1_000, timeout = Duration::from_secs(10))]
async fn confirm(job: Confirm, desk: &Desk<'_>) -> Result<(), JobError> {
    if !job.email.contains('@') {
        return Err(JobError("this is no address"));
    }
    desk.write(format!("order {} is confirmed to {}", job.order, job.email))
}

/// Runs as long as the app. It is told to end when the tasks are through, and then sends what is left.
#[service]
async fn postman(shutdown: &Shutdown, outbox: &Outbox) {
    let mut unsent = outbox.unsent.lock().await;
    while let Some(Some(letter)) = shutdown.or(unsent.recv()).await {
        println!("sent: {letter}");
    }
    while let Ok(letter) = unsent.try_recv() {
        println!("sent: {letter}");
    }
}

#[derive(Deserialize)]
struct Order {
    item: String,
    email: String,
}

#[handler]
async fn place_order(
    orders: &Orders,
    tasks: &Tasks<Confirm>,
    Json(Order { item, email }): Json<Order>,
) -> Result<impl IntoResponse + use<>, PushError<Confirm>> {
    let order = orders.last.fetch_add(1, Relaxed) + 1;
    tasks.push(Confirm { order, email })?;
    Ok((StatusCode::CREATED, format!("order {order}: one {item}\n")))
}

/// How the task is doing.
#[handler]
async fn work(queue: &TaskQueue<Confirm>) -> String {
    format!("{:?}\n", queue.counts())
}

#[container(
    Outbox,
    Orders,
    Desk<'_>,
    Tasks<Confirm> = confirm,
    handlers(place_order, work),
    services(postman)
)]
struct App;

fn app(app: App) -> Router {
    Router::new()
        .route("/orders", post(place_order))
        .route("/work", get(work))
        .with_state(app)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let built = App::build().await?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let port = env::var("PORT").unwrap_or_else(|_| "3000".to_string());
            let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
            println!("listening on http://{}", listener.local_addr()?);
            di_axum::serve(listener, app(built.clone()), built).await?;
        }
        ["confirm", order, email] => {
            let (order, email) = (order.parse()?, (*email).to_string());
            built.run(Confirm { order, email }).await?;
            // Nobody but the service sends letters: it is told to end at once, and sends this one.
            di_axum::work(built).signal(std::future::ready(())).await?;
        }
        _ => return Err("expected nothing, or `confirm ORDER EMAIL`".into()),
    }
    Ok(())
}

//! The life of a process: services are started, requests served, and everything ended in order.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::{IntoFuture, pending},
    io,
    pin::Pin,
    sync::Arc,
};

use axum::{
    extract::Request,
    response::Response,
    serve::{IncomingStream, Listener},
};
use di_core::BoxError;
use tokio::time::timeout_at;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::{
    Services,
    connections::Counted,
    runtime::{AppRuntime, end_singletons},
    work::{Background, start_services},
};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Serves requests until the process is told to end, and then ends the app in order.
///
/// The app's services are started, in the order of the list. At ctrl-c or SIGTERM, or when something fails that stops the app,
///
/// 1. nothing is accepted any more, streams hear of it ([`stopping`](crate::stopping())), and requests are finished;
/// 2. tasks that wait or run are finished;
/// 3. services are told to end, the last one first, each when the one before it has;
/// 4. singletons are torn down, in reverse order of construction.
///
/// 1 to 3 have until the deadline, [`Builder::shutdown_deadline`](crate::Builder::shutdown_deadline). What is not through by then is cut off, and named in the log.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// # use di_axum::{container, handler};
/// # #[handler]
/// # async fn hello() {}
/// # #[container()]
/// # pub struct App;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::build().await?;
/// let router = Router::new().route("/", get(hello)).with_state(app.clone());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// di_axum::serve(listener, router, app).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// What stopped the app, where it was not told to end: the very error that a service or task returned, or that of the listener. What failed while it was
/// ended is added; see [`ServeError`].
pub fn serve<L, M, S, C>(listener: L, make_service: M, app: C) -> Serve<C>
where
    L: Listener<Addr: fmt::Debug>,
    M: for<'a> Service<IncomingStream<'a, L>, Error = Infallible, Response = S, Future: Send>
        + Send
        + 'static,
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static,
    C: Services,
{
    let stopping = crate::stopping(&app);
    let connections = TaskTracker::new();
    let make_service = Counted::new(make_service, connections.clone());
    let server = axum::serve(listener, make_service).with_graceful_shutdown(stopping);
    let server = async move {
        let served = server.await;
        connections.close();
        connections.wait().await;
        served
    };
    Serve {
        server: Some(Box::pin(server)),
        signal: Box::pin(told_to_end()),
        app,
    }
}

/// The same without requests: runs the services of an app until the process is told to end, and then ends the app in order.
///
/// # Errors
/// As for [`serve`].
pub fn work<C: Services>(app: C) -> Serve<C> {
    Serve {
        server: None,
        signal: Box::pin(told_to_end()),
        app,
    }
}

/// Made by [`serve`] and [`work`]; does nothing until it is awaited.
#[must_use = "nothing is served unless this is awaited"]
pub struct Serve<C> {
    server: Option<BoxFuture<io::Result<()>>>,
    signal: BoxFuture<()>,
    app: C,
}

impl<C> Serve<C> {
    /// Ends when this future is ready, instead of at ctrl-c or SIGTERM.
    pub fn signal(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.signal = Box::pin(signal);
        self
    }
}

impl<C: Services> Serve<C> {
    async fn run(self) -> Result<(), ServeError> {
        let Serve {
            mut server,
            signal,
            app,
        } = self;
        let Some(AppRuntime { background, .. }) = app.handle().runtime_as() else {
            // Of `di-core` alone, which `#[container]` does not write beside this crate.
            return Ok(());
        };
        let background = Arc::clone(background);
        start_services(&app);
        let mut error = ServeError {
            failures: Vec::new(),
        };
        // The signal first: else a connection may be answered before it is listened to, and whoever got that answer would end the process the hard way.
        tokio::select! {
            biased;
            () = signal => {}
            () = background.stopping.cancelled() => {}
            served = run(&mut server) => error.note("the server", served.map_err(Into::into)),
        }
        background.stopping.cancel();
        let deadline = background.deadline();
        match timeout_at(deadline, finish(server)).await {
            Ok(served) => error.note("the server", served.map_err(Into::into)),
            Err(_) => tracing::error!("requests were not through by the deadline, and are cut off"),
        }
        background.end(deadline).await;
        error.add(&background);
        let ended = end_singletons(app.handle()).await;
        error.note("teardown", ended.map_err(Into::into));
        match error.failures.is_empty() {
            true => Ok(()),
            false => Err(error),
        }
    }
}

/// Serves, for ever if there is nothing to serve. When it returns, there is no server any more.
async fn run(server: &mut Option<BoxFuture<io::Result<()>>>) -> io::Result<()> {
    let Some(running) = server else {
        return pending().await;
    };
    let served = running.await;
    *server = None;
    served
}

async fn finish(server: Option<BoxFuture<io::Result<()>>>) -> io::Result<()> {
    match server {
        Some(server) => server.await,
        None => Ok(()),
    }
}

impl<C: Services> IntoFuture for Serve<C> {
    type Output = Result<(), ServeError>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<C> fmt::Debug for Serve<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve").finish_non_exhaustive()
    }
}

/// Ctrl-c, or SIGTERM where there is such a thing. One that cannot be waited for never comes, which is logged.
async fn told_to_end() {
    tokio::select! {
        () = listened("ctrl-c", tokio::signal::ctrl_c()) => {}
        () = listened("SIGTERM", terminated()) => {}
    }
}

async fn listened(signal: &str, wait: impl Future<Output = io::Result<()>>) {
    if let Err(error) = wait.await {
        tracing::error!(
            signal,
            error = &error as &dyn Error,
            "the signal cannot be waited for"
        );
        pending().await
    }
}

#[cfg(unix)]
async fn terminated() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    match terminate.recv().await {
        Some(()) => Ok(()),
        None => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() -> io::Result<()> {
    pending().await
}

/// What stopped an app, or went wrong while it was ended: at least one failure.
///
/// Of one failure this is the error itself, with its text and as its source; several are listed.
pub struct ServeError {
    failures: Vec<ServeFailure>,
}

/// One of them.
pub struct ServeFailure {
    name: &'static str,
    error: BoxError,
}

impl ServeError {
    fn note(&mut self, name: &'static str, result: Result<(), BoxError>) {
        if let Err(error) = result {
            self.failures.push(ServeFailure { name, error });
        }
    }

    fn add(&mut self, background: &Background) {
        for (name, error) in background.take_failures() {
            self.note(name, Err(error));
        }
    }

    /// The failures, in the order in which they happened.
    pub fn failures(&self) -> &[ServeFailure] {
        &self.failures
    }

    /// The same, owned.
    pub fn into_failures(self) -> Vec<ServeFailure> {
        self.failures
    }
}

impl ServeFailure {
    /// The service or task; or `the server`, or `teardown`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it returned; of teardowns a [`TeardownError`](crate::TeardownError).
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// The same, owned.
    pub fn into_error(self) -> BoxError {
        self.error
    }
}

impl fmt::Display for ServeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.name, self.error)
    }
}

impl fmt::Debug for ServeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.error)
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, failure) in self.failures.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            failure.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServeError").field(&self.failures).finish()
    }
}

impl Error for ServeError {
    /// The error itself of a single failure; none of several, which are listed in the text.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.failures[..] {
            [one] => Some(&*one.error),
            _ => None,
        }
    }
}

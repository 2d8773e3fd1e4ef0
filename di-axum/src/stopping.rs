//! How streams and sockets hear that the app shuts down.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use di_core::Container;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::runtime::AppRuntime;

/// Tells whoever waits for [`stopping`] that the app shuts down. `app.shutdown()` does the same, but that is called when the server has
/// ended, and a server that shuts down gracefully waits for its streams: so call this one first, in its signal.
///
/// ```
/// # use axum::Router;
/// # use di_axum::container;
/// # #[container()]
/// # pub struct App;
/// # async fn signal() {}
/// # async fn run(app: App, router: Router, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
/// let stopped = app.clone();
/// axum::serve(listener, router)
///     .with_graceful_shutdown(async move {
///         signal().await; // such as `tokio::signal::ctrl_c()`
///         di_axum::stop(&stopped);
///     })
///     .await?;
/// app.shutdown().await?;
/// # Ok(())
/// # }
/// ```
///
/// Requests are still served. Twice is a no-op.
pub fn stop<C: Container>(app: &C) {
    if let Some(runtime) = app.handle().runtime_as::<AppRuntime>() {
        runtime.background.stopping.cancel();
    }
}

/// A future that is ready as soon as the app shuts down, by [`stop`] or `app.shutdown()`: the moment for a stream or a socket to end its scope,
/// which shutdown waits for.
///
/// ```
/// use async_stream::try_stream;
/// use axum::body::Body;
/// use axum::extract::State;
/// use di_axum::{BoxError, Outcome, container, handler, injectable, stopping};
/// use futures_util::Stream;
/// # pub struct Feed;
/// # impl Feed { async fn next(&self) -> Option<String> { None } }
/// # #[injectable(request)]
/// # impl Feed { fn new() -> Self { Feed } }
/// # #[container(Feed)]
/// # pub struct App;
///
/// fn lines(app: App) -> impl Stream<Item = Result<String, BoxError>> {
///     try_stream! {
///         let scope = app.scope();
///         let mut stopping = stopping(&app);
///         let feed: &Feed = scope.get::<Feed>().await?;
///         while let Some(line) = tokio::select! {
///             line = feed.next() => line,
///             () = &mut stopping => None,
///         } {
///             yield line;
///         }
///         scope.close(Outcome::Success).await?;
///     }
/// }
///
/// #[handler]
/// async fn listen(State(app): State<App>) -> Body {
///     Body::from_stream(lines(app))
/// }
/// # fn main() {}
/// ```
///
/// It stays ready, and does not keep the app alive.
pub fn stopping<C: Container>(app: &C) -> Stopping {
    let runtime = app.handle().runtime_as::<AppRuntime>();
    Stopping(runtime.map(|runtime| Box::pin(runtime.background.stopping.clone().cancelled_owned())))
}

/// Made by [`stopping`].
#[must_use = "a future does nothing unless it is awaited"]
pub struct Stopping(
    /// None of an app without this crate's runtime, which nobody stops.
    Option<Pin<Box<WaitForCancellationFutureOwned>>>,
);

impl Future for Stopping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Some(stopping) => stopping.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopping")
    }
}

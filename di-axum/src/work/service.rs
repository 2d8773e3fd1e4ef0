//! Services: what runs as long as the app.

use std::{error::Error, fmt, future::poll_fn, pin::pin, sync::Arc, time::Duration};

use axum::http::request::Parts;
use di_core::{
    __private::{Deps, Hosts},
    Container,
};
use futures_util::future::BoxFuture;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    background::Background,
    job::{Job, Service, start},
    task::TaskError,
};
use crate::{runtime::AppRuntime, seen::Beside};

/// Says when a service has to end: the parameter `shutdown: &Shutdown` of a `#[service]`. Services are told one after the other, the last
/// one first, when the requests and tasks are through.
///
/// ```
/// use di_axum::{Shutdown, container, injectable, service};
/// # #[injectable(singleton)]
/// # pub struct Queue;
/// # impl Queue { async fn next(&self) -> u64 { 0 } async fn handle(&self, _: u64) -> Result<(), std::io::Error> { Ok(()) } }
///
/// #[service]
/// async fn consumer(shutdown: &Shutdown, queue: &Queue) -> Result<(), std::io::Error> {
///     while let Some(message) = shutdown.or(queue.next()).await {
///         queue.handle(message).await?;
///     }
///     Ok(())
/// }
///
/// #[container(Queue, services(consumer))]
/// pub struct App;
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// Ready when the service has to end, and from then on.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// Whether it has to.
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits for something, unless the service has to end before: none then, and `future` is dropped.
    pub async fn or<F: Future>(&self, future: F) -> Option<F::Output> {
        self.0.run_until_cancelled(future).await
    }
}

/// How a service is run; the arguments of `#[service(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct ServiceOptions {
    stops_app: bool,
}

impl ServiceOptions {
    /// A failure stops the app.
    pub const fn new() -> Self {
        ServiceOptions { stops_app: true }
    }

    /// Whether a failure stops the app, or is only logged.
    #[must_use]
    pub const fn stops_app(mut self, stops: bool) -> Self {
        self.stops_app = stops;
        self
    }
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A container that has services, or none. Implemented by `#[container]`.
pub trait Services: Container {
    /// These, in the order of the list.
    #[doc(hidden)]
    fn services() -> Vec<ServiceOf<Self>>;
}

/// A service of the container `C`.
pub struct ServiceOf<C> {
    name: &'static str,
    options: ServiceOptions,
    start: fn(C, Shutdown) -> BoxFuture<'static, Result<(), TaskError>>,
}

impl<C: Container<Request = Parts>> ServiceOf<C> {
    /// Of the fn.
    pub fn new<T, L>() -> Self
    where
        C: Hosts<T>,
        T: Service<L> + Job<L, Shutdown>,
        L: Deps + 'static,
    {
        ServiceOf {
            name: T::META.name,
            options: T::OPTIONS,
            start: |app, shutdown| {
                Box::pin(start::<C, T, L, Shutdown>(app, shutdown, Beside::Service))
            },
        }
    }
}

/// A service that was started.
pub(crate) struct Running {
    name: &'static str,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

/// How long a service that blocks its thread holds up those after it.
const HOLD_UP: Duration = Duration::from_secs(1);

/// Starts the services of an app, in the order of the list: each is polled for the first time when the one before it was. Twice is a
/// no-op.
pub(crate) fn start_services<C: Services>(app: &C) {
    let Some(runtime) = app.handle().runtime_as::<AppRuntime>() else {
        return;
    };
    let background = &runtime.background;
    if !background.begin_services() {
        return;
    }
    let mut before = None;
    for service in C::services() {
        let shutdown = CancellationToken::new();
        let run = (service.start)(app.clone(), Shutdown(shutdown.clone()));
        let (begun, next) = oneshot::channel();
        let before = before.replace(next);
        let (name, background) = (service.name, Arc::clone(background));
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                let _ = timeout(HOLD_UP, before).await;
            }
            report(&background, name, service.options, begin(run, begun).await);
        });
        runtime.background.services().push(Running {
            name,
            shutdown,
            task,
        });
    }
}

/// Runs a future, and says when it was polled once.
async fn begin<F: Future>(future: F, begun: oneshot::Sender<()>) -> F::Output {
    let (mut future, mut begun) = (pin!(future), Some(begun));
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        if let Some(begun) = begun.take() {
            let _ = begun.send(());
        }
        polled
    })
    .await
}

fn report(
    background: &Background,
    name: &'static str,
    options: ServiceOptions,
    result: Result<(), TaskError>,
) {
    match result {
        Ok(()) => tracing::debug!(service = name, "a service ended"),
        Err(error) => {
            tracing::error!(
                service = name,
                error = &error as &dyn Error,
                "a service failed"
            );
            if options.stops_app {
                background.fail(name, error.into_own());
            }
        }
    }
}

impl Running {
    /// Tells it to end, and waits until the deadline; then it is cut off.
    pub(super) async fn stop(mut self, deadline: Instant) {
        self.shutdown.cancel();
        if timeout_at(deadline, &mut self.task).await.is_ok() {
            return;
        }
        tracing::error!(
            service = self.name,
            "a service did not end by the deadline, and is cut off"
        );
        self.task.abort();
        // A thread that is blocked hears of nothing.
        let _ = timeout(HOLD_UP, self.task).await;
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Running").field(&self.name).finish()
    }
}

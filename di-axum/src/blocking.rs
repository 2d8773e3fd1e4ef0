//! `#[handler(blocking)]`: handlers that block their thread, on threads that may be blocked.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{extract::Request, http::request::Parts, response::Response};
use di_core::{__private::Mounts, Container, HasContainer, NoPlace, Panic};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;

use crate::{
    OwnAnswer,
    ended::panicked,
    runtime::AppRuntime,
    serve::{Endpoint, serve},
};

/// How many blocking handlers of an app run at once, unless something else is said.
pub(crate) const LIMIT: usize = 256;

/// The places of an app's blocking work.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    limit: usize,
}

impl Places {
    pub(crate) fn new(limit: usize) -> Self {
        Places {
            free: Arc::new(Semaphore::new(limit)),
            limit,
        }
    }

    pub(crate) fn take(&self) -> Result<OwnedSemaphorePermit, NoPlace> {
        // It is never closed, so that there is no other error than that none is free.
        let taken = Arc::clone(&self.free).try_acquire_owned();
        taken.map_err(|_| NoPlace::all_taken(self.limit))
    }
}

/// One request of a blocking handler.
pub struct BlockingFuture(Result<JoinHandle<Response>, Option<Response>>);

impl Future for BlockingFuture {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        Poll::Ready(match &mut self.0 {
            Ok(task) => match ready!(Pin::new(task).poll(cx)) {
                Ok(response) => response,
                // The handler's own panics are answered on its thread.
                Err(error) => match error.try_into_panic() {
                    Ok(payload) => panicked("a blocking handler", &Panic::caught(payload)),
                    Err(_) => OwnAnswer::NoPlace.busy(""),
                },
            },
            Err(answer) => answer.take().unwrap_or_default(),
        })
    }
}

/// One request of the handler `H`, on a thread that may be blocked: extractors, constructors, handler and teardown. When the
/// client goes away it goes on to its end, as nothing can stop a thread, and shutdown waits for it.
pub fn serve_blocking<H, L, S, M>(request: Request, state: S) -> BlockingFuture
where
    S: HasContainer<Container: Mounts<H> + Container<Request = Parts>>,
    H: Endpoint<L, S, M>,
    L: 'static,
    M: 'static,
{
    let runtime = state.container().handle().runtime_as::<AppRuntime>();
    let (places, tracker) = match runtime {
        Some(runtime) => (runtime.blocking.clone(), runtime.background.scopes.clone()),
        None => (Places::new(LIMIT), TaskTracker::new()),
    };
    let place = match places.take() {
        Ok(place) => place,
        Err(refused) => return BlockingFuture(Err(Some(no_place(H::META.name, refused)))),
    };
    let runtime = tokio::runtime::Handle::current();
    let task = tracker.spawn_blocking(move || {
        let _place = place;
        runtime.block_on(serve::<H, L, S, M>(request, state))
    });
    BlockingFuture(Ok(task))
}

/// The answer when all places are taken.
#[cold]
pub(crate) fn no_place(node: &'static str, refused: NoPlace) -> Response {
    tracing::warn!(node, "{refused}");
    OwnAnswer::NoPlace.busy(refused.to_string())
}

//! What an app runs on: tokio, and a tracker of what runs beside requests.

use std::any::Any;

use axum::http::{Request, request::Parts};
use di_core::{
    __private::{BlockingWork, BoxFuture, Handle, Runtime},
    Container, NoPlace, TeardownError, TeardownFailure,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{blocking::Places, ended::log};

/// The runtime of an app with axum.
#[derive(Debug)]
pub(crate) struct AppRuntime {
    /// What runs beside requests: teardowns of those whose client went away, and blocking handlers.
    pub(crate) tracker: TaskTracker,
    /// Cancelled when the app begins to shut down.
    pub(crate) stopping: CancellationToken,
    pub(crate) blocking: Places,
}

impl AppRuntime {
    pub(crate) fn new(blocking: Places) -> Self {
        AppRuntime {
            tracker: TaskTracker::new(),
            stopping: CancellationToken::new(),
            blocking,
        }
    }
}

impl Runtime for AppRuntime {
    fn spawn(&self, future: BoxFuture) {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                self.tracker.spawn_on(future, &runtime);
            }
            Err(_) => tracing::error!(
                "dropped outside of a tokio runtime, where nothing can be torn down: values are only dropped"
            ),
        }
    }

    fn spawn_blocking(&self, work: BlockingWork, is_bounded: bool) -> Result<(), NoPlace> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| NoPlace::nobody())?;
        let place = match is_bounded {
            true => Some(self.blocking.take()?),
            false => None,
        };
        let work = move || {
            let _place = place;
            work();
        };
        self.tracker.spawn_blocking_on(work, &runtime);
        Ok(())
    }

    fn opened(&self) -> Box<dyn Any + Send + Sync> {
        Box::new(self.tracker.token())
    }

    fn teardown_failed(&self, failures: &[TeardownFailure]) {
        log(failures);
    }

    fn never_shut_down(&self, nodes: &[&'static str]) {
        tracing::error!(
            nodes = nodes.join(", "),
            "an app was dropped without `shutdown()`: its singletons are torn down by a task that nobody waits for"
        );
    }
}

/// The head of a request that nobody sent.
pub fn empty_request() -> Parts {
    Request::new(()).into_parts().0
}

/// Tells open streams to end, waits for what runs beside requests, and tears the singletons down.
///
/// # Errors
/// The teardowns that failed.
pub async fn shutdown<C: Container>(app: &Handle<C>) -> Result<(), TeardownError> {
    if let Some(AppRuntime {
        tracker, stopping, ..
    }) = app.runtime_as()
    {
        stopping.cancel();
        tracker.close();
        tracker.wait().await;
    }
    let ended = app.end().await;
    if let Err(error) = &ended {
        log(error.failures());
    }
    ended
}

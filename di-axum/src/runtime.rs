//! What an app runs on: tokio, and a tracker of what runs beside requests.

#[cfg(feature = "observe")]
use std::panic::Location;
use std::{any::Any, sync::Arc};

use axum::http::{Request, request::Parts};
#[cfg(feature = "observe")]
use di_core::__private::Observer;
use di_core::{
    __private::{BlockingWork, BoxFuture, Handle, Runtime},
    Container, NoPlace, TeardownError, TeardownFailure,
};

use crate::{blocking::Places, ended::log, work::Background};

/// The runtime of an app with axum.
pub(crate) struct AppRuntime {
    pub(crate) background: Arc<Background>,
    pub(crate) blocking: Places,
    #[cfg(feature = "observe")]
    pub(crate) observed: Arc<crate::observe::Observed>,
}

impl Runtime for AppRuntime {
    fn spawn(&self, future: BoxFuture) {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                self.background.scopes.spawn_on(future, &runtime);
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
        let work = move || work(Box::new(place));
        self.background.scopes.spawn_blocking_on(work, &runtime);
        Ok(())
    }

    fn opened(&self) -> Box<dyn Any + Send + Sync> {
        Box::new(self.background.scopes.token())
    }

    fn is_over(&self) -> bool {
        self.background.is_over()
    }

    #[cfg(feature = "observe")]
    fn singleton_built(&self, row: u16, began: std::time::Instant, took: std::time::Duration) {
        self.observed.built.add(row, began, took);
    }

    #[cfg(feature = "observe")]
    fn observer(&self) -> Option<Arc<dyn Observer>> {
        Some(self.observed.clone())
    }

    #[cfg(feature = "observe")]
    fn observer_of(&self, opened: &'static Location<'static>) -> Option<Arc<dyn Observer>> {
        let what = crate::observe::What::Opened(opened);
        Some(self.observed.desk().scope(what))
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

/// Tells everything that runs beside requests to end, waits for it, and tears the singletons down.
///
/// # Errors
/// The teardowns that failed.
pub async fn shutdown<C: Container>(app: &Handle<C>) -> Result<(), TeardownError> {
    if let Some(AppRuntime { background, .. }) = app.runtime_as() {
        background.end(background.deadline()).await;
    }
    end_singletons(app).await
}

/// Tears the singletons down.
pub(crate) async fn end_singletons<C: Container>(app: &Handle<C>) -> Result<(), TeardownError> {
    let ended = app.end().await;
    if let Err(error) = &ended {
        log(error.failures());
    }
    ended
}

//! What an app needs of the async runtime that it runs on. A web facade implements it.

#[cfg(feature = "observe")]
use std::sync::Arc;
use std::{
    any::Any,
    panic::Location,
    pin::Pin,
    time::{Duration, Instant},
};

#[cfg(feature = "observe")]
use crate::observe::Observer;
use crate::{NoPlace, observe::Observed, teardown::TeardownFailure};

/// A future on the heap.
pub type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What blocks its thread. It is given what is held while it does, and drops that before anybody is told that it is through: who is told may ask for
/// the place that it had.
pub type BlockingWork = Box<dyn FnOnce(Box<dyn Any + Send>) + Send>;

/// What runs beside an app, and is told what nobody else would hear of.
pub trait Runtime: Any + Send + Sync {
    /// Runs a future to its end, beside everything else. Where there is nobody to run it, it is dropped.
    fn spawn(&self, future: BoxFuture);
    /// Runs something that blocks its thread. With `is_bounded` it counts as one of a limited number.
    ///
    /// # Errors
    /// It is not run: that number is reached, or there is no thread.
    fn spawn_blocking(&self, work: BlockingWork, is_bounded: bool) -> Result<(), NoPlace>;
    /// A scope was opened, outside of a request or around one; dropping what this returns says that it ended.
    fn opened(&self) -> Box<dyn Any + Send + Sync>;
    /// Whether the app is shut down: its singletons are being torn down, or are.
    fn is_over(&self) -> bool;
    /// A singleton was built at the start of the app, from its first constructor on.
    fn singleton_built(&self, row: u16, began: Instant, took: Duration) {
        let _ = (row, began, took);
    }
    /// Who is told of the singletons of this app.
    #[cfg(feature = "observe")]
    fn observer(&self) -> Option<Arc<dyn Observer>> {
        None
    }
    /// Who is told of a scope that was opened there, outside of a request.
    #[cfg(feature = "observe")]
    fn observer_of(&self, opened: &'static Location<'static>) -> Option<Arc<dyn Observer>> {
        let _ = opened;
        None
    }
    /// Values could not be torn down.
    fn teardown_failed(&self, failures: &[TeardownFailure]);
    /// The last handle to an app is gone, and these singletons have a teardown that never ran.
    fn never_shut_down(&self, nodes: &[&'static str]);
}

impl dyn Runtime {
    /// Who is told of the singletons.
    pub(crate) fn observed(&self) -> Observed {
        #[cfg(feature = "observe")]
        return Observed::by(self.observer());
        #[cfg(not(feature = "observe"))]
        Observed
    }

    /// Who is told of a scope that was opened there.
    pub(crate) fn observed_at(&self, opened: &'static Location<'static>) -> Observed {
        #[cfg(feature = "observe")]
        return Observed::by(self.observer_of(opened));
        #[cfg(not(feature = "observe"))]
        {
            let _ = opened;
            Observed
        }
    }
}

/// Runs nothing: without the web there is no runtime to ask.
#[derive(Debug, Default)]
pub(crate) struct NoRuntime;

impl Runtime for NoRuntime {
    fn spawn(&self, future: BoxFuture) {
        drop(future);
    }
    fn spawn_blocking(&self, work: BlockingWork, _: bool) -> Result<(), NoPlace> {
        work(Box::new(()));
        Ok(())
    }
    fn opened(&self) -> Box<dyn Any + Send + Sync> {
        Box::new(())
    }
    fn is_over(&self) -> bool {
        false
    }
    fn teardown_failed(&self, _: &[TeardownFailure]) {}
    fn never_shut_down(&self, nodes: &[&'static str]) {
        eprintln!(
            "an app was dropped without `shutdown()`; these were not torn down: {}",
            nodes.join(", ")
        );
    }
}

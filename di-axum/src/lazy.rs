//! What a lazy value fails with: an error, and an answer.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use axum::response::{IntoResponse, Response};
use di_core::{__private::NotBuilt, Failure, Graph};

use crate::{
    answer::answered,
    construct_error::{Asker, ConstructError},
};

/// A handle to a value that is built when it is first asked for, and not at all if it never is; see [`di_core::Lazy`] for all that it
/// promises.
///
/// ```
/// use axum::response::Response;
/// use di_axum::{Lazy, handler, injectable};
///
/// #[injectable(request)]
/// pub struct Audit {
///     #[inject(default)]
///     events: std::sync::atomic::AtomicU32,
/// }
///
/// #[handler]
/// async fn transfer(audit: Lazy<'_, Audit>, amount: String) -> Result<String, Response> {
///     if amount.len() > 5 {
///         // Where it fails, the answer is that of its constructor's error.
///         audit.get().await?.events.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///     }
///     Ok(amount)
/// }
/// # #[di_axum::container(Audit)]
/// # struct App;
/// ```
#[allow(
    type_alias_bounds,
    reason = "the bound says what `dyn Trait` means in it: `dyn Trait + 'r`"
)]
pub type Lazy<'r, T: ?Sized + 'r> = di_core::Lazy<'r, T, LazyError>;

/// A handle to a lazy singleton that may be kept; see [`di_core::LazyArc`].
pub type LazyArc<T> = di_core::LazyArc<T, LazyError>;

/// A lazy value could not be built: the way to the node that failed, and its error. As an answer it is the answer of that error, as if the
/// constructor had failed before the handler ran: with a [`ConstructError`] among the extensions, and said to the log.
///
/// `?` makes a [`Response`] of it. A constructor that returns it, `Result<Self, LazyError>`, answers in the same way.
pub struct LazyError {
    error: Arc<ConstructError>,
    /// For what is not `Sync`.
    failure: Mutex<Failure>,
    graph: Graph,
}

impl LazyError {
    /// The nodes from what was asked for to the one that failed, by the names they are listed under.
    pub fn path(&self) -> &[&'static str] {
        self.error.path()
    }

    /// The node that failed.
    pub fn node(&self) -> &'static str {
        self.error.node()
    }
}

#[doc(hidden)]
impl From<NotBuilt> for LazyError {
    fn from(error: NotBuilt) -> Self {
        let asker = Asker {
            handler: None,
            root: &error.asked(),
        };
        let graph = error.graph();
        LazyError {
            error: Arc::new(ConstructError::of(graph, error.failure(), asker)),
            failure: Mutex::new(error.into_failure()),
            graph,
        }
    }
}

impl IntoResponse for LazyError {
    fn into_response(self) -> Response {
        let failure = self.failure.into_inner();
        let failure = failure.unwrap_or_else(PoisonError::into_inner);
        answered(self.graph, failure, self.error)
    }
}

impl From<LazyError> for Response {
    fn from(error: LazyError) -> Self {
        error.into_response()
    }
}

impl fmt::Display for LazyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for LazyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        f.debug_struct("LazyError")
            .field("path", &path)
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

impl Error for LazyError {
    /// As for [`ConstructError`].
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

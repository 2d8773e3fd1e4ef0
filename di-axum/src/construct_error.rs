//! Why a request had no handler to run: the way to the node that failed, for logs and middleware.

use std::{error::Error, fmt};

use axum::http::StatusCode;
use di_core::{__private::Source, BoxError, Failure, Graph};

/// A constructor, guard or `#[extract]`or failed during a request, and its error was the answer.
///
/// It is among the extensions of that answer, as an `Arc<ConstructError>`, for middleware that reports errors; the log has the same as
/// an event, at the level `ERROR` for an answer of 5xx and `DEBUG` for any other, with the fields `handler`, `node`, `path` and `error`.
///
/// ```
/// use std::{error::Error, sync::Arc};
///
/// use axum::response::Response;
/// use di_axum::ConstructError;
///
/// # #[derive(Clone, Debug)]
/// # struct PoolTimeout;
/// # impl std::fmt::Display for PoolTimeout {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no connection") }
/// # }
/// # impl Error for PoolTimeout {}
/// /// Whether a request failed since the pool had no connection for it.
/// fn is_overloaded(response: &Response) -> bool {
///     let error = response.extensions().get::<Arc<ConstructError>>();
///     let source = error.and_then(|error| error.source());
///     source.is_some_and(|source| source.is::<PoolTimeout>())
/// }
/// ```
pub struct ConstructError {
    has_handler: bool,
    path: Vec<&'static str>,
    source: Option<BoxError>,
}

/// Who asked for what failed: a handler, or, where there is no name, middleware.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) handler: Option<&'static str>,
    pub(crate) root: &'a [Source],
}

impl ConstructError {
    pub(crate) fn of(graph: Graph, failure: &Failure, asker: Asker<'_>) -> Self {
        let mut path = failure.path(graph, asker.root);
        if let Some(handler) = asker.handler {
            path.insert(0, handler);
        }
        ConstructError {
            has_handler: asker.handler.is_some(),
            path,
            source: failure.kept(graph),
        }
    }

    /// Of a task or service, with the error itself.
    pub(crate) fn owned(graph: Graph, failure: Failure, asker: Asker<'_>) -> Self {
        let mut error = Self::of(graph, &failure, asker);
        error.source = Some(failure.into_source(graph));
        error
    }

    /// The handler; none when middleware asked, before there was one.
    pub fn handler(&self) -> Option<&'static str> {
        self.path.first().copied().filter(|_| self.has_handler)
    }

    /// The handler, then the nodes from what it asks for to the one that failed, by the names they are listed under; the shortest way,
    /// if there are several. Without a handler, the nodes alone.
    pub fn path(&self) -> &[&'static str] {
        &self.path
    }

    /// The node that failed; of an extractor, the node that has it.
    pub fn node(&self) -> &'static str {
        self.path.last().copied().unwrap_or_default()
    }

    /// Says it to the log.
    pub(crate) fn log(&self, status: StatusCode) {
        let (handler, node, path) = (self.handler(), self.node(), self.path.join(" -> "));
        let error = self.source();
        if status.is_server_error() {
            tracing::error!(handler, node, path, error, "a constructor failed");
        } else {
            tracing::debug!(handler, node, path, error, "a constructor failed");
        }
    }
}

impl fmt::Display for ConstructError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` could not be constructed: {}",
            self.node(),
            self.path.join(" -> ")
        )?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => f.write_str(": an extractor rejected the request"),
        }
    }
}

impl fmt::Debug for ConstructError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConstructError")
            .field("path", &self.path)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Error for ConstructError {
    /// A clone of the constructor's error, where that is a [`std::error::Error`] that can be cloned (and is `Send + Sync`): it can be
    /// downcast. Of another error its text, and those of its sources; of one that has no text, the name of its type. None
    /// for an extractor, whose rejection is a response and nothing else.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

//! What goes wrong with a session.

use std::{error::Error, fmt, panic::Location, time::Duration};

use axum::response::{IntoResponse, Response};

use crate::OwnAnswer;

/// A session could not do what it was asked for.
///
/// What goes wrong with a statement is sqlx's own error, and becomes one of these by `?`.
///
/// It answers a request: 503 with `Retry-After` where the database has no connection left, and 500 otherwise, in the log with its
/// text, which clients do not see. An error of yours that has one of these best answers with it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// All connections were in use for the pool's whole acquire timeout. Answers 503, and says to try again.
    Busy,
    /// The pool is closed: the app has ended, or is about to. Answers 503.
    Closed,
    /// The session's own connection was in use for so long. Most often a [`SessionGuard`](super::SessionGuard) was
    /// still held when something else asked for one.
    InUse {
        /// Where the one in use was asked for.
        since: &'static Location<'static>,
        /// How long this one was waited for.
        waited: Duration,
    },
    /// The database's own error.
    Database(sqlx::Error),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("no connection to the database became free in time"),
            Self::Closed => f.write_str("the pool of connections to the database is closed"),
            Self::InUse { since, waited } => write!(
                f,
                "the session's connection was in use for {waited:?}, by what asked for it at {since}: drop that guard before asking for another"
            ),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Its text is this one's.
            Self::Database(error) => error.source(),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for SessionError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => Self::Closed,
            error => Self::Database(error),
        }
    }
}

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        match self {
            Self::Busy => {
                tracing::warn!("{self}");
                OwnAnswer::Error.busy(self.to_string())
            }
            Self::Closed => OwnAnswer::Error.busy(self.to_string()),
            error @ (Self::InUse { .. } | Self::Database(_)) => {
                tracing::error!(%error, "a session failed");
                OwnAnswer::Error.failed()
            }
        }
    }
}

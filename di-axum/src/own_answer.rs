//! Answers that no code of the app has given.

use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};

/// Why an answer is this library's own: it is in the extensions of every answer that no code of the app has given. An API whose errors all have one
/// shape gives them theirs in a layer:
///
/// ```
/// use axum::{Json, Router, middleware::map_response, response::{IntoResponse, Response}};
/// use di_axum::OwnAnswer;
///
/// async fn shaped(answer: Response) -> Response {
///     match answer.extensions().get::<OwnAnswer>() {
///         None => answer,
///         Some(_) => (answer.status(), Json("something went wrong")).into_response(),
///     }
/// }
///
/// fn api(routes: Router) -> Router {
///     routes.layer(map_response(shaped))
/// }
/// ```
///
/// What went wrong is in the log, and for a constructor or a teardown in the extensions, too, as `Arc<ConstructError>` or `Arc<TeardownError>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnAnswer {
    /// The handler, or something that it needs, panicked: 500.
    Panicked,
    /// A value could not be torn down, as when a commit fails, after a success: 500.
    NotTornDown,
    /// All places for what blocks its thread are taken: 503 with `Retry-After`.
    NoPlace,
    /// An error of this library's that answered for itself, such as a full queue (503 with `Retry-After`), or a database that failed (500).
    Error,
}

impl OwnAnswer {
    /// 500, and nothing that a client should not know.
    pub(crate) fn failed(self) -> Response {
        self.with(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 503: later, it may go well.
    pub(crate) fn busy(self, text: impl Into<String>) -> Response {
        let again = [(RETRY_AFTER, HeaderValue::from_static("1"))];
        self.with((StatusCode::SERVICE_UNAVAILABLE, again, text.into()))
    }

    pub(crate) fn with(self, answer: impl IntoResponse) -> Response {
        let mut answer = answer.into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

//! What can go wrong, and what is answered then.

use std::{error::Error, fmt};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use di_axum::{BoxError, OwnAnswer, PushError, sql::SessionError};
use serde_json::{Value, json};

/// Every error of the application. As an answer it has the shape `{"errors": {"body": ["title can't be blank"]}}`.
#[derive(Debug)]
pub enum Problem {
    /// The input is wrong in these ways: 422.
    Invalid(Vec<String>),
    /// The caller is not known: 401.
    Unauthorized(&'static str),
    /// The caller may not do this: 403.
    Forbidden(&'static str),
    /// There is no such thing: 404.
    NotFound(&'static str),
    /// The method is none of this path: 405.
    NoSuchMethod,
    /// The request's body is too large: 413.
    TooLarge,
    /// Too much is going on: 503.
    Busy(&'static str),
    /// The database: 503 when it has no connection to give, else 500.
    Database(SessionError),
    /// Anything else: 500. The text is for the log alone.
    Internal(BoxError),
}

impl Problem {
    /// One thing is wrong with the input.
    pub fn invalid(message: impl Into<String>) -> Self {
        Problem::Invalid(vec![message.into()])
    }

    /// What the database says about a constraint on unique values, if that is the problem.
    pub fn unique_violation(&self) -> Option<&str> {
        match self {
            Problem::Database(SessionError::Database(error)) => error
                .as_database_error()
                .filter(|error| error.is_unique_violation())
                .map(|error| error.message()),
            _ => None,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Problem::Forbidden(_) => StatusCode::FORBIDDEN,
            Problem::NotFound(_) => StatusCode::NOT_FOUND,
            Problem::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Database(_) | Problem::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn messages(&self) -> Vec<String> {
        match self {
            Problem::Invalid(messages) => messages.clone(),
            // What happened is not for the client.
            Problem::Database(_) | Problem::Internal(_) => vec![SOMETHING.to_string()],
            _ => vec![self.to_string()],
        }
    }
}

/// What a client hears of what is none of its business.
const SOMETHING: &str = "something went wrong";
const TOO_MUCH: &str = "there is too much to do, try again soon";

fn body(messages: &[String]) -> Json<Value> {
    Json(json!({ "errors": { "body": messages } }))
}

/// What is logged.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Invalid(messages) => f.write_str(&messages.join("; ")),
            Problem::NotFound(what) => write!(f, "{what} not found"),
            Problem::NoSuchMethod => f.write_str("there is no such method here"),
            Problem::TooLarge => f.write_str("the body is too large"),
            Problem::Unauthorized(why) | Problem::Forbidden(why) | Problem::Busy(why) => {
                f.write_str(why)
            }
            Problem::Database(error) => error.fmt(f),
            Problem::Internal(error) => error.fmt(f),
        }
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Problem::Database(error) => error.source(),
            Problem::Internal(error) => error.source(),
            _ => None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // The session knows what its errors mean to a client, and logs them.
        if let Problem::Database(error) = self {
            return in_shape(error.into_response());
        }
        if let Problem::Internal(error) = &self {
            tracing::error!(%error, "a request failed");
        }
        let mut response = (self.status(), body(&self.messages())).into_response();
        let headers = response.headers_mut();
        match self {
            Problem::Busy(_) => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1")),
            Problem::Unauthorized(_) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"))
            }
            _ => None,
        };
        response
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        if let SessionError::Database(error) = &error
            && let Some(error) = error.as_database_error()
        {
            // Somebody deleted what the request was about, while it ran.
            if error.is_foreign_key_violation() {
                return Problem::NotFound("what this is about");
            }
            // PostgreSQL stores no NUL in a text.
            if error.code().is_some_and(|code| code == "22021") {
                return Problem::invalid("the text has a character that cannot be stored");
            }
        }
        Problem::Database(error)
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        SessionError::from(error).into()
    }
}

impl<T> From<PushError<T>> for Problem {
    fn from(_: PushError<T>) -> Self {
        Problem::Busy(TOO_MUCH)
    }
}

/// Gives the shape of the API to what is answered by the library, to a panic, or when a commit fails: for `axum::middleware::map_response`.
pub async fn shaped(answer: Response) -> Response {
    in_shape(answer)
}

fn in_shape(answer: Response) -> Response {
    if answer.extensions().get::<OwnAnswer>().is_none() {
        return answer;
    }
    let message = match answer.status() {
        StatusCode::SERVICE_UNAVAILABLE => TOO_MUCH,
        _ => SOMETHING,
    };
    // What else it says, such as when to try again, stays.
    let (mut head, _) = answer.into_parts();
    for of_its_text in [header::CONTENT_LENGTH, header::CONTENT_TYPE] {
        head.headers.remove(of_its_text);
    }
    (head, body(&[message.to_string()])).into_response()
}

/// The answer where no route is.
pub async fn no_such_route() -> Problem {
    Problem::NotFound("route")
}

/// The answer where a route has other methods.
pub async fn no_such_method() -> Problem {
    Problem::NoSuchMethod
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(problem: Problem) -> (StatusCode, Option<HeaderValue>, String) {
        let response = problem.into_response();
        let again = response.headers().get(header::RETRY_AFTER).cloned();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1_000).await;
        let body = body.expect("the body is in memory");
        (status, again, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn a_pool_without_a_free_connection_says_when_to_try_again() {
        for busy in [
            Problem::from(sqlx::Error::PoolTimedOut),
            Problem::Busy(TOO_MUCH),
        ] {
            let (status, again, body) = answer(busy).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(again, Some(HeaderValue::from_static("1")));
            assert_eq!(
                body,
                r#"{"errors":{"body":["there is too much to do, try again soon"]}}"#
            );
        }
    }

    #[tokio::test]
    async fn what_the_database_says_is_not_for_clients() {
        let (status, again, body) =
            answer(sqlx::Error::Protocol("secret".to_string()).into()).await;
        assert_eq!((status, again), (StatusCode::INTERNAL_SERVER_ERROR, None));
        assert_eq!(body, r#"{"errors":{"body":["something went wrong"]}}"#);
    }
}

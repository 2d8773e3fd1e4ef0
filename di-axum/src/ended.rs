//! What becomes of the response when the request's scope has ended.

use std::sync::Arc;

use axum::response::Response;
use di_core::{__private::Ended, Outcome, Panic, TeardownError, TeardownFailure};

use crate::{OwnAnswer, after::after_body};

/// The answer to a request that panicked.
pub(crate) fn panicked(handler: &'static str, panic: &Panic) -> Response {
    tracing::error!(handler, panic = panic.message(), "a request panicked");
    OwnAnswer::Panicked.failed()
}

/// The answer when a scope has ended: what is left to be done waits for its body.
pub(crate) fn answer(response: Response, ended: Ended) -> Response {
    let Ended {
        outcome,
        failures,
        deferred,
    } = ended;
    let response = match failures.is_empty() {
        true => response,
        false => not_torn_down(response, failures),
    };
    after_body(response, deferred, outcome)
}

/// The answer when values could not be torn down: a success that was not committed is none.
fn not_torn_down(response: Response, failures: Vec<TeardownFailure>) -> Response {
    log(&failures);
    let mut response = if Outcome::of_status(response.status().as_u16()).is_success() {
        OwnAnswer::NotTornDown.failed()
    } else {
        response
    };
    if let Some(error) = TeardownError::of(failures) {
        response.extensions_mut().insert(Arc::new(error));
    }
    response
}

/// Teardowns that failed, one event for each.
pub(crate) fn log(failures: &[TeardownFailure]) {
    for failure in failures {
        tracing::error!(
            node = failure.node(),
            error = failure.error(),
            "a value could not be torn down"
        );
    }
}

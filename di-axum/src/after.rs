//! What runs when a response's body is sent or dropped.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use di_core::{__private::Deferred, Outcome};
use http_body::{Frame, SizeHint};

/// Does what is left to be done once the body is gone: whoever sends it drops it at its end, or when the client goes away.
pub(crate) fn after_body(
    response: Response,
    deferred: Vec<Deferred>,
    outcome: Outcome,
) -> Response {
    if deferred.is_empty() {
        return response;
    }
    let after = After { deferred, outcome };
    response.map(|body| {
        Body::new(Followed {
            body,
            _after: after,
        })
    })
}

/// A body, and what comes after it; dropped in this order.
struct Followed {
    body: Body,
    _after: After,
}

impl http_body::Body for Followed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

struct After {
    deferred: Vec<Deferred>,
    outcome: Outcome,
}

impl Drop for After {
    fn drop(&mut self) {
        for deferred in self.deferred.drain(..) {
            // Nobody is left whom a panic could be told to, beyond its hook.
            let run = AssertUnwindSafe(|| deferred.run(self.outcome));
            let _ = std::panic::catch_unwind(run);
        }
    }
}

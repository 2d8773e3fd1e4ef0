//! Spans: `request` > `construct` > `handler` > `teardown`. Those of requests, tasks and services are of level INFO, the others of level DEBUG, all of the target `di_axum`.
//!
//! The name of a span is a constant of its callsite; OpenTelemetry shows the field `otel.name` in its place, which has the node in it.

use di_core::{__private::Act, Meta};
use tracing::{Level, Span, field::Empty, span::EnteredSpan};

use super::{live::Live, nodes::Named, what::What};

const TARGET: &str = "di_axum";

/// That of a scope. One that nobody has a name for goes on in whatever span it is opened in.
pub(super) fn scope(what: &What) -> Span {
    match what {
        What::Routed(route) => tracing::info_span!(
            target: TARGET,
            "request",
            otel.name = %what,
            otel.kind = "server",
            http.request.method = route.method,
            http.route = &*route.path,
            http.response.status_code = Empty,
            otel.status_code = Empty,
        ),
        What::Task(task) => tracing::info_span!(
            target: TARGET,
            "task",
            otel.name = %what,
            otel.kind = "consumer",
            task = task.name,
        ),
        What::Service(service) => tracing::info_span!(
            target: TARGET,
            "service",
            otel.name = %what,
            service = service.name,
        ),
        What::Request(_) | What::Opened(_) => Span::current(),
    }
}

/// Whether anybody listens to those of values and handlers.
pub(super) fn is_heard() -> bool {
    tracing::span_enabled!(target: TARGET, Level::DEBUG, "construct")
}

/// What this thread is in, a layer's span perhaps, within that of the scope; else the scope's.
fn parent(scope: &Span) -> Span {
    let current = Span::current();
    if current.is_disabled() {
        scope.clone()
    } else {
        current
    }
}

/// That of a value that is built, or torn down.
pub(super) fn step(scope: &Span, act: Act, node: &Named) -> Span {
    let parent = parent(scope);
    // The name is a part of the callsite.
    macro_rules! step {
        ($name:literal) => {
            tracing::debug_span!(
                target: TARGET,
                parent: &parent,
                $name,
                otel.name = format!(concat!($name, ":{}"), node.name),
                node = node.name,
                scope = node.scope(),
                otel.status_code = Empty,
            )
        };
    }
    match act {
        Act::Construct => step!("construct"),
        Act::Teardown => step!("teardown"),
    }
}

/// That of a handler while it runs.
pub(super) fn handler(scope: &Span, handler: &'static Meta) -> Span {
    let parent = parent(scope);
    tracing::debug_span!(
        target: TARGET,
        parent: &parent,
        "handler",
        otel.name = format!("handler:{}", handler.name),
        handler = handler.name,
        code.file.path = handler.file,
        code.line.number = i64::from(handler.line),
    )
}

/// How a request was answered.
pub(super) fn answered(request: &Span, status: u16) {
    // `tracing-opentelemetry` makes a text of what is unsigned.
    request.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        request.record("otel.status_code", "ERROR");
    }
}

/// This thread is in a span from now on; in none, where nobody listens.
pub(super) fn enter(span: &Span) -> Option<EnteredSpan> {
    (!span.is_disabled()).then(|| span.clone().entered())
}

/// The same, until [`pop`]: it begins inside of a poll, where there is no place for a guard. Whether anybody listens.
pub(super) fn push(span: &Span) -> bool {
    span.with_subscriber(|(id, dispatch)| dispatch.enter(id))
        .is_some()
}

pub(super) fn pop(span: &Span) {
    span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
}

/// A scope whose root runs on this thread; dropped, it does not, also when it panics.
pub(crate) struct Running<'a> {
    pub(super) live: &'a Live,
    pub(super) scope: Option<EnteredSpan>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.live.leave();
        drop(self.scope.take());
    }
}

//! Spans: `request` > `construct` > `handler` > `teardown`. Those of requests, tasks and services are of level INFO, the others of level DEBUG, all of the target `di_axum`.
//!
//! The name of a span is a constant of its callsite; OpenTelemetry shows the field `otel.name` in its place, which has the node in it.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use di_core::{__private::Act, Meta};
use tracing::{Level, Span, field::Empty, span::EnteredSpan};

use super::{desk::lock, nodes::Named, what::What};

const TARGET: &str = "di_axum";

/// That of a scope. One that nobody has a name for goes on in whatever span it is opened in.
fn scope(what: &What) -> Span {
    match what {
        What::Routed(seat) => tracing::info_span!(
            target: TARGET,
            "request",
            otel.name = %what,
            otel.kind = "server",
            http.request.method = seat.route.method,
            http.route = &*seat.route.path,
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
fn handler(scope: &Span, handler: &'static Meta) -> Span {
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

/// Those of a scope that somebody listens to.
pub(crate) struct Spans {
    pub(super) scope: Span,
    /// Whether somebody listens to those of values and handlers, too.
    pub(super) are_all_heard: bool,
    /// While the root runs.
    root: Mutex<Option<Span>>,
    /// Whether this thread is in that one: it begins in the middle of a poll.
    is_in_root: AtomicBool,
}

impl Spans {
    pub(super) fn of(what: &What) -> Option<Box<Self>> {
        let scope = scope(what);
        let are_all_heard = is_heard();
        (are_all_heard || !scope.is_disabled()).then(|| {
            Box::new(Spans {
                scope,
                are_all_heard,
                root: Mutex::default(),
                is_in_root: AtomicBool::new(false),
            })
        })
    }

    /// This thread is in them until what this returns is dropped: in that of the root, and of the scope, if so.
    pub(super) fn enter(&self, with_scope: bool) -> Running<'_> {
        let scope = if with_scope { enter(&self.scope) } else { None };
        self.enter_root();
        Running { spans: self, scope }
    }

    /// How a request was answered.
    pub(super) fn answered(&self, status: u16) {
        // `tracing-opentelemetry` makes a text of what is unsigned.
        self.scope
            .record("http.response.status_code", i64::from(status));
        if status >= 500 {
            self.scope.record("otel.status_code", "ERROR");
        }
    }

    pub(super) fn root_begins(&self, by: &'static Meta) {
        if self.are_all_heard {
            *lock(&self.root) = Some(handler(&self.scope, by));
            self.enter_root();
        }
    }

    pub(super) fn root_ended(&self) {
        self.leave_root();
        let root = lock(&self.root).take();
        drop(root);
    }

    fn enter_root(&self) {
        if let Some(root) = self.root()
            && push(&root)
        {
            self.is_in_root.store(true, Relaxed);
        }
    }

    fn leave_root(&self) {
        if self.is_in_root.swap(false, Relaxed)
            && let Some(root) = self.root()
        {
            pop(&root);
        }
    }

    /// What a subscriber does with it, it does without the lock.
    fn root(&self) -> Option<Span> {
        lock(&self.root).clone()
    }
}

/// This thread is in a span from now on; in none, where nobody listens.
pub(super) fn enter(span: &Span) -> Option<EnteredSpan> {
    (!span.is_disabled()).then(|| span.clone().entered())
}

/// The same, until [`pop`]: it begins inside of a poll, where there is no place for a guard. Whether anybody listens.
fn push(span: &Span) -> bool {
    span.with_subscriber(|(id, dispatch)| dispatch.enter(id))
        .is_some()
}

fn pop(span: &Span) {
    span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
}

/// A scope whose root runs on this thread; dropped, it does not, also when it panics.
pub(crate) struct Running<'a> {
    spans: &'a Spans,
    scope: Option<EnteredSpan>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.spans.leave_root();
        drop(self.scope.take());
    }
}

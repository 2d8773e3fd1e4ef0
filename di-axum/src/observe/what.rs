//! What a scope is for, by name.

use std::{fmt, panic::Location, sync::Arc};

use di_core::Meta;

use super::routes::Seat;

/// What a scope is for.
pub(crate) enum What {
    /// A request that the layer has seen.
    Routed(Arc<Seat>),
    /// One that it has not.
    Request(Option<&'static Meta>),
    Task(&'static Meta),
    Service(&'static Meta),
    /// `app.scope()`, there.
    Opened(&'static Location<'static>),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Routed(seat) => write!(f, "{} {}", seat.route.method, seat.route.path),
            What::Request(Some(handler)) => write!(f, "handler {}", handler.name),
            What::Request(None) => f.write_str("a layer"),
            What::Task(task) => write!(f, "task {}", task.name),
            What::Service(service) => write!(f, "service {}", service.name),
            What::Opened(at) => write!(f, "scope opened at {}:{}", at.file(), at.line()),
        }
    }
}

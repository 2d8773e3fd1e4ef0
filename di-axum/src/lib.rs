//! Dependency injection for [axum] whose graph the compiler checks.
//!
//! How a dependency is held says how long it lives:
//!
//! | you write | what you get | allowed for |
//! |---|---|---|
//! | `&T` (`&'r T` in a struct) | a borrow for the length of the request | singleton, request |
//! | `Arc<T>` | a shared handle that may outlive the request | singleton |
//! | `T` | a fresh value, yours alone | transient |
//!
//! ```
//! use axum::{Router, routing::get};
//! use di_axum::{BuildError, container, handler, injectable};
//!
//! #[injectable(singleton)]
//! pub struct Greeting {
//!     #[inject(value = "hello".to_string())]
//!     text: String,
//! }
//!
//! #[injectable(request)]
//! pub struct Greeter<'r> {
//!     greeting: &'r Greeting,
//! }
//!
//! #[handler]
//! async fn greet(greeter: &Greeter<'_>) -> String {
//!     greeter.greeting.text.clone()
//! }
//!
//! #[container(Greeting, Greeter<'_>)]
//! pub struct App;
//!
//! async fn router() -> Result<Router, BuildError> {
//!     let app = App::build().await?;
//!     Ok(Router::new().route("/", get(greet)).with_state(app))
//! }
//! ```

#![forbid(unsafe_code)]

// So that the macros' paths work inside this crate, too.
#[allow(
    unused_extern_crates,
    reason = "used by expansions in tests of this crate"
)]
extern crate self as di_axum;

mod answer;
mod blocking;
mod builder;
mod construct_error;
mod ended;
mod extract;
mod inject;
mod runtime;
mod scoped;
mod serve;
mod stopping;

pub use self::{
    builder::Builder,
    construct_error::ConstructError,
    inject::Inject,
    scoped::{GuardLayer, RequestScope, ScopeLayer, guard, scoped},
    stopping::{Stopping, stop, stopping},
};
pub use di_core::{
    __private::OpenScope, BoxError, BuildError, Container, Graph, GraphEdge, GraphMissing,
    GraphNode, HasContainer, Meta, Mode, NoPlace, NodeKind, Outcome, Panic, Param, Provides, Scope,
    TeardownError, TeardownFailure, Transient,
};
pub use di_macros::{Injectable, container, handler, injectable, module};

/// What the macros write. Not covered by semantic versioning.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        answer::{AnswerProbe, NoAnswer},
        blocking::{BlockingFuture, serve_blocking},
        builder::Builder,
        extract::{ExtractsBody, ExtractsHead, FromRequest, extract_body, extract_part},
        runtime::{empty_request, shutdown},
        serve::{Endpoint, Via, serve},
    };
    pub use axum::{
        extract::Request,
        handler::Handler,
        http::request::Parts as RequestHead,
        response::{IntoResponse, Response},
    };
    // What has the same name above replaces the form without the web.
    pub use di_core::__private::*;
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

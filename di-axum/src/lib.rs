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
//!
//! # The life of a request
//! 1. Guards, `#[handler(guard(RequireAdmin))]`, or for a whole router the layer [`guard()`];
//! 2. extractors, those that read the body last;
//! 3. what the handler needs, each once, dependencies first;
//! 4. the handler, or in its place the error of what failed before it;
//! 5. the teardown of what was built, in reverse order, told of the [`Outcome`];
//! 6. and the response leaves.
//!
//! When the client goes away, or something panics, 5 still runs. What goes on after 6, a stream or a socket, opens a scope of its own,
//! `app.scope()`, and ends it when the app is [`stopping`]. Middleware reaches the request's own scope as [`RequestScope`].
//!
//! # Features
//! `testing`: [`Builder::replace`](Builder) and `replace_with`, which put other values in the place of listed ones.
//!
//! `observe`: [`observe`](https://docs.rs/di-axum/latest/di_axum/observe), what the app does, in numbers.
//!
//! `prometheus`: [`prometheus`](https://docs.rs/di-axum/latest/di_axum/fn.prometheus.html), the same for Prometheus to scrape. `metrics`:
//! [`observe::Publisher`](https://docs.rs/di-axum/latest/di_axum/observe/struct.Publisher.html), the same for the facade of that name.
//!
//! `inspector`: [`inspector`](https://docs.rs/di-axum/latest/di_axum/fn.inspector.html), a page that shows the graph and what runs, and
//! [`export`](https://docs.rs/di-axum/latest/di_axum/fn.export.html), the graph as files.
//!
//! `sqlite`, `postgres` and `any`: [`sql`](https://docs.rs/di-axum/latest/di_axum/sql), one database session for each request.

#![forbid(unsafe_code)]

// So that the macros' paths work inside this crate, too.
#[allow(
    unused_extern_crates,
    reason = "used by expansions in tests of this crate"
)]
extern crate self as di_axum;

mod after;
mod answer;
mod blocking;
mod builder;
mod connections;
mod construct_error;
mod ended;
mod entered;
mod erased;
mod extract;
mod host;
mod inject;
#[cfg(feature = "inspector")]
mod inspector;
mod lazy;
#[cfg(feature = "observe")]
pub mod observe;
mod opener;
mod own_answer;
mod runtime;
mod scoped;
mod seen;
mod serve;
#[cfg(feature = "_sql")]
pub mod sql;
mod stopping;
mod work;

#[cfg(feature = "inspector")]
pub use self::inspector::{Export, Inspector, export, inspector};
#[cfg(feature = "prometheus")]
pub use self::observe::export::prometheus::{Prometheus, prometheus};
pub use self::{
    builder::Builder,
    construct_error::ConstructError,
    host::{Serve, ServeError, ServeFailure, serve, work},
    inject::Inject,
    lazy::{Lazy, LazyArc, LazyError},
    opener::Opener,
    own_answer::OwnAnswer,
    scoped::{GuardLayer, RequestScope, ScopeLayer, guard, scoped},
    stopping::{Stopping, stop, stopping},
    work::{PushError, Services, Shutdown, TaskCounts, TaskEnd, TaskError, TaskQueue, Tasks},
};
pub use di_core::{
    __private::{OpenScope, SeededScope},
    Asking, AskingArc, BoxError, BuildError, Circle, Container, Early, Graph, GraphEdge,
    GraphMissing, GraphNode, HasContainer, Meta, Mode, NoPlace, NodeKind, NotRunning, Outcome,
    Over, Panic, Param, ProvidedIn, Provides, Scope, TeardownError, TeardownFailure, Transient,
};
pub use di_macros::{Injectable, container, handler, injectable, module, service, task};

/// What the macros write. Not covered by semantic versioning.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        answer::AskAnswer,
        blocking::{BlockingFuture, serve_blocking},
        builder::Builder,
        entered::Entered,
        extract::{ExtractsBody, ExtractsHead, FromRequest, extract_body, extract_part},
        lazy::{Lazy, LazyArc},
        opener::Opener,
        runtime::{empty_request, shutdown},
        serve::{Endpoint, Serves, Via, serve, unbuilt},
        work::{
            Finished, Job, NoJob, PayloadOf, RunFuture, Runs, Service, ServiceOf, ServiceOptions,
            Services, Shutdown, Task, TaskError, TaskOptions, TaskQueue, Tasks, run,
        },
    };
    pub use axum::{
        extract::Request,
        handler::Handler,
        http::request::Parts as RequestHead,
        response::{IntoResponse, Response},
    };
    /// `Lazy<'_, T>` says with this that there is no value.
    pub type Lazily = di_core::__private::LazilyWith<crate::LazyError>;
    /// `LazyArc<T>` says with this that there is no value.
    pub type LazilyShared = di_core::__private::LazilySharedWith<crate::LazyError>;
    /// An alias and no re-export, whose path rustc would show in place of axum's.
    pub type RequestBody = axum::body::Body;
    // What has the same name above replaces the form without the web.
    pub use di_core::__private::*;
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// `app.scope()` has no request to extract from. That is found when `get` is instantiated, by `cargo build` and not by `cargo check`, so it cannot be
/// a UI test.
///
/// ```compile_fail
/// use di_axum::{container, injectable};
/// pub struct Caller;
/// #[injectable(request)]
/// impl Caller { pub fn new(#[extract] _headers: axum::http::HeaderMap) -> Self { Caller } }
/// #[container(Caller)]
/// pub struct App;
/// async fn ask(app: App) { app.scope().get::<Caller>().await.expect("nothing fails"); }
/// #[tokio::main]
/// async fn main() { ask(App::build().await.expect("nothing fails")).await }
/// ```
///
/// Its twin:
///
/// ```
/// use di_axum::{container, injectable};
/// pub struct Caller;
/// #[injectable(request)]
/// impl Caller { pub fn new() -> Self { Caller } }
/// #[container(Caller)]
/// pub struct App;
/// async fn ask(app: App) { app.scope().get::<Caller>().await.expect("nothing fails"); }
/// #[tokio::main]
/// async fn main() { ask(App::build().await.expect("nothing fails")).await }
/// ```
#[cfg(doctest)]
struct AppScopeWithoutRequest;

/// Nor has it what nobody handed in, which is found in the same way.
///
/// ```compile_fail
/// use di_axum::{container, injectable};
/// pub struct Tenant;
/// #[container(#[seed] Tenant)]
/// pub struct App;
/// async fn ask(app: App) { app.scope().get::<Tenant>().await.expect("nothing fails"); }
/// #[tokio::main]
/// async fn main() { ask(App::build().await.expect("nothing fails")).await }
/// ```
///
/// Its twin:
///
/// ```
/// use di_axum::{container, injectable};
/// pub struct Tenant;
/// #[container(#[seed] Tenant)]
/// pub struct App;
/// async fn ask(app: App) { app.scope().with(Tenant).get::<Tenant>().await.expect("nothing fails"); }
/// #[tokio::main]
/// async fn main() { ask(App::build().await.expect("nothing fails")).await }
/// ```
#[cfg(doctest)]
struct AppScopeWithoutSeed;

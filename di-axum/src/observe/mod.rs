//! What an app does, in numbers. With the feature `observe`.
//!
//! [`Observation::of`] an app is what it has built, by node and by route, how long that takes, what lives and what keeps its thread; its
//! [`findings`](Observation::findings) are what costs time or memory for nothing, each with what causes it. [`StartUp::of`] is how it was started. Constructors, teardowns, jobs
//! and open scopes are counted without further ado; routes by a layer:
//!
//! ```
//! use axum::{Router, routing::get};
//! use di_axum::{container, handler, observe::{Observation, observe}};
//!
//! #[handler]
//! async fn show() -> &'static str {
//!     "here"
//! }
//!
//! #[container(handlers(show))]
//! pub struct App;
//!
//! fn routes(app: App) -> Router {
//!     // Outside of what it is to see: routes that are added after it are not counted.
//!     Router::new().route("/", get(show)).layer(observe(&app)).with_state(app)
//! }
//!
//! fn print(app: &App) {
//!     let observation = Observation::of(app);
//!     for route in observation.routes {
//!         println!("{} {}: {} answers", route.method, route.path, route.latency.count);
//!     }
//!     for finding in observation.findings {
//!         println!("{finding}");
//!     }
//! }
//! ```
//!
//! # Spans
//!
//! A request that the layer sees is a span of [`tracing`], `request`, with `http.request.method`, `http.route` and `http.response.status_code`; a job is one called `task`, a service
//! `service`, all of level INFO. In them are, of level DEBUG, `construct` and `teardown`, with `node` and `scope`, and `handler`, with its name and place. A constructor's, handler's or
//! teardown's own events and spans are inside of its span, on every poll. The field `otel.name` has the name with that of the node, `construct:Users`, which is what OpenTelemetry shows. All
//! are of the target `di_axum`: `RUST_LOG=info,di_axum=debug` shows them.

mod ages;
mod answering;
mod desk;
#[cfg(feature = "_export")]
pub(crate) mod export;
mod findings;
mod layer;
mod live;
mod lives;
mod nodes;
mod observation;
mod place;
mod polls;
#[cfg(feature = "_sql")]
mod pools;
mod routes;
mod search;
mod shares;
mod spans;
mod startup;
mod tasks;
mod timing;
mod watchdog;
mod what;

#[cfg(feature = "metrics")]
pub use self::export::publisher::Publisher;
#[cfg(feature = "_sql")]
pub use self::pools::PoolStats;
#[cfg(feature = "_sql")]
pub(crate) use self::pools::{building, show};
pub(crate) use self::{
    ages::{Age, Ages},
    answering::answering,
    findings::Thresholds,
    live::Live,
    lives::Known,
    observation::Observed,
    polls::Polling,
    tasks::{Counts, TaskKey},
    what::What,
};
pub use self::{
    findings::{Cause, Finding, FindingKind},
    layer::{ObserveLayer, ObserveService, observe},
    lives::LiveScope,
    nodes::{NodeStats, RouteNode},
    observation::Observation,
    polls::SlowPolls,
    routes::{RouteStats, Spent},
    startup::{StartUp, Started},
    tasks::TaskStats,
    timing::Timing,
};

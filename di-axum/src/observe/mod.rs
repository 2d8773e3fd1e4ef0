//! What an app does, in numbers. With the feature `observe`.
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
//!     for route in Observation::of(app).routes {
//!         println!("{} {}: {} answers", route.method, route.path, route.latency.count);
//!     }
//! }
//! ```

mod ages;
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
mod shards;
mod shares;
mod spans;
mod startup;
mod tasks;
mod timing;
mod watchdog;

#[cfg(feature = "metrics")]
pub use self::export::publisher::Publisher;
#[cfg(feature = "_sql")]
pub use self::pools::PoolStats;
#[cfg(feature = "_sql")]
pub(crate) use self::pools::{building, show};
pub(crate) use self::{
    ages::{Age, Ages},
    findings::Thresholds,
    layer::polled,
    live::{Live, What},
    observation::Observed,
    tasks::Counts,
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

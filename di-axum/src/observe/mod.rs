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
mod layer;
mod live;
mod observation;
mod polls;
#[cfg(feature = "_sql")]
mod pools;
mod routes;
mod shards;
mod startup;
mod tasks;
mod timing;
mod watchdog;

/// From how long on a poll is slow, unless something else is said.
pub(crate) const SLOW_POLL: std::time::Duration = std::time::Duration::from_millis(10);

#[cfg(feature = "_sql")]
pub use self::pools::PoolStats;
#[cfg(feature = "_sql")]
pub(crate) use self::pools::{building, show};
pub(crate) use self::{
    ages::{Age, Ages},
    live::Live,
    observation::Observed,
    tasks::Counts,
};
pub use self::{
    layer::{ObserveLayer, ObserveService, observe},
    live::LiveScope,
    observation::Observation,
    polls::SlowPolls,
    routes::RouteStats,
    startup::{StartUp, Started},
    tasks::TaskStats,
    timing::Timing,
};

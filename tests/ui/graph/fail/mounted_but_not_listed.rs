//! error: DI012 at 14
//! says: `hidden` is mounted, but it is not in `handlers(..)` of `App`
//! says: add `hidden` to `handlers(..)`
use di_axum::{container, handler};

#[handler]
pub async fn show() {}
#[handler]
pub async fn hidden() {}

#[container(handlers(show))]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(hidden)); }

//! error: DI001 at 13
//! says: `App` does not provide `Pool`
//! says: add `Pool` to the list
use di_axum::{container, handler};

pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container()]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(show)); }

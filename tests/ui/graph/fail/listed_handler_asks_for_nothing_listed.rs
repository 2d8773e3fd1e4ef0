//! error: DI001 at 10
//! says: nothing provides `Pool`
//! says: the handler `show` takes `pool: &Pool`
use di_axum::{container, handler};

pub struct Pool;
#[handler]
pub async fn show(pool: &Pool) { let _ = pool; }

#[container(handlers(show))]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(show)); }

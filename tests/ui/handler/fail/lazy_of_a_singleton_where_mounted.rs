//! error: DI024 at 16
//! says: [DI024]
use axum::{Router, routing::get};
use di_axum::{Lazy, container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;

#[handler]
pub async fn show(_pool: Lazy<'_, Pool>) {}

#[container(Pool)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

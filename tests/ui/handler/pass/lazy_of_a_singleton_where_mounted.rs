use axum::{Router, routing::get};
use di_axum::{Lazy, container, handler, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

#[handler]
pub async fn show(_pool: Lazy<'_, Pool>) {}

#[container(Pool)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

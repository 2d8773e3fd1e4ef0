use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;

#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

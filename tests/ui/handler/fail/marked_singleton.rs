//! error: DI006 at 16
//! says: [DI006]
use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;

#[handler]
pub async fn show(#[inject] _pool: Pool) {}

#[container(Pool)]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

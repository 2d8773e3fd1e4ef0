//! error: plain at 7
//! says: a handler is an async fn
use axum::{Router, routing::get};
use di_axum::{container, handler};

#[handler]
fn show() {}

#[container(handlers(show))]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

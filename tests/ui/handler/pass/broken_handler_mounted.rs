use axum::{Router, routing::get};
use di_axum::{container, handler};

#[handler]
async fn show() {}

#[container(handlers(show))]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

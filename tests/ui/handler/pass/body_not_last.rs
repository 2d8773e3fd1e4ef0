use axum::{Router, http::Method, routing::get};
use di_axum::{container, handler};

#[handler]
pub async fn show(_method: Method, _body: String) {}

#[container]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

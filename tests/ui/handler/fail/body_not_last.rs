//! error: DI013 at 13
//! says: [DI013]
use axum::{Router, http::Method, routing::get};
use di_axum::{container, handler};

#[handler]
pub async fn show(_body: String, _method: Method) {}

#[container]
pub struct App;

fn main() {
    let _: Router<App> = Router::new().route("/", get(show));
}

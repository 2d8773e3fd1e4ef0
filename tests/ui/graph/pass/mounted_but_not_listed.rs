use di_axum::{container, handler};

#[handler]
pub async fn show() {}
#[handler]
pub async fn hidden() {}

#[container(handlers(show, hidden))]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(hidden)); }

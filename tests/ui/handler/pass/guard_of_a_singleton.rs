use di_axum::{container, handler, injectable};

#[injectable(request)]
pub struct RequireAdmin;
#[handler(guard(RequireAdmin))]
pub async fn show() {}
#[container(RequireAdmin)]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(show)); }

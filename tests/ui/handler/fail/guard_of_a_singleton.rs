//! error: DI019 at 12
//! says: a guard is built for each request, and this is not request-scoped
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct RequireAdmin;
#[handler(guard(RequireAdmin))]
pub async fn show() {}
#[container(RequireAdmin)]
pub struct App;

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(show)); }

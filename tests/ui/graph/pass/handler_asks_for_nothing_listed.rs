use di_axum::{container, handler};

pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container()]
pub struct App { pub pool: Pool }

fn main() { let _: axum::Router<App> = axum::Router::new().route("/", axum::routing::get(show)); }

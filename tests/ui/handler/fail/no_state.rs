//! error: E0277 at 17
//! says: `()` holds no container
//! says: call `.with_state(app)` with the container
use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool)]
pub struct App;

pub fn router(app: App) -> Router {
    let _app = app;
    Router::new().route("/", get(show))
}

fn main() {}

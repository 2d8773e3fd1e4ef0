use axum::{Router, routing::get};
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool)]
pub struct App;

pub fn router(app: App) -> Router {
    Router::new().route("/", get(show)).with_state(app)
}

fn main() {}

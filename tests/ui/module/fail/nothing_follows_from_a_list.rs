//! error: plain at 11
//! says: list the type itself, `Pool`
use axum::{Router, routing::get};
use di_axum::{container, handler, injectable, module};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[module(&Pool)]
pub struct Storage;
#[module(..Storage)]
pub struct Data;
#[container(..Data)]
pub struct App;

pub async fn run() -> Result<Router, Box<dyn std::error::Error>> {
    let app = App::build().await?;
    let _pool = app.get::<Pool>();
    Ok(Router::new().route("/", get(show)).with_state(app))
}

fn main() {}

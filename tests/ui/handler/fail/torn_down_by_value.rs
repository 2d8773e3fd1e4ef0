//! error: DI006 at 25
//! says: `Transient<T>`
use axum::{Router, routing::get};
use di_axum::{Transient, container, handler, injectable};

pub struct Dir;

#[injectable(transient, teardown = remove)]
impl Dir {
    pub fn new() -> Self {
        Dir
    }
    pub async fn remove(&self) {}
}

#[handler]
pub async fn upload(#[inject] _dir: Dir) {
    let _: Option<Transient<Dir>> = None;
}

#[container(Dir)]
pub struct App;

pub fn router(app: App) -> Router {
    Router::new().route("/", get(upload)).with_state(app)
}

fn main() {}

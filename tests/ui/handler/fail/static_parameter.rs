//! error: plain at 8
//! says: write `&Pool`; what has to live longer is held as `Arc<Pool>`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &'static Pool) {}

#[container(Pool, handlers(show))]
pub struct App;

fn main() {}

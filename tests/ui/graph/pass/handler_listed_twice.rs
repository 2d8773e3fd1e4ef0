use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool, handlers(show))]
pub struct App;

fn main() {}

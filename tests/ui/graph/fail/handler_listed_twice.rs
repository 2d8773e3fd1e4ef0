//! error: DI011 at 11
//! says: [DI011] the handler `show` is listed twice
//! says: help: keep one of them
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool, handlers(show, show))]
pub struct App;

fn main() {}

//! error: DI018 at 10
//! says: [DI018] `Pool` is no handler
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
async fn show(_pool: &Pool) {}

#[container(Pool, handlers(Pool))]
pub struct App;

fn main() {}

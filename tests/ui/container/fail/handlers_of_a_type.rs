//! error: DI010 at 10
//! says: [DI010] `Pool` is no handler, task or service
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
async fn show(_pool: &Pool) {}

#[container(Pool, handlers(Pool))]
pub struct App;

fn main() {}

//! error: plain at 10
//! says: there is no `handler(..)` in a list: handlers are listed as `handlers(invite, ..)`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
pub async fn show(_pool: &Pool) {}

#[container(Pool, handler(show))]
pub struct App;

fn main() {}

//! error: plain at 10
//! says: `handlers(..)` takes no options
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[handler]
async fn show(_pool: &Pool) {}

#[container(Pool, #[qualifier(Pool)] handlers(show))]
pub struct App;

fn main() {}

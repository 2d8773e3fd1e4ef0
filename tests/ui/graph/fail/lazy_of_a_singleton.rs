//! error: DI024 at 15
//! says: `Pool` is a singleton that is built at start-up
//! says: `Users` (request) takes `pool: Lazy<Pool>`
//! says: help: write `pool: &Pool`
use di_axum::{Lazy, container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: Lazy<'r, Pool>,
}

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}

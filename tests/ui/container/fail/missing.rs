//! error: DI001 at 14
//! says: nothing provides `Pool`
//! says: `Users` (request) takes `pool: &Pool`
//! says: add `Pool` to the list
use di_axum::{container, injectable};

pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

#[container(Users<'_>)]
pub struct App;

fn main() {}

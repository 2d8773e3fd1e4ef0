//! error: DI001 at 19
//! says: nothing provides `Pool`
//! says: `Users` (request) takes `pool: &Pool`
//! says: needed by `Show` (request) for `users: Lazy<Users>`
use di_axum::{Lazy, container, injectable};

pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

#[injectable(request)]
pub struct Show<'r> {
    pub users: Lazy<'r, Users<'r>>,
}

#[container(Users<'_>, Show<'_>)]
pub struct App;

fn main() {}

use di_axum::{Lazy, container, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: Lazy<'r, Pool>,
}

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}

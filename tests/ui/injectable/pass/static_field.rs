use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

#[container(Pool, Users<'_>)]
pub struct App;

fn main() {}

use di_axum::{Lazy, container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(request)]
pub struct Users<'r> {
    pub pool: &'r Pool,
}

#[injectable(request)]
pub struct Show<'r> {
    pub users: Lazy<'r, Users<'r>>,
}

#[container(Pool, Users<'_>, Show<'_>)]
pub struct App;

fn main() {}

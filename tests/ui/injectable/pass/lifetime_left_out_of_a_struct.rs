use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
pub struct Report<'r> { pub user: &'r User<'r> }

#[container(Pool, User<'_>, Report<'_>)]
pub struct App;

fn main() {}

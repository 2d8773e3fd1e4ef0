use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
fn user(pool: &Pool) -> User<'_> { User { pool } }

#[container(Pool, User<'_> = user)]
pub struct App;

fn main() {}

use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r>(pub &'r Pool);
#[injectable(request)]
impl<'r> User<'r> { pub fn new(pool: &'r Pool) -> Self { Self(pool) } }

#[container(Pool, User<'_>)]
pub struct App;

fn main() {}

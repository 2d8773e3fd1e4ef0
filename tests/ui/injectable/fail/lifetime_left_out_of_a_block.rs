//! error: E0726 at 9
//! says: User<'_>
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r>(pub &'r Pool);
#[injectable(request)]
impl User { pub fn new(pool: &Pool) -> Self { Self(pool) } }

#[container(Pool, User<'_>)]
pub struct App;

fn main() {}

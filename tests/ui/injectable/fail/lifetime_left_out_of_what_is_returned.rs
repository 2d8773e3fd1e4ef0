//! error: E0726 at 9
//! says: implicit elided lifetime
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
fn user(pool: &Pool) -> User { User { pool } }

#[container(Pool, User<'_> = user)]
pub struct App;

fn main() {}

//! error: E0726 at 11
//! says: implicit elided lifetime
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
fn user(pool: &Pool) -> User<'_> { User { pool } }

#[container(Pool, User = user)]
pub struct App;

fn main() {}

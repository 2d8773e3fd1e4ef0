//! error: E0106 at 11
//! says: it is borrowed from `pool` or `_clock`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub struct Clock;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
fn user(pool: &Pool, _clock: &Clock) -> User { User { pool } }

#[container(Pool, Clock, User<'_> = user)]
pub struct App;

fn main() {}

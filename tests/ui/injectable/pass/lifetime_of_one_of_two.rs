use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(singleton)]
pub struct Clock;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
fn user<'r>(pool: &'r Pool, _clock: &Clock) -> User<'r> { User { pool } }

#[container(Pool, Clock, User<'_> = user)]
pub struct App;

fn main() {}

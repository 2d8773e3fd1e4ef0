//! error: E0726 at 11
//! says: User<'_>
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

#[injectable(request)]
pub fn log(_user: &User) -> u8 { 1 }

#[container(Pool, User<'_>, u8 = log)]
pub struct App;

fn main() {}

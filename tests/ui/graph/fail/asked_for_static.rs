//! error: DI001 at 17
//! says: nothing provides `User<'static>`
//! says: the handler `show` takes `_user: &User<'static>`
//! says: `User` is provided, at
//! says: but it borrows for less than `'static`
//! says: help: write `'_`, or a lifetime of your own, in place of `'static`
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

#[handler]
pub async fn show(_user: &User<'static>) {}

#[container(Pool, User<'_>, handlers(show))]
pub struct App;

fn main() {}

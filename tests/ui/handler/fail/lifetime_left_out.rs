//! error: E0726 at 11
//! says: User<'_>
use di_axum::{container, handler, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

#[handler]
pub async fn show(_user: &User) {}

#[container(Pool, User<'_>, handlers(show))]
pub struct App;

fn main() {}

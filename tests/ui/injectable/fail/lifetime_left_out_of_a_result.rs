//! error: E0106 at 9
//! says: missing lifetime specifier
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
async fn user(pool: &Pool) -> Result<User, axum::http::StatusCode> { Ok(User { pool }) }

#[container(Pool, User<'_> = user)]
pub struct App;

fn main() {}

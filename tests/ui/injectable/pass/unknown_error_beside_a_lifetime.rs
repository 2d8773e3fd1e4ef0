use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
pub type UserError = axum::http::StatusCode;
#[injectable(request)]
fn user(pool: &Pool) -> Result<User<'_>, UserError> { Ok(User { pool }) }

#[container(Pool, User<'_> = user)]
pub struct App;

fn main() {}

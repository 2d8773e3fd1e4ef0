//! error: E0425 at 10
//! says: cannot find type `UserEror`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
pub struct User<'r> { pub pool: &'r Pool }
pub type UserError = axum::http::StatusCode;
#[injectable(request)]
fn user(pool: &Pool) -> Result<User<'_>, UserEror> { Ok(User { pool }) }

#[container(Pool, User<'_> = user)]
pub struct App;

fn main() {}

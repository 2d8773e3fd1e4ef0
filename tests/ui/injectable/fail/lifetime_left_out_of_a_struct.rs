//! error: E0106 at 10
//! says: missing lifetime specifier
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }
#[injectable(request)]
pub struct Report { pub user: std::sync::Arc<User> }

#[container(Pool, User<'_>, Report)]
pub struct App;

fn main() {}

//! error: E0106 at 14
//! error: E0106 at 15
//! error: E0106 at 15
//! says: pub struct Report<'a>
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> { pub pool: &'r Pool }

#[injectable(request)]
pub struct Report {
    pub pool: &Pool,
    pub user: &User<'_>,
}

#[container(Pool, User<'_>, Report)]
pub struct App;

fn main() {}

//! error: plain at 14
//! says: cannot borrow `&'static User<'static>`: make `Report` `request`, with a lifetime, `struct Report<'r>`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;
#[injectable(request)]
pub struct User<'r> {
    pub pool: &'r Pool,
}

#[injectable(singleton)]
pub struct Report {
    pub user: &'static User<'static>,
}

#[container(Pool, User<'_>, Report)]
pub struct App;

fn main() {}

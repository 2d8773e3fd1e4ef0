//! error: plain at 10
//! says: borrowed for less than `'static`: write `&'r Pool`, in `struct Users<'r>`
use di_axum::{container, injectable};

#[injectable(singleton)]
pub struct Pool;

#[injectable(request)]
pub struct Users {
    pub pool: &'static Pool,
}

#[container(Pool, Users)]
pub struct App;

fn main() {}

//! error: DI024 at 19
//! says: `Stamp` is transient: every place that asks has its own
//! says: help: write `stamp: Stamp`
use di_axum::{Lazy, container, injectable};

#[injectable(transient)]
pub struct Stamp;

pub struct Users;

#[injectable(request)]
impl Users {
    pub fn new(stamp: Lazy<'_, Stamp>) -> Self {
        let _: Lazy<'_, Stamp> = stamp;
        Users
    }
}

#[container(Stamp, Users)]
pub struct App;

fn main() {}

use di_axum::{container, injectable};

#[injectable(transient)]
pub struct Stamp;

pub struct Users;

#[injectable(request)]
impl Users {
    pub fn new(stamp: Stamp) -> Self {
        let _: Stamp = stamp;
        Users
    }
}

#[container(Stamp, Users)]
pub struct App;

fn main() {}

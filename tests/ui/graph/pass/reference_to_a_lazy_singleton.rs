use di_axum::{Lazy, container, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

pub struct Users;

#[injectable(request)]
impl Users {
    pub fn new(_pool: Lazy<'_, Pool>) -> Self {
        Users
    }
}

#[container(Pool, Users)]
pub struct App;

fn main() {}

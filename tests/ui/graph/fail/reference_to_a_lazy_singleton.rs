//! error: DI024 at 19
//! says: `Pool` is a lazy singleton
//! says: `Users` (request) takes `_pool: &Pool`
//! says: help: write `_pool: Lazy<Pool>`
use di_axum::{container, injectable};

#[injectable(singleton, lazy)]
pub struct Pool;

pub struct Users;

#[injectable(request)]
impl Users {
    pub fn new(_pool: &Pool) -> Self {
        Users
    }
}

#[container(Pool, Users)]
pub struct App;

fn main() {}

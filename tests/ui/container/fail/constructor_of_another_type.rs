//! error: E0308 at 10
//! says: expected `Pool`, found `Settings`
use di_axum::{container, injectable};

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Settings {
        Settings
    }
}

#[container(Pool)]
pub struct App;

fn main() {}

//! error: E0308 at 9
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

use di_axum::{container, injectable};

pub struct Pool;
pub struct Settings;

#[injectable(singleton)]
impl Pool {
    pub fn new() -> Pool {
        Pool
    }
}

#[container(Pool)]
pub struct App;

fn main() {}
